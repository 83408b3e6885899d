"""Second derivatives of equations and Jacobians; gradients held against differences, central
and by a complex step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.gradients import Derivatives, Kink, kinks_of
from dlcalc.derive.tape import backward, forward
from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.differences import (
    CENTRAL_STEP,
    COMPLEX_STEP,
    COMPLEX_TOLERANCE,
    EPSILON,
    GradientCheck,
    check_gradients,
)
from dlcalc.numbers.exact import FLOAT_EXACT

STEP = 2.0**-550
"""The complex step: a power of two, so that to divide by it rounds nothing, and so short that
its square is 0."""
MOST_ENTRIES = 2**20
"""Entries of one matrix of derivatives."""


def hessian(result: Derivatives, of: str) -> dict[str, dict[str, Any]]:
    """d²of/(da db) for all names a and b of `wrt`, in the shapes of both.

    It is the derivative of the gradient at a along each entry of b, by a complex step
    (Squire and Trapp 1998), which nothing cancels. At a kink it is that of the slope which is
    taken there, so that the matrix is symmetric; where only the slope bends, as that of elu at 0,
    the one on the left (PyTorch 2.13 has 0 there). Whole numbers stay whole below 2⁵³.

    >>> from dlcalc.commands.grad.answer import grad
    >>> hessian(grad("L = w^2*x", {"w": 3, "x": 2}), "L")["w"]
    {'w': 4, 'x': 6}
    """
    for each in result.tape.instructions:
        if each.node.operation in ("back", "slope") and each.place in result.passes[of]:
            error = InputError("second derivatives of what is carried back are not computed: "
                               "write the gradient itself as an equation")  # fmt: skip
            raise result.system.located(error, each.equation, each.node)
    values = {name: np.asarray(result.values[name], dtype=complex) for name in result.wrt}
    sizes = sum(each.size for each in values.values())
    _require_few(sizes * sizes)
    found: dict[str, dict[str, Any]] = {name: {} for name in values}
    for b, value in values.items():
        columns: dict[str, list[Any]] = {name: [] for name in values}
        for place in np.ndindex(value.shape):
            moved = value.copy()
            moved[place] += STEP * 1j
            for a, gradient in gradients_at(result, of, {b: moved}).items():
                columns[a].append(np.imag(gradient) / STEP)
        for a, rows in columns.items():
            whole = np.reshape(rows, value.shape + values[a].shape)
            turned = np.moveaxis(whole, range(value.ndim), range(-value.ndim, 0))
            exact = np.asarray(result.gradients[of][b]).dtype.kind in "iO"
            if exact and np.abs(turned).max(initial=0) < FLOAT_EXACT and not np.any(turned % 1):
                turned = turned.astype(int)
            found[a][b] = turned if turned.ndim else turned.item()
    return found


def jacobian(result: Derivatives, of: str, wrt: Sequence[str] | None = None) -> dict[str, Any]:
    """dof/dname for each name of `wrt`: the shape of what is derived, then that of the name.

    >>> from dlcalc.commands.grad.answer import grad
    >>> found = grad("y = x^2", {"x": [1, 2]}, of=[], wrt=["x"])
    >>> jacobian(found, "y")["x"].tolist()
    [[2, 0], [0, 4]]
    """
    shape = np.shape(result.values[of])
    wrt = wrt or result.wrt or result.system.inputs
    _require_few(int(np.prod(shape)) * sum(np.size(result.values[each]) for each in wrt))
    rows: dict[str, list[Any]] = {each: [] for each in wrt}
    tape, wanted = result.tape, result.tape.reached(wrt)
    for place in np.ndindex(shape):
        seed: Any = np.zeros(shape, dtype=object)
        seed[place] = 1
        start = {tape.names[of]: seed if shape else 1}
        found = backward(tape, Arrays, result.places, start, wanted)
        for each, row in rows.items():
            zeros = np.zeros(np.shape(result.values[each]), int)
            row.append(found.get(tape.names[each], zeros))
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
    found = backward(tape, Arrays, result.places, start, wanted)
    return tuple(kinks_of(tape, result.world, result.places, wanted, [found]))


def gradients_at(result: Derivatives, of: str, moved: Mapping[str, Any]) -> dict[str, Any]:
    """The gradients of one number where some names are moved, also by complex steps.

    What carries no gradient stays as it is, whatever it was computed from.
    """
    tape, values = result.tape, result.values
    given = {name: np.asarray(values[name], dtype=float)[()] for name in result.system.inputs}
    places = forward(tape, AT_KINKS, {**given, **moved}, watched=False, fixed=stopped(result))
    wanted = tape.reached(result.wrt)
    found = backward(tape, AT_KINKS, places, {tape.names[of]: 1.0}, wanted, watched=False)
    return {
        name: found.get(tape.names[name], np.zeros(np.shape(values[name])))
        for name in result.wrt
    }


def stopped(result: Derivatives) -> dict[int, Any]:
    """The values of what carries no gradient, by their places."""
    return {each.place: np.asarray(result.places[each.place], float)[()]
            for each in result.tape.instructions if each.node.operation == "stop"}


def _of_several(choose: Callable[..., Any]) -> Callable[..., Any]:
    """The largest or smallest of several, of which equal ones move it by equal parts."""

    def chosen(*every: Any) -> Any:
        y = choose(*map(np.real, every))
        return sum(each * Arrays.share(y, *every[n:], *every[:n]) for n, each in enumerate(every))

    return chosen


def _of_all(choose: Callable[..., Any]) -> Callable[..., Any]:

    def chosen(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        y = choose(np.real(x), axis=axis, keepdims=True)
        return np.sum(x * Arrays.part(y, x, axis=axis), axis=axis, keepdims=keepdims)

    return chosen


AT_KINKS = Arrays.but(
    abs=lambda x: x * Arrays.sign(x), max=_of_several(Arrays.max), min=_of_several(Arrays.min),
    largest=_of_all(Arrays.largest), smallest=_of_all(Arrays.smallest),
)
"""The world of arrays in which a step from a kink goes by the slope that is taken there."""


def _require_few(entries: int) -> None:
    if entries > MOST_ENTRIES:
        raise LimitError(f"{entries:,} derivatives are more than {MOST_ENTRIES:,}")


NEARER = (2.0**-12, 2.0**-24)
"""Parts of the central step that are tried beside a kink."""


def check_derivatives(
    result: Derivatives, direction: Mapping[str, Any] = MappingProxyType({})
) -> list[GradientCheck]:
    """Every gradient against differences of the equations themselves, and that along a direction.

    A computed name is moved by itself, with what it was computed from left as it is.

    >>> from dlcalc.commands.grad.answer import grad
    >>> [check] = check_derivatives(grad("z = w*3; L = exp(z)", {"w": 0.5}, wrt=["w"]))
    >>> check.name, check.passed
    ('dL/dw', True)
    """
    checks = []
    for of, gradients in result.gradients.items():
        for name, gradient in gradients.items():
            parameters = {name: _floats(name, result.values[name])}
            [check] = check_gradients(
                partial(_value, result, of), parameters, {name: _floats(name, gradient)}
            )
            checks.append(replace(_beside_kinks(result, of, name, check), name=f"d{of}/d{name}"))
    return checks + [_check_along(result, direction, of) for of in result.of if direction]


def _check_along(result: Derivatives, direction: Mapping[str, Any], of: str) -> GradientCheck:
    parts = {name: _floats(name, each) for name, each in result.directed(direction).items()}
    starts = {name: _floats(name, result.values[name]) for name in parts}

    def stepped(by: Mapping[str, Any]) -> Any:
        step = by["step"][()]
        return _value(result, of, {name: starts[name] + step * parts[name] for name in parts})

    derivative = {"step": _floats(of, result.along(direction)[of])}
    [check] = check_gradients(stepped, {"step": np.zeros(())}, derivative)
    return replace(check, name=f"d{of} along the direction")


def check_second(
    result: Derivatives, found: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> list[GradientCheck]:
    """Second derivatives by inputs against differences of gradients, and those turned about.

    >>> from dlcalc.commands.grad.answer import grad
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
                checks.append(GradientCheck(f"d²{of}/d{a}d{b}", formula, central, turned, rounding))
    return checks


def check_jacobian(result: Derivatives, of: str, found: Mapping[str, Any]) -> list[GradientCheck]:
    """The derivatives of an array against differences of the array, both ways.

    >>> from dlcalc.commands.grad.answer import grad
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
    values = forward(result.tape, Arrays, {**inputs, **moved}, watched=False, fixed=stopped(result))
    return values[result.tape.names[of]]
