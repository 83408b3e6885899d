"""The slip that gives an expected count, found by counting with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from dlcalc.conventions.models import figure, framed
from dlcalc.errors import DlcalcError
from dlcalc.layers.size_steps import size_slips
from dlcalc.models.count import Count, Row
from dlcalc.models.tree import Model
from dlcalc.models.working import windows_of
from dlcalc.names import COUNTERS, FRAMEWORKS
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.places import Place

MOST_ROWS = 20_000
"""Layers of a model in which a slip is looked for."""

FULL = "a full convolution in place of the depthwise one"


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
    slips = {"params": _of_parameters, "macs": _of_products}.get(what)
    return "" if slips is None else slip_of(wanted, slips(whole, count, rows))


def _of_parameters(
    whole: Model | None, count: Count, rows: Sequence[Row]
) -> Iterator[tuple[str, Any]]:
    weights, biases = sum(row.weights for row in rows), sum(row.biases for row in rows)
    convolutions = [row for row in rows if len(row.input) > 2 and "conv" in row.type]
    known = {row.name: row for row in count.rows}
    yield "the biases left out", weights
    yield "the biases counted twice", weights + 2 * biases
    if convolutions:
        yield "the input channels left out", weights + biases - sum(
            row.weights - row.weights // row.input[0] for row in convolutions
        )
        yield "a bias for each input channel", weights + biases + sum(
            row.biases * (row.input[0] - 1) for row in convolutions
        )
    yield FULL, weights + biases + sum(
        row.weights * (row.input[0] - 1) for row in convolutions if row.type == "dwconv"
    )
    yield "the tied weights counted twice", weights + biases + sum(
        known[row.tied].weights for row in rows if row.tied in known
    )
    yield "the norms left out", sum(row.params for row in rows if "norm" not in row.type)
    yield "the buffers counted too", weights + biases + sum(row.buffers for row in rows)
    if whole is not None:
        yield from _of_frameworks(whole, count)


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


def _of_products(
    whole: Model | None, count: Count, rows: Sequence[Row]
) -> Iterator[tuple[str, Any]]:
    macs = sum(row.macs for row in rows)
    convolutions = [row for row in rows if len(row.input) > 2 and "conv" in row.type]
    yield "FLOPs in place of MACs (×2)", 2 * macs
    yield "a bias added to each output", macs + sum(prod(row.output) for row in rows if row.biases)
    if convolutions:
        yield "the output positions left out", macs - sum(
            row.macs - row.weights for row in convolutions
        )
        yield "the input's size in place of the output's", macs - sum(
            row.macs - row.weights * prod(row.input[1:]) for row in convolutions
        )
        yield "the input channels left out", macs - sum(
            row.macs - row.macs // row.input[0] for row in convolutions
        )
    yield FULL, macs + sum(
        row.macs * (row.input[0] - 1) for row in convolutions if row.type == "dwconv"
    )
    if whole is not None:
        for counter in COUNTERS:
            found = figure(whole, count, counter)
            if found.unit != "parameters":
                yield f"{counter}'s way of counting", found.figure
