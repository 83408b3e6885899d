"""Slips that are made in an LSTM's derivation, each as the wrong formula that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.lstm.derivation import FORMULAS, Formula, Place, hx, steps_from
from dlcalc.commands.lstm.gates import slope_at_value
from dlcalc.names import GATES
from dlcalc.numbers.activations import activation

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Slip:
    """One way to get a quantity wrong."""

    field: str
    """The quantity whose formula is wrong."""
    words: str
    """What the slip is, to stand before `gives that`."""
    formula: Formula
    """The wrong formula."""
    circulated: bool = False
    """Whether it stands in solutions that go round, and is likely beside others of these."""


def slips() -> Iterator[Slip]:
    """Every slip that is looked for, in the order of the derivation."""
    for gate in GATES:
        yield from _gate_slips(gate)
    yield from _state_slips()
    for gate in GATES:
        yield from _slope_slips(gate)
    yield from _gradient_slips()
    yield from _cell_slips()
    yield from _gate_gradient_slips()
    yield from _weight_slips()


def _gate_slips(gate: str) -> Iterator[Slip]:
    for name in ("sigmoid", "tanh", "relu", "identity"):
        yield Slip(
            gate, f"{name} as the activation of {gate}", _activated_by(name, gate),
            circulated=(gate, name) == ("g", "sigmoid"),
        )
    yield Slip(
        gate, f"{gate} without its bias", lambda p: _phi(p, gate, p.z(gate) - _bias(p, gate))
    )
    yield Slip(
        gate, "columns of W taken as [x, h]",
        lambda p: _phi(p, gate, _turned(p) @ p.problem.W[p.rows(gate)].T + _bias(p, gate)),
    )
    yield Slip(
        gate, f"h_(t-1) left out of {gate}",
        lambda p: _phi(
            p, gate, p.x @ p.problem.W[p.rows(gate), p.problem.hidden :].T + _bias(p, gate)
        ),
    )
    for other in GATES.replace(gate, ""):
        yield Slip(gate, f"the rows of {other} for those of {gate}", _from_rows_of(other, gate))


def _activated_by(name: str, gate: str) -> Formula:
    return lambda p: activation(name).value(p.z(gate))


def _from_rows_of(other: str, gate: str) -> Formula:
    return lambda p: _phi(p, gate, p.z(other))


def _phi(p: Place, gate: str, z: Array) -> Array:
    return activation(p.problem.activations[gate]).value(z)


def _bias(p: Place, gate: str) -> Array:
    return p.problem.b[p.rows(gate)]


def _turned(p: Place) -> Array:
    return np.concatenate([p.x, p.ahead()["h"]], axis=1)


def _state_slips() -> Iterator[Slip]:
    yield Slip("c", "i and f exchanged", lambda p: p["i"] * p.ahead()["c"] + p["f"] * p["g"])
    yield Slip("c", "f ⊙ c_(t-1) left out", lambda p: p["i"] * p["g"])
    yield Slip("c", "i left out", lambda p: p["f"] * p.ahead()["c"] + p["g"])
    yield Slip("c", "f left out", lambda p: p.ahead()["c"] + p["i"] * p["g"])
    yield Slip("h", "c in place of tanh c", lambda p: p["o"] * p["c"])
    yield Slip("h", "sigmoid c in place of tanh c", lambda p: p["o"] / (1 + np.exp(-p["c"])))


def _slope_slips(gate: str) -> Iterator[Slip]:
    """Slips in δẑ of the step after, the first thing that is computed of its gradients."""
    yield Slip(
        "dz" + gate, f"{gate}_t in place of {gate}_(t+1) in δẑ",
        lambda p: p["d" + gate] * p.slope(gate, (p.ahead() if p.ahead().before else p)[gate]),
        circulated=gate == "i",
    )
    left_out = "(1 − g²)" if gate == "g" else f"{gate}(1 − {gate})"
    yield Slip(
        "dz" + gate, f"{left_out} left out", lambda p: p["d" + gate], circulated=gate == "g"
    )
    other = "sigmoid" if gate == "g" else "tanh"
    yield Slip(
        "dz" + gate, f"the slope of {other} at {gate}",
        lambda p: p["d" + gate] * slope_at_value(other, p[gate]),
    )
    yield Slip("dz" + gate, f"{gate} in place of its slope", lambda p: p["d" + gate] * p[gate])


def _gradient_slips() -> Iterator[Slip]:
    yield Slip("dh", "Wᵀδẑ_(t+1) left out", lambda p: p.dh_entering)
    yield Slip("dh", "what enters h directly left out", lambda p: p.recurrent())
    yield Slip("do", "c in place of tanh c", lambda p: p["dh"] * p["c"])
    yield Slip("do", "h in place of tanh c", lambda p: p["dh"] * p["h"])
    yield Slip("do", "δc in place of δh", lambda p: p["dc"] * np.tanh(p["c"]))
    yield Slip("do", "tanh c left out", lambda p: p["dh"])


def _cell_slips() -> Iterator[Slip]:
    def of_h(p: Place) -> Any:
        return p["dh"] * p["o"] * (1 - np.tanh(p["c"]) ** 2)

    yield Slip(
        "dc", "f_t in place of f_(t+1)",
        lambda p: of_h(p) + (p.after["dc"] * p["f"] if p.after else 0) + p.dc_entering,
        circulated=True,
    )
    yield Slip("dc", "δc_(t+1) ⊙ f_(t+1) left out", of_h)
    yield Slip(
        "dc", "f_(t+1) left out",
        lambda p: of_h(p) + (p.after["dc"] if p.after else 0) + p.dc_entering,
    )
    yield Slip("dc", "(1 − tanh² c) left out", lambda p: p["dh"] * p["o"] + p.carried())
    yield Slip(
        "dc", "c in place of tanh c", lambda p: p["dh"] * p["o"] * (1 - p["c"] ** 2) + p.carried()
    )
    yield Slip(
        "dc", "h in place of tanh c", lambda p: p["dh"] * p["o"] * (1 - p["h"] ** 2) + p.carried()
    )
    yield Slip(
        "dc", "o left out", lambda p: p["dh"] * (1 - np.tanh(p["c"]) ** 2) + p.carried()
    )
    yield Slip("dc", "what comes from δh left out", lambda p: p.carried())


def _gate_gradient_slips() -> Iterator[Slip]:
    yield Slip("di", "δh in place of δc", lambda p: p["dh"] * p["g"], circulated=True)
    yield Slip("df", "δh in place of δc", lambda p: p["dh"] * p.ahead()["c"], circulated=True)
    yield Slip("dg", "δh in place of δc", lambda p: p["dh"] * p["i"], circulated=True)
    yield Slip("di", "i in place of g", lambda p: p["dc"] * p["i"])
    yield Slip("df", "c_t in place of c_(t-1)", lambda p: p["dc"] * p["c"])
    yield Slip("df", "f in place of c_(t-1)", lambda p: p["dc"] * p["f"])
    yield Slip("dg", "g in place of i", lambda p: p["dc"] * p["g"])
    for gate in GATES:
        yield Slip(f"d{gate}", f"δẑ in place of δ{gate}", _with_slope(gate))


def _with_slope(gate: str) -> Formula:
    return lambda p: FORMULAS["d" + gate](p) * p.slope(gate, p[gate])


def _weight_slips() -> Iterator[Slip]:
    yield Slip("dW", "h_t in place of h_(t-1)", lambda p: _sum_over(p, _with_own_h))
    yield Slip("dW", "the last step alone", lambda p: _outer(steps_from(p)[-1]))
    yield Slip("dW", "the first step alone", _outer)
    yield Slip(
        "dW", "columns [x, h]", lambda p: _sum_over(p, lambda each: each.dz.T @ _turned(each))
    )
    yield Slip("db", "the last step alone", lambda p: steps_from(p)[-1].dz.sum(axis=0))
    yield Slip("db", "the first step alone", lambda p: p.dz.sum(axis=0))
    yield Slip("dc0", "f_1 left out", lambda p: p["dc"])


def _sum_over(p: Place, part: Formula) -> Any:
    return sum(part(each) for each in steps_from(p))


def _outer(p: Place) -> Any:
    return p.dz.T @ hx(p)


def _with_own_h(p: Place) -> Any:
    return p.dz.T @ np.concatenate([p["h"], p.x], axis=1)
