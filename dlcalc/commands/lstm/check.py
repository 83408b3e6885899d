"""An LSTM's gradients held against central and complex-step differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.commands.lstm.lstm import LstmResult, enter_later_step, solve
from dlcalc.commands.lstm.passes import Forward, Moves, forward, parts_of
from dlcalc.errors import LimitError
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.layers.cells.result import named_parameters
from dlcalc.numbers.differences import GradientCheck, check_moved

Array = np.ndarray[Any, np.dtype[Any]]

MOST_STEPS = 100_000_000
"""Forward steps of all copies that a check of a small cell may take, a minute's worth or two."""
A_STEP = 300
"""Products that take as long as all else of a forward step."""
AT_ONCE = 2**22
"""Numbers of the passes that are carried side by side."""


def check_lstm(result: LstmResult) -> list[GradientCheck]:
    """The gradient of each parameter three ways, in float64 whatever the result is in.

    The loss is Σₜ ⟨dhₜ, hₜ⟩ + ⟨dc, c_T⟩, whose gradients at h and c are those given; what
    `next` sends back is part of both. Raises LimitError for a check of too many numbers.

    >>> from dlcalc.commands.lstm.lstm import lstm
    >>> checks = check_lstm(lstm(W=[[0.5, 1]] * 4, x=[[1], [2]], dh=[0.3]))
    >>> [check.name for check in checks if check.passed]
    ['W', 'b', 'x', 'h0', 'c0']
    """
    exact = solve(_in_double(result.problem))
    total, _ = enter_later_step(exact.problem)
    gradients = exact.gradients
    _check_work(gradients, total)
    with np.errstate(over="ignore", invalid="ignore"):
        value = float(_losses(total, forward(total))[0])
        moved = partial(_moved, total)
        return check_moved(value, moved, named_parameters(exact.problem, gradients), gradients)


def _moved(problem: CellProblem, name: str, places: Array, by: Array) -> Array:
    """The losses where one entry alone is moved, many at once: each is a batch of its own."""
    a_copy = problem.steps * problem.batch * (7 * problem.hidden + 2 * problem.inputs + 1)
    parts = parts_of(len(places), AT_ONCE // a_copy)
    return np.concatenate([_side_by_side(problem, name, places[at], by[at]) for at in parts])


def _side_by_side(problem: CellProblem, name: str, places: Array, by: Array) -> Array:
    copies, B = len(places), problem.batch
    states: dict[str, Any] = {
        each: np.concatenate([getattr(problem, each)] * copies, axis=-2).astype(by.dtype)
        for each in ("x", "h0", "c0")
    }
    moves = None
    if name in states:
        *step, sequence, number = np.unravel_index(places, getattr(problem, name).shape)
        states[name][(*step, sequence + B * np.arange(copies), number)] += by
    else:
        first, count = _columns(problem, name)
        rows, columns = np.divmod(np.repeat(places, B), count)
        moves = Moves(rows, first + columns, np.repeat(by, B))
    return _losses(problem, forward(replace(problem, **states), moves=moves))


def _losses(problem: CellProblem, run: Forward) -> Array:
    """The loss of every copy of the problem's batch."""
    _, B, H = problem.dh.shape
    h, c = (values.reshape(-1, H, values.shape[-1] // B, B) for values in (run.h, run.c[-1]))
    entering = problem.dh.transpose(0, 2, 1)[:, :, None], problem.dc.T[None, :, None]
    by_h, by_c = (
        (each * values).transpose(2, 0, 1, 3).reshape(values.shape[2], -1).sum(axis=1)
        for each, values in zip(entering, (h, c), strict=True)
    )
    total: Array = by_h + by_c
    return total


def _columns(problem: CellProblem, name: str) -> tuple[int, int]:
    """The first of a parameter's columns in (h; x; 1), and how many they are."""
    H, D = problem.hidden, problem.inputs
    known = {"W": (0, H + D), "weight_hh_l0": (0, H), "weight_ih_l0": (H, D)}
    return known.get(name, (H + D, 1))


def _in_double(problem: CellProblem) -> CellProblem:
    arrays: dict[str, Any] = {
        each.name: value.astype(float)
        for each in fields(problem)
        if isinstance(value := getattr(problem, each.name), np.ndarray)
    }
    return replace(problem, **arrays)


def _check_work(gradients: Mapping[str, Array], problem: CellProblem) -> None:
    numbers = sum(gradient.size for gradient in gradients.values())
    steps = 3 * numbers * problem.steps
    most = MOST_STEPS * A_STEP // (A_STEP + problem.batch * problem.W.size)
    if steps > most:
        raise LimitError(
            f"a check of {numbers:,} numbers over {problem.steps:,} steps takes {steps:,} "
            f"forward steps; at most {most:,} of this size are done"
        )
