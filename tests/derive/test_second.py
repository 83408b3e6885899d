"""Second derivatives and Jacobians against formulas, differences of gradients, and symmetry."""

import json

import numpy as np
import pytest

import dlcalc
from dlcalc.derive.second import hessian, jacobian
from tests.shell.running import invoke

EQUATIONS = "p = softmax(W @ x); L = -ln(p[1]) + sum(tanh(x))^3"
VALUES = {"W": [[0.2, -0.5, 0.1], [0.4, 0.3, -0.7]], "x": [0.5, -1.0, 0.8]}


def test_hessians_are_differences_of_gradients() -> None:
    result = dlcalc.grad(EQUATIONS, VALUES)
    found, h = hessian(result, "L", "x"), 1e-6
    for n in range(3):
        up, down = (
            result(x=np.array(VALUES["x"]) + sign * h * np.eye(3)[n]).gradients["L"]
            for sign in (1, -1)
        )
        for name in ("x", "W"):
            assert found[name][n] == pytest.approx((up[name] - down[name]) / (2 * h), abs=1e-7)
    assert found["x"] == pytest.approx(found["x"].T)


def test_jacobians_have_the_rows_of_gradients() -> None:
    result = dlcalc.grad(EQUATIONS, VALUES)
    found = jacobian(result, "p")
    for n in range(2):
        alone = dlcalc.grad(f"p = softmax(W @ x); q = p[{n}]", VALUES, of="q")
        for name in ("x", "W"):
            assert found[name][n] == pytest.approx(alone.gradients["q"][name])


def test_both_on_the_command_line() -> None:
    found = json.loads(invoke("grad", "L = w^2*x", "w=3", "x=2", "--hessian", "-f", "json").out)
    assert found["hessian"]["L"] == {"w": {"w": 4, "x": 6}, "x": {"w": 6, "x": 0}}
    found = json.loads(invoke("grad", "y = x^2", "x=1 2", "--jacobian", "y", "-f", "json").out)
    assert found["jacobian"]["y"]["x"] == [[2, 0], [0, 4]]
    assert invoke("grad", "y = x^2", "x=1", "--jacobian", "z").status == 2
