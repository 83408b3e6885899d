"""The models of the zoo, each with its source and published figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dlcalc.models.zoo_files import zoo_names, zoo_path


class Entry(NamedTuple):
    """A model of the zoo as its head lines describe it."""

    name: str
    """The name by which it is asked for."""
    title: str
    """What it is."""
    input: str
    """The size of its input."""
    published: Mapping[str, str]
    """Published figures as they are published: `params`, `macs`."""
    source: str
    """Where the model and the figures are published."""


def models() -> list[Entry]:
    """All models of the zoo, by name; their head lines alone are read.

    >>> [each.published for each in models() if each.name == "lenet"]
    [{'params': '61706'}]
    """
    return [_entry(name) for name in zoo_names()]


def _entry(name: str) -> Entry:
    head: dict[str, str] = {}
    with open(zoo_path(name), encoding="utf-8") as file:
        for line in file:
            key, _, value = line.partition(" ")
            if key not in ("name", "source", "published", "input"):
                break
            head[key] = value.strip()
    figures = dict(word.split("=", 1) for word in head["published"].split())
    size = head["input"].split()[0]
    return Entry(name, head["name"], size, figures, head["source"])
