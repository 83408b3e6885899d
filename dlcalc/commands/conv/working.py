"""The working of a convolution: the padded input, then each element written out as its sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

import numpy as np

from dlcalc.commands.conv.names import (
    LANDINGS,
    PLACES,
    TAPS,
    channels,
    meeting,
    scaled_sums,
    sum_step,
)
from dlcalc.derive.size_steps import output_step
from dlcalc.formulas.expressions import Step, add, element, mul, symbol, total
from dlcalc.numbers.axes import by_x, plural
from dlcalc.numbers.compare import element_at, unravel
from dlcalc.numbers.convolution.conv import Convolution, padded_input, terms
from dlcalc.numbers.places import Place

MOST_ELEMENTS = 16
MOST_SHOWN = 1000
"""Elements of the padded input that are still written out."""

Index = tuple[int, ...]


def conv_steps(x: Any, w: Any, upstream: Any, result: Convolution) -> Iterator[Step]:
    """The size, the padded input, and the first elements; gradients, if any."""
    yield from _sizes(result)
    if not result.transposed and any(map(sum, result.pad)):
        yield _padded(x, result)
    yield _definition(result)
    count = prod(result.shape)
    for place in range(min(count, MOST_ELEMENTS)):
        yield element_step(x, w, result, unravel(place, result.shape))
    if count > MOST_ELEMENTS:
        more = f"{count - MOST_ELEMENTS:,} more elements"
        yield Step(f"… and {more}", note="--at INDEX shows any one of them")
    if result.dx is not None:
        from dlcalc.commands.conv.gradient_working import gradient_steps

        yield from gradient_steps(x, w, upstream, result)


def steps_at(
    x: Any, w: Any, result: Convolution, name: str, index: Index
) -> Iterable[Step] | None:
    """The size, the definition, and one element of the output in full."""
    if name not in ("", "output"):
        return None
    element_at(result.output, index, Place(("output",)))
    element = element_step(x, w, result, index, shortened=False)
    return (*_sizes(result), _definition(result), element)


def _sizes(result: Convolution) -> Iterator[Step]:
    if len(set(result.axes)) == 1:
        yield output_step(result.axes[0])
    else:
        for place, axis in enumerate(result.axes):
            yield output_step(axis, symbol("O", str(place)))


def element_step(
    x: Any, w: Any, result: Convolution, index: Index, shortened: bool = True
) -> Step:
    """One output element as the sum of its products."""
    found = terms(x, w, result, index)
    factors = ((value, weight) for value, weight, *_ in found)
    bias = None
    if result.bias is not None:
        leading = len(index) - result.dims
        bias = result.bias[index[leading - 1] if leading else 0].item()
    return sum_step("y", index, result.output, factors, len(found), shortened, bias)


def any_element(
    x: Any, w: Any, upstream: Any, result: Convolution, field: Place, index: Index
) -> Step | None:
    """The working of one element of the output or of a gradient."""
    name = str(field[0])
    if name == "output":
        return element_step(x, w, result, index)
    if name not in ("dx", "dw", "db"):
        return None
    from dlcalc.commands.conv.gradient_working import gradient_step

    return gradient_step(x, w, upstream, result, name, index)


def _padded(x: Any, result: Convolution) -> Step:
    padded = padded_input(x, result)
    if padded.size > MOST_SHOWN:
        return Step("padded input", note=f"{by_x(padded.shape)}, too large to be written out")
    return Step("padded input", padded)


def _definition(result: Convolution) -> Step:
    """The defining sum, with this layer's strides and dilations in it."""
    outer, inner, mixed = channels(result)
    places, taps, landings = (names[: result.dims] for names in (PLACES, TAPS, LANDINGS))
    weight = element("w", (*mixed, *taps))
    notes = ["w is the kernel turned round"] if result.flip else []
    if inner:
        notes.append(_channels_summed(result))
    bias = [element("b", outer)] if outer else [symbol("b")]
    bias = [] if result.bias is None else bias
    if result.transposed:
        body = mul(element("x", (*inner, *places)), weight)
        name, summed = element("y", (*outer, *landings)), (*inner, *places, *taps)
        notes.insert(0, f"where {meeting(result)}")
    else:
        body = mul(element("x", (*inner, *scaled_sums(result))), weight)
        name, summed = element("y", (*outer, *places)), (*inner, *taps)
        if any(map(sum, result.pad)):
            notes.insert(0, "x is the padded input")
    formula = total(body, ",".join(summed))
    return Step(name, None, add(formula, *bias) if bias else formula, (), "; ".join(notes))


def _channels_summed(result: Convolution) -> str:
    count = result.kernel_shape[0] // result.groups if result.transposed else result.kernel_shape[1]
    return f"c runs over {count} {plural(count, 'channel')}" + (
        " of the group" if result.groups > 1 else ""
    )


def advice(x: Any, w: Any, result: Convolution, field: Place, expected: Any) -> str:
    """What would have given an expected output of another shape, or of another kernel."""
    if field != ("output",):
        return ""
    from dlcalc.numbers.convolution.conv import conv

    array = np.asarray(expected)
    if array.shape == result.shape:
        turned = conv(
            x, w, result.stride, result.pad, result.dilation, result.groups, result.dims,
            result.pad_mode, not result.flip, result.transposed, result.output_padding,
        )
        same = np.array_equal(turned.output, array) and not np.array_equal(result.output, array)
        return "that is the result of the kernel turned round (see --flip)" if same else ""
    shape = (1,) * (len(result.shape) - array.ndim) + array.shape
    if len(shape) != len(result.shape):
        return ""
    wanted = shape[-result.dims :]
    return _rounding_that_gives(result, wanted) or _pad_that_gives(result, wanted)


def _rounding_that_gives(result: Convolution, wanted: Index) -> str:
    if result.transposed:
        return ""
    rounded = tuple(axis._replace(ceil=True).output for axis in result.axes)
    return "rounding up would give it, where this rounds down" if rounded == wanted else ""


def _pad_that_gives(result: Convolution, wanted: Index) -> str:
    from dlcalc.errors import ShapeError
    from dlcalc.numbers.solve import solve_size

    try:
        found = solve_size(
            "pad", wanted, input=[axis.input for axis in result.axes],
            kernel=[axis.kernel for axis in result.axes], stride=result.stride,
            dilation=result.dilation, transposed=result.transposed,
            output_padding=result.output_padding,
        )
    except ShapeError:
        return ""
    firsts = [first for first, _ in found.ranges]
    common = max(firsts)
    if all(last is None or common <= last for _, last in found.ranges):
        firsts = [common]
    return f"pad {by_x(firsts)} would give it"
