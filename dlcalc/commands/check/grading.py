"""A sheet graded: each entry's command is run with its answer as the expected one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dlcalc.commands.check.sheet import Entry, read_sheet
from dlcalc.errors import DlcalcError, FileError, InputError
from dlcalc.input.sources import reason
from dlcalc.shell.inner import run_within

ENDINGS = (".toml", ".json")
"""How the sheets of a folder end."""
NOT_ASKED = ("check", "quiz", "completion", "man", "docs", "help")
"""Commands that have no answer to grade."""


class Graded(NamedTuple):
    """One entry of a sheet, graded."""

    name: str
    """The entry's name."""
    command: str
    """Its command."""
    right: bool
    """Whether the answer agrees."""
    points: float
    """The points that it earns."""
    of: float
    """The points that it could earn."""
    why: str
    """Of a wrong answer the first element that differs, its working and its slip."""


class Grades(NamedTuple):
    """A whole sheet, graded."""

    entries: tuple[Graded, ...]
    """Its entries in their order."""

    @property
    def points(self) -> float:
        """The points earned."""
        return sum(each.points for each in self.entries)

    @property
    def of(self) -> float:
        """The points that could be earned."""
        return sum(each.of for each in self.entries)

    @property
    def wrong(self) -> list[str]:
        """The names of the entries that are wrong."""
        return [each.name for each in self.entries if not each.right]


class Sheet(NamedTuple):
    """One sheet of a folder."""

    name: str
    """The name of the file, without its ending."""
    grades: Grades | None
    """Its grades; None where it is no sheet."""
    error: str = ""
    """What is wrong with it then."""


def check(sheet: str | Mapping[str, Any] | Sequence[Any]) -> Grades:
    """Grade an answer sheet: a TOML or JSON file, the text of one, or what it holds.

    An entry has a `command`, the `answer` given, and `points` (1). Raises InputError for what
    is no sheet, and for a command that fails without an answer, too.

    >>> check('[{"command": "size -L 32 -F 5", "answer": 29}]').entries[0].right
    False
    """
    return graded(read_sheet(sheet if isinstance(sheet, str) else json.dumps(sheet)))


def graded(entries: Iterable[Entry]) -> Grades:
    """Entries graded one by one; the error of a command that has no answer names its entry."""
    return Grades(tuple(map(_graded, entries)))


def _graded(entry: Entry) -> Graded:
    if entry.words[0] in NOT_ASKED:
        raise InputError(f"{entry.words[0]} has no answer to grade").at(f"entry {entry.name}")
    ran = run_within([*entry.words, *entry.expected])
    if ran.status == InputError.status:
        # An answer of the wrong form is a wrong answer; a question that fails is none.
        asked = run_within(entry.words)
        if asked.status != 0:
            raise InputError(asked.complaint).at(f"entry {entry.name}")
    right = ran.status == 0
    earned = entry.points if right else 0
    return Graded(
        entry.name, entry.command, right, earned, entry.points, "" if right else ran.complaint
    )


def check_class(folder: str, sheet: str | None = None) -> list[Sheet]:
    """Grade every sheet of a folder, by name; `sheet` has the questions where they have none.

    A file that is no sheet has its error in place of its grades. Raises FileError where there
    is no such folder and InputError where it holds no sheet.
    """
    asked = {} if sheet is None else {each.name: each for each in read_sheet(sheet)}
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
    except OSError as error:
        raise FileError(f"cannot be read: {reason(error)}").at(folder) from None
    if not names:
        raise InputError("holds no sheet: no file that ends in .toml or .json").at(folder)
    return [_sheet(folder, name, asked) for name in names]


def _sheet(folder: str, name: str, asked: Mapping[str, Entry]) -> Sheet:
    stem = os.path.splitext(name)[0]
    try:
        entries = read_sheet(os.path.join(folder, name), asked)
        given = {each.name for each in entries}
        missing = [each._replace(answer={}) for each in asked.values() if each.name not in given]
        unanswered = [Graded(m.name, m.command, False, 0, m.points, "no answer") for m in missing]
        return Sheet(stem, Grades((*graded(entries).entries, *unanswered)))
    except DlcalcError as error:
        return Sheet(stem, None, str(error))


def grades_record(grades: Grades) -> dict[str, Any]:
    """Grades for programs."""
    return {
        "entries": [each._asdict() for each in grades.entries],
        "points": grades.points, "of": grades.of, "wrong": grades.wrong,
    }
