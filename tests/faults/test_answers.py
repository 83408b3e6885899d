"""Answers in a form that the result does not have: one line, and no fault of dlcalc's own."""

import json
import shlex
from pathlib import Path

import pytest

from tests.shell.running import invoke

MLP = "mlp '{\"x\": [1, 2], \"target\": 0, \"weights\": [[[1, 2], [3, 4]]]}'"
LRN = "step 'input 1x4; lrn; conv 1 2; flatten; linear 2' '{\"x\": [[1, 2, 3, 4]], \"target\": 1"
LRN += ", \"loss\": \"cross_entropy\"}' --init uniform"


@pytest.mark.parametrize(("line", "said"), [
    (f"{LRN} --expect '{{\"layers\": null}}'", "layers is a list of 4 objects"),
    (f"{LRN} --expect '{{\"gradients\": 1, \"conv1.bias\": 2}}'", "gradients is given by"),
    (f"{LRN} --expect '{{\"linear1.weight\": 1}}'", "expected a single number, has the shape 2x3"),
    (f"{LRN} --expect '{{\"layers\": [{{\"name\": [1]}}]}}'", "an empty object: give any"),
    (f"{MLP} --expect '{{\"gradients.weights\": 3}}'", "gradients.weights is a list; what is"),
    (f"{MLP} --expect '{{\"gradients\": null, \"dJ/dw1\": 9}}'", "expected 9, is -0.99"),
    (f"{MLP} --expect '{{\"gradients\": 3, \"dJ/dw1\": 9}}'", "gradients is given by a name"),
    ("size -L 6 -F 6 --transposed --expect '{\"remainder\": 1}'", "remainder: expected 1, is 0"),
    ("grad 'y = floor(x)*x' x=2.5 --expect 6.25", "expected 6.25, is 5 = ⌊x⌋·x = ⌊2.5⌋·2.5"),
    ("grad 'L = sum(x*x)' 'x=1 2' --at gradients.L",
     "--at gradients.L: gradients.L has parts: say which, as gradients.L.x"),
    ("kl --q 1,1 --p 0,1 --expect '{\"kl\": [1, [2]]}'", "kl: numbers and lists side by side"),
    ("diagnose --expect '[{\"why\": \"bias\"}]'", "an object is expected, where text belongs"),
    ("grad 'y = exp(' x=1", "line 1, column 9: found the end after '('"),
    ("pool -x '1 2' -F 2 --at dx", "--at dx: the result has no field 'dx'"),
])
def test_an_answer_in_another_form_is_refused(line: str, said: str) -> None:
    done = invoke(*shlex.split(line))
    assert done.status
    assert said in done.complaint


@pytest.mark.parametrize("name", ["28.npy", "28.npz"])
@pytest.mark.parametrize("text", ["28\n", "[28]", '{"output": 28}', "28x28"])
def test_text_under_the_name_of_a_file_of_numpys_is_no_answer(
    name: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(text)
    done = invoke("size", "-L", "32", "-F", "5", "--expect", str(file))
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(f"--expect: {file}: not an {file.suffix} file")


@pytest.mark.parametrize("line", ["pool -F 1 -x", "mlp", "lstm", "posterior", "models"])
def test_an_empty_operand_is_none_and_not_standard_input(line: str) -> None:
    done = invoke(*line.split(), "", stdin="5")
    assert (done.status, done.out) == (2, "")
    assert "''" in done.complaint


def test_of_a_long_wrong_answer_the_beginning_is_shown() -> None:
    answer = json.dumps({"diagnosis": "bias " * 1000})
    done = invoke("diagnose", "--train-error", "2%", "--test-error", "20%", "--expect", answer)
    assert done.status == 1
    assert done.complaint.startswith("diagnosis: expected bias bias ")
    assert len(done.complaint) < 700
