"""Answers to records, one a line, in the formats that need not see all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dlcalc.errors import InputError
from dlcalc.output.json_text import json_text
from dlcalc.output.tables import cell_exact

Row = dict[str, Any]
"""A record and its answer, by name."""


def line_writer(form: str, columns: Sequence[str], answer: str) -> Callable[[Row], str]:
    """How a row becomes a line: `plain` has the answer alone.

    >>> line_writer("csv", ["input", "output"], "output")({"input": "4x4", "output": (3, 3)})
    '4x4,3x3\\n'
    """
    if form == "json":
        return lambda row: json_text(row) + "\n"
    if form == "plain":
        return lambda row: cell_exact(row[answer]) + "\n"
    delimiter = "\t" if form == "tsv" else ","
    return lambda row: delimiter.join(map(str, cells(row, columns))) + "\n"


def cells(row: Row, columns: Sequence[str]) -> list[int | str]:
    """What stands in each column, nothing where the row lacks it."""
    for name in row:
        if name not in columns:
            raise InputError(f"the first record, whose fields are the columns, has no {name}")
    return [_cell(row.get(name, "")) for name in columns]


def _cell(value: Any) -> int | str:
    """A whole number or a name as it is; several as options take them: 28x28, 0:1x0:1."""
    if not isinstance(value, tuple):
        return value  # type: ignore[no-any-return]
    sides = (each if isinstance(each, tuple) else (each,) for each in value)
    return "x".join(":".join(map(str, each)) for each in sides)
