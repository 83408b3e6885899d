"""Keras's files in HDF5, through the package h5py: whole models, and weights alone (.weights.h5).

The arrays of a whole model have names, and its configuration says which layers are frozen. Weights
alone have numbers for names: the class of the layer, whose name they bear, tells what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from dlcalc.errors import InputError, words_of
from dlcalc.input.json_text import parse_json
from dlcalc.models.files.keras_file import row_of
from dlcalc.models.files.keras_layers import WEIGHTS, layers_of, name_of
from dlcalc.models.files.keras_shapes import Flow
from dlcalc.models.files.roles import decide
from dlcalc.models.files.stream import printable, seekable
from dlcalc.models.files.tensors import (
    BUFFER,
    HELD_APART,
    OPTIMIZER,
    OTHER,
    PARAMETER,
    TIED,
    Held,
    Row,
    Tensor,
)

_NUMBERED = re.compile(r"(?P<layer>.*?(?P<kind>[a-z_0-9]+?)(_\d+)?)/vars/(?P<at>\d+)")
STATES = {
    "batch_normalization": 2, "sync_batch_normalization": 2, "normalization": 3,
    "spectral_normalization": 1,
}
"""How many of the last variables of a class are no parameters."""


def read_hdf5(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The model or the weights of an HDF5 file."""
    try:
        import h5py
    except ImportError:
        raise InputError(
            "HDF5 is read by the package h5py, which is not installed: "
            "pip install 'dlcalc-toolkit[all]', or save the model as .keras or by to_json()"
        ) from None
    found: list[Tensor] = []
    layers: list[str] = []

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Group) and re.fullmatch(r"layers/[^/]+", name):
            layers.append(name.removeprefix("layers/"))
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "biufc":
            role = OPTIMIZER if name.startswith("optimizer") else ""
            own = re.sub(r"^(model_weights|layers)/|:0$", "", printable(name))
            size = item.size * item.dtype.itemsize
            found.append(Tensor(own, str(item.dtype), item.shape, size, role))

    try:
        with h5py.File(seekable(file), "r") as opened:
            config = opened.attrs.get("model_config")
            opened.visititems(take)
    except Exception as error:  # whatever a parser of somebody else raises
        raise InputError(f"not HDF5, or damaged: {words_of(error)}") from None
    if not found:
        raise InputError("holds no arrays")
    text = config.decode("utf-8", "replace") if isinstance(config, bytes) else str(config or "{}")
    model = parse_json(text, allow_nonfinite=True)
    frozen = set(_frozen(model))
    tensors = [
        each.but(trains=False) if frozen.intersection(each.name.split("/")) else each
        for each in decide(_numbered(found), {})
    ]
    if layers and config is None:
        model = {"config": {"layers": [
            {"class_name": _class_of(name), "config": {"name": name}} for name in layers
        ]}}
    return Held(path, "hdf5", tensors, rows=_rows(model, tensors) if model else None)


def _class_of(name: str) -> str:
    """The class of a layer that bears its name in snake case, and a number."""
    stem = re.sub(r"_\d+$", "", name)
    known = {
        re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", each).lower(): each
        for each in WEIGHTS
    }
    plain = "".join(word.capitalize() for word in stem.split("_"))
    return known.get(stem, re.sub(r"(\d)d", r"\1D", plain))


def _rows(model: Any, tensors: list[Tensor]) -> list[Row]:
    """The layers of a whole model, each with its arrays."""
    flow = Flow(model, tensors)
    return [
        row_of(layer, [
            each for each in tensors
            if each.name.startswith(f"{name_of(layer)}/") and each.role not in HELD_APART
        ], flow)
        for layer in layers_of(model)
    ]


def _frozen(model: Any) -> Iterator[str]:
    """The names of the layers that the configuration of a model says training leaves alone."""
    waiting = [model]
    for value in waiting:
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if value.get("trainable") is False:
                yield str(value.get("name"))
            waiting += value.values()


def _numbered(tensors: list[Tensor]) -> list[Tensor]:
    """The tensors with the roles that the classes of their layers give, where these are known."""
    named = [_NUMBERED.fullmatch(each.name) for each in tensors]
    counts: dict[str, int] = {}
    for match in named:
        if match:
            counts[match["layer"]] = counts.get(match["layer"], 0) + 1
    return [
        tensor if match is None or tensor.role else
        tensor.but(role=_role(match["kind"], int(match["at"]), counts[match["layer"]]))
        for tensor, match in zip(tensors, named, strict=True)
    ]


def _role(kind: str, at: int, count: int) -> str:
    """What the variable of this number is, of so many of a layer of this class."""
    if kind == "seed_generator":
        return OTHER
    if at >= count - STATES.get(kind, 0):
        return BUFFER
    # The wrapper holds the kernel of the layer within it once more.
    return TIED if kind == "spectral_normalization" else PARAMETER
