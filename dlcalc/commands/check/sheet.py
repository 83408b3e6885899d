"""An answer sheet: the commands that were asked, the answers given, and their points."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dlcalc.errors import DlcalcError, InputError, did_you_mean, words_of
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import decode, located, read_source
from dlcalc.numbers.parse import kind_of

FIELDS = ("name", "command", "answer", "points", "tolerance")
LISTS = ("entries", "entry")
"""What the list of entries may be called in an object."""


class Entry(NamedTuple):
    """One question of a sheet, and the answer to it."""

    name: str
    """What it is called: its name in the sheet, else its number from 1."""
    command: str
    """The command line that gives the right answer, with or without `dlcalc` before it."""
    answer: Any
    """The answer: a number, text as it would be typed, nested lists or fields by name."""
    points: float = 1
    """What a right answer counts."""
    tolerance: float | None = None
    """Relative tolerance, in place of the digits that the answer is written with."""

    @property
    def words(self) -> list[str]:
        """The command line in words, without `dlcalc` before it."""
        words = shlex.split(self.command)
        return words[1:] if words[:1] == ["dlcalc"] else words

    @property
    def expected(self) -> list[str]:
        """The answer as the options that compare it."""
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        tolerance = [] if self.tolerance is None else ["--tolerance", repr(self.tolerance)]
        return ["--expect", text, *tolerance]


def read_sheet(value: str, asked: Mapping[str, Entry] | None = None) -> list[Entry]:
    """The entries of a sheet: a TOML or JSON file, `-`, or a literal.

    They stand in a list, in a list called `entries`, or each in a table of its own name. Where
    `asked` has the questions by name, a sheet may hold answers alone: `E1 = 3`. Raises
    InputError for what is no sheet, with the entry.

    >>> read_sheet('[{"command": "size -L 32 -F 5", "answer": 28}]')[0].answer
    28
    """
    source = read_source(value)
    try:
        named = list(_named(_parsed(decode(source), source.place)))
        if not named:
            raise InputError("holds no entry; a sheet has entries of command, answer and points")
        return [_entry(name, each, asked or {}) for name, each in named]
    except DlcalcError as error:
        raise located(error, source) from None


def _parsed(text: str, place: str) -> Any:
    if text.lstrip()[:1] in ("[", "{") and not place.endswith(".toml"):
        try:
            return parse_json(text)
        except InputError:
            if place.endswith(".json") or text.lstrip()[:1] == "{":
                raise
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"neither a TOML nor a JSON sheet: {words_of(error)}") from None


def _named(value: Any) -> Iterator[tuple[str, Any]]:
    """The entries with their names: those of a list are their numbers from 1."""
    if isinstance(value, dict):
        lists = [name for name in LISTS if isinstance(value.get(name), list)]
        if not lists:
            yield from value.items()
            return
        value = value[lists[0]]
    if not isinstance(value, list):
        raise InputError(f"is {kind_of(value)}, where a list of entries belongs")
    for number, each in enumerate(value, 1):
        name = each.get("name", number) if isinstance(each, dict) else number
        yield str(name), each


def _entry(name: str, value: Any, asked: Mapping[str, Entry]) -> Entry:
    question = asked.get(name)
    try:
        if question is not None and not (isinstance(value, dict) and {*value} <= {*FIELDS}):
            return question._replace(answer=value)
        if not isinstance(value, dict):
            wanted = "an object of command, answer and points"
            known = did_you_mean(name, asked) if asked else ""
            raise InputError(f"is {kind_of(value)}, where {wanted} belongs{known}")
        for field in value:
            if field not in FIELDS:
                raise InputError(f"unknown field {field!r}{did_you_mean(field, FIELDS)}")
        return _checked(name, {**(question._asdict() if question else {}), **value})
    except DlcalcError as error:
        raise error.at(f"entry {name}") from None


def _checked(name: str, fields: Mapping[str, Any]) -> Entry:
    for field in ("command", "answer"):
        if field not in fields:
            raise InputError(f"field {field!r} is missing")
    if not isinstance(fields["command"], str):
        raise InputError(f"command is {kind_of(fields['command'])}, where text belongs")
    for field in ("points", "tolerance"):
        number = fields.get(field)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)
                                   or not 0 <= number < float("inf")):  # fmt: skip
            raise InputError(f"{field}: {number!r} is no number from 0")
    points = fields.get("points", 1)
    entry = Entry(name, fields["command"], fields["answer"], points, fields.get("tolerance"))
    try:
        words = entry.words
    except ValueError as error:
        raise InputError(f"command: {error}".lower()) from None
    if not words:
        raise InputError("command is empty")
    return entry
