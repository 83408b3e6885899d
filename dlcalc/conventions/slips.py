"""The slip that gives an expected count, found by counting with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from math import prod
from typing import Any

from dlcalc.conventions.models import figure, framed
from dlcalc.conventions.tables import value
from dlcalc.errors import DlcalcError
from dlcalc.input.sources import text_beside
from dlcalc.layers.size_steps import size_slips
from dlcalc.models.count import Count, Row
from dlcalc.models.tree import Model
from dlcalc.models.working import windows_of
from dlcalc.names import COUNTERS, FRAMEWORKS
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.places import Place

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
MOST_ROWS = 20_000
"""Layers of a model in which a slip is looked for."""


def count_advice(model: Model, count: Count, place: Place, wanted: Any) -> str:
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
    match place:
        case ("layers", int(number), str(what)):
            rows = [count.rows[number]]
        case _:
            rows, what = list(count.rows), str(place[-1])
    return rows_advice(count, rows, what, wanted, model if len(rows) == len(count.rows) else None)


def rows_advice(
    count: Count, rows: Sequence[Row], what: str, wanted: Any, whole: Model | None = None
) -> str:
    """The slip that gives what was expected of some rows of a count; `whole` if they are all."""
    if what == "output":
        row = rows[-1]
        sizes = ((words, size if isinstance(size, list) else [size])
                 for words, size in size_slips(windows_of(row)))
        return slip_of(wanted, ((words, [*row.output[:1], *size]) for words, size in sizes))
    slips = _of_layers(what, count, rows)
    if whole is not None and what in _OF_MODELS:
        slips = chain(slips, _OF_MODELS[what](whole, count))
    return slip_of(wanted, slips)


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
            "tied": known[row.tied].weights if row.tied in known else 0,
        })
    convolutions = any(each["conv"] for each in facts)
    for line in text_beside(__file__, "slips.txt").splitlines():
        total, _, rest = line.partition(" ")
        words, _, formula = rest.partition(" = ")
        plain = words.removeprefix("convolutions: ")
        if total == what and (convolutions or plain == words):
            yield plain, sum(value(formula, each) for each in facts)


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
