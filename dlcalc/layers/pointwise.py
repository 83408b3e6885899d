"""Layers without products: activations and dropout, and what moves elements about."""

from __future__ import annotations

from math import prod

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, number, spatial, steps_and_width, whole
from dlcalc.numbers.axes import PerAxisValue, at_least, by_x, per_axis
from dlcalc.numbers.sizes import Axis
from dlcalc.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def identity(shape: Shape) -> Counted:
    """What comes in goes out.

    >>> identity((6, 28, 28)).output
    (6, 28, 28)
    """
    return Counted(shape)


relu = relu6 = selu = gelu = silu = mish = identity
sigmoid = hard_sigmoid = hard_swish = tanh = softplus = identity


def leaky_relu(shape: Shape, slope: float = 0.01) -> Counted:
    """A relu that lets `slope` of the negative side through.

    >>> leaky_relu((8,), 0.2).output
    (8,)
    """
    number("slope", slope)
    return Counted(shape)


def elu(shape: Shape, alpha: float = 1.0) -> Counted:
    """The exponential linear unit, −alpha at its lowest.

    >>> elu((8,)).output
    (8,)
    """
    number("alpha", alpha)
    return Counted(shape)


def prelu(shape: Shape, slopes: int = 1) -> Counted:
    """A leaky relu with a learned slope, one in all or one a channel.

    >>> prelu((64, 8, 8), 64).weights
    64
    """
    if whole("slopes", slopes) not in (1, shape[0]):
        raise ShapeError(f"slopes {slopes} is neither 1 nor the {shape[0]} channels")
    return Counted(shape, slopes)


def dropout(shape: Shape, rate: float = 0.5) -> Counted:
    """Elements set to zero at random while training.

    >>> dropout((4096,)).output
    (4096,)
    """
    if not 0 <= number("rate", rate) <= 1:
        raise InputError(f"rate {rate} is not between 0 and 1")
    return Counted(shape)


def softmax(shape: Shape) -> Counted:
    """Positive numbers of sum 1: over the channels of an image, else over the last axis.

    >>> softmax((10,)).output
    (10,)
    """
    return Counted(shape, mixes=(0 if len(shape) > 2 else len(shape) - 1,))


log_softmax = softmax


def prelu_values(run: Pass, x: Node, slopes: int) -> Node:
    """x above 0, else w·x."""
    slope = run.parameter("weight", (slopes,), run.fact("start of prelu", 0.25))
    held = run.by_channel(slope) if slopes > 1 else slope
    return run.do("prelu", x, held, bend=run.fact("prelu at 0", None))


def dropout_values(run: Pass, x: Node, rate: float) -> Node:
    """x ⊙ mask/(1 − rate) while training."""
    if not run.store.training or not rate:
        return run.do("move", x)
    kept = run.do("mul", x, run.mask(rate), part="kept")
    return run.do("div", kept, run.constant(1 - rate)) if rate < 1 else kept


def softmax_values(run: Pass, x: Node) -> Node:
    """eˣ/Σ eˣ, or x − ln Σ eˣ."""
    return run.do(run.type, x, axis=1 if len(run.shape) > 2 else len(run.shape))


log_softmax_values = softmax_values


def flatten(shape: Shape) -> Counted:
    """All elements in one row.

    >>> flatten((16, 5, 5)).output
    (400,)
    """
    row = (prod(shape),)
    return Counted(row, lies=(0,) * len(shape), stored=False, moves={"shape": (-1, *row)})


def reshape(shape: Shape, to: PerAxisValue) -> Counted:
    """The same elements in another shape.

    >>> reshape((16384,), (1024, 4, 4)).output
    (1024, 4, 4)
    >>> reshape((6, 4), (-1, 8)).output
    (3, 8)
    """
    wanted = to if isinstance(to, tuple) else (to,)
    if wanted.count(-1) == 1 and 0 not in wanted:  # what is left
        wanted = tuple(prod(shape) // -prod(wanted) if n == -1 else n for n in wanted)
    at_least(1, "size", wanted)
    if prod(wanted) != prod(shape):
        raise ShapeError(
            f"input is {by_x(shape)}, {prod(shape):,} elements; "
            f"{by_x(wanted)} has {prod(wanted):,}"
        )
    lies = (None,) * len(shape)
    return Counted(wanted, lies=lies, stored=False, moves={"shape": (-1, *wanted)})


def sequence(shape: Shape) -> Counted:
    """CxHxW as a sequence of H·W vectors of C, as vision transformers read an image.

    >>> sequence((768, 14, 14)).output
    (196, 768)
    """
    channels, sizes = spatial(shape, "sequence")
    return Counted((prod(sizes), channels), lies=(1, *(0 for _ in sizes)), stored=False)


def transpose(shape: Shape) -> Counted:
    """TxD as DxT, or the other way round.

    >>> transpose((80, 3000)).output
    (3000, 80)
    """
    rows, columns = steps_and_width(shape, "transpose")
    return Counted((columns, rows), lies=(1, 0), stored=False, moves={"axes": (0, 2, 1)})


def crop(shape: Shape, size: PerAxisValue) -> Counted:
    """The middle of each axis behind the channels.

    >>> crop((512, 64, 64), 56).output
    (512, 56, 56)
    """
    _, sizes = spatial(shape, "a crop")
    wanted = per_axis(size, len(sizes), "size")
    at_least(1, "size", wanted)
    if any(size > length for size, length in zip(wanted, sizes, strict=True)):
        raise ShapeError(f"input is {by_x(shape)}; {by_x(wanted)} cannot be cut out of it")
    starts = [(length - size) // 2 for length, size in zip(sizes, wanted, strict=True)]
    lines = list(zip(sizes, wanted, starts, strict=True))
    axes = tuple(Axis(length, 1, pad=(-at, size - length + at)) for length, size, at in lines)
    inner = (slice(at, at + size) for _, size, at in lines)
    return Counted((shape[0], *wanted), windows=axes, stored=False,
                   moves={"window": (slice(None), slice(None), *inner)})


def select(shape: Shape, step: int) -> Counted:
    """One vector of a sequence: 0 the first, −1 the last.

    >>> select((197, 768), 0).output
    (768,)
    """
    steps, width = steps_and_width(shape, "select")
    if isinstance(step, bool) or not isinstance(step, int):
        raise InputError(f"step {step!r} is not a whole number")
    if not -steps <= step < steps:
        raise ShapeError(f"input is {by_x(shape)}; step {step} is not among its {steps}")
    window = slice(None), step
    return Counted((width,), lies=(None, 0), stored=False, moves={"window": window})


def sequence_values(run: Pass, x: Node) -> Node:
    """The channels of each position side by side."""
    rows = run.do("move", x, shape=(-1, run.shape[0], prod(run.shape[1:])), part="rows")
    return run.do("move", rows, axes=(0, 2, 1))
