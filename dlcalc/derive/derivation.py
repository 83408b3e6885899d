"""A derivation: every quantity of a system with its formula, forward and back, name by name.

Forward a quantity has the formula of its equation, back the sum of what comes to it from
all that it feeds. Gradients may enter anywhere, and some may be given. Chains
are gradients as sums over paths: the factors along each path, and its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.derive.gradients import quiet
from dlcalc.derive.tape import Instruction, Tape, backward, forward, recorded
from dlcalc.derive.working_terms import CUT, Symbols, Term, differ_in_rank, formula_of
from dlcalc.formulas.expressions import Expr, Step, add, mul, symbol
from dlcalc.formulas.products import Apart

if TYPE_CHECKING:
    from dlcalc.derive.system import System

Factor = tuple[Expr, float]
"""A factor in symbols, and its value."""
Path = tuple[Factor, ...]
"""The factors from the loss down to a quantity."""

MOST_FACTORS = 8
"""Factors over all paths of a sum that is still written out."""


class Chains:
    """Which quantity acts on which on the way to the loss, and by which factors.

    >>> from dlcalc.formulas.expressions import symbol
    >>> chains = Chains()
    >>> z, w, slope = symbol("z"), symbol("w"), symbol("slope")
    >>> chains.end(z, (slope, 3.0))
    >>> chains.join(w, z, (symbol("x"), 2.0))
    >>> [[value for _, value in path] for path in chains.paths(w)]
    [[3.0, 2.0]]
    """

    def __init__(self) -> None:
        self._onward: dict[Expr, list[tuple[Expr, Path]]] = {}
        self._ends: dict[Expr, Path] = {}

    def join(self, source: Expr, target: Expr, *factors: Factor) -> None:
        """`source` acts on `target`; the factors make up ∂target/∂source."""
        self._onward.setdefault(source, []).append((target, factors))

    def end(self, node: Expr, *factors: Factor) -> None:
        """The factors make up the gradient of `node`: paths are not followed beyond it."""
        self._ends[node] = factors

    def paths(self, node: Expr) -> list[Path]:
        """Every path from the loss to `node`."""
        return [path for _, path in self.trails(node)]

    def trails(self, node: Expr) -> list[tuple[tuple[Expr, ...], Path]]:
        """Every path from the loss to `node`, after the quantities that it leads through."""
        if node in self._ends:
            return [((node,), self._ends[node])]
        return [
            ((*trail, node), (*path, *factors))
            for target, factors in self._onward.get(node, ())
            for trail, path in self.trails(target)
        ]

    def known(self, node: Expr, gradient: Factor) -> None:
        """The gradient of `node` has been worked out: where its paths have more than
        MOST_FACTORS, those from below start with it."""
        if sum(map(len, self.paths(node))) > MOST_FACTORS:
            self.end(node, gradient)


def gradient(of: str, quantity: Expr) -> Expr:
    """The name of a gradient: ∂J/∂w₅.

    >>> gradient("J", Expr("symbol", ("w", "5"))).args
    ('∂J/∂w', '5')
    """
    name, sub = quantity.args
    return symbol(f"∂{of}/∂{name}", sub)


def partials(of: str, trail: Sequence[Expr]) -> Expr:
    """The chain of partial derivatives along a trail: ∂L/∂z·∂z/∂w.

    >>> from dlcalc.formulas.expressions import symbol
    >>> [each.args for each in partials("L", [symbol("z", 1), symbol("w", 4)]).args]
    [('∂L/∂z', '1'), ('∂z_1/∂w', '4')]
    """
    sources = [of, *map(spoken, trail)]
    return mul(*(gradient(above, below) for above, below in zip(sources, trail, strict=False)))


def gradient_step(
    name: Expr, value: float, paths: Sequence[Path], note: str = "", chain: Expr | None = None,
    values: Mapping[Expr, Any] | None = None,
) -> Step:
    """A gradient as the sum over its paths, in symbols and in numbers, after its `chain`.

    With the `values` of all symbols, these are put into the factors: h·(1 − h) has both its
    numbers.
    """
    formula = _sum(_product(term for term, _ in path) for path in paths)
    numbers = _sum(_product(number if values is None or term in values else term.put(values)
                            for term, number in path) for path in paths)
    bare = len(paths) == 1 and len(paths[0]) == 1 and (values is None or formula in values)
    reason = zero_reason(paths) if value == 0 else ""
    note = "; ".join(filter(None, (note, reason)))
    if chain is not None:
        return Step(name, value, chain, (formula, numbers), note)
    return Step(name, value, formula, () if bare else (numbers,), note)


def _product(factors: Iterable[Expr | float]) -> Expr:
    each = list(factors)
    return each[0] if len(each) == 1 and isinstance(each[0], Expr) else mul(*each)


def _sum(products: Iterable[Expr]) -> Expr:
    each = list(products)
    return each[0] if len(each) == 1 else add(*each)


def zero_reason(paths: Sequence[Path]) -> str:
    """Which factors make a gradient 0, if one does on every path.

    >>> from dlcalc.formulas.expressions import symbol
    >>> zero_reason([((symbol("w", 5), 0.0), (symbol("x", 1), 2.0))])
    '0 because w_5 is 0'
    """
    zeros = [[spoken(term) for term, value in path if value == 0] for path in paths]
    if not all(zeros):
        return ""
    names = list(dict.fromkeys(name for each in zeros for name in each))
    if len(names) == 1:
        return f"0 because {names[0]} is 0"
    return f"0 because {', '.join(names[:-1])} and {names[-1]} are 0"


def spoken(term: Expr) -> str:
    """A symbol or a function of symbols in a sentence.

    >>> from dlcalc.formulas.expressions import call, symbol
    >>> spoken(call("tanh'", symbol("q", 1)))
    "tanh'(q_1)"
    """
    if term.kind == "call":
        function, *arguments = term.args
        return f"{function}({', '.join(map(spoken, arguments))})"
    if term.kind == "sub":
        parts = (spoken(part) if isinstance(part, Expr) else str(part) for part in term.args)
        return " − ".join(parts)
    if term.kind in ("partial", "derivative"):
        sign = "∂" if term.kind == "partial" else "d"
        return "/".join(sign + spoken(part) for part in term.args)
    return "_".join(filter(None, term.args))


Style = Callable[[str], Expr]
"""How a quantity of a system is written."""
MOST_WRITTEN = 60
"""Operations of an equation whose formulas are still written out."""


class Line(NamedTuple):
    """One quantity, how it is computed, and its value."""

    name: Expr
    """How it is written."""
    formula: Any
    """What it is, by other quantities: an expression, or a number; None where it is too long."""
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


class Written:
    """The operations of a system as formulas, with the values in every place of its tape."""

    def __init__(self, tape: Tape, f: Any, places: Sequence[Any], style: Style) -> None:
        self.tape = tape
        self.names = {at: name for name, at in tape.names.items()}
        self.values = {style(name): places[at] for name, at in tape.names.items()}
        self.symbols = Symbols(f, dict(self.values))
        start = {**tape.numbers, **{at: style(name) for at, name in self.names.items()}}
        self.terms = [Term(start.get(at, CUT), value) for at, value in enumerate(places)]
        self.operations: dict[str, list[Instruction]] = {
            each.name: [] for each in tape.system.computed
        }
        for each in tape.instructions:
            self.operations[each.equation.name].append(each)
        self.forward = Derivation({}, {style(name): places[tape.names[name]]
                                       for name in tape.system.inputs})
        for name, every in self.operations.items():
            formula = None
            for each in every if len(every) <= MOST_WRITTEN else ():
                formula = formula_of(each, self.terms)
                if each.node.operation == "div" and differ_in_rank(
                        *(self.terms[place] for place in each.arguments)):
                    formula = Apart("div", formula.args)
                if each.place not in self.names:
                    self.terms[each.place].formula = formula
            self.forward.add(name, Line(style(name), formula, places[tape.names[name]]))

    def back(self, name: str, g: Term, wanted: set[int]) -> dict[int, Term]:
        """What a gradient g of a computed name becomes at each quantity of its equation."""
        every, system = self.operations[name], self.tape.system
        start = {every[-1].place: g}
        with quiet(self.symbols.numbers):
            return backward(
                every, self.symbols, self.terms, start, wanted, system, watched=False
            )

    def slopes(
        self, style: Style, entering: Mapping[str, tuple[Any, Any]], wanted: set[int],
        known: Mapping[str, Any] = MappingProxyType({}), full: bool = False,
    ) -> Derivation:
        """The lines forward, then the gradient at every name, the last computed one first;
        in `full` where a formula is a number that is spread."""
        found = Derivation(dict(self.forward.lines), dict(self.forward.values))
        system, names = self.tape.system, set(self.tape.names.values())
        coming: dict[int, Term] = {}
        for name in backward_order(system):
            at = self.tape.names[name]
            if name in known:
                coming[at] = Term(style(name), known[name])
            elif name in entering:
                self._join(coming, at, Term(*entering[name]))
            if at not in coming:
                continue
            term, symbol = coming[at], style(name)
            formula = term.full.formula if full else term.formula
            found.add("d" + name, Line(symbol, formula, term.value))
            if name in self.operations:
                # A number is itself in what follows, so that −1·x is written −x.
                g = Term(symbol, term.value)
                if isinstance(term.formula, int):
                    g = Term(term.formula, term.value, (), symbol)
                back = self.back(name, g, wanted)
                for place in (names & set(back)) - {at}:
                    self._join(coming, place, back[place])
        return found

    def _join(self, coming: dict[int, Term], place: int, term: Term) -> None:
        whole = coming[place] + term if place in coming else term
        coming[place] = self.symbols.settled(whole)


def backward_order(system: System) -> tuple[str, ...]:
    """All names from the last computed one back, then the inputs."""
    return (*(each.name for each in reversed(system.computed)), *system.inputs)


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
    >>> from dlcalc.derive.working_terms import named
    >>> system = arranged(parse_equations("z = w*x; h = tanh(z)"))
    >>> d = derived(system, Scalars, {"w": 0, "x": 2}, named, lambda n: named("d" + n),
    ...             {"h": (1, 1)})
    >>> d.lines["dw"].formula, d.lines["dw"].value
    (Expr('mul', (Expr('symbol', ('dz', '')), Expr('symbol', ('x', '')))), 2.0)
    """
    tape = recorded(system, system.computed, system.inputs)
    places = forward(tape, f, given, watched=False)
    return Written(tape, f, places, style).slopes(
        slope_style, entering, tape.reached(system.inputs), known
    )
