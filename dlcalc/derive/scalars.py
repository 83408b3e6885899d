"""The functions of the table of operations on Python's numbers; whole numbers stay exact."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dlcalc.errors import ShapeError

Scalar = Any
"""An int or a float."""
MOST_SWIFT = 900
"""Binary digits of a whole number that nothing has to be asked about."""


class Scalars:
    """The world of single numbers: a sum over one is itself, and nothing needs NumPy."""

    exp, ln, sqrt = staticmethod(math.exp), staticmethod(math.log), staticmethod(math.sqrt)
    tanh, sin, cos = staticmethod(math.tanh), staticmethod(math.sin), staticmethod(math.cos)
    expm1, log1p, erf = (
        staticmethod(math.expm1), staticmethod(math.log1p), staticmethod(math.erf)
    )
    abs, max, min = staticmethod(abs), staticmethod(max), staticmethod(min)

    @staticmethod
    def sigmoid(x: Scalar) -> float:
        """1/(1 + e⁻ˣ), without overflow at either end."""
        decay = math.exp(-abs(x))
        return (1 if x >= 0 else decay) / (1 + decay)

    @staticmethod
    def softplus(x: Scalar) -> float:
        """ln(1 + eˣ), without overflow."""
        return float(max(x, 0)) + math.log1p(math.exp(-abs(x)))

    @staticmethod
    def relu(x: Scalar) -> Scalar:
        """max(x, 0)."""
        return x if x > 0 else type(x)(0)

    @staticmethod
    def step(x: Scalar) -> int:
        """The slope of relu: 0 at its kink."""
        return int(x > 0)

    @staticmethod
    def sign(x: Scalar) -> int:
        """The slope of abs: 0 at its kink."""
        return int(x > 0) - int(x < 0)

    @staticmethod
    def between(x: Scalar, low: Scalar, high: Scalar) -> int:
        """1 where low < x < high."""
        return int(low < x < high)

    @staticmethod
    def within(x: Scalar, low: Scalar, high: Scalar) -> int:
        """1 where low ≤ x ≤ high."""
        return int(low <= x <= high)

    gt, lt = staticmethod(lambda a, b: int(a > b)), staticmethod(lambda a, b: int(a < b))
    ge, le = staticmethod(lambda a, b: int(a >= b)), staticmethod(lambda a, b: int(a <= b))
    eq, ne = staticmethod(lambda a, b: int(a == b)), staticmethod(lambda a, b: int(a != b))

    @staticmethod
    def where(condition: Scalar, a: Scalar, b: Scalar) -> Scalar:
        """a where the condition is not 0, else b."""
        return a if condition else b

    @staticmethod
    def curve(x: Scalar, function: str) -> float:
        """The slope of a slope."""
        from dlcalc.derive.arrays import Arrays

        return float(Arrays.curve(x, function))

    @staticmethod
    def pow(a: Scalar, n: Scalar) -> Scalar:
        """aⁿ; ValueError where it is no real number."""
        y = a**n
        if isinstance(y, complex):
            raise ValueError("a negative number to a fractional power")
        return y

    @staticmethod
    def power_slope(a: Scalar, n: Scalar) -> Scalar:
        """n·aⁿ⁻¹, which is 0 for a power of 0, also at a = 0."""
        return n * a ** (n - 1) if n else 0

    @staticmethod
    def exponent_slope(y: Scalar, a: Scalar) -> Scalar:
        """y·ln a for y = aⁿ; 0 at a = 0."""
        return y * math.log(a) if a else 0

    @staticmethod
    def share(y: Scalar, *arguments: Scalar) -> Scalar:
        """The part of a gradient that goes to the first of the arguments that made y."""
        if arguments[0] != y:
            return 0
        equal = sum(each == y for each in arguments)
        return 1 if equal == 1 else 1 / equal

    part = share

    @staticmethod
    def sum(x: Scalar) -> Scalar:
        """The number itself, as are its mean, its largest element, its transposed and so on."""
        return x

    mean = largest = smallest = logsumexp = settled = presented = sum

    @staticmethod
    def transpose(x: Scalar, axes: Any = None) -> Scalar:
        """The number itself."""
        return x

    @staticmethod
    def kept_sum(x: Scalar, axis: int = -1) -> Scalar:
        """The number itself."""
        return x

    @staticmethod
    def inverse(axes: Any) -> Any:
        """Axes exchanged back: there are none."""
        return axes

    @staticmethod
    def softmax(x: Scalar, axis: int = -1) -> int:
        """1: the share of one number among one."""
        return 1

    @staticmethod
    def var(x: Scalar) -> int:
        """0, as are the deviation from the mean, and the logarithm of softmax."""
        return 0

    std = log_softmax = centred = var

    @staticmethod
    def norm(x: Scalar) -> float:
        """|x|."""
        return float(abs(x))

    @staticmethod
    def direction(x: Scalar, norm: Scalar) -> int:
        """The slope of the norm: 0 at its kink."""
        return Scalars.sign(x)

    @staticmethod
    def spread(g: Scalar, like: Scalar, **options: Any) -> Scalar:
        """The gradient itself, as numbers have no shape."""
        return g

    fit = like = spread

    @staticmethod
    def matmul(*arguments: Scalar) -> Scalar:
        """ShapeError: numbers have no matrix product."""
        raise ShapeError("@ multiplies matrices and vectors; numbers are multiplied by *")

    times_transposed = transposed_times = matmul

    @staticmethod
    def size(x: Scalar) -> int:
        """One number."""
        return 1

    @staticmethod
    def shape(x: Scalar) -> tuple[int, ...]:
        """No axes."""
        return ()

    @staticmethod
    def require_fit(
        operation: str, arguments: Sequence[Scalar], options: Mapping[str, Any]
    ) -> None:
        """Numbers fit each other."""

    @staticmethod
    def swift(y: Scalar) -> Scalar:
        """A result as it is, or None where it takes more care: long, or not finite."""
        return y if (type(y) is float and y - y == 0) or (
            type(y) is int and y.bit_length() < MOST_SWIFT
        ) else None

    @staticmethod
    def fits(operands: Sequence[Scalar]) -> bool:
        """Numbers fit each other."""
        return True

    @staticmethod
    def is_finite(y: Scalar) -> bool:
        """Whether a result is no NaN and no infinity."""
        return bool(y - y == 0)

    @staticmethod
    def zeros(like: Scalar) -> int:
        """The gradient of what plays no part."""
        return 0

    @staticmethod
    def bits(x: Scalar) -> int:
        """Binary digits of a whole number; 0 for all others."""
        return x.bit_length() if isinstance(x, int) else 0

    @staticmethod
    def flat(x: Scalar) -> Sequence[Scalar]:
        """Its one element."""
        return (x,)
