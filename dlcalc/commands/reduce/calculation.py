"""Ways to give a layer fewer parameters, each applied to the model and counted whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dlcalc.commands.reduce.ways import Way, ways
from dlcalc.errors import InputError
from dlcalc.layers.counted import Shape
from dlcalc.layers.table import bind, handler
from dlcalc.models.changes import edit
from dlcalc.models.count import params
from dlcalc.models.notation_values import input_shape
from dlcalc.models.reading import AnyModel, Size, as_model
from dlcalc.models.receptive_fields import seen
from dlcalc.models.rows import Count, Row, tally
from dlcalc.models.tree import Layer, Model, Node
from dlcalc.numbers.results import Result


class Proposal(NamedTuple):
    """A layer, or what would stand in its place, and the model with it."""

    way: str
    """What is done, `as it is` for today's."""
    layers: tuple[Layer, ...]
    """What stands in the place of the layer."""
    params: int
    """Parameters of those layers, over all turns of a repeat."""
    macs: int
    """Their multiply-accumulates for one example."""
    output: Shape
    """The shape that they give."""
    field: tuple[int, ...] | None
    """Columns of the input that one of their outputs sees, an axis each."""
    model: Count
    """The whole model, counted; its `misfit` names a layer behind that no longer fits."""

    @property
    def notation(self) -> str:
        """The layers as they are written."""
        return "; ".join(layer.text for layer in self.layers)


class _Reduction(NamedTuple):
    layer: str
    """Name of the layer."""
    today: Proposal
    """As it stands."""
    proposals: tuple[Proposal, ...]
    """What can be done: the most saved first, or with a budget the mildest first."""
    budget: int | None = None
    """Parameters that the layer may have."""


class Reduction(Result, _Reduction):
    """A layer as it stands, and the ways to fewer parameters."""

    __slots__ = ()
    command = "reduce"


def reduce(
    model: AnyModel, layer: str, input: Size | None = None, budget: int | None = None
) -> Reduction:
    """Proposals for a layer with fewer parameters, each applied to the model and counted.

    `model` and `input` are as for `params`; `layer` is a name in it, and `budget` the
    parameters that the layer may have.
    Without a budget each way is shown at its usual strength, what saves most first. With
    one, each way goes just as far as meets it, and the mildest comes first: the one that
    keeps most parameters, among those behind which every layer still fits. Raises
    InputError for an unknown layer, one without parameters or a budget nothing meets, and
    what `params` does.

    >>> best = reduce("lenet", "C1", budget=100).proposals[0]
    >>> best.notation, best.params
    ('conv 3 5 bias=no; conv 6 1', 99)
    """
    model, input = as_model(model), None if input is None else input_shape(input)
    today = _propose(model, layer, input, "as it is", None)
    row = next(row for row in today.model.rows if row.node is today.layers[0])
    if not today.params:
        raise InputError(f"{layer}: {row.type} has no parameters to save")
    applicable = ways(today.layers[0], row.input)
    if budget is None:
        tried = [_propose(model, layer, input, way.name, way.layers(way.usual))
                 for way in applicable]
        tried.sort(key=lambda p: (p.params, p.model.params, p.macs))
    else:
        met = [(way, setting) for way in applicable
               if (setting := _mildest(way, row, budget)) is not None]
        tried = [_propose(model, layer, input, way.name, way.layers(setting))
                 for way, setting in met]
        tried.sort(key=lambda p: (p.model.misfit is not None, -p.params, -p.macs))
    proposals = tuple(p for p in tried if _saves(p, today))
    if budget is not None and not proposals and today.params > budget:
        raise InputError(f"{layer} cannot be brought to {budget:,} parameters by any of the ways")
    return Reduction(layer, today, proposals, budget)


def _propose(
    model: Model, layer: str, input: Shape | None, way: str, instead: Sequence[Layer] | None
) -> Proposal:
    """The model with other layers in the place of one (with itself, where None)."""
    placed: list[Layer] = []

    def replace(node: Node) -> Sequence[Node]:
        if not isinstance(node, Layer):
            raise InputError(f"{layer} is a {node.kind}; name one of its layers")
        new = instead or [node]
        placed[:] = [
            Layer(each.type, each.arguments, each.options, name, node.place)
            for each, name in zip(new, _part_names(node.name, len(new)), strict=True)
        ]
        return placed

    changed = edit(model, layer, replace)
    count = params(changed, input, tolerant=instead is not None)
    own = {id(each) for each in placed}
    rows = [(row, times) for row, times in tally(count.rows) if id(row.node) in own]
    if not rows:
        raise InputError(f"{layer} is not reached: {count.misfit}")
    last, _ = rows[-1]
    return Proposal(
        way, tuple(placed), sum(row.params * times for row, times in rows),
        sum(row.macs * times for row, times in rows),
        last.output, seen(last.field), count,
    )


def _part_names(name: str, parts: int) -> list[str]:
    return [name] if parts == 1 else [f"{name}.{at}" for at in range(1, parts + 1)]


def _saves(proposal: Proposal, today: Proposal) -> bool:
    """Whether parameters or products are saved, in the layer or in the whole model."""
    return (
        proposal.params < today.params or proposal.macs < today.macs
        or (proposal.model.misfit is None and proposal.model.params < today.model.params)
    )


def _mildest(way: Way, row: Row, budget: int) -> int | None:
    """The mildest setting of a way that meets the budget: they save ever more, so by halving."""
    low, high = 0, way.strengths
    while low < high:
        middle = (low + high) // 2
        if _alone(way.layers(way.settings[middle]), row.input) <= budget:
            high = middle
        else:
            low = middle + 1
    return way.settings[low] if low < way.strengths else None


def _alone(layers: Sequence[Layer], shape: Shape) -> int:
    """Parameters of a few layers in a row."""
    total = 0
    for layer in layers:
        count = handler(layer.type)
        counted = count(shape, **bind(layer.type, layer.arguments, dict(layer.options), count))
        total += counted.weights + counted.biases
        shape = counted.output
    return total
