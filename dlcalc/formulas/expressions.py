"""Formulas as values: written once with symbols, then with the numbers put in.

An expression knows its structure and no typography; `render` sets it as text, Markdown
or LaTeX.

>>> L, F = symbol("L"), symbol("F")
>>> (L - F + 1).put({L: 32, F: 5})
Expr('add', (Expr('sub', (32, 5)), 1))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dlcalc.typed import Any, NamedTuple

Term = Any
"""An Expr, a number, or a list of lists of numbers (a matrix)."""


def _binary(kind: str, turned: bool = False) -> Callable[[Any, Any], Expr]:
    """An operator between two terms; `turned` where the expression is the second."""
    if turned:
        return lambda self, other: Expr(kind, (other, self))
    return lambda self, other: Expr(kind, (self, other))


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

    __add__, __radd__ = _binary("add"), _binary("add", turned=True)
    __sub__, __rsub__ = _binary("sub"), _binary("sub", turned=True)
    __mul__, __rmul__ = _binary("mul"), _binary("mul", turned=True)
    __truediv__, __rtruediv__ = _binary("div"), _binary("div", turned=True)
    __pow__, __rpow__ = _binary("pow"), _binary("pow", turned=True)
    __matmul__ = _binary("matmul")

    def __neg__(self) -> Expr:
        return Expr("neg", (self,))

    def put(self, values: Mapping[Expr, Term]) -> Expr:
        """The same formula with values in place of symbols (or of whole parts)."""
        parts = [_substituted(each, values) for each in self.args]
        if self.args[:1] == ("back",):  # a call that is carried back through stays one
            parts[2] = self.args[2].put(values)
        return Expr(self.kind, tuple(parts))


def _substituted(term: Term, values: Mapping[Expr, Term]) -> Term:
    if not isinstance(term, Expr):
        return term
    return values[term] if term in values else term.put(values)


def parts_of(formula: Term) -> Iterator[Expr]:
    """Every expression within one, this included."""
    if isinstance(formula, Expr):
        yield formula
        for each in formula.args:
            yield from parts_of(each)


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


def _constructor(kind: str) -> Callable[..., Expr]:
    return lambda *parts: Expr(kind, parts)


add, mul, matmul, hadamard, stack = map(_constructor, ("add", "mul", "matmul", "hadamard", "stack"))
"""Sums, products of numbers, of matrices and element by element (⊙), and vectors one above the
other, (h; x), each of all its parts."""
power, floor, ceil, transpose = map(_constructor, ("pow", "floor", "ceil", "transpose"))
"""A power, also of a bare number; rounded down, ⌊ ⌋, and up, ⌈ ⌉; the transposed matrix."""


def call(function: str, *arguments: Term) -> Expr:
    """A function's value: call("tanh", c)."""
    return Expr("call", (function, *arguments))


class Column(Expr):
    """A vector that stands upright: one number a row."""

    __slots__ = ()

    def __init__(self, values: Sequence[Any], kind: str = "column") -> None:
        super().__init__(kind, tuple(values))

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
        super().__init__(values, "vector")


def total(body: Term, index: str = "", *last: Term) -> Expr:
    """The sum of `body` over an index, ∑; with its first value in it, up to a last one."""
    return Expr("total", (body, index, *last))


class Step(NamedTuple):
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
