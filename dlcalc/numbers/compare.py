"""An expected answer held against the result: where they differ first, and how often."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import field as uncompared

from dlcalc.errors import At, DlcalcError, InputError, ShapeError, did_you_mean
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.places import Index, Place, by_name, find_place, position, unravel, value_at
from dlcalc.typed import Any

DEFAULT_TOLERANCE = 1e-6
LEAST_DIGITS = 3
"""Significant digits from which a decimal may be the result, rounded."""
NOISE = 1e-6
"""Of the tolerance, the share of a field's largest entry that counts as rounding noise."""
SINGLE_NOISE = 8.0
"""The same share where the field is float32, of a tolerance up to the usual one: sums of some
thousand products differ, from one order of summation to another, by 6e-7 of the largest, and
by minimal filtering by 3e-6."""
ZERO, ZERO_OF_ALL = 1e-13, 1e-15
"""Of the largest number beside a field, gradients beside gradients, and of the largest of all, the
share below which its numbers are 0 but for rounding."""


@dataclass(frozen=True)
class Difference:
    """The first element that differs, and the number of those that do."""

    field: Place
    """The field of the record."""
    index: Index
    """Where in the field; empty for a single number."""
    expected: Any
    """What was expected there."""
    actual: Any
    """What is there."""
    count: int
    """Elements of this field that differ."""
    total: int
    """Elements of this field."""
    wanted: Any = uncompared(default=None, compare=False)
    """All that was expected of the field."""


@dataclass(frozen=True)
class ShapeDifference:
    """A field whose shape is not the expected one."""

    field: Place
    """The field of the record."""
    expected: tuple[int, ...]
    """The shape that was expected."""
    actual: tuple[int, ...]
    """The shape that it has."""
    wanted: Any = uncompared(default=None, compare=False)
    """All that was expected of the field."""

    @property
    def other_rank(self) -> bool:
        """Whether it has another number of axes, which no slip of a calculation gives."""
        ranks = {len(self.expected), len(self.actual)}
        return len(ranks) > 1 and len(_bare(self.expected)) != len(_bare(self.actual))


class Written(float):
    """A decimal that knows how it was written, and so how far it was rounded.

    >>> Written("0.0360").digits, Written("1.5e3").rounds(1537.0), Written("1.54e3").rounds(1537.0)
    (3, False, True)
    >>> Written("241.0", 1024).rounds(246824)
    True
    """

    text: str
    typed: str = ""
    """What stood for it, where that is no number: 60M."""
    unit: int
    """What one of it is, such as the bytes of a KiB."""

    def __new__(cls, text: str, unit: int = 1) -> Written:
        """A float of that text, in that unit."""
        self = super().__new__(cls, float(text) * unit)
        self.text, self.unit = text.lower(), unit
        return self

    @property
    def digits(self) -> int:
        """Its significant digits; of a zero those behind the point."""
        digits = self.text.partition("e")[0].lstrip("+-").replace(".", "", 1)
        return len(digits.lstrip("0") if self else digits[1:])

    def rounds(self, value: float) -> bool:
        """Whether it is `value`, rounded to at least three significant digits.

        In a unit it may be cut off, and be of two with one decimal, as sizes are shown: 2.1 GiB.
        """
        if self.unit == 1:
            return self.digits >= LEAST_DIGITS and _rounds(self, value, self.decimals)
        number, value = self / self.unit, value / self.unit
        below = number <= value < number + 10.0**-self.decimals
        enough = self.digits >= LEAST_DIGITS - (self.decimals == 1)
        return enough and (below or _rounds(number, value, self.decimals))

    @property
    def decimals(self) -> int:
        """Its digits behind the point."""
        mantissa, _, exponent = self.text.partition("e")
        return len(mantissa.partition(".")[2]) - int(exponent or 0)


def _rounds(number: float, value: float, decimals: int) -> bool:
    """Whether a number is `value`, rounded to so many decimals."""
    held = math.isfinite(number) and abs(value) <= sys.float_info.max
    return held and abs(number - value) <= 0.5 * 10.0**-decimals * (1 + 1e-9)


class Comparison:
    """An expected answer held against a result.

    A bare number or array means the field `main`; an object any of the fields, by their
    names in the record or as `find_place` knows them. They are compared in the order of the
    record, the order in which they are derived; where the record has another one, `order`
    names its fields. Without a tolerance whole numbers are equal, and decimals are the
    result rounded to the digits they are written with, or within 1e-6 of it, or within
    rounding noise of the largest of their field, or both 0 but for noise of the largest beside
    it. Raises InputError for fields that the result does not have, for none, and for ragged
    lists.
    """

    def __init__(
        self, expected: Any, record: Mapping[str, Any], main: Place,
        tolerance: float | None = None, order: Sequence[Any] = (), whole: bool = False,
    ) -> None:
        usual = 0.0 if whole else DEFAULT_TOLERANCE
        self.tolerance = usual if tolerance is None else tolerance
        self.rounded = tolerance is None
        self.record = record
        self.digits: int | None = None
        """The fewest digits of a number that agrees as rounded, where one does so alone."""
        found = list(self._all(expected, record, main))
        places = {str(field): place for place, field in enumerate(order)}
        self.first = min(
            found, key=lambda each: places.get(str(each.field), len(places)), default=None
        )
        """The first difference, or None."""

    def _all(self, expected: Any, record: Mapping[str, Any], main: Place) -> Iterator[Found]:
        if not isinstance(expected, Mapping):
            yield from self._field(main, expected, value_at(record, main))
            return
        if not expected:
            raise InputError("an empty object: give any of the result's fields")
        wanted: list[tuple[Place, Index, Any]] = []
        for name, each in expected.items():
            if name in record:
                wanted.append((Place((name,)), (), each))
            else:
                wanted.append((*find_place(name, record, main), each))
        for place, index, each in sorted(wanted, key=lambda one: position(record, one[0])):
            value = value_at(record, place)
            if index:
                value = element_at(value, index, place)
            yield from self._field(place, each, value, index)

    def _fields(
        self, place: Place, wanted: Mapping[str, Any], record: Mapping[str, Any]
    ) -> Iterator[Found]:
        _check_names(wanted, record)
        for name, actual in record.items():
            if name in wanted:
                yield from self._field(place / name, wanted[name], actual)

    def _field(
        self, place: Place, expected: Any, actual: Any, index: Index = ()
    ) -> Iterator[Found]:
        share = _noise_share(actual, self.tolerance)
        expected, actual = _as_list(expected), _as_list(actual)
        holds = any(isinstance(each, Mapping) for each in _flat(expected))
        if not holds:
            expected = _meant(expected, actual, "bytes" in str(place[-1]))
        if isinstance(actual, Mapping) and isinstance(expected, Mapping):
            yield from self._fields(place, expected, actual)
            return
        if _has_parts(actual) and isinstance(expected, list | Mapping):
            yield from self._parts(place, expected, actual)
            return
        if holder := _holder(actual):
            raise InputError(f"{place} is {holder}; what is expected of it is not")
        if holds:
            belongs = "text" if isinstance(actual, str) else "a number"
            raise InputError(f"{place}: an object is expected, where {belongs} belongs")
        with At(place):
            shapes = _shape(expected), _shape(actual)
        if _bare(shapes[0]) != _bare(shapes[1]):
            yield ShapeDifference(place, *shapes, expected)
        elif found := self._elements(place, expected, actual, shapes[1], share):
            yield replace(found, index=index) if index else found

    def _parts(
        self, place: Place, expected: list[Any] | Mapping[str, Any], actual: list[Any]
    ) -> Iterator[Found]:
        if isinstance(expected, Mapping):
            names = by_name(actual)
            _check_names(expected, names)
            pairs = {at: (expected[name], actual[at]) for name, at in names.items()
                     if name in expected}
        elif len(expected) != len(actual):
            yield ShapeDifference(place, (len(expected),), (len(actual),), expected)
            return
        else:
            pairs = dict(enumerate(zip(expected, actual, strict=True)))
        for part, pair in pairs.items():
            yield from self._field(place / part, *pair)

    def _elements(
        self, place: Place, expected: Any, actual: Any, shape: tuple[int, ...], share: float
    ) -> Difference | None:
        wanted, found = list(_flat(expected)), list(_flat(actual))
        finite = [abs(each) for each in found if isinstance(each, float) and each - each == 0]
        noise = share * max(finite, default=0.0)
        rounded = [(each.digits, each.decimals) for each in wanted
                   if isinstance(each, Written) and each.digits >= LEAST_DIGITS]
        finest = [max(each) for each in zip(*rounded, strict=True)]
        differing = [
            at for at, (a, b) in enumerate(zip(wanted, found, strict=True))
            if not agree(a, b, 0 if self.rounded and isinstance(a, int) and isinstance(b, int)
                         else self.tolerance, noise) and not self._as_rounded(a, b, finest)
            and not (isinstance(b, str) and agree(a, _quotient(b), self.tolerance))
        ]
        sizes = {at: max(abs(wanted[at]), abs(found[at])) for at in differing
                 if _is_number(wanted[at]) and isinstance(found[at], float)}
        if min(sizes.values(), default=1.0) < self.tolerance:
            beside = self.record.get(str(place[0]))
            zero = max(ZERO * _largest(beside), ZERO_OF_ALL * _largest(self.record))
            differing = [at for at in differing if sizes.get(at, math.inf) > zero]
        if not differing:
            return None
        first = differing[0]
        return Difference(
            place, unravel(first, shape), wanted[first], found[first], len(differing), len(found),
            expected,
        )

    def _as_rounded(self, expected: Any, actual: Any, finest: Sequence[int]) -> bool:
        if not self.rounded or not (_is_number(expected) and _is_number(actual)):
            return False
        if isinstance(expected, Written) and expected.rounds(actual):
            self.digits = min(expected.digits, self.digits or expected.digits)
            return True
        if not finest:
            return False
        # Of an array that was rounded as a whole, 0.0360 may have lost its last 0.
        digits, decimals = finest
        written = Written(str(expected))
        lost = written.decimals + digits - written.digits
        return (decimals >= LEAST_DIGITS and _rounds(expected, actual, decimals)) or (
            bool(expected) and _rounds(expected, actual, lost))


Found = Difference | ShapeDifference


class Said:
    """Words of slips that are looked for in formulas, and in arrays too."""

    MEAN_FOR_SUM = "the mean in place of the sum"
    SUM_FOR_MEAN = "the sum in place of the mean"
    MEAN_OVER_ALL = "the mean over all {} elements"
    OVER_EXAMPLES = "softmax over the examples"
    FROM_ONE = "classes counted from 1"
    TRANSPOSED = "the transposed matrix"
    LAST_WINDOW = "the last window alone in place of the sum of all"
    SLOPE_AGAIN = "slope of {}, which {} has in it already,"


def slip_of(expected: Any, slips: Iterable[tuple[str, Any]]) -> str:
    """The words of the first slip that gives all that was expected; "" where none does.

    Each slip is its words and its values, or what computes them; one that cannot be is passed
    over.

    >>> slip_of(14, [("the + 1 left out", 13), ("padding left out", lambda: 14)])
    'padding left out gives that'
    """
    place = Place(("value",))
    for words, values in slips:
        try:
            found = values() if callable(values) else values
            if found is None:
                continue
            kind = getattr(getattr(found, "dtype", None), "kind", "")
            each = found if isinstance(found, list) else [found]
            whole = kind in "iO" if kind else not any(isinstance(part, float) for part in each)
            if Comparison(expected, {"value": found}, place, whole=whole).first is None:
                return f"{words} gives that"
        except (DlcalcError, OverflowError):
            continue
    return ""


def unit_slip(size: Any, expected: Any) -> str:
    """The unit that gives an expected number of bytes; "" where none does.

    >>> unit_slip(246824, Written("246.8")), unit_slip(246824, Written("241.0", 1000))
    ('the size in KB gives that', 'KB of 1024 bytes gives that')
    """
    if not _is_number(size):
        return ""
    slips = [("bits in place of bytes", size * 8)]
    for power, prefix in enumerate("KMGT", start=1):
        decimal, binary, raised = 1000**power, 1024**power, " ²³⁴"[power - 1].strip()
        slips += [
            (f"the size in {prefix}iB", size / binary), (f"the size in {prefix}B", size / decimal),
            (f"{prefix}B of 1024{raised} bytes", size * decimal / binary),
            (f"{prefix}iB of 1000{raised} bytes", size * binary / decimal),
        ]
    return slip_of(expected, slips)

def _check_names(wanted: Iterable[str], known: Collection[str]) -> None:
    for name in wanted:
        if name not in known:
            raise InputError(f"the result has no field {name!r}{did_you_mean(name, known)}")


def element_at(value: Any, index: Index, place: Place) -> Any:
    """The element of the array at a place; InputError where it has no such index."""
    value = _as_list(value)
    shape = _shape(value)
    if isinstance(value, Mapping) or (_has_parts(value) and len(index) != 1):
        raise InputError(f"{place} has parts: say which, as {_first_part(value, place)}")
    if shape and not index:
        raise InputError(f"{place} is {by_x(shape)} numbers: say which, as {place}:"
                         + ",".join("0" * len(shape)))
    if index and not shape:
        what = "text" if isinstance(value, str) else "a single number"
        raise InputError(f"{place} is {what}, which has no index")
    if len(index) != len(shape) or not all(
        0 <= i < size for i, size in zip(index, shape, strict=True)
    ):
        where = f"index {','.join(map(str, index))} is outside the {place} of {by_x(shape)}"
        last = "; the last element is " + ",".join(str(n - 1) for n in shape)
        raise InputError(where + last * (0 not in shape))
    for each in index:
        value = value[each]
    return value


def _first_part(value: Any, place: Place) -> Place:
    """The first field or array within objects, and lists of them, that is no text."""
    while (isinstance(value, Mapping) and value) or _has_parts(value):
        named = value.items() if isinstance(value, Mapping) else enumerate(value)
        step, value = next((each for each in named if not isinstance(each[1], str)), ("", None))
        place /= step
    return place


def only_index(value: Any) -> Index:
    """The index of the one element of an array; empty where there are more, or no axes.

    >>> only_index([[5]]), only_index([1, 2])
    ((0, 0), ())
    """
    shape = _shape(_as_list(value))
    return (0,) * len(shape) if all(size == 1 for size in shape) else ()


def _meant(expected: Any, actual: Any, in_bytes: bool) -> Any:
    """What is expected in place of a text or a number, read as what is there."""
    if isinstance(actual, str):  # where 28x28 and 60M are texts, and no numbers
        return by_x(expected) if isinstance(expected, list) else (
            getattr(expected, "typed", "") or expected
        )
    if isinstance(expected, str) and _is_number(actual):
        with suppress(ValueError):  # a number in quotes
            return Written(expected) if "." in expected else int(expected)
    if isinstance(expected, Written) and in_bytes and (
            expected.typed.endswith("B") and expected.unit == 1):
        return Written(expected.text.removesuffix("e9"))  # B is no billion there
    return expected


def _holder(actual: Any) -> str:
    """What holds fields of its own, in words; "" for numbers and arrays."""
    if isinstance(actual, Mapping):
        return f"an object with the fields {', '.join(actual)}"
    if _has_parts(actual):
        return f"a list of {len(actual)} objects" if isinstance(actual[0], Mapping) else "a list"
    return ""


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
    if a == b or (a != a and b != b):
        return True
    if isinstance(a, str | bool | None) or isinstance(b, str | bool | None):
        return False
    if not tolerance or math.inf in (abs(a), abs(b)):
        return False
    try:
        return bool(abs(a - b) <= max(tolerance * max(abs(a), abs(b)), noise))
    except OverflowError:
        return False


def _quotient(text: str) -> Any:
    """What a fraction, which records have as text, comes to; other text as it is."""
    top, _, bottom = text.partition("/")
    with suppress(ValueError, ArithmeticError):
        return float(top) / float(bottom)
    return text


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_list(value: Any) -> Any:
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
    while any(isinstance(each, list | tuple) for each in level):
        sizes = {len(each) if isinstance(each, list | tuple) else -1 for each in level}
        if -1 in sizes:
            raise ShapeError("numbers and lists side by side")
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


def _largest(value: Any) -> float:
    """The largest of all numbers in a value, by size, of those that a float holds."""
    value = _as_list(value)
    if isinstance(value, Mapping | list | tuple):
        parts = value.values() if isinstance(value, Mapping) else value
        return max(map(_largest, parts), default=0.0)
    known = _is_number(value) and abs(value) <= sys.float_info.max
    return abs(float(value)) if known else 0.0


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _flat(each)
    else:
        yield value
