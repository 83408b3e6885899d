"""The working of a model's counts: each layer's formula with its numbers, and the sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import prod
from typing import Any

from dlcalc.formulas.expressions import Expr, Step, add, mul
from dlcalc.layers.size_steps import output_step, size_steps
from dlcalc.layers.table import handler
from dlcalc.layers.traced import Traced, traced
from dlcalc.models.count import Count, Row
from dlcalc.models.receptive_fields import seen
from dlcalc.numbers.axes import plural
from dlcalc.numbers.places import Place
from dlcalc.numbers.sizes import Axis

SUMS = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Totals that are written out as sums of the layers'."""
MOST_STEPS = 40
"""Layers whose formulas are written out; the rest are counted."""


def model_steps(count: Count) -> Iterator[Step]:
    """The parameters of each layer that has any, and their sum."""
    holding = [row for row in count.rows if row.params]
    for row in holding[:MOST_STEPS]:
        yield params_step(row)
    if len(holding) > MOST_STEPS:
        more = len(holding) - MOST_STEPS
        yield Step(f"{more:,} more {plural(more, 'layer')}", note="--layer NAME shows one")
    yield total_step(count)


def total_step(count: Count, what: str = "params") -> Step:
    """The parameters of a model, or another of its totals, as the sum of its layers'."""
    terms = [number for row in count.rows if (number := getattr(row, what))]
    shown = (add(*terms),) if 1 < len(terms) <= MOST_STEPS else ()
    return Step("total", sum(terms), None, shown)


def layer_steps(row: Row) -> Iterator[Step]:
    """One layer: its output size, parameters, multiply-accumulates and receptive field."""
    windows = windows_of(row)
    if windows:
        yield from size_steps(windows)
    yield params_step(row)
    yield macs_step(row)
    field = seen(row.field)
    if field is not None:
        yield Step("receptive field", list(field), note="input columns that an output sees")


def params_step(row: Row) -> Step:
    """The formula of a layer's parameters, with its numbers."""
    if row.tied:
        return Step(row.name, row.params, note=f"weights tied to {row.tied}")
    found = _traced(row)
    if found is None:
        return Step(row.name, row.params)
    step = found.step(row.name, found.counted.weights + found.counted.biases)
    biases = _constant(step.formula) if row.biases else 0
    return replace(step, note=f"{step.note}, {biases} {plural(biases, 'bias')}") if biases else step


def _constant(formula: Any) -> int:
    """The number added in the sum that a formula multiplies: 1 in (N + 1)·U."""
    factors = formula.args if isinstance(formula, Expr) and formula.kind == "mul" else ()
    for each in factors:
        if isinstance(each, Expr) and each.kind == "add" and isinstance(each.args[-1], int):
            return int(each.args[-1])
    return 0


def macs_step(row: Row) -> Step:
    """The formula of a layer's multiply-accumulates, with its numbers."""
    found = _traced(row)
    if found is None or found.counted.macs != row.macs:  # what is masked, or does not run
        return Step("macs", row.macs)
    return found.step("macs", found.counted.macs)


def windows_of(row: Row) -> tuple[Axis, ...]:
    """The windows that give the output its size, where there are any."""
    if row.arguments is None:
        return ()
    windows = handler(row.type)(row.input, **row.arguments).windows
    sizes = tuple(axis.output for axis in windows)
    return windows if sizes == row.output[1:] else ()


def _traced(row: Row) -> Traced | None:
    arguments = row.arguments
    return None if arguments is None else traced(row.type, row.input, arguments)


def expected_step(count: Count, field: Place, index: tuple[int, ...]) -> Step | None:
    """The working of the field in which an expected answer of a whole model differs."""
    match field:
        case ("total", str(what)):
            return total_step(count, what) if what in SUMS and count.misfit is None else None
        case ("layers", int(place), str(_)):
            return layer_step(count.rows[place], field, index)
    return None


def layer_step(row: Row, field: Place, index: tuple[int, ...]) -> Step | None:
    """The working of the field in which an expected answer of one layer differs."""
    what = field[-1]
    if what == "params":
        return params_step(row)
    if what == "macs":
        return macs_step(row)
    found = _traced(row)
    if what in ("weights", "biases") and found is not None:
        number = getattr(found.counted, str(what))
        return found.step(str(what), number) if number == getattr(row, str(what)) else None
    if what == "activations" and prod(row.output) == row.activations:
        return Step("activations", row.activations, None, (mul(*row.output),))
    axis = index[0] - 1 if what == "output" and index else -1
    windows = windows_of(row)
    return output_step(windows[axis]) if 0 <= axis < len(windows) else None


def comparison_steps(result: Any) -> Iterator[Step]:
    """The layers whose parameters differ, before and after."""
    for when, count in (("Before", result.before), ("After", result.after)):
        yield Step(when)
        differing = {pair.name for pair in result.pairs if pair.differs}
        rows = [row for row in count.rows if row.params and row.name in differing]
        for row in rows[:MOST_STEPS]:
            yield params_step(row)
        yield total_step(count)
