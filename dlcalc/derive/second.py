"""Second derivatives of equations, and the Jacobians of arrays that they compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.gradients import Derivatives, Kink, kinks_of
from dlcalc.derive.tape import backward, forward
from dlcalc.errors import LimitError
from dlcalc.numbers.exact import FLOAT_EXACT

STEP = 2.0**-300
"""The complex step: a power of two, so that to divide by it rounds nothing."""
MOST_ENTRIES = 2**20
"""Entries of one matrix of derivatives."""


def hessian(result: Derivatives, of: str, name: str) -> dict[str, Any]:
    """d²of/(dname dother) for each other name of `wrt`, in the shapes of both.

    Each column is the derivative of the gradient along one entry, by a complex step
    (Squire and Trapp 1998), which nothing cancels. Whole numbers stay whole below 2⁵³.

    >>> from dlcalc.commands.grad.grad import grad
    >>> hessian(grad("L = w^2*x", {"w": 3, "x": 2}), "L", "w")
    {'w': 4, 'x': 6}
    """
    value = np.asarray(result.values[name], dtype=complex)
    sizes = sum(np.size(result.values[each]) for each in result.wrt)
    _require_few(value.size * sizes)
    columns: dict[str, list[Any]] = {each: [] for each in result.wrt}
    for place in np.ndindex(value.shape):
        moved = value.copy()
        moved[place] += STEP * 1j
        found = _gradients(result, of, {name: moved})
        for each, column in columns.items():
            column.append(np.imag(found[each]) / STEP)
    exact = _is_whole(result.gradients[of][name])
    return {
        each: _kept(np.reshape(column, value.shape + np.shape(result.values[each])), exact)
        for each, column in columns.items()
    }


def jacobian(
    result: Derivatives, of: str, wrt: Sequence[str] | None = None
) -> dict[str, Any]:
    """dof/dname for each name of `wrt`: the shape of what is derived, then that of the name.

    >>> from dlcalc.commands.grad.grad import grad
    >>> found = grad("y = x^2", {"x": [1, 2]}, of=[], wrt=["x"])
    >>> jacobian(found, "y")["x"].tolist()
    [[2, 0], [0, 4]]
    """
    shape = np.shape(result.values[of])
    wrt = wrt or result.wrt or result.system.inputs
    _require_few(int(np.prod(shape)) * sum(np.size(result.values[each]) for each in wrt))
    rows: dict[str, list[Any]] = {each: [] for each in wrt}
    wanted = result.tape.reached(wrt)
    for place in np.ndindex(shape):
        seed: Any = np.zeros(shape, dtype=object)
        seed[place] = 1
        found = backward(
            result.tape.instructions, Arrays, result.places,
            {result.tape.names[of]: seed if shape else 1}, wanted, result.system,
        )
        for each, row in rows.items():
            gradient = found.get(result.tape.names[each])
            if gradient is None:
                gradient = np.zeros(np.shape(result.values[each]), int)
            row.append(gradient)
    return {
        each: Arrays.presented(np.reshape(np.array(row), shape + np.shape(result.values[each])))
        for each, row in rows.items()
    }


def jacobian_kinks(
    result: Derivatives, of: str, wrt: Sequence[str] | None = None
) -> tuple[Kink, ...]:
    """The notes on kinks that the derivatives of an array went through."""
    tape, wanted = result.tape, result.tape.reached(wrt or result.system.inputs)
    start = {tape.names[of]: np.ones(np.shape(result.values[of]))[()]}
    found = backward(tape.instructions, Arrays, result.places, start, wanted, result.system)
    return tuple(kinks_of(tape, result.world, result.places, wanted, [found]))


def _gradients(result: Derivatives, of: str, moved: dict[str, Any]) -> dict[str, Any]:
    """The gradients of one number at a complex point."""
    tape, values = result.tape, result.values
    given = {name: np.asarray(values[name], dtype=float)[()] for name in result.system.inputs}
    with np.errstate(all="ignore"):
        places = forward(tape, Arrays, {**given, **moved}, watched=False)
        found = backward(
            tape.instructions, Arrays, places, {tape.names[of]: 1.0},
            tape.reached(result.wrt), result.system, watched=False,
        )
    return {
        name: found.get(tape.names[name], np.zeros(np.shape(values[name])))
        for name in result.wrt
    }


def _is_whole(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "iO"


def _kept(array: Any, exact: bool) -> Any:
    if exact and np.abs(array).max(initial=0) < FLOAT_EXACT:
        array = np.rint(array).astype(int)
    return array if array.ndim else array.item()


def _require_few(entries: int) -> None:
    if entries > MOST_ENTRIES:
        raise LimitError(f"{entries:,} derivatives are more than {MOST_ENTRIES:,}")
