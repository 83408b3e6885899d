"""A step of a cell from a framework's own weights is the step that the framework took."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from dlcalc.conventions.cells import TORCH_GATES
from tests.conventions.reference import reference
from tests.shell.running import invoke

STEPS = [row for row in reference()["frameworks"] if row["op"] == "step"]
ORDERS = {("onnx", "lstm"): "iofg", ("onnx", "gru"): "zrn", ("keras", "gru"): "zrn"}


def own(framework: str, cell: str, case: dict[str, Any]) -> dict[str, Any]:
    """PyTorch's weights of a case as the framework holds them."""
    gates = TORCH_GATES[cell]
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
