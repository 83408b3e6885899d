"""Messages in protobuf's wire format, read forward: fields by their numbers, long data passed over.

What is read is bounded, in numbers and in bytes. `Message.encoded` writes one back.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from dlcalc.errors import InputError, LimitError
from dlcalc.models.files.stream import Stream

MOST_FIELDS = 6_000_000
"""Whole numbers of one file, the keys and lengths of its fields among them."""
MOST_KEPT = 256 << 20
"""Bytes of one file beside its long data."""
LONG = 4096
"""Bytes of data beyond which only its length is kept."""
MOST_MESSAGES = 200
"""Messages within messages."""
BYTES = ""
"""Long data that is passed over by bytes; any other is by whole numbers of 7 bits a byte."""


class Passed(NamedTuple):
    """Long data that was passed over."""

    size: int
    """Its bytes or whole numbers."""


class Message:
    """The fields of a message in order, each with its key, which is number and kind."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.fields: list[tuple[int, int | bytes | Message | Passed]] = []

    def all(self, number: int, *kinds: type) -> list[Any]:
        """The values of a field that are of some kinds: whole numbers, bytes, messages."""
        return [each for key, each in self.fields if key >> 3 == number and isinstance(each, kinds)]

    def inner(self, number: int) -> Iterator[Message]:
        """The messages of a field."""
        for each in self.all(number, bytes, Message):
            if isinstance(each, bytes):
                each = self.reader.message(Stream(io.BytesIO(each)))
            yield each

    def length(self, number: int, of: Callable[[bytes], int] = len) -> int:
        """How many bytes or whole numbers a field has, those that were passed over among them."""
        return sum(
            each.size if isinstance(each, Passed) else of(each)
            for each in self.all(number, bytes, Passed)
        )

    def text(self, number: int) -> str:
        """The last text of a field."""
        return ["", *self.texts(number)][-1]

    def texts(self, number: int) -> list[str]:
        """The texts of a field; what is not UTF-8 is replaced."""
        return [each[:LONG].decode("utf-8", "replace") for each in self.all(number, bytes)]

    def whole(self, number: int, default: int = 0) -> int:
        """The last whole number of a field."""
        found: list[int] = self.all(number, int)
        return found[-1] if found else default

    def wholes(self, number: int) -> list[int]:
        """The whole numbers of a repeated field, packed or one by one."""
        found = self.all(number, int)
        for each in self.all(number, bytes):
            stream = Stream(io.BytesIO(each))
            while not stream.ended():
                found.append(self.reader.varint(stream))
        return [signed(each) for each in found]

    def encoded(self) -> bytes:
        """The message without the data that was passed over, as a file has it."""
        found = bytearray()
        for key, each in self.fields:
            if isinstance(each, int):
                found += _encoded(key) + _encoded(each)
            elif not isinstance(each, Passed):
                data = each.encoded() if isinstance(each, Message) else each
                found += _encoded(key) + (_encoded(len(data)) if key & 7 == 2 else b"") + data
        return bytes(found)


class Reader:
    """Reads messages forward, and bounds what it takes; the schema says where long data may lie."""

    def __init__(self, schema: Mapping[str, Mapping[int, str]]) -> None:
        self.schema = schema
        self.numbers = 0
        self.kept = 0

    def message(
        self, stream: Stream, size: int | None = None, kind: str = "", depth: int = 0
    ) -> Message:
        """A message of so many bytes, or all that is left."""
        if depth > MOST_MESSAGES:
            raise InputError("messages within messages beyond any honest depth")
        found = Message(self)
        end = None if size is None else stream.at + size
        while not stream.ended() if end is None else stream.at < end:
            key = self.varint(stream)
            if not key >> 3 or key & 7 not in (0, 1, 2, 5):
                raise InputError(f"damaged: byte {stream.at:,} begins no field")
            if key & 7 == 0:
                found.fields.append((key, self.varint(stream)))
            elif key & 7 == 2:
                found.fields.append((key, self.data(stream, kind, key >> 3, depth)))
            else:
                found.fields.append((key, stream.take(8 if key & 7 == 1 else 4, "a number")))
        if end is not None and stream.at > end:
            raise InputError("damaged: a field is longer than what holds it")
        return found

    def data(self, stream: Stream, kind: str, number: int, depth: int) -> bytes | Message | Passed:
        """A text, a message or numbers, with its length before it; what is long is passed over."""
        size, inner = self.varint(stream), self.schema.get(kind, {}).get(number)
        stream.check(size, f"a field at byte {stream.at:,}")
        if size <= LONG or inner is None:
            self.kept += size
            if self.kept > MOST_KEPT:
                raise LimitError(f"more than {MOST_KEPT >> 20} MiB beside its weights")
            return stream.take(size, "a field")
        if inner in self.schema:
            return self.message(stream, size, inner, depth + 1)
        if inner == BYTES:
            stream.skip(size, "its weights")
            return Passed(size)
        return Passed(sum(map(varints, stream.parts(size, "its weights"))))

    def varint(self, stream: Stream) -> int:
        """A whole number of 7 bits a byte."""
        self.numbers += 1
        if self.numbers > MOST_FIELDS:
            raise LimitError(f"more than {MOST_FIELDS:,} fields")
        value = shift = 0
        while shift < 70:
            [byte] = stream.take(1, "a field")
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF
            shift += 7
        raise InputError(f"damaged: a number at byte {stream.at:,} has no end")


def varints(data: bytes) -> int:
    """How many whole numbers of 7 bits a byte some bytes hold."""
    return len(data.translate(None, bytes(range(128, 256))))


def _encoded(value: int) -> bytes:
    """A whole number in 7 bits a byte."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes((*found, value))


def signed(value: int) -> int:
    """The number that 64 bits stand for.

    >>> signed(3), signed(2**64 - 1)
    (3, -1)
    """
    return value - (1 << 64) if value >> 63 else value
