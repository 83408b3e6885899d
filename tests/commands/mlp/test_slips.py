"""Mistakes made on purpose, in a network written out here, are named; strange numbers are not."""

import json
import re
from typing import Any

import numpy as np
import pytest

from dlcalc.commands.mlp.answer import mlp
from dlcalc.commands.mlp.working import MlpWorking
from tests.shell.running import invoke

SHAPES = {"small": (0, 2, 2, 2), "large": (0, 10, 10, 10), "batch": (3, 3, 3, 3)}
"""Examples in the batch, inputs, hidden units and outputs."""
Q, H, J, DQ = "layers[{}].q", "layers[{}].h", "loss", "gradients.q[{}]"
DW, DB = "gradients.weights[{}]", "gradients.biases[{}]"
MISTAKES = [
    ("bias", Q.format(0), "b left out|b_1 left out"),
    ("second bias", Q.format(1), "b(_2|⁽²⁾)? left out"),
    ("activation", H.format(0), "(sigmoid|tanh) left out"),
    ("transposed", Q.format(0), "W_1ᵀ? in place of W_1ᵀ?"),
    ("half", J, "½ left out"),
    ("mean", J, "(1/3|½) left out"),
    ("mean", DW.format(0), r"1/3 left out in ∂J/∂(Q_2|Y)"),
    ("mean of biases", DB.format(1), "the mean in place of the sum"),
    ("sign", DQ.format(1), "a wrong sign|[tT] − [yY] in place of [yY] − [tT]"),
    ("sign", DW.format(0), "a wrong sign"),
    ("transposed back", DQ.format(0), "W_2ᵀ? in place of W_2ᵀ?( in ∂J/∂[hH]_1)?"),
    ("slope", DQ.format(0), "1 − .*left out"),
    ("slope", DW.format(0), "∂J/∂[hH](_[12])? in place of ∂J/∂[qQ](_[12])?|1 − .*left out"),
    ("slope at q", DQ.format(0), "[qQ](_[12])? in place of [hH](_[12])?"),
    ("slope of output", DW.format(1), "[yY].*left out in ∂J/∂[qQ]"),
    ("turned", DW.format(1), "the transposed matrix"),
]


def worked(
    x: Any, t: Any, W: Any, b: Any, sigmoid: bool, softmax: bool, mistake: str = ""
) -> dict[str, Any]:
    """Two layers, forward and back, with one mistake."""
    n, wrong = len(x), mistake.__eq__
    q = x @ (W[0] if wrong("transposed") else W[0].T) + (0 if wrong("bias") else b[0])
    h = 1 / (1 + np.exp(-q)) if sigmoid else np.tanh(q)
    h = q if wrong("activation") else h
    q2 = h @ W[1].T + (0 if wrong("second bias") else b[1])
    if softmax:
        y = np.exp(q2) / np.exp(q2).sum(axis=1, keepdims=True)
        loss, dq2 = -(t * np.log(y)).sum() / n, (y - t) / n
    else:
        y = 1 / (1 + np.exp(-q2))
        loss = ((y - t) ** 2).sum() / n / (1 if wrong("half") else 2)
        dq2 = (y - t) / n * (1 if wrong("slope of output") else y * (1 - y))
    loss, dq2 = (each * (n if wrong("mean") else 1) for each in (loss, dq2))
    dq2 = -dq2 if wrong("sign") else dq2
    at = q if wrong("slope at q") else h
    slope = 1 if wrong("slope") else at * (1 - at) if sigmoid else 1 - at**2
    dq = dq2 @ (W[1].T if wrong("transposed back") else W[1]) * slope
    dW, db = [dq.T @ x, dq2.T @ h], [each.sum(axis=0) for each in (dq, dq2)]
    dW = [each.T for each in dW] if wrong("turned") else dW
    db = [each / n for each in db] if wrong("mean of biases") else db
    return {"layers": [{"q": q, "h": h}, {"q": q2, "h": y}], "loss": loss,
            "gradients": {"q": [dq, dq2], "weights": dW, "biases": db}}


def at(record: Any, field: str, single: bool) -> Any:
    value: Any = record
    for step in field.replace("[", ".").replace("]", "").split("."):
        value = value[int(step) if step.isdigit() else step]
    rowed = single and field.startswith(("layers", "gradients.q"))
    return np.asarray(value[0] if rowed else value).round(7)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize(("mistake", "field", "words"), MISTAKES)
def test_mistakes_are_named(kind: str, mistake: str, field: str, words: str) -> None:
    examples, inputs, hidden, outputs = SHAPES[kind]
    for seed in range(4):
        draw, sigmoid, softmax = np.random.default_rng(seed), seed % 2 == 0, seed < 2
        x = draw.normal(size=(examples or 1, inputs)).round(2)
        t = draw.uniform(size=(examples or 1, outputs)).round(2)
        t = np.eye(outputs)[draw.integers(outputs, size=len(x))] if softmax else t
        W = [draw.normal(size=size).round(2) for size in ((hidden, inputs), (outputs, hidden))]
        b = [draw.normal(size=size).round(2) for size in (hidden, outputs)]
        result = mlp(
            x if examples else x[0], t if examples else t[0], W, b,
            activation="sigmoid" if sigmoid else "tanh",
            output="softmax" if softmax else "sigmoid",
            loss="cross_entropy" if softmax else "squared_error",
        )  # fmt: skip
        right, wrong = (
            at(worked(x, t, W, b, sigmoid, softmax, each), field, not examples)
            for each in ("", mistake)
        )
        if np.allclose(right, wrong, atol=2e-5):
            continue
        lines = MlpWorking(result)
        said = lines.slip(field, wrong.tolist(), None)
        assert said.endswith(" gives that"), (seed, said)
        assert re.search(words, said), (seed, said)
        strange = (right * (1 + draw.normal(size=right.shape))).round(6)
        assert lines.slip(field, strange.tolist(), None) == "", (seed, strange)


@pytest.mark.parametrize(("words", "factor", "biases", "layers"), [
    ("the loss before the step", 0, 0, (0, 1)), ("the other sign of the step", -1, -1, (0, 1)),
    ("the step taken twice", 2, 2, (0, 1)), ("η left out", 10, 10, (0, 1)),
    ("the biases left as they were", 1, 0, (0, 1)), ("layer 1 left as it was", 1, 1, (1,)),
])
def test_a_slip_of_the_step_is_named_by_the_loss_after_it(
    words: str, factor: float, biases: float, layers: tuple[int, ...]
) -> None:
    draw = np.random.default_rng(4).normal
    x, t, W, b = draw(size=3), [0.2, 0.9], [draw(size=(2, 3)), draw(size=(2, 2))], draw(size=(2, 2))
    given: dict[str, Any] = {"activation": "tanh", "output": "sigmoid", "loss": "squared_error"}
    result = mlp(x, t, W, b, **given)
    for n in layers:
        W[n] = W[n] + factor * result.updates.weights[n]
        b[n] += biases * (result.updates.biases or ())[n]
    wrong = mlp(x, t, W, b, **given).loss
    assert MlpWorking(result).slip("loss_after", round(wrong, 7), None) == f"{words} gives that"
    assert MlpWorking(result).slip("loss_after", 0.123456, None) == ""


def test_a_slip_in_one_number_of_an_array_is_named_and_in_two_none() -> None:
    draw = np.random.default_rng(7).normal
    result = mlp(draw(size=(4, 3)), draw(size=(4, 2)) ** 2, [draw(size=(5, 3)), draw(size=(2, 5))],
                 activation="tanh", output="identity", loss="squared_error")
    lines = MlpWorking(result)
    right = result.gradients.weights[1]
    for wrong, named in (([(1, 2)], True), ([(1, 2), (0, 3)], False), ([], False)):
        answer = right.copy()
        for index in wrong:
            answer[index] = -answer[index]
        said = lines.slip("gradients.weights[1]", answer.round(7).tolist(), None)
        assert said == ("a wrong sign gives that" if named else "")


@pytest.mark.parametrize(
    ("scale", "named"), [(1, ""), (1000, "w_4·x_2 left out in q_2 gives that")]
)
def test_a_slip_far_from_the_answer_wants_more_than_two_small_whole_numbers(
    scale: int, named: str
) -> None:
    W = [np.array([[3, 1], [-2, -1]]), scale * np.array([[-1, -3], [-2, -3]])]
    lines = MlpWorking(mlp([-1, 1], [-1, 0], W, activation="identity", output="identity",
                           loss="squared_error"))  # fmt: skip
    assert lines.slip("output", [-4 * scale, -2 * scale], None) == named


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error"])
def test_the_mean_of_a_loss_over_its_outputs_is_named_by_a_gradient_alone(loss: str) -> None:
    result = mlp([1.3, 1.7], [1, 0], [[[0.5, -0.2], [0.3, 0.1]]], output="sigmoid", loss=loss)
    lines, right = MlpWorking(result), result.gradients.weights[0]
    said = "the mean in place of the sum gives that"
    assert lines.slip("gradients.weights[0]", (right / 2).round(7), None) == said
    alone = right.copy()
    alone[0, 1] /= 2  # given by its name, so that the others are those of the record
    assert lines.slip("gradients.weights[0]", alone.round(7), None) == said


def test_what_two_units_exchange_is_not_said_to_be_in_its_own_place() -> None:
    draw = np.random.default_rng(3).normal
    result = mlp(draw(size=2), draw(size=2), [draw(size=(2, 2)), draw(size=(2, 2))],
                 activation="tanh", output="identity", loss="squared_error")
    slopes = 1 - np.ravel(result.layers[0].h)[::-1] ** 2
    wrong = np.ravel(result.gradients.q[1] @ result.network.weights[1]) * slopes
    said = MlpWorking(result).slip("gradients.q[0]", wrong.round(7), None)
    assert said == "h of another unit gives that"


def test_layers_are_told_from_the_units_of_their_names() -> None:
    result = mlp([1, 2], [1, 0], [[[1, 2], [3, 4]], [[1, 1], [2, -1]]], activation="relu",
                 output="identity", loss="squared_error")
    said = MlpWorking(result).slip("gradients.x", [1 * 15 - 3, 2 * 15 - 4], None)
    assert said == "∂J/∂q⁽²⁾ in place of ∂J/∂q⁽¹⁾ gives that"


X, TARGET = np.array([1, 2]), np.array([0.3, 0.6])
TWO = np.array([[0.1, 0.2], [0.3, -0.4]]), np.array([[0.5, 0.6], [-0.7, 0.8]])
ONE = np.array([[0.1, 0.2], [0.3, -0.4], [0.6, 0.5]])
LOGITS = ONE @ X
SOFTMAX = np.exp(LOGITS) / np.exp(LOGITS).sum()
OUTPUT = 1 / (1 + np.exp(-TWO[1] @ (1 / (1 + np.exp(-TWO[0] @ X)))))
BARE = np.outer(TWO[1].T @ (OUTPUT - TARGET), X)
"""The gradient of the first weights without the slope of any activation."""


@pytest.mark.parametrize(("wrong", "words"), [
    ({"output": 1 / (1 + np.exp(-LOGITS))}, "sigmoid in place of softmax"),
    ({"output": np.exp(LOGITS)}, "the sum of the exponentials left out"),
    ({"output": SOFTMAX[[1, 0, 2]]}, "q_1 and q_2 exchanged"),
    ({"loss": -np.log2(SOFTMAX[1])}, "log2 in place of ln"),
    ({"loss": -np.log10(SOFTMAX[1])}, "log10 in place of ln"),
    ({"gradients": {"weights": [np.outer([0, 1, 0] - SOFTMAX, X)]}}, "a wrong sign"),
    ({"named": {"w1": BARE[0, 0], "w2": BARE[0, 1]}}, "the slopes of all activations left out"),
    (2, "½ left out"),
    (-1, "a wrong sign"),
])
def test_a_slip_made_all_over_is_named(wrong: Any, words: str) -> None:
    asked = {"x": X, "target": [0, 1, 0], "weights": [ONE], "output": "softmax",
             "loss": "cross_entropy"}
    if isinstance(wrong, int) or "named" in wrong:
        asked = {"x": X, "target": TARGET, "weights": TWO, "activation": "sigmoid",
                 "output": "sigmoid", "loss": "squared_error"}
    if isinstance(wrong, int):
        right = mlp(**asked).gradients.weights
        wrong = {"gradients": {"weights": [wrong * each for each in right]}}
    given, expected = (
        json.dumps(each, default=lambda array: array.round(7).tolist()) for each in (asked, wrong))
    done = invoke("mlp", given, "--expect", expected)
    assert done.status == 1
    assert done.err.endswith(f"; {words} gives that\n")
