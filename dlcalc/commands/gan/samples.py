"""Samples of a GAN as a picture: a grid of images, or points over the modes of the ring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.errors import InputError
from dlcalc.pictures.png import png, tiled

if TYPE_CHECKING:
    from dlcalc.commands.gan.data import Data

COLUMNS = 10
PIXELS, MARGIN = 400, 1.25
"""Width of the ring's PNG, and how far it reaches beyond the outermost mode."""
WHITE, GREY, BLUE = b"\xff\xff\xff", b"\xbb\xbb\xbb", b"\x00\x72\xb2"


def check_samples(path: str, ring: bool) -> None:
    """Refuse, before anything is trained, a picture of another kind."""
    endings = (".png", ".svg") if ring else (".png",)
    if not path.lower().endswith(endings):
        what = "points are drawn as SVG or PNG" if ring else "a grid of samples is a PNG"
        raise InputError(f"{what}: name it so, FILE{endings[0]}").at(f"--samples {path}")


def sample_picture(path: str, samples: Any, data: Data) -> bytes:
    """The bytes of the picture, of the kind that the name of the file asks for."""
    if data.marks is None:
        return _grid(samples, data)
    points, modes = samples.tolist(), data.marks.tolist()
    return _points_svg(points, modes) if path.lower().endswith(".svg") else _points_png(
        points, modes
    )


def _grid(samples: Any, data: Data) -> bytes:
    """Images side by side, the range of the data from black to white."""
    scaled = (samples - data.low) * (255 / (data.high - data.low))
    shape = data.shape if len(data.shape) > 1 else (1, *data.shape)
    height, width, channels = (*shape, 1)[:3]
    pixels = scaled.clip(0, 255).round().astype("u1").reshape(-1, height, width * channels)
    images = [[row.tobytes() for row in image] for image in pixels]
    rows = tiled(images, COLUMNS, channels=channels)
    return png(rows, channels)


def _points_svg(points: Sequence[Any], modes: Sequence[Any]) -> bytes:
    from dlcalc.pictures.svg import Sheet, scatter

    sheet = Sheet(560, 580, "Samples over the modes", "x0", "x1")
    return scatter({"samples": points}, {"modes": modes}, sheet).encode()


def _points_png(points: Sequence[Any], modes: Sequence[Any]) -> bytes:
    reach = MARGIN * max(abs(each) for mode in modes for each in mode)
    rows = [bytearray(WHITE * PIXELS) for _ in range(PIXELS)]
    for places, size, colour in ((modes, 9, GREY), (points, 1, BLUE)):
        for x, y in places:
            across, down = (round((1 + each / reach) / 2 * PIXELS) for each in (x, -y))
            _disc(rows, across, down, size, colour)
    return png([bytes(row) for row in rows], 3)


def _disc(rows: list[bytearray], across: int, down: int, size: int, colour: bytes) -> None:
    for y in range(max(0, down - size), min(PIXELS, down + size + 1)):
        for x in range(max(0, across - size), min(PIXELS, across + size + 1)):
            if (x - across) ** 2 + (y - down) ** 2 <= size * size:
                rows[y][3 * x : 3 * x + 3] = colour
