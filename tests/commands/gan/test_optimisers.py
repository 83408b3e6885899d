"""The optimisers on one flat array against their formulas."""

import numpy as np

from dlcalc.commands.gan.training import Descent

SIZE = 50


def test_adam_is_algorithm_1() -> None:
    random, values, w = np.random.default_rng(0), np.ones(SIZE), np.ones(SIZE)
    adam, m, v = Descent(values, "adam", 0.01, 0.5), np.zeros(SIZE), np.zeros(SIZE)
    for t in range(1, 6):
        g = random.normal(size=SIZE)
        m, v = 0.5 * m + 0.5 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.5**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        adam.step(values, g)
        np.testing.assert_allclose(values, w, rtol=1e-12)


def test_momentum_is_that_of_pytorch_and_float32_stays() -> None:
    values = np.ones(3, np.float32)
    sgd = Descent(values, "sgd", 0.1, 0.5)
    for _ in range(2):
        sgd.step(values, np.ones(3, np.float32))
    assert values.dtype == sgd.state["momentum_buffer"].dtype == np.float32
    np.testing.assert_allclose(values, 1 - 0.1 - 0.15, rtol=1e-6)
