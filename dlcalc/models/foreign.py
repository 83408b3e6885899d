"""Layers of PyTorch and Keras, by the names of their classes and arguments, in the notation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.expressions import FUNCTIONS, Fields, facts
from dlcalc.input.sources import read_table
from dlcalc.layers.table import handler, parameters, usual
from dlcalc.models.tree import Layer

TABLE = read_table(__file__, "foreign.txt")
LAYERS, NAMES = TABLE["class"], TABLE["argument"]
"""The type and the arguments of a class, and the notation's names of arguments."""
JOINED, ACTIVATIONS = TABLE["joined"], TABLE["activation"]
"""How values meet in a function, and the notation's names of activations."""
CELLS = TABLE["cell"]
"""Recurrent layers as Keras has them; some bear the names of PyTorch's."""


_facts = lru_cache(facts)
"""What is made of the arguments of a class, each line read once."""


@lru_cache
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


def _line_of(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> str:
    """The line of the table for the call of a class; InputError for a class that is not known."""
    of_keras = "hidden_size" not in named and (len(given) < 2 or isinstance(given[1], str))
    line = CELLS[kind] if kind in CELLS and of_keras else spec_of(kind)
    if not line:
        raise unknown(kind)
    return line


def bound(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a class's call by the notation's names; what it has no name for is left out.

    Raises InputError for a class that is not known.

    >>> bound("Conv2d", [3, 64], {"kernel_size": (3, 3), "device": "cpu"})
    {'inputs': 3, 'filters': 64, 'kernel': 3}
    """
    _, *words = _line_of(kind, given, named).partition(";")[0].split()
    pairs = [word.partition("=") for word in words]
    names = [name for name, _, _ in pairs]
    found: dict[str, Any] = {name: int(usual) for name, _, usual in pairs if usual}
    places = names[: names.index("*")] if "*" in names else names
    found |= {
        place: one(value) for place, value in zip(places, given, strict=False) if place != "-"
    }
    by_name = {NAMES.get(key, key): value for key, value in named.items()}
    found |= {key: one(value) for key, value in by_name.items() if key in names}
    found |= {key: False for key in ("bias", "affine") if found.get(key, True) is None}
    if isinstance(found.get("pad"), str):  # Keras takes "SAME", too
        found["pad"] = found["pad"].lower()
    return {key: value for key, value in found.items() if value is not None}


def _options(kind: str, given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the layer that a call is; InputError for what changes a count unsaid."""
    line = _line_of(kind, given, named)
    options = bound(kind, given, named)
    own = Fields({
        key: [*value] if isinstance(value, tuple) else value for key, value in options.items()
    })
    words, _, rest = line.partition(";")
    made = {name: _tuples(each(own)) for name, each in _facts(rest).items()}
    if unsaid := made.pop("unsaid", None):
        raise InputError(f"{unsaid} of {kind} cannot be said in the notation")
    for name in ["inputs", *words.partition("*")[2].split()]:
        options.pop(name.partition("=")[0], None)
    return {key: value for key, value in (options | made).items() if value is not None}


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def layers_of(
    kind: str, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None, name: str = "",
    rank: int = 0,
) -> list[Layer]:
    """The layers that the call of a class is; the first that has a name to bear bears it.

    `rank` is the number of axes, without the batch, of what it takes, where that is known.

    >>> [each.text for each in layers_of("Conv2D", [64, 3], {"activation": "relu"})]
    ['conv 64 3', 'relu']
    """
    named = named or {}
    type, options = _line_of(kind, given, named).split()[0], _options(kind, given, named)
    if rank > 2 and type in ("layernorm", "rmsnorm"):
        options.setdefault("over", "channels")
    made = [(type, options)]
    if type == "separable":
        shared = ("kernel", "stride", "pad", "dilation", "multiplier")
        each = {key: options.pop(key) for key in shared if key in options}
        made = [("dwconv", {**each, "bias": False}), ("conv", {**options, "kernel": 1})]
    if type == "activation":
        word = str(options.get("type", "relu"))
        made = [(ACTIVATIONS.get(word, word) or "identity", {})]
    windowed = kind.endswith(("Pooling1D", "Pool1D", "Conv1D", "Conv1DTranspose", "UpSampling1D"))
    if (windowed and named.get("data_format") != "channels_first") or (
        rank == 2 and kind in ("BatchNormalization", "GroupNormalization")
        and bound(kind, given, named).get("axis", -1) in (-1, 2)
    ):
        # Keras's sequences are steps by channels, the windows of the notation channels first.
        made.insert(0, ("transpose", {}))
        if type != "globalpool" or named.get("keepdims"):
            made.append(("transpose", {}))
    if type == "globalpool" and not named.get("keepdims"):
        made.append(("flatten", {}))
    activation = str(named.get("activation") or "linear")
    if kind not in (*CELLS, "Activation") and ACTIVATIONS.get(activation, activation):
        made.append((ACTIVATIONS.get(activation, activation), {}))
    found = []
    for type, options in made:
        found.append(layer_of(type, options, "" if type == "transpose" else name))
        name = name if type == "transpose" else ""
    return found


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


def by_axis(*values: Any) -> list[tuple[Any, ...]]:
    """The values of each axis, where a whole number stands for all axes.

    >>> by_axis([4, 2], 3)
    [(4, 3), (2, 3)]
    """
    lists = [each if isinstance(each, list) else [each] for each in values]
    axes = max(map(len, lists))
    return [*zip(*(each * axes if len(each) == 1 else each for each in lists), strict=True)]


def one(value: Any) -> Any:
    """A value for all axes as one, and a whole number as such."""
    if isinstance(value, list | tuple):
        value = tuple(value)
        try:
            return value[0] if len(set(value)) == 1 else value
        except TypeError:
            raise InputError(f"{str(value)[:40]} is no size") from None
    return int(value) if isinstance(value, float) and value.is_integer() else value


FUNCTIONS |= {"by_axis": by_axis, "one": one}
