"""Forward and backward pass of an LSTM, by hand, on whole arrays.

Inside, the batch is the last axis: a gate is then one block of memory, W(h; x) is one
product a step, and the weights' gradient is one product over all steps and the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.calc.lstm_gates import activate, activation_blocks, gate_rows, times_slope
from dlcalc.calc.lstm_problem import LstmProblem

Array = np.ndarray[Any, np.dtype[Any]]


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
    """(h_{t−1}; x_t) as columns, H+D × T+1 × B; the last has h_T, and no x."""


@dataclass(frozen=True, eq=False)
class Backward:
    """Every gradient of the backward pass, total over all paths."""

    dh: Array
    """δh₁ … δh_T, T × H × B."""
    dc: Array
    """δc₁ … δc_T, T × H × B."""
    dz: Array
    """δẑ, the gradients before the activations, 4H × T × B."""
    dW: Array  # noqa: N815 - named as the matrix is
    """4H × H+D, like W."""
    db: Array
    """4H, like b."""
    dx: Array
    """D × T × B."""
    dh0: Array
    """H × B."""
    dc0: Array
    """H × B."""


def forward(problem: LstmProblem) -> Forward:
    """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh c_t, gates of ẑ = W(h_{t−1}; x_t) + b.

    Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of
    Gers, Schmidhuber and Cummins 2000. Complex numbers pass through, for the check of
    gradients by complex steps.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    dtype = problem.dtype
    W, b = np.asfortranarray(problem.W), problem.b[:, None]
    rows = gate_rows(problem.gates, H)
    blocks = activation_blocks(problem.gates, H, problem.activations)
    gates, tanh_c = np.empty((T, 4 * H, B), dtype), np.empty((T, H, B), dtype)
    c, hx = np.empty((T + 1, H, B), dtype), np.empty((H + D, T + 1, B), dtype)
    hx[:H, 0], hx[H:, :T], hx[H:, T] = problem.h0.T, problem.x.transpose(2, 0, 1), 0
    c[0] = problem.c0.T
    new = np.empty((H, B), dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(T):
            z = gates[t]
            np.matmul(W, hx[:, t], out=z)
            z += b
            for name, block in blocks:
                activate(name, z[block])
            np.multiply(z[rows["i"]], z[rows["g"]], out=new)
            np.multiply(z[rows["f"]], c[t], out=c[t + 1])
            c[t + 1] += new
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(z[rows["o"]], tanh_c[t], out=hx[:H, t + 1])
    return Forward(gates, c, tanh_c, hx)


def backward(problem: LstmProblem, run: Forward) -> Backward:
    """Back through time: δh and δc enter from above and from step t+1, δẑ leaves.

    δo = δh ⊙ tanh c; δc = δh ⊙ o ⊙ (1 − tanh² c) + δc_{t+1} ⊙ f_{t+1}; δi = δc ⊙ g;
    δf = δc ⊙ c_{t−1}; δg = δc ⊙ i; δẑ is each of them times its activation's slope, and
    Wᵀδẑ = (δh_{t−1}; δx_t).
    """
    T, B, H = problem.steps, problem.batch, problem.hidden
    dtype = problem.dtype
    back_to_h = np.ascontiguousarray(problem.W[:, :H].T)
    rows = gate_rows(problem.gates, H)
    blocks = activation_blocks(problem.gates, H, problem.activations)
    entering = problem.dh.transpose(0, 2, 1)
    dh, dc = np.empty((T, H, B), dtype), np.empty((T, H, B), dtype)
    dz, d, scratch = (np.empty(shape, dtype) for shape in ((4 * H, T, B), *[(4 * H, B)] * 2))
    from_h, from_c = np.zeros((H, B), dtype), problem.dc.T.astype(dtype)
    slope = scratch[:H]
    with np.errstate(over="ignore", invalid="ignore"):
        for t in reversed(range(T)):
            i, f, o, g = (run.gates[t, rows[gate]] for gate in "ifog")
            np.add(entering[t], from_h, out=dh[t])
            np.multiply(run.tanh_c[t], run.tanh_c[t], out=slope)
            np.subtract(1, slope, out=slope)
            slope *= o
            np.multiply(dh[t], slope, out=dc[t])
            dc[t] += from_c
            np.multiply(dh[t], run.tanh_c[t], out=d[rows["o"]])
            np.multiply(dc[t], g, out=d[rows["i"]])
            np.multiply(dc[t], run.c[t], out=d[rows["f"]])
            np.multiply(dc[t], i, out=d[rows["g"]])
            for name, block in blocks:
                times_slope(name, d[block], run.gates[t, block], scratch[block])
            dz[:, t] = d
            np.matmul(back_to_h, d, out=from_h)
            np.multiply(dc[t], f, out=from_c)
        dW, db, dx = _weight_gradients(problem, run, dz)
    return Backward(dh, dc, dz, dW, db, dx, from_h, from_c)


def _weight_gradients(
    problem: LstmProblem, run: Forward, dz: Array
) -> tuple[Array, Array, Array]:
    """ΔW = Σₜ δẑₜ(h_{t−1}; xₜ)ᵀ, Δb = Σₜ δẑₜ, and δxₜ: one product each over all steps."""
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    columns = dz.reshape(4 * H, T * B)
    dW = columns @ run.hx[:, :T].reshape(H + D, T * B).T
    dx = (problem.W[:, H:].T @ columns).reshape(D, T, B)
    return dW, columns.sum(axis=1), dx
