"""What each framework gave, case by case, computed from dlcalc's own functions and the facts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.conventions.models import framed
from dlcalc.conventions.tables import ask
from dlcalc.conventions.training import optimisers_of
from dlcalc.errors import InputError
from dlcalc.layers.optimisers import optimiser
from dlcalc.layers.table import find
from dlcalc.models.count import params
from dlcalc.models.reading import model
from tests.conventions.reference import reference
from tests.shell.running import ROOT, invoke

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
    if "adaptive" in case:
        row = np.reshape(case["x"], (1, -1))
        size = case["adaptive"]
        return np.ravel(run(
            framework, f"adaptivepool {size} kind={case['kind']}", row, row.shape,
            upstream=np.ones((1, size)),
        ).output)
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


def run(framework: str, layer: str, x: Any, shape: Any, **given: Any) -> Any:
    """One layer on x, of that shape, with ones and zeros for parameters."""
    values = np.reshape(x, shape).astype(float)
    sizes = "x".join(map(str, given.pop("input", shape)))
    upstream = given.pop("upstream", np.ones(shape))
    return dlcalc.step(
        f"input {sizes}; l: {layer}", values, upstream=upstream, framework=framework, **given
    )


def norm(framework: str, case: Case) -> Any:
    n, type = len(case["x"]), case["layer"].split()[0]
    shape = {"groupnorm": (n, 1), "instancenorm": (1, n), "batchnorm": (n, 1)}.get(type, (n,))
    held = 1 if type == "batchnorm" else n
    parameters = {} if type == "instancenorm" else {
        "l.weight": [1] * held, **({"l.bias": [0] * held} if type != "rmsnorm" else {})
    }
    more = {"input": (1,)} if type == "batchnorm" else {}
    return np.ravel(
        run(framework, case["layer"], case["x"], shape, parameters=parameters, **more).output
    )


def defaults(framework: str, case: Case) -> Case:
    type = case["layer"].split()[0]
    eps, of = (ask(framework, "norms", fact) for fact in (f"eps of {type}", "momentum is of"))
    momentum = float(ask(framework, "norms", "momentum of batchnorm"))
    return {
        "eps": eps if "epsilon" in eps else float(eps), "momentum": momentum, "momentum_is_of": of,
    }


def running(framework: str, case: Case) -> Any:
    found = run(
        framework, "batchnorm", case["x"], (2, 1), input=(1,),
        parameters={"l.weight": [1], "l.bias": [0]},
    ).updated
    return np.concatenate([found["l.running_mean"], found["l.running_var"]])


def activation(framework: str, case: Case) -> Any:
    name, _, form = case["function"].partition(" ")
    framework = "flax" if form == "tanh" else framework
    if find(name) is None:  # a function of equations alone
        return dlcalc.grad(
            f"y = {name}(x); L = sum(y)", {"x": case["x"]}, framework=framework
        ).values["y"]
    return run(framework, name, case["x"], (len(case["x"]),), init="zeros").output


def lrn(framework: str, case: Case) -> Any:
    layer = "lrn {size} alpha={alpha} beta={beta} k={k}".format(**case)
    return np.ravel(run(framework, layer, case["x"], (len(case["x"]), 1)).output)


CALLS = {
    "clip": "clip(x, 0, 1)", "max of two": "max(a, b)", "min of two": "min(a, b)",
    "maxpool": "maxpool(x, 2)[0]",
}
"""Functions that are called otherwise than by their name and x."""


def slope(framework: str, case: Case) -> Any:
    """The slope that equations have, which is that of a layer where there is one."""
    name = case["function"]
    call = CALLS.get(name, f"{name}(x)")
    values = dict(zip("ab", case["x"], strict=True)) if "(a" in call else {"x": case["x"]}
    found = dlcalc.grad(
        f"y = {call}", values, framework=framework, allow_nonfinite=True
    ).gradients["y"]
    derived = [found[each] for each in values] if "(a" in call else found["x"]
    if find(name) is not None and "kernel" not in case:
        step = run(framework, name, case["x"], (1,), init="zeros").gradients["x"][0]
        assert step == pytest.approx(derived)
    return np.asarray(derived, float)


def optimizer_step(framework: str, case: Case) -> Any:
    """Two steps of a linear layer whose weight has the wanted gradient."""
    kind, *words = case["optimizer"].split()
    options = {key: each == "yes" or float(each) for key, each in (w.split("=") for w in words)}
    if betas := [options.pop(key) for key in ("beta1", "beta2") if key in options]:
        options["betas"] = [*betas, *[0.999][len(betas) - 1 :]]
    optimizer = {"type": kind, **options, **({"lr": case["lr"]} if "lr" in case else {})}
    weight, found = [[w] for w in case["w"]], []
    for g in case["g"]:
        made = dlcalc.step(
            f"input 1; l: linear {len(weight)} bias=no", [1.0], upstream=g, optimizer=optimizer,
            parameters={"l.weight": weight}, framework=framework,
        )
        weight, optimizer = made.updated["l.weight"].tolist(), {**optimizer, "state": made.state}
        found.append([w for [w] in weight])
    return found


ASKED: dict[str, Callable[[str, Case], Any]] = {
    "padding": padding, "size": size, "conv": conv, "conv_transpose": conv_transpose,
    "pool": pool, "params": counted, "lstm_layout": layout, "gru_layout": layout,
    "rnn_layout": layout, "norm": norm, "batchnorm_running": running,
    "norm_eps_default": defaults, "activation": activation, "slope": slope, "lrn": lrn,
    "optimizer_step": optimizer_step,
}


def rows() -> dict[tuple[str, str], list[Case]]:
    found: dict[tuple[str, str], list[Case]] = {}
    for row in reference()["frameworks"]:
        if row["op"] != "step":  # of which test_cells.py is
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
        if row["op"] in ("optimizer_step", "batchnorm_running"):
            wanted = wanted["w"] if "w" in wanted else [
                *wanted["running_mean"], *wanted["running_var"]
            ]
        if isinstance(wanted, dict):
            assert {key: got[key] for key in wanted} == wanted, row
            continue
        # The running variance of flax is a float32, whatever the row says.
        single = "precision" in row or row["op"] == "batchnorm_running"
        wanted = np.array(wanted, float)  # nan and inf are strings
        tolerance = 1e-5 if single else 1e-9
        scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=0)
        assert np.shape(got) == np.shape(wanted), row
        assert np.allclose(got, wanted, rtol=0, atol=tolerance * scale, equal_nan=True), row


def test_the_commands_take_a_framework() -> None:
    words = "size -L 8 -F 3 -S 2 -P same -f json --framework"
    assert json.loads(invoke(*words.split(), "keras").out)["pad"] == [0, 1]
    assert invoke(*words.split(), "pytorch").complaint == (
        "pytorch refuses padding same with a stride; give the columns (torch 2.13.0)"
    )
    tie = "pool", "-x", "1 1", "-F", "2", "--upstream", "1", "-f", "json", "--framework", "mlx"
    assert json.loads(invoke(*tie).out)["dx"] == [0.5, 0.5]
    # Torch 2.13 holds padding against the kernel as it is, whatever the dilation.
    wide = "pool", "-x", "1 2 3 4", "-F", "2", "-S", "1", "-D", "3", "--pad"
    assert invoke(*wide, "1", "--framework", "pytorch").status == 0
    refused = invoke(*wide, "2", "--framework", "pytorch").complaint
    assert "padding 2 of a kernel of 2; most is half the kernel" in refused
    run = invoke("params", "--input", "3x3", "lstm 4", "--framework", "keras", "-f", "json")
    assert run.err.splitlines()[0] == (
        "dlcalc: keras counts 128 in lstm1, pytorch 144: one bias a gate"
    )
    assert json.loads(run.out)["layers"][0]["parameters"]["recurrent_kernel"] == [4, 16]
    assert "keras, flax, flax-nnx, equinox, mlx count 128: one bias a gate" in (
        invoke("params", "--input", "3x3", "lstm 4").out
    )


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_the_page_is_made_from_the_tables(form: str) -> None:
    shown = invoke("docs", "conventions", "-f", form).out
    for word in ("keras 3.15.1", "default stride", "flax, equinox, onnx, flax-nnx: 1",
                 "torchinfo", "1.0.1"):
        assert word in shown


def test_formulas_of_the_page_are_code_in_markdown() -> None:
    """A lone asterisk would begin emphasis, and take two signs of a product with it."""
    rows = [line for line in invoke("docs", "conventions", "-f", "markdown").out.splitlines()
            if "*" in line]
    assert len(rows) > 50
    assert not [line for line in rows if "*" in re.sub(r"`[^`]*`", "", line)]


@pytest.mark.parametrize(
    ("framework", "slopes"),
    [("pytorch", (0, 0.5, 0.5)), ("flax", (1, 0.5, 0.5)), ("keras", (0, 1, 0)), ("mlx", (0, 0, 1))],
)
def test_equations_are_derived_as_a_framework_derives(
    framework: str, slopes: tuple[float, ...]
) -> None:
    words = "L = abs(x) + max(a, b)", "x=0", "a=1", "b=1", "--framework", framework, "-f", "json"
    found = json.loads(invoke("grad", *words).out)["gradients"]["L"]
    assert (found["x"], found["a"], found["b"]) == slopes
    plain = json.loads(invoke("grad", *words[:4], "-f", "json").out)["gradients"]["L"]
    assert (plain["x"], plain["a"], plain["b"]) == (0, 0.5, 0.5)


@pytest.mark.parametrize("framework", ["pytorch", "flax", "tinygrad"])
def test_a_form_of_gelu_that_is_asked_for_is_that_one(framework: str) -> None:
    """Values and slopes of PyTorch 2.13 at 1."""
    for form, value, slope in (("erf", 0.8413447, 1.0833155), ("tanh", 0.8411920, 1.0829640)):
        equations = f"y = gelu(x, {form}); z = gelu(x); s = gelu'(x)"
        found = dlcalc.grad(equations, {"x": 1}, of=["y", "z"], framework=framework)
        assert found.values["y"] == pytest.approx(value, abs=1e-7)
        assert found.gradients["y"]["x"] == pytest.approx(slope, abs=1e-7)
        assert found.gradients["z"]["x"] == found.values["s"]
        assert f"gelu(x, {form})" in found.explain()


@pytest.mark.parametrize(("framework", "at_bounds"), [
    ("pytorch", [1, 0, 0]), ("tinygrad", [1, 0, 0]), ("flax", [0.25, 0.25, 0.5]),
    ("mlx", [0, 0, 1]),
])
def test_clip_between_bounds_that_are_equal_or_exchanged(
    framework: str, at_bounds: list[float]
) -> None:
    """As torch 2.13.0, tinygrad 0.14.0, jax 0.10.2 and mlx 0.32.4 have them."""
    for x, low, high, wanted in (
        (1, 1, 1, at_bounds), (2, 1, 1, [0, 0, 1]), (1, 2, 1, [0, 0, 1]), (1.5, 2, 1, [0, 0, 1]),
        (2, 2, 1, [0, 0, 1]), (0.5, 0, 1, [1, 0, 0]),
    ):
        given = {"x": x, "low": low, "high": high}
        found = dlcalc.grad("y = clip(x, low, high)", given, framework=framework)
        assert found.values["y"] == min(max(x, low), high)
        assert [found.gradients["y"][each] for each in given] == wanted
        several = {name: [each, each] for name, each in given.items()}
        found = dlcalc.grad("y = sum(clip(x, low, high))", several, framework=framework)
        assert [found.gradients["y"][each].tolist() for each in given] == [[g, g] for g in wanted]


ONNX = [
    ["onnx", "layernorm over=all", "4x9x9", {"Scale": [324], "B": [324]}],
    ["onnx", "groupnorm 2", "4x9x9", {"scale": [4], "bias": [4]}],
    ["onnx", "gru 2 bias=no", "1x3", {"W": [1, 6, 3], "R": [1, 6, 2]}],
    ["onnx", "prelu slopes=4", "4x9x9", {"slope": [4, 1, 1]}],
    ["keras", "attention 4 kv_heads=2", "3x12", {}],
]
"""By the operators' specifications; and a layer that the framework's own has no like of."""


@pytest.mark.parametrize(("layer", "found"), [
    # One vector a gate is what Keras, flax and mlx have anyway, but for flax's and mlx's GRU.
    ("lstm 4", {"pytorch": 144, "keras": 128, "flax": 128, "mlx": 128}),
    ("gru 4", {"pytorch": 108, "keras": 96, "flax": 100, "mlx": 100}),
    ("rnn 4 bidirectional=yes", {"pytorch": 72, "keras": 64, "flax": 64}),
])
def test_one_bias_a_gate_is_taken_away_once(layer: str, found: dict[str, int]) -> None:
    read = model("input 3x3", f"{layer} bias=single")
    for framework, count in found.items():
        assert framed(read, params(read), framework).model.params == count, framework


def test_names_and_shapes_of_a_layers_parameters() -> None:
    rows = json.loads((ROOT / "tests/data/layouts.json").read_text("utf-8"))
    for framework, layer, input, parameters in (*rows, *ONNX):
        read = model(f"input {input}", layer)
        held = next(iter(framed(read, params(read), framework).tensors.values()), {})
        found = {name: list(shape) for name, shape in held.items()}
        assert found == parameters, (framework, layer)


OPTIMISED = [
    ("keras", "sgd lr=0.1 momentum=0.9 weight_decay=0.1",
     [-0.93, -1.5], [[-0.04, 0.28], [-0.03, -0.31], [-0.87, 0.79]],
     [[-0.9167, -1.513], [-0.900933, -1.49207], [-0.7989837, -1.5509293]]),
    ("keras", "adam lr=0.5 weight_decay=0.01",
     [-0.14, 0.54], [[-0.42, 0.14], [-0.93, -0.17], [-0.6, -0.05]],
     [[0.3606929, 0.0373147], [0.8358403, 0.1114783], [1.3113955, 0.2377297]]),
    ("keras", "adamax lr=0.5 beta1=0.8 beta2=0.9 eps=0.001 weight_decay=0.1",
     [1.43, 0.52], [[-0.01, 0.71], [-0.63, -0.79], [-0.09, 0.86]],
     [[1.8130455, -0.0052969], [2.0032527, 0.0729284], [2.1196971, -0.0931292]]),
    ("paddle", "adamax lr=0.5 eps=0.001",
     [0.11, -1.19], [[-0.4, 0.8], [-0.73, 0.06], [0.24, -0.29]],
     [[0.6100001, -1.6900001], [1.0029346, -1.946515], [1.1901474, -2.041486]]),
    ("mlx", "adamax lr=0.5 eps=0.001",
     [0.11, -1.19], [[-0.4, 0.8], [-0.73, 0.06], [0.24, -0.29]],
     [[0.1598753, -1.2399377], [0.2344307, -1.2886754], [0.2851654, -1.3144448]]),
    ("flax", "nadam lr=0.1 beta1=0.5 eps=0.001",
     [-0.94, 1.05], [[0.2, 0.32], [0.47, 0.04], [-0.15, -0.38]],
     [[-1.07267, 0.917082], [-1.2041267, 0.8804808], [-1.1880037, 0.9815318]]),
    ("tinygrad", "adamw lr=0.01 weight_decay=0.01",
     [1.19, 0.18], [[-0.66, -0.64], [0.74, -0.26], [-0.41, 0.68]],
     [[1.199881, 0.1899819], [1.198665, 0.1989722], [1.2002048, 0.1994297]]),
    ("mlx", "sgd lr=0.1 momentum=0.5 dampening=0.25",
     [0.5, -1.2], [[0.4, -0.2], [0.1, 0.9], [-0.6, 0.3]],
     [[0.47, -1.185], [0.4475, -1.245], [0.48125, -1.2975]]),
    ("equinox", "adagrad lr=0.1", [0.5, -1.2], [[0.4, -0.2], [0.1, 0.9]],
     [[0.4215536, -1.1465478], [0.4023086, -1.2388858]]),
    ("flax", "radam lr=0.1 beta1=0.9 beta2=0.9 eps=0.1", [0.5, -1.2],
     [[0.4, -0.2], [0.1, 0.9], [-0.6, 0.3], [0.2, 0.5], [-0.1, -0.8], [0.3, 0.2], [0.5, -0.4]],
     [[0.46, -1.18], [0.4357895, -1.2178947], [0.4426529, -1.2528763], [0.441705, -1.2922249],
      [0.4434305, -1.3024293], [0.4404011, -1.307225], [0.430704, -1.3084185]]),
]
"""Steps with other options than the defaults, as the frameworks took them."""


@pytest.mark.parametrize(("framework", "words", "w", "g", "wanted"), OPTIMISED)
def test_optimisers_with_options(
    framework: str, words: str, w: list[float], g: list[list[float]], wanted: list[list[float]]
) -> None:
    found = optimizer_step(framework, {"optimizer": words, "w": w, "g": g})
    assert np.allclose(found, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("framework", "kind", "option"), [
    ("keras", "adagrad", "lr_decay"), ("flax", "nadam", "momentum_decay"),
    ("mlx", "adam", "amsgrad"), ("tinygrad", "adam", "amsgrad"),
    ("tinygrad", "adam", "weight_decay"), ("paddle", "sgd", "maximize"),
    ("onnx", "adam", "amsgrad"), ("equinox", "adamw", "amsgrad"), ("flax", "sgd", "dampening"),
    ("flax", "rmsprop", "weight_decay"), ("keras", "sgd", "dampening"),
    ("keras", "nadam", "momentum_decay"), ("paddle", "adagrad", "lr_decay"),
    ("paddle", "radam", "decoupled_weight_decay"), ("mlx", "rmsprop", "centered"),
    ("mlx", "adagrad", "initial_accumulator_value"), ("mlx", "adadelta", "weight_decay"),
    ("flax-nnx", "adamax", "weight_decay"),
])
def test_an_option_that_a_framework_does_not_go_by_is_refused(
    framework: str, kind: str, option: str
) -> None:
    usual = optimisers_of("pytorch")[kind]
    with pytest.raises(InputError, match=f"{kind} has no {option}"):
        optimiser({"type": kind, option: usual.options[option]}, optimisers_of(framework))


@pytest.mark.parametrize(("framework", "call", "slope"), [
    ("pytorch", "elu(x, 2)", 2), ("tinygrad", "elu(x, 2)", 0), ("keras", "prelu(x, 0.5)", 0),
    ("paddle", "prelu(x, 0.5)", 0.5),
])
def test_a_slope_at_a_kink_may_be_that_of_an_argument(
    framework: str, call: str, slope: float
) -> None:
    assert dlcalc.grad(f"y = {call}", {"x": 0}, framework=framework).gradients["y"]["x"] == slope


def test_a_kernel_may_be_numpys_number() -> None:
    found = dlcalc.pool([[1, 2], [3, 4]], np.int64(2), framework="onnx")  # type: ignore[arg-type]
    assert found.output.tolist() == [[4]]


@pytest.mark.parametrize(("framework", "case", "wanted"), [
    # keras 3.15.1, flax 0.12.8: as many columns as the window reaches back, all of them in front.
    ("keras", ([1, 2, 3, 4, 5], [1, 10], 2, 1), [10, 32, 54]),
    ("flax", ([1, 2, 3, 4, 5], [1, 10], 1, 3), [10, 20, 30, 41, 52]),
    ("flax-nnx", ([1, 2], [1, 10, 100], 1, 1), [100, 210]),
    ("pytorch", ([1, 2], [1, 10], 1, 1), None), ("equinox", ([1, 2], [1, 10], 1, 1), None),
    ("keras", ([[1, 2]], [[1, 10]], 1, 1), None),
])
def test_causal_padding(framework: str, case: Any, wanted: list[int] | None) -> None:
    x, w, stride, dilation = case
    options = {"stride": stride, "dilation": dilation, "pad": "causal"}
    if wanted is not None:
        assert dlcalc.conv(x, w, **options, framework=framework).output.tolist() == wanted
        assert dlcalc.conv(x, w, **options).output.tolist() == wanted
        assert dlcalc.size(len(x), len(w), **options).output == len(wanted)
        return
    with pytest.raises(InputError, match=f"{framework} refuses padding causal here"):
        dlcalc.conv(x, w, **options, framework=framework)


def test_pytorch_has_no_average_of_a_volume_below_its_window() -> None:
    volume: dict[str, Any] = {"x": [[[1, 2], [3, 4]]], "kernel": (3, 2, 2), "pad": (1, 0, 0)}
    assert dlcalc.pool(**volume, dims=3, framework="pytorch").output.tolist() == [[[4]]]
    assert dlcalc.pool(**volume, dims=3, kind="avg").output.tolist() == [[[10 / 12]]]
    with pytest.raises(InputError, match="pytorch refuses the average of a volume that is below"):
        dlcalc.pool(**volume, dims=3, kind="avg", framework="pytorch")


@pytest.mark.parametrize(("framework", "space", "transposed", "refused"), [
    ("mlx", 3, False, "mlx refuses groups of a volume"), ("mlx", 2, True, ""),
    ("mlx", 3, True, "mlx refuses groups of a volume"), ("keras", 3, False, ""),
    ("keras", 2, True, "keras refuses groups of a transposed convolution"),
    ("flax", 1, True, "flax refuses groups of a transposed convolution"),
])
def test_groups_that_a_framework_has_not(
    framework: str, space: int, transposed: bool, refused: str
) -> None:
    x, w = np.ones((2, *(2,) * space)), np.ones((2, 1, *(2,) * space))
    if refused:
        with pytest.raises(InputError, match=refused):
            dlcalc.conv(x, w, groups=2, transposed=transposed, framework=framework)
    else:
        dlcalc.conv(x, w, groups=2, transposed=transposed, framework=framework)


WINDOWS = [
    ("keras", "x=-9 -2; w=1 10 100 1000 10000; stride=5; pad=same; output_padding=2",
     "-90 -900 -9000 -90000 -2 -20 -200 -2000"),
    ("equinox", "x=9; w=1 10 100 1000 10000; stride=4; pad=same; output_padding=1", "9000 900 90"),
    ("onnx", "x=2; w=1 10 100 1000 10000; stride=5; pad=same-lower; output_padding=4",
     "200 2000 20000 0 0"),
    ("onnx", "x=3 3 -5 -5; w=1 10; pad=same-lower; dilation=3; output_padding=0", "-5 25 30 -50"),
    ("paddle", "x=9; w=1 10 100 1000 10000; stride=4; pad=same; output_padding=1", "900 9000"),
    ("flax", "x=9 1; w=1 10; stride=2; output_padding=1", "flax refuses output padding"),
    ("onnx", "x=1 0 9 -9 1; kernel=3; stride=3; pad=same-lower; dilation=2", "0"),
    ("onnx", "x=-3 -4 8 -8 9 -4 6 0; kernel=1; stride=4; pad=same; kind=avg", "-4 -4"),
    ("onnx", "x=6 7 6 -3; kernel=1; stride=2; pad=same", "onnx refuses padding same of a max pool"),
    ("paddle", "x=0 5 -5; kernel=2; pad=valid; ceil=true", "paddle refuses to round up beside"),
    ("equinox", "x=-4 9 -1 -8 -9 9; kernel=3; stride=4; ceil=true", "equinox refuses padding"),
    ("equinox", "x=9 2 9 5 5; kernel=2; stride=2; ceil=true", "9 9 5"),
    ("equinox", "x=9 -5 8; w=1 10 100 1000 10000; stride=4; pad=same-lower; output_padding=3",
     "900 90 -49991 -5000 -500 -50 79995 8000 800"),
    ("equinox", "x=3 -1; w=1; dilation=2; output_padding=1", "equinox refuses output padding"),
    ("paddle", "x=3 -1; w=1 10; dilation=2; output_padding=1", "paddle refuses output padding"),
    ("keras", "x=1 2 3; w=1; stride=2; dilation=2",
     "keras refuses a stride beside a dilation, but where each channel has a kernel of its own"),
    ("onnx", "x=1 2 3 4 5; w=1; stride=5; pad=same", "2"),
    ("onnx", "x=1 2 3 4 5; w=1; stride=5; pad=same-lower", "2"),
    ("onnx", "x=1 2 3 4; w=1; stride=4; pad=same-lower", "1"),
    ("onnx", "x=1 2 3 4 5 6 7 8; w=1; stride=4; pad=same", "2 6"),
    ("mlx", "x=-8 0 -3 9 -6; w=1; stride=3; pad=1; output_padding=0", "0 0 0 -3 0 0 9"),
    ("mlx", "x=3 -1 4 1 -5 9 2; w=1; stride=2; pad=1; output_padding=1",
     "-1 0 4 0 1 0 -5 0 9 0 2"),
    ("keras", "x=3 -1; w=1 10; stride=3; output_padding=0", "3 30 0 -1 -10"),
    ("keras", "x=3 -1; w=1 10 100; stride=2; pad=same; output_padding=0", "30 299 -10"),
    ("keras", "x=3 -1; w=1; stride=2; pad=same; output_padding=2", "keras refuses output padding"),
    ("mlx", "x=3 -1; w=1 10; stride=2; output_padding=2", "3 30 -1 -10 0 0"),
    ("tinygrad", "x=3 -1; w=1 10; stride=2; pad=1; output_padding=3", "30 -1 -10 0 0"),
    ("pytorch", "x=3 -1; w=1; stride=2; output_padding=2", "pytorch refuses output padding"),
    ("pytorch", "x=3 -1; w=1; stride=2; dilation=3; output_padding=2", "3 0 -1 0 0"),
    ("pytorch", "x=3 -1 4 1 -5 9 2; kernel=3; pad=2; kind=avg", "pytorch refuses padding 2 of"),
    ("onnx", "x=3 -1 4; kernel=2; pad=2; kind=avg", "onnx refuses padding 2 of a kernel of 2"),
    ("onnx", "x=3 -1 4; kernel=2; stride=1; pad=1; kind=avg", "3 1 1.5 4"),
    ("equinox", "x=1 2 3; kernel=1; pad=0:1; ceil=true; kind=avg", "1 2 3 0"),
    ("equinox", "x=1 2 3; kernel=1; pad=0:2; kind=avg", "equinox refuses padding 2 of a kernel"),
    ("paddle", "x=1 2 3 4 5 6 7; kernel=4; stride=3; pad=2:0; ceil=true; kind=avg; "
     "exclude_pad=false", "0.75 3.5 4.5"),
    ("paddle", "x=1 2 3 4; kernel=2; pad=0:2; kind=avg; exclude_pad=false",
     "window 2 of 3 lies in the padding alone"),
    ("flax", "x=3 -1 4 1; kernel=3; stride=2; pad=2; kind=avg", "1 2 1.66667"),
]
"""Windows of which the reference has none, as the frameworks computed them."""


@pytest.mark.parametrize(("framework", "given", "wanted"), WINDOWS)
def test_windows_beside_other_options(framework: str, given: str, wanted: str) -> None:
    case: dict[str, Any] = dict(part.strip().split("=") for part in given.split(";"))
    if ":" in case.get("pad", ""):
        case["pad"] = (tuple(map(int, case["pad"].split(":"))),)
    for name in case.keys() - {"pad", "kind"}:
        numbers = json.loads(f"[{case[name].replace(' ', ', ')}]")
        case[name] = numbers if name in ("x", "w") else numbers[0]
    function = dlcalc.pool if "kernel" in case else dlcalc.conv
    if "output_padding" in case:
        case["transposed"] = True
    if wanted[0].isalpha():
        with pytest.raises(InputError, match=wanted):
            function(**case, framework=framework)
        return
    found = function(**case, framework=framework).output
    assert " ".join(f"{each:g}" for each in found) == wanted


def test_constants_with_fewer_digits_and_what_a_framework_drops_are_told() -> None:
    assert dlcalc.grad("y = selu(x)", {"x": 1.0}, framework="mlx").values["y"] == 1.0507
    line = ["-L", "8", "-F", "3", "-D", "2", "-P", "same", "--framework", "paddle"]
    done = invoke("size", *line)
    assert done.err == "dlcalc: paddle, same with dilation 2: drops the dilation\n"
