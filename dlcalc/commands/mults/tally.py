"""Exact numbers that count the products of data and weight made of them."""

from __future__ import annotations

from fractions import Fraction

Rational = Fraction | int
Index = tuple[int, ...]


class Tallied:
    """An exact number that belongs to a tally.

    A product of two such numbers is counted; a product with a plain number, which is a
    constant of a transform, is not, nor is a sum.

    >>> tally = Tally()
    >>> x, w = tally.number(3), tally.number(Fraction(1, 2))
    >>> (x * w + 2 * x).value, tally.products
    (Fraction(15, 2), 1)
    """

    __slots__ = ("tally", "value")

    def __init__(self, value: Rational, tally: Tally) -> None:
        self.value = value
        self.tally = tally

    def __add__(self, other: Tallied) -> Tallied:
        return Tallied(self.value + other.value, self.tally)

    def __mul__(self, other: Tallied) -> Tallied:
        self.tally.products += 1
        return Tallied(self.value * other.value, self.tally)

    def __rmul__(self, constant: Rational) -> Tallied:
        return Tallied(constant * self.value, self.tally)


class Tally:
    """The products counted so far, and the maker of the numbers that count them."""

    def __init__(self) -> None:
        self.products = 0

    def number(self, value: Rational) -> Tallied:
        """A number whose products this tally counts."""
        return Tallied(value, self)


Array = dict[Index, Tallied]
"""Numbers by their index, one entry of it an axis."""
