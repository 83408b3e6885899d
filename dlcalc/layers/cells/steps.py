"""A pass through a cell by its own equations, step by step, on whole arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.system import System, arranged
from dlcalc.derive.tape import Tape, backward, forward, recorded
from dlcalc.errors import InputError
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem

Array = np.ndarray[Any, np.dtype[Any]]


def system_of(problem: CellProblem, steps: range, more: str = "") -> System:
    """The equations of some steps, counted from 1, and more of them."""
    step = problem.cell.equations[problem.reset]
    text = "".join(step.format(t=t, p=t - 1, **problem.activations) for t in steps)
    return arranged(parse_equations(text + more))


def parameters(problem: CellProblem) -> dict[str, Array]:
    """The weights of each gate by their names in the equations."""
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


@dataclass(frozen=True, eq=False)
class CellRun:
    """Values and gradients of a cell; those of steps T × n × B, the batch last."""

    problem: CellProblem
    """What was asked, with what enters each h."""
    values: dict[str, Array]
    """Each quantity of a step, over the steps; `h` from h₀ on."""
    gradients: dict[str, Array]
    """The gradient at each, total over all paths; `x` among them."""
    weights: dict[str, Array]
    """The gradient of each parameter by its name in the equations."""
    dh0: Array
    """H × B."""
    loss: float | None
    """J, where there is a target."""

    @property
    def steps(self) -> int:
        """T."""
        return self.problem.steps


def run(problem: CellProblem) -> CellRun:
    """The pass forward and back. InputError where finite numbers overflow."""
    tape = recorded_step(problem)
    given = parameters(problem)
    places = _forward(problem, tape, given)
    names = problem.cell.quantities
    values = {name: np.stack([each[tape.names[f"{name}_1"]] for each in places]) for name in names}
    values["h"] = np.concatenate([problem.h0.T[None], values["h"]])
    for name in names:
        _require_finite(problem, name, values[name][-problem.steps :])
    loss = None
    if problem.target is not None:
        h = values["h"][1:].transpose(0, 2, 1)
        loss = float(problem.target.value(h))
        problem = replace(problem, dh=problem.target.slope(h))
    return _backward(problem, tape, places, values, given, loss)


def recorded_step(problem: CellProblem) -> Tape:
    """The operations of one step, from h_0 and x_1."""
    system = system_of(problem, range(1, 2))
    return recorded(system, system.computed, system.inputs)


def hidden_states(problem: CellProblem, tape: Tape, given: dict[str, Array], h: Array) -> Array:
    """h₁ … h_T alone, T × H × B, real or complex, from h₀ as H × B."""
    places = _forward(problem, tape, given, h)
    return np.stack([each[tape.names["h_1"]] for each in places])


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
                _require_finite(problem, "dh", np.full((t + 1, 1, 1), np.inf))
                raise
            steps.insert(0, {name: found[place] for name, place in names.items()})
            back = found[tape.names["h_0"]]
            for name, each in weights.items():
                each += found[tape.names[name]].reshape(each.shape)
    gradients = {name: np.stack([each[name] for each in steps]) for name in names}
    for name, each in {**gradients, **weights, "h0": back}.items():
        _require_finite(problem, f"d{name}", each if each.ndim == 3 else each[None, ..., None])
    return CellRun(problem, values, gradients, weights, back, loss)


def _require_finite(problem: CellProblem, name: str, values: Array) -> None:
    if np.isfinite(values).all() or not problem.is_finite:
        return
    if len(values) != problem.steps:
        raise InputError(f"{name} passes the largest float64")
    bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1)) + 1
    first = bad[-1] if name.startswith("d") else bad[0]
    remedy = "; fewer steps stay within it" if problem.steps > 1 else ""
    raise InputError(
        f"{name} passes the largest float64 at step {first} of {problem.steps}{remedy}"
    )


def jacobians(run: CellRun) -> Iterator[Array]:
    """∂h_t/∂h_{t−1} of every step, B × H × H, all rows of one in one pass back."""
    problem, H, B = run.problem, run.problem.hidden, run.problem.batch
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
