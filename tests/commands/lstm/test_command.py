"""`dlcalc lstm` as its users type it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.shell.running import Run, invoke, run

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "data" / "reference_lstm.json").read_text(encoding="utf-8")
)
CELL = '{"W": [[0, 1], [0, 1], [0, 1], [0, 1]], "x": [2], "c0": [0.5]}'


def tell(*arguments: str, stdin: str = "") -> Any:
    done = invoke("lstm", *arguments, "-f", "json", stdin=stdin)
    assert done.status == 0, done.err
    return json.loads(done.out)


def agree(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.array(actual), np.array(expected), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", REFERENCE["lstm"], ids=range(len(REFERENCE["lstm"])))
def test_pytorch_agrees(case: dict[str, Any]) -> None:
    record = tell("-", stdin=json.dumps(case["input"]))
    assert list(record) == ["steps", "dW", "db", "dx", "dh0", "dc0"] + (
        ["run", "run_with_sigmoid", "verdict"] if case["input"]["activations"]["f"] == "relu"
        else []
    )  # fmt: skip
    for name in ("dW", "db", "dx", "dh0", "dc0"):
        agree(record[name], case[name])
    for actual, expected in zip(record["steps"], case["steps"], strict=True):
        assert set(actual) == set(expected)
        for name in expected:
            agree(actual[name], expected[name])


def test_pytorchs_layout_comes_back_as_pytorchs(tmp_path: Path) -> None:
    case = dict(REFERENCE["lstm_torch_layout"])
    record = tell("-", stdin=json.dumps(case.pop("input")))
    for name, expected in case.items():
        agree(record[name], expected)
    for name in ("d_bias_ih_l0", "d_bias_hh_l0"):
        agree(record[name], case["d_bias"])
    assert "dW" not in record
    given, student = tmp_path / "problem.json", tmp_path / "student.json"
    given.write_text(json.dumps(REFERENCE["lstm_torch_layout"]["input"]))
    student.write_text(json.dumps(case))
    done = invoke("lstm", str(given), "--expect", str(student))
    assert done.status == 0, done.err


def expecting(fields: dict[str, Any], *more: str) -> Run:
    return invoke("lstm", "--expect", json.dumps(fields), *more)


def worked_example() -> dict[str, Any]:
    """The worked example, by the formulas of the exercise, with no help of the package."""
    import dlcalc

    path = Path(dlcalc.__file__).parent / "commands" / "lstm" / "example.json"
    given = json.loads(path.read_text(encoding="utf-8"))["values"]
    a = {name: np.array(value) for name, value in given.items() if name != "next"}
    n = {name: np.array(value) for name, value in given["next"].items()}
    z = a["W"] @ np.concatenate([a["h0"], a["x"]]) + a["b"]
    i, f, o = (1 / (1 + np.exp(-z[at : at + 2])) for at in (0, 2, 4))
    g = np.tanh(z[6:])
    c = f * a["c0"] + i * g
    slopes = [n[k] * (1 - n[k]) for k in "ifo"] + [1 - n["g"] ** 2]
    dz = np.concatenate([n["d" + k] * slope for k, slope in zip("ifog", slopes, strict=True)])
    dh = a["dh"] + (a["W"].T @ dz)[:2]
    by_h = dh * o * (1 - np.tanh(c) ** 2)
    dc = by_h + n["dc"] * n["f"]
    wrong_dz = dz.copy()
    wrong_dz[:2] = n["di"] * i * (1 - i)
    return {
        "dh": dh, "do": dh * np.tanh(c), "dc": dc, "di": dc * g, "df": dc * a["c0"], "dg": dc * i,
        "slips": {
            "δh in place of δc": [("di", dh * g), ("df", dh * a["c0"]), ("dg", dh * i)],
            "f_t in place of f_(t+1)": [("dc", by_h + n["dc"] * f)],
            "i_t in place of i_(t+1) in δẑ": [("dh", a["dh"] + (a["W"].T @ wrong_dz)[:2])],
            "sigmoid as the activation of g": [("g", 1 / (1 + np.exp(-z[6:])))],
        },
    }  # fmt: skip


def test_the_exercise_is_solved_and_each_circulated_slip_is_named() -> None:
    answer = worked_example()
    slips = answer.pop("slips")
    right = {name: value.tolist() for name, value in answer.items()}
    assert expecting(right).status == 0
    assert expecting({"steps": [right]}).status == 0
    for words, cases in slips.items():
        for name, wrong in cases:
            done = expecting({**right, name: wrong.tolist()})
            assert done.status == 1
            complaint = done.err.splitlines()[-1]
            assert complaint.startswith(f"dlcalc: steps[0].{name} element (0): expected"), complaint
            assert complaint.endswith(f"; {words} gives that"), complaint


def test_the_first_wrong_gate_is_the_first_of_the_derivation() -> None:
    right = worked_example()
    wrong = {"di": [9, 9], "dc": right["dc"].tolist(), "do": [8, 8], "df": [7, 7]}
    assert "steps[0].do element (0): expected 8" in expecting(wrong).err
    case = REFERENCE["lstm"][2]
    steps = [{"dc": [9, 9]}, {"dc": [8, 8]}, {"dg": [7, 7]}]
    done = invoke("lstm", json.dumps(case["input"]), "--expect", json.dumps({"steps": steps}))
    assert "steps[2].dg element (0): expected 7" in done.complaint
    steps[2] = {}
    done = invoke("lstm", json.dumps(case["input"]), "--expect", json.dumps({"steps": steps}))
    assert "steps[1].dc element (0): expected 8" in done.complaint


@pytest.mark.parametrize(("field", "start"), [
    ({"dW": [[9.0] * 3] * 8}, "element (0,0): expected 9, is 0.0732736 = "
     "δz\u0302_1 @ (h_0; x_1)ᵀ = 0.146547·0.5"),
    ({"db": [9.0] * 8}, "db element (0): expected 9, is 0.146547 = δz\u0302_1"),
    ({"i": [0.7, 0.6]}, "steps[0].i element (0): expected 0.7, is 0.692642 = σ(z\u0302_i,1) "
     "= σ(0.8125) = σ(0.5·0.5 + (−0.25·(−0.25)) + 1·0.5 + 0)"),
    ({"dc0": [9, 9]}, "dc0 element (0): expected 9, is 0.62625 = δc_1 ⊙ f_1 = 0.829563 ⊙ 0.7549"),
    ({"next": {"dz": [9] * 8}}, "next.dz element (0): expected 9, is 0.125 = "
     "δi_2 ⊙ i_2 ⊙ (1 − i_2) = 0.5 ⊙ 0.5 ⊙ (1 − 0.5)"),
    ({"next": {"dh": [9, 9]}}, "next.dh element (0): expected 9, is -0.0005 = "
     "Wᵀ @ δz\u0302_2 = 0.5·0.125 + 0.75·("),
    ({"next": {"dx": [9]}}, "next.dx element (0): expected 9, is 0.311125 = "
     "Wᵀ @ δz\u0302_2 = 1·0.125 + (−0.5·("),
    ({"di": [None, 1]}, "steps[0].di element (0): expected null, is 0.688373 = δc_1 ⊙ g_1 = "),
    ({"dh": [1]}, "steps[0].dh: expected the shape 1, is 2"),
])
def test_a_difference_comes_with_the_working_of_that_element(field: Any, start: str) -> None:
    done = expecting(field)
    assert done.status == 1
    assert done.err.splitlines()[-1].removeprefix("dlcalc: ").startswith(start)


def test_relu_as_the_forget_gate_multiplies_without_bound() -> None:
    record = tell(CELL, "--activation", "f=relu", "--steps", "50")
    last, beside = record["run"][-1], record["run_with_sigmoid"][-1]
    assert last["f_product"] == last["dc0"] == 2.0**50
    assert last["c"] > 1e15
    assert beside["dc0"] < 0.01
    assert "a gate above 1 lets c grow by the product of the f's, which reaches 1.126e+15" in (
        record["verdict"]
    )
    assert "no memory to rely on" in record["verdict"]


def test_relu_at_zero_stops_the_gradient_for_good() -> None:
    closing = '{"W": [[0, 1], [0, 1], [0, 1], [0, 1]], "x": [[1], [-1], [1]], "c0": [0.5]}'
    record = tell(closing, "--activation", "f=relu")
    assert [step["dc0"] for step in record["run"]] == [1.0, 0.0, 0.0]
    assert "f is 0 in unit 1 at step 2" in record["verdict"]
    assert "A loss at step 2 sends 0 back to c0, one at step 3 sends 0." in record["verdict"]
    closing = tell(CELL, "--activation", "f=relu", "--inputs", "-9")["verdict"]
    assert "A loss at step 2 sends 0 back to c0. " in closing


def test_with_a_sigmoid_the_cell_works() -> None:
    record = tell(CELL, "--steps", "20")
    assert "run_with_sigmoid" not in record
    assert record["verdict"].endswith("without being cut off.")
    assert len(record["run"]) == len(record["steps"]) == 20


def test_further_inputs() -> None:
    zero = tell(CELL, "--steps", "3", "--inputs", "zero")
    assert zero["steps"][2]["i"] == [0.5]
    typed = tell(CELL, "--inputs", "3; 4")
    assert len(typed["steps"]) == 3
    agree(typed["steps"][2]["g"], np.tanh([4]))


def test_a_chart_for_the_terminal_and_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "run.svg"
    done = invoke("lstm", CELL, "--activation", "f=relu", "--steps", "9", "--plot", str(picture))
    assert "● largest f   ◆ |c|   ▲ |h|   ■ |dc0|" in done.out
    assert picture.read_text().startswith("<svg ")
    assert "A cell whose forget gate is relu" in picture.read_text()
    wrong = invoke("lstm", CELL, "--plot", str(tmp_path / "run.png"))
    assert (wrong.status, wrong.out) == (2, "")


def test_check_puts_the_three_side_by_side() -> None:
    done = invoke("lstm", "--check")
    assert done.status == 0
    assert "gradient    element" in done.out
    record = tell("--check")["check"]
    assert [each["gradient"] for each in record] == ["W", "b", "x", "h0", "c0"]
    for each in record:
        assert each["passed"]
        np.testing.assert_allclose(each["formula"], each["central"], atol=1e-7)
        np.testing.assert_allclose(each["formula"], each["complex_step"], atol=1e-12)


def test_check_fails_where_there_is_no_derivative() -> None:
    """relu at 0: central differences see half of it."""
    kink = '{"W": [[0, 1], [0, 1], [0, 1], [0, 1]], "x": [0], "c0": [1], "dc": [1]}'
    done = invoke("lstm", kink, "--activation", "f=relu", "--check")
    assert done.status == 1
    assert "gradient of b: off by" in done.complaint  # x = 0: none of W moves anything
    assert invoke("lstm", kink, "--check").status == 0


@pytest.mark.parametrize(("arguments", "message"), [
    (['{"W": 1}'], "W is a single number; expected a matrix of 4H rows, H a gate"),
    (['{"Wx": 1}'], "unknown field 'Wx'"),
    ([CELL, "--activation", "f"], "invalid value for '--activation': 'f' is no activation of a"),
    ([CELL, "--activation", "k=relu"], "unknown gate 'k'; the gates are i, f, o and g"),
    (['{"activations": 5, "W": 1}', "--activation", "f=relu"], "W is a single number"),
    ([CELL, "--activation", "f=rleu"], "unknown activation 'rleu' of gate f; did you mean relu?"),
    ([CELL, "--steps", "0"], "invalid value for '--steps'"),
    ([CELL, "--steps", "1000000000000"], "1,000,000,000,000 steps of 1 numbers"),
    ([CELL, "--inputs", "zer"], "--inputs: 'zer' is no file and no array; did you mean zero?"),
    ([CELL, "--inputs", "1 2"], "inputs has shape 1x2; expected steps x 1"),
    ([CELL, "--explain", "--at", "7"], "--at 7: none of the steps 0 to 0, as the result"),
    ([CELL, "--expect", '{"dj": 1}'], "--expect: the result has no field 'dj'"),
    ([CELL, "--steps", "2", "--expect", '{"c": [1]}'],
     "--expect: c stands outside steps: of 2 steps it has a row each, 2 rows"),
    ([CELL, "--activation", "f=relu", "--steps", "3000"], "c passes the largest float64 at step"),
    ([CELL, "--expect", "{}"], "--expect: an empty object: give any of the result's fields"),
    (['{"W": [[0, 0.01], [0, 0.01], [0, 0.01], [0, 0.01]], "x": [1], "c0": [3], "dh": [1e308], '
      '"dc": [1e308]}', "-f", "json"], "df passes the largest float64 at step 1 of 1"),
    (['{"W": [[1, 2]], "x": NaN}'], "x: NaN is not a finite number"),
])
def test_faults_are_one_line_and_status_2(arguments: list[str], message: str) -> None:
    done = invoke("lstm", *arguments)
    assert (done.status, done.complaint[: len(message)]) == (2, message)


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text('{"W": [[1, 2], [1, 2], [1, 2], [1, 2]], "x": [1], "b": [1]}')
    assert invoke("lstm", str(path)).complaint == f"{path}: b has shape 1; expected 4"


def test_stdin_and_saved_files(tmp_path: Path) -> None:
    saved = tmp_path / "out.json"
    assert run("lstm", "--save", str(saved), stdin=CELL).status == 0
    assert json.loads(saved.read_text()) == tell("-", stdin=CELL)


def test_nan_that_is_let_in_stays_and_is_no_gate_at_zero() -> None:
    let_in = CELL.replace("2]", "NaN]")
    record = tell(let_in, "--allow-nonfinite", "--activation", "f=relu", "--steps", "2")
    assert record["steps"][0]["f"] == ["NaN"]
    assert record["verdict"].startswith("NaN or Infinity was let in, and is in the cell")
    assert invoke("lstm", let_in).status == 2


def test_without_a_loss_it_says_that_every_gradient_is_zero() -> None:
    done = invoke("lstm", CELL)
    assert done.complaint == "neither dh nor dc is given, so every gradient is 0"
    assert invoke("lstm", CELL, "--steps", "3").err == ""
    assert invoke("lstm", CELL.replace("}", ', "dc": [1]}')).err == ""


def test_sequences_of_a_batch_count_from_1_as_units_and_steps_do() -> None:
    batch = CELL.replace("[2]", "[[[2], [1]]]").replace("[0.5]", "[[0], [1]]")
    rows = invoke("lstm", batch, "-f", "csv").out.splitlines()
    assert [row[:4] for row in rows[1:3]] == ["1,1,", "1,2,"]


def test_bars_in_markdown_end_no_cell() -> None:
    head = invoke("lstm", CELL, "--steps", "3", "-f", "markdown").out.splitlines()[2]
    assert r"\|c\|" in head
    assert head.replace(r"\|", "").count("|") == 7


def test_a_check_of_too_much_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "wide.json"
    path.write_text(json.dumps({"W": np.ones((400, 400)).tolist(), "x": [0.5] * 300}))
    done = invoke("lstm", str(path), "--check")
    assert (done.status, done.out) == (2, "")
    message = "a check of 160,900 numbers over 1 steps takes 482,700 forward steps"
    assert done.complaint.startswith(message)


def test_an_expected_answer_on_stdin_leaves_the_worked_example_to_compute_on() -> None:
    slip = run("lstm", "--expect", "-", stdin='{"di": [0.414486, 0.579613]}')
    assert slip.status == 1
    assert slip.err.rstrip().endswith("; δh in place of δc gives that")
    twice = run("lstm", "-", "--expect", "-", stdin=CELL)
    assert (twice.status, twice.out) == (2, "")
    assert twice.complaint == "--expect: standard input: is empty, closed or read already"


@pytest.mark.parametrize("digits", [4, 5, 6])
def test_rounded_answers_agree_to_their_digits(digits: int) -> None:
    record = tell()
    given: dict[str, Any] = {
        "steps": [{name: [float(f"{each:.{digits}g}") for each in values]
                   for name, values in record["steps"][0].items()}],
        "dW": [[float(f"{each:.{digits}g}") for each in row] for row in record["dW"]],
        "next": {"dh": [float(f"{each:.{digits}g}") for each in record["next"]["dh"]]},
    }
    right = expecting(given)
    assert right.status == 0
    assert right.err.splitlines()[-1].startswith("dlcalc: agrees to the ")
    given["steps"][0]["di"][0] *= 1.02
    wrong = expecting(given)
    assert wrong.status == 1
    assert wrong.err.splitlines()[-1].startswith("dlcalc: steps[0].di element (0): expected ")
