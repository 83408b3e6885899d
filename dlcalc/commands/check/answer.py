"""Answer sheets: commands, answers and points; each graded by its command, which expects it."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dlcalc.errors import AnswerDiffersError, At, DlcalcError, InputError, did_you_mean, words_of
from dlcalc.input.fields import check_fields
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import STDIN, Reading, decode, is_file, read_source
from dlcalc.numbers.axes import plain
from dlcalc.numbers.parse import as_float, kind_of
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.inner import run_within, writing_options
from dlcalc.shell.runner import Run

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


def read_sheet(
    value: str, asked: Mapping[str, Entry] | None = None, answered: bool = True
) -> list[Entry]:
    """The entries of a sheet: a TOML or JSON file, `-`, or a literal.

    They stand in a list, in a list called `entries`, or each in a table of its own name. Where
    `asked` has the questions by name, a sheet may hold answers alone: `E1 = 3`. One that is
    not to be `answered` may lack its answers. Raises InputError for what is no sheet, with the
    entry.

    >>> read_sheet('[{"command": "size -L 32 -F 5", "answer": 28}]')[0].answer
    28
    """
    source = read_source(value, kind="sheet")
    with At(source.place, once=True):
        named = list(_named(_parsed(decode(source), source.place)))
        if not named:
            raise InputError("holds no entry; a sheet has entries of command, answer and points")
        without: dict[str, Any] = {} if answered else {"answer": None}
        return [_entry(name, {**without, **each} if isinstance(each, dict) else each, asked or {})
                for name, each in named]


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
    with At(f"entry {name}"):
        if question is not None:
            # What is asked, and what it counts, is for the questions to say.
            whole = isinstance(value, dict) and {"answer"} <= {*value} <= {*FIELDS}
            return question._replace(answer=value["answer"] if whole else value)
        if asked:
            raise InputError(f"is none of the questions{did_you_mean(name, asked)}")
        if not isinstance(value, dict):
            wanted = "an object of command, answer and points"
            raise InputError(f"is {kind_of(value)}, where {wanted} belongs")
        return _checked(name, value)


def _checked(name: str, fields: Mapping[str, Any]) -> Entry:
    check_fields(fields, FIELDS, ("command", "answer"))
    if not isinstance(fields["command"], str):
        raise InputError(f"command is {kind_of(fields['command'])}, where text belongs")
    for field in ("points", "tolerance"):
        number = fields.get(field)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)
                                   or not 0 <= number < float("inf")):  # fmt: skip
            raise InputError(f"{field}: {number!r} is no number from 0")
        as_float(number or 0, field)
    entry = Entry(**{**fields, "name": name})
    try:
        words = entry.words
    except ValueError as error:
        raise InputError(f"command: {error}".lower()) from None
    if not words:
        raise InputError("command is empty")
    writing = writing_options(words[0])
    for option in (word.partition("=")[0] for word in words):
        if option in writing:
            raise InputError(f"command: {option} writes a file, which is no answer")
    return entry


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


class _Grades(NamedTuple):
    entries: tuple[Graded, ...]
    """Its entries in their order."""


class Grades(Result, _Grades):
    """A whole sheet, graded."""

    __slots__ = ()

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


Sheet = tuple[str, Grades | DlcalcError]
"""One sheet of a folder: the name of its file, without the ending, and its grades, or what is
wrong with it where it is no sheet."""


def check(sheet: str | Mapping[str, Any] | Sequence[Any]) -> Grades:
    """Grade an answer sheet: a TOML or JSON file, the text of one, or what it holds.

    An entry has a `command`, the `answer` given, and `points` (1). Raises InputError for what
    is no sheet, and for a command that fails without an answer, too.

    >>> check('[{"command": "size -L 32 -F 5", "answer": 29}]').entries[0].right
    False
    """
    try:
        text = sheet if isinstance(sheet, str) else json.dumps(sheet, default=plain)
    except (TypeError, ValueError):
        raise InputError("a sheet is text, or a list of exercises of numbers and text") from None
    entries = read_sheet(text)
    with At(STDIN if text == "-" else text if is_file(text) else "", once=True):
        return Grades(tuple(map(graded, entries)))


def graded(entry: Entry) -> Graded:
    """An entry graded by its command; the error of one that has no answer names the entry."""
    if entry.words[0] in NOT_ASKED:
        raise InputError(f"{entry.words[0]} has no answer to grade").at(f"entry {entry.name}")
    text = entry.answer if isinstance(entry.answer, str) else json.dumps(entry.answer)
    tolerance = [] if entry.tolerance is None else ["--tolerance", repr(entry.tolerance)]
    ran = run_within([*entry.words, "--expect", text, *tolerance])
    if ran.status == InputError.status:
        # An answer of the wrong form is a wrong answer; a question that fails is none.
        asked = run_within(entry.words)
        if asked.status != 0:
            raise InputError(asked.complaint).at(f"entry {entry.name}")
    right = ran.status == 0
    earned = entry.points if right else 0
    return Graded(
        entry.name, entry.command, right, earned, entry.points,
        "" if right else ran.complaint.removeprefix("--expect: "),
    )


def check_class(folder: str, sheet: str | None = None) -> list[Sheet]:
    """Grade every sheet of a folder, by name; `sheet` has the questions where they have none.

    A file that is no sheet has its error in place of its grades. Raises FileError where there
    is no such folder and InputError where it holds no sheet.
    """
    asked = {} if sheet is None else {each.name: each for each in read_sheet(sheet, answered=False)}
    with Reading(folder):
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
    if not names:
        raise InputError("holds no sheet: no file that ends in .toml or .json").at(folder)
    found: list[Sheet] = []
    for name in names:
        stem = os.path.splitext(name)[0]
        try:
            entries = read_sheet(os.path.join(folder, name), asked)
            missing = asked.keys() - {each.name for each in entries}
            unanswered = [Graded(each.name, each.command, False, 0, each.points, "no answer")
                          for each in asked.values() if each.name in missing]
            found.append((stem, Grades((*map(graded, entries), *unanswered))))
        except DlcalcError as error:
            found.append((stem, error))
    return found


def grades_record(grades: Grades) -> dict[str, Any]:
    """Grades for programs."""
    return {
        "entries": [each._asdict() for each in grades.entries],
        "points": grades.points, "of": grades.of, "wrong": grades.wrong,
    }


class CheckRun(Run[Grades]):
    """Grade a sheet, or the sheets of a folder; status 1 where an answer is wrong."""

    def run(self) -> None:
        """The whole way."""
        sheet, folder = self.options.get("sheet"), self.options.get("folder")
        if folder is not None:
            self._graded_class(check_class(folder, sheet))
            return
        if sheet is None and self.out.piped:
            sheet = "-"
        if sheet is None:
            raise InputError("usage: dlcalc check SHEET (a TOML or JSON file) [--class FOLDER]")
        grades = check(sheet)
        self.out.emit(self.answer(grades))
        if wrong := grades.wrong:
            of = len(grades.entries)
            raise AnswerDiffersError(f"{len(wrong)} of {of} answers differ: {', '.join(wrong)}")

    def _graded_class(self, sheets: list[Sheet]) -> None:
        """A class: a row a sheet."""
        rows: list[list[Any]] = []
        records: list[dict[str, Any]] = []
        bad, wrong = list[DlcalcError](), list[str]()
        for name, grades in sheets:
            if isinstance(grades, DlcalcError):
                rows.append([name, None, None, str(grades)])
                records.append({"name": name, "error": str(grades)})
                bad.append(grades)
            else:
                rows.append([name, grades.points, grades.of, " ".join(grades.wrong)])
                records.append({"name": name, **grades_record(grades)})
                wrong += [name] if grades.wrong else []
        table = Table(("sheet", "points", "of", "wrong"), rows)
        self.out.emit(Answer({"sheets": records}, [table], main="sheets"))
        if bad:
            raise InputError(f"{bad[0]}; {len(bad)} of {len(sheets)} files are no sheets")
        if wrong:
            raise AnswerDiffersError(
                f"{len(wrong)} of {len(sheets)} sheets have wrong answers: {', '.join(wrong)}"
            )

    def answer(self, result: Grades) -> Answer:
        """A sheet: a row an entry, and the points in total."""
        headers = ("entry", "answer", "points", "of", "why")
        rows: list[list[Any]] = [
            [each.name, "right" if each.right else "wrong", each.points, each.of, each.why]
            for each in result.entries
        ]
        total: list[Any] = ["total", "", result.points, result.of, ""]
        table = Table(headers, rows, drawn=lambda: Table(headers, [*rows, total]))
        return Answer(grades_record(result), [table], main="entries")
