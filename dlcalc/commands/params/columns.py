"""Layers as rows of a table and as objects of JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dlcalc.models.bytes import Memory
    from dlcalc.models.receptive_fields import Field
    from dlcalc.models.rows import Count, Row

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


class Facts:
    """What a row tells beside itself: its receptive field, which many share, and its bytes."""

    def __init__(self, held: Held) -> None:
        self.held = held
        """The memory of a model or a layer, for the type, batch and optimiser asked for."""
        self.known: dict[int, dict[str, Any] | None] = {}

    def field(self, row: Row) -> dict[str, Any] | None:
        """The field of a row, worked out once."""
        key = id(row.field)
        if key not in self.known:
            self.known[key] = field_record(row.field)
        return self.known[key]


def bytes_record(memory: Memory) -> dict[str, int]:
    """Bytes of a model or a layer for programs."""
    return {
        "weights_bytes": memory.weights, "activations_bytes": memory.activations,
        "training_bytes": memory.training,
    }


def layer_record(row: Row, facts: Facts) -> dict[str, Any]:
    """One layer for programs."""
    record = {
        "name": row.name, "type": row.type, "input": row.input, "output": row.output,
        "params": row.params, "weights": row.weights, "biases": row.biases,
        "trainable": row.trainable, "macs": row.macs, "activations": row.activations,
        **bytes_record(facts.held(row)), "receptive_field": facts.field(row),
    }
    if row.tied:
        record["tied"] = row.tied
    return record


FIELDS = {"field": "size", "jump": "jump", "start": "start", "unclipped": "unclipped"}
BYTES = ("weights_bytes", "activations_bytes", "training_bytes")
Held = Callable[["Count | Row"], "Memory"]
Cell = Callable[["Row", Facts], Any]


def _field_cell(key: str) -> Cell:
    def cell(row: Row, facts: Facts) -> Any:
        record = facts.field(row)
        return None if record is None else record[key]

    return cell


def _bytes_cell(key: str) -> Cell:
    return lambda row, facts: bytes_record(facts.held(row))[key]


COLUMNS: dict[str, Cell] = {
    "name": lambda row, _: row.name, "type": lambda row, _: row.type,
    "layer": lambda row, _: row.node.text if hasattr(row.node, "text") else row.type,
    "input": lambda row, _: row.input, "output": lambda row, _: row.output,
    "params": lambda row, _: row.params, "weights": lambda row, _: row.weights,
    "biases": lambda row, _: row.biases, "trainable": lambda row, _: row.trainable,
    "macs": lambda row, _: row.macs, "activations": lambda row, _: row.activations,
    **{name: _bytes_cell(name) for name in BYTES},
    **{name: _field_cell(key) for name, key in FIELDS.items()},
    "tied": lambda row, _: row.tied or None,
}
"""Every column that can be asked for."""
SUMMED = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Columns that have a total, which a count has under the same name."""


def cells(rows: Sequence[Row], columns: Sequence[str], facts: Facts) -> list[list[Any]]:
    """The cells of rows in the columns asked for."""
    makers = [COLUMNS[name] for name in columns]
    return [[make(row, facts) for make in makers] for row in rows]


def total_of(count: Count, column: str, facts: Facts) -> int | None:
    """The total of a column, where it has one; none of a model of which a layer misfits."""
    if count.misfit is not None or column not in SUMMED + BYTES:
        return None
    total: int = (
        getattr(count, column) if column in SUMMED else bytes_record(facts.held(count))[column]
    )
    return total


T = TypeVar("T")


def fold(items: Sequence[T], key: Callable[[T], Any]) -> list[tuple[T, T, int]]:
    """Items of the same key as one: the first of them, the last, and how many there are."""
    first: dict[Any, int] = {}
    folded: list[tuple[T, T, int]] = []
    for item in items:
        at = first.setdefault(key(item), len(folded))
        if at == len(folded):
            folded.append((item, item, 1))
        else:
            folded[at] = (folded[at][0], item, folded[at][2] + 1)
    return folded


def turns_alike(row: Row | None) -> Any:
    """What turns of a repeat have in common that count the same; their fields may grow."""
    return row and (id(row.node), row.input, row.params)


def folded_cell(column: str, first: Any, last: Any, times: int) -> Any:
    """One cell for some turns of a repeat: a range of names, or of fields that grow."""
    if column == "name":
        return span(first, last, times)
    if column in FIELDS and first != last:
        return "…".join(
            "x".join(map(str, each)) if each is not None else "?" for each in (first, last)
        )
    return first


def span(first: str, last: str, times: int) -> str:
    """Two names that differ in indices, as a range: h.0.attn and h.95.attn are h.0–95.attn.

    Where the `times` are not all turns between the two, only the ends are named.

    >>> span("h.0.attn", "h.3.attn", 4), span("h.0.attn", "h.3.attn", 3)
    ('h.0–3.attn', 'h.0.attn … h.3.attn')
    """
    parts = list(zip(first.split("."), last.split("."), strict=True))
    between = prod(int(b) - int(a) + 1 for a, b in parts if a != b)
    if between != times:
        return f"{first} … {last}"
    return ".".join(a if a == b else f"{a}–{b}" for a, b in parts)
