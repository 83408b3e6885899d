"""Values in the layer notation: `5`, `5x3`, `1:2x0:1`, `yes`, `0.5`, or a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlcalc.errors import InputError
from dlcalc.models.tree import Value
from dlcalc.numbers.axes import at_least
from dlcalc.numbers.parse import parse_number, shorten

WORDS = {"yes": True, "no": False, "true": True, "false": False}


def read_value(text: str) -> Value:
    """One value of an argument or an option.

    >>> [read_value(text) for text in ("5", "5x3", "1:2", "no", "0.5", "1e3", "same")]
    [5, (5, 3), ((1, 2),), False, 0.5, 1000, 'same']
    """
    if not text:
        raise InputError("a value is missing behind =")
    if text.isascii() and text.isdigit():
        return parse_number(text)
    if text in WORDS:
        return WORDS[text]
    # `3*6,4*9` lists connections, and is read by the one layer that takes it.
    if (text[0].isdigit() or text[0] in "-+.") and "*" not in text:
        return _read_sizes(text) if "x" in text or ":" in text else _read_number(text)
    return text


def _read_number(text: str) -> Value:
    """A number; one of 1e3's kind is whole, and exact."""
    digits, e, zeros = text.lower().partition("e")
    zeros = zeros.removeprefix("+")
    if e and digits.isdigit() and zeros.isdigit() and len(zeros) < 4:
        return int(digits) * 10 ** int(zeros)
    return parse_number(text)


def _read_sizes(text: str) -> Value:
    axes = []
    for part in text.split("x"):
        ends = part.split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() for end in ends):
            raise InputError(f"{shorten(text)} is no size; write 5, 5x3 or, for padding, 1:2")
        numbers = tuple(int(parse_number(end)) for end in ends)
        axes.append(numbers if len(numbers) == 2 else numbers[0])
    return tuple(axes)


def read_shape(text: str) -> tuple[int, ...]:
    """The shape of an input: `3x224x224`, or `1024` for a row.

    >>> read_shape("1x32x32")
    (1, 32, 32)
    """
    try:
        value = read_value(text.strip("()[]").replace(" ", "").replace(",", "x"))
    except InputError:
        value = None
    sizes = (value,) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(sizes, tuple) or not all(isinstance(s, int) and s > 0 for s in sizes):
        raise InputError(f"{shorten(text)} is no shape; write CxHxW, such as 3x224x224")
    return input_shape(sizes)


def input_shape(size: int | str | Sequence[int]) -> tuple[int, ...]:
    """The shape of an input as a caller gives it, or InputError.

    >>> input_shape((3, 224, 224)), input_shape(1024), input_shape("1x32x32")
    ((3, 224, 224), (1024,), (1, 32, 32))
    """
    if isinstance(size, str):
        return read_shape(size)
    shape = tuple(size) if isinstance(size, Iterable) else (size,)
    at_least(1, "input size", shape)
    if not 1 <= len(shape) <= 4:
        raise InputError(f"an input has 1 to 4 axes, CxDxHxW, not {len(shape)}")
    return shape


def read_change(text: str) -> tuple[str, str, Value]:
    """A change as typed, `LAYER.KEY=VALUE`: the layer, the key and the value.

    >>> read_change("layer1.0.conv1.kernel=5x3")
    ('layer1.0.conv1', 'kernel', (5, 3))
    """
    target, equals, value = text.partition("=")
    layer, dot, key = target.rpartition(".")
    if not (equals and dot and layer and key):
        raise InputError(f"{shorten(text)}: write LAYER.KEY=VALUE, such as C1.kernel=4")
    try:
        return layer, key, read_value(value)
    except InputError as error:
        raise error.at(target) from None
