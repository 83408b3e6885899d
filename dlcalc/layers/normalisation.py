"""Normalisations: a scale (weight) and a shift (bias) a channel or feature.

Running statistics are no parameters. At inference a normalisation folds into its
neighbour, so its products are not counted, as in torchvision's figures.
"""

from __future__ import annotations

from dlcalc.errors import ShapeError
from dlcalc.layers.counted import Counted, Shape, choice, flag, product, whole
from dlcalc.numbers.axes import by_x


def batchnorm(shape: Shape, affine: bool = True) -> Counted:
    """Each channel normalised over the batch; the first axis is the channels.

    >>> batchnorm((64, 8, 8)).weights
    64
    """
    held = shape[0] * flag("affine", affine)
    return Counted(shape, held, held)


def instancenorm(shape: Shape, affine: bool = False) -> Counted:
    """Each channel normalised over its own positions.

    >>> instancenorm((64, 8, 8), affine=True).biases
    64
    """
    held = shape[0] * flag("affine", affine)
    return Counted(shape, held, held, mixes=range(1, len(shape)))


def groupnorm(shape: Shape, groups: int, affine: bool = True) -> Counted:
    """Groups of channels normalised over their positions (Wu and He 2018).

    >>> groupnorm((64, 8, 8), 32).weights
    64
    """
    if shape[0] % whole("groups", groups):
        raise ShapeError(
            f"input is {by_x(shape)}; {shape[0]} channels do not divide into {groups} groups"
        )
    held = shape[0] * flag("affine", affine)
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


def _normalised(shape: Shape, over: str) -> tuple[int, ...]:
    if not over:
        if len(shape) > 2:
            raise ShapeError(f"input is {by_x(shape)}; say over=channels or over=all")
        return (len(shape) - 1,)
    everything = choice("over", over, ("channels", "all")) == "all"
    return tuple(range(len(shape))) if everything else (0,)
