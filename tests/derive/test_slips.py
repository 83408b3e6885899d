"""Slips are named by computing them, in the workings of grad and vae; strange numbers are not."""

import json
from typing import Any

import numpy as np
import pytest

from dlcalc.derive.slips import group_of, written_within
from tests.shell.running import invoke

CHAIN = ["z = w*x + b; y = sigmoid(z); L = (y - t)^2/2", "w=0.5", "x=1.2", "b=0.1", "t=1"]
PATHS = ["u = x^2; v = 3*x; L = u*v", "x=2.5"]


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
])
def test_slips_in_equations(system: list[str], name: str, value: float, words: str) -> None:
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
