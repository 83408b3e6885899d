"""Windows of convolutions and pools as a framework has them, in dlcalc's own terms."""

from __future__ import annotations

from dlcalc.conventions.tables import ask, facts_of, refusal, table, value
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
    strided = any(axis.stride > 1 for axis in axes)
    for axis in axes:
        refuse(framework, kind, kind, axis, strided=strided)
    if ceil:
        refuse(framework, "pooling", "ceil", axes[0], pad=pad)
    given = paddings(pad, count)
    if "causal" in given:
        refuse(framework, kind, "causal", axes[0], count=count)
    made = [
        (_same if padding in ("same", "same-lower") else _padded)(
            framework, kind, notes, axis, padding, bare and not axis.output_padding
        ) for axis, padding in zip(axes, given, strict=True)
    ]
    if ceil:
        ceil, made = _rounded(framework, made, notes)
    _, _, strides, pads, dilations, _, extras, _ = zip(*made, strict=True)
    return Window(strides, pads, dilations, extras, ceil, tuple(dict.fromkeys(notes)))


def refuse(framework: str, kind: str, part: str, axis: Axis, **given: Any) -> None:
    """Refuse along an axis what the table says that the framework refuses."""
    known = {**axis._asdict(), "kind": kind, "fact": facts_of(framework, kind), **given}
    for words, condition in table("frameworks")["refused"][part].items():
        if value(condition, known):
            raise refusal(framework, words.format_map(known))


def _padded(
    framework: str, kind: str, notes: list[str], axis: Axis, padding: Any, bare: bool
) -> Axis:
    """An axis padded by numbers, valid, full or causal; `bare` where no output padding is given."""
    named = padding in ("valid", "causal", 0, (0, 0))
    step, added = axis.stride, axis.output_padding
    pair = pad_pair(padding, axis.input, axis.kernel, step, axis.dilation)
    refuse(framework, kind, "numbers", axis, padding=padding, named=named, widest=max(pair))
    if kind == "transposed" and ask(framework, kind, "padding beyond the kernel").endswith("input"):
        before, after = pair
        pair = (
            before + max(0, before + 1 - axis.span) * (step - 1),
            after + max(0, after + 1 - axis.span - added) * (step - 1),
        )
    if kind == "transposed" and axis.span < step and not sum(pair) and bare:
        usual, does = (ask(each, kind, "valid where k < S") for each in ("pytorch", framework))
        if does != usual:
            added = step - axis.span
            notes.append(f"{framework}: {does} columns where k < S; others {usual}")
    return axis._replace(pad=pair, output_padding=added)


def _same(
    framework: str, kind: str, notes: list[str], axis: Axis, padding: Any, bare: bool
) -> Axis:
    """An axis padded so that the size stays the same, odd columns behind or in front."""
    refuse(framework, kind, "same", axis, padding=padding)
    does, dilated = (ask(framework, kind, fact) for fact in (padding, "same with dilation"))
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
    return axis._replace(pad=(before, max(0, cut) - before), output_padding=added + max(0, -cut))


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
