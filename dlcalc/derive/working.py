"""The working of equations: their values, local derivatives, and the chain along each path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dlcalc.derive.derivation import Chains, Derivation, Line, Path, Written, gradient_step
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.tape import arranged
from dlcalc.derive.working_terms import Term, named, partial
from dlcalc.formulas.expressions import Expr, Step, add, call, hadamard, indexed, parts_of, symbol
from dlcalc.formulas.text import formula_text
from dlcalc.numbers.places import Place

if TYPE_CHECKING:
    from dlcalc.derive.gradients import Derivatives
    from dlcalc.derive.tree import Equation

MOST_ROWS = 12
"""Elements of an array whose derivatives are written out."""


def grad_steps(
    result: Derivatives, direction: Mapping[str, Any] = MappingProxyType({})
) -> Iterator[Step]:
    """Every equation with its numbers, then every derivative, from the last quantity back.

    At the end stand the derivatives along a direction, v, if one is given.
    """
    working = _Working(result)
    yield from (step for _, step in working.steps())
    if direction:
        yield Step("Along the direction", note="v_w is its part for w")
        yield from working.along(result.directed(direction))


def second_steps(result: Derivatives) -> Iterator[Step]:
    """The working of second derivatives of numbers: lines of gradients are equations, too."""
    from dlcalc.derive.gradients import differentiate

    for of in result.of:
        lines = _Working(result).slopes(of, full=True).lines.values()
        equations = {formula_text(line.name): formula_text(line.formula, None) for line in lines}
        text = "\n".join(f"{name} = {formula}" for name, formula in equations.items())
        if "…" in text:
            yield Step("Second derivatives", note="of equations too long to be written out")
            continue
        system = arranged(parse_equations(text, {**equations, **result.values}))
        given = {name: result.values[name] for name in system.inputs if name in result.values}
        slopes = [each for by in result.wrt if (each := f"d{of}/d{by}") in equations]
        wrt = [by for by in result.wrt if by in system.inputs]
        if not result.scalar:
            gradients = differentiate(system, given, [], wrt)
            for each in slopes:
                yield from jacobian_steps(gradients, each, wrt)
            continue
        found = _Working(differentiate(system, given, slopes, wrt))
        yield from (step for _, step in found.steps())


def jacobian_steps(result: Derivatives, of: str, wrt: Sequence[str]) -> Iterator[Step]:
    """The working of the derivatives of an array, one of its elements after the other."""
    working, value = _Working(result), result.values[of]
    shape = getattr(value, "shape", ())
    places = list(product(*map(range, shape)))
    more = f", the first {MOST_ROWS} of {len(places)}" if len(places) > MOST_ROWS else ""
    note = f"of each of its elements, over all paths{more}" if shape else "over all paths"
    yield Step(f"Derivatives of {of}", note=note)
    for place in places[:MOST_ROWS]:
        yield from working.row(of, place, wrt)


def quantity_of(result: Derivatives, expected: Any) -> str:
    """Which value or derivative expected numbers are, in words; "" for none."""
    from dlcalc.derive.slips import gives

    record = {**result.values, **{
        formula_text(total(of, name)): each
        for of, gradients in result.gradients.items() for name, each in gradients.items()}}
    for name, each in record.items():
        if gives(each, expected):
            return f"{name} gives that, which {{\"{name}\": …}} compares"
    return ""


def grad_slip(result: Derivatives, tolerance: float | None, field: Place, expected: Any) -> str:
    """The slip that gives the expected numbers of a field; "" for none."""
    import numpy as np

    from dlcalc.derive.slips import Slips, slip_of, turned_slip

    found = _Working(result).line_of(field)
    if found is None:
        return ""
    lines, key = found
    right = np.asarray(lines.lines[key].value)

    def place_of(index: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        if np.shape(right[index]):
            raise LookupError
        return key, index

    return turned_slip(right, expected, tolerance) or slip_of(
        Slips(lines, timed=False), expected, tolerance, place_of
    )


def grad_element(result: Derivatives, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that works out one element of a field, a derivative of one factor in full."""
    working = _Working(result)
    if not result.scalar:
        return working.element(field, index)
    steps = list(working.steps())
    step = next((step for place, step in steps if place == field), None)
    local = next((each for _, each in steps if step and each.name == step.formula), None)
    if step is None or local is None or local.formula is None:
        return step
    return step._replace(numbers=(local.formula, *local.numbers))


def derivation(result: Derivatives) -> tuple[Place, ...]:
    """The fields of the record in the order in which they are derived.

    >>> from dlcalc.commands.grad.answer import grad
    >>> [str(each) for each in derivation(grad("z = 2*w; L = z^2", {"w": 1}, wrt="w,z"))]
    ['values.w', 'values.z', 'values.L', 'gradients.L.z', 'gradients.L.w']
    """
    names = result.system.names
    back = [name for name in result.system.names_back if name in result.wrt]
    return (
        *(Place(("values", name)) for name in names),
        *(Place(("gradients", of, name)) for of in result.of for name in back),
    )


def total(of: str, by: str) -> Expr:
    """The name of a derivative over all paths: dL/dw."""
    return Expr("derivative", (named(of), named(by)))


class _Working:
    """The steps of one result."""

    def __init__(self, result: Derivatives) -> None:
        self.result = result
        self.written = Written(result.tape, result.world, result.places, named)

    def steps(self) -> Iterator[tuple[Place, Step]]:
        """Each step, with the field that it works out."""
        yield Place(), Step("Values")
        for each in self.result.system.computed:
            yield Place(("values", each.name)), self._equation(each)
        if self.result.scalar:
            if self.result.of:
                yield from self._along_paths()
            return
        for of in self.result.of:
            yield Place(), Step(f"Derivatives of {of}", note="over all paths")
            yield from self._equation_by_equation(of)

    def line_of(self, field: Place) -> tuple[Derivation, str] | None:
        """The derivation that a field is a line of, and the line's key."""
        if self.result.scalar:
            return self._line_of_numbers(field)
        match field:
            case ("values", name, *_):
                lines, key = self.written.forward, str(name)
            case ("gradients", of, name, *_):
                lines, key = self.slopes(str(of)), f"d{name}"
            case _:
                return None
        return (lines, key) if key in lines.lines else None

    def _line_of_numbers(self, field: Place) -> tuple[Derivation, str] | None:
        from dlcalc.derive.slips import symbols_in

        steps = [(place, step) for place, step in self.steps() if step.value is not None]
        found = Derivation({}, dict(self.written.symbols.known))
        found.values |= {step.name: step.value for _, step in steps}
        for place, step in steps:
            named_in = set(symbols_in(step.formula))
            if isinstance(step.formula, Expr) and named_in <= found.values.keys():
                found.add(str(place or step.name), Line(step.name, step.formula, step.value))
        return (found, str(field)) if str(field) in found.lines else None

    def element(self, field: Place, index: tuple[int, ...]) -> Step | None:
        """One element of a field of arrays, by what it is made of."""
        from dlcalc.derive.derivation import as_value, element_of, entry_of, single

        found = self.line_of(field)
        if found is None:
            return None
        line = found[0].lines[found[1]]
        formula = line.formula if isinstance(line.formula, Expr) else None
        numbers = single(element_of(formula, index, found[0].values))
        value = entry_of(as_value(line.value), index)
        put = isinstance(numbers, Expr) and formula_text(numbers) != formula_text(value)
        return Step(line.name, value, formula, (numbers,) if put else ())

    def slopes(self, of: str, full: bool = False) -> Derivation:
        """The lines of the values and of the derivatives of one number."""
        wanted = set(self.result.passes[of])
        return self.written.slopes(lambda name: total(of, name), {of: (1, 1)}, wanted, full=full)

    def row(self, of: str, place: tuple[int, ...], wrt: Sequence[str]) -> Iterator[Step]:
        """The derivatives of one element of an array, from the array back."""
        element = indexed(named(of), place) if place else named(of)
        names, seed = self.result.tape.names, self.result.world.zeros(self.result.values[of])
        if place:
            seed[place] = 1
        wanted = self.result.tape.reached(wrt)
        slopes = self.written.slopes(
            lambda name: Expr("derivative", (element, named(name))),
            {of: (seed if place else 1, seed if place else 1)}, wanted,
        )
        for name in self.result.system.names_back:
            line = slopes.lines.get(f"d{name}")
            if line is not None and names[name] in wanted and (place or name != of):
                yield self._presented(line, slopes)
        for name in wrt:
            if f"d{name}" not in slopes.lines:
                yield Step(Expr("derivative", (element, named(name))), 0,
                           note=f"{of} does not depend on {name}")

    def along(self, parts: Mapping[str, Any]) -> Iterator[Step]:
        found = self.result.along(parts)
        values: dict[Expr, Any] = {}
        for of in self.result.of:
            terms = []
            for name, part in parts.items():
                slope, v = total(of, name), symbol("v", name)
                values |= {slope: self.result.gradients[of][name], v: part}
                inner = hasattr(part, "shape")
                terms.append(call("sum", hadamard(slope, v)) if inner else slope * v)
            formula = terms[0] if len(terms) == 1 else add(*terms)
            yield self._step(Line(symbol(f"d{of}/dv"), formula, found[of]), values)

    def _equation(self, each: Equation) -> Step:
        line = self.written.forward.lines[each.name]
        if line.formula is None:
            count = len(self.written.operations[each.name])
            return Step(line.name, line.value, note=f"{count} operations, line {each.line}")
        return self._step(line, self.written.values)

    def _step(self, line: Line, values: dict[Expr, Any]) -> Step:
        """A step with the numbers put in, those of arrays where they are few."""
        name, formula, value = line
        if not isinstance(formula, Expr):
            return Step(name, value, upright=True)
        if self.result.scalar:
            return Step(name, value, formula, () if formula in values else (formula.put(values),))
        from dlcalc.formulas.products import array_step

        put = {part: values[part] for part in parts_of(formula) if part in values}
        return array_step(name, value, formula, put)

    def _presented(self, line: Line, slopes: Derivation) -> Step:
        """The step of a gradient, its value as it is given back."""
        line = line._replace(value=self.result.world.presented(line.value))
        return self._step(line, {**slopes.values, **self.written.symbols.known})

    def _along_paths(self) -> Iterator[tuple[Place, Step]]:
        wanted = self.result.tape.reached(self.result.wrt)
        local = {
            name: self.written.back(name, Term(1, 1), wanted)
            for name in self.written.operations
            if any(self.result.tape.names[name] in found for found in self.result.passes.values())
        }
        note = "of each equation, all but one of its quantities fixed"
        yield Place(), Step("Local derivatives", note=note)
        for name, found in local.items():
            for by in self._quantities(name, found):
                yield Place(), self._local(name, by, found[self.result.tape.names[by]])
        for of in self.result.of:
            yield Place(), Step(f"Derivatives of {of}", note="the chain of factors along each path")
            yield from self._chains(of, local)

    def _quantities(self, name: str, found: dict[int, Term]) -> list[str]:
        """The quantities that an equation has in it, of those that are derived."""
        names = self.written.names
        return [names[at] for at in sorted(found) if at in names and names[at] != name]

    def _local(self, name: str, by: str, term: Term) -> Step:
        known = self.written.forward.lines[name].formula is not None
        values = self.written.symbols.known
        return self._step(
            Line(partial(name, by), term.formula if known else None, term.value), values
        )

    def _chains(self, of: str, local: dict[str, dict[int, Term]]) -> Iterator[tuple[Place, Step]]:
        chains, gradients = Chains(), self.result.passes[of]
        values: dict[Expr, Any] = {}
        chains.end(named(of))
        for name in self.result.system.names_back:
            at = self.result.tape.names[name]
            if at not in gradients:
                yield from self._absent(of, name)
                continue
            paths = chains.paths(named(name))[::-1]
            long = sum(map(len, paths)) > Chains.MOST_FACTORS
            if long or name in self.result.wrt:
                yield Place(("gradients", of, name)), self._chained(of, name, paths, values)
                if long or len(paths) > 1:
                    # What leads to it from below starts with what is known of it now.
                    values[total(of, name)] = gradients[at]
                    chains.end(named(name), total(of, name))
            for by in self._quantities(name, local.get(name, {})):
                values[partial(name, by)] = local[name][self.result.tape.names[by]].value
                chains.join(named(by), named(name), partial(name, by))

    def _absent(self, of: str, name: str) -> Iterator[tuple[Place, Step]]:
        """A derivative that is 0 because no path leads there."""
        if name in self.result.wrt:
            zero, note = self.result.gradients[of][name], f"{of} does not depend on {name}"
            yield Place(("gradients", of, name)), Step(total(of, name), zero, note=note)

    def _chained(
        self, of: str, name: str, paths: Sequence[Path], values: Mapping[Expr, Any]
    ) -> Step:
        if name == of:
            return Step(total(of, of), 1)
        value = self.result.passes[of][self.result.tape.names[name]]
        return gradient_step(total(of, name), value, paths, values)

    def _equation_by_equation(self, of: str) -> Iterator[tuple[Place, Step]]:
        """The derivative with respect to each name, from those of what it feeds."""
        slopes = self.slopes(of)
        for name in self.result.system.names_back:
            line = slopes.lines.get(f"d{name}")
            if line is None:
                yield from self._absent(of, name)
                continue
            yield Place(("gradients", of, name)), self._presented(line, slopes)
