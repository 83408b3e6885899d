"""The check carries all moves side by side: what it finds is what each alone gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcalc
from dlcalc.commands.lstm.answer import lstm, solve
from dlcalc.errors import LimitError
from dlcalc.layers.cells import run as module
from dlcalc.layers.cells.problem import CellResult
from dlcalc.layers.cells.run import cell_result, check_cell
from dlcalc.numbers.differences import GradientCheck, check_gradients
from tests.commands.lstm.cases import problem, problems


def checks_of(result: CellResult) -> list[GradientCheck]:
    return check_cell(result, solve if result.problem.cell.memory else cell_result)


def one_by_one(result: CellResult, fields: dict[str, Any]) -> list[GradientCheck]:
    """The same with a whole run for every move of every number."""
    function = getattr(dlcalc, result.problem.cell.name)
    rest = {name: each for name, each in fields.items() if name not in result.gradients}

    def loss(p: Mapping[str, Any]) -> Any:
        run = function(**rest, **{name: np.real(each) for name, each in p.items()})
        entering = (np.asarray(fields["dh"]) * run.h).sum()
        return entering + ((fields["dc"] * run.c[-1]).sum() if "dc" in fields else 0)

    given = {name: np.asarray(fields.get(name, np.zeros_like(each)), float).reshape(each.shape)
             for name, each in result.gradients.items()}
    return check_gradients(loss, given, result.gradients)


def cell_fields(kind: str, seed: int, batch: int | None, torch: bool) -> dict[str, Any]:
    random, blocks = np.random.default_rng(seed), 3 if kind == "gru" else 1
    lead = () if batch is None else (batch,)
    W, b = random.normal(size=(2 * blocks, 5)), random.normal(size=2 * blocks)
    weights = {"weight_hh_l0": W[:, :2], "weight_ih_l0": W[:, 2:], "bias_ih_l0": b,
               "bias_hh_l0": random.normal(size=2 * blocks)} if torch else {"W": W, "b": b}
    return {**weights, "x": random.normal(size=(3, *lead, 3)), "h0": random.normal(size=(*lead, 2)),
            "dh": random.normal(size=(3, *lead, 2))}


@settings(max_examples=10, deadline=None)
@given(problems(kinks=False))
def test_moves_side_by_side_are_those_one_by_one(fields: dict[str, Any]) -> None:
    result = lstm(**fields)
    for together, alone in zip(checks_of(result), one_by_one(result, fields), strict=True):
        assert together.passed, together.name
        np.testing.assert_allclose(together.central, alone.central, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("batch", [None, 2])
@pytest.mark.parametrize("torch", [False, True])
@pytest.mark.parametrize(("kind", "more"), [
    ("rnn", {}), ("gru", {"reset": "after"}), ("gru", {"reset": "before"}),
])
def test_of_every_cell(kind: str, more: dict[str, Any], torch: bool, batch: int | None) -> None:
    fields = cell_fields(kind, 3, batch, torch) | more
    result = getattr(dlcalc, kind)(**fields)
    for together, alone in zip(checks_of(result), one_by_one(result, fields), strict=True):
        assert together.passed, together.name
        assert together.complex_step.any(), together.name
        np.testing.assert_allclose(together.central, alone.central, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("batch", [None, 1, 3])
def test_moves_in_many_parts_are_those_in_one(
    batch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = lstm(**problem(11, batch=batch))
    whole = checks_of(result)
    monkeypatch.setattr(module, "AT_ONCE", 50)
    for parts, each in zip(checks_of(result), whole, strict=True):
        np.testing.assert_allclose(parts.complex_step, each.complex_step, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("batch", [None, 2])
def test_each_of_pytorchs_parameters_is_moved(batch: int | None) -> None:
    fields = problem(4, batch=batch)
    W, b = fields.pop("W"), fields.pop("b")
    fields["gates"] = "ifgo"
    weights = {"weight_hh_l0": W[:, :2], "weight_ih_l0": W[:, 2:], "bias_ih_l0": b}
    checks = checks_of(lstm(**fields, **weights))
    assert {each.name for each in checks} >= {*weights, "bias_hh_l0"}
    for each in checks:
        assert each.passed, each.name
        assert each.complex_step.any(), each.name


@pytest.mark.parametrize("batch", [None, 2])
def test_weights_of_a_framework_are_checked_under_its_names(batch: int | None) -> None:
    fields = problem(4, batch=batch)
    W, b = fields.pop("W"), fields.pop("b")
    fields["gates"] = "ifgo"
    result = lstm(**fields, kernel=W[:, 2:].T, recurrent_kernel=W[:, :2].T, bias=b,
                  framework="keras")
    checks = checks_of(result)
    names = ["kernel", "recurrent_kernel", "bias", "x", "h0", "c0"]
    assert [each.name for each in checks] == names
    for each in checks:
        assert each.passed, each.name
        assert each.central.shape == each.formula.shape == result.gradients[each.name].shape


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_a_wrong_gradient_of_any_parameter_is_caught(seed: int) -> None:
    for each in checks_of(lstm(**problem(seed, batch=2))):
        wrong = each.formula.copy()
        wrong.flat[-1] += 1e-3
        assert each.passed, each.name
        assert not replace(each, formula=wrong).passed, each.name


def test_numbers_of_single_precision_are_checked_in_double() -> None:
    fields: dict[str, Any] = {
        name: np.float32(each) if isinstance(each, np.ndarray) else each
        for name, each in problem(2).items()
    }
    assert all(each.passed for each in checks_of(lstm(**fields)))


def test_a_check_of_too_many_numbers_is_refused_at_once() -> None:
    """Of W, b, x and both states, one of three moves each; 300 products weigh as much as a step."""
    numbers, most = 8 + 4 + 6000 + 2, 30_000_000 * 300 // (300 + 8)
    with pytest.raises(LimitError, match=f"a check of {numbers:,} numbers over 6,000 steps takes "
                       f"{3 * numbers * 6000:,} forward steps; at most {most:,} of this size"):
        checks_of(lstm(**problem(1, H=1, D=1, T=6000)))
