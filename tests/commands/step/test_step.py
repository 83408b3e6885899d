"""`dlcalc step` and `dlcalc.step` against PyTorch: layers, losses, optimisers, modes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import dlcalc
from dlcalc.commands.gan.data import read_images
from dlcalc.errors import DlcalcError
from dlcalc.layers.optimisers import OPTIMISERS
from tests.mnist import mnist
from tests.shell.running import ROOT, invoke, run

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_steps.json").read_text())


def same(found: Any, wanted: Any, place: str = "") -> None:
    """Each array within a tolerance of its own largest entry."""
    if isinstance(wanted, dict):
        assert set(found) == set(wanted), place
        for name, each in wanted.items():
            same(found[name], each, f"{place}.{name}")
        return
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.shape == wanted.shape, place
    # PyTorch's slope of hard_sigmoid is 1/6 in single precision: 3e-8 off.
    allowed = 1e-7 * float(np.abs(wanted).max(initial=0)) + 1e-15
    assert float(np.abs(found - wanted).max(initial=0)) <= allowed, place


@pytest.mark.parametrize("case", CASES, ids=[each["kind"] for each in CASES])
def test_what_pytorch_computes(case: dict[str, Any]) -> None:
    wanted = case["result"]
    found = dlcalc.step(case["model"], **case["data"], steps=case.get("steps"))
    rows = [{"name": e.name, "output": e.output, "gradient": e.gradient} for e in found.layers]
    for row, other in zip(rows, wanted["layers"], strict=True):
        assert row.pop("name") == other["name"]
        same(row, {name: other[name] for name in row}, other["name"])
    for name in ("output", "loss", "gradients", "losses", "state"):
        if name in wanted:
            same(getattr(found, name), wanted[name], name)
    same(found.updated, wanted.get("updated", {}), "updated")
    if "last" in wanted:
        same({name: getattr(found.last, name) for name in wanted["last"]}, wanted["last"], "last")


@pytest.mark.parametrize("case", CASES[::5], ids=[each["kind"] for each in CASES[::5]])
def test_the_command_prints_what_the_function_gives(case: dict[str, Any]) -> None:
    steps = ["--steps", str(case["steps"])] if "steps" in case else []
    run = invoke("step", case["model"], json.dumps(case["data"]), "-f", "json", *steps)
    assert run.status == 0, run.err
    printed = json.loads(run.out)
    wanted = case["result"]
    same({name: printed[name] for name in wanted if name != "layers"},
         {name: wanted[name] for name in wanted if name != "layers"})
    assert [each["name"] for each in printed["layers"]] == [e["name"] for e in wanted["layers"]]


def test_check_holds_and_says_so_where_there_is_a_kink() -> None:
    assert invoke("step", "--check").status == 0
    data = {"x": [0.0], "target": [1.0], "loss": "mse", "parameters": {"linear1.weight": [[1.0]]}}
    kink = invoke("step", "input 1; linear 1 bias=no; leaky_relu", json.dumps(data), "--check")
    assert kink.status == 1
    *notes, complaint = kink.err.splitlines()
    assert "leaky_relu at 0, where it has no derivative: slope is taken; flax, " in notes[-1]
    assert "kink" in complaint


def test_working_shows_windows_winners_sums_and_the_update() -> None:
    shown = invoke("step", "--explain").out
    for line in (
        "maxpool1(0,0,0) = relu1(", "wins and takes the gradient",
        "conv1(0,0,0) = ∑_c,k,l conv1.weight(0,0,k,l)·x(c,k,l) + conv1.bias(0) = ",
        "∂L/∂linear1(0) = ∂L/∂sigmoid1(0)·(sigmoid1(0)·(1 − sigmoid1(0))) = ",
        "linear1.bias(0)⁺ = linear1.bias(0) − η·∂L/∂linear1.bias(0) = 0.1 − 0.5·",
    ):
        assert line in shown
    one = invoke("step", "--at", "conv1.weight:2,0,1,2").out
    assert one.startswith("∂L/∂conv1.weight(2,0,1,2) = ")
    assert "∂L/∂conv1.weight(0,0,0,0)" not in one.split("\n\n")[0]


def test_the_first_wrong_element_is_named_with_its_working() -> None:
    run = invoke("step", "--expect", '{"linear1.bias": [0.5], "conv1": 7}')
    assert run.status == 2
    answers = json.loads(invoke("step", "-f", "json").out)
    right = {name: answers["gradients"][name] for name in ("linear1.bias", "conv1.weight")}
    assert invoke("step", "--expect", json.dumps(right)).status == 0
    wrong = {"gradients": {**right, "linear1.bias": [0.5]}, "output": answers["output"]}
    said = invoke("step", "--expect", json.dumps(wrong)).err.splitlines()[-1]
    assert "gradients.linear1.bias element (0): expected 0.5, is " in said
    assert "∂L/∂linear1(0)" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": [1.0, 2.0, 3.0]}, "the model takes 2, or a batch"),
        ({"loss": "mse", "target": [1, 2]}, "target is 2; the output is 1"),
        ({"loss": "mes"}, "did you mean mse"),
        ({"reduction": "none"}, "reduction: 'none' is neither mean nor sum"),
        ({"optimizer": {"type": "adm"}}, "did you mean adam"),
        ({"optimizer": {"type": "adam", "momentum": 1}}, "adam has no momentum"),
        ({"optimizer": {"type": "adam", "state": {"step": -1}}}, "-1, no whole number from 0"),
        ({"optimizer": {"type": "adam", "state": {"exp_avg": {"linear1.bias": [0, 0]}}}},
         "exp_avg of linear1.bias is 2; expected 1"),
        ({"parameters": {"linear1.weight": [[1, 2]]}}, "lacks linear1.bias 1; .*init"),
        ({"parameters": {"linear1.weight": [[1, 2]], "linear1.bias": [0], "w": 1}}, "no w"),
        ({"upstream": [1]}, "both given"),
        ({"mode": "test"}, "known: train, eval"),
        ({"steps": 0}, "steps 0 is below 1"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    given = {
        "x": [1.0, 2.0], "target": [1.0], "loss": "mse",
        "parameters": {"linear1.weight": [[1, 2]], "linear1.bias": [0]},
    }
    with pytest.raises(DlcalcError, match=said):
        dlcalc.step("input 2; linear 1", **{**given, **changes})


@pytest.mark.parametrize("framework", ["pytorch", "keras", "flax", "mlx", "tinygrad", "paddle"])
@pytest.mark.parametrize("kind", OPTIMISERS)
def test_a_strange_update_is_no_slip(kind: str, framework: str) -> None:
    given = {
        "x": [2.0], "target": [0.7], "loss": "mse", "parameters": {"linear1.weight": [[1.3]]},
        "optimizer": {"type": kind, "lr": 0.1},
    }
    words = "step", "input 1; linear 1 bias=no", json.dumps(given), "--framework", framework
    run = invoke(*words, "--expect", '{"updated": {"linear1.weight": [[1.98765]]}}')
    if run.status == 2:
        assert f"{framework} refuses the optimizer {kind}; it has sgd" in run.err
        return
    assert run.status == 1
    assert "gives that" not in run.err


@pytest.mark.parametrize(("field", "line"), [
    ("updated", "0.4 = linear1.weight(0,0) − η·sign(β_1·m_old + (1 − β_1)·∂L/∂linear1.weight(0,0))"
     " = 0.5 − 0.1·sign(0.9·0 + (1 − 0.9)·3)"),
    ("state.exp_avg", "0.03 = β_2·m_old + (1 − β_2)·∂L/∂linear1.weight(0,0)"
     " = 0.99·0 + (1 − 0.99)·3"),
])  # fmt: skip
def test_a_wrong_weight_or_state_is_worked_out_by_its_own_line_of_the_rule(
    field: str, line: str
) -> None:
    """Lion moves its state behind the weight."""
    given = {
        "x": [3.0], "upstream": [1.0], "parameters": {"linear1.weight": [[0.5]]},
        "optimizer": {"type": "lion", "lr": 0.1},
    }
    answer = {f"{field}.linear1.weight": [[7]]}
    run = invoke("step", "input 1; linear 1 bias=no", json.dumps(given), "--expect",
                 json.dumps(answer))
    assert run.complaint == f"{field}.linear1.weight element (0,0): expected 7, is {line}"


SLIP: dict[str, Any] = {
    "x": [0.5, -1.0], "target": [0.3, 0.9], "loss": "mse",
    "optimizer": {"type": "sgd", "lr": 0.1},
    "parameters": {"linear1.weight": [[1.0, 2.0], [0.5, -1.0]], "linear1.bias": [0.1, 0.2]},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: {"gradients": {"linear1.bias": (np.array(r["bias"]) * 2).tolist()}},
         "the sum in place of the mean"),
        (lambda r: {"gradients": {"linear1.bias": (-np.array(r["bias"])).tolist()}}, "other sign"),
        (lambda r: {"gradients": {"linear1.bias": r["last"]}}, "slope of the activation left out"),
        (lambda r: {"gradients": {"linear1.weight": np.array(r["weight"]).T.tolist()}},
         "transposed"),
        (lambda r: {"output": r["no_bias"]}, "the bias linear1.bias left out"),
        (lambda r: {"updated": {"linear1.bias": [0.1 - r["bias"][0], 0.2 - r["bias"][1]]}},
         "learning rate left out"),
        (lambda r: {"updated": {"linear1.bias": r["halved"]}}, "factor 2 left out"),
    ],
)
def test_the_slip_is_named(change: Any, said: str) -> None:
    model = "input 2; linear 2; sigmoid"
    r = dlcalc.step(model, **SLIP)
    without = {**SLIP["parameters"], "linear1.bias": [0, 0]}
    known = {
        "bias": r.gradients["linear1.bias"].tolist(), "last": r.layers[1].gradient.tolist(),
        "weight": r.gradients["linear1.weight"].tolist(),
        "halved": (np.array([0.1, 0.2]) - 0.05 * r.gradients["linear1.bias"]).tolist(),
        "no_bias": dlcalc.step(model, **{**SLIP, "parameters": without}).output.tolist(),
    }
    run = invoke("step", model, json.dumps(SLIP), "--expect", json.dumps(change(known)))
    assert run.status == 1
    assert said in run.err


def test_a_strange_loss_of_a_batch_is_refused_without_a_slip() -> None:
    data = '{"x": [[1, 2], [3, 4]], "target": [1, 0], "loss": "cross_entropy"}'
    run = invoke("step", "input 2; relu", data, "--expect", '{"loss": 3.3}')
    assert (run.status, run.err.count("expected")) == (1, 1)
    assert run.complaint.startswith("loss: expected 3.3, is 0.813262 = ")
    assert "gives that" not in run.complaint


X, T = np.array([0.5, -1]), np.array([1, 0])
W1, B1 = np.array([[0.3, -0.4], [0.8, 0.1]]), np.array([0.1, -0.2])
W2, B2 = np.array([[0.7, -0.3], [0.2, 0.9]]), np.array([0.05, 0.4])
Z = W1 @ X + B1
H = np.tanh(Z)
Y = W2 @ H + B2
SLOPE = 1 - H**2


@pytest.mark.parametrize(("expected", "said"), [
    ({"output": W2 @ np.tanh(W1 @ X)}, "the biases left out"),
    ({"output": W2 @ Z + B2}, "tanh1 left out"),
    ({"output": W2.T @ np.tanh(W1.T @ X + B1) + B2}, "W transposed"),
    ({"loss": float(((Y - T) ** 2).sum())}, "the sum in place of the mean"),
    ({"gradients": {"linear1.weight": np.outer(W2.T @ (Y - T), X)}},
     "the slope of the activation left out"),
    ({"gradients": {"linear1.weight": np.outer(W2.T @ (Y - T) * SLOPE**2, X)}},
     "the slope of the activation twice"),
    ({"gradients": {"linear1.weight": np.outer(W2 @ (Y - T) * SLOPE, X)}},
     "W in place of its transpose"),
    ({"gradients": {"linear2.weight": np.outer(Y - T, Z)}},
     "what comes before the activation in place of what follows it"),
    ({"gradients": {"linear2.weight": np.outer(Y - T, H) / 2}}, "the factor 2 left out"),
    ({"gradients": {"linear2.weight": np.outer(Y - T, H).T}}, "the transposed matrix"),
    ({"updated": {"linear2.bias": B2}}, "the update left out"),
    ({"updated": {"linear2.bias": B2 + 0.1 * (Y - T)}}, "the other sign of the update"),
    ({"updated": {"linear2.bias": B2 - (Y - T)}}, "the learning rate left out"),
    ({"updated": {"linear2.bias": -0.1 * (Y - T)}}, "the step alone, without the weight"),
])  # fmt: skip
def test_the_slip_in_two_layers_is_named(expected: dict[str, Any], said: str) -> None:
    data = {
        "x": X, "target": T, "loss": "mse", "optimizer": {"type": "sgd", "lr": 0.1},
        "parameters": {"linear1.weight": W1, "linear1.bias": B1,
                       "linear2.weight": W2, "linear2.bias": B2},
    }
    given, answer = (json.dumps(each, default=np.ndarray.tolist) for each in (data, expected))
    run = invoke("step", "input 2; linear 2; tanh; linear 2", given, "--expect", answer)
    assert run.complaint.endswith(f"; {said} gives that"), run.err


@pytest.mark.parametrize(("expected", "said"), [
    ({"output": [[4, 7]]}, "a kernel turned round"),
    ({"gradients": {"x": [[2, 21, 10]]}}, "the kernel not turned round"),
])  # fmt: skip
def test_a_kernel_turned_the_wrong_way_is_named(expected: dict[str, Any], said: str) -> None:
    data = {"x": [[1, 2, 3]], "upstream": [[1, 10]],
            "parameters": {"conv1.weight": [[[1, 2]]], "conv1.bias": [0]}}
    run = invoke("step", "input 1x3; conv 1 2", json.dumps(data), "--expect", json.dumps(expected))
    assert run.complaint.endswith(f"; {said} gives that"), run.err


LENET = (
    "input 1x28x28; conv 6 5 pad=2; relu; maxpool 2; conv 16 5; relu; maxpool 2; flatten; "
    "linear 120; relu; linear 84; relu; linear 10"
)


@pytest.fixture(scope="module", params=["drawn", "mnist"])
def digit(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """A LeNet with given weights and a stroke of ink or a digit, as the words of the command."""
    image = np.zeros((1, 28, 28))
    image[0, 4:24, 13:16] = 1
    if request.param == "mnist":
        folder = mnist()
        if folder is None:
            pytest.skip("MNIST is not at hand")
        kept, = folder.glob("t10k-images-idx3-ubyte*")
        image = (read_images(str(kept)).train[:1] / 255).round(3)
    names = dlcalc.step(LENET, image, 3, loss="cross_entropy", init="he").ran.store.parameters
    random = np.random.default_rng(1)
    weights = {
        name: (random.normal(size=node.shape) / 8).round(3).tolist()
        for name, node in names.items()
    }
    data = {"x": image.tolist(), "target": 3, "loss": "cross_entropy", "parameters": weights,
            "optimizer": {"type": "adam", "lr": 0.01}}
    path = tmp_path_factory.mktemp("digit") / "digit.json"
    path.write_text(json.dumps(data))
    return ["step", LENET, str(path)]


@pytest.mark.parametrize("form", ["table", "markdown", "html", "latex", "json"])
def test_a_digit_through_lenet_explains_itself_in_every_format(
    digit: list[str], form: str, tmp_path: Path
) -> None:
    done = invoke(*digit, "--explain", "-f", form)
    assert (done.status, done.err) == (0, "")
    for name in ("maxpool2", "linear3", "conv1"):
        assert name in done.out
    if form == "table":
        assert "… and 4,700 more elements" in done.out
        assert "wins and takes the gradient" in done.out
    if form == "latex" and shutil.which("pdflatex"):
        (tmp_path / "working.tex").write_text(done.out)
        compiled = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "working.tex"],
            cwd=tmp_path, capture_output=True, text=True,
        )
        assert compiled.returncode == 0, compiled.stdout[-2000:]


def test_three_steps_of_adam_piped_are_three_steps_in_python(
    tmp_path: Path,
) -> None:
    example = json.loads((ROOT / "dlcalc/commands/step/example.json").read_text())["values"]
    data = {**example["data"], "optimizer": {"type": "adam", "lr": 0.1}}
    more = tmp_path / "next.json"
    more.write_text(json.dumps({n: data[n] for n in ("x", "target", "loss", "optimizer")}))
    out = json.dumps(data)
    for _ in range(3):
        done = invoke("step", example["model"], "-", "--with", str(more), "-f", "json", stdin=out)
        assert (done.status, done.err) == (0, "")
        out = done.out
    whole = dlcalc.step(example["model"], **data, steps=3)
    assert json.loads(out)["loss"] == pytest.approx(whole.losses[2], rel=1e-12)
    for name, value in json.loads(out)["updated"].items():
        np.testing.assert_allclose(value, whole.updated[name], rtol=1e-12)


def test_a_fully_connected_network_is_that_of_mlp() -> None:
    random = np.random.default_rng(2)
    shapes = ((3, 4), (2, 3))
    weights = [random.normal(size=shape) for shape in shapes]
    biases = [random.normal(size=len(w)) for w in weights]
    x = random.normal(size=4)
    mlp = dlcalc.mlp(x, 1, weights, biases, activation="tanh", output="softmax")
    named = {f"linear{n}.weight": w for n, w in enumerate(weights, 1)}
    named |= {f"linear{n}.bias": b for n, b in enumerate(biases, 1)}
    step = dlcalc.step("input 4; linear 3; tanh; linear 2", x, 1, loss="cross_entropy",
                       parameters=named)  # fmt: skip
    assert step.loss == pytest.approx(mlp.loss, rel=1e-12)
    record = mlp.to_dict()["gradients"]
    for n in (1, 2):
        np.testing.assert_allclose(step.gradients[f"linear{n}.weight"], record["weights"][n - 1])
        np.testing.assert_allclose(step.gradients[f"linear{n}.bias"], record["biases"][n - 1])
    np.testing.assert_allclose(step.gradients["x"], record["x"])


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("loss", "L = ∑_i (−(target(i)·ln(sigmoid1(i))"),
        ("layers[0].output:0,1,1", "conv1(0,1,1) = ∑_c,k,l conv1.weight(0,0,k,l)·x(c,1+k,1+l)"),
        ("layers[1].gradient:0,1,1", "∂L/∂relu1(0,1,1) = ∂L/∂maxpool1(0,0,0) = −0.0394365"),
        ("updated.linear1.bias:0", "∂L/∂linear1.bias(0) = ∂L/∂linear1(0) = −0.394365"),
    ],
)
def test_any_element_of_any_field_by_at(place: str, said: str) -> None:
    assert invoke("step", "--at", place).out.startswith(said)


def test_a_sum_of_many_terms_is_cut_short() -> None:
    data = {"x": [[1]] * 53, "upstream": [[2]] * 53,
            "parameters": {"linear1.weight": [[1]], "linear1.bias": [0]}}  # fmt: skip
    done = invoke("step", "input 1; linear 1", json.dumps(data), "--at", "linear1.bias:0").out
    [line, *_] = done.splitlines()
    slopes, numbers, value = line.split(" = ")[1:]
    assert slopes.count("∂L/∂linear1(") == numbers.split(" + ").count("2") == 50
    assert slopes.endswith(" + … 3 more terms")
    assert value == "106"


def test_maps_are_drawn_as_svg_and_on_the_terminal(tmp_path: Path) -> None:
    done = run("step", "--plot", str(tmp_path / "maps.svg"))
    assert done.status == 0
    drawn = ElementTree.parse(tmp_path / "maps.svg").getroot()
    assert len(drawn.findall("{*}image")) == 1 + 3 + 3 + 3 + 1 + 1 + 1
    shown = run("step", "--plot", "-")
    assert "maxpool1: 3x2x2, 0 to 1.32\n▒▒▓▓ ░░▒▒ ▒▒▓▓\n░░▒▒ ▒▒   ▓▓██\n" in shown.out
    assert run("step", "--plot", "maps.png").status == 2


@pytest.mark.parametrize(("answer", "said"), [
    ({"linear1.bias⁺": [-0.4]}, "agrees"), ({"linear1.bias(0)+": -0.4}, "agrees"),
    ({"∂L/∂linear1.weight(0,1)": 18, "linear1(0)": 5.5, "dL/dlinear1": [9]}, "agrees"),
    ({"linear1.weight(0,1)⁺": 3.8}, "updated.linear1.weight element (0,1): expected 3.8, is 0.2"),
    ({"linear1.weight(0,7)": 1}, "linear1.weight has no element (0,7)"),
])
def test_elements_and_new_values_by_the_names_on_the_screen(answer: Any, said: str) -> None:
    data = {"x": [1, 2], "target": [1], "loss": "mse", "optimizer": {"type": "sgd", "lr": 0.1},
            "parameters": {"linear1.weight": [[1, 2]], "linear1.bias": [0.5]}}
    done = invoke("step", "input 2; linear 1", json.dumps(data), "--expect", json.dumps(answer))
    assert said in done.err.splitlines()[-1]


def test_a_window_in_the_padding_alone_is_named_where_its_infinity_comes_out() -> None:
    """PyTorch has −∞ there, which a relu behind it makes 0."""
    pool = "input 1x1; maxpool 2 stride=1 pad=1 dilation=2"
    with pytest.raises(DlcalcError, match="window 0 of 1 lies in the padding alone: a kernel of 2"):
        dlcalc.step(pool, [[3.0]], [[1.0]], loss="mse")
    assert dlcalc.step(f"{pool}; relu", [[3.0]], [[1.0]], loss="mse").output.tolist() == [[0.0]]


@pytest.mark.parametrize(("model", "x", "framework", "at", "line"), [
    ("input 1x2x2; l: maxpool 2", [[[3, 3], [1, 2]]], "tinygrad", "x:0,0,1",
     "∂L/∂x(0,0,1) = ∂L/∂l(0,0,0)/2 = 6/2 = 3"),
    ("input 1x2x2; l: maxpool 2", [[[3, 3], [1, 2]]], "tinygrad", "x:0,1,0",
     "∂L/∂x(0,1,0) = 0   (nothing of it reaches the loss)"),
    ("input 1x1x1; l: prelu", [[[0]]], "tinygrad", "x:0,0,0",
     "∂L/∂x(0,0,0) = ∂L/∂l(0,0,0)·l.weight(0) = 6·0.5 = 3"),
    ("input 1x1x1; l: prelu", [[[0]]], "mlx", "x:0,0,0",
     "∂L/∂x(0,0,0) = ∂L/∂l(0,0,0)·(1 + l.weight(0)) = 6·(1 + 0.5) = 9"),
])
def test_slopes_of_ties_and_bends_are_worked_out_as_a_framework_has_them(
    model: str, x: Any, framework: str, at: str, line: str
) -> None:
    data: dict[str, Any] = {"x": x, "upstream": [[[6]]]}
    if "prelu" in model:
        data["parameters"] = {"l.weight": [0.5]}
    done = invoke("step", model, json.dumps(data), "--framework", framework, "--at", at)
    assert done.out.splitlines()[0] == line


def test_the_largest_of_a_long_uneven_window_takes_its_gradient() -> None:
    x = np.random.default_rng(3).permutation(17 * 18).reshape(1, 17, 18).astype(float)
    result = dlcalc.step("input 1x17x18; adaptivepool 2x1 kind=max", x, upstream=[[[2.0], [3.0]]])
    upper, lower = x[:, :9], x[:, 8:]
    assert result.output.tolist() == [[[upper.max()], [lower.max()]]]
    assert (result.gradients["x"] == 2.0 * (x == upper.max()) + 3.0 * (x == lower.max())).all()


def test_a_result_does_not_change_with_the_examples_it_came_of() -> None:
    x, weight, target = np.array([1.0, 2]), np.array([[3.0, 1]]), np.array([1.0])
    result = dlcalc.step("input 2; linear 1 bias=no", {
        "x": x, "target": target, "loss": "mse", "parameters": {"linear1.weight": weight},
    })  # fmt: skip
    before = result.explain()
    x[:] = target[:] = 9
    assert result.explain() == before


def test_a_dropout_of_nothing_needs_no_mask_in_training() -> None:
    given = {"x": [1.0, 2.0], "upstream": [1.0, 1.0], "mode": "train"}
    assert dlcalc.step("input 2; drop: dropout 0", given).output.tolist() == [1.0, 2.0]
    with pytest.raises(DlcalcError, match="drop"):
        dlcalc.step("input 2; drop: dropout 0.5", given)


def test_weights_of_another_shape_are_not_shared_though_as_many() -> None:
    given = {"x": [1, 2], "upstream": [1, 1, 1, 1]}
    with pytest.raises(DlcalcError, match=r"a.weight is 2x2; b needs 4x1"):
        dlcalc.step("input 2; a: linear 2; linear 1; b: linear 4 tie=a", given, init="he")


def test_options_that_are_counted_alone_are_refused_where_values_are_computed() -> None:
    given = {"x": [[1, 2], [3, 4]], "upstream": [[1, 1], [1, 1]]}
    assert dlcalc.step("input 2x2; attention 1", given, init="he").output.shape == (2, 2)
    with pytest.raises(DlcalcError, match="attention qk_norm=head is counted, its values are not"):
        dlcalc.step("input 2x2; attention 1 qk_norm=head", given, init="he")


def test_a_layer_that_a_framework_has_not_is_refused_there() -> None:
    given = {"x": [[1, 2], [3, 4]], "upstream": [[1, 1], [1, 1]]}
    assert dlcalc.step("input 2x2; lrn 2", given, framework="paddle").output.shape == (2, 2)
    with pytest.raises(DlcalcError, match="the framework has no local response normalisation"):
        dlcalc.step("input 2x2; lrn 2", given, framework="keras")


def test_a_batch_of_none_is_refused() -> None:
    with pytest.raises(dlcalc.ShapeError, match=r"x has no numbers \(shape 0x2\)"):
        dlcalc.step("input 2; linear 1", {"x": np.zeros((0, 2)), "upstream": []}, init="zeros")


def test_a_row_of_a_table_sums_what_comes_back_where_it_was_looked_up() -> None:
    data = json.dumps({
        "x": [2, 0, 2], "upstream": [[1, 2], [10, 20], [100, 200]],
        "parameters": {"embedding1.weight": [[0.5, 1], [2, 3], [4, 5]]},
    })  # fmt: skip
    words = ["step", "input 3; embedding 3 2", data]
    gradients = json.loads(invoke(*words, "-f", "json").out)["gradients"]
    assert gradients["embedding1.weight"] == [[10, 20], [0, 0], [101, 202]]
    for place, end in {"2,1": "= 2 + 200 = 202", "1,1": "0   (nothing of it reaches the loss)",
                       "0,0": "∂L/∂embedding1(1,0) = 10"}.items():
        done = invoke(*words, "--at", f"gradients.embedding1.weight:{place}")
        assert done.out.splitlines()[0].endswith(end)


@pytest.mark.parametrize("place", [
    "gradients.linear1.weight:0,1", "∂L/∂linear1.weight:0,1", "dL/dlinear1.weight(0,1)",
    "linear1.weight(0,1)⁺", "linear1.weight(0,1)+",
])
def test_an_element_goes_by_the_name_that_the_screen_shows(place: str) -> None:
    data = '{"x": [1, 2], "upstream": [8], "parameters": {"linear1.weight": [[3, 1]]}}'
    words = ("step", "input 2; linear 1 bias=no", data, "--with", '{"optimizer": "sgd"}')
    out = invoke(*words, "--at", place).out
    assert out.startswith("∂L/∂linear1.weight(0,1) = ∂L/∂linear1(0)·x(1) = 8·2 = 16\n")
    refused = invoke(*words, "--at", "dL/dlinear1.weight")
    assert refused.complaint == (
        "--at dL/dlinear1.weight: linear1.weight is 1x2 numbers: say which, as linear1.weight:0,0"
    )
    assert invoke(*words, "--at", "linear1").out.startswith("linear1(0) = ∑_i x(i)·linear1.weight")


@pytest.mark.parametrize("words", [["--with", '{"mode": "eval"}'], ["--input", "2"]])
def test_the_worked_example_takes_no_model_or_data_of_ones_own(words: list[str]) -> None:
    done = invoke("step", *words)
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith("no ")
