"""Zips of a size to be read, and their members, unpacked as far as is allowed."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from dlcalc.errors import DlcalcError, InputError, LimitError, words_of

MOST_SPOOLED = 256 << 20
"""Bytes of a zip that are taken from a stream, which cannot be read from its end."""
MOST_DIRECTORY = 64 << 20
"""Bytes of the directory of a zip."""


def seekable(file: BinaryIO) -> BinaryIO:
    """The file, or what a pipe holds, which is read in whole."""
    if file.seekable():
        return file
    data = file.read(MOST_SPOOLED + 1)
    if len(data) > MOST_SPOOLED:
        raise LimitError(
            f"a zip is read from its end; through a pipe at most {MOST_SPOOLED >> 20} MiB are"
        )
    return io.BytesIO(data)


@contextmanager
def open_zip(file: BinaryIO, what: str) -> Iterator[zipfile.ZipFile]:
    """A zip whose directory is of a size to be read; whatever is wrong with it is InputError."""
    file = seekable(file)
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except DlcalcError:
        raise
    except Exception as error:  # each compression, and the directory itself, has errors of its own
        raise InputError(f"not {what}, or a damaged one: {words_of(error)}") from None


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that is longer than any honest one, before it is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 98))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    length = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    wide = tail.rfind(b"PK\x06\x06")
    if length == 0xFFFFFFFF and wide >= 0:
        length = int.from_bytes(tail[wide + 40 : wide + 48], "little")
    if length > MOST_DIRECTORY:
        raise LimitError(
            f"a directory of {length:,} bytes; at most {MOST_DIRECTORY >> 20} MiB are read"
        )


def member_bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member of a zip, unpacked as far as is allowed; LimitError beyond."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise LimitError(f"unpacks to more than {most:,} bytes").at(name)
    return data
