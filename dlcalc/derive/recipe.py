"""A recipe: a network as equations, from which its working, its elements and its slips follow.

What belongs to one kind of network is data: the equations, the numbers it is given, the field
of the record that each line gives, and the order in which it is derived by hand. A small
network is worked out number by number, a large one or a batch in matrices.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from dlcalc.derive.derivation import (
    Derivation,
    Index,
    Units,
    derived,
    element_of,
    gradient,
    numbered_names,
    single,
    value_of,
)
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.slips import Slips, numbers_in, order_slip, slip_of, symbols_in, turned_slip
from dlcalc.derive.tape import arranged
from dlcalc.derive.working_terms import named
from dlcalc.errors import InputError
from dlcalc.formulas.expressions import Expr, Step
from dlcalc.formulas.numerals import plain_value
from dlcalc.formulas.products import array_step
from dlcalc.formulas.text import SUPERSCRIPTS, formula_text
from dlcalc.numbers.places import Place, value_at

Entry = tuple[str, Index]
"""A field of the record, and the place in it."""


class Section(NamedTuple):
    """Lines under a title, in the order in which they are derived."""

    title: str
    keys: Sequence[str]
    note: str = ""


class Layer(NamedTuple):
    """A dense layer by the names of its quantities."""

    weight: str
    argument: str
    """What its function is applied to."""
    value: str
    below: str
    """The value of the layer before it."""
    bias: str = ""
    single: bool = True
    """Whether its values are vectors of one example, and not a row for each."""

    @property
    def equation(self) -> str:
        """The argument, as it is typed.

        >>> Layer("W_1", "q_1", "h_1", "x", "b_1").equation
        'q_1 = W_1@x + b_1'
        """
        product = f"{self.weight}@{self.below}" if self.single else f"{self.below}@{self.weight}'"
        return f"{self.argument} = {product}" + (f" + {self.bias}" if self.bias else "")


def forward_order(layers: Sequence[Layer]) -> list[str]:
    """Each layer's argument and value."""
    return [name for each in layers for name in (each.argument, each.value)]


def backward_order(layers: Sequence[Layer]) -> list[str]:
    """Each layer's value, argument, weights and bias, from the last one back."""
    return [name for each in reversed(layers)
            for name in (each.value, each.argument, each.weight, each.bias)]


def slope_of(of: str, name: str) -> Expr:
    """How the gradient of a quantity is written: ∂J/∂W_1."""
    return gradient(of, named(name))


class Recipe:
    """The lines of one network, and what is said of them.

    A quantity has its line under its own name, its gradient under that of what it is the
    gradient of and its own: `J W_1`.
    """

    fields: dict[str, str]
    """The line that gives each field of the record."""
    sections: list[Section]
    """All lines in order."""
    notes: dict[str, str]
    """Remarks on lines."""
    numbered: Mapping[str, Sequence[str]]
    """Fields whose entries are numbered in a row, by what stands before their numbers."""
    ends: tuple[str, ...] = ()
    """Gradients with which the paths of those below begin."""
    hidden: tuple[str, ...] = ()
    """Gradients that have no line of their own where paths are followed."""
    direct: tuple[str, ...] = ()
    """Gradients that are written by those of what they feed at once."""
    chained = False
    """Whether the chain of partial derivatives stands before the factors of a path."""
    letters: Mapping[str, tuple[str, int]] | None
    """For a network worked out number by number: the letter of each quantity's entries, and the
    number of the first."""

    def __init__(self) -> None:
        self.lines = Derivation({})
        self.slopes: dict[Expr, tuple[str, Expr]] = {}
        self.notes = {}
        self.fields, self.sections, self.numbered, self.letters = {}, [], {}, None
        self.record: Mapping[str, Any] = {}

    def derive(
        self, text: str, given: Mapping[str, Any], of: str, entering: Mapping[str, Any]
    ) -> None:
        """Add the lines of equations, and the gradients of `of`, which enter where they are told.

        `given` holds the inputs, and what was computed from them by other means.
        """
        system = arranged(parse_equations(text))
        known = {name: each for name, each in given.items() if name in system.names}
        found = derived(system, known, named, lambda name: slope_of(of, name), entering)
        computed = {each.name for each in system.computed}
        for key, line in found.lines.items():
            name = key if key in computed else key[1:]
            if key not in computed:
                self.slopes[line.name] = of, named(name)
            self.lines.lines[key if key in computed else f"{of} {name}"] = line
        self.lines.values |= {named(name): each for name, each in given.items()} | found.values
        for line in found.lines.values():
            self.know_slopes(line.formula)

    def know_slopes(self, formula: Any) -> None:
        """Let slopes that are written by their names, relu'(q), have their values."""
        if isinstance(formula, Expr):
            if formula.kind == "call" and formula.args[0].endswith("'"):
                self.lines.values[formula] = value_of(formula, self.lines.values)
            for each in formula.args:
                self.know_slopes(each)

    def give(self, record: Mapping[str, Any]) -> None:
        """Let the lines have the very numbers of the record; fields without a line go."""
        self.record = record
        known = self.lines.lines
        self.fields = {field: key for field, key in self.fields.items() if key in known}
        for field, key in self.fields.items():
            self.lines.add(key, known[key]._replace(value=value_at(record, _place(field))))

    @cached_property
    def units(self) -> Units | None:
        """The lines number by number, for a small network."""
        if self.letters is None:
            return None
        values = self.lines.values
        names = {named(name): numbered_names(letter, np.shape(values[named(name)]), n)
                 if n else np.array(named(name), dtype=object)
                 for name, (letter, n) in self.letters.items() if named(name) in values}
        return Units(self, names | self.more_names(names))

    def letters_of(self, layers: Sequence[Layer], value: str) -> dict[str, tuple[str, int]]:
        """The letters of layers whose units and weights count from the first one on."""
        letters: dict[str, tuple[str, int]] = {}
        units = weights = 1
        for each in layers:
            matrix = self.lines.values[named(each.weight)]
            letters |= {each.weight: ("w", weights), each.argument: ("q", units),
                        each.value: (value, units), each.bias: ("b", units)}
            units, weights = units + len(matrix), weights + np.size(matrix)
        return letters

    def more_names(self, names: Mapping[Expr, Any]) -> dict[Expr, Any]:
        """Names of what is made of other quantities."""
        return {}

    def steps(self) -> Iterator[Step]:
        """All lines in order."""
        for title, keys, note in self.sections:
            yield Step(title, note=note)
            for key in keys:
                if key in self.lines.lines:
                    yield from self.steps_of(key)

    def steps_of(self, key: str) -> Iterator[Step]:
        """A line, or its entries one by one."""
        line, note = self.lines.lines[key], self.notes.get(key, "")
        if self.units is None:
            formula = line.formula if isinstance(line.formula, Expr) else None
            values = self.lines.values
            put = {each: values[each] for each in symbols_in(formula)}
            step = array_step(line.name, line.value, formula, put)
            yield step._replace(note="; ".join(filter(None, (step.note, note))))
        elif key not in self.hidden:
            for index in np.ndindex(np.shape(line.value)):
                yield self.units.steps[key, index]

    def dressed(self, formula: Any) -> Any:
        """A formula as it is written."""
        return formula

    @cached_property
    def named(self) -> Mapping[str, Entry]:
        """Fields of single numbers that stand in an array, too, and where in it."""
        found: dict[str, Entry] = {}
        for letter, fields in self.numbered.items():
            entries = [(field, index) for field in fields
                       for index in np.ndindex(np.shape(value_at(self.record, _place(field))))]
            found |= {f"{letter}{n}": entry for n, entry in enumerate(entries, start=1)}
        return found

    def place_of(self, field: str, index: Index) -> tuple[Derivation, str, Index] | None:
        """Where an element of the record is derived: the lines, the key of its line, the place in
        that one's value; None where no line gives it."""
        whole, place = self.named.get(field, (field, ()))
        key = self.fields.get(whole)
        return None if key is None else (self.lines, key, (*place, *index))

    def element(self, field: str, index: Index) -> Step | None:
        """The working of one element of the record."""
        found = self.place_of(field, index)
        if found is None:
            return None
        lines, key, place = found
        if self.units is not None:
            return self.units.steps[key, place]
        line = lines.lines[key]
        name, note = self.dressed(line.name), self.notes.get(key, "")
        if not isinstance(line.formula, Expr):
            return Step(name, note=note)
        numbers = map(self.dressed, self.numbers_of(lines, line.formula, place))
        return Step(name, None, self.dressed(line.formula), tuple(dict.fromkeys(numbers)), note)

    def numbers_of(self, lines: Derivation, formula: Expr, place: Index) -> list[Any]:
        """One element of a formula with its numbers put in, if that says more than its name."""
        put = single(element_of(formula, place, lines.values))
        return [put] if isinstance(put, Expr) and formula not in lines.values else []

    def slip(self, field: str, expected: Any, tolerance: float | None) -> str:
        """The slip that gives the expected numbers of a field; "" for none."""
        array, place = self.named.get(field, (field, ()))
        key = self.fields.get(array, "")
        if not key:
            return ""
        value, student = np.asarray(self.lines.lines[key].value, float), numbers_in(expected)
        if student is None:
            return ""
        if value.ndim == 2 and value.shape[0] != value.shape[1]:
            turned = turned_slip(value, student, tolerance)
            if turned:
                return turned
        if student.shape != (() if field in self.named else value.shape):
            return ""
        units, twice = self.units, list[str]()
        lines = [(Slips(self.lines, timed=False), lambda at, index: (key, (*at, *index)))]
        if units is not None:  # first in the lines of single numbers
            twice = [formula_text(name) for name in units.lines.values]
            hidden = {own for (line, _), own in units.keys.items() if line in self.hidden}
            lines.insert(0, (Slips(units.lines, timed=False, hidden=hidden),
                             lambda at, index: (units.keys[key, (*at, *index)], ())))
        wrong = np.argwhere(~np.isclose(student, value)) if student.ndim else np.empty((0, 0))
        # Of one number that was given by its name the others are those of the record.
        alone = [tuple(map(int, each)) for each in wrong] if len(wrong) == 1 else []
        for at, answer in ((place, student), *((each, student[each]) for each in alone)):
            for slips, place_of in lines:
                if found := slip_of(slips, answer, tolerance, partial(place_of, at)):
                    in_arrays = slips.lines is self.lines.lines
                    return _of_layers(found, twice) if in_arrays else found
        return order_slip("rows", value, student) if value.ndim == 2 else ""

    def screen_names(self) -> dict[str, Entry]:
        """The element of the record that each name of the working means; w5 is the new one."""
        if self.units is None:
            return {}
        fields = {key: field for field, key in reversed(self.fields.items())}
        found = {formula_text(step.name): (fields[key], index)
                 for (key, index), step in self.units.steps.items() if key in fields}
        return found | {name.rstrip("⁺"): place for name, place in found.items() if "⁺" in name}

    def adapted(self, expected: Any) -> Any:
        """An answer whose keys may be names on the screen, in the form of the record.

        They are w5, h_1, dJ/dw5 or ∂J/∂w_5; all that the answer does not say of a field is taken
        from the record, and so agrees.
        """
        expected = completed(expected, self.record)
        if not isinstance(expected, Mapping) or all(name in self.record for name in expected):
            return expected
        known = {plainly(name): place for name, place in self.screen_names().items()}
        found: dict[str, Any] = {}
        for name, value in expected.items():
            entry = known.get(plainly(name))
            is_own = name in self.record or ("/" in name and name in self.record["named"])
            if entry is None or is_own:
                found[name] = value
            else:
                field, index = entry
                put(found, self.record, [*_place(field), *index], value)
        return found

    def order(self) -> list[str]:
        """The fields of the record in the order in which they are derived."""
        of_line: dict[str, list[str]] = {}
        for field, key in self.fields.items():
            of_line.setdefault(key, []).append(field)
        for name, (field, _) in self.named.items():
            if field in self.fields:
                of_line[self.fields[field]].append(name)
        return [field for section in self.sections for key in section.keys
                for field in of_line.get(key, ())]


def _of_layers(words: str, units: Collection[str]) -> str:
    """Words in which the names of layers that single units bear, too, are told from these.

    >>> _of_layers("∂J/∂q_2 in place of ∂J/∂W_1", {"q_1", "q_2"})
    '∂J/∂q⁽²⁾ in place of ∂J/∂W_1'
    """
    def told(found: re.Match[str]) -> str:
        raised = f"{found[1]}⁽{found[2].translate(SUPERSCRIPTS)}⁾"
        return raised if found[0] in units else found[0]

    return re.sub(r"([^\W\d_])_(\d+)", told, words)


def plainly(name: str) -> str:
    """A name without its typography.

    >>> plainly("∂J/∂w_5"), plainly("w5+"), plainly("μ_1")
    ('dJ/dw5', 'w5⁺', 'mu1')
    """
    for sign, plain in (("∂", "d"), ("_", ""), ("+", "⁺"), (" ", ""), ("μ", "mu"), ("σ", "sigma")):
        name = name.replace(sign, plain)
    return name


def completed(expected: Any, record: Any) -> Any:
    """An answer with the layers that it leaves out of a list taken from the record.

    A list may end early or hold null, or say by number, from 1, what it holds.

    >>> completed({"weights": {"2": [[5]]}}, {"weights": [[[1, 2]], [[3]]]})
    {'weights': [[[1, 2]], [[5]]]}
    >>> completed({"weights": {"W": [[5]]}}, {"weights": [[[1, 2]], [[3]]]})
    {'weights': {'W': [[5]]}}
    """
    if isinstance(expected, Mapping) and isinstance(record, Mapping):
        return {name: completed(each, record[name]) if name in record else each
                for name, each in expected.items()}
    if not isinstance(record, list | tuple) or not any(np.ndim(each) or isinstance(each, Mapping)
                                                      for each in record):
        return expected
    if isinstance(expected, Mapping):
        numbers = [str(n) for n in range(1, len(record) + 1)]
        if not expected or not set(expected) <= set(numbers):
            return expected
        expected = [expected.get(number) for number in numbers]
    if not isinstance(expected, list) or len(expected) > len(record):
        return expected
    given = [*expected, *[None] * (len(record) - len(expected))]
    return [plain_value(known) if each is None else completed(each, known)
            for each, known in zip(given, record, strict=True)]


def _place(field: str) -> Place:
    return Place(name or int(at) for name, at in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field))


def put(found: dict[str, Any], record: Mapping[str, Any], path: list[Any], value: Any) -> None:
    """Set one element; lists around it are those of the record, objects hold it alone."""
    target: Any = found
    source: Any = record
    try:
        for place, next_place in pairwise(path):
            source = source[place]
            if isinstance(place, str) and target.get(place) is None:
                whole = plain_value(source)
                target[place] = {} if isinstance(next_place, str) else whole
            target = target[place]
        target[path[-1]] = value
    except (LookupError, TypeError, AttributeError):
        raise InputError(f"{path[0]} is given by a name within it, and in another form") from None
