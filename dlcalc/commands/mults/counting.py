"""Multiplications of whole convolutions, transposed or ordinary, by method.

Convention: only products of data and weight count. Constants inside a transform do not;
the transform of the filter is made beforehand; biases are left out.

Along one axis, an output o, an input i and a tap k meet where i·S + k·D − P = o, and in an ordinary
convolution where o·S + k·D − P = i: the same relation with input and output exchanged, so
that every count of the one is a count of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import gcd, prod

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.axes import as_whole, at_least, by_x, check_flags, count_axes, per_axis_from
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Padding, Pair, check_fits, make_axes
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.models.count import Count as ModelCount
    from dlcalc.numbers.axes import PerAxis


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
    if output is not None:
        dims = dims or count_axes(
            input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
            output_padding=output_padding, output=output,
        )
    windows = make_axes(
        input, kernel, stride, pad, dilation, not conv, output_padding, axes=dims
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


def method_names(plain: bool, tile: int) -> list[str]:
    """The methods by which a convolution is counted, in their order.

    >>> method_names(plain=True, tile=4)
    ['direct', 'zero_skip', 'winograd', 'winograd_tile4', 'fft']
    """
    if plain:
        return ["direct", "zero_skip", "winograd", f"winograd_tile{tile}", "fft"]
    return ["dense", "polyphase", "zero_skip", "winograd", f"winograd_tile{tile}"]


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
    inputs, outputs, groups, tile = _checked_numbers(channels, groups, tile)
    met = inputs * outputs // groups if pairs is None else pairs
    lines: list[_Line] = []
    for axis, before in zip(axes, (None, *axes)):  # noqa: B905 - alike axes are counted once
        lines.append(lines[-1] if axis == before else _count_line(axis, tile))
    lands, found, counts = zip(*lines, strict=True)
    plain = not axes[0].transposed
    methods: dict[str, Count] = {}
    for method, per_axis in zip(method_names(plain, tile), zip(*counts)):  # noqa: B905 - but fft
        pair = prod(per_axis)
        methods[method] = tuple.__new__(Count, (per_axis, pair, pair * met))
    if plain:
        methods["fft"] = _count_fourier(axes, met)
    return tuple.__new__(Stage, (
        name or f"{by_x([axis.input for axis in axes])}→{by_x(lands)}",
        tuple(axes), (inputs, outputs), groups, met, tile, methods, found,
    ))


def _checked_numbers(
    channels: Sequence[int], groups: int, tile: int
) -> tuple[int, int, int, int]:
    """Input and output channels, groups and tile; InputError where they cannot be."""
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
    return inputs, outputs, groups, tile


_Line = tuple[int, tuple[Phase, ...], tuple[int, ...]]
"""The output along an axis, its phases, and the counts by all methods, but for fft."""


def _count_line(axis: Axis, tile: int) -> _Line:
    """One line along an axis, counted."""
    if axis.kernel > MOST_TAPS:
        raise LimitError(f"kernel {axis.kernel} is above {MOST_TAPS} taps on one axis")
    output = axis.output
    found = phases(axis, output)
    skipping = winograd = tiled = 0
    for phase in found:
        products, whole, tiles = phase.counts(tile)
        skipping += products * phase.copies
        winograd += whole * phase.copies
        tiled += tiles * phase.copies
    dense = output * axis.kernel  # a kernel that moves over zeros and all
    on_grid = (sum(outputs_on_grid(axis, output)),) if axis.transposed else ()
    return output, found, (dense, *on_grid, skipping, winograd, tiled)


def _count_fourier(axes: Sequence[Axis], pairs: int) -> Count:
    """The count by the product of spectra, which all axes have together."""
    sizes = [points(axis) for axis in axes]
    pair = spectral(sizes)
    return Count(tuple([spectral([size]) for size in sizes]), pair, pair * pairs)


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
    from dlcalc.layers.table import handler

    transposed = not conv and any(row.type == "conv_transpose" for row in count.rows)
    kinds = ("conv_transpose",) if transposed else ("conv", "dwconv")
    stages = []
    for row in count.rows:
        if row.type not in kinds:
            continue
        given: Any = row.arguments
        counted = handler(row.type)(row.input, **given)
        pairs = counted.weights // prod(window.kernel for window in counted.windows)
        groups = row.input[0] if row.type == "dwconv" else given.get("groups", 1)
        channels = row.input[0], row.output[0]
        stages.append(count_stage(counted.windows, channels, groups, row.name, tile, pairs))
    if not stages:
        raise InputError(f"no {'ordinary ' * conv}convolution in it").at(count.model or "model")
    return add_up(stages)
