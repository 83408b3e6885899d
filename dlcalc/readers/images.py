"""Images to train on: a folder of the four MNIST files, or one file in IDX or .npy."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from dlcalc.calc.axes import by_x
from dlcalc.errors import DlcalcError, FileError, InputError, ShapeError
from dlcalc.readers.idx import GZIP, read_idx
from dlcalc.readers.npy import parse_npy
from dlcalc.readers.sources import read_file, reason

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
    """The images of a folder or a file.

    Raises FileError for what is missing or cannot be read, InputError for what is damaged,
    ShapeError where images and labels, or training and test images, do not fit.
    """
    if os.path.isdir(path):
        return _folder(path)
    if not os.path.exists(path):
        raise FileError("no such file or folder").at(path)
    try:
        with open(path, "rb") as file:
            start = file.peek(6)[:6]
    except OSError as error:
        raise FileError(f"cannot be read: {reason(error)}").at(path) from None
    if start != b"\x93NUMPY":
        if start[:2] not in (b"\0\0", GZIP):
            raise InputError("neither a folder, nor a file in IDX or .npy").at(path)
        return Images(_images(read_idx(path), path))
    try:
        return Images(_images(parse_npy(read_file(path)), path))
    except DlcalcError as error:
        raise error if path in error.places else error.at(path) from None


def _images(array: Array, path: str) -> Array:
    if array.ndim < 2:
        raise ShapeError(f"{by_x(array.shape)} numbers in a row are no images").at(path)
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
