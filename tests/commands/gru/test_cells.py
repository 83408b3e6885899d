"""`dlcalc gru` and `dlcalc rnn`: against PyTorch, their working, their slips, their faults."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.derive.derivation import entry_of, value_of
from dlcalc.derive.slips import Slips
from dlcalc.formulas.expressions import Expr
from dlcalc.layers.cells.problem import CellResult
from dlcalc.layers.cells.run import cell_result, check_cell, step_gradients
from dlcalc.layers.cells.working import CellWorking
from tests.commands.lstm.cases import undressed
from tests.shell.running import invoke

CASES = json.loads(
    (Path(__file__).parents[2] / "data" / "reference_cells.json").read_text(encoding="utf-8")
)
GRU = '{"W": [[1, 2], [0, 1], [1, 0]], "x": [[1], [-1]], "dh": [1]}'
RNN = '{"W": [[0.5, 1]], "x": [[1], [-1]], "dh": [1]}'


def problem(kind: str, seed: int, H: int = 2, D: int = 3, T: int = 3, batch: int | None = None,
            **more: Any) -> CellResult:
    """A random cell of numbers of order one."""
    random = np.random.default_rng(seed)
    lead, blocks = () if batch is None else (batch,), 3 if kind == "gru" else 1

    def some(*shape: int) -> Any:
        return random.normal(size=shape)

    fields = {"W": some(blocks * H, H + D), "b": some(blocks * H), "x": some(T, *lead, D),
              "h0": some(*lead, H), "dh": some(T, *lead, H)} | more
    if fields["dh"] is None:
        del fields["dh"]
    if kind == "gru" and seed % 2:
        fields["b"] = some(2, 3 * H)
    result: CellResult = getattr(dlcalc, kind)(**fields)
    return result


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_pytorch_agrees(case: dict[str, Any]) -> None:
    fields = case["input"] | ({"reset": case["reset"]} if "reset" in case else {})
    done = invoke(case["kind"], "-", "-f", "json", stdin=json.dumps(fields))
    record = json.loads(done.out)
    expected = {name: value for name, value in case.items() if isinstance(value, list)}
    for name, value in expected.items():
        np.testing.assert_allclose(record[name], value, rtol=1e-9, atol=1e-12, err_msg=name)
    steps = np.array(record["h"])
    np.testing.assert_array_equal(steps, [step["h"] for step in record["steps"]])
    agreed = invoke(case["kind"], json.dumps(fields), "--expect", json.dumps(expected))
    assert agreed.status == 0, agreed.err


@given(
    kind=st.sampled_from(["gru", "rnn"]), seed=st.integers(0, 2**32 - 1), T=st.integers(1, 4),
    H=st.integers(1, 3), D=st.integers(1, 3), batch=st.none() | st.integers(1, 3),
    loss=st.sampled_from([None, "squared_error", "mse", "cross_entropy", "binary_cross_entropy"]),
    reset=st.sampled_from(["after", "before"]), activation=st.sampled_from(["tanh", "sigmoid"]),
)
@settings(max_examples=8, deadline=None)
def test_gradients_are_those_of_differences_and_of_the_derivation(
    kind: str, seed: int, T: int, H: int, D: int, batch: int | None, loss: str | None,
    reset: str, activation: str,
) -> None:
    more: dict[str, Any] = {"reset": reset} if kind == "gru" else {"activation": activation}
    if loss is not None:
        random = np.random.default_rng(seed)
        shape = (*((T,) if seed % 3 else ()), *(() if batch is None else (batch,)), H)
        y = random.uniform(size=shape)
        more |= {"target": y / y.sum(axis=-1, keepdims=True), "loss": loss, "dh": None}
    result = problem(kind, seed, H, D, T, batch, **more)
    assert [each.name for each in check_cell(result, cell_result) if not each.passed] == []
    working = CellWorking(result)
    for field, array in {**record(result), "dh0": result.dh0, "dx": result.dx}.items():
        for index in np.ndindex(array.shape):
            place = working.place_of(field, index)
            assert place is not None
            lines, key, at = place
            value = value_of(lines.lines[key].formula, lines.values)
            np.testing.assert_allclose(entry_of(value, at), array[index], rtol=1e-9, atol=1e-12)
            step = working.element(field, index)
            assert step is not None
            if isinstance(step.formula, Expr) and step.numbers:
                numbers = value_of(undressed(step.numbers[0]), {})
                np.testing.assert_allclose(numbers, array[index], rtol=1e-9, atol=1e-12)


def record(result: CellResult) -> dict[str, Any]:
    """The fields of all steps and the gradients, as the command names them."""
    fields = {f"steps[{t}].{name}": each[t] for name, each in result.values.items()
              for t in range(result.problem.steps)}
    return fields | {"dW": result.dW, "db": result.db}


def test_the_gradient_of_each_step_is_that_of_a_run_to_it() -> None:
    for kind in ("gru", "rnn"):
        whole = problem(kind, 6, T=5, dh=[0.3, -0.7])
        rows = step_gradients(whole.problem, {"h": whole.problem.dh[-1]}, "h")
        for t in range(1, 6):
            alone = np.zeros((t, 2))
            alone[-1] = [0.3, -0.7]
            part = problem(kind, 6, T=5).problem
            fields = {"W": part.W, "x": part.x[:t, 0], "h0": part.h0[0], "dh": alone}
            fields["b"] = part.b if part.b_h is None else np.stack([part.b - part.b_h, part.b_h])
            run = getattr(dlcalc, kind)(**fields)
            np.testing.assert_allclose(np.linalg.norm(run.dh0), rows[t - 1], rtol=1e-9)


def test_long_runs_show_their_ends_and_any_step_on_demand() -> None:
    result = problem("gru", 1, T=30)
    names = [str(step.name) for step in CellWorking(result).steps()]
    assert "… and 26 more steps" in names
    assert "Forward, step 13" in [step.name for step in CellWorking(result).steps((12,))]
    np.testing.assert_allclose(
        [CellWorking(result).about(t, t).lines[f"dh_{t}"].value for t in range(1, 31)],
        result.dh, rtol=1e-9, atol=1e-12)


SLIPS: dict[str, tuple[Callable[[Any, int], Any], str]] = {
    "h": (lambda v, t: v["z"][t] * v["n"][t] + (1 - v["z"][t]) * v["h"][t - 1],
          "n_t and h_(t-1) exchanged"),
    "dn": (lambda v, t: v["dh"][t] * v["z"][t], "z in place of 1 − z"),
    "dz": (lambda v, t: v["dh"][t] * v["h"][t - 1], "δh ⊙ n left out"),
}


@pytest.mark.parametrize("field", SLIPS)
def test_slips_are_named_and_right_or_strange_numbers_are_not(field: str) -> None:
    wrong, words = SLIPS[field]
    named = 0
    for seed in range(8):
        result = problem("gru", seed, D=2)
        working, values = CellWorking(result), result.values
        answer = np.round(wrong(values, 1), 5).tolist()
        named += working.slip(f"steps[1].{field}", answer, None) == f"{words} gives that"
        right = values[field][1].round(5).tolist()
        assert working.slip(f"steps[1].{field}", right, None) == ""
    assert named >= 7


@pytest.mark.parametrize(("reset", "words"), [("after", "before"), ("before", "behind")])
def test_a_reset_gate_on_the_other_side_is_named_by_every_gradient(reset: str, words: str) -> None:
    random = np.random.default_rng(5)
    own = {name: random.normal(size=size).round(2).tolist() for name, size in (
        ("W", (6, 4)), ("b", 6), ("x", (2, 2)), ("h0", 2), ("dh", (2, 2)))}
    other = {"after": "before", "before": "after"}[reset]
    right, wrong = (CellWorking(dlcalc.gru(**own, reset=each)) for each in (reset, other))
    for name, value in wrong.result.gradients.items():
        answer = np.round(value, 6).tolist()
        said = right.slip(f"d{name}", answer, None)
        assert said == f"r {words} the product with h_(t-1) gives that", name
        assert wrong.slip(f"d{name}", answer, None) == ""


def test_no_edit_that_leaves_a_value_as_it_is_is_named_with_another() -> None:
    """What is named gives the expected numbers, whatever these are."""
    result = problem("gru", 3, D=2, T=2)
    random = np.random.default_rng(0)
    working = CellWorking(result)
    for _ in range(3):
        strange = random.normal(size=2).round(4).tolist()
        assert working.slip("dh0", strange, None) == ""
    slips = Slips(working.whole)
    assert len(slips.edits("dh_1")) > 50


def test_reset_activation_and_pytorchs_name_of_it() -> None:
    cell = '{"W": [[1, 2], [0, 1], [1, 0.5]], "b": [[0, 0, 0], [0, 0, 1]], "x": [1], "dh": [1]}'
    after, before = (json.loads(invoke("gru", cell, "--reset", reset, "-f", "json").out)
                     for reset in ("after", "before"))
    r = after["steps"][0]["r"][0]  # h0 = 0: the second bias alone is reset, or is not
    assert after["steps"][0]["n"] == [pytest.approx(np.tanh(0.5 + r))]
    assert before["steps"][0]["n"] == [pytest.approx(np.tanh(1.5))]
    relu = RNN.replace("}", ', "nonlinearity": "relu"}')
    assert invoke("rnn", relu).out == invoke("rnn", RNN, "--activation", "relu").out
    tanh = invoke("rnn", relu, "--activation", "tanh").out
    assert tanh == invoke("rnn", RNN).out


def test_a_target_has_a_loss_for_all_three_cells() -> None:
    lstm = '{"W": [[1, 2], [0, 1], [1, 0], [2, 1]], "x": [[1], [-1]]}'
    for command, cell in (("gru", GRU), ("rnn", RNN), ("lstm", lstm)):
        fields = {name: value for name, value in json.loads(cell).items() if name != "dh"}
        record = json.loads(
            invoke(command, json.dumps(fields | {"target": [0.5]}), "--check", "-f", "json").out)
        h = record["steps"][1]["h"][0]
        assert record["loss"] == pytest.approx((h - 0.5) ** 2 / 2)
        assert record["steps"][1]["dh"][0] == pytest.approx(h - 0.5)
        both = invoke(command, json.dumps(fields | {"target": [0.5], "dh": [1]}))
        assert (both.status, both.complaint[:15]) == (2, "dh beside targe")


def test_a_target_of_one_unit_may_be_a_bare_number() -> None:
    given = {"W": [[0.5, 1]], "x": [[1], [-1]]}
    assert dlcalc.rnn(target=0.5, **given).loss == dlcalc.rnn(target=[0.5], **given).loss


@pytest.mark.parametrize(
    ("target", "places", "read"),
    [([0, 1], [(1, 1)], "probabilities of the last h"),
     ([1, 1], [(0, 1), (1, 1)], "classes of all steps")],
)
def test_a_target_that_may_be_read_twice_says_how_it_is(
    target: list[int], places: list[tuple[int, int]], read: str,
) -> None:
    fields = {"W": [[1, 2, 1], [0, 1, 1]], "x": [[1], [-1]], "target": target}
    done = invoke("rnn", json.dumps(fields | {"loss": "cross_entropy"}), "-f", "json")
    assert done.err.startswith(f"dlcalc: target is read as the {read}; ")
    record = json.loads(done.out)
    h = np.array([step["h"] for step in record["steps"]])
    logarithms = h - np.log(np.exp(h).sum(axis=1, keepdims=True))
    assert record["loss"] == pytest.approx(-sum(logarithms[place] for place in places))


def test_a_difference_names_its_element_its_working_and_the_slip() -> None:
    done = invoke("rnn", RNN, "--expect", '{"steps": {"2": {"da": [1.0]}}}')
    assert done.status == 1
    assert re.fullmatch(r"steps\[1\]\.da element \(0\): expected 1, is 0\.(\d+) = "
                        r"δh_2 ⊙ \(1 − h_2²\) = 1 ⊙ \(1 − \(−0\.\d+\)²\); "
                        r"\(1 − h²\) left out gives that", done.complaint)
    record = json.loads(invoke("rnn", RNN, "-f", "json").out)
    h = record["steps"][1]["h"][0]
    slip = invoke("rnn", RNN, "--expect", json.dumps({"steps": {"2": {"da": [round(1 - h, 6)]}}}))
    assert slip.complaint.endswith("; h in place of h² gives that")


def test_runs_say_what_becomes_of_the_gradient(tmp_path: Path) -> None:
    exploding = '{"W": [[1.5, 1]], "x": [0.1]}'
    done = invoke("rnn", exploding, "--activation", "relu", "--steps", "30",
                  "--plot", str(tmp_path / "run.svg"))
    assert "It explodes: each step multiplies it by 1.5 on average." in done.out
    assert "● |h|   ◆ |dh0|" in done.out
    assert (tmp_path / "run.svg").read_text().startswith("<svg ")
    zero = invoke("rnn", exploding, "--steps", "3", "--inputs", "zero", "-f", "json")
    assert len(json.loads(zero.out)["run"]) == 3
    assert "vanishes" in json.loads(invoke("gru", "--steps", "60", "-f", "json").out)["verdict"]


@pytest.mark.parametrize(("arguments", "message"), [
    (["gru", '{"W": [[1, 2], [1, 2]], "x": [1]}'], "W has shape 2x2; expected a matrix of 3H"),
    (["rnn", '{"W": [[[1]]], "x": [1]}'], "W has shape 1x1x1; expected a matrix of H rows"),
    (["gru", GRU.replace('"dh"', '"b": ["a", [1]], "dh"')], "b is ragged: part 0 has a single"),
    (["gru", GRU, "--activation", "q=relu"], "unknown gate 'q'; the gates are r, z and n"),
    (["gru", GRU, "--activation", "relu"], "invalid value for '--activation': 'relu' is no"),
    (["gru", GRU, "--reset", "afte"], "invalid value for '--reset': unknown reset 'afte'; did"),
    (["gru", GRU.replace('"dh": [1]', '"c0": [1]')], "unknown field 'c0'"),
    (["rnn", RNN.replace('"dh": [1]', '"target": [1, 2, 3]')], "target has shape 3; expected 1 or"),
    (["rnn", RNN.replace('"dh": [1]', '"target": [1], "loss": "mae"')], "unknown loss 'mae'"),
    (["rnn", RNN.replace('"dh": [1]', '"loss": "mse"')], "loss without target"),
    (["rnn", RNN, "--activation", "tahn"], "invalid value for '--activation': unknown activation"),
    (["rnn", '{"W": [[9, 1]], "x": [1]}', "--activation", "relu", "--steps", "900"],
     "a passes the largest float64 at step"),
    (["rnn", RNN, "--explain", "--at", "7"], "--at 7: none of the steps 0 to 1"),
    (["rnn", RNN, "--expect", '{"steps": {"3": {"h": [1]}}}'], "--expect: there is no step 3"),
    (["rnn", '{"W": [[1, 2]], "x": NaN}'], "x: NaN is not a finite number"),
])
def test_faults_are_one_line_and_status_2(arguments: list[str], message: str) -> None:
    done = invoke(*arguments)
    assert (done.status, done.complaint[: len(message)]) == (2, message)


@pytest.mark.parametrize(("answer", "status", "message"), [
    ("1e3", 2, "--expect: dW: expected the shape 1, is 3x2"),
    ('{"dx": [[]]}', 1, "dx: expected the shape 1x0, is 2x1"),
    ('{"db": [1, 2, 3, 4]}', 1, "db: expected the shape 4, is 3"),
    ('{"steps": {"1": {"dn": [1, 2]}}}', 1, "steps[0].dn: expected the shape 2, is 1"),
])
def test_an_answer_of_another_shape_has_no_slip(answer: str, status: int, message: str) -> None:
    done = invoke("gru", GRU, "--expect", answer)
    assert (done.status, done.complaint) == (status, message)


@pytest.mark.parametrize(("W", "x", "dh", "message"), [
    ([[1e200, 1]], [[0], [0], [0]], [1], "dh passes the largest float64 at step 1 of 3; fewer"),
    ([[1e200, 1]], [[0], [0]], [[0], [1e150]], "dh passes the largest float64 at step 1 of 2"),
    ([[0, 1e200]], [[0], [0]], [[0], [1e150]], "dx passes the largest float64 at step 2 of 2"),
    ([[0, 1e-200]], [[1], [1e200]], [[0], [1e150]], "dW_ih passes the largest float64$"),
    ([[1e200, 1]], [[0]], [1e150], "dh0 passes the largest float64"),
])
def test_a_gradient_that_overflows_is_named_with_its_step(
    W: Any, x: Any, dh: Any, message: str
) -> None:
    with pytest.raises(dlcalc.InputError, match=message):
        dlcalc.rnn(W, x=x, dh=dh, activation="identity")
