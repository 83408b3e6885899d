"""Pictures as SVG files: lines, points and contours, each with axes and a legend.

>>> Sheet().line_chart({"loss": [4, 2, 1]}, [1, 2, 3])[:40]
'<svg xmlns="http://www.w3.org/2000/svg" '
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dlcalc.pictures.plane import Axis, Canvas, Point, Points, axis, place

# Blue, vermilion, green, purple, orange, sky blue, black: told apart by the colour-blind too
# (Okabe and Ito, Color Universal Design, 2008). With each goes a dash and a marker.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("", "7 3", "2 3", "8 3 2 3", "12 4", "8 3 2 3 2 3", "4 7", "14 3 5 3")
_MARKERS = {
    "circle": "", "square": "M-1-1H1V1H-1Z", "diamond": "M0-1.3L1.3 0L0 1.3L-1.3 0Z",
    "triangle": "M0-1.2L1.2 1H-1.2Z",
}
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 20, 20, 30  # margins, without the words
_LINE = 20  # pixels a line of text takes


@dataclass(frozen=True)
class Sheet(Canvas):
    """The size of a picture in pixels, and the words around it."""

    title: str = ""
    x_label: str = ""
    """What the axis below shows."""
    y_label: str = ""
    """What the axis to the left shows."""
    width: int = 720
    height: int = 440

    def drawing(
        self, across: Axis, up: Axis, names: Sequence[str], colours: Sequence[str] = (),
        marked: bool = True, line: bool = True,
    ) -> _Drawing:
        """A drawing in the making, with a look for each name, by a marker too if `marked`."""
        inks, markers = [*colours, *[""] * len(names)], list(_MARKERS) if marked else [""]
        return _Drawing(self, across, up, names, [
            _Look(inks[index] or _COLOURS[index % len(_COLOURS)], _DASHES[index % len(_DASHES)],
                  markers[index % len(markers)], line)
            for index in range(len(names))
        ])

    def scatter(self, clouds: Mapping[str, Points], marked: Mapping[str, Points]) -> str:
        """Clouds of small dots, over a few `marked` places that are larger, of other shapes."""
        groups = {**marked, **clouds}
        every = [point for points in groups.values() for point in points]
        across, up = axis(x for x, _ in every), axis(y for _, y in every)
        drawing = self.drawing(across, up, list(groups), line=False)
        for look, (name, points) in zip(drawing.looks, groups.items(), strict=True):
            drawing.markers(points, look, 7 if name in marked else 1.5)
        return drawing.text()


@dataclass(frozen=True)
class _Look:
    """How one series looks: a colour, and what tells it apart without colour."""

    colour: str
    dash: str
    marker: str
    """A marker's name; empty for none."""
    line: bool


class _Drawing:
    """A picture in the making; :meth:`text` gives the finished file."""

    def __init__(
        self, sheet: Sheet, across: Axis, up: Axis, names: Sequence[str], looks: Sequence[_Look]
    ) -> None:
        self.sheet, self.across, self.up, self.looks = sheet, across, up, looks
        self.parts: list[str] = []
        self.entries: list[list[tuple[float, str, _Look]]] = []
        """The legend line by line, each entry with the place across where it starts."""
        end = float(sheet.width)
        for name, look in zip(names, looks, strict=True):
            room = 52 + 7.0 * len(name)  # a letter is about 7 pixels wide
            if end + room > sheet.width:
                self.entries.append([])
                end = _LEFT
            self.entries[-1].append((end, name, look))
            end += room
        top = _TOP + _LINE * bool(sheet.title)
        bottom = sheet.height - _BOTTOM - _LINE * (bool(sheet.x_label) + len(self.entries))
        self.box = _LEFT, top, max(sheet.width - _RIGHT, _LEFT + 1), max(bottom, top + 1)
        """The left, top, right and bottom edge of the picture within its axes."""

    def pixel(self, point: Point) -> Point | None:
        """Where a point falls; None where it has no place on the axes."""
        found = place(self.across, self.up, point)
        if found is None:
            return None
        left, top, right, bottom = self.box
        return left + found[0] * (right - left), bottom + found[1] * (top - bottom)

    def curve(self, points: Sequence[Point], look: _Look, marks: int = 0) -> None:
        """A line through the points, broken at those that have no place; the look's marker at
        each."""
        run: list[Point] = []
        for point in [*map(self.pixel, points), None]:
            if point is not None:
                run.append(point)
            elif run:
                # A point by itself would leave no stroke.
                self.parts.append(
                    _marker(run[0], look.colour, "circle", 2) if len(run) == 1
                    else _polyline(run, look)
                )
                run = []
        if look.marker:
            self.markers(points, look)

    def markers(self, points: Iterable[Point], look: _Look, size: float = 3.5) -> None:
        """The look's marker at each point that has a place."""
        for point in filter(None, map(self.pixel, points)):
            self.parts.append(_marker(point, look.colour, look.marker, size))

    def text(self) -> str:
        width, height, title = self.sheet.width, self.sheet.height, self.sheet.title
        name = f"<title>{escape(title)}</title>\n" if title else ""
        body = "\n".join([*self._axes(), *self.parts, *self._words(), *self._legend()])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">\n{name}'
            f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
        )

    def _axes(self) -> Iterator[str]:
        left, top, right, bottom = self.box
        for tick, label in zip(self.across.ticks, self.across.labels, strict=True):
            x = _number(left + (self.across.place(tick) or 0) * (right - left))
            yield f'<path d="M{x} {top}V{bottom + 5}" stroke="#ddd"/>'
            yield _text_element((float(x), bottom + 19), label)
        for tick, label in zip(self.up.ticks, self.up.labels, strict=True):
            y = _number(bottom + (self.up.place(tick) or 0) * (top - bottom))
            yield f'<path d="M{left - 5} {y}H{right}" stroke="#ddd"/>'
            yield _text_element((left - 9, float(y) + 4.5), label, "end")
        yield f'<path d="M{left} {top}V{bottom}H{right}" fill="none" stroke="#333"/>'

    def _words(self) -> Iterator[str]:
        sheet, (left, top, right, bottom) = self.sheet, self.box
        middle, centre = (left + right) / 2, (top + bottom) / 2
        if sheet.title:
            yield _text_element((middle, _TOP + 4), sheet.title, more=' font-weight="bold"')
        if sheet.x_label:
            yield _text_element((middle, bottom + 38), sheet.x_label)
        if sheet.y_label:
            turned = f' transform="rotate(-90 16 {_number(centre)})"'
            yield _text_element((16, centre), sheet.y_label, more=turned)

    def _legend(self) -> Iterator[str]:
        for row, line in enumerate(self.entries):
            y = self.sheet.height - 12 - _LINE * (len(self.entries) - 1 - row)
            for x, name, look in line:
                if look.line:
                    yield _polyline([(x, y - 4), (x + 28, y - 4)], look)
                if look.marker:
                    yield _marker((x + 14, y - 4), look.colour, look.marker, 3.5)
                yield _text_element((x + 34, y), name, "start")


def _text_element(at: Point, words: str, anchor: str = "middle", more: str = "") -> str:
    x, y = map(_number, at)
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def _polyline(places: Iterable[Point], look: _Look) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in places)
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{look.colour}" stroke-width="2"{dash}/>'
    )


def _marker(at: Point, colour: str, shape: str, size: float) -> str:
    """A circle, square, diamond or triangle of about twice `size` across."""
    x, y = map(_number, at)
    fill = f'fill="{colour}"'
    if shape == "circle":
        return f'<circle cx="{x}" cy="{y}" r="{size}" {fill}/>'
    return f'<path d="{_MARKERS[shape]}" transform="translate({x} {y}) scale({size})" {fill}/>'


def _number(value: float) -> str:
    """To a hundredth of a pixel, without the zeros that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
