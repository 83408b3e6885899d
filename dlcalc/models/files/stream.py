"""Bytes of a file read forward, none of them allocated before they are known to be there."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from dlcalc.errors import InputError, LimitError, words_of

CHUNK = 1 << 20
MOST_SPOOLED = 256 << 20
"""Bytes of a zip that are taken from a stream, which cannot be read from its end."""
MOST_DIRECTORY = 64 << 20
"""Bytes of the directory of a zip."""
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OverflowError,
)
"""What the zip reader raises at a damaged file."""


class Stream:
    """A file or pipe with the place in it; nothing is taken that is not there."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.at = 0
        """Bytes behind us."""
        self.size: int | None = None
        """All bytes; None of a pipe."""
        self.seeks = file.seekable()
        if self.seeks:
            self.at = file.tell()
            self.size = file.seek(0, os.SEEK_END)
            file.seek(self.at)

    def check(self, count: int, what: str) -> None:
        """Refuse what a file of this size cannot hold."""
        if self.size is not None and count > self.size - self.at:
            shown = f"{count:,}" if count < 10**18 else "more than 10^18"
            raise InputError(
                f"ends within {what}: {shown} bytes promised, {self.size - self.at:,} left"
            )

    def take(self, count: int, what: str) -> bytes:
        """The next bytes; InputError where there are fewer."""
        self.check(count, what)
        if count > CHUNK:
            return b"".join(self.parts(count, what))
        data = self.file.read(count)
        if len(data) < count:
            raise InputError(f"ends within {what}")
        self.at += count
        return data

    def parts(self, count: int, what: str) -> Iterator[bytes]:
        """The next bytes, a part at a time."""
        while count > 0:
            part = self.file.read(min(count, CHUNK))
            if not part:
                raise InputError(f"ends within {what}")
            count -= len(part)
            self.at += len(part)
            yield part

    def skip(self, count: int, what: str) -> None:
        """Pass over the next bytes, which are read of a pipe alone."""
        self.check(count, what)
        if self.seeks:
            self.at = self.file.seek(count, os.SEEK_CUR)
        else:
            for _ in self.parts(count, what):
                pass

    def ended(self) -> bool:
        """Whether nothing is left."""
        if self.size is not None:
            return self.at >= self.size
        return not self.file.peek(1)  # type: ignore[attr-defined]

    def rest(self) -> int:
        """How many bytes are left; of a pipe they are read and dropped."""
        if self.size is not None:
            return self.size - self.at
        count = 0
        while part := self.file.read(CHUNK):
            count += len(part)
        return count


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
    except ZIP_ERRORS as error:
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
    file.seek(0)


def member_bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member of a zip, unpacked as far as is allowed; LimitError beyond."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise LimitError(f"unpacks to more than {most:,} bytes").at(name)
    return data


def printable(name: str) -> str:
    """A name in which nothing is left that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
