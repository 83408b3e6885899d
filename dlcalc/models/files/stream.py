"""Bytes of a file read forward, none of them allocated before they are known to be there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from dlcalc.errors import InputError

CHUNK = 1 << 20


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
            raise InputError(
                f"ends within {what}: {shown(count)} bytes promised, {self.size - self.at:,} left"
            )

    def take(self, count: int, what: str) -> bytes:
        """The next bytes; InputError where there are fewer."""
        if count > CHUNK:
            self.check(count, what)
            return b"".join(self.parts(count, what))
        data = self.file.read(count)
        if len(data) < count:
            self.check(count, what)
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
        return not self.file.peek()  # type: ignore[attr-defined]

    def rest(self) -> int:
        """How many bytes are left; of a pipe they are read and dropped."""
        if self.size is not None:
            return self.size - self.at
        count = 0
        while part := self.file.read(CHUNK):
            count += len(part)
        return count


def printable(name: str) -> str:
    """A name in which nothing is left that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def shown(count: int) -> str:
    """A number that a file promises, for a complaint."""
    return f"{count:,}" if count < 10**18 else "more than 10^18"
