"""What an LSTM's cell keeps over a run: how c grows, and which gradient reaches c₀."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.forward import Forward
from dlcalc.commands.lstm.gates import slope_at_value
from dlcalc.commands.lstm.lstm import LstmResult, solve
from dlcalc.errors import InputError
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class MemoryStep:
    """The cell after one step of a run."""

    step: int
    """t, from 1."""
    f: float
    """The largest entry of f_t."""
    f_product: float
    """The largest product f₁ ⊙ … ⊙ f_t of any unit."""
    c: float
    """‖c_t‖."""
    h: float
    """‖h_t‖."""
    dc0: float
    """‖δc₀‖ of a loss at step t alone."""


@dataclass(frozen=True)
class Memory:
    """A run of a cell, and the same run with a sigmoid as its forget gate."""

    activation: str
    """The activation of f."""
    steps: list[MemoryStep]
    """The run."""
    with_sigmoid: list[MemoryStep] | None
    """The same with f = sigmoid; None where it is one."""
    closed: list[tuple[int, int, int]]
    """Units whose f was 0: sequence, unit (both from 0), and the first such step."""
    seed: str
    """The loss that is sent back: `given`, or `ones` into c where none was given."""


def memory(result: LstmResult) -> Memory:
    """How c, h and the gradient that reaches c₀ develop over the steps of a run.

    The loss at each step is the one that the problem gives for its last: the last row of
    dh enters h_t, and dc enters c_t; where both are zero, ones enter c_t. Raises
    InputError where the gradient overflows.

    >>> from dlcalc.commands.lstm.lstm import lstm
    >>> cell = lstm([[0, 1]] * 4, x=[[2]] * 3, c0=[1], dc=[1], activations={"f": "relu"})
    >>> [(step.f, step.dc0) for step in memory(cell).steps]
    [(2.0, 2.0), (2.0, 4.0), (2.0, 8.0)]
    """
    problem = result.problem
    name = problem.activations["f"]
    other = None
    if name != "sigmoid":
        usual = {**problem.activations, "f": "sigmoid"}
        other = _steps(solve(replace(problem, activations=usual, after=None)))
    seed = "given" if problem.dh[-1].any() or problem.dc.any() else "ones"
    return Memory(name, _steps(result), other, _closed(result), seed)


def _steps(result: LstmResult) -> list[MemoryStep]:
    run, problem = result.forward, result.problem
    f = run.gates[:, gate_rows(problem.gates, problem.hidden)["f"]]
    with np.errstate(over="ignore", invalid="ignore"):
        columns = (
            f.max(axis=(1, 2)),
            np.abs(np.cumprod(f, axis=0)).max(axis=(1, 2)),
            _norms(run.c[1:]),
            _norms(run.h),
            cell_gradients(problem, run),
        )
    if not np.isfinite(columns).all() and problem.is_finite:
        first = int(np.argmin(np.isfinite(columns).all(axis=0))) + 1
        raise InputError(
            f"the gradient that reaches c0 passes the largest {problem.dtype} from step {first} "
            f"of {problem.steps}; fewer steps stay within it"
        )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [MemoryStep(step, *row) for step, row in enumerate(rows, 1)]


def _norms(values: Array) -> Array:
    """The Euclidean norm of each step's values, without overflow on the way."""
    largest = np.abs(values).max(axis=(1, 2))
    scale = np.where(largest > 0, largest, 1)
    norms: Array = scale * np.sqrt(((values / scale[:, None, None]) ** 2).sum(axis=(1, 2)))
    return norms


def cell_gradients(problem: CellProblem, run: Forward) -> Array:
    """‖δc₀‖ of a loss at step t alone, for every t in one pass forward.

    ∂c_t/∂c₀ and ∂h_t/∂c₀ are carried along (forward-mode differentiation), so that a run
    of T steps costs T steps and not T²/2.
    """
    H, B = problem.hidden, problem.batch
    rows = gate_rows(problem.gates, H)
    W = problem.W[:, :H]
    dh, dc = problem.dh[-1].T, problem.dc.T
    if not dh.any() and not dc.any():
        dc = np.ones_like(dc)
    c_by_c0 = np.repeat(np.eye(H, dtype=problem.dtype)[:, None, :], B, axis=1)
    h_by_c0 = np.zeros_like(c_by_c0)
    norms = np.empty(problem.steps, problem.dtype)
    for t in range(problem.steps):
        z = (W @ h_by_c0.reshape(H, -1)).reshape(4 * H, B, H)
        value = {gate: run.gates[t, rows[gate], :, None] for gate in "ifog"}
        moved = {
            gate: z[rows[gate]] * slope_at_value(problem.activations[gate], value[gate])
            for gate in "ifog"
        }
        tanh_c = run.tanh_c[t, :, :, None]
        c_by_c0 = value["f"] * c_by_c0 + moved["f"] * run.c[t, :, :, None]
        c_by_c0 += value["i"] * moved["g"] + moved["i"] * value["g"]
        h_by_c0 = moved["o"] * tanh_c + value["o"] * (1 - tanh_c**2) * c_by_c0
        reached = dh[:, :, None] * h_by_c0 + dc[:, :, None] * c_by_c0
        norms[t] = _norms(reached.sum(axis=0)[None])[0]
    return norms


def _closed(result: LstmResult) -> list[tuple[int, int, int]]:
    problem = result.problem
    f = result.forward.gates[:, gate_rows(problem.gates, problem.hidden)["f"]]
    shut = f == 0
    return [
        (int(sequence), int(unit), int(shut[:, unit, sequence].argmax()) + 1)
        for unit, sequence in np.argwhere(shut.any(axis=0))
    ]
