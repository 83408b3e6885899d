"""Gradients of equations held against central and complex-step differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.gradients import Derivatives
from dlcalc.derive.tape import forward
from dlcalc.errors import InputError
from dlcalc.numbers.differences import GradientCheck, check_gradients


def check_derivatives(result: Derivatives) -> list[GradientCheck]:
    """Every gradient against differences of the equations themselves.

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
            if not np.isfinite(check.central).all():
                raise InputError(
                    f"{name} cannot be moved both ways: {of} is not defined beside it"
                ).at("`check`")
            checks.append(replace(check, name=f"d{of}/d{name}"))
    return checks


def _floats(name: str, value: Any) -> Any:
    try:
        return np.asarray(value, dtype=float)
    except OverflowError:
        raise InputError(
            f"{name} is beyond the largest float, and has no differences"
        ).at("`check`") from None


def _value(result: Derivatives, of: str, moved: Mapping[str, Any]) -> Any:
    inputs = {name: _floats(name, result.values[name]) for name in result.system.inputs}
    values = forward(result.tape, Arrays, {**inputs, **moved}, watched=False)
    return values[result.tape.names[of]]
