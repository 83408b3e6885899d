"""The weights of an LSTM as one matrix W(h; x) + b, and as PyTorch keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.lstm.numbers import as_floats, shape_words, with_shape
from dlcalc.errors import InputError, ShapeError
from dlcalc.names import GATES
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]

TORCH_GATES = "ifgo"


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of all four gates."""

    W: Array
    """4H × (H+D), rows gate by gate, columns [h, x]."""
    b: Array
    """4H; in PyTorch's layout the sum of both biases."""
    gates: str
    """The order of the gates in the rows."""
    torch: bool
    """Whether they came under PyTorch's names."""

    @property
    def hidden(self) -> int:
        """H."""
        return int(self.W.shape[0]) // 4

    @property
    def inputs(self) -> int:
        """D."""
        return int(self.W.shape[1]) - self.hidden


def read_weights(given: Mapping[str, Any]) -> Weights:
    """W and b from the fields `W`, `b` and `gates`, or from PyTorch's names.

    PyTorch orders the gates i f g o, keeps the columns of h and x apart and has a bias
    for each (torch.nn.LSTM).

    >>> read_weights({"weight_ih_l0": [[2]] * 4, "weight_hh_l0": [[1]] * 4}).W[0].tolist()
    [1.0, 2.0]
    """
    torch = sorted(name for name in given if name.startswith(("weight_", "bias_")))
    if not torch:
        return _own_layout(given)
    own = [name for name in ("W", "b") if name in given]
    if own:
        raise InputError(f"{own[0]} beside {torch[0]}: give the weights in one layout")
    return _torch_layout(given)


def _own_layout(given: Mapping[str, Any]) -> Weights:
    if "W" not in given:
        raise InputError("missing field 'W', 4H x (H+D), or weight_ih_l0 and weight_hh_l0")
    W = as_floats(given["W"], "W")
    _check_rows("W", W)
    rows, columns = W.shape
    if columns <= rows // 4:
        raise ShapeError(
            f"W has shape {by_x(W.shape)}; {rows} rows (4H) ask for more than {rows // 4} "
            f"columns (H+D)"
        )
    gates = given.get("gates", GATES)
    if not isinstance(gates, str) or sorted(gates) != sorted(GATES):
        raise InputError(f"gates {gates!r} is not an order of i, f, o and g such as {GATES!r}")
    return Weights(W, _bias(given, "b", rows), gates, torch=False)


def _torch_layout(given: Mapping[str, Any]) -> Weights:
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if name not in given:
            raise InputError(f"missing field {name!r}")
    gates = given.get("gates", TORCH_GATES)
    if gates != TORCH_GATES:
        raise InputError(f"gates {gates!r}: PyTorch's weights are in the order {TORCH_GATES!r}")
    from_x = as_floats(given["weight_ih_l0"], "weight_ih_l0")
    from_h = as_floats(given["weight_hh_l0"], "weight_hh_l0")
    _check_rows("weight_ih_l0", from_x)
    rows = from_x.shape[0]
    with_shape(from_h, "weight_hh_l0", (rows, rows // 4))
    b = _bias(given, "bias_ih_l0", rows) + _bias(given, "bias_hh_l0", rows)
    return Weights(np.concatenate([from_h, from_x], axis=1), b, TORCH_GATES, torch=True)


def _check_rows(name: str, W: Array) -> None:
    if W.ndim != 2 or W.shape[0] % 4 or W.size == 0:
        raise ShapeError(
            f"{name} {shape_words(W)}; expected a matrix of 4H rows, H a gate"
        )


def _bias(given: Mapping[str, Any], name: str, rows: int) -> Array:
    if name not in given:
        return np.zeros(rows, np.float32)
    return with_shape(as_floats(given[name], name), name, (rows,))
