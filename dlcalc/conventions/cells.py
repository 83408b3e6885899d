"""A recurrent cell's weights under a framework's names, laid out as PyTorch has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcalc.errors import ShapeError
from dlcalc.layers.cells.cell import Cell
from dlcalc.layers.cells.problem import CellProblem, make_problem, run_on

TORCH_GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": "n"}


def problem_of(
    cell: Cell, fields: Mapping[str, Any], steps: int | None, inputs: Any, framework: str | None
) -> CellProblem:
    """A problem from fields by name, a framework's too, run on to `steps` where that is asked."""
    given = {name: value for name, value in fields.items() if value is not None}
    if framework is not None:
        given = as_torch(framework, cell.name, given)
    if steps is not None or not isinstance(inputs, str):
        given = run_on(given, steps, inputs)
    return make_problem(cell, given)


def names_of(framework: str, cell: str) -> tuple[str, ...]:
    """The names of a cell's parameters in a framework; none where it has no such cell.

    >>> names_of("keras", "lstm")
    ('kernel', 'recurrent_kernel', 'bias')
    """
    return tuple(_layout(framework, cell))


def _layout(framework: str, cell: str) -> Mapping[str, str]:
    # Who names no framework need not wait for the tables.
    from dlcalc.conventions.frameworks import answer
    from dlcalc.conventions.tables import table

    layout: Mapping[str, str] = answer(table("frameworks")["cells"][cell], framework)
    return layout


def as_torch(framework: str, cell: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with a framework's weights under PyTorch's names, in PyTorch's order of gates.

    Fields that hold none of its names stay as they are. ShapeError where a weight has
    another shape than the framework gives it.

    >>> as_torch("keras", "rnn", {"kernel": [[1, 2]], "recurrent_kernel": [[3, 4], [5, 6]],
    ...     "bias": [7, 8], "x": [1]})["weight_hh_l0"]
    [[3.0, 5.0], [4.0, 6.0]]
    """
    from dlcalc.conventions.frameworks import ask

    names = names_of(framework, cell)
    if "weight_ih_l0" in names or "weight_ih_l0" in fields or not set(names) & fields.keys():
        return dict(fields)
    kept = {name: each for name, each in fields.items() if name not in names}
    layout = _layout(framework, cell)
    arrays = {name: np.asarray(fields[name], float) for name in names if name in fields}
    order = ask(framework, "cells", f"gates of {cell}")
    if order == "by name":
        parts = _by_name(arrays, TORCH_GATES[cell], cell)
    else:
        parts = _packed(arrays, layout, order or "n", TORCH_GATES[cell])
    if cell == "gru" and "reset" not in fields:
        single = framework == "keras" and arrays.get("bias", np.zeros((2, 1))).ndim == 1
        kept["reset"] = "before" if single else ask(framework, "cells", "reset of gru")
    return {**{name: each.tolist() for name, each in parts.items()}, **kept}


def _by_name(arrays: Mapping[str, Any], gates: str, cell: str) -> dict[str, Any]:
    """flax's matrices, one a gate."""
    def stacked(side: str, part: str) -> list[Any]:
        own = [f"{side}{'' if cell == 'rnn' else gate}.{part}" for gate in gates]
        return [arrays.get(name) for name in own]

    kernels = {side: [each.T for each in stacked(side, "kernel")] for side in "ih"}
    units = len(kernels["h"][0])
    biases = {
        side: [np.zeros(units) if each is None else each for each in stacked(side, "bias")]
        for side in "ih"
    }
    return {
        **{f"weight_{side}h_l0": np.concatenate(kernels[side]) for side in "ih"},
        **{f"bias_{side}h_l0": np.concatenate(biases[side]) for side in "ih"},
    }


def _packed(
    arrays: Mapping[str, Any], layout: Mapping[str, str], order: str, gates: str
) -> dict[str, Any]:
    """Matrices of all gates together, by the letters of their layout."""
    found: dict[str, Any] = {}
    biases = []
    turned = any(text.startswith("D ") for text in layout.values())  # matrices are (in, out)
    for name, array in arrays.items():
        words = layout[name].split()
        wanted = len(words) - (len(words) == 2 and "2" in words and array.ndim == 1)
        if array.ndim != wanted:
            raise ShapeError(f"{name} has {array.ndim} axes; it is laid out {layout[name]}")
        if words[0] == "1":
            array, words = array[0], words[1:]
        if len(words) == 2 and words[0] != "2":
            side = "i" if "D" in words else "h"
            found[f"weight_{side}h_l0"] = _ordered(array.T if turned else array, order, gates)
        else:
            biases.append((name, words, array))
    units = len(found["weight_hh_l0"]) // len(gates)
    sides = {"i": np.zeros(units * len(gates)), "h": np.zeros(units * len(gates))}
    for name, words, array in biases:
        if words == ["H"] and len(gates) > 1:  # n's second bias, of the GRU's state
            sides["h"][-units:] = array
        elif array.size == 2 * units * len(gates):
            for side, half in zip("ih", array.reshape(2, -1), strict=True):
                sides[side] = _ordered(half, order, gates)
        else:
            side = "h" if "hh" in name or "dense_h" in name else "i"
            sides[side] = _ordered(array, order, gates)
    return {**found, **{f"bias_{side}h_l0": each for side, each in sides.items()}}


def _ordered(array: Any, order: str, gates: str) -> Any:
    """Rows of gates in one order as rows in another."""
    blocks = dict(zip(order, np.split(array, len(order)), strict=True))
    return np.concatenate([blocks[gate] for gate in gates])
