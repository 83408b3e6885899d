"""Protobuf's wire format, read forward: fields by their numbers, and long data passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.models.files.stream import Stream

MOST_FIELDS = 3_000_000
"""Fields of one file."""
MOST_KEPT = 256 << 20
"""Bytes of one file beside its long data."""
LONG = 4096
"""Bytes of data beyond which only its length is kept."""
MOST_DEPTH = 200
PASSED = 1000
"""Added to the number of a field whose data was passed over; its value is how much that was."""
BYTES, VARINTS = "", "varints"
"""Kinds of long data: passed over by bytes, or by whole numbers of 7 bits a byte."""
Schema = Mapping[str, Mapping[int, str]]


class Message:
    """The fields of a message by number: whole numbers, and where text and messages lie."""

    def __init__(self, wire: Wire, start: int, stop: int) -> None:
        self.wire = wire
        self.numbers: dict[int, list[int]] = {}
        self.places: dict[int, list[tuple[int, int]]] = {}
        for number, value, begin, end in wire.fields(start, stop):
            if value is None:
                self.places.setdefault(number, []).append((begin, end))
            else:
                self.numbers.setdefault(number, []).append(value)

    def inner(self, number: int) -> Iterator[Message]:
        """The messages of a field."""
        for start, stop in self.places.get(number, ()):
            yield Message(self.wire, start, stop)

    def data(self, number: int) -> list[bytes]:
        """The bytes of a field."""
        return [bytes(self.wire.data[start:stop]) for start, stop in self.places.get(number, ())]

    def length(self, number: int) -> int:
        """How many bytes a field has, those that were passed over among them."""
        held = sum(stop - start for start, stop in self.places.get(number, ()))
        return held + sum(self.numbers.get(PASSED + number, ()))

    def texts(self, number: int) -> list[str]:
        """The texts of a field; what is not UTF-8 is replaced."""
        return [each[:LONG].decode("utf-8", "replace") for each in self.data(number)]

    def text(self, number: int) -> str:
        """The last text of a field."""
        return next(reversed(self.texts(number)), "")

    def whole(self, number: int, default: int = 0) -> int:
        """The last whole number of a field."""
        return next(reversed(self.numbers.get(number, ())), default)

    def wholes(self, number: int) -> list[int]:
        """The whole numbers of a repeated field, packed or one by one."""
        found = [signed(each) for each in self.numbers.get(number, ())]
        for at, stop in self.places.get(number, ()):
            while at < stop:
                self.wire.count()
                value, at = self.wire.varint(at, stop)
                found.append(signed(value))
        return found

    def varints(self, number: int) -> int:
        """How many whole numbers a repeated field has."""
        return len(self.numbers.get(number, ())) + sum(map(_varints, self.data(number))) + sum(
            self.numbers.get(PASSED + number, ())
        )


class Wire:
    """Bytes that hold messages."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = MOST_FIELDS

    def count(self) -> None:
        """One field more; LimitError where they are too many."""
        self.left -= 1
        if self.left < 0:
            raise LimitError(f"more than {MOST_FIELDS:,} fields")

    def fields(self, start: int, stop: int) -> Iterator[tuple[int, int | None, int, int]]:
        """Number, value or None, and place of each field between two places."""
        at = start
        while at < stop:
            self.count()
            key, begin = self.varint(at, stop)
            value: int | None = None
            if key & 7 == 0:
                value, at = self.varint(begin, stop)
            elif key & 7 == 2:
                size, begin = self.varint(begin, stop)
                at = begin + size
            elif key & 7 in (1, 5):
                at = begin + (8 if key & 7 == 1 else 4)
            else:
                raise InputError("damaged: no field begins where one should")
            if at > stop or not key >> 3:
                raise InputError("damaged or cut off within a field")
            yield key >> 3, value, begin, at

    def varint(self, at: int, stop: int) -> tuple[int, int]:
        """A whole number of 7 bits a byte, and where it ends."""
        value = shift = 0
        while at < stop and shift < 70:
            byte = self.data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF, at
            shift += 7
        raise InputError("damaged or cut off within a number")


def read_forward(stream: Stream, schema: Schema, kind: str) -> Message:
    """The message that a file or pipe holds; `schema` says where long data may lie in it."""
    kept = bytearray()
    _keep(stream, None, schema, kind, kept, 0)
    return Message(Wire(bytes(kept)), 0, len(kept))


def _keep(
    stream: Stream, size: int | None, schema: Schema, kind: str, kept: bytearray, depth: int
) -> None:
    """Put the fields of a message of so many bytes behind those kept, without their long data."""
    if depth > MOST_DEPTH:
        raise InputError("messages within messages beyond any honest depth")
    end = None if size is None else stream.at + size
    while stream.at != end:
        if end is not None and stream.at > end:
            raise InputError("damaged: a field is longer than what holds it")
        key = _varint(stream, last=size is None)
        if key is None:
            return
        if key & 7 == 2:
            _keep_data(stream, key, schema, kind, kept, depth)
        else:
            kept += _encoded(key)
            if key & 7 == 0:
                kept += _encoded(_varint(stream) or 0)
            elif key & 7 in (1, 5):
                kept += stream.take(8 if key & 7 == 1 else 4, "a number")
            else:
                raise InputError(f"damaged: byte {stream.at:,} begins no field")
        if len(kept) > MOST_KEPT:
            raise _too_much()


def _keep_data(
    stream: Stream, key: int, schema: Schema, kind: str, kept: bytearray, depth: int
) -> None:
    length, inner = _varint(stream) or 0, schema[kind].get(key >> 3)
    stream.check(length, f"a field at byte {stream.at:,}")
    if length <= LONG or inner is None:
        if length > MOST_KEPT:
            raise _too_much()
        kept += _encoded(key) + _encoded(length) + stream.take(length, "a field")
    elif inner in schema:
        body = bytearray()
        _keep(stream, length, schema, inner, body, depth + 1)
        kept += _encoded(key) + _encoded(len(body)) + body
    else:
        passed = length
        if inner == BYTES:
            stream.skip(length, "its weights")
        else:
            passed = sum(map(_varints, stream.parts(length, "its weights")))
        kept += _encoded((key >> 3) + PASSED << 3) + _encoded(passed)


def _too_much() -> DlcalcError:
    return LimitError(f"more than {MOST_KEPT >> 20} MiB beside its weights")


def _varints(data: bytes) -> int:
    """How many whole numbers of 7 bits a byte some bytes hold."""
    return len(data.translate(None, bytes(range(128, 256))))


def _varint(stream: Stream, last: bool = False) -> int | None:
    """A whole number of 7 bits a byte; None at the end of the file, where it may end."""
    value = shift = 0
    while shift < 70:
        if last and not shift and stream.ended():
            return None
        [byte] = stream.take(1, "a field")
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xFFFFFFFFFFFFFFFF
        shift += 7
    raise InputError(f"damaged: a number at byte {stream.at:,} has no end")


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
