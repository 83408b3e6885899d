"""Output functions with their losses, each pair computed from the logits q; and their targets.

Nothing overflows. Arrays are (batch, outputs), with any axes before them; a loss is one number an
example. All of it takes complex logits, for the complex-step check of gradients, and keeps float32.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError, require_known
from dlcalc.numbers.activations import sigmoid
from dlcalc.numbers.exact import Array, as_doubles


@dataclass(frozen=True)
class Objective:
    """An output function y(q) and the loss J(y, t) of the target t."""

    output: str
    """softmax, sigmoid or identity."""
    loss: str
    """cross_entropy, binary_cross_entropy or squared_error."""
    y: Callable[[Array], Array]
    """y from the logits q."""
    value: Callable[[Array, Array], Array]
    """J of each example, (batch,), from q and t."""
    slope: Callable[[Array, Array], Array]
    """∂J/∂q, (batch, outputs), from y and t."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Results are pickled with the names of what they were computed with."""
        return objective, (self.output, self.loss)


def softmax(q: Array) -> Array:
    """yₖ = e^qₖ / Σⱼ e^qⱼ along the last axis, shifted by the largest q.

    >>> softmax(np.array([[1000.0, 1000.0]])).tolist()
    [[0.5, 0.5]]
    """
    y: Array = np.exp(q - q.real.max(axis=-1, keepdims=True))
    y /= y.sum(axis=-1, keepdims=True)
    return y


def cross_entropy(q: Array, target: Array) -> Array:
    """−Σ t ln y with y = softmax(q): Σ t (ln Σ e^q − q).

    >>> cross_entropy(np.array([[0.0, -2000.0]]), np.array([[0.0, 1.0]])).tolist()
    [2000.0]
    """
    shifted = q - q.real.max(axis=-1, keepdims=True)
    surprise = np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted
    total: Array = (target * surprise).sum(axis=-1)
    return total


def binary_cross_entropy(q: Array, target: Array | float) -> Array:
    """−Σ t ln y + (1−t) ln(1−y) with y = sigmoid(q): Σ max(q, 0) − t q + ln(1 + e^−|q|).

    >>> binary_cross_entropy(np.array([[800.0, 800.0]]), np.array([[1.0, 0.0]])).tolist()
    [800.0]
    """
    positive = q.real > 0
    decay = np.exp(np.where(positive, -q, q))
    total: Array = (np.where(positive, q, 0) - target * q + np.log1p(decay)).sum(axis=-1)
    return total


def squared_error(y: Array, target: Array) -> Array:
    """½ Σ (y − t)².

    >>> squared_error(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]])).tolist()
    [2.0]
    """
    difference = y - target
    total: Array = (difference * difference).sum(axis=-1) / 2
    return total


OBJECTIVES = (
    Objective("softmax", "cross_entropy", softmax, cross_entropy,
              lambda y, t: y * t.sum(axis=-1, keepdims=True) - t),
    Objective("sigmoid", "binary_cross_entropy", sigmoid, binary_cross_entropy, lambda y, t: y - t),
    Objective("identity", "squared_error", lambda q: q, squared_error, lambda y, t: y - t),
    Objective("sigmoid", "squared_error", sigmoid, lambda q, t: squared_error(sigmoid(q), t),
              lambda y, t: (y - t) * y * (1 - y)),
    Objective("softmax", "squared_error", softmax, lambda q, t: squared_error(softmax(q), t),
              lambda y, t: y * (y - t - ((y - t) * y).sum(axis=-1, keepdims=True))),
)
OUTPUTS = tuple(dict.fromkeys(each.output for each in OBJECTIVES))
LOSSES = tuple(dict.fromkeys(each.loss for each in OBJECTIVES))


def objective(output: str, loss: str | None = None) -> Objective:
    """The pair of that output and loss; with no loss, the one that goes with the output.

    InputError for an unknown name, or a loss that the output may leave undefined.

    >>> objective("sigmoid").loss
    'binary_cross_entropy'
    >>> objective("identity", "cross_entropy")
    Traceback (most recent call last):
        ...
    dlcalc.errors.InputError: loss cross_entropy does not go with output identity; use squared_error
    """
    require_known(output, OUTPUTS, "output")
    if loss is not None:
        require_known(loss, LOSSES, "loss")
    fitting = {each.loss: each for each in OBJECTIVES if each.output == output}
    if loss is None:
        return next(iter(fitting.values()))
    if loss not in fitting:
        raise InputError(
            f"loss {loss} does not go with output {output}; use {' or '.join(fitting)}"
        )
    return fitting[loss]


def as_targets(
    target: Any, batch: int, outputs: int, pair: Objective, *, single: bool = False
) -> Array:
    """Targets as (batch, outputs).

    With softmax, a whole number an example is the index of its class, from 0; else a row
    an example. One output takes one number an example; `single`, one example without the
    batch axis. InputError for an index past the outputs, or values that the loss leaves
    undefined: below 0 in cross-entropy, outside 0 to 1 in binary cross-entropy.

    >>> as_targets([1, 0], 2, 3, objective("softmax")).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    given = as_doubles(target, "target")
    rows = given[np.newaxis] if single else given
    if rows.shape == (batch,) and pair.output == "softmax":
        return _one_hot(rows, outputs)
    if rows.shape == (batch,) and outputs == 1:
        rows = rows[:, np.newaxis]
    if rows.shape != (batch, outputs):
        shape = "x".join(map(str, given.shape)) or "a number"
        row = str(outputs) if single else f"{batch}x{outputs}"
        index = " or a class index" if single else " or a list of class indices"
        index = index if pair.output == "softmax" else ""
        raise ShapeError(f"shape {shape}; expected {row}{index}").at("target")
    if pair.loss == "cross_entropy" and (rows < 0).any():
        raise InputError("probabilities of cross_entropy are not below 0").at("target")
    if pair.loss == "binary_cross_entropy" and ((rows < 0) | (rows > 1)).any():
        raise InputError("probabilities of binary_cross_entropy lie from 0 to 1").at("target")
    return rows


def _one_hot(indices: Array, outputs: int) -> Array:
    for index in indices.tolist():
        if not index.is_integer() or not 0 <= index < outputs:
            raise InputError(
                f"class {index:g} is none of the {outputs} outputs, 0 to {outputs - 1}"
            ).at("target")
    rows = np.zeros((len(indices), outputs))
    rows[np.arange(len(indices)), indices.astype(int)] = 1
    return rows
