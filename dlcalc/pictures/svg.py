"""Pictures as SVG files: lines, points and contours, each with axes and a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlcalc.pictures.axis import axis
from dlcalc.pictures.contours import Layer
from dlcalc.pictures.drawing import Drawing, Sheet
from dlcalc.pictures.shapes import look

Points = Sequence[tuple[float, float]]

_SQUARE = Sheet(width=560, height=560)
_FEW = 40  # up to so many points of a line get a marker each


def line_chart(
    series: Mapping[str, Sequence[float]],
    x: Sequence[float],
    sheet: Sheet | None = None,
    *,
    log_y: bool = False,
    colours: Sequence[str] = (),
) -> str:
    """Lines of several series over a common `x`; a NaN leaves a gap.

    `colours` are SVG colours, one a series, in place of the palette's.

    >>> line_chart({"loss": [4, 2, 1]}, [1, 2, 3])[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    up = axis((value for values in series.values() for value in values), log=log_y)
    looks = [
        look(index, colour=colour, marker=len(x) <= _FEW)
        for index, colour in zip(range(len(series)), [*colours, *[""] * len(series)], strict=False)
    ]
    legend = list(zip(series, looks, strict=True))
    drawing = Drawing(sheet or Sheet(), axis(x, snug=True, counted=True), up, legend)
    for (_, each), values in zip(legend, series.values(), strict=True):
        points = list(zip(x, values, strict=True))
        drawing.line(points, each)
        if each.marker:
            drawing.markers(points, each)
    return drawing.svg()


def scatter(
    clouds: Mapping[str, Points],
    marked: Mapping[str, Points] | None = None,
    sheet: Sheet | None = None,
) -> str:
    """Clouds of small dots, over a few `marked` places that are larger and of other shapes."""
    groups = {**(marked or {}), **clouds}
    few = len(marked or {})
    every = [point for points in groups.values() for point in points]
    looks = [look(index, marker=True, line=False) for index in range(len(groups))]
    across, up = axis(x for x, _ in every), axis(y for _, y in every)
    drawing = Drawing(sheet or _SQUARE, across, up, list(zip(groups, looks, strict=True)))
    for index, (each, points) in enumerate(zip(looks, groups.values(), strict=True)):
        drawing.markers(points, each, size=7 if index < few else 1.5)
    return drawing.svg()


def contours(
    layers: Sequence[Layer], x: Sequence[float], y: Sequence[float], sheet: Sheet | None = None
) -> str:
    """Lines of equal height of one function or several on a common grid (rows along `y`)."""
    looks = [look(index, colour=layer.colour) for index, layer in enumerate(layers)]
    legend = [(layer.name, each) for layer, each in zip(layers, looks, strict=True)]
    drawing = Drawing(sheet or _SQUARE, axis(x, snug=True), axis(y, snug=True), legend)
    for layer, each in zip(layers, looks, strict=True):
        for line in layer.lines(x, y):
            drawing.line(line, each)
    return drawing.svg()
