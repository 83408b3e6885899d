"""The Python functions that take a model as the command line does: by name, file or layers."""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc.calc.models import count as counting
from dlcalc.calc.models import reduce as reducing
from dlcalc.calc.models.reduce import Reduction
from dlcalc.calc.models.rows import Count
from dlcalc.calc.models.tree import Model
from dlcalc.readers.models import model as read_model

AnyModel = Model | str | Sequence[str]


def params(model: AnyModel, input: Sequence[int] | None = None) -> Count:
    """Parameters, shapes, multiply-accumulates and receptive fields of a model.

    `model` is a name of the zoo, a file in the layer notation, a list of layers, or what
    `dlcalc.model` gives; `input` is the shape of one example where the model does not say
    it, or another one. Raises InputError and FileError for what is no model, and
    ShapeError for the first layer that does not fit.

    >>> params("lenet").params
    61706
    >>> params(["conv 6 5", "relu"], input=(1, 32, 32)).rows[0].output
    (6, 28, 28)
    """
    return counting.params(as_model(model), None if input is None else tuple(input))


def reduce(
    model: AnyModel, layer: str, input: Sequence[int] | None = None, budget: int | None = None
) -> Reduction:
    """Ways to give a layer fewer parameters, each applied to the model and counted.

    `model` and `input` are as for `params`; `layer` is a name in it, and `budget` the
    parameters that the layer may have. Raises what `params` does, and InputError for a
    layer that the model does not have.

    >>> reduce("lenet", "C1", budget=100).layer
    'C1'
    """
    shape = None if input is None else tuple(input)
    return reducing.reduce(as_model(model), layer, shape, budget)


def as_model(model: AnyModel) -> Model:
    """The model itself, read where it is not read yet."""
    if isinstance(model, Model):
        return model
    return read_model(model) if isinstance(model, str) else read_model(*model)
