"""What stands around a picture in the terminal: title, axes with their labels, legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from dlcalc.pictures.axis import Axis
from dlcalc.pictures.canvas import Canvas

_LEAST_COLUMNS, _LEAST_ROWS = 8, 3
_INKS = {"blue": "\x1b[94m", "red": "\x1b[91m"}
_PLAIN = "\x1b[39m"


@dataclass(frozen=True)
class Page:
    """The room for one picture in the terminal, and the words around it."""

    width: int = 80
    """Columns of the whole, at most (the picture keeps at least 8 of its own)."""
    height: int = 20
    """Lines of the whole, at most (the picture keeps at least 3 of its own)."""
    title: str = ""
    """Text above the picture."""
    x_label: str = ""
    """What the axis below shows."""
    y_label: str = ""
    """What the axis to the left shows."""
    ascii: bool = False
    """Whether plain ASCII is all the output can show."""
    colour: bool = False
    """Whether colours are shown too, where a picture has them."""

    @property
    def ticks(self) -> int:
        """How many ticks the upright axis has room for."""
        return max(2, min(5, self.height // 4))


@dataclass(frozen=True)
class Frame:
    """The axes and the legend around one picture."""

    page: Page
    """The room there is."""
    across: Axis
    """The axis below the picture."""
    up: Axis
    """The axis to its left."""
    legend: list[str]
    """A mark and a name each."""
    inks: Sequence[str] = ()
    """The colour of each of them, where they have one."""

    def place(self, point: tuple[float, float]) -> tuple[float, float] | None:
        """Where a point falls, as fractions across and up; None where it has no place."""
        across, up = self.across.place(point[0]), self.up.place(point[1])
        return None if across is None or up is None else (across, up)

    def canvas(self) -> Canvas:
        """An empty page of the size that is left for the picture."""
        words = [self.page.title, self.page.y_label, self.page.x_label]
        around = sum(map(bool, words)) + len(self._legend_lines()) + 2
        columns = max(self.page.width - self._margin, _LEAST_COLUMNS)
        return Canvas(columns, max(self.page.height - around, _LEAST_ROWS), ascii=self.page.ascii)

    def text(
        self, picture: list[str], inks: Mapping[tuple[int, int], str] | None = None
    ) -> str:
        """The picture in its surroundings, as lines of text; `inks` by row and column of it."""
        page = self.page
        above = [line for line in (page.title.center(page.width), page.y_label) if line.strip()]
        below = [page.x_label.rjust(self._margin + len(picture[0]))] if page.x_label else []
        legend = self._legend_lines()
        lines = [*above, *self._axes(picture), *below, *legend]
        shown = [self._shown(line) for line in lines]
        if page.colour:
            for (row, column), ink in sorted((inks or {}).items(), reverse=True):
                place, start = len(above) + row, column + self._margin
                shown[place] = _painted(shown[place], start, start + 1, ink)
            self._paint_legend(shown, len(lines) - len(legend))
        return "\n".join(shown)

    def _paint_legend(self, lines: list[str], first: int) -> None:
        """Each entry in its colour, from the last one back."""
        for entry, ink in reversed(list(zip(self.legend, self.inks, strict=False))):
            for place in range(first, len(lines)):
                start = lines[place].find(entry)
                if start >= 0 and ink:
                    lines[place] = _painted(lines[place], start, start + len(entry), ink)

    @property
    def _margin(self) -> int:
        return max(len(label) for label in self.up.labels) + 1

    def _axes(self, picture: list[str]) -> list[str]:
        upright, level, tick, foot, corner = "|-++`" if self.page.ascii else "│─┤┬└"
        rows, columns, indent = len(picture), len(picture[0]), self._margin - 1
        labels = _cells(self.up, rows)
        lines = []
        for row, text in enumerate(picture):
            label = labels.get(rows - 1 - row)
            side = upright if label is None else tick
            lines.append(f"{label or '':>{indent}}{side}{text}")
        ticks = _apart(_cells(self.across, columns), columns)
        line = "".join(foot if column in ticks else level for column in range(columns))
        below = [f"{'':{indent}}{corner}{line}", " " * self._margin + _spread(ticks, columns)]
        return [*lines, *below]

    def _legend_lines(self) -> list[str]:
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
        return line[: max(self.page.width, self._margin + _LEAST_COLUMNS)]


def _painted(line: str, start: int, end: int, ink: str) -> str:
    """The line with a part of it in a colour."""
    part = line[start:end]
    return f"{line[:start]}{_INKS[ink]}{part}{_PLAIN}{line[end:]}" if part.strip() else line


def _cells(axis: Axis, cells: int) -> dict[int, str]:
    """Labels by the cell that their tick falls in."""
    places: dict[int, str] = {}
    for tick, label in zip(axis.ticks, axis.labels, strict=True):
        place = axis.place(tick)
        if place is not None:
            places.setdefault(round(place * (cells - 1)), label)
    return places


def _apart(labels: dict[int, str], columns: int) -> dict[int, str]:
    """Those labels that do not run into the one before."""
    apart: dict[int, str] = {}
    end = -2
    for column, label in sorted(labels.items()):
        start = _start(column, label, columns)
        if start > end + 1:
            apart[column] = label
            end = start + len(label) - 1
    return apart


def _spread(labels: dict[int, str], columns: int) -> str:
    """One line with each label under its tick."""
    line = ""
    for column, label in labels.items():
        line = line.ljust(_start(column, label, columns)) + label
    return line


def _start(column: int, label: str, columns: int) -> int:
    """Where a label centred on its tick begins, kept within the page."""
    return max(0, min(column - len(label) // 2, columns - len(label)))


def entries(marks: Iterable[str], names: Iterable[str]) -> list[str]:
    """The legend of names with their marks, which start over where they run out.

    >>> entries("ox", ["generator", "discriminator"])
    ['o generator', 'x discriminator']
    """
    return [f"{mark} {name}" for mark, name in zip(cycle(marks), names, strict=False)]
