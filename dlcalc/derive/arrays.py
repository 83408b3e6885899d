"""The functions of the table of operations on arrays, real and complex, whole numbers exact.

Whole numbers are Python's ints in arrays of objects, so that none wraps. A vector is a
column in products: W @ x, a @ bᵀ is the outer product, aᵀ @ b the inner one. Complex
arguments serve the complex-step check; what decides does so by the real part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import isfinite
from typing import Any

import numpy as np

from dlcalc.derive import windows
from dlcalc.derive.operations import slope_of
from dlcalc.derive.scalars import Scalars
from dlcalc.derive.shapes import is_exact, require_fit
from dlcalc.numbers import activations
from dlcalc.numbers.differences import COMPLEX_STEP
from dlcalc.numbers.exact import narrowed

Array = Any
"""An array, or a single number."""
Axis = int | tuple[int, ...] | None
_FLOAT = np.dtype(float)


def _floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, given floats (or complex numbers) in place of whole numbers."""

    def of_floats(x: Array) -> Array:
        if getattr(x, "dtype", None) is _FLOAT:
            return function(x)
        kind = np.asarray(x).dtype.kind
        return function(np.asarray(x, dtype=complex if kind == "c" else float))

    return of_floats


def _compared(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: operation(np.real(a), np.real(b)) * 1


class Arrays:
    """The world of arrays."""

    exp, ln, sqrt, tanh, expm1, log1p, erf = (
        staticmethod(_floats(each))
        for each in (np.exp, np.log, np.sqrt, np.tanh, np.expm1, np.log1p, activations.erf)
    )
    sin, cos = staticmethod(_floats(np.sin)), staticmethod(_floats(np.cos))
    sigmoid, softplus = (
        staticmethod(_floats(each)) for each in (activations.sigmoid, activations.softplus)
    )
    gt, lt, ge, le, eq, ne = (
        staticmethod(_compared(each))
        for each in (
            np.greater, np.less, np.greater_equal, np.less_equal, np.equal, np.not_equal,
        )
    )

    @staticmethod
    def relu(x: Array) -> Array:
        """max(x, 0)."""
        if getattr(x, "dtype", None) is _FLOAT:
            return np.maximum(x, 0)
        return Arrays.where(Arrays.gt(x, 0), x, 0 * x)

    @staticmethod
    def step(x: Array) -> Array:
        """The slope of relu: 0 at its kink."""
        return Arrays.gt(x, 0)

    @staticmethod
    def abs(x: Array) -> Array:
        """|x|."""
        return Arrays.where(Arrays.lt(x, 0), -x, x)

    @staticmethod
    def sign(x: Array) -> Array:
        """The slope of abs: 0 at its kink."""
        return Arrays.gt(x, 0) - Arrays.lt(x, 0)

    @staticmethod
    def between(x: Array, low: Array, high: Array) -> Array:
        """1 where low < x < high."""
        return Arrays.gt(x, low) * Arrays.lt(x, high)

    @staticmethod
    def within(x: Array, low: Array, high: Array) -> Array:
        """1 where low ≤ x ≤ high."""
        return Arrays.ge(x, low) * Arrays.le(x, high)

    @staticmethod
    def where(condition: Array, a: Array, b: Array) -> Array:
        """a where the condition is not 0, else b, element by element."""
        return np.where(np.real(condition) != 0, *_alike(a, b))

    @staticmethod
    def curve(x: Array, function: str) -> Array:
        """The slope of a slope, by a complex step, which nothing cancels."""
        turned = np.asarray(x, dtype=float) + COMPLEX_STEP * 1j
        return np.imag(slope_of(Arrays, turned, function)) / COMPLEX_STEP

    @staticmethod
    def pow(a: Array, n: Array) -> Array:
        """aⁿ; NaN where it is no real number. Negative bases stay off the branch cut."""
        if np.iscomplexobj(a):
            turned = (np.real(a) < 0) & np.isreal(n) & (np.real(n) == np.round(np.real(n)))
            power = np.power(np.where(turned, -1, 1) * a, n)
            return np.where(turned & (np.real(n) % 2 == 1), -1, 1) * power
        if np.iscomplexobj(n):
            return np.power(np.asarray(a, dtype=complex), n)
        if np.ndim(a) == np.ndim(n) == 0:
            return Scalars.pow(a, n)
        if _whole(a) and not (_whole(n) and np.all(np.asarray(n) >= 0)):
            a = np.asarray(a, dtype=float)
        if _whole(n) and not _whole(a):
            n = np.asarray(n, dtype=float)
        return a**n

    @staticmethod
    def power_slope(a: Array, n: Array) -> Array:
        """n·aⁿ⁻¹, which is 0 for a power of 0, also at a = 0."""
        if np.ndim(n) == 0:
            return n * Arrays.pow(a, n - 1) if n else 0 * a
        return Arrays.where(n, n * Arrays.pow(Arrays.where(n, a, 1), n - 1), 0)

    @staticmethod
    def exponent_slope(y: Array, a: Array) -> Array:
        """y·ln a for y = aⁿ; 0 at a = 0."""
        zero = np.equal(a, 0)
        return np.where(zero, 0, y * Arrays.ln(Arrays.where(zero, 1, a)))

    @staticmethod
    def max(*arguments: Array) -> Array:
        """The largest, element by element."""
        return reduce(lambda a, b: Arrays.where(Arrays.ge(a, b), a, b), arguments)

    @staticmethod
    def min(*arguments: Array) -> Array:
        """The smallest, element by element."""
        return reduce(lambda a, b: Arrays.where(Arrays.le(a, b), a, b), arguments)

    @staticmethod
    def largest(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The largest element, of all or along axes."""
        if not np.iscomplexobj(x):
            return np.max(x, axis=axis, keepdims=keepdims)
        return _chosen(np.argmax, x, axis, keepdims)

    @staticmethod
    def smallest(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The smallest element, of all or along axes."""
        if not np.iscomplexobj(x):
            return np.min(x, axis=axis, keepdims=keepdims)
        return _chosen(np.argmin, x, axis, keepdims)

    @staticmethod
    def share(y: Array, *arguments: Array) -> Array:
        """The part of a gradient that goes to the first of the arguments that made y."""
        first = np.equal(arguments[0], y)
        equal = sum(np.equal(each, y) * 1 for each in arguments)
        return np.where(first, np.where(equal == 1, 1, 1 / np.maximum(equal, 1)), 0)

    @staticmethod
    def part(y: Array, x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The part of a gradient that goes to each element of x along axes of which y is one."""
        first = np.equal(x, y)
        equal = np.sum(first, axis=axis, keepdims=True)
        return np.where(first, np.where(equal == 1, 1, 1 / np.maximum(equal, 1)), 0)

    @staticmethod
    def sum(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The sum of all elements, or along axes."""
        return np.sum(x, axis=axis, keepdims=keepdims)

    @staticmethod
    def kept_sum(x: Array, axis: Axis = None) -> Array:
        """The sum along axes, which are kept."""
        return np.sum(x, axis=axis, keepdims=True) if np.ndim(x) else x

    @staticmethod
    def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The mean of all elements, or along axes."""
        return np.sum(x, axis=axis, keepdims=keepdims) / Arrays.size(x, axis)

    @staticmethod
    def centred(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """What each element differs from the mean."""
        return x - Arrays.mean(x, axis, np.ndim(x) > 0)

    @staticmethod
    def var(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The variance of all elements, or along axes: over n, not n − 1."""
        return Arrays.mean(Arrays.centred(x, axis) ** 2, axis, keepdims)

    @staticmethod
    def std(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The root of the variance."""
        return Arrays.sqrt(Arrays.var(x, axis, keepdims))

    @staticmethod
    def norm(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """The root of the sum of squares of all elements, or along axes."""
        return Arrays.sqrt(np.sum(x * np.asarray(x), axis=axis, keepdims=keepdims))

    @staticmethod
    def direction(x: Array, norm: Array) -> Array:
        """The slope of the norm: 0 at its kink."""
        zero = np.equal(norm, 0)
        return np.where(zero, 0, x / np.where(zero, 1, norm))

    @staticmethod
    def softmax(x: Array, axis: Axis = -1) -> Array:
        """eˣ/Σ eˣ along axes, the last if not given."""
        if np.ndim(x) == 0:
            return 1
        raised = Arrays.exp(x - np.max(np.real(x), axis=axis, keepdims=True))
        return raised / raised.sum(axis=axis, keepdims=True)

    @staticmethod
    def logsumexp(x: Array, axis: Axis = -1, keepdims: bool = False) -> Array:
        """ln Σ eˣ along axes, the last if not given."""
        if np.ndim(x) == 0:
            return x
        most = np.max(np.real(x), axis=axis, keepdims=True)
        found = most + Arrays.ln(Arrays.exp(x - most).sum(axis=axis, keepdims=True))
        return found if keepdims else np.squeeze(found, axis)

    @staticmethod
    def log_softmax(x: Array, axis: Axis = -1) -> Array:
        """ln of softmax."""
        return x - Arrays.logsumexp(x, axis, np.ndim(x) > 0)

    @staticmethod
    def transpose(x: Array, axes: tuple[int, ...] | None = None) -> Array:
        """The last two axes exchanged, or all as asked; a vector serves as its own."""
        if axes is not None:
            return np.transpose(x, axes)
        return np.swapaxes(x, -1, -2) if np.ndim(x) > 1 else x

    @staticmethod
    def inverse(axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
        """The axes that turn a transposed array back."""
        return None if axes is None else tuple(np.argsort([each % len(axes) for each in axes]))

    @staticmethod
    def reshape(x: Array, shape: tuple[int, ...]) -> Array:
        """The elements in another shape, row by row."""
        return np.reshape(x, shape)

    @staticmethod
    def reshape_like(g: Array, x: Array) -> Array:
        """The elements in the shape of another array."""
        return np.reshape(g, np.shape(x))

    @staticmethod
    def expand(x: Array, axis: int | tuple[int, ...]) -> Array:
        """With axes of one put in."""
        return np.expand_dims(x, axis)

    @staticmethod
    def squeeze(x: Array, axis: Axis = None) -> Array:
        """Without axes of one."""
        return np.squeeze(x, axis)

    @staticmethod
    def align(x: Array, axes: tuple[int, ...], rank: int) -> Array:
        """The axes at these places of `rank` ones, the others of size one."""
        order = np.argsort(axes)
        shape = [1] * rank
        for each in order:
            shape[axes[each]] = np.shape(x)[each]
        return np.reshape(np.transpose(x, order), shape)

    @staticmethod
    def align_back(g: Array, x: Array, axes: tuple[int, ...], rank: int) -> Array:
        """`align` turned round."""
        order = np.argsort(axes)
        inner = np.reshape(g, [np.shape(x)[each] for each in order])
        return np.transpose(inner, np.argsort(order))

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        """a b."""
        return np.matmul(a, b) if np.ndim(a) and np.ndim(b) else a * b

    @staticmethod
    def times_transposed(a: Array, b: Array) -> Array:
        """a bᵀ."""
        if np.ndim(a) == np.ndim(b) == 1:
            return np.outer(a, b)
        return Arrays.matmul(a, Arrays.transpose(b))

    @staticmethod
    def transposed_times(a: Array, b: Array) -> Array:
        """aᵀ b."""
        if np.ndim(a) == np.ndim(b) == 1:
            return np.outer(a, b)
        return Arrays.matmul(Arrays.transpose(a), b)

    @staticmethod
    def element(x: Array, *chosen: Array, index: Sequence[Any]) -> Array:
        """One element, or what an index in NumPy's sense means."""
        return x[filled(index, chosen)]

    @staticmethod
    def put_back(g: Array, x: Array, *chosen: Array, index: Sequence[Any]) -> Array:
        """Zeros in the shape of x, with g added at the index."""
        whole = np.zeros(np.shape(x), dtype=np.asarray(_kept(g)).dtype)
        place = filled(index, chosen)
        if chosen:
            np.add.at(whole, place, g)
        else:
            whole[place] = g
        return whole

    @staticmethod
    def pick(x: Array, chosen: Array) -> Array:
        """Along the last axis the one element that a whole number counts, from 0."""
        places = np.asarray(chosen, dtype=int)[..., None]
        return np.take_along_axis(np.asarray(x), places, axis=-1)[..., 0]

    @staticmethod
    def pick_back(g: Array, x: Array, chosen: Array) -> Array:
        """Zeros in the shape of x, with g at the elements picked."""
        whole = np.zeros(np.shape(x), dtype=np.asarray(_kept(g)).dtype)
        places = np.asarray(chosen, dtype=int)[..., None]
        np.put_along_axis(whole, places, np.asarray(g)[..., None], axis=-1)
        return whole

    @staticmethod
    def one_hot(chosen: Array, classes: int) -> Array:
        """Rows of zeros with a one at the place that a whole number counts."""
        return (np.asarray(chosen, dtype=int)[..., None] == np.arange(classes)) * 1

    @staticmethod
    def stack(*parts: Array, axis: int = 0) -> Array:
        """Parts of one shape side by side on a new axis."""
        return np.stack(_alike(*parts), axis)

    @staticmethod
    def slice_of(g: Array, place: int, axis: int = 0) -> Array:
        """What one place of an axis holds."""
        return np.take(g, place, axis)

    @staticmethod
    def concat(*parts: Array, axis: int = 0) -> Array:
        """Parts one after the other along an axis."""
        return np.concatenate(_alike(*parts), axis)

    @staticmethod
    def part_of(g: Array, parts: Sequence[Array], place: int, axis: int = 0) -> Array:
        """What of concatenated parts belongs to one of them."""
        start = sum(np.shape(each)[axis] for each in parts[:place])
        size = np.shape(parts[place])[axis]
        return np.take(g, range(start, start + size), axis)

    @staticmethod
    def spread(g: Array, like: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        """g in each element of the shape of another array, of which axes were summed."""
        if axis is not None and not keepdims and np.ndim(like):
            g = np.expand_dims(g, axis)
        return np.broadcast_to(g, np.shape(like))

    @staticmethod
    def fit(g: Array, like: Array) -> Array:
        """g in the shape of what was broadcast: summed over the axes that were made of one."""
        shape = np.shape(like)
        if np.shape(g) == shape:
            return g
        if np.ndim(g) < len(shape):
            return np.broadcast_to(g, shape)
        g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
        grown = tuple(i for i, size in enumerate(shape) if size == 1 and np.shape(g)[i] != 1)
        return np.sum(g, axis=grown, keepdims=True) if grown else g

    @staticmethod
    def conv(x: Array, w: Array, b: Array = None, **options: Any) -> Array:
        """The cross-correlation of x with w, and the bias of each output."""
        layout = windows.laid_out(np.shape(x), np.shape(w), **options)
        return _biased(windows.convolved(layout, np.asarray(x), w), b, layout)

    @staticmethod
    def conv_input(g: Array, w: Array, x: Array, **options: Any) -> Array:
        """The gradient of a convolution's input."""
        return windows.spread_back(windows.laid_out(np.shape(x), np.shape(w), **options), g, w)

    @staticmethod
    def conv_kernel(g: Array, x: Array, w: Array, **options: Any) -> Array:
        """The gradient of its kernel, in the kernel's shape."""
        layout = windows.laid_out(np.shape(x), np.shape(w), **options)
        return windows.kernel_gradient(layout, g, np.asarray(x))

    @staticmethod
    def conv_transpose(
        x: Array, w: Array, b: Array = None, output_padding: Any = 0, **options: Any
    ) -> Array:
        """The transposed convolution: each element of x over its window, times w."""
        layout = windows.laid_out(
            np.shape(x), np.shape(w), **options, transposed=True, output_padding=output_padding
        )
        return _biased(windows.spread_back(layout, np.asarray(x), w), b, layout)

    @staticmethod
    def conv_back(g: Array, w: Array, x: Array, **options: Any) -> Array:
        """The gradient of a transposed convolution's input: the convolution itself."""
        return Arrays.conv(g, w, **options)

    @staticmethod
    def conv_bias(g: Array, w: Array, b: Array) -> Array:
        """The gradient of its bias: the sum over all places of an output."""
        return np.sum(g, axis=tuple(range(2 - np.ndim(w), 0))) if np.ndim(b) else np.sum(g)

    @staticmethod
    def maxpool(x: Array, **options: Any) -> Array:
        """The largest element of each window."""
        return windows.largest_of(windows.pooled_windows(np.shape(x), **options), np.asarray(x))[0]

    @staticmethod
    def has_ties(x: Array, **options: Any) -> bool:
        """Whether some window has its largest element more than once."""
        found = windows.pooled_windows(np.shape(x), **options)
        y, _ = windows.largest_of(found, np.asarray(x))
        taps = tuple(range(-len(found.axes), 0))
        whole = found.of(np.asarray(x), np.min(x) - 1)
        return bool(((whole == np.expand_dims(y, taps)).sum(axis=taps) > 1).any())

    @staticmethod
    def maxpool_back(g: Array, x: Array, **options: Any) -> Array:
        """The gradient to the first of the largest elements of each window."""
        found = windows.pooled_windows(np.shape(x), **options)
        _, at = windows.largest_of(found, np.asarray(x))
        taps = [each.kernel for each in found.axes]
        spread = (at == np.arange(np.prod(taps))) * np.asarray(g)[..., None]
        return found.put(spread.reshape(*np.shape(g), *taps))

    @staticmethod
    def avgpool(x: Array, exclude_pad: bool = False, **options: Any) -> Array:
        """The mean of each window."""
        found = windows.pooled_windows(np.shape(x), **options)
        taps = tuple(range(-len(found.axes), 0))
        return found.of(np.asarray(x)).sum(axis=taps) / windows.counts_of(found, exclude_pad)

    @staticmethod
    def avgpool_back(g: Array, x: Array, exclude_pad: bool = False, **options: Any) -> Array:
        """The gradient shared among the cells of each window."""
        found = windows.pooled_windows(np.shape(x), **options)
        share = np.asarray(g / windows.counts_of(found, exclude_pad))
        taps = tuple(each.kernel for each in found.axes)
        spread = np.broadcast_to(
            share.reshape(*share.shape, *(1,) * len(taps)), (*share.shape, *taps)
        )
        return found.put(spread)

    @staticmethod
    def size(x: Array, axis: Axis = None, keepdims: bool = False) -> int:
        """The number of elements, of all or along axes."""
        if axis is None:
            return np.size(x)
        shape = np.shape(x)
        return int(np.prod([shape[each] for each in np.atleast_1d(axis)]))

    @staticmethod
    def shape(x: Array) -> tuple[int, ...]:
        """The sizes of the axes."""
        return np.shape(x)

    require_fit = staticmethod(require_fit)

    @staticmethod
    def fits(operands: Sequence[Array]) -> bool:
        """Whether nothing is to be asked about shapes: they are numbers all."""
        return all(type(each) in (int, float) for each in operands)

    @staticmethod
    def like(g: Array, x: Array) -> Array:
        """A gradient in the shape of what it belongs to."""
        return g if type(x) in (int, float) and type(g) is float else Arrays.fit(g, x)

    @staticmethod
    def settled(y: Array) -> Array:
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

    @staticmethod
    def swift(y: Array) -> Array:
        """A result as it is kept, or None where it takes more care: exact or not finite."""
        kind = type(y)
        if kind is np.ndarray and y.dtype is _FLOAT and y.ndim:
            flat = y.ravel()
            return y if isfinite(flat.dot(flat)) or np.isfinite(y).all() else None
        if kind is not float and kind is not int:
            y = Arrays.settled(y)
        return y if type(y) in (int, float) and isfinite(y) else None

    @staticmethod
    def presented(y: Array) -> Array:
        """A result as it is given back: whole numbers in int64, where all of them fit."""
        y = Arrays.settled(y)
        if is_exact(y):
            return narrowed(y)
        return y.copy() if isinstance(y, np.ndarray) and not y.flags.writeable else y

    @staticmethod
    def exact_to_float(x: Array) -> Array:
        """NumPy's floats, which divide by 0 and overflow without a word."""
        return np.asarray(x, dtype=float)[()]

    @staticmethod
    def is_finite(y: Array) -> bool:
        """Whether there is no NaN and no infinity in a result."""
        return isinstance(y, int) or is_exact(y) or bool(np.isfinite(y).all())

    @staticmethod
    def zeros(like: Array) -> Array:
        """The gradient of what plays no part."""
        return np.zeros(np.shape(like), dtype=object) if np.ndim(like) else 0

    @staticmethod
    def bits(x: Array) -> int:
        """Binary digits of the largest whole number; 0 for floats."""
        if isinstance(x, int):
            return x.bit_length()
        return max(each.bit_length() for each in x.flat) if is_exact(x) else 0

    @staticmethod
    def flat(x: Array) -> Sequence[Any]:
        """Its elements."""
        return list(np.ravel(x).tolist())


def filled(index: Sequence[Any], chosen: Sequence[Array]) -> tuple[Any, ...]:
    """An index with the whole numbers that equations compute in the places kept for them."""
    given = iter(chosen)
    return tuple(np.asarray(next(given), dtype=int) if each == "*" else each for each in index)


def _biased(y: Array, b: Array, layout: windows.Convolution) -> Array:
    if b is None:
        return y
    return y + np.reshape(b, np.shape(b) + (1,) * (len(layout.windows.axes) if np.ndim(b) else 0))


def _chosen(choose: Callable[..., Any], x: Array, axis: Axis, keepdims: bool) -> Array:
    """The element that is the largest, or the smallest, by its real part."""
    x = np.asarray(x)
    axes = range(x.ndim) if axis is None else [each % x.ndim for each in np.atleast_1d(axis)]
    order = [*(each for each in range(x.ndim) if each not in axes), *axes]
    kept = [x.shape[each] for each in order[: x.ndim - len(axes)]]
    flat = np.transpose(x, order).reshape(*kept, -1)
    found = np.take_along_axis(flat, choose(np.real(flat), axis=-1)[..., None], axis=-1)[..., 0]
    return np.expand_dims(found, tuple(axes)) if keepdims else found


def _whole(x: Array) -> bool:
    return isinstance(x, int) or is_exact(x)


def _alike(*parts: Array) -> list[Array]:
    """Arrays of whole numbers all, or of others all: Python's ints become floats beside floats."""
    if all(map(_whole, parts)):
        return [np.asarray(each, dtype=object) for each in parts]
    return [np.asarray(each, dtype=float) if _whole(each) else np.asarray(each) for each in parts]


def _kept(x: Array) -> Array:
    """A whole number as it stays exact beside others in an array."""
    return np.asarray(x, dtype=object) if isinstance(x, int) else x
