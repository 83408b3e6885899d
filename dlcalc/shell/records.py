"""Records on standard input: one answer a record, as they arrive."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

import click

from dlcalc.errors import At, DlcalcError, InputError, LimitError
from dlcalc.input.records import MOST_LINE, OpenQuoteError, Reader, arriving_lines, reader_of
from dlcalc.input.sources import STDIN, Reading
from dlcalc.output.formats import FORMATS, Format, Row, cells
from dlcalc.shell import complain
from dlcalc.shell.options import ALIASES
from dlcalc.shell.output import Output, write_out
from dlcalc.shell.types import ARRAY, PADDING, SIZE, as_typed, is_given

MOST_ROWS = 10_000
"""Records that formats take which are drawn when all are known."""
MOST_REMEMBERED = 1 << 15
"""Lines whose answers are kept, since sizes recur."""
PLAIN = r"(0|[1-9]\d{0,17})"
"""A whole number as it is written back, and short enough to be a size."""


def first_line() -> bytes:
    """The first line of standard input that is not blank, whole; all of it stays there."""
    source, ahead, line = sys.stdin.buffer, bytearray(), b"\n"
    start = source.tell() if source.seekable() else None
    with Reading(STDIN, once=True):
        while line and not line.strip() and len(ahead) < MOST_LINE:
            line = source.readline(MOST_LINE)
            ahead += line
    if start is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Ahead(ahead, source)))
    else:
        source.seek(start)
    return line.strip().replace(b"\r", b"\n").partition(b"\n")[0]


class _Ahead(io.RawIOBase):
    """A pipe with what was read of it put back."""

    def __init__(self, ahead: bytearray, rest: BinaryIO) -> None:
        self.ahead, self.rest = io.BytesIO(ahead), rest

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        return self.ahead.readinto(into) or self.rest.readinto1(into)  # type: ignore[attr-defined]


def record_names(fields: Collection[str], first: bytes | None = None) -> tuple[str, ...]:
    """The names that records on standard input begin with, some of these; none where it is else."""
    first = first_line() if first is None else first
    try:
        reader = reader_of(first, (*fields, *_meant(fields)))
        return reader.columns or tuple(reader.parse(first) or ())
    except DlcalcError:
        return ()


def _meant(fields: Collection[str]) -> dict[str, str]:
    """The fields that other names mean, as options have them: padding is pad."""
    names = {alias[2:].replace("-", "_"): name[2:].replace("-", "_")
             for alias, name in ALIASES.items() if alias.startswith("--")}
    return {alias: name for alias, name in names.items() if name in fields and alias not in fields}


def run_records(
    out: Output, given: Mapping[str, Any], fields: Collection[str], answers: Sequence[str],
    function: Callable[..., Row], header: bytes = b"",
) -> None:
    """Answer each record, in the form of the records unless a format is chosen.

    `function` takes the fields that a record has, and what else was given; it returns the
    `answers` by name. Other fields pass through. A bad record is named with its line, and the
    run goes on; its status is 2 at the end. A `header` is one that the lines do without.
    """
    if out.explain or out.expect is not None or out.save is not None:
        raise InputError(
            f"--explain, --expect and --save are for one calculation, and {STDIN} holds records; "
            "with all that is wanted given as options it is not read"
        )
    form = out.format if is_given("format") else None
    stream = _Stream(out, form, given, fields, answers, function)
    number = 0
    if header:
        write_out([stream[header]])
    try:
        for lines in arriving_lines(sys.stdin.buffer):
            number = stream.answer(lines, number)
    finally:
        stream.close()
    if stream.reader is None:
        raise InputError("holds no record").at(STDIN)
    if stream.failed:
        raise SystemExit(InputError.status)


class _Stream(dict[bytes, str]):
    """The answers to lines, remembered; its first line says how the others are read."""

    def __init__(
        self, out: Output, form: Format | None, given: Mapping[str, Any],
        fields: Collection[str], answers: Sequence[str], function: Callable[..., Row],
    ) -> None:
        self.out, self.form, self.given = out, form, given
        self.fields, self.answers, self.function = fields, answers, function
        self.reader: Reader | None = None
        self.columns: tuple[str, ...] | None = None
        self.rows: list[list[Any]] = []
        self.write: Callable[[Row], str] = self._keep
        self.plain: Callable[[bytes], re.Match[bytes] | None] | None = None
        """What finds the plain numbers of a line, where all columns are sizes and the answers
        go behind them in the same form."""
        self.mark = ""
        self.failed = self.quoted = False
        kinds = {each.name: each.type for each in click.get_current_context().command.params}
        self.kinds: dict[str, Any] = {name: kinds[name] for name in fields}
        self.sizes = {name for name in fields if kinds[name] in (SIZE, PADDING)}
        self.meant = _meant(fields)

    def answer(self, lines: list[bytes], number: int) -> int:
        """Write the answers to the lines after line `number`; the number of the last."""
        answers: list[str] = []
        numbered = enumerate(lines, number + 1)
        self._close_quote(numbered)
        try:
            for place, line in numbered:
                try:
                    answers.append(self[line])
                except DlcalcError as error:
                    error.at(f"line {place}").at(STDIN)
                    if self.reader is None or isinstance(error, LimitError):
                        raise
                    write_out(["".join(answers)])
                    answers.clear()
                    complain(error, error.status)
                    self.failed = True
                    self.quoted = isinstance(error, OpenQuoteError)
                    self._close_quote(numbered)
        finally:
            write_out(["".join(answers)])
        return number + len(lines)

    def _close_quote(self, numbered: Iterator[tuple[int, bytes]]) -> None:
        """Pass over the lines of a record that is within quotes."""
        while self.quoted and (line := next(numbered, None)):
            self.quoted = line[1].count(b'"') % 2 == 0

    def __missing__(self, line: bytes) -> str:
        head = ""
        if self.reader is None:
            if not line.strip():
                return ""
            reader = reader_of(line, (*self.fields, *self.meant))
            self.form = self.form or FORMATS[reader.form]
            self.reader = reader
            if reader.columns:
                return self._begin(reader.columns)
        found = self.plain(line) if self.plain else None
        answer = self._of_numbers(line, found.groups()) if found else ""
        if not answer:
            record = self.reader.parse(line)
            if record is not None and self.columns is None:
                head = self._begin(record)
            answer = "" if record is None else self._answered(record)
        if self.form and self.form.streams and not head:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[line] = answer
        return head + answer

    def _begin(self, names: Collection[str]) -> str:
        self.columns = tuple(dict.fromkeys([*names, *self.answers]))
        if self.form is None or self.form.streams is None:
            return ""
        head, self.write = self.form.streams(self.columns, self.answers[0])
        reader = self.reader
        if reader and reader.form == self.form.name and reader.columns and (
            self.sizes.issuperset(names) and len(self.columns) == len(names) + len(self.answers)
        ):
            self.mark = reader.delimiter
            self.plain = re.compile(self.mark.join([PLAIN] * len(names)).encode()).fullmatch
        return head

    def _of_numbers(self, line: bytes, numbers: Sequence[bytes]) -> str:
        """The answer to a line of plain numbers, as most are; nothing where it is no number."""
        known = dict(zip(self.columns or (), map(int, numbers)))  # noqa: B905 - answers follow
        found = self.function(**{**self.given, **known} if self.given else known)
        for value in found.values():
            if type(value) is not int:
                return ""
        return self.mark.join([line.decode(), *map(str, found.values())]) + "\n"

    def _answered(self, record: Mapping[str, Any]) -> str:
        row, known = {**record}, {**self.given}
        for column, raw in record.items():
            name = self.meant.get(column, column)
            if name not in self.kinds:
                continue
            if name != column and name in record:
                raise InputError(f"{name} and {column} are one field: give one of them")
            value = known[name] = _value(name, self.kinds[name], raw)
            # A pair as 8:4, or yes, is written as it came.
            if name in self.sizes or not isinstance(value, tuple | list | bool):
                row[column] = value
        row.update(self.function(**known))
        return self.write(row)

    def _keep(self, row: Row) -> str:
        if len(self.rows) >= MOST_ROWS:
            raise LimitError(f"a table is at most {MOST_ROWS:,} records long; -f csv has no limit")
        self.rows.append(cells(row, self.columns or ()))
        return ""

    def close(self) -> None:
        """Draw the table, where one was asked for."""
        if self.rows:
            from dlcalc.output.answer import Answer, Table

            self.out.emit(Answer({}, [Table(self.columns or (), self.rows)]))


def _value(name: str, kind: Any, raw: Any) -> Any:
    """The value of a field: text as the option of that name takes it, lists as tuples."""
    if kind is ARRAY:
        from dlcalc.input.arrays import read_array

        array = read_array(raw, False, name) if isinstance(raw, str) else raw
        return array.tolist() if hasattr(array, "tolist") else array
    if isinstance(raw, list):
        return tuple(tuple(each) if isinstance(each, list) else each for each in raw)
    return _converted(name, kind, raw) if isinstance(raw, str) else raw


@lru_cache(MOST_REMEMBERED)
def _converted(name: str, kind: Any, raw: str) -> Any:
    with At(name.replace("_", " ")):
        return as_typed(kind, raw)
