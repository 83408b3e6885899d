"""The worked examples that come with dlcalc, as data."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import dlcalc
from dlcalc.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from dlcalc.output.answer import Answer

COMMANDS = os.path.join(os.path.dirname(dlcalc.__file__), "commands")


class Example(NamedTuple):
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
    with open(os.path.join(COMMANDS, name, "example.json"), encoding="utf-8") as file:
        return Example(**json.load(file))


class Exercise(NamedTuple):
    """A problem of a course, and the command that solves it."""

    name: str
    """E1 to E13."""
    command: str
    """The command line, without `dlcalc` before it."""
    problem: str


def read_exercises() -> list[Exercise]:
    """The exercises in their order.

    >>> read_exercises()[0].command
    'conv --stride 2 --pad 1'
    """
    with open(os.path.join(COMMANDS, "examples", "exercises.json"), encoding="utf-8") as file:
        return [Exercise(**each) for each in json.load(file)]


def exercises_answer() -> Answer:
    """All exercises with their commands."""
    from dlcalc.output.answer import Answer, Table

    exercises = read_exercises()
    rows = [[each.name, f"dlcalc {each.command}", each.problem] for each in exercises]
    record = {"examples": [each._asdict() for each in exercises]}
    return Answer(record, [Table(["name", "command", "problem"], rows)], main="examples")


def find_exercise(name: str) -> Exercise:
    """The exercise of that name; InputError with the nearest names where there is none."""
    exercises = {each.name: each for each in read_exercises()}
    plain = "E" + name.lower().removeprefix("exercise").removeprefix("e").strip(" -")
    if plain not in exercises:
        raise InputError(f"unknown example {name!r}{did_you_mean(name.upper(), exercises)}")
    return exercises[plain]
