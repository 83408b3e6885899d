"""What a variational autoencoder with a Gaussian q can learn of a mixture posterior."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.posterior.mixture import (
    Estimate,
    Mixture,
    forward_kl,
    local_minima,
    mixture,
    normal_rule,
    shares,
)
from dlcalc.errors import InputError, ShapeError
from dlcalc.input.fields import takes_record
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, kl
from dlcalc.numbers.results import Result

REVERSE, FORWARD = "KL(q||p)", "KL(p||q)"
NOUGHT = 1e-12
"""What the quadrature cannot tell from 0."""
FAMILIES = ("diagonal", "full")
RANDOM_STARTS = 8
TIE = 1e-6
"""Divergences that differ by less are called equal."""
NOISE = 1e-7
EQUAL = 1e-15
"""A divergence below this is that of the same Gaussian, found by descent."""
MOST_STARTS = 1000


@dataclass(frozen=True, eq=False)
class Fit:
    """One Gaussian q that an objective leads to."""

    objective: str
    """`KL(q||p)`, which the evidence lower bound minimises, or `KL(p||q)`."""
    family: str
    """The covariances allowed: `diagonal`, as in a standard VAE, or `full`."""
    mean: Array
    """The mean of q, of shape (D,)."""
    covariance: Array
    """The covariance of q, of shape (D, D)."""
    divergence: float
    """The objective at q, in nats, by quadrature."""
    error: float
    """What the last halving of the quadrature's spacing changed that by."""
    shares: tuple[float, ...]
    """E p(k|z) under q: how much of q lies on each component."""
    covers: tuple[int, ...]
    """The components, counted from 1, that q lies over."""
    best: bool
    """Whether no other minimum of this objective and family is lower."""


@dataclass(frozen=True)
class Shape:
    """One shape that q might be thought to take."""

    shape: str
    """Where q would lie."""
    learnable: str
    """`yes` or `no`."""
    why: str
    """The reason, with the divergences that carry it."""


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Result):
    """The Gaussians that a VAE can learn for a mixture posterior."""

    command = "posterior"

    fits: tuple[Fit, ...]
    """The local minima of KL(q‖p) and the minimum of KL(p‖q), in both families."""
    shapes: tuple[Shape, ...]
    """What they say of q on each component, over all of them, and with several peaks."""
    p: Mixture
    """The mixture itself."""


@takes_record
def posterior(
    weights: Any, means: Any, covariances: Any, *, seed: int = 0, starts: int = RANDOM_STARTS
) -> Posterior:
    """The local minima of KL(q‖p), and the minimum of KL(p‖q), for a mixture p of Gaussians.

    `weights` are K numbers that add up to 1, `means` K times D numbers, in D = 1 or 2
    dimensions, `covariances` K covariances or variances. KL(q‖p) is minimised from every
    component, from the mixture's own mean and covariance, and from `starts` random
    Gaussians; KL(p‖q) has one minimum, where the moments agree (Bishop 2006, "Pattern
    recognition and machine learning", section 10.1.2). Raises what `mixture` raises.

    >>> for fit in posterior([0.5, 0.5], [-1, 1], [1, 1]).fits:
    ...     print(fit.objective, fit.family, fit.covariance.round(4), round(fit.divergence, 6))
    KL(q||p) diagonal [[1.9425]] 0.010888
    KL(p||q) diagonal [[2.]] 0.009743
    KL(q||p) full [[1.9425]] 0.010888
    KL(p||q) full [[2.]] 0.009743
    """
    p = mixture(weights, means, covariances)
    if p.dimension > 2:
        raise ShapeError(f"means: {p.dimension} dimensions; the quadrature is for one or two")
    if not 0 <= starts <= MOST_STARTS:
        raise InputError(f"starts: {starts}; it must be from 0 to {MOST_STARTS}")
    candidates = [*p.components, p.whole(), *_random_starts(p, seed, starts)]
    fits: list[Fit] = []
    for family in FAMILIES:
        if fits and p.dimension == 1:
            # In one dimension every covariance is diagonal.
            fits += [replace(fit, family=family) for fit in fits]
            break
        fits += _reverse_fits(p, family, candidates)
        fits.append(_forward_fit(p, family))
    diagonal, full = ([fit for fit in fits if fit.family == each] for each in FAMILIES)
    return Posterior(tuple(fits), shapes(diagonal, full, len(p.weights)), p)


def _random_starts(p: Mixture, seed: int, count: int) -> list[Gaussian]:
    """Means as the whole mixture has them, widths from a twelfth to 1.6 times its own."""
    random, whole = np.random.default_rng(seed), p.whole()
    found = []
    for _ in range(count):
        mean = whole.mean + whole.factor @ random.standard_normal(p.dimension)
        factor = whole.factor @ np.diag(np.exp(random.uniform(-2.5, 0.5, p.dimension)))
        found.append(Gaussian(mean, factor @ factor.T, factor))
    return found


def _reverse_fits(p: Mixture, family: str, starts: list[Gaussian]) -> list[Fit]:
    minima = local_minima(p, family, starts)
    least = min(divergence.value for _, divergence in minima)
    fits = [
        _fit(p, q, REVERSE, family, divergence, best=divergence.value <= least + TIE)
        for q, divergence in minima
    ]
    return sorted(fits, key=lambda fit: (len(fit.covers), fit.covers, fit.divergence))


def _forward_fit(p: Mixture, family: str) -> Fit:
    q = p.whole().diagonal() if family == "diagonal" else p.whole()
    return _fit(p, q, FORWARD, family, forward_kl(p, q), best=True)


def _fit(
    p: Mixture, q: Gaussian, objective: str, family: str, divergence: Estimate, best: bool
) -> Fit:
    parts = shares(p, q, normal_rule(p.dimension))
    mean, covariance = _without_noise(q)
    return Fit(
        objective, family, mean, covariance, divergence.value if divergence.value > NOUGHT else 0.0,
        divergence.error, tuple(parts.tolist()), _covered(p, q, parts), best,
    )


def _covered(p: Mixture, q: Gaussian, parts: Array) -> tuple[int, ...]:
    """Which components q lies over, counted from 1.

    Of the mixtures of the first, the first two, … components that q favours, it lies over
    those whose common mean and covariance it is nearest to.
    """
    favoured = np.argsort(-parts / p.weights, kind="stable").tolist()
    # Of components that are the same, all: their common mean and covariance are no further.
    nearest = min(
        range(len(favoured), 0, -1),
        key=lambda count: max(EQUAL, kl(q, p.part(favoured[:count]).whole()).kl),
    )
    return tuple(sorted(place + 1 for place in favoured[:nearest]))


def _without_noise(q: Gaussian) -> tuple[Array, Array]:
    """Mean and covariance, with 0 for what is 0 but for the rounding of the descent."""
    width = np.sqrt(np.diag(q.covariance))
    mean = np.where(np.abs(q.mean) < NOISE * width, 0.0, q.mean)
    small = np.abs(q.covariance) < NOISE * np.outer(width, width)
    return mean, np.where(small, 0.0, q.covariance)


def shapes(diagonal: Sequence[Fit], full: Sequence[Fit], count: int) -> tuple[Shape, ...]:
    """The verdict on q on each of `count` components, over several, over all, many-peaked.

    It is for the fits of a standard VAE, which are diagonal; where only the full ones
    hold a minimum, that is said beside. Each has one minimum of KL(p‖q).
    """
    if count == 1:
        return (Shape("q on the one component", "yes", "p is a Gaussian, as q is"),)
    everything = tuple(range(1, count + 1))
    single = [(k,) for k in everything]
    some = {fit.covers for fit in diagonal if fit.objective == REVERSE} - {*single, everything}
    places = [_over(diagonal, full, covers) for covers in [*single, *sorted(some)]]
    return (*places, _broad(diagonal, full, everything), _many_peaked(diagonal, count))


def _over(diagonal: Sequence[Fit], full: Sequence[Fit], covers: tuple[int, ...]) -> Shape:
    """q on these components alone, which only a local minimum of KL(q‖p) can give."""
    name = f"q on {_listed(covers)}"
    if found := _minimum(diagonal, covers):
        return Shape(name, "yes", found)
    best = _reverse_best(diagonal)
    why = f"no minimum of {REVERSE} lies there; the lowest is q on {_listed(best.covers)}, "
    return Shape(name, "no", why + f"{best.divergence:.6g}{_beside(full, covers)}")


def _broad(diagonal: Sequence[Fit], full: Sequence[Fit], everything: tuple[int, ...]) -> Shape:
    """q over all components: where the moments agree, and perhaps a minimum of KL(q‖p) too."""
    [forward] = [fit for fit in diagonal if fit.objective == FORWARD]
    found = _minimum(diagonal, everything)
    if not found:
        found = f"no minimum of {REVERSE}, where the lower bound leads{_beside(full, everything)}"
    why = f"the minimum of {FORWARD}, {forward.divergence:.6g}; {found}"
    return Shape("a broad q over all components", "yes", why)


def _many_peaked(fits: Sequence[Fit], count: int) -> Shape:
    number = "two" if count == 2 else "many"
    least = _reverse_best(fits).divergence
    why = f"a Gaussian has one peak; this is why {REVERSE} stays at {least:.6g} or more, above 0"
    if least < NOUGHT:
        why = "a Gaussian has one peak, and so has this p, which q equals"
    return Shape(f"a {number}-peaked q", "no", why)


def _minimum(fits: Sequence[Fit], covers: tuple[int, ...]) -> str:
    """The lowest minimum of KL(q‖p) over these components, in words; nothing where none is."""
    here = [fit for fit in fits if fit.covers == covers and fit.objective == REVERSE]
    if not here:
        return ""
    fit = min(here, key=lambda each: each.divergence)
    if fit.best:
        return f"the global minimum of {REVERSE}, {fit.divergence:.6g}"
    lowest = _reverse_best(fits).divergence
    return f"a local minimum of {REVERSE}, {fit.divergence:.6g} (the lowest: {lowest:.6g})"


def _beside(full: Sequence[Fit], covers: tuple[int, ...]) -> str:
    found = _minimum(full, covers)
    return f"; with full covariance {found}" if found else ""


def _reverse_best(fits: Sequence[Fit]) -> Fit:
    return min((fit for fit in fits if fit.objective == REVERSE), key=lambda fit: fit.divergence)


def _listed(covers: tuple[int, ...]) -> str:
    if len(covers) == 1:
        return f"component {covers[0]}"
    return f"components {', '.join(map(str, covers[:-1]))} and {covers[-1]}"
