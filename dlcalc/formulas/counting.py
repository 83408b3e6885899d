"""Whole numbers that remember their formula.

A function that counts is run once more with such numbers in place of plain ones, and what
it returns says how it came about: the code that multiplied is the code that explains. A
formula is kept as a sum of products of symbols, so that equal terms come together
(D·D + D·2·D is 3·D²), and written with what all of them share taken out in front or behind:
D·U + U is (D + 1)·U.

>>> D, U = N(84, symbol("D")), N(10, symbol("U"))
>>> held = D * U + U
>>> held, held.formula == (D.formula + 1) * U.formula
(850, True)
"""

from __future__ import annotations

from math import gcd

from dlcalc.formulas.expressions import Expr, add, ceil, floor, mul, parts_of, power, symbol
from dlcalc.formulas.products import product
from dlcalc.typed import Any

Powers = dict[Expr, int]
"""A product: each factor with its exponent, below 0 where it divides, in order of appearance."""
Key = frozenset[tuple[Expr, int]]


class N(int):
    """A whole number that carries its formula; sums, products and quotients of it do, too."""

    terms: dict[Key, tuple[int, Powers]]

    def __new__(cls, value: int, formula: Expr | None = None) -> N:
        """The value under a name of its own; without one, a bare number."""
        made = super().__new__(cls, value)
        powers: Powers = {} if formula is None else {formula: 1}
        made.terms = {_key(powers): (1 if formula else int(value), powers)}
        return made

    @property
    def formula(self) -> Any:
        """The formula as an expression, or the bare number where it has no symbols."""
        return _factored(self.terms)

    @property
    def symbols(self) -> list[Expr]:
        """Every symbol of the formula, in order of appearance."""
        return list(dict.fromkeys(each for each in parts_of(self.formula) if each.kind == "symbol"))

    def named(self, letter: str, index: object = "") -> N:
        """The same number by a name, whatever it came from."""
        return N(int(self), symbol(letter, index))

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        sums = dict(self.terms)
        for key, (number, powers) in _as_n(other).terms.items():
            sums[key] = (sums.get(key, (0, powers))[0] + number, powers)
        return _with_terms(int(self) + int(other), sums)

    __radd__ = __add__

    def __neg__(self) -> N:
        return self * -1  # type: ignore[no-any-return]

    def __sub__(self, other: Any) -> Any:
        return self + -1 * other

    def __rsub__(self, other: Any) -> Any:
        return _as_n(other) - self

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, int):
            return NotImplemented
        products: dict[Key, tuple[int, Powers]] = {}
        for number, powers in self.terms.values():
            for times, more in _as_n(other).terms.values():
                joined = _times(powers, more)
                key = _key(joined)
                before = products.get(key, (0, joined))[0]
                products[key] = (before + number * times, joined)
        return _with_terms(int(self) * int(other), products)

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        """A quotient: exact where product is divided by product, else rounded down (⌊ ⌋).

        >>> from dlcalc.formulas.text import formula_text
        >>> D = N(84, symbol("D"))
        >>> [formula_text(each.formula) for each in (6 * D // 3, 2 * D // 3, D // 5, -(-D // 5))]
        ['2·D', '(2·D)/3', '⌊D/5⌋', '⌈D/5⌉']
        >>> [formula_text(each.formula) for each in (168 // D, 3 - D, -D, (D + 1) // 5)]
        ['168/D', '3 − D', '−D', '⌊(D + 1)/5⌋']
        """
        value = int(self) // int(other)
        divisor = _as_n(other).terms
        if len(self.terms) == len(divisor) == 1 and int(self) % int(other) == 0:
            [(number, powers)], [(by, less)] = self.terms.values(), divisor.values()
            if number % by == 0:
                joined = _times(powers, {factor: -each for factor, each in less.items()})
                return _with_terms(value, {_key(joined): (number // by, joined)})
            return N(value, Expr("div", (self.formula, _as_n(other).formula)))
        if next(iter(self.terms.values()))[0] < 0:  # ⌊−a/b⌋ = −⌈a/b⌉
            return -N(-value, ceil(Expr("div", ((-self).formula, _as_n(other).formula))))
        return N(value, floor(Expr("div", (self.formula, _as_n(other).formula))))

    def __rfloordiv__(self, other: Any) -> Any:
        return _as_n(other) // self


def _as_n(value: int) -> N:
    return value if isinstance(value, N) else N(value)


def _key(powers: Powers) -> Key:
    return frozenset(powers.items())


def _times(powers: Powers, more: Powers) -> Powers:
    joined = dict(powers)
    for factor, exponent in more.items():
        joined[factor] = joined.get(factor, 0) + exponent
    return {factor: exponent for factor, exponent in joined.items() if exponent}


def _with_terms(value: int, terms: dict[Key, tuple[int, Powers]]) -> N:
    made = N(value)
    made.terms = {key: term for key, term in terms.items() if term[0]} or {_key({}): (0, {})}
    return made


def _factored(terms: dict[Key, tuple[int, Powers]]) -> Any:
    """A sum of products with the factors that all of them share written once."""
    everything = list(terms.values())
    if len(everything) == 1:
        return _product(*everything[0])
    common = gcd(*(number for number, _ in everything))
    first = everything[0][1]
    shared = {
        factor: least for factor in first
        if (least := min(powers.get(factor, 0) for _, powers in everything)) > 0
    }
    inner = [
        _product(abs(number) // common, {
            factor: left for factor, exponent in powers.items()
            if (left := exponent - shared.get(factor, 0))
        })
        for number, powers in everything
    ]
    total: Any = inner[0] if everything[0][0] > 0 else Expr("neg", (inner[0],))
    for (number, _), each in zip(everything[1:], inner[1:], strict=True):
        total = add(total, each) if number > 0 else Expr("sub", (total, each))
    if not shared and common == 1:
        return total
    # What is shared stands where it stood in the first product: before or behind the rest.
    leading = [factor for factor in first if factor in shared]
    before = leading if next(iter(first)) in shared else []
    parts: list[Any] = [] if common == 1 else [common]
    parts += [_raised(factor, shared[factor]) for factor in before]
    parts += [total]
    parts += [_raised(factor, shared[factor]) for factor in leading if factor not in before]
    return mul(*parts)


def _product(number: int, powers: Powers) -> Any:
    above = [_raised(factor, each) for factor, each in powers.items() if each > 0]
    below = [_raised(factor, -each) for factor, each in powers.items() if each < 0]
    return product(number, *above, *(Expr("div", (1, each)) for each in below))


def _raised(factor: Expr, exponent: int) -> Any:
    return factor if exponent == 1 else power(factor, exponent)
