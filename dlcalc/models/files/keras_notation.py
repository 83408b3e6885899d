"""Models of Keras in the layer notation, layer by layer as its code would be written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files import keras_layers
from dlcalc.models.files.keras_layers import dtype_name, name_of
from dlcalc.models.foreign import JOINED, layers_of
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

_WINDOWS = re.compile(r"(Depthwise|Separable)?Conv[123]D|(Max|Average)Pooling[123]D")


def model_of(config: Mapping[str, Any], name: str) -> Model:
    """The model in the notation; InputError for a layer that it has not."""
    found = {name_of(layer): layer for layer in keras_layers.layers_of(config)}
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
    if kind.lower() in JOINED:
        return Step(label, taken, (), JOINED[kind.lower()], 0)
    if len(taken) > 1:
        raise InputError(f"{label} takes several inputs, which the notation cannot say")
    return Step(label, taken, tuple(layers(layer)))


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
    kind, config = str(layer.get("class_name")), layer.get("config")
    if not isinstance(config, dict):
        raise InputError("a layer without class_name and config")
    if kind == "Sequential":
        for each in config.get("layers", ()):
            if each.get("class_name") != "InputLayer":
                yield from layers(each)
        return
    if kind == "TimeDistributed" and isinstance(config.get("layer"), dict):
        yield from layers(config["layer"])
        return
    name = plain_name(str(config.get("name", kind)))
    if dtype_name(config.get("dtype")).startswith("int"):
        raise InputError("quantised layers cannot be said in the notation")
    named = {
        key: value for key, value in config.items() if isinstance(value, int | float | str | list)
    }
    inner = config.get("layer")
    if kind == "Bidirectional" and isinstance(inner, dict):
        if config.get("merge_mode", "concat") != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
        if not isinstance(inner.get("config"), dict):
            raise InputError(f"{name} holds a layer without class_name and config")
        kind, named = str(inner.get("class_name")), {**inner["config"], "bidirectional": True}
    yield from _own(layers_of(kind, (), named, name), config)


def _own(made: Sequence[Layer], config: Mapping[str, Any]) -> Iterator[Layer]:
    """The layers with what the call of Keras's class does not say."""
    for each in made:
        options = dict(each.options)
        if each.name and "zeros" in config:
            options["pad"] = config["zeros"]
        if config.get("trainable") is False and each.name:
            options["frozen"] = True
        yield Layer(each.type, each.arguments, options, each.name)
