"""The working of small autoencoders, computed again from the numbers that it prints."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.vae.answer import Evidence, vae
from dlcalc.commands.vae.working import VaeWorking, evidence_words
from dlcalc.derive.recipe import Recipe
from dlcalc.formulas.expressions import symbol
from dlcalc.formulas.text import formula_text
from dlcalc.shell.runner import answer_of, read_example
from tests.derive.typed import untrue
from tests.formulas.evaluation import disagreement, elements

REFERENCE = Path(__file__).parents[2] / "data" / "reference_vae.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
SMALL = read_example("vae")["values"]


@pytest.mark.parametrize("case", CASES)
def test_every_line_gives_its_value(case: dict[str, Any]) -> None:
    steps = [step for step in VaeWorking(vae(**case["input"])).steps() if step.numbers]
    assert len(steps) > 15
    assert [each for each in map(disagreement, steps) if each] == []


def test_the_chain_to_a_weight_stands_before_its_factors() -> None:
    step = VaeWorking(vae(**SMALL)).element("named.dL1/dw4", ())
    assert step is not None
    assert step.formula is not None
    assert formula_text(step.formula) == "∂L1/∂z_1·∂z_1/∂σ_1·∂σ_1/∂s_2·∂s_2/∂q_2·∂q_2/∂w_4"
    assert formula_text(step.numbers[0]) == "∂L1/∂z_1·ε_1·σ_1·s_2·(1 − s_2)·x_2"


@pytest.mark.parametrize(
    ("field", "index", "name"),
    [
        ("sigma", (0,), symbol("σ", 1)),
        ("y", (1,), symbol("y", 2)),
        ("L2", (), symbol("L2")),
        ("gradients.L1.z", (0,), symbol("∂L1/∂z", 1)),
        ("gradients.L2.sigma_weights", (0, 1), symbol("∂L2/∂w", 4)),
        ("gradients.L1.decoder[0]", (1, 0), symbol("∂L1/∂w", 6)),
    ],
)
def test_an_element_has_its_working(field: str, index: tuple[int, ...], name: Any) -> None:
    step = VaeWorking(vae(**SMALL)).element(field, index)
    assert step is not None
    assert step.name == name


def test_gradients_are_derived_from_the_output_back() -> None:
    order = VaeWorking(vae(**SMALL, encoder=[[[1, 0], [0, 1]]])).order()
    assert len(set(order)) == len(order)
    names = ("L1", "named.dL1/dw9", "named.dL1/dz1", "named.dL1/dw5", "named.dL1/dw1")
    places = [order.index(name) for name in (*names, "gradients.L2.mu")]
    assert places == sorted(places)


def test_samples_are_worked_out_in_matrices() -> None:
    result = vae(**SMALL, samples=3, evidence=True)
    steps = {formula_text(each.name): each for each in VaeWorking(result).steps()}
    assert steps["∂L1/∂Z"].value == result.gradients["L1"].z.tolist()
    assert steps["∂L2/∂W_σ"].value == result.gradients["L2"].sigma_weights.tolist()
    assert all(step.formula for step in steps.values() if isinstance(step.value, list))
    assert steps["−ELBO"].value == result.negative_elbo
    assert "ELBO + KL_posterior" in steps


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 99),
    batch=st.sampled_from([None, 1, 2]),
    samples=st.sampled_from([None, 1, 3]),
    deep=st.booleans(),
    head=st.sampled_from(["sigmoid", "identity"]),
)
def test_every_line_and_every_element_has_a_working_that_gives_it(
    seed: int, batch: int | None, samples: int | None, deep: bool, head: str
) -> None:
    draw = np.random.default_rng(seed).normal
    decoder = [draw(size=(4, 2)), draw(size=(3, 4))] if deep else [draw(size=(3, 2))]
    result = vae(
        np.random.default_rng(seed).uniform(size=3 if batch is None else (batch, 3)),
        draw(size=(2, 2)), draw(size=(2, 2)), decoder, [draw(size=(2, 3))],
        head=head, samples=samples, seed=seed, evidence=True,
    )  # fmt: skip
    lines = VaeWorking(result)
    whole = lines.lines if lines.units is None else lines.units.lines
    assert untrue(Recipe.steps(lines), whole.values) == []
    record = answer_of(result, "vae").record
    del record["noise"]
    for field, index, value in elements(record):
        step = lines.element(field, index)
        assert step is not None, field
        if step.numbers:
            assert disagreement(step._replace(value=value)) == "", field
        else:
            assert value == 0 or step.formula is not None or step.note, field


def test_the_evidence_says_whether_it_adds_up() -> None:
    assert "the identity holds" in evidence_words(Evidence(-1.0, -1.5, 0.5, 1.0))
    assert "differs by 0.1" in evidence_words(Evidence(-1.0, -1.5, 0.5, 1.1))


def test_one_loss_in_place_of_the_other_is_noticed() -> None:
    result = vae(**SMALL)
    lines = VaeWorking(result)
    assert "negative ELBO" in lines.slip("loss", [result.negative_elbo], None)
    assert "as the problem states it" in lines.slip("negative_elbo", result.loss, None)
    assert lines.slip("loss", 7.0, None) == lines.slip("z", [1.0], None) == ""
