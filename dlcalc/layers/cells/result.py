"""A cell's values and gradients, in the shapes and under the names in which they were asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dlcalc.errors import InputError
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.numbers.exact import Array
from dlcalc.numbers.results import Result


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
        return {name: self.of(name) for name in self.problem.cell.step_fields}

    @property
    def more(self) -> dict[str, Any]:
        """Fields of the record beside the steps and the gradients."""
        return {"h": self.h} if self.problem.torch else {}

    def of(self, field: str) -> Array:
        """A field of the steps, T × H or T × B × H; what is before the activations GH wide."""
        problem, gradients = self.problem, self.run.gradients
        if field == f"d{problem.cell.letter}" and field[1:] not in gradients:
            arrays = [gradients[problem.cell.argument(gate)] for gate in problem.gates]
            return self._steps(np.concatenate(arrays, axis=1))
        source = gradients[field[1:]] if field[0] == "d" else self.run.values[field]
        return self._steps(source[-problem.steps :])

    @property
    def da(self) -> Array:
        """The gradients before the activations, T × GH or T × B × GH, in the order of W's rows."""
        return self.of("da")

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
        """The gradient of every parameter by the name that it came by."""
        H, states = self.problem.hidden, {"x": self.dx}
        states |= {f"{state}0": self._state(state) for state in self.problem.cell.states}
        if not self.problem.torch:
            return {"W": self.dW, "b": self.db, **states}
        weights = {"weight_ih_l0": self.dW[:, H:], "weight_hh_l0": self.dW[:, :H],
                   "bias_ih_l0": self.bias(0), "bias_hh_l0": self.bias(1)}
        layout = self.problem.layout
        return {**(layout.own(weights) if layout else weights), **states}

    def _state(self, state: str) -> Array:
        start = self.run.start[state]
        return start.T if self.problem.batched else start[:, 0]

    def _steps(self, array: Array) -> Array:
        """T × n × B turned to the caller's T × B × n, or T × n."""
        return array.transpose(0, 2, 1) if self.problem.batched else array[:, :, 0]


def with_loss(problem: CellProblem, h: Array) -> tuple[CellProblem, float | None]:
    """The problem with what a target's loss sends into each h (T × H × B), and the loss."""
    if problem.target is None:
        return problem, None
    h = h.transpose(0, 2, 1)
    return replace(problem, dh=problem.target.slope(h)), float(problem.target.value(h))


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
