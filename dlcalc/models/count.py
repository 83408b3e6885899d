"""A model counted layer by layer: shapes, parameters, multiply-accumulates, fields."""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.layers.counted import Shape
from dlcalc.models.names import name_nodes
from dlcalc.models.receptive_fields import start
from dlcalc.models.rows import Count
from dlcalc.models.tree import Model, check_limits
from dlcalc.models.walker import Walker, check_written


def params(model: Model, input: Shape | None = None, tolerant: bool = False) -> Count:
    """Parameters, shapes, multiply-accumulates and receptive fields of a model.

    `input` (C×H×W, T×D or N, without the batch) takes the place of the model's own. Raises
    InputError or ShapeError with the place of the layer that does not fit and LimitError
    beyond 200,000 layers; if `tolerant`, what does not fit ends the rows and is named in
    the result.

    >>> from dlcalc.models.tree import Layer
    >>> lenet = Model([Layer("conv", (6, 5), name="C1")], input=(1, 32, 32))
    >>> row = params(lenet).rows[0]
    >>> row.params, row.output, row.macs
    (156, (6, 28, 28), 117600)
    """
    check_limits(model.body)
    shape = input or model.input
    if shape is None:
        check_written(model.body)
        raise InputError("the size of the input is not known: give --input, such as 3x224x224")
    walker = Walker(name_nodes(model.body))
    misfit = None
    try:
        walker.run(model.body, "", shape, start(shape))
    except InputError as error:
        if not (tolerant and walker.at_name):
            raise
        misfit = error
    if misfit is None:
        return Count(model.name, shape, tuple(walker.rows))
    return Count(
        model.name, shape, tuple(walker.rows), misfit, walker.at_name, walker.at_shape
    )
