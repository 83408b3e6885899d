"""PNG bytes decoded by hand."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.pictures.images import png, tiled


def decoded(data: bytes) -> tuple[int, int, int, list[bytes]]:
    """Width, height, colour type and the rows of an unfiltered 8-bit PNG."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", data, place + 8 + length)
        assert check == zlib.crc32(kind + body)
        chunks[kind] = body
        place += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, rest) == (8, [0, 0, 0])
    raw = zlib.decompress(chunks[b"IDAT"])
    stride = len(raw) // height
    rows = [raw[start : start + stride] for start in range(0, len(raw), stride)]
    assert all(row[0] == 0 for row in rows)
    return width, height, colour, [row[1:] for row in rows]


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.binary(min_size=n, max_size=n), min_size=1)))
def test_grey_pixels_come_back(rows: list[bytes]) -> None:
    pixels = np.array([list(row) for row in rows], np.uint8)
    assert decoded(png(pixels)) == (len(rows[0]), len(rows), 0, rows)


def test_colours_come_back() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 0], [0, 0, 0]]], np.uint8)
    assert decoded(png(pixels)) == (2, 2, 2, [bytes([255, 0, 0, 0, 255, 0]), bytes(6)])


def test_tiles_fill_up_with_white() -> None:
    images = np.zeros((3, 2, 2, 3), np.uint8)
    line, last = [[0, 0, 0]] * 2, [[0, 0, 0]] * 2 + [[255] * 3] * 3
    line = [*line, [255] * 3, *line]
    assert tiled(images, 2, gap=1).tolist() == [line, line, [[255] * 3] * 5, last, last]
    assert tiled(images, 3, gap=0).shape == (2, 6, 3)
