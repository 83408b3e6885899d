"""`dlcalc step` and `dlcalc.step` against PyTorch: layers, losses, optimisers, modes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.errors import DlcalcError
from tests.shell.running import invoke

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_steps.json").read_text())


def same(found: Any, wanted: Any, place: str = "") -> None:
    """Each array within a tolerance of its own largest entry."""
    if isinstance(wanted, dict):
        assert set(found) == set(wanted), place
        for name, each in wanted.items():
            same(found[name], each, f"{place}.{name}")
        return
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.shape == wanted.shape, place
    # PyTorch's slope of hard_sigmoid is 1/6 in single precision: 3e-8 off.
    allowed = 1e-7 * float(np.abs(wanted).max(initial=0)) + 1e-15
    assert float(np.abs(found - wanted).max(initial=0)) <= allowed, place


@pytest.mark.parametrize("case", CASES, ids=[each["kind"] for each in CASES])
def test_what_pytorch_computes(case: dict[str, Any]) -> None:
    wanted = case["result"]
    found = dlcalc.step(case["model"], **case["data"], steps=case.get("steps"))
    rows = [{"name": e.name, "output": e.output, "gradient": e.gradient} for e in found.layers]
    for row, other in zip(rows, wanted["layers"], strict=True):
        assert row.pop("name") == other["name"]
        same(row, {name: other[name] for name in row}, other["name"])
    for name in ("output", "loss", "gradients", "losses", "state"):
        if name in wanted:
            same(getattr(found, name), wanted[name], name)
    same(found.updated, wanted.get("updated", {}), "updated")
    if "last" in wanted:
        same({name: getattr(found.last, name) for name in wanted["last"]}, wanted["last"], "last")


@pytest.mark.parametrize("case", CASES[::5], ids=[each["kind"] for each in CASES[::5]])
def test_the_command_prints_what_the_function_gives(case: dict[str, Any]) -> None:
    steps = ["--steps", str(case["steps"])] if "steps" in case else []
    run = invoke("step", case["model"], json.dumps(case["data"]), "-f", "json", *steps)
    assert run.status == 0, run.err
    printed = json.loads(run.out)
    wanted = case["result"]
    same({name: printed[name] for name in wanted if name != "layers"},
         {name: wanted[name] for name in wanted if name != "layers"})
    assert [each["name"] for each in printed["layers"]] == [e["name"] for e in wanted["layers"]]


def test_step_after_step_is_three_steps_at_once(tmp_path: Path) -> None:
    data = {
        "x": [0.5, -1.0], "target": [0.2], "loss": "mse",
        "optimizer": {"type": "adam", "lr": 0.1},
        "parameters": {"linear1.weight": [[1.0, 2.0]], "linear1.bias": [0.5]},
    }
    model = "input 2; linear 1"
    at_once = json.loads(
        invoke("step", model, json.dumps(data), "--steps", "3", "-f", "json").out)
    rest = tmp_path / "next.json"
    rest.write_text(json.dumps({k: v for k, v in data.items() if k != "parameters"}))
    out = invoke("step", model, json.dumps(data), "-f", "json").out
    for _ in range(2):
        out = invoke("step", model, "-", "--with", str(rest), "-f", "json", stdin=out).out
    piped = json.loads(out)
    same(piped["updated"], at_once["updated"])
    same(piped["state"], at_once["state"])
    assert piped["loss"] == pytest.approx(at_once["losses"][2], rel=1e-12)


def test_check_holds_and_says_so_where_there_is_a_kink() -> None:
    assert invoke("step", "--check").status == 0
    data = {"x": [0.0], "target": [1.0], "loss": "mse", "parameters": {"linear1.weight": [[1.0]]}}
    kink = invoke("step", "input 1; linear 1 bias=no; relu", json.dumps(data), "--check")
    assert kink.status == 1
    assert "kink" in kink.complaint


def test_working_shows_windows_winners_sums_and_the_update() -> None:
    shown = invoke("step", "--explain").out
    for line in (
        "maxpool1(0,0,0) = relu1(", "wins and takes the gradient",
        "conv1(0,0,0) = ∑_c,k,l conv1.weight(0,0,k,l)·x(c,k,l) + conv1.bias(0) = ",
        "∂L/∂linear1(0) = ∂L/∂sigmoid1(0)·(sigmoid1(0)·(1 − sigmoid1(0))) = ",
        "linear1.bias(0)⁺ = linear1.bias(0) − η·∂L/∂linear1.bias(0) = 0.1 − 0.5·",
    ):
        assert line in shown
    one = invoke("step", "--at", "conv1.weight:2,0,1,2").out
    assert one.startswith("∂L/∂conv1.weight(2,0,1,2) = ")
    assert "∂L/∂conv1.weight(0,0,0,0)" not in one.split("\n\n")[0]


def test_the_first_wrong_element_is_named_with_its_working() -> None:
    run = invoke("step", "--expect", '{"linear1.bias": [0.5], "conv1": 7}')
    assert run.status == 2
    answers = json.loads(invoke("step", "-f", "json").out)
    right = {name: answers["gradients"][name] for name in ("linear1.bias", "conv1.weight")}
    assert invoke("step", "--expect", json.dumps(right)).status == 0
    wrong = {"gradients": {**right, "linear1.bias": [0.5]}, "output": answers["output"]}
    said = invoke("step", "--expect", json.dumps(wrong)).err.splitlines()[-1]
    assert "gradients.linear1.bias element (0): expected 0.5, is " in said
    assert "∂L/∂linear1(0)" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": [1.0, 2.0, 3.0]}, "the model takes 2, or a batch"),
        ({"loss": "mse", "target": [1, 2]}, "target is 2; the output is 1"),
        ({"loss": "mes"}, "did you mean mse"),
        ({"optimizer": {"type": "adm"}}, "did you mean adam"),
        ({"optimizer": {"type": "adam", "momentum": 1}}, "adam has no momentum"),
        ({"parameters": {"linear1.weight": [[1, 2]]}}, "lacks linear1.bias 1; .*init"),
        ({"parameters": {"linear1.weight": [[1, 2]], "linear1.bias": [0], "w": 1}}, "no w"),
        ({"upstream": [1]}, "both given"),
        ({"mode": "test"}, "neither train nor eval"),
        ({"steps": 0}, "at least 1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    given = {
        "x": [1.0, 2.0], "target": [1.0], "loss": "mse",
        "parameters": {"linear1.weight": [[1, 2]], "linear1.bias": [0]},
    }
    with pytest.raises(DlcalcError, match=said):
        dlcalc.step("input 2; linear 1", **{**given, **changes})


SLIP: dict[str, Any] = {
    "x": [0.5, -1.0], "target": [0.3, 0.9], "loss": "mse",
    "optimizer": {"type": "sgd", "lr": 0.1},
    "parameters": {"linear1.weight": [[1.0, 2.0], [0.5, -1.0]], "linear1.bias": [0.1, 0.2]},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: {"gradients": {"linear1.bias": (np.array(r["bias"]) * 2).tolist()}},
         "the sum in place of the mean"),
        (lambda r: {"gradients": {"linear1.bias": (-np.array(r["bias"])).tolist()}}, "other sign"),
        (lambda r: {"gradients": {"linear1.bias": r["last"]}}, "slope of the activation left out"),
        (lambda r: {"gradients": {"linear1.weight": np.array(r["weight"]).T.tolist()}},
         "transposed"),
        (lambda r: {"output": r["no_bias"]}, "a bias left out"),
        (lambda r: {"updated": {"linear1.bias": [0.1 - r["bias"][0], 0.2 - r["bias"][1]]}},
         "learning rate left out"),
    ],
)
def test_the_slip_is_named(change: Any, said: str) -> None:
    model = "input 2; linear 2; sigmoid"
    r = dlcalc.step(model, **SLIP)
    without = {**SLIP["parameters"], "linear1.bias": [0, 0]}
    known = {
        "bias": r.gradients["linear1.bias"].tolist(), "last": r.layers[1].gradient.tolist(),
        "weight": r.gradients["linear1.weight"].tolist(),
        "no_bias": dlcalc.step(model, **{**SLIP, "parameters": without}).output.tolist(),
    }
    run = invoke("step", model, json.dumps(SLIP), "--expect", json.dumps(change(known)))
    assert run.status == 1
    assert said in run.err
