"""The ways to fewer parameters that apply to a layer, from mild to strong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dlcalc.layers.counted import Shape
from dlcalc.layers.table import GENERAL, bind, handler, parameters
from dlcalc.models.changes import with_argument
from dlcalc.models.tree import Layer

MOST_SHARED = 1024
"""Divisors that are tried: of channels into groups, of heads that share keys and values."""

Build = Callable[[int], Sequence[Layer]]
Bound = dict[str, Any]

FEWER = {
    "linear": ("units", "fewer units"), "lstm": ("hidden", "fewer hidden units"),
    "gru": ("hidden", "fewer hidden units"), "rnn": ("hidden", "fewer hidden units"),
    "embedding": ("width", "shorter vectors"),
}
"""The argument that makes a layer narrower, and what that is called."""


class Way:
    """One way: its name, its settings from mild to strong, and the layers of a setting."""

    def __init__(self, name: str, settings: Sequence[int], usual: int, layers: Build) -> None:
        self.name = name
        self.settings = settings
        """From mild to strong; each holds fewer parameters than the one before it."""
        self.usual = usual
        """The setting that is shown where nothing else is asked for."""
        self.layers = layers
        """The layers that a setting puts in the place of the one."""

    @property
    def strengths(self) -> int:
        """The number of settings, which may be more than len() can say."""
        settings = self.settings
        if isinstance(settings, range):
            return max(0, -((settings.start - settings.stop) // settings.step))
        return len(settings)


def ways(layer: Layer, shape: Shape) -> list[Way]:
    """The ways that apply to a layer with an input of this shape.

    >>> [way.name for way in ways(Layer("linear", (84,)), (120,))]
    ['fewer units', 'low rank', 'no bias']
    """
    count = handler(layer.type)
    bound = bind(layer.type, layer.arguments, dict(layer.options), count)
    for option in GENERAL:
        bound.pop(option, None)
    found: list[Way] = []
    if layer.type in ("conv", "dwconv", "conv_transpose"):
        from dlcalc.commands.reduce.ways_convolutional import of_convolutions

        found += of_convolutions(layer, shape, bound)
    if layer.type in FEWER:
        found += _fewer(layer, bound)
    if layer.type == "linear":
        found += _low_rank(shape, bound)
    if layer.type == "embedding":
        found += _factorised(bound)
    if layer.type == "attention":
        found += _grouped_queries(layer, bound)
    if "bias" in parameters(count)[0] and bound.get("bias", True):
        found.append(Way("no bias", (0,), 0, lambda _: [with_argument(layer, "bias", False)]))
    return [way for way in found if way.settings]


def _fewer(layer: Layer, bound: Bound) -> list[Way]:
    argument, name = FEWER[layer.type]
    most = bound[argument]
    return [Way(
        name, range(most - 1, 0, -1), max(1, most // 2),
        lambda units: [with_argument(layer, argument, units)],
    )]


def _low_rank(shape: Shape, bound: Bound) -> list[Way]:
    """W ≈ U V of rank r: r·(in + out) weights for in·out."""
    units = bound["units"]
    rank = min(shape[-1], units)

    def build(r: int) -> list[Layer]:
        return [Layer("linear", (r,), {"bias": False}), Layer("linear", (units,), kept(bound))]

    return [Way("low rank", range(rank - 1, 0, -1), max(1, rank // 4), build)]


def _factorised(bound: Bound) -> list[Way]:
    """A short vector for each word, and one matrix to its width (Lan et al. 2019, ALBERT)."""
    width = bound["width"]

    def build(r: int) -> list[Layer]:
        return [
            Layer("embedding", (bound["vocabulary"], r)),
            Layer("linear", (width,), {"bias": False}),
        ]

    return [Way("low rank", range(width - 1, 0, -1), max(1, width // 4), build)]


def _grouped_queries(layer: Layer, bound: Bound) -> list[Way]:
    """Fewer heads of keys and values than of queries (Ainslie et al. 2023)."""
    heads = bound["heads"]
    now = bound.get("kv_heads") or heads
    fewer = [
        heads // shared for shared in range(2, min(heads, MOST_SHARED) + 1)
        if heads % shared == 0 and heads // shared < now
    ]
    usual = next((k for k in fewer if k * 4 <= heads), fewer[-1]) if fewer else 1
    return [Way(
        "grouped queries", fewer, usual, lambda k: [with_argument(layer, "kv_heads", k)]
    )]


def kept(bound: Bound) -> Bound:
    """The bias as the layer has it, for the one in its place that gives its output."""
    return {"bias": bound["bias"]} if "bias" in bound else {}
