"""Targets of a network: class indices or vectors, brought to one row an example."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.losses import Objective
from dlcalc.numbers.exact import as_doubles

Array = np.ndarray[Any, np.dtype[Any]]


def as_targets(
    target: Any, batch: int, outputs: int, pair: Objective, *, single: bool = False
) -> Array:
    """Targets as (batch, outputs).

    With softmax, a whole number an example is the index of its class, from 0; else a row
    an example. One output takes one number an example; `single`, one example without the
    batch axis. InputError for an index past the outputs, or values that the loss leaves
    undefined: below 0 in cross-entropy, outside 0 to 1 in binary cross-entropy.

    >>> from dlcalc.layers.losses import objective
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
