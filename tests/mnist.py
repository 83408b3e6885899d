"""Folders of four IDX files: small ones made up for tests, and MNIST itself where it is at hand."""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np

from tests.shell.running import ROOT

Array = np.ndarray[Any, np.dtype[Any]]
CODES = {"|u1": 8, "|i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}
NAMES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


def idx(array: Array) -> bytes:
    """An array as an IDX file, its bytes in the order that the format has."""
    array = np.asarray(array)
    array = array.astype(array.dtype.newbyteorder(">"))
    code = CODES[array.dtype.str]
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, code, array.ndim]) + sizes + array.tobytes()


def stripes(count: int, seed: int) -> tuple[Array, Array]:
    """Images of 6x6, of one bright row each, whose number is the class."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 6, count).astype(np.uint8)
    images = random.integers(0, 60, (count, 6, 6)).astype(np.uint8)
    images[np.arange(count), labels] = 230
    return images, labels


def make_folder(folder: Path, packed: bool = False) -> Path:
    """A folder of four such files, plain or gzipped."""
    folder.mkdir(exist_ok=True)
    arrays = [*stripes(600, 0), *stripes(100, 1)]
    for name, array in zip(NAMES, arrays, strict=True):
        data = idx(array)
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(data, 1) if packed else data)
    return folder


def mnist() -> Path | None:
    """Where MNIST lies: as DLCALC_MNIST says, or beside the checkout."""
    for place in (os.environ.get("DLCALC_MNIST"), ROOT.parent / "shared" / "mnist"):
        if place and Path(place).is_dir():
            return Path(place)
    return None
