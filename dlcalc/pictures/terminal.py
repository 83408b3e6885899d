"""Pictures for the terminal: lines, points, contours and densities in characters.

Braille characters give eight dots a character; where the output cannot show
them (`Page(ascii=True)`) plain characters stand in. Series are told apart by
their marks, never by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import cycle, pairwise

from dlcalc.pictures.axis import axis
from dlcalc.pictures.canvas import Canvas
from dlcalc.pictures.contours import Grid, Layer
from dlcalc.pictures.frame import Frame, Page, entries

Points = Sequence[tuple[float, float]]

_MARKS, _ASCII_MARKS = "●◆▲■○◇△□", "ox*vs^dn"
_SHADES, _ASCII_SHADES = " ░▒▓█", " .:-=+#%@"


def line_chart(
    series: Mapping[str, Sequence[float]],
    x: Sequence[float],
    page: Page | None = None,
    *,
    log_y: bool = False,
    colours: Sequence[str] = (),
) -> str:
    """Lines of several series over a common `x`; a NaN leaves a gap.

    `colours` are those of the series, for a page that shows them.

    >>> page = Page(width=24, height=9, ascii=True)
    >>> print(line_chart({"loss": [4, 2, 1, 0]}, [0, 1, 2, 3], page))
    4+oo
     |  ooo
     |     ooo
    2+        ooooo
     |             oooooo
    0+                   ooo
     `+------+------+------+
      0      1      2      3
    o loss
    """
    page = page or Page()
    marks = _marks(page)
    up = axis(
        (value for values in series.values() for value in values), log=log_y, ticks=page.ticks
    )
    inks = [*colours, *[""] * (len(series) - len(colours))]
    across = axis(x, snug=True, counted=True)
    frame = Frame(page, across, up, entries(marks, series), inks)
    canvas = frame.canvas()
    for index, (mark, values) in enumerate(zip(cycle(marks), series.values(), strict=False)):
        ink = inks[index]
        places = [frame.place(point) for point in zip(x, values, strict=True)]
        for start, end in pairwise(places):
            if start and end:
                canvas.line(start, end, mark, ink)
        # Marks keep four columns apart, and one series' stand between another's.
        stride = max(1, math.ceil(4 * len(places) / canvas.columns))
        drawn = [place for place in places if place]
        for place in drawn[index % stride :: stride] or drawn[:1]:
            canvas.mark(*place, mark, ink)
    return frame.text(canvas.lines(), canvas.inks)


def scatter(
    clouds: Mapping[str, Points],
    marked: Mapping[str, Points] | None = None,
    page: Page | None = None,
) -> str:
    """Clouds of dots, with a few `marked` places over them as characters of their own."""
    page, marked = page or Page(height=30), marked or {}
    every = [point for points in (*clouds.values(), *marked.values()) for point in points]
    dots = ".:," if page.ascii else "⠿"
    legend = entries(dots, clouds) + entries(_marks(page), marked)
    across, up = (
        axis((x for x, _ in every), snug=True),
        axis((y for _, y in every), ticks=page.ticks),
    )
    frame = Frame(page, across, up, legend)
    canvas = frame.canvas()
    for dot, points in zip(cycle(dots), clouds.values(), strict=False):
        for point in points:
            if place := frame.place(point):
                canvas.dot(*place, dot)
    _mark(canvas, frame, marked)
    return frame.text(canvas.lines())


def density(
    values: Grid,
    x: Sequence[float],
    y: Sequence[float],
    marked: Mapping[str, Points] | None = None,
    page: Page | None = None,
) -> str:
    """Shades of a grid of values (rows along `y`), the highest darkest; NaN stays blank.

    `x` and `y` ascend in even steps.
    """
    page, marked = page or Page(height=30), marked or {}
    frame = Frame(
        page,
        axis(x, snug=True),
        axis(y, snug=True, ticks=page.ticks),
        entries(_marks(page), marked),
    )
    canvas = frame.canvas()
    finite = [value for row in values for value in row if math.isfinite(value)]
    heights = axis(finite, snug=True)
    shades = _ASCII_SHADES if page.ascii else _SHADES
    for up in _fractions(canvas.rows):
        row = values[round(up * (len(y) - 1))]
        for across in _fractions(canvas.columns):
            height = heights.place(row[round(across * (len(x) - 1))])
            shade = 0 if height is None else min(int(height * len(shades)), len(shades) - 1)
            canvas.mark(across, up, shades[shade])
    _mark(canvas, frame, marked)
    return frame.text(canvas.lines())


def contours(
    layers: Sequence[Layer], x: Sequence[float], y: Sequence[float], page: Page | None = None
) -> str:
    """Lines of equal height of one function or several on a common grid, a mark for each."""
    page = page or Page(height=30)
    marks = _marks(page)
    legend = entries(marks, [layer.name for layer in layers])
    inks = [layer.colour for layer in layers]
    frame = Frame(page, axis(x, snug=True), axis(y, snug=True, ticks=page.ticks), legend, inks)
    canvas = frame.canvas()
    for mark, layer in zip(cycle(marks), layers, strict=False):
        for line in layer.lines(x, y):
            places = [place for place in map(frame.place, line) if place]
            for start, end in pairwise(places):
                canvas.line(start, end, mark, layer.colour)
            for place in places[:: max(1, len(places) // 4)]:
                canvas.mark(*place, mark, layer.colour)
    return frame.text(canvas.lines(), canvas.inks)


def _marks(page: Page) -> str:
    return _ASCII_MARKS if page.ascii else _MARKS


def _fractions(cells: int) -> list[float]:
    return [cell / (cells - 1) for cell in range(cells)]


def _mark(canvas: Canvas, frame: Frame, marked: Mapping[str, Points]) -> None:
    for mark, points in zip(cycle(_marks(frame.page)), marked.values(), strict=False):
        for point in points:
            if place := frame.place(point):
                canvas.mark(*place, mark)
