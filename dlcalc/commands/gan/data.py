"""What a GAN is trained on: a ring of Gaussians, or images from files in IDX or .npy.

The IDX format: two zero bytes, a byte for the type, one for the number of axes, a
big-endian 32-bit size an axis, and the numbers themselves, big-endian (LeCun, Cortes and
Burges, "The MNIST database of handwritten digits", file formats).
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import blake2b
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np

from dlcalc.errors import At, FileError, InputError, LimitError, ShapeError, words_of
from dlcalc.input.npy import parse_npy
from dlcalc.input.sources import MOST_BYTES, STDIN, read_file, read_stdin
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import Array

MODES, RADIUS, DEVIATION = 8, 2.0, 0.1
POINTS, POINTS_SEED = 8192, 8
"""Points of the ring, and their seed, which is the same for every training."""
CHANNELS = (1, 3)
TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
GZIP = b"\x1f\x8b"
STEMS = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
"""The four files of MNIST, in this order; also with `.idx` for `-idx`, plain or with .gz."""


@dataclass(frozen=True)
class Data:
    """Examples of one shape, and the range of their values."""

    rows: Array
    """The examples as they were given, one a row, (count, features)."""
    shape: tuple[int, ...]
    """The shape of one: (height, width), (height, width, channels), or (features,)."""
    low: float
    """The value that becomes −1 (or 0, for a generator that ends in a sigmoid)."""
    high: float
    """The value that becomes 1."""
    marks: Array | None = None
    """The modes, where these are points of the ring of Gaussians, whose values stay."""

    @property
    def ring(self) -> bool:
        """Whether these are points of the ring."""
        return self.marks is not None

    @property
    def count(self) -> int:
        """How many examples there are."""
        return len(self.rows)

    @property
    def features(self) -> int:
        """Numbers of one example."""
        return int(self.rows.shape[1])

    @cached_property
    def digest(self) -> str:
        """What tells these examples from others."""
        found = blake2b(np.ascontiguousarray(self.rows).data, digest_size=16)
        found.update(repr((self.rows.dtype.str, self.shape, self.low, self.high)).encode())
        return found.hexdigest()

    def take(self, places: Array, least: float, out: Array) -> Array:
        """Write the examples at `places` into `out`, their range brought to `least`…1."""
        scale = (1 - least) / (self.high - self.low)
        np.multiply(self.rows[places], out.dtype.type(scale), out=out)
        out += out.dtype.type(least - self.low * scale)
        return out

    def restore(self, samples: Array, least: float) -> Array:
        """Samples in the examples' own range, (count, *shape)."""
        scale = (self.high - self.low) / (1 - least)
        return ((samples - least) * scale + self.low).reshape(len(samples), *self.shape)


def centres() -> Array:
    """The means of the ring's modes, (8, 2), from the right counter-clockwise.

    >>> centres()[2].round(9).tolist()
    [0.0, 2.0]
    """
    angles = 2 * math.pi * np.arange(MODES) / MODES
    return RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def ring() -> Data:
    """Points of the ring as float32, as many of each mode, in turn, left as they are."""
    spread = DEVIATION * np.random.default_rng(POINTS_SEED).standard_normal((POINTS, 2))
    points = (centres()[np.arange(POINTS) % MODES] + spread).astype(np.float32)
    return Data(points, (2,), -1.0, 1.0, centres())


def as_images(array: Array) -> Data:
    """Images (count, height, width), with channels last or first, or one a row, as data.

    Bytes range from 0 to 255; numbers from 0 to 1 or −1 to 1 where they all do, else from
    the least to the greatest. ShapeError for another shape, InputError for equal pixels.

    >>> as_images(np.zeros((5, 28, 28), np.uint8)).shape
    (28, 28)
    """
    array = np.asarray(array)
    if array.ndim == 4 and array.shape[3] not in CHANNELS and array.shape[1] in CHANNELS:
        array = np.moveaxis(array, 1, 3)
    fits = array.ndim in (2, 3) or (array.ndim == 4 and array.shape[3] in CHANNELS)
    if not fits or 0 in array.shape:
        raise ShapeError(
            f"shape {by_x(array.shape)}; images are count x height x width, with 1 or 3 "
            "channels last or first, or one a row"
        )
    shape = array.shape[1:]
    side = round(shape[0] ** 0.5)
    if len(shape) == 1 and side * side == shape[0]:
        shape = (side, side)
    rows = array.reshape(len(array), -1)
    return Data(rows, tuple(map(int, shape)), *_range(rows))


def _range(rows: Array) -> tuple[float, float]:
    if rows.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(rows.min()), float(rows.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InputError("NaN or infinity among the pixels")
    if low == high:
        raise InputError(f"every pixel is {low:g}; there is nothing to learn")
    for least in (0.0, -1.0):
        if least <= low and high <= 1:
            return least, 1.0
    return low, high


class Images(NamedTuple):
    """Images; with labels and images held back, or None of them."""

    train: Array
    """What is trained on, the first axis counting the images."""
    train_labels: Any = None
    """The class of each, from 0."""
    test: Any = None
    """Images held back."""
    test_labels: Any = None
    """Their classes."""

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(max(self.train_labels.max(), self.test_labels.max())) + 1


def read_images(path: str) -> Images:
    """The images of a folder of MNIST's four files, of a file, or of standard input (`-`).

    Raises FileError for what is missing or cannot be read, InputError for what is damaged,
    ShapeError where images and labels, or training and test images, do not fit.
    """
    if os.path.isdir(path):
        return _folder(path)
    if path == "-":
        return Images(_parsed(_images, read_stdin(), STDIN))
    return Images(_parsed(_images, read_file(path), path))


def _parsed(parse: Callable[[bytes], Array], data: bytes, place: str) -> Array:
    """What the bytes of a file hold; errors have its name before them."""
    with At(place):
        try:
            return parse(data)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InputError(f"a damaged gzip file: {words_of(error)}") from None


def _images(data: bytes) -> Array:
    if data.startswith(b"\x93NUMPY"):
        return parse_npy(data, allow_nonfinite=True)  # `as_images` refuses them, in any file
    if data.startswith((b"\0\0", GZIP)):
        return _idx(data)
    raise InputError("neither a folder, nor a file in IDX or .npy")


def _folder(path: str) -> Images:
    found = {stem: next((
        file for name in (stem, stem.replace("-idx", ".idx")) for ending in ("", ".gz")
        if os.path.exists(file := os.path.join(path, name + ending))
    ), None) for stem in STEMS}
    missing = [stem for stem, file in found.items() if file is None]
    if missing:
        there = "none of the four files is there" if len(missing) == len(STEMS) else "missing"
        raise FileError(f"{there}: {', '.join(missing)} (each plain or with .gz)").at(path)
    paths = [str(file) for file in found.values()]
    arrays = [_parsed(partial(_idx, axes=axes), read_file(each), each)
              for each, axes in zip(paths, (3, 1, 3, 1), strict=True)]
    for at in (0, 2):
        images, labels = arrays[at : at + 2]
        if len(images) != len(labels):
            counts = f"{len(labels):,} labels for the {len(images):,} images of"
            raise ShapeError(f"{counts} {os.path.basename(paths[at])}").at(paths[at + 1])
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 255:
            raise InputError("labels are whole numbers from 0 to 255").at(paths[at + 1])
    if arrays[2].shape[1:] != arrays[0].shape[1:]:
        test, train = by_x(arrays[2].shape[1:]), by_x(arrays[0].shape[1:])
        raise ShapeError(f"images of {test}; those to train on are {train}").at(paths[2])
    return Images(*arrays)


def _idx(raw: bytes, axes: int | None = None) -> Array:
    """The array of an IDX file, plain or gzipped, with that many axes where it is said.

    It is checked before anything is unpacked or allocated. Raises InputError for another
    magic number, and for fewer or more bytes than the sizes promise; LimitError beyond 1 GiB.
    """
    packed = raw.startswith(GZIP)
    file = gzip.GzipFile(fileobj=BytesIO(raw)) if packed else BytesIO(raw)
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not magic[3]:
        raise InputError(
            f"no IDX file: it begins with {magic.hex(' ') or 'nothing'}, "
            f"not as 00 00 08 {axes or 3:02x}"
        )
    if axes is not None and magic[3] != axes:
        raise InputError(f"has {magic[3]} axes in its magic number; expected {axes}")
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise InputError(f"ends within its header of {4 + 4 * magic[3]} bytes")
    shape = tuple(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
    dtype = np.dtype(TYPES[magic[2]])
    promised = math.prod(shape) * dtype.itemsize
    if promised > MOST_BYTES:
        raise LimitError(f"promises {promised:,} bytes; at most {MOST_BYTES:,} are read")
    if not promised:
        raise InputError(f"has the shape {by_x(shape)}, and no elements")
    data = file.read(promised + 1)
    if len(data) != promised:
        held = f"{len(data):,}" if len(data) < promised else "more"
        raise InputError(f"promises {promised:,} bytes for {by_x(shape)} and holds {held}")
    array: Array = np.frombuffer(data, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)
