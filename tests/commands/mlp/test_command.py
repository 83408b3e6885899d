"""`dlcalc mlp` as its users type it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from tests.shell.running import invoke

REFERENCE = Path(__file__).parents[2] / "data" / "reference_mlp.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
SMALL = '{"x": [1, 2], "target": 0, "weights": [[[1, 2], [3, 4]]]}'
DRAWN = '{"x": [1, 2], "target": 0, "sizes": [2, 3, 2]}'


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_pytorch(case: dict[str, Any]) -> None:
    done = invoke("mlp", "-f", "json", stdin=json.dumps(case["input"]))
    assert done.status == 0, done.err
    found = json.loads(done.out)
    assert found["loss"] == pytest.approx(case["loss"], rel=1e-12)
    assert found["output"] == pytest.approx(case["output"], rel=1e-12)
    assert found["output"] == found["layers"][-1]["h"]
    assert found["gradients"]["x"] == pytest.approx(case["x"], rel=1e-9, abs=1e-14)
    named = iter(found["named"].values())
    for kind in ("weights", "biases"):
        for ours, theirs in zip(found["gradients"][kind], case[kind], strict=True):
            assert np.array(ours) == pytest.approx(np.array(theirs), rel=1e-9, abs=1e-14)
            assert [next(named) for _ in np.ravel(theirs)] == np.ravel(ours).tolist()
        for ours, theirs in zip(found["updates"][kind], case[kind], strict=True):
            assert np.array(ours) == pytest.approx(-0.1 * np.array(theirs), rel=1e-9, abs=1e-14)
    assert next(named, None) is None


def test_pytorchs_own_answers_are_expected_and_met() -> None:
    case = CASES[4]
    names = ("weights", "biases", "x")
    expected = {key: case[key] for key in ("output", "loss")}
    expected["gradients"] = {key: case[key] for key in names}
    done = invoke("mlp", json.dumps(case["input"]), "--expect", json.dumps(expected))
    assert (done.status, done.err) == (0, "dlcalc: agrees\n")


def test_a_slip_is_named_where_it_was_made() -> None:
    deep = invoke("mlp", DRAWN, "-f", "json", "--seed", "1")
    weights = json.loads(deep.out)["gradients"]["weights"]
    weights[0][0][0] += 1
    weights[1][1][2] += 1
    expected = json.dumps({"gradients": {"weights": weights, "x": [0, 0]}})
    done = invoke("mlp", DRAWN, "--seed", "1", "--expect", expected)
    assert done.status == 1
    assert "gradients.weights[1] element (1,2): expected" in done.complaint
    assert "= ∂J/∂q_5·h_3 = " in done.complaint


def test_the_worked_example_never_moves() -> None:
    done = invoke("mlp", "-f", "json", "--steps", "3", "--check")
    found = json.loads(done.out)
    assert found["named"] == dict.fromkeys((f"w{n}" for n in range(1, 9)), 0.0)
    assert found["updates"]["weights"] == [[[0, 0], [0, 0]]] * 2
    assert found["descent"]["moved"] == []
    assert set(found["descent"]["losses"]) == {np.log(2)}
    assert all(each["passed"] for each in found["check"])
    starts = [(each["init"], each["biases"], each["moved"]) for each in found["starts"][:2]]
    assert starts == [("zeros", False, []), ("zeros", True, ["b3", "b4"])]
    assert found["starts"][2]["equal_units"] == [[[0, 1]]]
    assert found["starts"][3]["last_loss"] < 0.1
    assert "worked example" in done.err


def test_the_worked_example_tells_people_the_same() -> None:
    out = invoke("mlp", "--explain").out
    assert "∂J/∂w_5 = ∂J/∂q_3·h_1 = −0.5·0 = 0   (0 because h_1 is 0)" in out
    assert "(0 because w_5, relu'(q_1) and w_7 are 0)" in out
    assert "Δw_1 = −η·∂J/∂w_1 = −0.1·0 = 0" in out
    assert "only b3 and b4 move" in out
    assert "hidden units stay equal for ever" in out
    assert out.count("it learns") == 2
    assert out.endswith("Every gradient is 0: no step of gradient descent changes anything.\n")


def test_with_biases_only_those_of_the_output_move() -> None:
    done = invoke("mlp", "--biases", "--steps", "5", "-f", "json")
    assert json.loads(done.out)["descent"]["moved"] == ["b3", "b4"]


def test_losses_are_charted_and_drawn(tmp_path: Path) -> None:
    picture = tmp_path / "loss.svg"
    done = invoke("mlp", DRAWN, "--steps", "100", "--plot", str(picture), "--seed", "1")
    assert "● loss" in done.out
    assert "one step in 5; json and csv have them all" in done.out
    assert picture.read_text().startswith("<svg")
    losses = ("-f", "csv", "--table", "gradient descent")
    rows = invoke("mlp", DRAWN, "--steps", "100", *losses).out.partition("step,loss\n")[2]
    assert len(rows.split("\n\n")[0].splitlines()) == 101


def test_initial_weights_are_drawn_by_seed() -> None:
    losses = [
        json.loads(invoke("mlp", DRAWN, "--init", init, "--seed", seed, "-f", "json").out)["loss"]
        for init, seed in (("he", "1"), ("he", "1"), ("he", "2"), ("xavier", "1"))
    ]
    assert losses[0] == losses[1]
    assert len(set(losses)) == 3
    constant = invoke("mlp", DRAWN, "--init", "constant", "--constant", "0.25", "-f", "json")
    assert json.loads(constant.out)["layers"][0]["q"] == [0.75] * 3
    other = invoke("mlp", SMALL, "--sizes", "2x4x2", "-f", "json")
    assert len(json.loads(other.out)["layers"][0]["q"]) == 4


def test_many_parameters_get_a_row_a_layer_for_people_alone() -> None:
    line = '{"x": [1, 2], "target": 0, "sizes": [2, 300, 2], "biases": true}'
    assert "largest gradient" in invoke("mlp", line).out
    assert "\nw1200," in invoke("mlp", line, "-f", "csv").out
    wide = line.replace("300", "600")
    assert "outputs alone, 2 of them; json and csv have every unit" in invoke("mlp", wide).out
    assert "\n1,600," in invoke("mlp", wide, "-f", "csv", "--table", "units").out


def test_batches_have_an_axis_more() -> None:
    done = invoke("mlp", '{"x": [[1, 2], [3, 4]], "target": [0, 1], "sizes": [2, 2]}', "-f", "json")
    found = json.loads(done.out)
    assert np.shape(found["layers"][0]["q"]) == np.shape(found["gradients"]["x"]) == (2, 2)
    people = invoke("mlp", '{"x": [[1, 2], [3, 4]], "target": [0, 1], "sizes": [2, 2]}').out
    assert "loss, mean of 2 examples" in people
    units = people.partition("\nUnits\n")[2].partition("\n\n")[0].splitlines()
    assert units[0].split() == ["example", "layer", "unit", "q", "h", "dJ/dq"]
    q, y = found["layers"][0]["q"][1][0], found["output"][1][0]
    assert units[4].split()[:5] == ["2", "1", "1", f"{q:.6g}", f"{y:.6g}"]


def test_a_slip_in_a_batch_is_named_with_its_sum() -> None:
    line = '{"x": [[1, 2], [3, 4]], "target": [0, 1], "weights": [[[0.5, 0], [0, 0.5]]]}'
    done = invoke("mlp", line, "--expect", '{"named": {"w1": 1, "w4": 2}}')
    assert done.status == 1
    assert done.complaint == (
        "named.w1: expected 1, is 0.255081 = ∂J/∂Q_1ᵀ @ X = −0.31123·1 + 0.18877·3"
    )


def test_what_is_not_finite_is_passed_on_where_it_is_let_in() -> None:
    line = SMALL.replace("1, 2", "NaN, 2", 1)
    found = json.loads(invoke("mlp", line, "--allow-nonfinite", "-f", "json", "--steps", "2").out)
    assert (found["loss"], found["descent"]["losses"]) == ("NaN", ["NaN"] * 3)
    done = invoke("mlp", line, "--allow-nonfinite", "--check")
    assert done.complaint.startswith("gradient of weights[0]: off by nan")


def test_a_kink_fails_the_check() -> None:
    line = '{"x": [0], "target": [0], "weights": [[[1]], [[1]]], "output": "sigmoid"}'
    done = invoke("mlp", line, "--check", "-f", "json")
    assert done.status == 1
    note, complaint = done.err.splitlines()
    assert note == "dlcalc: relu at 0, where it has no derivative: 0 is taken"
    assert "gradient of x: off by" in complaint
    assert "there is no derivative" in complaint
    assert json.loads(done.out)["check"][-1]["passed"] is False


def test_the_python_function_is_the_same() -> None:
    given = CASES[0]["input"]
    assert dlcalc.mlp(**given).loss == pytest.approx(CASES[0]["loss"])
    compared = dlcalc.mlp([0.5, 0.5], 0, sizes=[2, 2, 2], init="zeros", starts=True, seed=1)
    assert compared.starts is not None
    assert [each.moved for each in compared.starts][:2] == [(), ("b3", "b4")]


def test_the_constant_start_has_the_constant_that_is_given() -> None:
    """h = 0.3 (1 + 2) twice, y = 0.3 (0.9 + 0.9) twice, J = ½((0.54 − 1)² + 0.54²)."""
    given: dict[str, Any] = {"sizes": [2, 2, 2], "output": "identity", "starts": True}
    starts = dlcalc.mlp([1, 2], [1, 0], constant=0.3, **given).starts
    assert starts is not None
    assert starts[2].init == "constant"
    assert starts[2].first_loss == pytest.approx(0.2516)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([SMALL.replace("weights", "weigths")], "unknown field 'weigths'; did you mean weights?"),
        ([SMALL.replace("target", "targets")], "unknown field 'targets'; did you mean target?"),
        (['{"x": [1]}'], "field 'target' is missing"),
        (['{"x": [1], "target": 0}'], "weights, or sizes to draw them for, are missing"),
        ([SMALL.replace("[3, 4]", "[3]")], "weights: [0]: element [1]: has 1 entry"),
        ([SMALL.replace("[1, 2],", "[1],", 1)], "weights[0]: shape 2x2 takes 2 values, 1 come in"),
        ([SMALL.replace("0,", "2,")], "target: class 2 is none of the 2 outputs, 0 to 1"),
        ([SMALL.replace("0,", "null,")], "target holds null, not real numbers"),
        ([SMALL[:-1] + ', "activation": 5}'], "activation is 5, where a name belongs"),
        ([SMALL[:-1] + ', "activation": "rel"}'], "unknown activation 'rel'; did you mean relu"),
        ([SMALL[:-1] + ', "learning_rate": "a"}'], "learning_rate holds text"),
        ([SMALL[:-1] + ', "biases": [[1]]}'], "biases[0]: shape 1; expected 2 values"),
        ([SMALL[:-1] + ', "biases": [1, [2]]}'], "biases: 2 for 1 layers"),
        ([SMALL.replace("[[[1, 2], [3, 4]]]", "7")], "weights is no list of one array a layer"),
        ([SMALL.replace("2]", "1e999]", 1)], "1e999 is beyond the largest float64"),
        ([DRAWN.replace("3", "2.5")], "sizes: expected a list of whole numbers"),
        ([DRAWN.replace("3", "1" + "0" * 20)], "weights are more than the 1,048,576 worked out"),
        ([DRAWN, "--steps", "9" * 12], "steps: 999,999,999,999 are more than the 1,000,000"),
        ([DRAWN.replace("3", "100000"), "--steps", "100000"],
         "steps: 40,000,000,000 products, forwards, are more than the 20,000,000,000 taken at"),
        ([DRAWN, "--init", "constant", "--constant", "inf"],
         "inf is not a finite number"),
        ([SMALL, "--constant", "0.3"], "--constant is the weight of --init constant, or one of"),
        ([DRAWN, "--steps", "2", "--plot", "loss.png"], "a picture is drawn as SVG"),
        ([DRAWN, "--init", "hee"], "invalid value for '--init': unknown init 'hee'"),
        ([DRAWN, "--plot", "loss.svg"], "--plot draws the loss by step: ask for steps"),
        (['{"x": [1], "target": 0, "sizes": [1, 30000]}', "--check"],
         "--check moves one number at a time: 30,001 are more than 20,000"),
        ([SMALL, "--expect", '{"foo": 1}'], "--expect: the result has no field 'foo'"),
        (["[1, 2]"], "a JSON object with fields is wanted: x, target"),
    ],
)  # fmt: skip
def test_bad_input_ends_in_one_line(arguments: list[str], complaint: str) -> None:
    done = invoke("mlp", *arguments)
    assert done.status == 2
    assert complaint in done.complaint


TWO_LAYERS = json.dumps({
    "x": [0.05, 0.10], "target": [0.01, 0.99],
    "weights": [[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
    "biases": [[0.35, 0.35], [0.60, 0.60]], "activation": "sigmoid", "output": "sigmoid",
    "loss": "squared_error", "learning_rate": 0.5,
})


def with_fields(**more: Any) -> str:
    return json.dumps(json.loads(TWO_LAYERS) | more)


def test_the_best_known_example_up_to_its_new_weights() -> None:
    """The digits are those that go round in print."""
    published = {"h1": 0.593269992, "h2": 0.596884378, "y1": 0.75136507, "y2": 0.772928465,
                 "loss": 0.298371109, "dJ/dw5": 0.082167041, "w5": 0.35891648, "w6": 0.408666186,
                 "w7": 0.511301270, "w8": 0.561370121, "w1": 0.149780716, "w2": 0.19956143,
                 "w3": 0.24975114, "w4": 0.29950229}
    frozen = with_fields(freeze="biases")
    for network, more in (
        (frozen, {"loss_after": 0.291027924, "b1": 0.35, "b3": 0.6}),
        (TWO_LAYERS, {"loss_after": 0.280471447, "b1": 0.345614323, "b3": 0.530750719}),
    ):
        done = invoke("mlp", network, "--expect", json.dumps(published | more))
        assert (done.status, done.err) == (0, "dlcalc: agrees\n")
    working = invoke("mlp", frozen, "--explain").out
    assert "w_5⁺ = w_5 + Δw_5 = 0.4 + (−0.0410835) = 0.358916" in working
    assert "∂J/∂q_3·w_5·h_1·(1 − h_1)·x_1" in working
    assert "Δb_1 = 0   (frozen)" in working


def test_single_parameters_are_frozen_and_wrong_names_refused() -> None:
    record = json.loads(invoke("mlp", with_fields(freeze=["w5", "b1"]), "-f", "json").out)
    still = [name for name, new in record["updated"]["named"].items()
             if new == {"w5": 0.4, "b1": 0.35}.get(name)]
    assert still == ["w5", "b1"]
    refused = invoke("mlp", with_fields(freeze="w9"))
    assert (refused.status, refused.complaint) == (
        2, "freeze: no weight or bias is called 'w9'; known: weights, biases, b1, b2, b3, b4, w1, "
        "w2, w3, w4, w5, w6, w7, w8")


@pytest.mark.parametrize("optimizer", [
    {"type": "adam", "lr": 0.1}, {"type": "sgd", "lr": 0.5, "momentum": 0.9, "nesterov": True},
    {"type": "rmsprop", "centered": True}, {"type": "rmsprop", "momentum": 0.9},
    {"type": "nadam"}, {"type": "adamw"},
])
def test_optimisers_are_those_of_step(optimizer: dict[str, Any]) -> None:
    import dlcalc

    given = json.loads(TWO_LAYERS)
    done = invoke("mlp", with_fields(optimizer=optimizer), "--steps", "3", "-f", "json")
    run = json.loads(done.out)
    parameters = {f"{n}.{kind}": value[n // 2] for n in (0, 2) for kind, value in
                  (("weight", given["weights"]), ("bias", given["biases"]))}
    names = {"0.weight": "a.weight", "0.bias": "a.bias", "2.weight": "b.weight", "2.bias": "b.bias"}
    there = dlcalc.step(
        "input 2\na: linear 2\nsigmoid\nb: linear 2\nsigmoid", x=given["x"],
        target=given["target"], loss="mse", optimizer=optimizer, steps=3,
        parameters={names[name]: value for name, value in parameters.items()})
    for n, layer in enumerate("ab"):
        for kind, name in (("weights", "weight"), ("biases", "bias")):
            np.testing.assert_allclose(
                run["descent"][kind][n], there.updated[f"{layer}.{name}"], rtol=1e-9)
    working = invoke("mlp", with_fields(optimizer=optimizer), "--explain").out
    assert f"moved by {optimizer['type']}" in working


def test_slips_are_named_by_computing_them() -> None:
    record = json.loads(invoke("mlp", TWO_LAYERS, "-f", "json").out)
    h1, y1 = record["layers"][0]["h"][0], record["output"][0]
    q3 = record["gradients"]["q"][1][0]
    for wrong, words in (
        ({"dJ/dw5": (y1 - 0.01) * y1 * h1}, "(1 − y_1) left out in ∂J/∂q_3"),
        ({"dJ/dq3": y1 - 0.01}, "y_1·(1 − y_1) left out"),
        ({"h1": 0.3775}, "sigmoid left out"), ({"loss": 2 * record["loss"]}, "½ left out"),
        ({"w5": 0.4 + 0.5 * q3 * h1}, "a wrong sign at Δw_5"),
        ({"q1": 0.0275}, "b_1 left out"), ({"dJ/dw6": q3 * h1}, "h_1 in place of h_2"),
    ):
        [(name, value)] = wrong.items()
        done = invoke("mlp", TWO_LAYERS, "--expect", json.dumps({name: round(value, 7)}))
        assert done.status == 1
        assert done.complaint.endswith(f"; {words} gives that"), (name, done.complaint)
    strange = invoke("mlp", TWO_LAYERS, "--expect", '{"dJ/dw5": 0.1234567}')
    assert "gives that" not in strange.complaint


@pytest.mark.parametrize(("weights", "said"), [
    ([[[0.2, 1, -1.6], [0.4, 2, -3.2]]],
     "gradients.weights[0]: expected the shape 2x3, is 3x2; the transposed matrix gives that"),
    ([[[0.2, 1, -1.6], [0.4, 2, -3.3]]], "gradients.weights[0]: expected the shape 2x3, is 3x2"),
    ({"W": [[1]]}, "--expect: the result has no field 'W'"),
])
def test_an_answer_that_lies_otherwise_is_told(weights: Any, said: str) -> None:
    data = {"x": [1, 2], "target": [0.3, 0.1, 0.9], "output": "identity",
            "weights": [[[0.1, 0.2], [0.3, 0.4], [0.5, -0.6]]]}  # fmt: skip
    answer = json.dumps({"gradients": {"weights": weights}})
    assert invoke("mlp", json.dumps(data), "--expect", answer).err.splitlines()[-1] == (
        f"dlcalc: {said}")


def test_the_activation_of_the_command_line_outranks_that_of_the_problem() -> None:
    from dlcalc.derive import activations
    from dlcalc.names import ACTIVATIONS

    assert set(ACTIVATIONS) == set(activations.ACTIVATIONS)
    tanh = invoke("mlp", TWO_LAYERS, "--activation", "tanh", "-f", "json")
    assert tanh.out == invoke("mlp", with_fields(activation="tanh"), "-f", "json").out


def test_slips_in_a_batch_are_slips_of_matrices() -> None:
    draw = np.random.default_rng(1)
    W = [draw.normal(size=(3, 2)).round(2), draw.normal(size=(3, 3)).round(2)]
    fields = {"x": draw.normal(size=(4, 2)).round(2).tolist(),
              "target": draw.uniform(size=(4, 3)).round(2).tolist(),
              "weights": [each.tolist() for each in W], "activation": "tanh", "output": "sigmoid",
              "loss": "squared_error"}
    record = json.loads(invoke("mlp", json.dumps(fields), "-f", "json").out)
    h, dq = np.array(record["layers"][0]["h"]), np.array(record["gradients"]["q"][1])
    slope, loss = 1 - h**2, record["loss"]
    for name, wrong, words in (
        ("q", [dq @ W[1], dq], "(1 − H_1²) left out"),
        ("q", [(dq @ W[1].T) * slope, dq], "W_2ᵀ in place of W_2 in ∂J/∂H_1"),
        ("q", [-(dq @ W[1]) * slope, dq], "a wrong sign"),
        ("weights", [record["gradients"]["weights"][0], (dq.T @ h).T], "the transposed matrix"),
        ("weights", [record["gradients"]["weights"][0], 4 * dq.T @ h], "1/4 left out in ∂J/∂Y"),
    ):
        answer = {"gradients": {name: [np.asarray(each).round(6).tolist() for each in wrong]}}
        done = invoke("mlp", json.dumps(fields), "--expect", json.dumps(answer))
        assert done.complaint.endswith(f"; {words} gives that"), (words, done.complaint)
    for wrong, words in ((2 * loss, "½ left out"), (4 * loss, "1/4 left out")):
        answer = {"loss": round(wrong, 6)}
        done = invoke("mlp", json.dumps(fields), "--expect", json.dumps(answer))
        assert done.complaint.endswith(f"; {words} gives that"), done.complaint


@pytest.mark.parametrize("answer", [
    {"layers": [{"h": [2, 4]}]}, {"layers": {"2": {"q": [1, 2]}}},
    {"layers": [None, {"q": [1, 2]}]}, {"updated": {"weights": {"1": [[1, 0], [0, 1]]}}},
    {"gradients": {"weights": [None, [[0, 0]] * 2]}},
])
def test_an_answer_may_leave_layers_out(answer: Any) -> None:
    data = {"x": [1, 2], "target": [1, 2], "weights": [[[2, 0], [0, 2]], [[0.5, 0], [0, 0.5]]],
            "output": "identity"}
    given = json.dumps(data)
    assert invoke("mlp", given, "--expect", json.dumps(answer)).status == (
        1 if "updated" in answer else 0)
    long = invoke("mlp", given, "--expect", '{"layers": [{}, {}, {}]}')
    assert (long.status, "layers" in long.complaint) == (1, True)


def test_the_number_of_a_step_is_whole_in_unrounded_working_too() -> None:
    problem = {"x": [1], "target": [1], "weights": [[[1]]], "output": "identity",
               "optimizer": {"type": "adam", "lr": 1}}
    done = invoke("mlp", json.dumps(problem), "--steps", "2", "--explain", "-f", "csv")
    assert "(1 − 0.9¹)" in done.out
    assert "(1.0)" not in done.out
