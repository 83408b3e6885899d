"""PNG files from rows of bytes, by the standard library alone.

Source: Portable Network Graphics (PNG) Specification, third edition.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from dlcalc.errors import InputError

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
