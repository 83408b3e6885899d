"""An LSTM over one step or many: gates, states, and every gradient.

The passes are by hand, on whole arrays. Inside, the batch is the last axis: a gate is then one
block of memory. Only what a step needs of its neighbour is done step by step: the inputs' share
of ẑ is ahead of the steps, and the slopes of the way back and the weights' gradients are behind
them, many steps at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from dlcalc.conventions.cells import problem_of
from dlcalc.derive.activations import activation
from dlcalc.errors import At, InputError
from dlcalc.input.fields import takes_record
from dlcalc.layers.cells.problem import (
    LSTM,
    CellProblem,
    CellResult,
    CellRun,
    gate_rows,
    require_finite,
    slope_at_value,
    with_loss,
)
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import Aside, side_by_side
from dlcalc.shell import cells

ENTERED = 512
"""Columns (steps by sequences) that are entered at a time."""
SUMMED = 256
"""Columns (steps by sequences) of one product for the weights' gradients, at least: with fewer
the products are slow, with more what goes into them leaves the cache."""
MOST_SUMS = 16
"""Parts that the weights' gradients are summed from, always in the same order."""


def activation_blocks(
    gates: str, hidden: int, activations: Mapping[str, str]
) -> list[tuple[str, slice]]:
    """Neighbouring gates of one activation as one block of rows, so that one call does.

    >>> usual = dict.fromkeys("ifo", "sigmoid") | {"g": "tanh"}
    >>> activation_blocks("ifog", 1, usual)
    [('sigmoid', slice(0, 3, None)), ('tanh', slice(3, 4, None))]
    """
    blocks, start = [], 0
    for name, run in groupby(gates, key=lambda gate: activations[gate]):
        stop = start + hidden * len(list(run))
        blocks.append((name, slice(start, stop)))
        start = stop
    return blocks


def activate(name: str, z: Array) -> None:
    """Replace ẑ by φ(ẑ).

    The caller lets overflow pass: e⁻ᶻ = ∞ gives the sigmoid its right value, 0.
    """
    if name == "sigmoid":
        np.negative(z, out=z)
        np.exp(z, out=z)
        z += 1
        np.reciprocal(z, out=z)
    else:
        z[...] = activation(name).value(z)


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
        self.z, self.c, self.h = side_by_side(problem.dtype, (T, 4 * H, B), (T, H, B), (T, H, B))
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
            z[:, block] = slope_at_value(name, gates[:, block])
        z[:, rows["i"]] *= gates[:, rows["g"]]
        z[:, rows["f"]] *= values.c[part]
        z[:, rows["g"]] *= gates[:, rows["i"]]
        z[:, rows["o"]] *= tanh_c
        c[...] = slope_at_value("tanh", tanh_c)
        c *= gates[:, rows["o"]]


def forward(problem: CellProblem, slopes: Slopes | None = None) -> Forward:
    """c_t = f ⊙ c_{t−1} + i ⊙ g and h_t = o ⊙ tanh c_t, gates of ẑ = W(h_{t−1}; x_t) + b.

    Hochreiter and Schmidhuber 1997, "Long short-term memory", with the forget gate of
    Gers, Schmidhuber and Cummins 2000. `slopes`, where they are wanted, are entered on the way.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    values = Forward(*side_by_side(
        problem.dtype, (T, 4 * H, B), (T + 1, H, B), (T, H, B), (T + 1, H + D + 1, B)
    ))
    gates, c, tanh_c, hx = values.gates, values.c, values.tanh_c, values.hx
    c[0], hx[0, :H], hx[:, -1] = problem.c0.T, problem.h0.T, 1
    x = problem.x.transpose(0, 2, 1)
    of_h = problem.W[:, :H].astype(problem.dtype, order="C")
    of_x = np.concatenate([problem.W[:, H:], problem.b[:, None]], axis=1, dtype=problem.dtype)
    rows = gate_rows(problem.gates, H)
    blocks = activation_blocks(problem.gates, H, problem.activations)
    recurrent = np.empty_like(gates[0])
    new = recurrent[:H]

    def enter(part: slice) -> None:
        hx[part, H:-1] = x[part]
        np.matmul(of_x, hx[part, H:], out=gates[part])

    def step(t: int) -> None:
        z, now = gates[t], c[t + 1]
        z += np.matmul(of_h, hx[t, :H], out=recurrent)
        for name, block in blocks:
            activate(name, z[block])
        np.multiply(z[rows["i"]], z[rows["g"]], out=new)
        np.multiply(z[rows["f"]], c[t], out=now)
        now += new
        np.tanh(now, out=tanh_c[t])
        np.multiply(z[rows["o"]], tanh_c[t], out=hx[t + 1, :H])

    parts = parts_of(T, ENTERED // B)
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


def backward(problem: CellProblem, values: Forward, slopes: Slopes) -> dict[str, Array]:
    """Back through time: δh and δc enter from above and from step t+1, δẑ leaves.

    dh and dc of every step, T × H × B, dz, T × 4H × B, and dx, T × D × B; dW and db like W and
    b; dh0 and dc0, H × B; each total over all paths.

    δh and δc are what enters, δc also δh ⊙ o ⊙ (1 − tanh² c); what leaves is δẑ, from δh and
    δc by the slopes, Wᵀδẑ = (δh_{t−1}; δx_t) and δc_{t−1} = δc ⊙ f. The arrays of the slopes
    become those of δẑ, δc and δh.
    """
    T, B, D, H = problem.steps, problem.batch, problem.inputs, problem.hidden
    dz, dc, dh = slopes.z, slopes.c, slopes.h
    dx = np.empty((T, D, B), problem.dtype)
    sums = max(1, min(MOST_SUMS, T * B // (H + D + 1)))  # in no more memory than dz
    parts = parts_of(T, max(SUMMED // B, -(-T // sums)))
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
    return {"dh": dh, "dc": dc, "dz": dz, "dW": dW[:, :-1], "db": dW[:, -1], "dx": dx,
            "dh0": from_h, "dc0": from_c}


def _columns(steps: Array) -> Array:
    """T × n × B as one matrix n × T·B."""
    return steps.transpose(1, 0, 2).reshape(steps.shape[1], -1)


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
    return solve(problem_of(LSTM, locals()))


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
    return LstmResult(problem, CellRun(values, gradients, weights, start, later), loss)


def enter_later_step(problem: CellProblem) -> tuple[CellProblem, dict[str, Array]]:
    """The problem with what step T+1 sends back added to dh and dc, and those parts."""
    if problem.after is None:
        return problem, {}
    after = problem.after
    slopes = []
    for gate in problem.gates:
        with At(f"next: {gate}"):
            slope = slope_at_value(problem.activations[gate], after[gate])
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


class LstmRun(cells.CellRun):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    cell, fields = LSTM, LSTM.fields
    lossless = "neither dh nor dc is given, so every gradient is 0"

    def example(self) -> dict[str, Any]:
        """The worked example, without the step after where that is computed now."""
        fields = dict(super().example())
        if self.running:
            del fields["next"]
        return fields

    def solve(self, problem: Any) -> Any:
        """The result of a problem that is read, by the fast pass."""
        return solve(problem)

    def kept(self, result: Any) -> Any:
        """What c keeps over the run."""
        from dlcalc.layers.cells.run import memory

        return memory(result, solve)

    def shows_run(self, result: Any) -> bool:
        """Also where f can grow."""
        return super().shows_run(result) or result.problem.activations["f"] != "sigmoid"
