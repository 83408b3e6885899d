"""A mixture in blue and the Gaussians near it in red, as SVG and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.commands.posterior.mixture import Mixture, log_density
from dlcalc.commands.posterior.posterior import Fit, Posterior
from dlcalc.numbers.gaussians import Gaussian, gaussian, kl
from dlcalc.pictures.contours import Layer, levels

if TYPE_CHECKING:
    from dlcalc.pictures.terminal import Page

MARGIN = 3.0
"""How many standard deviations around each component and each q are shown."""
SAME = 1e-4
"""Gaussians whose divergence is below this look the same."""
ONE_OUT, TWO_OUT = math.exp(-1 / 2), math.exp(-2)
"""The height of a Gaussian, against its peak, one and two standard deviations out."""


@dataclass(frozen=True)
class Picture:
    """Densities in one or two dimensions, as lists."""

    x: list[float]
    """The places along the first dimension."""
    y: list[float]
    """The places along the second; none in one dimension."""
    densities: dict[str, list[Any]]
    """That of the mixture, `p`, and that of each Gaussian, by the objectives and families that
    lead to it; in two dimensions rows along y."""


def picture(result: Posterior, count: int, family: str | None = None) -> Picture:
    """The densities at `count` places along each dimension, each Gaussian once.

    Of one family, or of both.

    >>> from dlcalc.commands.posterior.posterior import posterior
    >>> drawn = picture(posterior([0.5, 0.5], [-1, 1], [1, 1]), 81)
    >>> list(drawn.densities)
    ['p', 'q1 min KL(q||p)', 'q2 min KL(p||q)']
    """
    numbered = enumerate(result.fits, 1)
    named = _distinct(each for each in numbered if family in (None, each[1].family))
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

    drawn = {"p": result.p}
    drawn |= {name: Mixture(np.ones(1), (q,)) for name, q in named.items()}
    return Picture(
        axes[0].tolist(),
        axes[1].tolist() if len(axes) > 1 else [],
        {name: density(each) for name, each in drawn.items()},
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


def as_svg(picture: Picture) -> str:
    """Contours in two dimensions, densities as lines in one."""
    from dlcalc.pictures.svg import Sheet, contours, line_chart

    if picture.y:
        sheet = Sheet(640, 640, "p and each q", "z1", "z2")
        return contours(_layers(picture, 6, (ONE_OUT, TWO_OUT)), picture.x, picture.y, sheet)
    sheet = Sheet(title="p and each q", x_label="z", y_label="density")
    return line_chart(picture.densities, picture.x, sheet, colours=_colours(picture))


def as_text(picture: Picture, page: Page) -> str:
    """The same in characters, with fewer lines."""
    from dlcalc.pictures.terminal import contours, line_chart

    if picture.y:
        return contours(_layers(picture, 3, (ONE_OUT,)), picture.x, picture.y, page)
    return line_chart(picture.densities, picture.x, page, colours=_colours(picture))


def _colours(picture: Picture) -> list[str]:
    return ["blue"] + ["red"] * (len(picture.densities) - 1)


def _layers(picture: Picture, count: int, widths: Sequence[float]) -> list[Layer]:
    layers: list[Layer] = []
    for (name, values), colour in zip(picture.densities.items(), _colours(picture), strict=True):
        peak = max(map(max, values))
        heights = [peak * width for width in widths] if layers else levels(values, count)
        layers.append(Layer(name, values, heights, colour))
    return layers
