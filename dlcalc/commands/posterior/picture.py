"""The densities of a mixture and of the Gaussians near it, on a grid to be drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.posterior.mixture import Mixture, log_density
from dlcalc.commands.posterior.posterior import Fit, Posterior
from dlcalc.numbers.gaussians.gaussian import Gaussian, gaussian
from dlcalc.numbers.gaussians.kl import kl

MARGIN = 3.0
"""How many standard deviations around each component and each q are shown."""
SAME = 1e-4
"""Gaussians whose divergence is below this look the same."""


@dataclass(frozen=True)
class Picture:
    """Densities in one or two dimensions, as lists."""

    x: list[float]
    """The places along the first dimension."""
    y: list[float]
    """The places along the second; none in one dimension."""
    p: list[Any]
    """The density of the mixture; in two dimensions rows along y."""
    q: dict[str, list[Any]]
    """That of each Gaussian, by the objectives and families that lead to it."""


def picture(result: Posterior, count: int, family: str | None = None) -> Picture:
    """The densities at `count` places along each dimension, each Gaussian once.

    Of one family, or of both.

    >>> from dlcalc.commands.posterior.posterior import posterior
    >>> drawn = picture(posterior([0.5, 0.5], [-1, 1], [1, 1]), 81)
    >>> list(drawn.q)
    ['q1 min KL(q||p)', 'q2 min KL(p||q)']
    """
    named = _distinct(
        (number, fit)
        for number, fit in enumerate(result.fits, 1)
        if family in (None, fit.family)
    )
    shown = [*result.p.components, *named.values()]
    axes = [
        np.linspace(
            min(each.mean[i] - MARGIN * each.covariance[i, i] ** 0.5 for each in shown),
            max(each.mean[i] + MARGIN * each.covariance[i, i] ** 0.5 for each in shown),
            count,
        )
        for i in range(result.p.dimension)
    ]
    points = np.stack([each.ravel() for each in np.meshgrid(*axes)])
    shape = [axis.size for axis in reversed(axes)]

    def density(p: Mixture) -> list[Any]:
        values: list[Any] = np.exp(log_density(p, points).value).reshape(shape).tolist()
        return values

    return Picture(
        axes[0].tolist(),
        axes[1].tolist() if len(axes) > 1 else [],
        density(result.p),
        {name: density(Mixture(np.ones(1), (q,))) for name, q in named.items()},
    )


def _distinct(fits: Iterable[tuple[int, Fit]]) -> dict[str, Gaussian]:
    """Each Gaussian once, under the number of its fit, and its family where only one has it."""
    found: list[tuple[Gaussian, str, list[str]]] = []
    shown = set()
    for number, fit in fits:
        shown.add(fit.family)
        q = gaussian(fit.mean, fit.covariance)
        name = f"min {fit.objective}"
        for other, taken, families in found:
            if taken.endswith(name) and kl(q, other).kl < SAME:
                families.append(fit.family)
                break
        else:
            found.append((q, f"q{number} {name}", [fit.family]))
    return {
        name + ("" if len(families) == len(shown) else f", {families[0]}"): q
        for q, name, families in found
    }
