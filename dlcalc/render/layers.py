"""Layers as rows of a table and as objects of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.calc.models.fields import Field
    from dlcalc.calc.models.rows import Row

USUAL = ("name", "type", "output", "params", "macs", "field")
"""The columns that are shown where none are asked for."""


def _ratio(jump: int, period: int) -> int | float:
    return jump // period if jump % period == 0 else jump / period


def field_record(field: Field | None) -> dict[str, Any] | None:
    """A receptive field axis by axis: clipped size, jump, start, and the size unclipped."""
    if field is None:
        return None
    return {
        "size": [axis.clipped for axis in field],
        "jump": [_ratio(axis.jump, axis.period) for axis in field],
        "start": [axis.first[0] for axis in field],
        "unclipped": [axis.size for axis in field],
    }


def field_records(rows: Iterable[Row]) -> list[dict[str, Any] | None]:
    """The receptive fields of many rows; many of them share one field."""
    known: dict[int, dict[str, Any] | None] = {}
    found = []
    for row in rows:
        key = id(row.field)
        if key not in known:
            known[key] = field_record(row.field)
        found.append(known[key])
    return found


def layer_record(row: Row, field: dict[str, Any] | None) -> dict[str, Any]:
    """One layer for programs."""
    record = {
        "name": row.name, "type": row.type, "input": row.input, "output": row.output,
        "params": row.params, "weights": row.weights, "biases": row.biases,
        "trainable": row.trainable, "macs": row.macs, "activations": row.activations,
        "receptive_field": field,
    }
    if row.tied:
        record["tied"] = row.tied
    return record


_FIELDS = {"field": "size", "jump": "jump", "start": "start", "unclipped": "unclipped"}
Cell = Callable[["Row", "dict[str, Any] | None"], Any]


def _field_cell(key: str) -> Cell:
    return lambda row, field: None if field is None else field[key]


COLUMNS: dict[str, Cell] = {
    "name": lambda row, field: row.name, "type": lambda row, field: row.type,
    "layer": lambda row, field: row.node.text if hasattr(row.node, "text") else row.type,
    "input": lambda row, field: row.input, "output": lambda row, field: row.output,
    "params": lambda row, field: row.params, "weights": lambda row, field: row.weights,
    "biases": lambda row, field: row.biases, "trainable": lambda row, field: row.trainable,
    "macs": lambda row, field: row.macs, "activations": lambda row, field: row.activations,
    **{name: _field_cell(key) for name, key in _FIELDS.items()},
}
"""Every column that can be asked for."""
SUMMED = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Columns that have a total."""


def cells(rows: Sequence[Row], columns: Sequence[str]) -> list[list[Any]]:
    """The cells of rows in the columns asked for."""
    wanted = any(name in _FIELDS for name in columns)
    fields = field_records(rows) if wanted else [None] * len(rows)
    makers = [COLUMNS[name] for name in columns]
    return [
        [make(row, field) for make in makers] for row, field in zip(rows, fields, strict=True)
    ]


def fold(rows: Sequence[Row]) -> tuple[list[Row], list[int], list[str]]:
    """Turns of a repeat that count the same as one row: the rows, their times and names.

    A layer whose field still grows from turn to turn keeps a row for each.
    """
    first: dict[tuple[Any, ...], int] = {}
    kept: list[Row] = []
    times: list[int] = []
    last: list[Row] = []
    for row in rows:
        key = (id(row.node), row.input, *map(id, row.field or ()))
        at = first.setdefault(key, len(kept))
        if at == len(kept):
            kept.append(row)
            times.append(0)
            last.append(row)
        times[at] += 1
        last[at] = row
    names = [_span(a.name, b.name) for a, b in zip(kept, last, strict=True)]
    return kept, times, names


def _span(first: str, last: str) -> str:
    """Two names that differ in one index, as a range: h.0.attn and h.95.attn are h.0–95.attn."""
    if first == last:
        return first
    parts = zip(first.split("."), last.split("."), strict=True)
    return ".".join(a if a == b else f"{a}–{b}" for a, b in parts)
