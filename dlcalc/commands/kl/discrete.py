"""The divergence of two discrete distributions: its numbers, its working and its slips."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.formulas.expressions import Expr, Step, add, call, element, mul, symbol
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import finite_floats
from dlcalc.numbers.places import Place
from dlcalc.numbers.results import Result

SUM_TOLERANCE = 1e-6
"""How far the sum of probabilities may be from 1, as they are rounded."""
MOST_TERMS = 16
"""Outcomes whose terms are written out."""
KL_NAME = call("KL", symbol("q‖p"))


@dataclass(frozen=True, eq=False, repr=False)
class DiscreteKL(Result):
    """KL(q‖p) = Σᵢ qᵢ ln(qᵢ/pᵢ) of two distributions over the same outcomes, in nats."""

    command = "kl"
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


def kl_steps(result: DiscreteKL, slopes: Mapping[str, Array]) -> Iterator[Step]:
    """Both distributions, their entropies, the divergence and its gradients."""
    yield Step(symbol("q"), result.q)
    yield Step(symbol("p"), result.p)
    yield from (_step(result, name) for name in result.fields)
    for name in slopes:
        yield _slope(result, name)


def _step(result: DiscreteKL, field: str) -> Step:
    name = {"entropy": call("H", symbol("q")), "cross_entropy": call("H", symbol("q, p")),
            "kl": KL_NAME}[field]

    def term(q: Any, p: Any) -> Any:
        inside = {"entropy": q, "cross_entropy": p, "kl": Expr("div", (q, p))}[field]
        return mul(q, call("ln", inside))

    formula: Any = call("sum", term(symbol("q"), symbol("p")))
    pairs = [pair for pair in zip(result.q.tolist(), result.p.tolist(), strict=True) if pair[0]]
    terms = [term(*pair) for pair in pairs[:MOST_TERMS]]
    if len(pairs) > MOST_TERMS:
        terms.append(symbol(f"… {len(pairs) - MOST_TERMS:,} more terms"))
    numbers: Any = add(*terms)
    if field != "kl":
        formula, numbers = -formula, -numbers
    note = "in nats" if result.q.all() else "in nats; 0 ln 0 is 0"
    return Step(name, getattr(result, field), formula, (numbers,), note)


def _slope(result: DiscreteKL, name: str, at: int | None = None) -> Step:
    """A gradient; with a place, that entry of it in numbers."""
    def made(q: Any, p: Any) -> Expr:
        ratio = Expr("div", (q, p))
        return call("ln", ratio) + 1 if name == "q" else -ratio

    of, slopes = f"∂KL/∂{name}", result.gradients[name]
    if at is None:
        return Step(symbol(of), slopes, made(symbol("q"), symbol("p")))
    numbers = made(result.q[at].item(), result.p[at].item())
    formula = made(element("q", (at,)), element("p", (at,)))
    return Step(element(of, (at,)), slopes[at].item(), formula, (numbers,))


def element_step(result: DiscreteKL, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that gives a field, or one entry of it."""
    if field[0] == "gradients":
        return _slope(result, str(field[-1]), index[0])
    if field[0] == "terms":
        q, p = (each[index[0]].item() for each in (result.q, result.p))
        numbers = (mul(q, call("ln", Expr("div", (q, p)))),) if q else ()
        return Step(element("term", index), result.terms[index], None, numbers)
    return _step(result, str(field[0])) if field[0] in result.fields else None


def advice(result: DiscreteKL, field: Place, expected: Any) -> str:
    """The slip that gives the expected divergence; "" where none does."""
    return slip_of(expected, _slips(result)) if field == ("kl",) else ""


def _slips(result: DiscreteKL) -> Iterator[tuple[str, float]]:
    yield "bits in place of nats", result.kl / math.log(2)
    yield "the entropy of q left out", result.cross_entropy
    yield "the sign of the logarithm exchanged", -result.kl
    yield "a mean in place of the sum", result.kl / result.q.size
    if result.q.all():
        yield "the sum of ln(q/p), without q in front,", float(np.log(result.q / result.p).sum())
        yield "KL(p‖q), q and p exchanged,", discrete_kl(result.p, result.q).kl
