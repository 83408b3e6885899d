"""The gates of an LSTM: their names, their activations in place, slopes from values.

A step that is known only by its gates' values (as in work by hand) has no arguments ẑ
left, so every slope here is a function of the value: i(1 − i), 1 − g² and so on.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np

from dlcalc.layers.cells.cell import Cell
from dlcalc.names import GATES
from dlcalc.numbers.activations import activation

Array = np.ndarray[Any, np.dtype[Any]]

USUAL = {"i": "sigmoid", "f": "sigmoid", "o": "sigmoid", "g": "tanh"}
LSTM = Cell("lstm", GATES, "ifgo", USUAL, memory=True)


def activation_blocks(
    gates: str, hidden: int, activations: Mapping[str, str]
) -> list[tuple[str, slice]]:
    """Neighbouring gates of one activation as one block of rows, so that one call does.

    >>> activation_blocks("ifog", 1, USUAL)
    [('sigmoid', slice(0, 3, None)), ('tanh', slice(3, 4, None))]
    """
    blocks, start = [], 0
    for name, run in groupby(gates, key=lambda gate: activations[gate]):
        stop = start + hidden * len(list(run))
        blocks.append((name, slice(start, stop)))
        start = stop
    return blocks


def signs(gates: str, hidden: int, activations: Mapping[str, str]) -> Array:
    """4H × 1 signs in which ẑ comes to `activate`: −1 for sigmoids, which begin with e⁻ᶻ.

    >>> signs("ifog", 1, USUAL).T.tolist()
    [[-1, -1, -1, 1]]
    """
    by_gate = [-1 if activations[gate] == "sigmoid" else 1 for gate in gates]
    return np.repeat(by_gate, hidden)[:, None]


def activate(name: str, z: Array) -> None:
    """Replace ẑ, or −ẑ of a sigmoid, by φ(ẑ).

    The caller lets overflow pass: e⁻ᶻ = ∞ gives the sigmoid its right value, 0.
    """
    if name == "sigmoid" and z.dtype.kind == "f":
        np.exp(z, out=z)
        z += 1
        np.reciprocal(z, out=z)
    elif name == "sigmoid":
        z[...] = activation(name).value(-z)
    elif name == "tanh":
        np.tanh(z, out=z)
    else:
        z[...] = activation(name).value(z)


def slope_from_value(name: str, y: Array, out: Array) -> None:
    """Put φ′ into `out`, from the value y = φ(ẑ), with no memory beside."""
    if name == "sigmoid":
        np.subtract(1, y, out=out)
        out *= y
    elif name == "tanh":
        np.multiply(y, y, out=out)
        np.subtract(1, out, out=out)
    else:
        out[...] = slope_at_value(name, y)


def slope_at_value(name: str, y: Array) -> Array:
    """φ′ where φ has the value y.

    >>> slope_at_value("sigmoid", np.array([0.5])).tolist()
    [0.25]
    """
    return activation(name).slope(_argument(name, y), y)


def _argument(name: str, y: Array) -> Array:
    """An argument at which φ has the value y; of relu, y itself shows the side of the kink."""
    if name == "hard_sigmoid":
        return 6 * y - 3
    if name == "softplus":
        with np.errstate(divide="ignore"):
            return y + np.log(-np.expm1(-y))
    return y
