"""Multiplications of whole upsampling stages, by method.

Convention: only products of data and weight count. Constants inside a transform do not;
the transform of the filter is made beforehand; biases are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from dlcalc.commands.mults.axis import Upsampling, dense, polyphase, upsampling_axes, zero_skip
from dlcalc.commands.mults.phases import Phase, Rank, phases
from dlcalc.commands.mults.ranks import pair_rank
from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.axes import PerAxis, at_least, by_x
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Padding

HEADLINE = "zero_skip"
"""The method whose count answers the question: every product with a zero is skipped."""
TILE = 4
"""Outputs of a Winograd tile that is still usable in floating point."""
MOST_TAPS = 100_000
"""Taps a kernel may have on one axis: they are counted one by one."""
CONVENTION = (
    "Only products of data and weight count: constants inside transforms do not, "
    "the filter is transformed beforehand, biases are left out."
)


class Count(NamedTuple):
    """The multiplications of one method on one stage."""

    per_axis: tuple[int, ...]
    """Multiplications of one line along each axis."""
    per_pair: int
    """Those of one input channel with one output channel: the product over the axes."""
    total: int
    """Those of the stage: C_in·C_out/groups channel pairs."""


class Stage(NamedTuple):
    """One transposed convolution with its multiplications."""

    name: str
    """Name of the layer; of a stage without one, its sizes."""
    axes: tuple[Upsampling, ...]
    """Its axes, for whoever wants to show the working."""
    channels: tuple[int, int]
    """Input and output channels."""
    groups: int
    """Groups of channels that do not meet."""
    tile: int
    """Outputs of the tiles of `winograd_tile…`."""
    methods: dict[str, Count]
    """Counts by method: dense, polyphase, zero_skip, winograd, and winograd_tile4."""
    phases: tuple[tuple[Phase, ...], ...]
    """The short filters of each axis."""
    rank: Rank
    """What is proved of the fewest products of a channel pair."""

    @property
    def output(self) -> tuple[int, ...]:
        """Columns of the output, an axis each."""
        return tuple(axis.output for axis in self.axes)

    @property
    def pairs(self) -> int:
        """Channel pairs: C_in·C_out/groups."""
        return self.channels[0] * self.channels[1] // self.groups


class _Multiplications(NamedTuple):
    stages: tuple[Stage, ...]
    """The stages, in order."""
    total: dict[str, int]
    """The sum over the stages, by method."""


class Multiplications(Result, _Multiplications):
    """The multiplications of one stage or of all stages of a model."""

    __slots__ = ()
    command = "mults"


def count_stage(
    axes: Sequence[Upsampling], channels: Sequence[int] = (1, 1), groups: int = 1,
    name: str = "", tile: int = TILE,
) -> Stage:
    """Count one transposed convolution by every method.

    Raises InputError where groups do not divide the channels and LimitError above
    MOST_TAPS taps on one axis.

    >>> line = Upsampling(4, 5, 2, 1, 2, 8)
    >>> count_stage([line, line], channels=(1024, 512)).methods["zero_skip"]
    Count(per_axis=(17, 17), per_pair=289, total=151519232)
    """
    _check(axes, channels, groups, tile)
    lines = tuple(phases(axis) for axis in axes)
    per_axis = {
        "dense": [dense(axis) for axis in axes],
        "polyphase": [polyphase(axis) for axis in axes],
        "zero_skip": [zero_skip(axis) for axis in axes],
        "winograd": [sum(p.winograd * p.copies for p in line) for line in lines],
        f"winograd_tile{tile}": [sum(p.tiled(tile) * p.copies for p in line) for line in lines],
    }
    pairs = channels[0] * channels[1] // groups
    methods = {
        method: Count(tuple(counts), prod(counts), prod(counts) * pairs)
        for method, counts in per_axis.items()
    }
    return Stage(
        name or f"{by_x([axis.input for axis in axes])}→{by_x([axis.output for axis in axes])}",
        tuple(axes), (channels[0], channels[1]), groups, tile, methods, lines, pair_rank(lines),
    )


def _check(
    axes: Sequence[Upsampling], channels: Sequence[int], groups: int, tile: int
) -> None:
    if not isinstance(channels, Sequence) or len(channels) != 2:
        raise InputError(f"channels {channels!r} are not two: input and output channels")
    at_least(1, "channels", channels)
    at_least(1, "groups", (groups,))
    at_least(1, "tile", (tile,))
    for axis in axes:
        if axis.kernel > MOST_TAPS:
            raise LimitError(f"kernel {axis.kernel} is above {MOST_TAPS} taps on one axis")
    for count in channels:
        if count % groups:
            raise InputError(f"{groups} groups do not divide {count} channels")


def add_up(stages: Sequence[Stage]) -> Multiplications:
    """The stages with their total by method; InputError where there is no stage."""
    if not stages:
        raise InputError("no transposed convolution to count")
    total = {
        method: sum(stage.methods[method].total for stage in stages)
        for method in stages[0].methods
    }
    return Multiplications(tuple(stages), total)


def mults(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = 1, pad: Padding = 0,
    output_padding: PerAxis = 0, dilation: PerAxis = 1, output: PerAxis | None = None,
    grid_pad: Padding | None = None, channels: Sequence[int] = (1, 1),
    groups: int = 1, dims: int | None = None, tile: int = TILE,
) -> Multiplications:
    """Multiplications of a transposed convolution (upsampling) stage, by method.

    Sizes in columns, one value or one an axis; `channels` is (input, output); `dims`
    spreads single values over that many axes. Time grows with the kernel, never with
    the input. Raises InputError, ShapeError or LimitError for values that cannot be.
    After Radford et al. 2015 (DCGAN), Winograd 1980 ("Arithmetic Complexity of
    Computations") and Lavin and Gray 2016 ("Fast Algorithms for Convolutional Neural
    Networks").

    >>> mults(4, 5, stride=2, pad=2, output_padding=1, dims=2).total["zero_skip"]
    289
    >>> mults(10**12, 5, stride=2, pad=2, output_padding=1).total["zero_skip"]
    4999999999997
    """
    axes = upsampling_axes(
        input, kernel, stride, pad, output_padding, dilation, output, grid_pad, dims
    )
    return add_up([count_stage(axes, channels, groups, tile=tile)])
