"""Activation functions with their slopes, by the table of operations, for layers and cells.

Complex arguments serve the complex-step check of gradients: every function here is
analytic away from its kinks, and decides by the real part where it has any.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.derive.operations import OPERATIONS, World
from dlcalc.errors import require_known
from dlcalc.numbers.activations import Array, erf, sigmoid, softplus

USUAL = {"leaky_relu": 0.01, "elu": 1.0}
"""The slope or alpha of those that have one."""


def _by_real(compare: Callable[[Any, Any], Any]) -> Callable[[Array, float], Any]:
    return lambda x, bound: compare(x.real, bound)


_WORLD = World(
    exp=np.exp, expm1=np.expm1, tanh=np.tanh, erf=erf, sigmoid=sigmoid, softplus=softplus,
    where=np.where,
    gt=_by_real(operator.gt), lt=_by_real(operator.lt), ge=_by_real(operator.ge),
    le=_by_real(operator.le),
)
"""The world of arrays of any precision."""


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


def _tabled(name: str, *chosen: float) -> Activation:
    operation = OPERATIONS[name]

    def value(x: Array) -> Array:
        return np.asarray(operation.value(_WORLD, x, *chosen)).astype(x.dtype, copy=False)

    def slope(x: Array, y: Array) -> Array:
        pulled = operation.pull(_WORLD, 1, y, (x, *chosen), 0)
        return np.asarray(pulled).astype(x.dtype, copy=False)

    return Activation(name, value, slope, () if chosen == (USUAL.get(name),) else chosen)


def leaky_relu(leak: float) -> Activation:
    """x above 0, and `leak`·x below.

    >>> leaky_relu(0.2).value(np.array([-1.0, 1.0])).tolist()
    [-0.2, 1.0]
    """
    pick = np.maximum if leak <= 1 else np.minimum  # several times as quick as np.where
    tabled = _tabled("leaky_relu", leak)

    def value(x: Array) -> Array:
        if x.dtype.kind == "c":  # NumPy orders complex numbers by both parts
            return tabled.value(x)
        below = leak * x
        return pick(x, below, out=below)

    def slope(x: Array, y: Array) -> Array:
        return np.array([leak, 1], x.dtype).take((x.real > 0).view(np.int8))

    return Activation("leaky_relu", value, slope, tabled.chosen)


def _relu(x: Array) -> Array:
    return np.where(x.real <= 0, 0, x) if x.dtype.kind == "c" else np.maximum(x, 0)


ACTIVATIONS = {
    each.name: each
    for each in (
        _tabled("sigmoid"), _tabled("tanh"),
        Activation("relu", _relu, lambda x, y: (x.real > 0).astype(x.dtype)),
        leaky_relu(USUAL["leaky_relu"]), _tabled("gelu"), _tabled("softplus"),
        Activation("identity", lambda x: x, lambda x, y: np.ones_like(x)),
        _tabled("hard_sigmoid"), _tabled("hard_swish"), _tabled("relu6"),
        _tabled("elu", USUAL["elu"]), _tabled("selu"), _tabled("silu"), _tabled("mish"),
    )
}


def activation(name: str) -> Activation:
    """The activation of that name; InputError with the nearest names where there is none.

    The slope of relu and of leaky_relu at 0 is that of the left side, and hard_sigmoid is
    min(max(x + 3, 0), 6)/6, both as in PyTorch.

    >>> activation("tanh").slope(np.zeros(1), np.zeros(1)).tolist()
    [1.0]
    """
    return ACTIVATIONS[require_known(name, ACTIVATIONS, "activation")]


def parametrised(name: str, **values: float) -> Activation:
    """The activation of that name with its own slope or alpha, as the layer notation has it.

    >>> parametrised("leaky_relu", slope=0.5).value(np.array([-2.0])).tolist()
    [-1.0]
    """
    if "slope" in values:
        return leaky_relu(values["slope"])
    return _tabled(name, *values.values()) if values else activation(name)
