"""Answers to records, one a line, in the formats that need not see all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import InputError


def cells(row: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    """What stands in each column, nothing where the row lacks it.

    >>> cells({"input": "4x4", "output": (3, 3)}, ["input", "output"])
    ['4x4', '3x3']
    """
    for name in row:
        if name not in columns:
            raise InputError(f"the first record, whose fields are the columns, has no {name}")
    return [_cell(row.get(name, "")) for name in columns]


def _cell(value: Any) -> Any:
    """A number or a name as it is; several as options take them: 28x28, 0:1x0:1, 1 2; 3 4."""
    if isinstance(value, list):
        rows = value if value and isinstance(value[0], list) else [value]
        if not any(isinstance(each, list) for row in rows for each in row):
            return "; ".join(" ".join(map(str, row)) for row in rows)
    if not isinstance(value, tuple):
        return value
    sides = (each if isinstance(each, tuple) else (each,) for each in value)
    return "x".join(":".join(map(str, each)) for each in sides)
