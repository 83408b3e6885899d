"""An LSTM over one step or many: gates, states, and every gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.passes import Slopes, backward, forward
from dlcalc.conventions.cells import problem_of
from dlcalc.errors import InputError
from dlcalc.input.fields import takes_record
from dlcalc.layers.cells.cell import LSTM, gate_rows
from dlcalc.layers.cells.problem import CellProblem, slope_at_value
from dlcalc.layers.cells.result import CellResult, CellRun, require_finite, with_loss
from dlcalc.numbers.exact import Array

AGREEMENT = 0.05
"""How far δi, δf and δg of a step may be from one δc, as they are rounded."""



@dataclass(frozen=True, eq=False, repr=False)
class LstmResult(CellResult):
    """Values and gradients of an LSTM; a batch axis is there where the input had one."""

    @property
    def later(self) -> Mapping[str, Array]:
        """What the step after the last sends back, where `next` gave it: δẑ_{T+1} in the order
        of W's rows, the parts of Wᵀδẑ_{T+1} that are δx_{T+1} and that enter h_T, and δc_{T+1}."""
        batched = self.problem.batched
        return {name: each if batched else each[0] for name, each in self.run.later.items()}

    @property
    def has_loss(self) -> bool:
        """Whether any gradient other than 0 enters: by dh, by dc, or from the step after."""
        return super().has_loss or bool(self.problem.dc.any() or self.later)

    @property
    def c(self) -> Array:
        """c₁ … c_T, T × H or T × B × H."""
        return self.of("c")

    @property
    def dc(self) -> Array:
        """δc₁ … δc_T."""
        return self.of("dc")

    @property
    def dgates(self) -> dict[str, Array]:
        """δi, δf, δo and δg, of the gates' values: δi = δc ⊙ g, δf = δc ⊙ c_{t−1}, …

        Raises InputError where one overflows.
        """
        return {gate: self.of(f"d{gate}") for gate in "ifog"}

    def of(self, field: str) -> Array:
        """A field of the steps; the gates' gradients are computed where they are asked for."""
        of_gates = {"di": ("c", "g"), "df": ("c", "c"), "do": ("h", "tanh_c"), "dg": ("c", "i")}
        if field not in of_gates:
            return super().of(field)
        back, value = of_gates[field]
        with np.errstate(over="ignore", invalid="ignore"):
            each = self.run.gradients[back] * self.run.values[value][: self.problem.steps]
        require_finite(self.problem, field, each)
        return self._steps(each)

    @property
    def dz(self) -> Array:
        """δẑ, T × 4H or T × B × 4H, gates in the order of W's rows."""
        return self.of("dz")

    @property
    def dW(self) -> Array:  # noqa: N802 - named as the matrix is
        """4H × (H+D)."""
        return self.run.weights["W"]

    def bias(self, which: int) -> Array:
        """4H, of either bias."""
        return self.run.weights["b"]

    @property
    def dc0(self) -> Array:
        """δc₀, H or B × H."""
        return self._state("c")

    @property
    def more(self) -> dict[str, Any]:
        """What the step after sends back, and what PyTorch has outside the steps."""
        found: dict[str, Any] = {"next": self.later} if self.later else {}
        if self.problem.torch:
            found |= {"h": self.h, "c_last": self.c[-1], "d_bias": self.db}
        return found


@takes_record
def lstm(
    W: Any = None, b: Any = None, x: Any = None, h0: Any = None, c0: Any = None,
    dh: Any = None, dc: Any = None, *, target: Any = None, loss: str | None = None,
    gates: str | None = None,
    activations: Mapping[str, str] | None = None, next: Mapping[str, Any] | None = None,
    steps: int | None = None, inputs: Any = "repeat", framework: str | None = None,
    **named_weights: Any,
) -> LstmResult:
    """Gates, states and every gradient of an LSTM, over one step or many.

    ẑ = W(h_{t−1}; x_t) + b; i, f, o = sigmoid and g = tanh of its rows; c_t = f ⊙ c_{t−1}
    + i ⊙ g; h_t = o ⊙ tanh c_t. `W` is 4H × (H+D), `b` 4H; `x` D, T × D or, for a batch,
    T × B × D; `h0`, `c0` H or B × H; `dh` the loss gradient that enters each h directly
    (H for every step alike, or T × H), `dc` the one that enters the last c; in place of `dh`
    a `target` with a `loss`, squared_error, mse, cross_entropy or binary_cross_entropy of h.
    In place of `W` and `b`, PyTorch's `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`,
    or a `framework`'s weights under its names (keras: `kernel`, `recurrent_kernel`, `bias`).
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
    return solve(problem_of(LSTM, {**own, **named_weights}, steps, inputs, framework))


def solve(problem: CellProblem) -> LstmResult:
    """The result of a problem that is already read.

    Raises InputError where finite numbers overflow.
    """
    loss = None
    if problem.target is not None:
        problem, loss = with_loss(problem, forward(problem).h)
    total, later = enter_later_step(problem)
    slopes = Slopes(total)
    run = forward(total, slopes)
    back = backward(total, run, slopes)
    require_finite(problem, "c", run.c[1:])
    require_finite(problem, "dc", back["dc"])
    if not np.isfinite(back["db"]).all():
        require_finite(problem, "dz", back["dz"])
    for name in ("db", "dW", "dx", "dh0", "dc0"):
        require_finite(problem, name, back[name])
    rows = gate_rows(problem.gates, problem.hidden)
    values = {gate: run.gates[:, rows[gate]] for gate in LSTM.gates}
    values |= {"c": run.c, "h": run.hx[:, : problem.hidden], "tanh_c": run.tanh_c}
    gradients, weights = ({name: back[f"d{name}"] for name in names} for names in ("hczx", "Wb"))
    start = {"h": back["dh0"], "c": back["dc0"]}
    return LstmResult(CellRun(problem, values, gradients, weights, start, loss, later))


def enter_later_step(problem: CellProblem) -> tuple[CellProblem, dict[str, Array]]:
    """The problem with what step T+1 sends back added to dh and dc, and those parts."""
    if problem.after is None:
        return problem, {}
    after = problem.after
    slopes = []
    for gate in problem.gates:
        try:
            slope = slope_at_value(problem.activations[gate], after[gate])
        except InputError as error:
            raise error.at(f"next: {gate}") from None
        slopes.append(after["d" + gate] * slope)
    dz = np.concatenate(slopes, axis=1)
    back = dz @ problem.W
    dc = after["dc"] if "dc" in after else _cell_gradient(after, forward(problem).c[-1].T)
    later = {"dz": dz, "dh": back[:, : problem.hidden], "dx": back[:, problem.hidden :], "dc": dc}
    dh = problem.dh.astype(np.result_type(problem.dh, later["dh"]))
    dh[-1] += later["dh"]
    return replace(problem, dh=dh, dc=problem.dc + dc * after["f"]), later


def _cell_gradient(after: Mapping[str, Array], c: Array) -> Array:
    """δc_{t+1} from δi = δc ⊙ g, δf = δc ⊙ c_t and δg = δc ⊙ i, by least squares.

    Raises InputError where they contradict each other or are all zero.
    """
    factors = np.stack([after["g"], c, after["i"]])
    gradients = np.stack([after["di"], after["df"], after["dg"]])
    squares = (factors * factors).sum(axis=0)
    if not squares.all():
        raise InputError("next: dc is missing, and g, c and i are 0: it cannot be derived")
    dc: Array = (factors * gradients).sum(axis=0) / squares
    misfit = np.abs(factors * dc - gradients).max()
    if misfit > AGREEMENT * np.abs(gradients).max():
        raise InputError(
            "next: dc is missing, and di = dc g, df = dc c and dg = dc i give different ones: "
            "add dc"
        )
    return dc
