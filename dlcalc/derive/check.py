"""Gradients of equations held against central and complex-step differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.gradients import Derivatives
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
            value = _floats(a, result.values[a])
            ends = [_gradients_beside(result, of, a, value, sign * CENTRAL_STEP)
                    for sign in (1, -1)]
            step = np.reshape(2 * CENTRAL_STEP * np.maximum(1.0, np.abs(value)), (-1, 1))
            for b, second in rows[a].items():
                up, down = (np.array([np.ravel(each[b]) for each in end]) for end in ends)
                formula = _floats(b, second)
                turned = np.moveaxis(_floats(a, rows[b][a]), range(np.ndim(result.values[b])),
                                     range(np.ndim(value), formula.ndim)) if b in rows else formula
                noise = 4 * EPSILON * float(np.max(np.abs(up))) / CENTRAL_STEP
                checks.append(GradientCheck(
                    f"d²{of}/d{a}d{b}", formula, ((up - down) / step).reshape(formula.shape),
                    turned, noise,
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
    whole = _floats(of, result.values[of])
    noise = 4 * EPSILON * float(np.max(np.abs(whole))) / CENTRAL_STEP
    for name, formula in found.items():
        value = _floats(name, result.values[name])
        central, turned = (np.empty(value.shape + whole.shape) for _ in range(2))
        for at in np.ndindex(value.shape):
            h = CENTRAL_STEP * max(1.0, abs(value[at]))
            moved = []
            for by in (h, -h, COMPLEX_STEP * 1j):
                near = value.astype(type(by))
                near[at] += by
                with np.errstate(all="ignore"):
                    moved.append(_value(result, of, {name: near}))
            central[at] = np.real(moved[0] - moved[1]) / (2 * h)
            turned[at] = np.imag(moved[2]) / COMPLEX_STEP
        turn = range(value.ndim), range(-value.ndim, 0)
        checks.append(GradientCheck(
            f"d{of}/d{name}", _floats(name, formula), np.moveaxis(central, *turn),
            np.moveaxis(turned, *turn), noise,
        ))
    return checks


def _gradients_beside(
    result: Derivatives, of: str, name: str, value: Any, step: float
) -> list[Mapping[str, Any]]:
    """The gradients with each entry of an input moved by a step."""
    moved: list[Mapping[str, Any]] = []
    for at in np.ndindex(value.shape):
        near = value.copy()
        near[at] += step * max(1.0, abs(value[at]))
        moved.append(result({name: near}).gradients[of])
    return moved


def _beside_kinks(result: Derivatives, of: str, name: str, check: GradientCheck) -> GradientCheck:
    """The check with shorter central steps where the long ones may have crossed a kink."""
    value, size = _floats(name, result.values[name]), abs(float(result.values[of]))
    for part in NEARER:
        if check.passed or check.complex_error > COMPLEX_TOLERANCE:
            break
        step, central = part * CENTRAL_STEP, np.empty(value.shape)
        with np.errstate(all="ignore"):
            for at in np.ndindex(value.shape):
                ends = []
                for h in (step, -step):
                    moved = value.copy()
                    moved[at] += h * max(1.0, abs(value[at]))
                    ends.append((moved[at], np.real(_value(result, of, {name: moved}))))
                (above, up), (below, down) = ends
                central[at] = (up - down) / (above - below)
        check = replace(check, central=central, resolution=4 * EPSILON * size / step)
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
    # What carries no gradient stays as it is, whatever it was computed from.
    stopped = {
        each.place: result.places[each.place]
        for each in result.tape.instructions if each.node.operation == "stop"
    }
    values = forward(result.tape, Arrays, {**inputs, **moved}, watched=False, fixed=stopped)
    return values[result.tape.names[of]]
