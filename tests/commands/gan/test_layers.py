"""Layers and networks: the definitions, gradients against differences, and arrays used again."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.gan.training import EPSILON, BatchNorm, Network, Room, Walk, build
from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.models.notation import read_notation
from dlcalc.numbers.activations import ACTIVATIONS
from dlcalc.numbers.differences import check_gradients

Array = np.ndarray[Any, np.dtype[Any]]
DEEP = "linear 4; batchnorm; {0}; linear 3 bias=no; batchnorm affine=no; {0}; linear 2"


def network(words: str, inputs: int, outputs: int, seed: int = 0) -> Network:
    made = build(read_notation(words), "generator", inputs, outputs, np.float64)
    made.draw(np.random.default_rng(seed))
    random = np.random.default_rng(seed + 1)
    made.values += 0.1 * random.standard_normal(made.values.size)
    return made


@settings(max_examples=12)
@given(
    seed=st.integers(0, 999), name=st.sampled_from(sorted(ACTIVATIONS)), parts=st.integers(1, 2)
)
def test_gradients_of_every_layer_are_those_of_differences(
    seed: int, name: str, parts: int
) -> None:
    words = DEEP.format("leaky_relu 0.2" if name == "leaky_relu" else name)
    made, random = network(words, 3, 2, seed), np.random.default_rng(seed)
    x, pull = random.normal(size=(8 * parts, 3)), random.normal(size=(8 * parts, 2))
    run, gradient = Walk(made, parts=parts), np.zeros_like(made.values)
    run.forward(x)
    dx = run.backward(pull, gradient)

    def loss(p: Any) -> Any:
        through = Walk(made, parts=parts, values=p["values"])
        return (through.forward(p["x"]) * pull).sum()

    parameters, formulas = {"x": x, "values": made.values}, {"x": dx, "values": gradient}
    assert all(check.passed for check in check_gradients(loss, parameters, formulas))


def test_a_batch_norm_is_the_definition_and_remembers_as_pytorch_does() -> None:
    layer, x = BatchNorm("b", 2), np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 8.0]])
    p = {"weight": np.array([2.0, 1.0]), "bias": np.array([0.0, 1.0]),
         "mean": np.zeros(2), "variance": np.ones(2)}  # fmt: skip
    y = layer.forward(p, x, Room(1, True))
    normal = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + EPSILON)
    assert y == pytest.approx(normal * p["weight"] + p["bias"])
    assert p["mean"] == pytest.approx(0.1 * x.mean(axis=0))
    assert p["variance"] == pytest.approx(0.9 + 0.1 * x.var(axis=0, ddof=1))
    kept = {name: each.copy() for name, each in p.items()}
    z = layer.forward(p, x, Room(1, False))
    wanted = (x - p["mean"]) / np.sqrt(p["variance"] + EPSILON) * p["weight"] + p["bias"]
    assert z == pytest.approx(wanted)
    assert all((p[name] == kept[name]).all() for name in p)


def test_two_parts_are_two_batches() -> None:
    made = network("linear 3; batchnorm; tanh; linear 1", 2, 1)
    x = np.random.default_rng(3).normal(size=(8, 2))
    both = Walk(made, parts=2).forward(x).copy()
    kept = made.statistics.copy()
    made.statistics[...] = network("linear 3; batchnorm; tanh; linear 1", 2, 1).statistics
    one_by_one = np.concatenate([Walk(made).forward(half) for half in (x[:4], x[4:])])
    assert both == pytest.approx(one_by_one)
    assert made.statistics == pytest.approx(kept)


def test_arrays_are_used_again_and_stay_float32() -> None:
    made = build(read_notation("linear 4; leaky_relu 0.2; linear 2; tanh"), "generator", 3, 2)
    made.draw(np.random.default_rng(0))
    run, x = Walk(made), np.ones((5, 3), np.float32)
    first, before = run.forward(x), run.rooms[0]["y"]
    run.backward(np.ones((5, 2), np.float32), np.zeros_like(made.values))
    assert run.forward(2 * x).dtype == first.dtype == np.float32
    assert run.rooms[0]["y"] is before
    assert all(each.dtype == np.float32 for room in run.rooms for each in room.values())


@pytest.mark.parametrize("words", ["input 12; linear 2", "input 3x4; flatten; linear 2",
                                   "repeat 3: linear 12; tanh\nreshape 12\nlinear 2"])
def test_the_notation_of_params_is_read(words: str) -> None:
    made = network(words, 12, 2)
    assert made.infer(np.zeros((1, 12))).shape == (1, 2)


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        ("conv 3 5", InputError, "conv 3 5: conv is not trained here"),
        ("sum: branch:; branch: relu", InputError, "sum is not trained here"),
        ("linear 4; linear 2 tie=linear1", InputError, "tie= is not known to training"),
        ("linear 3", ShapeError, "it gives 3; 2 belong there"),
        ("input 5; linear 2", ShapeError, "its input is 5; 12 numbers come in"),
        ("input 3x4; linear 2; flatten; linear 2", ShapeError, "input is 3x4; flatten it first"),
        ("leaky_relu 2; linear 2", InputError, "slope 2 is not from 0 to 1"),
        ("linear", InputError, "units is missing"),
        ("linear 1000000; linear 2", LimitError, "parameters are more than the 4,194,304 trained"),
    ],
)
def test_what_cannot_be_trained_is_refused(words: str, error: Any, said: str) -> None:
    with pytest.raises(error) as refused:
        build(read_notation(words), "generator", 12, 2)
    assert said in str(refused.value)
