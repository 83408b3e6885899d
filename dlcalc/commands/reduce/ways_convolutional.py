"""The ways to fewer parameters of convolutions."""

from __future__ import annotations

from math import gcd
from typing import Any

from dlcalc.commands.reduce.ways import MOST_SHARED, Bound, Way, kept
from dlcalc.layers.counted import Shape, product
from dlcalc.models.changes import with_argument
from dlcalc.models.tree import Layer
from dlcalc.numbers.axes import per_axis


def of_convolutions(layer: Layer, shape: Shape, bound: Bound) -> list[Way]:
    """The ways that apply to `conv`, `dwconv` and `conv_transpose`."""
    kernel = per_axis(bound["kernel"], len(shape) - 1, "kernel")
    found = [_smaller_kernel(layer, kernel, bound)]
    if layer.type != "conv_transpose":
        strides = per_axis(bound.get("stride", 1), len(kernel), "stride")
        doubled = short([2 * stride for stride in strides])
        found.append(Way(
            "larger stride", (0,), 0, lambda _: [with_argument(layer, "stride", doubled)]
        ))
    if layer.type == "dwconv" or bound.get("connections"):
        return found
    groups = bound.get("groups", 1)
    found += [_fewer_filters(layer, bound, groups), _grouped(layer, shape, bound, groups)]
    if groups == 1:
        found += _in_several_layers(layer, shape, kernel, bound)
    return found


def _fewer_filters(layer: Layer, bound: Bound, groups: int) -> Way:
    filters = bound["filters"]
    return Way(
        "fewer filters", range(filters - groups, 0, -groups),
        max(groups, filters // 2 // groups * groups),
        lambda number: [with_argument(layer, "filters", number)],
    )


def _smaller_kernel(layer: Layer, kernel: tuple[int, ...], bound: Bound) -> Way:
    """Taps taken off every axis, and as much padding as keeps the output its size."""
    largest = max(kernel)

    def build(less: int) -> list[Layer]:
        smaller = [max(1, taps - less) for taps in kernel]
        changed = with_argument(layer, "kernel", short(smaller))
        dilation = per_axis(bound.get("dilation", 1), len(kernel), "dilation")
        pad = bound.get("pad", 0)
        if isinstance(pad, str) or not pad:
            return [changed]
        pads = [
            _less_pad(each, d * (taps - now))
            for each, d, taps, now in zip(
                per_axis(pad, len(kernel), "pad"), dilation, kernel, smaller, strict=True
            )
        ]
        return [with_argument(changed, "pad", short(pads))]

    return Way("smaller kernel", range(1, largest), 2 if largest > 2 else 1, build)


def _less_pad(pad: Any, columns: int) -> Any:
    if isinstance(pad, tuple):
        return max(0, pad[0] - columns // 2), max(0, pad[1] - (columns - columns // 2))
    return max(0, pad - columns // 2)


def _grouped(layer: Layer, shape: Shape, bound: Bound, groups: int) -> Way:
    common = gcd(shape[0], bound["filters"]) // groups
    more = [groups * by for by in range(2, min(common, MOST_SHARED) + 1) if common % by == 0]
    return Way(
        "grouped", more, more[0] if more else groups,
        lambda number: [with_argument(layer, "groups", number)],
    )


def _in_several_layers(
    layer: Layer, shape: Shape, kernel: tuple[int, ...], bound: Bound
) -> list[Way]:
    """A convolution divided into thinner ones, in a row."""
    channels, filters, taps = shape[0], bound["filters"], product(kernel)
    found = []
    last = Layer("conv", (filters, 1), kept(bound))
    moves: Bound = {key: bound[key] for key in ("stride", "pad", "dilation", "output_padding")
             if key in bound}
    rank = min(filters, channels * taps)
    if taps > 1:
        # W as a matrix of filters × channels·taps, W ≈ U V of rank r.
        found.append(Way(
            "low rank", range(rank - 1, 0, -1), max(1, rank // 4),
            lambda r: [Layer(layer.type, (r, bound["kernel"]), {**moves, "bias": False}), last],
        ))
    if layer.type == "conv" and taps > 1 and channels > 1:
        narrow = min(channels, filters)
        found.append(Way("depthwise separable", (0,), 0, lambda _: [
            Layer("dwconv", (bound["kernel"],), {**moves, "bias": False}), last,
        ]))
        found.append(Way(
            "1×1 bottleneck", range(narrow - 1, 0, -1), max(1, narrow // 4),
            lambda r: [
                Layer("conv", (r, 1), {"bias": False}),
                Layer("conv", (r, bound["kernel"]), {**moves, "bias": False}), last,
            ],
        ))
    if layer.type == "conv" and len(kernel) == 2 and min(kernel) > 1:
        found.append(Way("k×1 and 1×k", (0,), 0, lambda _: _by_axes(kernel, bound)))
    return found


def _by_axes(kernel: tuple[int, ...], bound: Bound) -> list[Layer]:
    """A k×1 convolution, and a 1×k one on its outputs (Szegedy et al. 2015, section 3.2)."""
    layers = []
    for axis in range(2):
        options: Bound = {} if axis else {"bias": False}
        for key, neutral in (("stride", 1), ("pad", 0), ("dilation", 1)):
            value = bound.get(key, neutral)
            if isinstance(value, str):
                options[key] = value
            elif value != neutral:
                alone = [neutral, neutral]
                alone[axis] = per_axis(value, 2, key)[axis]
                options[key] = short(alone)
        alone = [1, 1]
        alone[axis] = kernel[axis]
        layers.append(Layer("conv", (bound["filters"], tuple(alone)), options))
    layers[1] = Layer("conv", layers[1].arguments, {**layers[1].options, **kept(bound)})
    return layers


def short(values: list[Any]) -> Any:
    """One value where all axes have the same, else one an axis."""
    if len(set(values)) > 1:
        return tuple(values)
    # A pair before:after alone would be taken for two axes.
    return tuple(values[:1]) if isinstance(values[0], tuple) else values[0]
