"""Inputs that users reported, each the first of its kind; others stand by the rooms' own tests."""

import json
import os
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.shell.running import invoke, line_of, run, shell

STEPS = '{"x": [1], "target": [0], "weights": [1]}'

IMAGE = '{"x": [[[1, 2], [3, 4]]], "upstream": [[[1]]]}'

REFUSED = {
    "params --input 224x224 resnet50": "ResNet-50 takes 3, as 3x224x224",
    "grad 'L = sum(b)*w^0.5' w=-1 b='1 2'": "a negative number to a fractional power",
    "grad 'L = sum(b)*ln(w)' w=-1 b='1 2'": "ln(w)",
    "grad 'L = sum(b)*sqrt(w)' w=-1 b='1 2'": "sqrt(w)",
    "grad 'L = sum(b)/w' w=0 b='1 2'": "sum(b)/w",
    """kl --q '{"mean": ["a", [1]], "covariance": 1}' --p 0,1""": "mean of q is ragged",
    f"mlp '{STEPS}' --biases": "weights: expected a matrix a layer",
    """mlp '{"x": [1, 2, 3], "target": 0, "weights": [[[1, 2], [3, 4], [5, 6]]]}'""":
        "its transpose, 2x3, does",
    """mlp '{"x": [1e308], "target": [0], "weights": [[[1e308]]], "output": "sigmoid",
    "loss": "squared_error"}' -f json""": "overflow",
    "params --input 3x8x8 'conv 1e1 3 strid=2'": "conv 10 3 strid=2: unknown option",
    "mults -L 6x6 -F 5 -S 4 --tile 60 --verify": "are too many to run",
    """lstm '{"W": [[1e308, 1e308], [0, 0], [0, 0], [0, 0]], "x": [9], "h0": [9]}' --explain""":
        "overflows on the way",
    "reduce lenet --layer C1 lenet": "lenet",
    "pool -x '1 2; 3 4' -F 2 -P 99999999999999999999": "elements is past the limit",
    "pool -x '1 2; 3 4' -F 1000000000 -P 600000000": "a window of 1,000,000,000,000,000,000",
    "grad 'y = sum(maxpool(x, 2, pad=9999999999))' x='1 2; 3 4'": "elements is past the limit",
    f"step 'input 1x2x2; upsample 99999999999' '{IMAGE}'": "parameters and activations of",
    f"step 'input 1x2x2; avgpool 100000000 pad=60000000' '{IMAGE}'": "a window of",
    "gan --epochs 1e30": "are more than 1,000,000",
    "posterior --plot nowhere/x.svg": "nowhere/x.svg: cannot be written",
}


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: line[:40])
def test_refused_before_anything_is_printed(line: str, tmp_path: Path) -> None:
    done = line_of(f"dlcalc {line}", tmp_path)
    assert (done.status, done.out) == (2, "")
    assert REFUSED[line] in done.err.splitlines()[-1]
    assert not {"Traceback", "NoneType", "ast."} & {*done.err.split()}


ANSWERED = {
    "params --input 3x8x8 'conv 1e1 3' --expect 280": "agrees",
    "kl --q 0,1 --p 0.7,1.1 --expect 0.211013": "agrees to the 6 digits given",
    "grad 'y=relu(x); L=3*y' x=1e-6 --check": "",
    "size -L 3x224x224 -F 7 -S 2 -P 3": "channels are not written: -L 224x224",
    "size -L 32x16 -F 3 -S 2x1 --expect 30x7": "stride of the axes exchanged gives that",
    "conv -x '1 2 3 4 5 6 7' -w '1 1 1' -s 2 --expect '6 9 12 15 18'": "stride left out gives",
    "conv -x '1 2 3 4 5 6 7' -w '1 1 1' -d 2 --expect '6 9 12 15 18'": "dilation left out gives",
    "params --input 8x4x4 'conv 4 3' --fit 0.5 --explain": "",
    "mlp --starts -f json 2>&- | dlcalc mlp --starts --expect -": "agrees",
    "mlp --seed 1 --init xavier -f json | dlcalc mlp --seed 1 --init xavier --expect -": "agrees",
}


@pytest.mark.parametrize("line", ANSWERED, ids=lambda line: line[:40])
def test_answered_with_a_remark(line: str, tmp_path: Path) -> None:
    done = line_of(f"dlcalc {line}", tmp_path)
    assert done.status == int("gives" in ANSWERED[line])
    assert ANSWERED[line] in done.err


def test_a_number_or_a_layer_is_that_and_no_file_or_folder(tmp_path: Path) -> None:
    (tmp_path / "3").write_text("9\n")
    for name in ("5", "1 2", "relu"):
        (tmp_path / name).mkdir()
    for line, answer in (
        ("grad 'L = w^2' w=3 --expect 9", 0), ("grad 'L = w^2' w=./3 --expect 81", 0),
        ("conv -x 5 -w 1 --expect 5", 0), ("conv -x '1 2' -w 1 --expect '1 2'", 0),
        ("params --input 4 relu --expect 0", 0), ("conv -x ./5 -w 1", 2),
    ):
        assert line_of(f"dlcalc {line}", tmp_path).status == answer, line


@pytest.mark.parametrize(("name", "command"), [
    ("bash", "params $m"), ("dash", "params $m"), ("bash", "reduce $m --layer 1"),
    ("bash", "mults dcgan"), ("bash", "examples E1"),
])
def test_a_loop_over_models_loses_none(name: str, command: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name}")
    loop = f"printf '%s\\n' lenet alexnet vgg16 | while read m; do dlcalc {command}; echo =$m; done"
    (tmp_path / "loop").write_text(loop)
    done = shell(f"{name} loop 2>&-", cwd=tmp_path)
    assert [line for line in done.out.splitlines() if line.startswith("=")] == [
        "=lenet", "=alexnet", "=vgg16"
    ]


CELL = '{"W": [[1, 2], [0, 1], [1, 0]], "x": [1], "dh": [1]}'


@pytest.mark.parametrize("line", [
    "size -L 32 -F 5", "size -F 5 -O 5 --solve input", "conv -x '1 2' -w 1", "pool -x '1 2' -F 2",
    "kl --q 0,1 --p 1,1", "kl --q 0,1 --p 1,1 --gradients --check", "mults -L 4 -F 5",
    "params lenet alexnet", "params lenet --compare alexnet", "grad 'y = x^2' x=2",
    f"gru '{CELL}'", "diagnose --train-error 2% --test-error 3%", "quiz conv",
    "check '[{\"command\": \"kl --q 0,1 --p 1,1\", \"answer\": 0.5}]'",
    "step 'input 1; tanh' '{\"x\": [1], \"upstream\": [1]}'",
])
def test_what_operands_hold_is_not_looked_for_on_standard_input(line: str, tmp_path: Path) -> None:
    (tmp_path / "loop").write_text("1\n2\n")
    with (tmp_path / "loop").open() as file:
        assert run(*shlex.split(line), stdin=file).status == 0
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0


def test_the_way_of_standard_input_does_not_matter() -> None:
    layers = "input 1x8x8\nconv 2 3\n"
    for place in ("-", "/dev/stdin"):
        assert run("params", place, "--expect", "20", stdin=layers).status == 0


def test_weights_that_were_drawn_stand_in_json() -> None:
    drawn = json.loads(invoke("mlp", "--seed", "1", "--init", "xavier", "-f", "json").out)
    shapes = [np.shape(each) for each in drawn["parameters"]["weights"]]
    assert shapes == [(2, 2), (2, 2)]


def test_the_working_of_gradients_names_every_element() -> None:
    words = ["conv", "-x", "1 2 3; 4 5 6; 7 8 9", "-w", "1 1; 1 1", "--upstream", "1 2; 3 4"]
    assert "more element" not in invoke(*words, "--explain").out
    assert "dw(0,1) = 1·2 + 2·3 + 3·5 + 4·6 = 47" in invoke(*words, "--at", "dw:0,1").out


@pytest.mark.parametrize(("numbers", "kind"), [
    ("18446744073709551615 1", "uint64"), ("-9223372036854775808 1", "int64"),
    ("9223372036854775808 -1", ""),
])
def test_whole_numbers_are_saved_whole(numbers: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "y.npy"
    done = invoke("conv", "-x", numbers, "-w", "1", "--save", str(path))
    if not kind:
        assert "whole numbers beyond 64 bits" in done.complaint
        return
    saved = np.load(path)
    assert (saved.dtype, saved.tolist()) == (kind, [int(each) for each in numbers.split()])


def test_a_request_of_the_shell_without_its_words() -> None:
    done = run(env={"_DLCALC_COMPLETE": "bash_complete"})
    assert (done.status, done.out) == (2, "")
    assert "_DLCALC_COMPLETE is set" in done.complaint


STEP = {"x": [2], "target": [1], "loss": "mse", "optimizer": {"type": "adam"},
        "parameters": {"linear1.weight": [[3]], "linear1.bias": [0]}}


@pytest.mark.parametrize(("field", "value", "said"), [
    ("parameters", 5, "parameters is a number, where an object with names belongs"),
    ("optimizer", [5], "optimizer is a list, where an object"),
    ("optimizer", {"type": "adam", "state": 4}, "state is a number, where an object"),
    ("optimizer", {"type": "adam", "state": {"exp_avg": 5}}, "state: exp_avg is a number, where"),
    ("optimizer", {"type": "adam", "state": {"step": "a"}}, "state: step is 'a', no whole number"),
    ("optimizer", {"type": "nadam", "state": {"mu_product": "a"}}, "mu_product holds text"),
    ("masks", {"drop": [1]}, "masks: the model has no drop"), ("masks", [1], "masks is a list"),
    ("loss", {"a": "mse"}, "loss is {'a': 'mse'}, where a name belongs"), ("mode", 5, "mode is 5"),
])
def test_a_field_of_another_kind(field: str, value: object, said: str) -> None:
    data = json.dumps({**STEP, field: value})
    assert said in invoke("step", "input 1; linear 1", data).complaint


@pytest.mark.parametrize("names", [5, None, [{}]])
def test_names_of_another_kind(names: object) -> None:
    network = {"x": [1], "target": [0], "weights": [[[2]]], "output": "identity", "freeze": names}
    assert "freeze is " in invoke("mlp", json.dumps(network)).complaint


def test_numpy_that_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('libblas.so: cannot open')\n")
    done = run("conv", "-x", "1 2", "-w", "1", env={"PYTHONPATH": str(tmp_path)})
    assert done.status == 2
    assert done.complaint == "a library cannot be imported: libblas.so: cannot open"
