"""Receptive fields: what part of the input an element of a layer's output can see.

Followed exactly, axis by axis of the input, as the first and the last input column that
each output sees. Behind a transposed layer those columns no longer move evenly from one
output to the next, but they repeat: after a period of P outputs both have moved on by the
same J input columns. So one field holds P pairs of columns and J (P is 1 and J the product
of the strides where nothing is transposed), and every layer is arithmetic on whole numbers.
"""

from __future__ import annotations

from math import gcd, lcm

from dlcalc.calc.layers.counted import Counted, Shape
from dlcalc.calc.sizes import Axis

LONGEST_PERIOD = 1024
"""Beyond it (upsampled 1024 times over the input) a field is no longer followed."""


class AxisField:
    """What the outputs along one axis see of one input axis."""

    __slots__ = ("even", "first", "jump", "last", "length", "lies", "outputs")

    def __init__(
        self, length: int, outputs: int, first: tuple[int, ...], last: tuple[int, ...],
        jump: int, lies: int | None, even: bool = True,
    ) -> None:
        self.length = length
        """Columns of the input."""
        self.outputs = outputs
        """Outputs along the axis."""
        self.first = first
        """First column seen by each output of a period; below 0 in the padding."""
        self.last = last
        """Last column seen by each output of a period."""
        self.jump = jump
        """Columns that both move on by in a period."""
        self.lies = lies
        """The axis of the output along which these outputs lie, None where spread."""
        self.even = even
        """Whether they lie there one by one, in order, alone."""

    @property
    def period(self) -> int:
        """Outputs after which the pattern repeats."""
        return len(self.first)

    @property
    def whole(self) -> bool:
        """Whether all outputs see the whole axis, there being but one of them."""
        return self.outputs == 1 and self.first[0] <= 0 and self.last[0] >= self.length - 1

    @property
    def size(self) -> int:
        """Columns from the first to the last seen, padding and all."""
        return max(last - first for first, last in zip(self.first, self.last, strict=True)) + 1

    @property
    def clipped(self) -> int:
        """The most columns of the input itself that one output sees."""
        return max(self._seen(phase) for phase in range(min(self.period, self.outputs)))

    def _seen(self, phase: int) -> int:
        # What lies within the input grows and then shrinks from one period to the next:
        # the most is seen where a border is just reached.
        first, last, jump = self.first[phase], self.last[phase], self.jump
        final = (self.outputs - 1 - phase) // self.period
        turns = {0, final}
        if jump:
            at = (-first // jump, (self.length - 1 - last) // jump)
            turns.update(min(max(turn + more, 0), final) for turn in at for more in (0, 1))
        return max(
            min(last + jump * turn, self.length - 1) - max(first + jump * turn, 0) + 1
            for turn in turns
        )


Field = tuple[AxisField, ...]
"""What one element of an output sees: every axis of the input but an image's channels."""


def start(shape: Shape) -> Field:
    """The field of the input itself: each element sees itself.

    >>> [axis.size for axis in start((3, 32, 32))]
    [1, 1]
    """
    return tuple(
        AxisField(length, length, (0,), (0,), 1, axis)
        for axis, length in enumerate(shape) if axis or len(shape) < 3
    )


def follow(field: Field | None, shape: Shape, layer: Counted) -> Field | None:
    """The field behind a layer whose input has `shape`; None where it cannot be followed."""
    if field is None or not (layer.windows or layer.mixes or layer.lies):
        return field
    axes = []
    for axis in field:
        behind = _through(axis, shape, layer)
        if behind is None:
            return None
        axes.append(behind)
    return tuple(axes)


def _through(axis: AxisField, shape: Shape, layer: Counted) -> AxisField | None:
    if layer.mixes and (axis.lies is None or axis.lies in layer.mixes):
        axis = _everything(axis)
    if layer.windows and not axis.whole:
        if axis.lies is None or not axis.even:
            return None
        if axis.lies > 0:
            return _windowed(axis, layer.windows[axis.lies - 1])
    if layer.lies is not None:
        return _moved(axis, shape, layer)
    return axis


def _everything(axis: AxisField) -> AxisField:
    """What all the outputs of an axis together see, which each one sees behind a mixing."""
    turns, phase = divmod(axis.outputs - 1, axis.period)
    last = axis.last[phase] + turns * axis.jump
    return AxisField(axis.length, 1, axis.first[:1], (last,), 0, axis.lies, axis.even)


def _moved(axis: AxisField, shape: Shape, layer: Counted) -> AxisField:
    lies = axis.lies
    target = None if lies is None else layer.lies[lies]  # type: ignore[index]
    alone = (
        target is not None and layer.lies.count(target) == 1  # type: ignore[union-attr]
        and layer.output[target] == shape[lies]  # type: ignore[index]
    )
    return AxisField(
        axis.length, axis.outputs, axis.first, axis.last, axis.jump, target, axis.even and alone
    )


def _windowed(axis: AxisField, window: Axis) -> AxisField | None:
    rows = _stretched(axis.period, window) if window.transposed else _slid(axis.period, window)
    if rows is None:
        return None
    period, moved = rows
    first, last = [], []
    for low, high in moved:
        first.append(axis.first[low % axis.period] + low // axis.period * axis.jump)
        last.append(axis.last[high % axis.period] + high // axis.period * axis.jump)
    jump = axis.jump * period // axis.period
    return AxisField(
        axis.length, window.output, tuple(first), tuple(last), jump, axis.lies, axis.even
    )


Rows = tuple[int, list[tuple[int, int]]]
"""Inputs that pass in a period, and for each output of it the first and last seen."""


def _slid(period: int, window: Axis) -> Rows:
    """Output o of a window sees inputs o·S − P … o·S − P + span − 1."""
    outputs = period // gcd(period, window.stride)
    lows = [output * window.stride - window.pad[0] for output in range(outputs)]
    return outputs * window.stride, [(low, low + window.span - 1) for low in lows]


def _stretched(period: int, window: Axis) -> Rows | None:
    """Output o of a transposed window sees the inputs i with o + P = i·S + t·D for a tap t."""
    outputs = period * window.stride
    if outputs > LONGEST_PERIOD:
        return None
    return period, [_taps(output + window.pad[0], window) for output in range(outputs)]


def _taps(at: int, window: Axis) -> tuple[int, int]:
    stride, dilation, taps = window.stride, window.dilation, window.kernel
    # Among any S taps in a row one of each residue that occurs is found.
    late = [t for t in range(max(0, taps - stride), taps) if (at - t * dilation) % stride == 0]
    early = [t for t in range(min(stride, taps)) if (at - t * dilation) % stride == 0]
    if not late:
        return at // stride + 1, at // stride
    return (at - late[-1] * dilation) // stride, (at - early[0] * dilation) // stride


def join(fields: list[Field | None], along: int | None = None) -> Field | None:
    """The field of elements that each see what all the branches see there.

    `along` is the axis on which the branches are laid end to end, where they are.
    """
    joined = fields[0]
    for other in fields[1:]:
        if joined is None or other is None:
            return None
        axes = []
        for a, b in zip(joined, other, strict=True):
            union = a if a is b and a.lies != along else _union(a, b, along)
            if union is None:
                return None
            axes.append(union)
        joined = tuple(axes)
    return joined


def _union(a: AxisField, b: AxisField, along: int | None) -> AxisField | None:
    for one, other in ((a, b), (b, a)):
        if one.whole:
            return AxisField(one.length, 1, one.first, one.last, 0, other.lies, other.even)
    if a.jump * b.period != b.jump * a.period or a.lies != b.lies or a.lies == along:
        return None
    period = lcm(a.period, b.period)
    if period > LONGEST_PERIOD:
        return None
    turns = [(at % a.period, at // a.period * a.jump, at % b.period, at // b.period * b.jump)
             for at in range(period)]
    return AxisField(
        a.length, a.outputs,
        tuple(min(a.first[i] + di, b.first[j] + dj) for i, di, j, dj in turns),
        tuple(max(a.last[i] + di, b.last[j] + dj) for i, di, j, dj in turns),
        a.jump * period // a.period, a.lies, a.even and b.even,
    )


def seen(field: Field | None) -> tuple[int, ...] | None:
    """Columns of the input that an output sees at most, an axis each, clipped to the input."""
    return None if field is None else tuple(axis.clipped for axis in field)
