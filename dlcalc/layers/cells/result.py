"""A cell's values and gradients by its own equations, in the shapes in which they were asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.system import System, arranged
from dlcalc.derive.tape import Tape, backward, forward, recorded
from dlcalc.errors import InputError, LimitError
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.results import Result

Array = np.ndarray[Any, np.dtype[Any]]

MOST_STEPS = 200_000
"""Steps that a check may take, a minute's worth."""


@dataclass(frozen=True, eq=False)
class CellRun:
    """Values and gradients of a cell; those of steps T × n × B, the batch last."""

    problem: CellProblem
    """What was asked, with what enters each h."""
    values: dict[str, Array]
    """Each quantity of a step, over the steps; a state from the one before them on."""
    gradients: dict[str, Array]
    """The gradient at each, total over all paths; `x` among them."""
    weights: dict[str, Array]
    """The gradient of each parameter by its name in the equations."""
    start: dict[str, Array]
    """The gradient of each state before the first step, H × B."""
    loss: float | None
    """J, where there is a target."""
    later: Mapping[str, Array] = field(default_factory=dict)
    """What a step after the last, where it is known, sends back: dz, dh, dx and dc, B × … each."""


@dataclass(frozen=True, eq=False, repr=False)
class CellResult(Result):
    """Values and gradients of a cell; a batch axis is there where the input had one."""

    run: CellRun
    """The pass by the cell's equations, batch last."""

    @property
    def _command(self) -> str:
        return self.problem.cell.name

    @property
    def problem(self) -> CellProblem:
        """What was asked."""
        return self.run.problem

    @property
    def has_loss(self) -> bool:
        """Whether any gradient other than 0 enters."""
        return bool(self.problem.dh.any())

    @property
    def loss(self) -> float | None:
        """J, where a target was given: the sum over the steps, the mean over the sequences."""
        return self.run.loss

    @property
    def h(self) -> Array:
        """h₁ … h_T, T × H or T × B × H."""
        return self.of("h")

    @property
    def gates(self) -> dict[str, Array]:
        """Each gate of every step, T × H or T × B × H."""
        return {gate: self.of(gate) for gate in self.problem.cell.gates}

    @property
    def values(self) -> dict[str, Array]:
        """The fields of the steps by name, a step a row: r, h, dh, dr … and da, GH wide."""
        *fields, last = self.problem.cell.step_fields
        return {**{name: self.of(name) for name in fields}, last: self.da}

    @property
    def more(self) -> dict[str, Any]:
        """Fields of the record beside the steps and the gradients."""
        return {"h": self.h} if self.problem.torch else {}

    def of(self, field: str) -> Array:
        """A field of the steps, T × H or T × B × H."""
        if field.startswith("d"):
            return self._steps(self.run.gradients[field[1:]])
        return self._steps(self.run.values[field][-self.problem.steps :])

    @property
    def da(self) -> Array:
        """The gradients before the activations, T × GH or T × B × GH, in the order of W's rows."""
        cell = self.problem.cell
        arrays = [self.run.gradients[cell.argument(gate)] for gate in self.problem.gates]
        return self._steps(np.concatenate(arrays, axis=1))

    @property
    def dh(self) -> Array:
        """δh₁ … δh_T."""
        return self.of("dh")

    @property
    def dW(self) -> Array:  # noqa: N802 - named as the matrix is
        """GH × (H+D)."""
        weights, gates = self.run.weights, self.problem.gates
        return np.block([[weights[f"W_h{gate}"], weights[f"W_i{gate}"]] for gate in gates])

    def bias(self, which: int) -> Array:
        """The gradient of the bias with x, or of that with h."""
        names = self.problem.cell.biases[self.problem.reset]
        return np.concatenate([self.run.weights[names[gate][which]] for gate in self.problem.gates])

    @property
    def db(self) -> Array:
        """GH, like b; 2 × GH where b had two rows."""
        two = self.problem.b_h is not None and not self.problem.torch
        return np.stack([self.bias(0), self.bias(1)]) if two else self.bias(0)

    @property
    def dx(self) -> Array:
        """δx in the shape of x."""
        dx = self._steps(self.run.gradients["x"])
        return dx[0] if self.problem.flat else dx

    @property
    def dh0(self) -> Array:
        """δh₀, H or B × H."""
        return self._state("h")

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient of every parameter by its name, PyTorch's where it came by those."""
        H, states = self.problem.hidden, {"x": self.dx}
        states |= {f"{state}0": self._state(state) for state in self.problem.cell.states}
        if not self.problem.torch:
            return {"W": self.dW, "b": self.db, **states}
        return {
            "weight_ih_l0": self.dW[:, H:], "weight_hh_l0": self.dW[:, :H],
            "bias_ih_l0": self.bias(0), "bias_hh_l0": self.bias(1), **states,
        }

    def _state(self, state: str) -> Array:
        start = self.run.start[state]
        return start.T if self.problem.batched else start[:, 0]

    def _steps(self, array: Array) -> Array:
        """T × n × B turned to the caller's T × B × n, or T × n."""
        return array.transpose(0, 2, 1) if self.problem.batched else array[:, :, 0]


def system_of(problem: CellProblem, steps: range, more: str = "") -> System:
    """The equations of some steps, counted from 1, and more of them."""
    step = problem.cell.equations[problem.reset]
    rows = {f"rows_{gate}": f"{each.start}:{each.stop}"
            for gate, each in gate_rows(problem.gates, problem.hidden).items()}
    text = "".join(step.format(t=t, p=t - 1, **problem.activations, **rows) for t in steps)
    return arranged(parse_equations(text + more))


def parameters(problem: CellProblem) -> dict[str, Array]:
    """The weights by their names in the equations, those of each gate or all in one."""
    if not problem.cell.biases:
        return {"W": problem.W, "b": problem.b}
    found: dict[str, Array] = {}
    H, b_h = problem.hidden, problem.b_h
    for gate, rows in gate_rows(problem.gates, H).items():
        found[f"W_i{gate}"], found[f"W_h{gate}"] = problem.W[rows, H:], problem.W[rows, :H]
        of_x, of_h = problem.cell.biases[problem.reset][gate]
        found[of_x] = problem.b[rows]
        if of_h != of_x:
            second = np.zeros(H) if b_h is None else b_h[rows]
            found[of_x], found[of_h] = problem.b[rows] - second, second
    return found


def cell_result(problem: CellProblem) -> CellResult:
    """The pass forward and back. InputError where finite numbers overflow."""
    tape = recorded_step(problem)
    given = parameters(problem)
    places = _forward(problem, tape, given)
    names = problem.cell.quantities
    values = {name: np.stack([each[tape.names[f"{name}_1"]] for each in places]) for name in names}
    values["h"] = np.concatenate([problem.h0.T[None], values["h"]])
    for name in names:
        require_finite(problem, name, values[name][-problem.steps :])
    problem, loss = with_loss(problem, values["h"][1:])
    return CellResult(_backward(problem, tape, places, values, given, loss))


def with_loss(problem: CellProblem, h: Array) -> tuple[CellProblem, float | None]:
    """The problem with what a target's loss sends into each h (T × H × B), and the loss."""
    if problem.target is None:
        return problem, None
    h = h.transpose(0, 2, 1)
    return replace(problem, dh=problem.target.slope(h)), float(problem.target.value(h))


def recorded_step(problem: CellProblem) -> Tape:
    """The operations of one step, from h_0 and x_1."""
    system = system_of(problem, range(1, 2))
    return recorded(system, system.computed, system.inputs)


def _forward(
    problem: CellProblem, tape: Tape, given: dict[str, Array], h: Array | None = None
) -> list[list[Any]]:
    """Every place of the tape at every step."""
    columns = {name: each if each.ndim > 1 else each[:, None] for name, each in given.items()}
    h = problem.h0.T if h is None else h
    found = []
    with np.errstate(all="ignore"):
        for x in problem.x.transpose(0, 2, 1):
            found.append(forward(tape, Arrays, {**columns, "x_1": x, "h_0": h}, watched=False))
            h = found[-1][tape.names["h_1"]]
    return found


def _backward(
    problem: CellProblem, tape: Tape, places: list[list[Any]], values: dict[str, Array],
    given: dict[str, Array], loss: float | None,
) -> CellRun:
    wanted = tape.reached([*given, "x_1", "h_0"])
    names = {name: tape.names[f"{name}_1"] for name in (*problem.cell.quantities, "x")}
    back: Array = np.zeros_like(problem.h0.T, dtype=float)
    steps: list[dict[str, Array]] = []
    weights = {name: np.zeros(each.shape) for name, each in given.items()}
    with np.errstate(all="ignore"):
        for t in reversed(range(problem.steps)):
            dh = problem.dh[t].T + back
            try:
                found = backward(
                    tape.instructions, Arrays, places[t], {names["h"]: dh}, wanted, tape.system
                )
            except InputError:
                require_finite(problem, "dh", np.full((t + 1, 1, 1), np.inf))
                raise
            steps.insert(0, {name: found[place] for name, place in names.items()})
            back = found[tape.names["h_0"]]
            for name, each in weights.items():
                each += found[tape.names[name]].reshape(each.shape)
    gradients = {name: np.stack([each[name] for each in steps]) for name in names}
    for name, each in {**gradients, **weights, "h0": back}.items():
        require_finite(problem, f"d{name}", each)
    return CellRun(problem, values, gradients, weights, {"h": back}, loss)


def require_finite(problem: CellProblem, name: str, values: Array) -> None:
    """Refuse what overflows, by its step where it is T × n × B; NaN that was let in passes."""
    if np.isfinite(values).all() or not problem.is_finite:
        return
    if values.ndim < 3 or len(values) > problem.steps:
        raise InputError(f"{name} passes the largest {problem.dtype}")
    bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1)) + 1
    first = bad[-1] if name.startswith("d") else bad[0]
    remedy = "; fewer steps stay within it" if problem.steps > 1 else ""
    raise InputError(
        f"{name} passes the largest {problem.dtype} at step {first} of {problem.steps}{remedy}"
    )


def check_cell(result: CellResult) -> list[GradientCheck]:
    """The gradient of each parameter three ways.

    The loss is that of the target, or Σₜ ⟨dhₜ, hₜ⟩, whose gradients at h are those given.
    Raises LimitError for a check of too many numbers.
    """
    problem, gradients = result.problem, result.gradients
    steps = 3 * sum(each.size for each in gradients.values()) * problem.steps
    if steps > MOST_STEPS:
        raise LimitError(
            f"a check of {steps // 3 // problem.steps:,} numbers over {problem.steps:,} steps "
            f"takes {steps:,} forward steps; at most {MOST_STEPS:,} are done"
        )
    given = named_parameters(problem, gradients)
    return check_gradients(partial(_loss, problem, recorded_step(problem)), given, gradients)


def named_parameters(
    problem: CellProblem, gradients: Mapping[str, Array]
) -> dict[str, Array]:
    """The parameters by the user's names or PyTorch's, in the shapes of their gradients."""
    H, b_h = problem.hidden, problem.b_h
    second = np.zeros_like(problem.b) if b_h is None else b_h
    first = problem.b - second
    found = {
        "W": problem.W, "x": problem.x, "h0": problem.h0, "c0": problem.c0,
        "weight_ih_l0": problem.W[:, H:], "weight_hh_l0": problem.W[:, :H],
        "bias_ih_l0": first, "bias_hh_l0": second,
        "b": first if b_h is None else np.stack([first, second]),
    }
    return {name: found[name].reshape(each.shape) for name, each in gradients.items()}


def _loss(problem: CellProblem, tape: Tape, moved: Mapping[str, Array]) -> Any:
    if problem.torch:
        W = np.concatenate([moved["weight_hh_l0"], moved["weight_ih_l0"]], axis=1)
        biases = [moved["bias_ih_l0"], moved["bias_hh_l0"]]
    else:
        W, biases = moved["W"], [moved["b"], 0 * moved["b"]]
        biases = list(moved["b"]) if problem.b_h is not None else biases
    x, h0 = moved["x"].reshape(problem.x.shape), moved["h0"].reshape(problem.h0.shape)
    changed = replace(problem, W=W, b=biases[0] + biases[1], b_h=biases[1], x=x)
    places = _forward(changed, tape, parameters(changed), h0.T)
    h = np.stack([each[tape.names["h_1"]] for each in places]).transpose(0, 2, 1)
    return problem.target.value(h) if problem.target else (h * problem.dh).sum()


def step_gradients(result: CellResult, seed: Array) -> Array:
    """‖δh₀‖ of a loss at step t alone, whose gradient there is `seed` (B × H), for every t.

    ∂h_t/∂h₀ is carried along, a column a unit, so that a run of T steps costs T steps.
    """
    problem, H, B = result.problem, result.problem.hidden, result.problem.batch
    carried = np.repeat(np.eye(H)[None], B, axis=0)
    norms = np.empty(problem.steps)
    for t, each in enumerate(_jacobians(problem)):
        carried = each @ carried
        norms[t] = np.sqrt((np.einsum("bh,bhk->bk", seed, carried) ** 2).sum())
    return norms


def _jacobians(problem: CellProblem) -> Iterator[Array]:
    """∂h_t/∂h_{t−1} of every step, B × H × H, all rows of one in one pass back."""
    H, B = problem.hidden, problem.batch
    tape, given = recorded_step(problem), parameters(problem)
    wide = replace(
        problem, x=np.repeat(problem.x, H, axis=1), h0=np.repeat(problem.h0, H, axis=0),
    )
    rows = np.tile(np.eye(H), B)  # a column a sequence and unit
    wanted = tape.reached(["h_0"])
    with np.errstate(all="ignore"):
        for places in _forward(wide, tape, given):
            found = backward(
                tape.instructions, Arrays, places, {tape.names["h_1"]: rows}, wanted, tape.system
            )
            yield found[tape.names["h_0"]].T.reshape(B, H, H)
