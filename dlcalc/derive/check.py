"""Gradients of equations held against central and complex-step differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.gradients import Derivatives
from dlcalc.derive.second import gradients_at, stopped
from dlcalc.derive.tape import forward
from dlcalc.errors import InputError
from dlcalc.numbers.differences import (
    CENTRAL_STEP,
    COMPLEX_STEP,
    COMPLEX_TOLERANCE,
    EPSILON,
    GradientCheck,
    check_gradients,
)

NEARER = (2.0**-12, 2.0**-24)
"""Parts of the central step that are tried beside a kink."""


def check_derivatives(
    result: Derivatives, direction: Mapping[str, Any] = MappingProxyType({})
) -> list[GradientCheck]:
    """Every gradient against differences of the equations themselves, and that along a direction.

    A computed name is moved by itself, with what it was computed from left as it is.

    >>> from dlcalc.commands.grad.grad import grad
    >>> [check] = check_derivatives(grad("z = w*3; L = exp(z)", {"w": 0.5}, wrt=["w"]))
    >>> check.name, check.passed
    ('dL/dw', True)
    """
    checks = []
    for of, gradients in result.gradients.items():
        for name, gradient in gradients.items():
            parameters = {name: _floats(name, result.values[name])}
            with np.errstate(all="ignore"):
                [check] = check_gradients(
                    partial(_value, result, of), parameters, {name: _floats(name, gradient)}
                )
            checks.append(replace(_beside_kinks(result, of, name, check), name=f"d{of}/d{name}"))
    return checks + [_check_along(result, direction, of) for of in result.of if direction]


def _check_along(result: Derivatives, direction: Mapping[str, Any], of: str) -> GradientCheck:
    """The derivative along a direction against differences of steps that way."""
    parts = {name: _floats(name, each) for name, each in result.directed(direction).items()}
    starts = {name: _floats(name, result.values[name]) for name in parts}

    def stepped(by: Mapping[str, Any]) -> Any:
        step = by["step"][()]
        return _value(result, of, {name: starts[name] + step * parts[name] for name in parts})

    derivative = {"step": _floats(of, result.along(direction)[of])}
    with np.errstate(all="ignore"):
        [check] = check_gradients(stepped, {"step": np.zeros(())}, derivative)
    return replace(check, name=f"d{of} along the direction")


def check_second(
    result: Derivatives, found: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> list[GradientCheck]:
    """Second derivatives by inputs against differences of gradients, and those turned about.

    >>> from dlcalc.commands.grad.grad import grad
    >>> result = grad("L = w^2*x", {"w": 3.0, "x": 2.0}, wrt="w")
    >>> [check] = check_second(result, {"L": {"w": {"w": 4.0}}})
    >>> check.name, check.passed
    ('d²L/dwdw', True)
    """
    checks = []
    for of, rows in found.items():
        for a in [name for name in rows if name in result.system.inputs]:
            for b, second in rows[a].items():
                gradient = _floats(b, result.gradients[of][b])
                central, rounding = _differences(result, a, partial(_slope, result, of, b))
                formula = _floats(b, second)
                turned = _turned(_floats(a, rows[b][a]), gradient.ndim) if b in rows else formula
                checks.append(GradientCheck(
                    f"d²{of}/d{a}d{b}", formula, central, turned, rounding
                ))
    return checks


def check_jacobian(
    result: Derivatives, of: str, found: Mapping[str, Any]
) -> list[GradientCheck]:
    """The derivatives of an array against differences of the array, both ways.

    >>> from dlcalc.commands.grad.grad import grad
    >>> result = grad("y = x^2", {"x": [1.0, 2.0]}, of=[], wrt=["x"])
    >>> [check] = check_jacobian(result, "y", {"x": [[2.0, 0.0], [0.0, 4.0]]})
    >>> check.name, check.passed
    ('dy/dx', True)
    """
    checks = []
    for name, formula in found.items():
        rank = np.ndim(result.values[name])
        central, rounding = _differences(result, name, partial(_value, result, of))
        turned, _ = _differences(result, name, partial(_value, result, of), COMPLEX_STEP * 1j)
        checks.append(GradientCheck(
            f"d{of}/d{name}", _floats(name, formula), _turned(central, rank),
            _turned(turned, rank), rounding,
        ))
    return checks


def _slope(result: Derivatives, of: str, name: str, moved: Mapping[str, Any]) -> Any:
    return gradients_at(result, of, moved)[name]


def _turned(array: Any, rank: int) -> Any:
    """An array with its first axes behind the others."""
    return np.moveaxis(array, range(rank), range(-rank, 0))


def _differences(
    result: Derivatives, name: str, compute: Callable[[Mapping[str, Any]], Any],
    step: complex = CENTRAL_STEP,
) -> tuple[Any, float]:
    """The derivative of what is computed by each entry of a name, whose axes are the first, by
    central or by complex steps; and what rounding may make of it."""
    value = _floats(name, result.values[name])
    rows, largest = [], 0.0
    for at in np.ndindex(value.shape):
        ends = []
        for sign in (1, -1) if isinstance(step, float) else (1,):
            moved = value.astype(type(step))
            moved[at] += sign * step * (max(1.0, abs(value[at])) if isinstance(step, float) else 1)
            with np.errstate(all="ignore"):
                ends.append((moved[at], np.asarray(compute({name: moved[()]}))))
        largest = max(largest, float(np.abs(ends[0][1]).max()))
        if isinstance(step, float):
            (above, up), (below, down) = ends
            rows.append((np.real(up) - np.real(down)) / (above - below))
        else:
            rows.append(np.imag(ends[0][1]) / abs(step))
    found = np.reshape(rows, value.shape + rows[0].shape)
    return found, 4 * EPSILON * largest / abs(step)


def _beside_kinks(result: Derivatives, of: str, name: str, check: GradientCheck) -> GradientCheck:
    """The check with shorter central steps where the long ones may have crossed a kink."""
    for part in NEARER:
        if check.passed or check.complex_error > COMPLEX_TOLERANCE:
            break
        central, rounding = _differences(
            result, name, partial(_value, result, of), part * CENTRAL_STEP
        )
        check = replace(check, central=central, resolution=rounding)
    return check


def _floats(name: str, value: Any) -> Any:
    try:
        return np.asarray(value, dtype=float)
    except OverflowError:
        raise InputError(
            f"{name} is beyond the largest float, and has no differences"
        ).at("`check`") from None


def _value(result: Derivatives, of: str, moved: Mapping[str, Any]) -> Any:
    inputs = {name: _floats(name, result.values[name]) for name in result.system.inputs}
    values = forward(
        result.tape, Arrays, {**inputs, **moved}, watched=False, fixed=stopped(result)
    )
    return values[result.tape.names[of]]
