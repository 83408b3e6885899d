"""Equations as formulas: their names, and how each operation is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.formulas.expressions import (
    Expr,
    call,
    ceil,
    floor,
    hadamard,
    indexed,
    matmul,
    mul,
    symbol,
    transpose,
)

if TYPE_CHECKING:
    from dlcalc.derive.tape import Instruction
    from dlcalc.derive.working_terms import Term

Formula = Any
"""An expression, or a bare number."""
CUT = symbol("…")
"""What stands for a formula too long to be written out."""


def named(name: str) -> Expr:
    """A name as a symbol: w_1 with 1 as its index.

    >>> named("w_1").args, named("loss").args
    (('w', '1'), ('loss', ''))
    """
    base, _, sub = name.partition("_")
    return symbol(base, sub) if base and sub and "_" not in sub else symbol(name)


def partial(of: str, by: str) -> Expr:
    """The name of a derivative: ∂L/∂w."""
    return Expr("partial", (named(of), named(by)))


def sum_of(*terms: Formula) -> Formula:
    """A sum, in which negative terms are taken away."""
    whole: Formula = terms[0]
    for each in terms[1:]:
        negative = isinstance(each, Expr) and each.kind == "neg"
        kind, part = ("sub", each.args[0]) if negative else ("add", each)
        joins = kind == "add" and isinstance(whole, Expr) and whole.kind == "add"
        parts = part.args if kind == "add" and getattr(part, "kind", "") == "add" else (part,)
        whole = Expr(kind, (*whole.args, *parts) if joins else (whole, *parts))
    return whole


RELATIONS = {"gt": ">", "lt": "<", "ge": ">=", "le": "<=", "eq": "==", "ne": "!="}


def _relation(sign: str) -> Callable[..., Formula]:
    return lambda a, b: Expr("relation", (sign, a, b))


def along(axis: Any) -> str:
    """An axis, or several, as they are written: axis=0, axis=(0, 1)."""
    return f"axis={axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis}"


def _settings(options: dict[str, Any]) -> Iterator[str]:
    """Options as they are written: axis=0."""
    for name, value in options.items():
        if name == "axis" and value is not None:
            yield along(value)
        elif value is not None:
            yield f"{name}={'yes' if value is True else 'no' if value is False else value}"


WRITTEN: dict[str, Callable[..., Formula]] = {
    **dict.fromkeys(("identity", "from_0"), lambda a: a),
    "neg": lambda a: Expr("neg", (a,)),
    "add": sum_of,
    "mul": mul,
    "hadamard": hadamard,
    "div": lambda a, b: Expr("div", (a, b)),
    "pow": lambda a, n: Expr("pow", (a, n)),
    "matmul": matmul,
    "times_transposed": lambda a, b: matmul(a, transpose(b)),
    "transpose": lambda a, axes=None: (
        transpose(a) if axes is None else call("transpose", a, *axes)
    ),
    "stack": lambda *parts, axis=0: (
        call("stack", *parts, f"axis={axis}") if axis else Expr("list", parts)
    ),
    "element": lambda a, *chosen, index: indexed(a, index, *chosen),
    "largest": lambda a, **options: call("max", a, *_settings(options)),
    "smallest": lambda a, **options: call("min", a, *_settings(options)),
    "floor": floor,
    "ceil": ceil,
    "gelu_tanh": lambda a: call("gelu", a, "tanh"),
    "slope": lambda a, function: call(f"{function}'", a),
    "reshape": lambda a, shape: call("reshape", a, *shape),
    "broadcast": lambda a, shape: call("broadcast", a, *shape),
    "align": lambda a, axes, rank: aligned(a, axes, rank),
    "squeeze": lambda a, axis: squeezed(a, axis),
    "back": lambda g, *given, of, at, options: call(
        "back", g, written(of, *given, **options),
        *(() if at == 0 else (at,) if given[at] in given[:at] else (given[at],)),
    ),
    **{name: _relation(sign) for name, sign in RELATIONS.items()},
}
"""How operations are written; all others as functions."""


def turned(whole: Formula) -> Formula:
    """A matrix transposed; twice is as it was."""
    return whole.args[0] if getattr(whole, "kind", "") == "transpose" else transpose(whole)


def aligned(whole: Formula, axes: Sequence[int], rank: int) -> Formula:
    """An array whose axes stand at these places of `rank` ones, the others of size one."""
    order = sorted(range(len(axes)), key=axes.__getitem__)
    if order != sorted(order):
        whole = call("transpose", whole, *order)
    missing = tuple(each for each in range(rank) if each not in axes)
    return call("expand", whole, along(missing)) if missing and axes else whole


def squeezed(whole: Formula, axis: Any) -> Formula:
    """Without axes of size one; sums that kept them need not."""
    kept = (along(axis), "keepdims=yes")
    if getattr(whole, "kind", "") == "call" and whole.args[0] == "sum" and whole.args[2:] == kept:
        return call("sum", whole.args[1], kept[0])
    return call("squeeze", whole, kept[0])


def written(operation: str, *arguments: Formula, **options: Any) -> Formula:
    """An operation on formulas, as a formula."""
    if operation in WRITTEN:
        return WRITTEN[operation](*arguments, **options)
    return call(operation, *arguments, *_settings(options))


def formula_of(each: Instruction, terms: Sequence[Term]) -> Formula:
    """An operation on terms, as it is written; what letters count as the numbers themselves."""
    parts: list[Any] = [terms[place].formula for place in each.arguments]
    counted = any(isinstance(part, tuple) for part in parts)
    if each.node.operation == "places" or (counted and each.node.operation in COUNTING):
        return _numbers(terms[each.place].value.astype(int).tolist())
    return written(each.node.operation, *parts, **each.node.options)


COUNTING = ("align", "add", "neg", "mul", "from_0")
"""Operations on what letters count, within an index."""


def _numbers(value: Any) -> Any:
    return tuple(map(_numbers, value)) if isinstance(value, list) else value
