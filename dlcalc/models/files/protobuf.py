"""Protobuf's wire format, read in place: fields of a message, and no schema but the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dlcalc.errors import InputError, LimitError

MOST_FIELDS = 6_000_000
"""Fields of one file."""


class Field(NamedTuple):
    """One field: its number, its whole number or, of text and messages, where its bytes lie."""

    number: int
    value: int
    start: int
    stop: int
    wire: int


class Wire:
    """A message in a buffer, which is a file mapped into memory or bytes of a pipe."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.left = MOST_FIELDS

    def fields(self, start: int, stop: int) -> Iterator[Field]:
        """The fields of the message between two places; InputError where it is damaged."""
        at = start
        while at < stop:
            self.left -= 1
            if self.left < 0:
                raise LimitError(f"more than {MOST_FIELDS:,} fields")
            key, at = self.varint(at, stop)
            number, wire = key >> 3, key & 7
            value, begin = 0, at
            if wire == 0:
                value, at = self.varint(at, stop)
            elif wire == 2:
                value, begin = self.varint(at, stop)
                at = begin + value
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
            else:
                raise InputError(f"damaged: byte {at:,} begins no field")
            if at > stop or not number:
                raise InputError(f"damaged or cut off: a field ends at byte {at:,} of {stop:,}")
            yield Field(number, value, begin, at, wire)

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
        raise InputError(f"damaged or cut off at byte {at:,}")

    def varints(self, field: Field) -> list[int]:
        """The whole numbers of a repeated field, packed or one alone."""
        if field.wire == 0:
            return [signed(field.value)]
        found, at = [], field.start
        while at < field.stop:
            self.left -= 1
            if self.left < 0:
                raise LimitError(f"more than {MOST_FIELDS:,} fields")
            value, at = self.varint(at, field.stop)
            found.append(signed(value))
        return found

    def text(self, field: Field) -> str:
        """The text of a field; what is not UTF-8 is replaced."""
        return bytes(self.data[field.start : min(field.stop, field.start + 4096)]).decode(
            "utf-8", "replace"
        )


def signed(value: int) -> int:
    """The number that 64 bits stand for.

    >>> signed(3), signed(2**64 - 1)
    (3, -1)
    """
    return value - (1 << 64) if value >> 63 else value
