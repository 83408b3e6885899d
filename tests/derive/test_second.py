"""Second derivatives and Jacobians against formulas, differences of gradients, and symmetry."""

import json
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.derive.check import check_jacobian, check_second, hessian, jacobian
from dlcalc.derive.working import grad_steps, jacobian_steps, second_steps
from dlcalc.derive.working_terms import named
from dlcalc.errors import LimitError
from dlcalc.formulas.text import formula_text
from tests.derive.test_gradients import used
from tests.derive.typed import untrue
from tests.shell.running import invoke

EQUATIONS = "p = softmax(W @ x); L = -ln(p[1]) + sum(tanh(x))^3"
VALUES = {"W": [[0.2, -0.5, 0.1], [0.4, 0.3, -0.7]], "x": [0.5, -1.0, 0.8]}


def test_hessians_are_differences_of_gradients_and_symmetric() -> None:
    result = dlcalc.grad(EQUATIONS, VALUES)
    found = {"L": hessian(result, "L")}
    checks = check_second(result, found)
    assert [each.name for each in checks][:2] == ["d²L/dWdW", "d²L/dWdx"]
    assert all(each.passed for each in checks)
    found["L"]["x"]["x"] = found["L"]["x"]["x"] + 1e-3
    assert not all(each.passed for each in check_second(result, found))


@pytest.mark.parametrize("equations", [
    "L = w^2*x", "z = w*x; y = sigmoid(z); L = (y - x)^2", "L = ln(w*x)/x; z = w",
])  # fmt: skip
def test_the_working_of_a_hessian_is_that_of_the_gradients_lines(equations: str) -> None:
    result = dlcalc.grad(equations, {"w": 1.3, "x": 2.0}, of="L")
    steps = {formula_text(each.name): each.value for each in second_steps(result)}
    for a in "wx":
        for b, value in hessian(result, "L")[a].items():
            assert steps[f"d(dL/d{a})/d{b}"] == pytest.approx(value)


def test_the_working_of_arrays_goes_element_by_element() -> None:
    result = dlcalc.grad(EQUATIONS, VALUES, of="L")
    steps = {formula_text(each.name): each.value for each in second_steps(result)}
    second = hessian(result, "L")["x"]
    for n in range(3):
        assert steps[f"d(dL/dx[{n}])/dx"] == pytest.approx(second["x"][n])
    array = dlcalc.grad(EQUATIONS, VALUES, of=[], wrt=["x", "W"])
    found = jacobian(array, "p")
    lines = list(jacobian_steps(array, "p", ["x", "W"]))
    rows = {formula_text(each.name): each.value for each in lines}
    for n in range(2):
        assert rows[f"dp[{n}]/dx"] == pytest.approx(found["x"][n])
        assert np.asarray(rows[f"dp[{n}]/dW"]) == pytest.approx(found["W"][n])
    assert all(each.passed for each in check_jacobian(array, "p", found))
    given = {named(name): value for name, value in array.values.items()}
    assert untrue(lines, given) == []
    given |= {each.name: each.value for each in grad_steps(result) if each.value is not None}
    assert untrue(second_steps(result), given) == []
    bent = dlcalc.grad("y = elu(relu(x)); L = sum(y)", {"x": [2.0, -0.1]})
    given = {named(name): value for name, value in bent.values.items()}
    given |= {each.name: each.value for each in grad_steps(bent) if each.value is not None}
    assert untrue(second_steps(bent), given) == []
    found["W"][0, 0, 0] += 1e-3
    assert [each.passed for each in check_jacobian(array, "p", found)] == [False, True]


@pytest.mark.parametrize(("equation", "values", "second"), [
    ("L = stop(x)*x^2", {"x": 3}, 6),
    # PyTorch 2.13: the same but for elu, of which it has 0; its norm at 0 is NaN.
    ("L = x*abs(x)", {"x": 0.0}, 0), ("L = softsign(x)", {"x": 0.0}, 0),
    ("L = x*hard_tanh(x)", {"x": 1.0}, 0), ("L = x*relu6(x)", {"x": 6.0}, 0),
    ("L = x*clip(x, -1, 1)", {"x": 1.0}, 2), ("L = max(x, 2)^2", {"x": 2.0}, 0.5),
    ("L = elu(x)", {"x": 0.0}, 1), ("L = sum(max([x, x]^3)*x)", {"x": 1.0}, 12),
])
def test_second_derivatives_at_kinks(equation: str, values: dict[str, Any], second: float) -> None:
    assert hessian(dlcalc.grad(equation, values), "L")["x"]["x"] == pytest.approx(second)


def test_second_derivatives_at_ties_of_a_pool_go_to_the_first() -> None:
    found = hessian(dlcalc.grad("L = sum(maxpool(x, 2)^2)", {"x": [[1, 3], [3, 3]]}), "L")
    assert found["x"]["x"].reshape(4, 4).tolist() == np.diag([0, 2, 0, 0]).tolist()


def test_second_derivatives_of_what_is_carried_back_are_refused() -> None:
    values = {"g": [1.0, 2.0], "x": [0.5, -1.0]}
    result = dlcalc.grad("p = 2*x\ny = back(g, sin(p)); L = sum(y*y)", values)
    with pytest.raises(dlcalc.InputError) as caught:
        hessian(result, "L")
    assert str(caught.value) == (
        "line 2: second derivatives of what is carried back are not computed: write the gradient "
        "itself as an equation")
    with pytest.raises(dlcalc.InputError, match="carried back"):
        hessian(dlcalc.grad("L = tanh'(x)*x", {"x": 0.5}), "L")
    beside = dlcalc.grad("y = back(g, sin(x)); L = x[0]^3", values, of="L", wrt="x")
    assert hessian(beside, "L")["x"]["x"].tolist() == [[3, 0], [0, 0]]


@pytest.mark.parametrize(("equation", "second"), [
    ("L = max(x)^2", [[0, 0, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]]),
    ("L = max(x^3)*x[0]", [[0, 6, 6], [6, 6, 0], [6, 0, 6]]),
    ("L = sum(max([x, x], axis=0)^2)", [[2, 0, 0], [0, 2, 0], [0, 0, 2]]),
])
def test_the_largest_elements_share_second_derivatives(equation: str, second: Any) -> None:
    found = hessian(dlcalc.grad(equation, {"x": [1.0, 2.0, 2.0]}), "L")["x"]["x"]
    np.testing.assert_allclose(found, second, rtol=1e-12)


def test_hessians_are_symmetric_at_kinks_too() -> None:
    result = dlcalc.grad("L = hard_tanh(x)*y + max(x, y)*x", {"x": 1.0, "y": 1.0})
    found = hessian(result, "L")
    assert found["x"]["y"] == found["y"]["x"]


def test_a_whole_gradient_may_bend_by_a_fraction() -> None:
    found = hessian(dlcalc.grad("L = r^u + x*max(y, 3)", {"r": 2, "u": 1, "x": 5, "y": 3}), "L")
    assert found["u"]["r"] == found["r"]["u"] == pytest.approx(1 + np.log(2))
    assert found["x"]["y"] == found["y"]["x"] == 0.5
    assert isinstance(found["x"]["r"], int)


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
    shown = invoke("grad", "L = w^2*x", "w=3", "x=2", "--hessian", "--check", "--explain").out
    assert "d(dL/dw)/dx = ∂(dL/dw)/∂x = 6\n" in shown
    assert "d²L/dxdw" in shown
    found = json.loads(invoke("grad", "y = x^2", "x=1 2", "--jacobian", "y", "-f", "json").out)
    assert found["jacobian"]["y"]["x"] == [[2, 0], [0, 4]]
    assert invoke("grad", "y = x^2", "x=1", "--jacobian", "z").status == 2
    shown = invoke("grad", "y = abs(x)", "x=0 1", "--jacobian", "y", "--explain").out
    assert "dy[1]/dx = dy[1]/dy ⊙ abs'(x) = [0, 1] ⊙ [0, 1] = [0, 1]\n" in shown
    assert "abs(x) is at its kink" in shown


@pytest.mark.parametrize(("equation", "values", "second", "kind"), [
    ("L = w^2*x", {"w": 3, "x": 2}, 4, int),
    ("L = w^2*x", {"w": 3.0, "x": 2}, 4, float),
    ("L = w^2*x", {"w": 3, "x": 2**51}, 2**52, int),
    ("L = w^2*x", {"w": 3, "x": 2**52}, 2**53, float),
    ("L = w^2/2 + x", {"w": 3, "x": 2}, 1, float),
    ("L = w*x", {"w": 3, "x": 2}, 0, int),
])
def test_second_derivatives_are_whole_where_gradients_are_and_floats_hold_them(
    equation: str, values: dict[str, Any], second: float, kind: type
) -> None:
    found = hessian(dlcalc.grad(equation, values), "L")["w"]["w"]
    assert (found, type(found)) == (second, kind)


def test_a_wrong_second_derivative_is_found_from_either_side() -> None:
    result = dlcalc.grad(EQUATIONS, VALUES)
    found = {"L": hessian(result, "L")}
    found["L"]["x"]["W"] = found["L"]["x"]["W"] * 1.001
    wrong = {each.name: each for each in check_second(result, found) if not each.passed}
    assert list(wrong) == ["d²L/dWdx", "d²L/dxdW"]
    assert wrong["d²L/dWdx"].central_error < 1e-6 < wrong["d²L/dWdx"].complex_error


@pytest.mark.parametrize("size", [1.0, 1e12])
def test_wrong_derivatives_are_found_whatever_their_size(size: float) -> None:
    result = dlcalc.grad("y = s*x^2", {"x": [1.0, 2.0], "s": size}, of=[])
    found = jacobian(result, "y")
    assert all(each.passed for each in check_jacobian(result, "y", found))
    found["x"] = found["x"] * (1 + 1e-4)
    assert [each.passed for each in check_jacobian(result, "y", found)] == [True, False]
    scaled = dlcalc.grad("L = s*sum(x^3)", {"x": [1.0, 2.0], "s": size}, wrt="x")
    second = {"L": hessian(scaled, "L")}
    assert all(each.passed for each in check_second(scaled, second))
    second["L"]["x"]["x"] *= 1 + 1e-4
    assert not any(each.passed for each in check_second(scaled, second))


def test_differences_step_as_far_as_large_numbers_need() -> None:
    result = dlcalc.grad("y = x^2; L = x[0]^2*x[1]", {"x": [1e12, -3e15]}, of="L")
    assert all(each.passed for each in check_jacobian(result, "y", jacobian(result, "y")))
    assert all(each.passed for each in check_second(result, {"L": hessian(result, "L")}))


def test_differences_of_large_values_may_be_off_by_their_rounding() -> None:
    result = dlcalc.grad("y = 2*x + 1e9", {"x": [1.0, 3.0]}, of=[])
    assert all(each.passed for each in check_jacobian(result, "y", jacobian(result, "y")))


def test_matrices_of_too_many_derivatives_are_refused_before_they_are_computed() -> None:
    result = dlcalc.grad("y = x*x; L = sum(y)", {"x": np.ones(1025)}, of="L")
    with pytest.raises(LimitError, match="1,050,625 derivatives are more than 1,048,576"):
        hessian(result, "L")
    with pytest.raises(LimitError, match="1,050,625 derivatives are more than 1,048,576"):
        jacobian(result, "y")


@pytest.mark.parametrize("equation", [
    "y = x^2*x[0]", "y = tanh(W @ x)", "y = sum(W, axis=0)*x[1]", "y = W*x[2]", "y = 3*x[0]",
    "y = x[1:]", "y = concat(x, W[0])", "y = max(W, axis=1)", "y = stop(x)*x", "y = [x[0], 2]",
])
def test_jacobians_of_any_shape_are_differences_and_their_working_is_true(equation: str) -> None:
    values = used(equation, **VALUES)
    result = dlcalc.grad(equation, values, of=[])
    found = jacobian(result, "y")
    shape = np.shape(result.values["y"])
    for name, each in found.items():
        assert np.shape(each) == shape + np.shape(values[name])
    checks = check_jacobian(result, "y", found)
    assert [each.name for each in checks] == [f"dy/d{name}" for name in result.system.inputs]
    assert all(each.passed for each in checks)
    steps = list(jacobian_steps(result, "y", result.system.inputs))
    assert untrue(steps, {named(name): each for name, each in result.values.items()}) == []
    rows = {formula_text(each.name): each.value for each in steps}
    for place in list(np.ndindex(shape))[:4]:
        at = "[" + ", ".join(map(str, place)) + "]" if place else ""
        for name, each in found.items():
            shown = np.broadcast_to(np.asarray(rows[f"dy{at}/d{name}"], float), each[place].shape)
            assert shown == pytest.approx(each[place])
