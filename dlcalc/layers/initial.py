"""Starting weights of fully connected layers, by scheme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, did_you_mean
from dlcalc.names import INITIALS
from dlcalc.numbers.exact import as_numbers

Array = np.ndarray[Any, np.dtype[Any]]

CONSTANT = 0.5
LIMIT = 1 << 26
"""The most weights that are drawn: 512 MiB of them."""


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
