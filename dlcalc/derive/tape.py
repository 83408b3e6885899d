"""A system as a list of operations: run forward for the values, back for the gradients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from dlcalc.derive.operations import FLAT, OPERATIONS, Operation, carries
from dlcalc.derive.scalars import Scalars
from dlcalc.derive.system import CONSTANTS, System
from dlcalc.derive.tree import Apply, Equation, Name, Node, Number, all_shown, no_value, short
from dlcalc.errors import DlcalcError, InputError, LimitError

MOST_BITS = 2**18
"""Binary digits of an exact whole number."""
PRODUCTS = ("mul", "hadamard", "matmul", "times_transposed", "conv")
UNTOLD = ("matmul", "times_transposed", "conv", "conv_transpose")
"""Operations that may not tell that something is not finite: threads of BLAS keep it."""
CHOOSING = frozenset((*FLAT, "where", "element", "pick"))
"""Operations of which some arguments carry no gradient."""


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
    rule: Operation
    """Its value and its pull-back."""

    def given(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Its arguments."""
        return tuple([values[each] for each in self.arguments])


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
        """The places whose gradients lead back to the names, these included."""
        found = {self.names[name] for name in names}
        for node, arguments, place, _, _ in self.instructions:
            if not found.isdisjoint(arguments) and (
                node.operation not in CHOOSING
                or any(at in found and carries(node.operation, number)
                       for number, at in enumerate(arguments))
            ):  # fmt: skip
                found.add(place)
        return found


_NEW: Any = tuple.__new__
"""Makes an instruction without a look at its parts."""


def recorded(system: System, equations: Iterable[Equation], inputs: Iterable[str]) -> Tape:
    """The operations of equations whose inputs have those names."""
    found = _Recorder({name: place for place, name in enumerate(inputs)}, not system.plain)
    for each in equations:
        expression = each.expression
        if type(expression) is not Apply:
            # A place of its own, so that the gradient of one name is not that of the other.
            expression = Apply("identity", (expression,), each.source, each.start, each.end, 1)
        found.equation = each
        found.names[each.name] = found.place_of(expression)
        found.shared.clear()
    return Tape(system, tuple(found.instructions), found.names, found.numbers, found.size)


class _Recorder:
    """Operations as they are recorded, and where their values go."""

    equation: Equation

    def __init__(self, names: dict[str, int], sharing: bool) -> None:
        self.names = names
        self.sharing = sharing
        """Whether a node may stand twice, as the argument of a definition does."""
        self.numbers: dict[int, Any] = {}
        self.instructions: list[Instruction] = []
        self.size = len(names)
        self.shared: dict[int, int] = {}

    def place_of(self, node: Node) -> int:
        """The place of a node's value, after those of its arguments."""
        if isinstance(node, Name) and node.name in self.names:
            return self.names[node.name]
        if isinstance(node, Apply):
            key = id(node)
            if self.sharing and key in self.shared:
                return self.shared[key]
            if node.operation == "pow" and "e" not in self.names:
                base, *powers = node.arguments
                if isinstance(base, Name) and base.name == "e":
                    node = node._replace(operation="exp", arguments=tuple(powers))
            names = self.names
            arguments = tuple([
                names[each.name] if type(each) is Name and each.name in names
                else self.place_of(each) for each in node.arguments
            ])
            rule = OPERATIONS[node.operation]
            self.instructions.append(
                _NEW(Instruction, (node, arguments, self.size, self.equation, rule))
            )
            if self.sharing:
                self.shared[key] = self.size
        else:
            number = node.value if isinstance(node, Number) else CONSTANTS[node.name]
            self.numbers[self.size] = number
        self.size += 1
        return self.size - 1


def forward(
    tape: Tape, f: Any, given: Mapping[str, Any], watched: bool = True,
    fixed: Mapping[int, Any] | None = None,
) -> list[Any]:
    """The value in every place, in the world f, from those of the inputs.

    `given` may also hold computed names, and `fixed` the values of places, which are then
    not computed. Where the run is `watched`, what cannot be computed raises InputError or
    ShapeError with its line and operands; unwatched, NumPy's NaN and infinities come through.
    """
    values = started(tape, given)
    passed = {tape.names[name] for name in given}
    if fixed:
        passed |= set(fixed)
        for place, value in fixed.items():
            values[place] = value
    for each in tape.instructions:
        if each.place in passed:
            continue
        arguments, node = each.given(values), each.node
        if not watched:
            values[each.place] = each.rule.value(f, *arguments, **node.options)
            continue
        try:
            values[each.place] = _computed(each, f, arguments)
        except DlcalcError as error:
            error.at(short(each.node.text))
            raise tape.system.located(error, each.equation, each.node) from None
    return values


def started(tape: Tape, given: Mapping[str, Any]) -> list[Any]:
    """The list of values with what is known before anything is computed."""
    values: list[Any] = [None] * tape.size
    for place, number in tape.numbers.items():
        values[place] = number
    for name, value in given.items():
        values[tape.names[name]] = value
    return values


def _computed(each: Instruction, f: Any, operands: tuple[Any, ...]) -> Any:
    node = each.node
    f.require_fit(node.operation, operands, node.options)
    _require_size(node.operation, f, operands)
    try:
        value = f.settled(each.rule.value(f, *operands, **node.options))
        if f.is_finite(value) or not all(map(f.is_finite, operands)):
            return value
    except (ZeroDivisionError, ValueError, OverflowError):
        pass
    raise InputError(no_value(node, f, operands))


def _require_size(operation: str, f: Any, operands: Sequence[Any]) -> None:
    """Refuse whole numbers of absurd length before they are computed."""
    if operation in PRODUCTS:
        bits = sum(map(f.bits, operands))
    elif operation == "pow" and f.bits(operands[0]) > 1 and f.bits(operands[1]):
        bits = f.bits(operands[0]) * max(f.flat(operands[1]))
    else:
        return
    if bits > MOST_BITS:
        raise LimitError(
            f"a whole number of more than {MOST_BITS:,} binary digits; "
            "write one number as a decimal, 2.0, to compute with floats"
        )


def backward(
    instructions: Sequence[Instruction], f: Any, values: Sequence[Any],
    gradients: dict[int, Any], wanted: set[int], system: System, watched: bool = True,
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
            if place not in wanted or not carries(each.node.operation, number):
                continue
            try:
                pulled = _pulled(each, f, gradients[each.place], y, given, number, watched)
            except DlcalcError as error:
                error.at(short(each.node.text))
                raise system.located(error, each.equation, each.node) from None
            known = gradients.get(place)
            gradients[place] = pulled if known is None else f.settled(known + pulled)
    return gradients


def _pulled(
    each: Instruction, f: Any, g: Any, y: Any, given: tuple[Any, ...], number: int, watched: bool
) -> Any:
    """A gradient g of an operation y, carried over to one of its arguments."""
    node = each.node
    try:
        pulled = each.rule.pull(f, g, y, given, number, **node.options)
        pulled = f.settled(f.fit(pulled, given[number]))
        if not watched or f.is_finite(pulled) or not all(map(f.is_finite, (g, y, *given))):
            return pulled
    except (ZeroDivisionError, ValueError, OverflowError):
        pass
    raise InputError(
        f"no finite derivative with respect to {short(each.node.arguments[number].text)} where "
        f"{all_shown(each.node, f, given)}; `wrt` leaves out what needs none"
    )


def swiftly_forward(
    tape: Tape, f: Any, given: Mapping[str, Any], alike: bool
) -> list[Any] | None:
    """What `forward` gives, without a look at each step; None where one is called for.

    That is where something is not finite, does not fit, or is a long whole number: then
    `forward` finds out, and says, what it is. Shapes need no check where they are `alike`
    those of a run before; floats alone are looked at once, at the end.
    """
    values, swift, is_finite = started(tape, given), f.swift, f.is_finite
    plain = f is Scalars and {*map(type, given.values())} == {float}
    try:
        for value in (*given.values(), *tape.numbers.values()):
            if swift(value) is None or not is_finite(value):
                return None
        for node, arguments, place, _, (compute, _) in tape.instructions:
            operands = [values[each] for each in arguments]
            operation, options = node.operation, node.options
            if operation == "pow" and type(operands[0]) is int and type(operands[1]) is int:
                _require_size(operation, f, operands)
            if plain:
                values[place] = compute(f, *operands, **options) if options else (
                    compute(f, *operands))
                continue
            if not alike and (options or not f.fits(operation, operands)):
                f.require_fit(operation, operands, options)
            value = swift(compute(f, *operands, **options))
            if value is None or (operation in UNTOLD and not is_finite(value)):
                return None
            values[place] = value
        return values if not plain or swift(float(sum(values))) is not None else None
    except (DlcalcError, ArithmeticError, LookupError, ValueError, TypeError):
        return None


def swiftly_backward(
    tape: Tape, f: Any, values: Sequence[Any], start: Mapping[int, Any], wanted: set[int]
) -> dict[int, Any] | None:
    """What `backward` gives, without a look at each step; None where one is called for."""
    gradients, swift, like = dict(start), f.swift, f.like
    plain = f is Scalars and int not in map(type, values[: len(tape.system.inputs)])
    try:
        for node, arguments, at, _, (_, pull) in reversed(tape.instructions):
            g = gradients.get(at)
            if g is None or at not in wanted:
                continue
            operands = tuple([values[each] for each in arguments])
            operation, y, options = node.operation, values[at], node.options
            choosing = operation in CHOOSING
            for number, place in enumerate(arguments):
                if place not in wanted or (choosing and not carries(operation, number)):
                    continue
                pulled = pull(f, g, y, operands, number, **options) if options else (
                    pull(f, g, y, operands, number))
                known = gradients.get(place)
                if plain:
                    gradients[place] = pulled if known is None else known + pulled
                    continue
                pulled = like(pulled, operands[number])
                pulled = swift(pulled if known is None else known + pulled)
                if pulled is None or (operation in UNTOLD and not f.is_finite(pulled)):
                    return None
                gradients[place] = pulled
        whole = not plain or swift(float(sum(gradients.values()))) is not None
        return gradients if whole else None
    except (DlcalcError, ArithmeticError, LookupError, ValueError, TypeError):
        return None
