"""NumPy's files, right and hostile, as bytes."""

import io
import struct
import zipfile

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


def bomb() -> bytes:
    return archive([("a.npy", header("(33554432,)") + bytes(1 << 28))], level=9)


GOOD = npy(np.arange(6.0).reshape(2, 3))
PICKLED = npy(np.array([{}, 1], object), True)
