"""`size`: the output size of a window, or whatever gives a wanted output size."""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.numbers.axes import PerAxis, check_flags
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Padding, check_all_fit, make_axes, windows_along
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from dlcalc.numbers.solve import Solutions


class _Size(NamedTuple):
    output: int | tuple[int, ...]
    """Columns of the output."""
    remainder: int | tuple[int, ...]
    """Columns of the padded input that no window reaches."""
    axes: tuple[Axis, ...]
    """The axes that it was computed from."""
    notes: tuple[str, ...] = ()
    """What the framework asked for does otherwise here."""


class Size(Result, _Size):
    """An output size; whole numbers, or tuples of them where there are several axes."""

    __slots__ = ()


@overload
def size(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = ..., pad: Padding = ...,
    dilation: PerAxis = ..., *, transposed: bool = ..., output_padding: PerAxis = ...,
    ceil: bool = ..., framework: str | None = ...,
) -> Size: ...


@overload
def size(
    input: dict[str, Any], kernel: PerAxis | None = ..., stride: PerAxis = ...,
    pad: Padding = ..., dilation: PerAxis = ..., *, transposed: bool = ...,
    output_padding: PerAxis = ..., ceil: bool = ..., output: PerAxis | None = ...,
    solve: str | None = ..., framework: str | None = ...,
) -> Any: ...


@overload
def size(
    input: PerAxis | None = ..., kernel: PerAxis | None = ..., stride: PerAxis = ...,
    pad: Padding = ..., dilation: PerAxis = ..., *, transposed: bool = ...,
    output_padding: PerAxis = ..., ceil: bool = ..., output: PerAxis, solve: str,
) -> Solutions: ...


def size(
    input: PerAxis | dict[str, Any] | None = None, kernel: PerAxis | None = None,
    stride: PerAxis = 1, pad: Padding = 0, dilation: PerAxis = 1, *, transposed: bool = False,
    output_padding: PerAxis | None = None, ceil: bool = False, output: PerAxis | None = None,
    solve: str | None = None, framework: str | None = None,
) -> Size | Solutions:
    """Output size of a convolution or pooling, or of a transposed convolution.

    O = ⌊(L + 2P − D(F − 1) − 1)/S⌋ + 1 and, transposed,
    O = (L − 1)S − 2P + D(F − 1) + output_padding + 1 (Dumoulin and Visin 2016,
    "A guide to convolution arithmetic for deep learning", sections 2 and 4).
    Sizes are in columns, one value or one an axis; a record of all can stand for `input`.
    With `solve`, the name of one of the parameters, and the `output` wanted, every whole
    value of it that gives that output.
    `framework` computes as that one does, and refuses what it refuses. Raises ShapeError
    where the kernel does not fit or nothing gives the output, and InputError for values
    out of range.

    >>> size(32, 5).output
    28
    >>> size((4, 4), 2, stride=2, pad=1).output
    (3, 3)
    >>> size(8, 3, stride=2, pad="same", framework="keras").axes[0].pad
    (0, 1)
    >>> size(32, 5, stride=2, output=16, solve="pad").solutions[0].value
    2
    """
    if isinstance(input, dict):
        return _of_record(**locals())
    extra = 0 if output_padding is None else output_padding
    if solve is not None:
        if framework is not None:
            raise InputError("a framework is for a size, not for what is solved for")
        from dlcalc.numbers.solve import solve_size

        return solve_size(
            solve, output, input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
            transposed=transposed, output_padding=extra, ceil=ceil,
        )
    if output is not None:
        raise InputError("an output is what to solve for: name the unknown with solve")
    if input is None or kernel is None:
        raise InputError(f"the {'input' if input is None else 'kernel'} size is missing")
    notes: tuple[str, ...] = ()
    if framework is not None:
        from dlcalc.conventions.windows import window

        check_flags(transposed=transposed, ceil=ceil)
        kind = "transposed" if transposed else "pooling" if ceil else "convolution"
        found = window(
            framework, kind, input, kernel, stride, pad, dilation, output_padding, ceil
        )
        stride, pad, dilation, extra, ceil, notes = found
    axes = make_axes(input, kernel, stride, pad, dilation, transposed, extra, ceil,
                     long=framework is not None)
    outputs, remainders = windows_along(axes)
    if min(outputs) < 1:
        check_all_fit(axes)
    if len(axes) == 1:
        return tuple.__new__(Size, (outputs[0], remainders[0], axes, notes))
    return tuple.__new__(Size, (outputs, remainders, axes, notes))


def _of_record(input: dict[str, Any], **options: Any) -> Size | Solutions:
    """The size of a record, with the options that were given beside it."""
    from inspect import signature

    from dlcalc.input.fields import takes_record

    usual = signature(size).parameters
    given = {name: each for name, each in options.items() if each is not usual[name].default}
    return takes_record(size)(input, **given)
