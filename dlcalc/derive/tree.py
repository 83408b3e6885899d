"""The tree of an equation, as the reader makes it: numbers, names, and operations on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MOST_DEPTH = 100
"""Operations within operations."""


class Number(NamedTuple):
    """A number written in an equation."""

    value: int | float
    """Whole numbers as int."""
    text: str
    """As it was written."""

    @property
    def depth(self) -> int:
        """Operations within it: none."""
        return 0


class Name(NamedTuple):
    """A quantity by its name."""

    name: str
    """The name, its subscripts as plain digits."""
    text: str
    """As it was written."""

    @property
    def depth(self) -> int:
        """Operations within it: none."""
        return 0


class Apply(NamedTuple):
    """An operation, by its name in the table of operations, on its arguments."""

    operation: str
    """`add`, `sigmoid`, `matmul` …"""
    arguments: tuple[Node, ...]
    """What it is applied to."""
    text: str
    """As it was written."""
    depth: int
    """Operations within operations, this one included."""
    at: tuple[int, ...] = ()
    """The place that `element` takes."""


Node = Number | Name | Apply


class Equation(NamedTuple):
    """NAME = EXPRESSION."""

    name: str
    """What it defines."""
    expression: Node
    """The right side."""
    line: int
    """The line on which it starts, from 1."""
    text: str
    """As it was written."""


def names_in(node: Node) -> Iterator[str]:
    """The names in an expression, from left to right."""
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Apply):
        for each in node.arguments:
            yield from names_in(each)
