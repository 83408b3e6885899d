"""Formulas in numbers: the value of one, and the sum that gives one element of it.

A vector is a column, and its transposed a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import FUNCTIONS, OPERATIONS, POSITIONAL, SLOPES
from dlcalc.derive.working_formulas import RELATIONS
from dlcalc.formulas.expressions import Expr, Span
from dlcalc.formulas.sums import products

Values = Mapping[Expr, Any]
Array = Any


def as_value(value: Any) -> Array:
    """A number or an array, of floats or complex."""
    return np.asarray(value, dtype=None if np.iscomplexobj(value) else float)


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
    if kind == "total":
        body, along = compiled(args[0], reader), _ALONG.get(args[1], {})
        return lambda values: np.sum(body(values), **along)
    if kind in ("call", "index"):
        function, arguments = _function(formula)
        if function is None:
            return reader(formula)
    elif kind == "relation":
        function, arguments = getattr(Arrays, _RELATIONS[args[0]]), args[1:]
    else:
        function, arguments = _KINDS[kind], args
    parts = [compiled(each, reader) for each in arguments]
    if kind == "matmul":
        turned = [compiled(each.args[0], reader) if _is_turned(each) else None for each in args]
        return lambda values: reduce(
            lambda left, n: _matmul(left, parts[n], turned[n], values),
            range(1, len(parts)), parts[0](values),
        )
    return lambda values: function(*[each(values) for each in parts])


def _is_turned(part: Any) -> bool:
    return getattr(part, "kind", "") == "transpose"


def _matmul(left: Array, right: Read, turned: Read | None, values: Any) -> Array:
    """A product with a matrix, or with a transposed one: of two vectors the outer product."""
    if turned is None:
        return left @ right(values)
    whole = turned(values)
    return Arrays.times_transposed(left, whole) if whole.ndim == 1 else left @ right(values)


def _folded(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda *parts: reduce(operation, parts)


_KINDS: dict[str, Callable[..., Array]] = {
    "add": _folded(np.add), "sub": _folded(np.subtract), "mul": _folded(np.multiply),
    "hadamard": _folded(np.multiply), "matmul": _folded(np.matmul), "neg": lambda a: -a,
    "div": lambda a, b: a / b, "pow": Arrays.pow, "transpose": Arrays.transpose,
    "list": lambda *parts: np.stack(parts), "stack": lambda *parts: np.concatenate(parts),
    "part": lambda a, start, stop: a[int(start):int(stop)],
}
_RELATIONS = {sign: name for name, sign in RELATIONS.items()}
_ALONG: dict[str, dict[str, Any]] = {
    "rows": {"axis": 0}, "samples": {"axis": 0}, "columns": {"axis": -1, "keepdims": True},
}
"""What a sum is over, in words."""
NAMES = ("symbol", "derivative", "partial", "element", "new")
"""Kinds of names, whose values are given."""


def _option(text: str) -> tuple[str, Any]:
    """An option as it is written: axis=0, axis=(0, 1), keepdims=yes, pad=same."""
    name, _, value = text.partition("=")
    if value in ("yes", "no"):
        return name, value == "yes"
    if value[:1].isalpha():
        return name, value
    numbers = tuple(int(each) for each in value.strip("()").split(",") if each.strip())
    return name, numbers if "(" in value else numbers[0]


def _function(formula: Expr) -> tuple[Callable[..., Array] | None, tuple[Any, ...]]:
    """What a call does, and its arguments; None for a slope known by its value alone."""
    if formula.args[0] == "back":
        of, given, options = _operation(formula.args[2])
        place = given.index(formula.args[3]) if len(formula.args) > 3 else 0
        back = partial(OPERATIONS["back"].value, Arrays, of=of, place=place, options=options)
        return back, (formula.args[1], *given)
    operation, arguments, options = _operation(formula)
    if operation == "rows":
        return lambda a, **along: np.sum(a, axis=1, keepdims=True), arguments
    if operation in OPERATIONS:
        return partial(OPERATIONS[operation].value, Arrays, **options), arguments
    if operation.endswith("'") and operation[:-1] in SLOPES:
        slope, value = SLOPES[operation[:-1]], OPERATIONS[operation[:-1]].value
        return lambda x: slope(Arrays, x, value(Arrays, x)), arguments
    known: Callable[..., Array] | None = getattr(Arrays, operation, None)
    return known, arguments


def _operation(formula: Expr) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The operation of a call or an index as it is written, its arguments and options."""
    if formula.kind == "index":
        whole, index, *chosen = formula.args
        places = tuple(slice(*each) if isinstance(each, Span) else each for each in index)
        return "element", (whole, *chosen), {"index": places}
    name, *given = formula.args
    options = dict(_option(each) for each in given if isinstance(each, str) and "=" in each)
    arguments = [each for each in given if not isinstance(each, str)]
    operation = FUNCTIONS[name].operation if name in FUNCTIONS else name
    operation = SLOPE_NAMES.get(name, operation)
    if operation in ("max", "min") and len(arguments) == 1:
        operation = {"max": "largest", "min": "smallest"}[operation]
    if operation == "gelu" and "tanh" in given:
        operation = "gelu_tanh"
    if operation in POSITIONAL and len(arguments) > FUNCTIONS[name].least:
        options[POSITIONAL[operation]] = tuple(arguments[FUNCTIONS[name].least :])
        arguments = arguments[: FUNCTIONS[name].least]
    return operation, tuple(arguments), options


SLOPE_NAMES = {"relu'": "step", "abs'": "sign", "hard_sigmoid'": "hard_step"}
"""Slopes with a name of their own, and the function of a world that gives each."""


def entry_of(array: Array, place: tuple[int, ...]) -> float:
    """One entry of a value; what has one number along an axis has it for all."""
    at = tuple(min(i, size - 1) for i, size in zip(place, array.shape, strict=False))
    return float(array[at])


def element_of(formula: Any, index: tuple[int, ...], values: Values) -> Any:
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
    if kind in ("index", "list", "call") and _is_whole(kind, args):
        return entry_of(value_of(formula, values), index)
    if kind in _SUMS or (kind == "call" and args[0] in _SUMS):
        return products(_SUMS[args[0] if kind == "call" else kind](args, index, values))
    if kind == "transpose":
        return element_of(args[0], index[::-1], values)
    if kind == "stack":
        return _of_stack(args, index, values)
    if kind == "part":
        return element_of(args[0], (index[0] + args[1], index[1]), values)
    start = 1 if kind in ("call", "relation") else 0
    parts = [element_of(each, index, values) for each in args[start:]]
    if any(each is None for each in parts):
        return None
    if kind == "add":
        parts = [term for each in parts for term in (
            each.args if isinstance(each, Expr) and each.kind == "add" else (each,))]
    return Expr(kind, (*args[:start], *parts))


def _is_whole(kind: str, args: Any) -> bool:
    """Whether the elements of a formula are not made of the same ones of its parts."""
    return kind != "call" or args[0] in _WHOLE or any(isinstance(e, str) for e in args[1:])


def _of_product(args: Any, index: tuple[int, ...], values: Values) -> Any:
    left = value_of(Expr("matmul", args[:-1]) if len(args) > 2 else args[0], values)
    outer = left.ndim == 1 and _is_turned(args[-1])
    right = value_of(args[-1].args[0] if outer else args[-1], values)
    if outer and right.ndim == 1:
        return [(left[index[0]], right[index[1]])]
    row = np.atleast_1d(left if left.ndim == 1 else left[index[0]])
    column = right if right.ndim == 1 else right[:, index[-1]]
    return zip(row.tolist(), column.tolist(), strict=True)


_WHOLE = (
    "softmax", "logsumexp", "log_softmax", "max", "min", "mean", "var", "std", "norm", "back",
    "concat", "reshape", "broadcast", "expand", "squeeze", "transpose", "pick", "conv",
    "conv_transpose", "maxpool", "avgpool", "one_hot",
)
"""Functions whose elements are not those of elements."""
_SUMS: dict[str, Callable[..., Any]] = {
    "matmul": _of_product,
    "rows": lambda args, index, values: (
        (each, 1) for each in value_of(args[1], values)[index[0]].tolist()),
    "sum": lambda args, index, values: (
        (each, 1) for each in value_of(args[1], values).ravel().tolist()),
}
"""What is a sum of products, and their factors."""


def _of_stack(args: Any, index: tuple[int, ...], values: Values) -> Any:
    row, column = index
    for each in args:
        size = len(value_of(each, values))
        if row < size:
            return element_of(each, (row, column), values)
        row -= size
    raise IndexError(index)
