"""A derivation: every quantity of a system with its formula, forward and back, name by name.

Forward a quantity has the formula of its equation, back the sum of what comes to it from
all that it feeds. Gradients may enter anywhere, and some may be given. Chains are gradients as
sums over paths: the factors along each path, and its numbers. Number by number, every entry of
an array has a name and a formula of its own, and a gradient is the sum over the paths that lead
back to it, each from the last quantity on it whose own gradient is written before. Formulas have
values, and elements: the sums that give them. A vector is a column, and its transposed a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import FUNCTIONS, OPERATIONS, POSITIONAL, SLOPES, lines_of
from dlcalc.derive.parser import COMPARISONS
from dlcalc.derive.tape import Instruction, Tape, backward, forward, recorded
from dlcalc.derive.working_terms import CUT, Symbols, Term, differ_in_rank, formula_of
from dlcalc.formulas.expressions import Expr, Span, Step, call, mul, symbol
from dlcalc.formulas.products import MOST_TERMS, Apart, products
from dlcalc.formulas.text import formula_text
from dlcalc.numbers.axes import listed, plural
from dlcalc.numbers.exact import FLOAT_EXACT

if TYPE_CHECKING:
    from dlcalc.derive.recipe import Recipe
    from dlcalc.derive.tape import System

Values = Mapping[Expr, Any]
Array = Any
Index = tuple[int, ...]
Path = tuple[Any, ...]
"""The factors from the loss down to a quantity."""


def as_value(value: Any) -> Array:
    """A number or an array, of floats, complex or of names."""
    array = np.asarray(value)
    return array if array.dtype.kind in "cO" else array.astype(float, copy=False)


def value_of(formula: Any, values: Values) -> Array:
    """The value of a formula whose symbols (or whole parts) have these.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> value_of(W @ x + 1, {W: [[1, 2]], x: [3, 4]}).tolist()
    [12.0]
    """
    return as_value(compiled(formula, lambda name: lambda given: as_value(given[name]))(values))


Read = Callable[[Any], Array]
"""What gives a value from those of the symbols, however these are kept."""


def compiled(formula: Any, reader: Callable[[Expr], Read]) -> Read:
    """What gives the value of a formula, quick to be called again; `reader` reads a symbol's."""
    if not isinstance(formula, Expr):
        number = as_value(formula)
        return lambda values: number
    kind, args = formula.kind, formula.args
    if kind in NAMES:
        return reader(formula)
    function: Callable[..., Array]
    if kind in _KINDS:
        function, arguments = _KINDS[kind], args
    elif kind == "relation":
        function, arguments = getattr(Arrays, COMPARISONS[args[0]]), args[1:]
    else:
        operation, arguments, options = _operation(formula)
        function = partial(OPERATIONS[operation].value, Arrays, **options)
    parts = [compiled(each, reader) for each in arguments]
    return lambda values: function(*[each(values) for each in parts])


def _is_turned(part: Any) -> bool:
    return getattr(part, "kind", "") == "transpose"


_KINDS: dict[str, Callable[..., Array]] = {
    "list": lambda *parts: np.stack(parts), "stack": lambda *parts: np.concatenate(parts),
    "part": lambda a, start, stop: a[int(start):int(stop)],
}
NAMES = ("symbol", "derivative", "partial", "element", "new")
"""Kinds of names, whose values are given."""


def _option(text: str) -> tuple[str, Any]:
    """An option as it is written: axis=0, axis=(0, 1), keepdims=yes, pad=same."""
    name, _, value = text.partition("=")
    if value in ("yes", "no"):
        return name, value == "yes"
    if value[:1].isalpha():
        return name, value
    numbers = tuple(int(each) for each in value.strip("()").split(",") if each.strip())
    return name, numbers if "(" in value else numbers[0]


def _operation(formula: Expr) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """The operation of a call or an index as it is written, its arguments and options."""
    if formula.kind == "index":
        whole, index, *chosen = formula.args
        places = tuple(slice(*each) if isinstance(each, Span) else each for each in index)
        return "element", (whole, *chosen), {"index": places}
    if formula.kind == "matmul" and _is_turned(formula.args[1]):
        return "times_transposed", (formula.args[0], formula.args[1].args[0]), {}
    if formula.kind != "call":
        return formula.kind, formula.args, {}
    name, *given = formula.args
    if name == "back":
        of, inner, settings = _operation(given[1])
        at = inner.index(given[2]) if len(given) > 2 and isinstance(given[2], Expr) else (
            given[2] if len(given) > 2 else 0)
        return name, (given[0], *inner), {"of": of, "at": at, "options": settings}
    if name.endswith("'") and name[:-1] in SLOPES:
        return "slope", tuple(given), {"function": name[:-1]}
    options = dict(_option(each) for each in given if isinstance(each, str) and "=" in each)
    arguments = [each for each in given if not isinstance(each, str)]
    operation = FUNCTIONS[name].operation if name in FUNCTIONS else name
    if operation in ("max", "min") and len(arguments) == 1:
        operation = {"max": "largest", "min": "smallest"}[operation]
    if operation == "gelu" and given[1:]:
        operation = f"gelu_{given[1]}"
    if operation in POSITIONAL and len(arguments) > FUNCTIONS[name].least:
        options[POSITIONAL[operation]] = tuple(arguments[FUNCTIONS[name].least :])
        arguments = arguments[: FUNCTIONS[name].least]
    return operation, tuple(arguments), options


def entry_of(array: Array, place: Index) -> Any:
    """One entry of a value, whose axes are the last of a place's; what has one entry along an
    axis has it for all."""
    axes = place[len(place) - array.ndim :]
    return array[tuple(map(min, axes, (size - 1 for size in array.shape)))]


def element_of(formula: Any, index: Index, values: Values) -> Any:
    """One element of a formula with the numbers put in; None where they are too many.

    The values may be arrays of names, too: then it is the element's formula.

    >>> from dlcalc.formulas.expressions import symbol
    >>> W, x = symbol("W"), symbol("x")
    >>> element_of(W @ x + 1, (0,), {W: [[1, 2]], x: [3, 4]})
    Expr('add', (Expr('mul', (1.0, 3.0)), Expr('mul', (2.0, 4.0)), 1))
    """
    if not isinstance(formula, Expr):
        return formula
    if formula in values:
        entry = entry_of(as_value(values[formula]), index)
        exact = isinstance(entry, int) and abs(entry) > FLOAT_EXACT
        return entry if isinstance(entry, Expr) or exact else float(entry)
    kind, args = formula.kind, formula.args
    made = _CALLS.get(args[0]) if kind == "call" else _ELEMENTS.get(kind)
    if made is None and kind == "call" and (
            args[0] in _WHOLE or any(isinstance(each, str) for each in args[1:])):
        made = _number
    if made is not None:
        # Of what is spread over more, or over longer axes, it is an element of its own.
        shape = _shape_of(formula, values)
        own = index[len(index) - len(shape) :]
        return made(formula, tuple(map(min, own, (n - 1 for n in shape))), values)
    start = 1 if kind in ("call", "relation") else 0
    # What is compared is so as it was computed, to the last digit.
    part_of = _number if kind == "relation" else element_of
    parts = [part_of(each, index, values) for each in args[start:]]
    if any(each is None for each in parts):
        return None
    if kind == "add":
        parts = [term for each in parts for term in (
            each.args if isinstance(each, Expr) and each.kind == "add" else (each,))]
    return Expr(kind, (*args[:start], *parts))


def _number(formula: Expr, index: Index, values: Values) -> Any:
    entry = entry_of(value_of(formula, values), index)
    return entry if isinstance(entry, Expr) else float(entry)


_WHOLE = lines_of("whole")
"""Functions whose elements are not those of elements."""


def _of_product(formula: Expr, index: Index, values: Values) -> Any:
    left, right = (value_of(each, values) for each in formula.args)
    batch = index[: len(index) - (left.ndim > 1) - (right.ndim > 1)]
    if left.ndim == right.ndim == 1 and _is_turned(formula.args[1]):
        row, column = left[index[0] :][:1], right[index[1] :][:1]
    else:
        row = left[(*_own(left, batch), index[len(batch)])] if left.ndim > 1 else left
        column = right[(*_own(right, batch), ..., index[-1])] if right.ndim > 1 else right
    return products(zip(row.tolist(), column.tolist(), strict=True))


def _own(matrices: Array, batch: Index) -> Index:
    """The place of a matrix among some that are spread over a batch."""
    sizes = matrices.shape[:-2]
    return tuple(map(min, batch[len(batch) - len(sizes) :], (size - 1 for size in sizes)))


def _of_sum(formula: Expr, index: Index, values: Values) -> Any:
    """The elements that a sum is of, each written out."""
    body, options = formula.args[1], dict(_option(each) for each in formula.args[2:])
    shape, axis = _shape_of(body, values), options.get("axis")
    if isinstance(axis, tuple):
        return _number(formula, index, values)
    if axis is None:
        places = list(np.ndindex(shape))
    else:
        before = index[: axis % len(shape)]
        behind = index[axis % len(shape) + bool(options.get("keepdims")) :]
        places = [(*before, n, *behind) for n in range(shape[axis])]
    if len(places) > MOST_TERMS:
        return None
    terms = [element_of(body, place, values) for place in places]
    return None if any(each is None for each in terms) else products((each, 1) for each in terms)


def _of_softmax(formula: Expr, index: Index, values: Values) -> Any:
    body, *options = formula.args[1:]
    shape = _shape_of(body, values)
    if not shape or dict(map(_option, options)).get("axis", -1) not in (-1, len(shape) - 1):
        return _number(formula, index, values)
    raised = [Expr("call", ("exp", element_of(body, (*index[:-1], n), values)))
              for n in range(shape[-1] if shape[-1] <= MOST_TERMS else 0)]
    return raised[index[-1]] / Expr("add", tuple(raised)) if raised else None


def _of_index(formula: Expr, index: Index, values: Values) -> Any:
    whole, places, *chosen = formula.args
    counts = [value_of(each, values) for each in chosen]
    given = iter(counts)
    rank = max((each.ndim for each in counts), default=0)
    at = [int(entry_of(next(given), index[:rank])) if each == "*" else each for each in places]
    if all(isinstance(each, int) and each >= 0 for each in at):
        return element_of(whole, (*at, *index[rank:]), values)
    return _number(formula, index, values)


def _shape_of(formula: Any, values: Values) -> tuple[int, ...]:
    with np.errstate(all="ignore"):
        zeros = compiled(formula, lambda name: lambda _: np.zeros(np.shape(values[name])))
        return np.shape(zeros(None))


_ELEMENTS: dict[str, Callable[[Expr, Index, Values], Any]] = {
    "matmul": _of_product, "index": _of_index, "list": _number, "stack": _number,
    "transpose": lambda formula, index, values: element_of(
        formula.args[0], (*index[:-2], *index[:-3:-1]), values),
    "part": lambda formula, index, values: element_of(
        formula.args[0], (index[0] + formula.args[1], *index[1:]), values),
}
_CALLS: dict[str, Callable[[Expr, Index, Values], Any]] = {"sum": _of_sum, "softmax": _of_softmax}
"""Operations whose elements are made of other elements than those of the same place."""


class Chains:
    """Which quantity acts on which on the way to the loss, and by which factors.

    >>> from dlcalc.formulas.expressions import symbol
    >>> chains = Chains()
    >>> z, w, slope = symbol("z"), symbol("w"), symbol("slope")
    >>> chains.end(z, slope)
    >>> chains.join(w, z, symbol("x"))
    >>> chains.paths(w) == [(slope, symbol("x"))]
    True
    """

    MOST_FACTORS = 8
    """Factors over all paths of a sum that is still written out."""

    def __init__(self) -> None:
        self._onward: dict[Expr, list[tuple[Expr, Path]]] = {}
        self._ends: dict[Expr, Path] = {}

    def join(self, source: Expr, target: Expr, *factors: Any) -> None:
        """`source` acts on `target`; the factors make up ∂target/∂source."""
        self._onward.setdefault(source, []).append((target, factors))

    def end(self, node: Expr, *factors: Any) -> None:
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

    def known(self, node: Expr, gradient: Expr) -> None:
        """The gradient of `node` has been worked out: where its paths have more than
        MOST_FACTORS, those from below start with it."""
        if sum(map(len, self.paths(node))) > self.MOST_FACTORS:
            self.end(node, gradient)


def gradient(of: str, quantity: Expr) -> Expr:
    """The name of a gradient: ∂J/∂w₅.

    >>> gradient("J", Expr("symbol", ("w", "5"))).args
    ('∂J/∂w', '5')
    """
    name, sub = quantity.args
    return symbol(f"∂{of}/∂{name}", sub)


def gradient_step(
    name: Expr, value: float, paths: Sequence[Path], values: Mapping[Expr, Any], note: str = "",
    chain: Expr | None = None,
) -> Step:
    """A gradient as the sum over its paths, in symbols and in numbers, after its `chain`; the
    `values` of all symbols are put into the factors: h·(1 − h) has both its numbers."""
    formula = joined("add", [joined("mul", path) for path in paths])
    stages = [formula] if formula in values else [formula, formula.put(values)]
    reason = zero_reason(paths, values) if value == 0 else ""
    note = "; ".join(filter(None, (note, reason)))
    first, *numbers = stages if chain is None else [chain, *stages]
    return Step(name, value, first, tuple(numbers), note)


def joined(kind: str, parts: Sequence[Any]) -> Any:
    """A sum or a product of parts; one alone is itself."""
    return parts[0] if len(parts) == 1 else Expr(kind, tuple(parts))


def zero_reason(paths: Sequence[Path], values: Mapping[Expr, Any]) -> str:
    """Which factors make a gradient 0, if one does on every path.

    >>> from dlcalc.formulas.expressions import symbol
    >>> zero_reason([(symbol("w", 5), symbol("x", 1))], {symbol("w", 5): 0, symbol("x", 1): 2})
    '0 because w_5 is 0'
    """
    zeros = [[formula_text(term) for term in path if value_of(term, values) == 0]
             for path in paths]
    if not all(zeros):
        return ""
    names = dict.fromkeys(name for each in zeros for name in each)
    return f"0 because {listed(names)} {plural(len(names), 'is')} 0"


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
        every = tuple(self.operations[name])
        tape, start = self.tape._replace(instructions=every), {every[-1].place: g}
        return backward(tape, self.symbols, self.terms, start, wanted, watched=False)

    def slopes(
        self, style: Style, entering: Mapping[str, tuple[Any, Any]], wanted: set[int],
        known: Mapping[str, Any] = MappingProxyType({}), full: bool = False,
    ) -> Derivation:
        """The lines forward, then the gradient at every name, the last computed one first;
        in `full` where a formula is a number that is spread."""
        found = Derivation(dict(self.forward.lines), dict(self.forward.values))
        system, names = self.tape.system, set(self.tape.names.values())
        coming: dict[int, Term] = {}
        for name in system.names_back:
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


@np.errstate(all="ignore")
def derived(
    system: System, given: Mapping[str, Any], style: Style, slope_style: Style,
    entering: Mapping[str, tuple[Any, Any]], known: Mapping[str, Any] = MappingProxyType({}),
) -> Derivation:
    """Every equation of a system, then the gradient at every name, from the last one back.

    `given` holds the inputs and those computed names whose equations are passed over;
    `entering` what comes to a name from outside, as formula and value; `known` gradients
    that are not derived.

    >>> from dlcalc.derive.parser import parse_equations
    >>> from dlcalc.derive.tape import arranged
    >>> from dlcalc.derive.working_terms import named
    >>> system = arranged(parse_equations("z = w*x; h = tanh(z)"))
    >>> d = derived(system, {"w": 0, "x": 2}, named, lambda n: named("d" + n),
    ...             {"h": (1, 1)})
    >>> d.lines["dw"].formula, d.lines["dw"].value
    (Expr('mul', (Expr('symbol', ('dz', '')), Expr('symbol', ('x', '')))), 2.0)
    """
    tape = recorded(system, system.computed, system.inputs)
    places = forward(tape, Arrays, given, watched=False)
    return Written(tape, Arrays, places, style).slopes(
        slope_style, entering, tape.reached(system.inputs), known
    )


Names = Mapping[Expr, Any]
"""By the symbol of an array an array of symbols, one for each of its entries."""


def numbered_names(letter: str, shape: tuple[int, ...], first: int = 1) -> Any:
    """Symbols with the numbers from `first` on, in the order of an array's entries.

    >>> numbered_names("w", (1, 2), 5).tolist()
    [[Expr('symbol', ('w', '5')), Expr('symbol', ('w', '6'))]]
    """
    names = np.empty(int(np.prod(shape)), dtype=object)
    names[:] = [symbol(letter, n) for n in range(first, first + names.size)]
    return names.reshape(shape)


def each_name(make: Callable[[Expr], Expr], names: Any) -> Any:
    """What is made of every name of an array."""
    return np.frompyfunc(make, 1, 1)(names) if np.ndim(names) else np.array(make(names.item()))


class Units:
    """The lines of a recipe entry by entry."""

    def __init__(self, recipe: Recipe, names: Names) -> None:
        whole, slopes = recipe.lines, recipe.slopes
        self.recipe = recipe
        self.lines = Derivation({})
        """One line for each entry."""
        self.keys: dict[tuple[str, Index], str] = {}
        """The line of each entry of a whole line."""
        self.steps: dict[tuple[str, Index], Step] = {}
        """What is written of each entry of a whole line."""
        self._sources: dict[Expr, Expr] = {}
        self._chains: dict[str, Chains] = {}
        named = dict(names)
        for each in whole.values:
            if each.kind == "call" and each.args[1] in names:
                named[each] = each_name(partial(call, each.args[0]), names[each.args[1]])
        for slope, (of, quantity) in slopes.items():
            named[slope] = each_name(partial(gradient, of), names[quantity])
            self._sources |= zip(named[slope].flat, names[quantity].flat, strict=True)
        for each in named:
            if each in whole.values:
                values = np.broadcast_to(as_value(whole.values[each]), named[each].shape)
                pairs = zip(named[each].flat, values.ravel().tolist(), strict=True)
                self.lines.values |= {one: value for one, value in pairs if isinstance(one, Expr)}
        for key, line in whole.lines.items():
            if line.name in named:
                of = slopes[line.name][0] if line.name in slopes else ""
                for index in np.ndindex(named[line.name].shape):
                    formula = _bare(single(element_of(line.formula, index, named)))
                    value = as_value(line.value)[index].item()
                    entry = Line(named[line.name][index], formula, value)
                    self._add(key, index, entry, of, recipe.notes.get(key, ""))

    def _add(self, key: str, index: Index, line: Line, of: str, note: str) -> None:
        letter, number = (line.name if line.name.kind == "symbol" else line.name.args[0]).args
        own = f"{letter}{'⁺' * (line.name.kind == 'new')}_{number or 0}"
        self.lines.add(own, line)
        self.keys[key, index] = own
        formula, values = line.formula, self.lines.values
        if of:
            step = self._of_gradient(key, line, of, note)
        elif isinstance(formula, Expr):
            put = () if formula in values else (formula.put(values),)
            step = Step(line.name, line.value, formula, put, note)
        else:
            step = Step(line.name, line.value, note="frozen" if formula == 0 else note)
        self.steps[key, index] = step

    def _of_gradient(self, key: str, line: Line, of: str, note: str) -> Step:
        """A gradient over all paths; quantities whose gradient is hidden stand in their middle."""
        chains = self._chains.setdefault(of, Chains())
        quantity, formula, values = self._sources[line.name], line.formula, self.lines.values
        if not isinstance(formula, Expr):
            return Step(line.name, line.value, note=note)
        links = [self._link(term) for term in _parts_of(formula, "add")]
        known = [each for each in links if each is not None]
        chain = None
        if len(known) < len(links):
            chains.end(quantity, formula)
            put = () if formula in values else (formula.put(values),)
            step = Step(line.name, line.value, formula, put, note)
        elif key in self.recipe.direct:
            paths = [(slope, *factors) for slope, factors in known]
            step = gradient_step(line.name, line.value, paths, values, note)
        else:
            for slope, factors in known:
                chains.join(quantity, self._sources[slope], *factors)
            trails = chains.trails(quantity)
            if self.recipe.chained and len(trails) == 1 and len(trails[0][0]) > 2:
                # ∂L/∂z·∂z/∂w
                trail = trails[0][0]
                above = [of, *map(formula_text, trail)]
                chain = mul(*map(gradient, above, trail))
            paths = [path for _, path in trails]
            step = gradient_step(line.name, line.value, paths, values, note, chain)
        if key in self.recipe.ends:
            chains.end(quantity, line.name)
        elif key not in self.recipe.hidden:
            chains.known(quantity, line.name)
        return step

    def _link(self, term: Any) -> tuple[Expr, Path] | None:
        """The gradient that is a factor of a term, and the other factors."""
        factors = _parts_of(term, "mul")
        known = [each for each in factors if each in self._sources]
        if len(known) != 1:
            return None
        return known[0], tuple(each for each in factors if each is not known[0])


def _parts_of(formula: Any, kind: str) -> tuple[Any, ...]:
    """The terms of a sum, or the factors of a product; what is neither is one."""
    parts: tuple[Any, ...] = formula.args if getattr(formula, "kind", "") == kind else (formula,)
    return parts


def single(formula: Any) -> Any:
    """A formula of single numbers, in which ⊙ is ordinary multiplication.

    >>> from dlcalc.formulas.expressions import hadamard
    >>> single(hadamard(2, hadamard(3, 4)))
    Expr('mul', (2, 3, 4))
    """
    if not isinstance(formula, Expr):
        return formula
    args = tuple(map(single, formula.args))
    if formula.kind not in ("mul", "hadamard"):
        return Expr(formula.kind, args)
    return mul(*(part for each in args for part in _parts_of(each, "mul")))


def _bare(formula: Any) -> Any:
    """A product without factors of 1; 0 where a factor is."""
    factors = _parts_of(formula, "mul")
    if any(isinstance(each, float) and each == 0 for each in factors):
        return 0
    kept = [each for each in factors if not (isinstance(each, float) and each == 1)]
    return formula if len(kept) == len(factors) else mul(*kept)
