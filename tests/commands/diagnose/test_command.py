"""`dlcalc diagnose` as its users type it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shell.running import environment, invoke, run

CURVE = "epoch,train_error,test_error\n1,0.3,0.3\n2,0.1,0.2\n3,0,0.3\n"


@pytest.mark.parametrize(
    ("line", "diagnosis"),
    [
        ("--train-error 0.02 --test-error 0.2", "variance"),
        ("--train-error 15% --test-error 16% --target 2%", "bias"),
        ("--train-error 0.15 --test-error 0.3", "both"),
        ("--train-error 0.01 --test-error 0.02", "neither"),
        ("--train-error 1 --test-error 9 --target 2", "variance"),
    ],
)
def test_diagnosis(line: str, diagnosis: str) -> None:
    done = invoke("diagnose", *line.split(), "-f", "json")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["diagnosis"] == diagnosis


def test_acceptable_training_error_and_large_test_error() -> None:
    record = json.loads(run("diagnose", "-f", "json").out)
    assert record["diagnosis"] == "variance"
    assert record["gap"] == pytest.approx(0.18)
    found = {each["remedy"]: each["helps"] for each in record["remedies"]}
    assert list(found.items())[:6] == [
        ("more examples", "yes"),
        ("fewer features", "yes"),
        ("more features", "no"),
        ("another optimiser (RMSprop, Adam)", "no"),
        ("Newton's method", "no"),
        ("smaller λ (less regularisation)", "no"),
    ]
    assert found["an SVM (support vector machine)"] == "maybe"
    text = invoke("diagnose").out
    assert "variance: above the target by 0.15: bias 0.02 − 0.05 = −0.03, variance" in text
    for each in record["remedies"]:
        assert each["why"] in text


def test_no_numpy_is_loaded() -> None:
    words = ["-X", "importtime", "-m", "dlcalc", "diagnose", "--train-error", "0.02"]
    done = subprocess.run(
        [sys.executable, *words, "--test-error", "0.2", "-f", "json"], capture_output=True,
        env=environment(), check=True, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert b"dlcalc.shell.runner" in done.stderr
    assert b"numpy" not in done.stderr


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_learning_curve_from_a_file_or_stdin(separator: str, tmp_path: Path) -> None:
    (tmp_path / "curve.csv").write_text(CURVE.replace(",", separator))
    from_file = invoke("diagnose", "--curve", str(tmp_path / "curve.csv"), "-f", "json")
    from_stdin = invoke("diagnose", "-f", "json", stdin=CURVE.replace("epoch,", " Epoch ,"))
    assert from_file.out == from_stdin.out
    record = json.loads(from_file.out)
    assert record["findings"] == [
        "the test error was least at epoch 2, 0.2, and is 0.3 at the last, 3"
    ]
    helps = {each["remedy"]: each["helps"] for each in record["remedies"]}
    assert (helps["early stopping"], helps["more epochs"]) == ("yes", "no")


def test_cells_in_quotes_hold_commas_and_hashes() -> None:
    plain = "epoch,train_error,test_error\n1,0.3,0.4\n2,0.1,0.2\n"
    noted = 'epoch,note,train_error,"test_error"\n1,"a, 0.9 # x","0.3",0.4 # last\n2,b,0.1,0.2\n'
    outs = [invoke("diagnose", "-f", "json", stdin=text).out for text in (plain, noted)]
    assert outs[0] == outs[1] != ""
    done = invoke("diagnose", stdin='epoch,"train_error,test_error\n')
    assert (done.status, done.out) == (2, "")
    assert "line 1: not CSV: its quote is not closed" in done.complaint


def test_the_columns_of_a_log_of_keras_are_known() -> None:
    log = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.1,3,0.1,3\n1,0.2,1,0.1,2\n"
    record = json.loads(invoke("diagnose", "--target", "0.5", "-f", "json", stdin=log).out)
    assert (record["train_error"], record["test_error"], record["diagnosis"]) == (1, 2, "both")


@pytest.mark.parametrize(
    ("words", "stdin", "complaint"),
    [
        ("--train-error 0.2", "", "test error: none given; a training and a test error are needed"),
        ("--train-error x", "",
         "invalid value for '--train-error': 'x' is no rate: write 0.02 or 2%"),
        ("--train-error 0.1 --test-error -1", "",
         "invalid value for '--test-error': -1 is below 0"),
        ("--train-error 1e400 --test-error 1", "",
         "invalid value for '--train-error': '1e400' is no rate: write 0.02 or 2%"),
        ("--train-error 2 --test-error 20%", "",
         "training error: 2 is above 1, so it is no rate: write 2% if it is a percentage, "
         "and of a loss give the target too"),
        ("--train-error 2% --test-error 120%", "",
         "invalid value for '--test-error': 120% is above 100%"),
        ("", CURVE.replace("0.2", "200%"), "standard input: line 3: 200% is above 100%"),
        ("--train-error 0.1 --curve -", CURVE, "errors: give them, or a learning curve, not both"),
        ("", "epoch,train_error\n1,0.3\n",
         "standard input: line 1: header 'epoch,train_error': expected "
         "examples,train_error,test_error (or epoch in place of examples)"),
        ("", CURVE + "4,x,0.1\n", "standard input: line 5: 'x' is not a number"),
        ("", CURVE + "4,0.1\n", "standard input: line 5: 2 cells, where the header has more"),
        ("", CURVE + "3,0.1,0.1\n", "learning curve: row 4: epochs 3 after 3; they must rise"),
        ("", "epoch,train,test,loss,test_loss\n", "standard input: line 1: two columns of the "
         "kind test"),
        ("", "epoch,train,test\n1,0,NaN\n2,0,0\n",
         "standard input: line 2: NaN is not a finite number; --allow-nonfinite lets it in"),
    ],
)  # fmt: skip
def test_refuses(words: str, stdin: str, complaint: str) -> None:
    done = invoke("diagnose", *words.split(), stdin=stdin)
    assert (done.status, done.out) == (2, "")
    assert done.complaint == complaint


def test_expect_names_the_first_number_that_differs() -> None:
    words = ["diagnose", "--train-error", "0.2", "--test-error", "0.3"]
    done = invoke(*words, "--expect", '{"gap": 0.2, "diagnosis": "variance"}')
    assert done.status == 1
    assert done.complaint.startswith("gap: expected 0.2, is 0.1 = test − train = 0.3 − 0.2")
    slips = (("gap", 0.25, "excess in place of gap"), ("bias", -0.15, "a wrong sign"))
    for part, wrong, slip in slips:
        said = invoke(*words, "--expect", json.dumps({part: wrong})).complaint
        assert said.endswith(f"; {slip} gives that"), said
    assert invoke(*words, "--expect", "both").status == 0
    done = invoke(*words, "--expect", "variance")
    assert done.status == 1
    assert done.complaint.startswith("diagnosis: expected variance, is both (above the target")


def test_percentages_in_a_curve_and_the_training_error_of_one_that_is_biased() -> None:
    curve = "epoch,train_error,test_error\n1,40%,42%\n2,30%,32%\n3,25%,26%\n"
    record = json.loads(invoke("diagnose", "-f", "json", stdin=curve).out)
    assert (record["diagnosis"], record["train_error"]) == ("bias", 0.25)
    [more] = [each for each in record["remedies"] if each["remedy"] == "more epochs"]
    why = "the training error still falls, 0.3 at epoch 2 and 0.25 at 3"
    assert (more["helps"], more["why"]) == ("yes", why)
    rested = invoke("diagnose", "-f", "csv", stdin=curve.replace("25%", "30%")).out
    assert "\nmore epochs,no,\"the training error has levelled off" in rested


def test_explain_weighs_both_parts() -> None:
    done = invoke("diagnose", "--train-error", "0.02", "--test-error", "0.2", "--explain")
    assert "gap = test − train = 0.2 − 0.02 = 0.18   (the variance" in done.out
    assert "share_gap = gap/excess = 0.18/0.15 = 1.2   (it counts, from 0.25 on)" in done.out
    assert "share_bias = bias/excess = (−0.03)/0.15 = −0.2   (it does not count" in done.out


def test_a_curve_of_losses_wants_a_target() -> None:
    losses = "epoch,train_loss,val_loss\n1,0.3,0.3\n2,0.1,0.2\n"
    refused = invoke("diagnose", "--curve", losses)
    assert (refused.status, refused.out) == (2, "")
    assert "target: the curve holds losses" in refused.err
    assert invoke("diagnose", "--curve", losses, "--target", "0.05").status == 0
    assert invoke("diagnose", "--curve", losses.replace("_loss", "_error")).status == 0


def test_remedies_are_graded_by_their_names() -> None:
    words = ("diagnose", "--train-error", "2%", "--test-error", "20%", "--expect")
    right = {"more examples": "yes", "fewer features": "yes", "more features": "no"}
    assert invoke(*words, json.dumps(right)).status == 0
    assert invoke(*words, json.dumps({"remedies": right})).status == 0
    wrong = invoke(*words, json.dumps({**right, "more features": "yes"}))
    assert wrong.complaint.startswith(
        "remedies[2].helps: expected yes, is no (more features: more weights give more room"
    )
    missing = invoke(*words, '{"remedies": {"more exampels": "no"}}')
    assert (missing.status, missing.out) == (2, "")
    assert "no field 'more exampels'; did you mean more examples" in missing.complaint
