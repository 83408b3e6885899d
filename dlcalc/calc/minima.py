"""The local minima of KL(q‖p) over the Gaussians q of a family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from dlcalc.calc.bfgs import Objective, hessian, minimise
from dlcalc.calc.gaussian import Array, Gaussian
from dlcalc.calc.kl import kl
from dlcalc.calc.mixture import Mixture
from dlcalc.calc.quadrature import COARSE_STEP, Rule, normal_rule
from dlcalc.calc.variational import (
    ACCURACY,
    FINEST_STEP,
    Estimate,
    reverse_kl,
    reverse_kl_gradients,
)

SAME = 1e-6
"""Two minima whose divergence from each other is below this are one."""
ESCAPE = 0.3
"""How far beside a saddle point descent starts anew, in units of q's own width."""
MOST_ESCAPES = 6
SADDLE = -1e-6
"""A least curvature below this, in q's own coordinates, is no minimum."""

Minimum = tuple[Gaussian, Estimate]


def local_minima(p: Mixture, family: str, starts: Iterable[Gaussian]) -> list[Minimum]:
    """The minima that descent from the starts comes to, each once, with its divergence.

    `family` is `diagonal` or `full`. The search is on a coarse rule; each minimum found is
    followed through finer ones until its divergence no longer changes.

    >>> from dlcalc.calc.mixture import mixture
    >>> p = mixture([0.5, 0.5], [-3, 3], [1, 1])
    >>> for q, divergence in local_minima(p, "full", p.components):
    ...     print(q.mean.round(4), q.covariance.round(4), round(divergence.value, 4))
    [-2.9843] [[1.0473]] 0.6888
    [2.9843] [[1.0473]] 0.6888
    """
    coarse = normal_rule(p.dimension)
    found: list[Gaussian] = []
    for start in starts:
        found += (q for q in descend(p, family, start, coarse) if not _known(q, found))
    minima: list[Minimum] = []
    for start in found:
        for q, divergence in _sharpened(p, family, start, COARSE_STEP / 2):
            if not _known(q, [each for each, _ in minima]):
                minima.append((q, divergence))
    return minima


def descend(p: Mixture, family: str, start: Gaussian, rule: Rule) -> Iterator[Gaussian]:
    """The minimum downhill of `start`, or those on both sides of a saddle point.

    By symmetry descent may come to rest on a saddle: the least curvature tells, and it
    starts anew beside it.
    """
    if family == "diagonal":
        start = start.diagonal()
    pending, escapes = [start], 0
    while pending:
        origin = pending.pop()
        variables = minimise(_objective(p.seen_from(origin), family, rule), _zeros(p, family))
        q = _moved(origin, variables)
        curvatures, directions = np.linalg.eigh(
            hessian(_objective(p.seen_from(q), family, rule), _zeros(p, family))
        )
        if curvatures[0] < SADDLE and escapes < MOST_ESCAPES:
            escapes += 1
            pending += [_moved(q, side * ESCAPE * directions[:, 0]) for side in (1, -1)]
        else:
            yield q


def _sharpened(p: Mixture, family: str, start: Gaussian, step: float) -> Iterator[Minimum]:
    """The minimum by a rule of that spacing, or a finer one where twice the spacing differs."""
    rule, wider = normal_rule(p.dimension, step), normal_rule(p.dimension, 2 * step)
    for q in descend(p, family, start, rule):
        value, before = (float(reverse_kl(p, q.mean, q.factor, each)) for each in (rule, wider))
        error = abs(value - before)
        if error <= ACCURACY * max(1.0, abs(value)) or step <= FINEST_STEP[p.dimension]:
            yield q, Estimate(value, error)
        else:
            yield from _sharpened(p, family, q, step / 2)


def _known(q: Gaussian, others: Iterable[Gaussian]) -> bool:
    return any(kl(q, each).kl < SAME for each in others)


def _zeros(p: Mixture, family: str) -> Array:
    size = p.dimension
    return np.zeros(2 * size if family == "diagonal" else size + size * (size + 1) // 2)


def _factor(variables: Array, size: int) -> Array:
    """The triangular matrix with the logs of its diagonal first, then what lies below it."""
    factor = np.diag(np.exp(variables[size : 2 * size]))
    below = variables[2 * size :]
    if below.size:
        factor[np.tril_indices(size, -1)] = below
    return factor


def _moved(origin: Gaussian, variables: Array) -> Gaussian:
    """The Gaussian that has these variables in the coordinates in which `origin` is N(0, 1)."""
    factor = origin.factor @ _factor(variables, origin.dimension)
    mean = origin.mean + origin.factor @ variables[: origin.dimension]
    return Gaussian(mean, factor @ factor.T, factor)


def _objective(p: Mixture, family: str, rule: Rule) -> Objective:
    size = p.dimension
    below = np.tril_indices(size, -1) if family == "full" else np.tril_indices(0)

    def objective(variables: Array) -> tuple[float, Array]:
        factor = _factor(variables, size)
        value, gradients = reverse_kl_gradients(p, variables[:size], factor, rule)
        by_factor = gradients["factor"]
        by_log = np.diag(factor) * np.diag(by_factor)
        return value, np.concatenate([gradients["mean"], by_log, by_factor[below]])

    return objective
