"""The working of small networks, computed again from the numbers that it prints."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.mlp.answer import findings, mlp
from dlcalc.commands.mlp.working import MlpWorking
from dlcalc.formulas.expressions import Step, symbol
from dlcalc.formulas.text import formula_text
from dlcalc.layers.losses import OBJECTIVES
from dlcalc.names import ACTIVATIONS
from dlcalc.numbers.axes import listed
from dlcalc.shell.runner import answer_of
from tests.derive.typed import untrue
from tests.formulas.evaluation import disagreement, elements

REFERENCE = Path(__file__).parents[2] / "data" / "reference_mlp.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
ZERO: dict[str, Any] = {"x": [0.5, 0.5], "target": 0, "sizes": [2, 2, 2], "init": "zeros"}


def numbered(steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.numbers]


@pytest.mark.parametrize("case", CASES)
def test_every_line_gives_its_value(case: dict[str, Any]) -> None:
    result = mlp(**case["input"])
    steps = numbered(list(MlpWorking(result).steps()))
    parameters = len(result.named)
    assert len(steps) > 2 * parameters
    assert [each for each in map(disagreement, steps) if each] == []


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 99),
    batch=st.integers(0, 3),
    sizes=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    activation=st.sampled_from(ACTIVATIONS),
    pair=st.sampled_from(OBJECTIVES),
    biases=st.booleans(),
    freeze=st.sampled_from([[], ["w1"], "weights"]),
)
def test_every_line_of_any_network_is_true_as_it_is_typed(
    seed: int, batch: int, sizes: list[int], activation: str, pair: Any, biases: bool, freeze: Any
) -> None:
    draw, examples = np.random.default_rng(seed), [batch] if batch else []
    result = mlp(
        draw.normal(size=[*examples, sizes[0]]), draw.uniform(size=[*examples, sizes[-1]]),
        sizes=sizes, seed=seed, biases=biases, activation=activation, output=pair.output,
        loss=pair.loss, freeze=freeze,
    )  # fmt: skip
    lines = MlpWorking(result)
    whole = lines.lines if lines.units is None else lines.units.lines
    assert untrue(lines.steps(), whole.values) == []


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_worked_out_number_by_number(activation: str) -> None:
    result = mlp([0.4, -1.1], [0.3], [[[0.5, 1], [-2, 0.1]], [[1, -1]]], activation=activation,
                 output="identity")
    lines = MlpWorking(result)
    assert lines.units is not None
    assert untrue(lines.steps(), lines.units.lines.values) == []


def test_zero_gradients_name_the_factors_that_are_zero() -> None:
    result = mlp(**ZERO)
    notes = {formula_text(step.name): step.note for step in MlpWorking(result).steps()}
    assert notes["∂J/∂w_5"] == "0 because h_1 is 0"
    assert notes["∂J/∂w_1"] == "0 because w_5, relu'(q_1) and w_7 are 0"
    full = MlpWorking(mlp([40], [0], [[[1]], [[1]]], activation="tanh", output="identity"))
    assert "0 because 1 − h_1² is 0" in {step.note for step in full.steps()}
    assert list(findings(result)) == [
        "Every gradient is 0: no step of gradient descent changes anything."
    ]


def test_findings_of_a_run() -> None:
    still = list(findings(mlp(**ZERO, steps=5)))
    assert still[1] == "After 5 steps, no weight has changed, and the loss is still 0.693147."
    biased = list(findings(mlp(**ZERO, steps=5, biases=True)))
    assert biased[0] == "Only b3 and b4 of 12 parameters have a gradient other than 0."
    assert biased[1].startswith("After 5 steps, only b3 and b4 have changed; the loss went")
    constant = list(findings(mlp(**{**ZERO, "init": "constant"}, steps=2)))
    assert constant[0].startswith("Only w5, w6, w7 and w8 of 8 parameters have a gradient")
    assert constant[1].startswith("After 2 steps, every parameter has changed")
    assert constant[2].startswith("Hidden units 1 and 2 of layer 1 are equal")


def test_findings_of_starts() -> None:
    found, other = (
        [each["finding"] for each in mlp(**ZERO, starts=True, seed=seed).to_dict()["starts"]]
        for seed in (1, 0)
    )
    assert found == [
        "every gradient is 0: nothing ever changes",
        "only b3 and b4 move",
        "it moves, but hidden units stay equal for ever",
        "it learns",
        "it learns",
    ]
    assert "another seed" in other[-2]


def test_many_names_are_cut_short() -> None:
    assert listed([f"w{n}" for n in range(10)], 8).endswith("w7 and 2 more")


@pytest.mark.parametrize(
    ("field", "index", "name"),
    [
        ("layers[0].q", (1,), symbol("q", 2)),
        ("output", (0,), symbol("y", 1)),
        ("loss", (), symbol("J")),
        ("gradients.weights[1]", (1, 0), symbol("∂J/∂w", 7)),
        ("gradients.x", (1,), symbol("∂J/∂x", 2)),
        ("updates.weights[0]", (0, 1), symbol("Δw", 2)),
        ("named.w7", (), symbol("∂J/∂w", 7)),
    ],
)
def test_an_element_has_its_working(field: str, index: tuple[int, ...], name: Any) -> None:
    step = MlpWorking(mlp(**ZERO)).element(field, index)
    assert step is not None
    assert step.name == name


def test_gradients_are_derived_from_the_last_layer_back() -> None:
    order = MlpWorking(mlp(**ZERO, biases=True)).order()
    assert len(set(order)) == len(order)
    places = [order.index(f) for f in ("output", "loss", "named.w5", "named.b3", "named.w1")]
    assert places == sorted(places)


def test_batches_are_worked_out_in_matrices() -> None:
    result = mlp([[1, 2], [3, 4]], [0, 1], sizes=[2, 3, 2], biases=True, activation="tanh")
    steps = {formula_text(each.name): each for each in MlpWorking(result).steps()}
    assert steps["∂J/∂W_1"].value == result.gradients.weights[0].tolist()
    assert steps["J"].note == "mean over 2 examples"
    assert formula_text(steps["Q_1"].numbers[0]).startswith("[[1, 2], [3, 4]] @ [[")
    assert formula_text(steps["ΔW_2"].numbers[0]).startswith("−0.1·[[")
    assert steps["ΔW_2"].value == result.updates.weights[1].tolist()


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 99),
    batch=st.integers(1, 3),
    sizes=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    pair=st.sampled_from(OBJECTIVES),
    biases=st.booleans(),
)
def test_every_element_of_a_batch_has_a_sum_that_gives_it(
    seed: int, batch: int, sizes: list[int], pair: Any, biases: bool
) -> None:
    draw = np.random.default_rng(seed)
    result = mlp(
        draw.normal(size=(batch, sizes[0])), draw.uniform(size=(batch, sizes[-1])), sizes=sizes,
        seed=seed, biases=biases, activation="tanh", output=pair.output, loss=pair.loss,
    )  # fmt: skip
    record = answer_of(result, "mlp").record
    del record["findings"], record["parameters"]
    lines = MlpWorking(result)
    for field, index, value in elements(record):
        step = lines.element(field, index)
        assert step is not None, field
        if step.numbers:
            assert disagreement(step._replace(value=value)) == ""
        else:
            bare = batch == 1 if field == "loss" else pair.output == "identity"
            assert bare or field == "loss_after", field


def test_an_element_of_a_large_network_has_its_sum_too() -> None:
    result = mlp([0.5] * 30, 1, sizes=[30, 20, 3], biases=True)
    for field, index in (("layers[0].q", (4,)), ("gradients.x", (29,)), ("named.w601", ())):
        step = MlpWorking(result).element(field, index)
        assert step is not None
        assert step.numbers
    step = MlpWorking(mlp([0.5] * 300, 1, sizes=[300, 3])).element("layers[0].q", (1,))
    assert step is not None
    assert step.numbers == ()
    assert step.formula is not None


def test_large_matrices_are_told_in_words() -> None:
    result = mlp([1.0] * 20, 0, sizes=[20, 30, 2])
    steps = {formula_text(each.name): each for each in MlpWorking(result).steps()}
    assert steps["∂J/∂W_1"].value is None
    assert steps["∂J/∂W_1"].note.startswith("30x20, largest entry")
