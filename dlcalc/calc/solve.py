"""The size formula solved for any of its terms.

The output never falls as the input or the padding grows, and never rises as the kernel,
the stride or the dilation does (the other way round where transposed); so the values
that give one output are a run without gaps, and two bisections find its ends, however
large the numbers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice, product
from typing import Any, NamedTuple

from dlcalc.calc.axes import PerAxis, at_least, count_axes, per_axis
from dlcalc.calc.sizes import Axis, make_axes, one_or_tuple
from dlcalc.errors import InputError, ShapeError, did_you_mean

UNKNOWNS = ("input", "kernel", "pad", "stride", "dilation", "output_padding")
MOST_LISTED = 1000
"""Solutions that are listed one by one; the ranges always hold all of them."""

Range = tuple[int, int | None]


class Solution(NamedTuple):
    """One value of the unknown that gives the output; tuples where there are several axes."""

    value: int | tuple[int, ...]
    """The value."""
    remainder: int | tuple[int, ...]
    """Columns of the padded input that no window reaches with it."""
    axes: tuple[Axis, ...]
    """The axes with the value put in."""


@dataclass(frozen=True)
class Solutions:
    """Every whole value of an unknown that gives the wanted output."""

    solve: str
    """The name of the unknown."""
    output: int | tuple[int, ...]
    """The output wanted."""
    ranges: tuple[Range, ...]
    """First and last value an axis; None for the last where there is no end."""
    solutions: tuple[Solution, ...]
    """The solutions one by one, the first thousand of them."""
    count: int | None
    """How many there are in all; None where there is no end."""


def solve_size(
    unknown: str, output: PerAxis | None, *, input: PerAxis | None, kernel: PerAxis | None,
    **others: Any,
) -> Solutions:
    """Every whole value of `unknown` that gives `output`; the others as for `size`.

    Raises ShapeError where there is none, with the nearest outputs that have one.

    >>> [each.value for each in solve_size("kernel", 3, input=8, kernel=None, stride=3).solutions]
    [1, 2]
    """
    if unknown not in UNKNOWNS:
        raise InputError(f"cannot solve for {unknown!r}{did_you_mean(unknown, UNKNOWNS)}")
    if output is None:
        raise InputError(f"solving for the {unknown} wants the output size")
    given = {"input": input, "kernel": kernel, **others}
    given[unknown] = _placeholder(unknown, given.get("output_padding", 0))
    _check_given(unknown, given)
    n = count_axes(output=output, **given)
    outputs = per_axis(output, n, "output")
    at_least(1, "output", outputs)
    axes = make_axes(**given, axes=n)
    ranges = tuple(_solve_axis(unknown, axis, outputs[i]) for i, axis in enumerate(axes))
    listed = islice(product(*(_values(each) for each in ranges)), MOST_LISTED)
    return Solutions(
        unknown, one_or_tuple(outputs), ranges,
        tuple(_solution(unknown, axes, values) for values in listed), _count(ranges),
    )


def _check_given(unknown: str, given: dict[str, Any]) -> None:
    for name in ("input", "kernel"):
        if given[name] is None:
            raise InputError(f"the {name} size is missing")
    pad = given.get("pad", 0)
    names = [each for each in (pad if isinstance(pad, Sequence) else ()) if isinstance(each, str)]
    named = pad if isinstance(pad, str) else next(iter(names), "valid")
    if named != "valid" and unknown in ("input", "kernel", "stride", "dilation"):
        raise InputError(f"pad {named!r} follows from the {unknown}; give it as a number")
    if unknown == "output_padding" and not given.get("transposed"):
        raise InputError("output padding is for a transposed convolution")


def with_value(axis: Axis, unknown: str, value: int) -> Axis:
    """The axis with the unknown put in; padding goes to both sides."""
    changes: dict[str, Any] = {unknown: (value, value) if unknown == "pad" else value}
    return axis._replace(**changes)


def _solve_axis(unknown: str, axis: Axis, output: int) -> Range:
    least, most = _domain(unknown, axis, output)
    falls = (unknown == "pad") if axis.transposed else unknown in ("kernel", "stride", "dilation")
    sign = -1 if falls else 1

    def rising(value: int) -> int:
        return sign * with_value(axis, unknown, value).output

    first = _first(rising, sign * output, least, most)
    end = _first(rising, sign * output + 1, first, most)
    if first < end:
        endless = end > most and unknown != "output_padding"
        return first, None if endless else end - 1
    nearest = {
        with_value(axis, unknown, value).output
        for value in (first - 1, first)
        if least <= value <= most
    }
    possible = " and ".join(str(each) for each in sorted(nearest) if each > 0) or "none"
    raise ShapeError(
        f"no whole {unknown.replace('_', ' ')} gives an output of {output}; "
        f"the nearest outputs that have one: {possible}"
    )


def _first(rising: Callable[[int], int], target: int, least: int, most: int) -> int:
    """The first value from `least` on at which a rising function reaches `target`."""
    end = most + 1
    while least < end:
        middle = (least + end) // 2
        if rising(middle) >= target:
            end = middle
        else:
            least = middle + 1
    return least


def _placeholder(unknown: str, output_padding: PerAxis) -> int:
    """A value in place of the unknown with which the other values are valid."""
    if unknown == "output_padding":
        return 0
    extras = output_padding if isinstance(output_padding, Sequence) else [output_padding]
    return 1 + max(extras) if unknown in ("stride", "dilation") else 1


def _domain(unknown: str, axis: Axis, output: int) -> tuple[int, int]:
    """Least value of the unknown, and one past which the output changes no more."""
    least = 0 if unknown in ("pad", "output_padding") else 1
    if unknown == "output_padding":
        return least, max(axis.stride, axis.dilation) - 1
    if unknown == "stride" and axis.output_padding >= axis.dilation:
        least = axis.output_padding + 1
    if unknown == "dilation" and axis.output_padding >= axis.stride:
        least = axis.output_padding + 1
    most = (output + axis.input + 2) * (axis.stride + 1) + sum(axis.pad)
    return least, most + axis.dilation * (axis.kernel + 1) + axis.output_padding


def _values(each: Range) -> Iterator[int]:
    first, last = each
    return islice(count(first) if last is None else iter(range(first, last + 1)), MOST_LISTED)


def _count(ranges: tuple[Range, ...]) -> int | None:
    total = 1
    for first, last in ranges:
        if last is None:
            return None
        total *= last - first + 1
    return total


def _solution(unknown: str, axes: tuple[Axis, ...], values: tuple[int, ...]) -> Solution:
    made = tuple(
        with_value(axis, unknown, value) for axis, value in zip(axes, values, strict=True)
    )
    return Solution(one_or_tuple(values), one_or_tuple([axis.remainder for axis in made]), made)
