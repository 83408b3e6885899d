"""Products, quotients and sums gathered as by hand; sums and matrices written out while small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd, prod
from types import MappingProxyType

from dlcalc.formulas.expressions import Expr, Step, Vector, add, hadamard, mul
from dlcalc.formulas.text import formula_text
from dlcalc.typed import Any

Formula = Any
"""An expression, or a bare number."""


class Apart(Expr):
    """A quotient of arrays of different rank: no factor of it may be gathered with others."""

    __slots__ = ()


def is_number(formula: Formula) -> bool:
    """Whether a formula is a bare number."""
    return isinstance(formula, int | float)


def elementwise(a: Formula, b: Formula) -> Formula:
    """a ⊙ b; a sign stands before it, a factor of 1 is left out."""
    for one, other in ((a, b), (b, a)):
        if is_number(one) or (one.kind == "div" and is_number(one.args[0])):
            return product(other, one)
        if one.kind == "neg":
            left, right = (one.args[0], other) if one is a else (other, one.args[0])
            return Expr("neg", (elementwise(left, right),))
    return hadamard(*(part for each in (a, b) for part in (
        each.args if each.kind == "hadamard" else (each,))))


def product(*factors: Formula) -> Formula:
    """The product as one number, what stands above and what below; what is in both is left out.

    >>> from dlcalc.formulas.expressions import symbol
    >>> a, b = symbol("a"), symbol("b")
    >>> product(2, a / b, -b) == -(2 * a)
    True
    """
    number: Any = 1
    above: list[Formula] = []
    below: list[Formula] = []
    for each in factors:
        inner, over, under = _parts(each)
        number, above, below = number * inner, [*above, *over], [*below, *under]
    for each in list(above):
        _cancel(each, above, below)
    for each in [each for each in below if isinstance(each, int) and isinstance(number, int)]:
        common = gcd(number, each)
        number, rest = number // common, each // common
        below.remove(each)
        below[:0] = [rest] if rest != 1 else []
    size = abs(number)
    parts = [*([] if size == 1 and above else [int(size) if size == 1 else size]), *above]
    whole = parts[0] if len(parts) == 1 else mul(*parts)
    if below:
        whole = Expr("div", (whole, below[0] if len(below) == 1 else mul(*below)))
    return whole if number >= 0 else -whole


def _parts(formula: Formula) -> tuple[Any, list[Formula], list[Formula]]:
    """The number, the factors above and those below of a product or quotient."""
    if is_number(formula):
        return formula, [], []
    if formula.kind == "neg":
        number, above, below = _parts(formula.args[0])
        return -number, above, below
    if formula.kind == "mul":
        found = [_parts(each) for each in formula.args]
        return (
            prod(each[0] for each in found),
            [part for each in found for part in each[1]],
            [part for each in found for part in each[2]],
        )
    if formula.kind == "div" and not isinstance(formula, Apart):
        number, above, under = _parts(formula.args[0])
        divisor, below, over = _parts(formula.args[1])
        if divisor in (1, -1):
            return number * divisor, [*above, *over], [*under, *below]
        return number, [*above, *over], [*under, divisor, *below]
    return 1, [formula], []


def _cancel(factor: Formula, above: list[Formula], below: list[Formula]) -> None:
    """Take a factor out above and below, also from a power: a/a² is 1/a."""
    for place, each in enumerate(below):
        power = isinstance(each, Expr) and each.kind == "pow" and each.args == (factor, 2)
        if each == factor or power:
            above.remove(factor)
            below[place : place + 1] = [factor] if power else []
            return


def size_of(formula: Formula) -> int:
    """The number of parts of a formula."""
    return 1 + sum(map(size_of, formula.args)) if isinstance(formula, Expr) else 1


MOST_TERMS = 72
"""Products of a sum that are still written out."""


def products(pairs: Iterable[tuple[float, float]]) -> Expr | None:
    """a·b + c·d + …, without the ·1; None for more than MOST_TERMS of them.

    >>> products([(2.0, 3.0), (4.0, 1)])
    Expr('add', (Expr('mul', (2.0, 3.0)), 4.0))
    """
    terms = [a if b == 1 and isinstance(b, int) else mul(a, b) for a, b in pairs]
    if len(terms) > MOST_TERMS:
        return None
    return terms[0] if len(terms) == 1 and isinstance(terms[0], Expr) else add(*terms)


MOST_SHOWN = 256
"""Entries of a matrix that is still written out."""
MOST_PUT, WIDEST = 64, 240
"""Numbers that are put into a formula of arrays at most, and the signs that it then has: three
lines of a terminal."""


def array_step(
    name: Any, value: Any, formula: Any, put: Mapping[Expr, Any] = MappingProxyType({})
) -> Step:
    """A step with its matrix, or with no more than its shape and largest entry, and with the
    values `put` into its formula, where they are few."""
    import numpy as np

    array, arrays = np.asarray(value), {part: np.asarray(each) for part, each in put.items()}
    numbers: tuple[Expr, ...] = ()
    if put and formula not in put and sum(each.size for each in arrays.values()) <= MOST_PUT:
        whole = formula.put({
            part: Vector(each.tolist()) if each.ndim == 1 else each.tolist()
            for part, each in arrays.items()
        })
        numbers = (whole,) if len(formula_text(whole)) <= WIDEST else ()
    if array.size <= MOST_SHOWN:
        return Step(name, array.tolist(), formula, numbers, upright=True)
    shape = "x".join(map(str, array.shape))
    note = f"{shape}, largest entry {np.abs(array).max():.6g}"
    return Step(name, None, formula, numbers, note)
