"""The working of an output size: the formula, its numbers, the rounding."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.formulas.expressions import Expr, Step, add, ceil, floor, symbol
from dlcalc.input.expressions import mistakes
from dlcalc.numbers.axes import by_x, listed
from dlcalc.numbers.places import Place
from dlcalc.numbers.sizes import Axis
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.numbers.solve import Solutions

L, F, P, S, D = (symbol(name) for name in "LFPSD")
MOST_NAMED = 12
"""Solutions that an error still names one by one."""
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
    values = values_of(axis)
    if axis.transposed:
        formula = _transposed_formula(axis)
        return Step(name, axis.output, formula, (formula.put(values),), _legend(axis))
    padded = L + _padding(axis)  # what the first window leaves over of it
    room = padded - F if axis.dilation == 1 else padded - D * (F - 1) - 1
    rounded = ceil if axis.ceil else floor
    formula = rounded(room / S) + 1
    columns = axis.padded - axis.span
    windows = -(-columns // axis.stride) if axis.ceil else columns // axis.stride
    stages = [formula, formula.put(values), rounded(Expr("div", (columns, axis.stride))) + 1]
    if axis.stride > 1:
        stages.append(add(windows, 1))
    remark = _legend(axis)
    if axis.output < windows + 1:
        stages = [each - 1 for each in stages]
        remark += "; less 1, because the last window would start past the input"
    return Step(name, axis.output, stages[0], tuple(stages[1:]), remark)


def axis_steps(axes: tuple[Axis, ...]) -> Iterator[Step]:
    """The output size of each axis, once where all are alike."""
    if len(set(axes)) == 1:
        yield output_step(axes[0])
        return
    for place, axis in enumerate(axes):
        yield output_step(axis, symbol("O", str(place)))


def size_slips(axes: tuple[Axis, ...]) -> Iterator[tuple[str, Any]]:
    """What circulated slips make of output sizes, on all axes alike, or on one of them.

    >>> dict(size_slips((Axis(32, 5, 1, (1, 1)),)))["padding counted on one side"]
    29
    """
    right = [axis.output for axis in axes]
    for slips in zip(*map(_slips_of, axes), strict=True):
        words, wrong = slips[0][0], [size for _, size in slips]
        if wrong == right:
            continue
        yield words, wrong[0] if len(wrong) == 1 else wrong
        for place in range(len(axes) if len(axes) > 1 else 0):
            yield f"{words} on axis {place}", [*right[:place], wrong[place], *right[place + 1 :]]
    if len(axes) > 1:
        yield "the axes exchanged", [axis.output for axis in reversed(axes)]
        for field in ("stride", "kernel", "pad", "dilation"):
            turned = [getattr(axis, field) for axis in reversed(axes)]
            yield f"{field} of the axes exchanged", [
                axis._replace(**{field: each}).output
                for axis, each in zip(axes, turned, strict=True)
            ]


def _slips_of(axis: Axis) -> Iterator[tuple[str, float]]:
    before, after = axis.pad
    given = {**axis._asdict(), "before": before, "after": after, "output": axis.output}
    for words, change in mistakes(__file__, "size_slips.txt", given):
        size: float | None = change.pop("output", None)
        size = axis._replace(**change).output if size is None else size
        yield words, size if size == size // 1 else float(size)


def values_of(axis: Axis) -> dict[Expr, Any]:
    """What the letters of a size stand for."""
    before, after = axis.pad
    return {
        L: axis.input, F: axis.kernel, S: axis.stride, D: axis.dilation, P: before,
        BEFORE: before, AFTER: after, EXTRA: axis.output_padding,
    }


def _padding(axis: Axis) -> Expr:
    return 2 * P if axis.pad[0] == axis.pad[1] else BEFORE + AFTER


def _transposed_formula(axis: Axis) -> Expr:
    grown = (L - 1) * S
    taken = grown - 2 * P if axis.pad[0] == axis.pad[1] else grown - BEFORE - AFTER
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
    values = {**values_of(axis), OUTPUT: axis.output}
    short = (axis.output - 1) * axis.stride + axis.span > axis.padded
    note = "columns of the padded input that no window reaches"
    if short:
        return Step("remainder", 0, note="the last window reaches past the padded input")
    return Step("remainder", axis.remainder, formula, (formula.put(values),), note)


def solution_steps(found: Solutions) -> Iterator[Step]:
    """Each end of the range of solutions, and the values just outside, put to the proof."""
    for place, (first, last) in enumerate(found.ranges):
        if len(found.ranges) > 1:
            yield Step(f"Axis {place}")
        name = found.solve.replace("_", " ")
        end = "and every larger one" if last is None else "put to the proof at its ends"
        upto = "" if last in (None, first) else f" to {last}"
        yield Step(f"{name} {first}{upto}", note=end)
        least = 0 if found.solve in ("pad", "output_padding") else 1
        tried = [first - 1, first] + ([] if last is None else [last, last + 1])
        for value in sorted({each for each in tried if each >= least}):
            put = found.put(place, value)
            if put.output >= 1 and put.output_padding < max(put.stride, put.dilation):
                yield output_step(put, symbol("O", f"{name} {value}"))


def solution_advice(found: Solutions, field: Place, expected: Any) -> str:
    """What an expected solution that is none gives, or, in number, which there are."""
    if field == ("solutions",):
        return f"the solutions are {_solutions_text(found)}"
    if field[-1] != found.solve:
        return ""
    values = _as_list(expected)
    if not all(isinstance(value, int) and value >= 0 for value in values):
        return ""
    gives = [found.put(place, value).output for place, value in enumerate(values)]
    outputs = by_x(gives) if min(gives) >= 1 else "no output"
    return f"{found.solve.replace('_', ' ')} {by_x(values)} gives {outputs}"


def ranges_text(found: Solutions) -> str:
    """The solutions an axis by its first and last."""
    return " x ".join(
        f"{first} and every larger one" if last is None else f"{first} to {last}"
        for first, last in found.ranges
    )


def _solutions_text(found: Solutions) -> str:
    if found.count is None or found.count > MOST_NAMED:
        return ranges_text(found)
    return listed(by_x(_as_list(each.value)) for each in found.solutions)


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
