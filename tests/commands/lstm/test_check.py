"""The check carries all moves side by side: what it finds is what each alone gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from dlcalc.commands.lstm import check
from dlcalc.commands.lstm.check import check_lstm
from dlcalc.commands.lstm.lstm import LstmResult, lstm
from dlcalc.commands.lstm.passes import forward
from dlcalc.errors import LimitError
from dlcalc.numbers.differences import check_gradients
from tests.commands.lstm.cases import problem, problems


def one_by_one(result: LstmResult) -> list[Any]:
    """The same check with a whole forward pass for every move of every number."""
    problem = result.problem
    names = ("W", "b", "x", "h0", "c0")
    parameters = {name: getattr(problem, name) for name in names}

    def loss(p: Mapping[str, Any]) -> Any:
        shaped: Any = {name: p[name].reshape(parameters[name].shape) for name in names}
        run = forward(replace(problem, **shaped))
        return (problem.dh * run.h.transpose(0, 2, 1)).sum() + (problem.dc * run.c[-1].T).sum()

    shaped = {name: each.reshape(parameters[name].shape) for name, each in result.gradients.items()}
    return check_gradients(loss, parameters, shaped)


@settings(max_examples=20, deadline=None)
@given(problems(kinks=False))
def test_moves_side_by_side_are_those_one_by_one(fields: dict[str, Any]) -> None:
    result = lstm(**fields)
    for together, alone in zip(check_lstm(result), one_by_one(result), strict=True):
        assert together.name == alone.name
        for found, wanted, near in (
            (together.central, alone.central, 1e-6),
            (together.complex_step, alone.complex_step, 1e-11),
        ):
            assert found.ravel() == pytest.approx(wanted.ravel(), rel=near, abs=near), alone.name


@pytest.mark.parametrize("batch", [None, 1, 3])
def test_moves_in_many_parts_are_those_in_one(
    batch: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = lstm(**problem(11, batch=batch))
    whole = check_lstm(result)
    monkeypatch.setattr(check, "AT_ONCE", 500)
    for parts, each in zip(check_lstm(result), whole, strict=True):
        assert parts.complex_step == pytest.approx(each.complex_step, rel=1e-12, abs=1e-14)
        assert parts.passed


@pytest.mark.parametrize("batch", [None, 2])
def test_each_of_pytorchs_parameters_is_moved(batch: int | None) -> None:
    fields = problem(4, batch=batch)
    W, b = fields.pop("W"), fields.pop("b")
    fields["gates"] = "ifgo"
    weights = {"weight_hh_l0": W[:, :2], "weight_ih_l0": W[:, 2:], "bias_ih_l0": b}
    checks = check_lstm(lstm(**fields, **weights))
    assert {each.name for each in checks} >= {*weights, "bias_hh_l0"}
    for each in checks:
        assert each.passed, each.name
        assert each.complex_step.any(), each.name


def test_a_wrong_gradient_of_any_parameter_is_caught() -> None:
    for each in check_lstm(lstm(**problem(8, batch=2))):
        wrong = each.formula.copy()
        wrong.flat[-1] += 1e-4
        assert each.passed, each.name
        assert not replace(each, formula=wrong).passed, each.name


def test_a_check_of_too_many_numbers_is_refused_at_once() -> None:
    with pytest.raises(LimitError, match="forward steps"):
        check_lstm(lstm(**problem(1, H=1, D=1, T=6000)))
