"""A simple recurrent network over one step or many: states, and every gradient."""

from __future__ import annotations

from typing import Any

from dlcalc.conventions.cells import problem_of
from dlcalc.input.fields import takes_record
from dlcalc.layers.cells.problem import RNN, CellResult
from dlcalc.layers.cells.run import cell_result
from dlcalc.shell.cells import CellRun


@takes_record
def rnn(
    W: Any = None, b: Any = None, x: Any = None, h0: Any = None, dh: Any = None, *,
    target: Any = None, loss: str | None = None, activation: str | None = None,
    nonlinearity: str | None = None, steps: int | None = None, inputs: Any = "repeat",
    framework: str | None = None,
    **named_weights: Any,
) -> CellResult:
    """States and every gradient of a simple recurrent network, over one step or many.

    h_t = φ(W_ih x_t + W_hh h_{t−1} + b) with φ tanh, or relu by `activation` (PyTorch's
    `nonlinearity`). `W` is H × (H+D) with columns [h, x], `b` H; `x` D, T × D or T × B × D;
    `h0` H or B × H; `dh` the loss gradient that enters each h directly (H for every step
    alike, or T × H), or `target` with a `loss`: squared_error, mse, cross_entropy or
    binary_cross_entropy of h. In place of `W` and `b`, PyTorch's `weight_ih_l0`,
    `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`. `steps` runs on, with x repeated,
    `inputs="zero"` or the rows of `inputs`.

    Elman 1990, "Finding structure in time". Raises InputError and ShapeError for fields that
    are unknown, missing or do not fit, and InputError where a value or a gradient overflows.

    >>> result = rnn(W=[[0.5, 1]], x=[[1], [2]], dh=[1])
    >>> result.h.round(3).tolist(), result.dh0.round(3).tolist()
    ([[0.762], [0.983]], [0.214])
    """
    return cell_result(problem_of(RNN, locals()))


class RnnRun(CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    cell, fields = RNN, RNN.fields
