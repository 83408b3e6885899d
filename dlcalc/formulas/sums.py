"""Sums of products in numbers, as far as they are worth writing out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dlcalc.formulas.expressions import Expr, add, mul

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


def dot(a: Any, b: Any, *further: float) -> Expr | None:
    """The inner product of two arrays in numbers, and what is added to it.

    >>> import numpy as np
    >>> dot(np.array([2.0]), np.array([3.0]), 4.0)
    Expr('add', (Expr('mul', (2.0, 3.0)), 4.0))
    """
    pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
    return products([*pairs, *((each, 1) for each in further)])
