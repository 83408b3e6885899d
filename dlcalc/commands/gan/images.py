"""Images to train on: a folder of the four MNIST files, or one file in IDX or .npy."""

from __future__ import annotations

import os
import sys
from io import BufferedReader
from typing import Any, NamedTuple, cast

import numpy as np

from dlcalc.commands.gan.idx import GZIP, parse_idx, read_idx, reading
from dlcalc.errors import FileError, InputError, LimitError, ShapeError
from dlcalc.input.npy import parse_npy
from dlcalc.input.sources import MOST_BYTES, STDIN
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]

STEMS = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
"""The four files of MNIST, in this order; also with `.idx` for `-idx`, plain or with .gz."""


class Images(NamedTuple):
    """Images, and their labels where there are any."""

    train: Array
    """What is trained on, the first axis counting the images."""
    train_labels: Array | None = None
    """The class of each, from 0."""
    test: Array | None = None
    """Images held back."""
    test_labels: Array | None = None
    """Their classes."""


def read_images(path: str) -> Images:
    """The images of a folder or a file, or of standard input (`-`).

    Raises FileError for what is missing or cannot be read, InputError for what is damaged,
    ShapeError where images and labels, or training and test images, do not fit.
    """
    if os.path.isdir(path):
        return _folder(path)
    if path == "-":
        if sys.stdin is None:
            raise InputError("is closed").at(STDIN)
        with reading(STDIN):
            return Images(_images(cast(BufferedReader, sys.stdin.buffer)))
    if not os.path.exists(path):
        raise FileError("no such file or folder").at(path)
    with reading(path), open(path, "rb") as file:
        return Images(_images(file))


def _images(file: BufferedReader) -> Array:
    """The images of an open file, which may be a pipe: it is read once."""
    start = file.peek(6)[:6]
    if start[:6] == b"\x93NUMPY":
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise LimitError(f"holds more than {MOST_BYTES >> 20} MiB")
        array = parse_npy(data)
    elif start[:2] in (b"\0\0", GZIP):
        array = parse_idx(file)
    else:
        raise InputError("neither a folder, nor a file in IDX or .npy")
    if array.ndim < 2:
        raise ShapeError(f"{by_x(array.shape)} numbers in a row are no images")
    return array


def _folder(path: str) -> Images:
    found = {stem: _find(path, stem) for stem in STEMS}
    missing = [stem for stem, file in found.items() if file is None]
    if missing:
        there = "none of the four files is there" if len(missing) == len(STEMS) else "missing"
        raise FileError(f"{there}: {', '.join(missing)} (each plain or with .gz)").at(path)
    paths = [str(file) for file in found.values()]
    arrays = [read_idx(each, 3 if place % 2 == 0 else 1) for place, each in enumerate(paths)]
    for images, labels in ((0, 1), (2, 3)):
        _fits(arrays[images], arrays[labels], paths[images], paths[labels])
    if arrays[2].shape[1:] != arrays[0].shape[1:]:
        sizes = by_x(arrays[2].shape[1:]), by_x(arrays[0].shape[1:])
        raise ShapeError(f"images of {sizes[0]}; those to train on are {sizes[1]}").at(paths[2])
    return Images(*arrays)


def _find(folder: str, stem: str) -> str | None:
    for name in (stem, stem.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            path = os.path.join(folder, name + ending)
            if os.path.exists(path):
                return path
    return None


def _fits(images: Array, labels: Array, images_path: str, labels_path: str) -> None:
    if len(images) != len(labels):
        counts = f"{len(labels):,} labels for the {len(images):,} images of"
        raise ShapeError(f"{counts} {os.path.basename(images_path)}").at(labels_path)
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 255:
        raise InputError("labels are whole numbers from 0 to 255").at(labels_path)
