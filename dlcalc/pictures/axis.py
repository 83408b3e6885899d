"""Axes: where the ticks of a picture stand, and where a value falls between them."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Points = Sequence[Point]
_LEAST = 1e-300  # below it the steps between ticks lose their digits


@dataclass(frozen=True)
class Axis:
    """A range of values with its ticks."""

    low: float
    """The value at the near end."""
    high: float
    """The value at the far end, above `low`."""
    ticks: tuple[float, ...]
    """Values that get a tick, ascending, all within the range."""
    labels: tuple[str, ...]
    """One text a tick, no two alike."""
    log: bool = False
    """Whether equal distances are equal ratios."""

    def place(self, value: float) -> float | None:
        """The fraction of the way from `low` to `high`; None where the value has no place.

        NaN, the infinities and, on a log scale, numbers that are not above 0 have none.

        >>> axis([0, 10]).place(5)
        0.5
        >>> axis([1, 100], log=True).place(10)
        0.5
        """
        if not _has_place(value, self.log):
            return None
        if self.log:
            start, end = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - start) / (end - start)
        # Halves: high - low may pass the largest float.
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)


def axis(
    values: Iterable[float], *, log: bool = False, ticks: int = 5, snug: bool = False,
    counted: bool = False,
) -> Axis:
    """An axis that holds every value that can be drawn, with about `ticks` ticks.

    The ends are ticks themselves, or with `snug` the smallest and largest value. Between
    whole values that are `counted`, as steps are, there are no ticks.
    A single value gets room on both sides, and no values at all get 0 to 1 (1 to
    10 on a log scale).

    >>> axis([0.13, 0.87]).labels
    ('0.0', '0.2', '0.4', '0.6', '0.8', '1.0')
    >>> axis([1, 2, 3], snug=True, counted=True).labels
    ('1', '2', '3')
    >>> axis([3, 7000], log=True).labels
    ('1', '10', '100', '1000', '10000')
    """
    drawn = [float(value) for value in values if _has_place(value, log)]
    if log:
        return _log_axis(drawn, ticks, snug)
    return _linear_axis(drawn, ticks, snug, counted)


def place(across: Axis, up: Axis, point: Point) -> Point | None:
    """Where a point falls, as fractions across and up; None where it has no place.

    >>> place(axis([0, 10]), axis([0, 4]), (5, 1))
    (0.5, 0.25)
    """
    x, y = across.place(point[0]), up.place(point[1])
    return None if x is None or y is None else (x, y)


def _nice_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return power * next(n for n in (1.0, 2.0, 5.0, 10.0) if n * power >= least * (1 - 1e-9))


def _has_place(value: float, log: bool) -> bool:
    return math.isfinite(value) and (value >= _LEAST or not log)


def _linear_axis(drawn: list[float], ticks: int, snug: bool, counted: bool = False) -> Axis:
    least, most = (min(drawn), max(drawn)) if drawn else (0.0, 1.0)
    largest = max(abs(least), abs(most))
    if most / 2 - least / 2 <= max(largest * 1e-13, _LEAST):  # one value, to the eye
        room = largest / 2 if largest > _LEAST else 1.0
        least, most = least - room, most + room
        least, most = max(least, -sys.float_info.max), min(most, sys.float_info.max)
    # Each divided first, and the step held below the largest float: most - least may overflow.
    step = min(_nice_step(most / ticks - least / ticks), sys.float_info.max)
    if counted and all(value.is_integer() for value in drawn):
        step = max(step, 1.0)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    if snug:
        first, last = math.ceil(least / step - 1e-9), math.floor(most / step + 1e-9)
    places = [place for count in range(first, last + 1) if math.isfinite(place := count * step)]
    if not snug:
        least, most = min(places[0], least), max(places[-1], most)
    return Axis(least, most, tuple(places), _linear_labels(places, step))


def _linear_labels(places: list[float], step: float) -> tuple[str, ...]:
    largest = max(abs(place) for place in places)
    if largest >= 1e6 or step < 1e-5:
        digits = math.floor(math.log10(largest)) - math.floor(math.log10(step) + 1e-9)
        return tuple(_scientific(place, max(digits, 0)) for place in places)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(f"{place + 0.0:.{decimals}f}" for place in places)


def _scientific(value: float, digits: int) -> str:
    """1.5e+06 as 1.5e6: a label has no room for what says nothing."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"


def _log_axis(drawn: list[float], ticks: int, snug: bool) -> Axis:
    least, most = (min(drawn), max(drawn)) if drawn else (1.0, 10.0)
    first, last = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
    last = max(last, first + 1)
    stride = max(1, math.ceil((last - first) / ticks))
    last += -(last - first) % stride
    multiples = (1, 2, 5) if last - first <= 2 else (1,)
    places = [
        place
        for decade in range(first, min(last, sys.float_info.max_10_exp) + 1, stride)
        for multiple in (multiples if decade < last else (1,))
        if math.isfinite(place := multiple * 10.0**decade)
    ]
    low, high = min(places[0], least), max(places[-1], most)
    if snug and least < most:
        low, high = least, most
        places = [place for place in places if low <= place <= high]
    if len(places) < 2:  # a range within one decade: the ticks of a linear axis
        near = _linear_axis([low, high], ticks, snug=True)
        return Axis(low, high, near.ticks, near.labels, log=True)
    return Axis(low, high, tuple(places), tuple(_log_label(place) for place in places), log=True)


def _log_label(place: float) -> str:
    return f"{place:.10g}" if 1e-4 <= place < 1e6 else _scientific(place, 0)
