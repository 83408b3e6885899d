"""Values per axis: `3` for every axis, or one value for each."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any, SupportsIndex, TypeVar

from dlcalc.errors import InputError, ShapeError

T = TypeVar("T")
PerAxis = int | Sequence[int]


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
    values = per_axis(value, axes, name)
    at_least(least, name, values)
    return tuple(map(as_whole, values))


def as_whole(value: SupportsIndex) -> int:
    """A whole number of another library as Python's; Python's as it is, with what it carries."""
    return value if isinstance(value, int) else index(value)


def count_axes(**values: object) -> int:
    """The number of axes of values that are single or sequences: the largest among them.

    Raises ShapeError for a sequence of none.

    >>> count_axes(input=(32, 32), kernel=5)
    2
    """
    most = 1
    for name, value in values.items():
        if not isinstance(value, int | str) and isinstance(value, Sequence):
            if not value:
                raise ShapeError(f"{name.replace('_', ' ')} has no values")
            most = max(most, len(value))
    return most


def at_least(least: int, name: str, values: Sequence[int]) -> None:
    """Refuse values below `least`, or that are no whole numbers, by name."""
    for value in values:
        if type(value) is int and value >= least:
            continue
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise InputError(f"{name} {value!r} is not a whole number")
        if value < least:
            raise InputError(f"{name} {value} is below {least}")


def plural(count: int, noun: str) -> str:
    """`noun` in the number that `count` asks for: 1 axis, 2 axes, 3 rows."""
    if count == 1:
        return noun
    return {"axis": "axes", "bias": "biases", "entry": "entries", "is": "are"}.get(noun, noun + "s")


def by_x(values: Sequence[object]) -> str:
    """Sizes as they are typed and printed: 28x28.

    >>> by_x((6, 28, 28))
    '6x28x28'
    """
    return "x".join(str(value) for value in values)
