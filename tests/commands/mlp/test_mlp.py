"""Steps against PyTorch, differences and the textbook's zero network."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.mlp.answer import check_mlp, mlp, mlp_step
from dlcalc.errors import InputError
from dlcalc.layers.losses import OBJECTIVES
from dlcalc.layers.network import as_network, initial_weights

REFERENCE = Path(__file__).parents[2] / "data" / "reference_mlp.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
ZERO = [[[0, 0], [0, 0]], [[0, 0], [0, 0]]]


@pytest.mark.parametrize("case", CASES)
def test_step_is_that_of_pytorch(case: dict[str, Any]) -> None:
    step = mlp_step(as_network(**case["input"]))
    assert step.loss == pytest.approx(case["loss"], rel=1e-12)
    assert step.output == pytest.approx(np.array(case["output"]), rel=1e-12)
    assert step.gradients.x == pytest.approx(np.array(case["x"]), rel=1e-9, abs=1e-14)
    for n, gradient in enumerate(step.gradients.weights):
        assert gradient == pytest.approx(np.array(case["weights"][n]), rel=1e-9, abs=1e-14)
        assert step.updates.weights[n] == pytest.approx(-0.1 * gradient, rel=1e-15)
    assert step.gradients.biases is not None
    for n, gradient in enumerate(step.gradients.biases):
        assert gradient == pytest.approx(np.array(case["biases"][n]), rel=1e-9, abs=1e-14)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 999),
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    batch=st.integers(1, 3),
    activation=st.sampled_from(["sigmoid", "tanh", "gelu", "softplus", "relu", "leaky_relu"]),
    pair=st.sampled_from(OBJECTIVES),
    bias=st.booleans(),
)
def test_gradients_are_those_of_differences(
    seed: int, sizes: list[int], batch: int, activation: str, pair: Any, bias: bool
) -> None:
    draw = np.random.default_rng(seed)
    network = as_network(
        draw.normal(size=(batch, sizes[0])),
        draw.uniform(size=(batch, sizes[-1])),
        initial_weights(sizes, "he", seed=seed),
        [draw.normal(size=each) for each in sizes[1:]] if bias else None,
        activation=activation,
        output=pair.output,
        loss=pair.loss,
    )
    for check in check_mlp(mlp_step(network)):
        assert check.passed, check


def test_a_batch_is_the_mean_of_its_examples() -> None:
    draw = np.random.default_rng(1)
    x, weights = draw.normal(size=(3, 2)), initial_weights([2, 3, 2], "xavier", seed=1)
    whole = mlp_step(as_network(x, [0, 1, 1], weights, activation="tanh"))
    parts = [
        mlp_step(as_network(row, t, weights, activation="tanh"))
        for row, t in zip(x, [0, 1, 1], strict=True)
    ]
    assert whole.loss == pytest.approx(np.mean([each.loss for each in parts]))
    for n in range(2):
        mean = np.mean([each.gradients.weights[n] for each in parts], axis=0)
        assert whole.gradients.weights[n] == pytest.approx(mean)
    assert whole.layers[1].q == pytest.approx(np.array([each.layers[1].q for each in parts]))


def test_zero_weights_have_zero_gradients() -> None:
    step = mlp_step(as_network([0.5, 0.5], 0, ZERO))
    assert step.output.tolist() == [0.5, 0.5]
    assert step.loss == pytest.approx(np.log(2))
    assert step.named == dict.fromkeys([f"w{n}" for n in range(1, 9)], 0.0)
    assert str(step.updates.weights[0].tolist()) == "[[0.0, 0.0], [0.0, 0.0]]"


def test_with_biases_only_the_output_biases_have_a_gradient() -> None:
    step = mlp_step(as_network([0.5, 0.5], 0, ZERO, [[0, 0], [0, 0]]))
    assert {name: value for name, value in step.named.items() if value} == {"b3": -0.5, "b4": 0.5}


def test_a_class_and_its_vector_are_the_same_target() -> None:
    by_index = mlp_step(as_network([1, 2], 1, [[[1, 2], [3, 4]]]))
    by_vector = mlp_step(as_network([1, 2], [0, 1], [[[1, 2], [3, 4]]]))
    assert by_index.gradients.weights[0].tolist() == by_vector.gradients.weights[0].tolist()


W = [[[1, 2], [3, 4]]]
BAD: list[tuple[dict[str, Any], str]] = [
    ({"x": 3}, "x: expected one example"),
    ({"x": []}, "x: expected one example"),
    ({"weights": []}, "weights: a network has at least one layer"),
    ({"x": [1, 2, 3]}, r"weights\[0\]: shape 2x2 takes 2 values, 3 come in; expected 2x3"),
    ({"target": 2}, "target: class 2 is none of the 2 outputs, 0 to 1"),
    ({"target": -1}, "target: class -1 is none"),
    ({"target": 0.5}, "target: class 0.5 is none"),
    ({"target": [1, 0, 0]}, "target: shape 3; expected 2 or a class index"),
    ({"target": [-1, 2]}, "target: probabilities of cross_entropy are not below 0"),
    ({"target": [0, 2], "output": "sigmoid"}, "target: probabilities of binary_cross_entropy"),
    ({"target": 1, "output": "sigmoid"}, "target: shape a number; expected 2$"),
    ({"biases": [[1]]}, r"biases\[0\]: shape 1; expected 2 values"),
    ({"biases": [1]}, r"biases\[0\]: shape of one number; expected 2 values"),
    ({"biases": []}, "biases: 0 for 1 layers"),
    ({"activation": "rellu"}, "unknown activation 'rellu'; did you mean relu"),
    ({"output": "soft"}, "unknown output 'soft'"),
    ({"learning_rate": float("nan")}, "learning_rate: expected a finite number"),
    ({"x": [1e308, 1e308]}, "the values overflow"),
    ({"x": [1e-200], "weights": [[[1e300]]], "target": [0], "output": "identity"},
     "the values overflow"),
    ({"optimizer": ["adam"]}, 'optimizer is no object such as {"type": "adam", "lr": 0.1}'),
    ({"optimizer": {"type": "adam", "state": {}}}, "optimizer: here every state begins anew"),
    ({"optimizer": {"type": "adm"}}, "did you mean adam"),
    ({"freeze": 5}, "freeze is a number, where names belong"),
    ({"freeze": ["w1", 5]}, "freeze is 5, where a name belongs"),
    ({"x": [1e9, 2], "learning_rate": 1e308}, "learning_rate: the updates overflow at 1e\\+308"),
    ({"x": [1, 1e200], "weights": [[[1, 2], [3, 4]]], "loss": "cross_entropy", "target": 0},
     "learning_rate: the loss after the step overflows at 0.1"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"x": [1, 2], "target": 0, "weights": W}
    assert mlp_step(as_network(**good)).loss > 0
    with pytest.raises(InputError, match=message):
        mlp_step(as_network(**{**good, **change}))


@pytest.mark.parametrize(("x", "target"), [([1, 2], 0.7), ([[1, 2], [3, 4]], [0.7, 1])])
def test_one_output_takes_a_number_an_example(x: Any, target: Any) -> None:
    network = as_network(x, target, [[[1, 2]]], output="sigmoid")
    assert network.target.ravel().tolist() == np.atleast_1d(target).tolist()


def test_sizes_and_init_stand_in_for_weights() -> None:
    drawn = mlp([1, 2], 0, sizes=[2, 3, 2], init="he", seed=3, biases=True)
    again = mlp([1, 2], 0, drawn.network.weights, biases=True, init="he", seed=3)
    assert [each.shape for each in drawn.network.weights] == [(3, 2), (2, 3)]
    assert drawn.loss == again.loss
    assert set(drawn.gradients.biases[1].tolist()) != {0.0}  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "weights, or sizes to draw them for, are missing"),
        ({"weights": [1, 2], "init": "zeros"}, "weights: expected a matrix a layer"),
    ],
)
def test_nothing_to_start_from_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        mlp([1, 2], 0, **given)


def test_steps_are_taken_where_asked_for() -> None:
    assert mlp([1, 2], 0, W).descent is None
    run = mlp([1, 2], 0, W, steps=3).descent
    assert run is not None
    assert len(run.losses) == 4
