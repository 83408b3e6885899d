"""The working of an output size: the formula, its numbers, the rounding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlcalc.calc.sizes import Axis
from dlcalc.calc.solve import Solutions, with_value
from dlcalc.explain.notation import Expr, Step, add, ceil, floor, symbol

L, F, P, S, D = (symbol(name) for name in "LFPSD")
BEFORE, AFTER, EXTRA = symbol("P", "before"), symbol("P", "after"), symbol("A")
OUTPUT = symbol("O")


def size_steps(axes: tuple[Axis, ...]) -> Iterator[Step]:
    """The steps to each axis's output, and what no window reaches."""
    for place, axis in enumerate(axes):
        if len(axes) > 1:
            yield Step(f"Axis {place}")
        yield output_step(axis)
        if not axis.transposed:
            yield _remainder_step(axis)


def output_step(axis: Axis, name: Any = OUTPUT) -> Step:
    """The step that gives one axis's output size."""
    values = _values(axis)
    if axis.transposed:
        formula = _transposed_formula(axis)
        return Step(name, axis.output, formula, (formula.put(values),), _legend(axis))
    room = _room(axis)
    rounded = ceil if axis.ceil else floor
    formula = rounded(room / S) + 1
    columns = axis.padded - axis.span
    windows = -(-columns // axis.stride) if axis.ceil else columns // axis.stride
    stages = [formula.put(values), rounded(Expr("div", (columns, axis.stride))) + 1]
    if axis.stride > 1:
        stages.append(add(windows, 1))
    remark = _legend(axis)
    if axis.output < windows + 1:
        stages[-1] = stages[-1] - 1
        remark += "; less 1, because the last window would start past the input"
    return Step(name, axis.output, formula, tuple(stages), remark)


def _values(axis: Axis) -> dict[Expr, Any]:
    before, after = axis.pad
    return {
        L: axis.input, F: axis.kernel, S: axis.stride, D: axis.dilation, P: before,
        BEFORE: before, AFTER: after, EXTRA: axis.output_padding,
    }


def _padding(axis: Axis) -> Expr:
    return 2 * P if axis.pad[0] == axis.pad[1] else BEFORE + AFTER


def _room(axis: Axis) -> Expr:
    """Columns that the first window leaves over: L + 2P − F where nothing is dilated."""
    if axis.dilation == 1:
        return L + _padding(axis) - F
    return L + _padding(axis) - D * (F - 1) - 1


def _transposed_formula(axis: Axis) -> Expr:
    taken = (L - 1) * S - (_padding(axis) if axis.pad[0] == axis.pad[1] else BEFORE - AFTER)
    reach = taken + F if axis.dilation == 1 else taken + D * (F - 1) + 1
    return reach + EXTRA if axis.output_padding else reach


def _legend(axis: Axis) -> str:
    names = "L input, F kernel, P padding, S stride"
    if axis.dilation > 1:
        names += ", D dilation"
    return names + (", A output padding" if axis.output_padding else "")


def _remainder_step(axis: Axis) -> Step:
    padded = L + _padding(axis)
    used = (OUTPUT - 1) * S + (F if axis.dilation == 1 else D * (F - 1) + 1)
    formula = padded - used
    values = {**_values(axis), OUTPUT: axis.output}
    short = (axis.output - 1) * axis.stride + axis.span > axis.padded
    note = "columns of the padded input that no window reaches"
    if short:
        return Step("remainder", 0, note="the last window reaches past the padded input")
    return Step("remainder", axis.remainder, formula, (formula.put(values),), note)


def solution_steps(found: Solutions) -> Iterator[Step]:
    """Each end of the range of solutions, and the values just outside, put to the proof."""
    axes = found.solutions[0].axes
    for place, (axis, (first, last)) in enumerate(zip(axes, found.ranges, strict=True)):
        if len(axes) > 1:
            yield Step(f"Axis {place}")
        name = found.solve.replace("_", " ")
        end = "and every larger one" if last is None else "to the proof at its ends"
        yield Step(f"{name} from {first}" + ("" if last is None else f" to {last}"), note=end)
        least = 0 if found.solve in ("pad", "output_padding") else 1
        tried = [first - 1, first] + ([] if last is None else [last, last + 1])
        for value in sorted({each for each in tried if each >= least}):
            put = with_value(axis, found.solve, value)
            if put.output >= 1 and put.output_padding < max(put.stride, put.dilation):
                yield output_step(put, symbol("O", f"{name} {value}"))
