"""Multiplications of all the transposed convolutions of a model."""

from __future__ import annotations

from dlcalc.commands.mults.axis import from_window
from dlcalc.commands.mults.stages import TILE, Multiplications, Stage, add_up, count_stage
from dlcalc.errors import InputError
from dlcalc.layers.convolutional import conv_transpose
from dlcalc.layers.table import bind
from dlcalc.models.rows import Count, Row
from dlcalc.models.tree import Layer


def count_model(count: Count, tile: int = TILE) -> Multiplications:
    """The transposed convolutions among the layers of a model that has been counted.

    Raises InputError where the model has none.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.tree import Model
    >>> layer = Layer("conv_transpose", (512, 5), {"stride": 2, "pad": 2, "output_padding": 1})
    >>> count_model(params(Model([layer], input=(1024, 4, 4)))).total["zero_skip"]
    151519232
    """
    rows = [row for row in count.rows if row.type == "conv_transpose"]
    if not rows:
        raise InputError("no transposed convolution in it").at(count.model or "model")
    return add_up([_stage(row, tile) for row in rows])


def _stage(row: Row, tile: int) -> Stage:
    assert isinstance(row.node, Layer)
    layer = row.node
    given = bind(layer.type, layer.arguments, dict(layer.options), conv_transpose)
    arguments = {key: value for key, value in given.items() if key not in ("tie", "frozen")}
    windows = conv_transpose(row.input, **arguments).windows
    return count_stage(
        [from_window(window) for window in windows], (row.input[0], row.output[0]),
        arguments.get("groups", 1), row.name, tile,
    )
