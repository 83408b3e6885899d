"""Formulas in numbers: the value of one, and the sum that gives one element of it.

A vector is a column, and its transposed a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import FUNCTIONS, OPERATIONS, POSITIONAL, SLOPES
from dlcalc.derive.working_terms import RELATIONS
from dlcalc.formulas.expressions import Expr, Span
from dlcalc.formulas.products import MOST_TERMS, products

Values = Mapping[Expr, Any]
Array = Any
Index = tuple[int, ...]


def as_value(value: Any) -> Array:
    """A number or an array, of floats, complex or of names."""
    array = np.asarray(value)
    return array if array.dtype.kind in "cO" else array.astype(float, copy=False)


def value_of(formula: Any, values: Values) -> Array:
    """The value of a formula whose symbols (or whole parts) have these.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> value_of(W @ x + 1, {W: [[1, 2]], x: [3, 4]}).tolist()
    [12.0]
    """
    return as_value(compiled(formula, lambda name: lambda given: as_value(given[name]))(values))


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
    function: Callable[..., Array] | None
    if kind in _KINDS:
        function, arguments = _KINDS[kind], args
    elif kind == "relation":
        function, arguments = getattr(Arrays, _RELATIONS[args[0]]), args[1:]
    else:
        operation, arguments, options = _operation(formula)
        function = getattr(Arrays, operation, None)
        if operation in OPERATIONS:
            function = partial(OPERATIONS[operation].value, Arrays, **options)
    if function is None:  # a slope known by its value alone
        return reader(formula)
    parts = [compiled(each, reader) for each in arguments]
    return lambda values: function(*[each(values) for each in parts])


def _is_turned(part: Any) -> bool:
    return getattr(part, "kind", "") == "transpose"


_KINDS: dict[str, Callable[..., Array]] = {
    "list": lambda *parts: np.stack(parts), "stack": lambda *parts: np.concatenate(parts),
    "part": lambda a, start, stop: a[int(start):int(stop)],
}
_RELATIONS = {sign: name for name, sign in RELATIONS.items()}
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


def _operation(formula: Expr) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The operation of a call or an index as it is written, its arguments and options."""
    if formula.kind == "index":
        whole, index, *chosen = formula.args
        places = tuple(slice(*each) if isinstance(each, Span) else each for each in index)
        return "element", (whole, *chosen), {"index": places}
    if formula.kind == "matmul" and _is_turned(formula.args[1]):
        return "times_transposed", (formula.args[0], formula.args[1].args[0]), {}
    if formula.kind != "call":
        return formula.kind, formula.args, {}
    name, *given = formula.args
    if name == "back":
        of, inner, settings = _operation(given[1])
        at = inner.index(given[2]) if len(given) > 2 and isinstance(given[2], Expr) else (
            given[2] if len(given) > 2 else 0)
        return name, (given[0], *inner), {"of": of, "at": at, "options": settings}
    if name.endswith("'") and name[:-1] in SLOPES:
        return "slope", tuple(given), {"function": name[:-1]}
    options = dict(_option(each) for each in given if isinstance(each, str) and "=" in each)
    arguments = [each for each in given if not isinstance(each, str)]
    operation = FUNCTIONS[name].operation if name in FUNCTIONS else name
    if operation in ("max", "min") and len(arguments) == 1:
        operation = {"max": "largest", "min": "smallest"}[operation]
    if operation == "gelu" and "tanh" in given:
        operation = "gelu_tanh"
    if operation in POSITIONAL and len(arguments) > FUNCTIONS[name].least:
        options[POSITIONAL[operation]] = tuple(arguments[FUNCTIONS[name].least :])
        arguments = arguments[: FUNCTIONS[name].least]
    return operation, tuple(arguments), options


def entry_of(array: Array, place: Index) -> Any:
    """One entry of a value, whose axes are the last of a place's; what has one entry along an
    axis has it for all."""
    axes = place[len(place) - array.ndim :]
    return array[tuple(map(min, axes, (size - 1 for size in array.shape)))]


def element_of(formula: Any, index: Index, values: Values) -> Any:
    """One element of a formula with the numbers put in; None where they are too many.

    The values may be arrays of names, too: then it is the element's formula.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> element_of(W @ x + 1, (0,), {W: [[1, 2]], x: [3, 4]})
    Expr('add', (Expr('mul', (1.0, 3.0)), Expr('mul', (2.0, 4.0)), 1))
    """
    if not isinstance(formula, Expr):
        return formula
    if formula in values:
        entry = entry_of(as_value(values[formula]), index)
        return entry if isinstance(entry, Expr) else float(entry)
    kind, args = formula.kind, formula.args
    made = _CALLS.get(args[0]) if kind == "call" else _ELEMENTS.get(kind)
    if made is None and kind == "call" and (
            args[0] in _WHOLE or any(isinstance(each, str) for each in args[1:])):
        made = _number
    if made is not None:
        # Of what is spread over more, or over longer axes, it is an element of its own.
        shape = _shape_of(formula, values)
        own = index[len(index) - len(shape) :]
        return made(formula, tuple(map(min, own, (n - 1 for n in shape))), values)
    start = 1 if kind in ("call", "relation") else 0
    # What is compared is so as it was computed, to the last digit.
    part_of = _number if kind == "relation" else element_of
    parts = [part_of(each, index, values) for each in args[start:]]
    if any(each is None for each in parts):
        return None
    if kind == "add":
        parts = [term for each in parts for term in (
            each.args if isinstance(each, Expr) and each.kind == "add" else (each,))]
    return Expr(kind, (*args[:start], *parts))


def _number(formula: Expr, index: Index, values: Values) -> Any:
    entry = entry_of(value_of(formula, values), index)
    return entry if isinstance(entry, Expr) else float(entry)


_WHOLE = (
    "logsumexp", "log_softmax", "prod", "cumsum", "trace", "max", "min", "mean", "var", "std",
    "norm", "back",
    "concat", "reshape", "broadcast", "expand", "squeeze", "transpose", "pick", "conv",
    "conv_transpose", "maxpool", "avgpool", "one_hot",
)
"""Functions whose elements are not those of elements."""


def _of_product(formula: Expr, index: Index, values: Values) -> Any:
    left, right = (value_of(each, values) for each in formula.args)
    batch = index[: len(index) - (left.ndim > 1) - (right.ndim > 1)]
    if left.ndim == right.ndim == 1 and _is_turned(formula.args[1]):
        row, column = left[index[0] :][:1], right[index[1] :][:1]
    else:
        row = left[(*_own(left, batch), index[len(batch)])] if left.ndim > 1 else left
        column = right[(*_own(right, batch), ..., index[-1])] if right.ndim > 1 else right
    return products(zip(row.tolist(), column.tolist(), strict=True))


def _own(matrices: Array, batch: Index) -> Index:
    """The place of a matrix among some that are spread over a batch."""
    sizes = matrices.shape[:-2]
    return tuple(map(min, batch[len(batch) - len(sizes) :], (size - 1 for size in sizes)))


def _of_sum(formula: Expr, index: Index, values: Values) -> Any:
    """The elements that a sum is of, each written out."""
    body, options = formula.args[1], dict(_option(each) for each in formula.args[2:])
    shape, axis = _shape_of(body, values), options.get("axis")
    if isinstance(axis, tuple):
        return _number(formula, index, values)
    if axis is None:
        places = list(np.ndindex(shape))
    else:
        before = index[: axis % len(shape)]
        behind = index[axis % len(shape) + bool(options.get("keepdims")) :]
        places = [(*before, n, *behind) for n in range(shape[axis])]
    if len(places) > MOST_TERMS:
        return None
    terms = [element_of(body, place, values) for place in places]
    return None if any(each is None for each in terms) else products((each, 1) for each in terms)


def _of_softmax(formula: Expr, index: Index, values: Values) -> Any:
    body, *options = formula.args[1:]
    shape = _shape_of(body, values)
    if not shape or dict(map(_option, options)).get("axis", -1) not in (-1, len(shape) - 1):
        return _number(formula, index, values)
    raised = [Expr("call", ("exp", element_of(body, (*index[:-1], n), values)))
              for n in range(shape[-1] if shape[-1] <= MOST_TERMS else 0)]
    return raised[index[-1]] / Expr("add", tuple(raised)) if raised else None


def _of_index(formula: Expr, index: Index, values: Values) -> Any:
    whole, places, *chosen = formula.args
    counts = [value_of(each, values) for each in chosen]
    given = iter(counts)
    rank = max((each.ndim for each in counts), default=0)
    at = [int(entry_of(next(given), index[:rank])) if each == "*" else each for each in places]
    if all(isinstance(each, int) and each >= 0 for each in at):
        return element_of(whole, (*at, *index[rank:]), values)
    return _number(formula, index, values)


def _shape_of(formula: Any, values: Values) -> tuple[int, ...]:
    """The shape of a formula's value, whose symbols may be names."""
    with np.errstate(all="ignore"):
        zeros = compiled(formula, lambda name: lambda _: np.zeros(np.shape(values[name])))
        return np.shape(zeros(None))


def _of_stack(formula: Expr, index: Index, values: Values) -> Any:
    row, *rest = index
    for each in formula.args:
        size = len(value_of(each, values))
        if row < size:
            return element_of(each, (row, *rest), values)
        row -= size
    raise IndexError(index)


_ELEMENTS: dict[str, Callable[[Expr, Index, Values], Any]] = {
    "matmul": _of_product, "stack": _of_stack, "index": _of_index, "list": _number,
    "transpose": lambda formula, index, values: element_of(
        formula.args[0], (*index[:-2], *index[:-3:-1]), values),
    "part": lambda formula, index, values: element_of(
        formula.args[0], (index[0] + formula.args[1], *index[1:]), values),
}
_CALLS: dict[str, Callable[[Expr, Index, Values], Any]] = {
    "sum": _of_sum, "softmax": _of_softmax,
}
"""Operations whose elements are made of other elements than those of the same place."""
