"""The tree of an equation, as the reader makes it: numbers, names, and operations on them.

And why an operation has no finite value or derivative, in words with its operands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest

from dlcalc.typed import Any, NamedTuple

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


class Name(NamedTuple):
    """A quantity by its name, its subscripts as plain digits, and where it stands."""

    name: str
    source: str
    start: int
    end: int
    depth: int = 0


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
    def line(self) -> int:
        """The line on which it starts, from 1."""
        return line_of(self.source, self.start)


def text_of(part: Node | Equation) -> str:
    """A part of equations as it was written."""
    return part.source[part.start : part.end]


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


Fault = Callable[[Any], bool]
MOST_OPERANDS = 4
"""Operands that an error shows."""


def no_value(node: Apply, f: Any, operands: Sequence[Any]) -> str:
    """Why an operation has no finite value in the world f, with the operand that is at fault."""
    firsts = f.flat(operands[0])
    if node.operation == "ln" and any(a <= 0 for a in firsts):
        return f"{shown(node, f, 0, operands[0], lambda a: a <= 0)}; ln is defined above 0"
    if node.operation == "sqrt" and any(a < 0 for a in firsts):
        return f"{shown(node, f, 0, operands[0], lambda a: a < 0)}; sqrt is defined from 0 on"
    if node.operation == "div" and any(b == 0 for b in f.flat(operands[1])):
        return f"division by zero: {shown(node, f, 1, operands[1], lambda b: b == 0)}"
    if node.operation == "pow":
        powers = f.flat(operands[1])
        if any(a == 0 for a in firsts) and any(n < 0 for n in powers):
            zero = lambda a: a == 0, lambda n: n < 0
            return f"division by zero: {all_shown(node, f, operands, zero)}"
        if any(a < 0 for a in firsts) and any(n % 1 for n in powers):
            root = lambda a: a < 0, lambda n: n % 1
            return f"a negative number to a fractional power: {all_shown(node, f, operands, root)}"
    return f"overflows, beyond 1.8e308: {all_shown(node, f, operands)}"


def all_shown(
    node: Apply, f: Any, operands: Sequence[Any], faults: Sequence[Fault | None] = ()
) -> str:
    """The first few operands with their values, `faults` saying what is at fault in each."""
    few = operands[: min(len(node.arguments), MOST_OPERANDS)]
    pairs = zip_longest(few, faults)
    return ", ".join(shown(node, f, place, *pair) for place, pair in enumerate(pairs))


def shown(node: Apply, f: Any, place: int, operand: Any, fault: Fault | None = None) -> str:
    """An operand with its value; of an array the first element at fault, or the largest."""
    name = short(text_of(node.arguments[place]))
    elements = f.flat(operand)
    if not f.shape(operand):
        value = _number(elements[0])
        return name if value == name else f"{name} = {value}"
    at = next((n for n, each in enumerate(elements) if fault and fault(each)), None)
    if at is None:
        return f"{name} up to {_number(max(elements, key=abs))}"
    from dlcalc.numbers.places import unravel

    index = ",".join(map(str, unravel(at, f.shape(operand))))
    return f"{name} = {_number(elements[at])} at ({index})"


def _number(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 64:
        return f"a whole number of {value.bit_length():,} binary digits"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def short(text: str) -> str:
    """The text of an equation or of a part of it, as an error shows it.

    >>> short("a  +\\n b")
    'a + b'
    >>> len(short("a" * 60)), short("a" * 61)[-2:]
    (60, 'a…')
    """
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"
