"""Networks from the layer notation: linear layers, batch norms and activations."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from dlcalc.commands.gan.layers import Activate, BatchNorm, Layer, Linear
from dlcalc.commands.gan.network import Network
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.layers.table import complete
from dlcalc.models.count import params
from dlcalc.models.rows import Row
from dlcalc.models.tree import Layer as Written
from dlcalc.models.tree import Model, at_node
from dlcalc.numbers.activations import ACTIVATIONS, leaky_relu
from dlcalc.numbers.axes import by_x

TRAINED = ("linear", "batchnorm", *ACTIVATIONS)
LIMIT = 1 << 22
"""Parameters of a network; both with an optimiser's memory fit into a checkpoint."""
VIEWS = ("flatten", "reshape")
"""Layers that leave the numbers as they lie."""
KINKED = ("relu", "leaky_relu", "gelu", "softplus")
"""Activations before which weights are drawn by He's scheme, for they halve the variance."""


def build(model: Model, name: str, inputs: int, outputs: int, dtype: Any = np.float32) -> Network:
    """The network of a model that takes `inputs` numbers and gives `outputs`.

    Raises InputError for a layer that is not trained here, with the nearest that is, and
    ShapeError where the sizes do not fit.

    >>> model = Model([Written("linear", (3,)), Written("tanh")])
    >>> [each.name for each in build(model, "generator", 2, 3).layers]
    ['linear1', 'tanh1']
    """
    try:
        return _built(model, name, inputs, outputs, dtype)
    except InputError as error:
        raise error.at(name) from None


def _built(model: Model, name: str, inputs: int, outputs: int, dtype: Any) -> Network:
    if model.input is not None and prod(model.input) != inputs:
        raise ShapeError(f"its input is {by_x(model.input)}; {inputs} numbers come in")
    _require_known(model)
    if not model.body:
        raise InputError("no layers but the last sigmoid, which is part of the loss")
    counted = params(model, (inputs,) if model.input is None else model.input)
    if prod(counted.rows[-1].output) != outputs:
        raise ShapeError(f"it gives {by_x(counted.rows[-1].output)}; {outputs} belong there")
    if counted.params > LIMIT:
        raise LimitError(f"{counted.params:,} parameters are more than the {LIMIT:,} trained")
    layers: list[Layer] = []
    schemes: dict[str, str] = {}
    for row in counted.rows:
        if row.type in KINKED:
            schemes |= {each.name: "he" for each in layers[-2:] if isinstance(each, Linear)}
        if row.type not in VIEWS:
            layers.append(_layer(row))
    words = "; ".join(row.node.text for row in counted.rows if isinstance(row.node, Written))
    return Network(name, layers, schemes, dtype, words)


def _require_known(model: Model) -> None:
    """Refuse what is not trained, before its shapes are asked for."""
    for node in model.body:
        if not isinstance(node, Written):
            if node.kind == "repeat":
                _require_known(model.replaced(node.body))
                continue
            raise at_node(InputError(f"{node.kind} is not trained here; layers in a row are"), node)
        if node.type not in TRAINED + VIEWS:
            known = did_you_mean(node.type, TRAINED)
            raise at_node(InputError(f"{node.type} is not trained here{known}"), node)
        for option in ("tie", "frozen"):
            if option in node.options:
                raise at_node(InputError(f"{option}= is not known to training"), node)


def _layer(row: Row) -> Layer:
    node = row.node
    assert isinstance(node, Written)
    given = complete(row.type, node.arguments, dict(node.options))
    if row.type in ("linear", "batchnorm") and len(row.input) > 1:
        raise at_node(ShapeError(f"input is {by_x(row.input)}; flatten it first"), node)
    if row.type == "linear":
        return Linear(row.name, row.input[0], given["units"], given["bias"])
    if row.type == "batchnorm":
        return BatchNorm(row.name, row.input[0], given["affine"])
    if row.type == "leaky_relu":
        if not 0 <= given["slope"] <= 1:
            raise at_node(InputError(f"slope {given['slope']} is not from 0 to 1"), node)
        return Activate(row.name, leaky_relu(given["slope"]))
    return Activate(row.name, ACTIVATIONS[row.type])
