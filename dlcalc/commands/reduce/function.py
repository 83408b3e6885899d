"""The Python function `reduce`."""

from __future__ import annotations

from dlcalc.commands.reduce import calculation as reducing
from dlcalc.commands.reduce.calculation import Reduction
from dlcalc.models.notation_values import input_shape
from dlcalc.models.reading import AnyModel, Size, as_model


def reduce(
    model: AnyModel, layer: str, input: Size | None = None, budget: int | None = None
) -> Reduction:
    """Ways to give a layer fewer parameters, each applied to the model and counted.

    `model` and `input` are as for `params`; `layer` is a name in it, and `budget` the
    parameters that the layer may have. Raises what `params` does, and InputError for a
    layer that the model does not have.

    >>> reduce("lenet", "C1", budget=100).layer
    'C1'
    """
    shape = None if input is None else input_shape(input)
    return reducing.reduce(as_model(model), layer, shape, budget)
