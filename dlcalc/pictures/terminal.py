"""Pictures for the terminal: lines, points and contours in characters.

Braille characters give eight dots a character; where the output cannot show
them (`Page(ascii=True)`) plain characters stand in. Series are told apart by
their marks, never by colour alone.

>>> page = Page(width=24, height=9, ascii=True)
>>> print(page.line_chart({"loss": [4, 2, 1, 0]}, [0, 1, 2, 3]))
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

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, cycle, pairwise

from dlcalc.pictures.plane import Axis, Canvas, Point, Points, axis, place

_LEAST_COLUMNS, _LEAST_ROWS = 8, 3
_INKS = {"blue": "\x1b[94m", "red": "\x1b[91m"}
_PLAIN = "\x1b[39m"
_MARKS, _ASCII_MARKS = "●◆▲■○◇△□", "ox*vs^dn"
# Braille patterns: the bit of each of the 2 x 4 dots of a character, by row and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


@dataclass(frozen=True)
class Page(Canvas):
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

    def drawing(
        self, across: Axis, up: Axis, names: Sequence[str], colours: Sequence[str] = (),
        marked: bool = True, dots: str = "",
    ) -> _Drawing:
        """A drawing in the making, with a mark for each name, the first of them `dots`."""
        marks = [mark for mark, _ in zip(chain(dots, cycle(self.marks)), names, strict=False)]
        return _Drawing(self, across, up, names, marks, [*colours, *[""] * len(names)])

    def scatter(self, clouds: Mapping[str, Points], marked: Mapping[str, Points]) -> str:
        """Clouds of dots, with a few `marked` places over them as characters of their own."""
        groups, kinds = [*clouds.values(), *marked.values()], ".:," if self.ascii else "⠿"
        across = axis((x for points in groups for x, _ in points), snug=True)
        up = axis((y for points in groups for _, y in points), ticks=self.ticks)
        dots = "".join(kinds[index % len(kinds)] for index in range(len(clouds)))
        drawing = self.drawing(across, up, [*clouds, *marked], dots=dots)
        for look, points in enumerate(groups):
            put = drawing.dot if look < len(clouds) else drawing.mark
            for point in filter(None, (place(across, up, each) for each in points)):
                put(point, look)
        return drawing.text()


class _Drawing:
    """Axes with their labels, a legend, and a page of dots finer than a character.

    Each character has 2 by 4 dots (1 by 1 in plain ASCII). Places are fractions: across from
    the left, up from the bottom.
    """

    def __init__(
        self, page: Page, across: Axis, up: Axis, names: Sequence[str], signs: Sequence[str],
        colours: Sequence[str],
    ) -> None:
        self.page, self.across, self.up = page, across, up
        self.signs, self.colours, self.looks = signs, colours, range(len(names))
        """The mark and the colour of each look."""
        self.legend = [f"{mark} {name}" for mark, name in zip(signs, names, strict=True)]
        self.margin = max(map(len, up.labels)) + 1
        around = bool(page.x_label) + len(self.legend_lines()) + 2
        self.columns = max(page.width - self.margin, _LEAST_COLUMNS)
        self.rows = max(page.height - around, _LEAST_ROWS)
        self.finer_across, self.finer_down = (1, 1) if page.ascii else (2, 4)
        self.dots: dict[tuple[int, int], int] = defaultdict(int)
        self.marks: dict[tuple[int, int], str] = {}
        self.inks: dict[tuple[int, int], str] = {}

    def dot(self, point: Point, look: int) -> None:
        """Put one dot; in plain ASCII, its mark where nothing stands yet."""
        x = round(point[0] * (self.columns * self.finer_across - 1))
        y = round((1 - point[1]) * (self.rows * self.finer_down - 1))
        cell = y // self.finer_down, x // self.finer_across
        self.inks[cell] = self.colours[look] or self.inks.get(cell, "")
        if self.page.ascii:
            self.marks.setdefault(cell, self.signs[look])
        else:
            self.dots[cell] |= _DOTS[y % 4][x % 2]

    def curve(self, points: Iterable[Point], look: int, marks: int = 0) -> None:
        """Dots from one point to the next, without a gap but where one has no place; marks on
        them, so many or four columns apart, one series' between another's."""
        places = [place(self.across, self.up, point) for point in points]
        for start, end in pairwise(places):
            if start and end:
                across, up = end[0] - start[0], end[1] - start[1]
                steps = max(abs(across) * self.columns * self.finer_across,
                            abs(up) * self.rows * self.finer_down)
                count = max(1, round(steps))
                for step in range(count + 1):
                    part = step / count
                    self.dot((start[0] + across * part, start[1] + up * part), look)
        drawn = [point for point in places if point]
        stride = max(1, len(drawn) // marks if marks else math.ceil(4 * len(places) / self.columns))
        for point in drawn[0 if marks else look % stride :: stride] or drawn[:1]:
            self.mark(point, look)

    def mark(self, point: Point, look: int) -> None:
        """Put a whole character over whatever is there."""
        cell = round((1 - point[1]) * (self.rows - 1)), round(point[0] * (self.columns - 1))
        self.marks[cell] = self.signs[look]
        self.inks[cell] = self.colours[look] or self.inks.get(cell, "")

    def text(self) -> str:
        page, legend = self.page, self.legend_lines()
        below = [page.x_label.rjust(self.margin + self.columns)] if page.x_label else []
        lines = [self._fitted_line(line) for line in (*self._framed(), *below, *legend)]
        if page.colour:
            for (row, column), ink in sorted(self.inks.items(), reverse=True):
                start = column + self.margin
                lines[row] = _painted(lines[row], start, start + 1, ink)
            for entry, ink in reversed(list(zip(self.legend, self.colours, strict=False))):
                for at in range(len(lines) - len(legend), len(lines)):
                    start = lines[at].find(entry)
                    if start >= 0:
                        lines[at] = _painted(lines[at], start, start + len(entry), ink)
        return "\n".join(lines)

    def _framed(self) -> list[str]:
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

    def _fitted_line(self, line: str) -> str:
        """The line as the output can show it, no longer than the whole is wide."""
        line = "".join(each if each.isprintable() else "?" for each in line).rstrip()
        line = line.encode("ascii", "replace").decode() if self.page.ascii else line
        return line[: max(self.page.width, self.margin + _LEAST_COLUMNS)]


def _painted(line: str, start: int, end: int, ink: str) -> str:
    part = line[start:end]
    if not (ink and part.strip()):
        return line
    return f"{line[:start]}{_INKS[ink]}{part}{_PLAIN}{line[end:]}"


def _cells(axis: Axis, cells: int) -> dict[int, str]:
    """Labels by the cell that their tick falls in."""
    found: dict[int, str] = {}
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        at = axis.place(tick)
        if at is not None:
            found.setdefault(round(at * (cells - 1)), label)
    return found
