"""A mixture in blue and the Gaussians near it in red, as SVG and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcalc.pictures.contours import Layer, levels

if TYPE_CHECKING:
    from dlcalc.commands.posterior.picture import Picture
    from dlcalc.pictures.terminal import Page

BLUE, RED = "blue", "red"
P_NAME = "p"
ONE_OUT, TWO_OUT = math.exp(-1 / 2), math.exp(-2)
"""The height of a Gaussian, against its peak, one and two standard deviations out."""


def as_svg(picture: Picture) -> str:
    """Contours in two dimensions, densities as lines in one."""
    from dlcalc.pictures.svg import Sheet, contours, line_chart

    if picture.y:
        sheet = Sheet(640, 640, "p and each q", "z1", "z2")
        return contours(_layers(picture, 6, (ONE_OUT, TWO_OUT)), picture.x, picture.y, sheet)
    sheet = Sheet(title="p and each q", x_label="z", y_label="density")
    return line_chart(_lines(picture), picture.x, sheet, colours=_colours(picture))


def as_text(picture: Picture, page: Page) -> str:
    """The same in characters, with fewer lines."""
    from dlcalc.pictures.terminal import contours, line_chart

    if picture.y:
        return contours(_layers(picture, 3, (ONE_OUT,)), picture.x, picture.y, page)
    return line_chart(_lines(picture), picture.x, page, colours=_colours(picture))


def _lines(picture: Picture) -> dict[str, list[float]]:
    return {P_NAME: picture.p, **picture.q}


def _colours(picture: Picture) -> list[str]:
    return [BLUE, *(RED for _ in picture.q)]


def _layers(picture: Picture, count: int, widths: Sequence[float]) -> list[Layer]:
    layers = [Layer(P_NAME, picture.p, levels(picture.p, count), BLUE)]
    for name, values in picture.q.items():
        peak = max(map(max, values))
        layers.append(Layer(name, values, [peak * width for width in widths], RED))
    return layers
