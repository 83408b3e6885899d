"""An SVG drawing with axes: where values fall in pixels, and the marks put there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dlcalc.pictures.axis import Axis
from dlcalc.pictures.shapes import Look, Point, marker, number, polyline, text, written

_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 20, 20, 30  # margins, without the words
_LINE = 20  # pixels a line of text takes


@dataclass(frozen=True)
class Sheet:
    """The size of a picture in pixels, and the words around it."""

    width: int = 720
    """Pixels across, all included."""
    height: int = 440
    """Pixels down, all included."""
    title: str = ""
    """Text above the picture."""
    x_label: str = ""
    """What the axis below shows."""
    y_label: str = ""
    """What the axis to the left shows."""


@dataclass
class Drawing:
    """A picture in the making; :meth:`svg` gives the finished text."""

    sheet: Sheet
    """Its size and words."""
    across: Axis
    """The axis below."""
    up: Axis
    """The axis to the left."""
    legend: list[tuple[str, Look]]
    """The names in the legend and how each looks."""
    parts: list[str] = field(default_factory=list)
    """The elements drawn so far."""

    def pixel(self, point: Point) -> Point | None:
        """Where a point falls; None where it has no place on the axes."""
        across, up = self.across.place(point[0]), self.up.place(point[1])
        if across is None or up is None:
            return None
        left, top, right, bottom = self.box
        return left + across * (right - left), bottom + up * (top - bottom)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The left, top, right and bottom edge of the picture within its axes."""
        sheet = self.sheet
        top = _TOP + _LINE * bool(sheet.title)
        words = bool(sheet.x_label) + len(self._legend_places())
        bottom = sheet.height - _BOTTOM - _LINE * words
        return _LEFT, top, max(sheet.width - _RIGHT, _LEFT + 1), max(bottom, top + 1)

    def line(self, points: Iterable[Point], look: Look) -> None:
        """A line through the points, broken at those that have no place."""
        run: list[Point] = []
        for place in [*map(self.pixel, points), None]:
            if place is not None:
                run.append(place)
            elif run:
                if len(run) == 1:  # a point by itself would leave no stroke
                    self.parts.append(marker(run[0], look.colour, "circle", 2))
                else:
                    self.parts.append(polyline(run, look))
                run = []

    def markers(self, points: Iterable[Point], look: Look, size: float = 3.5) -> None:
        """The look's marker at each point that has a place."""
        for place in map(self.pixel, points):
            if place is not None:
                self.parts.append(marker(place, look.colour, look.marker, size))

    def svg(self) -> str:
        """The whole drawing as a file of its own."""
        width, height = self.sheet.width, self.sheet.height
        name = f"<title>{written(self.sheet.title)}</title>\n" if self.sheet.title else ""
        body = "\n".join([*self._axes(), *self.parts, *self._words(), *self._legend()])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">\n{name}'
            f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
        )

    def _axes(self) -> Iterable[str]:
        left, top, right, bottom = self.box
        for tick, label in zip(self.across.ticks, self.across.labels, strict=True):
            x = number(left + (self.across.place(tick) or 0) * (right - left))
            yield f'<path d="M{x} {top}V{bottom + 5}" stroke="#ddd"/>'
            yield text((float(x), bottom + 19), label)
        for tick, label in zip(self.up.ticks, self.up.labels, strict=True):
            y = number(bottom + (self.up.place(tick) or 0) * (top - bottom))
            yield f'<path d="M{left - 5} {y}H{right}" stroke="#ddd"/>'
            yield text((left - 9, float(y) + 4.5), label, anchor="end")
        yield f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#333"/>'

    def _words(self) -> Iterable[str]:
        sheet, (left, top, right, bottom) = self.sheet, self.box
        middle = (left + right) / 2
        if sheet.title:
            yield text((middle, _TOP + 4), sheet.title, more=' font-weight="bold"')
        if sheet.x_label:
            yield text((middle, bottom + 38), sheet.x_label)
        if sheet.y_label:
            centre = (top + bottom) / 2
            turned = f' transform="rotate(-90 16 {number(centre)})"'
            yield text((16, centre), sheet.y_label, more=turned)

    def _legend_places(self) -> list[list[tuple[float, str, Look]]]:
        """The entries line by line, each with the place across where it starts."""
        lines: list[list[tuple[float, str, Look]]] = []
        end = float(self.sheet.width)
        for name, look in self.legend:
            room = 52 + 7.0 * len(name)  # a letter is about 7 pixels wide
            if end + room > self.sheet.width:
                lines.append([])
                end = _LEFT
            lines[-1].append((end, name, look))
            end += room
        return lines

    def _legend(self) -> Iterable[str]:
        lines = self._legend_places()
        for row, line in enumerate(lines):
            y = self.sheet.height - 12 - _LINE * (len(lines) - 1 - row)
            for x, name, look in line:
                if look.line:
                    yield polyline([(x, y - 4), (x + 28, y - 4)], look)
                if look.marker:
                    yield marker((x + 14, y - 4), look.colour, look.marker, 3.5)
                yield text((x + 34, y), name, anchor="start")
