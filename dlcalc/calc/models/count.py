"""A model counted layer by layer: shapes, parameters, multiply-accumulates, fields.

One multiply-accumulate (MAC) is one product of an input with a weight, or of two inputs
in attention, added up; biases, normalisation, activations and pooling count as none. All
counts are for one example. This is the convention of torchvision's published figures;
counted as floating-point operations (FLOPs) each is two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlcalc.calc.axes import by_x
from dlcalc.calc.layers.counted import Counted, Shape, flag, product
from dlcalc.calc.layers.table import Handler, bind, handler
from dlcalc.calc.models.fields import Field, follow, join, start
from dlcalc.calc.models.names import is_scope, name_nodes
from dlcalc.calc.models.tree import (
    BRANCH,
    CONCAT,
    REPEAT,
    SCALE,
    Block,
    Layer,
    Model,
    Node,
    at_node,
    check_limits,
)
from dlcalc.errors import InputError, ShapeError, did_you_mean


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, counted."""

    name: str
    """Its name, with those of the blocks around it: `layer1.0.conv1`."""
    type: str
    """Its type, or `sum`, `scale` or `concat` where branches meet."""
    input: Shape
    """Shape of its input, without the batch."""
    output: Shape
    """Shape of its output."""
    weights: int
    """Parameters that multiply, and tables of learned vectors; 0 where tied to another's."""
    biases: int
    """Parameters that are added."""
    trainable: int
    """Parameters that training changes: none where frozen."""
    macs: int
    """Multiply-accumulates for one example."""
    activations: int
    """Elements of output kept in memory for one example; 0 for a view of the input."""
    field: Field | None
    """What an output sees of the input, axis by axis; None where that cannot be followed."""
    node: Node
    """The layer as written."""
    tied: str = ""
    """The layer whose weights it shares."""

    @property
    def params(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases


@dataclass(frozen=True)
class Count:
    """A model, counted."""

    model: str
    """Name of the model."""
    input: Shape
    """Shape of one input, without the batch."""
    rows: tuple[Row, ...]
    """Every layer, repeats expanded, in the order of the computation."""
    misfit: InputError | None = None
    """Why the layer behind the last row does not fit, where it does not."""
    misfit_name: str = ""
    """The name of that layer."""
    misfit_input: Shape = ()
    """The shape at which it breaks."""

    @property
    def output(self) -> Shape:
        """Shape of the last output."""
        return self.rows[-1].output if self.rows else self.input

    @property
    def params(self) -> int:
        """Parameters of all layers."""
        return sum(row.weights + row.biases for row in self.rows)

    @property
    def trainable(self) -> int:
        """Parameters that training changes."""
        return sum(row.trainable for row in self.rows)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all layers, for one example."""
        return sum(row.macs for row in self.rows)

    @property
    def activations(self) -> int:
        """Elements of all outputs kept for one example, the input apart."""
        return sum(row.activations for row in self.rows)


def params(model: Model, input: Shape | None = None, tolerant: bool = False) -> Count:
    """Parameters, shapes, multiply-accumulates and receptive fields of a model.

    `input` (C×H×W, T×D or N, without the batch) takes the place of the model's own. Raises
    InputError or ShapeError with the place of the layer that does not fit and LimitError
    beyond 200,000 layers; if `tolerant`, what does not fit ends the rows and is named in
    the result.

    >>> lenet = Model([Layer("conv", (6, 5), name="C1")], input=(1, 32, 32))
    >>> row = params(lenet).rows[0]
    >>> row.params, row.output, row.macs
    (156, (6, 28, 28), 117600)
    """
    shape = input or model.input
    if shape is None:
        raise InputError("the size of the input is not known: give --input, such as 3x224x224")
    check_limits(model.body)
    walker = _Walker(name_nodes(model.body))
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


class _Walker:
    """Goes through a model in order and collects its rows."""

    def __init__(self, names: dict[int, str]) -> None:
        self.names = names
        self.rows: list[Row] = []
        self.places: dict[str, int] = {}
        self.handlers: dict[str, Handler] = {}
        self.known: dict[tuple[object, ...], Counted] = {}
        self.at_name = ""
        self.at_shape: Shape = ()

    def run(
        self, body: Sequence[Node], prefix: str, shape: Shape, field: Field | None,
    ) -> tuple[Shape, Field | None]:
        """Count the nodes one after the other; the shape and field behind them."""
        for node in body:
            name = prefix + self.names[id(node)]
            if isinstance(node, Layer):
                row = self.layer(node, name, prefix, shape, field)
                shape, field = row.output, row.field
            elif node.kind == REPEAT:
                for index in range(node.first, node.first + node.count):
                    shape, field = self.run(node.body, f"{name}.{index}.", shape, field)
            else:
                shape, field = self.join(node, name, prefix, shape, field)
        return shape, field

    def layer(
        self, layer: Layer, name: str, prefix: str, shape: Shape, field: Field | None,
    ) -> Row:
        """Count one layer and add its row."""
        self.at_name, self.at_shape = name, shape
        try:
            counted = self.counted(layer, shape)
            tied = self.tied(layer, prefix, counted) if "tie" in layer.options else ""
            trains = not flag("frozen", layer.options.get("frozen", False))
        except InputError as error:
            raise at_node(error, layer) from None
        weights = 0 if tied else counted.weights
        row = Row(
            name, layer.type, shape, counted.output, weights, counted.biases,
            (weights + counted.biases) * trains, counted.macs,
            product(counted.output) if counted.stored else 0,
            follow(field, shape, counted), layer, tied,
        )
        self.add(row)
        return row

    def add(self, row: Row) -> None:
        """Add a row under its name."""
        self.places[row.name] = len(self.rows)
        self.rows.append(row)

    def counted(self, layer: Layer, shape: Shape) -> Counted:
        """What the layer makes of a shape; alike layers ask the same question many times."""
        alike = (layer.type, layer.arguments, tuple(layer.options.items()), shape)
        known = self.known.get(alike)
        if known is None:
            count = self.handlers.get(layer.type)
            if count is None:
                count = self.handlers[layer.type] = handler(layer.type)
            bound = bind(layer.type, layer.arguments, dict(layer.options), count)
            bound.pop("tie", None)
            bound.pop("frozen", None)
            known = self.known[alike] = count(shape, **bound)
        return known

    def tied(self, layer: Layer, prefix: str, counted: Counted) -> str:
        """The full name of the layer whose weights this one shares, found and checked."""
        wanted = str(layer.options["tie"])
        for scope in _scopes(prefix):
            at = self.places.get(scope + wanted)
            if at is not None:
                break
        else:
            raise InputError(f"no layer {wanted} above it{did_you_mean(wanted, self.places)}")
        owner = self.rows[at]
        held = owner.weights if not owner.tied else counted.weights
        if held != counted.weights:
            raise ShapeError(
                f"tied to {owner.name}, which has {held:,} weights; it needs {counted.weights:,}"
            )
        return owner.tied or owner.name

    def join(
        self, block: Block, name: str, prefix: str, shape: Shape, field: Field | None,
    ) -> tuple[Shape, Field | None]:
        """Count the branches, each on the same input, and the row where they meet."""
        inner = f"{name}." if is_scope(block) else prefix
        ends = []
        for branch in block.body:
            if not (isinstance(branch, Block) and branch.kind == BRANCH):
                raise at_node(InputError(f"{block.kind} holds branches; put branch: here"), branch)
            own = f"{inner}{branch.name}." if branch.name else inner
            ends.append(self.run(branch.body, own, shape, field))
        self.at_name, self.at_shape = name, shape
        try:
            output = _joined(block, [end[0] for end in ends])
        except InputError as error:
            raise at_node(error, block) from None
        seen = join([end[1] for end in ends], block.axis if block.kind == CONCAT else None)
        self.add(Row(
            name, block.kind, shape, output, 0, 0, 0, 0, product(output), seen, block
        ))
        return output, seen


def _scopes(prefix: str) -> Iterator[str]:
    """The prefix and the shorter ones around it, down to none."""
    while prefix:
        yield prefix
        prefix = prefix[: prefix[:-1].rfind(".") + 1]
    yield ""


def _joined(block: Block, shapes: list[Shape]) -> Shape:
    """The shape where branches meet; ShapeError where they do not fit."""
    if not shapes:
        raise InputError(f"{block.kind} has no branch")
    listed = " and ".join(by_x(shape) for shape in shapes)
    if len({len(shape) for shape in shapes}) > 1:
        raise ShapeError(f"branches give {listed}; they need the same axes")
    if block.kind == CONCAT:
        return _laid_end_to_end(block.axis, shapes, listed)
    output = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    for shape in shapes:
        fits = all(
            size == wanted or (size == 1 and block.kind == SCALE)
            for size, wanted in zip(shape, output, strict=True)
        )
        if not fits:
            raise ShapeError(f"branches give {listed}; they need the same shape")
    return output


def _laid_end_to_end(axis: int, shapes: list[Shape], listed: str) -> Shape:
    if axis >= len(shapes[0]):
        raise ShapeError(f"branches give {listed}, which have no axis {axis}")
    around = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
    if len(around) > 1:
        raise ShapeError(f"branches give {listed}; they may differ in axis {axis} alone")
    total = sum(shape[axis] for shape in shapes)
    return (*shapes[0][:axis], total, *shapes[0][axis + 1 :])


