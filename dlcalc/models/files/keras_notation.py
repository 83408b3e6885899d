"""Models of Keras in the layer notation, layer by layer as its code would be written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files.keras_layers import dtype_name, layers_of, name_of
from dlcalc.models.foreign import translated
from dlcalc.models.notation import read_notation
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

JOINS = {"Add": "sum", "Multiply": "scale", "Concatenate": "concat"}
NOT_SAID = ("zeros", "name", "dtype", "trainable", "batch_shape", "batch_input_shape")
NOTHING = re.compile(r"Identity|Masking|ActivityRegularization|GaussianNoise|Random\w+")
CONSTANT = ("Rescaling", "Normalization")
"""Classes that add and multiply constants: they stay to be seen, and do nothing."""
_WINDOWS = re.compile(r"(Depthwise|Separable)?Conv[123]D|(Max|Average)Pooling[123]D")


def model_of(config: Mapping[str, Any], name: str) -> Model:
    """The model in the notation; InputError for a layer that it has not."""
    found = {name_of(layer): layer for layer in layers_of(config)}
    inputs = [layer for layer in found.values() if layer.get("class_name") == "InputLayer"]
    if len(inputs) > 1:
        raise InputError("several inputs; the notation has one")
    ends = [each for each, _ in sources(config["config"].get("output_layers"))] if isinstance(
        config["config"], dict
    ) else []
    if len(ends) > 1:
        raise InputError("several outputs; the notation has one")
    start = name_of(inputs[0]) if inputs else "input"
    taken: dict[str, tuple[str, ...]] = {}
    last = start
    for each, layer in found.items():
        if layer.get("class_name") != "InputLayer":
            taken[each] = tuple(dict.fromkeys(
                source for source, _ in own_sources(layer)
            )) or (last,)
            last = each
    if not taken:
        raise InputError("holds no layers")
    _pad(found, taken)
    end = ends[0] if ends else last
    needed, waiting = {end}, [end]  # what makes masks is left out
    for each in waiting:
        waiting += [source for source in taken.get(each, ()) if source not in needed]
        needed.update(waiting)
    steps = [_step(found[each], taken[each]) for each in taken if each in needed]
    return Model(arranged(steps, start, end), _input((inputs or list(found.values()))[0]), name)


def _pad(found: dict[str, Any], taken: dict[str, tuple[str, ...]]) -> None:
    """Give the zeros that a layer adds to the windows behind it, where these alone take them."""
    for name in [each for each in taken if found[each]["class_name"].startswith("ZeroPadding")]:
        users = [each for each, given in taken.items() if name in given]
        user = found[users[0]] if len(users) == 1 and taken[users[0]] == (name,) else {}
        padding = found[name]["config"].get("padding")
        if not _WINDOWS.fullmatch(str(user.get("class_name"))) or not isinstance(padding, list):
            continue
        if user["config"].get("padding", "valid") == "valid":
            pairs = tuple(tuple(each) for each in (
                padding if isinstance(padding[0], list) else [padding]
            ))
            alike = len({size for pair in pairs for size in pair}) == 1
            pads = pairs[0][0] if alike else pairs
            found[users[0]] = {**user, "config": {**user["config"], "zeros": pads}}
            taken[users[0]] = taken.pop(name)


def _input(layer: Mapping[str, Any]) -> tuple[int, ...]:
    """The shape of the input of a model."""
    own = layer["config"]
    shape = own.get("batch_shape") or own.get("batch_input_shape")
    if not isinstance(shape, list):
        raise InputError("no input shape is known: the model was never built")
    return _channels_first(shape[1:], own)


def _step(layer: Mapping[str, Any], taken: tuple[str, ...]) -> Step:
    """One layer with the layers whose outputs it takes."""
    label, kind = name_of(layer), str(layer.get("class_name"))
    if len(layer.get("inbound_nodes") or ()) > 1:
        raise InputError(f"{label} is called twice, which the notation cannot say")
    if kind in JOINS:
        return Step(label, taken, (), JOINS[kind], 0)
    if len(taken) > 1:
        raise InputError(f"{label} takes several inputs, which the notation cannot say")
    return Step(label, taken, tuple(layers(layer)))


def _attention(config: Mapping[str, Any], name: str) -> Layer:
    """An attention of a sequence to itself."""
    options: dict[str, Any] = {"head_width": config.get("key_dim")}
    if config.get("value_dim") not in (None, config.get("key_dim")):
        options["value_width"] = config["value_dim"]
    if config.get("use_bias") is False:
        options["bias"] = False
    return Layer("attention", (config.get("num_heads"),), options, name)


def _channels_first(sizes: Any, config: Mapping[str, Any]) -> tuple[int, ...]:
    if not all(type(size) is int for size in sizes):
        raise InputError("the size of its input is open: give it in the notation")
    if len(sizes) > 2 and config.get("data_format") != "channels_first":
        sizes = [sizes[-1], *sizes[:-1]]
    return tuple(sizes)


def sources(nodes: Any) -> Iterator[tuple[str, Any]]:
    """The layers whose outputs a layer takes: of Keras 3, with shapes, or Keras 2's bare lists."""
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0]), nodes.get("shape")
            return
        nodes = list(nodes.values())
    if isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0], None
            return
        for each in nodes:
            yield from sources(each)


def own_sources(layer: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What the first call of a layer takes, without its masks."""
    calls = layer.get("inbound_nodes")
    first = calls[0] if isinstance(calls, list) and calls else calls
    if not isinstance(first, dict):
        return list(sources(calls))
    return list(sources(first.get("args"))) or list(sources(first.get("kwargs")))


def layers(layer: Mapping[str, Any]) -> Iterator[Layer]:
    """One layer of Keras as layers of the notation; the first bears its name."""
    kind, config = str(layer.get("class_name")), layer["config"]
    if NOTHING.fullmatch(kind):
        return
    if kind == "Sequential":
        for each in config.get("layers", ()):
            if each.get("class_name") != "InputLayer":
                yield from layers(each)
        return
    if kind == "TimeDistributed" and isinstance(config.get("layer"), dict):
        yield from layers(config["layer"])
        return
    name = plain_name(str(config.get("name", kind)))
    if kind in ("MultiHeadAttention", *CONSTANT):
        yield Layer("identity", (), {}, name) if kind in CONSTANT else _attention(config, name)
        return
    yield from _translated(kind, config, name)


def _translated(kind: str, config: Mapping[str, Any], name: str) -> Iterator[Layer]:
    """The layers that the call of Keras's class is in the notation."""
    lines = [line for call in _calls(kind, config) for line in translated(call)]
    if kind.endswith(("Pooling1D", "Conv1D", "Conv1DTranspose", "UpSampling1D")):
        # Keras's sequences are steps by channels, the windows of the notation channels first.
        back = [] if kind.startswith("Global") else ["transpose"]
        lines = ["transpose", *lines, *back]
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
    if name and "zeros" in config:
        options["pad"] = config["zeros"]
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
        if config.get("merge_mode", "concat") != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
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
