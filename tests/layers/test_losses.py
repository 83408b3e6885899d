"""Losses against their plain formulas, their slopes against differences, and extremes."""

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.errors import InputError
from dlcalc.layers.losses import (
    LOSSES,
    OBJECTIVES,
    OUTPUTS,
    Objective,
    binary_cross_entropy,
    cross_entropy,
    objective,
)
from dlcalc.numbers.differences import check_gradients

PLAIN = {
    "cross_entropy": lambda y, t: -(t * np.log(y)).sum(axis=-1),
    "binary_cross_entropy": lambda y, t: -(t * np.log(y) + (1 - t) * np.log(1 - y)).sum(axis=-1),
    "squared_error": lambda y, t: 0.5 * ((y - t) ** 2).sum(axis=-1),
}
pairs = pytest.mark.parametrize("pair", OBJECTIVES, ids=lambda each: f"{each.output}-{each.loss}")


@pairs
@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 999), lead=st.sampled_from([(1,), (3,), (2, 3)]), outputs=st.integers(1, 4)
)
def test_value_is_the_plain_formula_and_slope_its_derivative(
    pair: Objective, seed: int, lead: tuple[int, ...], outputs: int
) -> None:
    """Of a batch, and of a batch at every step."""
    draw, shape = np.random.default_rng(seed), (*lead, outputs)
    q, target = 3 * draw.normal(size=shape), draw.uniform(size=shape)
    assert pair.value(q, target) == pytest.approx(PLAIN[pair.loss](pair.y(q), target))
    slope = pair.slope(pair.y(q), target)
    [check] = check_gradients(lambda p: pair.value(p["q"], target).sum(), {"q": q}, {"q": slope})
    assert check.passed


@pairs
def test_extreme_logits_neither_overflow_nor_warn(pair: Objective) -> None:
    q, target = np.array([[-1e4, 0.0, 1e4]]), np.array([[1.0, 0.0, 0.0]])
    assert np.isfinite(pair.value(q, target)).all()
    assert np.isfinite(pair.slope(pair.y(q), target)).all()


@pairs
def test_float32_stays_float32(pair: Objective) -> None:
    q, target = np.array([[-1, 2]], np.float32), np.array([[1, 0]], np.float32)
    assert pair.value(q, target).dtype == np.float32
    assert pair.slope(pair.y(q), target).dtype == np.float32


def test_one_label_for_a_whole_batch_keeps_the_type() -> None:
    q = np.array([[-1], [2]], np.float32)
    losses = binary_cross_entropy(q, 1.0)
    assert losses.dtype == np.float32
    assert losses == pytest.approx(np.log1p(np.exp(-q[:, 0])), rel=1e-6)


def test_small_losses_keep_their_digits() -> None:
    certain = np.array([[40.0]])
    assert binary_cross_entropy(certain, np.ones((1, 1)))[0] == pytest.approx(
        np.exp(-40), rel=1e-12, abs=0
    )
    pair = np.array([[30.0, 0.0]])
    assert cross_entropy(pair, np.array([[1.0, 0.0]]))[0] == pytest.approx(np.exp(-30), rel=1e-2)


@pytest.mark.parametrize(
    ("output", "loss", "message"),
    [
        ("softmax", "cross_entropy", None),
        ("sofmax", "cross_entropy", "unknown output 'sofmax'; did you mean softmax"),
        ("softmax", "cross_entropie", "unknown loss 'cross_entropie'; did you mean"),
        ("softmax", "binary_cross_entropy", "does not go with output softmax; use cross_entropy"),
    ],
)
def test_names_are_checked(output: str, loss: str, message: str | None) -> None:
    if message is None:
        assert objective(output, loss).loss in LOSSES
        assert objective(output).output in OUTPUTS
    else:
        with pytest.raises(InputError, match=message):
            objective(output, loss)


@pytest.mark.parametrize(("x", "layers", "loss", "target", "wanted"), [
    ([1000.0, 0.0], "relu", "cross_entropy", 0, 0.0),
    ([1000.0, 0.0], "relu", "cross_entropy", 1, 1000.0),
    ([-1.0], "relu", "binary_cross_entropy", [1], 100.0),
])  # fmt: skip
def test_losses_of_what_is_certain(
    x: list[float], layers: str, loss: str, target: Any, wanted: float
) -> None:
    """Shifted by the largest logit; a logarithm of 0 is -100, as PyTorch has it."""
    found = dlcalc.step(f"input {len(x)}; {layers}", x, target=target, loss=loss)
    assert found.loss == wanted


def test_an_objective_is_pickled_by_its_names() -> None:
    held = objective("softmax", "cross_entropy")
    assert pickle.loads(pickle.dumps(held)) == held


def test_all_may_be_dropped() -> None:
    found = dlcalc.step(
        "input 2; d: dropout 1", [3.0, 4.0], upstream=[1, 1], mode="train", masks={"d": [0, 0]}
    )
    assert found.output.tolist() == [0, 0]


def test_a_state_of_other_options_is_taken_and_another_is_not() -> None:
    given: dict[str, Any] = {
        "model": "input 1; l: linear 1 bias=no", "x": [1.0], "upstream": [1.0],
        "parameters": {"l.weight": [[1.0]]},
    }
    for state in ({"step": 3}, {"momentum_buffer": {"l.weight": [[5.0]]}}):
        optimizer = {"type": "sgd", "lr": 0.5, "state": state}
        assert dlcalc.step(**given, optimizer=optimizer).updated["l.weight"].tolist() == [[0.5]]
    with pytest.raises(dlcalc.InputError, match="no steps is kept"):
        dlcalc.step(**given, optimizer={"type": "sgd", "lr": 0.5, "state": {"steps": 3}})
