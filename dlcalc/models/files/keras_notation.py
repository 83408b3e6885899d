"""Models of Keras in the layer notation, layer by layer as its code would be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files.keras_layers import dtype_name
from dlcalc.models.foreign import translated
from dlcalc.models.notation import read_notation
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

JOINS = {"Add": "sum", "Multiply": "scale", "Concatenate": "concat"}
NOT_SAID = ("name", "dtype", "trainable", "batch_shape", "batch_input_shape")
NOTHING = ("Identity", "Masking", "ActivityRegularization")


def model_of(config: Mapping[str, Any], name: str) -> Model:
    """The model in the notation; InputError for a layer that it has not."""
    inner = config.get("config")
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    if not isinstance(layers, list) or not layers:
        raise InputError("holds no list of layers")
    steps: list[Step] = []
    input, start = _input(layers)
    last = start
    for layer in layers:
        if layer.get("class_name") != "InputLayer":
            steps.append(_step(layer, last))
            last = steps[-1].name
    if not steps:
        raise InputError("holds no layers")
    return Model(arranged(steps, start, last), input, name)


def _input(layers: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], str]:
    """The one input of a model and its name."""
    inputs = [each for each in layers if each.get("class_name") == "InputLayer"]
    if len(inputs) > 1:
        raise InputError("several inputs; the notation has one")
    own = (inputs or layers)[0]["config"]
    shape = own.get("batch_shape") or own.get("batch_input_shape")
    if not isinstance(shape, list):
        raise InputError("no input shape is known: the model was never built")
    return _channels_first(shape[1:], own), str(own.get("name", "")) if inputs else "input"


def _step(layer: Mapping[str, Any], last: str) -> Step:
    """One layer with the layers whose outputs it takes: the one above, where it names none."""
    own, kind = layer["config"], str(layer.get("class_name"))
    label = str(own.get("name", ""))
    if len(layer.get("inbound_nodes") or ()) > 1:
        raise InputError(f"{label} is called twice, which the notation cannot say")
    sources = tuple(_sources(layer.get("inbound_nodes"))) or (last,)
    if kind in JOINS:
        return Step(label, sources, (), JOINS[kind], 0)
    if kind == "MultiHeadAttention" and len(set(sources)) == 1:
        return Step(label, sources[:1], (_attention(own, label),))
    if len(sources) > 1:
        raise InputError(f"{label} takes several inputs, which the notation cannot say")
    return Step(label, sources, tuple(_layers(layer)))


def _attention(config: Mapping[str, Any], name: str) -> Layer:
    """An attention of a sequence to itself."""
    options: dict[str, Any] = {"head_width": config.get("key_dim")}
    if config.get("use_bias") is False:
        options["bias"] = False
    return Layer("attention", (config.get("num_heads"),), options, plain_name(name))


def _channels_first(sizes: Any, config: Mapping[str, Any]) -> tuple[int, ...]:
    if not all(type(size) is int for size in sizes):
        raise InputError("the size of its input is open: give it in the notation")
    if len(sizes) > 2 and config.get("data_format") != "channels_first":
        sizes = [sizes[-1], *sizes[:-1]]
    return tuple(sizes)


def _sources(nodes: Any) -> Iterator[str]:
    """The layers whose outputs a layer takes: of Keras 3, or Keras 2's bare lists."""
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0])
            return
        nodes = list(nodes.values())
    if isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0]
            return
        for each in nodes:
            yield from _sources(each)


def _layers(layer: Mapping[str, Any]) -> Iterator[Layer]:
    """One layer of Keras as layers of the notation; the first bears its name."""
    kind, config = str(layer.get("class_name")), layer["config"]
    if kind in NOTHING:
        return
    if kind == "Sequential":
        for each in config.get("layers", ()):
            if each.get("class_name") != "InputLayer":
                yield from _layers(each)
        return
    if kind == "TimeDistributed" and isinstance(config.get("layer"), dict):
        yield from _layers(config["layer"])
        return
    lines = [line for call in _calls(kind, config) for line in translated(call)]
    if kind.endswith(("Pooling1D", "Conv1D", "Conv1DTranspose", "UpSampling1D")):
        # Keras's sequences are steps by channels, the windows of the notation channels first.
        back = [] if kind.startswith("Global") else ["transpose"]
        lines = ["transpose", *lines, *back]
    name = plain_name(str(config.get("name", kind)))
    for each in read_notation("\n".join(lines)).body:
        if isinstance(each, Layer):
            named = "" if each.type == "transpose" else name
            yield _own(each, named, config)
            name = "" if named else name


def _own(layer: Layer, name: str, config: Mapping[str, Any]) -> Layer:
    """The layer with its name and with what the call of Keras's class does not say."""
    options = dict(layer.options)
    if options.get("pad") == "causal":
        options["pad"] = (((layer.arguments[1] - 1) * options.get("dilation", 1), 0),)
    if config.get("trainable") is False and name:
        options["frozen"] = True
    return Layer(layer.type, layer.arguments, options, name)


def _calls(kind: str, config: Mapping[str, Any]) -> Iterator[str]:
    """The call, or the calls, that would make the layer."""
    if kind.startswith("SeparableConv"):
        axes = kind.removeprefix("SeparableConv")
        first = {**config, "use_bias": False, "activation": None, "name": None}
        yield _call(f"DepthwiseConv{axes}", first)
        yield _call(f"Conv{axes}", {
            "filters": config.get("filters"), "kernel_size": 1,
            "activation": config.get("activation"), "use_bias": config.get("use_bias", True),
        })
    elif kind == "Bidirectional" and isinstance(config.get("layer"), dict):
        inner = config["layer"]
        yield _call(str(inner.get("class_name")), {**inner["config"], "bidirectional": True})
    else:
        yield _call(kind, config)


def _call(kind: str, config: Mapping[str, Any]) -> str:
    given = []
    for key, value in config.items():
        if key in NOT_SAID or (key, value) == ("keepdims", False):
            continue
        if isinstance(value, list):
            value = tuple(value)
        if value is not None and isinstance(value, int | float | str | tuple):
            given.append(f"{key}={value!r}")
    if dtype_name(config.get("dtype")).startswith("int"):
        raise InputError("quantised layers cannot be said in the notation")
    return f"keras.layers.{kind}({', '.join(given)})"
