"""Forward pass of an LSTM, by hand, on whole arrays.

Inside, the batch is the last axis: a gate is then one block of memory. Only what a step
needs of the step before is done step by step: the inputs' share of ẑ is ahead of the
steps, and the slopes of the way back are behind them, many steps at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcalc.commands.lstm.gates import (
    activate,
    activation_blocks,
    signs,
    slope_from_value,
)
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.numbers.threads import Aside, side_by_side

Array = np.ndarray[Any, np.dtype[Any]]

COLUMNS = 512
"""Columns (steps by sequences) that are entered at a time."""


@dataclass(frozen=True, eq=False)
class Forward:
    """Every value of the forward pass, for T steps, B sequences, H units and D inputs."""

    gates: Array
    """i, f, o and g after their activations, T × 4H × B, in the problem's order."""
    c: Array
    """c₀ … c_T, T+1 × H × B."""
    tanh_c: Array
    """tanh c₁ … tanh c_T, T × H × B."""
    hx: Array
    """(h_{t−1}; x_t; 1), T+1 × H+D+1 × B; the last has h_T, and no x."""

    @property
    def h(self) -> Array:
        """h₁ … h_T, T × H × B."""
        return self.hx[1:, : self.tanh_c.shape[1]]


class Slopes:
    """How δẑ follows from δh and δc, which is known as soon as a step's values are."""

    def __init__(self, problem: CellProblem) -> None:
        T, B, H = problem.steps, problem.batch, problem.hidden
        self._rows = gate_rows(problem.gates, H)
        self._blocks = activation_blocks(problem.gates, H, problem.activations)
        self._entering = problem.dh.transpose(0, 2, 1)
        self.z, self.c, self.h = side_by_side(
            problem.dtype, (T, 4 * H, B), (T, H, B), (T, H, B)
        )
        """δẑ of i, f and g for each δc, and of o for each δh; δc for each δh; the δh that
        enters from above."""

    def enter(self, values: Forward, part: slice) -> None:
        """The slopes of some steps.

        δi = δc ⊙ g, δf = δc ⊙ c_{t−1}, δg = δc ⊙ i and δo = δh ⊙ tanh c, each times the
        slope of its activation for δẑ; δc = δh ⊙ o ⊙ (1 − tanh² c).
        """
        z, c, rows = self.z[part], self.c[part], self._rows
        self.h[part] = self._entering[part]
        gates, tanh_c = values.gates[part], values.tanh_c[part]
        for name, block in self._blocks:
            slope_from_value(name, gates[:, block], z[:, block])
        z[:, rows["i"]] *= gates[:, rows["g"]]
        z[:, rows["f"]] *= values.c[part]
        z[:, rows["g"]] *= gates[:, rows["i"]]
        z[:, rows["o"]] *= tanh_c
        slope_from_value("tanh", tanh_c, c)
        c *= gates[:, rows["o"]]


@dataclass(frozen=True, eq=False)
class Moves:
    """A weight that is moved in each sequence of a batch, for differences; B numbers each."""

    rows: Array
    """Its row in W or b."""
    columns: Array
    """Its column in W, or H+D for b."""
    by: Array
    """What is added to it."""


def forward(
    problem: CellProblem, slopes: Slopes | None = None, moves: Moves | None = None
) -> Forward:
    """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh c_t, gates of ẑ = W(h_{t−1}; x_t) + b.

    Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of
    Gers, Schmidhuber and Cummins 2000. Complex numbers pass through, for the check of
    gradients by complex steps. `slopes`, where they are wanted, are entered on the way;
    `moves` moves a weight of each sequence by itself.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    values = Forward(*side_by_side(
        problem.dtype, (T, 4 * H, B), (T + 1, H, B), (T, H, B), (T + 1, H + D + 1, B)
    ))
    gates, c, tanh_c, hx = values.gates, values.c, values.tanh_c, values.hx
    c[0], hx[0, :H], hx[:, -1] = problem.c0.T, problem.h0.T, 1
    x = problem.x.transpose(0, 2, 1)
    sign = signs(problem.gates, H, problem.activations).astype(problem.dtype)
    of_h = np.multiply(problem.W[:, :H], sign, order="C")
    of_x = np.concatenate([problem.W[:, H:], problem.b[:, None]], axis=1) * sign
    rows = gate_rows(problem.gates, H)
    blocks = activation_blocks(problem.gates, H, problem.activations)
    sequences, moved_by = np.arange(B), moves.by * sign[moves.rows, 0] if moves else None
    recurrent = np.empty_like(gates[0])
    new = recurrent[:H]

    def enter(part: slice) -> None:
        hx[part, H:-1] = x[part]
        np.matmul(of_x, hx[part, H:], out=gates[part])

    def step(t: int) -> None:
        z, now = gates[t], c[t + 1]
        z += np.matmul(of_h, hx[t, :H], out=recurrent)
        if moves is not None:
            z[moves.rows, sequences] += moved_by * hx[t, moves.columns, sequences]
        for name, block in blocks:
            activate(name, z[block])
        np.multiply(z[rows["i"]], z[rows["g"]], out=new)
        np.multiply(z[rows["f"]], c[t], out=now)
        now += new
        np.tanh(now, out=tanh_c[t])
        np.multiply(z[rows["o"]], tanh_c[t], out=hx[t + 1, :H])

    parts = parts_of(T, COLUMNS // B)
    with np.errstate(over="ignore", invalid="ignore"), Aside(products(problem)) as aside:
        entered = [aside.later(partial(enter, part)) for part in parts]
        for part, wait in zip(parts, entered, strict=True):
            wait()
            for t in range(part.start, part.stop):
                step(t)
            if slopes is not None:
                aside.later(partial(slopes.enter, values, part))
    return values


def products(problem: CellProblem) -> int:
    """Products of one pass through all steps."""
    return problem.steps * problem.batch * problem.W.size


def parts_of(total: int, size: int) -> list[slice]:
    """The steps in parts of about `size`.

    >>> parts_of(3, 2)
    [slice(0, 2, None), slice(2, 3, None)]
    """
    size = max(1, size)
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]
