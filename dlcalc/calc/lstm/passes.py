"""Forward and backward pass of an LSTM, by hand, on whole arrays.

Inside, the batch is the last axis: a gate is then one block of memory, W(h; x) + b one
product a step, of (W b) with (h; x; 1), and the weights' gradients products over many
steps at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.calc.lstm.gates import activate, activation_blocks, gate_rows, times_slope
from dlcalc.calc.lstm.problem import LstmProblem
from dlcalc.calc.pool import each, share

Array = np.ndarray[Any, np.dtype[Any]]

COLUMNS = 512
"""Columns (steps by sequences) of one product for the weights' gradients: with fewer the
products are slow, with more what goes into them leaves the cache."""


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


def forward(problem: LstmProblem) -> Forward:
    """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh c_t, gates of ẑ = W(h_{t−1}; x_t) + b.

    Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of
    Gers, Schmidhuber and Cummins 2000. Complex numbers pass through, for the check of
    gradients by complex steps.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    dtype = problem.dtype
    gates, tanh_c = np.empty((T, 4 * H, B), dtype), np.empty((T, H, B), dtype)
    c, hx = np.empty((T + 1, H, B), dtype), np.empty((T + 1, H + D + 1, B), dtype)
    c[0], hx[0, :H] = problem.c0.T, problem.h0.T
    hx[:T, H:-1], hx[:, -1] = problem.x.transpose(0, 2, 1), 1
    Wb = np.concatenate([problem.W, problem.b[:, None]], axis=1)
    rows = gate_rows(problem.gates, H)
    blocks = activation_blocks(problem.gates, H, problem.activations)

    def run(parts: Iterator[slice]) -> None:
        for part in parts:
            new = np.empty_like(c[0, :, part], order="C")
            for t in range(T):
                z, now = gates[t, :, part], c[t + 1, :, part]
                np.matmul(Wb, hx[t, :, part], out=z)
                for name, block in blocks:
                    activate(name, z[block])
                np.multiply(z[rows["i"]], z[rows["g"]], out=new)
                np.multiply(z[rows["f"]], c[t, :, part], out=now)
                now += new
                np.tanh(now, out=tanh_c[t, :, part])
                np.multiply(z[rows["o"]], tanh_c[t, :, part], out=hx[t + 1, :H, part])

    _over_batch(run, problem)
    return Forward(gates, c, tanh_c, hx)


def backward(problem: LstmProblem, values: Forward) -> Backward:
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
    dz = np.empty((T, 4 * H, B), dtype)
    from_h, from_c = np.zeros((H, B), dtype), problem.dc.T.astype(dtype)

    def run(parts: Iterator[slice]) -> None:
        for part in parts:
            to_h, to_c = from_h[:, part], from_c[:, part]
            scratch = np.empty_like(dz[0, :, part], order="C")
            slope = scratch[:H]
            for t in reversed(range(T)):
                gates, tanh_c = values.gates[t, :, part], values.tanh_c[t, :, part]
                dh_t, dc_t, d = dh[t, :, part], dc[t, :, part], dz[t, :, part]
                np.add(entering[t, :, part], to_h, out=dh_t)
                np.multiply(tanh_c, tanh_c, out=slope)
                np.subtract(1, slope, out=slope)
                slope *= gates[rows["o"]]
                np.multiply(dh_t, slope, out=dc_t)
                dc_t += to_c
                np.multiply(dh_t, tanh_c, out=d[rows["o"]])
                np.multiply(dc_t, gates[rows["g"]], out=d[rows["i"]])
                np.multiply(dc_t, values.c[t, :, part], out=d[rows["f"]])
                np.multiply(dc_t, gates[rows["i"]], out=d[rows["g"]])
                for name, block in blocks:
                    times_slope(name, d[block], gates[block], scratch[block])
                np.matmul(back_to_h, d, out=to_h)
                np.multiply(dc_t, gates[rows["f"]], out=to_c)

    _over_batch(run, problem)
    return Backward(dh, dc, dz, *_weight_gradients(problem, values, dz), from_h, from_c)


def _over_batch(run: Callable[[Iterator[slice]], None], problem: LstmProblem) -> None:
    """Run the steps of all sequences, parts of the batch at once where a step is work enough."""
    products = problem.batch * problem.W.size
    size = share(problem.batch, problem.batch, products)
    with np.errstate(over="ignore", invalid="ignore"):
        each(run, _parts(problem.batch, size), products)


def _parts(total: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, total, size)]


def _weight_gradients(
    problem: LstmProblem, values: Forward, dz: Array
) -> tuple[Array, Array, Array]:
    """ΔW = Σₜ δẑₜ(h_{t−1}; xₜ)ᵀ, Δb = Σₜ δẑₜ, and δxₜ: a product each over many steps."""
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    back_to_x = np.ascontiguousarray(problem.W[:, H:].T)
    dx, sums = np.empty((T, D, B), dz.dtype), []

    def run(parts: Iterator[slice]) -> None:
        dWb, product = np.zeros((2, 4 * H, H + D + 1), dz.dtype)
        for part in parts:
            columns = _columns(dz[part])
            np.matmul(columns, _columns(values.hx[:T][part]).T, out=product)
            np.add(dWb, product, out=dWb)
            dx[part] = (back_to_x @ columns).reshape(D, -1, B).transpose(1, 0, 2)
        sums.append(dWb)

    with np.errstate(over="ignore", invalid="ignore"):
        each(run, _parts(T, max(1, COLUMNS // B)), T * B * problem.W.size)
        dWb = sum(sums[1:], start=sums[0])
    return dWb[:, :-1], dWb[:, -1], dx


def _columns(steps: Array) -> Array:
    """T × n × B as one matrix n × T·B."""
    return steps.transpose(1, 0, 2).reshape(steps.shape[1], -1)
