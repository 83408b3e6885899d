"""Formulas in numbers: the value of one, and the sum that gives one element of it.

A vector is a column, and its transposed a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import OPERATIONS, SLOPES
from dlcalc.formulas.expressions import Expr
from dlcalc.formulas.sums import products

Values = Mapping[Expr, Any]
Array = Any

def as_value(value: Any) -> Array:
    """A number or an array, of floats or complex."""
    return np.asarray(value, dtype=None if np.iscomplexobj(value) else float)


def _matmul(a: Array, b: Array) -> Array:
    return (a[:, None] if np.ndim(a) == 1 and np.ndim(b) == 2 else a) @ b


def _transpose(a: Array) -> Array:
    return np.swapaxes(np.atleast_2d(a).T if np.ndim(a) == 1 else a, -1, -2) if np.ndim(a) else a


def value_of(formula: Any, values: Values) -> Array:
    """The value of a formula whose symbols (or whole parts) have these.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> value_of(W @ x + 1, {W: [[1, 2]], x: [3, 4]}).tolist()
    [12.0]
    """
    return compiled(formula, lambda name: lambda given: as_value(given[name]))(values)


Read = Callable[[Any], Array]
"""What gives a value from those of the symbols, however these are kept."""


def compiled(formula: Any, reader: Callable[[Expr], Read]) -> Read:
    """What gives the value of a formula, quick to be called again; `reader` reads a symbol's."""
    if not isinstance(formula, Expr):
        number = as_value(formula)
        return lambda values: number
    kind, args = formula.kind, formula.args
    if kind in NAMES:
        return reader(formula)
    if kind == "call":
        function = _function(args[0])
        if function is None:
            return reader(formula)
        arguments = [compiled(each, reader) for each in args[1:] if not isinstance(each, str)]
        options = dict(_option(each) for each in args[1:] if isinstance(each, str))
        return lambda values: function(*[each(values) for each in arguments], **options)
    if kind == "total":
        body, along = compiled(args[0], reader), _ALONG.get(args[1], {})
        return lambda values: np.sum(body(values), **along)
    parts = [compiled(each, reader) for each in args]
    if kind in _FOLDS:
        fold = _FOLDS[kind]
        return lambda values: reduce(fold, [each(values) for each in parts])
    one = _OTHERS[kind]
    return lambda values: one(*[each(values) for each in parts])


_FOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "hadamard": np.multiply,
    "matmul": _matmul,
}
_ALONG: dict[str, dict[str, Any]] = {
    "rows": {"axis": 0}, "samples": {"axis": 0}, "columns": {"axis": -1, "keepdims": True},
}
"""What a sum is over, in words."""
NAMES = ("symbol", "derivative", "partial", "element", "new")
"""Kinds of names, whose values are given."""
_OTHERS: dict[str, Callable[..., Array]] = {
    "neg": lambda a: -a, "div": lambda a, b: a / b, "pow": Arrays.pow,
    "transpose": _transpose,
    "stack": lambda *parts: np.concatenate(parts),
    "part": lambda a, start, stop: a[int(start):int(stop)],
}


def _option(text: str) -> tuple[str, Any]:
    """An option as it is written: axis=0, axis=(0, 1), keepdims=yes."""
    name, _, value = text.partition("=")
    if value in ("yes", "no"):
        return name, value == "yes"
    numbers = tuple(int(each) for each in value.strip("()").split(",") if each.strip())
    return name, numbers if "(" in value else numbers[0]


def _function(name: str) -> Callable[..., Array] | None:
    """A function by its name; None for a slope that is known by its value alone."""
    if name == "rows":
        return lambda a, **along: np.sum(a, axis=1, keepdims=True)
    if name in SLOPE_NAMES:
        slope: Callable[..., Array] = getattr(Arrays, SLOPE_NAMES[name])
        return slope
    if name in OPERATIONS:
        return partial(OPERATIONS[name].value, Arrays)
    if name.endswith("'") and name[:-1] in SLOPES:
        slope_of, value = SLOPES[name[:-1]], OPERATIONS[name[:-1]].value
        return lambda x: slope_of(Arrays, x, value(Arrays, x))
    function: Callable[..., Array] | None = getattr(Arrays, name, None)
    return function


SLOPE_NAMES = {"relu'": "step", "abs'": "sign", "hard_sigmoid'": "hard_step"}
"""Slopes with a name of their own, and the function of a world that gives each."""


def entry_of(array: Array, place: tuple[int, int]) -> float:
    """One entry of a value; what has one number along an axis has it for all."""
    at = tuple(min(i, size - 1) for i, size in zip(place, array.shape, strict=False))
    return float(array[at])


def element_of(formula: Any, index: tuple[int, int], values: Values) -> Any:
    """One element of a formula with the numbers put in; None where they are too many.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> element_of(W @ x + 1, (0, 0), {W: [[1, 2]], x: [3, 4]})
    Expr('add', (Expr('mul', (1.0, 3.0)), Expr('mul', (2.0, 4.0)), 1))
    """
    if not isinstance(formula, Expr):
        return formula
    if formula in values:
        array = as_value(values[formula])
        return entry_of(array, index)
    kind, args = formula.kind, formula.args
    if kind == "call" and (args[0] in _WHOLE or any(isinstance(e, str) for e in args[1:])):
        return entry_of(value_of(formula, values), index)
    if kind in _SUMS or (kind == "call" and args[0] in _SUMS):
        return products(_SUMS[args[0] if kind == "call" else kind](args, index, values))
    if kind == "transpose":
        return element_of(args[0], index[::-1], values)
    if kind == "stack":
        return _of_stack(args, index, values)
    if kind == "part":
        return element_of(args[0], (index[0] + args[1], index[1]), values)
    start = 1 if kind == "call" else 0
    parts = [element_of(each, index, values) for each in args[start:]]
    if any(each is None for each in parts):
        return None
    if kind == "add":
        parts = [term for each in parts for term in (
            each.args if isinstance(each, Expr) and each.kind == "add" else (each,))]
    return Expr(kind, (*args[:start], *parts))


def _of_product(args: Any, index: tuple[int, int], values: Values) -> Any:
    left = value_of(Expr("matmul", args[:-1]) if len(args) > 2 else args[0], values)
    right = value_of(args[-1], values)
    row = np.atleast_1d(left[index[0]])
    column = right if right.ndim == 1 else right[:, index[1]]
    return zip(row.tolist(), column.tolist(), strict=True)


_WHOLE = ("softmax", "logsumexp")
"""Functions whose elements are not those of elements."""
_SUMS: dict[str, Callable[..., Any]] = {
    "matmul": _of_product,
    "rows": lambda args, index, values: (
        (each, 1) for each in value_of(args[1], values)[index[0]].tolist()),
    "sum": lambda args, index, values: (
        (each, 1) for each in value_of(args[1], values).ravel().tolist()),
}
"""What is a sum of products, and their factors."""


def _of_stack(args: Any, index: tuple[int, int], values: Values) -> Any:
    row, column = index
    for each in args:
        size = len(value_of(each, values))
        if row < size:
            return element_of(each, (row, column), values)
        row -= size
    raise IndexError(index)
