"""Names of a network's quantities, each kind counted through the layers from 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dlcalc.formulas.expressions import Expr, symbol


@dataclass(frozen=True)
class Units:
    """The names in a network whose layers have `sizes` values, input first."""

    sizes: Sequence[int]
    """Values of the input and of each layer."""

    @property
    def last(self) -> int:
        """The index of the last layer."""
        return len(self.sizes) - 2

    def number(self, layer: int, unit: int) -> int:
        """A unit's number among those of all layers.

        >>> Units([2, 2, 3]).number(1, 0)
        3
        """
        return sum(self.sizes[1 : layer + 1]) + unit + 1

    def q(self, layer: int, unit: int) -> Expr:
        """A unit's argument."""
        return symbol("q", self.number(layer, unit))

    def h(self, layer: int, unit: int) -> Expr:
        """A unit's value: x before the first layer, y in the last, h between them."""
        if layer < 0:
            return symbol("x", unit + 1)
        if layer == self.last:
            return symbol("y", unit + 1)
        return symbol("h", self.number(layer, unit))

    def weight(self, layer: int, unit: int, below: int) -> Expr:
        """The weight from a value of the layer below to a unit.

        >>> Units([2, 2, 3]).weight(1, 0, 1).args
        ('w', '6')
        """
        counts = [before * after for before, after in zip(self.sizes, self.sizes[1:], strict=False)]
        before = [0, *accumulate(counts)][layer]
        return symbol("w", before + unit * self.sizes[layer] + below + 1)

    def bias(self, layer: int, unit: int) -> Expr:
        """A unit's bias."""
        return symbol("b", self.number(layer, unit))


def gradient(of: str, quantity: Expr) -> Expr:
    """The name of a gradient: ∂J/∂w₅.

    >>> gradient("J", symbol("w", 5)).args
    ('∂J/∂w', '5')
    """
    name, sub = quantity.args
    return symbol(f"∂{of}/∂{name}", sub)
