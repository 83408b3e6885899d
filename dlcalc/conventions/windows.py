"""Windows of convolutions and pools as a framework has them, in dlcalc's own terms."""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc.conventions.tables import ask, checked, refusal
from dlcalc.errors import InputError
from dlcalc.numbers.axes import PerAxis, count_axes, per_axis_from
from dlcalc.numbers.sizes import Axis, Padding, Pair, pad_pair, paddings, span
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

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments as `size`, `conv` and `pool` take them."""
        return {name: value for name, value in self._asdict().items() if name != "notes"}


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
    output_padding = 0 if output_padding is None else output_padding
    given = {
        "input": input, "kernel": kernel, "stride": stride, "pad": pad, "dilation": dilation,
        "output_padding": output_padding,
    }
    axes = count_axes(**given)
    lengths = per_axis_from(1, input, axes, "input")
    kernels = per_axis_from(1, kernel, axes, "kernel")
    strides = per_axis_from(1, stride, axes, "stride")
    dilations = per_axis_from(1, dilation, axes, "dilation")
    extras = per_axis_from(0, output_padding, axes, "output padding")
    notes: list[str] = []
    dilated = max(dilations) > 1
    longest = ask(framework, "transposed", "output padding of a stride or more")
    checked(framework)
    for of, asked, fact, what in (
        ("pooling", dilated, "dilation of max", "a dilation of a pool"),
        ("transposed", dilated, "dilation", "a dilation of a transposed convolution"),
        ("transposed", max(extras) > 0, "output padding", "output padding"),
        ("convolution", dilated and max(strides) > 1, "stride with dilation",
         "a stride beside a dilation"),
    ):
        if kind == of and asked and ask(framework, kind, fact) == "no":
            raise refusal(framework, what)
    if kind == "transposed" and longest != "yes" and any(
        extra >= (step if longest == "no" else max(step, apart))
        for extra, step, apart in zip(extras, strides, dilations, strict=True)
    ):
        raise refusal(framework, "output padding of a stride or more")
    if ceil and ask(framework, "pooling", "ceil") == "no":
        raise refusal(framework, "to round the number of windows up")
    if ceil and pad == "valid" and ask(framework, "pooling", "ceil beside valid") == "no":
        raise refusal(framework, "to round up beside padding valid", "give padding 0")
    added = [None if bare and extra == 0 else extra for extra in extras]
    made = [
        _pads(framework, kind, notes, *each)
        for each in zip(
            lengths, kernels, strides, dilations, added, paddings(pad, axes), strict=True
        )
    ]
    pads, dilations, extras = zip(*made, strict=True)
    if ceil:
        found = Window(strides, pads, dilations, extras, True)
        ceil, pads = _rounded(framework, lengths, kernels, found, notes)
    return Window(strides, pads, dilations, extras, ceil, tuple(dict.fromkeys(notes)))


def _pads(
    framework: str, kind: str, notes: list[str], length: int, taps: int, step: int, apart: int,
    extra: int | None, padding: str | int | Pair,
) -> tuple[Pair, int, int]:
    if padding in ("same", "same-lower"):
        return _same(framework, kind, notes, length, taps, step, apart, extra, str(padding))
    if padding not in ("valid", 0, (0, 0)) and ask(framework, kind, "pads with numbers") == "no":
        raise refusal(framework, f"padding {padding}", "it takes same or valid")
    pair = pad_pair(padding, length, taps, step, apart)
    reach, added = span(taps, apart), extra or 0
    if kind == "pooling" and 2 * max(pair) > taps and ask(
        framework, kind, "padding beyond half the kernel"
    ) == "no":
        raise refusal(framework, f"padding {max(pair)} beyond half a kernel of {taps}")
    if kind == "transposed" and ask(framework, kind, "padding beyond the kernel").endswith("input"):
        before, after = pair
        pair = (
            before + max(0, before + 1 - reach) * (step - 1),
            after + max(0, after + 1 - reach - added) * (step - 1),
        )
    if kind == "transposed" and reach < step and not sum(pair) and extra is None:
        usual, does = (
            ask(each, kind, "valid where k < S") for each in ("pytorch", framework)
        )
        if does != usual:
            added = step - reach
            notes.append(f"{framework}: {does} columns where k < S; others {usual}")
    return pair, apart, added


def _same(
    framework: str, kind: str, notes: list[str], length: int, taps: int, step: int, apart: int,
    extra: int | None, padding: str,
) -> tuple[Pair, int, int]:
    does = ask(framework, kind, padding)
    if does == "no":
        raise refusal(framework, f"padding {padding}")
    if does == "without stride" and step > 1:
        raise refusal(framework, f"padding {padding} with a stride", "give the columns")
    dilated = ask(framework, kind, "same with dilation")
    if apart > 1 and dilated == "no":
        raise refusal(framework, f"padding {padding} with a dilation")
    if apart > 1 and dilated != "yes":
        notes.append(f"{framework}, {padding} with dilation {apart}: {dilated}")
    if dilated == "drops the dilation":
        apart = 1
    if kind != "transposed" or does == "pads of the forward same":
        padded = 1 if dilated.startswith("pads") else apart
        return pad_pair(padding, length, taps, step, padded), apart, extra or 0
    if extra is not None:
        rule = ask(framework, kind, "output padding beside same")
        notes.append(f"{framework}, output padding beside {padding}: {rule}")
        pair, added = _beside_output_padding(rule, taps, step, apart, extra, padding)
        return pair, apart, added
    before, after = pad_pair(padding, length, taps, step, apart, transposed=True)
    behind = max(0, -after)
    if behind and ask(framework, kind, "same") != "L·S":
        notes.append(f"{framework}: no columns are added where k < S")
        behind = 0
    return (before, max(0, after)), apart, behind


def _beside_output_padding(
    rule: str, taps: int, step: int, apart: int, extra: int, padding: str
) -> tuple[Pair, int]:
    """What a transposed `same` takes off the full result and adds, beside output padding."""
    cut = span(taps, apart) - step + extra
    added = 0
    if rule.startswith("(L − 1)"):
        cut = 2 * (taps // 2) - extra
    elif rule.startswith("L·S"):
        cut, added = max(0, cut), extra
    before = (max(0, cut) + (padding == "same-lower")) // 2
    return (before, max(0, cut) - before), added + max(0, -cut)


def _rounded(
    framework: str, lengths: Sequence[int], kernels: Sequence[int], found: Window, notes: list[str],
) -> tuple[bool, tuple[Pair, ...]]:
    """Whether windows that start behind the input are dropped, and the padding."""
    rule = ask(framework, "pooling", "ceil")
    axes = [
        Axis(*each, ceil=True)
        for each in zip(lengths, kernels, found.stride, found.pad, found.dilation, strict=True)
    ]
    rooms = [axis.padded - axis.span for axis in axes]
    behind = any(
        -(-room // axis.stride) + 1 > axis.output for room, axis in zip(rooms, axes, strict=True)
    )
    if rule.startswith("refuses") and any(
        room % axis.stride and axis.pad[1] + axis.stride > axis.kernel
        for room, axis in zip(rooms, axes, strict=True)
    ):
        raise refusal(framework, "padding behind that exceeds the window, rounded up")
    if not (behind and rule.startswith("keeps")):
        return True, found.pad
    notes.append(f"{framework} {rule}")
    return False, tuple(
        (axis.pad[0], axis.pad[1] + -room % axis.stride)
        for room, axis in zip(rooms, axes, strict=True)
    )


def check_finite(found: Window) -> None:
    """Refuse values of windows that meet nothing."""
    if any("no number" in remark for remark in found.notes):
        raise InputError(next(remark for remark in found.notes if "no number" in remark))
