"""Pictures for the terminal: lines, points and contours in characters.

Braille characters give eight dots a character; where the output cannot show
them (`Page(ascii=True)`) plain characters stand in. Series are told apart by
their marks, never by colour alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise

from dlcalc.pictures.plane import Axis, Layer, Point, Points, axis, place

_LEAST_COLUMNS, _LEAST_ROWS = 8, 3
_INKS = {"blue": "\x1b[94m", "red": "\x1b[91m"}
_PLAIN = "\x1b[39m"
_MARKS, _ASCII_MARKS = "●◆▲■○◇△□", "ox*vs^dn"
# Braille patterns: the bit of each of the 2 x 4 dots of a character, by row and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


@dataclass(frozen=True)
class Page:
    """The room for one picture in the terminal, and the words around it."""

    width: int = 80
    """Columns of the whole, at most (the picture keeps at least 8 of its own)."""
    height: int = 20
    """Lines of the whole, at most (the picture keeps at least 3 of its own)."""
    x_label: str = ""
    """What the axis below shows."""
    ascii: bool = False
    """Whether plain ASCII is all the output can show."""
    colour: bool = False
    """Whether colours are shown too, where a picture has them."""

    @property
    def ticks(self) -> int:
        """How many ticks the upright axis has room for."""
        return max(2, min(5, self.height // 4))

    @property
    def marks(self) -> str:
        """Characters that tell series apart."""
        return _ASCII_MARKS if self.ascii else _MARKS


def line_chart(
    series: Mapping[str, Sequence[float]], x: Sequence[float], page: Page | None = None, *,
    log_y: bool = False, colours: Sequence[str] = (),
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
    values = (value for each in series.values() for value in each)
    up = axis(values, log=log_y, ticks=page.ticks)
    inks = [*colours, *[""] * (len(series) - len(colours))]
    across = axis(x, snug=True, counted=True)
    drawing = _Drawing(page, across, up, _entries(page.marks, series), inks)
    for index, (mark, each) in enumerate(zip(cycle(page.marks), series.values(), strict=False)):
        places = [place(across, up, point) for point in zip(x, each, strict=True)]
        drawing.line(places, mark, inks[index])
        # Marks keep four columns apart, and one series' stand between another's.
        stride = max(1, math.ceil(4 * len(places) / drawing.columns))
        drawn = [point for point in places if point]
        for point in drawn[index % stride :: stride] or drawn[:1]:
            drawing.mark(point, mark, inks[index])
    return drawing.text()


def scatter(
    clouds: Mapping[str, Points], marked: Mapping[str, Points] | None = None,
    page: Page | None = None,
) -> str:
    """Clouds of dots, with a few `marked` places over them as characters of their own."""
    page, marked = page or Page(height=30), marked or {}
    every = [point for points in (*clouds.values(), *marked.values()) for point in points]
    dots = ".:," if page.ascii else "⠿"
    legend = _entries(dots, clouds) + _entries(page.marks, marked)
    across, up = axis((x for x, _ in every), snug=True), axis((y for _, y in every),
                                                              ticks=page.ticks)
    drawing = _Drawing(page, across, up, legend)
    for put, marks, groups in (
        (drawing.dot, dots, clouds), (drawing.mark, page.marks, marked),
    ):
        for mark, points in zip(cycle(marks), groups.values(), strict=False):
            for point in filter(None, (place(across, up, each) for each in points)):
                put(point, mark)
    return drawing.text()


def contours(
    layers: Sequence[Layer], x: Sequence[float], y: Sequence[float], page: Page | None = None
) -> str:
    """Lines of equal height of one function or several on a common grid, a mark for each."""
    page = page or Page(height=30)
    legend = _entries(page.marks, [layer.name for layer in layers])
    across, up = axis(x, snug=True), axis(y, snug=True, ticks=page.ticks)
    drawing = _Drawing(page, across, up, legend, [layer.colour for layer in layers])
    for mark, layer in zip(cycle(page.marks), layers, strict=False):
        for line in layer.lines(x, y):
            places = [found for point in line if (found := place(across, up, point))]
            drawing.line(places, mark, layer.colour)
            for point in places[:: max(1, len(places) // 4)]:
                drawing.mark(point, mark, layer.colour)
    return drawing.text()


def _entries(marks: str, names: Iterable[str]) -> list[str]:
    return [f"{mark} {name}" for mark, name in zip(cycle(marks), names, strict=False)]


class _Drawing:
    """Axes with their labels, a legend, and a page of dots finer than a character.

    Each character has 2 by 4 dots (1 by 1 in plain ASCII). Places are fractions: across from
    the left, up from the bottom.
    """

    def __init__(
        self, page: Page, across: Axis, up: Axis, legend: Sequence[str], inks: Sequence[str] = (),
    ) -> None:
        self.page, self.across, self.up = page, across, up
        self.legend, self.legend_inks = legend, inks
        self.margin = max(map(len, up.labels)) + 1
        around = bool(page.x_label) + len(self.legend_lines()) + 2
        self.columns = max(page.width - self.margin, _LEAST_COLUMNS)
        self.rows = max(page.height - around, _LEAST_ROWS)
        self.finer_across, self.finer_down = (1, 1) if page.ascii else (2, 4)
        self.dots: dict[tuple[int, int], int] = defaultdict(int)
        self.marks: dict[tuple[int, int], str] = {}
        self.inks: dict[tuple[int, int], str] = {}

    def dot(self, point: Point, mark: str = ".", ink: str = "") -> None:
        """Put one dot; in plain ASCII, `mark` where nothing stands yet."""
        x = round(point[0] * (self.columns * self.finer_across - 1))
        y = round((1 - point[1]) * (self.rows * self.finer_down - 1))
        cell = y // self.finer_down, x // self.finer_across
        if ink:
            self.inks[cell] = ink
        if self.page.ascii:
            self.marks.setdefault(cell, mark)
        else:
            self.dots[cell] |= _DOTS[y % 4][x % 2]

    def line(self, places: Iterable[Point | None], mark: str, ink: str) -> None:
        """Dots from one place to the next, without a gap but where there is none."""
        for start, end in pairwise(places):
            if start and end:
                across, up = end[0] - start[0], end[1] - start[1]
                steps = max(abs(across) * self.columns * self.finer_across,
                            abs(up) * self.rows * self.finer_down)
                count = max(1, round(steps))
                for step in range(count + 1):
                    part = step / count
                    self.dot((start[0] + across * part, start[1] + up * part), mark, ink)

    def mark(self, point: Point, mark: str, ink: str = "") -> None:
        """Put a whole character over whatever is there."""
        cell = round((1 - point[1]) * (self.rows - 1)), round(point[0] * (self.columns - 1))
        self.marks[cell] = mark
        if ink:
            self.inks[cell] = ink

    def text(self) -> str:
        """All of it, as lines of text."""
        page, legend = self.page, self.legend_lines()
        below = [page.x_label.rjust(self.margin + self.columns)] if page.x_label else []
        lines = [self._shown(line) for line in (*self._framed(), *below, *legend)]
        if page.colour:
            for (row, column), ink in sorted(self.inks.items(), reverse=True):
                start = column + self.margin
                lines[row] = _painted(lines[row], start, start + 1, ink)
            for entry, ink in reversed(list(zip(self.legend, self.legend_inks, strict=False))):
                for at in range(len(lines) - len(legend), len(lines)):
                    start = lines[at].find(entry)
                    if start >= 0 and ink:
                        lines[at] = _painted(lines[at], start, start + len(entry), ink)
        return "\n".join(lines)

    def _framed(self) -> list[str]:
        """The picture with its axes and their labels."""
        upright, level, tick, foot, corner = "|-++`" if self.page.ascii else "│─┤┬└"
        labels, indent, lines = _cells(self.up, self.rows), self.margin - 1, []
        for row in range(self.rows):
            label = labels.get(self.rows - 1 - row)
            side = upright if label is None else tick
            text = "".join(
                self.marks.get(cell) or chr(_BRAILLE | self.dots[cell] if cell in self.dots else 32)
                for cell in ((row, column) for column in range(self.columns))
            )
            lines.append(f"{label or '':>{indent}}{side}{text}")
        feet, words, end = [level] * self.columns, "", -2
        for column, label in sorted(_cells(self.across, self.columns).items()):
            # Each label is centred on its tick, within the page, and apart from the one before.
            start = max(0, min(column - len(label) // 2, self.columns - len(label)))
            if start > end + 1:
                feet[column], words = foot, words.ljust(start) + label
                end = start + len(label) - 1
        return [*lines, f"{'':{indent}}{corner}{''.join(feet)}", " " * self.margin + words]

    def legend_lines(self) -> list[str]:
        """The entries side by side, on as many lines as they need."""
        lines: list[str] = []
        for entry in self.legend:
            if lines and len(lines[-1]) + 3 + len(entry) <= self.page.width:
                lines[-1] += "   " + entry
            else:
                lines.append(entry)
        return lines

    def _shown(self, line: str) -> str:
        """The line as the output can show it, no longer than the whole is wide."""
        line = "".join(each if each.isprintable() else "?" for each in line).rstrip()
        line = line.encode("ascii", "replace").decode() if self.page.ascii else line
        return line[: max(self.page.width, self.margin + _LEAST_COLUMNS)]


def _painted(line: str, start: int, end: int, ink: str) -> str:
    part = line[start:end]
    return f"{line[:start]}{_INKS[ink]}{part}{_PLAIN}{line[end:]}" if part.strip() else line


def _cells(axis: Axis, cells: int) -> dict[int, str]:
    """Labels by the cell that their tick falls in."""
    found: dict[int, str] = {}
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        at = axis.place(tick)
        if at is not None:
            found.setdefault(round(at * (cells - 1)), label)
    return found
