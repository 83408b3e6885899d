"""Layers as rows of a table and as objects of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import prod

from dlcalc.output.answer import Made
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from dlcalc.models.receptive_fields import AxisField, Field
    from dlcalc.models.rows import Count, Row
    from dlcalc.models.use import Memory, Use

T = TypeVar("T")
FIELDS: dict[str, Callable[[AxisField], Any]] = {
    "field": lambda axis: axis.clipped,
    "jump": lambda axis: axis.jump // axis.period if axis.jump % axis.period == 0
    else axis.jump / axis.period,
    "start": lambda axis: axis.first[0], "unclipped": lambda axis: axis.size,
}
"""What a receptive field tells of an axis."""
USUAL = ("name", "type", "output", "params", "macs", "field")
"""The columns that are shown where none are asked for."""


def field_record(field: Field | None) -> dict[str, Any] | None:
    """A receptive field axis by axis: clipped size, jump, start, and the size unclipped."""
    if field is None:
        return None
    names = {"field": "size"}
    return {names.get(key, key): [get(axis) for axis in field] for key, get in FIELDS.items()}


class Facts:
    """What a row tells beside itself: its receptive field, which many share, and its bytes."""

    def __init__(self, use: Use, positions: int = 0) -> None:
        self.use = use
        self.bytes: dict[tuple[Any, ...], Memory] = {}
        self.seen: Field | None = None
        self.told: dict[str, Any] | None = None
        self.cache = use.cache(positions)
        """The bytes of the cache of a layer."""

    def field(self, row: Row) -> dict[str, Any] | None:
        """The field of a row; layers one behind the other often see the same."""
        if row.field is not self.seen:
            self.seen, self.told = row.field, field_record(row.field)
        return self.told

    def held(self, counted: Count | Row) -> Memory:
        """The memory of a model or a layer, for the type, batch and optimiser asked for."""
        key = (
            getattr(counted, "type", None), counted.weights, counted.biases, counted.trainable,
            counted.activations,
        )
        if key not in self.bytes:
            self.bytes[key] = self.use.held(counted)
        return self.bytes[key]


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
    if row.cache is not None:
        record["cache_bytes"] = facts.cache(row)
    if row.tied:
        record["tied"] = row.tied
    return record


BYTES = ("weights_bytes", "activations_bytes", "training_bytes")
Cell = Callable[["Row", Facts], Any]


def _field_cell(get: Callable[[AxisField], Any]) -> Cell:
    last: list[Any] = [None, None]  # layers in a row often see the same

    def cell(row: Row, _: Facts) -> Any:
        if row.field is not last[0]:
            last[:] = row.field, row.field and [get(axis) for axis in row.field]
        return last[1]

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
    **{name: _field_cell(get) for name, get in FIELDS.items()},
    "cache_bytes": lambda row, facts: None if row.cache is None else facts.cache(row),
    "tied": lambda row, _: row.tied or None,
}
"""Every column that can be asked for."""
SUMMED = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Columns that have a total, which a count has under the same name."""


def cells(rows: Sequence[Row], columns: Sequence[str], facts: Facts) -> Made:
    """The cells of rows in the columns asked for, made as they are written."""
    makers = [COLUMNS[name] for name in columns]
    return Made(rows, lambda row: [make(row, facts) for make in makers])


def total_of(count: Count, column: str, facts: Facts) -> int | None:
    """The total of a column, where it has one; none of a model of which a layer misfits."""
    if count.misfit is not None or column not in SUMMED + BYTES:
        return None
    total: int = (
        getattr(count, column) if column in SUMMED else bytes_record(facts.held(count))[column]
    )
    return total


def arranged(count: Count, use: Use, depth: int | None, order: Sequence[str]) -> Count:
    """The count with its layers folded to so many levels, and the largest of a column first."""
    rows = list(count.rows)
    if depth:
        rows = _folded(rows, depth)
    if order:
        facts = Facts(use, count.positions)
        keys = {id(row): COLUMNS[order[0]](row, facts) for row in rows}
        if any(isinstance(key, str) for key in keys.values()):
            rows.sort(key=lambda row: str(keys[id(row)]))
        else:
            rows.sort(key=lambda row: _largest(keys[id(row)]), reverse=True)
    return count._replace(rows=tuple(rows))


def _largest(key: Any) -> Any:
    return (-1,) if key is None else tuple(key) if isinstance(key, tuple | list) else (key,)


def _folded(rows: Sequence[Row], depth: int) -> list[Row]:
    """Layers whose names begin alike as one, with their sums and what the last one gives."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(".".join(row.name.split(".")[:depth]), []).append(row)
    return [
        group[0] if len(group) == 1 and group[0].name == name else group[-1]._replace(
            name=name, type="block", input=group[0].input, tied="", node=group[0].node,
            cache=_joint(group), **{
                key: sum(getattr(row, key) for row in group)
                for key in ("weights", "biases", "trainable", "macs", "activations", "skipped")
            },
        )
        for name, group in groups.items()
    ]


def _joint(group: Sequence[Row]) -> Any:
    """The caches of some layers as one, where they are alike in how much they keep."""
    caches = [row.cache for row in group if row.cache is not None]
    if not caches:
        return None
    return Caches(tuple(caches))


class Caches(NamedTuple):
    """The caches of several layers, which hold what each of them holds."""

    parts: tuple[Any, ...]

    def bytes(self, positions: int, size: int) -> int:
        """Bytes of all of them."""
        return sum(each.bytes(positions, size) for each in self.parts)

    def reserved(self, positions: int, size: int) -> int:
        """Bytes that are reserved for all of them."""
        return sum(each.reserved(positions, size) for each in self.parts)


def fold(items: Iterable[tuple[T, T, int]], key: Callable[[T], Any]) -> list[tuple[T, T, int]]:
    """Items of the same key as one: the first of them, the last, and how many there are."""
    first: dict[Any, int] = {}
    folded: list[tuple[T, T, int]] = []
    for item, last, times in items:
        at = first.setdefault(key(item), len(folded))
        if at == len(folded):
            folded.append((item, last, times))
        else:
            folded[at] = (folded[at][0], last, folded[at][2] + times)
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
