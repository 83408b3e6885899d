"""Activation functions with their slopes, for real and complex arrays alike.

Complex arguments serve the complex-step check of gradients: every function here is
analytic away from its kinks, and decides by the real part where it has any.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, did_you_mean

Array = np.ndarray[Any, np.dtype[Any]]
LEAK = 0.01


@dataclass(frozen=True)
class Activation:
    """One activation function y = φ(x), elementwise."""

    name: str
    """The name it is asked for by."""
    value: Callable[[Array], Array]
    """φ(x)."""
    slope: Callable[[Array, Array], Array]
    """φ′ from the argument x and the value y, whichever is the simpler."""
    chosen: tuple[float, ...] = ()
    """What a formula writes behind x: a slope or an alpha that is not the usual one."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Results are pickled with the name of what they were computed with."""
        if ACTIVATIONS.get(self.name) is self:
            return activation, (self.name,)
        return super().__reduce_ex__(protocol)


def sigmoid(x: Array) -> Array:
    """1/(1 + e⁻ˣ), without overflow at either end.

    >>> sigmoid(np.array([0.0, -800.0, 800.0])).tolist()
    [0.5, 0.0, 1.0]
    """
    positive = x.real >= 0
    decay = np.exp(np.where(positive, -x, x))
    result: Array = np.where(positive, 1, decay) / (1 + decay)
    return result


def softplus(x: Array) -> Array:
    """ln(1 + eˣ), without overflow.

    >>> softplus(np.array([-800.0, 800.0])).tolist()
    [0.0, 800.0]
    """
    positive = x.real >= 0
    result: Array = np.where(positive, x, 0) + np.log1p(np.exp(np.where(positive, -x, x)))
    return result


def erf(z: Array) -> Array:
    """The error function, by its series of positive terms (Abramowitz and Stegun 7.1.6).

    Beyond |z| = 6 it is ±1 to the last bit of a double.

    >>> erf(np.array([0.5, -9.0])).round(12).tolist()
    [0.520499877813, -1.0]
    """
    near = np.where(np.abs(z.real) < 6, z, 0)
    term: Array = 2 / math.sqrt(math.pi) * np.exp(-near * near) * near
    total: Array = term.copy()
    for n in range(1, 120):
        term = term * (2 * near * near / (2 * n + 1))
        total += term
    result: Array = np.where(np.abs(z.real) < 6, total, np.sign(z.real))
    return result


def gelu(x: Array) -> Array:
    """x·Φ(x), with the normal distribution's Φ itself, not its tanh approximation.

    Hendrycks and Gimpel 2016, "Gaussian error linear units", section 2.
    """
    return x * _normal_cdf(x)


def _normal_cdf(x: Array) -> Array:
    return 0.5 * (1 + erf(x / math.sqrt(2)))


def leaky_relu(leak: float) -> Activation:
    """x above 0, and `leak`·x below.

    >>> leaky_relu(0.2).value(np.array([-1.0, 1.0])).tolist()
    [-0.2, 1.0]
    """
    pick = np.maximum if leak <= 1 else np.minimum  # several times as quick as np.where

    def value(x: Array) -> Array:
        below = leak * x
        return np.where(x.real > 0, x, below) if _is_complex(x) else pick(x, below, out=below)

    def slope(x: Array, y: Array) -> Array:
        return np.array([leak, 1], x.dtype).take((x.real > 0).view(np.int8))

    return Activation("leaky_relu", value, slope, () if leak == LEAK else (leak,))


def _relu(x: Array) -> Array:
    return np.where(x.real <= 0, 0, x).astype(x.dtype) if _is_complex(x) else np.maximum(x, 0)


def _is_complex(x: Array) -> bool:
    """Whether only the real parts decide: NumPy orders complex numbers by both."""
    return x.dtype.kind == "c"


def _hard_sigmoid(x: Array) -> Array:
    return _clipped(x, -3, x / 6 + 0.5, 3, 1)


def elu(alpha: float, scale: float = 1.0, name: str = "elu") -> Activation:
    """scale·x above 0, and scale·alpha·(eˣ − 1) below, whose slope is taken at 0.

    >>> elu(0.5).value(np.array([-1e3, 2.0])).tolist()
    [-0.5, 2.0]
    """

    def value(x: Array) -> Array:
        below = alpha * np.expm1(np.where(x.real > 0, 0, x))
        result: Array = scale * np.where(x.real > 0, x, below)
        return result

    def slope(x: Array, y: Array) -> Array:
        return np.where(x.real > 0, scale, y + scale * alpha).astype(x.dtype)

    return Activation(name, value, slope, () if name != "elu" or alpha == 1 else (alpha,))


def _clipped(x: Array, low: float, y: Array, high: float, most: float) -> Array:
    """y, but 0 up to `low` of x, and `most` from `high` on."""
    return np.where(x.real <= low, 0, np.where(x.real >= high, most, y)).astype(x.dtype)


def _mish_slope(x: Array, y: Array) -> Array:
    tanh = np.tanh(softplus(x))
    slope: Array = tanh + x * sigmoid(x) * (1 - tanh * tanh)
    return slope


ACTIVATIONS = {
    each.name: each
    for each in (
        Activation("sigmoid", sigmoid, lambda x, y: y * (1 - y)),
        Activation("tanh", np.tanh, lambda x, y: 1 - y * y),
        Activation("relu", _relu, lambda x, y: (x.real > 0).astype(x.dtype)),
        leaky_relu(LEAK),
        Activation("gelu", gelu, lambda x, y: (
            _normal_cdf(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        )),
        Activation("softplus", softplus, lambda x, y: sigmoid(x)),
        Activation("identity", lambda x: x, lambda x, y: np.ones_like(x)),
        Activation(
            "hard_sigmoid",
            _hard_sigmoid,
            lambda x, y: np.where(np.abs(x.real) < 3, 1 / 6, 0).astype(x.dtype),
        ),
        Activation("hard_swish", lambda x: x * _hard_sigmoid(x),
                   lambda x, y: _clipped(x, -3, x / 3 + 0.5, 3, 1)),
        Activation("relu6", lambda x: _clipped(x, 0, x, 6, 6),
                   lambda x, y: _clipped(x, 0, np.ones_like(x), 6, 0)),
        elu(1.0),
        elu(1.6732632423543772, 1.0507009873554805, "selu"),
        Activation("silu", lambda x: x * sigmoid(x), lambda x, y: y + sigmoid(x) * (1 - y)),
        Activation("mish", lambda x: x * np.tanh(softplus(x)), _mish_slope),
    )
}


def activation(name: str) -> Activation:
    """The activation of that name; InputError with the nearest names where there is none.

    The slope of relu and of leaky_relu at 0 is that of the left side, and hard_sigmoid is
    min(max(x + 3, 0), 6)/6, both as in PyTorch.

    >>> activation("tanh").slope(np.zeros(1), np.zeros(1)).tolist()
    [1.0]
    """
    try:
        return ACTIVATIONS[name]
    except KeyError:
        raise InputError(
            f"unknown activation {name!r}{did_you_mean(name, ACTIVATIONS)}"
        ) from None


def parametrised(name: str, **values: float) -> Activation:
    """The activation of that name with its own slope or alpha, as the layer notation has it.

    >>> parametrised("leaky_relu", slope=0.5).value(np.array([-2.0])).tolist()
    [-1.0]
    """
    if "slope" in values:
        return leaky_relu(values["slope"])
    return elu(values["alpha"]) if "alpha" in values else activation(name)
