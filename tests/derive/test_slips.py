"""Slips are named by computing them, in the workings of grad and vae; strange numbers are not."""

import json
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.derive.slips import MOST_COMPARED, group_of, written_within
from dlcalc.derive.working import grad_slip
from dlcalc.numbers.places import Place
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
])
def test_slips_in_equations(system: list[str], name: str, value: Any, words: str) -> None:
    said = complaint("grad", *system, expected={name: value})
    assert said.endswith(f"; {words} gives that"), said


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


def test_strange_numbers_in_matrices_are_no_slips() -> None:
    draw = np.random.default_rng(2)
    for _ in range(15):
        function, values = two_layers(draw)
        for name, right in by_hand(function, values).items():
            wrong = right.copy()
            wrong.flat[draw.integers(wrong.size)] += draw.normal()
            for answer in (draw.normal(size=right.shape).round(5), wrong.round(5)):
                assert advice(function, values, name, answer) == ""
