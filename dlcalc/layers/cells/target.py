"""What the hidden states of a cell should be, and the loss that says how far they are from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.layers.cells.numbers import as_floats
from dlcalc.layers.losses import Objective, objective
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]

LOSSES = {
    "squared_error": "identity", "mse": "identity", "cross_entropy": "softmax",
    "binary_cross_entropy": "sigmoid",
}
"""Each loss with what is made of h before it: ½ Σ (h − y)² of each sequence, the mean of all
(h − y)², −Σ y ln softmax(h), and −Σ y ln σ(h) + (1−y) ln(1−σ(h))."""


@dataclass(frozen=True, eq=False)
class Target:
    """Values that some of the hidden states should have."""

    values: Array
    """y of the steps that have one, the last ones, S × B × H."""
    loss: str
    """The name of the loss: the sum over the steps, the mean over the sequences."""

    @property
    def pair(self) -> Objective:
        """The loss of one row, and its slope."""
        return objective(LOSSES[self.loss], None if self.loss != "mse" else "squared_error")

    @property
    def divisor(self) -> float:
        """What the sum of the rows' losses is divided by: B, or for the mean half of all."""
        return self.values.size / 2 if self.loss == "mse" else self.values.shape[1]

    def value(self, h: Array) -> Any:
        """J of hidden states T × B × H, real or complex."""
        rows = self._rows(h)
        return self.pair.value(rows, self.values).sum() / self.divisor

    def slope(self, h: Array) -> Array:
        """∂J/∂h of every step, T × B × H."""
        dh = np.zeros(h.shape, np.result_type(h, self.values))
        dh[-len(self.values):] = self.pair.slope(self.pair.y(self._rows(h)), self.values)
        dh /= self.divisor
        return dh

    def _rows(self, h: Array) -> Array:
        return h[-len(self.values):]


def as_target(values: Any, loss: object, T: int, lead: tuple[int, ...], H: int) -> Target:
    """A target of H values for the last h alone or T × H for each, with B before H in a batch.

    For cross_entropy also the place of a class, from 0, in place of each H values. Raises
    InputError and ShapeError for what fits no h.

    >>> as_target([1, 0], None, 3, (), 2).values.shape
    (1, 1, 2)
    >>> as_target([1, 0, 0], "cross_entropy", 3, (), 2).values[0].tolist()
    [[0.0, 1.0]]
    """
    name = "squared_error" if loss is None else loss
    if name not in LOSSES:
        raise InputError(f"unknown loss {name!r}{did_you_mean(str(name), LOSSES)}")
    y = as_floats(values, "target")
    shapes = [(*lead, H), (T, *lead, H)]
    if name == "cross_entropy" and y.shape in (lead, (T, *lead)) and y.shape not in shapes:
        y = _one_hot(y, H)
    if y.shape not in shapes:
        expected = " or ".join(by_x(each) for each in shapes)
        raise ShapeError(f"shape {by_x(y.shape) or 'of one number'}; expected {expected}").at(
            "target"
        )
    most = np.inf if name == "cross_entropy" else 1
    if "entropy" in str(name) and ((y < 0) | (y > most)).any():
        raise InputError(f"probabilities of {name} lie from 0 to 1").at("target")
    if name == "cross_entropy" and (abs(y.sum(axis=-1) - 1) > 1e-6).any():
        raise InputError("probabilities of cross_entropy add up to 1").at("target")
    return Target(y.reshape(-1, *(lead or (1,)), H), str(name))


def _one_hot(places: Array, H: int) -> Array:
    if ((places < 0) | (places >= H) | (places % 1 != 0)).any():
        raise InputError(f"a class is none of 0 to {H - 1}").at("target")
    rows: Array = np.eye(H)[places.astype(int)]
    return rows
