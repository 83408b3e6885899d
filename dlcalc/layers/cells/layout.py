"""The weights of a cell as one matrix W(h; x) + b, and as PyTorch keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.cells.cell import Cell, listed
from dlcalc.layers.cells.numbers import as_floats, shape_words, with_shape
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of all gates, G of them."""

    W: Array
    """GH × (H+D), rows gate by gate, columns [h, x]."""
    b: Array
    """GH; of two biases the sum."""
    b_h: Array | None
    """GH, the second bias of two, which stands with h."""
    gates: str
    """The order of the gates in the rows."""
    torch: bool
    """Whether they came under PyTorch's names."""
    hidden: int
    """H."""

    @property
    def inputs(self) -> int:
        """D."""
        return int(self.W.shape[1]) - self.hidden


def read_weights(cell: Cell, given: Mapping[str, Any]) -> Weights:
    """W and b from the fields `W`, `b` and `gates`, or from PyTorch's names.

    PyTorch keeps the columns of h and x apart and has a bias for each.
    """
    torch = sorted(name for name in given if name.startswith(("weight_", "bias_")))
    if not torch:
        return _own_layout(cell, given)
    own = [name for name in ("W", "b") if name in given]
    if own:
        raise InputError(f"{own[0]} beside {torch[0]}: give the weights in one layout")
    return _torch_layout(cell, given)


def _own_layout(cell: Cell, given: Mapping[str, Any]) -> Weights:
    G = cell.blocks
    tall = f"{G}H" if G > 1 else "H"
    if "W" not in given:
        raise InputError(f"missing field 'W', {tall} x (H+D), or weight_ih_l0 and weight_hh_l0")
    W = as_floats(given["W"], "W")
    _check_rows("W", W, G)
    rows, columns = W.shape
    if columns <= rows // G:
        raise ShapeError(
            f"W has shape {by_x(W.shape)}; {rows} rows ({tall}) ask for more than {rows // G} "
            f"columns (H+D)"
        )
    gates = given.get("gates", cell.gates)
    if not isinstance(gates, str) or sorted(gates) != sorted(cell.gates):
        raise InputError(
            f"gates {gates!r} is not an order of {listed(cell.gates)} such as {cell.gates!r}"
        )
    if cell.name == "gru" and np.ndim(given.get("b", 0)) == 2:
        b = with_shape(as_floats(given["b"], "b"), "b", (2, rows))
        return Weights(W, b.sum(axis=0), b[1], gates, False, rows // G)
    return Weights(W, _bias(given, "b", rows), None, gates, False, rows // G)


def _torch_layout(cell: Cell, given: Mapping[str, Any]) -> Weights:
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if name not in given:
            raise InputError(f"missing field {name!r}")
    order = cell.torch_gates
    gates = given.get("gates", order)
    if gates != order:
        raise InputError(f"gates {gates!r}: PyTorch's weights are in the order {order!r}")
    from_x = as_floats(given["weight_ih_l0"], "weight_ih_l0")
    from_h = as_floats(given["weight_hh_l0"], "weight_hh_l0")
    _check_rows("weight_ih_l0", from_x, cell.blocks)
    rows = from_x.shape[0]
    with_shape(from_h, "weight_hh_l0", (rows, rows // cell.blocks))
    b_h = _bias(given, "bias_hh_l0", rows)
    b = _bias(given, "bias_ih_l0", rows) + b_h
    W = np.concatenate([from_h, from_x], axis=1)
    return Weights(W, b, b_h, order, True, rows // cell.blocks)


def _check_rows(name: str, W: Array, G: int) -> None:
    if W.ndim != 2 or W.shape[0] % G or W.size == 0:
        rows = f"{G}H rows, H a gate" if G > 1 else "H rows"
        raise ShapeError(f"{name} {shape_words(W)}; expected a matrix of {rows}")


def _bias(given: Mapping[str, Any], name: str, rows: int) -> Array:
    if name not in given:
        return np.zeros(rows, np.float32)
    return with_shape(as_floats(given[name], name), name, (rows,))
