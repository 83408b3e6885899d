"""Receptive fields: what part of the input an element of a layer's output can see.

Followed exactly, axis by axis of the input, as the first and the last input column that
each output sees. Behind a transposed layer those columns no longer move evenly from one
output to the next, but they repeat: after a period of P outputs both have moved on by the
same J input columns. So one field holds P pairs of columns and J (P is 1 and J the product
of the strides where nothing is transposed), and every layer is arithmetic on whole numbers.
Columns that the padding of a layer in between hides from its border are left out. A field
runs from its first column to its last; where dilation or a stride past the kernel leaves
holes in it, and these lie at the border of the image, it may count a few columns too many.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd, lcm
from operator import sub

from dlcalc.layers.counted import Counted, Shape
from dlcalc.numbers.sizes import Axis
from dlcalc.typed import NamedTuple

LONGEST_PERIOD = 1024
"""Beyond it (upsampled 1024 times over the input) a field is no longer followed."""


class AxisField(NamedTuple):
    """What the outputs along one axis see of one input axis."""

    within: tuple[int, int]
    """First and last input column that reach the layer at all; padding hides no others."""
    outputs: int
    """Outputs along the axis."""
    first: tuple[int, ...]
    """First column seen by each output of a period; below 0 in the padding."""
    last: tuple[int, ...]
    """Last column seen by each; before the first where an output sees nothing."""
    jump: int
    """Columns that both move on by in a period."""
    lies: int | None
    """The axis of the output along which these outputs lie, None where spread."""
    even: bool = True
    """Whether they lie there one by one, in order, alone."""

    @property
    def period(self) -> int:
        """Outputs after which the pattern repeats."""
        return len(self.first)

    @property
    def reach(self) -> tuple[int, int]:
        """First and last input column that all the outputs together see."""
        first, last = self.first[0], self.last[0] + (self.outputs - 1) * self.jump
        if len(self.first) > 1 or self.last[0] < first:
            first, last = self.over(range(self.outputs))
        return max(self.within[0], first), min(self.within[1], last)

    def over(self, outputs: range) -> tuple[int, int]:
        """First and last column that some outputs together see."""
        # The pattern repeats, so the first column is seen within the first period of them,
        # and the last column within the last.
        early = [a for a, b in map(self._ends, outputs[: self.period]) if a <= b]
        late = [b for a, b in map(self._ends, outputs[-self.period :]) if a <= b]
        return (min(early), max(late)) if early else (0, -1)

    def _ends(self, output: int) -> tuple[int, int]:
        """First and last column that an output sees."""
        turn, phase = divmod(output, self.period)
        return self.first[phase] + turn * self.jump, self.last[phase] + turn * self.jump

    @property
    def whole(self) -> bool:
        """Whether there is but one output, or one view, of all that reaches it."""
        return self.outputs == 1 and self.reach == self.within

    @property
    def size(self) -> int:
        """Columns from the first to the last seen, padding and all."""
        spans: list[int] = list(map(sub, self.last, self.first))
        return max(spans) + 1

    @property
    def clipped(self) -> int:
        """The most columns of the input itself that one output sees."""
        return max(map(self._columns_seen, range(min(self.period, self.outputs))))

    def _columns_seen(self, phase: int) -> int:
        first, last, jump = self.first[phase], self.last[phase], self.jump
        low, high = self.within
        if last < first:
            return 0
        if not jump:
            return max(0, min(last, high) - max(first, low) + 1)
        # What lies within the input grows from one period to the next, until the first of
        # its two borders is reached, and shrinks behind the other.
        final = (self.outputs - 1 - phase) // self.period
        reached = min(low - first, high - last) // jump
        most = 0
        for turn in (reached, reached + 1):
            at = min(max(turn, 0), final) * jump
            most = max(most, min(last + at, high) - max(first + at, low) + 1)
        return most


Field = tuple[AxisField, ...]
"""What one element of an output sees: every axis of the input but an image's channels."""


def start(shape: Shape) -> Field:
    """The field of the input itself: each element sees itself.

    >>> [axis.size for axis in start((3, 32, 32))]
    [1, 1]
    """
    return tuple(
        AxisField((0, length - 1), length, (0,), (0,), 1, axis)
        for axis, length in enumerate(shape) if axis or len(shape) < 3
    )


def follow(field: Field | None, shape: Shape, layer: Counted) -> Field | None:
    """The field behind a layer whose input has `shape`; None where it cannot be followed.

    A field that a layer leaves as it is stays the same object: turns of a repeat that see
    the same are known by it.
    """
    if field is None or not (layer.windows or layer.mixes or layer.lies):
        return field
    if layer.lies == ():
        return None
    return _same_or_new(field, [_through(axis, shape, layer) for axis in field])


def _same_or_new(field: Field, axes: list[AxisField | None]) -> Field | None:
    known = tuple(axis for axis in axes if axis is not None)
    if len(known) < len(axes):
        return None
    return field if known == field else known


Growth = tuple[tuple[int, int], ...]
"""Columns by which the first and the last column of a field move, axis by axis."""


def growth_of(
    field: Field | None, within: Iterable[Field | None], behind: Field | None
) -> Growth | None:
    """What a turn of a repeat adds to a field, where each further turn adds the same; else None.

    `within` are the fields of its layers. A layer moves the ends of a field by columns that do
    not depend on where they lie, so long as outputs move evenly over all of the input.
    """
    if field is None or behind is None:
        return None
    for each in within:
        if each is None or not all(
            axis.period == 1 and axis.outputs > 1 and axis.first[0] <= axis.last[0]
            and axis.reach == axis.within == before.within
            for axis, before in zip(each, field, strict=False)
        ):
            return None
    found = tuple([(b.first[0] - a.first[0], b.last[0] - a.last[0])
                   for a, b in zip(field, behind, strict=True)])
    even = grown(field, found, 1) == behind
    return found if even and all(first <= 0 <= last for first, last in found) else None


def grown(field: Field, growth: Growth, turns: int) -> Field:
    """A field after so many turns more.

    >>> [axis.size for axis in grown(start((1, 8, 8)), [(-1, 1), (0, 2)], 3)]
    [7, 7]
    """
    return tuple([
        axis._replace(first=(axis.first[0] + turns * first,), last=(axis.last[0] + turns * last,))
        for axis, (first, last) in zip(field, growth, strict=True)
    ])


STAND_IN = "-?[12][0-9]{20}"
"""What numbers look like that stand in a text for those that grow from turn to turn."""


def stand_in(
    field: Field, growth: Growth, turns: int, numbers: dict[str, tuple[int, int]]
) -> Field:
    """A field that sees all of the input, with numbers of its own in place of those that grow.

    `numbers` gets what each of them stands for: where it begins, so many turns on, and its step.
    """
    made = []
    for axis, (first, last) in zip(grown(field, growth, turns), growth, strict=True):
        begins, size = -(10**20 + len(numbers)), 2 * 10**20 + len(numbers)
        numbers[str(begins)] = axis.first[0], first
        numbers[str(size)] = axis.size, last - first
        made.append(axis._replace(first=(begins,), last=(begins + size - 1,)))
    return tuple(made)


def _through(axis: AxisField, shape: Shape, layer: Counted) -> AxisField | None:
    if layer.mixes and (axis.lies is None or axis.lies in layer.mixes):
        axis = _everything(axis)
    if layer.windows and axis.whole:
        axis = _everything(axis)
    elif layer.windows:
        if axis.lies is None or not axis.even:
            return None
        if axis.lies > 0:
            return _windowed(axis, layer.windows[axis.lies - 1], layer.output[axis.lies])
    if layer.lies is not None:
        target = None if axis.lies is None else layer.lies[axis.lies]
        alone = (
            target is not None and layer.lies.count(target) == 1
            and layer.output[target] == shape[axis.lies]  # type: ignore[index]
        )
        return axis._replace(lies=target, even=axis.even and alone)
    return axis


def _everything(axis: AxisField) -> AxisField:
    """What all the outputs of an axis together see, which each one sees behind a mixing."""
    if axis.outputs == 1 and not axis.jump:
        return axis
    first, last = axis.over(range(axis.outputs))
    return axis._replace(outputs=1, first=(first,), last=(last,), jump=0)


def _windowed(axis: AxisField, window: Axis, length: int) -> AxisField | None:
    period = axis.period
    if period == 1 and not window.transposed and axis.first[0] <= axis.last[0]:
        low = -window.pad[0]
        high = low + (window.kernel - 1) * window.dilation
        return AxisField(
            axis.reach, length, (axis.first[0] + low * axis.jump,),
            (axis.last[0] + high * axis.jump,), axis.jump * window.stride, axis.lies, axis.even,
        )
    if window.transposed:
        passed, outputs = period, period * window.stride
        if outputs > LONGEST_PERIOD:
            return None
        seen_inputs = [_stretched(output, window) for output in range(outputs)]
    else:  # an output sees the inputs o·S − P + t·D for every tap t
        outputs = period // gcd(period, window.stride)
        passed = outputs * window.stride
        starts = [output * window.stride - window.pad[0] for output in range(outputs)]
        seen_inputs = [range(low, low + window.span, window.dilation) for low in starts]
    ends = [axis.over(inputs) for inputs in seen_inputs]
    return AxisField(
        axis.reach, length, tuple(end[0] for end in ends), tuple(end[1] for end in ends),
        axis.jump * passed // period, axis.lies, axis.even,
    )


def _stretched(output: int, window: Axis) -> range:
    """Inputs i that an output of a transposed window sees: o + P = i·S + t·D for a tap t."""
    at, stride, dilation, taps = (
        output + window.pad[0], window.stride, window.dilation, window.kernel
    )
    # The taps that fit come every S/g; among so many in a row there is one, or none at all.
    every = stride // gcd(stride, dilation)
    late = [tap for tap in range(max(0, taps - every), taps) if (at - tap * dilation) % stride == 0]
    early = [tap for tap in range(min(every, taps)) if (at - tap * dilation) % stride == 0]
    if not late:
        return range(0)
    low, high = (at - late[0] * dilation) // stride, (at - early[0] * dilation) // stride
    return range(low, high + 1, dilation * every // stride)


def join(fields: list[Field | None], along: int | None = None) -> Field | None:
    """The field of elements that each see what all the branches see there.

    `along` is the axis on which the branches are laid end to end, where they are.
    """
    joined = fields[0]
    for other in fields[1:]:
        if joined is None or other is None:
            return None
        joined = _same_or_new(joined, [
            a if a is b and a.lies != along else _union(a, b, along)
            for a, b in zip(joined, other, strict=True)
        ])
    return joined


def _union(a: AxisField, b: AxisField, along: int | None) -> AxisField | None:
    for one, other in ((a, b), (b, a)):
        low, high = other.reach
        if one.outputs == 1 and one.reach[0] <= low and high <= one.reach[1]:
            return one._replace(jump=0, lies=other.lies, even=other.even)
    if a.jump * b.period != b.jump * a.period or a.lies != b.lies or a.lies == along:
        return None
    period = lcm(a.period, b.period)
    if period > LONGEST_PERIOD:
        return None
    turns = [(at % a.period, at // a.period * a.jump, at % b.period, at // b.period * b.jump)
             for at in range(period)]
    within = min(a.within[0], b.within[0]), max(a.within[1], b.within[1])
    return AxisField(
        within, a.outputs,
        tuple(min(a.first[i] + di, b.first[j] + dj) for i, di, j, dj in turns),
        tuple(max(a.last[i] + di, b.last[j] + dj) for i, di, j, dj in turns),
        a.jump * period // a.period, a.lies, a.even and b.even,
    )


def seen(field: Field | None) -> tuple[int, ...] | None:
    """Columns of the input that an output sees at most, an axis each, clipped to the input."""
    return None if field is None else tuple(axis.clipped for axis in field)
