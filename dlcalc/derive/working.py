"""The working of equations: their values, local derivatives, and the chain along each path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlcalc.derive.chains import MOST_FACTORS, Chains, Path, gradient_step
from dlcalc.derive.tape import backward
from dlcalc.derive.working_formulas import CUT, formula_of, named, partial
from dlcalc.derive.working_terms import Symbols, Term
from dlcalc.formulas.expressions import Expr, Step
from dlcalc.numbers.places import Place

if TYPE_CHECKING:
    from dlcalc.derive.gradients import Derivatives
    from dlcalc.derive.tape import Instruction
    from dlcalc.derive.tree import Equation

MOST_WRITTEN = 60
"""Operations of an equation whose formulas are still written out."""

Field = Place
"""The field of the record that a step works out, or nothing."""


def grad_steps(result: Derivatives) -> Iterator[Step]:
    """Every equation with its numbers, then every derivative, from the last quantity back."""
    return (step for _, step in _Working(result).steps())


def grad_slip(
    result: Derivatives, tolerance: float | None, field: Place, expected: Any
) -> str:
    """The slip that gives an expected number, in a system of single numbers; "" for none."""
    if not result.scalar:
        return ""
    from dlcalc.derive.slips import slip_in_steps

    steps = ((((str(place), ()),), step) for place, step in _Working(result).steps())
    return slip_in_steps(steps, str(field), expected, tolerance)


def grad_element(result: Derivatives, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that works out a field of the record, a derivative of one factor in full."""
    steps = list(_Working(result).steps())
    step = next((step for place, step in steps if place == field), None)
    local = next((each for _, each in steps if step and each.name == step.formula), None)
    if step is None or local is None or local.formula is None:
        return step
    return replace(step, numbers=(local.formula, *local.numbers))


def derivation(result: Derivatives) -> tuple[Place, ...]:
    """The fields of the record in the order in which they are derived.

    >>> from dlcalc.commands.grad.grad import grad
    >>> [str(each) for each in derivation(grad("z = 2*w; L = z^2", {"w": 1}, wrt="w,z"))]
    ['values.w', 'values.z', 'values.L', 'gradients.L.z', 'gradients.L.w']
    """
    names = result.system.names
    back = [name for name in _backward(result) if name in result.wrt]
    return (
        *(Place(("values", name)) for name in names),
        *(Place(("gradients", of, name)) for of in result.of for name in back),
    )


def _backward(result: Derivatives) -> tuple[str, ...]:
    """All names from the last computed one back, then the inputs."""
    computed = tuple(each.name for each in result.system.computed)
    return (*reversed(computed), *result.system.inputs)


def total(of: str, by: str) -> Expr:
    """The name of a derivative over all paths: dL/dw."""
    return Expr("derivative", (named(of), named(by)))


class _Working:
    """The steps of one result."""

    def __init__(self, result: Derivatives) -> None:
        self.result = result
        self.tape = result.tape
        self.names = {at: name for name, at in self.tape.names.items()}
        self.values: dict[Expr, Any] = {
            named(name): value for name, value in result.values.items()
        }
        self.symbols = Symbols(result.world, self.values)
        start = {**self.tape.numbers, **{at: named(name) for at, name in self.names.items()}}
        self.terms = [Term(start.get(at, CUT), value) for at, value in enumerate(result.places)]
        self.operations: dict[str, list[Instruction]] = {
            each.name: [] for each in result.system.computed
        }
        for each in self.tape.instructions:
            self.operations[each.equation.name].append(each)
        self.formulas: dict[str, Any] = {}
        for name, every in self.operations.items():
            if len(every) <= MOST_WRITTEN:
                for each in every[:-1]:
                    self.terms[each.place].formula = formula_of(each, self.terms)
                self.formulas[name] = formula_of(every[-1], self.terms)

    def steps(self) -> Iterator[tuple[Field, Step]]:
        """Each step, with the field that it works out."""
        yield Place(), Step("Values")
        for each in self.result.system.computed:
            yield Place(("values", each.name)), self._equation(each)
        if self.result.scalar:
            yield from self._along_paths()
        else:
            for of in self.result.of:
                yield Place(), Step(f"Derivatives of {of}", note="over all paths")
                yield from self._equation_by_equation(of)

    def _equation(self, each: Equation) -> Step:
        value, formula = self.result.values[each.name], self.formulas.get(each.name)
        if formula is None:
            note = f"{len(self.operations[each.name])} operations, line {each.line}"
            return Step(named(each.name), value, note=note)
        return self._step(named(each.name), value, formula)

    def _step(self, name: Expr, value: Any, formula: Any) -> Step:
        """A step with the numbers put in where they are numbers, not arrays."""
        if not isinstance(formula, Expr):
            return Step(name, value)
        if not self.result.scalar:
            from dlcalc.formulas.matrices import array_step

            return array_step(name, value, formula)
        numbers = () if formula in self.values else (formula.put(self.values),)
        return Step(name, value, formula, numbers)

    def _back(self, name: str, g: Term, wanted: set[int]) -> dict[int, Term]:
        """What a gradient g of a computed name becomes at each quantity of its equation."""
        every = self.operations[name]
        found = {every[-1].place: g}
        return backward(every, self.symbols, self.terms, found, wanted, self.result.system)

    def _along_paths(self) -> Iterator[tuple[Field, Step]]:
        wanted = self.tape.reached(self.result.wrt)
        local = {
            name: self._back(name, Term(1, 1), wanted)
            for name in self.operations
            if any(self.tape.names[name] in found for found in self.result.passes.values())
        }
        note = "of each equation, all but one of its quantities fixed"
        yield Place(), Step("Local derivatives", note=note)
        for name, found in local.items():
            for by in self._quantities(name, found):
                yield Place(), self._local(name, by, found[self.tape.names[by]])
        for of in self.result.of:
            yield Place(), Step(f"Derivatives of {of}", note="the chain of factors along each path")
            yield from self._chains(of, local)

    def _quantities(self, name: str, found: dict[int, Term]) -> list[str]:
        """The quantities that an equation has in it, of those that are derived."""
        return [self.names[at] for at in sorted(found)
                if at in self.names and self.names[at] != name]

    def _local(self, name: str, by: str, term: Term) -> Step:
        written = name in self.formulas
        return self._step(partial(name, by), term.value, term.formula if written else None)

    def _chains(self, of: str, local: dict[str, dict[int, Term]]) -> Iterator[tuple[Field, Step]]:
        chains, gradients = Chains(), self.result.passes[of]
        chains.end(named(of))
        for name in _backward(self.result):
            at = self.tape.names[name]
            if at not in gradients:
                if name in self.result.wrt:
                    note = f"{of} does not depend on {name}"
                    yield Place(("gradients", of, name)), Step(total(of, name), 0, note=note)
                continue
            paths = chains.paths(named(name))[::-1]
            long = sum(map(len, paths)) > MOST_FACTORS
            if long or name in self.result.wrt:
                yield Place(("gradients", of, name)), self._chained(of, name, paths)
                if long or len(paths) > 1:
                    # What leads to it from below starts with what is known of it now.
                    chains.end(named(name), (total(of, name), gradients[at]))
            for by in self._quantities(name, local.get(name, {})):
                factor = partial(name, by), local[name][self.tape.names[by]].value
                chains.join(named(by), named(name), factor)

    def _chained(self, of: str, name: str, paths: Sequence[Path]) -> Step:
        if name == of:
            return Step(total(of, of), 1)
        value = self.result.passes[of][self.tape.names[name]]
        return gradient_step(total(of, name), value, paths)

    def _equation_by_equation(self, of: str) -> Iterator[tuple[Field, Step]]:
        """The derivative with respect to each name, from those of what it feeds."""
        gradients, names = self.result.passes[of], self.tape.names
        known: dict[int, Term] = {}
        for name in _backward(self.result):
            at = names[name]
            if name == of:
                known[at] = Term(1, 1)
            field = Place(("gradients", of, name))
            if at not in gradients:
                if name in self.result.wrt:
                    zero = self.result.gradients[of][name]
                    note = f"{of} does not depend on {name}"
                    yield field, Step(total(of, name), zero, note=note)
                continue
            value = self.result.world.presented(gradients[at])
            yield field, self._step(total(of, name), value, known[at].formula)
            if name in self.operations:
                g = Term(1 if name == of else total(of, name), gradients[at])
                for place, term in self._back(name, g, set(gradients)).items():
                    if place in self.names and place != at:
                        known[place] = known[place] + term if place in known else term
