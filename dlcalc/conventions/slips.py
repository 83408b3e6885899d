"""The slip that gives an expected count, found by counting with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any

from dlcalc.conventions.models import GATES, figure, framed
from dlcalc.conventions.tables import value
from dlcalc.errors import DlcalcError
from dlcalc.input.sources import text_beside
from dlcalc.layers.size_steps import size_slips
from dlcalc.models.count import Count, Row
from dlcalc.models.tree import Model
from dlcalc.models.use import Use
from dlcalc.models.working import windows_of
from dlcalc.names import COUNTERS, DTYPES, FRAMEWORKS
from dlcalc.numbers.axes import plural
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.places import Place

USUAL = Use(dtype="float32")
MOST_ROWS = 20_000
"""Layers of a model in which a slip is looked for."""


def count_advice(model: Model, count: Count, place: Place, wanted: Any, use: Use = USUAL) -> str:
    """The slip that gives what was expected in a place of a count's record; "" where none does.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.reading import model as read
    >>> net = read("input 3x8x8; conv 4 5")
    >>> count_advice(net, params(net), ("total", "params"), 300)
    'the biases left out gives that'
    >>> count_advice(net, params(net), ("layers", 0, "output"), [4, 3, 3])
    'the + 1 left out gives that'
    >>> net = read("input 3x8x8; dwconv 3")
    >>> count_advice(net, params(net), ("total", "params"), 84)
    'a full convolution in place of the depthwise one gives that'
    """
    if len(count.rows) > MOST_ROWS or count.misfit is not None:
        return ""
    rows, what = list(count.rows), str(place[-1])
    match place:
        case ("layers", int(number), "receptive_field", "size" | "unclipped"):
            return slip_of(wanted, _of_fields(rows[: number + 1]))
        case ("layers", int(number), str()):
            rows = [rows[number]]
    if what.endswith("_bytes"):
        return slip_of(wanted, _of_bytes(what, count, rows, use))
    return rows_advice(count, rows, what, wanted, model if len(rows) == len(count.rows) else None)


def rows_advice(
    count: Count, rows: Sequence[Row], what: str, wanted: Any, whole: Model | None = None
) -> str:
    """The slip that gives what was expected of some rows of a count; `whole` if they are all."""
    if what == "output":
        channels, *sizes = rows[-1].output
        return slip_of(wanted, [
            ("the channels last", [*sizes, channels]),
            *((words, [channels, *size]) for words, size in _sizes(rows[-1])),
        ])
    slips = _of_layers(what, count, rows)
    if what in ("params", "macs") and len(rows) > 1:
        slips = chain(slips, _of_parts(what, rows))
    if what == "macs" and len(rows) == 1 and (channels := prod(rows[0].output[1:])):
        each = rows[0].macs // channels
        slips = chain(slips, ((words, each * prod(size)) for words, size in _sizes(rows[0])))
    if whole is not None and what in _OF_MODELS:
        slips = chain(slips, _OF_MODELS[what](whole, count))
    return slip_of(wanted, slips)


def _sizes(row: Row) -> Iterator[tuple[str, list[int]]]:
    """The slips of an output's size, each with the size behind the channels."""
    for words, size in size_slips(windows_of(row)):
        yield words, size if isinstance(size, list) else [size]


def _of_parts(what: str, rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """A total without one of the layers, or without its biases."""
    total = sum(getattr(row, what) for row in rows)
    for row in rows:
        if number := getattr(row, what):
            yield f"{row.name} left out", total - number
        if what == "params" and row.biases:
            yield f"the biases of {row.name} left out", total - row.biases


def _of_fields(rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """What the last of some layers sees, by the slips of a field, axis by axis."""
    windows, behind, facts = windows_of(rows[-1]), rows[-1].input, list[Mapping[str, int]]()
    before = rows[-2].field if len(rows) > 1 and rows[-2].output == behind else None
    for place, axis in enumerate(windows):
        R, J = (before[place].size, before[place].jump) if before else (1, 1)
        dilated = sum((each.kernel - 1) * (each.dilation - 1) * row.field[place].jump // each.stride
                      for row in rows[:-1] if row.field
                      for each in windows_of(row)[place : place + 1])
        facts.append({"R": R, "J": J, "K": axis.kernel, "D": axis.dilation, "S": axis.stride,
                      "E": dilated})
    for words, formula in _table("field") if facts else ():
        yield words, [value(formula, each) for each in facts]


def _of_bytes(what: str, count: Count, rows: Sequence[Row], use: Use) -> Iterator[tuple[str, Any]]:
    """The slips of a memory: of what is held, of the type of its numbers, of the examples."""
    counted, part = count if len(rows) > 1 else rows[0], what.removesuffix("_bytes")

    def size(use: Use) -> Any:
        if part == "cache":
            return sum(map(use.cache(count.positions), rows))
        return getattr(use.held(counted), part, None)

    if part == "training":
        for name, number in reversed(use.held(counted)._asdict().items()):
            words = "state of the optimiser" if name == "optimizer" else name
            yield f"the {words} left out", size(use) - number
    if part == "cache":
        yield from _of_caches(count, rows, use)
    yield "one example alone", size(use._replace(batch=1))
    for name, (block, each) in DTYPES.items():
        words = f"{each} {plural(each, 'byte')} a number" if block == 1 else f"numbers of {name}"
        yield words, size(use._replace(dtype=name, recipe=None))


def _of_caches(count: Count, rows: Sequence[Row], use: Use) -> Iterator[tuple[str, Any]]:
    cache, keeping = use.cache(count.positions), [row for row in rows if row.cache is not None]
    yield "the positions before alone", sum(map(use.cache(count.cached), rows))
    yield "the windows left out", sum(use.batch * row.cache._replace(most=None).bytes(
        count.positions, use.cache_size) for row in keeping if row.cache)
    if len(keeping) > 1:
        yield "one layer alone", cache(keeping[0])
    if all(row.type == "attention" for row in keeping):
        yield "the keys or the values alone", sum(map(cache, keeping)) // 2
        told = [(row, row.arguments or {}) for row in keeping]
        yield "keys and values of every head", sum(
            cache(row) * given.get("heads", 1) // (given.get("kv_heads") or given.get("heads", 1))
            for row, given in told
        )


def _of_layers(what: str, count: Count, rows: Sequence[Row]) -> Iterator[tuple[str, Any]]:
    """The slips of a total that the table has, each with what some layers count by it."""
    known = {row.name: row for row in count.rows}
    facts: list[dict[str, Any]] = []
    for row in rows:
        conv = len(row.input) > 2 and "conv" in row.type
        told = row.arguments or {}
        facts.append({
            "W": row.weights, "b": row.biases, "P": row.params, "M": row.macs, "C": row.input[0],
            "taken": prod(row.input), "out": prod(row.output), "buffers": row.buffers,
            "conv": conv, "depthwise": conv and row.type == "dwconv", "norm": "norm" in row.type,
            "G": told.get("groups", 1) if conv else 1, "attends": row.type == "attention",
            "T": row.input[0] if len(row.input) == 2 else 1, "gates": GATES.get(row.type, 0),
            "H": told.get("hidden", 0),
            "tied": known[row.tied].weights if row.tied in known else 0,
        })
    convolutions = any(each["conv"] for each in facts)
    for words, formula in _table(what):
        plain = words.removeprefix("convolutions: ")
        if convolutions or plain == words:
            yield plain, sum(value(formula, each) for each in facts)


def _table(what: str) -> Iterator[tuple[str, str]]:
    """The slips that the table has of a total: words, and what is counted by them."""
    for line in text_beside(__file__, "slips.txt").splitlines():
        total, _, rest = line.partition(" ")
        words, _, formula = rest.partition(" = ")
        if total == what:
            yield words, formula


def _of_frameworks(model: Model, count: Count) -> Iterator[tuple[str, Any]]:
    for framework in FRAMEWORKS:
        try:
            made = framed(model, count, framework)
        except DlcalcError:
            continue
        why = made.notes[0].partition(": ")[2] if made.notes else ""
        words = f"{framework}'s count" + (f", {why}," if why else "")
        yield words, made.model.params
        yield words, made.model.params + made.held


def _of_counters(model: Model, count: Count) -> Iterator[tuple[str, Any]]:
    for counter in COUNTERS:
        found = figure(model, count, counter)
        if found.unit != "parameters":
            yield f"{counter}'s way of counting", found.figure


_OF_MODELS: dict[str, Callable[[Model, Count], Iterator[tuple[str, Any]]]] = {
    "params": _of_frameworks, "macs": _of_counters,
}
"""What others count of a whole model, by the total."""
