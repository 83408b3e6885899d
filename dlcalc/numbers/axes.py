"""Values per axis: `3` for every axis, or one value for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import index

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.typed import Any, SupportsIndex, TypeVar

T = TypeVar("T")
PerAxis = int | str | Sequence[int]
PerAxisValue = int | tuple[int, ...]
PADDING_NAMES = ("same", "same-lower", "valid", "full", "causal")


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's, which do not overflow; all else as it is."""
    return value.tolist() if hasattr(value, "tolist") else value


def per_axis(value: T | Sequence[T], axes: int, name: str) -> tuple[T, ...]:
    """Spread one value over `axes` axes, or check that there is one for each.

    Raises ShapeError where the number of values is neither 1 nor `axes`.

    >>> per_axis(2, 3, "stride")
    (2, 2, 2)
    >>> per_axis([2, 1], 2, "stride")
    (2, 1)
    """
    if not isinstance(value, tuple):
        if type(value) is int or isinstance(value, str) or not isinstance(value, Sequence):
            return (value,) * axes
        value = tuple(value)
    if len(value) == 1:
        return (value[0],) * axes
    if len(value) != axes:
        raise ShapeError(f"{name} has {len(value)} values for {axes} {plural(axes, 'axis')}")
    return value


def per_axis_from(least: int, value: PerAxis, axes: int, name: str) -> tuple[int, ...]:
    """Values per axis that are whole numbers, none below `least`, as Python's ints.

    >>> per_axis_from(1, 2, 3, "stride")
    (2, 2, 2)
    """
    if type(value) is int and value >= least:  # most values, in a third of the time
        return (value,) * axes
    values = per_axis(sizes_in(value, name) if isinstance(value, str) else value, axes, name)
    at_least(least, name, values)
    return tuple(map(as_whole, values))


def sizes_in(text: str, name: str = "") -> tuple[int, ...]:
    """The sizes that a text has, one an axis: between x, ×, * or commas, in brackets or none.

    Raises InputError, under the name, for what is no size.

    >>> sizes_in("28x28"), sizes_in("(3, 32, 32)"), sizes_in("1e3")
    ((28, 28), (3, 32, 32), (1000,))
    """
    parts = _split_axes(text)
    try:
        return tuple(parse_whole(word) for part in parts for word in part.split() or [""])
    except ValueError:
        said = f"{text[:40]!r} is no size: write 5, or 5x3 for several axes"
        raise InputError(f"{name} {said}".strip()) from None


def _split_axes(text: str) -> list[str]:
    """What stands between the signs that divide axes: x, a comma, …"""
    bare = text.strip()
    if bare[:1] + bare[-1:] in ("()", "[]"):
        bare = bare[1:-1].rstrip(", ")
    for sign in "X×*,":
        bare = bare.replace(sign, "x")
    return bare.split("x")


def parse_whole(text: str) -> int:
    """A whole number of any size, also as 1e12; ValueError where it is none."""
    digits, mark, exponent = text.partition("e")
    unsigned = digits[1:] if digits[:1] in ("+", "-") else digits
    power = exponent.removeprefix("+") if mark else "0"
    plain = text.isascii() and unsigned.isdigit() and power.isdigit()
    if not plain or len(text) > 4300 or len(power) > 4:
        raise ValueError(text)
    factor: int = 10 ** int(power)
    return int(digits) * factor


def as_whole(value: SupportsIndex) -> int:
    """A whole number of another library as Python's; Python's as it is, with what it carries."""
    return value if isinstance(value, int) else index(value)


def paddings_in(text: str) -> tuple[int | tuple[int, int], ...]:
    """The paddings that a text has, one an axis: a whole number, or one before and one after.

    >>> paddings_in("2"), paddings_in("1:2x3")
    ((2,), ((1, 2), 3))
    """
    found: list[int | tuple[int, int]] = []
    try:
        for part in _split_axes(text):
            before, colon, after = part.partition(":")
            one = parse_whole(before.strip())
            found.append((one, parse_whole(after.strip())) if colon else one)
    except ValueError:
        near = did_you_mean(text, PADDING_NAMES) if text.isalpha() else ""
        near = near or ": write 1, 1x2, 1:2, same, valid or full"
        raise InputError(f"{text[:40]!r} is no padding{near}") from None
    return tuple(found)


def count_axes(**values: object) -> int:
    """The number of axes of values that are single or sequences: the largest among them.

    Raises ShapeError for a sequence of none.

    >>> count_axes(input=(32, 32), kernel=5)
    2
    """
    most = 1
    for name, value in values.items():
        if isinstance(value, str) and value[:1].isdigit():
            pads = name.endswith("pad")
            most = max(most, len(paddings_in(value) if pads else sizes_in(value, name)))
        elif not isinstance(value, int | str) and isinstance(value, Sequence):
            if not value:
                raise ShapeError(f"{name.replace('_', ' ')} has no values")
            most = max(most, len(value))
    return most


def at_least(least: int, name: str, values: Sequence[int]) -> None:
    """Refuse values below `least`, or that are no whole numbers, by name."""
    for value in values:
        if type(value) is int and value >= least:
            continue
        try:  # arrays have __index__, too, whatever they hold
            number = None if isinstance(value, bool) else index(value)
        except TypeError:
            number = None
        if number is None:
            raise InputError(f"{name} {value!r} is not a whole number")
        if number < least:
            raise InputError(f"{name} {value} is below {least}")


def check_flags(**flags: Any) -> None:
    """Refuse what is neither true nor false, by name."""
    for name, flag in flags.items():
        if plain(flag) not in (True, False, None):
            raise InputError(f"{name} {plain(flag)!r} is neither true nor false")


def plural(count: int, noun: str) -> str:
    """`noun` in the number that `count` asks for: 1 axis, 2 axes, 3 rows."""
    if count == 1:
        return noun
    return {"axis": "axes", "bias": "biases", "entry": "entries", "is": "are"}.get(noun, noun + "s")


def listed(names: Iterable[object], most: int | None = None) -> str:
    """Names in a sentence, of many the first few.

    >>> listed("rzn"), listed(range(5), most=2)
    ('r, z and n', '0, 1 and 3 more')
    """
    words = list(map(str, names))
    if most is not None and len(words) > most:
        words[most:] = [f"{len(words) - most:,} more"]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def by_x(values: Sequence[object]) -> str:
    """Sizes as they are typed and printed: 28x28.

    >>> by_x((6, 28, 28))
    '6x28x28'
    """
    return "x".join(map(str, values))
