"""Multiplications of whole convolutions, transposed or ordinary, by method, and as an answer.

Convention: only products of data and weight count. Constants inside a transform do not;
the transform of the filter is made beforehand; biases are left out.

Along one axis, an output o, an input i and a tap k meet where i·S + k·D − P = o, and in an ordinary
convolution where o·S + k·D − P = i: the same relation with input and output exchanged, so
that every count of the one is a count of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from math import gcd, prod

from dlcalc.errors import AnswerDiffersError, InputError, LimitError, ShapeError
from dlcalc.numbers.axes import as_whole, at_least, by_x, check_flags, count_axes, per_axis_from
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Padding, Pair, check_fits, make_axes
from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.commands.mults import algorithms, working
    from dlcalc.commands.mults.algorithms import Check
    from dlcalc.models.count import Count as ModelCount
    from dlcalc.numbers.axes import PerAxis
else:
    working = lazily("dlcalc.commands.mults.working")
    algorithms = lazily("dlcalc.commands.mults.algorithms")


def ends(line: Axis, output: int | None = None) -> Pair:
    """Columns of the side that steps, and of the side that it lands on."""
    output = line.output if output is None else output
    return (line.input, output) if line.transposed else (output, line.input)


def grid(line: Axis) -> tuple[int, int, int]:
    """What the kernel moves over: zeros before, the input with those between it, zeros after.

    Below 0 where columns go unused.

    >>> grid(Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1))
    (2, 7, 3)
    """
    reach, (before, after) = line.span - 1, line.pad
    if line.transposed:
        columns = (line.input - 1) * line.stride + 1
        return reach - before, columns, reach - after + line.output_padding
    return before, line.input, (line.output - 1) * line.stride + line.span - before - line.input


def column(line: Axis, output: int, tap: int) -> int | None:
    """The input column that a tap meets at an output, inside or not; None on a zero between.

    >>> [column(Axis(4, 5, 2, (2, 2), transposed=True), 0, k) for k in range(5)]
    [1, None, 0, None, -1]
    """
    if not line.transposed:
        return output * line.stride + tap * line.dilation - line.pad[0]
    found, off_grid = divmod(output + line.pad[0] - tap * line.dilation, line.stride)
    return None if off_grid else found


def meetings(line: Axis, output: int) -> list[tuple[int, int]]:
    """The taps that meet an input column at one output, as pairs (k, i).

    >>> line = Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1)
    >>> [len(meetings(line, o)) for o in range(8)]
    [2, 2, 3, 2, 3, 2, 2, 1]
    """
    met = ((k, column(line, output, k)) for k in range(line.kernel))
    return [(k, i) for k, i in met if i is not None and 0 <= i < line.input]


def outputs_on_grid(line: Axis, output: int | None = None) -> list[int]:
    """Outputs at which each tap k falls on no inserted zero: those o ≡ k·D − P (mod S).

    Their sum are the products that skip the inserted zeros, but not those at the edges.
    """
    _, kernel, stride, (before, _), dilation, _, _, _ = line
    last = (line.output if output is None else output) - 1
    return [(last - (k * dilation - before) % stride) // stride + 1 for k in range(kernel)]


def columns_met(line: Axis, k: int) -> int:
    """How many columns of the side that steps tap k takes inside the other.

    Their sum over the taps are the products in which a tap meets a column of the input itself.

    >>> line = Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1)
    >>> sum(columns_met(line, k) for k in range(5))
    17
    """
    met, _ = line.meeting(k)
    return int(met.stop - met.start)


def points(line: Axis) -> int:
    """The points of a Fourier transform of all that the kernel moves over: a power of two.

    >>> points(Axis(28, 5))
    32
    """
    return 1 << (sum(grid(line)) - 1).bit_length()


def spectral(sizes: Sequence[int]) -> int:
    """Real products of two spectra of real data of so many points an axis, powers of two.

    A frequency that is its own mirror image is real; of the others each pair is one complex
    product, in three real ones.

    >>> spectral([8]), spectral([8, 8])
    (11, 94)
    """
    own = prod(min(size, 2) for size in sizes)
    return own + 3 * (prod(sizes) - own) // 2


def make_lines(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = 1, pad: Padding = 0,
    output_padding: PerAxis = 0, dilation: PerAxis = 1, output: PerAxis | None = None,
    grid_pad: Padding | None = None, dims: int | None = None, conv: bool = False,
) -> tuple[Axis, ...]:
    """The axes of a transposed convolution, from PyTorch's parameters or from grid pads.

    `pad` is taken off the output, as in torch.nn.ConvTranspose2d; `output`, the size
    wanted, settles the output padding; `grid_pad`, in place of `pad` and written like
    it, counts the zeros around the zero-inserted input; [(2, 3)] is 2 before and 3 after.
    `conv` asks for an ordinary convolution. Raises InputError or ShapeError for values that
    cannot be.

    >>> make_lines(4, 5, 2, pad=2, output_padding=1)[0].output
    8
    >>> make_lines(4, 5, 2, grid_pad=[(2, 3)])[0].output
    8
    """
    check_flags(conv=conv)
    if dims is not None:
        at_least(1, "dims", (dims,))
        if dims > MOST_AXES:
            raise LimitError(f"dims {dims:,} is above {MOST_AXES}")
    if conv and (output is not None or grid_pad is not None):
        raise InputError("output and grid pad are for a transposed convolution")
    if grid_pad is not None:
        if pad != 0 or output_padding != 0 or output is not None:
            raise InputError(
                "grid pad settles the output: give it without pad, output padding and output"
            )
        return _on_grid(input, kernel, stride, dilation, grid_pad, dims)
    windows = make_axes(
        input, kernel, stride, pad, dilation, transposed=not conv, output_padding=output_padding,
        axes=dims if output is None else dims or count_axes(
            input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
            output_padding=output_padding, output=output,
        ),
    )
    if output is not None:
        windows = _reaching(windows, output, output_padding)
    for window in windows:
        check_fits(window)
    return windows


def _reaching(
    windows: tuple[Axis, ...], output: PerAxis, output_padding: PerAxis
) -> tuple[Axis, ...]:
    if output_padding != 0:
        raise InputError("output settles the output padding: give one of them")
    reaching = []
    outputs = per_axis_from(0, output, len(windows), "output")
    for window, wanted in zip(windows, outputs, strict=True):
        most = window.output + max(window.stride, window.dilation) - 1
        if not window.output <= wanted <= most:
            raise ShapeError(
                f"output {wanted} is out of reach: output padding makes "
                f"{window.output} to {most}"
            )
        reaching.append(window._replace(output_padding=wanted - window.output))
    return tuple(reaching)


def _on_grid(
    input: PerAxis, kernel: PerAxis, stride: PerAxis, dilation: PerAxis,
    grid_pad: Padding, dims: int | None,
) -> tuple[Axis, ...]:
    """Upsampling as a window of stride 1 that moves over the zero-inserted, padded input."""
    n = dims or count_axes(
        input=input, kernel=kernel, stride=stride, dilation=dilation, grid_pad=grid_pad
    )
    lengths, strides = per_axis_from(1, input, n, "input"), per_axis_from(1, stride, n, "stride")
    grids = [(length - 1) * step + 1 for length, step in zip(lengths, strides, strict=True)]
    made = []
    for window, length, step in zip(
        make_axes(grids, kernel, 1, grid_pad, dilation, axes=n), lengths, strides, strict=True
    ):
        check_fits(window)
        reach, (before, after) = window.span - 1, window.pad
        made.append(window._replace(
            input=length, stride=step, pad=(reach - before, reach - after), transposed=True
        ))
    return tuple(made)


class Rank(NamedTuple):
    """The fewest products of data and weight, as far as they are known."""

    lower: int
    """Fewer cannot do."""
    upper: int
    """So many do; equal to `lower` where the rank is known exactly."""

    def __str__(self) -> str:
        if self.lower == self.upper:
            return f"rank {self.lower}"
        return f"{self.lower} ≤ rank ≤ {self.upper}"


class Phase(NamedTuple):
    """y[c] = Σ x[a]·w[b] over a + b = c + low: a polynomial product, cropped and trimmed.

    Where `plain`, x and y change places.
    """

    inputs: int
    """Input columns that take part."""
    taps: int
    """Taps that take part, r."""
    outputs: int
    """Outputs that take part."""
    low: int
    """Coefficients of the product cropped before the first column that it lands on."""
    high: int
    """Coefficients of the product cropped after the last."""
    copies: int
    """Phases of this very shape side by side; above 1 only where the kernel is dilated."""
    first_input: int
    """Column of the input at which the first copy starts."""
    first_tap: int
    """Tap at which every copy starts."""
    first_output: int
    """Output at which the first copy starts. Each further copy: one on, and a stride on."""
    plain: bool = False
    """Whether it is one of an ordinary convolution."""

    @property
    def sides(self) -> Pair:
        """Columns that step, n, and columns that they land on, m = n + r − 1 − low − high."""
        return (self.outputs, self.inputs) if self.plain else (self.inputs, self.outputs)

    def counts(self, tile: int = 1) -> tuple[int, int, int]:
        """Multiplications of zero-skipping, of one Toom–Cook tile, and in tiles of `tile` outputs.

        A product of each input and tap that meet; the two smallest of n, r, m, less 1; and
        ⌈m/t⌉·(t + r − 1) of Winograd's F(t, r).
        """
        inputs, taps, outputs, low, high, _, _, _, _, plain = self
        cropped = low * (low + 1) + high * (high + 1)
        return (
            (outputs if plain else inputs) * taps - cropped // 2,
            inputs + taps + outputs - max(inputs, taps, outputs) - 1,
            -(-outputs // tile) * (tile + taps - 1),
        )

    @property
    def products(self) -> int:
        """Products of one input and one tap: the multiplications of zero-skipping."""
        return self.counts()[0]

    @property
    def winograd(self) -> int:
        """Multiplications of one Toom–Cook tile."""
        return self.counts()[1]

    @property
    def rank(self) -> Rank:
        """The fewest products, over the rationals and the reals.

        At least n + r − 1 − min(low, high), at most those of one Toom–Cook tile. The
        tridiagonal phase (three taps, N inputs and outputs, one coefficient cropped at either
        end, or the same with the three in other places) needs N + 2 from N = 4 on, and 4
        where N = 3.

        >>> print(Phase(4, 3, 4, 1, 1, 1, 0, 0, 0).rank)
        rank 6
        >>> print(Phase(5, 4, 5, 2, 1, 1, 0, 0, 0).rank)
        7 ≤ rank ≤ 8
        """
        lower = self.sides[0] + self.taps - 1 - min(self.low, self.high)
        three, n, also_n = sorted((self.inputs, self.taps, self.outputs))
        if three == 3 and n == also_n and lower == n + 1:
            return Rank(4, 4) if n == 3 else Rank(n + 2, n + 2)
        return Rank(lower, self.winograd)


def steps(line: Axis) -> tuple[int, int, int]:
    """Columns from one to the next of a phase: of the side that steps, of taps, of landings.

    With g = gcd(S, D): D/g, S/g and lcm(S, D).
    """
    g = gcd(line.stride, line.dilation)
    return line.dilation // g, line.stride // g, line.stride * line.dilation // g


def phases(line: Axis, output: int | None = None) -> tuple[Phase, ...]:
    """Independent short filters: classes i ≡ α (mod D/g), k ≡ β (mod S/g) with g = gcd(S, D).

    i = a·D/g + α and k = b·S/g + β land on o = (a + b)·lcm(S, D) + S·α + D·β − P and on
    nothing of another class. Those that reach an output, at most four shapes for each β; the
    `output` of the line is worked out where it is not given.

    >>> for phase in phases(Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1)):
    ...     print(phase.inputs, phase.taps, phase.outputs, phase.products, phase.winograd)
    4 3 4 10 6
    4 2 4 7 5
    """
    by, sides = steps(line), ends(line, output)
    classes = min(by[0], sides[0])
    found = []
    for beta in range(min(by[1], line.kernel)):
        cuts: Sequence[int] = (0, classes)
        if classes > 1:
            changes = _shape_changes(line, by, sides, beta)
            cuts = sorted({*cuts, *(cut for cut in changes if 0 < cut < classes)})
        for alpha, end in pairwise(cuts):
            phase = _phase(line, by, sides, alpha, beta, end - alpha)
            if phase:
                found.append(phase)
    return tuple(found)


def _coefficients(shift: int, step: int, lands: int) -> Pair:
    """First and last a + b of a class that lie on the other side, 0 landing at `shift`."""
    return -(shift // step), (lands - 1 - shift) // step


def _shape_changes(
    line: Axis, by: tuple[int, int, int], sides: Pair, beta: int
) -> tuple[int, int, int]:
    """The α from which a class has a column less, a first or a last landing sooner.

    S·α stays below lcm(S, D), so that each of these changes at most once.
    """
    stepping, _, step = by
    shift = line.dilation * beta - line.pad[0]
    first, last = _coefficients(shift, step, sides[1])
    sooner = -((shift + (first - 1) * step) // line.stride)
    shorter = (sides[1] - 1 - shift - last * step) // line.stride + 1
    return sides[0] % stepping, sooner, shorter


def _phase(
    line: Axis, by: tuple[int, int, int], sides: Pair, alpha: int, beta: int, copies: int
) -> Phase | None:
    _, kernel, stride, (before, _), dilation, transposed, _, _ = line
    stepping, tap_step, step = by
    n = -(-(sides[0] - alpha) // stepping)
    taps = -(-(kernel - beta) // tap_step)
    shift = stride * alpha + dilation * beta - before
    first, last = _coefficients(shift, step, sides[1])
    first, last = (first if first > 0 else 0), (last if last < n + taps - 1 else n + taps - 2)
    if last < first:
        return None
    a, last_a = (first - taps + 1 if first >= taps else 0), (last if last < n else n - 1)
    b, last_b = (first - n + 1 if first >= n else 0), (last if last < taps else taps - 1)
    # The side that steps, then the side that it lands on: how many, and from where.
    inputs, first_input = last_a - a + 1, a * stepping + alpha
    outputs, first_output = last - first + 1, first * step + shift
    if not transposed:
        inputs, first_input, outputs, first_output = outputs, first_output, inputs, first_input
    return tuple.__new__(Phase, (
        inputs, last_b - b + 1, outputs, first - a - b, last_a + last_b - last, copies,
        first_input, b * tap_step + beta, first_output, not transposed,
    ))


def columns_of(line: Axis, phase: Phase, copy: int = 0) -> tuple[range, range, range]:
    """Where a copy of a phase lies on its axis: columns of the input, taps, outputs."""
    stepping, tap_step, step = steps(line)
    strides = ((stepping, copy), (step, copy * line.stride))
    (x_step, x_on), (y_step, y_on) = strides if line.transposed else strides[::-1]

    def run(first: int, by: int, count: int) -> range:
        return range(first, first + by * count, by)

    return (
        run(phase.first_input + x_on, x_step, phase.inputs),
        run(phase.first_tap, tap_step, phase.taps),
        run(phase.first_output + y_on, y_step, phase.outputs),
    )


_EXERCISE = {(4, 4, 3, 1), (4, 4, 2, 0)}
"""The phases of 4 columns to 8 by 5 taps, as (n, m, r, the smaller crop)."""
_EXERCISE_PAIR = Rank(76, 117)
"""Its channel pair in two dimensions: an algorithm of 117 products is known."""


def pair_rank(axes: Sequence[Sequence[Phase]]) -> Rank:
    """The fewest products of a channel pair, all phases at once, as far as they are known.

    At most the ranks of the phases added up and multiplied over the axes (nesting). On
    one axis at least the rank of one phase and a product for each column that the others
    land on (substitution: those are linearly independent and vanish with what lands
    there); on several, a product for each column that a tap reaches.

    >>> line = phases(Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1))
    >>> print(pair_rank([line]), pair_rank([line, line]), sep="; ")
    10 ≤ rank ≤ 11; 76 ≤ rank ≤ 117
    """
    shapes = [{(*p.sides, p.taps, min(p.low, p.high)) for p in line} for line in axes]
    if shapes == [_EXERCISE] * 2 and [*map(len, axes)] == [2, 2]:
        return _EXERCISE_PAIR
    upper = prod(sum(phase.rank.upper * phase.copies for phase in line) for line in axes)
    lower = prod(sum(phase.sides[1] * phase.copies for phase in line) for line in axes)
    if len(axes) == 1:
        lower += max((phase.rank.lower - phase.sides[1] for phase in axes[0]), default=0)
    return Rank(lower, upper)


TILE = 4
"""Outputs of a Winograd tile that is still usable in floating point."""
MOST_TAPS = 100_000
MOST_AXES = 64
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
    pair = type(channels) is tuple or isinstance(channels, Sequence)
    if not pair or len(channels) != 2:
        raise InputError(f"channels {channels!r} are not two: input and output channels")
    at_least(1, "channels", channels)
    at_least(1, "groups", (groups,))
    at_least(1, "tile", (tile,))
    for count in channels:
        if count % groups:
            raise InputError(f"{groups} groups do not divide {count} channels")
    inputs, outputs, groups, tile = map(as_whole, (*channels, groups, tile))
    lines, per_axis, lengths, lands, last, new = [], [], [], [], None, tuple.__new__
    for axis in axes:
        if axis != last:  # alike axes are counted once
            if axis.kernel > MOST_TAPS:
                raise LimitError(f"kernel {axis.kernel} is above {MOST_TAPS} taps on one axis")
            last, output = axis, axis.output
            line = phases(axis, output)
            counts = _line_counts(axis, output, line, tile)
        lengths.append(axis.input)
        lands.append(output)
        lines.append(line)
        per_axis.append(counts)
    plain = not axes[0].transposed
    met = inputs * outputs // groups if pairs is None else pairs
    names = (*(CONV[:-2] if plain else TRANSPOSED[:-1]), f"winograd_tile{tile}")
    methods = {}
    for method, lengthwise in zip(names, zip(*per_axis)):  # noqa: B905 - all know all methods
        pair = prod(lengthwise)
        methods[method] = new(Count, (lengthwise, pair, pair * met))
    if plain:
        sizes = [points(axis) for axis in axes]
        each = spectral(sizes)
        methods["fft"] = Count(tuple(spectral([size]) for size in sizes), each, each * met)
    return new(Stage, (
        name or f"{by_x(lengths)}→{by_x(lands)}",
        tuple(axes), (inputs, outputs), groups, met, tile, methods, tuple(lines),
    ))


def _line_counts(axis: Axis, output: int, line: Sequence[Phase], tile: int) -> tuple[int, ...]:
    """The counts of one line along an axis by all methods, but for fft."""
    skipping = winograd = tiled = 0
    for phase in line:
        products, whole, tiles = phase.counts(tile)
        skipping += products * phase.copies
        winograd += whole * phase.copies
        tiled += tiles * phase.copies
    dense = output * axis.kernel  # a kernel that moves over zeros and all
    if axis.transposed:
        return dense, sum(outputs_on_grid(axis, output)), skipping, winograd, tiled
    return dense, skipping, winograd, tiled


def add_up(stages: Sequence[Stage]) -> Multiplications:
    """The stages, of which there is at least one, with their total by method."""
    total = {method: count.total for method, count in stages[0].methods.items()}
    for stage in stages[1:]:
        for method, count in stage.methods.items():
            total[method] += count.total
    return tuple.__new__(Multiplications, (tuple(stages), total))


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


PHASE = ("inputs", "taps", "outputs", "copies", "products", "winograd", "rank")
"""What is told of a phase."""
VERIFIED = ("stage", "method", "counted", "executed", "outputs")
PROOF = "Verified by running: one channel pair on exact rationals"
MOST_PHASES = 40
"""Rows of phases that people see; the formats for programs have them all."""
FIELDS = (
    "input", "kernel", "stride", "pad", "output_padding", "dilation", "output", "grid_pad",
    "channels", "groups", "dims",
)
"""What records may hold."""


class MultsRun(Run[Multiplications]):
    """Count, and fail where an algorithm that was run disagrees."""

    shows_matrices = False

    def run(self) -> None:
        """The whole way, or that of records on standard input."""
        whole = {"input", "kernel"} <= self.options.keys()
        if not self.options["model"] and not whole and self.out.piped:
            from dlcalc.shell.records import record_names, run_records

            if names := record_names(FIELDS):
                for name in {"conv", "tile"}.intersection(names):
                    raise InputError(f"{name} is of all records: give it as --{name}")
                given = {
                    name: each for name, each in self.options.items()
                    if name not in ("model", "matrices")
                }
                methods = [each.replace("_tile", f"_tile{given.get('tile', TILE)}")
                           for each in (CONV if given.get("conv") else TRANSPOSED)]
                run_records(self.out, given, FIELDS, ("output", *methods), _totals)
                return
        super().run()

    def read(self) -> dict[str, Any]:
        """One stage by its sizes, or the words of a model, which may stand on stdin."""
        words: Sequence[str] = self.options.pop("model")
        self.shows_matrices = self.options.pop("matrices")
        given = self.options.keys() - {"tile", "conv"}
        if not words and not {"input", "kernel"} & given and not self.out.piped:
            example, stride = {**self.example()}, self.options.get("stride")
            # What settles the output is not said twice, and a stride of 1 has no room for padding.
            settled = {"output", "grid_pad", "conv"} & self.options.keys()
            if settled or 1 in (stride if isinstance(stride, tuple) else (stride,)):
                del example["output_padding"]
            if "grid_pad" in given:
                del example["pad"]
            return example
        if not given:
            return {"words": words or ("-",)}
        if words:
            raise InputError(f"{words[0]} has sizes of its own: give it, or --input and --kernel")
        for name in ("input", "kernel"):
            if name not in given:
                raise InputError(f"no {name} size: a stage by its sizes wants --input and --kernel")
        return {}

    def calculate(self, words: Sequence[str] = (), **given: Any) -> Multiplications:
        """The counts of the stage, or of every stage of the model."""
        if not words:
            return super().calculate(**given)
        from dlcalc.models.count import params
        from dlcalc.models.reading import model

        found = model(*words)
        if found.input is None:
            raise InputError("the size of the input is not known: begin with a line as input 8x4x4")
        conv = self.options.get("conv", False)
        result = count_model(params(found), self.options.get("tile", TILE), conv)
        if result.stages[0].plain and not conv:
            self.notes.append("there is no transposed convolution: these are the ordinary ones")
        return result

    def checked(self, result: Multiplications) -> Sequence[Sequence[Check]]:
        """Every algorithm run, stage by stage."""
        algorithms.check_cost(result.stages)
        return [algorithms.verify(stage) for stage in result.stages]

    def answer(self, result: Multiplications) -> Answer:
        """The counts, with the matrices and the runs of the algorithms.

        Programs get one table of all stages, people a narrow one of each.
        """
        record: dict[str, Any] = {
            "stages": [_stage_record(stage) for stage in result.stages],
            "total": dict(result.total),
            "multiplications": result.total[result.headline],
        }
        complete = self.out.format.complete
        counts = [_counts(result)] if complete else stage_tables(result)
        blocks: list[Block] = [*counts, phases_table(result)]
        if self.shows_matrices:
            once: dict[tuple[str, str], algorithms.Bilinear] = {}
            for entry, stage in zip(record["stages"], result.stages, strict=True):
                named = algorithms.matrices(stage)
                entry["matrices"] = [_matrices_record(*each) for each in named.items()]
                once |= named
            blocks += [
                Values([[str(v) for v in row] for row in matrix], f"{method}, {name}: {letter}")
                for (method, name), a in once.items()
                for letter, matrix in (("Aᵀ", a.output), ("G", a.weight), ("Bᵀ", a.data))
            ]
        if self.checks is not None:
            for entry, run in zip(record["stages"], self.checks, strict=True):
                entry["verified"] = [check._asdict() for check in run]
            runs = [
                [stage.name, *check[:3], "equal" if check.outputs_agree else "differ"]
                for stage, run in zip(result.stages, self.checks, strict=True) for check in run
            ]
            blocks.append(Table(VERIFIED, runs, PROOF))
        return Answer(
            record, blocks, main="multiplications", whole=True,
            working=partial(working.mults_steps, result),
            element=lambda field, index: working.field_step(result, field),
            advice=lambda field, expected: working.advice(result, expected) if (
                field[0] != "stages" or "methods" in field) else "",
        )

    def refuse(self, checks: Sequence[Sequence[Check]]) -> None:
        """AnswerDiffersError where an algorithm takes another number of products."""
        for check in (each for run in checks for each in run):
            if not check.holds:
                raise AnswerDiffersError(
                    f"{check.method}: {check.counted} counted, {check.executed} executed, "
                    f"outputs {'agree' if check.outputs_agree else 'differ'}"
                )


def _totals(**given: Any) -> dict[str, Any]:
    """What is told of a record: its output, and its count by every method."""
    result = mults(**given)
    [stage] = result.stages
    output = stage.output if len(stage.output) > 1 else stage.output[0]
    return {"output": output, **result.total}


def _stage_record(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "input": [axis.input for axis in stage.axes],
        "output": list(stage.output),
        "kernel": [axis.kernel for axis in stage.axes],
        "channels": list(stage.channels),
        "groups": stage.groups,
        "methods": {method: count._asdict() for method, count in stage.methods.items()},
        "rank": list(stage.rank),
        "phases": [
            {"axis": axis, **{name: getattr(phase, name) for name in PHASE}}
            for axis, line in enumerate(stage.phases)
            for phase in line
        ],
    }


def _counts_by_method(stage: Stage) -> dict[str, list[int]]:
    """The counts by method of a line on each axis, or on any where they are alike, of a pair,
    of all."""
    counts = stage.methods.values()
    parts = {f"axis{i}": [count.per_axis[i] for count in counts] for i in range(len(stage.axes))}
    if len(set(stage.axes)) == 1:
        parts = {"line": parts["axis0"]}
    if len(stage.axes) > 1:
        parts["pair"] = [count.per_pair for count in counts]
    if stage.pairs > 1:
        parts["stage"] = [count.total for count in counts]
    return parts


def _counts(result: Multiplications) -> Table:
    """A row for a line of a stage, for its channel pair and for all of it; a method a column."""
    rows: list[list[Any]] = [
        [stage.name, list(stage.output), ":".join(map(str, stage.channels)), part, *counts]
        for stage in result.stages for part, counts in _counts_by_method(stage).items()
    ]
    if len(result.stages) > 1:
        rows.append(["total", None, None, "all", *result.total.values()])
    return Table(["stage", "output", "channels", "for", *result.total], rows, "Multiplications")


def stage_tables(result: Multiplications) -> list[Table]:
    """The counts of each stage, then the sum over all; the convention under the last."""
    tables = []
    for stage in result.stages:
        parts = _counts_by_method(stage)
        rows = [list(row) for row in zip(stage.methods, *parts.values(), strict=True)]
        headers = [part.replace("axis", "axis ") for part in parts]
        sizes = f"{by_x([axis.input for axis in stage.axes])}→{by_x(stage.output)}"
        name = sizes if stage.name == sizes else f"{stage.name}: {sizes}"
        groups = f" in {stage.groups} groups" if stage.groups > 1 else ""
        title = (
            f"{name}, kernel {by_x([axis.kernel for axis in stage.axes])}, "
            f"{stage.channels[0]}→{stage.channels[1]} channels{groups}"
        )
        nested = stage.methods["winograd"].per_pair
        rank = f"the fewest products of a channel pair: {stage.rank}"
        if len(stage.axes) > 1 and stage.rank.lower < nested:  # no minimum in 2-D
            rank += f"; {nested} is nested Winograd, an upper bound"
        tables.append(Table(["method", *headers], rows, title, [rank]))
    if len(tables) > 1:
        rows = [[method, count] for method, count in result.total.items()]
        tables.append(Table(["method", "total"], rows, f"All {len(tables)} stages"))
    notes = [
        "direct, the headline, is the definition, zeros of the padding among its products; fft "
        "transforms all that the kernel moves over, to a power of two."
        if result.stages[0].plain else "zero_skip, the headline, skips every product with a zero.",
        CONVENTION,
        "line: along one axis; pair: one input with one output channel; stage: all pairs.",
    ]
    return [*tables[:-1], tables[-1]._replace(footnotes=[*tables[-1].footnotes, *notes])]


def phases_table(result: Multiplications) -> Table:
    """The phases of every stage, those of one shape in one row."""
    rows: list[list[Any]] = []
    drawn: list[list[Any]] = []
    for stage in result.stages:
        name = f"{stage.name} " if len(result.stages) > 1 else ""
        for line in dict.fromkeys(stage.phases):
            axes = ",".join(str(i) for i, other in enumerate(stage.phases) if other == line)
            where = "" if len(set(stage.phases)) == 1 else f"axis {axes} "
            for cells, alike in _alike(line).items():
                rows.append([stage.name, axes, alike, *cells])
                drawn.append([f"{name}{where}×{alike}", *cells])
    shapes = ["inputs", "taps", "outputs", "products", "winograd", "rank"]
    title = "Phases: independent short filters"
    left_out = len(drawn) - MOST_PHASES
    notes = [
        *[f"{left_out} more rows left out; csv and json have every phase"] * (left_out > 0),
        "rank: the fewest products; one number where it is proved exactly.",
    ]
    return Table(
        ["stage", "axis", "phases", *shapes], rows, title,
        drawn=lambda: Table(["phases", *shapes], drawn[:MOST_PHASES], title, notes),
    )


def _alike(line: Sequence[Phase]) -> dict[tuple[Any, ...], int]:
    shapes: dict[tuple[Any, ...], int] = {}
    for p in line:
        lower, upper = p.rank
        rank = str(lower) if lower == upper else f"{lower}..{upper}"
        shape = (p.inputs, p.taps, p.outputs, p.products, p.winograd, rank)
        shapes[shape] = shapes.get(shape, 0) + p.copies
    return shapes


def _matrices_record(named: tuple[str, str], algorithm: Any) -> dict[str, Any]:
    return {
        "method": named[0], "name": named[1], "products": algorithm.products,
        **{
            key: [[int(v) if v.denominator == 1 else str(v) for v in row]
                  for row in getattr(algorithm, key)]
            for key in ("output", "weight", "data")
        },
    }

