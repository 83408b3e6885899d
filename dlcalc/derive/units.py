"""A derivation number by number: every entry of its arrays with a name and a formula of its own.

A gradient is written as the sum over the paths that lead back to it, each from the last
quantity on it whose own gradient is written before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np

from dlcalc.derive.derivation import (
    Chains,
    Derivation,
    Line,
    Path,
    gradient,
    gradient_step,
    partials,
)
from dlcalc.derive.elements import Index, as_value, element_of, value_of
from dlcalc.formulas.expressions import Expr, Step, call, mul, symbol

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
    """The lines of a derivation entry by entry."""

    def __init__(
        self, whole: Derivation, names: Names, slopes: Mapping[Expr, tuple[str, Expr]],
        ends: Collection[str] = (), hidden: Collection[str] = (), direct: Collection[str] = (),
        notes: Mapping[str, str] | None = None, chained: bool = False,
    ) -> None:
        self.lines = Derivation({})
        """One line for each entry."""
        self.keys: dict[tuple[str, Index], str] = {}
        """The line of each entry of a whole line."""
        self.steps: dict[tuple[str, Index], Step] = {}
        """What is written of each entry of a whole line."""
        self._ends, self._hidden, self._direct = ends, hidden, direct
        self._chained = chained
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
                    self._add(key, index, entry, of, (notes or {}).get(key, ""))

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
            chains.end(quantity, (formula, line.value))
            put = () if formula in values else (formula.put(values),)
            step = Step(line.name, line.value, formula, put, note)
        elif key in self._direct:
            paths = [((slope, values[slope]), *factors) for slope, factors in known]
            step = gradient_step(line.name, line.value, paths, note, None, values)
        else:
            for slope, factors in known:
                chains.join(quantity, self._sources[slope], *factors)
            trails = chains.trails(quantity)
            if self._chained and len(trails) == 1 and len(trails[0][0]) > 2:
                chain = partials(of, trails[0][0])
            paths = [path for _, path in trails]
            step = gradient_step(line.name, line.value, paths, note, chain, values)
        if key in self._ends:
            chains.end(quantity, (line.name, line.value))
        elif key not in self._hidden:
            chains.known(quantity, (line.name, line.value))
        return step

    def _link(self, term: Any) -> tuple[Expr, Path] | None:
        """The gradient that is a factor of a term, and the other factors."""
        factors = _parts_of(term, "mul")
        known = [each for each in factors if each in self._sources]
        if len(known) != 1:
            return None
        others = [each for each in factors if each is not known[0]]
        values = self.lines.values
        return known[0], tuple((each, float(value_of(each, values))) for each in others)


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
