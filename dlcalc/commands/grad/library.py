"""The library of textbook equations: files in the language, each with its numbers and source."""

from __future__ import annotations

import os
from typing import NamedTuple

from dlcalc.output.answer import Answer, Table

FOLDER = os.path.join(os.path.dirname(__file__), "library")


class Entry(NamedTuple):
    """Equations of the library, as their head lines describe them."""

    name: str
    """The name by which they are asked for."""
    title: str
    """What they are."""
    source: str
    """Where they are published, and in which form they stand here."""


def library_names() -> list[str]:
    """The names of all equations of the library.

    >>> "attention" in library_names()
    True
    """
    return sorted(each.removesuffix(".txt") for each in os.listdir(FOLDER))


def library_text(name: str) -> str:
    """The equations of that name, with their numbers."""
    with open(os.path.join(FOLDER, f"{name}.txt"), encoding="utf-8") as file:
        return file.read()


def library() -> list[Entry]:
    """All of them, by name."""
    found = []
    for name in library_names():
        title, source = library_text(name).splitlines()[:2]
        found.append(Entry(name, title[2:], source.removeprefix("# source: ")))
    return found


def library_answer() -> Answer:
    """Names, what they are, and where they are from."""
    entries = library()
    table = Table(
        ["name", "title", "source"], [list(each) for each in entries],
        drawn=lambda: Table(["name", "title"], [[each.name, each.title] for each in entries]),
    )
    return Answer({"library": [each._asdict() for each in entries]}, [table], main="library")
