"""A step of a cell from a framework's own weights is the step that the framework took."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.conventions.cells import layout_of
from dlcalc.errors import DlcalcError
from dlcalc.layers.cells.problem import CELLS
from dlcalc.names import FRAMEWORKS
from tests.conventions.reference import reference
from tests.shell.running import invoke

STEPS = [row for row in reference()["frameworks"] if row["op"] == "step"]
ORDERS = {("onnx", "lstm"): "iofg", ("onnx", "gru"): "zrn", ("keras", "gru"): "zrn"}


def own(framework: str, cell: str, case: dict[str, Any]) -> dict[str, Any]:
    """PyTorch's weights of a case as the framework holds them."""
    gates = CELLS[cell].torch_gates
    order = ORDERS.get((framework, cell), gates)

    def laid(name: str) -> Any:
        blocks = dict(zip(gates, np.split(np.array(case[name]), len(gates)), strict=True))
        return np.concatenate([blocks[gate] for gate in order])

    w, u, b, c = (laid(f"{part}_l0") for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    if framework == "onnx":
        return {"W": w[None], "R": u[None], "B": np.concatenate([b, c])[None]}
    if framework == "keras":
        bias = np.stack([b, c]) if cell == "gru" and case.get("reset") != "before" else b + c
        return {"kernel": w.T, "recurrent_kernel": u.T, "bias": bias}
    if framework == "mlx":
        names = {
            "lstm": ("Wx", "Wh", "bias"), "gru": ("Wx", "Wh", "b"), "rnn": ("Wxh", "Whh", "bias"),
        }
        more = {"bhn": c[-len(u[0]) :]} if cell == "gru" else {}
        return dict(zip(names[cell], (w, u, b), strict=True)) | more
    if framework == "equinox":
        more = {"bias_n": c[-len(u[0]) :]} if cell == "gru" else {}
        return {"weight_ih": w, "weight_hh": u, "bias": b} | more
    return {f"{name}_l0": case[f"{name}_l0"] for name in (
        "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    )}


@pytest.mark.parametrize("row", STEPS, ids=lambda row: f"{row['framework']} {row['case']['cell']}")
def test_a_step_from_a_frameworks_own_weights(row: dict[str, Any]) -> None:
    case, framework = row["case"], row["framework"]
    cell = case["cell"]
    fields = {name: np.asarray(each).tolist() for name, each in own(framework, cell, case).items()}
    fields |= {key: case[key] for key in ("x", "h0", "c0") if key in case}
    if cell == "gru":
        fields["reset"] = case.get("reset", "after")
    done = invoke(cell, json.dumps(fields), "--framework", framework, "-f", "json")
    assert done.status == 0, done.err
    found = json.loads(done.out)
    step = found["steps"][0] if "steps" in found else {}
    for name, wanted in row["value"].items():
        found[name] = step.get(name, found.get(name, found.get("cn" if name == "c" else name)))
        assert np.allclose(np.ravel(found[name])[-len(wanted) :], wanted, rtol=0, atol=1e-6)


SIZES = {"1": 1, "2": 2, "D": 3, "H": 2}
OWN = [(framework, cell) for framework in FRAMEWORKS for cell in CELLS
       if (framework, cell) not in (("equinox", "rnn"), ("tinygrad", "gru"), ("tinygrad", "rnn"))]


def weights_of(framework: str, cell: str, seed: int = 0) -> dict[str, Any]:
    """Random weights in a framework's own layout."""
    gates, random = len(CELLS[cell].torch_gates), np.random.default_rng(seed)
    sizes = SIZES | {"GH": 2 * gates, "2GH": 4 * gates}
    return {name: random.normal(size=[sizes[axis] for axis in axes.split()])
            for name, axes in layout_of(framework, cell).items()}


@pytest.mark.parametrize(("framework", "cell"), OWN)
def test_functions_take_a_frameworks_weights_and_give_its_gradients(
    framework: str, cell: str
) -> None:
    weights, function = weights_of(framework, cell), getattr(dlcalc, cell)
    given = {"x": np.ones((2, 3)), "dh": [0.5, -1.0], "framework": framework}
    result = function(**weights, **given)
    for name, array in weights.items():
        assert result.gradients[name].shape == array.shape
        for index in [(0,) * array.ndim, tuple(np.array(array.shape) - 1)]:
            up, down = array.copy(), array.copy()
            up[index] += 1e-5
            down[index] -= 1e-5
            h = [function(**weights | {name: each}, **given).h for each in (up, down)]
            slope = ((h[0] - h[1]) * given["dh"]).sum() / 2e-5
            assert result.gradients[name][index] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_an_lstm_of_nnx_may_have_a_matrix_a_gate() -> None:
    # nnx.LSTMCell of flax 0.12.8, whose if_ is `if` where there is no nnx.
    weights = weights_of("flax", "lstm")
    given = {"x": np.ones((2, 3)), "dh": [0.5, -1.0]}
    plain = dlcalc.lstm(**weights, **given, framework="flax")
    own = {name.replace("if.", "if_."): each for name, each in weights.items()}
    result = dlcalc.lstm(**own, **given, framework="flax-nnx")
    assert np.array_equal(result.h, plain.h)
    assert np.array_equal(result.gradients["if_.kernel"], plain.gradients["if.kernel"])


def test_the_command_names_gradients_checks_and_slips_as_the_framework_does() -> None:
    weights = {name: each.round(2).tolist() for name, each in weights_of("keras", "lstm").items()}
    problem = json.dumps(weights | {"x": [[1, 2, 3], [0, 1, 0]], "dh": [1, 1]})
    done = invoke("lstm", problem, "--framework", "keras", "--check", "-f", "json")
    record = json.loads(done.out)
    assert [each["gradient"] for each in record["check"]] == [*weights, "x", "h0", "c0"]
    d_kernel = np.array(record["d_kernel"])
    assert d_kernel.shape == (3, 8)
    d_kernel[2, 7] += 1
    wrong = json.dumps({"d_kernel": d_kernel.tolist()})
    done = invoke("lstm", problem, "--framework", "keras", "--expect", wrong)
    assert done.complaint.startswith("element (2,7): expected ")
    assert "·3 + " in done.complaint  # the sum over the steps, of x's third number


@pytest.mark.parametrize(("framework", "change", "message"), [
    ("keras", {"recurrent_kernel": None}, "missing field 'recurrent_kernel', H x 4H"),
    ("keras", {"recurrent_kernel": np.ones((2, 7))}, "recurrent_kernel has shape 2x7; expected"),
    ("keras", {"kernel": [1, 2]}, "kernel has shape 2; expected D x 4H"),
    ("keras", {"bias": [1]}, "bias has shape 1; expected 8"),
    ("flax", {"hf.kernel": None}, "missing field 'hf.kernel', H x H"),
    ("onnx", {"B": np.ones((1, 8))}, "B has shape 1x8; expected 1x16"),
    ("keras", {"kernal": [[1]]}, "unknown field 'kernal'"),
    ("kears", {}, "unknown framework 'kears'; did you mean keras?"),
])
def test_weights_of_another_shape_are_refused(
    framework: str, change: dict[str, Any], message: str
) -> None:
    known = "keras" if framework == "kears" else framework
    fields = weights_of(known, "lstm") | {"x": [[1, 2, 3]]} | change
    with pytest.raises(DlcalcError) as caught:
        dlcalc.lstm(**fields, framework=framework)
    assert str(caught.value).startswith(message)
