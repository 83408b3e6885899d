"""The derivation of an LSTM's gradients as it is done by hand: one formula a quantity.

Any formula can be replaced by a wrong one, to see which numbers a slip gives. What is
computed here is what `passes` computes on whole arrays; the tests hold one against
the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.gates import slope_at_value
from dlcalc.commands.lstm.lstm import LstmResult
from dlcalc.layers.cells.cell import gate_rows
from dlcalc.layers.cells.problem import CellProblem
from dlcalc.names import GATES
from dlcalc.numbers.activations import activation

Array = np.ndarray[Any, np.dtype[Any]]
FORWARD = (*GATES, "c", "h")
BACKWARD = ("dh", "do", "dc", "di", "df", "dg")
DZ = tuple("dz" + gate for gate in GATES)


@dataclass
class Place:
    """One step of the derivation, with what is known of it and of its neighbours."""

    problem: CellProblem
    """The weights, and the activations."""
    formulas: Mapping[str, Formula]
    """The formula of every quantity."""
    x: Array
    """x_t, B × D."""
    before: Place | None = None
    """Step t−1; at the first step one that knows h₀ and c₀ alone."""
    after: Place | None = None
    """Step t+1, if there is any."""
    dh_entering: Array | float = 0.0
    """The loss gradient that enters h_t directly."""
    dc_entering: Array | float = 0.0
    """The loss gradient that enters c_t directly."""
    values: dict[str, Array] = field(default_factory=dict)
    """What is known or computed already, B × H each."""

    def __getitem__(self, name: str) -> Array:
        if name not in self.values:
            self.values[name] = self.formulas[name](self)
        return self.values[name]

    def ahead(self) -> Place:
        """Step t−1, which every step has."""
        assert self.before is not None
        return self.before

    def z(self, gate: str) -> Array:
        """ẑ of one gate: its rows of W(h_{t−1}; x_t) + b."""
        rows = self.rows(gate)
        hx = np.concatenate([self.ahead()["h"], self.x], axis=1)
        product: Array = hx @ self.problem.W[rows].T + self.problem.b[rows]
        return product

    def rows(self, gate: str) -> slice:
        """The rows of a gate in W and b."""
        return gate_rows(self.problem.gates, self.problem.hidden)[gate]

    def slope(self, gate: str, value: Array) -> Array:
        """φ′ of a gate's activation, where that has this value."""
        return slope_at_value(self.problem.activations[gate], value)

    @property
    def dz(self) -> Array:
        """δẑ of all gates, in the order of W's rows."""
        return np.concatenate([self["dz" + gate] for gate in self.problem.gates], axis=1)

    @property
    def dx(self) -> Array:
        """δx_t, the other part of Wᵀδẑ_t than the one that enters h_{t−1}."""
        part: Array = self.dz @ self.problem.W[:, self.problem.hidden :]
        return part

    def recurrent(self) -> Array | float:
        """The part of Wᵀδẑ_{t+1} that enters h_t."""
        if self.after is None:
            return 0.0
        part: Array = self.after.dz @ self.problem.W[:, : self.problem.hidden]
        return part

    def carried(self) -> Array | float:
        """What enters c_t from behind: δc_{t+1} ⊙ f_{t+1}, and the loss gradient if any."""
        if self.after is None:
            return self.dc_entering
        return self.after["dc"] * self.after["f"] + self.dc_entering


Formula = Callable[[Place], Any]


def _gate(name: str) -> Formula:
    return lambda p: activation(p.problem.activations[name]).value(p.z(name))


def _before_activation(gate: str) -> Formula:
    return lambda p: p["d" + gate] * p.slope(gate, p[gate])


FORMULAS: dict[str, Formula] = {
    **{gate: _gate(gate) for gate in GATES},
    "c": lambda p: p["f"] * p.ahead()["c"] + p["i"] * p["g"],
    "h": lambda p: p["o"] * np.tanh(p["c"]),
    "dh": lambda p: p.dh_entering + p.recurrent(),
    "do": lambda p: p["dh"] * np.tanh(p["c"]),
    "dc": lambda p: p["dh"] * p["o"] * (1 - np.tanh(p["c"]) ** 2) + p.carried(),
    "di": lambda p: p["dc"] * p["g"],
    "df": lambda p: p["dc"] * p.ahead()["c"],
    "dg": lambda p: p["dc"] * p["i"],
    **{"dz" + gate: _before_activation(gate) for gate in GATES},
    # What is done once, at the first step, with all of them in reach:
    "dW": lambda p: sum(each.dz.T @ hx(each) for each in steps_from(p)),
    "db": lambda p: sum(each.dz.sum(axis=0) for each in steps_from(p)),
    "dx": lambda p: np.stack([each.dx for each in steps_from(p)]),
    "dh0": lambda p: p.dz @ p.problem.W[:, : p.problem.hidden],
    "dc0": lambda p: p["dc"] * p["f"],
}


def hx(place: Place) -> Array:
    """(h_{t−1}; x_t), B × (H+D)."""
    return np.concatenate([place.ahead()["h"], place.x], axis=1)


def steps_from(place: Place) -> list[Place]:
    """This step and those after it, but for one known by its gates alone."""
    steps = [place]
    while steps[-1].after is not None and steps[-1].after.x.size:
        steps.append(steps[-1].after)
    return steps


def derive(
    problem: CellProblem, later_dc: Array | None = None,
    wrong: Mapping[str, Formula] | None = None, only: int | None = None,
) -> list[Place]:
    """All steps, wired to each other; a quantity is computed when it is asked for.

    `wrong` replaces formulas by name, at every step or at the step `only` (from 0; T is the
    step after the last). `later_dc` is δc of that step, where `next` gives it.
    """
    changed = {**FORMULAS, **(wrong or {})}

    def formulas(t: int) -> Mapping[str, Formula]:
        return changed if only is None or t == only else FORMULAS

    nothing = problem.x[0, :, :0]
    before = Place(problem, FORMULAS, nothing, values={"h": problem.h0, "c": problem.c0})
    places = []
    for t, (x, dh) in enumerate(zip(problem.x, problem.dh, strict=True)):
        place = Place(problem, formulas(t), x, before, dh_entering=dh)
        before.after, before = place, place
        places.append(place)
    places[-1].dc_entering = problem.dc
    if problem.after is not None:
        known = dict(problem.after)
        if later_dc is not None:
            known["dc"] = later_dc
        places[-1].after = Place(
            problem, formulas(problem.steps), nothing, places[-1], values=known
        )
    # In order, so that no step asks for the one before it, and that one for its own.
    for place in places:
        place["h"]
    for place in reversed(places):
        place["dc"]
    return places


def place_at(
    result: LstmResult, t: int, wrong: Mapping[str, Formula] | None = None,
    only: int | None = None,
) -> Place:
    """Step t (from 0) of a result, derived with its neighbours from what else is known.

    `wrong` formulas are those of all three steps, or of the step `only`.
    """
    problem, T = result.problem, result.problem.steps
    first, end = max(0, t - 1), min(T, t + 2)
    run = result.forward
    later_dc = result.later.dc if result.later else None
    here = replace(
        problem, x=problem.x[first:end], dh=problem.dh[first:end],
        h0=run.hx[first, : problem.hidden].T, c0=run.c[first].T,
    )
    if end < T:
        here = replace(here, dc=np.zeros_like(problem.dc), after=_known(result, end))
        later_dc = None
    return derive(here, later_dc, wrong, None if only is None else only - first)[t - first]


def _known(result: LstmResult, t: int) -> dict[str, Array]:
    """Step t as `next` would give it: gates, their gradients, and δc, B × H each."""
    values = {**result.gates, **{"d" + gate: each for gate, each in result.dgates.items()}}
    return {name: np.atleast_2d(each[t]) for name, each in {**values, "dc": result.dc}.items()}
