"""The step after the last, known by its gates and their gradients alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.forward import forward
from dlcalc.commands.lstm.gates import slope_at_value
from dlcalc.errors import InputError
from dlcalc.layers.cells.problem import CellProblem

Array = np.ndarray[Any, np.dtype[Any]]

AGREEMENT = 0.05


@dataclass(frozen=True, eq=False)
class LaterStep:
    """What step t+1 sends back to step t, B × … each."""

    dz: Array
    """δẑ_{t+1}, gates in the order of W's rows."""
    dh: Array
    """The part of Wᵀδẑ_{t+1} that enters h_t."""
    dx: Array
    """The other part: δx_{t+1}."""
    dc: Array
    """δc_{t+1}."""
    from_c: Array
    """δc_{t+1} ⊙ f_{t+1}, which enters c_t."""


def enter_later_step(problem: CellProblem) -> tuple[CellProblem, LaterStep | None]:
    """The problem with what step T+1 sends back added to dh and dc, and those parts."""
    if problem.after is None:
        return problem, None
    after = problem.after
    dz = np.concatenate(
        [
            after["d" + gate] * slope_at_value(problem.activations[gate], after[gate])
            for gate in problem.gates
        ],
        axis=1,
    )
    back = dz @ problem.W
    dc = after["dc"] if "dc" in after else _cell_gradient(after, forward(problem).c[-1].T)
    later = LaterStep(
        dz, back[:, : problem.hidden], back[:, problem.hidden :], dc, dc * after["f"]
    )
    dh = problem.dh.astype(np.result_type(problem.dh, later.dh))
    dh[-1] += later.dh
    return replace(problem, dh=dh, dc=problem.dc + later.from_c), later


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
