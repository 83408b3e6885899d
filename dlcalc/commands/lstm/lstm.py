"""An LSTM over one step or many: gates, states, and every gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.backward import Backward, backward
from dlcalc.commands.lstm.forward import Forward, Slopes, forward
from dlcalc.commands.lstm.gates import LSTM
from dlcalc.commands.lstm.later_step import LaterStep, enter_later_step
from dlcalc.errors import InputError
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.further_inputs import run_on
from dlcalc.layers.cells.problem import CellProblem, make_problem
from dlcalc.numbers.results import Result

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False, repr=False)
class LstmResult(Result):
    """Values and gradients of an LSTM; a batch axis is there where the input had one."""

    command = "lstm"

    problem: CellProblem
    """What was asked."""
    later: LaterStep | None
    """What the step after the last sends back, where `next` gave that step."""
    forward: Forward
    """The values, batch last."""
    backward: Backward
    """The gradients, batch last."""
    loss: float | None = None
    """J, where a target was given: the sum over the steps, the mean over the sequences."""

    @property
    def has_loss(self) -> bool:
        """Whether any gradient other than 0 enters: by dh, by dc, or from the step after."""
        return bool(self.problem.dh.any() or self.problem.dc.any() or self.later is not None)

    @property
    def gates(self) -> dict[str, Array]:
        """i, f, o and g of every step, T × H or T × B × H each."""
        return self._by_gate(self.forward.gates)

    @property
    def c(self) -> Array:
        """c₁ … c_T, T × H or T × B × H."""
        return self._steps(self.forward.c[1:])

    @property
    def h(self) -> Array:
        """h₁ … h_T, T × H or T × B × H."""
        return self._steps(self.forward.h)

    @property
    def dh(self) -> Array:
        """δh₁ … δh_T."""
        return self._steps(self.backward.dh)

    @property
    def dc(self) -> Array:
        """δc₁ … δc_T."""
        return self._steps(self.backward.dc)

    @property
    def dgates(self) -> dict[str, Array]:
        """δi, δf, δo and δg, of the gates' values: δi = δc ⊙ g, δf = δc ⊙ c_{t−1}, …

        Raises InputError where one overflows.
        """
        run, back = self.forward, self.backward
        values = {gate: run.gates[:, rows] for gate, rows in self._rows().items()}
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = {
                "i": back.dc * values["g"],
                "f": back.dc * run.c[:-1],
                "o": back.dh * run.tanh_c,
                "g": back.dc * values["i"],
            }
        for gate, gradient in gradients.items():
            _check_finite(self.problem, f"d{gate}", gradient)
        return {gate: self._steps(gradient) for gate, gradient in gradients.items()}

    @property
    def dz(self) -> Array:
        """δẑ, T × 4H or T × B × 4H, gates in the order of W's rows."""
        return self._steps(self.backward.dz)

    @property
    def dW(self) -> Array:  # noqa: N802 - named as the matrix is
        """4H × (H+D)."""
        return self.backward.dW

    @property
    def db(self) -> Array:
        """4H."""
        return self.backward.db

    @property
    def dx(self) -> Array:
        """δx in the shape of x."""
        dx = self._steps(self.backward.dx)
        return dx[0] if self.problem.flat else dx

    @property
    def dh0(self) -> Array:
        """δh₀, H or B × H."""
        return self._state(self.backward.dh0)

    @property
    def dc0(self) -> Array:
        """δc₀, H or B × H."""
        return self._state(self.backward.dc0)

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient of every parameter by its name, PyTorch's where it came by those."""
        H, states = self.problem.hidden, {"x": self.dx, "h0": self.dh0, "c0": self.dc0}
        if not self.problem.torch:
            return {"W": self.dW, "b": self.db, **states}
        return {
            "weight_ih_l0": self.dW[:, H:], "weight_hh_l0": self.dW[:, :H],
            "bias_ih_l0": self.db, "bias_hh_l0": self.db, **states,
        }

    def _state(self, array: Array) -> Array:
        """n × B turned to the caller's B × n, or n."""
        return array.T if self.problem.batched else array[:, 0]

    def _rows(self) -> dict[str, slice]:
        return gate_rows(self.problem.gates, self.problem.hidden)

    def _by_gate(self, rows_of_all: Array) -> dict[str, Array]:
        rows = self._rows()
        return {gate: self._steps(rows_of_all[:, rows[gate]]) for gate in "ifog"}

    def _steps(self, array: Array) -> Array:
        """T × n × B turned to the caller's T × B × n, or T × n."""
        return array.transpose(0, 2, 1) if self.problem.batched else array[:, :, 0]


def lstm(
    W: Any = None, b: Any = None, x: Any = None, h0: Any = None, c0: Any = None,
    dh: Any = None, dc: Any = None, *, target: Any = None, loss: str | None = None,
    gates: str | None = None,
    activations: Mapping[str, str] | None = None, next: Mapping[str, Any] | None = None,
    steps: int | None = None, inputs: Any = "repeat", **torch_weights: Any,
) -> LstmResult:
    """Gates, states and every gradient of an LSTM, over one step or many.

    ẑ = W(h_{t−1}; x_t) + b; i, f, o = sigmoid and g = tanh of its rows; c_t = f ⊙ c_{t−1}
    + i ⊙ g; h_t = o ⊙ tanh c_t. `W` is 4H × (H+D), `b` 4H; `x` D, T × D or, for a batch,
    T × B × D; `h0`, `c0` H or B × H; `dh` the loss gradient that enters each h directly
    (H for every step alike, or T × H), `dc` the one that enters the last c; in place of `dh`
    a `target` with a `loss`, squared_error, mse, cross_entropy or binary_cross_entropy of h.
    In place of `W` and `b`, PyTorch's `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`.
    `next` gives step T+1 by its gates i f o g and their gradients di df do dg (and dc),
    from which the recurrent parts of δh_T and δc_T follow. `steps` runs on, with x
    repeated, `inputs="zero"` or the rows of `inputs`.

    Backpropagation through time: Werbos 1990, "Backpropagation through time: what it
    does and how to do it". Raises InputError and ShapeError for fields that are unknown,
    missing or do not fit, and InputError where c or a gradient overflows.

    >>> result = lstm(W=[[0, 1]] * 4, b=[0] * 4, x=[[1]], c0=[1], dh=[1])
    >>> result.c.round(3).tolist(), result.dc0.round(3).tolist()
    ([[1.288]], [0.14])
    """
    own = {
        "W": W, "b": b, "x": x, "h0": h0, "c0": c0, "dh": dh, "dc": dc, "target": target,
        "loss": loss, "gates": gates, "activations": activations, "next": next,
    }
    fields = {**own, **torch_weights}
    if steps is not None or not isinstance(inputs, str):
        fields = run_on(fields, steps, inputs)
    return solve(make_problem(LSTM, fields))


def solve(problem: CellProblem) -> LstmResult:
    """The result of a problem that is already read.

    Raises InputError where finite numbers overflow.
    """
    loss = None
    if problem.target is not None:
        h = forward(problem).h.transpose(0, 2, 1)
        loss = float(problem.target.value(h))
        problem = replace(problem, dh=problem.target.slope(h))
    total, later = enter_later_step(problem)
    slopes = Slopes(total)
    run = forward(total, slopes)
    back = backward(total, run, slopes)
    _check_finite(problem, "c", run.c[1:])
    _check_finite(problem, "dc", back.dc)
    if not np.isfinite(back.db).all():
        _check_finite(problem, "dz", back.dz)
    for name in ("db", "dW", "dx", "dh0", "dc0"):
        if not np.isfinite(getattr(back, name)).all() and problem.is_finite:
            raise InputError(f"{name} passes the largest {problem.dtype}")
    return LstmResult(problem, later, run, back, loss)


def _check_finite(problem: CellProblem, name: str, values: Array) -> None:
    if np.isfinite(values).all() or not problem.is_finite:
        return
    steps = np.flatnonzero(~np.isfinite(values).all(axis=(1, 2))) + 1
    first = steps[0] if name == "c" else steps[-1]
    remedy = "; fewer steps stay within it" if problem.steps > 1 else ""
    raise InputError(
        f"{name} passes the largest {problem.dtype} at step {first} of {problem.steps}{remedy}"
    )
