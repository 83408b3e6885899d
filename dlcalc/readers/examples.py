"""The worked examples that come with dlcalc, as data."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import dlcalc

FOLDER = os.path.join(os.path.dirname(dlcalc.__file__), "examples")


@dataclass(frozen=True)
class Example:
    """The worked example of a command."""

    about: str
    """What it is, in a few words."""
    instead: str
    """How to give the command numbers of one's own."""
    values: dict[str, Any]
    """The parameters that it stands in for."""


def read_example(name: str) -> Example:
    """The worked example of the command `name`.

    >>> read_example("size").values
    {'input': 32, 'kernel': 5}
    """
    with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as file:
        return Example(**json.load(file))
