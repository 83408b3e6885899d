"""The working of one upsampling axis: zeros inserted, taps that meet, short filters.

Indices are those of a textbook and start at 1: xᵢ, wₖ and yₒ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from dlcalc.commands.mults.axis import Upsampling, columns_met, meetings, outputs_on_grid
from dlcalc.commands.mults.phases import Phase, steps
from dlcalc.formulas.expressions import Expr, Step, add, call, ceil, floor, mul, symbol, total

L, F, S, D, P, OUTPUT, TAP = (symbol(name) for name in "LFSDPOk")
FULL = 24
"""Entries that are written out; of more, some at the head and at the tail."""
SHORT = 10
"""The same amid a sentence."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def axis_steps(
    axis: Upsampling, found: tuple[Phase, ...], tile: int, name: str
) -> Iterator[Step]:
    """One axis: the zero-inserted input, each output's taps, the sums, the phases."""
    yield Step(
        name, note=f"L {axis.input}, F {axis.kernel}, S {axis.stride}, D {axis.dilation}, "
        f"P {axis.crop}, O {axis.output}",
    )
    yield Step("zero-inserted input", note=_sequence(axis))
    yield Step("dense", axis.output * axis.kernel, OUTPUT * F, (mul(axis.output, axis.kernel),))
    yield from _output_steps(axis)
    yield from _sum_steps(axis)
    yield from _phase_steps(axis, found, tile)


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


def _written(items: range, entry: Callable[[int], str], full: int = FULL) -> str:
    """Entries with commas, those amid a long range left out and counted."""
    # len() of a range stops at the size of a machine word.
    count = max(0, -(-(items.stop - items.start) // items.step))
    first, last, left_out = _ends(count, full)
    head = [entry(items[place]) for place in range(first)]
    if not left_out:
        return ", ".join(head)
    tail = [entry(items[count - place]) for place in range(last, 0, -1)]
    return ", ".join([*head, f"… ({left_out} left out) …", *tail])


def _ends(count: int, full: int = FULL) -> tuple[int, int, int]:
    """How many entries are written at the head and the tail, and how many are left out."""
    head, tail = full // 2, full // 4
    return (count, 0, 0) if count <= full else (head, tail, count - head - tail)


def summed(terms: list[int]) -> tuple[Expr, ...]:
    """The sum of several numbers written out, of many in part; nothing for a single one."""
    first, last, left_out = _ends(len(terms), SHORT)
    if len(terms) < 2:
        return ()
    if not left_out:
        return (add(*terms),)
    return (add(*terms[:first], symbol(f"… {left_out} terms …"), *terms[-last:]),)


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

    first, last, left_out = _ends(len(met), SHORT)
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
        yield Step("zero_skip by outputs", products, None, (add(*by_output),))
    last = call("min", L - 1, floor((P + OUTPUT - 1 - TAP * D) / S))
    columns = call("max", 0, last - call("max", 0, ceil((P - TAP * D) / S)) + 1)
    yield Step("zero_skip by taps", products, total(columns, "k"), summed(by_tap))
    on_grid = [outputs_on_grid(axis, tap) for tap in range(axis.kernel)]
    residue = call("mod", TAP * D - P, S)
    yield Step(
        "polyphase", sum(on_grid), total(floor((OUTPUT - 1 - residue) / S) + 1, "k"),
        summed(on_grid), "with the zeros at the edges",
    )


def _phase_steps(axis: Upsampling, found: tuple[Phase, ...], tile: int) -> Iterator[Step]:
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
    yield Step("winograd", sum(products), None, summed(products))
    tiled = [phase.tiled(tile) * phase.copies for phase in found]
    m, r, t = symbol("m"), symbol("r"), symbol("t")
    yield Step(
        f"winograd_tile{tile}", sum(tiled), total(ceil(m / t) * (t + r - 1)),
        summed(tiled), f"tiles of t {tile} outputs, m outputs and r taps a phase",
    )


def _nth(step: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(step, f"{step}th")


def _phase_step(axis: Upsampling, phase: Phase, number: int) -> Step:
    input_step, tap_step, output_step = steps(axis)
    lines = [
        _written(range(start, start + step * count, step), partial(_indexed, name), SHORT)
        for name, start, step, count in (
            ("w", phase.first_tap, tap_step, phase.taps),
            ("x", phase.first_input, input_step, phase.inputs),
            ("y", phase.first_output, output_step, phase.outputs),
        )
    ]
    smallest, middle, _ = sorted((phase.inputs, phase.taps, phase.outputs))
    rank = str(phase.rank)
    formula = Expr("sub", (add(smallest, middle), 1))
    if phase.copies > 1:
        formula = mul(phase.copies, formula)
        rank += f" each; {phase.copies} phases alike, this is the first"
    return Step(
        f"phase {number}", phase.winograd * phase.copies, formula, (),
        f"taps {lines[0]} over {lines[1]} make {lines[2]}; {rank}",
    )
