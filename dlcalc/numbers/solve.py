"""The size formula solved for any of its terms.

The output never falls as the input or the padding grows, and never rises as the kernel,
the stride or the dilation does (the other way round where transposed, and where `full`
padding grows with the kernel); so the values that give one output are a run without gaps,
and two bisections find its ends, however large the numbers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice, product, repeat
from math import prod

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.names import UNKNOWNS
from dlcalc.numbers.axes import PerAxis, count_axes, per_axis_from, plain
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Pair, check_fits, make_axes, one_or_tuple, pad_pair, paddings
from dlcalc.typed import Any, NamedTuple

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


@dataclass(frozen=True, repr=False)
class Solutions(Result):
    """Every whole value of an unknown that gives the wanted output."""

    command = "size"

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
    axes: tuple[Axis, ...]
    """The axes, a value in place of the unknown with which the others are valid."""
    pads: tuple[str | int | Pair, ...]
    """Padding an axis as it was given; a name follows from the other values."""

    def put(self, axis: int, value: int) -> Axis:
        """One of the axes with a value of the unknown put in."""
        return with_value(self.axes[axis], self.solve, value, self.pads[axis])


def solve_size(
    unknown: str, output: PerAxis | None, *, input: PerAxis | None, kernel: PerAxis | None,
    **others: Any,
) -> Solutions:
    """Every whole value of `unknown` that gives `output`; the others as for `size`.

    Raises ShapeError where there is none, with the nearest outputs that have one.

    >>> [each.value for each in solve_size("kernel", 3, input=8, kernel=None, stride=3).solutions]
    [1, 2]
    """
    if not isinstance(unknown, str) or unknown not in UNKNOWNS:
        raise InputError(f"cannot solve for {unknown!r}{did_you_mean(str(unknown), UNKNOWNS)}")
    if output is None:
        raise InputError(f"solving for the {unknown} wants the output size, `output`")
    output = plain(output)
    given = {
        name: plain(value)
        for name, value in {"input": input, "kernel": kernel, **others}.items()
    }
    given[unknown] = _placeholder(unknown, given.get("output_padding", 0))
    for name in ("input", "kernel"):
        if given[name] is None:
            raise InputError(f"the {name} size is missing")
    if unknown == "output_padding" and not given.get("transposed"):
        raise InputError("output padding is for a transposed convolution")
    n = count_axes(output=output, **given)
    outputs = per_axis_from(1, output, n, "output")
    axes = make_axes(**given, axes=n)
    pads = paddings(given.get("pad", 0), n)
    ranges = tuple(
        _solve_axis(unknown, axis, pads[i], outputs[i], f"axis {i}: " if n > 1 else "")
        for i, axis in enumerate(axes)
    )
    solutions = []
    for values in islice(product(*map(_values, ranges)), MOST_LISTED):
        made = tuple(map(with_value, axes, repeat(unknown), values, pads))
        remainder = one_or_tuple([axis.remainder for axis in made])
        solutions.append(Solution(one_or_tuple(values), remainder, made))
    lengths = [last - first + 1 for first, last in ranges if last is not None]
    total = prod(lengths) if len(lengths) == len(ranges) else None
    return Solutions(unknown, one_or_tuple(outputs), ranges, tuple(solutions), total, axes, pads)


def with_value(axis: Axis, unknown: str, value: int, pad: str | int | Pair) -> Axis:
    """The axis with the unknown put in; padding goes to both sides, or follows from its name."""
    if unknown == "pad":
        return axis._replace(pad=(value, value))
    changes: dict[str, Any] = {unknown: value}
    made = axis._replace(**changes)
    if not isinstance(pad, str):
        return made
    pair = pad_pair(pad, made.input, made.kernel, made.stride, made.dilation, made.transposed)
    return made._replace(pad=pair)


def _falls(unknown: str, axis: Axis, pad: str | int | Pair) -> bool:
    """Whether the output falls as the unknown grows."""
    if unknown == "stride":
        # Rounded up, a window that does not fit finds a place where the stride is long enough.
        return not axis.transposed and axis.padded >= axis.span
    if unknown in ("kernel", "dilation"):
        return axis.transposed if pad == "full" else not axis.transposed
    return unknown == "pad" and axis.transposed


def _solve_axis(unknown: str, axis: Axis, pad: str | int | Pair, output: int, place: str) -> Range:
    least, most = _domain(unknown, axis, output)
    sign = -1 if _falls(unknown, axis, pad) else 1

    def put(value: int) -> Axis:
        return with_value(axis, unknown, value, pad)

    def rising(value: int) -> int:
        return sign * put(value).output

    first = _first(rising, sign * output, least, most)
    end = _first(rising, sign * output + 1, first, most)
    if first < end:
        endless = end > most and unknown != "output_padding"
        return first, None if endless else end - 1
    name = unknown.replace("_", " ")
    why = _why(name, put, first, least, most)
    raise ShapeError(f"{place}no whole {name} gives an output of {output}: {why}")


def _why(name: str, put: Callable[[int], Axis], first: int, least: int, most: int) -> str:
    """What the values about the place where a solution would be give instead."""
    given = [(each, put(each)) for each in (first - 1, first) if least <= each <= most]
    near = [(value, axis.output) for value, axis in given if axis.output >= 1]
    if not near:
        try:
            check_fits(given[0][1])
        except ShapeError as error:
            return error.message
    if len(near) == 2:
        [(one, before), (other, after)] = near
        return f"{name} {one} gives {before}, {name} {other} gives {after}, the nearest outputs"
    [(value, gives)] = near
    if put(least).output == put(most).output:
        return f"with every {name} it is {gives}, the nearest output"
    if len(given) == 2:
        return f"{name} {value} gives {gives}, the nearest output"
    end = "least" if value == least else "most"
    return f"the {end}, {name} {value}, gives {gives}, the nearest output"


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
    if unknown == "output_padding":
        return 0
    extras = per_axis_from(0, output_padding, count_axes(extra=output_padding), "output padding")
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
