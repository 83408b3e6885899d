"""Slips are named by computing them, in the workings of grad and vae; strange numbers are not."""

import json
import re
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.derive.slips import MOST_COMPARED, group_of, written_within
from dlcalc.derive.working import grad_slip
from dlcalc.numbers.places import Place
from tests.derive.test_gradients import used
from tests.shell.running import invoke

CHAIN = ["z = w*x + b; y = sigmoid(z); L = (y - t)^2/2", "w=0.5", "x=1.2", "b=0.1", "t=1"]
PATHS = ["u = x^2; v = 3*x; L = u*v", "x=2.5"]
SHARED = ["L = a*b*c*x + a*b*c*y", "a=1.37", "b=2.29", "c=3.11", "x=1.7", "y=0.9"]
TERMS = ["L = a + b + c + d", "a=1.37", "b=2.2913", "c=3.11", "d=7.0717"]
CUBES = ["L = sum(x^3)", "x=[1.7,2.9]"]


def complaint(command: str, *arguments: str, expected: dict[str, Any]) -> str:
    done = invoke(command, *arguments, "--expect", json.dumps(expected))
    assert done.status == 1
    return done.err.splitlines()[-1]


@pytest.mark.parametrize(("system", "name", "value", "words"), [
    (CHAIN, "dL/dw", -0.39817485, "∂y/∂z left out"),
    (CHAIN, "dL/dw", 0.0882805, "a wrong sign"),
    (CHAIN, "dL/dw", -0.0735671, "∂z/∂w left out"),
    (CHAIN, "L", 0.11009927, "½ left out"),
    (CHAIN, "y", 0.7, "sigmoid left out"),
    (CHAIN, "z", 0.6, "b left out"),
    (PATHS, "dL/dx", 37.5, "∂L/∂v·∂v/∂x left out"),
    (SHARED, "L", 18.51694, "a left out"),
    (SHARED, "L", 8.15698, "c left out"),
    (SHARED, "L", 3.562, "b·c left out"),
    (SHARED, "L", 2.6, "a·b·c left out"),
    (TERMS, "L", 12.473, "a left out"),
    (TERMS, "L", 11.5517, "b left out"),
    (TERMS, "L", 6.7713, "d left out"),
    (TERMS, "L", 9.2604, "a wrong sign at b"),
    (TERMS, "L", 3.46075, "the mean in place of the sum"),
    (CUBES, "dL/dx", [4.335, 12.615], "the mean in place of the sum"),
    (["y = x^2; L = sum(y)/2", "x=[1.7313]"], "dL/dx", [3.4626], "dL/dy left out"),
])
def test_slips_in_equations(system: list[str], name: str, value: Any, words: str) -> None:
    said = complaint("grad", *system, expected={name: value})
    assert said.endswith(f"; {words} gives that"), said


DRAW = np.random.default_rng(11)
HELD: dict[str, Any] = {
    "p": 1.37, "q": 2.29, "r": 3.113, "s": 0.617, "t": 0.8391, "k": 1.913, "σ": 0.7713,
    "w_1": 0.37, "w_2": -0.91, "b_1": 0.29, "b_2": 0.53,
    **{name: DRAW.normal(size=size).round(2) for name, size in (
        ("x", 3), ("z", 3), ("b", 3), ("W", (3, 3)), ("V", (2, 3)), ("X", (4, 3)))},
}
CROSS = "y = sigmoid(p*q); L = -(t*ln(y) + (1 - t)*ln(1 - y))"
UNITS = "h_1 = tanh(w_1*r + b_1); h_2 = tanh(w_2*r + b_2); y = h_1*p + h_2*k"
CENTRED = "a = mean(x); c = x - a; v = mean(c*c); L = c/sqrt(v)"
GELU = "p*r*(1 + tanh((2/π)^0.5*(p + 0.044715*p^3)))/2"


@pytest.mark.parametrize(("equations", "name", "wrong", "words"), [
    ("y = p*q + r/s - t", "y", "p*q + r/s", "t left out"),
    ("y = p*q + r/s - t", "y", "p*q + r/s + t", "a wrong sign at t"),
    ("y = p*q + r/s - t", "y", "r/s - p*q - t", "a wrong sign at p·q"),
    ("y = p*q + r/s - t", "y", "p*q - t", "r/s left out"),
    ("y = p*q + r/s - t", "y", "q + r/s - t", "p left out"),
    ("y = p*q + r/s - t", "y", "p*q + r/s - r", "r in place of t"),
    ("y = (p - q)*r", "y", "(p + q)*r", "a wrong sign at q"),
    ("y = (p - q)*r", "y", "p*r", "q left out"),
    ("y = (p - q)*r", "y", "-q*r", "p left out"),
    ("y = (p - q)*r", "y", "p - q", "r left out"),
    ("y = (p - q)*r", "y", "r", "(p − q) left out"),
    ("y = r + (p - q)*s", "y", "r + (q - p)*s", "a wrong sign at (p − q)·s"),
    ("y = r*s + p - (q - t)", "y", "r*s + p - (t - q)", "a wrong sign at q − t"),
    ("y = (1 - p)*r", "y", "p*r", "p in place of 1 − p"),
    ("y = (1 - p)*r", "y", "(1 + p)*r", "a wrong sign at p"),
    ("y = (1 - p^2)*r", "y", "p*r", "p in place of 1 − p²"),
    ("y = (1 - p^2)*r", "y", "p^2*r", "p² in place of 1 − p²"),
    ("y = (1 - p^2)*r", "y", "(1 - p)*r", "p in place of p²"),
    ("y = tanh(p*q)*r", "y", "sigmoid(p*q)*r", "sigmoid in place of tanh"),
    ("y = tanh(p*q)*r", "y", "p*q*r", "tanh left out"),
    ("h = tanh(p*q); y = h*r", "h", "sigmoid(p*q)", "sigmoid as the activation of h"),
    ("h = tanh(p*q); y = h*r", "y", "sigmoid(p*q)*r", "sigmoid as the activation of h"),
    ("h = tanh(p*q); y = h*r", "y", "p*q*r", "tanh left out in h"),
    ("h = sigmoid(p*q); y = h*r", "dy/dp", "r*(1 - sigmoid(p*q)^2)*q",
     "the slope of tanh at h in ∂h/∂p"),
    ("h = tanh(p*q); y = h*r", "dy/dp", "r*tanh(p*q)*(1 - tanh(p*q))*q",
     "the slope of sigmoid at h in ∂h/∂p"),
    ("y = exp(p^2)*r", "y", "exp(p)*r", "exp(p) in place of exp(p²)"),
    ("y = exp(p^2)*r", "y", "p^2*r", "exp left out"),
    ("y = gelu(p)*r", "y", GELU, "gelu's tanh form"),
    ("y = ln(p^3)*r", "y", "ln(p)*r", "ln(p) in place of ln(p³)"),
    ("y = σ^2/2 - ln(σ)", "y", "σ/2 - ln(σ)", "σ in place of σ²"),
    ("y = σ/2 - ln(p)", "y", "σ^2/2 - ln(p)", "σ² in place of σ"),
    ("y = (p - q)^2/2", "y", "(p - q)^2", "½ left out"),
    ("y = (p - q)^2/2", "y", "(p - q)/2", "p − q in place of (p − q)²"),
    ("y = (p - q)^2/6", "y", "(p - q)^2/3", "½ left out"),
    ("y = (p - q)^2/6", "y", "(p - q)^2/2", "1/3 left out"),
    ("y = (p - q)^2/6", "y", "(p - q)^2", "1/6 left out"),
    ("y = (p - q)^2/3", "y", "(p - q)^2/6", "2 left out"),
    ("y = (p - q)^2/7 + r", "y", "2*(p - q)^2 + r", "1/14 left out"),
    ("y = (p - q)^2/2.5", "y", "(p - q)^2", "1/2.5 left out"),
    ("y = r - (-p)", "y", "r - p", "a wrong sign at −p"),
    ("y = p*q*r", "y", "p", "q·r left out"),
    ("y = mean(x^2)", "y", "sum(x^2)", "the sum in place of the mean"),
    ("y = sum(x*z)", "y", "mean(x*z)", "the mean in place of the sum"),
    ("y = softmax(x)", "y", "x", "softmax left out"),
    ("y = [p, q]", "y", "[q, p]", "p and q exchanged"),
    ("y = W @ x", "y", "W' @ x", "Wᵀ in place of W"),
    ("y = X @ W'", "y", "X @ W", "W in place of Wᵀ"),
    ("y = V @ W @ x", "y", "V @ W' @ x", "Wᵀ in place of W"),
    ("y = W @ x + b", "y", "W @ b + x", "x and b exchanged"),
    ("y = W @ x + b + 0*z", "y", "W @ z + b", "z in place of x"),
    ("y = relu(W @ x + b)", "y", "relu(W @ x - b)", "a wrong sign at b"),
    ("h = relu(W @ x + b); y = V @ h", "y", "V @ relu(W @ x)", "b left out in h"),
    ("y = V @ x; L = sum(y*y)", "dL/dV", "x @ (2*(V @ x))'", "the transposed matrix"),
    ("y = W @ x; L = sum((y - z)^2)/2", "dL/dW", "(W @ x) @ x'", "z left out in dL/dy"),
    ("y = W @ x; L = mean((y - z)^2)", "dL/dW", "2*((W @ x - z) @ x')",
     "1/3 left out in dL/dy"),
    ("y = W @ x; L = mean((y - z)^2)", "dL/dW", "((W @ x - z) @ x')/3", "2 left out in dL/dy"),
    ("y = W @ x; L = mean((y - z)^2)", "dL/dx", "2*W @ (W @ x - z)/3", "W in place of Wᵀ"),
    ("y = relu(W @ x); L = sum(y*z)", "dL/dx", "W' @ z", "relu'(W @ x) left out"),
    ("v = p*q; y = v^2 + p", "dy/dp", "2*p*q*q", "∂y/∂p left out"),
    ("v = p*q; y = v^2 + p", "dy/dp", "2*p*q*q - 1", "a wrong sign at ∂y/∂p"),
    ("v = p*q; y = v^2 + p", "dy/dp", "p*q*q + 1", "2 left out in ∂y/∂v"),
    ("v = p*q; y = ln(v)*r", "dy/dq", "p*r/q", "p left out in v"),
    ("v = p/q; y = v^3", "dy/dq", "3*(p/q)^2*p/q^2", "a wrong sign"),
    ("v = p/q; y = v^3", "dy/dq", "-3*(p/q)^2*p/q", "q in place of q² in ∂v/∂q"),
    (CROSS, "L", "-t*ln(sigmoid(p*q))", "(1 − t)·ln(1 − y) left out"),
    (CROSS, "L", "-(t*ln(sigmoid(p*q)) - (1 - t)*ln(1 - sigmoid(p*q)))",
     "a wrong sign at (1 − t)·ln(1 − y)"),
    (CROSS, "L", "-(t*ln(sigmoid(p*q)) + t*ln(1 - sigmoid(p*q)))", "t in place of 1 − t"),
    (CROSS, "L", "-(t*ln(sigmoid(p*q)) + (1 - t)*ln(sigmoid(p*q)))", "y in place of 1 − y"),
    (CROSS, "dL/dp", "sigmoid(p*q) - t", "q left out in ∂y/∂p"),
    (CENTRED, "L", "x/sqrt(var(x))", "x in place of c"),
    (CENTRED, "L", "(x - mean(x))/sqrt(3*var(x))", "the sum in place of the mean in v"),
    (UNITS, "y", "tanh(w_1*r + b_1)*k + tanh(w_2*r + b_2)*p", "h_1 and h_2 exchanged"),
    (UNITS, "y", "(w_1*r + b_1)*p + (w_2*r + b_2)*k", "tanh left out in h"),
    (UNITS, "y", "tanh(w_1*r)*p + tanh(w_2*r + b_2)*k", "b_1 left out in h_1"),
    (UNITS, "h_1", "tanh(w_2*r + b_1)", "w_2 in place of w_1"),
    (UNITS, "dy/dw_1", "p*(1 - tanh(w_2*r + b_2)^2)*r", "h_2 in place of h_1 in ∂h_1/∂w_1"),
    (UNITS, "dy/dw_1", "p*r", "(1 − h_1²) left out in ∂h_1/∂w_1"),
    ("v = p*q; h = tanh(v); y = h*r; L = y*y + h", "L", "(p*q*r)^2 + tanh(p*q)",
     "v in place of h in y"),
    ("y = sqrt(p)*q", "y", "p*q", ""),  # not: y in place of q
])
def test_each_way_to_get_a_formula_wrong_is_named(
    equations: str, name: str, wrong: str, words: str
) -> None:
    def computed(text: str, of: list[str]) -> Any:
        names = set(re.findall(r"\w+", text)) - set(re.findall(r"(\w+) =", text))
        return dlcalc.grad(text, {each: HELD[each] for each in HELD if each in names}, of=of)

    of, _, by = name.partition("/")
    result = computed(equations, [of[1:]] if by else [])
    field = ("gradients", of[1:], by[1:]) if by else ("values", name)
    answer = np.round(computed(f"answer = {wrong}", []).values["answer"], 7).tolist()
    assert grad_slip(result, None, Place(field), answer) == (words and f"{words} gives that")


@pytest.mark.parametrize(("target", "loss", "words"), [
    ("[0,1]", 0.006389, "classes counted from 1 gives that"), ("[0,1]", 4.2, ""),
    ("[0.5,0.5]", 0.006389, ""), ("1", 4.2, ""),
])
def test_a_target_may_be_classes_or_anything(target: str, loss: float, words: str) -> None:
    system = ["y = softmax(W@x); L = -sum(t*ln(y))", "W=[[1.3,2.7],[0.4,-1.9]]", "x=[0.5,1]"]
    said = complaint("grad", *system, f"t={target}", expected={"L": loss})
    assert said.partition("; ")[2] == words


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
def test_the_loss_of_a_cell_may_be_wrong(loss: str) -> None:
    cell = {"W": [[1, 2, 1]] * 4 + [[0, 1, 2]] * 4, "x": [[1], [-1]], "target": [[0, 1], [1, 0]],
            "loss": loss}
    said = complaint("lstm", json.dumps(cell), expected={"loss": 0.4567})
    assert said.startswith("dlcalc: loss: expected 0.4567, is ")


@pytest.mark.parametrize("field", ["dW", "dx", "dh0"])
def test_the_loss_of_a_cell_may_be_taken_for_the_mean_over_its_steps(field: str) -> None:
    cell = {"W": [[0.37, 0.2, 0.81], [0.25, 0.1, -0.43]], "x": [[1.13], [0.71], [0.4]],
            "target": [[0.31, 0.2], [0.52, 0.7], [0.1, 0.9]]}  # fmt: skip
    right = json.loads(invoke("rnn", json.dumps(cell), "-f", "json").out)[field]
    mean = (np.array(right) / 3).round(6).tolist()
    said = complaint("rnn", json.dumps(cell), expected={field: mean})
    assert said.endswith("; the mean in place of the sum gives that")


def test_slips_in_an_autoencoder() -> None:
    record = json.loads(invoke("vae", "-f", "json").out)
    named = record["named"]
    s2 = float(np.log(record["sigma"][0]))
    for name, value, words in (
        ("dL1/dw4", named["dL1/dw4"] / (1 - s2), "(1 − s_2) left out"),
        ("dL1/dw4", -named["dL1/dw4"], "a wrong sign"),
        ("dL1/dsigma1", named["dL1/dz1"], "ε_1 left out"),
        ("dL2/dsigma1", record["sigma"][0], "1/σ_1 left out"),
    ):
        said = complaint("vae", expected={"named": {name: round(value, 7)}})
        assert said.endswith(f"; {words} gives that"), (name, said)


def test_what_is_named_gives_the_expected_number() -> None:
    """A hundred random wrong numbers: of so many digits, none is a slip's by chance."""
    draw = np.random.default_rng(0)
    for value in draw.normal(size=25).round(7):
        for name in ("dL/dw", "L"):
            assert "gives that" not in complaint("grad", *CHAIN, expected={name: float(value)})


def test_groups_and_the_evidence_of_digits() -> None:
    assert group_of("dar_12") == ("dar", 12)
    error, digits = written_within(np.array([0.1235, 0.0021]))
    np.testing.assert_allclose(error, [6.175e-05, 5.1e-05])
    assert 4 < digits < 6
    many, _ = written_within(np.full(MOST_COMPARED, 0.1235))
    np.testing.assert_allclose(many, 6.175e-05)


LAYERS = "Z = X @ W + b; H = {}(Z); Y = H @ V + c; E = Y - t; L = mean(E^2)"
SLOPES = {"tanh": lambda h: 1 - h**2, "sigmoid": lambda h: h * (1 - h)}
MISTAKES = {
    "V": ("factor 2", "sum for mean", "rows alone", "sign of E", "Z for H", "transposed answer"),
    "c": ("factor 2", "mean for sum", "sign of E"),
    "W": ("factor 2", "sum for mean", "slope left out", "slope of the other", "slope at Z",
          "X not transposed", "V not transposed", "sign of E", "transposed answer"),
    "b": ("slope left out", "mean for sum", "sign of E"),
    "X": ("slope left out", "slope of the other"),
}  # fmt: skip
"""What goes wrong on the way to each gradient of two layers."""


def two_layers(draw: np.random.Generator) -> tuple[str, dict[str, Any]]:
    n = int(draw.integers(2, 4))
    shapes = {"X": (n, n), "W": (n, n), "b": (n,), "V": (n, n), "c": (n,), "t": (n, n)}
    return str(draw.choice(["tanh", "sigmoid"])), {
        name: draw.normal(size=shape).round(2) for name, shape in shapes.items()
    }


def by_hand(function: str, v: dict[str, Any], slip: str = "") -> dict[str, Any]:
    """The gradients of two layers in NumPy, with a mistake."""
    Z = v["X"] @ v["W"] + v["b"]
    H = np.tanh(Z) if function == "tanh" else 1 / (1 + np.exp(-Z))
    E = (H @ v["V"] + v["c"] - v["t"]) * (-1 if slip == "sign of E" else 1)
    count = {"sum for mean": 1, "rows alone": len(E), "factor 2": 2 * E.size}.get(slip, E.size)
    dY = 2 * E / count
    other = {"tanh": "sigmoid", "sigmoid": "tanh"}[function]
    slope = SLOPES[other if slip == "slope of the other" else function](
        Z if slip == "slope at Z" else H
    )
    dH = dY @ (v["V"] if slip == "V not transposed" else v["V"].T)
    dZ = dH * (1 if slip == "slope left out" else slope)
    along = np.mean if slip == "mean for sum" else np.sum
    found = {
        "V": (Z if slip == "Z for H" else H).T @ dY, "c": along(dY, axis=0),
        "W": (v["X"] if slip == "X not transposed" else v["X"].T) @ dZ,
        "b": along(dZ, axis=0), "X": dZ @ v["W"].T,
    }
    return {name: each.T for name, each in found.items()} if "answer" in slip else found


def advice(function: str, values: dict[str, Any], name: str, answer: Any) -> str:
    result = dlcalc.grad(LAYERS.format(function), values, of="L")
    return grad_slip(result, None, Place(("gradients", "L", name)), answer.tolist())


def test_mistakes_in_matrices_are_named() -> None:
    """At least 95 of 100 on random problems."""
    draw, unnamed, tried = np.random.default_rng(1), [], 0
    for _ in range(10):
        function, values = two_layers(draw)
        right = by_hand(function, values)
        for name, slips in MISTAKES.items():
            for slip in slips:
                answer = by_hand(function, values, slip)[name].round(6)
                if np.allclose(answer, right[name], rtol=1e-3):
                    continue
                tried += 1
                unnamed += [] if advice(function, values, name, answer) else [(name, slip)]
    assert len(unnamed) <= 0.05 * tried, unnamed


def test_a_transposed_answer_of_whole_numbers_is_named_zeros_and_all() -> None:
    result = dlcalc.grad("y = A ⊙ A", {"A": [[0, 2, 1], [3, 1, 0]]}, of=[])
    place = Place(("values", "y"))
    for answer, named in (([[0, 9], [4, 1], [1, 0]], True), ([[0, 9], [4, 1], [1, 1]], False)):
        said = grad_slip(result, None, place, answer)
        assert said == ("the transposed matrix gives that" if named else "")


def test_strange_numbers_in_matrices_are_no_slips() -> None:
    draw = np.random.default_rng(2)
    for _ in range(15):
        function, values = two_layers(draw)
        for name, right in by_hand(function, values).items():
            wrong = right.copy()
            wrong.flat[draw.integers(wrong.size)] += draw.normal()
            for answer in (draw.normal(size=right.shape).round(5), wrong.round(5)):
                assert advice(function, values, name, answer) == ""


@pytest.mark.parametrize(("equations", "wrong", "fewest"), [
    ("y = p*q + r/s - t", "p*q + r/s", 2),  # in the very formula
    ("y = p*q + r/s - t", "p*q - r/s - t", 3),
    ("h = p*q + r; y = h*s", "p*q*s", 4),  # in what the formula names
    ("h = p*q; v = h + r/s; y = v - t", "q + r/s - t", 6),  # further away
    ("y = x*z + x", "x*z", 3), ("y = x*z + x", "x*z - x", 3),
])
def test_a_slip_is_named_from_as_many_digits_as_tell_it_from_chance(
    equations: str, wrong: str, fewest: int
) -> None:
    names = set(re.findall(r"\w+", equations)) & HELD.keys()
    values = {each: HELD[each] for each in names} | {"x": [1.37, 2.29, -0.53]}
    values = {each: value for each, value in values.items() if each in names}
    result = dlcalc.grad(equations, values, of=[])
    answer = dlcalc.grad(f"r_0 = {wrong}", used(wrong, **values), of=[]).values["r_0"]
    found = [bool(grad_slip(result, None, Place(("values", "y")), np.round(answer, d).tolist()))
             for d in range(8)]
    assert found == [d >= fewest for d in range(8)]


@pytest.mark.parametrize(("answer", "tolerance", "words"), [
    (3.1373, None, ""), (3.137, None, ""), (3.137, 0.01, ""), (1.36, 0.01, ""), (1.37, 0.01, "q"),
    (1.37, None, "q"), (1.4, None, ""), (0, None, ""), (-3.1373, None, "a wrong sign"),
    (float("inf"), None, ""), (float("nan"), None, ""), ([1.37], None, ""), ("1.37", None, "q"),
    ("a", None, ""), ([], None, ""), (None, None, ""), ({"y": 1.37}, None, ""),
])
def test_only_a_wrong_number_of_the_right_shape_has_a_slip(
    answer: Any, tolerance: float | None, words: str
) -> None:
    result = dlcalc.grad("y = p*q", {"p": 1.37, "q": 2.29}, of=[])
    found = grad_slip(result, tolerance, Place(("values", "y")), answer)
    said = f"{words} left out" if words == "q" else words
    assert found == (said and f"{said} gives that")


@pytest.mark.parametrize("values", [{"w": 1.37, "x": 2.29}, {"w": [1.37, 0.5], "x": [2.29, 4]}])
def test_what_no_formula_gives_has_no_slip(values: dict[str, Any]) -> None:
    result = dlcalc.grad("L = sum(w*x)", values, wrt=["L", "w"])
    assert grad_slip(result, None, Place(("gradients", "L", "L")), 3.137) == ""


@pytest.mark.parametrize("system", [
    "L = w/(1 + w^2)", "L = 1/w", "L = 3/sqrt(w)", "y = w/(1 + w); L = y/w",
    "s = sqrt(ln(mean(w)^2 + 1)^2 + 0.5); L = exp(ln(s^2 + 1)) + ln(3 - 1) + s",
    "L = w*w*w*2", "L = 2^w",
    "x = 3 + w; L = x*2*x/(x - 1)",
])
@pytest.mark.parametrize("w", [1.37, [1.37, 0.5], [[1.37], [0.5], [0.2]]])
def test_a_strange_number_in_place_of_any_derivative_is_told(system: str, w: Any) -> None:
    result = dlcalc.grad(system if isinstance(w, float) else f"{system}; J = sum(L)", {"w": w})
    [(name, of)] = result.gradients.items()
    assert grad_slip(result, None, Place(("gradients", name, "w")), of["w"] * 1.731) == ""


def test_a_slip_explains_every_wrong_number_and_leaves_the_right_ones() -> None:
    values = {"x": [1.37, 2.29, -0.53], "z": [0.71, -1.13, 2.17]}
    x, z = np.array(values["x"]), np.array(values["z"])
    result = dlcalc.grad("y = x*z + x", values, of=[])
    for answer, named in (
        (x * z, True), ([*(x * z)[:2], (x * z + x)[2]], False), ([*(x * z)[:2], 1.2345], False),
        ([(x * z)[0], *(x * z + x)[1:]], False), (x * z + 0.02, False), ((x * z) * 1.01, False),
    ):
        found = grad_slip(result, None, Place(("values", "y")), np.round(answer, 5).tolist())
        assert found == "x left out gives that" * named
