"""Layers without products: activations and dropout, and what moves elements about."""

from __future__ import annotations

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import (
    Counted,
    PerAxisValue,
    Shape,
    product,
    spatial,
    steps_and_width,
    whole,
)
from dlcalc.numbers.axes import at_least, by_x, per_axis
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
    _number("slope", slope)
    return Counted(shape)


def elu(shape: Shape, alpha: float = 1.0) -> Counted:
    """The exponential linear unit, −alpha at its lowest.

    >>> elu((8,)).output
    (8,)
    """
    _number("alpha", alpha)
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
    if not 0 <= _number("rate", rate) <= 1:
        raise InputError(f"rate {rate} is not between 0 and 1")
    return Counted(shape)


def softmax(shape: Shape) -> Counted:
    """Positive numbers of sum 1: over the channels of an image, else over the last axis.

    >>> softmax((10,)).output
    (10,)
    """
    return Counted(shape, mixes=(0 if len(shape) > 2 else len(shape) - 1,))


log_softmax = softmax


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} {value!r} is not a number")
    return value


def identity_values(run: Pass, x: Node) -> Node:
    """What comes in."""
    return run.do("move", x)


def prelu_values(run: Pass, x: Node, slopes: int) -> Node:
    """x above 0, else w·x."""
    slope = run.parameter("weight", (slopes,), run.fact("start of prelu", 0.25))
    held = run.by_channel(slope) if slopes > 1 else slope
    return run.do("prelu", x, held, bend=run.fact("prelu at 0", None))


def dropout_values(run: Pass, x: Node, rate: float) -> Node:
    """x ⊙ mask/(1 − rate) while training."""
    if not run.training or not rate:
        return run.do("move", x)
    kept = run.do("mul", x, run.mask(rate), part="kept")
    return run.do("div", kept, run.constant(1 - rate)) if rate < 1 else kept


def softmax_values(run: Pass, x: Node, rule: str = "softmax") -> Node:
    """eˣ/Σ eˣ."""
    return run.do(rule, x, axis=1 if len(run.shape) > 2 else len(run.shape))


def log_softmax_values(run: Pass, x: Node) -> Node:
    """x − ln Σ eˣ."""
    return softmax_values(run, x, "log_softmax")


def flatten(shape: Shape) -> Counted:
    """All elements in one row.

    >>> flatten((16, 5, 5)).output
    (400,)
    """
    return Counted((product(shape),), lies=(0,) * len(shape), stored=False)


def reshape(shape: Shape, to: PerAxisValue) -> Counted:
    """The same elements in another shape.

    >>> reshape((16384,), (1024, 4, 4)).output
    (1024, 4, 4)
    """
    wanted = to if isinstance(to, tuple) else (to,)
    at_least(1, "size", wanted)
    if product(wanted) != product(shape):
        raise ShapeError(
            f"input is {by_x(shape)}, {product(shape):,} elements; "
            f"{by_x(wanted)} has {product(wanted):,}"
        )
    return Counted(wanted, lies=(None,) * len(shape), stored=False)


def sequence(shape: Shape) -> Counted:
    """CxHxW as a sequence of H·W vectors of C, as vision transformers read an image.

    >>> sequence((768, 14, 14)).output
    (196, 768)
    """
    channels, sizes = spatial(shape, "sequence")
    return Counted(
        (product(sizes), channels), lies=(1, *(0 for _ in sizes)), stored=False
    )


def transpose(shape: Shape) -> Counted:
    """TxD as DxT, or the other way round.

    >>> transpose((80, 3000)).output
    (3000, 80)
    """
    rows, columns = steps_and_width(shape, "transpose")
    return Counted((columns, rows), lies=(1, 0), stored=False)


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
    axes = tuple(
        Axis(length, 1, pad=(-((length - size) // 2), size - length + (length - size) // 2))
        for length, size in zip(sizes, wanted, strict=True)
    )
    return Counted((shape[0], *wanted), windows=axes, stored=False)


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
    return Counted((width,), lies=(None, 0), stored=False)


def flatten_values(run: Pass, x: Node) -> Node:
    """One row an example."""
    return run.do("move", x, shape=(-1, product(run.shape)))


def reshape_values(run: Pass, x: Node, to: PerAxisValue) -> Node:
    """The same elements, row by row."""
    return run.do("move", x, shape=(-1, *(to if isinstance(to, tuple) else (to,))))


def sequence_values(run: Pass, x: Node) -> Node:
    """The channels of each position side by side."""
    rows = run.do("move", x, shape=(-1, run.shape[0], product(run.shape[1:])), part="rows")
    return run.do("move", rows, axes=(0, 2, 1))


def transpose_values(run: Pass, x: Node) -> Node:
    """Rows for columns."""
    return run.do("move", x, axes=(0, 2, 1))


def crop_values(run: Pass, x: Node, size: PerAxisValue) -> Node:
    """The middle."""
    sizes = per_axis(size, len(run.shape) - 1, "size")
    starts = [(length - each) // 2 for length, each in zip(run.shape[1:], sizes, strict=True)]
    inner = (slice(start, start + each) for start, each in zip(starts, sizes, strict=True))
    return run.do("move", x, window=(slice(None), slice(None), *inner))


def select_values(run: Pass, x: Node, step: int) -> Node:
    """One vector of the sequence."""
    return run.do("move", x, window=(slice(None), step))
