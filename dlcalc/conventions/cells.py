"""A recurrent cell's weights under a framework's names, laid out as PyTorch has them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import numpy as np

from dlcalc.conventions.tables import answer, ask, checked, is_matrix, table
from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.cells import problem
from dlcalc.layers.cells.problem import Cell

BESIDE = ("steps", "inputs", "framework", "named_weights")
"""What the function of a cell takes beside its fields."""


def problem_of(cell: Cell, asked: Mapping[str, Any]) -> problem.CellProblem:
    """A problem from what the function of a cell was called with, the fields under a framework's
    names too, run on to `steps` where that is asked."""
    steps, inputs, framework, named = (asked[name] for name in BESIDE)
    given = {name: value for name, value in {**asked, **named}.items()
             if value is not None and name not in BESIDE}
    layout = None
    if framework is not None:
        given, layout = as_torch(framework, cell.name, given)
    if steps is not None or not isinstance(inputs, str):
        given = problem.run_on(given, steps, inputs)
    return problem.make_problem(cell, given, layout)


def layout_of(framework: str, cell: str) -> Mapping[str, str]:
    """The axes of each of a cell's parameters by its name in a framework.

    >>> layout_of("keras", "lstm")
    {'kernel': 'D GH', 'recurrent_kernel': 'H GH', 'bias': 'GH'}
    """
    layout: Mapping[str, str] = answer(table("frameworks")["cells"][cell], checked(framework))
    return layout


def as_torch(
    framework: str, cell: str, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], problem.Layout | None]:
    """The fields with a framework's weights under PyTorch's names, in PyTorch's order of gates.

    Fields that hold none of its names stay as they are. InputError for a matrix that is
    missing, ShapeError where a weight has another shape than the framework gives it.

    >>> fields, _ = as_torch("keras", "rnn", {"kernel": [[1, 2]],
    ...     "recurrent_kernel": [[3, 4], [5, 6]], "bias": [7, 8], "x": [1]})
    >>> fields["weight_hh_l0"].tolist()
    [[3.0, 5.0], [4.0, 6.0]]
    """
    layout, gates = layout_of(framework, cell), problem.CELLS[cell].torch_gates
    order = ask(framework, "cells", f"gates of {cell}") or gates
    if framework == "flax-nnx" and "hi.kernel" in fields:  # LSTMCell, as it is without nnx
        plain = layout_of("flax", cell)
        layout = {name.replace("if.", "if_."): axes for name, axes in plain.items()}
        order = "by name"
    if "weight_ih_l0" in layout or "weight_ih_l0" in fields or not layout.keys() & fields.keys():
        return dict(fields), None
    kept = {name: each for name, each in fields.items() if name not in layout}
    arrays = {name: problem.as_floats(fields[name], name) for name in layout if name in fields}
    if cell == "gru" and "reset" not in fields:
        single = framework == "keras" and arrays.get("bias", np.zeros((2, 1))).ndim == 1
        kept["reset"] = "before" if single else ask(framework, "cells", "reset of gru")
    units = _checked_units(arrays, layout, len(gates))
    ends = [*accumulate(each.size for each in arrays.values())]
    places = {name: np.arange(end - each.size, end).reshape(each.shape) + 1.0
              for (name, each), end in zip(arrays.items(), ends, strict=True)}
    parts, where = (_packed(each, layout, order, gates, units) for each in (arrays, places))
    shapes = {name: each.shape for name, each in arrays.items()}
    ids = {name: each.astype(int) for name, each in where.items()}
    return {**parts, **kept}, problem.Layout(shapes, ids)


def _checked_units(arrays: Mapping[str, Any], layout: Mapping[str, str], G: int) -> int:
    """The hidden units of weights; refuses other shapes than their layout says by letters."""
    sizes = {"1": 1, "2": 2}
    for name, text in layout.items():
        axes = text.split()
        if not is_matrix(axes):
            continue
        shown = " x ".join(axes).replace("G", str(G))
        if name not in arrays:
            raise InputError(f"missing field {name!r}, {shown}")
        if arrays[name].ndim != len(axes):
            raise ShapeError(f"{name} {problem.shape_words(arrays[name])}; expected {shown}")
        sizes |= {axis: n for axis, n in zip(axes, arrays[name].shape, strict=True) if axis in "DH"}
    sizes |= {"GH": G * sizes["H"], "2GH": 2 * G * sizes["H"]}
    for name, array in arrays.items():
        axes = layout[name].split()
        shape = tuple(sizes[axis] for axis in axes)
        problem.with_shape(array, name, shape[1:] if axes[0] == "2" and array.ndim == 1 else shape)
    return sizes["H"]


def _packed(
    arrays: Mapping[str, Any], layout: Mapping[str, str], order: str, gates: str, units: int
) -> dict[str, Any]:
    """Matrices of all gates together, by the letters of their layout."""
    turned = any(text.startswith("D ") for text in layout.values())  # matrices are (in, out)
    blocks: dict[str, dict[str, Any]] = {
        f"{kind}_{side}h_l0": {} for kind in ("weight", "bias") for side in "ih"
    }
    for name, array in arrays.items():
        axes = layout[name].split()
        array = array[0] if axes[0] == "1" else array
        own, side = order, "h" if name[0] == "h" or "hh" in name or "dense_h" in name else "i"
        if order == "by name":
            # Flax has a matrix a gate; nnx calls that of f `if_`, as `if` is a word of Python.
            own = name.partition(".")[0][1:].rstrip("_") or gates
        if is_matrix(axes):
            parts = {f"weight_{'i' if 'D' in axes else 'h'}h_l0": array.T if turned else array}
        elif array.size == 2 * len(gates) * units:
            parts = dict(zip(("bias_ih_l0", "bias_hh_l0"), array.reshape(2, -1), strict=True))
        elif array.size < len(own) * units:  # n's second bias, of the GRU's state
            own, parts = gates[-1], {"bias_hh_l0": array}
        else:
            parts = {f"bias_{side}h_l0": array}
        for key, part in parts.items():
            blocks[key] |= zip(own, np.split(part, len(own)), strict=True)
    none = np.zeros(units)
    return {
        key: np.concatenate([held.get(gate, none) for gate in gates])
        for key, held in blocks.items()
    }
