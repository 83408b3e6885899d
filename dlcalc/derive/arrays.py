"""The functions of the table of operations on arrays, real and complex, whole numbers exact.

Whole numbers are Python's ints in arrays of objects, so that none wraps. A vector is a
column in products: W @ x, a @ bᵀ is the outer product, aᵀ @ b the inner one. Complex
arguments serve the complex-step check; what decides does so by the real part. What an operation
cannot take together, or not at once, is refused before it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial, reduce
from math import isfinite, prod
from typing import Any

import numpy as np

from dlcalc.derive.operations import OPERATIONS, SLOPES, World, carries, misfits_of, power, slope_of
from dlcalc.derive.tree import NO_OPTIONS
from dlcalc.errors import LimitError, ShapeError
from dlcalc.formulas.text import place_text
from dlcalc.numbers import activations
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.convolution import plan, pooling
from dlcalc.numbers.convolution.conv import arranged
from dlcalc.numbers.differences import COMPLEX_STEP
from dlcalc.numbers.exact import narrowed

Array = Any
"""An array, or a single number."""
Axis = int | tuple[int, ...] | None
Shape = tuple[int, ...]
MOST_ELEMENTS = 2**26
"""Elements of one result."""
MOST_WHOLE = 2**24
"""Products of whole numbers in one matrix product."""
_FLOAT, _SINGLE = np.dtype(float), np.dtype(np.float32)


def _floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, given floats (or complex numbers) in place of whole numbers."""

    def of_floats(x: Array) -> Array:
        if getattr(x, "dtype", None) in (_FLOAT, _SINGLE):
            return function(x)
        kind = np.asarray(x).dtype.kind
        return function(np.asarray(x, dtype=complex if kind == "c" else float))

    return of_floats


def _compared(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: operation(a.real, b.real) * 1


def _where(condition: Array, a: Array, b: Array) -> Array:
    return np.where(np.real(condition) != 0, *_alike(a, b))


def _relu(x: Array) -> Array:
    return np.maximum(x, 0) if getattr(x, "dtype", None) is _FLOAT else (
        _where(np.real(x) > 0, x, 0 * x))


def _curve(x: Array, function: str) -> Array:
    """The slope of a slope, by a complex step, which nothing cancels."""
    stepped = np.asarray(x, dtype=float) + COMPLEX_STEP * 1j
    return np.imag(slope_of(Arrays, stepped, function)) / COMPLEX_STEP


def _power(a: Array, n: Array) -> Array:
    """aⁿ; NaN where it is no real number. Negative bases stay off the branch cut."""
    if type(n) is int and getattr(a, "dtype", None) is _FLOAT:
        return a if n == 1 else a * a if n == 2 else a ** float(n)
    if np.iscomplexobj(a):
        turned = (np.real(a) < 0) & np.isreal(n) & (np.real(n) == np.round(np.real(n)))
        raised = np.power(np.where(turned, -1, 1) * a, n)
        return np.where(turned & (np.real(n) % 2 == 1), -1, 1) * raised
    if np.iscomplexobj(n):
        return np.power(np.asarray(a, dtype=complex), n)
    if np.ndim(a) == np.ndim(n) == 0:
        return power(a, n)
    if _is_int(a) and not (_is_int(n) and np.all(np.asarray(n) >= 0)):
        a = np.asarray(a, dtype=float)
    if _is_int(n) and not _is_int(a):
        n = np.asarray(n, dtype=float)
    return a**n


def _power_slope(a: Array, n: Array) -> Array:
    """n·aⁿ⁻¹, which is 0 for a power of 0, also at a = 0."""
    if np.ndim(n) == 0:
        return n * _power(a, n - 1) if n else 0 * a
    return _where(n, n * _power(_where(n, a, 1), n - 1), 0)


def _exponent_slope(y: Array, a: Array) -> Array:
    """y·ln a for y = aⁿ; 0 at a = 0."""
    zero = np.equal(a, 0)
    return np.where(zero, 0, y * Arrays.ln(_where(zero, 1, a)))


def _chosen(plain: Any, choose: Any) -> Callable[..., Array]:
    """The largest or smallest element, of all or along axes, by its real part."""

    def chosen(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        if not np.iscomplexobj(x):
            return plain(x, axis=axis, keepdims=keepdims)
        x = np.asarray(x)
        axes = range(x.ndim) if axis is None else [each % x.ndim for each in np.atleast_1d(axis)]
        order = [*(each for each in range(x.ndim) if each not in axes), *axes]
        kept = [x.shape[each] for each in order[: x.ndim - len(axes)]]
        flat = np.transpose(x, order).reshape(*kept, -1)
        places = choose(np.real(flat), axis=-1)[..., None]
        found = np.take_along_axis(flat, places, axis=-1)[..., 0]
        return np.expand_dims(found, tuple(axes)) if keepdims else found

    return chosen


def _share(y: Array, *arguments: Array) -> Array:
    """The part of a gradient that goes to the first of the arguments that made y."""
    chosen: Array = [Arrays.eq(each, y) for each in arguments]
    return chosen[0] / np.maximum(sum(chosen), 1)


def _part(y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The part of a gradient that goes to each element of x along axes of which y is one."""
    chosen = Arrays.eq(x, y)
    return chosen / np.maximum(np.sum(chosen, axis=axis, keepdims=True), 1)


def _direction(x: Array, norm: Array) -> Array:
    """The slope of the norm: 0 at its kink."""
    zero = np.equal(norm, 0)
    return np.where(zero, 0, x / np.where(zero, 1, norm))


def _softmax(x: Array, axis: Axis = -1) -> Array:
    if np.ndim(x) == 0:
        return 1
    raised = Arrays.exp(x - np.max(np.real(x), axis=axis, keepdims=True))
    return raised / raised.sum(axis=axis, keepdims=True)


def _logsumexp(x: Array, axis: Axis = -1, keepdims: bool = False) -> Array:
    if np.ndim(x) == 0:
        return x
    most = np.max(np.real(x), axis=axis, keepdims=True)
    found = most + Arrays.ln(Arrays.exp(x - most).sum(axis=axis, keepdims=True))
    return found if keepdims else np.squeeze(found, axis)


def _transpose(x: Array, axes: tuple[int, ...] | None = None) -> Array:
    """The last two axes exchanged, or all as asked; a vector serves as its own."""
    if axes is not None:
        return np.transpose(x, axes)
    rank = getattr(x, "ndim", 0)
    return x.T if rank == 2 else np.swapaxes(x, -1, -2) if rank > 2 else x


def _align(x: Array, axes: tuple[int, ...], rank: int) -> Array:
    """The axes at these places of `rank` ones, the others of size one."""
    order = np.argsort(axes)
    shape = [1] * rank
    for each in order:
        shape[axes[each]] = np.shape(x)[each]
    return np.reshape(np.transpose(x, order), shape)


def _align_back(g: Array, x: Array, axes: tuple[int, ...], rank: int) -> Array:
    order = np.argsort(axes)
    inner = np.reshape(g, [np.shape(x)[each] for each in order])
    return np.transpose(inner, np.argsort(order))


def _prod_back(g: Array, y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """g times the product of the other elements, which is exact also where one is 0."""
    axes = [*range(np.ndim(x))] if axis is None else np.atleast_1d(axis).tolist()
    turned = np.moveaxis(np.asarray(x), axes, range(-len(axes), 0))
    flat = turned.reshape(*turned.shape[: turned.ndim - len(axes)], -1)
    ones = np.ones_like(flat[..., :1])
    before = np.cumprod(np.concatenate([ones, flat[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([ones, flat[..., :0:-1]], -1), -1)[..., ::-1]
    others = np.moveaxis((before * behind).reshape(turned.shape), range(-len(axes), 0), axes)
    return _spread(g, x, axis, keepdims) * others


def _trace_back(g: Array, x: Array, axis: tuple[int, int] = (-2, -1)) -> Array:
    whole = _zeros(x, g)
    turned = np.moveaxis(whole, axis, (0, 1))
    places = np.arange(min(turned.shape[:2]))
    turned[places, places] = g
    return whole


MOST_EXACT = 1 << 14
"""Products of a whole number and a float that Python still works out one by one."""


def _product(a: Array, b: Array) -> Array:
    """The product of two arrays: whole numbers beside many floats become floats, too."""
    many = a.size * np.shape(b)[-1] > MOST_EXACT
    return np.matmul(*_alike(a, b)) if many and a.dtype != b.dtype else a @ b


def _times_transposed(a: Array, b: Array) -> Array:
    ranks = getattr(a, "ndim", 0), getattr(b, "ndim", 0)
    if ranks == (2, 2):
        return _product(a, b.T)
    return np.outer(a, b) if ranks == (1, 1) else Arrays.matmul(a, _transpose(b))


def _filled(index: Sequence[Any], chosen: Sequence[Array]) -> tuple[Any, ...]:
    """An index with the whole numbers that equations compute in the places kept for them."""
    given = iter(chosen)
    return tuple(_counts(next(given)) if each == "*" else each for each in index)


def _counts(x: Array) -> Array:
    """Whole numbers that count elements, also where differences move them a little."""
    return np.rint(np.real(np.asarray(x, dtype=complex))).astype(int)


def _places(*parts: Array, axes: Sequence[int], steps: Sequence[int]) -> Array:
    """0, 1, 2, … as far as each array goes along its axis, by its step from where it begins."""
    alone, sizes = set(), []
    for x, start, axis, step in zip(parts[::2], parts[1::2], axes, steps, strict=True):
        size, first = np.shape(x)[axis], _counts(start)
        room = size - 1 - first.max() if step > 0 else first.min()
        sizes.append(room // abs(step) + 1)
        if step == 1 and not first.any():
            alone.add(size)
    if len(alone) > 1:
        counts = " and ".join(map(str, sorted(alone)))
        raise ShapeError(f"one letter counts {counts} places; give each its own letter")
    if min(sizes) < 1:
        raise ShapeError("its first index is past the end already")
    return np.arange(min(sizes), dtype=float)


def _from_0(places: Array) -> Array:
    """Places of elements, none of them before the first."""
    first = _counts(places).min()
    if first < 0:
        raise ShapeError(f"an index of {first} is before the first element, 0")
    return places


def _zeros(x: Array, g: Array) -> Array:
    """Zeros in the shape of x, and of the kind of g; ints that stay exact are objects."""
    return np.zeros(np.shape(x), dtype=object if isinstance(g, int) else np.asarray(g).dtype)


def _put_back(g: Array, x: Array, *chosen: Array, index: Sequence[Any]) -> Array:
    """Zeros in the shape of x, with g added at the index."""
    whole, place = _zeros(x, g), _filled(index, chosen)
    if chosen:
        np.add.at(whole, place, g)
    else:
        whole[place] = g
    return whole


def _pick(x: Array, chosen: Array) -> Array:
    """Along the last axis the one element that a whole number counts, from 0."""
    places = _counts(chosen)[..., None]
    return np.take_along_axis(np.asarray(x), places, axis=-1)[..., 0]


def _pick_back(g: Array, x: Array, chosen: Array) -> Array:
    whole, places = _zeros(x, g), _counts(chosen)[..., None]
    np.put_along_axis(whole, places, np.asarray(g)[..., None], axis=-1)
    return whole


def _part_of(g: Array, parts: Sequence[Array], place: int, axis: int = 0) -> Array:
    lengths = [len(np.moveaxis(np.atleast_1d(each), axis, 0)) for each in parts[: place + 1]]
    ahead = (slice(None),) * (axis % np.ndim(g))
    part = np.asarray(g)[(*ahead, slice(sum(lengths[:-1]), sum(lengths)))]
    return part.reshape(np.shape(parts[place]))


def _spread(g: Array, like: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """g in each element of the shape of another array, of which axes were summed."""
    if axis is not None and not keepdims and np.ndim(like):
        g = np.expand_dims(g, axis)
    return np.full(np.shape(like), g) if type(g) is float else np.broadcast_to(g, np.shape(like))


def _fit(g: Array, like: Array) -> Array:
    """g in the shape of what was broadcast: summed over the axes that were made of one."""
    shape = getattr(like, "shape", ())
    if getattr(g, "shape", ()) == shape:
        return g
    g = np.add.reduce(g, axis=tuple(range(np.ndim(g) - len(shape))))
    if 1 not in shape:
        return g
    grown = tuple(i for i, size in enumerate(shape) if size == 1 and np.shape(g)[i] != 1)
    return np.sum(g, axis=grown, keepdims=True) if grown else g


def _in_one_type(*parts: Array) -> list[Array]:
    parts = tuple(_alike(*parts))
    return [each.astype(np.result_type(*parts), copy=False) for each in parts]


def _conv(x: Array, w: Array, b: Array = None, **options: Any) -> Array:
    """The cross-correlation of x with w, and the bias of each output."""
    x, w = _in_one_type(x, w)
    layout, _, geometry, _ = arranged(x.shape, w.shape, **options)
    x, w = x.reshape(layout.input), w.reshape(layout.kernel)
    y = plan.convolve(x, w, geometry, layout.groups, exact=True)
    y = y.reshape(layout.shown(y.shape))
    return y if b is None else y + np.reshape(b, np.shape(b) + (1,) * layout.dims * np.ndim(b))


def _conv_back(g: Array, x: Array, w: Array, of_kernel: bool, **options: Any) -> Array:
    """The gradient of a convolution's input, or of its kernel."""
    g, other = _in_one_type(g, x if of_kernel else w)
    layout, _, geometry, _ = arranged(np.shape(x), np.shape(w), **options)
    g = g.reshape(layout.input[0], layout.channels_out, *geometry.output)
    if of_kernel:
        other = other.reshape(layout.input)
        return plan.weight_gradient(other, g, geometry, layout.groups).reshape(np.shape(w))
    other = other.reshape(layout.kernel)
    return plan.input_gradient(g, other, geometry, layout.groups, True).reshape(np.shape(x))


def _pooled(x: Array, options: dict[str, Any]) -> tuple[Array, Any]:
    """The maps (maps, L…) of what is pooled, and the axes of its windows."""
    if options.get("kernel") is None:
        raise ShapeError("pooling wants the size of its windows: maxpool(x, 2)")
    axes = pooling.window_axes(np.shape(x), **options)
    return np.asarray(x).reshape(-1, *np.shape(x)[-len(axes):]), axes


def _maxpool(x: Array, **options: Any) -> Array:
    """The largest of each window by its real part, the first of a tie."""
    maps, axes = _pooled(x, options)
    found, places, _ = pooling.largest(maps.real, axes)
    if np.iscomplexobj(maps):
        chosen = np.take_along_axis(
            maps.reshape(len(maps), -1), places.reshape(len(maps), -1), axis=1)
        found = chosen.reshape(places.shape)
    return found.reshape(*np.shape(x)[: -len(axes)], *found.shape[1:])


def _maxpool_back(g: Array, x: Array, shared: bool = False, **options: Any) -> Array:
    """The gradient to the first of the largest elements of each window, or to all of them."""
    maps, axes = _pooled(x, options)
    found = pooling.largest(maps.real, axes)[0]
    return pooling.spread_to(
        np.reshape(g, found.shape), maps.real, found, axes, shared
    ).reshape(np.shape(x))


def _avgpool(x: Array, exclude_pad: bool = False, **options: Any) -> Array:
    maps, axes = _pooled(x, options)
    found = pooling.averages(maps, axes, pooling.divisors(axes, exclude_pad))
    return found.reshape(*np.shape(x)[: -len(axes)], *found.shape[1:])


def _avgpool_back(g: Array, x: Array, exclude_pad: bool = False, **options: Any) -> Array:
    _, axes = _pooled(x, options)
    counts = pooling.divisors(axes, exclude_pad)
    return pooling.spread_evenly(np.asarray(g), axes, counts).reshape(np.shape(x))


def _gradient_of(g: Array, y: Array) -> Array:
    """A gradient in the shape of what it is of; a number is spread."""
    if np.ndim(g) and np.shape(g) != np.shape(y):
        shapes = by_x(np.shape(g)), by_x(np.shape(y)) or "a number"
        raise ShapeError(f"a gradient of {shapes[0]} cannot be that of {shapes[1]}")
    return np.broadcast_to(g, np.shape(y)) if np.ndim(y) else g


def _back_again(
    h: Array, g: Array, *given: Array, place: int, of: str, at: int, options: dict[str, Any]
) -> Array:
    """A gradient h of back(g, …) to `at`, carried over to g or to another of its arguments.

    That is how the operation, or its gradient to that argument, changes along h: a complex step.
    """
    g, h, *turned = (np.asarray(each, dtype=float)[()] for each in (g, h, *given))
    turned[at] = turned[at] + COMPLEX_STEP * 1j * h
    y = OPERATIONS[of].value(Arrays, *turned, **options)
    if place == 0:
        return np.imag(y) / COMPLEX_STEP
    if not carries(of, place - 1):
        return np.zeros(np.shape(given[place - 1]))
    pulled = OPERATIONS[of].pull(Arrays, g, y, tuple(turned), place - 1, **options)
    return np.imag(pulled) / COMPLEX_STEP


def _size(x: Array, axis: Axis = None, keepdims: bool = False) -> int:
    if axis is None:
        return np.size(x)
    shape = np.shape(x)
    return int(np.prod([shape[each] for each in np.atleast_1d(axis)]))


def _fits(operation: str, operands: Sequence[Array]) -> bool:
    """Whether operands surely fit each other: numbers, floats of one shape, rows under a matrix."""
    shapes = [each.shape for each in operands if type(each) is np.ndarray]
    if not shapes:
        return True
    if operation == "pow":
        return isinstance(operands[1], int) and operands[1] >= 0
    if operation == "matmul" and [len(each) for each in shapes] == [2, 2]:
        (rows, inner), (same, columns) = shapes
        return bool(max(rows, inner, columns) <= MOST_SURE and inner == same)
    if len(set(shapes)) < 2:
        return operation in ALIKE
    if operation != "add" or len(shapes) > 2:
        return False
    rows, whole = sorted(shapes, key=len)
    return bool(whole[-len(rows) :] == rows)


MOST_SURE = 4096
"""The longest axis of a product that is not looked at more closely."""
ALIKE = {"add", "sub", "mul", "hadamard", "div", "neg", "identity", "sum", "mean", *SLOPES}
"""Operations that take whatever is of one shape."""


def _settled(y: Array) -> Array:
    """A result as it is kept: no arrays without axes, whole numbers as Python's ints."""
    if isinstance(y, np.ndarray):
        if y.dtype is _FLOAT and y.ndim:
            return y
        if y.ndim == 0:
            y = y[()]
        elif y.dtype == object:
            return y if all(type(each) is int for each in y.flat) else y.astype(float)
        elif y.dtype.kind in "biu":
            return y.astype(object)
    return y.item() if isinstance(y, np.generic) else y


def _swift(y: Array) -> Array:
    """A result as it is kept, or None where it takes more care: exact or not finite.

    In floats NumPy tells what is not finite as it arises: see `alert`.
    """
    kind = type(y)
    if kind is np.ndarray and y.dtype is _FLOAT and y.ndim:
        return y
    if kind is not float and kind is not int:
        y = _settled(y)
    return y if type(y) in (int, float) and isfinite(y) else None


def _is_finite(y: Array) -> bool:
    if getattr(y, "dtype", None) is _FLOAT:
        flat = y.ravel()
        return isfinite(flat.dot(flat)) or bool(np.isfinite(y).all())
    return isinstance(y, int) or is_exact(y) or bool(np.isfinite(y).all())


def _presented(y: Array) -> Array:
    """A result as it is given back: whole numbers in int64, where all of them fit."""
    if type(y) is float or (getattr(y, "dtype", None) is _FLOAT and y.ndim and y.flags.writeable):
        return y
    y = _settled(y)
    if is_exact(y):
        return narrowed(y)
    return y.copy() if isinstance(y, np.ndarray) and not y.flags.writeable else y


def _bits(x: Array) -> int:
    """Binary digits of the largest whole number; 0 for floats."""
    if isinstance(x, int):
        return x.bit_length()
    return max(each.bit_length() for each in x.flat) if is_exact(x) else 0


def _is_int(x: Array) -> bool:
    return isinstance(x, int) or is_exact(x)


def _alike(*parts: Array) -> list[Array]:
    """Arrays of whole numbers all, or of others all: Python's ints become floats beside floats."""
    if all(map(_is_int, parts)):
        return [np.asarray(each, dtype=object) for each in parts]
    return [np.asarray(each, dtype=float) if _is_int(each) else np.asarray(each) for each in parts]


def require_fit(
    operation: str, arguments: Sequence[Array], options: Mapping[str, Any] = NO_OPTIONS
) -> None:
    """ShapeError, with both shapes, where the operation cannot take these together.

    LimitError where the result would be too large to hold, or too long to compute.
    """
    misfits = _misfits(operation)
    for each in misfits:
        if words := each(*arguments, **options):
            raise ShapeError(words)
    if not misfits and options.get("axis") is not None:
        _require_axes(np.shape(arguments[0]), options["axis"])
    elif not misfits:
        _require_broadcast(operation, list(map(np.shape, arguments)))


def _require_axes(shape: Shape, axis: int | tuple[int, ...], grown: int = 0) -> None:
    rank = len(shape) + grown
    for each in _several(axis):
        if not -rank <= each < rank:
            most = f"axes count from 0 to {rank - 1}" if rank else "it has no axes"
            raise ShapeError(f"axis={each} of {_words([shape])}: {most}")


def _several(axis: int | tuple[int, ...]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else axis


def _beside(part: Array, axis: int) -> Shape:
    """The shape without an axis; a number is a vector of one."""
    shape = np.shape(part) or (1,)
    return (*shape[: axis % len(shape)], *shape[axis % len(shape) + 1 :])


def _require_room(shape: Shape) -> None:
    if any(each < 1 for each in shape) or prod(shape) > MOST_ELEMENTS:
        raise LimitError(f"{by_x(shape)} elements cannot be made")


def _require_index(shape: Shape, given: Sequence[Array], index: Sequence[Any]) -> None:
    shown = by_x(shape) or "a single number"
    index = [each for each in index if each is not None]
    if Ellipsis in index:
        place = index.index(Ellipsis)
        index[place : place + 1] = [slice(None)] * (len(shape) - len(index) + 1)
    if len(index) > len(shape):
        places = ", ".join(map(place_text, index))
        raise ShapeError(f"there is no element [{places}] in {shown}; places count from 0")
    chosen = iter(given)
    for axis, each in enumerate(index):
        if each == "*":
            _require_places(next(chosen), shape[axis], shown)
        elif isinstance(each, int) and not -shape[axis] <= each < shape[axis]:
            places = ", ".join(map(place_text, index))
            raise ShapeError(
                f"there is no element [{places}] in {shown}; places count from 0"
                + (f" to {shape[axis] - 1}" if len(shape) == 1 or each == shape[axis] else "")
            )
        elif isinstance(each, slice) and not len(range(*each.indices(shape[axis]))):
            raise ShapeError(
                f"[{place_text(each)}] of {shown} is empty; slices end before their end"
            )
    if len(given) > 1:
        _require_broadcast("element", list(map(np.shape, given)))


def _require_places(chosen: Array, size: int, shown: str) -> None:
    for each in np.ravel(chosen).tolist():
        if each != int(each) or not -size <= each < size:
            raise ShapeError(
                f"{each:g} counts no element of {shown}: whole numbers from 0 to {size - 1}"
            )


def is_exact(x: Array) -> bool:
    """Whether an array holds Python's ints."""
    return isinstance(x, np.ndarray) and x.dtype == object


def _words(shapes: Iterable[Shape]) -> str:
    return " and ".join(by_x(each) or "a number" for each in shapes)


def _require_product(operation: str, *factors: Array) -> None:
    a, b = map(np.shape, factors)
    if not a or not b:
        raise ShapeError(f"{_words([a, b])}: @ multiplies matrices and vectors; write * instead")
    try:
        np.broadcast_shapes(a[:-2], b[:-2])
    except ValueError:
        raise ShapeError(f"{_words([a, b])}: the axes before the last two do not fit") from None
    if operation == "matmul":
        if a[-1] != b[-2 if len(b) > 1 else 0]:
            inner = f"{a[-1]} and {b[-2 if len(b) > 1 else 0]}"
            raise ShapeError(f"{by_x(a)} @ {by_x(b)}: the inner sizes {inner} differ")
    elif len(a) == 2 and len(b) == 1:
        raise ShapeError(f"{by_x(a)} @ the transposed of a vector of {b[0]}, which is a row")
    elif not len(a) == len(b) == 1 and a[-1] != b[-1]:
        turned = by_x((*b[:-2], *b[:-3:-1]))
        raise ShapeError(f"{by_x(a)} @ {turned}: the inner sizes {a[-1]} and {b[-1]} differ")
    _require_few(operation, factors)


def _require_few(operation: str, arguments: Sequence[Array]) -> None:
    a, b = (np.shape(each) for each in arguments)
    inner = 1 if operation == "times_transposed" and len(a) == len(b) == 1 else a[-1]
    matrices = prod(np.broadcast_shapes(a[:-2], b[:-2]))
    products = matrices * prod(a[-2:]) * prod(b[-2:]) // inner
    if products // inner > MOST_ELEMENTS:
        raise LimitError(f"{products // inner:,} elements are more than {MOST_ELEMENTS:,}")
    if matrices > 1 and products > 2**32:
        raise LimitError(f"{by_x(a)} @ {by_x(b)} is more than is computed at once")
    if all(map(is_exact, arguments)) and products > MOST_WHOLE:
        raise LimitError(
            f"{products:,} exact products of whole numbers are more than {MOST_WHOLE:,}; "
            "write one number as a decimal, 1.0, to compute with floats"
        )


def _require_broadcast(operation: str, shapes: Sequence[Shape]) -> None:
    try:
        result = np.broadcast_shapes(*shapes)
    except ValueError:
        raise ShapeError(f"the shapes {_words(shapes)} do not fit") from None
    if prod(result) > MOST_ELEMENTS:
        raise LimitError(f"{by_x(result)} elements are more than {MOST_ELEMENTS:,}")
    if operation == "mul" and len({len(each) for each in shapes if each}) > 1:
        raise ShapeError(
            f"the shapes {_words(shapes)}: write @ for the matrix product, "
            "⊙ to multiply element by element along the last axis"
        )


_REFUSING: dict[str, Any] = {
    "dims": np.shape, "prod": prod, "count": np.size, "several": _several, "by_x": by_x,
    "known": lambda shape: prod(each for each in shape if each != -1), "words": _words,
    "beside": _beside, "require_axes": _require_axes, "require_alike": _require_broadcast,
    "require_index": _require_index, "require_places": _require_places,
    "require_product": _require_product, "require_room": _require_room,
}
"""What the lines about misfits may name."""
_misfits = cache(partial(misfits_of, known=_REFUSING))

Arrays: World = World(
    **{each.__name__: _floats(each) for each in (
        np.exp, np.sqrt, np.tanh, np.expm1, np.log1p, np.sin, np.cos, activations.erf,
        activations.sigmoid, activations.softplus)},
    # complex steps go along steps of a stair
    floor=_floats(lambda x: np.floor(x.real)), ceil=_floats(lambda x: np.ceil(x.real)),
    ln=_floats(np.log), relu=_relu, where=_where, curve=_curve,
    gt=_compared(np.greater), lt=_compared(np.less), ge=_compared(np.greater_equal),
    le=_compared(np.less_equal), eq=_compared(np.equal), ne=_compared(np.not_equal),
    pow=_power, power_slope=_power_slope, exponent_slope=_exponent_slope,
    max=lambda *every: reduce(lambda a, b: _where(Arrays.ge(a, b), a, b), every),
    min=lambda *every: reduce(lambda a, b: _where(Arrays.le(a, b), a, b), every),
    largest=_chosen(np.max, np.argmax), smallest=_chosen(np.min, np.argmin),
    share=_share, part=_part, sum=np.sum, size=_size, direction=_direction,
    kept_sum=lambda x, axis=None: np.sum(x, axis=axis, keepdims=True) if np.ndim(x) else x,
    softmax=_softmax, logsumexp=_logsumexp, transpose=_transpose,
    inverse=lambda axes: axes and tuple(np.argsort([each % len(axes) for each in axes])),
    reshape=lambda x, shape: np.reshape(x, shape),
    broadcast=lambda x, shape: np.broadcast_to(x, shape),
    reshape_like=lambda g, x: np.reshape(g, np.shape(x)),
    prod=np.prod, prod_back=_prod_back,
    trace=lambda x, axis=(-2, -1): np.trace(x, 0, *axis), trace_back=_trace_back,
    cumsum=lambda x, axis=0: np.cumsum(x, axis),
    cumsum_back=lambda g, x, axis=0: np.flip(np.cumsum(np.flip(g, axis), axis), axis),
    is_batch=lambda a, b: getattr(a, "ndim", 0) > 2 and np.ndim(b) == 1,
    expand=np.expand_dims, squeeze=np.squeeze, align=_align, align_back=_align_back,
    matmul=lambda a, b: (
        _product(a, b) if getattr(a, "ndim", 0) and getattr(b, "ndim", 0) else a * b),
    times_transposed=_times_transposed,
    transposed_times=lambda a, b: _times_transposed(_transpose(a), _transpose(b)),
    element=lambda x, *chosen, index: (
        x if hasattr(x, "shape") else np.asarray(x))[_filled(index, chosen)], put_back=_put_back,
    pick=_pick, pick_back=_pick_back, places=_places, from_0=_from_0,
    one_hot=lambda chosen, classes: (
        _counts(chosen)[..., None] == np.arange(classes)) * 1,
    stack=lambda *parts, axis=0: np.stack(_alike(*parts), axis), slice_of=np.take,
    concat=lambda *parts, axis=0: np.concatenate(_alike(*map(np.atleast_1d, parts)), axis),
    part_of=_part_of,
    spread=_spread, fit=_fit, conv=_conv,
    conv_input=lambda g, w, x, **options: _conv_back(g, x, w, False, **options),
    conv_kernel=lambda g, x, w, **options: _conv_back(g, x, w, True, **options),
    conv_transpose=lambda x, w, b=None, **options: _conv(x, w, b, transposed=True, **options),
    conv_bias=lambda g, w, b: (
        np.sum(g, axis=tuple(range(2 - np.ndim(w), 0))) if np.ndim(b) else np.sum(g)),
    maxpool=_maxpool, maxpool_back=_maxpool_back,
    has_ties=lambda x, **options: pooling.largest(*_pooled(x, options))[2] > 0,
    avgpool=_avgpool, avgpool_back=_avgpool_back,
    back_again=_back_again, shape=np.shape, require_fit=require_fit, bits=_bits,
    fits=_fits, gradient_of=_gradient_of,
    like=_fit,
    settled=_settled, swift=_swift, presented=_presented,
    exact_to_float=lambda x: np.asarray(x, dtype=float)[()],
    is_finite=_is_finite,
    alert=lambda: np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"),
    zeros=lambda like: np.zeros(np.shape(like), dtype=object) if np.ndim(like) else 0,
    flat=lambda x: list(np.ravel(x).tolist()),
)  # fmt: skip
"""The world of arrays."""
