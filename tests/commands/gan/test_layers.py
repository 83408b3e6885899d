"""Networks: gradients against differences, running statistics, float32, and what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.gan.training import Network, output_of, pull
from dlcalc.derive.activations import ACTIVATIONS
from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.models.notation import read_notation
from dlcalc.numbers.differences import check_gradients

DEEP = "linear 4; batchnorm; {0}; linear 3 bias=no; batchnorm affine=no; {0}; linear 2"


def network(words: str, inputs: int, outputs: int, seed: int = 0) -> Network:
    made = Network(read_notation(words), "generator", inputs, outputs, np.float64)
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
    batches = random.normal(size=(parts, 8, 3))
    slope, runs = random.normal(size=(8, 2)), [made.run(x, of_input=True) for x in batches]
    made.differentiate(*((run, slope) for run in runs))
    dx = pull(runs[0], slope)

    def loss(p: Any) -> Any:
        first, *others = (made.run(x, p["values"]) for x in (p["x"], *batches[1:]))
        return sum((output_of(each) * slope).sum() for each in (first, *others))

    at, formulas = {"x": batches[0], "values": made.values}, {"x": dx, "values": made.gradient}
    assert all(check.passed for check in check_gradients(loss, at, formulas))


def test_running_statistics_follow_each_batch_and_serve_where_samples_are_drawn() -> None:
    made = network("linear 3; batchnorm; linear 1", 2, 1)
    x = np.random.default_rng(3).normal(size=(8, 2))
    q = x @ made.parameters["linear1.weight"].T + made.parameters["linear1.bias"]
    made.run(x[:4])
    made.run(x[4:])
    mean, variance = np.zeros(3), np.ones(3)
    for half in (q[:4], q[4:]):
        mean, variance = 0.9 * mean + 0.1 * half.mean(0), 0.9 * variance + 0.1 * half.var(0, ddof=1)
    assert made.kept["batchnorm1.running_mean"] == pytest.approx(mean)
    assert made.kept["batchnorm1.running_var"] == pytest.approx(variance)
    normal = (q - mean) / np.sqrt(variance + 1e-5)
    h = normal * made.parameters["batchnorm1.weight"] + made.parameters["batchnorm1.bias"]
    y = h @ made.parameters["linear2.weight"].T + made.parameters["linear2.bias"]
    kept = made.statistics.copy()
    assert made.infer(x) == pytest.approx(y)
    assert (made.statistics == kept).all()


def test_a_single_example_is_its_own_mean() -> None:
    made = network("linear 3; batchnorm; linear 1", 2, 1)
    y = output_of(made.run(np.ones((1, 2))))
    beta, p = made.parameters["batchnorm1.bias"], made.parameters
    assert y == pytest.approx(beta[None] @ p["linear2.weight"].T + p["linear2.bias"])
    assert made.kept["batchnorm1.running_var"] == pytest.approx(0.9)


def test_float32_stays() -> None:
    words = "linear 4; batchnorm; leaky_relu 0.2; linear 2; sigmoid"
    made = Network(read_notation(words), "generator", 3, 2).draw(np.random.default_rng(0))
    x = np.random.default_rng(0).normal(size=(5, 3))
    run = made.run(x, of_input=True)
    assert pull(run, np.ones((5, 2), np.float32)).dtype == np.float32
    assert {node.value.dtype for node in run.graph.nodes} == {np.dtype(np.float32)}
    assert {each.dtype for each in run.graph.gradients.values()} == {np.dtype(np.float32)}
    assert made.statistics.dtype == np.float32


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
        ("linear", InputError, "units is missing"),
        ("linear 1000000; linear 2", LimitError, "parameters are more than the 4,194,304 trained"),
    ],
)
def test_what_cannot_be_trained_is_refused(words: str, error: Any, said: str) -> None:
    with pytest.raises(error) as refused:
        Network(read_notation(words), "generator", 12, 2)
    assert said in str(refused.value)
