"""Slips: each formula of a derivation one edit away, evaluated, and held against an answer.

A symbol may be exchanged for its neighbour in time or in letter; a factor, a term or a
function be left out; a sign be wrong; a matrix be transposed; a sum stand for a mean. An
edit is made in every step alike, or in one alone, and followed through all that comes of
it. It is named only where it gives the expected numbers, to the digits they are written
with, and where these are enough to tell it from chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import chain, combinations, pairwise
from math import log
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from dlcalc.derive.derivation import NAMES, Derivation, as_value, compiled, joined
from dlcalc.derive.operations import table
from dlcalc.derive.working_terms import turned
from dlcalc.errors import DlcalcError
from dlcalc.formulas.expressions import Column, Expr, call, hadamard, stack, symbol
from dlcalc.formulas.text import formula_text
from dlcalc.numbers.axes import listed
from dlcalc.numbers.compare import DEFAULT_TOLERANCE, Said, agree

Array = Any
Place = tuple[str, tuple[int, ...]]
"""An element: the name of its line, and where it lies in the line's value."""

MOST_PARTS = 100
"""Rows among which those of an answer are looked for in another order."""
NEAR = 1e-6
"""How near a part of an answer is to one of the result, of its size."""
FOUR_DIGITS = 5e-4
"""The relative error of a number that is rounded to four digits."""
OF_DEVIATION = 0.02
"""The share of a wrong number's deviation that a slip may leave unexplained."""
LEAST_ERROR = 1e-6
"""The relative error of numbers that were computed in a row, however many their digits."""
FEWEST_DIGITS = 3
"""Digits from which a lone number may be rounded: one of fewer has to be what the slip gives,
or many a slip would come near it by chance."""
FEWEST_DECIMALS = 3
"""Decimals from which numbers may all have been rounded to as many."""
EVIDENCE = 5.9
"""Digits, over all differing numbers, that tell a far-fetched slip from chance."""
FEW = {3: 2.5, 2: 2.5, 1: 4.0, 0: EVIDENCE}
"""Digits that a slip asks for by how likely it is: 3 where it goes round, 2 in the very formula,
1 in what that formula names, 0 anywhere."""
MOST_EVALUATED = 30_000
"""Formulas that are evaluated in search of one slip."""
MOST_COMPARED = 400
"""Numbers whose digits are counted."""
SIZE = 4096
"""Numbers of a value that count as one formula more."""
MOST_STEPS = 6
"""Steps up to which a slip is looked for at every single one of them."""
MOST_DIVISOR = 100
"""A divisor up to which a factor of it may be left out."""
FUNCTIONS = ("sigmoid", "tanh", "relu")
"""Activations that are taken for each other."""
LEFT_OUT = (*FUNCTIONS, "exp", "softmax", "gelu", "softplus", "leaky_relu", "silu", "elu")
"""Functions that are forgotten."""
TARGETS = ("t", "T", "y")
"""Letters of what should come out."""


class Edit(NamedTuple):
    """One way to get a formula wrong."""

    words: str
    """What the slip is, to stand before `gives that`, with steps counted from the line's own."""
    formula: Any
    """The wrong formula."""
    common: bool = True
    """Whether it is looked for in what the asked quantity follows from, too."""


class Slips:
    """The slips of one derivation."""

    def __init__(
        self, derivation: Derivation, dressed: Callable[[Any], Any] = lambda formula: formula,
        circulated: Mapping[tuple[str, str], str] = MappingProxyType({}), timed: bool = True,
        hidden: Collection[str] = (),
    ) -> None:
        self.lines = derivation.lines
        self.dressed = dressed
        """Gives formulas their usual signs in words."""
        self.circulated = circulated
        """Group and words of slips that go round, likely wherever they are made, and how both
        are said together; "" for the usual way."""
        self.hidden = hidden
        """Lines that no working shows by themselves, so that no slip is said to be in them."""
        self.timed = timed
        """Whether what stands below a quantity is the step that it is of."""
        self.known = {name: as_value(value) for name, value in derivation.values.items()}
        self.by_number: dict[int | None, list[Expr]] = {}
        for name in self.known:
            self.by_number.setdefault(_parsed(name)[2], []).append(name)
        self.slots = {name: slot for slot, name in enumerate(self.known)}
        self.start = list(self.known.values())
        self.of = {key: self.slots[line.name] for key, line in self.lines.items()}
        self._whole = {key: self._compiled(line.formula) for key, line in self.lines.items()}
        self.keys = keys = {slot: key for key, slot in self.of.items()}
        self.uses = {key: {self.slots[each] for each in symbols_in(line.formula)}
                     for key, line in self.lines.items()}
        self.behind: dict[str, set[str]] = {}
        for key, uses in self.uses.items():
            before = [keys[slot] for slot in uses if slot in keys and keys[slot] in self.behind]
            self.behind[key] = {key}.union(*(self.behind[each] for each in before))
        self.users: dict[int, list[str]] = {slot: [] for slot in self.slots.values()}
        for key, slots in self.uses.items():
            for slot in slots:
                self.users[slot].append(key)
        self.asked: set[str] = set()
        """The lines that the wrong numbers are of."""
        self.needed: set[str] = set()
        """The lines that the numbers asked for follow from."""
        self._words: dict[Any, str] = {}
        self.evaluated = 0

    def _compiled(self, formula: Any) -> Callable[[Any], Any]:
        return compiled(formula, lambda name: itemgetter(self.slots[name]))

    def reader(self, places: Sequence[Place]) -> Callable[[Sequence[Array]], Array]:
        """From the values at all places the numbers at these; a value's axes are their last."""
        by_key: dict[str, list[int]] = {}
        for n, (key, _) in enumerate(places):
            by_key.setdefault(key, []).append(n)
        picked = []
        for key, at in by_key.items():
            shape = self.start[self.of[key]].shape
            axes = np.array([places[n][1] for n in at], int).reshape(len(at), -1)
            last = axes[:, axes.shape[1] - len(shape) :]
            picked.append((self.of[key], at, tuple(np.minimum(last, np.array(shape, int) - 1).T)))

        def read(values: Sequence[Array]) -> Array:
            found = np.empty(len(places))
            for slot, at, indices in picked:
                found[at] = values[slot][indices]
            return found

        return read

    def recognise(
        self, places: Sequence[Place], right: Array, expected: Array, tolerance: float
    ) -> str:
        """The slip that gives the expected numbers at those places, in words; "" for none."""
        if expected.size != right.size or not np.isfinite(expected).all():
            return ""
        differing = differing_of(expected, right, tolerance)
        if not differing:
            return ""
        asked, wanted = expected[differing], right[differing]
        close, digits, loose = _allowed(asked, tolerance)
        evidence = min(digits, _significance(asked))
        own = {places[each][0] for each in differing}
        others = np.delete(np.arange(right.size), differing)
        read = self.reader(places)
        # Where the answer is right a slip must leave it so; one that goes round may be made
        # at one element alone.
        still = 2 * written_within(expected[others])[0] if others.size else 0
        self.asked = own
        self.needed = set().union(*(self.behind[each] for each in own))
        for words, changed, likely in self._suspects(own):
            told = digits if likely > 1 else evidence
            if told < FEW[likely] or self.evaluated > MOST_EVALUATED:
                continue
            given = self._values(changed, read)
            if given is None:
                continue
            if likely < 3 and (np.abs(given[others] - expected[others]) > still).any():
                continue
            if explains(given[differing], asked, wanted, loose if likely == 3 else close):
                return words
        for words, factor in self._scaled() if digits >= FEW[2] else ():
            if (np.abs(factor * right[others] - expected[others]) <= still).all() and (
                    explains(factor * wanted, asked, wanted, close)):
                return words
        return ""

    def _scaled(self) -> Iterator[tuple[str, float]]:
        """What is wrong by one factor all over, however many lines the numbers are of."""
        yield "a wrong sign", -1
        asked = [self.lines[key].name for key in self.asked]
        slopes = [each for each in asked if _is_slope(_parsed(each)[0])]
        if not slopes:
            behind = (_places(self.lines[key].formula) for key in self.needed)
            if any(part.kind == "call" and part.args[0] == "ln" for part, _ in chain(*behind)):
                yield "log2 in place of ln", 1 / log(2)
                yield "log10 in place of ln", 1 / log(10)
            return
        of = {each.args[0] for each in slopes if each.kind == "derivative"}
        losses = [line.formula for line in self.lines.values() if isinstance(line.formula, Expr)
                  and (line.name in of or (not of and _parsed(line.name)[0] == "J"))]
        below = [each.args[1] for each in losses if each.kind == "div"]
        if any(isinstance(each, int | float) and each % 2 == 0 for each in below):
            yield "½ left out", 2
        targets = {each for loss in losses for each in symbols_in(loss) if _parsed(each)[0] == "t"}
        several = len(losses) - 1 if self.timed else len(targets)
        if several > 1:
            yield Said.MEAN_FOR_SUM, 1 / several

    def _suspects(self, own: set[str]) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Words, wrong formulas by line, and how likely these are, as in FEW."""
        groups = {group_of(key)[0] for key in own}
        near = {group_of(key)[1] for key in own}
        spread = self._spread(groups, [key for key in self.lines if key in self.needed])
        every = [(group, words) for group in spread for words in spread[group]]
        circulated = [each for each in every if each in self.circulated]
        named = set().union(*(self.uses[key] for key in own))
        parents = {group_of(key)[0] for key, slot in self.of.items() if slot in named} - groups
        ranked = [
            *((each, 3) for each in circulated if each[0] in groups),
            *((each, 2) for each in every if each[0] in groups),
            *((each, 3) for each in circulated if each[0] not in groups),
            *((each, 1) for each in every if each[0] in parents),
            *((each, 0) for each in every if each[0] not in groups | parents),
        ]
        steps = {group_of(key)[1] for lines in spread.values() for changed in lines.values()
                 for key in changed}
        few = sorted(each for each in steps if each) if len(steps) <= MOST_STEPS else []
        few = few if self.timed else []
        far = next((n for n, (_, likely) in enumerate(ranked) if not likely), len(ranked))
        for n, ((group, words), likely) in enumerate(ranked):
            if n == far:
                yield from self._throughout()
                yield from self._alone(circulated, spread, groups, near, few)
                yield from self._several(circulated, spread, few)
            changed = spread[group][words]
            said = self._located(group, words, groups, changed)
            yield said, changed, likely
            for key in changed if len(changed) > 1 else ():
                if group_of(key)[1] in near:
                    yield said, {key: changed[key]}, likely
        if far == len(ranked):
            yield from self._throughout()
        yield from self._alone([each for each, _ in ranked], spread, groups, near, few)

    def _throughout(self) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Slips made in several quantities alike."""
        lines = {key: line for key, line in self.lines.items()
                 if key in self.needed and isinstance(line.formula, Expr)}
        given = [each for each, slot in self.slots.items() if slot not in self.keys]
        biases = [each for each in given if _parsed(each)[0] == "b"]
        none = [("all biases left out", biases)] if len(biases) > 1 or self.timed else []
        for each in given if self.timed else ():
            if _parsed(each)[2] == 0 and each.kind == "symbol":
                none.append((f"{formula_text(each)} left out", [each]))
        for words, several in none:
            table = {each: Expr("mul", (0, each)) for each in several}
            yield words, {key: replaced(line.formula, table) for key, line in lines.items()
                          if any(each in table for each in symbols_in(line.formula))}, 1
        stacks = {each: Expr("stack", each.args[::-1]) for each in given if each.kind == "stack"}
        if stacks:
            turned_ = {key: line.formula.put(stacks) for key, line in lines.items()}
            changed = {key: each for key, each in turned_.items() if each != lines[key].formula}
            yield "(x; h) in place of (h; x)", changed, 1
        slopes = {key: line.formula.args[0] for key, line in lines.items()
                  if line.formula.kind in ("hadamard", "mul")
                  and len(set(symbols_in(Expr("list", line.formula.args[1:])))) == 1
                  and _is_slope(_parsed(next(symbols_in(line.formula)))[0])}
        if len(slopes) > 1:
            yield "the slopes of all activations left out", slopes, 1
        gates: dict[str, dict[str, Any]] = {}
        for key, line in lines.items() if self.timed else ():
            if line.formula.kind == "call" and line.formula.args[-1] in self.known:
                gates.setdefault(group_of(key)[0], {})[key] = line.formula.args
        for (one, first), (other, second) in combinations(gates.items(), 2):
            pairs = list(zip(first.items(), second.items(), strict=False))
            changed = {}
            for (a, (f, x)), (b, (g, y)) in pairs:
                changed |= {a: Expr("call", (f, y)), b: Expr("call", (g, x))}
            yield f"the rows of {self._name(one)} and {self._name(other)} exchanged", changed, 1

    def _alone(
        self, those: Iterable[tuple[str, str]], spread: Mapping[str, Any],
        groups: Collection[str], near: Collection[int | None], few: Collection[int],
    ) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Slips made at one far step alone."""
        for group, words in those:
            for key, formula in spread[group][words].items() if few else ():
                if len(spread[group][words]) > 1 and group_of(key)[1] not in near:
                    said = self._located(group, words, groups, [key])
                    yield f"{said}, at step {group_of(key)[1]} alone,", {key: formula}, 0

    def _spread(
        self, groups: Collection[str], behind: Sequence[str]
    ) -> dict[str, dict[str, dict[str, Any]]]:
        """By quantity and words the wrong formula of each line, the nearest quantities first."""
        ordered = sorted(dict.fromkeys(group_of(key)[0] for key in reversed(behind)),
                         key=lambda group: group not in groups)
        spread: dict[str, dict[str, dict[str, Any]]] = {group: {} for group in ordered}
        for key in behind:
            group = group_of(key)[0]
            for each in self.edits(key).values():
                if each.common or group in groups or (group, each.words) in self.circulated:
                    spread[group].setdefault(each.words, {})[key] = each.formula
        if not self.timed:
            for group in set(groups) & set(spread):
                spread[group] |= self._alike(spread[group])
        return spread

    def _alike(self, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """What is wrong in each unit alike: b_1 and b_2 left out are b left out."""
        found: dict[str, dict[str, Any]] = {}
        doubled = set()
        for words, changed in lines.items():
            bare = re.sub(r"_\d+", "", words)
            bare = re.sub(r"^(\S+) in place of \1$", r"\1 of another unit", bare)
            if bare != words:
                doubled |= {bare} if found.get(bare, {}).keys() & changed.keys() else set()
                found[bare] = {**found.get(bare, {}), **changed}
        return {words: changed for words, changed in found.items()
                if len(changed) > 1 and words not in doubled}

    def _several(
        self, circulated: Sequence[tuple[str, str]], spread: Mapping[str, Any],
        steps: Iterable[int],
    ) -> Iterator[tuple[str, dict[str, Any], int]]:
        """Circulated slips made together."""
        for count in range(2, len(circulated) + 1):
            for several in combinations(circulated, count):
                changed = {key: formula for group, words in several
                           for key, formula in spread[group][words].items()}
                yield self._together(several), changed, 0
                for step in steps if count <= 3 else ():
                    at = {key: each for key, each in changed.items() if group_of(key)[1] == step}
                    yield f"{self._together(several)}, at step {step} alone,", at, 0

    def _together(self, several: Iterable[tuple[str, str]]) -> str:
        """δh in place of δc in δi and δf together with f_t in place of f_(t+1)."""
        fields: dict[str, list[str]] = {}
        for group, words in several:
            said = self.circulated[group, words]
            fields.setdefault(said or words, []).extend([] if said else [self._name(group)])
        parts = []
        for words, names in fields.items():
            wanted = _wants_place(words, (names or [""])[-1])
            parts.append(f"{words} in {listed(names)}" if wanted else words)
        return " together with ".join(parts)

    def _located(
        self, group: str, words: str, own: Collection[str], changed: Collection[str]
    ) -> str:
        """The words, and the quantity that they are about where it is another than that asked."""
        if said := self.circulated.get((group, words)):
            return said
        name = "" if all(key in self.hidden for key in changed) else self._name(group, changed)
        return f"{words} in {name}" if group not in own and _wants_place(words, name) else words

    def _name(self, group: str, changed: Collection[str] = ()) -> str:
        keys = list(changed) or [key for key in self.lines if group_of(key)[0] == group]
        said = self._said(self.lines[keys[0]].name, group_of(keys[0])[1])
        return said if self.timed or len(keys) == 1 else re.sub(r"_\d+", "", said)

    def _values(
        self, changed: Mapping[str, Any], read: Callable[[Sequence[Array]], Array]
    ) -> Array | None:
        """What is read from the values with wrong formulas; None where one cannot be computed."""
        # A line that is left as it is keeps the numbers that are not the expected ones.
        if any(self.behind[key].isdisjoint(changed) for key in self.asked):
            return None
        moved: set[int] = set()
        values = list(self.start)
        # Wrong formulas may name what the right ones do not follow from.
        named = {self.slots[each] for wrong in changed.values() for each in symbols_in(wrong)}
        further = [self.behind[self.keys[slot]] for slot in named if slot in self.keys]
        needed = self.needed.union(*further)
        for key in self.lines:
            if key not in needed or (key not in changed and moved.isdisjoint(self.uses[key])):
                continue
            self.evaluated += 1 + self.start[self.of[key]].size // SIZE
            slot = self.of[key]
            try:
                compute = self._compiled(changed[key]) if key in changed else self._whole[key]
                value = np.asarray(compute(values))
            except (DlcalcError, ValueError, ArithmeticError, LookupError, TypeError):
                return None
            shape = self.start[slot].shape
            if np.shape(value) != shape:
                if np.ndim(value) == 0 or np.shape(value) != shape[len(shape) - np.ndim(value) :]:
                    return None
                value = np.broadcast_to(value, shape)
            values[slot] = value
            moved.add(slot)
        return read(values)

    def edits(self, key: str) -> dict[str, Edit]:
        """Every formula one edit away from a line's, by the words for it."""
        found: dict[str, Edit] = {}
        line = self.lines[key]
        for each in self._edited(key):
            circular = not self.timed and line.name in symbols_in(each.formula)
            if each.formula != line.formula and not circular:
                found.setdefault(each.words, each)
        return found

    def _edited(self, key: str) -> Iterator[Edit]:
        formula, (group, t) = self.lines[key].formula, group_of(key)
        if not isinstance(formula, Expr):
            return
        if self.timed:
            yield from self._of_line(key, formula, t)
            if t is None:
                yield from self._before_slopes(formula)
            if t is None and formula.kind == "add":
                yield from self._in_each_term(formula)
        elif _is_slope(_parsed(self.lines[key].name)[0]):
            yield from self._slope_again(formula)
        yield from self._changes(formula, group, t)

    def _slope_again(self, formula: Expr) -> Iterator[Edit]:
        """The slope of softmax or sigmoid beside y − t, which has it in it."""
        for part, put in _places(formula):
            y: Any = part.args[0] if part.kind == "sub" else None
            function = getattr(self.formula_of(y), "args", (None,))[0]
            if function in ("softmax", "sigmoid"):
                words = Said.SLOPE_AGAIN.format(function, self._said(part, None))
                yield Edit(f"the {words}", put(hadamard(part, y, 1 - y)))
                if function == "softmax":
                    mean = call("sum", hadamard(part, y), "axis=-1", "keepdims=yes")
                    yield Edit(f"the whole {words}", put(hadamard(y, part - mean)))

    def _changes(self, formula: Expr, group: str, t: int | None) -> Iterator[Edit]:
        if formula.kind != "sub":
            yield Edit("a wrong sign", _negative(formula), False)
        yield from self._structural(formula, group, t)
        summed = formula.args[1] if formula.kind == "call" and formula.args[0] == "sum" else formula
        if getattr(summed, "kind", "") == "matmul":
            yield Edit(Said.TRANSPOSED, Expr("transpose", (formula,)), False)
        named = [each for each in dict.fromkeys(symbols_in(formula)) if each in self.known]
        for each in named:
            if _parsed(each)[0] == "σ":
                words = f"{self._said(each**2, t)} in place of {self._said(each, t)}"
                yield Edit(words, formula.put({each: each**2}) if formula != each else each**2)
            if lower := self._classes_before(each):
                yield Edit(Said.FROM_ONE, replaced(formula, {each: lower}))
            for other in self._neighbours(each):
                words = f"{self._said(other, t, each)} in place of {self._said(each, t, other)}"
                common = _parsed(each)[0] == _parsed(other)[0] or self._is_argument(other, each)
                yield Edit(words, replaced(formula, {each: other}), common)
        for a, b in combinations(named, 2):
            if not self.timed:  # in the order of their numbers, in each unit alike
                a, b = sorted((a, b), key=lambda each: _parsed(each)[2] or 0)
            if self.known[a].shape == self.known[b].shape:
                words = f"{self._said(a, t, b)} and {self._said(b, t, a)} exchanged"
                swapped = replaced(formula, {a: b, b: a})
                yield Edit(words, swapped, self.timed and group[:1] != "d")

    def _of_line(self, key: str, formula: Expr, t: int | None) -> Iterator[Edit]:
        """A quantity in place of what its gradient is a product with, or one step too far."""
        name = self.lines[key].name
        if formula.kind == "symbol" and formula != name:
            yield Edit(f"{self._said(formula, t)} left out", Expr("mul", (0, formula)))
        own = self.lines[key[1:]].name if key[0] == "d" and key[1:] in self.lines else name
        for each in dict.fromkeys(symbols_in(formula)) if own != name else ():
            if each in self.known and self.known[each].shape == self.known[own].shape:
                words = f"{self._said(own, t, each)} in place of {self._said(each, t, own)}"
                yield Edit(words, replaced(formula, {each: own}))
        for other in self.users[self.of[key]]:
            line = self.lines[other]
            if group_of(other)[1] == t and isinstance(line.formula, Expr):
                words = f"{self._said(line.name, t)} in place of {self._said(name, t)}"
                yield Edit(words, replaced(line.formula, {name: formula}))

    def _in_each_term(self, formula: Expr) -> Iterator[Edit]:
        """What is wrong in each term alike of a sum over the steps."""
        found = []
        for term in formula.args:
            steps = [_parsed(each)[2] for each in symbols_in(term)]
            t = max((each for each in steps if each is not None), default=None)
            edits = self._changes(term, "", t) if isinstance(term, Expr) else ()
            found.append({each.words: each.formula for each in edits})
        for words in found[0]:
            if all(words in each for each in found):
                yield Edit(words, Expr("add", tuple(each[words] for each in found)))

    def _neighbours(self, each: Expr) -> Iterator[Expr]:
        letter, prefix, n = _parsed(each)
        shape = self.known[each].shape
        near = (n, n - 1, n + 1) if self.timed and n is not None else (
            (n,) if self.timed else self.by_number)
        for other in (other for number in near for other in self.by_number.get(number, ())):
            if other.kind != each.kind or other == each or self.known[other].shape != shape:
                continue
            one, before, m = _parsed(other)
            if (one, before) == (letter, prefix):
                if n is not None and m is not None and (abs(m - n) == 1 or not self.timed):
                    yield other
            elif m == n and _is_slope(one) == _is_slope(letter) and (
                    _is_weight(one) == _is_weight(letter)):
                yield other

    def _classes_before(self, each: Expr) -> Any:
        """A target of classes with each of them one too low; None for other quantities."""
        classes = self.known[each]
        if _parsed(each)[0] not in TARGETS or not classes.ndim:
            return None
        classes = np.moveaxis(classes, 0, -1) if self.timed else classes
        one_hot = np.isin(classes, (0, 1)).all() and np.all(classes.sum(axis=-1) == 1)
        if classes.shape[-1] < 2 or not one_hot:
            return None
        lower = np.roll(classes, -1, axis=-1)
        return _listed(np.moveaxis(lower, -1, 0) if self.timed else lower)

    def _before_slopes(self, formula: Expr) -> Iterator[Edit]:
        """The gradients at the gates in place of those at their arguments, which are stacked in
        one: of all gates, and of each alone."""
        found: dict[str, dict[Expr, Expr]] = {}
        for each in dict.fromkeys(symbols_in(formula)):
            gates, t = getattr(self._line_of(each), "args", ()), _parsed(each)[2]
            products = [self._line_of(gate) for gate in gates]
            if not products or not all(getattr(product, "kind", "") == "hadamard" and
                                       _is_slope(_parsed(product.args[0])[0])
                                       for product in products):
                continue
            values = [product.args[0] for product in products]
            stacked = [(stack(*values), each, stack(*values))]
            for n, (value, gate) in enumerate(zip(values, gates, strict=True)):
                stacked.append((value, gate, stack(*gates[:n], value, *gates[n + 1 :])))
            for one, other, whole in stacked:
                words = f"{self._said(one, t)} in place of {self._said(other, t)}"
                found.setdefault(words, {})[each] = whole
        for words, instead in found.items():
            yield Edit(words, replaced(formula, instead))

    def _is_argument(self, one: Expr, other: Expr) -> bool:
        """Whether a quantity is a function's value, and the other its argument."""
        keys = [self.keys.get(self.slots[each], "") for each in (one, other)]
        calls = [
            line.formula.args[1:] if line and getattr(line.formula, "kind", "") == "call" else ()
            for line in map(self.lines.get, keys)
        ]
        return not self.timed and ((other,) == calls[0] or (one,) == calls[1])

    def _structural(self, formula: Expr, group: str, t: int | None) -> Iterator[Edit]:
        """What is done to a part of a formula, by the table of slips."""
        for part, put in _places(formula):
            owner = self._name(group) if part is formula and group else ""
            said, beside = partial(self._said, t=t), partial(self._said, t=t, beside=part)
            a, b, *_ = (*part.args, None)
            given = self, said, beside, partial(_within, said), part, part.args, a, b, t, owner
            for common, make in _table().get(part.kind, ()):
                for words, wrong in make(*given):
                    yield Edit(words, put(wrong), common)

    def products_with(self, part: Expr) -> Iterator[Expr]:
        """Quantities that a function's value is a factor of: h of tanh c."""
        for line in self.lines.values():
            kind = getattr(line.formula, "kind", "")
            if kind in ("hadamard", "mul") and part in line.formula.args and (
                    not _is_slope(_parsed(line.name)[0])):
                yield line.name

    def slopes_of(self, args: Any) -> Iterator[tuple[Any, ...]]:
        """The slopes of functions that a gradient is multiplied with; y(1 − y) are one."""
        if not any(_is_slope(_parsed(each)[0]) for each in args if isinstance(each, Expr)):
            return
        for y, each in zip((None, *args), args, strict=False):
            kind = getattr(each, "kind", "")
            if each == Expr("sub", (1, y)):
                yield y, each
            elif kind in ("call", "partial") or (
                    kind == "sub" and getattr(each.args[1], "kind", "") == "pow"):
                yield (each,)

    def formula_of(self, name: Any) -> Any:
        """The formula of a quantity that a line computes forward; None of others."""
        found = self._line_of(name)
        return None if found is None or _is_slope(_parsed(name)[0]) else found

    def _line_of(self, name: Any) -> Any:
        """The formula of a line; None of what has none."""
        key = self.keys.get(self.slots.get(name, -1), "")
        return self.lines[key].formula if key else None

    def sizes_in(self, part: Any) -> set[int]:
        """How many numbers the quantities in a part have."""
        return {self.known[each].size for each in symbols_in(part) if each in self.known}

    def sizes_over(self, part: Any, below: float) -> Iterator[tuple[int, float]]:
        """The sizes of matrices of which an axis divides the divisor of a mean, and the divisors
        with the other axis in it, too."""
        for each in dict.fromkeys(symbols_in(part)):
            shape = self.known[each].shape if each in self.known else ()
            for n, size in enumerate(shape if len(shape) == 2 else ()):
                if size > 1 and below % size == 0 and shape[1 - n] > 1:
                    yield size * shape[1 - n], below * shape[1 - n]

    def is_vector(self, part: Any) -> bool:
        """Whether a part has no matrix in it, or one of a single row or column."""
        arrays = (self.known[each] for each in symbols_in(part) if each in self.known)
        return any(array.ndim < 2 or 1 in array.shape for array in arrays)

    def _said(self, part: Any, t: int | None, beside: Any = None) -> str:
        """A part of a formula in words, its steps counted from t; those of t itself unsaid."""
        if not isinstance(part, Expr):
            return formula_text(part)
        if (part, t, beside) not in self._words:
            self._words[part, t, beside] = self._in_words(part, t, beside)
        return self._words[part, t, beside]

    def _in_words(self, part: Expr, t: int | None, beside: Any) -> str:
        t = t if self.timed else None
        steps = {_parsed(each)[2] for one in (part, beside) for each in symbols_in(one)}
        bare = t is not None and steps <= {t, None}
        table = {each: _relative(each, t, bare) for each in symbols_in(part)} if t else {}
        return formula_text(self.dressed(replaced(part, table)))


def slip_of(
    slips: Slips, expected: Any, tolerance: float | None,
    place_of: Callable[[tuple[int, ...]], Place],
) -> str:
    """The slip that gives the expected numbers of a field, whose elements are at these places.

    `place_of` raises LookupError for what is no element of the field.
    """
    student, places = numbers_in(expected), []
    with suppress(LookupError, TypeError, ValueError):  # of an array of another shape
        places = [place_of(index) for index in np.ndindex(np.shape(student))]
    if student is None or not places:
        return ""
    within = DEFAULT_TOLERANCE if tolerance is None else tolerance
    found = ""
    with np.errstate(all="ignore"), suppress(OverflowError):  # whole numbers past any float
        right = slips.reader(places)(slips.start)
        found = slips.recognise(places, right, student.ravel(), within)
    return f"{found} gives that" if found else ""


def turned_slip(right: Any, expected: Any, tolerance: float | None) -> str:
    """That an answer is the transposed of the right one, where it is; "" elsewhere."""
    student, own = numbers_in(expected), numbers_in(right)
    if student is None or own is None or student.ndim < 2 or student.shape != own.T.shape:
        return ""
    turned = own.T
    within = np.maximum(written_within(student)[0], (tolerance or 0) * np.abs(turned))
    return f"{Said.TRANSPOSED} gives that" if (np.abs(student - turned) <= within).all() else ""


def order_slip(parts: str, right: Any, expected: Any) -> str:
    """The order in which an answer has the parts along the first axis; "" where it has others.

    >>> order_slip("rows", [[1, 2], [3, 4], [5, 6]], [[3, 4], [5, 6], [1, 2]])
    'the rows in the order 1, 2, 0 gives that'
    """
    student, own = numbers_in(expected), numbers_in(right)
    if student is None or own is None or student.shape != own.shape or (
            not 1 < own.shape[0] <= MOST_PARTS):
        return ""
    error = written_within(student)[0]
    left, order = dict(enumerate(own)), list[int]()
    for wanted, within in zip(student, np.maximum(error, NEAR * np.abs(student)), strict=True):
        same = [n for n, each in left.items() if (np.abs(each - wanted) <= within).all()]
        if not same:
            return ""
        order.append(same[0])
        del left[same[0]]
    said = f"the {parts} in the order {', '.join(map(str, order))} gives that"
    return "" if order == sorted(order) else said


def numbers_in(expected: Any) -> Array:
    """Numbers as floats; None for words, for ragged lists, and for what is past any float."""
    with suppress(ValueError, TypeError, OverflowError):
        return np.asarray(expected, float)
    return None


def gives(value: Any, expected: Any) -> bool:
    """Whether a quantity has just the expected numbers, three digits or more, as rounded."""
    student, right = numbers_in(expected), numbers_in(value)
    if student is None or right is None or student.shape != right.shape or (
            not np.isfinite(student).all()):
        return False
    near = np.abs(student.ravel() - right.ravel()) <= written_within(student.ravel())[0]
    return bool(near.all() and sum(len(_digits(each)) for each in student.ravel().tolist()) > 2)


def _wants_place(words: str, name: str) -> bool:
    """Whether what a slip is in is not said by its words."""
    return bool(name) and not words.endswith((f"activation of {name}", f" in {name}"))


@cache
def _table() -> dict[str, list[tuple[bool, Callable[..., list[tuple[str, Any]]]]]]:
    """By the kind of a part what goes wrong with it: whether commonly, and what makes the words
    and the wrong formula."""
    found: dict[str, list[Any]] = {}
    for line in table("slips.txt"):
        kinds, words, formula, clauses = line.split(" |")
        told = re.sub(r"\{(.+?)\}", r"{said(\1)}", words.strip())
        edits = f"[(f'''{told}''', {formula}) for _ in '_' {clauses}]"
        make = eval(f"lambda {_GIVEN}: {edits}", _NAMES)  # noqa: S307
        for kind in kinds.removeprefix("seldom ").split():
            found.setdefault(kind, []).append((not kinds.startswith("seldom"), make))
    return found


def _within(said: Callable[[Any], str], part: Any) -> str:
    """What is left out, in words."""
    part = part.args[0] if getattr(part, "kind", "") == "neg" else part
    return f"({said(part)})" if getattr(part, "kind", "") in ("add", "sub") else said(part)


def _shared_in(args: Any) -> Iterator[tuple[Any, list[Any]]]:
    """One to three factors that all terms of a sum share, and what is left of each without."""
    factors = [each.args if getattr(each, "kind", "") == "mul" else () for each in args]
    shared = [each for each in factors[0] if all(each in other for other in factors)]
    for size in (1, 2, 3):
        for n in range(len(shared) - size + 1):
            several = tuple(shared[n : n + size])
            rest = [tuple(each for each in term if each not in several) for term in factors]
            if all(rest):
                yield several, rest


_NAMES: dict[str, Any] = {
    "FUNCTIONS": FUNCTIONS, "LEFT_OUT": LEFT_OUT, "MOST_DIVISOR": MOST_DIVISOR, "call": call,
    "expr": lambda kind, *args: Expr(kind, args), "hadamard": hadamard, "joined": joined,
    "kind": lambda part: getattr(part, "kind", ""), "pairwise": pairwise, "turned": turned,
    "number": lambda part: isinstance(part, int | float), "shared_in": _shared_in,
    "negative": lambda part: _negative(part), "Said": Said,
    "share": lambda number: "½" if number == 2 else f"1/{number:g}",
}
"""What the table of slips may name beside what is given with a part."""
_GIVEN = "own, said, beside, within, part, args, a, b, t, owner"


@cache
def group_of(key: str) -> tuple[str, int | None]:
    """The quantity that a line is of, and its step: dar_2 is dar at 2.

    >>> group_of("dar_2"), group_of("dW_ir"), group_of("dh_0")
    (('dar', 2), ('dW_ir', None), ('dh_0', None))
    """
    base, _, step = key.rpartition("_")
    return (base, int(step)) if base and step.isdigit() and step != "0" else (key, None)


def differing_of(expected: Array, right: Array, tolerance: float) -> list[int]:
    """Where numbers are wrong; by rounding alone only if all of them are so."""
    off, largest = np.abs(expected - right), np.maximum(np.abs(expected), np.abs(right))
    exact, written = (
        np.flatnonzero(~(np.isfinite(off) & (off <= within * largest)))
        for within in (tolerance, max(tolerance, written_error(expected)))
    )
    finest = off > 0.51 * 10.0 ** -max(_decimals(expected), FEWEST_DECIMALS)
    found = [each for each in (written[finest[written]], written, exact) if each.size]
    return found[0].tolist() if found else []


def written_error(numbers: Array) -> float:
    """The relative error that the digits of numbers leave open, those of the longest."""
    digits = max((len(_digits(number)) for number in _some(numbers)), default=1)
    return min(FOUR_DIGITS, max(5 * 10.0**-digits, LEAST_ERROR))


def written_within(numbers: Array) -> tuple[Array, float]:
    """The error that each number leaves open by the digits and decimals it is written with,
    and how many digits of evidence they are together."""
    relative = written_error(numbers) * np.abs(numbers)
    decimals = _decimals(numbers)
    unit = 0.0 if decimals < FEWEST_DECIMALS else 0.51 * 10.0**-decimals
    error = np.maximum(relative, unit)
    shares = error / np.where(numbers == 0, 1, np.abs(numbers))
    return error, float(-np.log10(np.clip(shares, LEAST_ERROR / 10, 1)).sum())


def _allowed(asked: Array, tolerance: float) -> tuple[Array, float, float]:
    """The error that each wrong number leaves open, their digits of evidence, and the relative
    error of a slip that goes round."""
    close, digits = written_within(asked)
    if asked.size == 1:
        least = LEAST_ERROR * np.abs(asked)
        if len(_digits(asked.item())) < FEWEST_DIGITS:
            # Whatever has a factor of 0 gives a lone 0, which is no evidence at all.
            return least, digits if asked.any() else 0.0, LEAST_ERROR
        close = np.maximum(least, np.minimum(close, 0.51 * 10.0 ** -decimals_of(asked.item())))
    return close, digits, max(tolerance, FOUR_DIGITS)


def _significance(numbers: Array) -> float:
    """How many digits tell numbers from others written alike: small whole ones meet by chance."""
    steps = 2 * np.abs(numbers) * 10.0 ** _decimals(numbers)
    return float(np.log10(np.maximum(steps, 1)).sum())


def _some(numbers: Array) -> list[float]:
    """So many of many numbers that the longest are among them."""
    return numbers.ravel()[:: 1 + numbers.size // MOST_COMPARED].tolist()  # type: ignore[no-any-return]


def _decimals(numbers: Array) -> int:
    return max(map(decimals_of, _some(numbers)))


def decimals_of(number: float) -> int:
    """Decimals that a number is written with.

    >>> decimals_of(0.25), decimals_of(1e-05)
    (2, 5)
    """
    return len(np.format_float_positional(number, trim="-").partition(".")[2])


def _digits(number: float) -> str:
    return repr(abs(number)).split("e")[0].replace(".", "").strip("0")


def explains(slip: Array, asked: Array, right: Array, within: Any) -> bool:
    """Whether a slip's numbers are those asked for, as rounded as those of students are.

    `within` is a relative tolerance, or an absolute one for each number.
    """
    off = np.abs(slip - asked)
    near = off <= OF_DEVIATION * np.abs(right - asked)
    if np.ndim(within):
        # What deviates by little more than it is rounded cannot be near.
        return bool(near.any() and (off <= within).all())
    pairs = zip(slip.tolist(), asked.tolist(), strict=True)
    return bool(near.all()) and all(agree(a, b, within) for a, b in pairs)


@cache
def _parsed(each: Expr) -> tuple[str, str, int | None]:
    """Letter, what stands before the number below it, and that number."""
    if each.kind == "new":
        letter, head, n = _parsed(each.args[0])
        return f"{letter}⁺", head, n
    if each.kind == "derivative":
        letter, head, n = _parsed(each.args[1])
        return f"∂{letter}", head, n
    if each.kind != "symbol":
        return each.kind, "", None
    letter, sub = each.args
    head = sub.rstrip("0123456789")
    return letter, head, int(sub[len(head) :]) if sub[len(head) :] else None


def _relative(each: Expr, t: int, bare: bool) -> Expr:
    letter, prefix, n = _parsed(each)
    if n is None or each.kind != "symbol":
        return each
    if bare:
        return symbol(letter, prefix.rstrip(","))
    return symbol(letter, prefix + (f"(t+{n - t})" if n > t else f"t{n - t}" if n < t else "t"))


def _is_slope(letter: str) -> bool:
    return letter[:1] in "δ∂" or letter == "dh"


def _is_weight(letter: str) -> bool:
    """Whether a weight or a bias has that letter, or the change of one."""
    return letter.strip("Δ⁺") in ("W", "w", "V", "b")


def symbols_in(formula: Any) -> Iterator[Expr]:
    """The names in a formula, from left to right."""
    if isinstance(formula, Column) or not isinstance(formula, Expr):
        return
    if formula.kind in NAMES:
        yield formula
        return
    for each in formula.args:
        yield from symbols_in(each)


def replaced(formula: Any, table: Mapping[Expr, Any]) -> Any:
    """A formula with other parts in place of some; the names in a derivative's stay."""
    if not isinstance(formula, Expr) or isinstance(formula, Column):
        return formula
    if formula.kind in NAMES:
        return table.get(formula, formula)
    return Expr(formula.kind, tuple(replaced(each, table) for each in formula.args))


def _places(
    formula: Any, put: Callable[[Any], Any] = lambda new: new
) -> Iterator[tuple[Expr, Callable[[Any], Any]]]:
    """Every part of a formula, and what puts another in its place."""
    if not isinstance(formula, Expr) or formula.kind in NAMES:
        return
    yield formula, put

    def within(n: int) -> Callable[[Any], Any]:
        return lambda new: put(Expr(formula.kind, (*formula.args[:n], new, *formula.args[n + 1:])))

    # A gradient carried back through a call has mistakes; the call says what it is carried to.
    only = 1 if formula.args[:1] == ("back",) else None
    for n, each in enumerate(formula.args):
        if only in (None, n):
            yield from _places(each, within(n))


def _listed(array: Any) -> Any:
    """An array as a formula."""
    return Expr("list", tuple(map(_listed, array))) if np.ndim(array) else array


def _negative(part: Any) -> Any:
    if isinstance(part, Expr):
        return part.args[0] if part.kind == "neg" else Expr("neg", (part,))
    return -part
