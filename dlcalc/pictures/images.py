"""Arrays as grey pictures: PNG files, and maps side by side."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from dlcalc.errors import InputError
from dlcalc.numbers.axes import by_x

Rows = Sequence[bytes]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2


def png(rows: Rows, channels: int = 1) -> bytes:
    """A PNG of rows of bytes: of 1 channel grey, 0 black to 255 white; of 3 red, green, blue."""
    widths = {len(row) for row in rows}
    if len(widths) != 1 or 0 in widths:
        raise InputError("an image needs at least one row, and rows of one length above 0")
    width, rest = divmod(widths.pop(), channels)
    if rest:
        raise InputError(f"a row of a colour image holds {channels} bytes a pixel")
    colour = _GREY if channels == 1 else _RGB
    head = struct.pack(">IIBBBBB", width, len(rows), 8, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)  # 0: rows are not filtered
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def tiled(images: Sequence[Rows], columns: int, *, gap: int = 2, channels: int = 1) -> list[bytes]:
    """The rows of one picture that shows images of one size, `columns` side by side.

    White lines of `gap` pixels part them; places left over at the end are white.

    >>> [row.hex() for row in tiled([[b"a"], [b"b"], [b"c"]], columns=2, gap=1)]
    ['61ff62', 'ffffff', '63ffff']
    """
    if not images or columns < 1:
        raise InputError("a grid of images needs at least one image and one column")
    sizes = {(len(image), *{len(row) for row in image}) for image in images}
    if len(sizes) != 1:
        raise InputError(f"images of a grid must be of one size, got {len(sizes)} sizes")
    height, width = next(iter(sizes))
    blank = [b"\xff" * width] * height
    between = b"\xff" * (gap * channels)
    rows: list[bytes] = []
    for start in range(0, len(images), columns):
        line = list(images[start : start + columns])
        line += [blank] * (columns - len(line))
        if rows:
            rows += [b"\xff" * len(rows[0])] * gap
        rows += [between.join(parts) for parts in zip(*line, strict=True)]
    return rows


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

    def levels(self, most: int) -> list[list[list[int]]]:
        """The maps that are drawn, each number as one of so many levels from 0."""
        low, high = self.ends
        scale = most / (high - low) if high > low else 0.0
        return [
            [[round((value - low) * scale) for value in row] for row in each]
            for each in self.values[:MOST_MAPS].tolist()
        ]


def maps_svg(layers: Sequence[Maps]) -> str:
    """The maps of all layers, a row each, as SVG."""
    parts, top, widest = [], 8, 320
    for layer in layers:
        parts.append(f'<text x="8" y="{top + 12}">{escape(layer.title)}</text>')
        rows, columns = layer.values.shape[1:]
        scale = SIDE / max(rows, columns)
        width, height = max(1, round(columns * scale)), max(4, round(rows * scale))
        for place, each in enumerate(layer.levels(255)):
            data = b64encode(png([bytes(row) for row in each])).decode()
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
        found = layer.levels(len(shades) - 1)
        columns = min(WIDEST, layer.values.shape[2])
        beside = max(1, (width + 1) // (2 * columns + 1))
        for first in range(0, len(found), beside):
            for row in zip(*found[first : first + beside], strict=True):
                lines.append(" ".join(
                    "".join(2 * shades[level] for level in part[:columns]) for part in row
                ).rstrip())
            lines.append("")
    return lines
