"""NumPy's files, right and hostile, as bytes."""

import io
import struct
import zipfile
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

MAGIC = b"\x93NUMPY\x01\x00"


def npy(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]], pickled: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=pickled)
    return stream.getvalue()


def header(shape: str, descr: str = "'<f8'", length: int | None = None) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return MAGIC + struct.pack("<H", length or len(text)) + text.encode()


def archive(members: list[tuple[str, bytes]], level: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as file:
        for name, data in members:
            file.writestr(name, data)
    return stream.getvalue()


def doubled() -> bytes:
    one = npy(np.arange(3))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a.npy", one)
        with pytest.warns(UserWarning, match="Duplicate"):
            file.writestr("a.npy", one)
    return stream.getvalue()


def wrong_crc() -> bytes:
    data = bytearray(archive([("a.npy", npy(np.arange(3.0)))]))
    place = data.index(struct.pack("<d", 2.0))
    data[place + 7] ^= 1
    return bytes(data)


def broken(compression: int) -> bytes:
    """An archive of one array whose compressed bytes are not what they should be."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        file.writestr("a.npy", npy(np.arange(300.0)))
    data = bytearray(stream.getvalue())
    start = data.index(b"a.npy") + 5
    data[start + 8 : start + 24] = b"\xff" * 16
    return bytes(data)


def before_the_file() -> bytes:
    """An archive whose directory says that it begins before the file does."""
    data = bytearray(archive([("a.npy", GOOD)]))
    end = data.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", data, end + 12)
    struct.pack_into("<II", data, end + 12, size, offset + 1000)
    return bytes(data)


def wrong_name() -> bytes:
    """An archive with a member whose name is marked as UTF-8 and is none."""
    return archive([("\u00e9.npy", GOOD)]).replace("\u00e9.npy".encode(), b"\xff\xff.npy")


@cache
def bomb() -> bytes:
    return archive([("a.npy", header("(33554432,)") + bytes(1 << 28))], level=9)


GOOD = npy(np.arange(6.0).reshape(2, 3))
PICKLED = npy(np.array([{}, 1], object), True)
BINARY: dict[str, tuple[Callable[[], bytes], str]] = {
    "pickled.npy": (lambda: PICKLED, "holds pickled objects"),
    "cut.npy": (lambda: GOOD[:-8], "promises 48 bytes for the shape (2, 3) and holds 40"),
    "tebibyte.npy": (lambda: header("(137438953472,)"), "promises 1,099,511,627,776 bytes"),
    "bomb.npz": (bomb, "unpacks to 268,435,584 bytes; at most 134,217,728 are read"),
    "crc.npz": (wrong_crc, "not an .npz file, or a damaged one: Bad CRC-32"),
}
"""Hostile files by name, and what a command that takes arrays says of each."""
READ = {name: said for name, (_, said) in BINARY.items()}
