"""The working of upsampling counts: axis by axis, then their products and sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlcalc.commands.mults.axis_working import axis_steps, summed
from dlcalc.commands.mults.stages import HEADLINE, Multiplications, Stage
from dlcalc.formulas.expressions import Expr, Step, mul
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.places import Place


def mults_steps(result: Multiplications) -> Iterator[Step]:
    """The steps to the counts of every stage, and their sum."""
    for stage in result.stages:
        yield from stage_steps(stage)
    if len(result.stages) > 1:
        for method in result.total:
            yield total_step(result, method)


def field_step(result: Multiplications, field: Place) -> Step | None:
    """The step that gives one count of the record: `total.dense`, `stages[0].methods.…`."""
    named = (str(part) for part in field if part in result.total)
    method = HEADLINE if field == ("multiplications",) else next(named, None)
    if method is None:
        return None
    if field[0] == "stages":
        return count_step(result.stages[int(field[1])], method)
    return total_step(result, method)


def advice(result: Multiplications, expected: Any) -> str:
    """Which other method, or which part of the work, an expected count belongs to."""
    while isinstance(expected, list | tuple) and len(expected) == 1:
        expected = expected[0]
    counts = {
        f"the count of {method} for {what}": number
        for method in result.total
        for stage in result.stages
        for what, number in (
            ("all of it", result.total[method]), (stage.name, stage.methods[method].total),
            ("one channel pair", stage.methods[method].per_pair),
            ("one line", stage.methods[method].per_axis[0]),
        )
    }
    return next((f"{expected} is {what}" for what, n in counts.items() if n == expected), "")


def total_step(result: Multiplications, method: str) -> Step:
    """The step that adds up one method over the stages."""
    terms = [stage.methods[method].total for stage in result.stages]
    if len(terms) == 1:
        return count_step(result.stages[0], method)
    return Step(f"{method}, all stages", result.total[method], None, summed(terms))


def stage_steps(stage: Stage) -> Iterator[Step]:
    """The steps to one stage's counts: its axes one by one, then their products."""
    sizes = by_x([axis.input for axis in stage.axes]), by_x(stage.output)
    kernel = by_x([axis.kernel for axis in stage.axes])
    yield Step(
        stage.name, note=f"input {sizes[0]}, output {sizes[1]}, kernel {kernel}, "
        f"{stage.channels[0]} → {stage.channels[1]} channels",
    )
    for place, axis in enumerate(stage.axes):
        if stage.axes.index(axis) == place:
            alike = stage.axes.count(axis) == len(stage.axes)
            name = ("each axis" if place + 1 < len(stage.axes) else "its axis") if alike else (
                f"axis {place}"
            )
            yield from axis_steps(axis, stage.phases[place], stage.tile, name)
    for method in stage.methods:
        yield count_step(stage, method)


def count_step(stage: Stage, method: str) -> Step:
    """The product over the axes and the channel pairs that gives a method's count."""
    count = stage.methods[method]
    note = ""
    if method == "winograd":
        nested = "nested; " if len(stage.axes) > 1 else ""
        note = f"{nested}the fewest products of a channel pair, all phases at once: {stage.rank}"
    if stage.pairs == 1:
        formula = mul(*count.per_axis) if len(stage.axes) > 1 else None
        return Step(f"{method}, a channel pair", count.total, formula, (), note)
    on_the_way = (_over_channels(stage, count.per_pair),) if len(stage.axes) > 1 else ()
    return Step(method, count.total, _over_channels(stage, *count.per_axis), on_the_way, note)


def _over_channels(stage: Stage, *counts: int) -> Expr:
    """A count times the channel pairs: C_in·C_out/groups."""
    product = mul(*counts, *stage.channels)
    return product if stage.groups == 1 else product / stage.groups
