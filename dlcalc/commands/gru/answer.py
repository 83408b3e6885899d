"""A gated recurrent unit over one step or many: gates, states, and every gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcalc.conventions.cells import problem_of
from dlcalc.input.fields import takes_record
from dlcalc.layers.cells.problem import GRU, CellResult
from dlcalc.layers.cells.run import cell_result
from dlcalc.shell.cells import CellRun


@takes_record
def gru(
    W: Any = None, b: Any = None, x: Any = None, h0: Any = None, dh: Any = None, *,
    target: Any = None, loss: str | None = None, gates: str | None = None,
    activations: Mapping[str, str] | None = None, reset: str | None = None,
    steps: int | None = None, inputs: Any = "repeat", framework: str | None = None,
    **named_weights: Any,
) -> CellResult:
    """Gates, states and every gradient of a GRU, over one step or many.

    r, z = σ and n = tanh of W_i x_t + b_i + W_h h_{t−1} + b_h, in n's argument with r ⊙ before
    W_h h_{t−1} + b_h (`reset="after"` the product, as PyTorch and Keras have it) or before
    h_{t−1} (`"before"` it, as the paper has it); h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}. `W` is
    3H × (H+D) with columns [h, x] and rows in the order of `gates`, "rzn"; `b` 3H, or 2 × 3H
    for one bias with x and one with h; `x` D, T × D or T × B × D; `h0` H or B × H; `dh` the
    loss gradient that enters each h directly (H for every step alike, or T × H), or `target`
    with a `loss`: squared_error, mse, cross_entropy or binary_cross_entropy of h. In place of
    `W` and `b`, PyTorch's `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. `steps`
    runs on, with x repeated, `inputs="zero"` or the rows of `inputs`.

    Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder". Raises
    InputError and ShapeError for fields that are unknown, missing or do not fit, and
    InputError where a value or a gradient overflows.

    >>> result = gru(W=[[0, 1]] * 3, x=[[1], [2]], h0=[0.5], dh=[1])
    >>> result.h.round(3).tolist(), result.dh0.round(3).tolist()
    ([[0.57], [0.617]], [1.375])
    """
    return cell_result(problem_of(GRU, locals()))


class GruRun(CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    cell, fields = GRU, GRU.fields
