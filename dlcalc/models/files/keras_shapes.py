"""What goes into each layer of a Keras model and what comes out, and the products on the way.

Keras 3 writes down the shapes of the tensors that layers take, Keras 2 those that they were built
for. What nothing takes, and multiply-accumulates, come from the layers of the notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from dlcalc.errors import DlcalcError
from dlcalc.models.count import params
from dlcalc.models.files.keras_layers import WITHOUT, layers_of, name_of, sizes_of
from dlcalc.models.files.keras_notation import layers, own_sources, sources
from dlcalc.models.files.tensors import Tensor
from dlcalc.models.tree import Model

Layer = Mapping[str, Any]
Shape = tuple[int | None, ...]
SAME = re.compile(r"""
    (Batch|SyncBatch|Layer|Group|RMS|Unit)?Normalization(V1)? | \w*Activation | \w*ReLU | ELU
    | LayerScale | Softmax | Identity | Masking | \w*Dropout\w* | GaussianNoise
    | ActivityRegularization
    | Add | Subtract | Multiply | Average | Maximum | Minimum | Rescaling | Random\w+
""", re.VERBOSE)
"""Classes whose output is as large as each of their inputs."""
SPATIAL = re.compile(r"\w*(Conv|Pooling|UpSampling|ZeroPadding|Cropping)\w*D\w*|Flatten")
"""Classes that the notation has channels first."""
def _reshaped(config: Layer, taken: Shape) -> Shape:
    """The shape that a Reshape is asked for, one size of which may be open."""
    wanted = sizes_of(config["target_shape"])
    whole, open_at = _whole(taken), [at for at, size in enumerate(wanted) if size is None]
    if whole is None or len(open_at) != 1:
        return wanted
    known = prod(size for size in wanted if size is not None)
    return tuple(prod(whole) // known if size is None and known else size for size in wanted)


def _cropped(config: Layer, taken: Shape) -> Shape:
    """What is left of the axes of space when both sides are cut off."""
    pairs = config["cropping"]
    pairs = pairs if isinstance(pairs[0], list) else [pairs]
    first = int(config.get("data_format") == "channels_first")
    sizes = list(taken)
    for at, cut in enumerate(pairs, first):
        size = sizes[at]
        sizes[at] = None if size is None else size - sum(cut)
    return tuple(sizes)


def _conv_lstm(config: Layer, taken: Shape) -> Shape:
    """An image a step, its channels last, or the last image."""
    if config.get("data_format") == "channels_first":
        raise ValueError
    same, places = config.get("padding") == "same", []
    for size, taps, step, apart in zip(
        taken[1:-1], config["kernel_size"], config["strides"], config["dilation_rate"], strict=True
    ):
        room = None if size is None else size - 1 if same else size - apart * (taps - 1) - 1
        places.append(None if room is None else room // step + 1)
    steps = taken[:1] if config.get("return_sequences") else ()
    return (*steps, *places, config["filters"])


def _cells(config: Layer, taken: Shape) -> Shape:
    """A vector a step, as wide as the last cell, or the last vector."""
    cell = config["cell"]["config"]
    units = cell["cells"][-1]["config"]["units"] if "cells" in cell else cell["units"]
    return (*(taken[:1] if config.get("return_sequences") else ()), units)


STEPPED: dict[str, Callable[[Layer, Shape], Shape]] = {
    "RNN": _cells, **{f"ConvLSTM{axes}D": _conv_lstm for axes in (1, 2, 3)},
}
"""Classes whose kernels run at each step, and the shape that they give."""


MOVED: dict[str, Callable[[Layer, Shape], Shape]] = {
    **dict.fromkeys(("Embedding", "ReversibleEmbedding"), lambda config, taken: (
        *taken, config["output_dim"],
    )),
    "Reshape": _reshaped,
    "RepeatVector": lambda config, taken: (config["n"], *taken),
    "Permute": lambda config, taken: tuple(taken[at - 1] for at in config["dims"]),
    **{f"Cropping{axes}D": _cropped for axes in (1, 2, 3)},
}
"""Classes that move what they take, or look it up, and the shape that they give."""
PRODUCTS = ("Dot", "Lambda", "Attention", "AdditiveAttention")
"""Classes without weights, or with few, that multiply inputs with each other."""


class Flow:
    """The layers of one model, each with its output and its products."""

    def __init__(self, model: Layer, tensors: Sequence[Tensor], around: str = "") -> None:
        self.tensors = tensors
        self.around = around
        self.outputs: dict[str, Shape] = {}
        """Shapes without the batch; None for an axis that is open."""
        self.macs: dict[str, int | None] = {}
        self.input: tuple[int, ...] | None = None
        """The shape of the first input, where it is known in whole."""
        written: dict[str, Shape] = {}
        taken: dict[str, dict[str, Shape]] = {}
        self.last = ""
        for layer in layers_of(model):
            pairs = list(_taken(layer, self.last))
            self.last = name_of(layer)
            own = {source for source, _ in own_sources(layer)}
            taken[self.last] = {
                source: shape for source, shape in pairs if source in own or not own
            }
            for source, shape in pairs:
                written.setdefault(source, shape)
        before = ""
        for layer in layers_of(model):
            name = name_of(layer)
            given = [
                shape if _whole(shape) else self.outputs.get(source, shape)
                for source, shape in taken[name].items()
            ]
            if not given and before in self.outputs:
                given = [self.outputs[before]]
            before = name
            output, macs = self._made(layer, given)
            noted = written.get(name)
            if noted is not None and output is not None and not _agree(noted, output):
                macs = None  # what is written down is of something else
            output = noted if output is None or (noted and _whole(noted)) else output
            if output is not None:
                self.outputs[name] = output
            calls = layer.get("inbound_nodes")
            times = len(calls) if isinstance(calls, list) and calls else 1
            self.macs[name] = None if macs is None else macs * times

    def _made(self, layer: Layer, taken: Sequence[Shape]) -> tuple[Shape | None, int | None]:
        """The output of a layer and its products, as far as they can be told."""
        kind, config = str(layer.get("class_name")), layer["config"]
        if kind == "InputLayer":
            return self._entered(config), 0
        if "layers" in config:
            inner = Flow(layer, self.tensors, f"{self.around}{name_of(layer)}/")
            macs = [each for each in inner.macs.values() if each is not None]
            total = sum(macs) if len(macs) == len(inner.macs) else None
            return inner.outputs.get(inner.last), total
        if taken and SAME.fullmatch(kind):
            return _together(taken), 0
        if kind == "Dense" and taken:
            units = config.get("units")
            known = _whole(taken[0])
            return (*taken[0][:-1], units), (
                prod(known) * units if known and isinstance(units, int) else None
            )
        if taken and kind in (*MOVED, *STEPPED, "EinsumDense"):
            return self._known(layer, kind, taken[0])
        whole = _whole(taken[0]) if len(taken) == 1 else None
        if whole is not None:
            made = self._counted(layer, kind, whole)
            if made is not None:
                return made
        return None, 0 if WITHOUT.fullmatch(kind) and kind not in PRODUCTS else None

    def _known(self, layer: Layer, kind: str, taken: Shape) -> tuple[Shape | None, int | None]:
        """A layer of a class whose rule stands here."""
        config = layer["config"]
        try:
            if kind in MOVED:
                return MOVED[kind](config, taken), 0
            if kind in STEPPED:
                return STEPPED[kind](config, taken), self._in_steps(layer, taken)
            return self._einsum(layer, taken)
        except (TypeError, KeyError, IndexError, ValueError):
            return None, 0 if kind in MOVED else None

    def _in_steps(self, layer: Layer, taken: Shape) -> int | None:
        """The products of kernels that run at each step, and of images at each place."""
        kernels = sum(prod(shape) for shape in self._kernels(layer))
        config = layer["config"]
        output = STEPPED[str(layer["class_name"])]({**config, "return_sequences": True}, taken)
        places = _whole(output[:-1])
        return None if places is None else prod(places) * kernels

    def _kernels(self, layer: Layer) -> list[tuple[int, ...]]:
        start = f"{self.around}{name_of(layer)}/"
        return [
            each.logical or each.shape for each in self.tensors
            if each.name.startswith(start) and each.name.endswith("kernel")
        ]

    def _einsum(self, layer: Layer, taken: Shape) -> tuple[Shape, int | None]:
        """The sizes of the output's letters, and the product of the sizes of all letters."""
        equation = str(layer["config"]["equation"]).replace(" ", "")
        into, kernel, given = re.split(",|->", equation)
        others = len(taken) + 1 - len(into.replace("...", ""))
        into, given = (each.replace("...", "0123456789"[:others]) for each in (into, given))
        sizes = dict(zip(into, (1, *taken), strict=True))  # the batch is the first
        sizes |= zip(kernel, self._kernels(layer)[0], strict=True)
        known = _whole(tuple(sizes.values()))
        return tuple(sizes[each] for each in given)[1:], None if known is None else prod(known)

    def _entered(self, config: Layer) -> Shape | None:
        """The shape of an input; the first one is that of the model."""
        given = sizes_of(config.get("batch_shape", config.get("batch_input_shape")))
        if self.input is None and given:
            self.input = _whole(given[1:])
        return given[1:] if given else None

    def _counted(
        self, layer: Layer, kind: str, given: tuple[int, ...]
    ) -> tuple[tuple[int, ...], int] | None:
        """Output and products as the notation counts the layer, where that has its weights."""
        moved = len(given) > 2 and SPATIAL.fullmatch(kind) is not None and (
            layer["config"].get("data_format") != "channels_first"
        )
        start = f"{self.around}{name_of(layer)}/"
        held = sum(each.params for each in self.tensors if each.name.startswith(start))
        try:
            count = params(Model(list(layers(layer)), (given[-1], *given[:-1]) if moved else given))
        except (DlcalcError, TypeError, ValueError):
            return None
        if count.misfit is not None or count.params != held:
            return None
        out = count.output
        return (*out[1:], out[0]) if moved and len(out) > 2 else out, count.macs


def _together(shapes: Sequence[Shape]) -> Shape:
    """The shape of values that meet element by element."""
    rank = max(map(len, shapes))
    wide: list[Shape] = [(*[1] * (rank - len(each)), *each) for each in shapes]
    return tuple(
        None if None in sizes else max(size for size in sizes if size is not None)
        for sizes in zip(*wide, strict=True)
    )


def _agree(noted: Shape, made: Shape) -> bool:
    """Whether two shapes may be those of one value, some of whose axes are open."""
    return len(noted) == len(made) and all(
        a == b or a is None or b is None for a, b in zip(noted, made, strict=True)
    )


def _whole(shape: Shape) -> tuple[int, ...] | None:
    """A shape without an axis that is open."""
    whole = tuple(size for size in shape if size is not None)
    return whole if len(whole) == len(shape) else None


def _taken(layer: Layer, last: str) -> Iterator[tuple[str, Shape]]:
    """The layers that a layer takes the outputs of, and their shapes without the batch."""
    built = layer.get("build_config")
    shapes = sizes_of(built.get("input_shape")) if isinstance(built, dict) else ()
    several = shapes if shapes and isinstance(shapes[0], tuple) else [shapes] if shapes else []
    named = list(sources(layer.get("inbound_nodes"))) or ([(last, None)] if last else [])
    for at, (name, shape) in enumerate(named):
        if shape is not None:
            yield name, sizes_of(shape)[1:]
        elif at < len(several):
            yield name, several[at][1:]
