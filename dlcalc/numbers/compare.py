"""An expected answer held against the result: where they differ first, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcalc.errors import InputError, ShapeError, did_you_mean

DEFAULT_TOLERANCE = 1e-6
NOISE = 1e-6
"""Of the tolerance, the share of a field's largest entry that counts as rounding noise."""
SINGLE_NOISE = 8.0
"""The same share where the field is float32, of a tolerance up to the usual one: sums of some
thousand products differ, from one order of summation to another, by 6e-7 of the largest, and
by minimal filtering by 3e-6."""


@dataclass(frozen=True)
class Difference:
    """The first element that differs, and the number of those that do."""

    field: str
    """The field of the record."""
    index: tuple[int, ...]
    """Where in the field; empty for a single number."""
    expected: Any
    """What was expected there."""
    actual: Any
    """What is there."""
    count: int
    """Elements of this field that differ."""
    total: int
    """Elements of this field."""


@dataclass(frozen=True)
class ShapeDifference:
    """A field whose shape is not the expected one."""

    field: str
    """The field of the record."""
    expected: tuple[int, ...]
    """The shape that was expected."""
    actual: tuple[int, ...]
    """The shape that it has."""


def compare(
    expected: Any, record: Mapping[str, Any], main: str, tolerance: float,
    order: Sequence[str] = (),
) -> Difference | ShapeDifference | None:
    """The first difference of `expected` from a result, or None where they agree.

    A bare number or array means the field `main` (`total.params` within `total`); an
    object any of the fields, compared in the order of the record, the order in which they
    are derived. Where the record has another one, `order` names its fields
    (`gradients.weights[1]`) as they are derived. Elements agree where they are within
    `tolerance` relative to the larger of the two, or within rounding noise of the largest
    of their field. Raises InputError for fields that the result does not have, and for none.

    >>> compare([[1, 15]], {"output": [[1, 13]]}, "output", 0).index
    (0, 1)
    >>> compare({"x": 1, "y": 2}, {"x": 3, "y": 4}, "x", 0, order=["y", "x"]).field
    'y'
    """
    wanted = dict(expected) if isinstance(expected, Mapping) else _nested(main, expected)
    if not wanted:
        raise InputError("an empty object: give any of the result's fields")
    found = _compare_fields(wanted, record, tolerance)
    if not order:
        return next(found, None)
    places = {field: place for place, field in enumerate(order)}
    return min(found, key=lambda each: places.get(each.field, len(places)), default=None)


def _compare_fields(
    wanted: Mapping[str, Any], record: Mapping[str, Any], tolerance: float
) -> Iterator[Difference | ShapeDifference]:
    for name in wanted:
        if name not in record:
            raise InputError(f"the result has no field {name!r}{did_you_mean(name, record)}")
    for name, actual in record.items():
        if name in wanted:
            yield from _compare_field(name, wanted[name], actual, tolerance)


def _nested(main: str, expected: Any) -> dict[str, Any]:
    for name in reversed(main.split(".")):
        expected = {name: expected}
    return dict(expected)


def _compare_field(
    name: str, expected: Any, actual: Any, tolerance: float
) -> Iterator[Difference | ShapeDifference]:
    """The differences of one field, one for each part of it that differs."""
    share = _noise_share(actual, tolerance)
    expected, actual = _plain(expected), _plain(actual)
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        inner = _compare_fields(expected, actual, tolerance)
        yield from (_within(name, each) for each in inner)
        return
    if _has_parts(actual) and isinstance(expected, list):
        if len(expected) != len(actual):
            yield ShapeDifference(name, (len(expected),), (len(actual),))
            return
        for place, pair in enumerate(zip(expected, actual, strict=True)):
            yield from _compare_field(f"{name}[{place}]", *pair, tolerance)
        return
    if holder := _holder(actual):
        raise InputError(f"{name} is {holder}; what is expected of it is not")
    shapes = _shape(expected), _shape(actual)
    if _bare(shapes[0]) != _bare(shapes[1]):
        yield ShapeDifference(name, *shapes)
    elif difference := _compare_elements(name, expected, actual, shapes[1], tolerance, share):
        yield difference


def _holder(actual: Any) -> str:
    """What holds fields of its own, in words; "" for numbers and arrays."""
    if isinstance(actual, Mapping):
        return f"an object with the fields {', '.join(actual)}"
    if _has_parts(actual) and isinstance(actual[0], Mapping):
        return f"a list of {len(actual)} objects"
    return ""


def _within(name: str, inner: Difference | ShapeDifference) -> Difference | ShapeDifference:
    from dataclasses import replace

    return replace(inner, field=f"{name}.{inner.field}")


def _compare_elements(
    name: str, expected: Any, actual: Any, shape: tuple[int, ...], tolerance: float, share: float
) -> Difference | None:
    wanted, found = list(_flat(expected)), list(_flat(actual))
    noise = _noise(found, share)
    places = [
        place
        for place, (a, b) in enumerate(zip(wanted, found, strict=True))
        if not agree(a, b, tolerance, noise)
    ]
    if not places:
        return None
    first = places[0]
    return Difference(
        name, unravel(first, shape), wanted[first], found[first], len(places), len(found)
    )


def _noise(values: list[Any], share: float) -> float:
    finite = [abs(each) for each in values if isinstance(each, float) and each - each == 0]
    return share * max(finite, default=0.0)


def _noise_share(actual: Any, tolerance: float) -> float:
    """The share of a field's largest entry that is noise; a loose tolerance loosens it no more."""
    dtype = getattr(actual, "dtype", None)
    narrow = dtype is not None and dtype.kind == "f" and dtype.itemsize < 8
    return SINGLE_NOISE * min(tolerance, DEFAULT_TOLERANCE) if narrow else NOISE * tolerance


def agree(a: Any, b: Any, tolerance: float, noise: float = 0.0) -> bool:
    """Whether two numbers are equal within a relative tolerance, or both NaN.

    >>> agree(2**70, 2**70 + 1, 0), agree(1.0, 1.0000001, 1e-6)
    (False, True)
    """
    if a == b:
        return True
    if isinstance(a, str | bool | None) or isinstance(b, str | bool | None):
        return False
    if a != a or b != b:
        return bool(a != a and b != b)
    if not tolerance or _infinite(a) or _infinite(b):
        return False
    try:
        return bool(abs(a - b) <= max(tolerance * max(abs(a), abs(b)), noise))
    except OverflowError:
        return False


def _infinite(value: Any) -> bool:
    return isinstance(value, float) and value - value != 0


def unravel(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of the element at `place` in row-major order.

    >>> unravel(5, (2, 3))
    (1, 2)
    """
    index: list[int] = []
    for size in reversed(shape):
        place, at = divmod(place, size)
        index.insert(0, at)
    return tuple(index)


def _plain(value: Any) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    return list(value) if isinstance(value, tuple) else value


def _has_parts(value: Any) -> bool:
    """Whether a list holds objects, or arrays side by side, as the weights of layers are."""
    return (
        isinstance(value, list)
        and bool(value)
        and (isinstance(value[0], Mapping) or hasattr(value[0], "tolist"))
    )


def _shape(value: Any) -> tuple[int, ...]:
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list | tuple):
        sizes = {len(each) if isinstance(each, list | tuple) else -1 for each in level}
        if len(sizes) > 1:
            raise ShapeError(f"lists of {' and '.join(map(str, sorted(sizes)))} side by side")
        shape.append(sizes.pop())
        level = [each for inner in level for each in inner]
    return tuple(shape)


def _bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without axes of one in front, which text does not keep."""
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    else:
        yield value
