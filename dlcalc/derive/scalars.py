"""The functions of the table of operations on Python's numbers; whole numbers stay exact."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any

from dlcalc.derive.operations import World
from dlcalc.errors import ShapeError

Scalar = Any
"""An int or a float."""
MOST_SWIFT = 900
"""Binary digits of a whole number that nothing has to be asked about."""


def _sigmoid(x: Scalar) -> float:
    """1/(1 + e⁻ˣ), without overflow at either end."""
    decay = math.exp(-abs(x))
    return (1 if x >= 0 else decay) / (1 + decay)


def power(a: Scalar, n: Scalar) -> Scalar:
    """aⁿ; ValueError where it is no real number."""
    y = a**n
    if isinstance(y, complex):
        raise ValueError("a negative number to a fractional power")
    return y


def _share(y: Scalar, *arguments: Scalar, **_: Any) -> Scalar:
    """The part of a gradient that goes to the first of the arguments that made y."""
    if arguments[0] != y:
        return 0
    equal = sum(each == y for each in arguments)
    return 1 if equal == 1 else 1 / equal


def _curve(x: Scalar, function: str) -> float:
    from dlcalc.derive.arrays import Arrays

    return float(Arrays.curve(x, function))


def _no_product(*arguments: Scalar) -> Scalar:
    raise ShapeError("@ multiplies matrices and vectors; numbers are multiplied by *")


def _swift(y: Scalar) -> Scalar:
    """A result as it is, or None where it takes more care: long, or not finite."""
    return y if (type(y) is float and y - y == 0) or (
        type(y) is int and y.bit_length() < MOST_SWIFT
    ) else None


Scalars = World(
    exp=math.exp, ln=math.log, sqrt=math.sqrt, tanh=math.tanh, sin=math.sin, cos=math.cos,
    expm1=math.expm1, log1p=math.log1p, erf=math.erf, abs=abs, max=max, min=min,
    floor=math.floor, ceil=math.ceil,
    sigmoid=_sigmoid, softplus=lambda x: float(max(x, 0)) + math.log1p(math.exp(-abs(x))),
    relu=lambda x: x if x > 0 else type(x)(0),
    gt=lambda a, b: int(a > b), lt=lambda a, b: int(a < b), ge=lambda a, b: int(a >= b),
    le=lambda a, b: int(a <= b), eq=lambda a, b: int(a == b), ne=lambda a, b: int(a != b),
    where=lambda condition, a, b: a if condition else b,
    curve=_curve, pow=power,
    power_slope=lambda a, n: n * a ** (n - 1) if n else 0,
    exponent_slope=lambda y, a: y * math.log(a) if a else 0,
    share=_share, part=_share,
    # A sum over one number is itself, its share among one is 1, its deviation 0.
    **dict.fromkeys(
        ("sum", "mean", "prod", "cumsum", "largest", "smallest", "logsumexp", "transpose",
         "kept_sum", "inverse", "presented"), lambda x, **_: x,
    ),
    **dict.fromkeys(("var", "std", "log_softmax", "centred"), lambda x, **_: 0),
    softmax=lambda x, **_: 1, size=lambda x, **_: 1,
    norm=lambda x: float(abs(x)), direction=lambda x, norm: int(x > 0) - int(x < 0),
    **dict.fromkeys(("spread", "fit", "like", "cumsum_back"), lambda g, like, **_: g),
    gradient_of=lambda g, y: g, prod_back=lambda g, y, x, **_: g,
    **dict.fromkeys(("matmul", "times_transposed", "transposed_times"), _no_product),
    require_fit=lambda operation, arguments, options: None, fits=lambda operation, operands: True,
    alert=nullcontext, swift=_swift, settled=lambda y: y, is_finite=lambda y: y - y == 0,
    zeros=lambda like: 0, shape=lambda x: (), flat=lambda x: (x,),
    bits=lambda x: x.bit_length() if isinstance(x, int) else 0,
)  # fmt: skip
"""The world of single numbers: nothing needs NumPy."""
