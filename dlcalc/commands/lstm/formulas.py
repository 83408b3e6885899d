"""The formulas of an LSTM's step, and the numbers that go into them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.commands.lstm.derivation import Place
from dlcalc.commands.lstm.lstm import LstmResult
from dlcalc.formulas.expressions import Column, Expr, add, call, hadamard, symbol
from dlcalc.names import GATES

_SIGNS = {"sigmoid": "σ", "relu": "ReLU", "identity": "id"}


def sign(activation: str) -> str:
    """How an activation is written: σ, tanh, ReLU."""
    return _SIGNS.get(activation, activation)


def name_of(field: str, t: int) -> Expr:
    """The symbol of a step's field: `di` is δi_t, `dzi` is δẑ of gate i."""
    if field.startswith("dz"):
        return symbol("δz\u0302", f"{field[2:]},{t}" if field[2:] else t)
    if field.startswith("z"):
        return symbol("z\u0302", f"{field[1:]},{t}" if field[1:] else t)
    return symbol("δ" + field[1:] if field.startswith("d") else field, t)


def entering(t: int) -> Expr:
    """The loss gradient that enters h_t directly."""
    return symbol("dh", t)


def recurrent(t: int) -> Expr:
    """What step t+1 sends back to h_t."""
    return symbol("r", t)


def slope(activation: str, gate: Expr, z: Expr) -> tuple[Expr | int, ...]:
    """The factors of φ′, by the gate's value where it has a formula: i and (1 − i), 1 − g²."""
    if activation == "sigmoid":
        return gate, 1 - gate
    if activation == "tanh":
        return (1 - gate**2,)
    return (1,) if activation == "identity" else (call(f"{sign(activation)}'", z),)


def formula(result: LstmResult, field: str, t: int) -> Expr:
    """The formula of a field of step t, in symbols."""

    def of(field: str, step: int = t) -> Expr:
        return name_of(field, step)

    activations = result.problem.activations
    if field in GATES:
        return call(sign(activations[field]), of("z" + field))
    if field.startswith("dz"):
        gate = field[2:]
        steep = slope(activations[gate], of(gate), of("z" + gate))
        return hadamard(of("d" + gate), *steep)
    tanh_c = call("tanh", of("c"))
    return {
        "c": hadamard(of("f"), of("c", t - 1)) + hadamard(of("i"), of("g")),
        "h": hadamard(of("o"), tanh_c),
        "dh": entering(t) + recurrent(t) if follows(result, t) else entering(t),
        "do": hadamard(of("dh"), tanh_c),
        "dc": _sum(hadamard(of("dh"), of("o"), 1 - tanh_c**2), *_from_behind(result, t)),
        "di": hadamard(of("dc"), of("g")),
        "df": hadamard(of("dc"), of("c", t - 1)),
        "dg": hadamard(of("dc"), of("i")),
        "dc0": hadamard(of("dc"), of("f")),
    }[field]


def follows(result: LstmResult, t: int) -> bool:
    """Whether a step after t sends anything back."""
    return t < result.problem.steps or result.later is not None


def _sum(first: Expr, *more: Expr) -> Expr:
    return add(first, *more) if more else first


def _from_behind(result: LstmResult, t: int) -> list[Expr]:
    """What enters c_t besides h_t: δc_{t+1} ⊙ f_{t+1}, and at the end the loss gradient."""
    terms = []
    if follows(result, t):
        terms.append(hadamard(name_of("dc", t + 1), name_of("f", t + 1)))
    if t == result.problem.steps and result.problem.dc.any():
        terms.append(symbol("dc", t))
    return terms


def values(place: Place, t: int, unit: tuple[int, int] | None = None) -> dict[Expr, Any]:
    """The numbers of a step and its neighbours for `put`; of one (sequence, unit) if asked."""

    def shown(array: Any) -> Any:
        array = np.asarray(array)
        return term(array) if unit is None else array[unit].item()

    fields = (*GATES, "c", "h", "dh", "do", "dc", "di", "df", "dg", *("dz" + g for g in GATES))
    found = {name_of(each, t): shown(place[each]) for each in fields}
    found |= {name_of("z" + gate, t): shown(place.z(gate)) for gate in GATES}
    found[name_of("c", t - 1)] = shown(place.ahead()["c"])
    found[entering(t)] = shown(place.dh_entering)
    if place.after is not None:
        found[recurrent(t)] = shown(place.recurrent())
        found[name_of("dc", t + 1)] = shown(place.after["dc"])
        found[name_of("f", t + 1)] = shown(place.after["f"])
    if isinstance(place.dc_entering, np.ndarray):
        found[symbol("dc", t)] = shown(place.dc_entering)
    return found


def term(array: Any) -> Any:
    """An array B × n as one column, or as the matrix n × B of a batch; alone, as a number."""
    array = np.asarray(array)
    if array.size == 1:
        return array.item()
    return Column(array[0].tolist()) if len(array) == 1 else array.T.tolist()
