"""The library of equations against PyTorch's autograd, differences, and the commands."""

import json
from pathlib import Path

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.grad.library import library, library_names, library_text
from dlcalc.derive.check import check_derivatives
from dlcalc.derive.working import grad_steps
from dlcalc.formulas.latex import formula_latex
from tests.shell.running import invoke

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "data" / "reference_library.json").read_text()
)
"""Loss and gradients of each, by PyTorch 2.13's autograd in float64."""


def test_every_name_has_its_title_source_and_reference() -> None:
    entries = library()
    assert len(entries) >= 45
    assert {each.name for each in entries} == set(REFERENCE)
    assert all(each.title and each.source for each in entries)


@pytest.mark.parametrize("name", library_names())
def test_equations_have_pytorchs_gradients_and_those_of_differences(name: str) -> None:
    result, theirs = dlcalc.grad(library_text(name), of="L"), REFERENCE[name]
    assert result.values["L"] == pytest.approx(theirs["L"], rel=1e-10)
    assert set(theirs["gradients"]) == set(result.gradients["L"])
    for each, gradient in theirs["gradients"].items():
        ours = np.asarray(result.gradients["L"][each], float)
        np.testing.assert_allclose(ours, gradient, rtol=1e-9, atol=1e-12)
    assert result.kinks == ()
    assert all(check.passed for check in check_derivatives(result))
    for step in grad_steps(result):
        formula_latex(step.formula)


def test_the_lstm_is_that_of_the_command() -> None:
    ours = dlcalc.grad(library_text("lstm-step"), of="L")
    v = ours.values
    theirs = dlcalc.lstm(
        W=np.hstack([v["U"], v["W"]]), b=v["b"], x=v["x"], h0=v["h"], c0=v["c"], dh=v["u"],
        gates="ifgo",
    )
    assert np.ravel(theirs.dx) == pytest.approx(ours.gradients["L"]["x"])
    assert theirs.dW == pytest.approx(np.hstack([ours.gradients["L"][n] for n in "UW"]))


def test_by_name_on_the_command_line() -> None:
    listed = invoke("grad", "--list", "-f", "csv").out.splitlines()
    assert listed[0].split(",")[0] == "name"
    assert len(listed) == len(library_names()) + 1
    found = json.loads(invoke("grad", "linear-regression", "b=0.5", "-f", "json").out)
    assert found["values"]["b"] == 0.5
    again = json.loads(invoke("grad", "-", "-f", "json", stdin=json.dumps(found)).out)
    assert again == found
    loop = invoke("grad", "adam", "-f", "json").out
    assert json.loads(invoke("grad", "-", "-f", "json", stdin=loop).out) == json.loads(loop)
    assert "did you mean attention" in invoke("grad", "atention").complaint


def test_values_are_fractions_constants_units_and_infinite_if_allowed() -> None:
    words = ("L = a*b*c", "a=1/2", "b=3k", "c=[pi/2][0]")
    values = json.loads(invoke("grad", *words, "-f", "json").out)["values"]
    assert values["L"] == pytest.approx(1500 * np.pi / 2)
    assert invoke("grad", "L = exp(x)", "x=1000").status == 2
    endless = invoke("grad", "L = exp(x)", "x=1000", "--allow-nonfinite", "-f", "json")
    assert json.loads(endless.out)["values"]["L"] == "Infinity"
