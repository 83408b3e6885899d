"""Equations as a system: which names are inputs, and in which order the others follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import e, pi
from typing import Any, NamedTuple

from dlcalc.derive.operations import FUNCTIONS
from dlcalc.derive.tokens import marked
from dlcalc.derive.tree import Equation, Name, Node, nodes_in, short
from dlcalc.errors import DlcalcError, InputError, did_you_mean

CONSTANTS = {"π": pi, "pi": pi, "e": e}
"""Names that stand for a number where no equation defines them, and no value is given."""
MOST_LISTED = 12
"""Names that an error lists."""


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
            return [each.text for each in self.written]
        return [each for each in self.written[0].source.splitlines() if each.strip()]

    @property
    def names(self) -> tuple[str, ...]:
        """Inputs, then computed names in order."""
        return (*self.inputs, *[each.name for each in self.computed])

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
        needs[each.name] = [
            name for name in each.names if name in defined or name not in constant
        ]
        occurring.update(dict.fromkeys(needs[each.name]))
        occurring[each.name] = None
    return System(
        every,
        tuple([defined[name] for name in _sorted(needs, defined, file) if needs[name]]),
        tuple([each for each in every if not needs[each.name]]),
        tuple([name for name in occurring if not needs.get(name)]),
        file,
        tuple(counts or ()),
        counts is None,
    )


def _sorted(
    needs: Mapping[str, list[str]], defined: Mapping[str, Equation], file: str
) -> list[str]:
    """Names after all that they need, else as written; InputError for a cycle, by its names."""
    done: dict[str, None] = {}
    for start, wanted in needs.items():
        if start in done:
            continue
        for name in wanted:
            if name in needs and name not in done:
                break
        else:
            done[start] = None
            continue
        trail: dict[str, Iterator[str]] = {start: iter(wanted)}
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
                f"{name} is computed, in line {equation.line}: {short(equation.text)}; "
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
