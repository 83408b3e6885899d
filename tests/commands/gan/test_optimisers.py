"""Optimisers against their formulas, step by step."""

import numpy as np
import pytest

from dlcalc.commands.gan.training import BLOCK, Adam, Momentum

SIZE = BLOCK + 5


def steps(count: int) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    random = np.random.default_rng(0)
    return [random.normal(size=SIZE) for _ in range(count)]


def test_adam_is_algorithm_1() -> None:
    values, w = np.ones(SIZE), np.ones(SIZE)
    adam, m, v = Adam(values, 0.01, 0.5), np.zeros(SIZE), np.zeros(SIZE)
    for t, g in enumerate(steps(5), start=1):
        m, v = 0.5 * m + 0.5 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.5**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step(values, g.copy())
        np.testing.assert_allclose(values, w, rtol=1e-12)


def test_momentum_is_that_of_pytorch() -> None:
    values, w, velocity = np.ones(SIZE), np.ones(SIZE), np.zeros(SIZE)
    sgd = Momentum(values, 0.01, 0.9)
    for g in steps(4):
        velocity = 0.9 * velocity + g
        w -= 0.01 * velocity
        sgd.step(values, g.copy())
        np.testing.assert_allclose(values, w, rtol=1e-12)


def test_adam_keeps_float32() -> None:
    values = np.ones(3, np.float32)
    adam = Adam(values, 0.01, 0.5)
    adam.step(values, np.ones(3, np.float32))
    assert values.dtype == adam.state["mean"].dtype == np.float32
    assert values == pytest.approx(np.full(3, 0.99), abs=1e-6)
