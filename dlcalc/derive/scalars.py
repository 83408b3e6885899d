"""The functions of the table of operations on Python's numbers; whole numbers stay exact."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dlcalc.errors import ShapeError

Scalar = Any
"""An int or a float."""


class Scalars:
    """The world of single numbers: a sum over one is itself, and nothing needs NumPy."""

    exp, ln, sqrt = staticmethod(math.exp), staticmethod(math.log), staticmethod(math.sqrt)
    tanh, sin, cos = staticmethod(math.tanh), staticmethod(math.sin), staticmethod(math.cos)
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
    def pow(a: Scalar, n: Scalar) -> Scalar:
        """aⁿ; ValueError where it is no real number."""
        y = a**n
        if isinstance(y, complex):
            raise ValueError("a negative number to a fractional power")
        return y

    @staticmethod
    def share(y: Scalar, *arguments: Scalar) -> Scalar:
        """The part of a gradient that goes to the first of the arguments that made y."""
        if arguments[0] != y:
            return 0
        equal = sum(each == y for each in arguments)
        return 1 if equal == 1 else 1 / equal

    @staticmethod
    def sum(x: Scalar) -> Scalar:
        """The number itself, as are its mean, its largest element, its transposed and so on."""
        return x

    mean = largest = smallest = logsumexp = transpose = row_sum = column = settled = presented = sum

    @staticmethod
    def softmax(x: Scalar) -> int:
        """1: the share of one number among one."""
        return 1

    @staticmethod
    def norm(x: Scalar) -> float:
        """|x|."""
        return float(abs(x))

    @staticmethod
    def direction(x: Scalar, norm: Scalar) -> int:
        """The slope of the norm: 0 at its kink."""
        return Scalars.sign(x)

    @staticmethod
    def spread(g: Scalar, like: Scalar) -> Scalar:
        """The gradient itself, as numbers have no shape."""
        return g

    fit = spread

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
    def require_fit(operation: str, arguments: Sequence[Scalar]) -> None:
        """Numbers fit each other."""

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
