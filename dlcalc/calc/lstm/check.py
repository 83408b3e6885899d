"""An LSTM's gradients held against central and complex-step differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from dlcalc.calc.differences import GradientCheck, check_gradients
from dlcalc.calc.lstm.forward import forward
from dlcalc.calc.lstm.lstm import LstmResult, solve
from dlcalc.calc.lstm.next import enter_later_step
from dlcalc.calc.lstm.problem import LstmProblem
from dlcalc.errors import LimitError

Array = np.ndarray[Any, np.dtype[Any]]

MOST_STEPS = 5_000_000
"""Forward steps that a check of a small cell may take, a few minutes' worth."""
A_STEP = 2_000
"""Products that take as long as all else of a forward step."""


def check_lstm(result: LstmResult) -> list[GradientCheck]:
    """The gradient of each parameter three ways, in float64 whatever the result is in.

    The loss is Σₜ ⟨dhₜ, hₜ⟩ + ⟨dc, c_T⟩, whose gradients at h and c are those given; what
    `next` sends back is part of both. Raises LimitError for a check of too many numbers.

    >>> from dlcalc.calc.lstm.lstm import lstm
    >>> checks = check_lstm(lstm(W=[[0.5, 1]] * 4, x=[[1], [2]], dh=[0.3]))
    >>> [check.name for check in checks if check.passed]
    ['W', 'b', 'x', 'h0', 'c0']
    """
    exact = solve(_in_double(result.problem))
    total, _ = enter_later_step(exact.problem)
    gradients = exact.gradients
    _check_work(gradients, total)

    def loss(parameters: Mapping[str, Array]) -> Any:
        problem = _with_parameters(total, parameters)
        run = forward(problem)
        return (total.dh * run.h.transpose(0, 2, 1)).sum() + (total.dc * run.c[-1].T).sum()

    return check_gradients(loss, _parameters(exact.problem, gradients), gradients)


def _parameters(problem: LstmProblem, gradients: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters in the shapes of their gradients; PyTorch's second bias counts as 0."""
    H = problem.hidden
    values = {
        "W": problem.W, "b": problem.b, "x": problem.x, "h0": problem.h0, "c0": problem.c0,
        "weight_ih_l0": problem.W[:, H:], "weight_hh_l0": problem.W[:, :H],
        "bias_ih_l0": problem.b, "bias_hh_l0": np.zeros_like(problem.b),
    }
    return {name: values[name].reshape(each.shape) for name, each in gradients.items()}


def _with_parameters(problem: LstmProblem, p: Mapping[str, Array]) -> LstmProblem:
    if problem.torch:
        W = np.concatenate([p["weight_hh_l0"], p["weight_ih_l0"]], axis=1)
        b = p["bias_ih_l0"] + p["bias_hh_l0"]
    else:
        W, b = p["W"], p["b"]
    shaped: dict[str, Any] = {
        name: p[name].reshape(getattr(problem, name).shape) for name in ("x", "h0", "c0")
    }
    return replace(problem, W=W, b=b, **shaped)


def _in_double(problem: LstmProblem) -> LstmProblem:
    arrays: dict[str, Any] = {
        each.name: value.astype(float)
        for each in fields(problem)
        if isinstance(value := getattr(problem, each.name), np.ndarray)
    }
    return replace(problem, **arrays)


def _check_work(gradients: Mapping[str, Array], problem: LstmProblem) -> None:
    numbers = sum(gradient.size for gradient in gradients.values())
    steps = 3 * numbers * problem.steps
    most = MOST_STEPS * A_STEP // (A_STEP + problem.batch * problem.W.size)
    if steps > most:
        raise LimitError(
            f"a check of {numbers:,} numbers over {problem.steps:,} steps takes {steps:,} "
            f"forward steps; at most {most:,} of this size are done"
        )
