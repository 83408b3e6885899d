"""The divergence of two discrete distributions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import finite_floats
from dlcalc.numbers.results import Result

SUM_TOLERANCE = 1e-6
"""How far the sum of probabilities may be from 1, as they are rounded."""


@dataclass(frozen=True, eq=False, repr=False)
class DiscreteKL(Result):
    """KL(q‖p) = Σᵢ qᵢ ln(qᵢ/pᵢ) of two distributions over the same outcomes, in nats."""

    fields: ClassVar = ("entropy", "cross_entropy", "kl")

    kl: float
    """The divergence; never below 0, and 0 where q = p."""
    entropy: float
    """H(q) = −Σ q ln q."""
    cross_entropy: float
    """−Σ q ln p, which is H(q) + KL(q‖p)."""
    terms: Array
    """q ln(q/p), outcome by outcome; 0 where q is 0."""
    q: Array
    """The probabilities that the expectation is under, (outcomes,)."""
    p: Array
    """Those that q is held against, (outcomes,)."""

    @property
    def gradients(self) -> dict[str, Array]:
        """ln(q/p) + 1 and −q/p, every probability taken by itself; LimitError where one is 0."""
        if not (self.q.all() and self.p.all()):
            raise LimitError("the gradients of KL(q‖p) are infinite where a probability is 0")
        return {"q": np.log(self.q / self.p) + 1, "p": -self.q / self.p}


def discrete_kl(q: Any, p: Any) -> DiscreteKL:
    """KL(q‖p) of two discrete distributions, in nats (Kullback and Leibler 1951).

    Each is a list of probabilities, or an object of `probabilities`. InputError for what is no
    distribution, ShapeError for other numbers of outcomes, LimitError for an infinite one.

    >>> round(discrete_kl([0.1, 0.4, 0.5], [0.3, 0.3, 0.4]).kl, 6)
    0.116783
    """
    q, p = _probabilities(q, "q"), _probabilities(p, "p")
    if q.size != p.size:
        raise ShapeError(f"q has {q.size} outcomes, p has {p.size}; they must agree")
    taken = q > 0
    if (taken & (p == 0)).any():
        place = int(np.argmax(taken & (p == 0)))
        raise LimitError(
            f"KL(q‖p) is infinite: p gives 0 to outcome {place}, to which q gives {q[place]:g}"
        )
    some, other = q[taken], p[taken]
    terms = np.zeros_like(q)
    terms[taken] = some * np.log(some / other)
    entropy, crossed = (float(-(some @ np.log(each))) for each in (some, other))
    return DiscreteKL(max(0.0, math.fsum(terms)), entropy + 0.0, crossed + 0.0, terms, q, p)


def _probabilities(value: Any, name: str) -> Array:
    if isinstance(value, Mapping):
        for field in value:
            if field != "probabilities":
                raise InputError(f"{name}: unknown field {field!r} beside probabilities")
        value = value["probabilities"]
    found = finite_floats(value, name)
    if found.ndim != 1 or not found.size:
        raise ShapeError(f"{name}: expected one row of probabilities")
    if (found < 0).any():
        raise InputError(f"{name}: a probability is not below 0, as {found.min():g} is")
    if abs(math.fsum(found) - 1) > SUM_TOLERANCE:
        raise InputError(f"{name}: probabilities add up to 1, not {math.fsum(found):.9g}")
    return found


def check_discrete(result: DiscreteKL) -> list[GradientCheck]:
    """Both gradients against central and complex-step differences."""
    return check_gradients(
        lambda moved: (moved["q"] * np.log(moved["q"] / moved["p"])).sum(),
        {"q": result.q, "p": result.p}, result.gradients,
    )
