"""What each framework gave, case by case, computed from dlcalc's own functions and the facts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.conventions.models import framed
from dlcalc.errors import InputError
from dlcalc.models.count import params
from dlcalc.models.reading import model
from tests.conventions.reference import reference
from tests.shell.running import invoke

Case = dict[str, Any]


def sizes(text: Any) -> Any:
    return tuple(map(int, text.split("x"))) if isinstance(text, str) else text


def padding(framework: str, case: Case) -> Any:
    return dlcalc.size(**case, framework=framework).axes[0].pad


def size(framework: str, case: Case) -> Any:
    kind = case["kind"]
    pad = case["pad"]
    given = {key: sizes(each) for key, each in case.items() if key not in ("kind", "pad")}
    return dlcalc.size(
        **given, pad=pad, transposed=kind == "conv_transpose", framework=framework
    ).output


def conv(framework: str, case: Case) -> Any:
    return dlcalc.conv(**case, framework=framework).output


def conv_transpose(framework: str, case: Case) -> Any:
    return dlcalc.conv(**case, transposed=True, framework=framework).output


def pool(framework: str, case: Case) -> Any:
    return dlcalc.pool(**case, framework=framework).output


def counted(framework: str, case: Case) -> Any:
    read = model(f"input {case['input']}", case["layer"])
    return framed(read, params(read), framework).record


def layout(framework: str, case: Case) -> Any:
    read = model(f"input {case['input']}", case["layer"])
    found = framed(read, params(read), framework)
    [name] = found.tensors
    shapes = {key: list(shape) for key, shape in found.tensors[name].items()}
    return {"parameters": shapes, **found.gates[name]}


ASKED: dict[str, Callable[[str, Case], Any]] = {
    "padding": padding, "size": size, "conv": conv, "conv_transpose": conv_transpose,
    "pool": pool, "params": counted, "lstm_layout": layout, "gru_layout": layout,
    "rnn_layout": layout,
}


def rows() -> dict[tuple[str, str], list[Case]]:
    found: dict[tuple[str, str], list[Case]] = {}
    for row in reference()["frameworks"]:
        if row["op"] in ASKED and "adaptive" not in row["case"]:
            found.setdefault((row["op"], row["framework"]), []).append(row)
    return found


@pytest.mark.parametrize(("op", "framework"), rows())
def test_every_row_of_a_framework(op: str, framework: str) -> None:
    for row in rows()[op, framework]:
        if "refused" in row:
            with pytest.raises(InputError, match=f"{framework} "):
                ASKED[op](framework, row["case"])
            continue
        got, wanted = ASKED[op](framework, row["case"]), row["value"]
        if isinstance(wanted, dict):
            assert {key: got[key] for key in wanted} == wanted, row
            continue
        tolerance = 1e-5 if "precision" in row else 1e-9
        scale = max(map(abs, wanted))
        assert np.shape(got) == np.shape(wanted), row
        assert np.allclose(got, wanted, rtol=0, atol=tolerance * scale), row


def test_the_commands_take_a_framework() -> None:
    words = "size -L 8 -F 3 -S 2 -P same -f json --framework"
    assert json.loads(invoke(*words.split(), "keras").out)["pad"] == [0, 1]
    assert invoke(*words.split(), "pytorch").complaint == (
        "pytorch refuses padding same with a stride; give the columns (torch 2.13.0)"
    )
    tie = "pool", "-x", "1 1", "-F", "2", "--upstream", "1", "-f", "json", "--framework", "mlx"
    assert json.loads(invoke(*tie).out)["dx"] == [0.5, 0.5]
    run = invoke("params", "--input", "3x3", "lstm 4", "--framework", "keras", "-f", "json")
    assert run.err.splitlines()[0] == (
        "dlcalc: keras counts 128 in lstm1, pytorch 144: one bias a gate"
    )
    assert json.loads(run.out)["layers"][0]["parameters"]["recurrent_kernel"] == [4, 16]
    assert "keras, flax, flax-nnx, equinox, mlx count 128: one bias a gate" in (
        invoke("params", "--input", "3x3", "lstm 4").out
    )
