"""The working of a divergence, term by term, and of its gradients; its slips."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlcalc.commands.kl.answer import TERMS, DiscreteKL, discrete_kl
from dlcalc.formulas.expressions import (
    Expr,
    Step,
    add,
    call,
    element,
    matmul,
    mul,
    power,
    symbol,
    transpose,
)
from dlcalc.formulas.products import products
from dlcalc.input.expressions import mistakes
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.gaussians import KL, gaussian, kl, precision
from dlcalc.numbers.places import Place

MOST_TERMS = 16

MU = {name: symbol("μ", name) for name in "qp"}
SIGMA = {name: symbol("Σ", name) for name in "qp"}
L = {name: symbol("L", name) for name in "qp"}
PRECISION = {name: SIGMA[name] ** -1 for name in "qp"}
TRACE, MAHALANOBIS, LOG = symbol("trace"), symbol("mahalanobis"), symbol("log_determinant")
DIMENSION, KL_NAME = symbol("D"), call("KL", symbol("q‖p"))
DIFFERENCE = MU["q"] - MU["p"]


def kl_steps(result: KL | DiscreteKL, gradients: Mapping[str, Any]) -> Iterator[Step]:
    """The distributions, what the divergence is made of, the divergence and its gradients."""
    if isinstance(result, KL):
        yield from _gaussian_steps(result)
        if gradients:
            yield Step("Gradients", note="every entry of a covariance taken by itself")
        yield from (_gradient_step(result, name) for name in gradients)
    else:
        yield Step(symbol("q"), result.q)
        yield Step(symbol("p"), result.p)
        yield from (_discrete_step(result, name) for name in result.fields)
        yield from (_slope(result, name) for name in gradients)


def element_step(result: KL | DiscreteKL, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that gives a field, or one entry of a gradient or of the terms in numbers."""
    name = str(field[-1])
    if isinstance(result, KL):
        if field[0] != "gradients":
            return _terms(result).get(name)
        return _gradient_step(result, name, index)
    if field[0] == "gradients":
        return _slope(result, name, index[0])
    if field[0] == "terms":
        q, p = (each[index[0]].item() for each in (result.q, result.p))
        numbers = (_term("kl", q, p),) if q else ()
        return Step(element("term", index), result.terms[index], None, numbers)
    return _discrete_step(result, name) if name in result.fields else None


def advice(result: KL | DiscreteKL, field: Place, expected: Any) -> str:
    """The slip that gives the expected divergence; "" where none does."""
    name = str(field[0])
    named = (*TERMS, "entropy", "cross_entropy")
    return slip_of(expected, _slips(result, name)) if name in named else ""


def _slips(result: KL | DiscreteKL, name: str) -> Iterator[tuple[str, Any]]:
    """What else the divergence, or one of the terms that it is made of, may have come to."""
    exchanged = "KL(p‖q), q and p exchanged," if name == "kl" else "q and p exchanged"
    known = {**vars(result), "ln2": math.log(2), "ln10": math.log(10)}
    if isinstance(result, KL):
        q, p = result.q, result.p
        # Only diagonal covariances have a σ to mistake for σ².
        yield "σ in place of σ²", lambda: getattr(kl(*(
            gaussian(each.mean, np.sqrt(np.diag(each.covariance))) for each in (q, p)
        )), name)
        yield exchanged, lambda: getattr(kl(p, q), name)
        squares = float(((q.mean - p.mean) ** 2).sum())
        known |= {"gaussian": True, "D": q.dimension, "squares": squares}
    else:
        known |= {"gaussian": False, "D": result.q.size}
        if name == "kl" and result.q.all():
            yield "the sum of ln(q/p), without q in front,", float(
                np.log(result.q / result.p).sum())
            yield exchanged, discrete_kl(result.p, result.q).kl
    for words, slip in mistakes(__file__, "slips.txt", known):
        if name in slip:
            yield words, slip[name]


def _gaussian_steps(result: KL) -> Iterator[Step]:
    for name, each in (("q", result.q), ("p", result.p)):
        yield Step(MU[name], each.mean)
        yield Step(SIGMA[name], each.covariance)
    for name, each in (("q", result.q), ("p", result.p)):
        formula = call("Cholesky", SIGMA[name])
        yield Step(L[name], each.factor, formula, note=f"L_{name} L_{name}ᵀ = Σ_{name}")
    ratio, distance = _whitened(result)
    yield Step(symbol("A"), ratio, L["p"] ** -1 @ L["q"])
    yield Step(symbol("y"), distance, L["p"] ** -1 @ DIFFERENCE)
    yield from _terms(result).values()
    if result.q.dimension == 1:
        # As textbooks have it.
        σ = {name: symbol("σ", name) for name in "qp"}
        formula = call("ln", σ["p"] / σ["q"]) + (
            (σ["q"] ** 2 + DIFFERENCE**2) / (2 * σ["p"] ** 2)) - Expr("div", (1, 2))
        values = {σ[name]: each.factor.item() for name, each in (("q", result.q), ("p", result.p))}
        values |= {MU["q"]: result.q.mean.item(), MU["p"]: result.p.mean.item()}
        numbers = (formula.put(values),)
        yield Step(KL_NAME, result.kl, formula, numbers, "in one dimension, σ² = Σ")


def _whitened(result: KL) -> tuple[Any, Any]:
    """A = L_p⁻¹ L_q and y = L_p⁻¹(μ_q − μ_p)."""
    ratio = np.tril(np.linalg.solve(result.p.factor, result.q.factor))
    return ratio, np.linalg.solve(result.p.factor, result.q.mean - result.p.mean)


def _terms(result: KL) -> dict[str, Step]:
    """The steps to the three terms and to the divergence, by field."""
    ratio, distance = _whitened(result)
    squares = [_sum([power(each, 2) for each in entries.tolist()])
               for entries in (ratio[np.tril_indices(result.q.dimension)], distance)]
    ratios = np.diag(result.p.factor) / np.diag(result.q.factor)
    logs = [call("ln", each) for each in ratios.tolist()]
    doubled = 2 * (logs[0] if len(logs) == 1 else _sum(logs))
    half = (TRACE + MAHALANOBIS + LOG - DIMENSION) / 2
    values = {
        TRACE: result.trace, MAHALANOBIS: result.mahalanobis, LOG: result.log_determinant,
        DIMENSION: result.q.dimension,
    }
    lines = (
        (TRACE, call("tr", PRECISION["p"] @ SIGMA["q"]), squares[0],
         "the squares of all entries of A"),
        (MAHALANOBIS, matmul(transpose(DIFFERENCE), PRECISION["p"], DIFFERENCE), squares[1],
         "the squares of all entries of y"),
        (LOG, call("ln", call("det", SIGMA["p"]) / call("det", SIGMA["q"])), doubled,
         "ratios of the diagonals of L_p and L_q"),
        (KL_NAME, half, half.put(values), "in nats"),
    )
    return {field: Step(name, getattr(result, field), formula, (numbers,), note)
            for field, (name, formula, numbers, note) in zip(TERMS, lines, strict=True)}


def _gradient_step(result: KL, name: str, index: tuple[int, ...] | None = None) -> Step:
    """A gradient; with a place, that entry of it in numbers."""
    d = symbol("d")
    second = SIGMA["q"] + d @ transpose(d)
    formulas: dict[str, tuple[Expr, Expr]] = {
        "mean_q": (MU["q"], PRECISION["p"] @ d),
        "covariance_q": (SIGMA["q"], (PRECISION["p"] - PRECISION["q"]) / 2),
        "mean_p": (MU["p"], -(PRECISION["p"] @ d)),
        "covariance_p": (
            SIGMA["p"], (PRECISION["p"] - matmul(PRECISION["p"], second, PRECISION["p"])) / 2,
        ),
    }
    variable, formula = formulas[name]
    note = "" if name == "covariance_q" else "d = μ_q − μ_p"
    letter, sub = variable.args
    slope = symbol("∂KL") / symbol(f"∂{letter}", sub)
    numbers = () if index is None else _entry(result, name, index)
    return Step(slope, result.gradients[name], formula, numbers, note)


def _entry(result: KL, name: str, index: tuple[int, ...]) -> tuple[Expr, ...]:
    inverse, d = precision(result.p), result.q.mean - result.p.mean
    if name.startswith("mean"):
        sum_ = products(zip(inverse[index[0]].tolist(), d.tolist(), strict=True))
        return () if sum_ is None else (sum_ if name == "mean_q" else -sum_,)
    other = precision(result.q)
    if name == "covariance_p":
        other = inverse @ (result.q.covariance + np.outer(d, d)) @ inverse
    return (Expr("sub", (inverse[index].item(), other[index].item())) / 2,)


def _sum(terms: list[Any]) -> Expr:
    shown = terms[:MOST_TERMS]
    if len(shown) < len(terms):
        shown.append(symbol(f"… {len(terms) - len(shown):,} more terms"))
    return add(*shown)


def _discrete_step(result: DiscreteKL, field: str) -> Step:
    name = {"entropy": call("H", symbol("q")), "cross_entropy": call("H", symbol("q, p")),
            "kl": KL_NAME}[field]
    formula: Any = call("sum", _term(field, symbol("q"), symbol("p")))
    pairs = [pair for pair in zip(result.q.tolist(), result.p.tolist(), strict=True) if pair[0]]
    numbers: Any = _sum([_term(field, *pair) for pair in pairs])
    if field != "kl":
        formula, numbers = -formula, -numbers
    note = "in nats" if result.q.all() else "in nats; 0 ln 0 is 0"
    return Step(name, getattr(result, field), formula, (numbers,), note)


def _term(field: str, q: Any, p: Any) -> Expr:
    inside = {"entropy": q, "cross_entropy": p, "kl": Expr("div", (q, p))}[field]
    return mul(q, call("ln", inside))


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
