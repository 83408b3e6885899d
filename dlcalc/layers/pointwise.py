"""Activations and dropout: element by element, no products with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, whole

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def identity(shape: Shape) -> Counted:
    """What comes in goes out.

    >>> identity((6, 28, 28)).output
    (6, 28, 28)
    """
    return Counted(shape)


relu = relu6 = selu = gelu = silu = mish = identity
sigmoid = hard_sigmoid = hard_swish = tanh = softplus = identity


def leaky_relu(shape: Shape, slope: float = 0.01) -> Counted:
    """A relu that lets `slope` of the negative side through.

    >>> leaky_relu((8,), 0.2).output
    (8,)
    """
    _number("slope", slope)
    return Counted(shape)


def elu(shape: Shape, alpha: float = 1.0) -> Counted:
    """The exponential linear unit, −alpha at its lowest.

    >>> elu((8,)).output
    (8,)
    """
    _number("alpha", alpha)
    return Counted(shape)


def prelu(shape: Shape, slopes: int = 1) -> Counted:
    """A leaky relu with a learned slope, one in all or one a channel.

    >>> prelu((64, 8, 8), 64).weights
    64
    """
    if whole("slopes", slopes) not in (1, shape[0]):
        raise ShapeError(f"slopes {slopes} is neither 1 nor the {shape[0]} channels")
    return Counted(shape, slopes)


def dropout(shape: Shape, rate: float = 0.5) -> Counted:
    """Elements set to zero at random while training.

    >>> dropout((4096,)).output
    (4096,)
    """
    if not 0 <= _number("rate", rate) <= 1:
        raise InputError(f"rate {rate} is not between 0 and 1")
    return Counted(shape)


def softmax(shape: Shape) -> Counted:
    """Positive numbers of sum 1: over the channels of an image, else over the last axis.

    >>> softmax((10,)).output
    (10,)
    """
    return Counted(shape, mixes=(0 if len(shape) > 2 else len(shape) - 1,))


log_softmax = softmax


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} {value!r} is not a number")
    return value


def identity_values(run: Pass, x: Node) -> Node:
    """What comes in."""
    return run.do("move", x)


def prelu_values(run: Pass, x: Node, slopes: int) -> Node:
    """x above 0, else w·x."""
    slope = run.parameter("weight", (slopes,), run.fact("start of prelu", 0.25))
    held = run.by_channel(slope) if slopes > 1 else slope
    return run.do("prelu", x, held, bend=run.fact("prelu at 0", None))


def dropout_values(run: Pass, x: Node, rate: float) -> Node:
    """x ⊙ mask/(1 − rate) while training."""
    if not run.training or not rate:
        return run.do("move", x)
    kept = run.do("mul", x, run.mask(rate), part="kept")
    return run.do("div", kept, run.constant(1 - rate)) if rate < 1 else kept


def softmax_values(run: Pass, x: Node, rule: str = "softmax") -> Node:
    """eˣ/Σ eˣ."""
    return run.do(rule, x, axis=1 if len(run.shape) > 2 else len(run.shape))


def log_softmax_values(run: Pass, x: Node) -> Node:
    """x − ln Σ eˣ."""
    return softmax_values(run, x, "log_softmax")
