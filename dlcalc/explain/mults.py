"""The working of upsampling counts: zeros inserted, taps that meet, phases, totals.

Indices are those of a textbook and start at 1: xᵢ, wₖ and yₒ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlcalc.calc.axes import by_x
from dlcalc.calc.upsampling.axis import Upsampling, columns_met, meetings
from dlcalc.calc.upsampling.phases import Phase, steps
from dlcalc.calc.upsampling.stages import Count, Multiplications, Stage
from dlcalc.explain.notation import Expr, Step, add, call, ceil, floor, mul, symbol, total

L, F, S, D, P, OUTPUT, TAP = (symbol(name) for name in "LFSDPOk")
FULL, HEAD, TAIL = 24, 10, 4
"""Entries that are written out; of more than FULL, the first HEAD and the last TAIL."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def mults_steps(result: Multiplications) -> Iterator[Step]:
    """The steps to the counts of every stage, and their sum."""
    for stage in result.stages:
        yield from stage_steps(stage)
    if len(result.stages) > 1:
        for method in result.total:
            yield total_step(result, method)


def total_step(result: Multiplications, method: str) -> Step:
    """The step that adds up one method over the stages."""
    terms = [stage.methods[method].total for stage in result.stages]
    if len(terms) == 1:
        return count_step(result.stages[0], method)
    return Step(f"{method}, all stages", result.total[method], add(*_abridged(terms)))


def stage_steps(stage: Stage) -> Iterator[Step]:
    """The steps to one stage's counts: its axes one by one, then their products."""
    sizes = by_x([axis.input for axis in stage.axes]), by_x(stage.output)
    kernel = by_x([axis.kernel for axis in stage.axes])
    yield Step(
        stage.name, note=f"{sizes[0]} → {sizes[1]}, kernel {kernel}, "
        f"{stage.channels[0]} → {stage.channels[1]} channels",
    )
    told: set[Upsampling] = set()
    for place, axis in enumerate(stage.axes):
        if axis not in told:
            same = [other for other in range(len(stage.axes)) if stage.axes[other] == axis]
            name = "each axis" if len(same) == len(stage.axes) > 1 else f"axis {place}"
            if len(stage.axes) > 1:
                yield Step(name, note=f"{axis.input} → {axis.output} columns")
            yield from axis_steps(axis, stage.phases[place])
            told.add(axis)
    for method in stage.methods:
        yield count_step(stage, method)


def count_step(stage: Stage, method: str) -> Step:
    """The product over the axes and the channel pairs that gives a method's count."""
    count = stage.methods[method]
    factors: list[Any] = list(count.per_axis)
    note = ""
    if method == "winograd" and len(stage.axes) > 1:
        note = f"nested Winograd, an upper bound: {rank_words(stage)} for a channel pair"
    if stage.pairs == 1:
        return Step(f"{method}, a channel pair", count.total, mul(*factors), (), note)
    channels: Any = mul(*stage.channels)
    if stage.groups > 1:
        channels = channels / stage.groups
    return Step(method, count.total, mul(*factors, channels), _per_pair(count, channels), note)


def _per_pair(count: Count, channels: Any) -> tuple[Expr, ...]:
    """The count of a channel pair on the way to that of the stage."""
    return (mul(count.per_pair, channels),) if len(count.per_axis) > 1 else ()


def rank_words(stage: Stage) -> str:
    """What is proved of the fewest products of a channel pair: 76 ≤ rank ≤ 117."""
    lower, upper = stage.rank
    return f"rank {lower}" if lower == upper else f"{lower} ≤ rank ≤ {upper}"


def axis_steps(axis: Upsampling, found: tuple[Phase, ...]) -> Iterator[Step]:
    """One axis: the zero-inserted input, each output's taps, the sums, the phases."""
    yield Step("zero-inserted input", note=_sequence(axis))
    yield Step("dense", axis.output * axis.kernel, OUTPUT * F, (mul(axis.output, axis.kernel),))
    yield from _output_steps(axis)
    yield from _sum_steps(axis)
    yield from _phase_steps(axis, found)


def _sequence(axis: Upsampling) -> str:
    """0, 0, x₁, 0, x₂, …: the columns that the kernel moves over."""
    before, after = axis.grid_pad
    positions = range(-before, axis.grid + after)

    def entry(position: int) -> str:
        column, off_grid = divmod(position, axis.stride)
        return "0" if off_grid or not 0 <= column < axis.input else _indexed("x", column)

    return _written(positions, entry)


def _indexed(name: str, index: int) -> str:
    return f"{name}{str(index + 1).translate(_SUBSCRIPTS)}"


def _written(items: range, entry: Any) -> str:
    """Entries with commas, those amid a long range left out and counted."""
    first, last, left_out = _ends(len(items))
    head = [entry(each) for each in items[:first]]
    if not left_out:
        return ", ".join(head)
    tail = [entry(each) for each in items[len(items) - last :]]
    return ", ".join([*head, f"… ({left_out} left out) …", *tail])


def _ends(count: int, full: int = FULL) -> tuple[int, int, int]:
    """How many entries are written at the head and the tail, and how many are left out."""
    return (count, 0, 0) if count <= full else (HEAD, TAIL, count - HEAD - TAIL)


def _abridged(terms: list[int]) -> list[Any]:
    first, last, left_out = _ends(len(terms))
    if not left_out:
        return list(terms)
    return [*terms[:first], symbol(f"… {left_out} terms …"), *terms[-last:]]


def _output_steps(axis: Upsampling) -> Iterator[Step]:
    """For each output the products of a tap and a column of the input."""
    first, last, left_out = _ends(axis.output)
    for output in range(first):
        yield _output_step(axis, output)
    if left_out:
        yield Step("…", note=f"{left_out} outputs left out")
    for output in range(axis.output - last, axis.output):
        yield _output_step(axis, output)


def _output_step(axis: Upsampling, output: int) -> Step:
    met = meetings(axis, output)[::-1]

    def term(place: int) -> str:
        tap, column = met[place]
        return _indexed("x", column) + _indexed("w", tap)

    first, last, left_out = _ends(len(met))
    terms = [term(place) for place in range(first)]
    if left_out:
        terms += [f"… ({left_out} left out) …"]
    terms += [term(place) for place in range(len(met) - last, len(met))]
    products = "1 product" if len(met) == 1 else f"{len(met)} products"
    return Step(_indexed("y", output), note=f"{' + '.join(terms) or '0'}, {products}")


def _sum_steps(axis: Upsampling) -> Iterator[Step]:
    """The products of a line, added up over the outputs and over the taps."""
    by_tap = [columns_met(axis, tap) for tap in range(axis.kernel)]
    products = sum(by_tap)
    if axis.output <= FULL:
        by_output = [len(meetings(axis, output)) for output in range(axis.output)]
        yield Step("zero_skip by outputs", products, add(*by_output))
    last = call("min", L - 1, floor((P + OUTPUT - 1 - TAP * D) / S))
    columns = call("max", 0, last - call("max", 0, ceil((P - TAP * D) / S)) + 1)
    yield Step(
        "zero_skip by taps", products, total(columns, "k"), (add(*_abridged(by_tap)),),
        f"L {axis.input}, S {axis.stride}, D {axis.dilation}, P {axis.crop}, O {axis.output}; "
        f"k from 0 to {axis.kernel - 1}",
    )


def _phase_steps(axis: Upsampling, found: tuple[Phase, ...]) -> Iterator[Step]:
    """The short filters that the axis falls apart into, and their products by Toom–Cook."""
    inputs, taps, outputs = steps(axis)
    yield Step(
        "phases", note="taps and outputs of one phase meet no others: "
        f"every {_nth(taps)} tap over every {_nth(inputs)} input makes every {_nth(outputs)} "
        "output; by Toom–Cook the two smallest of inputs, taps and outputs, less 1",
    )
    first, last, left_out = _ends(len(found))
    numbered = list(enumerate(found, 1))
    for number, phase in numbered[:first]:
        yield _phase_step(axis, phase, number)
    if left_out:
        yield Step("…", note=f"{left_out} phases left out")
    for number, phase in numbered[len(found) - last :]:
        yield _phase_step(axis, phase, number)
    products = [phase.winograd * phase.copies for phase in found]
    yield Step("winograd", sum(products), add(*_abridged(products)) if products else None)


def _nth(step: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(step, f"{step}th")


def _phase_step(axis: Upsampling, phase: Phase, number: int) -> Step:
    input_step, tap_step, output_step = steps(axis)
    lines = [
        _written(range(start, start + step * count, step), lambda i, name=name: _indexed(name, i))
        for name, start, step, count in (
            ("w", phase.first_tap, tap_step, phase.taps),
            ("x", phase.first_input, input_step, phase.inputs),
            ("y", phase.first_output, output_step, phase.outputs),
        )
    ]
    smallest, middle, _ = sorted((phase.inputs, phase.taps, phase.outputs))
    lower, upper = phase.rank
    rank = f"rank exactly {lower}" if lower == upper else f"{lower} ≤ rank ≤ {upper}"
    formula = Expr("sub", (add(smallest, middle), 1))
    if phase.copies > 1:
        formula = mul(phase.copies, formula)
        rank += f" each; {phase.copies} phases alike, this is the first"
    return Step(
        f"phase {number}", phase.winograd * phase.copies, formula, (),
        f"taps {lines[0]} over {lines[1]} make {lines[2]}; {rank}",
    )
