"""Lines of equal height on a grid of values, by marching squares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlcalc.pictures.axis import Point

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

    def lines(self, x: Sequence[float], y: Sequence[float]) -> list[Line]:
        """The lines of all its heights."""
        return [
            line for height in self.heights for line in contour_lines(self.values, x, y, height)
        ]


def contour_lines(values: Grid, x: Sequence[float], y: Sequence[float], level: float) -> list[Line]:
    """The lines on which `values` (rows along `y`, columns along `x`) equal `level`.

    Crossings are interpolated along the grid's edges. A closed line ends on its
    first point. Squares with a corner that is NaN or infinite are left out.

    >>> contour_lines([[0, 2], [0, 2]], [0, 1], [0, 1], level=1)
    [[(0.5, 0.0), (0.5, 1.0)]]
    """
    neighbours: dict[_Edge, list[_Edge]] = {}
    for start, end in _segments(values, level):
        neighbours.setdefault(start, []).append(end)
        neighbours.setdefault(end, []).append(start)
    return [[_crossing(values, x, y, level, edge) for edge in path] for path in _paths(neighbours)]


def levels(values: Grid, count: int) -> list[float]:
    """`count` heights, evenly spaced between the lowest and the highest finite value.

    >>> levels([[0, 1], [2, 4]], 3)
    [1.0, 2.0, 3.0]
    """
    finite = [value for row in values for value in row if math.isfinite(value)]
    if not finite or min(finite) == max(finite):
        return []
    low, high = min(finite), max(finite)
    parts = [part / (count + 1) for part in range(1, count + 1)]
    return [low * (1 - part) + high * part for part in parts]


def _segments(values: Grid, level: float) -> Iterator[tuple[_Edge, _Edge]]:
    for row in range(len(values) - 1):
        for column in range(len(values[0]) - 1):
            below, above = values[row], values[row + 1]
            corners = below[column], below[column + 1], above[column + 1], above[column]
            if all(map(math.isfinite, corners)):
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
