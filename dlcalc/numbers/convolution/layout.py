"""Which axes of an input and a kernel are batch, channels and space, by their ranks."""

from __future__ import annotations

from operator import index
from typing import NamedTuple

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import at_least, by_x, plain, plural

Shape = tuple[int, ...]


class Layout(NamedTuple):
    """How the shapes of a call read as (batch, channels, L…) and (out, in, F…)."""

    input: Shape
    """The input as (batch, in, L…)."""
    kernel: Shape
    """The kernel as (out, in/groups, F…), transposed (in, out/groups, F…)."""
    groups: int
    """Parts that the channels are cut into."""
    transposed: bool
    """Whether the kernel lies as a transposed convolution's."""
    leading: int
    """Axes before the space in the input as it came: 0, 1 (channels) or 2 (and batch)."""

    @property
    def dims(self) -> int:
        """Axes of space."""
        return len(self.input) - 2

    @property
    def channels_out(self) -> int:
        """Channels of the output."""
        return self.kernel[1] * self.groups if self.transposed else self.kernel[0]

    def shown(self, output: Shape) -> Shape:
        """The shape of an output (batch, out, O…) with the leading axes of the input as it came."""
        return output[2 - self.leading :]


def read_layout(
    x: Shape, w: Shape, dims: int | None = None, groups: int = 1, transposed: bool = False
) -> Layout:
    """Read the shapes of an input and a kernel; see :func:`dlcalc.numbers.convolution.conv.conv`.

    Raises ShapeError where they fit no reading, or do not fit each other.

    >>> read_layout((3, 32, 32), (6, 3, 5, 5)).input
    (1, 3, 32, 32)
    """
    groups, dims = _whole("groups", groups), None if dims is None else _whole("dims", dims)
    if dims is not None and dims > 3:
        raise InputError(f"dims {dims} is none of 1, 2, 3")
    for name, shape in (("input", x), ("kernel", w)):
        if 0 in shape:
            raise ShapeError(f"the {name} is empty: shape {by_x(shape)}")
    if len(x) == len(w) and len(x) in ((1, 2, 3) if dims is None else (dims,)):
        layout = Layout((1, 1, *x), (1, 1, *w), groups, transposed, 0)
    elif filters := _plain(x, w, dims, groups, transposed):
        layout = Layout((1, 1, *x), filters, groups, transposed, 1)
    else:
        layout = _with_channels(x, w, dims, groups, transposed)
    _check_channels(layout)
    return layout


def _plain(
    x: Shape, w: Shape, dims: int | None, groups: int, transposed: bool
) -> Shape | None:
    """The filters (out, 1, k…) that meet an image without channels; None where it has some.

    Where nobody says so, the image has two axes and the filters are square, and do not fit as
    ones of as many channels as the image has rows.
    """
    if len(x) not in ((1, 2, 3) if dims is None else (dims,)):
        return None
    if len(w) == len(x) + 1 and len(x) > 1 and not transposed:
        square = len(x) == 2 and w[1] == w[2] and x[0] != w[1] * groups
        return (w[0], 1, *w[1:]) if square or dims is not None else None
    if len(w) == len(x) + 2 and w[0 if transposed else 1] == 1:
        return w
    return None


def _whole(name: str, value: int) -> int:
    value = plain(value)
    at_least(1, name, (value,))
    return index(value)


def _with_channels(x: Shape, w: Shape, dims: int | None, groups: int, transposed: bool) -> Layout:
    space = len(w) - 2 if dims is None else dims
    if space not in (1, 2, 3) or len(w) != space + 2 or len(x) not in (space + 1, space + 2):
        raise ShapeError(
            f"an input of rank {len(x)} (shape {by_x(x) or '()'}) "
            f"and a kernel of rank {len(w)} "
            f"(shape {by_x(w) or '()'}) do not fit"
            f"{'' if dims is None else f' {dims} dims'}: {_WANTED}"
        )
    leading = len(x) - space
    return Layout(x if leading == 2 else (1, *x), w, groups, transposed, leading)


_WANTED = (
    "wanted are equal ranks of 1 to 3 for one channel, or a kernel (out, in/groups, k…) "
    "with an input (in, …) or (batch, in, …)"
)


def _check_channels(layout: Layout) -> None:
    channels, kernel, groups = layout.input[1], layout.kernel, layout.groups
    if layout.transposed:
        if channels != kernel[0]:
            raise ShapeError(
                f"the input has {channels} {plural(channels, 'channel')}, "
                f"a transposed kernel of shape {by_x(kernel)} (in, out/groups, k…) takes "
                f"{kernel[0]}"
            )
    elif channels != kernel[1] * groups:
        raise ShapeError(
            f"the input has {channels} {plural(channels, 'channel')}, "
            f"a kernel of shape {by_x(kernel)} (out, in/groups, k…) in {groups} "
            f"{plural(groups, 'group')} takes {kernel[1] * groups}"
        )
    if kernel[0] % groups:
        raise ShapeError(
            f"{kernel[0]} {'input' if layout.transposed else 'output'} channels do not divide "
            f"into {groups} groups"
        )
