"""The working of a pooling: each window as a grid, which element won, where gradients go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import prod
from typing import Any

import numpy as np

from dlcalc.conventions.arrays import pool
from dlcalc.formulas.expressions import Expr, Step, add, call, element, mul, symbol, total
from dlcalc.input.expressions import mistakes
from dlcalc.layers.size_steps import axis_steps, size_slips
from dlcalc.numbers.compare import Said, element_at, slip_of
from dlcalc.numbers.convolution.pooling import Pooling, spread_to, taps
from dlcalc.numbers.convolution.terms import item
from dlcalc.numbers.places import Place, unravel
from dlcalc.numbers.sizes import column

MOST_WINDOWS = 16
MOST_ELEMENTS = 100
"""Elements of the gradient that are written out."""
PLACES, TAPS = "ijh", "kln"

Index = tuple[int, ...]


def pool_steps(result: Pooling) -> Iterator[Step]:
    """The size, the definition, each window, and each element of the gradient."""
    yield from _start(result)
    yield from _each(result.shape, MOST_WINDOWS, lambda index: (
        _window(result, index), _output_step(result, index)), "windows", "")
    if result.dx is not None:
        yield from _each(result.dx.shape, MOST_ELEMENTS, lambda index: (
            _gradient_step(result, index),), "elements of dx", "dx:")


def steps_at(result: Pooling, name: str, index: Index) -> Iterable[Step] | None:
    """The size, the definition, and one element of the output with its window, or of dx."""
    place = Place((name or "output",))
    found = element_step(result, place, index)
    if found is None:
        return None
    window = [_window(result, index)] if place == ("output",) else []
    return [*_start(result), *window, found]


def _start(result: Pooling) -> Iterator[Step]:
    yield from axis_steps(result.axes)
    yield _definition(result)


def _each(
    shape: Index, most: int, steps: Callable[[Index], Iterable[Step]], what: str, field: str
) -> Iterator[Step]:
    """The steps of the first elements of an array, and how many more there are."""
    for place in range(min(prod(shape), most)):
        yield from steps(unravel(place, shape))
    if prod(shape) > most:
        last = ",".join(str(size - 1) for size in shape)
        note = f"--at {field}INDEX shows any one of them, up to --at {field}{last}"
        yield Step(f"… and {prod(shape) - most:,} more {what}", note=note)


def _definition(result: Pooling) -> Step:
    axes = result.axes
    met = element("x", [
        column(i, k, axis, axis.pad[0]) for i, k, axis in zip(PLACES, TAPS, axes, strict=False)
    ])
    taps = ",".join(TAPS[: result.dims])
    body = call(f"max_{taps}", met) if result.kind == "max" else total(met, taps) / symbol("n")
    note = "n the cells of the window that count; x beyond the input is 0"
    return Step(
        element("y", tuple(PLACES[: result.dims])), None, body, (),
        "" if result.kind == "max" else note,
    )


def _window_columns(result: Pooling, index: Index) -> list[list[int]]:
    """Axis by axis, the input columns that the window of an output meets."""
    starts = index[len(index) - result.dims :]
    return [axis.columns(at) for at, axis in zip(starts, result.axes, strict=True)]


def _cells(result: Pooling, index: Index) -> Any:
    inputs = result.operands[0]
    return inputs[index[: len(index) - result.dims]][np.ix_(*_window_columns(result, index))]


def _window(result: Pooling, index: Index) -> Step:
    met = _window_columns(result, index)
    cells = _cells(result, index)
    if not cells.size:
        return Step(f"window {_place_text(index)}", note="in the padding alone")
    names = ("planes", "rows", "columns")[-result.dims :]
    rows = ", ".join(
        f"{name} {columns[0]}" + (f" to {columns[-1]}" if len(columns) > 1 else "")
        for name, columns in zip(names, met, strict=True)
    )
    cut = "; what lies beyond the input is left out" if any(
        len(columns) < axis.kernel for columns, axis in zip(met, result.axes, strict=True)
    ) else ""
    return Step(f"window {_place_text(index)}", cells.tolist(), None, (), rows + cut)


def element_step(result: Pooling, field: Place, index: Index) -> Step | None:
    """The working of one element, of a field that has one."""
    name = str(field[0])
    made = {"output": _output_step, "dx": _gradient_step, "indices": _index_step}.get(name)
    if made is None or getattr(result, name) is None:
        return None
    element_at(getattr(result, name), index, field)
    return made(result, index)


def _gradient_step(result: Pooling, index: Index) -> Step:
    assert result.dx is not None
    given = result.operands[1]
    found = [(element("dy", at), item(given, at), n) for at, n in _sources(result, index)]
    whole = result.kind == "max" and all(n == 1 for *_, n in found)
    names = [name if whole else name / n for name, _, n in found]
    terms = [number if whole else Expr("div", (number, n)) for _, number, n in found]
    note = "" if found else "it wins no window" if result.kind == "max" else "it lies in no window"
    formula, numbers = (add(*names), (add(*terms),)) if terms else (None, ())
    if len(terms) == 1 and whole:
        numbers = ()
    return Step(element("dx", index), item(result.dx, index), formula, numbers, note)


def _index_step(result: Pooling, index: Index) -> Step:
    """Where in its map the winner lies, row after row."""
    assert result.indices is not None
    sizes, place = [axis.input for axis in result.axes], item(result.indices, index)
    at = unravel(place, tuple(sizes))
    parts = [mul(i, *sizes[axis + 1 :]) for axis, i in enumerate(at)]
    numbers = (add(*parts),) if len(parts) > 1 else ()
    return Step(element("index", index), place, None, numbers, f"x{_place_text(at)} wins")


def _output_step(result: Pooling, index: Index) -> Step:
    cells = _cells(result, index).ravel().tolist()
    value = item(result.output, index)
    name = element("y", index)
    if result.kind == "avg":
        assert result.counts is not None
        count = item(result.counts, index[len(index) - result.dims :])
        return Step(name, value, None, (add(*cells) / count,))
    assert result.indices is not None
    lead, sizes = index[: len(index) - result.dims], tuple(axis.input for axis in result.axes)
    won = (*lead, *unravel(item(result.indices, index), sizes))
    words = f"x{_place_text(won)} wins"
    equal = sum(each == value for each in cells)
    if equal > 1:
        words += f", the first of {equal} equal ones,"
    if result.dx is not None:
        words += f" and takes dy{_place_text(index)}"
    return Step(name, value, None, (call("max", *cells),), words)


def _sources(result: Pooling, index: Index) -> Iterator[tuple[Index, Any]]:
    """The outputs whose gradient comes to an element, and what it is divided by."""
    lead, place = index[: len(index) - result.dims], index[len(index) - result.dims :]
    flat = int(np.ravel_multi_index(place, [axis.input for axis in result.axes]))
    for at in np.ndindex(*result.shape[len(lead) :]):
        whole = (*lead, *at)
        if not all(i in met for i, met in zip(place, _window_columns(result, whole), strict=True)):
            continue
        if result.counts is not None:
            yield whole, result.counts[at].item()
        elif result.indices is not None and not result.shared:
            yield from [(whole, 1)] if result.indices[whole] == flat else []
        elif result.operands[0][index] == result.output[whole]:
            yield whole, int((_cells(result, whole) == result.output[whole]).sum())


def _place_text(index: Index) -> str:
    return f"({','.join(map(str, index))})"


def advice(given: dict[str, Any], result: Pooling, field: Place, expected: Any) -> str:
    """The slip that gives what was expected, found by computing it."""
    name, shape = str(field[0]), np.shape(expected)
    found = slip_of(expected, _slips(given, result, name))
    if found or name != "output" or len(shape) < result.dims or (
            shape[-len(result.shape) :] == result.shape):
        return found
    return slip_of(list(shape[-result.dims :]), size_slips(result.axes))


def _slips(given: dict[str, Any], result: Pooling, field: str) -> Iterator[tuple[str, Any]]:
    x, _ = result.operands
    axes, mean = result.axes, result.kind == "avg"
    ends = [(0, 0)] * (np.ndim(x) - result.dims) + [axis.pad for axis in axes]
    turned = {
        "framework": None, "mean": mean, "cells": prod(axis.kernel for axis in axes),
        "strides": tuple(axis.stride for axis in axes)[::-1],
        "window": tuple(axis.kernel for axis in axes)[::-1],
        "sides": tuple(axis.pad[::-1] for axis in axes),
        "zeros": x if mean else np.pad(x, ends),
    }
    for words, change in mistakes(__file__, "slips.txt", {**turned, **given}):
        yield words, lambda change=change: getattr(
            pool(**{"x": x, **given, **change}), field, None)
    if field == "output" and not mean:
        yield "the smallest element in place of the largest", lambda: -pool(-x, **given).output
    if field == "indices" and result.indices is not None:
        yield "places counted from 1", result.indices + 1
        yield "places within the window", _within(result)
    if field == "dx" and result.dx is not None:
        yield Said.LAST_WINDOW, _last_window(result)
        if not mean:
            yield from _shared_ties(result)


def _within(result: Pooling) -> Any:
    """The place of each largest element in its window, row after row."""
    found = np.zeros(result.shape, int)
    for place, (to, of) in reversed(list(enumerate(taps(result.axes)))):
        found[to][result.operands[0][of] == result.output[to]] = place
    return found


def _last_window(result: Pooling) -> Any:
    """The gradient that comes to each element from the last of the windows that give it any."""
    inputs, dy = result.operands
    sizes = inputs.shape[inputs.ndim - result.dims :]
    places = np.broadcast_to(np.arange(prod(sizes)).reshape(sizes), inputs.shape)
    found = np.zeros(inputs.shape)
    for to, of in reversed(list(taps(result.axes))):  # a later window meets it with a tap before
        if result.indices is not None:
            found[of] = np.where(result.indices[to] == places[of], dy[to], found[of])
        elif result.counts is not None:
            found[of] = (dy / result.counts)[to]
    return found


def _shared_ties(result: Pooling) -> Iterator[tuple[str, Any]]:
    inputs, dy = result.operands
    all_of_it, last = np.zeros(inputs.shape), np.zeros(inputs.shape)
    free = np.ones(result.shape, bool)
    for to, of in reversed(list(taps(result.axes))):
        largest = inputs[of] == result.output[to]
        all_of_it[of] += dy[to] * largest
        last[of] += dy[to] * (largest & free[to])
        free[to] &= ~largest
    shared = spread_to(dy, inputs, result.output, result.axes, shared=True)
    yield "sharing the gradient of a tie", shared
    yield "the whole gradient for each element of a tie", all_of_it
    yield "the last element of a tie taken", last
