"""The elements of an SVG drawing, placed in pixels, and how one series looks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

Point = tuple[float, float]
# Blue, vermilion, green, purple, orange, sky blue: told apart by the colour-blind too
# (Okabe and Ito, Color Universal Design, 2008). With each goes a dash and a marker.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_DASHES = ("", "7 3", "2 3", "8 3 2 3", "12 4", "8 3 2 3 2 3", "4 7", "14 3 5 3")
_MARKERS = ("circle", "square", "diamond", "triangle")

# Characters that XML 1.0 has no place for.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Look:
    """How one series looks: a colour, and what tells it apart without colour."""

    colour: str
    """An SVG colour."""
    dash: str = ""
    """Lengths of strokes and gaps; empty for an unbroken line."""
    marker: str = ""
    """circle, square, diamond or triangle; empty for none."""
    line: bool = True
    """Whether a line joins the points."""


def look(index: int, *, colour: str = "", marker: bool = False, line: bool = True) -> Look:
    """The look of the series of that number, as the palette's turn has it."""
    shape = _MARKERS[index % len(_MARKERS)] if marker else ""
    return Look(
        colour or _COLOURS[index % len(_COLOURS)], _DASHES[index % len(_DASHES)], shape, line
    )


def text(place: Point, words: str, *, anchor: str = "middle", more: str = "") -> str:
    """A text element; `more` is further attributes."""
    x, y = map(number, place)
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{written(words)}</text>'


def polyline(places: list[Point], look: Look) -> str:
    """A line through pixels, in the look's colour and dash."""
    points = " ".join(f"{number(x)},{number(y)}" for x, y in places)
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    colour = written(look.colour)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'


def marker(place: Point, colour: str, shape: str, size: float) -> str:
    """A circle, square, diamond or triangle of about twice `size` across."""
    x, y = map(number, place)
    fill = f'fill="{written(colour)}"'
    if shape == "circle":
        return f'<circle cx="{x}" cy="{y}" r="{size}" {fill}/>'
    paths = {
        "square": "M-1-1H1V1H-1Z", "diamond": "M0-1.3L1.3 0L0 1.3L-1.3 0Z",
        "triangle": "M0-1.2L1.2 1H-1.2Z",
    }  # fmt: skip
    return f'<path d="{paths[shape]}" transform="translate({x} {y}) scale({size})" {fill}/>'


def number(value: float) -> str:
    """To a hundredth of a pixel, without the zeros that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def written(words: str) -> str:
    """The words as they stand in XML: escaped, and without what it has no place for.

    >>> written("a < b\x1b")
    'a &lt; b\ufffd'
    """
    return escape(_NOT_XML.sub("\ufffd", words))
