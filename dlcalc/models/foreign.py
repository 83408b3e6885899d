"""Layers of PyTorch and Keras, by the names of their classes and arguments, in the notation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.sources import read_table
from dlcalc.layers.table import handler, parameters, usual
from dlcalc.models.tree import Layer

TABLE = read_table(__file__, "foreign.txt")
LAYERS, NAMES = TABLE["class"], TABLE["argument"]
"""The type and the arguments of a class, and the notation's names of arguments."""
JOINED, ACTIVATIONS = TABLE["joined"], TABLE["activation"]
"""How values meet in a function, and the notation's names of activations."""
UNSAID = ("proj_size", "kdim", "vdim", "add_bias_kv")
"""Arguments that change a count and that the notation has no word for."""
RECURRENT = ("LSTM", "GRU", "SimpleRNN")


def spec_of(kind: str) -> str:
    """The line of LAYERS for a class; an empty one for a class that is not known."""
    return next((spec for name, spec in LAYERS.items() if re.fullmatch(name, kind)), "")


def names_of(pattern: str) -> list[str]:
    """The classes that a name in LAYERS stands for, without what it has in round brackets.

    >>> names_of("Global(?:Max|Avg)Pool(?:ing)?[12]D"), names_of("Linear")
    (['GlobalPool1D', 'GlobalPool2D'], ['Linear'])
    """
    plain = re.sub(r"\(.*?\)|\?", "", pattern)
    digits = re.search(r"\[(\d+)\]", plain)
    return [plain.replace(digits[0], each) for each in digits[1]] if digits else [plain]


def unknown(kind: str) -> InputError:
    """The error about a class that is not known."""
    known = [name for pattern in LAYERS for name in names_of(pattern)]
    return InputError(f"layer {kind}(…) is not known here{did_you_mean(kind, known)}")


def bound(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a class's call by the notation's names; what it has no name for is left out.

    Raises InputError for a class that is not known, and for what changes a count unsaid.

    >>> bound("Conv2d", [3, 64], {"kernel_size": (3, 3), "device": "cpu"})
    {'inputs': 3, 'filters': 64, 'kernel': 3}
    """
    spec = spec_of(kind)
    if not spec:
        raise unknown(kind)
    for key in UNSAID:
        if named.get(key):
            raise InputError(f"{key} of {kind} cannot be said in the notation")
    _, *words = spec.split()
    places = [word.partition("=")[0] for word in words]
    keras_cell = kind in RECURRENT and "hidden_size" not in named and (
        len(given) < 2 or isinstance(given[1], str)
    )
    if keras_cell:
        places = ["units", "-"]
    found: dict[str, Any] = {
        place: int(number) for place, _, number in (word.partition("=") for word in words) if number
    }
    found |= {
        place: _one(value) for place, value in zip(places, given, strict=False) if place != "-"
    }
    extra = ("units", "bias", "reset_after", "sequence", "bidirectional") if keras_cell else ()
    by_name = {NAMES.get(key, key): value for key, value in named.items()}
    found |= {key: _one(value) for key, value in by_name.items() if key in (*places, *extra)}
    if "size" in named and spec.startswith("upsample"):  # of Keras
        found["scale"] = _one(named["size"])
    scaled, centred = named.get("scale", True), named.get("center", True)
    if kind.endswith("Normalization") and not (scaled and centred):  # of Keras
        if centred or (scaled and kind != "LayerNormalization"):
            raise InputError(f"scale or center alone of {kind} cannot be said in the notation")
        found |= {"bias": False} if scaled else {"affine": False}
    found |= {key: False for key in ("bias", "affine") if found.get(key, True) is None}
    return {key: value for key, value in found.items() if value is not None}


def layers_of(
    kind: str, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None, name: str = "",
) -> list[Layer]:
    """The layers that the call of a class is; the first that has a name to bear bears it.

    >>> [each.text for each in layers_of("Conv2D", [64, 3], {"activation": "relu"})]
    ['conv 64 3', 'relu']
    """
    named = named or {}
    options = bound(kind, given, named)
    type = spec_of(kind).split()[0]
    made = list(_layers(type, kind, options))
    if kind.endswith(("Pooling1D", "Pool1D", "Conv1D", "Conv1DTranspose", "UpSampling1D")):
        # Keras's sequences are steps by channels, the windows of the notation channels first.
        made.insert(0, ("transpose", {}))
        if type != "globalpool":
            made.append(("transpose", {}))
    if type == "globalpool" and not named.get("keepdims"):
        made.append(("flatten", {}))
    activation = str(named.get("activation") or "linear")
    if kind not in (*RECURRENT, "Activation") and ACTIVATIONS.get(activation, activation):
        made.append((ACTIVATIONS.get(activation, activation), {}))
    found = []
    for type, options in made:
        found.append(layer_of(type, options, "" if type == "transpose" else name))
        name = name if type == "transpose" else ""
    return found


def _layers(type: str, kind: str, options: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The layers of the notation, each with its arguments by name."""
    options.pop("inputs", None)
    over = options.pop("normalized", None)
    if type == "separable":
        shared = ("kernel", "stride", "pad", "dilation", "multiplier")
        yield "dwconv", {key: options[key] for key in shared if key in options} | {"bias": False}
        options = {key: value for key, value in options.items() if key not in shared}
        yield "conv", {**options, "kernel": 1}
        return
    if type == "activation":
        word = str(options.get("type", "relu"))
        yield ACTIVATIONS.get(word, word) or "identity", {}
        return
    if kind.endswith("Transpose"):
        options |= _keras_transposed(options)
    elif kind in RECURRENT and "units" in options:
        options = _keras_cell(kind, options)
    if type == "reshape" and isinstance(options.get("to"), tuple) and len(options["to"]) > 2:
        options["to"] = (options["to"][-1], *options["to"][:-1])
    if type == "avgpool" and options.pop("count_include_pad", True) is False:
        options["exclude_pad"] = True
    options |= {"kind": "max"} if kind.startswith("AdaptiveMax") else {}
    options |= {"over": "all"} if isinstance(over, tuple) else {}
    if str(options.get("mode", "")).endswith("linear"):  # bilinear, trilinear
        options["mode"] = "linear"
    if options.get("pad") == "causal":
        options["pad"] = (((options["kernel"] - 1) * options.get("dilation", 1), 0),)
    yield type, options


def _keras_transposed(options: Mapping[str, Any]) -> dict[str, Any]:
    """A transposed convolution of Keras, which pads in another way where columns are given.

    Without them there are L·S columns at least; with them, even 0, half a kernel is taken off both
    sides of `same` (keras 3.15.1, compute_conv_transpose_output_length).
    """
    kernel, stride = options.get("kernel"), options.get("stride", 1)
    if not isinstance(kernel, int) or not isinstance(stride, int):
        return {}
    if "output_padding" in options:
        return {"pad": kernel // 2} if options.get("pad") == "same" else {}
    short = options.get("pad", "valid") == "valid" and kernel < stride
    return {"output_padding": stride - kernel} if short else {}


def _keras_cell(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """A recurrent layer of Keras, whose biases are one vector but the newer GRU's."""
    two = kind == "GRU" and options.get("reset_after", True)
    return {
        "hidden": options["units"],
        "bias": options.get("bias", True) and (two or "single"),
        "bidirectional": options.get("bidirectional", False),
        "output": "sequence" if options.get("sequence") else "last",
    }


def layer_of(type: str, options: dict[str, Any], name: str) -> Layer:
    """A layer of the notation from its arguments by name; what it is by default is left out.

    >>> layer_of("conv", {"filters": 6, "kernel": 5, "stride": 1, "pad": 2}, "C1").text
    'conv 6 5 pad=2'
    """
    names, needed = parameters(handler(type))
    first = [options.pop(key) for key in names[:needed] if key in options]
    known = usual(handler(type))
    options = {
        key: value for key, value in options.items()
        if known.get(key) != value and (key, value) != ("pad", "valid")
    }
    return Layer(type, first, options, name)


def _one(value: Any) -> Any:
    """A value for all axes as one, and a whole number as such."""
    if isinstance(value, list | tuple):
        value = tuple(value)
        try:
            return value[0] if len(set(value)) == 1 else value
        except TypeError:
            raise InputError(f"{str(value)[:40]} is no size") from None
    return int(value) if isinstance(value, float) and value.is_integer() else value
