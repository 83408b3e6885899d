"""A model counted layer by layer: shapes, parameters, multiply-accumulates, fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Shape
from dlcalc.models.names import name_nodes
from dlcalc.models.receptive_fields import start
from dlcalc.models.rows import Count
from dlcalc.models.tree import Block, Layer, Model, Node, check_limits
from dlcalc.models.walker import Walker, check_written
from dlcalc.numbers.axes import by_x, plural


def params(
    model: Model, input: Shape | None = None, tolerant: bool = False, cached: int = 0,
    text: bool = False,
) -> Count:
    """Parameters, shapes, multiply-accumulates and receptive fields of a model.

    `input` (C×H×W, T×D or N, without the batch) takes the place of the model's own; `cached`
    positions came before it, and attention sees them too; where it is `text` alone, towers for
    images do not run. Raises InputError or ShapeError with the place of the layer that does
    not fit, ShapeError for an input of other axes than the model's own, and LimitError beyond
    200,000 layers; if `tolerant`, what does not fit ends the rows and is named in the result.

    >>> from dlcalc.models.tree import Layer
    >>> lenet = Model([Layer("conv", (6, 5), name="C1")], input=(1, 32, 32))
    >>> row = params(lenet).rows[0]
    >>> row.params, row.output, row.macs
    (156, (6, 28, 28), 117600)
    """
    check_limits(model.body)
    if input is not None and model.input is not None and input != model.input:
        _check_rank(model, input)
        model = _with_fixed_tables(model)
    shape = input or model.input
    if shape is None:
        check_written(model.body)
        raise InputError("the size of the input is not known: give `input`, such as 3x224x224")
    walker = Walker(name_nodes(model.body), cached, text)
    misfit = None
    try:
        walker.run(model.body, "", shape, start(shape))
    except InputError as error:
        if not (tolerant and walker.at_name):
            raise
        misfit = error
    if misfit is None:
        return Count(model.name, shape, tuple(walker.rows), cached=cached)
    return Count(
        model.name, shape, tuple(walker.rows), misfit, walker.at_name, walker.at_shape,
        cached=cached,
    )


def _check_rank(model: Model, input: Shape) -> None:
    """Refuse an input of other axes than the model was written for."""
    own = model.input or ()
    if len(input) == len(own):
        return
    batch = len(input) == len(own) + 1
    raise ShapeError(
        f"input {by_x(input)} has {len(input)} {plural(len(input), 'axis')}; "
        f"{model.name or 'the model'} takes {len(own)}, as {by_x(own)}"
        + (f"; a batch is no part of it: `batch` {input[0]}" if batch else "")
    )


def _with_fixed_tables(model: Model) -> Model:
    """The model with tables of positions as long as its own input has them.

    Such a table is a parameter: another input meets it as it is, or is refused by it.
    """
    loose = {id(layer) for layer in _layers(model.body) if layer.text == "position"}
    if not loose:
        return model
    walker = Walker(name_nodes(model.body))
    with suppress(InputError):  # what does not fit is named when the model is counted
        walker.run(model.body, "", model.input or (), None)
    lengths = {id(row.node): row.input[0] for row in walker.rows if id(row.node) in loose}

    def fixed(node: Node) -> Node:
        if isinstance(node, Block):
            return node.replaced(body=[fixed(each) for each in node.body])
        if id(node) not in lengths:
            return node
        return Layer(node.type, (lengths[id(node)],), node.options, node.name, node.place)

    return model.replaced([fixed(node) for node in model.body])


def _layers(body: Sequence[Node]) -> Iterator[Layer]:
    for node in body:
        if isinstance(node, Layer):
            yield node
        else:
            yield from _layers(node.body)


def doubts(model: Model, input: Shape | None) -> Iterator[str]:
    """What an input that was given may mean otherwise than it is read."""
    if input is None or len(input) < 3:
        return
    if len(input) == 4 and model.input is None and input[0] < 5 and input[1] < 5:
        yield (
            f"{by_x(input)} is read as CxDxHxW, {input[0]} {plural(input[0], 'channel')} of a "
            f"volume; a batch is no part of it: `input` {by_x(input[1:])} `batch` {input[0]}"
        )
    elif input[-1] <= 4 and input[0] >= 16:
        turned = (input[-1], *input[:-1])
        yield (
            f"{by_x(input)} is read as channels first, {input[0]} of them; as Keras writes it, "
            f"channels last, it is {by_x(turned)} here"
        )
