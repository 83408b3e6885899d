"""The working of an LSTM in the order in which it is done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcalc.commands.lstm.derivation import Place, hx, place_at
from dlcalc.commands.lstm.formulas import formula, name_of, recurrent, term, values
from dlcalc.commands.lstm.lstm import LstmResult
from dlcalc.errors import InputError
from dlcalc.formulas.expressions import Expr, Step, add, stack, symbol, total, transpose
from dlcalc.names import GATES

MOST_STEPS = 8
"""Steps that are worked out without being asked for one by one."""
MOST_SHOWN = 400
"""Entries of a matrix that is still written out."""

W, B_ = symbol("W"), symbol("b")


def lstm_steps(result: LstmResult, at: tuple[int, ...] | None) -> Iterator[Step]:
    """All steps forward, all back, then the weights; or the one step `at`, counted from 0."""
    count = result.problem.steps
    if at is not None:
        t = _one_step(at, count)
        yield from _forward(result, place_at(result, t), t + 1)
        yield from _backward(result, place_at(result, t), t + 1)
        return
    shown = list(range(count)) if count <= MOST_STEPS else [0, 1, count - 2, count - 1]
    yield from _legend(result)
    places = {t: place_at(result, t) for t in shown}
    for t in shown:
        yield from _forward(result, places[t], t + 1)
    if len(shown) < count:
        yield Step(f"… and {count - len(shown):,} more steps", note="--at T shows any one of them")
    for t in reversed(shown):
        yield from _backward(result, places[t], t + 1)
    yield from _parameters(result, [places[t] for t in shown])


def _one_step(at: tuple[int, ...], count: int) -> int:
    if len(at) != 1 or not 0 <= at[0] < count:
        raise InputError(
            f"--at {','.join(map(str, at))} is none of the steps 0 to {count - 1}, as the result "
            "counts them"
        )
    return at[0]


def _legend(result: LstmResult) -> Iterator[Step]:
    problem = result.problem
    order = " ".join(problem.gates)
    note = f"rows of W and b in the order {order}, columns (h; x); t counts from 1"
    yield Step("The gates", note=note)
    if problem.W.size <= MOST_SHOWN:
        yield Step(W, problem.W.tolist())
    if problem.batch > 1:
        yield Step("The batch", note=f"{problem.batch} sequences, a column each")


def _forward(result: LstmResult, place: Place, t: int) -> Iterator[Step]:
    yield Step(f"Forward, step {t}")
    problem = result.problem
    z = np.concatenate([place.z(gate) for gate in problem.gates], axis=1)
    column = stack(symbol("h", t - 1), symbol("x", t))
    symbolic = W @ column + B_
    numbers = symbolic.put({column: term(hx(place)), B_: term(problem.b[None])})
    yield Step(name_of("z", t), term(z), symbolic, (numbers,))
    found = values(place, t)
    for field in (*GATES, "c", "h"):
        yield _field_step(result, field, t, found)


def _backward(result: LstmResult, place: Place, t: int) -> Iterator[Step]:
    yield Step(f"Backward, step {t}")
    if place.after is not None:
        if t == result.problem.steps:
            yield from _later_gates(result, place.after, t + 1)
        yield _sent_back(result, place, t)
    found = values(place, t)
    for field in ("dh", "do", "dc", "di", "df", "dg", *("dz" + gate for gate in GATES)):
        yield _field_step(result, field, t, found)
    gates = stack(*(name_of("dz" + gate, t) for gate in result.problem.gates))
    yield Step(name_of("dz", t), term(place.dz), gates)


def _field_step(result: LstmResult, field: str, t: int, found: dict[Expr, Any]) -> Step:
    symbolic = formula(result, field, t)
    numbers = () if symbolic.kind == "symbol" else (symbolic.put(found),)
    return Step(name_of(field, t), found[name_of(field, t)], symbolic, numbers)


def _later_gates(result: LstmResult, later: Place, t: int) -> Iterator[Step]:
    """δẑ of the step after the last, from its gates and their gradients alone."""
    yield Step(f"Step {t}", note="known by its gates and their gradients")
    for gate in GATES:
        found = {
            name_of(name, t): term(later[name]) for name in (gate, "d" + gate)
        }
        symbolic = formula(result, "dz" + gate, t)
        yield Step(
            name_of("dz" + gate, t), term(later["dz" + gate]), symbolic, (symbolic.put(found),)
        )
    if result.problem.after and "dc" not in result.problem.after:
        yield Step(
            name_of("dc", t), term(later["dc"]),
            note="not given: from δi = δc ⊙ g, δf = δc ⊙ c and δg = δc ⊙ i",
        )


def _sent_back(result: LstmResult, place: Place, t: int) -> Step:
    """Wᵀδẑ_{t+1} = (r_t; δx_{t+1})."""
    later = place.after
    assert later is not None
    symbolic = transpose(W) @ name_of("dz", t + 1)
    numbers = symbolic.put({name_of("dz", t + 1): term(later.dz)})
    name = stack(recurrent(t), symbol("δx", t + 1))
    return Step(name, term(later.dz @ result.problem.W), symbolic, (numbers,))


def _parameters(result: LstmResult, places: list[Place]) -> Iterator[Step]:
    yield Step("The weights, the inputs and the start")
    t, first = symbol("δz\u0302", "t"), places[0]
    columns = transpose(stack(symbol("h", "t-1"), symbol("x", "t")))
    products: tuple[Expr, ...] = ()
    if result.problem.steps <= 2 and result.problem.batch == 1 and result.dW.size <= MOST_SHOWN:
        products = (add(*(term(each.dz) @ transpose(term(hx(each))) for each in places)),)
    yield Step(symbol("δW"), _limited(result.dW), total(t @ columns, "t"), products)
    yield Step(symbol("δb"), term(result.db[None]), total(t, "t"))
    symbolic = transpose(W) @ name_of("dz", 1)
    yield Step(
        stack(symbol("δh", 0), symbol("δx", 1)), term(first.dz @ result.problem.W), symbolic,
        (symbolic.put({name_of("dz", 1): term(first.dz)}),),
    )
    found = values(first, 1)
    symbolic = formula(result, "dc0", 1)
    yield Step(
        symbol("δc", 0), term(first["dc0"]), symbolic, (symbolic.put(found),)
    )


def _limited(array: Any) -> Any:
    return array.tolist() if array.size <= MOST_SHOWN else None
