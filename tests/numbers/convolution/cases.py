"""Convolutions at random, of every kind, for the properties that all of them must have."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.numbers.convolution.terms import factors, terms
from dlcalc.numbers.exact import Array, as_numbers


@dataclass
class Case:
    """Input, kernel and options of one call."""

    x: Array
    w: Array
    options: dict[str, Any] = field(default_factory=dict)

    def run(self, **others: Any) -> Convolution:
        return conv(self.x, self.w, **{**self.options, **others})


def integers(shape: tuple[int, ...], seed: int, most: int = 9) -> Array:
    return np.random.default_rng(seed).integers(-most, most + 1, shape)


@st.composite
def cases(draw: st.DrawFn, transposed: bool | None = None) -> Case:
    """Small convolutions of whole numbers in PyTorch's layout, each of which fits."""
    dims = draw(st.integers(1, 3))
    axis = st.lists(st.integers(1, 3), min_size=dims, max_size=dims)
    kernel, stride, dilation = draw(axis), draw(axis), draw(axis)
    turned = draw(st.booleans()) if transposed is None else transposed
    mode = "zeros" if turned else draw(
        st.sampled_from(["zeros", "reflect", "replicate", "circular"])
    )
    size, pad, extra = [], [], []
    for f, s, d in zip(kernel, stride, dilation, strict=True):
        span = d * (f - 1) + 1
        before, after = draw(st.integers(0, min(2, span - 1))), draw(st.integers(0, 1))
        least = 1 if turned else span
        size.append(draw(st.integers(least, least + 3)) + (mode != "zeros") * 2)
        fits = not turned or (size[-1] - 1) * s + span > before + after
        pad.append((before, after) if fits else (0, 0))
        extra.append(draw(st.integers(0, max(s, d) - 1)) if turned else 0)
    groups, inside, outside = (draw(st.integers(1, 2)) for _ in range(3))
    first = groups * (inside if turned else outside)
    w = (first, outside if turned else inside, *kernel)
    x = (draw(st.integers(1, 2)), groups * inside, *size)
    seed = draw(st.integers(0, 999))
    return Case(integers(x, seed), integers(w, seed + 1), {
        "stride": stride, "dilation": dilation, "pad": pad, "groups": groups, "dims": dims,
        "pad_mode": mode, "transposed": turned, "output_padding": extra,
        "flip": draw(st.booleans()),
    })


def floats(shape: tuple[int, ...], seed: int = 0, dtype: str = "float64") -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def iota(*shape: int) -> Array:
    return np.arange(1, prod(shape) + 1).reshape(shape)


def by_definition(x: object, w: object, result: Convolution) -> Array:
    """The whole output by its definition, as an object array of Python numbers."""
    output = np.empty(result.shape, dtype=object)
    arrays = as_numbers(x, "x"), as_numbers(w, "w")
    for index in np.ndindex(*result.shape):
        found = terms(result, "output", index)
        output[index] = sum(a * b for a, b in factors(*arrays, None, found, "output"))
    return output
