"""The thirteen exercises from end to end, and every circulated slip refused at its element."""

import json
import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from dlcalc.commands.examples.command import read_exercises
from tests.shell.running import Run, invoke


@cache
def solved(name: str) -> dict[str, Any]:
    """The record that `dlcalc examples NAME` gives."""
    done = invoke("examples", name, "-f", "json")
    assert done.status == 0, done.err
    record: dict[str, Any] = json.loads(done.out)
    return record


def test_all_thirteen_are_listed_with_their_commands() -> None:
    listed = json.loads(invoke("examples", "-f", "json").out)["examples"]
    assert [each["name"] for each in listed] == [f"E{n}" for n in range(1, 14)]
    assert all(each["problem"] and each["command"] for each in listed)


def test_an_unknown_exercise_gets_its_nearest() -> None:
    done = invoke("examples", "E14")
    assert done.status == 2
    assert done.complaint.startswith("unknown example 'E14'; did you mean E")


def test_convolution() -> None:
    assert solved("E1")["output"] == [[1, 13, 20], [19, 99, 92], [26, 86, 64]]


def test_size_relation() -> None:
    assert solved("E2")["output"] == 28
    assert "⌊(32 + 2·0 − 5)/1⌋ + 1" in invoke("examples", "E2").out


def test_first_layer_of_lenet() -> None:
    layer = solved("E3")
    assert (layer["name"], layer["params"], layer["output"]) == ("C1", 156, [6, 28, 28])
    assert "(5·5·1 + 1)·6 = 156" in invoke("examples", "E3").out


def test_a_smaller_first_layer() -> None:
    text = invoke("examples", "E4").out
    assert "156" in text
    assert "85" in text
    assert "5x15x15" in text
    reduced = json.loads(invoke("reduce", "lenet", "--layer", "C1", "-f", "json").out)
    assert len(reduced["proposals"]) >= 5


def test_lstm_gradients_are_those_of_the_derivation() -> None:
    record = solved("E5")
    example = json.loads(read_values("lstm"))
    step, after = record["steps"][0], {k: np.array(v) for k, v in example["next"].items()}
    W = np.array(example["W"])
    slopes = {g: after[g] * (1 - after[g]) for g in "ifo"} | {"g": 1 - after["g"] ** 2}
    dz = np.concatenate([after[f"d{g}"] * slopes[g] for g in "ifog"])
    dh = np.array(example["dh"]) + (W.T @ dz)[:2]
    i, o, g, c = (np.array(step[name]) for name in "iogc")
    dc = dh * o * (1 - np.tanh(c) ** 2) + after["dc"] * after["f"]
    wanted = {"dh": dh, "do": dh * np.tanh(c), "dc": dc, "di": dc * g,
              "df": dc * np.array(example["c0"]), "dg": dc * i}  # fmt: skip
    for name, value in wanted.items():
        np.testing.assert_allclose(step[name], value, rtol=1e-12)


def read_values(name: str) -> str:
    from dlcalc.shell.runner import read_example

    return json.dumps(read_example(name)["values"])


def refused(expected: dict[str, Any]) -> Run:
    done = invoke("lstm", read_values("lstm"), "--expect", json.dumps(expected), "-f", "json")
    assert done.status == 1
    return done


def test_every_circulated_slip_of_the_lstm_is_refused_at_its_gate() -> None:
    example, step = json.loads(read_values("lstm")), solved("E5")["steps"][0]
    after = {k: np.array(v) for k, v in example["next"].items()}
    W, dh0 = np.array(example["W"]), np.array(example["dh"])
    i, f, o, g, c, dh = (np.array(step[name]) for name in ("i", "f", "o", "g", "c", "dh"))
    inner = dh * o * (1 - np.tanh(c) ** 2)

    def carried(**slopes: Any) -> Any:
        right = {k: after[k] * (1 - after[k]) for k in "ifo"} | {"g": 1 - after["g"] ** 2}
        right |= slopes
        return dh0 + (W.T @ np.concatenate([after[f"d{k}"] * right[k] for k in "ifog"]))[:2]

    slips = {
        "di": (dh * g, "δh in place of δc"), "dg": (dh * i, "δh in place of δc"),
        "df": (dh * np.array(example["c0"]), "δh in place of δc"),
        "dc": (inner + after["dc"] * f, "f_t in place of f_(t+1)"),
        "dh": (carried(i=i * (1 - i)), "i_t in place of i_(t+1)"),
    }  # fmt: skip
    for field, (wrong, cause) in slips.items():
        complaint = refused({"steps": [{field: wrong.tolist()}]}).complaint
        assert complaint.startswith(f"steps[0].{field} element (0): expected "), complaint
        assert cause in complaint.rpartition(";")[2], complaint
    sigma = 1 / (1 + np.exp(-np.arctanh(g)))
    assert refused({"steps": [{"g": sigma.tolist()}]}).complaint.startswith("steps[0].g element")


def test_relu_as_the_forget_gate() -> None:
    steps = solved("E6")["steps"]
    assert max(max(step["f"]) for step in steps) > 1
    assert np.linalg.norm(steps[-1]["c"]) > 10 * np.linalg.norm(steps[0]["c"])
    assert "nothing bounds it" in invoke("examples", "E6").out


def test_what_a_vae_can_learn() -> None:
    record = solved("E7")
    covered = {(fit["objective"], tuple(fit["covers"])) for fit in record["fits"]}
    assert {("KL(q||p)", (1,)), ("KL(q||p)", (2,)), ("KL(p||q)", (1, 2))} <= covered
    assert [shape["learnable"] for shape in record["shapes"]] == ["yes", "yes", "yes", "no"]


def test_the_lower_bound() -> None:
    evidence = solved("E8")["evidence"]
    together = evidence["elbo"] + evidence["kl_posterior"]
    assert together == pytest.approx(evidence["log_evidence"], abs=1e-9)
    bound = evidence["reconstruction"] - evidence["kl_prior"]
    assert evidence["elbo"] == pytest.approx(bound, abs=1e-12)


def test_a_gan_and_both_its_losses() -> None:
    done = invoke("examples", "E9", "-f", "json")
    *epochs, last = (json.loads(line) for line in done.out.splitlines())
    assert [each["epoch"] for each in epochs] == list(range(1, 31))
    assert (last["modes_covered"], last["modes"]) == (8, 8)
    # Where no sample can be told from data, D is ½: J_D = 2 ln 2, and J_G = ln 2.
    assert epochs[-1]["discriminator_loss"] == pytest.approx(2 * math.log(2), abs=0.1)
    assert epochs[-1]["generator_loss"] == pytest.approx(math.log(2), abs=0.1)


def test_zero_initial_weights() -> None:
    record = solved("E10")
    assert set(record["named"].values()) == {0}
    assert record["loss"] == pytest.approx(math.log(2))
    finding = {(each["init"], each["biases"]): each["moved"] for each in record["starts"]}
    assert finding["zeros", False] == []
    assert finding["zeros", True] == ["b3", "b4"]


def test_the_upsampling_stages() -> None:
    record = solved("E11")
    methods = record["stages"][0]["methods"]
    assert methods["zero_skip"] == {"per_axis": [17, 17], "per_pair": 289, "total": 151_519_232}
    assert methods["dense"]["total"] == 838_860_800
    assert (methods["winograd"]["per_pair"], methods["winograd"]["total"]) == (121, 63_438_848)
    assert record["total"]["zero_skip"] == 534_703_488
    assert "2+2+3+2+3+2+2+1 = 17" in invoke("mults", "--explain").out.replace(" + ", "+")


def test_the_remedies() -> None:
    record = solved("E12")
    assert record["diagnosis"] == "variance"
    helps = {each["remedy"]: each["helps"] for each in record["remedies"]}
    wanted = {"more examples": "yes", "fewer features": "yes", "more features": "no",
              "another optimiser (RMSprop, Adam)": "no", "Newton's method": "no",
              "smaller λ (less regularisation)": "no",
              "an SVM (support vector machine)": "maybe"}  # fmt: skip
    assert wanted.items() <= helps.items()


def test_a_small_vae() -> None:
    record = solved("E13")
    x, noise = (0.25, 0.75), 0.5
    s1, s2 = (1 / (1 + math.exp(-q)) for q in (0.5 * x[0] - 0.3 * x[1], 0.2 * x[0] + 0.4 * x[1]))
    z = s1 + math.exp(s2) * noise
    y = [1 / (1 + math.exp(-w * z)) for w in (1, -1)]
    dz = sum((xi - yi) * w for xi, yi, w in zip(x, y, (1, -1), strict=True))
    chain = math.exp(s2) * s2 * (1 - s2) * x[1]
    named = record["named"]
    assert named["dL1/dz1"] == pytest.approx(dz)
    assert named["dL1/dw4"] == pytest.approx(dz * noise * chain)
    assert named["dL2/dw4"] == pytest.approx((math.exp(s2) - math.exp(-s2)) * chain)
    assert record["loss"] == pytest.approx(-(record["L1"] + record["L2"]))
    assert record["negative_elbo"] == pytest.approx(-record["L1"] + record["L2"])


def test_the_circulated_convolution_is_refused_at_its_wrong_element() -> None:
    done = invoke("examples", "E1", "--expect", "1 15 20; 19 99 92; 26 86 64")
    assert done.status == 1
    assert "element (0,1): expected 15, is 13 = 0·4 + 0·2 + 2·5 + 3·1" in done.err


def test_every_command_named_exists() -> None:
    from dlcalc.shell.commands import COMMANDS

    assert {each["command"].split()[0] for each in read_exercises()} <= set(COMMANDS)
