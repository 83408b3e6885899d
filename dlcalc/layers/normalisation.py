"""Normalisations: a scale (weight) and a shift (bias) a channel or feature.

Running statistics are no parameters. At inference a normalisation folds into its
neighbour, so its products are not counted, as in torchvision's figures.
"""

from __future__ import annotations

from dlcalc.errors import ShapeError
from dlcalc.layers.counted import Counted, Shape, choice, flag, product, whole
from dlcalc.numbers.axes import by_x


def batchnorm(
    shape: Shape, affine: bool = True, over: str = "", *, layout: str = ""
) -> Counted:
    """Each channel normalised over the batch, or each feature of a vector or sequence.

    Of two axes the second is normalised behind what makes a sequence TxD, else the first,
    as of CxL; `over=features` and `over=channels` say which.

    >>> batchnorm((64, 8, 8)).weights
    64
    """
    held = shape[_channels(shape, over, layout)] * flag("affine", affine)
    return Counted(shape, held, held)


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
    held = product([shape[axis] for axis in axes]) * flag("affine", affine)
    return Counted(shape, held, held * flag("bias", bias), mixes=axes)


def rmsnorm(shape: Shape, over: str = "") -> Counted:
    """Scaled by the root mean square; no shift (Zhang and Sennrich 2019).

    >>> rmsnorm((4096, 4096)).weights, rmsnorm((4096, 4096)).biases
    (4096, 0)
    """
    return layernorm(shape, over, bias=False)


def lrn(shape: Shape, size: int = 5) -> Counted:
    """Local response normalisation across channels (Krizhevsky et al. 2012), no parameters.

    >>> lrn((96, 55, 55)).weights
    0
    """
    whole("size", size)
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
