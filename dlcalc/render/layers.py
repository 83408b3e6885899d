"""Layers as rows of a table and as objects of JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


class FieldRecords:
    """The receptive fields of the rows of a model; many rows share one."""

    def __init__(self) -> None:
        self.known: dict[int, dict[str, Any] | None] = {}

    def of(self, row: Row) -> dict[str, Any] | None:
        """The field of a row, worked out once."""
        key = id(row.field)
        if key not in self.known:
            self.known[key] = field_record(row.field)
        return self.known[key]


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
Cell = Callable[["Row", FieldRecords], Any]


def _field_cell(key: str) -> Cell:
    def cell(row: Row, fields: FieldRecords) -> Any:
        record = fields.of(row)
        return None if record is None else record[key]

    return cell


COLUMNS: dict[str, Cell] = {
    "name": lambda row, _: row.name, "type": lambda row, _: row.type,
    "layer": lambda row, _: row.node.text if hasattr(row.node, "text") else row.type,
    "input": lambda row, _: row.input, "output": lambda row, _: row.output,
    "params": lambda row, _: row.params, "weights": lambda row, _: row.weights,
    "biases": lambda row, _: row.biases, "trainable": lambda row, _: row.trainable,
    "macs": lambda row, _: row.macs, "activations": lambda row, _: row.activations,
    **{name: _field_cell(key) for name, key in _FIELDS.items()},
}
"""Every column that can be asked for."""
SUMMED = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Columns that have a total."""


def cells(
    rows: Sequence[Row], columns: Sequence[str], fields: FieldRecords
) -> list[list[Any]]:
    """The cells of rows in the columns asked for."""
    makers = [COLUMNS[name] for name in columns]
    return [[make(row, fields) for make in makers] for row in rows]


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
