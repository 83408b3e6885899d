"""Windows of convolutions and pools as a framework has them, in dlcalc's own terms."""

from __future__ import annotations

from dlcalc.conventions.tables import ask, refusal
from dlcalc.numbers.axes import PerAxis, count_axes
from dlcalc.numbers.sizes import Axis, Padding, Pair, make_axes, pad_pair, paddings
from dlcalc.typed import Any, NamedTuple


class Window(NamedTuple):
    """A window's arguments in dlcalc's terms."""

    stride: tuple[int, ...]
    """Stride, axis by axis."""
    pad: tuple[Pair, ...]
    """Padding before and after, axis by axis; taken off where transposed."""
    dilation: tuple[int, ...]
    """Dilation, axis by axis."""
    output_padding: tuple[int, ...]
    """Columns added behind a transposed output."""
    ceil: bool
    """Whether the number of windows is rounded up."""
    notes: tuple[str, ...] = ()
    """What the framework does otherwise here, and others do not."""


def window(
    framework: str, kind: str, input: PerAxis, kernel: PerAxis, stride: PerAxis | None = None,
    pad: Padding = 0, dilation: PerAxis = 1, output_padding: PerAxis | None = None,
    ceil: bool = False,
) -> Window:
    """The window that `framework` makes of these; `kind` is a kind of its table.

    Raises InputError where the framework refuses them.

    >>> window("onnx", "convolution", 8, 3, 2, "same-lower").pad
    ((1, 0),)
    >>> window("keras", "transposed", 3, 1, 2, "valid").output_padding
    (1,)
    """
    if stride is None:
        usual = kind == "pooling" and ask(framework, kind, "default stride") == "kernel"
        stride = kernel if usual else 1
    bare = output_padding is None or ask(framework, "transposed", "output padding of 0") == "none"
    extra = 0 if output_padding is None else output_padding
    count = count_axes(
        input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation, output_padding=extra,
    )
    # All that is given, an axis each; what the padding is, the framework says.
    axes = make_axes(input, kernel, stride, 0, dilation, True, extra, axes=count, long=True)
    notes: list[str] = []
    dilated = any(axis.dilation > 1 for axis in axes)
    longest = ask(framework, "transposed", "output padding of a stride or more")
    for of, asked, fact, what in (
        ("pooling", dilated, "dilation of max", "a dilation of a pool"),
        ("transposed", dilated, "dilation", "a dilation of a transposed convolution"),
        ("transposed", any(axis.output_padding for axis in axes), "output padding",
         "output padding"),
        ("convolution", dilated and any(axis.stride > 1 for axis in axes), "stride with dilation",
         "a stride beside a dilation"),
    ):
        if kind == of and asked and ask(framework, kind, fact) == "no":
            raise refusal(framework, what)
    if kind == "transposed" and longest != "yes" and any(
        axis.output_padding >= max(axis.stride, axis.dilation if longest != "no" else 0)
        for axis in axes
    ):
        raise refusal(framework, "output padding of a stride or more")
    if ceil and ask(framework, "pooling", "ceil") == "no":
        raise refusal(framework, "to round the number of windows up")
    if ceil and pad == "valid" and ask(framework, "pooling", "ceil beside valid") == "no":
        raise refusal(framework, "to round up beside padding valid", "give padding 0")
    given = paddings(pad, count)
    if "causal" in given and (
        kind != "convolution" or count > 1 or ask(framework, kind, "causal") == "no"
    ):
        raise refusal(framework, "padding causal here")
    made = [
        (_same if padding in ("same", "same-lower") else _padded)(
            framework, kind, notes, axis, padding, bare and not axis.output_padding
        ) for axis, padding in zip(axes, given, strict=True)
    ]
    if ceil:
        ceil, made = _rounded(framework, made, notes)
    _, _, strides, pads, dilations, _, extras, _ = zip(*made, strict=True)
    return Window(strides, pads, dilations, extras, ceil, tuple(dict.fromkeys(notes)))


def _padded(
    framework: str, kind: str, notes: list[str], axis: Axis, padding: Any, bare: bool
) -> Axis:
    """An axis padded by numbers, valid, full or causal; `bare` where no output padding is given."""
    named = padding in ("valid", "causal", 0, (0, 0))
    if not named and ask(framework, kind, "pads with numbers") == "no":
        raise refusal(framework, f"padding {padding}", "it takes same or valid")
    taps, step, added = axis.kernel, axis.stride, axis.output_padding
    pair = pad_pair(padding, axis.input, taps, step, axis.dilation)
    if kind == "pooling":
        rule = ask(framework, kind, "most padding")
        most = {"half the kernel": taps // 2, "the kernel less 1": taps - 1, "the kernel": taps}
        if (widest := max(pair)) > most.get(rule, widest):
            raise refusal(framework, f"padding {widest} of a kernel of {taps}", f"most is {rule}")
    if kind == "transposed" and ask(framework, kind, "padding beyond the kernel").endswith("input"):
        before, after = pair
        pair = (
            before + max(0, before + 1 - axis.span) * (step - 1),
            after + max(0, after + 1 - axis.span - added) * (step - 1),
        )
    if kind == "transposed" and axis.span < step and not sum(pair) and bare:
        usual, does = (
            ask(each, kind, "valid where k < S") for each in ("pytorch", framework)
        )
        if does != usual:
            added = step - axis.span
            notes.append(f"{framework}: {does} columns where k < S; others {usual}")
    return axis._replace(pad=pair, output_padding=added)


def _same(
    framework: str, kind: str, notes: list[str], axis: Axis, padding: Any, bare: bool
) -> Axis:
    """An axis padded so that the size stays the same, odd columns behind or in front."""
    does = ask(framework, kind, padding)
    if does == "no":
        raise refusal(framework, f"padding {padding}")
    if does == "without stride" and axis.stride > 1:
        raise refusal(framework, f"padding {padding} with a stride", "give the columns")
    dilated = ask(framework, kind, "same with dilation")
    if axis.dilation > 1 and dilated == "no":
        raise refusal(framework, f"padding {padding} with a dilation")
    if axis.dilation > 1 and dilated != "yes":
        notes.append(f"{framework}, {padding} with dilation {axis.dilation}: {dilated}")
    if dilated == "drops the dilation":
        axis = axis._replace(dilation=1)
    sizes = axis[:3]
    if kind != "transposed" or does == "pads of the forward same":
        apart = 1 if dilated.startswith("pads") else axis.dilation
        return axis._replace(pad=pad_pair(padding, *sizes, apart))
    if not bare:
        rule = ask(framework, kind, "output padding beside same")
        notes.append(f"{framework}, output padding beside {padding}: {rule}")
        return _beside_output_padding(rule, axis, padding)
    before, after = pad_pair(padding, *sizes, axis.dilation, transposed=True)
    behind = max(0, -after)
    if behind and ask(framework, kind, "same") != "L·S":
        notes.append(f"{framework}: no columns are added where k < S")
        behind = 0
    return axis._replace(pad=(before, max(0, after)), output_padding=behind)


def _beside_output_padding(rule: str, axis: Axis, padding: str) -> Axis:
    """What a transposed `same` takes off the full result and adds, beside output padding."""
    cut, added, extra = axis.span - axis.stride + axis.output_padding, 0, axis.output_padding
    if rule.startswith("(L − 1)"):
        cut = 2 * (axis.kernel // 2) - extra
    elif rule.startswith("L·S"):
        cut, added = max(0, cut), extra
    before = (max(0, cut) + (padding == "same-lower")) // 2
    return axis._replace(
        pad=(before, max(0, cut) - before), output_padding=added + max(0, -cut)
    )


def _rounded(framework: str, axes: list[Axis], notes: list[str]) -> tuple[bool, list[Axis]]:
    """Whether windows that start behind the input are dropped, and the axes with their padding."""
    rule = ask(framework, "pooling", "ceil")
    axes = [axis._replace(transposed=False, ceil=True) for axis in axes]
    rooms = [axis.padded - axis.span for axis in axes]
    behind = any(
        -(-room // axis.stride) + 1 > axis.output for room, axis in zip(rooms, axes, strict=True)
    )
    if "refuses" in rule and any(
        room % axis.stride and axis.pad[1] + axis.stride > axis.kernel
        for room, axis in zip(rooms, axes, strict=True)
    ):
        raise refusal(framework, "padding behind that exceeds the window, rounded up")
    if not (behind and rule.startswith("keeps")):
        return True, axes
    notes.append(f"{framework} {rule}")
    return False, [
        axis._replace(pad=(axis.pad[0], axis.pad[1] + -room % axis.stride))
        for room, axis in zip(rooms, axes, strict=True)
    ]
