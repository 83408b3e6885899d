"""What `dlcalc size` does with records on standard input: one answer a record, as they arrive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from dlcalc.commands.size.size import size
from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.input.records import Reader, Record, arriving_lines, reader_of
from dlcalc.input.sources import STDIN
from dlcalc.output.formats import FORMATS, Format, Row
from dlcalc.output.records import cells
from dlcalc.shell.output import Output, write_out
from dlcalc.shell.types import PADDING, SIZE, as_typed, is_given

FIELDS = ("input", "kernel", "stride", "pad", "dilation", "output_padding")
ANSWER = ("output", "remainder")
MOST_ROWS = 10_000
"""Records that formats take which are drawn when all are known."""
MOST_REMEMBERED = 1 << 15
"""Lines whose answers are kept, since sizes recur."""


def run_records(out: Output, given: Record) -> None:
    """Answer each record, in the form of the records unless a format is chosen.

    What a record does not say, the options do. What came before a wrong record is written
    before the error is told.
    """
    if out.explain or out.expect is not None or out.save is not None:
        raise InputError(
            f"--explain, --expect and --save are for one calculation, and {STDIN} holds records; "
            "with -L and -F it is not read"
        )
    stream = _Stream(out, out.format if is_given("format") else None, given)
    number = 0
    try:
        for lines in arriving_lines(sys.stdin.buffer):
            number = stream.answer(lines, number)
    finally:
        stream.close()
    if stream.reader is None:
        raise InputError("holds no record").at(STDIN)


class _Stream(dict[bytes, str]):
    """The answers to lines, remembered; its first line says how the others are read."""

    def __init__(self, out: Output, form: Format | None, given: Record) -> None:
        self.out = out
        self.form = form
        self.given = given
        self.reader: Reader | None = None
        self.columns: tuple[str, ...] = ()
        self.rows: list[list[int | str]] = []
        self.write: Callable[[Row], str] = self._keep

    def answer(self, lines: list[bytes], number: int) -> int:
        """Write the answers to the lines after line `number`; the number of the last."""
        answers: list[str] = []
        try:
            for line in lines:
                answers.append(self[line])
        except DlcalcError as error:
            raise error.at(f"line {number + len(answers) + 1}").at(STDIN) from None
        finally:
            write_out(["".join(answers)])
        return number + len(lines)

    def __missing__(self, line: bytes) -> str:
        if self.reader is None:
            return self._begin(line) if line.strip() else ""
        record = self.reader.parse(line)
        answer = "" if record is None else self._answered(record)
        if self.form is not None and not self.form.whole:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[line] = answer
        return answer

    def _begin(self, line: bytes) -> str:
        """Learn from the first line; its answer, or the header that goes before all answers."""
        self.reader = reader_of(line, FIELDS)
        form = self.form = self.form or FORMATS[self.reader.form]
        record = None if self.reader.columns else self.reader.parse(line)
        self.columns = (*(record or self.reader.columns), *ANSWER)
        head = ""
        if form.streams is not None:
            head, self.write = form.streams(self.columns, ANSWER[0])
        return head if record is None else head + self._answered(record)

    def _answered(self, record: Record) -> str:
        values = {name: _value(name, each) for name, each in record.items()}
        result = size(**{**self.given, **values})
        return self.write({**values, "output": result.output, "remainder": result.remainder})

    def _keep(self, row: Row) -> str:
        if len(self.rows) >= MOST_ROWS:
            raise LimitError(f"a table is at most {MOST_ROWS:,} records long; -f csv has no limit")
        self.rows.append(cells(row, self.columns))
        return ""

    def close(self) -> None:
        """Draw the table, where one was asked for."""
        if self.rows:
            from dlcalc.output.answer import Answer, Table

            self.out.emit(Answer({}, [Table(self.columns, self.rows)]))


def _value(name: str, raw: Any) -> Any:
    """The value of a field: text as the option of that name takes it, lists as tuples."""
    if isinstance(raw, list):
        return tuple(tuple(each) if isinstance(each, list) else each for each in raw)
    return _converted(name, raw) if isinstance(raw, str) else raw


@lru_cache(MOST_REMEMBERED)
def _converted(name: str, raw: str) -> Any:
    try:
        return as_typed(PADDING if name == "pad" else SIZE, raw)
    except InputError as error:
        raise error.at(name.replace("_", " ")) from None
