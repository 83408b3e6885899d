"""Arrays as grey pictures: PNG files, and maps side by side."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from dlcalc.numbers.axes import by_x

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2


def png(pixels: Any) -> bytes:
    """A PNG of an array of bytes: (rows, columns), grey, 0 black to 255 white, or
    (rows, columns, 3) of red, green and blue."""
    height, width, *channels = pixels.shape
    colour = _RGB if channels == [3] else _GREY
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    lines = b"".join(b"\x00" + row.tobytes() for row in pixels)  # 0: they are not filtered
    data = zlib.compress(lines, 9)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def tiled(images: Any, columns: int, gap: int = 2) -> Any:
    """One picture that shows images of one size, `columns` side by side.

    White lines of `gap` pixels part them; places left over at the end are white.

    >>> tiled(np.array([[[1]], [[2]], [[3]]], np.uint8), columns=2, gap=1).tolist()
    [[1, 255, 2], [255, 255, 255], [3, 255, 255]]
    """
    count, height, width, *channels = images.shape
    down, across = height + gap, width + gap
    grid = np.full((-(-count // columns) * down, columns * across, *channels), 255, np.uint8)
    for place, image in enumerate(images):
        top, left = place // columns * down, place % columns * across
        grid[top : top + height, left : left + width] = image
    return grid[: len(grid) - gap, : grid.shape[1] - gap]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


MOST_MAPS = 16
"""Maps of a layer that are drawn."""
SIDE = 88
"""Pixels of the longer side of a map."""
SHADES, ASCII = " ░▒▓█", " .:-=+*#%@"
WIDEST = 40
"""Columns of a map that a terminal shows, two signs each."""


class Maps(NamedTuple):
    """The maps of one layer, an array (maps, rows, columns)."""

    name: str
    values: Any

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the largest number."""
        return float(self.values.min()), float(self.values.max())

    @property
    def title(self) -> str:
        """Name, shape and range."""
        low, high = self.ends
        count, *size = self.values.shape
        more = f", {count - MOST_MAPS} more not drawn" if count > MOST_MAPS else ""
        return f"{self.name}: {by_x((count, *size))}, {low:.4g} to {high:.4g}{more}"

    def levels(self, most: int) -> Any:
        """The maps that are drawn, each number as one of so many levels from 0, as bytes."""
        low, high = self.ends
        scale = most / (high - low) if high > low else 0.0
        return np.rint((self.values[:MOST_MAPS] - low) * scale).astype(np.uint8)


def maps_svg(layers: Sequence[Maps]) -> str:
    """The maps of all layers, a row each, as SVG."""
    parts, top, widest = [], 8, 320
    for layer in layers:
        parts.append(f'<text x="8" y="{top + 12}">{escape(layer.title)}</text>')
        rows, columns = layer.values.shape[1:]
        scale = SIDE / max(rows, columns)
        width, height = max(1, round(columns * scale)), max(4, round(rows * scale))
        for place, each in enumerate(layer.levels(255)):
            data = b64encode(png(each)).decode()
            left = 8 + place * (width + 6)
            widest = max(widest, left + width + 8)
            parts.append(
                f'<image x="{left}" y="{top + 18}" width="{width}" height="{height}" '
                f'preserveAspectRatio="none" style="image-rendering:pixelated" '
                f'href="data:image/png;base64,{data}"/>'
            )
        top += height + 30
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{widest}" height="{top}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" '
        f'fill="#e8eef4"/>{"".join(parts)}</svg>\n'
    )


def maps_text(layers: Sequence[Maps], width: int, ascii: bool = False) -> list[str]:
    """The maps of all layers as lines of a terminal, side by side as far as they fit."""
    shades, lines = ASCII if ascii else SHADES, []
    for layer in layers:
        lines.append(layer.title)
        found = layer.levels(len(shades) - 1).tolist()
        columns = min(WIDEST, layer.values.shape[2])
        beside = max(1, (width + 1) // (2 * columns + 1))
        for first in range(0, len(found), beside):
            for row in zip(*found[first : first + beside], strict=True):
                lines.append(" ".join(
                    "".join(2 * shades[level] for level in part[:columns]) for part in row
                ).rstrip())
            lines.append("")
    return lines
