"""Outputs and losses of a small network in formulas, and the gradients at its logits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dlcalc.derive.units import Units, gradient
from dlcalc.formulas.expressions import Expr, Step, add, call, mul, symbol

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep
    from dlcalc.layers.losses import Objective
    from dlcalc.layers.network import Network

Values = Mapping[Expr, float]
IN_ONE = {
    "cross_entropy": "softmax and cross entropy in one",
    "binary_cross_entropy": "sigmoid and binary cross entropy in one",
}
"""Losses whose gradient is taken at q, past the output function."""


def output_step(pair: Objective, units: Units, unit: int, values: Values) -> Step:
    """One output: softmax, sigmoid or q itself."""
    q, y = units.q(units.last, unit), units.h(units.last, unit)
    if pair.output == "softmax":
        others = [units.q(units.last, k) for k in range(units.sizes[-1])]
        formula = call("exp", q) / add(*(call("exp", each) for each in others))
        return Step(y, values[y], formula, (formula.put(values),))
    if pair.output == "sigmoid":
        formula = call("sigmoid", q)
        return Step(y, values[y], formula, (formula.put(values),))
    return Step(y, values[y], q)


def loss_step(result: MlpStep, units: Units, values: Values) -> Step:
    """J from the outputs and targets."""
    ys = [units.h(units.last, k) for k in range(units.sizes[-1])]
    ts = [symbol("t", k + 1) for k in range(len(ys))]
    targets = result.network.target[0].tolist()
    formula = _loss(result.network.objective.loss, ys, ts, targets)
    numbers = formula.put({**values, **dict(zip(ts, targets, strict=True))})
    note = "computed from q, where no digits are lost"
    stable = result.network.objective.loss != "squared_error"
    return Step(symbol("J"), result.loss, formula, (numbers,), note if stable else "")


def _loss(loss: str, ys: list[Expr], ts: list[Expr], targets: list[float]) -> Expr:
    pairs = list(zip(ys, ts, strict=True))
    if loss == "squared_error":
        return 0.5 * _grouped(*((y - t) ** 2 for y, t in pairs))
    if loss == "binary_cross_entropy":
        terms = (t * call("ln", y) + (1 - t) * call("ln", 1 - y) for y, t in pairs)
        return -_grouped(*terms)
    if sorted(targets) == [0.0] * (len(ys) - 1) + [1.0]:
        return -call("ln", ys[targets.index(1.0)])
    return -_grouped(*(t * call("ln", y) for y, t in pairs))


def _grouped(*terms: Expr) -> Expr:
    return terms[0] if len(terms) == 1 else add(*terms)


def logit_step(network: Network, units: Units, unit: int, values: Values, value: float) -> Step:
    """∂J/∂q of one output."""
    ys = [units.h(units.last, k) for k in range(units.sizes[-1])]
    ts = [symbol("t", k + 1) for k in range(len(ys))]
    targets = network.target[0].tolist()
    formula = logit_gradient(network.objective, ys, ts, unit, sum(targets) == 1)
    numbers = formula.put({**values, **dict(zip(ts, targets, strict=True))})
    name = gradient("J", units.q(units.last, unit))
    return Step(name, value, formula, (numbers,), IN_ONE.get(network.objective.loss, ""))


def logit_gradient(
    pair: Objective, ys: list[Expr], ts: list[Expr], unit: int, certain: bool
) -> Expr:
    """∂J/∂q of one output from all outputs and targets; `certain` where these add up to 1."""
    y, t = ys[unit], ts[unit]
    if pair.loss == "cross_entropy":
        return y - t if certain else y * add(*ts) - t
    if pair.loss == "binary_cross_entropy" or pair.output == "identity":
        return y - t
    if pair.output == "sigmoid":
        return mul(y - t, y, 1 - y)
    weighted = add(*((each - other) * each for each, other in zip(ys, ts, strict=True)))
    return y * (y - t - weighted)
