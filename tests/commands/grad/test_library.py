"""The library of equations against PyTorch's autograd, differences, and the commands."""

import json
from pathlib import Path

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.grad.answer import library, library_names, library_text
from dlcalc.derive.check import check_derivatives
from dlcalc.derive.working import grad_steps
from dlcalc.formulas.text import formula_latex
from tests.shell.running import invoke

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "data" / "reference_library.json").read_text()
)
"""Loss and gradients of each, by PyTorch 2.13's autograd in float64."""


def test_every_name_has_its_title_source_and_reference() -> None:
    entries = library()
    assert len(entries) >= 45
    assert {name for name, _, _ in entries} == set(REFERENCE)
    assert all(title and source for _, title, source in entries)


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


def test_the_gru_is_that_of_the_command_with_either_reset() -> None:
    for name, reset in (("gru-step", "after"), ("gru-step-reset-before", "before")):
        ours = dlcalc.grad(library_text(name), of="L")
        v, g = ours.values, ours.gradients["L"]
        after = reset == "after"
        named = {
            "weight_ih_l0": np.vstack([v["Wr"], v["Wz"], v["Wn"]]),
            "weight_hh_l0": np.vstack([v["Ur"], v["Uz"], v["Un"]]),
            "bias_ih_l0": np.hstack([v["br"], v["bz"], v["bn"]]),
            "bias_hh_l0": np.hstack([[0] * 4, v["cn"] if after else [0, 0]]),
        }
        theirs = dlcalc.gru(x=v["x"], h0=v["h"], dh=v["u"], reset=reset, **named)
        assert np.ravel(theirs.dx) == pytest.approx(g["x"])
        assert np.ravel(theirs.dh0) == pytest.approx(g["h"])


def test_divergences_and_networks_are_those_of_their_commands() -> None:
    ours = dlcalc.grad(library_text("kl-gaussians"), of="L")
    v = ours.values
    q, p = ({"mean": list(v[f"m{n}"]), "covariance": np.diag(np.square(v[f"s{n}"])).tolist()}
            for n in "qp")
    assert dlcalc.kl(q, p).kl == pytest.approx(v["L"])

    ours = dlcalc.grad(library_text("elbo"), of="L")
    v, g = ours.values, ours.gradients["L"]
    theirs = dlcalc.vae(
        x=list(v["x"]), mu=[[v["μ"] / v["x"][0], 0]], sigma=[[np.log(v["σ"]) / v["x"][0], 0]],
        decoder=[[[w] for w in v["w"]]], noise=[v["noise"]], head="identity",
    )
    assert theirs.negative_elbo == pytest.approx(v["L"])

    ours = dlcalc.grad(library_text("two-layer-network"), of="L")
    v, g = ours.values, ours.gradients["L"]
    network = dlcalc.mlp(
        v["X"], v["Y"], [v["W1"], v["W2"]], [v["b1"], v["b2"]],
    )
    assert network.loss == pytest.approx(v["L"])
    layers = zip(network.gradients.weights, network.gradients.biases or (), strict=True)
    for n, (weights, biases) in enumerate(layers, start=1):
        assert weights == pytest.approx(g[f"W{n}"])
        assert biases == pytest.approx(g[f"b{n}"])

    ours = dlcalc.grad(library_text("rnn"), of="L")
    v, g = ours.values, ours.gradients["L"]
    cell = dlcalc.rnn(
        W=np.hstack([v["U"], v["W"]]), b=v["b"], x=v["x"], h0=v["h0"], target=v["y"],
        loss="squared_error",
    )
    assert cell.loss == pytest.approx(v["L"])
    assert cell.dx == pytest.approx(g["x"])


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
    words = ("L = a*b*c*d", "a=1/2", "b=3k", "c=[pi/2][0]", "d=½")
    values = json.loads(invoke("grad", *words, "-f", "json").out)["values"]
    assert values["L"] == pytest.approx(750 * np.pi / 2)
    assert json.loads(invoke("grad", "L = a", "a=2π", "-f", "json").out)["values"]["L"] == 2 * np.pi
    assert "a: 1,000 is one number or several: write 1000" in invoke("grad", "L = a", "a=1,000").err
    assert invoke("grad", "L = exp(x)", "x=1000").status == 2
    endless = invoke("grad", "L = exp(x)", "x=1000", "--allow-nonfinite", "-f", "json")
    assert json.loads(endless.out)["values"]["L"] == "Infinity"
