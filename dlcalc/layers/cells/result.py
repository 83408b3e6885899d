"""What a cell computes, in the shapes and under the names in which it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.errors import LimitError
from dlcalc.layers.cells.cell import Cell
from dlcalc.layers.cells.further_inputs import run_on
from dlcalc.layers.cells.problem import CellProblem, make_problem
from dlcalc.layers.cells.steps import (
    CellRun,
    hidden_states,
    jacobians,
    parameters,
    recorded_step,
    run,
)
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.results import Result

Array = np.ndarray[Any, np.dtype[Any]]

MOST_STEPS = 200_000
"""Steps that a check may take, a minute's worth."""


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
        return self._steps(self.run.values["h"][1:])

    @property
    def gates(self) -> dict[str, Array]:
        """Each gate of every step, T × H or T × B × H."""
        return {gate: self._steps(self.run.values[gate]) for gate in self.problem.cell.gates}

    @property
    def values(self) -> dict[str, Array]:
        """The fields of the steps by name, a step a row: r, h, dh, dr … and da, GH wide."""
        fields = self.problem.cell.step_fields[:-1]
        found = {name: self.h if name == "h" else self._of(name) for name in fields}
        return {**found, "da": self.da}

    def _of(self, field: str) -> Array:
        source = self.run.gradients if field.startswith("d") else self.run.values
        return self._steps(source[field.removeprefix("d")])

    @property
    def da(self) -> Array:
        """The gradients before the activations, T × GH or T × B × GH, in the order of W's rows."""
        cell = self.problem.cell
        arrays = [self.run.gradients[cell.argument(gate)] for gate in self.problem.gates]
        return self._steps(np.concatenate(arrays, axis=1))

    @property
    def dh(self) -> Array:
        """δh₁ … δh_T."""
        return self._of("dh")

    @property
    def dW(self) -> Array:  # noqa: N802 - named as the matrix is
        """GH × (H+D)."""
        blocks = [(self.run.weights[f"W_h{gate}"], self.run.weights[f"W_i{gate}"])
                  for gate in self.problem.gates]
        return np.block([list(each) for each in blocks])

    def _bias(self, which: int) -> Array:
        names = self.problem.cell.biases[self.problem.reset]
        return np.concatenate([self.run.weights[names[gate][which]] for gate in self.problem.gates])

    @property
    def db(self) -> Array:
        """GH, like b; 2 × GH where b had two rows."""
        return np.stack([self._bias(0), self._bias(1)]) if self._two else self._bias(0)

    @property
    def _two(self) -> bool:
        return self.problem.b_h is not None and not self.problem.torch

    @property
    def dx(self) -> Array:
        """δx in the shape of x."""
        dx = self._steps(self.run.gradients["x"])
        return dx[0] if self.problem.flat else dx

    @property
    def dh0(self) -> Array:
        """δh₀, H or B × H."""
        return self.run.dh0.T if self.problem.batched else self.run.dh0[:, 0]

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient of every parameter by its name, PyTorch's where it came by those."""
        H, states = self.problem.hidden, {"x": self.dx, "h0": self.dh0}
        if not self.problem.torch:
            return {"W": self.dW, "b": self.db, **states}
        return {
            "weight_ih_l0": self.dW[:, H:], "weight_hh_l0": self.dW[:, :H],
            "bias_ih_l0": self._bias(0), "bias_hh_l0": self._bias(1), **states,
        }

    def _steps(self, array: Array) -> Array:
        """T × n × B turned to the caller's T × B × n, or T × n."""
        return array.transpose(0, 2, 1) if self.problem.batched else array[:, :, 0]


def cell_result(
    cell: Cell, fields: Mapping[str, Any], steps: int | None = None, inputs: Any = "repeat"
) -> CellResult:
    """The result of a cell from fields by name, run on to `steps` where they are asked for."""
    if steps is not None or not isinstance(inputs, str):
        fields = run_on(fields, steps, inputs)
    return CellResult(run(make_problem(cell, fields)))


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
    given = {name: _parameter(problem, name).reshape(each.shape)
             for name, each in gradients.items()}
    return check_gradients(partial(_loss, problem, recorded_step(problem)), given, gradients)


def _parameter(problem: CellProblem, name: str) -> Array:
    """The values of a parameter by its name, the user's or PyTorch's."""
    H, b_h = problem.hidden, problem.b_h
    second = np.zeros_like(problem.b) if b_h is None else b_h
    first = problem.b - second
    found = {
        "W": problem.W, "x": problem.x, "h0": problem.h0, "weight_ih_l0": problem.W[:, H:],
        "weight_hh_l0": problem.W[:, :H], "bias_ih_l0": first, "bias_hh_l0": second,
        "b": first if b_h is None else np.stack([first, second]),
    }
    return found[name]


def _loss(problem: CellProblem, tape: Any, moved: Mapping[str, Array]) -> Any:
    if problem.torch:
        W = np.concatenate([moved["weight_hh_l0"], moved["weight_ih_l0"]], axis=1)
        biases = [moved["bias_ih_l0"], moved["bias_hh_l0"]]
    else:
        W, biases = moved["W"], [moved["b"], 0 * moved["b"]]
        biases = list(moved["b"]) if problem.b_h is not None else biases
    x, h0 = moved["x"].reshape(problem.x.shape), moved["h0"].reshape(problem.h0.shape)
    changed = replace(problem, W=W, b=biases[0] + biases[1], b_h=biases[1], x=x)
    h = hidden_states(changed, tape, parameters(changed), h0.T).transpose(0, 2, 1)
    return problem.target.value(h) if problem.target else (h * problem.dh).sum()


def step_gradients(result: CellResult, seed: Array) -> Array:
    """‖δh₀‖ of a loss at step t alone, whose gradient there is `seed` (B × H), for every t.

    ∂h_t/∂h₀ is carried along, a column a unit, so that a run of T steps costs T steps.
    """
    problem, H, B = result.problem, result.problem.hidden, result.problem.batch
    carried = np.repeat(np.eye(H)[None], B, axis=0)
    norms = np.empty(problem.steps)
    for t, each in enumerate(jacobians(result.run)):
        carried = each @ carried
        norms[t] = np.sqrt((np.einsum("bh,bhk->bk", seed, carried) ** 2).sum())
    return norms
