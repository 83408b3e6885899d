"""The working of the Gaussians near a mixture: moments, entropies, divergences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlcalc.commands.posterior.posterior import REVERSE, Fit, Posterior
from dlcalc.formulas.expressions import Expr, Step, call, mul, symbol, total, transpose
from dlcalc.numbers.gaussians import gaussian
from dlcalc.numbers.places import Place

PI, MU_K, SIGMA_K = symbol("π", "k"), symbol("μ", "k"), symbol("Σ", "k")
M, S = symbol("m"), symbol("S")
MU_Q, SIGMA_Q = symbol("μ", "q"), symbol("Σ", "q")
H_Q, H_P = call("H", symbol("q")), call("H", symbol("p"))
EXPECTED = call("E", call("ln", symbol("p")))


def posterior_steps(result: Posterior) -> Iterator[Step]:
    """The moments of p, then each Gaussian with its divergence."""
    whole = result.p.whole()
    yield Step(M, whole.mean, total(mul(PI, MU_K), "k"), note="the mean of p")
    between = (MU_K - M) @ transpose(MU_K - M)
    spread = total(mul(PI, SIGMA_K + between), "k")
    yield Step(S, whole.covariance, spread, note="the covariance of p")
    for fit in result.fits:
        over = ", ".join(map(str, fit.covers))
        yield Step(f"{fit.objective}, {fit.family} covariance, q over {over}", note=_origin(fit))
        yield from _fit_steps(fit)


def element_step(result: Posterior, field: Place, index: tuple[int, ...]) -> Step | None:
    """The last step of the divergence of one fit; of its other fields where they come from."""
    if field[0] != "fits" or len(field) < 3:
        return None
    fit = result.fits[int(field[1])]
    if field[2] == "divergence":
        return list(_fit_steps(fit))[-1]
    return Step(str(field), note=f"{fit.objective}, {fit.family}: {_origin(fit)}")


def _origin(fit: Fit) -> str:
    if fit.objective == REVERSE:
        return "a local minimum, found by descent" + ("; none is lower" if fit.best else "")
    if fit.family == "full":
        return "the mean and covariance of p"
    return "the mean and variances of p"


def _fit_steps(fit: Fit) -> Iterator[Step]:
    q = gaussian(fit.mean, fit.covariance)
    yield Step(MU_Q, fit.mean)
    yield Step(SIGMA_Q, fit.covariance)
    entropy = call("ln", call("det", mul(2, symbol("π"), symbol("e"), SIGMA_Q))) / 2
    yield Step(H_Q, q.entropy, entropy)
    accuracy = f"by quadrature, to {fit.error:.1g}: what halving its spacing changed"
    if fit.objective == REVERSE:
        expected = -q.entropy - fit.divergence
        yield Step(EXPECTED, expected, note=f"under q, {accuracy}")
        numbers = {H_Q: q.entropy, EXPECTED: expected}
        yield _divergence("q‖p", fit.divergence, -H_Q - EXPECTED, numbers)
    else:
        of_p = q.entropy - fit.divergence
        yield Step(H_P, of_p, note=accuracy)
        note = "−E(ln q) under p is H(q), since q has the moments of p"
        yield _divergence("p‖q", fit.divergence, H_Q - H_P, {H_Q: q.entropy, H_P: of_p}, note)


def _divergence(
    which: str, value: float, formula: Expr, numbers: dict[Expr, Any], note: str = ""
) -> Step:
    return Step(call("KL", symbol(which)), value, formula, (formula.put(numbers),), note)
