"""A cell run on: the inputs of further steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.layers.cells.numbers import as_floats, check_kept
from dlcalc.numbers.axes import at_least, by_x

Array = np.ndarray[Any, np.dtype[Any]]

INPUTS = ("repeat", "zero")


def run_on(
    fields: Mapping[str, Any], steps: int | None, inputs: Any = "repeat"
) -> dict[str, Any]:
    """The fields of a problem with x of `steps` steps, and dh of as many.

    Further inputs repeat those given in turn (`repeat`), are held at zero (`zero`), or
    are the rows of the array `inputs`. A dh of one row still enters every h; of dh given
    step by step, none enters the further ones. Raises InputError where `next` already
    says what follows, ShapeError where the array does not continue x.

    >>> run_on({"x": [[1], [2]]}, 5)["x"].ravel().tolist()
    [1.0, 2.0, 1.0, 2.0, 1.0]
    >>> run_on({"x": [1]}, 3, "zero")["x"].ravel().tolist()
    [1.0, 0.0, 0.0]
    """
    if fields.get("x") is None:
        return dict(fields)
    x = np.atleast_1d(as_floats(fields["x"], "x"))
    x = x[None] if x.ndim == 1 else x
    given = len(x)
    further = None if isinstance(inputs, str) else _further(inputs, x)
    if steps is None:
        steps = given if further is None else given + len(further)
    at_least(1, "steps", [steps])
    if isinstance(inputs, str) and inputs not in INPUTS:
        raise InputError(f"unknown inputs {inputs!r}{did_you_mean(inputs, INPUTS)}")
    check_kept(steps, x[0].size)
    if fields.get("next") is not None and steps != given:
        raise InputError(f"next follows step {given}; it cannot follow step {steps} as well")
    extended = {**fields, "x": _continued(x, steps, inputs if further is None else further)}
    dh = fields.get("dh")
    if dh is not None and (rows := as_floats(dh, "dh")).ndim == x.ndim and len(rows) == given:
        extended["dh"] = _continued(rows, steps, "zero")
    return extended


def _further(inputs: Any, x: Array) -> Array:
    rows = as_floats(inputs, "inputs")
    rows = rows[None] if rows.ndim == x.ndim - 1 else rows
    if rows.shape[1:] != x.shape[1:]:
        raise ShapeError(
            f"inputs has shape {by_x(rows.shape)}; expected steps x {by_x(x.shape[1:])}"
        )
    return rows


def _continued(rows: Array, steps: int, how: Any) -> Array:
    missing = steps - len(rows)
    if missing <= 0:
        return rows[:steps]
    if not isinstance(how, str):
        if len(how) < missing:
            raise ShapeError(f"inputs has {len(how)} rows; {missing} further steps need as many")
        return np.concatenate([rows, how[:missing]])
    if how == "repeat":
        return np.resize(rows, (steps, *rows.shape[1:]))
    return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), rows.dtype)])
