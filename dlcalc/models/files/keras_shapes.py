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


MOVED: dict[str, Callable[[Layer, Shape], Shape]] = {
    **dict.fromkeys(("Embedding", "ReversibleEmbedding"), lambda config, taken: (
        *taken, config["output_dim"],
    )),
    "Reshape": _reshaped,
    "RepeatVector": lambda config, taken: (config["n"], *taken),
    "Permute": lambda config, taken: tuple(taken[at - 1] for at in config["dims"]),
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
        taken: dict[str, list[Shape]] = {}
        self.last = ""
        for layer in layers_of(model):
            pairs = list(_taken(layer, self.last))
            self.last = name_of(layer)
            own = {source for source, _ in own_sources(layer)}
            taken[self.last] = list({
                source: shape for source, shape in pairs if source in own or not own
            }.values())
            for source, shape in pairs:
                self.outputs.setdefault(source, shape)
        before = ""
        for layer in layers_of(model):
            name = name_of(layer)
            given = taken[name]
            if not given and before in self.outputs:
                given = [self.outputs[before]]
            before = name
            output, macs = self._made(layer, given)
            if output is not None and self.outputs.setdefault(name, output) != output:
                macs = None  # what is written down is of something else
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
        if kind in MOVED and taken:
            try:
                return MOVED[kind](config, taken[0]), 0
            except (TypeError, KeyError, IndexError):
                return None, 0
        whole = _whole(taken[0]) if len(taken) == 1 else None
        if whole is not None:
            made = self._counted(layer, kind, whole)
            if made is not None:
                return made
        return None, 0 if WITHOUT.fullmatch(kind) and kind not in PRODUCTS else None

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
