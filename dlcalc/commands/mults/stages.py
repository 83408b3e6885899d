"""Multiplications of whole convolutions, transposed or ordinary, by method.

Convention: only products of data and weight count. Constants inside a transform do not;
the transform of the filter is made beforehand; biases are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.commands.mults.lines import (
    Phase,
    Rank,
    dense,
    make_lines,
    pair_rank,
    phases,
    points,
    polyphase,
    spectral,
)
from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.axes import PerAxis, at_least, by_x
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Padding, check_fits

if TYPE_CHECKING:
    from dlcalc.models.rows import Count as ModelCount

TILE = 4
"""Outputs of a Winograd tile that is still usable in floating point."""
MOST_TAPS = 100_000
"""Taps a kernel may have on one axis: they are counted one by one."""
TRANSPOSED = ("dense", "polyphase", "zero_skip", "winograd", "winograd_tile")
CONV = ("direct", "zero_skip", "winograd", "winograd_tile", "fft")
"""The methods; behind `winograd_tile` stands the tile's number of outputs."""
CONVENTION = (
    "Only products of data and weight count: constants inside transforms do not, "
    "the filter is transformed beforehand, biases are left out."
)


class Count(NamedTuple):
    """The multiplications of one method on one stage."""

    per_axis: tuple[int, ...]
    """Multiplications of one line along each axis."""
    per_pair: int
    """Those of one input channel with one output channel: the product over the axes, but for
    fft, whose complex products are of all axes together."""
    total: int
    """Those of the stage: per_pair times its channel pairs."""


class Stage(NamedTuple):
    """One convolution with its multiplications."""

    name: str
    """Name of the layer; of a stage without one, its sizes."""
    axes: tuple[Axis, ...]
    """Its axes, for whoever wants to show the working."""
    channels: tuple[int, int]
    """Input and output channels."""
    groups: int
    """Groups of channels that do not meet."""
    pairs: int
    """Channel pairs that meet: C_in·C_out/groups, or as the layer's connections have them."""
    tile: int
    """Outputs of the tiles of `winograd_tile…`."""
    methods: dict[str, Count]
    """Counts by method: dense, polyphase, zero_skip, winograd, winograd_tile4; of an ordinary
    convolution direct, zero_skip, winograd, winograd_tile4, fft."""
    phases: tuple[tuple[Phase, ...], ...]
    """The short filters of each axis."""

    @property
    def rank(self) -> Rank:
        """What is proved of the fewest products of a channel pair."""
        return pair_rank(self.phases)

    @property
    def output(self) -> tuple[int, ...]:
        """Columns of the output, an axis each."""
        return tuple(axis.output for axis in self.axes)

    @property
    def plain(self) -> bool:
        """Whether it is an ordinary convolution."""
        return not self.axes[0].transposed


class _Multiplications(NamedTuple):
    stages: tuple[Stage, ...]
    """The stages, in order."""
    total: dict[str, int]
    """The sum over the stages, by method."""


class Multiplications(Result, _Multiplications):
    """The multiplications of one stage or of all stages of a model."""

    __slots__ = ()
    command = "mults"

    @property
    def headline(self) -> str:
        """The method that answers the question: no product with a zero; or as it is defined."""
        return "direct" if self.stages[0].plain else "zero_skip"


def count_stage(
    axes: Sequence[Axis], channels: Sequence[int] = (1, 1), groups: int = 1,
    name: str = "", tile: int = TILE, pairs: int | None = None,
) -> Stage:
    """Count one convolution by every method.

    Raises InputError where groups do not divide the channels and LimitError above
    MOST_TAPS taps on one axis.

    >>> line = Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1)
    >>> count_stage([line, line], channels=(1024, 512)).methods["zero_skip"]
    Count(per_axis=(17, 17), per_pair=289, total=151519232)
    >>> count_stage([Axis(6, 3)]).methods["winograd"].total
    6
    """
    _check(axes, channels, groups, tile)
    lines = tuple(phases(axis) for axis in axes)
    plain = not axes[0].transposed
    per_axis = {
        "direct" if plain else "dense": [dense(axis) for axis in axes],
        **({} if plain else {"polyphase": [polyphase(axis) for axis in axes]}),
        "zero_skip": [sum([p.products * p.copies for p in line]) for line in lines],
        "winograd": [sum([p.winograd * p.copies for p in line]) for line in lines],
        f"winograd_tile{tile}": [sum([p.tiled(tile) * p.copies for p in line]) for line in lines],
    }
    met = channels[0] * channels[1] // groups if pairs is None else pairs
    methods = {
        method: Count(tuple(counts), pair := prod(counts), pair * met)
        for method, counts in per_axis.items()
    }
    if plain:
        sizes = [points(axis) for axis in axes]
        each = spectral(sizes)
        methods["fft"] = Count(tuple(spectral([size]) for size in sizes), each, each * met)
    return Stage(
        name or f"{by_x([axis.input for axis in axes])}→{by_x([axis.output for axis in axes])}",
        tuple(axes), (channels[0], channels[1]), groups, met, tile, methods, lines,
    )


def _check(axes: Sequence[Axis], channels: Sequence[int], groups: int, tile: int) -> None:
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
    """The stages, of which there is at least one, with their total by method."""
    total = {
        method: sum([stage.methods[method].total for stage in stages])
        for method in stages[0].methods
    }
    return Multiplications(tuple(stages), total)


def count_model(count: ModelCount, tile: int = TILE, conv: bool = False) -> Multiplications:
    """The transposed convolutions of a model that was counted, or the ordinary ones.

    The ordinary ones with `conv`, or where there are no others. Raises InputError where the
    model has none.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.reading import model
    >>> net = params(model("input 1024x4x4; conv_transpose 512 5 stride=2 pad=2 output_padding=1"))
    >>> count_model(net).total["zero_skip"]
    151519232
    """
    from dlcalc.layers.table import GENERAL, bind, handler

    kinds = {row.type for row in count.rows} & {"conv_transpose", "conv", "dwconv"}
    if not conv and "conv_transpose" in kinds:
        kinds = {"conv_transpose"}
    kinds -= {"conv_transpose"} if conv else set()
    stages = []
    for row in count.rows:
        if row.type not in kinds:
            continue
        layer: Any = row.node
        function = handler(row.type)
        given = bind(layer.type, layer.arguments, dict(layer.options), function)
        own = {key: value for key, value in given.items() if key not in GENERAL}
        counted = function(row.input, **own)
        pairs = counted.weights // prod(window.kernel for window in counted.windows)
        groups = row.input[0] if row.type == "dwconv" else own.get("groups", 1)
        for window in counted.windows:
            check_fits(window)
        channels = row.input[0], row.output[0]
        stages.append(count_stage(counted.windows, channels, groups, row.name, tile, pairs))
    if not stages:
        raise InputError(f"no {'ordinary ' * conv}convolution in it").at(count.model or "model")
    return add_up(stages)


def mults(
    input: PerAxis | str, kernel: PerAxis | None = None, stride: PerAxis = 1, pad: Padding = 0,
    output_padding: PerAxis = 0, dilation: PerAxis = 1, output: PerAxis | None = None,
    grid_pad: Padding | None = None, channels: Sequence[int] = (1, 1),
    groups: int = 1, dims: int | None = None, tile: int = TILE, conv: bool = False,
) -> Multiplications:
    """Multiplications of a transposed convolution (upsampling) stage, by method.

    With `conv`, of an ordinary convolution: direct, Winograd F(m, r) nested, Fourier. Sizes in
    columns, one value or one an axis; `channels` is (input, output); `dims` spreads single
    values over that many axes. A name or a notation alone is a model: all its stages. Time
    grows with the kernel, never with the input. Raises InputError, ShapeError or LimitError
    for values that cannot be.
    After Radford et al. 2015 (DCGAN), Winograd 1980 ("Arithmetic Complexity of
    Computations"), Lavin and Gray 2016 ("Fast Algorithms for Convolutional Neural
    Networks") and Mathieu et al. 2013 ("Fast Training of Convolutional Networks through FFTs").

    >>> mults(4, 5, stride=2, pad=2, output_padding=1, dims=2).total["zero_skip"]
    289
    >>> mults(10**12, 5, stride=2, pad=2, output_padding=1).total["zero_skip"]
    4999999999997
    >>> mults(28, 3, pad=1, dims=2, conv=True).total
    {'direct': 7056, 'zero_skip': 6724, 'winograd': 900, 'winograd_tile4': 1764, 'fft': 1534}
    """
    if kernel is None:
        if not isinstance(input, str):
            raise InputError("no kernel size: a stage by its sizes wants input and kernel")
        from dlcalc.models.count import params
        from dlcalc.models.reading import model

        return count_model(params(model(input)), tile, conv)
    axes = make_lines(
        input, kernel, stride, pad, output_padding, dilation, output, grid_pad, dims, conv,
    )
    return add_up([count_stage(axes, channels, groups, tile=tile)])
