"""The plane of a picture: axes with their ticks, and lines of equal height by marching squares;
and the pictures that are drawn alike in SVG and in characters.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Points = Sequence[Point]
_LEAST = 1e-300  # below it the steps between ticks lose their digits
FEW = 40
"""Up to so many points of a line get a marker each, where there is room."""
MARKED = 4
"""Marks on a line of equal height."""


@dataclass(frozen=True)
class Axis:
    """A range of values with its ticks."""

    low: float
    """The value at the near end."""
    high: float
    """The value at the far end, above `low`."""
    ticks: tuple[float, ...]
    """Values that get a tick, ascending, all within the range."""
    labels: tuple[str, ...]
    """One text a tick, no two alike."""
    log: bool = False
    """Whether equal distances are equal ratios."""

    def place(self, value: float) -> float | None:
        """The fraction of the way from `low` to `high`; None where the value has no place.

        NaN, the infinities and, on a log scale, numbers that are not above 0 have none.

        >>> axis([0, 10]).place(5)
        0.5
        >>> axis([1, 100], log=True).place(10)
        0.5
        """
        if not _has_place(value, self.log):
            return None
        if self.log:
            start, end = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - start) / (end - start)
        # Halves: high - low may pass the largest float.
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)


def axis(
    values: Iterable[float], *, log: bool = False, ticks: int = 5, snug: bool = False,
    counted: bool = False,
) -> Axis:
    """An axis that holds every value that can be drawn, with about `ticks` ticks.

    The ends are ticks themselves, or with `snug` the smallest and largest value. Between
    whole values that are `counted`, as steps are, there are no ticks.
    A single value gets room on both sides, and no values at all get 0 to 1 (1 to
    10 on a log scale).

    >>> axis([0.13, 0.87]).labels
    ('0.0', '0.2', '0.4', '0.6', '0.8', '1.0')
    >>> axis([1, 2, 3], snug=True, counted=True).labels
    ('1', '2', '3')
    >>> axis([3, 7000], log=True).labels
    ('1', '10', '100', '1000', '10000')
    """
    drawn = [float(value) for value in values if _has_place(value, log)]
    if log:
        return _log_axis(drawn, ticks, snug)
    return _linear_axis(drawn, ticks, snug, counted)


def place(across: Axis, up: Axis, point: Point) -> Point | None:
    """Where a point falls, as fractions across and up; None where it has no place.

    >>> place(axis([0, 10]), axis([0, 4]), (5, 1))
    (0.5, 0.25)
    """
    x, y = across.place(point[0]), up.place(point[1])
    return None if x is None or y is None else (x, y)


def _has_place(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value >= _LEAST or not log)


def _linear_axis(drawn: list[float], ticks: int, snug: bool, counted: bool = False) -> Axis:
    least, most = (min(drawn), max(drawn)) if drawn else (0.0, 1.0)
    largest = max(abs(least), abs(most))
    if most / 2 - least / 2 <= max(largest * 1e-13, _LEAST):  # one value, to the eye
        room = largest / 2 if largest > _LEAST else 1.0
        least, most = least - room, most + room
        least, most = max(least, -sys.float_info.max), min(most, sys.float_info.max)
    # Each divided first, and the step held below the largest float: most - least may overflow.
    size = most / ticks - least / ticks
    power = 10.0 ** math.floor(math.log10(size))
    nice = next(n for n in (1.0, 2.0, 5.0, 10.0) if n * power >= size * (1 - 1e-9))
    step = min(nice * power, sys.float_info.max)
    if counted and all(value.is_integer() for value in drawn):
        step = max(step, 1.0)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    if snug:
        first, last = math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9)
    places = [place for count in range(first, last + 1) if math.isfinite(place := count * step)]
    if not snug:
        least, most = min(places[0], least), max(places[-1], most)
    return Axis(least, most, tuple(places), _linear_labels(places, step))


def _linear_labels(places: list[float], step: float) -> tuple[str, ...]:
    largest = max(abs(place) for place in places)
    if largest >= 1e6 or step < 1e-5:
        digits = math.floor(math.log10(largest)) - math.floor(math.log10(step) + 1e-9)
        return tuple(_scientific(place, max(digits, 0)) for place in places)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(f"{place + 0.0:.{decimals}f}" for place in places)


def _scientific(value: float, digits: int) -> str:
    """1.5e+06 as 1.5e6: a label has no room for what says nothing."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _log_axis(drawn: list[float], ticks: int, snug: bool) -> Axis:
    least, most = (min(drawn), max(drawn)) if drawn else (1.0, 10.0)
    first, last = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
    last = max(last, first + 1)
    stride = max(1, math.ceil((last - first) / ticks))
    last += -(last - first) % stride
    multiples = (1, 2, 5) if last - first <= 2 else (1,)
    places = [
        place
        for decade in range(first, min(last, sys.float_info.max_10_exp) + 1, stride)
        for multiple in (multiples if decade < last else (1,))
        if math.isfinite(place := multiple * 10.0**decade)
    ]
    low, high = min(places[0], least), max(places[-1], most)
    if snug and least < most:
        low, high = least, most
        places = [place for place in places if low <= place <= high]
    if len(places) < 2:  # a range within one decade: the ticks of a linear axis
        near = _linear_axis([low, high], ticks, snug=True)
        return Axis(low, high, near.ticks, near.labels, log=True)
    labels = tuple(
        f"{place:.10g}" if 1e-4 <= place < 1e6 else _scientific(place, 0) for place in places
    )
    return Axis(low, high, tuple(places), labels, log=True)


Grid = Sequence[Sequence[float]]
Line = list[Point]
# A crossing is named by the grid edge it lies on: its lower left corner and its direction.
_Edge = tuple[int, int, bool]

# The pairs of sides (bottom 0, right 1, top 2, left 3) that a line joins, by which corners are
# high: 1 lower left, 2 lower right, 4 upper right, 8 upper left. The two saddles (5 and 10) have
# two pairs; which of them depends on the centre.
_SIDES: dict[int, list[tuple[int, int]]] = {
    1: [(3, 0)], 2: [(0, 1)], 3: [(3, 1)], 4: [(1, 2)], 5: [(3, 2), (0, 1)], 6: [(0, 2)],
    7: [(3, 2)], 8: [(2, 3)], 9: [(0, 2)], 10: [(3, 0), (1, 2)], 11: [(1, 2)], 12: [(1, 3)],
    13: [(0, 1)], 14: [(3, 0)],
}


@dataclass(frozen=True)
class Layer:
    """One function among those of a contour picture."""

    name: str
    """What the legend calls it."""
    values: Grid
    """Its heights, rows along y."""
    heights: Sequence[float]
    """The heights at which a line is drawn."""
    colour: str = ""
    """An SVG colour, such as `blue`; empty for the next of the palette."""


def contour_lines(values: Grid, x: Sequence[float], y: Sequence[float], level: float) -> list[Line]:
    """The lines on which `values` (rows along `y`, columns along `x`) equal `level`.

    Crossings are interpolated along the grid's edges. A closed line ends on its
    first point.

    >>> contour_lines([[0, 2], [0, 2]], [0, 1], [0, 1], level=1)
    [[(0.5, 0.0), (0.5, 1.0)]]
    """
    neighbours: dict[_Edge, list[_Edge]] = {}
    for start, end in _segments(values, level):
        neighbours.setdefault(start, []).append(end)
        neighbours.setdefault(end, []).append(start)
    return [[_crossing(values, x, y, level, edge) for edge in path] for path in _paths(neighbours)]


def levels(values: Grid, count: int) -> list[float]:
    """`count` heights, evenly spaced between the lowest and the highest value.

    >>> levels([[0, 1], [2, 4]], 3)
    [1.0, 2.0, 3.0]
    """
    low, high = min(map(min, values)), max(map(max, values))
    parts = [part / (count + 1) for part in range(1, count + 1)]
    return [low * (1 - part) + high * part for part in parts]


def _segments(values: Grid, level: float) -> Iterator[tuple[_Edge, _Edge]]:
    for row in range(len(values) - 1):
        for column in range(len(values[0]) - 1):
            below, above = values[row], values[row + 1]
            corners = below[column], below[column + 1], above[column + 1], above[column]
            sides = (
                (row, column, True), (row, column + 1, False),
                (row + 1, column, True), (row, column, False),
            )
            for start, end in _crossed(corners, level):
                yield sides[start], sides[end]


def _crossed(corners: tuple[float, ...], level: float) -> list[tuple[int, int]]:
    case = sum(1 << index for index, corner in enumerate(corners) if corner >= level)
    if case in (5, 10) and sum(corner / 4 for corner in corners) < level:
        case = 15 - case  # a low centre parts the high corners
    return _SIDES.get(case, [])


def _paths(neighbours: dict[_Edge, list[_Edge]]) -> Iterator[list[_Edge]]:
    """Segments joined end to end: first the lines that run off the grid, then the closed ones."""
    ends = [edge for edge, near in neighbours.items() if len(near) == 1]
    for start in [*ends, *neighbours]:
        if not neighbours[start]:
            continue
        path = [start]
        while near := neighbours[path[-1]]:
            step = near.pop()
            neighbours[step].remove(path[-1])
            path.append(step)
        yield path


def _crossing(
    values: Grid, x: Sequence[float], y: Sequence[float], level: float, edge: _Edge
) -> Point:
    row, column, along_x = edge
    near = values[row][column]
    far = values[row][column + 1] if along_x else values[row + 1][column]
    part = (level / 2 - near / 2) / (far / 2 - near / 2)
    if along_x:
        return x[column] + part * (x[column + 1] - x[column]), float(y[row])
    return float(x[column]), y[row] + part * (y[row + 1] - y[row])


class Canvas:
    """What pictures are drawn on: a sheet of SVG, or a page of characters."""

    @property
    def ticks(self) -> int:
        """How many ticks the upright axis has room for."""
        return 5

    def drawing(
        self, across: Axis, up: Axis, names: Sequence[str], colours: Sequence[str], marked: bool
    ) -> Any:
        """A drawing in the making, with a look for each name, by a marker too if `marked`."""
        raise NotImplementedError

    def line_chart(
        self, series: Mapping[str, Sequence[float]], x: Sequence[float], *, log_y: bool = False,
        colours: Sequence[str] = (),
    ) -> str:
        """Lines of several series over a common `x`; a NaN leaves a gap.

        `colours` are those of the series, in place of the palette's.
        """
        across = axis(x, snug=True, counted=True)
        up = axis((y for ys in series.values() for y in ys), log=log_y, ticks=self.ticks)
        drawing = self.drawing(across, up, list(series), colours, len(x) <= FEW)
        for look, values in zip(drawing.looks, series.values(), strict=True):
            drawing.curve(list(zip(x, values, strict=True)), look)
        drawn: str = drawing.text()
        return drawn

    def contours(self, layers: Sequence[Layer], x: Sequence[float], y: Sequence[float]) -> str:
        """Lines of equal height of one function or several on a common grid (rows along `y`)."""
        across, up = axis(x, snug=True), axis(y, snug=True, ticks=self.ticks)
        names, colours = [each.name for each in layers], [each.colour for each in layers]
        drawing = self.drawing(across, up, names, colours, False)
        for look, layer in zip(drawing.looks, layers, strict=True):
            for height in layer.heights:
                for line in contour_lines(layer.values, x, y, height):
                    drawing.curve(line, look, MARKED)
        drawn: str = drawing.text()
        return drawn
