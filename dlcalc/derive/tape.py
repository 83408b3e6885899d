"""A system as a list of operations: run forward for the values, back for the gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dlcalc.derive.faults import all_shown, no_value, short
from dlcalc.derive.operations import OPERATIONS
from dlcalc.derive.system import CONSTANTS, System
from dlcalc.derive.tree import Apply, Equation, Name, Node, Number
from dlcalc.errors import DlcalcError, InputError, LimitError

MOST_BITS = 2**18
"""Binary digits of an exact whole number."""
PRODUCTS = ("mul", "hadamard", "matmul", "times_transposed")


class Instruction(NamedTuple):
    """One operation: what it is, which values it takes, and where it puts its own."""

    node: Apply
    """The operation as it was written."""
    arguments: tuple[int, ...]
    """The places of its arguments' values."""
    place: int
    """The place of its own."""
    equation: Equation
    """The equation that it belongs to."""

    def given(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Its arguments, and the index of an element after them."""
        arguments = tuple(values[each] for each in self.arguments)
        return (*arguments, self.node.at) if self.node.operation == "element" else arguments


class Tape(NamedTuple):
    """Operations in order, over a list of values in which each name has its place."""

    system: System
    """What they compute."""
    instructions: tuple[Instruction, ...]
    """Each after those that give its arguments."""
    names: Mapping[str, int]
    """The place of every name."""
    numbers: Mapping[int, Any]
    """The numbers that equations hold, by their places."""
    size: int
    """Places in all."""

    def reached(self, names: Iterable[str]) -> set[int]:
        """The places whose values depend on those of the names, these included."""
        found = {self.names[name] for name in names}
        for each in self.instructions:
            if not found.isdisjoint(each.arguments):
                found.add(each.place)
        return found


def recorded(system: System, equations: Iterable[Equation], inputs: Iterable[str]) -> Tape:
    """The operations of equations whose inputs have those names."""
    names = {name: place for place, name in enumerate(inputs)}
    numbers: dict[int, Any] = {}
    instructions: list[Instruction] = []
    size = len(names)

    def place_of(node: Node, equation: Equation) -> int:
        nonlocal size
        if isinstance(node, Name) and node.name in names:
            return names[node.name]
        if isinstance(node, Number | Name):
            numbers[size] = node.value if isinstance(node, Number) else CONSTANTS[node.name]
        else:
            arguments = tuple([place_of(each, equation) for each in node.arguments])
            instructions.append(Instruction(node, arguments, size, equation))
        size += 1
        return size - 1

    for each in equations:
        expression = each.expression
        if not isinstance(expression, Apply):
            # A place of its own, so that the gradient of one name is not that of the other.
            expression = Apply("identity", (expression,), each.text, 1)
        names[each.name] = place_of(expression, each)
    return Tape(system, tuple(instructions), names, numbers, size)


def forward(tape: Tape, f: Any, given: Mapping[str, Any], watched: bool = True) -> list[Any]:
    """The value in every place, in the world f, from those of the inputs.

    `given` may also hold computed names, whose equations are then passed over. Where the
    run is `watched`, what cannot be computed raises InputError or ShapeError with its line
    and operands; unwatched, NumPy's NaN and infinities come through.
    """
    values: list[Any] = [None] * tape.size
    for place, number in tape.numbers.items():
        values[place] = number
    for name, value in given.items():
        values[tape.names[name]] = value
    fixed = {tape.names[name] for name in given}
    for each in tape.instructions:
        if each.place in fixed:
            continue
        arguments = each.given(values)
        if not watched:
            values[each.place] = OPERATIONS[each.node.operation].value(f, *arguments)
            continue
        try:
            values[each.place] = _computed(each, f, arguments)
        except DlcalcError as error:
            error.at(short(each.node.text))
            raise tape.system.located(error, each.equation) from None
    return values


def _computed(each: Instruction, f: Any, arguments: tuple[Any, ...]) -> Any:
    operands = arguments[: len(each.arguments)]
    f.require_fit(each.node.operation, operands)
    _require_size(each.node.operation, f, operands)
    try:
        value = f.settled(OPERATIONS[each.node.operation].value(f, *arguments))
        if f.is_finite(value) or not all(map(f.is_finite, operands)):
            return value
    except (ZeroDivisionError, ValueError, OverflowError):
        pass
    raise InputError(no_value(each.node, f, operands))


def _require_size(operation: str, f: Any, operands: Sequence[Any]) -> None:
    """Refuse whole numbers of absurd length before they are computed."""
    bits = 0
    if operation in PRODUCTS:
        bits = sum(map(f.bits, operands))
    elif operation == "pow" and f.bits(operands[0]) > 1 and f.bits(operands[1]):
        bits = f.bits(operands[0]) * max(f.flat(operands[1]))
    if bits > MOST_BITS:
        raise LimitError(
            f"a whole number of more than {MOST_BITS:,} binary digits; "
            "write one number as a decimal, 2.0, to compute with floats"
        )


def backward(
    instructions: Sequence[Instruction], f: Any, values: Sequence[Any],
    gradients: dict[int, Any], wanted: set[int], system: System,
) -> dict[int, Any]:
    """The gradient in every wanted place, over all paths, from those in the last ones.

    Each operation passes its gradient on to its arguments, and what comes to a place from
    several sides is summed. InputError where an operation has no finite derivative.
    """
    for each in reversed(instructions):
        if each.place not in gradients or each.place not in wanted:
            continue
        given, y = each.given(values), values[each.place]
        for number, place in enumerate(each.arguments):
            if place not in wanted:
                continue
            try:
                pulled = _pulled(each, f, gradients[each.place], y, given, number)
            except DlcalcError as error:
                error.at(short(each.node.text))
                raise system.located(error, each.equation) from None
            known = gradients.get(place)
            gradients[place] = pulled if known is None else f.settled(known + pulled)
    return gradients


def _pulled(
    each: Instruction, f: Any, g: Any, y: Any, given: tuple[Any, ...], number: int
) -> Any:
    """A gradient g of an operation y, carried over to one of its arguments."""
    try:
        pulled = OPERATIONS[each.node.operation].pull(f, g, y, given, number)
        pulled = f.settled(f.fit(pulled, given[number]))
        operands = given[: len(each.arguments)] if not f.is_finite(pulled) else ()
        if not operands or not all(map(f.is_finite, (g, y, *operands))):
            return pulled
    except (ZeroDivisionError, ValueError, OverflowError):
        pass
    raise InputError(
        f"no finite derivative with respect to {short(each.node.arguments[number].text)} where "
        f"{all_shown(each.node, f, given)}; `wrt` leaves out what needs none"
    )
