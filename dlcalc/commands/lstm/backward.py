"""Backward pass of an LSTM, by hand, on whole arrays: through time step by step, and the
weights' gradients behind the steps, many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcalc.commands.lstm.forward import Forward, Slopes, parts_of, products
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.numbers.threads import Aside

Array = np.ndarray[Any, np.dtype[Any]]

COLUMNS = 256
"""Columns (steps by sequences) of one product for the weights' gradients, at least: with fewer
the products are slow, with more what goes into them leaves the cache."""
MOST_SUMS = 16
"""Parts that the weights' gradients are summed from, always in the same order."""


@dataclass(frozen=True, eq=False)
class Backward:
    """Every gradient of the backward pass, total over all paths."""

    dh: Array
    """δh₁ … δh_T, T × H × B."""
    dc: Array
    """δc₁ … δc_T, T × H × B."""
    dz: Array
    """δẑ, the gradients before the activations, T × 4H × B."""
    dW: Array  # noqa: N815 - named as the matrix is
    """4H × H+D, like W."""
    db: Array
    """4H, like b."""
    dx: Array
    """T × D × B."""
    dh0: Array
    """H × B."""
    dc0: Array
    """H × B."""


def backward(problem: CellProblem, values: Forward, slopes: Slopes) -> Backward:
    """Back through time: δh and δc enter from above and from step t+1, δẑ leaves.

    δh and δc are what enters, δc also δh ⊙ o ⊙ (1 − tanh² c); what leaves is δẑ, from δh and
    δc by the slopes, Wᵀδẑ = (δh_{t−1}; δx_t) and δc_{t−1} = δc ⊙ f. The arrays of the slopes
    become those of δẑ, δc and δh.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    dz, dc, dh = slopes.z, slopes.c, slopes.h
    dx = np.empty((T, D, B), problem.dtype)
    sums = max(1, min(MOST_SUMS, T * B // (H + D + 1)))  # in no more memory than dz
    parts = parts_of(T, max(COLUMNS // B, -(-T // sums)))
    dWb = np.empty((len(parts), 4 * H, H + D + 1), problem.dtype)
    back_to_h, back_to_x = (
        np.ascontiguousarray(columns.T) for columns in np.split(problem.W, [H], axis=1)
    )
    rows = gate_rows(problem.gates, H)
    from_h, from_c = np.zeros((H, B), problem.dtype), problem.dc.T.astype(problem.dtype)

    def step(t: int) -> None:
        dh_t, dc_t, d = dh[t], dc[t], dz[t]
        dh_t += from_h
        dc_t *= dh_t
        dc_t += from_c
        d[rows["o"]] *= dh_t
        for gate in "ifg":
            d[rows[gate]] *= dc_t
        np.matmul(back_to_h, d, out=from_h)
        np.multiply(dc_t, values.gates[t, rows["f"]], out=from_c)

    def sum_up(part: slice, total: Array) -> None:
        """ΔW = Σₜ δẑₜ(h_{t−1}; xₜ; 1)ᵀ over some steps, and δxₜ of each."""
        columns = _columns(dz[part])
        np.matmul(columns, _columns(values.hx[part]).T, out=total)
        dx[part] = (back_to_x @ columns).reshape(D, -1, B).transpose(1, 0, 2)

    with np.errstate(over="ignore", invalid="ignore"), Aside(products(problem)) as aside:
        for part, total in reversed(list(zip(parts, dWb, strict=True))):
            for t in reversed(range(part.start, part.stop)):
                step(t)
            aside.later(partial(sum_up, part, total))
    with np.errstate(over="ignore", invalid="ignore"):
        dW = dWb.sum(axis=0)
    return Backward(dh, dc, dz, dW[:, :-1], dW[:, -1], dx, from_h, from_c)


def _columns(steps: Array) -> Array:
    """T × n × B as one matrix n × T·B."""
    return steps.transpose(1, 0, 2).reshape(steps.shape[1], -1)
