"""Keras: .keras and to_json(), counted layer by layer as Keras's summary does.

A .keras file is a zip of metadata.json, config.json and model.weights.h5 (keras 3.15.1); the
weights need not be read, since every layer that has some says the shape it was built for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, BinaryIO

from dlcalc.errors import DlcalcError, InputError
from dlcalc.input.json_text import parse_json
from dlcalc.models.files.keras_layers import (
    Weight,
    dtype_name,
    layers_of,
    name_of,
    sizes_of,
    weights,
)
from dlcalc.models.files.keras_shapes import Flow
from dlcalc.models.files.stream import member_bytes, open_zip, printable
from dlcalc.models.files.tensors import (
    BUFFER,
    PARAMETER,
    QUANTISATION,
    QUANTISED,
    Held,
    Row,
    Tensor,
)

MOST_CONFIG, MOST_DEPTH, MOST_LAYERS = 64 << 20, 40, 100_000
_WIDTHS = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1}
_KINDS = {"weight": PARAMETER, "state": BUFFER, "scale": QUANTISATION}


def read_keras(file: BinaryIO, path: str, input: Any = None) -> Held:
    """A .keras file, from its config.json."""
    with open_zip(file, "a .keras file") as archive:
        if "config.json" not in archive.namelist():
            raise InputError("no .keras file: the zip lacks config.json")
        data = member_bytes(archive, "config.json", MOST_CONFIG)
    return held_of(data, path, input)


def read_json(file: BinaryIO, path: str, input: Any = None) -> Held:
    """A model as to_json writes it."""
    return held_of(file.read(MOST_CONFIG), path, input)


def held_of(data: bytes, path: str, input: Any = None) -> Held:
    """A model from its JSON: rows as Keras's summary, tensors one a weight.

    `input` is the shape of its first input as dlcalc has it, channels first, for axes that the
    file leaves open. InputError for what is no model, or was never built.
    """
    try:
        config = parse_json(data.decode(), allow_nonfinite=True)
    except UnicodeDecodeError:
        raise InputError("its config.json is not UTF-8 text") from None
    if not isinstance(config, dict) or not {"class_name", "config"} <= config.keys():
        raise InputError("its config.json is no model of Keras's: class_name and config are wanted")
    reader = _Reader()
    layers = list(layers_of(config))
    if not layers:
        raise InputError("holds no layers")
    if input is not None:
        _give_input(layers, input)
    owned = [list(reader.tensors(layer, "", None, 0)) for layer in layers]
    tensors = [tensor for own in owned for tensor in own]
    flow = Flow(config, tensors)
    rows = [row_of(layer, own, flow) for layer, own in zip(layers, owned, strict=True)]
    metadata = {
        key: config[key] for key in ("keras_version", "backend") if isinstance(config.get(key), str)
    }
    return Held(path, "keras", tensors, metadata, (), rows, config, flow.input)


def _give_input(layers: list[Any], input: tuple[int, ...]) -> None:
    """Put sizes into the open axes of the first input."""
    for config in (layer["config"] for layer in layers):
        name = next((key for key in ("batch_shape", "batch_input_shape") if config.get(key)), "")
        if not name:
            continue
        first = config.get("data_format") == "channels_first" or len(input) < 3
        given = input if first else (*input[1:], input[0])
        known = sizes_of(config[name])
        if len(known) != len(given) + 1 or any(
            size not in (None, own) for size, own in zip(known[1:], given, strict=True)
        ):
            shown = "x".join("?" if size is None else str(size) for size in known[1:])
            raise InputError(
                f"does not fit {shown}, the file's input, channels last; CxHxW is wanted here"
            ).at("--input")
        config[name] = [known[0], *given]
        return


def row_of(layer: Mapping[str, Any], own: Sequence[Tensor], flow: Flow) -> Row:
    """A layer with its tensors; its output has the batch, which is open, as Keras shows it."""
    name = name_of(layer)
    output = flow.outputs.get(name)
    return Row(
        name, printable(str(layer.get("class_name"))),
        None if output is None else (None, *output),
        sum(each.numbers for each in own), flow.macs.get(name),
        trainable=sum(each.params for each in own if each.trains),
        buffers=sum(each.numbers for each in own if each.role == BUFFER),
        bytes=sum(each.bytes for each in own),
    )


class _Reader:
    """Layers within layers, with a bound on how many there are."""

    def __init__(self) -> None:
        self.left = MOST_LAYERS

    def tensors(
        self, layer: Mapping[str, Any], prefix: str, shape: Any, depth: int
    ) -> Iterator[Tensor]:
        """The weights of a layer, of those that it wraps, and of a model within it."""
        self.left -= 1
        if depth > MOST_DEPTH or self.left < 0:
            raise InputError("layers within layers beyond any honest depth")
        kind, name = str(layer.get("class_name")), prefix + name_of(layer)
        config = layer["config"]
        try:
            if "layers" in config and kind not in ("RNN",):
                for each in layers_of(layer):
                    yield from self.tensors(each, f"{name}/", None, depth + 1)
                return
            given, inner = _built(layer, shape), _wrapped(layer)
            if inner:
                yield from self._inner(kind, inner, name, given, depth)
                return
            for weight in weights(layer, config, given):
                yield _tensor(weight, name, config)
        except DlcalcError as error:
            raise error.at(name) if name and name not in error.places else error from None

    def _inner(
        self, kind: str, inner: list[Mapping[str, Any]], name: str, shape: Any, depth: int
    ) -> Iterator[Tensor]:
        """The weights of the layers within a wrapper."""
        if kind == "Bidirectional" and len(inner) == 1:
            inner = [*inner, _backward(inner[0])]
        for each in inner:
            passed = shape
            if kind == "TimeDistributed" and isinstance(shape, tuple):
                passed = shape[:1] + shape[2:]
            yield from self.tensors(each, f"{name}/", passed, depth + 1)
            if kind == "StackedRNNCells":
                shape = (None, each["config"].get("units"))
        if kind == "SpectralNormalization":
            config = inner[0]["config"]
            held = weights(inner[0], config, _built(inner[0], shape))
            if not held or not held[0].shape:
                raise InputError("the layer within has no kernel")
            kernel = held[0]
            yield _tensor(Weight("vector_u", (1, kernel.shape[-1]), "state"), name, config)


def _wrapped(layer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers that a wrapper holds."""
    config = layer["config"]
    cells = config.get("cells")
    found = [
        config.get("layer"), config.get("cell"), *(cells if isinstance(cells, list) else ()),
        config.get("backward_layer"),
    ]
    return [
        each for each in found if isinstance(each, dict) and isinstance(each.get("config"), dict)
    ]


def _backward(layer: Mapping[str, Any]) -> dict[str, Any]:
    """The layer of the other direction, which only Keras's own copy of the first one is."""
    config = dict(layer["config"])
    name = str(config.get("name", ""))
    config["name"] = f"backward_{name.removeprefix('forward_')}"
    return {**layer, "config": config}


def _built(layer: Mapping[str, Any], shape: Any) -> Any:
    """The shape that a layer was built for, or several by name."""
    config = layer["config"]
    built = layer.get("build_config")
    built = built if isinstance(built, dict) else {}
    several = built.get("shapes_dict")
    if isinstance(several, dict):
        return {key: sizes_of(each) for key, each in several.items()}
    several = {
        key: sizes_of(each) for key, each in built.items() if key.endswith("_shape") and each
    }
    if "query_shape" in several:
        return several
    given = built.get("input_shape", config.get("batch_shape", config.get("batch_input_shape")))
    return sizes_of(given) if given is not None else (shape if shape is not None else ())


def _tensor(weight: Weight, name: str, config: Mapping[str, Any]) -> Tensor:
    policy = dtype_name(config.get("dtype"))
    # Policies: mixed_float16 keeps float32 variables; int8_from_float32 names both types.
    packed = policy.startswith(("int8", "int4"))
    zero = packed and weight.name.endswith("_zero")
    plain = policy.rpartition("from_")[2]
    dtype = plain if plain in _WIDTHS else "float32"
    if (packed and weight.kind == "weight" and weight.name in ("kernel", "embeddings")) or zero:
        dtype = "int8"
    trains = weight.kind == "weight" and config.get("trainable", True) is not False and (
        dtype != "int8"
    )
    tensor = Tensor(
        f"{name}/{weight.name}", dtype, weight.shape, prod(weight.shape) * _WIDTHS[dtype],
        _KINDS[weight.kind], trains=trains,
    )
    if weight.logical is None:
        return tensor
    return tensor.but(
        role=QUANTISED, stands_for=prod(weight.logical), logical=weight.logical
    )
