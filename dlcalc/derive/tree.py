"""The tree of an equation, as the reader makes it: numbers, names, and operations on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

MOST_DEPTH = 100
"""Operations within operations."""
NO_OPTIONS: Mapping[str, Any] = {}


class Number(NamedTuple):
    """A number written in an equation, and where: from `start` to `end` of the source."""

    value: int | float
    source: str
    start: int
    end: int
    depth: int = 0

    @property
    def text(self) -> str:
        """As it was written."""
        return self.source[self.start : self.end]


class Name(NamedTuple):
    """A quantity by its name, its subscripts as plain digits, and where it stands."""

    name: str
    source: str
    start: int
    end: int
    depth: int = 0

    @property
    def text(self) -> str:
        """As it was written."""
        return self.source[self.start : self.end]


class Apply(NamedTuple):
    """An operation, by its name in the table of operations, on its arguments."""

    operation: str
    arguments: tuple[Node, ...]
    source: str
    start: int
    end: int
    depth: int
    """Operations within operations, this one included."""
    options: Mapping[str, Any] = NO_OPTIONS
    """What is no quantity: the axis of a sum, the index of an element, a stride."""

    @property
    def text(self) -> str:
        """As it was written."""
        return self.source[self.start : self.end]


Node = Number | Name | Apply


class Equation(NamedTuple):
    """NAME = EXPRESSION, and where it stands."""

    name: str
    expression: Node
    source: str
    start: int
    end: int
    names: tuple[str, ...]
    """The names on the right side, from left to right."""

    @property
    def text(self) -> str:
        """As it was written."""
        return self.source[self.start : self.end]

    @property
    def line(self) -> int:
        """The line on which it starts, from 1."""
        return line_of(self.source, self.start)


def line_of(source: str, at: int) -> int:
    """The line of a place in a text, from 1; CR alone ends one, too.

    >>> line_of("a\\nb", 2)
    2
    """
    before = source[:at]
    return 1 + before.count("\n") + before.count("\r") - before.count("\r\n")


def nodes_in(node: Node) -> Iterator[Node]:
    """The parts of an expression from left to right, itself the first."""
    yield node
    if isinstance(node, Apply):
        for each in node.arguments:
            yield from nodes_in(each)


def names_in(node: Node) -> Iterator[str]:
    """The names in an expression, from left to right."""
    return (each.name for each in nodes_in(node) if isinstance(each, Name))


class Indexed(NamedTuple):
    """NAME[PLACES] = EXPRESSION, of an element or of all elements by letters."""

    name: str
    places: tuple[Node, ...]
    equation: Equation
    """The equation itself, under the bare name."""


class Definition(NamedTuple):
    """NAME(PARAMETERS) = EXPRESSION."""

    name: str
    parameters: tuple[str, ...]
    equation: Equation


class Loop(NamedTuple):
    """for VARIABLE in FIRST..LAST: equations, or loops within."""

    variable: str
    first: Node
    last: Node
    body: tuple[Statement, ...]


Statement = Equation | Indexed | Definition | Loop
