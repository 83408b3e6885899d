"""Gradients as sums over paths: the chain of factors along each path, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dlcalc.formulas.expressions import Expr, Step, add, mul, symbol

Factor = tuple[Expr, float]
"""A factor in symbols, and its value."""
Path = tuple[Factor, ...]
"""The factors from the loss down to a quantity."""

MOST_FACTORS = 8
"""Factors over all paths of a sum that is still written out."""


class Chains:
    """Which quantity acts on which on the way to the loss, and by which factors.

    >>> from dlcalc.formulas.expressions import symbol
    >>> chains = Chains()
    >>> z, w, slope = symbol("z"), symbol("w"), symbol("slope")
    >>> chains.end(z, (slope, 3.0))
    >>> chains.join(w, z, (symbol("x"), 2.0))
    >>> [[value for _, value in path] for path in chains.paths(w)]
    [[3.0, 2.0]]
    """

    def __init__(self) -> None:
        self._onward: dict[Expr, list[tuple[Expr, Path]]] = {}
        self._ends: dict[Expr, Path] = {}

    def join(self, source: Expr, target: Expr, *factors: Factor) -> None:
        """`source` acts on `target`; the factors make up ∂target/∂source."""
        self._onward.setdefault(source, []).append((target, factors))

    def end(self, node: Expr, *factors: Factor) -> None:
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

    def known(self, node: Expr, gradient: Factor) -> None:
        """The gradient of `node` has been worked out: where its paths have more than
        MOST_FACTORS, those from below start with it."""
        if sum(map(len, self.paths(node))) > MOST_FACTORS:
            self.end(node, gradient)


def gradient(of: str, quantity: Expr) -> Expr:
    """The name of a gradient: ∂J/∂w₅.

    >>> gradient("J", Expr("symbol", ("w", "5"))).args
    ('∂J/∂w', '5')
    """
    name, sub = quantity.args
    return symbol(f"∂{of}/∂{name}", sub)


def partials(of: str, trail: Sequence[Expr]) -> Expr:
    """The chain of partial derivatives along a trail: ∂L/∂z·∂z/∂w.

    >>> from dlcalc.formulas.expressions import symbol
    >>> [each.args for each in partials("L", [symbol("z", 1), symbol("w", 4)]).args]
    [('∂L/∂z', '1'), ('∂z_1/∂w', '4')]
    """
    sources = [of, *map(spoken, trail)]
    return mul(*(gradient(above, below) for above, below in zip(sources, trail, strict=False)))


def gradient_step(
    name: Expr, value: float, paths: Sequence[Path], note: str = "", chain: Expr | None = None,
    values: Mapping[Expr, Any] | None = None,
) -> Step:
    """A gradient as the sum over its paths, in symbols and in numbers, after its `chain`.

    With the `values` of all symbols, these are put into the factors: h·(1 − h) has both its
    numbers.
    """
    formula = _sum(_product(term for term, _ in path) for path in paths)
    numbers = _sum(_product(number if values is None or term in values else term.put(values)
                            for term, number in path) for path in paths)
    bare = len(paths) == 1 and len(paths[0]) == 1 and (values is None or formula in values)
    reason = zero_reason(paths) if value == 0 else ""
    note = "; ".join(filter(None, (note, reason)))
    if chain is not None:
        return Step(name, value, chain, (formula, numbers), note)
    return Step(name, value, formula, () if bare else (numbers,), note)


def _product(factors: Iterable[Expr | float]) -> Expr:
    each = list(factors)
    return each[0] if len(each) == 1 and isinstance(each[0], Expr) else mul(*each)


def _sum(products: Iterable[Expr]) -> Expr:
    each = list(products)
    return each[0] if len(each) == 1 else add(*each)


def zero_reason(paths: Sequence[Path]) -> str:
    """Which factors make a gradient 0, if one does on every path.

    >>> from dlcalc.formulas.expressions import symbol
    >>> zero_reason([((symbol("w", 5), 0.0), (symbol("x", 1), 2.0))])
    '0 because w_5 is 0'
    """
    zeros = [[spoken(term) for term, value in path if value == 0] for path in paths]
    if not all(zeros):
        return ""
    names = list(dict.fromkeys(name for each in zeros for name in each))
    if len(names) == 1:
        return f"0 because {names[0]} is 0"
    return f"0 because {', '.join(names[:-1])} and {names[-1]} are 0"


def spoken(term: Expr) -> str:
    """A symbol or a function of symbols in a sentence.

    >>> from dlcalc.formulas.expressions import call, symbol
    >>> spoken(call("tanh'", symbol("q", 1)))
    "tanh'(q_1)"
    """
    if term.kind == "call":
        function, *arguments = term.args
        return f"{function}({', '.join(map(spoken, arguments))})"
    if term.kind == "sub":
        parts = (spoken(part) if isinstance(part, Expr) else str(part) for part in term.args)
        return " − ".join(parts)
    if term.kind in ("partial", "derivative"):
        sign = "∂" if term.kind == "partial" else "d"
        return "/".join(sign + spoken(part) for part in term.args)
    return "_".join(filter(None, term.args))
