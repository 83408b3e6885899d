"""The working of one element of an LSTM's result."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from dlcalc.commands.lstm.derivation import Place, hx, place_at
from dlcalc.commands.lstm.formulas import formula, name_of, values
from dlcalc.commands.lstm.lstm import LstmResult
from dlcalc.formulas.expressions import Expr, Step, call, symbol
from dlcalc.formulas.sums import products
from dlcalc.names import GATES

Index = tuple[int, ...]
_STEP = re.compile(r"steps\[(\d+)\]\.(\w+)")


def element_step(result: LstmResult, field: str, index: Index) -> Step | None:
    """The step that gives one element: of `steps[1].dc` (0,), of `dW` (3, 0)."""
    if step := _STEP.fullmatch(field):
        return _of_step(result, int(step[1]), step[2], index)
    if field.startswith("next."):
        return _of_next(result, field.removeprefix("next."), index)
    H, last = result.problem.hidden, index[-1] if index else 0
    if field in ("dW", "d_weight_hh_l0", "d_weight_ih_l0"):
        column = last + (H if field == "d_weight_ih_l0" else 0)
        return _sum("δW", [(dz, x) for dz, x in _pairs(result, index[0], column)])
    if field.startswith(("db", "d_bias")):
        return _sum("δb", [(dz, 1) for dz, _ in _pairs(result, last, 0)])
    sequence = index[-2] if result.problem.batched and len(index) > 1 else 0
    if field == "dh0":
        return _sum("δh_0", _back(place_at(result, 0), sequence, last))
    if field == "dx":
        t = index[0] if not result.problem.flat else 0
        return _sum("δx", _back(place_at(result, t), sequence, H + last))
    if field == "dc0":
        return _in_numbers(result, place_at(result, 0), 1, "dc0", (sequence, last))
    return None


def _of_step(result: LstmResult, t: int, name: str, index: Index) -> Step | None:
    place = place_at(result, t)
    sequence, unit = (index[0] if len(index) > 1 else 0), index[-1] if index else 0
    if name == "dz":
        gate = result.problem.gates[unit // result.problem.hidden]
        name, unit = "dz" + gate, unit % result.problem.hidden
    step = _in_numbers(result, place, t + 1, name, (sequence, unit))
    terms: Expr | None = None
    if name in GATES:
        row = place.rows(name).start + unit
        weighted = zip(result.problem.W[row].tolist(), hx(place)[sequence].tolist(), strict=True)
        sum_ = products([*weighted, (result.problem.b[row].item(), 1)])
        terms = sum_ and call(step.formula.args[0], sum_) if step.formula else None
    elif name == "dh" and place.after is not None:
        entering = np.asarray(place.dh_entering)[sequence, unit].item()
        terms = products([(entering, 1), *_back(place.after, sequence, unit)])
    return Step(step.name, None, step.formula, (*step.numbers, *([terms] if terms else [])))


def _of_next(result: LstmResult, name: str, index: Index) -> Step | None:
    """What the step after the last sends back, of which no more is known than its gates."""
    H, t = result.problem.hidden, result.problem.steps + 1
    later = place_at(result, result.problem.steps - 1).after
    assert later is not None
    sequence, unit = (index[0] if len(index) > 1 else 0), index[-1]
    if name == "dh":
        return _sum("r", _back(later, sequence, unit))
    if name == "dx":
        return _sum("δx", _back(later, sequence, H + unit))
    if name == "dc":
        return None
    gate = result.problem.gates[unit // H]
    at = (sequence, unit % H)
    found = {name_of(each, t): later[each][at].item() for each in (gate, "d" + gate)}
    symbolic = formula(result, "dz" + gate, t)
    return Step(name_of("dz" + gate, t), None, symbolic, (symbolic.put(found),))


def _in_numbers(result: LstmResult, place: Place, t: int, name: str, unit: Any) -> Step:
    symbolic = formula(result, name, t)
    numbers = () if symbolic.kind == "symbol" else (symbolic.put(values(place, t, unit)),)
    return Step(name_of(name, t), None, symbolic, numbers)


def _pairs(result: LstmResult, row: int, column: int) -> list[tuple[float, float]]:
    """δẑ and (h; x) of all steps and sequences, of one row and one column of W."""
    dz, hx = result.backward.dz[:, row], result.forward.hx[:-1, column]
    return list(zip(dz.ravel().tolist(), hx.ravel().tolist(), strict=True))


def _back(place: Place, sequence: int, column: int) -> list[tuple[float, float]]:
    """The products of one entry of Wᵀδẑ."""
    gradients = place.dz[sequence].tolist()
    return list(zip(place.problem.W[:, column].tolist(), gradients, strict=True))


def _sum(name: str, pairs: list[tuple[float, float]]) -> Step | None:
    terms = products(pairs)
    return None if terms is None else Step(symbol(name), None, None, (terms,))

