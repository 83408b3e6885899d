"""Normalisations: a scale (weight) and a shift (bias) a channel or feature.

Running statistics are no parameters. At inference a normalisation folds into its
neighbour, so its products are not counted, as in torchvision's figures.
"""

from __future__ import annotations

from math import prod

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, choice, flag, number, whole
from dlcalc.numbers.axes import by_x
from dlcalc.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def batchnorm(shape: Shape, affine: bool = True, over: str = "", *, layout: str = "") -> Counted:
    """Each channel normalised over the batch, or each feature of a vector or sequence.

    Of two axes the second is normalised behind what makes a sequence TxD, else the first,
    as of CxL; `over=features` and `over=channels` say which.

    >>> batchnorm((64, 8, 8)).weights
    64
    """
    channels = shape[_channels(shape, over, layout)]
    held = channels * flag("affine", affine)
    return Counted(shape, held, held, buffers=2 * channels + 1)  # statistics, count of batches


def instancenorm(
    shape: Shape, affine: bool = False, over: str = "", *, layout: str = ""
) -> Counted:
    """Each channel normalised over its own positions.

    >>> instancenorm((64, 8, 8), affine=True).biases
    64
    """
    axis = _channels(shape, over, layout)
    held = shape[axis] * flag("affine", affine)
    return Counted(shape, held, held, mixes=[at for at in range(len(shape)) if at != axis])


def groupnorm(
    shape: Shape, groups: int, affine: bool = True, over: str = "", *, layout: str = ""
) -> Counted:
    """Groups of channels normalised over their positions (Wu and He 2018).

    >>> groupnorm((64, 8, 8), 32).weights
    64
    """
    channels = shape[_channels(shape, over, layout)]
    if channels % whole("groups", groups):
        raise ShapeError(
            f"input is {by_x(shape)}; {channels} channels do not divide into {groups} groups"
        )
    held = channels * flag("affine", affine)
    return Counted(shape, held, held, mixes=range(len(shape)))


def layernorm(shape: Shape, over: str = "", affine: bool = True, bias: bool = True) -> Counted:
    """Normalised over the last axis of a vector or sequence (Ba et al. 2016).

    For an image, `over=channels` (ConvNeXt) or `over=all` (PyTorch, given the whole shape).

    >>> layernorm((197, 768)).weights
    768
    """
    axes = _normalised(shape, over)
    held = prod([shape[axis] for axis in axes]) * flag("affine", affine)
    return Counted(shape, held, held * flag("bias", bias), mixes=axes)


def rmsnorm(shape: Shape, over: str = "") -> Counted:
    """Scaled by the root mean square; no shift (Zhang and Sennrich 2019).

    >>> rmsnorm((4096, 4096)).weights, rmsnorm((4096, 4096)).biases
    (4096, 0)
    """
    return layernorm(shape, over, bias=False)


def lrn(
    shape: Shape, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Counted:
    """Local response normalisation across channels (Krizhevsky et al. 2012), no parameters.

    >>> lrn((96, 55, 55)).weights
    0
    """
    whole("size", size)
    for name, value in (("alpha", alpha), ("beta", beta), ("k", k)):
        number(name, value)
    return Counted(shape)


def _channels(shape: Shape, over: str, layout: str) -> int:
    """The axis of the channels or features; of two it depends on what they are."""
    kind = choice("over", over, ("channels", "features")) if over else layout
    return 1 if kind == "features" and len(shape) == 2 else 0


def _normalised(shape: Shape, over: str) -> tuple[int, ...]:
    if not over:
        if len(shape) > 2:
            raise ShapeError(f"input is {by_x(shape)}; say over=channels or over=all")
        return (len(shape) - 1,)
    everything = choice("over", over, ("channels", "all")) == "all"
    return tuple(range(len(shape))) if everything else (0,)


EPSILON = 1e-5
"""What is added to a variance, in PyTorch's layers; rmsnorm adds the machine's epsilon."""
MOMENTUM = 0.1


def _standard(run: Pass, x: Node, axes: tuple[int, ...], part: str = "normalised") -> Node:
    """(x − mean)/√(variance + ε) over axes."""
    centred = run.do("sub", x, run.do("mean", x, axes=axes, part="mean"), part="centred")
    squares = run.do("mul", centred, centred, part="square")
    variance = run.do("mean", squares, axes=axes, part="variance")
    return _divided(run, centred, variance, part)


def _divided(run: Pass, centred: Node, variance: Node, part: str = "normalised") -> Node:
    epsilon = run.constant(run.fact(f"eps of {run.type}", EPSILON))
    raised = run.do("add", variance, epsilon, part="raised")
    return run.do("div", centred, run.do("sqrt", raised, part="deviation"), part=part)


def _others(run: Pass, axis: int) -> tuple[int, ...]:
    return tuple(each + 1 for each in range(len(run.shape)) if each != axis)


def batchnorm_values(run: Pass, x: Node, affine: bool, over: str, layout: str) -> Node:
    """The channels normalised over batch and positions; in mode eval by running statistics."""
    axis = _channels(run.shape, over, layout)
    channels, axes = (run.shape[axis],), (0, *_others(run, axis))
    mean = run.buffer("running_mean", channels, 0.0)
    variance = run.buffer("running_var", channels, 1.0)
    if run.store.training:
        count = prod(x.shape[each] for each in axes)
        if count == 1 and not run.fact("alone", False):
            raise InputError("one value a channel has no variance: give a batch, or the mode eval")
        normed = _standard(run, x, axes)
        momentum, biased = run.fact("momentum", MOMENTUM), run.fact("biased", False)
        run.track("running_mean", "mean", momentum)
        run.track("running_var", "variance", momentum, 1.0 if biased else count / max(1, count - 1))
    else:
        centred = run.do("sub", x, run.by_channel(mean, axis), part="centred")
        normed = _divided(run, centred, run.by_channel(variance, axis))
    return run.scaled(normed, channels, axis + 1, affine)


def instancenorm_values(run: Pass, x: Node, affine: bool, over: str, layout: str) -> Node:
    """Each channel by its own mean and variance, in both modes."""
    axis = _channels(run.shape, over, layout)
    normed = _standard(run, x, _others(run, axis))
    return run.scaled(normed, (run.shape[axis],), axis + 1, affine)


def groupnorm_values(run: Pass, x: Node, groups: int, affine: bool, over: str, layout: str) -> Node:
    """Groups of channels by their mean and variance."""
    axis = _channels(run.shape, over, layout)
    before, after = run.shape[:axis], run.shape[axis + 1 :]
    channels = run.shape[axis]
    held = [groups, channels // groups]
    by_rest = bool(run.fact("by rest", False))
    shape = (-1, *before, *(held[::-1] if by_rest else held), *after)
    parts = run.do("move", x, shape=shape, part="groups")
    axes = tuple(each for each in range(1, len(shape)) if each != axis + 1 + by_rest)
    whole = run.do("move", _standard(run, parts, axes, "grouped"), shape=(-1, *run.shape),
                   part="normalised")
    return run.scaled(whole, (channels,), axis + 1, affine)


def layernorm_values(run: Pass, x: Node, over: str, affine: bool, bias: bool) -> Node:
    """The features by their mean and variance, position by position."""
    axes = tuple(axis + 1 for axis in _normalised(run.shape, over))
    held = tuple(run.shape[axis - 1] for axis in axes)
    return run.scaled(_standard(run, x, axes), held, axes[0], affine, bias)


def rmsnorm_values(run: Pass, x: Node, over: str) -> Node:
    """x/√(mean of x² + ε)."""
    axes = tuple(axis + 1 for axis in _normalised(run.shape, over))
    squares = run.do("mul", x, x, part="square")
    mean = run.do("mean", squares, axes=axes, part="mean_square")
    raised = run.do("add", mean, run.constant(run.fact("eps of rmsnorm", 2.0**-52)), part="raised")
    normed = run.do("div", x, run.do("sqrt", raised, part="root"), part="normalised")
    held = tuple(run.shape[axis - 1] for axis in axes)
    return run.scaled(normed, held, axes[0], bias=False)


def lrn_values(run: Pass, x: Node, size: int, alpha: float, beta: float, k: float) -> Node:
    """x/(k + α·mean of x² over neighbouring channels)^β, as in PyTorch."""
    if not run.fact("lrn", True):
        raise InputError("the framework has no local response normalisation")
    squares = run.do("mul", x, x, part="square")
    channels = run.shape[0]
    rows = [
        dict.fromkeys(range(max(0, i - size // 2), min(channels, i + (size + 1) // 2)), 1 / size)
        for i in range(channels)
    ]
    mean = run.along(squares, 1, channels, rows)
    scaled = run.do("mul", mean, run.constant(alpha), part="scaled")
    raised = run.do("add", scaled, run.constant(k), part="raised")
    return run.do("div", x, run.do("pow", raised, run.constant(beta), part="power"))
