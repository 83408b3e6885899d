"""Layers against the definition by loops, their gradients against differences, and types."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.errors import ShapeError
from dlcalc.layers.network import (
    Dense,
    backward,
    forward,
    require_chain,
)
from dlcalc.numbers.activations import ACTIVATIONS, activation
from dlcalc.numbers.differences import check_gradients

SMOOTH = ("sigmoid", "tanh", "gelu", "softplus", "identity")


def random_layers(seed: int, sizes: list[int], name: str, bias: bool) -> list[Dense]:
    draw = np.random.default_rng(seed)
    return [
        Dense(
            draw.normal(size=(after, before)),
            draw.normal(size=after) if bias else None,
            activation(name),
        )
        for before, after in pairwise(sizes)
    ]


def test_affine_is_the_definition() -> None:
    draw = np.random.default_rng(0)
    x, w, b = draw.normal(size=(4, 3)), draw.normal(size=(2, 3)), draw.normal(size=2)
    by_hand = [
        [sum(w[i, j] * x[n, j] for j in range(3)) + b[i] for i in range(2)] for n in range(4)
    ]
    assert forward([Dense(w, b)], x)[0].q == pytest.approx(np.array(by_hand))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 999),
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    batch=st.integers(1, 3),
    name=st.sampled_from(SMOOTH),
    bias=st.booleans(),
)
def test_gradients_are_those_of_differences(
    seed: int, sizes: list[int], batch: int, name: str, bias: bool
) -> None:
    layers = random_layers(seed, sizes, name, bias)
    draw = np.random.default_rng(seed + 1)
    x, pull = draw.normal(size=(batch, sizes[0])), draw.normal(size=(batch, sizes[-1]))
    passes = forward(layers, x)
    found = backward(layers, passes, pull)

    def loss(p: object) -> object:
        assert isinstance(p, dict)
        moved = [
            Dense(p[f"w{n}"], p.get(f"b{n}"), each.activation) for n, each in enumerate(layers)
        ]
        return (forward(moved, p["x"])[-1].q * pull).sum()

    parameters = {"x": x}
    gradients = {"x": found[0].x}
    for n, (layer, gradient) in enumerate(zip(layers, found, strict=True)):
        parameters[f"w{n}"], gradients[f"w{n}"] = layer.weight, gradient.weight
        if layer.bias is not None and gradient.bias is not None:
            parameters[f"b{n}"], gradients[f"b{n}"] = layer.bias, gradient.bias
    assert all(check.passed for check in check_gradients(loss, parameters, gradients))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name: str) -> None:
    layers = [
        Dense(
            each.weight.astype(np.float32),
            None if each.bias is None else each.bias.astype(np.float32),
            each.activation,
        )
        for each in random_layers(3, [3, 4, 2], name, True)
    ]
    passes = forward(layers, np.ones((2, 3), np.float32))
    found = backward(layers, passes, np.ones((2, 2), np.float32))
    types = {array.dtype for each in passes for array in (each.q, each.h)}
    types |= {
        array.dtype
        for each in found
        for array in (each.q, each.weight, each.bias, each.x)
        if array is not None
    }
    assert types == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("shapes", "inputs", "message"),
    [
        ([(2, 3), (4, 2)], 3, None),
        ([(2, 3), (4, 3)], 3, r"weights\[1\]: shape 4x3 takes 3 values, 2 come in; expected 4x2"),
        ([(2,)], 2, r"weights\[0\]: shape 2 is no matrix"),
        ([(0, 3)], 3, r"weights\[0\]: shape 0x3 is no matrix"),
    ],
)
def test_matrices_that_do_not_chain_are_refused(
    shapes: list[tuple[int, ...]], inputs: int, message: str | None
) -> None:
    weights = [np.zeros(shape) for shape in shapes]
    if message is None:
        require_chain(weights, inputs)
    else:
        with pytest.raises(ShapeError, match=message):
            require_chain(weights, inputs)
