"""The types of its options."""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.numbers.axes import parse_whole
from dlcalc.shell.types import TextType


def _channels(text: str) -> tuple[int, int]:
    """`1024:512`: input and output channels."""
    try:
        inputs, outputs = map(parse_whole, text.split(":"))
    except ValueError:
        raise InputError(f"{text[:40]!r} are no channels: write IN:OUT, as 1024:512") from None
    return inputs, outputs


CHANNELS = TextType("in:out", _channels)
