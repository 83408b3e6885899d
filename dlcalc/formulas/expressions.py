"""Formulas as values: written once with symbols, then with the numbers put in.

An expression knows its structure and no typography; `render` sets it as text, Markdown
or LaTeX.

>>> L, F = symbol("L"), symbol("F")
>>> (L - F + 1).put({L: 32, F: 5})
Expr('add', (Expr('sub', (32, 5)), 1))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Term = Any
"""An Expr, a number, or a list of lists of numbers (a matrix)."""


class Expr:
    """A node of a formula: its kind and its parts, which are expressions or numbers."""

    __slots__ = ("args", "kind")

    def __init__(self, kind: str, args: tuple[Term, ...]) -> None:
        self.kind = kind
        self.args = args

    def __repr__(self) -> str:
        return f"Expr({self.kind!r}, {self.args!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and (self.kind, self.args) == (other.kind, other.args)

    def __hash__(self) -> int:
        return hash((self.kind, self.args))

    def __add__(self, other: Term) -> Expr:
        return Expr("add", (self, other))

    def __radd__(self, other: Term) -> Expr:
        return Expr("add", (other, self))

    def __sub__(self, other: Term) -> Expr:
        return Expr("sub", (self, other))

    def __rsub__(self, other: Term) -> Expr:
        return Expr("sub", (other, self))

    def __mul__(self, other: Term) -> Expr:
        return Expr("mul", (self, other))

    def __rmul__(self, other: Term) -> Expr:
        return Expr("mul", (other, self))

    def __truediv__(self, other: Term) -> Expr:
        return Expr("div", (self, other))

    def __rtruediv__(self, other: Term) -> Expr:
        return Expr("div", (other, self))

    def __pow__(self, other: Term) -> Expr:
        return Expr("pow", (self, other))

    def __rpow__(self, other: Term) -> Expr:
        return Expr("pow", (other, self))

    def __matmul__(self, other: Term) -> Expr:
        return Expr("matmul", (self, other))

    def __neg__(self) -> Expr:
        return Expr("neg", (self,))

    def put(self, values: Mapping[Expr, Term]) -> Expr:
        """The same formula with values in place of symbols (or of whole parts)."""
        return Expr(self.kind, tuple(_put(each, values) for each in self.args))


def _put(term: Term, values: Mapping[Expr, Term]) -> Term:
    if not isinstance(term, Expr):
        return term
    return values[term] if term in values else term.put(values)


def symbol(name: str, sub: object = "") -> Expr:
    """A quantity by name, with an index below: symbol("δc", "t")."""
    return Expr("symbol", (name, str(sub)))


def element(name: str, index: Sequence[int | str]) -> Expr:
    """One element of an array: element("y", (0, 1)) is y(0,1)."""
    return Expr("element", (name, tuple(index)))


class Span(NamedTuple):
    """A slice in an index, from `start` up to `stop`."""

    start: int | None
    stop: int | None
    step: int | None


def indexed(whole: Term, index: Sequence[Any], *chosen: Term) -> Expr:
    """An element or a slice; what is yet to be computed stands in `chosen`, * in its place."""
    spans = (Span(each.start, each.stop, each.step) if isinstance(each, slice) else each
             for each in index)
    return Expr("index", (whole, tuple(spans), *chosen))


def add(*terms: Term) -> Expr:
    """The sum of all terms."""
    return Expr("add", terms)


def mul(*factors: Term) -> Expr:
    """The product of all factors."""
    return Expr("mul", factors)


def matmul(*factors: Term) -> Expr:
    """The matrix product of all factors."""
    return Expr("matmul", factors)


def power(base: Term, exponent: Term) -> Expr:
    """A power, also of a bare number: power(-2, 2) is (−2)²."""
    return Expr("pow", (base, exponent))


def hadamard(*factors: Term) -> Expr:
    """The elementwise product, ⊙."""
    return Expr("hadamard", factors)


def floor(term: Term) -> Expr:
    """Rounded down, ⌊ ⌋."""
    return Expr("floor", (term,))


def ceil(term: Term) -> Expr:
    """Rounded up, ⌈ ⌉."""
    return Expr("ceil", (term,))


def call(function: str, *arguments: Term) -> Expr:
    """A function's value: call("tanh", c)."""
    return Expr("call", (function, *arguments))


def transpose(term: Term) -> Expr:
    """The transposed matrix."""
    return Expr("transpose", (term,))


class Column(Expr):
    """A vector that stands upright: one number a row."""

    __slots__ = ()

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__("column", tuple(values))

    def put(self, values: Mapping[Expr, Term]) -> Expr:
        """The column itself: there is no symbol in it."""
        return self

    def tolist(self) -> list[Any]:
        """The numbers, for programs."""
        return list(self.args)


class Vector(Column):
    """A vector that is typed in a row, and stands upright where it is set."""

    __slots__ = ()

    def __init__(self, values: Sequence[Any]) -> None:
        super().__init__(values)
        self.kind = "vector"


def stack(*parts: Term) -> Expr:
    """Vectors one above the other: (h; x)."""
    return Expr("stack", parts)


def total(body: Term, index: str = "", *last: Term) -> Expr:
    """The sum of `body` over an index, ∑; with its first value in it, up to a last one."""
    return Expr("total", (body, index, *last))


@dataclass(frozen=True)
class Step:
    """One line of the working: what is computed, how, with which numbers, and what comes out."""

    name: Term
    """The quantity: an expression, or words."""
    value: Any = None
    """Its value: a number, or nested lists; None where the line only says something."""
    formula: Expr | None = None
    """The formula in symbols."""
    numbers: tuple[Expr, ...] = ()
    """The formula with the numbers put in, and what follows on the way to the value."""
    note: str = ""
    """A remark in words."""
    upright: bool = False
    """Whether a value that is a vector is a column."""
