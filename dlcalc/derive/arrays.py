"""The functions of the table of operations on arrays, real and complex, whole numbers exact.

Whole numbers are Python's ints in arrays of objects, so that none wraps. A vector is a
column in products: W @ x, a @ bᵀ is the outer product, aᵀ @ b the inner one. Complex
arguments serve the complex-step check; what decides does so by the real part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from dlcalc.derive.shapes import is_exact, require_fit
from dlcalc.errors import ShapeError
from dlcalc.numbers import activations
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import narrowed

Array = Any
"""An array, or a single number."""


def _floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, given floats (or complex numbers) in place of whole numbers."""

    def of_floats(x: Array) -> Array:
        kind = np.asarray(x).dtype.kind
        return function(np.asarray(x, dtype=complex if kind == "c" else float))

    return of_floats


class Arrays:
    """The world of arrays."""

    exp, ln, sqrt, tanh = (
        staticmethod(_floats(each)) for each in (np.exp, np.log, np.sqrt, np.tanh)
    )
    sin, cos = staticmethod(_floats(np.sin)), staticmethod(_floats(np.cos))
    sigmoid, softplus = (
        staticmethod(_floats(each)) for each in (activations.sigmoid, activations.softplus)
    )

    @staticmethod
    def relu(x: Array) -> Array:
        """max(x, 0)."""
        return np.where(np.real(x) > 0, x, 0 * np.asarray(x))

    @staticmethod
    def step(x: Array) -> Array:
        """The slope of relu: 0 at its kink."""
        return np.where(np.real(x) > 0, 1, 0)

    @staticmethod
    def abs(x: Array) -> Array:
        """|x|."""
        return np.where(np.real(x) < 0, -np.asarray(x), x)

    @staticmethod
    def sign(x: Array) -> Array:
        """The slope of abs: 0 at its kink."""
        return Arrays.step(x) - Arrays.step(-np.asarray(x))

    @staticmethod
    def pow(a: Array, n: Array) -> Array:
        """aⁿ; NaN where it is no real number. Negative bases stay off the branch cut."""
        if np.iscomplexobj(a):
            turned = (np.real(a) < 0) & np.isreal(n) & (np.real(n) == np.round(np.real(n)))
            power = np.power(np.where(turned, -1, 1) * a, n)
            return np.where(turned & (np.real(n) % 2 == 1), -1, 1) * power
        return a**n

    @staticmethod
    def max(*arguments: Array) -> Array:
        """The largest, element by element."""
        return reduce(lambda a, b: np.where(np.real(a) >= np.real(b), a, b), arguments)

    @staticmethod
    def min(*arguments: Array) -> Array:
        """The smallest, element by element."""
        return reduce(lambda a, b: np.where(np.real(a) <= np.real(b), a, b), arguments)

    @staticmethod
    def largest(x: Array) -> Array:
        """The largest element."""
        return np.ravel(x)[np.argmax(np.real(np.ravel(x)))]

    @staticmethod
    def smallest(x: Array) -> Array:
        """The smallest element."""
        return np.ravel(x)[np.argmin(np.real(np.ravel(x)))]

    @staticmethod
    def share(y: Array, *arguments: Array) -> Array:
        """The part of a gradient that goes to the first of the arguments that made y."""
        first = np.equal(arguments[0], y)
        equal = sum(np.equal(each, y) for each in arguments) if len(arguments) > 1 else first.sum()
        return np.where(first, np.where(equal == 1, 1, 1 / np.maximum(equal, 1)), 0)

    @staticmethod
    def sum(x: Array) -> Array:
        """The sum of all elements."""
        return np.sum(x)

    @staticmethod
    def mean(x: Array) -> Array:
        """The mean of all elements."""
        return np.sum(x) / np.size(x)

    @staticmethod
    def norm(x: Array) -> Array:
        """The root of the sum of squares of all elements."""
        return Arrays.sqrt(np.sum(x * np.asarray(x)))

    @staticmethod
    def direction(x: Array, norm: Array) -> Array:
        """The slope of the norm: 0 at its kink."""
        return 0 * np.asarray(x) if norm == 0 else x / norm

    @staticmethod
    def softmax(x: Array) -> Array:
        """eˣ/Σ eˣ along the last axis."""
        if np.ndim(x) == 0:
            return 1
        raised = Arrays.exp(x - np.max(np.real(x), axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)

    @staticmethod
    def logsumexp(x: Array) -> Array:
        """ln Σ eˣ along the last axis."""
        if np.ndim(x) == 0:
            return x
        most = np.max(np.real(x), axis=-1, keepdims=True)
        return most[..., 0] + Arrays.ln(Arrays.exp(x - most).sum(axis=-1))

    @staticmethod
    def row_sum(x: Array) -> Array:
        """Sums along the last axis, which is kept."""
        return np.sum(x, axis=-1, keepdims=True) if np.ndim(x) else x

    @staticmethod
    def column(g: Array) -> Array:
        """With a last axis of one added, where g has axes or is to be spread over one."""
        return np.asarray(g)[..., None] if np.ndim(g) else g

    @staticmethod
    def transpose(x: Array) -> Array:
        """The last two axes exchanged; a vector serves as its own."""
        return np.swapaxes(x, -1, -2) if np.ndim(x) > 1 else x

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
    def element(x: Array, index: tuple[int, ...]) -> Array:
        """One element, or the row that a shorter index means."""
        try:
            return x[index]
        except (IndexError, TypeError):
            shape = by_x(np.shape(x)) or "a single number"
            raise ShapeError(
                f"there is no element [{', '.join(map(str, index))}] in {shape}; "
                "places count from 0"
            ) from None

    @staticmethod
    def put_back(g: Array, x: Array, index: tuple[int, ...]) -> Array:
        """Zeros in the shape of x, with g at the index."""
        whole = np.zeros(np.shape(x), dtype=np.asarray(g).dtype)
        whole[index] = g
        return whole

    @staticmethod
    def stack(*parts: Array) -> Array:
        """Parts of one shape side by side on a new first axis."""
        return np.stack([np.asarray(each, dtype=_kept(each)) for each in parts])

    @staticmethod
    def spread(g: Array, like: Array) -> Array:
        """g in each element of the shape of another array."""
        return np.broadcast_to(g, np.shape(like))

    @staticmethod
    def fit(g: Array, like: Array) -> Array:
        """g in the shape of what was broadcast: summed over the axes that were made of one."""
        shape = np.shape(like)
        if np.shape(g) == shape:
            return g
        g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
        grown = tuple(i for i, size in enumerate(shape) if size == 1 and np.shape(g)[i] != 1)
        return np.sum(g, axis=grown, keepdims=True) if grown else g

    @staticmethod
    def size(x: Array) -> int:
        """The number of elements."""
        return np.size(x)

    @staticmethod
    def shape(x: Array) -> tuple[int, ...]:
        """The sizes of the axes."""
        return np.shape(x)

    require_fit = staticmethod(require_fit)

    @staticmethod
    def settled(y: Array) -> Array:
        """A result as it is kept: no arrays without axes, whole numbers as Python's ints."""
        if isinstance(y, np.ndarray):
            if y.ndim == 0:
                y = y[()]
            elif y.dtype == object:
                return y if all(type(each) is int for each in y.flat) else y.astype(float)
            elif y.dtype.kind in "biu":
                return y.astype(object)
        return y.item() if isinstance(y, np.generic) else y

    @staticmethod
    def presented(y: Array) -> Array:
        """A result as it is given back: whole numbers in int64, where all of them fit."""
        return narrowed(y) if is_exact(y) else y

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


def _kept(x: Array) -> Any:
    return object if isinstance(x, int) else None
