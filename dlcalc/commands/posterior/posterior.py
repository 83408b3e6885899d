"""What a variational autoencoder with a Gaussian q can learn of a mixture posterior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.posterior.learnable import FORWARD, NOUGHT, REVERSE, Shape, shapes
from dlcalc.commands.posterior.minima import local_minima
from dlcalc.commands.posterior.mixture import Mixture, mixture
from dlcalc.commands.posterior.quadrature import normal_rule
from dlcalc.commands.posterior.variational import Estimate, forward_kl, shares
from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.gaussians.gaussian import Array, Gaussian
from dlcalc.numbers.gaussians.kl import kl
from dlcalc.numbers.results import Result

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
        objective,
        family,
        mean,
        covariance,
        divergence.value if divergence.value > NOUGHT else 0.0,
        divergence.error,
        tuple(parts.tolist()),
        _covered(p, q, parts),
        best,
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
