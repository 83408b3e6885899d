"""The tables of conventions, each read once, and the arithmetic that stands in them."""

from __future__ import annotations

import ast
import operator
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

Number = int | Fraction


@cache
def table(name: str) -> dict[str, Any]:
    """A table by the name of its file.

    >>> table("counters")["torchinfo"]["version"]
    '1.8.0'
    """
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def _divided(a: Number, b: Number) -> Number:
    ratio = Fraction(a) / Fraction(b)
    return ratio.numerator if ratio.denominator == 1 else ratio


_OPERATORS: dict[type, Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: _divided,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.USub: operator.neg,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Gt: operator.gt,
    ast.Lt: operator.lt,
}  # fmt: skip


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def value(text: str, names: Mapping[str, Number]) -> Number:
    """An expression of a table for the names at hand, exact.

    >>> value("2*n*(axes == 2) + n/4", {"n": 6, "axes": 2})
    Fraction(27, 2)
    """
    return _value(_parsed(text), names)


def _value(node: ast.expr, names: Mapping[str, Number]) -> Number:
    found: Number
    match node:
        case ast.Constant(value=int(found)):
            return found
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=op, operand=operand):
            found = _OPERATORS[type(op)](_value(operand, names))
            return found
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(
            left=left, ops=[op], comparators=[right]
        ):
            found = _OPERATORS[type(op)](_value(left, names), _value(right, names))
            return found
    raise ValueError(ast.dump(node))
