"""The working of a convolution: the padded input, then each element written out as its sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from math import prod
from typing import Any

import numpy as np

from dlcalc.formulas.expressions import Step, add, element, mul, symbol, total
from dlcalc.input.expressions import mistakes
from dlcalc.layers.size_steps import axis_steps, size_slips
from dlcalc.numbers.axes import by_x, plural
from dlcalc.numbers.compare import Said, element_at, slip_of
from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.numbers.convolution.pooling import taps
from dlcalc.numbers.convolution.terms import factors, padded_input, terms
from dlcalc.numbers.places import Place, unravel
from dlcalc.numbers.sizes import column

MOST_ELEMENTS = {"output": 16, "dx": 100, "dw": 100, "db": 100}
"""Elements of each array that are written out."""
MOST_SHOWN = 1000
"""Elements of the padded input that are still written out."""
MOST_TERMS = 50
PLACES, TAPS, LANDINGS = "ijh", "kln", "uvt"
FIELDS = {"output": "y", "dx": "dx", "dw": "dw", "db": "db"}
NOTHING = "no tap meets an input here"

Index = tuple[int, ...]
Names = tuple[str, ...]


def conv_steps(result: Convolution) -> Iterator[Step]:
    """The size, the padded input, and the first elements; gradients, if any."""
    yield from axis_steps(result.axes)
    if not result.transposed and any(map(sum, result.pad)):
        padded = padded_input(result)
        large = padded.size > MOST_SHOWN
        note = f"{by_x(padded.shape)}, too large to be written out" if large else ""
        yield Step("padded input", None if large else padded, note=note)
    for field, most in MOST_ELEMENTS.items():
        array = getattr(result, field)
        if array is None:
            continue
        yield definition_of(result, field)
        count = prod(array.shape)
        for place in range(min(count, most)):
            yield element_step(result, field, unravel(place, array.shape))
        if count > most:
            of, at = ("", "") if field == "output" else (f" of {field}", f"{field}:")
            more = f"… and {count - most:,} more elements{of}"
            yield Step(more, note=f"--at {at}INDEX shows any one of them")


def steps_at(result: Convolution, name: str, index: Index) -> Iterable[Step] | None:
    """The size, the definition, and one element in full."""
    field = name or "output"
    if field not in FIELDS or getattr(result, field) is None:
        return None
    element_at(getattr(result, field), index, Place((field,)))
    found = element_step(result, field, index, shortened=False)
    if field != "output":
        return [found]
    return (*axis_steps(result.axes), definition_of(result, field), found)


def element_step(result: Convolution, field: str, index: Index, shortened: bool = True) -> Step:
    """One element as the sum of its products, the first of them where they are many."""
    array = getattr(result, field)
    x, w, upstream = result.operands
    parts: list[Any]
    if field == "db":
        own = upstream.reshape(-1, len(array), *result.shape[len(result.shape) - result.dims :])
        parts, count = own[:, index[0]].ravel().tolist(), 0
    else:
        found = terms(result, field, index)
        pairs = factors(x, w, upstream, found, field)
        parts = [mul(*pair) for pair in (islice(pairs, MOST_TERMS) if shortened else pairs)]
        count = found.size
    if len(parts) < count:
        parts.append(symbol(f"… {count - len(parts):,} more products"))
    if field == "output" and result.bias is not None:
        leading = len(index) - result.dims
        parts.append(result.bias[index[leading - 1] if leading else 0].item())
    value = array[index].item() if hasattr(array[index], "item") else array[index]
    numbers = (add(*parts),) if parts else ()
    return Step(element(FIELDS[field], index), value, None, numbers, "" if parts else NOTHING)


def definition_of(result: Convolution, field: str) -> Step:
    """The sum that defines an array, with this layer's strides and dilations in it."""
    outer, inner, mixed = _channels(result)
    places, taps, landings = (names[: result.dims] for names in (PLACES, TAPS, LANDINGS))
    if field == "db":
        name = element("db", outer) if outer else symbol("db")
        return Step(name, None, total(element("dy", (*outer, *places)), ",".join(places)))
    padding, scattered = any(map(sum, result.pad)), result.transposed or field == "dx"
    sums = (column(*each, 0) for each in zip(PLACES, TAPS, result.axes, strict=False))
    index = {
        "y": (*outer, *(landings if scattered else places)),
        "x": (*inner, *(places if scattered else sums)), "w": (*mixed, *taps),
    }
    # Each array is the sum of products of the other two, over all indices that it has not.
    own = FIELDS[field].removeprefix("d")
    others = [each for each in index if each != own]
    body = mul(*(element("dy" if each == "y" else each, index[each]) for each in others))
    met = {each for name in others for each in index[name]} - {*index[own]}
    summed = [each for each in (*outer, *inner, *places, *landings, *taps) if each in met]
    notes = [f"where {_meeting(result)}"] if scattered else ["x is the padded input"] * padding
    if field == "dx" and result.pad_mode != "zeros" and padding:
        notes.append(f"{result.pad_mode} padding passes its gradient to the columns it repeats")
    formula = total(body, ",".join(summed))
    if field == "output":
        notes += ["w is the kernel turned round"] if result.flip else []
        if inner:
            count = result.kernel_shape[0 if result.transposed else 1]
            count //= result.groups if result.transposed else 1
            group = " of the group" if result.groups > 1 else ""
            notes.append(f"c runs over {count} {plural(count, 'channel')}{group}")
        if result.bias is not None:
            formula = add(formula, element("b", outer) if outer else symbol("b"))
    return Step(element(FIELDS[field], index[own]), None, formula, (), "; ".join(notes))


def _channels(result: Convolution) -> tuple[Names, Names, Names]:
    """The names of the channels of an output, an input and a weight; none where there is one."""
    if len(result.kernel_shape) == result.dims:
        return (), (), ()
    inner = ("c",) if len(result.input_shape) > result.dims else ()
    mixed: Names = ("c", "o") if result.transposed else ("o", "c")
    if len(result.kernel_shape) == result.dims + 1:
        mixed = ("o",)
    elif not inner:
        mixed = tuple("0" if each == "c" else each for each in mixed)
    return ("o",), inner, mixed


def _meeting(result: Convolution) -> str:
    """Where the products of a scattered sum land, axis by axis: u = 2i + k − 1."""
    names = (LANDINGS, PLACES) if result.transposed else (PLACES, LANDINGS)
    return ", ".join(
        f"{target} = {column(start, k, axis, axis.pad[0])}"
        for target, start, k, axis in zip(*names, TAPS, result.axes, strict=False)
    ).replace("+", " + ").replace("−", " − ")


def advice(result: Convolution, field: Place, expected: Any) -> str:
    """The slip that gives what was expected of a field, found by computing it."""
    name = str(field[0])
    if name not in FIELDS:
        return ""
    found = slip_of(expected, _slips(result, name))
    shape = np.shape(expected)
    shape = (1,) * (len(result.shape) - len(shape)) + shape
    if found or name != "output" or shape == result.shape or len(shape) != len(result.shape):
        return found
    wanted = shape[-result.dims :]
    if wanted == result.shape[-result.dims :]:  # channels are what differs
        return ""
    return slip_of(list(wanted), size_slips(result.axes)) or _pad_that_gives(result, wanted)


def _slips(result: Convolution, field: str) -> Iterator[tuple[str, Any]]:
    x, w, upstream = result.operands
    own = {"x": x, "w": w, "upstream": upstream, **{each: getattr(result, each) for each in (
        "stride", "pad", "dilation", "groups", "dims", "pad_mode", "flip", "transposed",
        "output_padding", "bias")}}
    several = result.groups == 1 and w.ndim == result.dims + 2
    first = (slice(None), slice(1))[:: -1 if result.transposed else 1]
    filters = int(result.transposed and w.ndim == result.dims + 2)
    """The axis of the filters in the kernel."""
    turned = {
        "field": field, "across": np.swapaxes(np.asarray(w), -1, -2) if result.dims > 1 else w,
        "strides": result.stride[::-1], "sides": tuple(pair[::-1] for pair in result.pad),
        "exchanged": np.swapaxes(w, 0, 1) if w.ndim > result.dims else w, "several": several,
        "first_x": x[..., :1, *result.dims * (slice(None),)] if several else x,
        "first_w": w[first] if several else w,
        "channels_back": np.flip(x, -result.dims - 1) if several else x,
        "filters": w.ndim > result.dims, "filters_back": np.flip(w, filters),
        "channels": x.shape[-result.dims - 1] if several else 1, "single": len(w) == 1,
        "biased": result.bias is not None,
        "biases_back": None if result.bias is None else np.flip(result.bias),
    }
    for words, change in mistakes(__file__, "slips.txt", {**own, **turned}):
        yield words, lambda change=change: getattr(conv(**{**own, **change}), field)
    array = getattr(result, field)
    if field == "db":
        positions = prod(result.shape[len(result.shape) - result.dims :])
        yield Said.MEAN_FOR_SUM, lambda: array / positions
    if array.ndim > 1:
        yield "the transposed array", lambda: np.swapaxes(array, -1, -2)
    yield "the other sign", lambda: -array
    if field == ("output" if result.transposed else "dx") and not (
            result.flip or (result.bias is not None and result.transposed)
            or result.pad_mode != "zeros"):
        yield Said.LAST_WINDOW, lambda: _last_window(result).reshape(array.shape)


def _last_window(result: Convolution) -> Any:
    """What comes to each element from the last window that lies on it: of dy, or transposed, x."""
    x, w, upstream = result.operands
    given, groups, dims = x if result.transposed else upstream, result.groups, result.dims
    sizes, count = w.shape[-dims:], len(w) // groups if w.ndim > dims else 1
    w = w.reshape(groups, count, -1, *sizes)
    given = given.reshape(-1, groups, count, *given.shape[given.ndim - dims :])
    lengths = [axis.output if result.transposed else axis.input for axis in result.axes]
    found = np.zeros((len(given), groups, w.shape[2], *lengths), np.result_type(given, w))
    for tap, (of, to) in reversed([*zip(np.ndindex(*sizes), taps(result.axes), strict=True)]):
        found[to] = np.einsum("ngf...,gfc->ngc...", given[of], w[(..., *tap)])
    return found


def _pad_that_gives(result: Convolution, wanted: Index) -> str:
    from dlcalc.errors import InputError
    from dlcalc.numbers.solve import solve_size

    try:
        found = solve_size(
            "pad", wanted, input=[axis.input for axis in result.axes],
            kernel=[axis.kernel for axis in result.axes], stride=result.stride,
            dilation=result.dilation, transposed=result.transposed,
            output_padding=result.output_padding,
        )
    except InputError:
        return ""
    firsts = [first for first, _ in found.ranges]
    common = max(firsts)
    if all(last is None or common <= last for _, last in found.ranges):
        firsts = [common]
    return f"pad {by_x(firsts)} gives that"
