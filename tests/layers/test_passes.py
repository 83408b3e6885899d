"""Layers against the definition by loops, their gradients against differences, and types."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.derive.activations import ACTIVATIONS, activation
from dlcalc.derive.rules import Graph
from dlcalc.errors import ShapeError
from dlcalc.layers.network import Dense, dense, dense_layers, require_chain
from dlcalc.numbers.differences import check_gradients

SMOOTH = ("sigmoid", "tanh", "gelu", "softplus", "identity")


def random_parameters(seed: int, sizes: list[int], bias: bool) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    found = {f"w{n}": draw.normal(size=each[::-1]) for n, each in enumerate(pairwise(sizes))}
    biases = {f"b{n}": draw.normal(size=size) for n, size in enumerate(sizes[1:])}
    return found | (biases if bias else {})


def passed(p: dict[str, Any], x: Any, name: str) -> tuple[Graph, list[Dense]]:
    """The layers of those parameters, all with one activation."""
    graph, φ = Graph(), activation(name)
    weights = [p[each] for each in p if each.startswith("w")]
    biases = [p[each] for each in p if each.startswith("b")] or None
    return graph, dense_layers(graph, graph.given(x, "x", wants=True), weights, biases, φ, φ)


def test_affine_is_the_definition() -> None:
    draw, graph = np.random.default_rng(0), Graph()
    x, w, b = draw.normal(size=(4, 3)), draw.normal(size=(2, 3)), draw.normal(size=2)
    by_hand = [
        [sum(w[i, j] * x[n, j] for j in range(3)) + b[i] for i in range(2)] for n in range(4)
    ]
    assert dense(graph, graph.given(x, "x"), w, b).q.value == pytest.approx(np.array(by_hand))


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
    parameters = random_parameters(seed, sizes, bias)
    draw = np.random.default_rng(seed + 1)
    x, slope = draw.normal(size=(batch, sizes[0])), draw.normal(size=(batch, sizes[-1]))
    graph, layers = passed(parameters, x, name)
    graph.backward({layers[-1].q: slope})
    found = {"x": graph.gradient(layers[0].x)}
    for n, each in enumerate(layers):
        found[f"w{n}"] = graph.gradient(each.weight)
        if each.bias is not None:
            found[f"b{n}"] = graph.gradient(each.bias)

    def loss(p: Any) -> Any:
        kind = np.result_type(*p.values())
        moved = {key: each.astype(kind) for key, each in p.items()}
        return (passed(moved, moved.pop("x"), name)[1][-1].q.value * slope).sum()

    assert all(each.passed for each in check_gradients(loss, {**parameters, "x": x}, found))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name: str) -> None:
    parameters = random_parameters(3, [3, 4, 2], True)
    small = {key: each.astype(np.float32) for key, each in parameters.items()}
    graph, layers = passed(small, np.ones((2, 3), np.float32), name)
    graph.backward({layers[-1].h: np.ones((2, 2), np.float32)})
    arrays = [*(node.value for node in graph.nodes), *graph.gradients.values()]
    assert {each.dtype for each in arrays} == {np.dtype(np.float32)}


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
