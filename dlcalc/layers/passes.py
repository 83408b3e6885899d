"""Dense layers on batches: q = x Wᵀ + b and h = φ(q), forwards and backwards; starting weights.

Arrays keep their type: float32 stays float32, and complex weights pass through for the
complex-step check of gradients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.names import INITIALS
from dlcalc.numbers.activations import ACTIVATIONS, Activation
from dlcalc.numbers.exact import Array, as_numbers

IDENTITY = ACTIVATIONS["identity"]
CONSTANT = 0.5
LIMIT = 1 << 26
"""The most weights that are drawn: 512 MiB of them."""


@dataclass(frozen=True)
class Dense:
    """One fully connected layer."""

    weight: Array
    """W, (out, in)."""
    bias: Array | None = None
    """b, (out,), or None."""
    activation: Activation = IDENTITY
    """φ."""


@dataclass(frozen=True)
class DensePass:
    """What one layer computed on the way forward."""

    x: Array
    """Its input, (batch, in)."""
    q: Array
    """x Wᵀ + b, (batch, out)."""
    h: Array
    """φ(q), (batch, out)."""


@dataclass(frozen=True)
class DenseGradients:
    """The gradients of a loss with respect to one layer."""

    q: Array
    """∂J/∂q, (batch, out)."""
    weight: Array
    """∂J/∂W = ∂J/∂qᵀ x, summed over the batch, (out, in)."""
    bias: Array | None
    """∂J/∂b, ∂J/∂q summed over the batch, (out,); None without a bias."""
    x: Array
    """∂J/∂x = ∂J/∂q W, (batch, in)."""


def forward(layers: Sequence[Dense], x: Array) -> list[DensePass]:
    """Pass x (batch, in) through the layers, each one's h being the next one's x.

    >>> relu = ACTIVATIONS["relu"]
    >>> layers = [Dense(np.array([[2.0], [-2.0]]), None, relu), Dense(np.array([[1.0, 5.0]]))]
    >>> forward(layers, np.array([[3.0]]))[-1].h.tolist()
    [[6.0]]
    """
    passes = []
    for layer in layers:
        q = x @ layer.weight.T
        if layer.bias is not None:
            q = q + layer.bias
        passes.append(DensePass(x, q, layer.activation.value(q)))
        x = passes[-1].h
    return passes


def argument_gradient(φ: Activation, dh: Array, q: Array, h: Array) -> Array:
    """∂J/∂q = ∂J/∂h ⊙ φ′(q).

    >>> q = np.array([[-1.0, 2.0]])
    >>> argument_gradient(ACTIVATIONS["relu"], np.array([[3.0, 4.0]]), q, q).tolist()
    [[0.0, 4.0]]
    """
    if φ is IDENTITY:
        return dh
    slope = φ.slope(q, h)
    return np.multiply(dh, slope, out=slope)


def layer_gradients(layer: Dense, x: Array, dq: Array) -> DenseGradients:
    """The gradients of one layer from its input x (batch, in) and ∂J/∂q (batch, out).

    >>> layer = Dense(np.array([[3.0, 4.0]]), np.array([0.0]))
    >>> found = layer_gradients(layer, np.array([[1.0, 2.0]]), np.array([[10.0]]))
    >>> found.weight.tolist(), found.x.tolist()
    ([[10.0, 20.0]], [[30.0, 40.0]])
    """
    bias = None if layer.bias is None else dq.sum(axis=0)
    return DenseGradients(dq, dq.T @ x, bias, dq @ layer.weight)


def backward(
    layers: Sequence[Dense], passes: Sequence[DensePass], dq: Array
) -> list[DenseGradients]:
    """Gradients of every layer, first to last, from ∂J/∂q of the last.

    ∂J/∂q of a layer below is (∂J/∂q W) ⊙ φ′(q).

    >>> layers = [Dense(np.array([[2.0]])), Dense(np.array([[5.0]]))]
    >>> found = backward(layers, forward(layers, np.array([[3.0]])), np.array([[1.0]]))
    >>> [each.weight.item() for each in found]
    [15.0, 6.0]
    """
    found: list[DenseGradients] = []
    for index in reversed(range(len(layers))):
        found.insert(0, layer_gradients(layers[index], passes[index].x, dq))
        if index > 0:
            below = passes[index - 1]
            dq = argument_gradient(layers[index - 1].activation, found[0].x, below.q, below.h)
    return found


def require_chain(weights: Sequence[Array], inputs: int, place: str = "weights") -> None:
    """ShapeError unless every matrix takes what the one before it gives, the first `inputs`.

    >>> require_chain([np.zeros((2, 3))], 4)
    Traceback (most recent call last):
        ...
    dlcalc.errors.ShapeError: weights[0]: shape 2x3 takes 3 values, 4 come in; expected 2x4
    """
    for index, weight in enumerate(weights):
        require_matrix(weight, inputs, f"{place}[{index}]")
        inputs = len(weight)


def require_matrix(weight: Array, inputs: int, place: str) -> None:
    """ShapeError unless `weight` is a matrix that takes `inputs` values.

    >>> require_matrix(np.zeros((2, 3)), 3, "mu")
    """
    shape = "x".join(map(str, weight.shape))
    if weight.ndim != 2 or 0 in weight.shape:
        message = f"shape {shape} is" if shape else "a number is"
        raise ShapeError(f"{message} no matrix (outputs x inputs)").at(place)
    rows, columns = weight.shape
    if columns != inputs:
        message = f"shape {shape} takes {columns} values, {inputs} come in"
        turned = f"; its transpose, {columns}x{rows}, does" if rows == inputs else ""
        raise ShapeError(f"{message}; expected {rows}x{inputs}{turned}").at(place)


def initial_weights(
    sizes: Sequence[int], init: str = "xavier", *, seed: int | np.random.Generator = 0,
    constant: float = CONSTANT,
) -> list[Array]:
    """Weight matrices (out, in) of a network whose layers have `sizes` values, input first.

    zeros; constant (every weight the same); xavier: uniform within ±√(6/(in + out))
    (Glorot and Bengio 2010, equation 16); he: normal with standard deviation √(2/in)
    (He et al. 2015, "Delving deep into rectifiers", equation 10). A generator as `seed` is
    drawn from as it stands. InputError for an
    unknown scheme or a size below 1, LimitError beyond 2²⁶ weights.

    >>> [each.tolist() for each in initial_weights([2, 1, 2], "constant")]
    [[[0.5, 0.5]], [[0.5], [0.5]]]
    """
    if init not in INITIALS:
        raise InputError(f"unknown init {init!r}{did_you_mean(init, INITIALS)}")
    _require_sizes(sizes)
    if not math.isfinite(constant):
        raise InputError(f"expected a finite number, not {constant:g}").at("constant")
    generator = np.random.default_rng(seed)
    shapes = [(after, before) for before, after in pairwise(sizes)]
    return [draw(init, generator, shape, constant) for shape in shapes]


def as_sizes(sizes: object) -> list[int]:
    """`sizes` as a list of ints; InputError where they are no whole numbers.

    >>> as_sizes((2, 3, 2))
    [2, 3, 2]
    """
    array = as_numbers(sizes, "sizes")
    if array.ndim != 1 or array.dtype.kind == "f":
        raise InputError("expected a list of whole numbers, as [2, 3, 2]").at("sizes")
    return [int(size) for size in array]


def _require_sizes(sizes: Sequence[int]) -> None:
    if len(sizes) < 2 or min(sizes) < 1:
        text = ", ".join(map(str, sizes)) or "none"
        raise InputError(f"sizes {text}: expected the input's and at least one layer's, each >= 1")
    count = sum(before * after for before, after in pairwise(sizes))
    if count > LIMIT:
        raise LimitError(f"{count:,} weights are more than the {LIMIT:,} that are drawn at once")


def draw(
    init: str, generator: np.random.Generator, shape: tuple[int, ...], constant: float = CONSTANT
) -> Array:
    """A weight (out, in, …) by a scheme; a kernel's taps count with its channels."""
    inputs = math.prod(shape[1:]) or 1
    if init == "xavier":
        outputs = shape[0] * math.prod(shape[2:])
        bound = math.sqrt(6 / (inputs + outputs))
        return generator.uniform(-bound, bound, shape)
    if init == "he":
        return generator.normal(0, math.sqrt(2 / inputs), shape)
    return np.full(shape, constant if init == "constant" else 0.0)
