"""Equations as a system: which names are inputs, and in which order the others follow.

And a system as a list of operations: run forward for the values, back for the gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from math import e, pi

from dlcalc.derive.operations import FLAT, FUNCTIONS, OPERATIONS, Operation, Scalars, carries
from dlcalc.derive.parser import marked
from dlcalc.derive.tree import (
    Apply,
    Equation,
    Name,
    Node,
    Number,
    all_shown,
    no_value,
    nodes_in,
    short,
    text_of,
)
from dlcalc.errors import DlcalcError, InputError, LimitError, did_you_mean
from dlcalc.typed import Any, NamedTuple

CONSTANTS = {"π": pi, "pi": pi, "e": e}
"""Names that stand for a number where no equation defines them, and no value is given."""
MOST_LISTED = 12
"""Names that an error lists."""
MOST_BITS = 2**18
"""Binary digits of an exact whole number."""
PRODUCTS = ("mul", "hadamard", "matmul", "times_transposed", "conv")
UNTOLD = ("matmul", "times_transposed", "conv", "conv_transpose")
"""Operations that may not tell that something is not finite: threads of BLAS keep it."""
NO_NUMBER = (ZeroDivisionError, ValueError, OverflowError)
"""What comes of an operation on numbers that has no finite value."""
NO_PLACES: Mapping[int, Any] = {}
CHOOSING = frozenset((*FLAT, "where", "element", "pick"))
"""Operations of which some arguments carry no gradient."""


class System(NamedTuple):
    """Equations in an order in which each can be computed."""

    written: tuple[Equation, ...]
    """All of them, as they were written."""
    computed: tuple[Equation, ...]
    """Those that name other quantities, each after all that it names."""
    defaults: tuple[Equation, ...]
    """Those that name nothing: inputs, whose value a caller may replace."""
    inputs: tuple[str, ...]
    """Names that no equation computes, in the order in which they first occur."""
    file: str = ""
    """The name that errors give."""
    counts: tuple[str, ...] = ()
    """Names whose whole numbers the reader used up: the ends of loops."""
    plain: bool = True
    """Whether the text holds equations alone: no loops, definitions or indices."""
    derive: Callable[..., Any] | None = None
    """What derives them, where they are derived otherwise than usual."""

    @property
    def lines(self) -> list[str]:
        """The equations as they can be read again."""
        if self.plain:
            return [text_of(each) for each in self.written]
        return [each for each in self.written[0].source.splitlines() if each.strip()]

    @property
    def names(self) -> tuple[str, ...]:
        """Inputs, then computed names in order."""
        return (*self.inputs, *[each.name for each in self.computed])

    @property
    def names_back(self) -> tuple[str, ...]:
        """Computed names from the last one back, then the inputs."""
        return (*[each.name for each in reversed(self.computed)], *self.inputs)

    @property
    def unused(self) -> tuple[str, ...]:
        """Computed names that no other equation uses."""
        used = {name for each in self.computed for name in each.names}
        return tuple([each.name for each in self.computed if each.name not in used])

    def located(
        self, error: DlcalcError, equation: Equation, node: Node | None = None
    ) -> DlcalcError:
        """The error with file and line of an equation before it, its place marked below."""
        if isinstance(error, InputError):
            at = node or equation
            marked(error, at.source, at.start, at.end)
        step = equation.name if "[" in equation.name else ""
        return self.of_file(error.at(", ".join(filter(None, (f"line {equation.line}", step)))))

    def of_file(self, error: DlcalcError) -> DlcalcError:
        """The error with the name of the file before it."""
        return error.at(self.file) if self.file else error


def arranged(
    written: Iterable[Equation], file: str = "", given: Iterable[str] = (),
    counts: Iterable[str] | None = None,
) -> System:
    """Equations, in whatever order they were written, as a system.

    `given` are names that have values, and are no constants therefore; `counts` those whose
    values the reader used up, as the end of a loop. InputError where a name is defined
    twice, or by way of itself.

    >>> from dlcalc.derive.parser import parse_equations
    >>> system = arranged(parse_equations("L = z^2; z = w*x; w = 3"))
    >>> system.inputs, [each.name for each in system.computed]
    (('w', 'x'), ['z', 'L'])
    """
    every = tuple(written)
    constant = [name for name in CONSTANTS if name not in given] if given else CONSTANTS
    defined: dict[str, Equation] = {}
    for each in every:
        if each.name in defined:
            first = defined[each.name]
            error = InputError(
                f"{each.name} is defined already, in line {first.line}: give one of them "
                f"another name, such as {each.name}_2"
            )
            raise System(every, (), (), (), file).located(error, each)
        defined[each.name] = each
    needs: dict[str, list[str]] = {}
    occurring: dict[str, None] = {}
    for each in every:
        needs[each.name] = [name for name in each.names if name in defined or name not in constant]
        occurring.update(dict.fromkeys(needs[each.name]))
        occurring[each.name] = None
    return System(
        every,
        tuple([defined[name] for name in _sorted(needs, defined, file) if needs[name]]),
        tuple([each for each in every if not needs[each.name]]),
        tuple([name for name in occurring if not needs.get(name)]),
        file, tuple(counts or ()), counts is None,
    )


def _sorted(
    needs: Mapping[str, list[str]], defined: Mapping[str, Equation], file: str
) -> list[str]:
    """Names after all that they need, else as written; InputError for a cycle, by its names."""
    done: dict[str, None] = {}
    for start, wanted in needs.items():
        trail: dict[str, Iterator[str]] = {} if start in done else {start: iter(wanted)}
        while trail:
            name = next(reversed(trail))
            for each in trail[name]:
                if each in trail:
                    circle = [*list(trail)[list(trail).index(each) :], each]
                    error = InputError(_circular(circle))
                    raise System((), (), (), (), file).located(error, defined[each])
                if each in needs and each not in done:
                    trail[each] = iter(needs[each])
                    break
            else:
                done[name] = None
                del trail[name]
    return list(done)


def _circular(circle: list[str]) -> str:
    if len(circle) == 2:
        name = circle[0]
        return f"{name} is defined by itself: give the new value another name, such as {name}_new"
    shown = circle if len(circle) <= MOST_LISTED else [*circle[:6], "…", *circle[-3:]]
    return f"{circle[0]} is defined by way of itself: {' → '.join(shown)}"


def require_inputs(system: System, given: Iterable[str]) -> None:
    """Refuse values of what is no input, and inputs without a value; all missing are listed."""
    names, computed = list(given), {each.name: each for each in system.computed}
    for name in names:
        if name in computed:
            equation = computed[name]
            raise system.of_file(InputError(
                f"{name} is computed, in line {equation.line}: {short(text_of(equation))}; "
                "values are given to inputs alone"
            ))
        if name not in system.inputs and name not in system.counts:
            known = did_you_mean(name, system.inputs) if system.inputs else ""
            raise system.of_file(InputError(f"no equation has {name} in it{known}"))
    defaults = {each.name for each in system.defaults}
    missing = [name for name in system.inputs if name not in names and name not in defaults]
    if missing:
        error = InputError(_missing(system, missing))
        for each in system.written:
            for node in nodes_in(each.expression):
                if isinstance(node, Name) and node.name == missing[0]:
                    marked(error, node.source, node.start, node.end)
        raise system.of_file(error)


def _missing(system: System, missing: list[str]) -> str:
    shown = [f"{name}=…" for name in missing[:MOST_LISTED]]
    more = f" and {len(missing) - MOST_LISTED} more" if len(missing) > MOST_LISTED else ""
    text = f"no value for {', '.join(missing[:MOST_LISTED])}{more}: give {' '.join(shown)}"
    if missing[0] in FUNCTIONS:
        return f"{text}, or write the function with its argument, {missing[0]}(…)"
    near = did_you_mean(missing[0], [name for name in system.names if name not in missing])
    return text + (near if "did you mean" in near else "")


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
    """Operations as they are recorded, and where their values go.

    A function within a function would refer to itself, and leave them all to the collector.
    """

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
        if isinstance(node, Apply):
            key, names = id(node), self.names
            if self.sharing and key in self.shared:
                return self.shared[key]
            operation, operands = node.operation, node.arguments
            if operation == "pow" and "e" not in names:
                base, *powers = operands
                if isinstance(base, Name) and base.name == "e":
                    node = node._replace(operation="exp", arguments=tuple(powers))
                    operation, operands = node.operation, node.arguments
            places = []
            for each in operands:
                place = names.get(each.name) if type(each) is Name else None
                places.append(self.place_of(each) if place is None else place)
            self.instructions.append(_NEW(Instruction, (
                node, tuple(places), self.size, self.equation, OPERATIONS[operation],
            )))
            if self.sharing:
                self.shared[key] = self.size
        else:
            number = node.value if isinstance(node, Number) else CONSTANTS[node.name]
            self.numbers[self.size] = number
        self.size += 1
        return self.size - 1


TROUBLE = (DlcalcError, ArithmeticError, LookupError, ValueError, TypeError)
"""What comes of an operation that is computed without a look at what it takes."""


def quiet(f: Any) -> Any:
    """A context in which NumPy says nothing: what is not finite is found and named after."""
    if f is Scalars:
        return nullcontext()
    import numpy as np

    return np.errstate(all="ignore")


def forward(
    tape: Tape, f: Any, given: Mapping[str, Any], watched: bool = True,
    fixed: Mapping[int, Any] = NO_PLACES, alike: bool = False,
) -> list[Any]:
    """The value in every place, in the world f, from those of the inputs.

    Where the run is `watched`, what cannot be computed raises InputError or ShapeError with its
    line and operands. Not every operation is looked at with all care: NumPy tells what is not
    finite as it arises, and numbers alone are looked at once, at the end. Shapes need no check
    where they are `alike` those of a run before. Unwatched, NumPy's NaN and infinities come
    through; then `given` may also hold computed names, and `fixed` the values of places, which
    are not computed.
    """
    values: list[Any] = [None] * tape.size
    for place, value in (*tape.numbers.items(), *fixed.items()):
        values[place] = value
    for name, value in given.items():
        values[tape.names[name]] = value
    if watched:
        with f.alert():
            if _swiftly(tape, f, given, values, alike):
                return values
    passed = {tape.names[name] for name in given}.union(fixed)
    with quiet(f):
        for each in tape.instructions:
            if each.place not in passed:
                operands = each.given(values)
                values[each.place] = _safe_value(each, f, operands, tape.system) if watched else (
                    each.rule.value(f, *operands, **each.node.options))
    return values


def _swiftly(tape: Tape, f: Any, given: Mapping[str, Any], values: list[Any], alike: bool) -> bool:
    """Compute the values, with care only where an operation calls for it; False where all do."""
    swift, is_finite = f.swift, f.is_finite
    plain = f is Scalars and {*map(type, given.values())} == {float}
    try:
        for value in (*given.values(), *tape.numbers.values()):
            if swift(value) is None or not is_finite(value):
                return False
    except TROUBLE:
        return False
    for each in tape.instructions:
        node, arguments, place, _, (compute, _) = each
        operands = [values[at] for at in arguments]
        operation, options, value = node.operation, node.options, None
        try:
            if operation == "pow" and type(operands[0]) is int and type(operands[1]) is int:
                _require_size(operation, f, operands)
            if plain:
                values[place] = compute(f, *operands, **options) if options else (
                    compute(f, *operands))
                continue
            if not alike and (options or not f.fits(operation, operands)):
                f.require_fit(operation, operands, options)
            value = swift(compute(f, *operands, **options))
            if operation in UNTOLD and not is_finite(value):
                value = None
        except TROUBLE:
            value = None
        values[place] = _safe_value(each, f, operands, tape.system) if value is None else value
    return not plain or is_finite(float(sum(values)))


def _safe_value(each: Instruction, f: Any, operands: Sequence[Any], system: System) -> Any:
    """A value looked at with care; InputError, with its place, where there is none."""
    node = each.node
    try:
        f.require_fit(node.operation, operands, node.options)
        _require_size(node.operation, f, operands)
        with quiet(f), suppress(*NO_NUMBER):
            value = f.settled(each.rule.value(f, *operands, **node.options))
            if f.is_finite(value) or not all(map(f.is_finite, operands)):
                return value
        raise InputError(no_value(node, f, operands))
    except DlcalcError as error:
        error.at(short(text_of(node)))
        raise system.located(error, each.equation, node) from None


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
    tape: Tape, f: Any, values: Sequence[Any], starts: Mapping[int, Any], wanted: set[int],
    watched: bool = True, careful: bool = False,
) -> dict[int, Any]:
    """The gradient in every wanted place, over all paths, from those in the last ones.

    Each operation passes its gradient on to its arguments, and what comes to a place from
    several sides is summed. InputError where an operation has no finite derivative.
    """
    gradients, careful, system = dict(starts), careful or not watched, tape.system
    like, settled, is_finite = f.like, f.settled, f.is_finite
    plain = not careful and f is Scalars and int not in map(type, values[: len(system.inputs)])
    with quiet(f) if careful else f.alert():
        for each in reversed(tape.instructions):
            node, arguments, at, _, (_, pull) = each
            g = gradients.get(at)
            if g is None or at not in wanted:
                continue
            operands, y = tuple([values[place] for place in arguments]), values[at]
            operation, options = node.operation, node.options
            choosing = operation in CHOOSING
            for number, place in enumerate(arguments):
                if place not in wanted or (choosing and not carries(operation, number)):
                    continue
                known, whole = gradients.get(place), None
                try:
                    if plain:
                        pulled = pull(f, g, y, operands, number, **options) if options else (
                            pull(f, g, y, operands, number))
                        gradients[place] = pulled if known is None else known + pulled
                        continue
                    if not careful:
                        pulled = like(pull(f, g, y, operands, number, **options), operands[number])
                        whole = settled(pulled if known is None else known + pulled)
                        told = type(whole) is not float and operation not in UNTOLD
                        whole = whole if told or is_finite(whole) else None
                except TROUBLE:
                    whole = None
                if whole is None:
                    pulled = _safe_pull(each, f, g, y, operands, number, watched, system)
                    whole = pulled if known is None else settled(known + pulled)
                gradients[place] = whole
    if plain and not is_finite(float(sum(gradients.values()))):
        return backward(tape, f, values, starts, wanted, careful=True)
    return gradients


def _safe_pull(
    each: Instruction, f: Any, g: Any, y: Any, given: tuple[Any, ...], number: int,
    watched: bool, system: System,
) -> Any:
    """A gradient g of an operation y, carried over to one of its arguments, with care."""
    node = each.node
    try:
        with quiet(f) if watched else nullcontext(), suppress(*NO_NUMBER):
            pulled = each.rule.pull(f, g, y, given, number, **node.options)
            pulled = f.settled(f.fit(pulled, given[number]))
            if not watched or f.is_finite(pulled) or not all(map(f.is_finite, (g, y, *given))):
                return pulled
        raise InputError(
            f"no finite derivative with respect to {short(text_of(node.arguments[number]))} where "
            f"{all_shown(node, f, given)}; `wrt` leaves out what needs none"
        )
    except DlcalcError as error:
        error.at(short(text_of(node)))
        raise system.located(error, each.equation, node) from None
