"""The working of one element of a batch, or of a network with many weights, as its sum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.commands.mlp.losses import logit_gradient
from dlcalc.commands.mlp.matrices import matrix_steps
from dlcalc.formulas.expressions import Expr, Step, add, call, mul, symbol
from dlcalc.formulas.sums import MOST_TERMS, dot, products
from dlcalc.numbers.activations import activation
from dlcalc.numbers.compare import unravel

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep

Array = np.ndarray[Any, np.dtype[Any]]
Index = tuple[int, ...]
_FIELD = r"(layers|loss|gradients|updates|updated|loss_after)(?:\.(\w+))?(?:\[(\d+)\])?(?:\.(\w+))?"


def element_step(result: MlpStep, field: str, index: Index) -> Step | None:
    """The formula of a field of the record in matrices, and one element of it in numbers."""
    if field == "output":
        field = f"layers[{len(result.layers) - 1}].h"
    field, index = _unnamed(result, field, index)
    step = next((step for place, step in matrix_steps(result) if place == field), None)
    if step is None:
        return None
    numbers = _numbers(result, field, index)
    return Step(step.name, None, step.formula, (numbers,) if numbers else ())


def _unnamed(result: MlpStep, field: str, index: Index) -> tuple[str, Index]:
    """The array and the place in it of a named gradient, named.w7 or named.b1."""
    named = re.fullmatch(r"(updated\.)?named\.([wb])(\d+)", field)
    if named is None:
        return field, index
    whole = named[1] or "gradients."
    kind = "weights" if named[2] == "w" else "biases"
    place = int(named[3]) - 1
    for n, array in enumerate(getattr(result.gradients, kind)):
        if place < array.size:
            return f"{whole}{kind}[{n}]", unravel(place, array.shape)
        place -= array.size
    return field, index


def _numbers(result: MlpStep, field: str, index: Index) -> Expr | None:
    """One element in numbers; None where there are too many of them to write out."""
    whole, kind, number, part = re.fullmatch(_FIELD, field).groups()  # type: ignore[union-attr]
    n = int(number or 0)
    if whole == "layers":
        return _argument(result, n, index) if part == "q" else _value(result, n, index)
    if whole == "updated":
        before = getattr(result.network, kind)[n][index].item()
        return add(before, getattr(result.updates, kind)[n][index].item())
    if whole == "loss_after":
        return None
    if whole == "loss":
        return _loss(result)
    if whole == "updates":
        if result.network.optimizer is not None:
            return None
        slope = getattr(result.gradients, kind)[n][index].item()
        return mul(-result.network.learning_rate, slope)
    if kind == "q":
        return _logit(result, index) if n == len(result.layers) - 1 else _hidden(result, n, index)
    dq = np.atleast_2d(result.gradients.q[n])
    if kind == "x":
        return dot(_row(dq, index), result.network.weights[0][:, index[-1]])
    below = result.network.x if n == 0 else np.atleast_2d(result.layers[n - 1].h)
    column = below[:, index[1]] if kind == "weights" else None
    return products((each, 1) for each in dq[:, index[0]].tolist()) if column is None else dot(
        dq[:, index[0]], column
    )


def _row(values: Array, index: Index) -> Array:
    """The row of the example that an index means."""
    row: Array = np.atleast_2d(values)[index[0] if len(index) > 1 else 0]
    return row


def _argument(result: MlpStep, n: int, index: Index) -> Expr | None:
    network = result.network
    below = network.x if n == 0 else result.layers[n - 1].h
    bias = [network.biases[n][index[-1]].item()] if network.biases else []
    return dot(_row(below, index), network.weights[n][index[-1]], *bias)


def _value(result: MlpStep, n: int, index: Index) -> Expr | None:
    q = _row(result.layers[n].q, index).tolist()
    here = q[index[-1]]
    if n < len(result.layers) - 1:
        return call(result.network.activation, here)
    if result.network.objective.output == "softmax":
        few = len(q) <= MOST_TERMS
        return call("exp", here) / add(*(call("exp", each) for each in q)) if few else None
    return call("sigmoid", here) if result.network.objective.output == "sigmoid" else None


def _loss(result: MlpStep) -> Expr | None:
    """The mean over the examples."""
    network = result.network
    losses = network.objective.value(np.atleast_2d(result.layers[-1].q), network.target)
    mean = products((each, 1) for each in losses.tolist())
    return mean / len(losses) if mean and len(losses) > 1 else None


def _logit(result: MlpStep, index: Index) -> Expr | None:
    network = result.network
    y = _row(result.output, index).tolist()
    t = _row(network.target, index).tolist()
    if len(y) > MOST_TERMS:
        return None
    ys, ts = ([symbol(name, k) for k in range(len(y))] for name in "yt")
    formula = logit_gradient(network.objective, ys, ts, index[-1], sum(t) == 1)
    numbers = formula.put(dict(zip([*ys, *ts], [*y, *t], strict=True)))
    return numbers if len(network.x) == 1 else numbers / len(network.x)


def _hidden(result: MlpStep, n: int, index: Index) -> Expr | None:
    """Over the layer above, times φ′."""
    layer, unit = result.layers[n], index[-1]
    above = dot(_row(result.gradients.q[n + 1], index), result.network.weights[n + 1][:, unit])
    slope = activation(result.network.activation).slope(_row(layer.q, index), _row(layer.h, index))
    return above and mul(above, slope[unit].item())
