"""Results in a session and in a notebook: short, whole, typeset, explained, and as data."""

import copy
import json
import pickle
import shlex
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import dlcalc
from tests.output.test_html import Page
from tests.shell.running import invoke

LSTM = {"W": [[1, 2], [0, 1], [1, 0], [2, 1]], "x": [[1], [-1]], "dh": [1]}
GRU = {"W": [[1, 2], [0, 1], [1, 0]], "x": [[1], [-1]], "dh": [1]}
RESULTS: dict[str, Callable[[], Any]] = {
    "size -L 32 -F 5": lambda: dlcalc.size(32, 5),
    "conv -x '1 2; 3 4' -w '1 1' -p 1": lambda: dlcalc.conv([[1, 2], [3, 4]], [[1, 1]], pad=1),
    "size -L 32 -F 5 -S 2 -O 16 --solve pad":
        lambda: dlcalc.size(32, 5, 2, output=16, solve="pad"),
    "pool -x '1 2 3' -F 2": lambda: dlcalc.pool([1, 2, 3], 2),
    "pool -x '1 2 3' -F 2 -P 1 --kind avg": lambda: dlcalc.pool([1, 2, 3], 2, pad=1, kind="avg"),
    "kl --q 1,1 --p 0,1": lambda: dlcalc.kl((1, 1), (0, 1)),
    "grad 'L = w*x' w=1 x=2": lambda: dlcalc.grad("L = w*x", {"w": 1, "x": 2}),
    "mlp": lambda: dlcalc.mlp([1, 2], 0, [[[1, 2], [3, 4]]]),
    "vae": lambda: dlcalc.vae([0, 1], [[1, 0]], [[1, 0]], [[[1], [1]]], noise=[0.5]),
    f"lstm '{json.dumps(LSTM)}'": lambda: dlcalc.lstm(**LSTM),
    f"gru '{json.dumps(GRU)}'": lambda: dlcalc.gru(**GRU),
    "posterior": lambda: dlcalc.posterior([0.5, 0.5], [-1, 1], [1, 1], starts=0),
    "diagnose --train-error 0.02 --test-error 0.2": lambda: dlcalc.diagnose(0.02, 0.2),
    "mults -L 4 -F 5": lambda: dlcalc.mults(4, 5),
    "reduce lenet --layer C1": lambda: dlcalc.reduce("lenet", "C1"),
    "params lenet": lambda: dlcalc.params("lenet"),
    "params lenet --batch 8 --dtype half": lambda: dlcalc.params("lenet", batch=8, dtype="half"),
    "params lenet --as torchinfo": lambda: dlcalc.params("lenet", counter="torchinfo"),
    "params lenet --as fvcore --batch 8 --dtype half":
        lambda: dlcalc.params("lenet", counter="fvcore", batch=8, dtype="half"),
    "params lenet --compare alexnet": lambda: dlcalc.params("lenet", compare="alexnet"),
}
WITHOUT_OPERANDS = {"mlp", "vae", "posterior"}


@pytest.mark.parametrize("line", RESULTS)
def test_a_result_shows_itself(line: str) -> None:
    result = RESULTS[line]()
    assert repr(result).startswith(f"{type(result).__name__}(")
    assert len(repr(result)) < 300
    assert "=" in result.explain()
    assert "<table" in result._repr_html_() or "<p" in result._repr_html_()
    Page(result._repr_html_())
    assert result._repr_latex_()
    record = json.loads(json.dumps(result.to_dict()))
    if line not in WITHOUT_OPERANDS:
        assert str(result) + "\n" == invoke(*shlex.split(line)).out
        assert record == json.loads(invoke(*shlex.split(line), "-f", "json").out)


SHEET = [{"command": "size -L 32 -F 5", "answer": 29}]


@pytest.mark.parametrize(("line", "call"), [
    (f"check '{json.dumps(SHEET)}'", lambda: dlcalc.check(SHEET)),
    ("quiz conv --seed 7 --answer", lambda: dlcalc.quiz("conv", 7)),
])
def test_grades_and_questions_are_results_like_all_others(
    line: str, call: Callable[[], Any]
) -> None:
    result = call()
    record = json.loads(invoke(*shlex.split(line), "-f", "json").out)
    assert result.to_dict() == {name: record[name] for name in record if name != "working"}
    printed = invoke(*shlex.split(line)).out
    assert all(each in printed for each in (*str(result).split("\n"), result.explain()))
    assert "<" in result._repr_html_()
    assert str(pickle.loads(pickle.dumps(result))) == str(result)


RECORDS: dict[str, dict[str, Any]] = {
    "lstm": LSTM,
    "gru": GRU,
    "rnn": {"W": [[0.5, 1]], "x": [1], "dh": [1]},
    "mlp": {"x": [1, 2], "target": 0, "weights": [[[1, 2], [3, 4]]]},
    "vae": {"x": [0.3, 0.7], "noise": [0.5], "mu": [[1, 2]], "sigma": [[0, 1]],
            "decoder": [[[1], [2]]]},
    "posterior": {"weights": [0.5, 0.5], "means": [-3, 3], "covariances": [1, 1]},
}
STEP = {"x": [[[1, 2, 3, 4]] * 4], "target": [1], "loss": "mse", "optimizer": "adam", "steps": 3}
PICKLED: dict[str, Callable[[], Any]] = {
    **{name: partial(getattr(dlcalc, name), each) for name, each in RECORDS.items()},
    "step": lambda: dlcalc.step(
        "input 1x4x4; conv 2 3; batchnorm; relu; flatten; linear 1", STEP, init="he", seed=4
    ),
    "step as keras": lambda: dlcalc.step(
        "input 2; linear 2; hard_sigmoid", [1, 2], [0, 1], loss="mse", init="he", framework="keras"
    ),
    "grad of numbers": lambda: dlcalc.grad("L = (w*x - 1)^2", {"w": 3, "x": 2}),
    "grad of arrays": lambda: dlcalc.grad("y = sum(relu(W@x))", {"W": [[1, -2.5]], "x": [0, 0]}),
    "grad as flax": lambda: dlcalc.grad("y = abs(x)", {"x": 0}, framework="flax"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_function_takes_the_record_that_its_command_reads(name: str) -> None:
    printed = json.loads(invoke(name, json.dumps(RECORDS[name]), "-f", "json").out)
    assert json.loads(json.dumps(getattr(dlcalc, name)(RECORDS[name]).to_dict())) == printed


@pytest.mark.parametrize("name", PICKLED)
def test_a_result_goes_through_pickle(name: str) -> None:
    result = PICKLED[name]()
    again = pickle.loads(pickle.dumps(result))
    assert str(again) == str(result)
    assert again.to_dict() == result.to_dict()
    assert again.explain() == result.explain()
    if not name.startswith("grad"):
        assert again != result  # each is itself alone
        assert copy.copy(result) != result


def test_a_model_that_has_run_goes_through_pickle() -> None:
    model = dlcalc.model("input 2; linear 1; relu")
    dlcalc.step(model, [1, 2], [1], loss="mse", init="he")
    assert str(dlcalc.params(pickle.loads(pickle.dumps(model)))) == str(dlcalc.params(model))


def test_kl_takes_the_record_of_a_line() -> None:
    assert dlcalc.kl({"q": (1, 1), "p": (0, 1)}).kl == 0.5
    with pytest.raises(dlcalc.InputError, match="between two"):
        dlcalc.kl((1, 1))
    assert dlcalc.kl({"q": "1,1", "p": (0, 1)}).kl == dlcalc.kl("1,1", "0,1").kl == 0.5
    with pytest.raises(dlcalc.FileError, match="p: x: no such file"):
        dlcalc.kl("1,1", "x")


@pytest.mark.parametrize(("name", "given", "complaint"), [
    ("grad", ["y = x^2", [3]], "a mapping of names"),
    ("grad", [3], "equations: a text or a list of texts is wanted"),
    ("grad", ["y = x^2", {"x": 1}, 3], "of and wrt: names are wanted"),
    ("params", [3], "3 is no model"),
    ("params", [["conv 6 5", 3]], "3 is no model"),
    ("step", [3, {"x": [1]}], "3 is no model"),
    ("diagnose", [[1], [2]], "training error: .1. is no rate: .*; a learning curve is given as"),
    ("diagnose", [0.1, 10**400], "test error: 1000.* is no rate"),
    ("gan", [[[1], [2, 3]]], "data is ragged"),
    ("gan", [np.ones((2, 2), complex)], "data holds complex"),
    ("gan", [np.array([["a"]])], "data holds"),
    ("quiz", [[3]], "no problems of"),
    ("quiz", ["conv", "a"], "seed 'a' is not a whole number"), ("quiz", ["kl", -1], "seed -1 is"),
    ("grad", ["gru_step"], "an equation is NAME = EXPRESSION"),
    ("check", [b"x"], "a sheet is text, or a list"),
    ("size", [32, 5, 1, "1:x"], "'1:x' is no padding: write 1, 1x2, 1:2"),
])
def test_values_of_another_kind_are_refused(name: str, given: list[Any], complaint: str) -> None:
    options = {"of": given.pop()} if name == "grad" and len(given) == 3 else {}
    with pytest.raises(dlcalc.InputError, match=complaint):
        getattr(dlcalc, name)(*given, **options)


@pytest.mark.parametrize("value", ["x", None, [1], 1j, 10**400, True])
@pytest.mark.parametrize("name", ["learning_rate", "momentum"])
def test_a_rate_of_gan_is_a_number(name: str, value: Any) -> None:
    with pytest.raises(dlcalc.InputError, match=name):
        dlcalc.gan(epochs=1, **{name: value})


@pytest.mark.parametrize("value", [[], np.ones((2, 2)), 2.5, "x"])
@pytest.mark.parametrize(("name", "given", "option"), [
    ("pool", ([[1, 2], [3, 4]], 2), "framework"), ("params", ("lenet",), "layer"),
    ("params", ("lenet",), "counter"), ("params", ("lenet",), "dtype"),
    ("params", ("lenet",), "recipe"), ("params", ("lenet",), "lora"),
    ("params", ("lenet",), "optimizer"), ("reduce", ("lenet",), "layer"),
    ("rnn", ([[1, 1]], [1]), "activation"), ("rnn", ([[1, 1]], [1]), "nonlinearity"),
    ("step", ("input 1; linear 1", {"x": [1], "upstream": [1]}), "parameters"),
    ("posterior", ([1], [0], [1]), "seed"), ("posterior", ([1], [0], [1]), "starts"),
    ("step", ("input 1; relu", {"x": [1], "upstream": [1]}), "framework"),
])
def test_options_of_another_kind_are_refused(
    name: str, given: tuple[Any, ...], option: str, value: Any
) -> None:
    with pytest.raises(dlcalc.InputError):
        getattr(dlcalc, name)(*given, **{option: value})


def test_what_functions_do_not_know_is_told_as_commands_tell_it() -> None:
    with pytest.raises(dlcalc.InputError, match=r"unknown parameter 'seeed'; did you mean seed\?"):
        dlcalc.gan(epochs=1, seeed=3)
    for changes in (3, [3]):
        with pytest.raises(dlcalc.InputError, match=r"set: .*3.*: write {'C1.kernel': 4} or"):
            dlcalc.params("lenet", set=changes)  # type: ignore[arg-type]


def test_functions_take_what_commands_take() -> None:
    counts = [dlcalc.params("lenet", set=each).params
              for each in ({"C1.kernel": 4}, "C1.kernel=4", ["C1.kernel=4"])]
    assert counts == [61652] * 3
    attention = json.loads(invoke("grad", "attention", "-f", "json").out)
    assert json.loads(json.dumps(dlcalc.grad("attention").to_dict())) == attention
    curve = "epoch,train_error,test_error\n1,0.3,0.3\n2,0.02,0.2\n"
    assert dlcalc.diagnose(curve=curve).diagnosis == "variance"
    assert dlcalc.size("32x32", "5", pad=2).output == (32, 32)
    assert dlcalc.size(32, 5, pad="1:2").output == 31
    assert dlcalc.mults("4x4", 5).total == dlcalc.mults((4, 4), 5).total
    assert dlcalc.conv("1 2; 3 4", "1 1").output.tolist() == [[3], [7]]
    assert dlcalc.pool("1 2; 3 4", "2x1").output.tolist() == [[3, 4]]
    assert dlcalc.check([{"command": "size -L 32 -F 5", "answer": 28}]).points == 1
    record = {"x": [1, 2], "target": [0], "loss": "mse", "parameters": {
        "linear1.weight": [[1, 1]], "linear1.bias": [0]}}
    assert dlcalc.step("input 2; linear 1", record).loss == 9
    layers = dlcalc.params("lenet").layers
    assert layers["C1"].params == layers[0].params == 156
    looked_for: list[object] = ["C1", layers[0], "C2"]
    assert [each in layers for each in looked_for] == [True, True, False]
    assert repr(layers["C1"]) == "Row(C1: conv 1x32x32 → 6x28x28, params=156, macs=117600)"
    with pytest.raises(dlcalc.InputError, match="no layer C2; known: C1"):
        layers["C2"]
    assert dlcalc.diagnose("2%", "20%").diagnosis == "variance"


def test_a_record_gives_way_to_options_and_is_checked_by_name() -> None:
    net, record = "input 1; linear 1 bias=no", {
        "x": [2], "target": [0], "loss": "mse", "parameters": {"linear1.weight": [[3]]}}
    assert dlcalc.step(net, record, loss="l1").loss == 6
    with pytest.raises(dlcalc.InputError, match="unknown field 'y'"):
        dlcalc.step(net, {**record, "y": [0]})
    with pytest.raises(dlcalc.InputError, match="'x' is missing"):
        dlcalc.step(net, {"target": [0]})


@pytest.mark.parametrize(("command", "field"), [
    ("mlp", "target"), ("vae", "mu"), ("posterior", "means"), ("step", "x"),
])
def test_an_array_alone_is_told_which_field_is_missing(command: str, field: str) -> None:
    given: Any = "input 2; tanh" if command == "step" else [0.5, 0.5]
    with pytest.raises(dlcalc.InputError, match=f"field '{field}' is missing"):
        getattr(dlcalc, command)(given)
    with pytest.raises(TypeError, match="but 40 were given"):
        getattr(dlcalc, command)(*[given] * 40)


def test_errors_are_names_of_the_package() -> None:
    with pytest.raises(dlcalc.InputError):
        dlcalc.size(3, 5, stride=0)
    assert "InputError" in dir(dlcalc)
