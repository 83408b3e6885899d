"""A derivation: every quantity of a system with its formula, forward and back, name by name.

Forward a quantity has the formula of its equation, back the sum of what comes to it from
all that it feeds. Gradients may enter anywhere, and some may be given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.derive.tape import Instruction, Tape, backward, forward, recorded
from dlcalc.derive.working_formulas import CUT, formula_of
from dlcalc.derive.working_terms import Symbols, Term
from dlcalc.formulas.expressions import Expr

if TYPE_CHECKING:
    from dlcalc.derive.system import System

Style = Callable[[str], Expr]
"""How a quantity of a system is written."""


class Line(NamedTuple):
    """One quantity, how it is computed, and its value."""

    name: Expr
    """How it is written."""
    formula: Any
    """What it is, by other quantities: an expression, or a number."""
    value: Any
    """A number or an array."""


@dataclass
class Derivation:
    """The lines of a derivation by name: `h_1` forward, `dh_1` the gradient at it."""

    lines: dict[str, Line]
    """Each after those that its formula names."""
    values: dict[Expr, Any] = field(default_factory=dict)
    """The value of everything that a formula may name."""

    def add(self, key: str, line: Line) -> None:
        """A line more, whose name other formulas may use."""
        self.lines[key] = line
        self.values[line.name] = line.value


def derived(
    system: System, f: Any, given: Mapping[str, Any], style: Style, slope_style: Style,
    entering: Mapping[str, tuple[Any, Any]], known: Mapping[str, Any] = MappingProxyType({}),
) -> Derivation:
    """Every equation of a system, then the gradient at every name, from the last one back.

    `given` holds the inputs and those computed names whose equations are passed over;
    `entering` what comes to a name from outside, as formula and value; `known` gradients
    that are not derived. `f` is the world of the numbers.

    >>> from dlcalc.derive.parser import parse_equations
    >>> from dlcalc.derive.scalars import Scalars
    >>> from dlcalc.derive.system import arranged
    >>> from dlcalc.derive.working_formulas import named
    >>> system = arranged(parse_equations("z = w*x; h = tanh(z)"))
    >>> d = derived(system, Scalars, {"w": 0, "x": 2}, named, lambda n: named("d" + n),
    ...             {"h": (1, 1)})
    >>> d.lines["dw"].formula, d.lines["dw"].value
    (Expr('mul', (Expr('symbol', ('dz', '')), Expr('symbol', ('x', '')))), 2.0)
    """
    tape = recorded(system, system.computed, system.inputs)
    values = forward(tape, f, given, watched=False)
    found = Derivation({})
    for name in system.inputs:
        found.values[style(name)] = values[tape.names[name]]
    names = {at: name for name, at in tape.names.items()}
    written = {**tape.numbers, **{at: style(name) for at, name in names.items()}}
    terms = [Term(written.get(at, CUT), value) for at, value in enumerate(values)]
    for each in tape.instructions:
        formula = formula_of(each, terms)
        if each.place in names:
            name = names[each.place]
            found.add(name, Line(style(name), formula, values[each.place]))
        else:
            terms[each.place].formula = formula
    _add_slopes(found, tape, Symbols(f, found.values), terms, slope_style, entering, known)
    return found


def _add_slopes(
    found: Derivation, tape: Tape, symbols: Symbols, terms: list[Term], style: Style,
    entering: Mapping[str, tuple[Any, Any]], known: Mapping[str, Any],
) -> None:
    """The gradient at every name, the last computed one first."""
    system = tape.system
    operations: dict[str, list[Instruction]] = {each.name: [] for each in system.computed}
    for each in tape.instructions:
        operations[each.equation.name].append(each)
    wanted, named = tape.reached(system.inputs), set(tape.names.values())
    coming: dict[int, Term] = {}
    for name in (*(each.name for each in reversed(system.computed)), *system.inputs):
        at = tape.names[name]
        if name in known:
            coming[at] = Term(style(name), known[name])
        elif name in entering:
            first = Term(*entering[name])
            coming[at] = coming[at] + first if at in coming else first
        if at not in coming:
            continue
        term, symbol = coming[at], style(name)
        found.add("d" + name, Line(symbol, term.formula, term.value))
        if name in operations:
            # A number is itself in what follows, so that −1·x is written −x.
            g = Term(term.formula if isinstance(term.formula, int) else symbol, term.value)
            places = {operations[name][-1].place: g}
            back = backward(operations[name], symbols, terms, places, wanted, system)
            for place in (named & set(back)) - {at}:
                coming[place] = (
                    coming[place] + back[place] if place in coming else back[place]
                )
