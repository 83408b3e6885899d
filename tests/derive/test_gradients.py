"""Values and gradients: cases worked out by hand, other commands' numbers, and differences."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.derive.activations import ACTIVATIONS, parametrised
from dlcalc.derive.arrays import Arrays, require_fit
from dlcalc.derive.check import check_derivatives, hessian
from dlcalc.errors import DlcalcError, InputError, LimitError, ShapeError
from dlcalc.shell.runner import read_example

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize(
    ("equations", "values", "value", "gradient"),
    [
        ("L = (w*x - t)^2", {"w": 3, "x": 2, "t": 5}, 1, {"w": 4, "x": 6, "t": -2}),
        ("L = x/y", {"x": 1, "y": 4}, 0.25, {"x": 0.25, "y": -0.0625}),
        ("L = -x^2", {"x": 3}, -9, {"x": -6}),
        ("L = 2^x", {"x": 3}, 8, {"x": 8 * math.log(2)}),
        ("L = x^3^2", {"x": 2}, 512, {"x": 9 * 256}),
        ("L = x²·x⁻¹", {"x": 4}, 4, {"x": 1}),
        ("L = 8/2/x", {"x": 2}, 2, {"x": -1}),
        ("L = a - b - c", {"a": 1, "b": 2, "c": 4}, -5, {"a": 1, "b": -1, "c": -1}),
        ("L = x*x*x", {"x": 2}, 8, {"x": 12}),
        ("L = y + y²; y = 3*x", {"x": 1}, 12, {"x": 21}),
        ("L = π*x", {"x": 2}, 2 * math.pi, {"x": math.pi}),
        ("L = e*x + e^x/e", {"x": 2}, 3 * math.e, {"x": 2 * math.e}),
        ("L = max(x, y, 3)", {"x": 5, "y": 4}, 5, {"x": 1, "y": 0}),
        ("L = min(x, y)", {"x": 5, "y": 4}, 4, {"x": 0, "y": 1}),
        ("L = softmax(x) + logsumexp(x) + mean(x) + sum(x) + norm(x) + max(x)", {"x": -2}, -5,
         {"x": 3}),
        ("L = σ(x)", {"x": 0}, 0.5, {"x": 0.25}),
        ("L = sum(x)", {"x": [1, 2]}, 3, {"x": [1, 1]}),
        ("L = x @ y", {"x": [1, 2], "y": [3, 4]}, 11, {"x": [3, 4], "y": [1, 2]}),
        ("L = x' @ y", {"x": [1, 2], "y": [3, 4]}, 11, {"x": [3, 4], "y": [1, 2]}),
        ("Y = x @ y'; L = sum(Y) + Y[0,1]", {"x": [1, 2], "y": [3, 4]}, 25,
         {"x": [11, 7], "y": [3, 4]}),
        ("L = sum(W @ x)", {"W": [[1, 2], [3, 4]], "x": [1, -1]}, -2,
         {"W": [[1, -1], [1, -1]], "x": [4, 6]}),
        ("L = sum((X @ W^T + b)^2)", {"X": [[1, 2], [0, 1]], "W": [[1, 1]], "b": [1]}, 20,
         {"X": [[8, 8], [4, 4]], "W": [[8, 20]], "b": [12]}),
        (f"f(x) = x + x; L = {'f(' * 12}w{')' * 12}", {"w": 3}, 3 * 2**12, {"w": 2**12}),
        ("L = norm(x)", {"x": [3, 4]}, 5, {"x": [0.6, 0.8]}),
        ("L = hard_tanh(x)", {"x": 3}, 1, {"x": 0}), ("L = hard_tanh(x)", {"x": -3}, -1, {"x": 0}),
        ("L = hard_swish(x)", {"x": 3.5}, 3.5, {"x": 1}),
        ("L = sum(conv(x, w, b))", {"x": [1, 2, 3], "w": [1, 1], "b": 10}, 28, {"b": 2}),
        ("L = max(x) - min(x)", {"x": [3, 4, -1]}, 5, {"x": [0, 1, -1]}),
        ("y = [a, b; b, 2]; L = sum(y @ y)", {"a": 1, "b": 3}, 41, {"a": 8, "b": 18}),
        ("L = sum(a ⊙ X)", {"a": [1, 2], "X": [[1, 2], [3, 4]]}, 16,
         {"a": [4, 6], "X": [[1, 2], [1, 2]]}),
    ],
)  # fmt: skip
def test_cases_worked_out_by_hand(
    equations: str, values: dict[str, Any], value: Any, gradient: dict[str, Any]
) -> None:
    result = dlcalc.grad(equations, values)
    assert result.values["L"] == pytest.approx(value)
    for name, wanted in gradient.items():
        assert np.asarray(result.gradients["L"][name]) == pytest.approx(np.asarray(wanted))
    for check in check_derivatives(result):
        assert check.passed, check


def test_whole_numbers_stay_whole_and_exact() -> None:
    result = dlcalc.grad("L = (w*x - t)^3", {"w": 10**30, "x": 7, "t": 1})
    assert result.values["L"] == (7 * 10**30 - 1) ** 3
    assert result.gradients["L"]["x"] == 3 * (7 * 10**30 - 1) ** 2 * 10**30
    arrays = dlcalc.grad("L = sum(W @ x)^2", {"W": [[2**62, 1]], "x": [2, 1]})
    assert arrays.values["L"] == (2**63 + 1) ** 2
    assert arrays.gradients["L"]["x"].tolist() == [2**62 * 2 * (2**63 + 1), 2 * (2**63 + 1)]
    assert dlcalc.grad("L = x^n", {"x": -1, "n": 10**9 + 1}, of=[]).values["L"] == -1
    small = dlcalc.grad("L = sum(x^2)", {"x": [1, 2]})
    assert small.gradients["L"]["x"].dtype == np.int64
    assert isinstance(dlcalc.grad("y = x; L = y/2", {"x": 4}).values["L"], float)
    assert type(dlcalc.grad("L = max(w, x)", {"w": 3, "x": 2}).gradients["L"]["w"]) is int


def test_intermediate_quantities_have_gradients_too() -> None:
    result = dlcalc.grad("a = 2*w; b = a + w; L = a*b", {"w": 1}, wrt=["a", "b", "w"])
    assert result.gradients["L"] == {"a": 5, "b": 2, "w": 12}
    assert dlcalc.grad("a = w; L = a*w", {"w": 3}, wrt="a").gradients["L"] == {"a": 3}
    assert dlcalc.grad("L = w^2", {"w": 3}, wrt="L").gradients["L"] == {"L": 1}


LOOP = "h[0] = 1; for t in 1..{end}: h[t] = w*h[t-1]; L = h[{end}]"


@pytest.mark.parametrize(
    ("equations", "n", "value", "gradient"),
    [
        (LOOP.format(end="n/2"), 6, 27, 27),
        (LOOP.format(end="2*n"), 2, 81, 108),
        (LOOP.format(end="2*n-1"), 2, 27, 27),
        ("L = ∑_{t=1..n} w^t", 3, 39, 34),
        ("L = ∑_{t=2..n} w^t", 2, 9, 6),
    ],
)
def test_loops_and_sums_run_as_far_as_a_number_computed_from_others(
    equations: str, n: int, value: int, gradient: int
) -> None:
    result = dlcalc.grad(equations, {"w": 3, "n": n})
    assert result.values["L"] == value
    assert result.gradients["L"]["w"] == gradient


GIVEN: dict[str, Any] = {
    "A": [[1, 2, 3], [4, 5, 6]], "M": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "x": [1, 2, 3], "n": 3,
    "w": [2, -1], "row": [2, 0], "s": 2,
}


@pytest.mark.parametrize(("equations", "name", "wanted"), [
    ("h[0] = 1; for t in 1..n: h[t] = s*h[t-1]; L = h", "L", [1, 2, 4, 8]),
    ("h[1] = x; h[0] = 2*x; L = h", "L", [[2, 4, 6], [1, 2, 3]]),
    ("h[3] = s; h[2] = 1; h[4] = x[0]; L = h", "L", [1, 2, 1]),
    ("h[0,0] = s; h[0,1] = x; L = h[0,0]*h[0,1][2]", "L", 6),
    ("h[0] = x; L = h[0,1:3]", "L", [2, 3]),
    ("h[-1] = s; L = h[-1]*3", "L", 6),
    ("for t in 1..2:\n  for k in 1..t:\n    h[t,k] = t*k*s\nL = h[2,1] + 10*h[2,2]", "L", 84),
    ("for t in 1..2: h[t] = t*s; g[t] = h[t]*t; L = g[2]", "L", 8),
    ("for t in 1..2: h[t] = t*s; g[0] = h[2]*s; L = g[0]", "L", 8),
    ("for t in -1..1: h[t+1] = s*t; L = h", "L", [-2, 0, 2]),
    ("for t in 1..6/n: h[t] = t*s; L = h", "L", [2, 4]),
    ("for t in 1..-n+2*2: h[t] = s; L = h", "L", [2]),
    ("L = x[n-1] + x[0:n-1][1]", "L", 5),
    ("L = x[:n:2]", "L", [1, 3]),
    ("y = reshape(A, n, -1)", "y", [[1, 2], [3, 4], [5, 6]]),
    ("y = reshape(A, 2*n)", "y", [1, 2, 3, 4, 5, 6]),
    ("y = broadcast(s, n, n-1)", "y", [[2, 2], [2, 2], [2, 2]]),
    ("y = sum(A, axis=n-2)", "y", [6, 15]),
    ("y[j,i] = A[i,j]*x[j]", "y", [[1, 4], [4, 10], [9, 18]]),
    ("y[i] = ∑_j A[i,j] x[j]", "y", [14, 32]),
    ("y[i] = -∑_j (A[i,j]*s + x[j])", "y", [-18, -36]),
    ("y[i] = sum_j(A[i,j]^2)/s", "y", [7, 38.5]),
    ("t = ∑_i M[i,i] + ∑_i M[i,2-i] + ∑_i M[i,0]", "t", 33),
    ("t = ∑_{i,j} M[i,j]*M[j,i]", "t", 180),
    ("y[i] = x[2-i]", "y", [3, 2, 1]),
    ("y[i] = x[-i+2] + 0*x[i]", "y", [3, 2, 1]),
    ("y[i] = x[i+1] - x[i]", "y", [1, 1]),
    ("y[i] = ∑_k w[k] x[i+k]", "y", [0, 1]),
    ("y[i] = ∑_k w[k] x[2*i+k]", "y", [0]),
    ("y[i] = ∑_k w[k]*x[i-k+1]", "y", [3, 4]),
    ("y[i] = ∑_k w[k]*x[i+s*k]", "y", [-1]),
    ("y[j] = M[row[j], j]", "y", [6, 1]),
    ("y[j] = M[row[j], n-1] + x[row[j]]", "y", [11, 3]),
    ("y[i] = max(x[i], s)*tanh(0*x[i]) + x[i]^2 + s*n", "y", [7, 10, 15]),
    ("y[i] = where(x[i] > s, x[i], 0)", "y", [0, 0, 3]),
    ("y[i,j] = ∑_k,l A[k,l]*M[i+k,j+l]", "y", [[70], [133]]),
    ("y[i] = ∑_j w[j]*M[i,i+j]", "y", [-1, 3]),
    ("y[i] = x[(i+1)*2]", "y", [3]),
    ("y[i] = x[-2*i+2]", "y", [3, 1]),
    ("y[i] = ∑_j M[i*2,j] - M[0,i]", "y", [3, 20]),
    ("t = ∑_{ij} M[i,j]*x[i]", "t", 90),
    ("t = ∑_{i, j} M[i,j]*x[j]^2", "t", 192),
    ("h[0] = x; L = h[0, row[1]]*h[0][row[0]]", "L", 3),
    ("h[0] = M; h[1] = 2*M; L = h[1][2, row[0]]", "L", 16),
    ("L = ∑_{t=1..n} x[t-1]*t", "L", 14),
    ("L = ∑_{t=1}^n t^2", "L", 14),
    ("L = ∑_{t=2..2} t*s", "L", 4),
    ("f(a) = a^2 + s; L = f(f(x[1]))", "L", 38),
    ("f(a, b) = a - b; g(a) = f(a, s)*f(s, a); L = g(x)", "L", [-1, 0, -1]),
])
def test_loops_letters_and_definitions_have_the_values_written_out(
    equations: str, name: str, wanted: Any
) -> None:
    words = set(re.findall(r"[A-Za-z]+", equations))
    values = {each: value for each, value in GIVEN.items() if each in words}
    result = dlcalc.grad(equations, values, of=[])
    assert np.asarray(result.values[name]).tolist() == wanted


@pytest.mark.parametrize(("n", "value"), [(None, 4), (3, 8), (0, 1), (2.0, None), ([2], None),
                                          (True, None)])
def test_the_end_of_a_loop_is_the_whole_number_that_is_given(n: Any, value: int | None) -> None:
    equations = "n = 2; h[0] = w; for t in 1..n: h[t] = 2*h[t-1]; L = h[n]"
    given = {"w": 1} if n is None else {"w": 1, "n": n}
    if value is None:
        with pytest.raises(DlcalcError, match="loop runs over whole numbers, and n has no such"):
            dlcalc.grad(equations, given)
    else:
        result = dlcalc.grad(equations, given)
        assert result.values["L"] == result.gradients["L"]["w"] == value


def test_an_argument_of_a_definition_is_computed_once() -> None:
    found = dlcalc.grad("f(a) = a*a + a; y = f(f(f(f(w))))", {"w": 1})
    assert len(found.tape.instructions) == 8
    assert found.values["y"] == 42 * 43
    assert found.gradients["y"]["w"] == 3 * 5 * 13 * 85


def test_every_number_that_nothing_uses_is_derived() -> None:
    equations = "y = w*x; L1 = y^2; L2 = y + b; v = [y, w]"
    result = dlcalc.grad(equations, {"w": 2, "x": 3, "b": 1})
    assert list(result.gradients) == ["L1", "L2"]
    assert result.gradients["L1"]["b"] == 0
    chosen = dlcalc.grad(equations, {"w": 2, "x": 3, "b": 1}, of=["y,L2"], wrt="x")
    assert chosen.gradients == {"y": {"x": 2}, "L2": {"x": 2}}


NESTED = f"x{'/1' * 90}"


@pytest.mark.parametrize(("equations", "value"), [
    (f"f(a) = a; L = f(x) + {NESTED}", 2), (f"f(a) = a; L = f({NESTED})", 1),
    (f"f(a) = {NESTED.replace('x', 'a')}; L = f(x) + f(1)", 2), (f"L = ∑_{{t=1..2}} t*{NESTED}", 3),
    (f"h[0] = x; for t in 1..2: h[t] = h[t-1] + {NESTED}; L = h[2]", 3),
    (f"y[i] = {NESTED}*z[i]; L = ∑_i y[i] + ∑_i z[i]*{NESTED}", 10),
])
def test_what_is_nested_nearly_as_deep_as_may_be_is_written_out(
    equations: str, value: int
) -> None:
    assert dlcalc.grad(equations, used(equations, x=1, z=[2, 3]), of="L").values["L"] == value


@pytest.mark.parametrize(("equations", "values"), [
    ("L = (w*x - t)^2 + max(w, 2)", {"w": 3, "x": 2, "t": 5}),
    ("L = σ(w*x)^3/2 + relu(w) - 1", {"w": 3.5, "x": -2.25}), ("L = x^n", {"x": 1.5, "n": 2}),
    ("L = sum((X @ W + b)^2)/2 + s*mean(b)^2", {"X": np.ones((4, 3)), "W": np.full((3, 2), 0.5),
                                                "b": [0.5, 1.5], "s": 2.0}),
    ("y = relu(X @ X) - X; L = -sum(y^2)/2 + sum(tanh(X) ⊙ X/(1 + exp(X)))/2",
     {"X": [[1.5, 2], [3, 4]]}),
    ("L = sum(X^0 + tanh(X) ⊙ X - X)/2 + max(s, 2)^0.5", {"X": [[1.5, 2, 3]], "s": 3.0}),
])
def test_nothing_is_looked_at_again_where_all_is_finite_and_surely_fits(
    equations: str, values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = dlcalc.grad(equations, values)

    def again(*_: object, **__: object) -> None:
        raise AssertionError("a second look")

    monkeypatch.setattr("dlcalc.derive.tape._safe_value", again)
    monkeypatch.setattr("dlcalc.derive.tape._safe_pull", again)
    monkeypatch.setitem(vars(Arrays), "require_fit", again)
    found = dlcalc.grad(equations, values)
    assert found.values["L"] == wanted.values["L"]


def test_equations_that_name_nothing_are_inputs_with_a_value() -> None:
    equations = "w = 1/2; x = [1, 2]; L = w*sum(x)"
    assert dlcalc.grad(equations).gradients["L"]["w"] == 3
    assert dlcalc.grad(equations, {"x": 4}).values["L"] == 2.0
    assert dlcalc.grad("L = sum(x); x = [1, 2; 3, 4]").values["x"].tolist() == [[1, 2], [3, 4]]


def test_inputs_that_play_no_part_have_gradients_of_zero() -> None:
    result = dlcalc.grad("L = w^2; M = sum(x)", {"w": 1.0, "x": [1.0, 2.0]}, of="L")
    assert result.gradients["L"]["x"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("equations", "values", "gradient", "kink"),
    [
        ("L = relu(x)", {"x": 0}, 0, "relu(x) is at its kink"),
        ("L = abs(x)", {"x": 0}, 0, "abs(x) is at its kink"),
        ("L = max(x, y)", {"x": 2, "y": 2}, 0.5, "max(x, y) is at its kink"),
        ("L = max(x)", {"x": [2, 2]}, [0.5, 0.5], "max(x) is at its kink"),
        ("L = max(x)", {"x": [2, 1]}, [1, 0], ""), ("L = min(x)", {"x": [2, 1, 0]}, [0, 0, 1], ""),
        ("L = norm(x)", {"x": [0, 0]}, [0, 0], "norm(x) is at its kink"),
        ("L = relu(x)", {"x": 1}, 1, ""),
    ],
)
def test_kinks_are_named(
    equations: str, values: dict[str, Any], gradient: Any, kink: str
) -> None:
    result = dlcalc.grad(equations, values, wrt="x")
    assert np.asarray(result.gradients["L"]["x"]).tolist() == gradient
    assert " ".join(result.kinks).startswith(f"line 1: {kink}" if kink else "")
    assert bool(result.kinks) == bool(kink)
    assert all(check.passed for check in check_derivatives(result)) == (not kink)


@pytest.mark.parametrize(("of", "wrt", "kinks"), [
    ("M", "w", 1), ("L", "w", 0), (["z", "M"], "v", 0), (["L", "M"], "v", 0), ("L, M", "x", 1),
])
def test_only_kinks_that_a_gradient_goes_through_are_named(of: Any, wrt: str, kinks: int) -> None:
    values = {"x": 0, "w": 0, "v": 1}
    result = dlcalc.grad("z = x + w; M = abs(z); L = w^2 + v", values, of=of, wrt=wrt)
    assert len(result.kinks) == kinks


@pytest.mark.parametrize(("function", "x", "slope", "kink"), [
    ("relu6(x)", 0, 0, "0 is taken"), ("relu6(x)", 6, 0, "0 is taken"),
    ("leaky_relu(x, 0.2)", 0, 0.2, "the slope below 0 is taken"),
    ("hard_sigmoid(x)", 3, 0, "0 is taken"), ("hard_sigmoid(x)", -3, 0, "0 is taken"),
    ("hard_swish(x)", -3, 0, "0 is taken at -3, 1 at 3"),
    ("hard_swish(x)", 3, 1, "0 is taken at -3, 1 at 3"),
    ("hard_tanh(x)", 1, 0, "0 is taken"), ("hard_tanh(x)", -1, 0, "0 is taken"),
    ("selu(x)", 0, 1.0507009873554805 * 1.6732632423543772, "the slope on its left is taken"),
    ("elu(x)", 0, 1, ""), ("elu(x, 2)", 0, 2, "the slope on its left is taken"),
    ("elu(x, 2)", 1, 1, ""), ("celu(x, 2)", 0, 1, ""),
    ("clip(x, -1, 2)", -1, 1, "1 is taken"), ("clip(x, -1, 2)", 2, 1, "1 is taken"),
    ("clip(x, -1, 2)", 1, 1, ""), ("clip(x, -1, 2)", 3, 0, ""),
    ("max(x, 2, x)", 2, 2 / 3, "the gradient is shared among the equal arguments"),
    ("min(1, x)", 1, 0.5, "the gradient is shared among the equal arguments"),
    ("min(1, x)", 2, 0, ""), ("std(x)", 1, 0, "0 is taken"), ("softsign(x)", 0, 1, ""),
    ("norm(x)", -1, -1, ""), ("gelu(x)", 0, 0.5, ""), ("hard_swish(x)", 4, 1, ""),
    ("hard_swish(x)", -4, 0, ""), ("hard_swish(x)", 1, 5 / 6, ""), ("abs(x)", -2, -1, ""),
])
def test_what_is_taken_at_each_kink_and_beside_it(
    function: str, x: float, slope: float, kink: str
) -> None:
    for value in (x, [x]):  # a number, and an array
        result = dlcalc.grad(f"y = {function}; L = sum(y)", {"x": value}, of="L")
        assert np.asarray(result.gradients["L"]["x"], float) == pytest.approx(slope)
        shown = f"line 1: {function} is at its kink, where it has no derivative; {kink}"
        assert result.kinks == ((shown,) if kink else ())


def test_a_result_is_called_with_other_values_and_shapes() -> None:
    whole = dlcalc.grad("z = W @ x; L = sum(z^2)", {"W": [[1, 2], [3, 4]], "x": [1, -1]})
    other = whole(x=[2, 0])
    assert other.gradients["L"]["x"].tolist() == [40, 56]
    assert other.gradients["L"]["x"].dtype == np.int64
    assert other({"x": [1.5, 2]}).gradients["L"]["x"].tolist() == [86, 122]
    assert whole(x=[[1], [2]]).gradients["L"]["x"].tolist() == [[76], [108]]
    assert whole(W=[[1, 2, 3]], x=[1, 2, 3]).values["L"] == 196
    long = dlcalc.grad("L = sum(W @ x)^2", {"W": [[2**40, 1]], "x": [1, 1]})
    assert long(x=[2**30, 0]).values["L"] == 2**140
    number = dlcalc.grad("w = 2; L = sum(w^2*x)", {"x": 3}, of="L", wrt="w")
    assert number(w=1.5).gradients == {"L": {"w": 9.0}}
    assert number(w=True).values["L"] == 3
    assert number(x=[1, 2]).gradients["L"]["w"] == 12
    assert number(x=[1, 2])(x=5).gradients["L"]["w"] == 20
    loop = dlcalc.grad("h[0] = w; for t in 1..n: h[t] = 2*h[t-1]; L = h[n]", {"w": 1, "n": 2})
    assert loop(w=5).values["L"] == 20
    for called, values, complaint in (
        (whole, {"x": [1, 2, 3]}, "line 1: W @ x: 2x2 @ 3: the inner sizes 2 and 3 differ"),
        (whole, {"z": 3}, "z is computed, in line 1: z = W @ x; values are given to inputs alone"),
        (whole, {"q": 3}, "no equation has q in it; known: W, x"),
        (number, {"x": 1e300, "w": 1e200}, "line 1: w^2: overflows, beyond 1.8e308: w = 1e+200, 2"),
        (loop, {"n": 3}, "n says how often a loop runs: read the equations again"),
    ):
        with pytest.raises(DlcalcError) as caught:
            called(values)
        assert str(caught.value) == complaint


def test_derivatives_along_a_direction_sum_the_parts_and_refuse_others() -> None:
    result = dlcalc.grad("L = sum(W @ x)*b; M = b^2", {"W": [[1, 2], [3, 4]], "x": [1, -1], "b": 2})
    assert result.along({"W": [[1, 0], [0, 1]], "b": 3}) == {"L": -6, "M": 12}
    assert result.along({"x": [1, 0.5]}) == {"L": 14, "M": 0}
    for direction, complaint in (
        ({"b": [1]}, "`along`: b: has the shape 1; b has that of a number"),
        ({"x": [1, 2, 3]}, "`along`: x: has the shape 3; x has 2"),
        ({"x": 2}, "`along`: x: has the shape of a number; x has 2"),
        ({"c": 1}, "`along`: no equation has c in it; known: W, x, b"),
    ):
        with pytest.raises(DlcalcError) as caught:
            result.along(direction)
        assert str(caught.value) == complaint


@pytest.mark.parametrize("power", [100, 101, -100, 3, 2.5])
@pytest.mark.parametrize("base", [1.1, -1.1])
def test_long_powers_keep_their_slope_to_the_last_digits(base: float, power: float) -> None:
    if base < 0 and power == 2.5:
        return
    for values in ({"x": base, "n": power}, {"x": [base, 0.5], "n": power},
                   {"x": [base, 0.5], "n": [power, 2]}):
        result = dlcalc.grad("L = sum(x^n)", values, wrt="x")
        wanted = power * base ** (power - 1)
        assert np.ravel(result.gradients["L"]["x"])[0] == pytest.approx(wanted, rel=1e-13)
        assert np.ravel(hessian(result, "L")["x"]["x"])[0] == pytest.approx(
            power * (power - 1) * base ** (power - 2), rel=1e-12)
        require_agreement(result)


def test_nothing_is_carried_back_through_steps_and_comparisons() -> None:
    for body in ("floor(x)", "sign(x)", "x > 1", "stop(x)"):
        found = dlcalc.grad(f"y = back(g, {body}, x)", {"g": [2.0, 3.0], "x": [1.5, 2.0]}, of=[])
        assert found.values["y"].tolist() == [0, 0], body


@pytest.mark.parametrize(("equation", "values"), [
    ("back(g, pick(A, i))*A", {"A": [[1.0, -2, 3], [4, 5, -6]], "i": [2, 0], "g": [0.5, 2.0]}),
    ("back(g, where(c, x, x*x), x)", {"g": [1.0, 2], "x": [0.5, -1], "c": [1, 0]}),
    ("back(g, A[i], A)*A", {"A": [[1.0, -2], [4, 5]], "i": [1, 1], "g": [[1.0, 2], [4, 5]]}),
    ("back(g, one_hot(i, 3)*x, x)", {"g": [1.0, 2, 3], "x": [0.5, -1, 2], "i": 1}),
    ("back(g, conv(x, w, b), w)*b", {"g": [1.0, 2], "x": [0.5, -1, 2], "w": [1.0, -1], "b": 0.3}),
    ("back(g, x*w*v, w)", {"g": [1.0, 2], "x": [0.5, -1], "w": [1.0, -1], "v": [2.0, 3]}),
    ("back(g, x/w, w)", {"g": [1.0, 2], "x": [0.5, -1], "w": [1.0, -1.5]}),
    ("back(g, x^n, n)", {"g": [1.0, 2], "x": [0.5, 1.4], "n": [1.0, -1.5]}),
    ("back(g, max(x, w), x)*x", {"g": [1.0, 2], "x": [0.5, 1.4], "w": [1.0, -1.5]}),
    ("back(g, concat(x, w), w)", {"g": [1.0, 2, 3, 4], "x": [0.5, 1.4], "w": [1.0, -1.5]}),
    ("back(g, clip(x, l, h), l)", {"g": [1.0, 2], "x": [0.5, 1.4], "l": 0.6, "h": 2.0}),
    ("back(g, maxpool(x, 2))*x", {"g": [1.0, 2], "x": [0.5, 1.4, 2, 3]}),
    ("back(back(g, sin(x)), x*w, w)", {"g": [1.0, 2], "x": [0.5, 1.4], "w": [2.0, 3]}),
])
def test_what_is_carried_back_has_the_derivatives_of_differences(
    equation: str, values: dict[str, Any]
) -> None:
    result = dlcalc.grad(f"y = {equation}; L = sum(y*y)", values)
    assert set(result.gradients["L"]) == set(values)
    for name, value in values.items():
        assert np.shape(result.gradients["L"][name]) == np.shape(value)
    require_agreement(result)


@pytest.mark.parametrize(("equation", "values", "value", "slope"), [
    ("L = exp(x)", {"x": 1000}, math.inf, math.inf), ("L = ln(x)", {"x": 0}, -math.inf, math.inf),
    ("L = sqrt(x)", {"x": 0}, 0, math.inf), ("L = y/x", {"x": 0, "y": 1}, math.inf, -math.inf),
    ("L = x^0.5", {"x": -1}, math.nan, math.nan), ("L = x*y", {"x": 1e200, "y": 1e200}, math.inf,
                                                   1e200),
    ("L = sum(exp(x))", {"x": [1000, 0]}, math.inf, [math.inf, 1]),
    ("L = sum(W @ x)", {"W": [[1e200, 1]], "x": [1e200, 1]}, math.inf, [1e200, 1]),
    ("L = norm(x)", {"x": [1e200, 0]}, math.inf, [0, 0]),
])
def test_what_is_not_finite_is_computed_only_where_it_may_be(
    equation: str, values: dict[str, Any], value: float, slope: Any
) -> None:
    with pytest.raises(InputError):
        dlcalc.grad(equation, values)
    result = dlcalc.grad(equation, values, allow_nonfinite=True)
    assert result.values["L"] == pytest.approx(value, nan_ok=True)
    found = np.asarray(result.gradients["L"]["x"], float).tolist()
    assert found == pytest.approx(slope, nan_ok=True)
    if np.ndim(values["x"]) == 0:
        again = dlcalc.grad(equation, dict.fromkeys(values, 1), allow_nonfinite=True)
        with pytest.raises(InputError):  # it is looked at as before, as nothing had to be let in
            again(values)
        assert result(dict.fromkeys(values, 1)).values["L"] == again.values["L"]


def test_whole_numbers_beyond_floats_are_refused_also_where_infinity_may_be() -> None:
    with pytest.raises(InputError, match=r"x\*1.0: overflows, beyond 1.8e308: x = a whole number"):
        dlcalc.grad("L = x*1.0", {"x": 10**400}, allow_nonfinite=True)


EXACT = [
    "A + x", "A ⊙ x", "A*A - 2*A", "A @ B", "B @ u", "x @ A'", "u @ x'", "sum(B, axis=1)",
    "prod(A, axis=0)", "cumsum(B, 1)", "A^3", "A^1", "A^0", "(A ⊙ 0)^0", "abs(A)", "relu(A)",
    "relu6(A)", "hard_tanh(A)", "where(A > 0, A, 2*A)", "clip(A, -1, 2)", "A'", "reshape(B, 4, 6)",
    "concat(A, A)", "(x; u)",
    "stack(A, 2*A, axis=1)", "A[0]", "gather(A, [2, 0], axis=1)", "pick(A, [2, 0])",
    "one_hot([1, 0], 3)*A", "conv(u, x)", "conv_transpose(u, x, stride=2)", "conv(A, [[2, -1]])",
    "maxpool(A, 2)", "trace(B)", "sign(A)", "A == 2", "A != x", "A >= x", "A < x", "-A",
    "broadcast(x, 2, 3)", "expand(x, 1)", "leaky_relu(A, 2)", "stop(A)",
]
CHOSEN = ["max(A, axis=0)", "min(B, axis=(0, 2), keepdims=yes)", "max(A, 1)", "min(A, 0, x)",
          "2^(x*x)", "back(A, A ⊙ x, x)", "floor(A)"]
INEXACT = [
    "norm(A)", "A/2", "6/A", "sqrt(A*A)", "mean(A, axis=0)", "A^-2", "x^-1", "(A*A)^0.5",
    "softmax(A)", "logsumexp(A)", "var(A)", "std(A, axis=1)", "avgpool(A, 2)", "tanh(A)", "gelu(A)",
    "A/x/u[0]", "elu(A)", "selu(A)", "log_sigmoid(A)", "A*0.5",
    "mish(A)", "conv(u, [0.5, 1])", "concat(A, 0.5*A)", "where(A > 0, A, 0.5)", "max(A, 0.5)",
    "back(0.5, sum(A))*A", "prod(A*1.0)",
]


@pytest.mark.parametrize("equation", [*EXACT, *CHOSEN, *INEXACT])
def test_whole_numbers_have_the_values_of_floats_and_stay_whole(equation: str) -> None:
    given = {"A": [[1, -2, 3], [4, 5, -6]], "B": (np.arange(24).reshape(2, 3, 4) % 5 + 1).tolist(),
             "x": [2, -1, 3], "u": [1, -2, 1, 4]}  # fmt: skip
    equations = f"y = {equation}; L = sum(y*y)"
    names = set(re.findall(r"\w+", equation)) & given.keys()
    whole = dlcalc.grad(equations, {name: given[name] for name in names})
    floats = dlcalc.grad(equations, {name: np.array(given[name], float) for name in names})
    np.testing.assert_allclose(np.asarray(whole.values["y"], float), floats.values["y"], rtol=1e-14)
    kind = "i" if equation in EXACT + CHOSEN[:-1] else "f"
    assert np.asarray(whole.values["y"]).dtype.kind == kind
    for name in names:
        found, wanted = whole.gradients["L"][name], floats.gradients["L"][name]
        np.testing.assert_allclose(np.asarray(found, float), wanted, rtol=1e-13)
        if equation in EXACT:
            assert np.asarray(found).dtype.kind == "i"


@pytest.mark.parametrize(("equation", "degree"), [
    ("A + 3*A", 1), ("A ⊙ x", 2), ("A @ x", 2), ("x @ x'", 2), ("A^3", 3), ("sum(A, axis=1)", 1),
    ("cumsum(A, 1)", 1), ("prod(x)", 3), ("conv(x, A[0])", 2), ("where(A > 0, A, 2*A)", 1),
    ("max(A, axis=1)", 1), ("min(A, x)", 1), ("concat(A, A)", 1), ("(x; x)", 1), ("A[1]", 1),
    ("pick(A, [2, 0])", 1), ("maxpool(A, 2)", 1), ("trace(A)", 1), ("abs(A)", 1), ("-A'", 1),
    ("relu(A)", 1), ("stack(A, A)", 1), ("broadcast(x, 2, 3)", 1), ("leaky_relu(A, 2)", 1),
])
def test_whole_numbers_beyond_64_bits_stay_exact(equation: str, degree: int) -> None:
    k, given = 10**20 + 1, {"A": [[1, -2, 3], [4, 5, -6]], "x": [2, -1, 3]}
    names = set(re.findall(r"\w+", equation)) & given.keys()

    def computed(factor: int) -> Any:
        values = {name: np.array(given[name], object) * factor for name in names}
        return dlcalc.grad(f"y = {equation}; L = sum(y)", values)

    long, short = computed(k), computed(1)
    pairs = [(long.values["y"], short.values["y"], degree)]
    pairs += [(long.gradients["L"][name], short.gradients["L"][name], degree - 1) for name in names]
    for found, once, times in pairs:
        wanted = np.array(once, object)[()] * k**times
        assert np.array(found, object).tolist() == np.array(wanted, object).tolist()


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_arrays_of_shorter_floats_are_computed_in_float64(kind: type) -> None:
    x: Any = np.array([0.1, 0.2], kind)
    found = dlcalc.grad("L = sum(x^3)", {"x": x})
    assert found.values["x"].dtype == found.gradients["L"]["x"].dtype == float
    assert found.gradients["L"]["x"].tolist() == (3 * x.astype(float) ** 2).tolist()


def test_values_are_arrays_of_their_own() -> None:
    given = np.array([1.0, 2.0, 3.0])
    result = dlcalc.grad("y = broadcast(x, 2, 3); z = y[0]", {"x": given}, of=[])
    result.values["y"][0, 0] = 9.0
    assert result.values["y"].tolist() == [[9, 2, 3], [1, 2, 3]]
    assert (given.tolist(), result.values["z"].tolist()) == ([1, 2, 3], [1, 2, 3])


def test_long_convolutions_of_whole_floats_are_exact() -> None:
    x, w = np.arange(10_000.0) % 7, np.arange(160.0) % 5 - 2
    found = dlcalc.grad("y = conv(x, w)", {"x": x, "w": w}, of=[]).values["y"]
    assert found.tolist() == np.correlate(x, w).tolist()


def test_the_small_vae_is_that_of_the_command() -> None:
    ours = dlcalc.grad(**read_example("grad")["values"])
    theirs = dlcalc.vae(**read_example("vae")["values"])
    assert ours.values["L1"] == pytest.approx(theirs.L1, rel=1e-12)
    assert ours.values["L2"] == pytest.approx(theirs.L2, rel=1e-12)
    found = {f"d{of}/d{name}": value for of, each in ours.gradients.items()
             for name, value in each.items()}  # fmt: skip
    assert {name: theirs.named[name] for name in found} == pytest.approx(found, rel=1e-10)
    assert all(check.passed for check in check_derivatives(ours))


CASES = json.loads((DATA / "reference_mlp.json").read_text())["cases"]
OUTPUTS = {"softmax": "softmax", "sigmoid": "sigmoid", "identity": ""}
LOSSES = {"cross_entropy": "-ln(y[{t}])", "squared_error": "½*sum((y - t)^2)",
          "binary_cross_entropy": "-sum(t*ln(y) + (1-t)*ln(1-y))"}  # fmt: skip


@pytest.mark.parametrize("case", [each for each in CASES if np.ndim(each["input"]["x"]) == 1])
def test_networks_are_those_of_the_command(case: dict[str, Any]) -> None:
    network = case["input"]
    result = dlcalc.mlp(**network)
    values = {f"W{n}": np.array(each) for n, each in enumerate(result.network.weights, 1)}
    values |= {f"b{n}": each for n, each in enumerate(result.network.biases or (), 1)}
    lines, last = [], len(result.layers)
    for n in range(1, last + 1):
        bias = f" + b{n}" if f"b{n}" in values else ""
        function = OUTPUTS[result.network.objective.output] if n == last else network["activation"]
        function = "" if function == "identity" else function
        name = "y" if n == last else f"h{n}"
        lines.append(f"{name} = {function}(W{n} @ {'x' if n == 1 else f'h{n - 1}'}{bias})")
    loss = LOSSES[result.network.objective.loss]
    if not isinstance(network["target"], int):
        values["t"] = network["target"]
        loss = loss.replace("-ln(y[{t}])", "-sum(t*ln(y))")
    lines.append(f"J = {loss.format(t=network['target'])}")
    ours = dlcalc.grad(lines, {**values, "x": network["x"]})
    assert ours.values["J"] == pytest.approx(result.loss, rel=1e-9)
    for n, each in enumerate(result.gradients.weights, 1):
        assert ours.gradients["J"][f"W{n}"] == pytest.approx(each, rel=1e-8, abs=1e-12)
    assert ours.gradients["J"]["x"] == pytest.approx(result.gradients.x, rel=1e-8, abs=1e-12)


REFERENCE = json.loads((DATA / "reference_grads.json").read_text())


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["kind"])
def test_equations_have_the_values_of_the_reference(case: dict[str, Any]) -> None:
    result = dlcalc.grad(case["equations"], case["values"], of=case["of"])
    pairs = [(result.values[name], value) for name, value in case["computed"].items()]
    pairs += [(result.gradients["L"][name], value)
              for name, value in case["gradients"]["L"].items()]  # fmt: skip
    for ours, theirs in pairs:
        assert np.shape(ours) == np.shape(theirs)
        scale = max(1.0, np.max(np.abs(theirs)))
        wanted = pytest.approx(np.asarray(theirs, float), abs=1e-10 * scale)
        assert np.asarray(ours, float) == wanted


def deeper(inner: st.SearchStrategy[str], *forms: str) -> st.SearchStrategy[str]:
    return st.builds(lambda form, a, b: form.format(a=a, b=b), st.sampled_from(forms), inner, inner)


ELEMENTWISE = (
    "({a} + {b})", "({a} - {b})", "-({a})", "sin({a})*{b}", "tanh({a})·({b})", "{a}/(2 + cos({b}))",
    "sigmoid({a})", "softplus({a})", "exp(sin({a}))", "ln(1 + ({a})^2)", "sqrt(1 + ({a})²)",
    "(1.5 + sin({a}))^(sin({b}))", "sin({a})**3", "relu({a})", "abs({a})", "max({a}, {b})",
    "min({a}, {b}, 1)", "2^sin({a})", "(2 + sin({a}))^-1.5", "expm1(sin({a}))",
    "log1p(({a})^2)", "erf({a})", "silu({a})", "mish({a})", "gelu({a})", "gelu({a}, tanh)",
    "selu({a})", "relu6(3*({a}))", "hard_sigmoid(2*({a}))", "hard_swish(2*({a}))", "softsign({a})",
    "hard_tanh({a})", "log_sigmoid({a})", "e^sin({a})", "identity({a})",
)  # fmt: skip
SCALARS = st.recursive(
    st.sampled_from(["a", "b", "c", "0.3", "2"]), lambda inner: deeper(inner, *ELEMENTWISE),
    max_leaves=6,
)
WHOLE = (
    "softmax(x + {a})", "logsumexp({a})*{b}", "W' @ (W @ (x + {a}))", "mean({a})*{b}",
    "norm(1 + x + {a})", "(x + {a})[1] + {b}", "max(x + {a}) - min(y + {b})",
    "({a} + x) @ ({b} + y)", "(x + {a}) @ (y + {b})' @ x", "sum(x ⊙ ({a}))", "W[1] + {a}",
    "[{a}, {b}]", "sum(W ⊙ (x + {a}))", "transpose({a} + x)", "logsumexp(W) @ W",
    "sum(softmax(W) @ W')", "x' @ W'", "sum(max(W, {a}))", "sum(W + W[0,-1])",
    "sum(W, axis=0)*{a} + {b}", "W' @ mean(W + s, axis=1)*{a}", "max(W, axis=0) + {a}*{b}",
    "var(x + {a}*{b})", "std(W + s, axis=1) @ W + {a}", "norm(W, axis=0, keepdims=yes)[0] + {a}",
    "log_softmax(x + {a}) * {b}", "softmax(W, axis=0)[0] + {a}", "logsumexp(W*s, axis=0) + {b}",
    "concat(x, y*s)[1:4] + {a}", "stack(x, y, axis=1) @ u + {a}", "reshape(W*s, 3, 2) @ u + {b}",
    "transpose(stack(W, W), (0, 2, 1))[1] @ u + {a}", "x[::2][1] + {a}",
    "gather(W, [1, 0])[0] + {a}",
    "pick(W', [0, 1, 1]) + {a}*s", "where(x > {b}, x, y*s) + {a}", "clip(x + {a}, -0.5, 0.5) * y",
    "expand(x, axis=1) @ [s] + {a}", "squeeze(expand(y + s, 0), 0) + {a}",
    "sum(conv(x, u, stride=2, pad=1)) + {a}",
    "sum(conv_transpose(W, stack(W, W), stride=2, pad=1)) + {a}",
    "sum(maxpool(stack(x, y), (1, 2), stride=1)) + {a}", "sum(avgpool(W, 2, pad=1)^2) + {b}",
    "stop({a})*x + y", "{a} + (x >= y)*y", "leaky_relu(x + {a}, 0.2)", "elu({a}, 1.3) + x",
    "celu({a} + x, 0.7)", "back({a} + y, tanh(x + {b})) + {b}", "back(sum({a}), x[1]) * y",
    "back({a} + x, W' @ u, u) @ W + {b}", "back(conv(x, u), conv(x, u*s), u*s) @ W + {a}",
    "one_hot([2], 3)[0]*x + {a}", "prod(x + {a})*y", "cumsum(x + {a})*{b}", "trace(W @ W')*x + {a}",
    "sum(s/exp(W)/exp(x)/(2 + x*x), axis=0)*{a}", "sum((x/exp(W))/(exp(x)/exp(s*W)), axis=0) + {a}",
    "(s; x[0:2])*{a} + (y[0]; u[0]; s)",
)  # fmt: skip
ARRAYS = st.recursive(
    st.sampled_from(["x", "y", "s", "W' @ u", "x*y"]),
    lambda inner: deeper(inner, *ELEMENTWISE, *WHOLE), max_leaves=5,
)  # fmt: skip
NUMBER = st.floats(-2, 2).map(lambda value: round(value, 3) + 0.0123)


def require_agreement(result: Any) -> None:
    for check in check_derivatives(result):
        assert check.complex_error < 1e-10, (result.system, check)
        assert check.central_error < 1e-4, (result.system, check)


@settings(max_examples=120)
@given(SCALARS, SCALARS, SCALARS, NUMBER, NUMBER, NUMBER)
def test_random_equations_have_the_derivatives_of_differences(
    p: str, q: str, r: str, a: float, b: float, c: float
) -> None:
    equations = f"L = ({r}) + p*q; q = ({q}) - p; p = sin({p})"
    values = used(equations, a=a, b=b + 0.01, c=c + 0.02)
    require_agreement(dlcalc.grad(equations, values, wrt=["p", "q", *values]))


def used(equations: str, **values: Any) -> dict[str, Any]:
    """Those of the values whose names are in the equations."""
    words = re.findall(r"[A-Za-z]+", equations)
    return {name: value for name, value in values.items() if name in words}


@settings(max_examples=150)
@given(ARRAYS, ARRAYS, st.integers(0, 999))
def test_random_equations_of_arrays_have_the_derivatives_of_differences(
    p: str, q: str, seed: int
) -> None:
    equations = f"L = sum(sin({p}) + sin({q}))"
    try:
        result = dlcalc.grad(equations, used(equations, **arrays(seed)))
    except ShapeError:
        return  # a list of unequal parts, or a matrix where a vector belongs
    require_agreement(result)


def arrays(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {"x": draw.normal(size=3), "y": draw.normal(size=3), "u": draw.normal(size=2),
            "W": draw.normal(size=(2, 3)), "s": 0.7, "V": draw.normal(size=(2, 2)),
            "B": draw.normal(size=(3, 2, 2)), "T": draw.normal(size=(4, 3)), "row": [3, 0, 3]}


@pytest.mark.parametrize("form", [*ELEMENTWISE, *WHOLE])
def test_each_operation_has_the_derivatives_of_differences(form: str) -> None:
    for a, b in (("x", "y"), ("s", "y"), ("x*s", "s")):
        equations = f"z = {form.format(a=a, b=b)}; L = sum(z*z)"
        if "s" in (a, b) and "[{a}" in form:
            continue  # parts of unequal shapes
        require_agreement(dlcalc.grad(equations, used(equations, **arrays(1))))


@settings(max_examples=60)
@given(SCALARS, NUMBER, NUMBER, NUMBER)
def test_numbers_and_arrays_compute_the_same(p: str, a: float, b: float, c: float) -> None:
    values = used(f"L = {p}", a=a, b=b, c=c)
    alone = dlcalc.grad(f"L = {p}", values)
    as_arrays = dlcalc.grad(f"L = {p}; other = [1][0]", values, of="L")
    assert as_arrays.values["L"] == pytest.approx(alone.values["L"], rel=1e-12)
    wanted = alone.gradients["L"] if alone.gradients else {}
    for name, gradient in wanted.items():
        assert as_arrays.gradients["L"][name] == pytest.approx(gradient, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize(
    ("equations", "values", "complaint"),
    [
        ("L = a + b + c", {"a": 1}, "no value for b, c: give b=… c=…"),
        ("L = y_hat; yhat = x", {"x": 1}, "no value for y_hat: give y_hat=…; did you mean yhat?"),
        ("L = sigmoid*x", {"x": 1}, "or write the function with its argument, sigmoid(…)"),
        ("L = w*x", {"w": 1, "x": 2, "v": 3}, "no equation has v in it"),
        ("z = w; L = z", {"w": 1, "z": 2}, "z is computed, in line 1: z = w; values are given to"),
        ("a = b\nb = c\nc = a", {}, "line 1: a is defined by way of itself: a → b → c → a"),
        ("w = w - 1", {"w": 1}, "w is defined by itself: give the new value another name"),
        ("\n".join(f"a{n} = a{(n + 1) % 12}" for n in range(12)), {},
         "a0 is defined by way of itself: a0 → a1 → a2 → a3 → a4 → a5 → … → a10 → a11 → a0"),
        ("\n".join(f"a{n} = a{(n + 1) % 11}" for n in range(11)), {},
         "a0 → a1 → a2 → a3 → a4 → a5 → a6 → a7 → a8 → a9 → a10 → a0"),
        (f"L = {' + '.join(f'a{n}' for n in range(14))}", {},
         "no value for a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11 and 2 more: give a0=…"),
        ("L = x^p + sum(v)", {"x": -2.0, "p": 0.5, "v": [1]},
         "a negative number to a fractional power: x = -2, p = 0.5"),
        ("L = x^p + sum(v)", {"x": 0, "p": -1, "v": [1]}, "x^p: division by zero: x = 0, p = -1"),
        ("L = sum(A^p)", {"A": [[4.0, -2.0]], "p": 0.5}, "A = -2 at (0,1), p = 0.5"),
        ("L = sum(A^p)", {"A": [4, 0], "p": [1, -1]}, "zero: A = 0 at (1), p = -1 at (1)"),
        ("L = sum(A^p)", {"A": [[4, -2]], "p": 0.5}, "a negative number to a fractional power"),
        ("L = x^p", {"x": -1e200, "p": 3}, "x^p: overflows, beyond 1.8e308: x = -1e+200, p = 3"),
        ("L = x^p", {"x": 0.5, "p": -2000.5}, "x^p: overflows, beyond 1.8e308: x = 0.5, p = -200"),
        ("L = sum(x^p)", {"x": [0, 1e200], "p": [0, 2]}, "x^p: overflows, beyond 1.8e308: x up to"),
        ("L = x/y", {"x": 1e200, "y": 1e-200}, "x/y: overflows, beyond 1.8e308: x = 1e+200, y = 1"),
        ("w = x\nw = 2", {"x": 1}, "line 2: w is defined already, in line 1"),
        ("u = 1\nL = ln(x)", {"x": -1}, "line 2: ln(x): x = -1; ln is defined above 0"),
        ("L = sqrt(x)", {"x": -1}, "line 1: sqrt(x): x = -1; sqrt is defined from 0 on"),
        ("L = ln(x)", {"x": [1, 0]}, "ln(x): x = 0 at (1); ln is defined above 0"),
        ("h[0] = 1; for t in 1..2: h[t] = ln(h[t-1] - w)", {"w": 1}, "line 1, h[1]: ln(h[t-1] - "),
        ("L = t/(y-1)", {"t": 1, "y": 1}, "t/(y-1): division by zero: y-1 = 0"),
        ("L = sum(t/y)", {"t": 1, "y": [1.0, 0.0]}, "t/y: division by zero: y = 0 at (1)"),
        ("L = exp(x)", {"x": 1000}, "exp(x): overflows, beyond 1.8e308: x = 1000"),
        ("L = sum(x^p)", {"x": [3], "p": 1e6}, "x^p: overflows, beyond 1.8e308: x up to 3, p = 1e"),
        ("L = sum(exp(x))", {"x": [1.0, 1000]}, "overflows, beyond 1.8e308: x up to 1000"),
        ("L = x^-1", {"x": 0}, "x^-1: division by zero: x = 0, -1"),
        ("L = x^0.5", {"x": -2}, "a negative number to a fractional power: x = -2, 0.5"),
        ("L = x*1.0", {"x": 10**400}, "overflows, beyond 1.8e308: x = a whole number of 1,329"),
        ("L = sqrt(x)", {"x": 0}, "sqrt(x): no finite derivative with respect to x where x = 0"),
        ("L = x^p", {"x": -2, "p": 2}, "no finite derivative with respect to p where x = -2, p"),
        ("L = W @ x", {"W": [[1, 2, 3]], "x": [1, 2]}, "W @ x: 1x3 @ 2: the inner sizes 3 and 2"),
        ("L = X @ W'", {"W": [[1, 2, 3]], "X": [[1, 2]]}, "1x2 @ 3x1: the inner sizes 2 and 3"),
        ("L = W @ x'", {"W": [[1, 2]], "x": [1, 2]}, "1x2 @ the transposed of a vector of 2"),
        ("L = W*x", {"W": [[1, 2]], "x": [1, 2]}, "the shapes 1x2 and 2: write @ for the matrix"),
        ("L = x + y", {"x": [1, 2, 3], "y": [1, 2]}, "x + y: the shapes 3 and 2 do not fit"),
        ("L = w @ x", {"w": 2, "x": 3}, "@ multiplies matrices and vectors"),
        ("L = w @ x", {"w": 2, "x": [3]}, "@ multiplies matrices and vectors; write *"),
        ("L = [x, y]", {"x": 2, "y": [3]}, "parts of unequal shapes: a number and 1"),
        ("L = [x+1, y; y, x]", {"x": 2, "y": [3]}, "1: x+1, y: parts of unequal shapes: a number"),
        ("L = [x, x; y + 1, x]", {"x": 2, "y": [3]}, "line 1: y + 1, x: parts of unequal shapes"),
        ("L = x[2]", {"x": [1, 2]}, "there is no element [2] in 2; places count from 0"),
        ("L = x[0]", {"x": 1}, "there is no element [0] in a single number"),
        (LOOP.format(end="n/2"), {"w": 3, "n": 5}, "loop runs over whole numbers, and n/2 is none"),
        ("L = ∑_{t=2..n} w^t", {"w": 3, "n": 1}, "a sum from 2 to 1 has no terms"),
        ("L = W^-1", {"W": [[1, 2], [3, 4]]}, "the inverse of a matrix is not computed here"),
        ("y = 2*x", {"x": [1, 2]}, "y: has the shape 2; gradients are those of one number: add"),
        ("y[i] = x[i-k]*w[k]", {"x": [1], "w": [1]}, "k is neither a letter that is summed over"),
        ("y[i] = ∑_k w[k] x[i-k]", {"x": [1, 2], "w": [1, 2]}, "i-k: an index of -1 is before"),
        ("t = ∑_i A[i,i]", {"A": [[1, 2]]}, "i: one letter counts 1 and 2 places; give each its"),
        ("y[i] = x[i+2]", {"x": [1, 2]}, "line 1: i: its first index is past the end already"),
        ("y[i] = x[i+1]*w[i+3]", {"x": [1, 2], "w": [1]}, "i: its first index is past the end"),
        ("y[i] = ∑_j x[i+j]", {"x": [1, 2]}, "how far j runs is not to be seen"),
        ("L = trace(x)", {"x": [1, 2]}, "2 has no diagonal; trace takes a matrix"),
        ("L = trace(A, axis=0)", {"A": [[1]]}, "a diagonal lies between two axes"),
        ("y = cumsum(A)", {"A": [[1, 2]]}, "cumsum of 1x2 wants an axis, as axis=0"),
        ("y = back([1, 2], tanh(x))", {"x": [1]}, "a gradient of 2 cannot be that of 1"),
        ("L = x", {"x": [[1], [2, 3]]}, "x is ragged"),
        ("L = x", {"x": "three"}, "x holds text, not real numbers"),
        ("L = x", {"x": [1j]}, "x holds complex numbers, not real numbers"),
        ("L = x", {"x": []}, "x has the shape (0,), and no elements"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_named_with_its_line(
    equations: str, values: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(DlcalcError) as caught:
        dlcalc.grad(equations, values)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(("values", "mark"), [
    ({"w": -1, "x": 1}, "  L = ln(z)\n      ^^^^^"), ({"w": -1}, "  z = w*x\n        ^"),
])
def test_what_cannot_be_computed_is_marked_in_its_line(values: dict[str, Any], mark: str) -> None:
    with pytest.raises(InputError) as caught:
        dlcalc.grad("z = w*x\nL = ln(z)", values)
    assert caught.value.__notes__ == [mark]


UNFIT = {"A": np.ones((2, 3)), "B": np.ones((2, 3, 4)), "x": [1, 2, 3], "s": 1.0, "C": [[1, 2]]}


@pytest.mark.parametrize(
    ("equation", "complaint"),
    [
        ("sum(A, axis=2)", "axis=2 of 2x3: axes count from 0 to 1"),
        ("sum(A, axis=(0, -3))", "axis=-3 of 2x3: axes count from 0 to 1"),
        ("sum(s, axis=0)", "axis=0 of a number: it has no axes"),
        ("concat(A, x)", "parts of 2x3 and 3 do not fit one after the other along axis 0"),
        ("concat(x, A)", "parts of 3 and 2x3 do not fit one after the other along axis 0"),
        ("concat(A, [A[0], A[0], A[0]], axis=1)",
         "parts of 2x3 and 3x3 do not fit one after the other along axis 1"),
        ("concat(A, C, axis=-2)",
         "parts of 2x3 and 1x2 do not fit one after the other along axis -2"),
        ("concat(A, A, axis=2)", "axis=2 of 2x3: axes count from 0 to 1"),
        ("stack(x, x, axis=-3)", "axis=-3 of 3: axes count from 0 to 1"),
        ("stack(x, A)", "parts of unequal shapes: 3 and 2x3"),
        ("reshape(A, 4)", "2x3 has 6 elements, 4 has 4"),
        ("reshape(A, -1, 4)", "2x3 has 6 elements, -1x4 has a multiple of 4"),
        ("reshape(A, -1, -1)", "2x3 has 6 elements, -1x-1 has 1"),
        ("reshape(A, -2, -3)", "2x3 has 6 elements, -2x-3 has 6"),
        ("reshape(A, 0, -1)", "2x3 has 6 elements, 0x-1 has a multiple of 0"),
        ("broadcast(A, 4, 3)", "2x3 does not fit 4x3"),
        ("broadcast(A, 3)", "2x3 does not fit 3"),
        ("broadcast(s, 2, 0)", "2x0 elements cannot be made"),
        ("broadcast(s, 8192, 8193)", "8192x8193 elements cannot be made"),
        ("transpose(A, (0, 2))", "axes 0, 2 of 2x3: each of its 2 axes once"),
        ("transpose(A, (1, -1))", "axes 1, -1 of 2x3: each of its 2 axes once"),
        ("transpose(s, 0)", "axes 0 of a number: each of its 0 axes once"),
        ("A[0, 1, 2]", "there is no element [0, 1, 2] in 2x3; places count from 0"),
        ("A[2]", "there is no element [2] in 2x3; places count from 0 to 1"),
        ("A[None, 0, 3]", "there is no element [0, 3] in 2x3; places count from 0 to 2"),
        ("A[-3]", "there is no element [-3] in 2x3; places count from 0"),
        ("B[1, ..., 4]", "there is no element [1, :, 4] in 2x3x4; places count from 0 to 3"),
        ("x[-4]", "there is no element [-4] in 3; places count from 0 to 2"),
        ("x[..., 0, 1]", "there is no element [0, 1] in 3; places count from 0"),
        ("A[0, 2:1]", "[2:1] of 2x3 is empty; slices end before their end"),
        ("gather(x, [0, 3])", "3 counts no element of 3: whole numbers from 0 to 2"),
        ("gather(x, [-4])", "-4 counts no element of 3: whole numbers from 0 to 2"),
        ("gather(A, [0.5], axis=1)", "0.5 counts no element of 2x3: whole numbers from 0 to 2"),
        ("A[[0, 1], [0, 1, 2]]", "the shapes 2 and 3 do not fit"),
        ("pick(A, [0, 1, 2])",
         "2x3 and 3: pick(x, i) takes one element of each row, i one whole number a row"),
        ("pick(A, [0, 3])", "3 counts no element of 2x3: whole numbers from 0 to 2"),
        ("pick(s, s)", "a number and a number: pick(x, i) takes one element of each row, i one "
                       "whole number a row"),
        ("one_hot([0, 3], 3)", "3 counts no element of 3 classes: whole numbers from 0 to 2"),
        ("expand(A, 3)", "axis=3 of 2x3: axes count from 0 to 2"),
        ("expand(A, (0, 4))", "axis=4 of 2x3: axes count from 0 to 3"),
        ("squeeze(A, 0)", "axis 0 of 2x3 is not of size 1"),
        ("squeeze(C, (0, 1))", "axis 1 of 1x2 is not of size 1"),
        ("squeeze(A, 2)", "axis=2 of 2x3: axes count from 0 to 1"),
        ("trace(A, axis=(0, 2))", "axis=2 of 2x3: axes count from 0 to 1"),
        ("trace(A, axis=(1, -1))",
         "a diagonal lies between two axes, as axis=(0, 1); here axis=(1, -1)"),
        ("trace(B, axis=(0, 1, 2))",
         "a diagonal lies between two axes, as axis=(0, 1); here axis=(0, 1, 2)"),
        ("cumsum(A, 2)", "axis=2 of 2x3: axes count from 0 to 1"),
        ("x @ A", "3 @ 2x3: the inner sizes 3 and 2 differ"),
        ("A @ C'", "2x3 @ 2x1: the inner sizes 3 and 2 differ"),
        ("A @ B'", "2x3 @ 2x4x3: the inner sizes 3 and 4 differ"),
        ("B @ [A, A, A]'", "2x3x4 and 3x2x3: the axes before the last two do not fit"),
        ("B ⊙ x", "the shapes 2x3x4 and 3 do not fit"),
        ("where(A, C, 1)", "the shapes 2x3 and 1x2 and a number do not fit"),
        ("maxpool(x)", "pooling wants the size of its windows: maxpool(x, 2)"),
        ("A^-1.0", "the inverse of a matrix is not computed here; 1/W is elementwise"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_shapes(equation: str, complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        dlcalc.grad(f"r = {equation}", used(equation, **UNFIT), of=[])
    assert str(caught.value) == f"line 1: {equation}: {complaint}"


@pytest.mark.parametrize(
    ("equations", "values"),
    [
        ("L = 2^10^10^10", {}),
        (f"f(x) = x + x; L = {'f(' * 30}w{')' * 30}", {"w": 3}),
        ("L = x^x", {"x": 10**6}), ("L = x^n", {"x": -2, "n": 10**9}),
        ("\n".join(["a0 = x", *(f"a{n} = a{n - 1}*a{n - 1}" for n in range(1, 40))]), {"x": 3}),
        ("L = sum(x @ y')", {"x": np.ones(2**14), "y": np.ones(2**14)}),
        ("L = sum(x + y)", {"x": np.ones((2**14, 1)), "y": np.ones(2**14)}),
        ("L = sum(x @ x)", {"x": np.ones((300, 300), dtype=int)}),
        ("L = x^n", {"x": [2, 3], "n": [10**9, 1]}),
    ],
)
def test_absurd_sizes_are_refused_at_once(equations: str, values: dict[str, Any]) -> None:
    with pytest.raises(LimitError):
        dlcalc.grad(equations, values)


@pytest.mark.parametrize(("equation", "most", "one_more"), [
    ("L = 2^n", {"n": 2**17}, {"n": 2**17 + 1}),
    ("L = x*x", {"x": 2 ** (2**17 - 1)}, {"x": 2 ** (2**17)}),
    ("L = x ⊙ y", {"x": [2 ** (2**17 - 1), 1], "y": [1, 2 ** (2**17 - 1)]},
     {"x": [2 ** (2**17), 1], "y": [1, 2 ** (2**17 - 1)]}),
    ("L = x @ x", {"x": [2 ** (2**17 - 1)]}, {"x": [2 ** (2**17)]}),
    ("L = x^n", {"x": [2, 3], "n": 2**17}, {"x": [2, 3], "n": 2**17 + 1}),
])
def test_whole_numbers_are_computed_up_to_a_length(
    equation: str, most: dict[str, Any], one_more: dict[str, Any]
) -> None:
    dlcalc.grad(equation, most, of=[])
    with pytest.raises(LimitError, match="a whole number of more than 262,144 binary digits"):
        dlcalc.grad(equation, one_more, of=[])


@pytest.mark.parametrize(("operation", "shapes", "kind", "fits"), [
    ("matmul", [(8192, 1), (1, 8192)], float, True),
    ("matmul", [(8192, 1), (1, 8193)], float, False),
    ("matmul", [(256, 256), (256, 256)], object, True),
    ("matmul", [(256, 256), (256, 257)], object, False),
    ("matmul", [(256, 256), (256, 257)], float, True),
    ("matmul", [(2**24,), (2**24,)], object, True),
    ("matmul", [(2**24 + 1,), (2**24 + 1,)], object, False),
    ("times_transposed", [(8192,), (8192,)], float, True),
    ("times_transposed", [(8192,), (8193,)], float, False),
    ("times_transposed", [(256, 256), (257, 256)], object, False),
    ("matmul", [(4, 4096, 1), (4, 1, 4096)], float, True),
    ("matmul", [(5, 4096, 1), (1, 4096)], float, False),
    ("matmul", [(2, 2048, 512), (512, 2048)], float, True),
    ("matmul", [(2, 2048, 1025), (2, 1025, 1024)], float, False),
    ("times_transposed", [(2, 2048, 1025), (2, 1024, 1025)], float, False),
    ("matmul", [(2**13, 2**12, 2), (2,)], float, True),
    ("matmul", [(2**13, 2**13 + 1, 2), (2,)], float, False),
    ("matmul", [(2,), (2**13, 2, 2**13 + 1)], float, False),
    ("add", [(8192, 1), (8192,)], float, True), ("add", [(8193, 1), (8192,)], float, False),
])
def test_results_are_computed_up_to_a_size(
    operation: str, shapes: list[tuple[int, ...]], kind: type, fits: bool
) -> None:
    of_one: Any = np.array(1, kind)
    arrays: list[Any] = [np.broadcast_to(of_one, shape) for shape in shapes]
    if fits:
        require_fit(operation, arrays)
    else:
        with pytest.raises(LimitError):
            require_fit(operation, arrays)


def test_a_check_beside_the_end_of_the_domain_is_refused() -> None:
    result = dlcalc.grad("L = ln(x)", {"x": 1e-9})
    with pytest.raises(DlcalcError, match=r"x: cannot be moved both ways: .* not defined"):
        check_derivatives(result)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"of": "M"}, "`of`: no equation has M in it"),
        ({"wrt": ["y_hat"]}, "`wrt`: no equation has y_hat in it; did you mean yhat?"),
    ],
)
def test_unknown_names_get_their_nearest(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        dlcalc.grad("yhat = 2*x; L = yhat^2", {"x": 1}, **options)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize("name", ["relu6", "hard_sigmoid", "hard_swish", "hard_tanh"])
def test_pieces_of_straight_lines_do_not_hide_nan(name: str) -> None:
    found = dlcalc.grad(f"z = ln(x); y = {name}(z)", {"x": -1.0}, allow_nonfinite=True)
    assert math.isnan(found.values["y"])


@pytest.mark.parametrize("x", [1e-6, -1e-6, 1e-8, -1e-8, 0.3])
def test_checks_beside_a_kink_step_less_far(x: float) -> None:
    equations = "L = abs(x) + relu(x) + max(x, 0) + hard_tanh(1 + x) + norm([x, 0])"
    for values in ({"x": x}, {"x": [x, 0.5]}):
        text = equations if np.ndim(values["x"]) == 0 else "L = sum(abs(x) + relu(x)) + max(x)"
        assert all(check.passed for check in check_derivatives(dlcalc.grad(text, values)))


@pytest.mark.parametrize(("name", "options"), [
    *((name, ()) for name in ACTIVATIONS), ("leaky_relu", (0.2,)), ("leaky_relu", (1.5,)),
    ("elu", (2.0,)), ("leaky_relu", (-0.5,)),
])
@pytest.mark.parametrize(("kind", "error"), [(float, 1e-13), (np.float32, 3e-6), (complex, 1e-13)])
def test_layers_compute_the_functions_of_equations(
    name: str, options: tuple[float, ...], kind: type, error: float
) -> None:
    given = {"slope" if name == "leaky_relu" else "alpha": value for value in options}
    chosen = parametrised(name, **given)
    points = [-7, -6.5, -3.5, -3, -2.5, -1, -0.25, 0, 0.25, 1, 2.5, 3, 3.5, 6, 6.5, 7]
    value = chosen.value(np.array(points, kind))
    slope = chosen.slope(np.array(points, kind), value)
    call = f"{name}({', '.join(['x', *map(str, options)])})"
    theirs = dlcalc.grad(f"y = {call}; L = sum(y)", {"x": np.array(points, float)})
    np.testing.assert_allclose(value.real, theirs.values["y"], rtol=error, atol=error)
    np.testing.assert_allclose(slope.real, theirs.gradients["L"]["x"], rtol=error, atol=error)
    assert value.dtype == slope.dtype == kind


@pytest.mark.parametrize("size", [3, 30])
def test_whole_numbers_beside_floats_are_floats_in_products_of_many(size: int) -> None:
    x = np.random.default_rng(5).normal(size=(size, size))
    whole = np.full((size, size), 1).astype(object)
    for found, right in ((Arrays.matmul(whole, x), x.sum(0) + 0 * x),
                         (Arrays.times_transposed(whole, x), x.sum(1) + 0 * x)):  # fmt: skip
        np.testing.assert_allclose(found.astype(float), right, rtol=1e-12)
        assert found.dtype.kind == ("f" if size > 3 else "O")  # few keep the order of their sums
    product = Arrays.matmul(whole, whole * 2**70)
    assert product[0, 0] == size * 2**70  # exact, however many


@pytest.mark.parametrize(("slope", "function"), [
    ("σ'(x)", "sigmoid(x)"), ("swish'(x)", "silu(x)"), ("gelu'(x, tanh)", "gelu_tanh(x)"),
    ("elu'(x, 2)", "elu(x, 2)"), ("leaky_relu'(x)", "leaky_relu(x)"),
    ("clip'(x, 0, 1)", "clip(x, 0, 1)"),
])
def test_a_mark_behind_a_function_is_its_slope(slope: str, function: str) -> None:
    values = {"x": [-1.5, 0.25, 2]}
    marked = dlcalc.grad(f"y = {slope}; L = sum(y)", values)
    plain = dlcalc.grad(f"L = sum({function})", values)
    np.testing.assert_allclose(marked.values["y"], plain.gradients["L"]["x"])
    assert all(each.passed for each in check_derivatives(marked))
