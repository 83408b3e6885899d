"""ONNX read without its package: tensors by role, nodes with shapes, products and fields, layers.

Source: onnx/onnx, onnx.proto, IR version 10 (package onnx 1.23.2). External data is never opened.
"""

from __future__ import annotations

import os
import struct
from collections import ChainMap, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from math import prod
from operator import mul
from typing import Any, BinaryIO

from dlcalc.errors import At, DlcalcError, InputError, LimitError, words_of
from dlcalc.input.expressions import Expression, Fields, broadcast, facts, read_expression
from dlcalc.input.sources import read_table
from dlcalc.layers.table import bind, handler
from dlcalc.models.files.protobuf import Message, Passed, Reader, signed, varints
from dlcalc.models.files.stream import Stream, printable
from dlcalc.models.files.tensors import Held, Role, Row, Tensor
from dlcalc.models.foreign import by_axis, layer_of, one
from dlcalc.models.receptive_fields import Field, follow, join, start
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model
from dlcalc.numbers.sizes import Axis, pad_pair

MOST_AXES, MOST_DEPTH, MOST_VALUES, MOST_SIZE, MOST_NODES = 64, 32, 64, 1 << 63, 100_000
TABLE = read_table(__file__, "onnx.txt")
TYPES = {int(kind): words.split() for kind, words in TABLE["type"].items()}
"""TensorProto.DataType: its name and the bits of one number."""
LAYERS = {
    op: [
        [(each.split()[0], facts(each.partition(" ")[2])) for each in layers.split(" & ")]
        for layers in said.split(" || ")
    ]
    for op, said in TABLE["layer"].items()
}
"""The layers that may say an operation, each with its arguments."""
Shape = tuple[int | str | None, ...]


@dataclass
class Value:
    """A tensor that the file holds."""

    name: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    bits: int = 0
    values: list[int | float] = field(default_factory=list)
    """Its numbers, where they are few: a shape, axes, a bound."""
    outside: Mapping[str, str] = field(default_factory=dict)
    """Where its data lies, if in another file."""

    @property
    def bytes(self) -> int:
        """Bytes of its numbers."""
        return -(-prod(self.shape) * self.bits // 8)


@dataclass
class Node:
    """One operation."""

    op: str
    domain: str
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    graphs: dict[str, Graph] = field(default_factory=dict)

    def whole(self, name: str, default: int = 0) -> int:
        """An attribute of one whole number; InputError where it is something else."""
        value = self.attributes.get(name)
        if value is None:
            return default
        if type(value) is not int:
            raise InputError(f"{name} is no whole number").at(self.name or self.op)
        return value

    def wholes(self, name: str, count: int, default: int = 1) -> list[int]:
        """An attribute of several whole numbers; InputError where it has not so many."""
        value = self.attributes.get(name)
        if value is None:
            return [default] * count
        if not isinstance(value, list) or len(value) != count:
            raise InputError(f"{name} is no list of {count}").at(self.name or self.op)
        return value


class Named(str):
    """The name of an attribute within a function, which the node that calls it gives."""


@dataclass
class Graph:
    """Nodes with what they take and give."""

    nodes: list[Node]
    values: list[Value] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    name: str = ""


@dataclass
class OnnxModel:
    """A whole file."""

    graph: Graph
    functions: dict[tuple[str, str], Graph]
    metadata: dict[str, Any]


SCHEMA = {
    kind: {int(at): what for at, _, what in (each.partition("=") for each in text.split())}
    for kind, text in TABLE["schema"].items()
}
"""Where messages and data stand in each other, by the numbers of their fields."""


def read_model(stream: Stream) -> tuple[OnnxModel, Message]:
    """A whole file, and its fields without the data of its weights; InputError for no graph."""
    whole = Reader(SCHEMA).message(stream, kind="model")
    graphs = list(whole.inner(7))
    if not graphs:
        raise InputError("no ONNX file: it holds no graph")
    metadata: dict[str, Any] = {}
    if whole.all(1, int):
        metadata["ir_version"] = whole.whole(1)
    if whole.all(2, bytes):
        metadata["producer"] = printable(whole.text(2))
    for opset in whole.inner(8):
        opsets = metadata.setdefault("opset", {})
        opsets[printable(opset.text(1)) or "ai.onnx"] = opset.whole(2)
    functions = dict(map(_function, whole.inner(25)))
    return OnnxModel(_graph(graphs[-1], 0), functions, metadata), whole


def _graph(message: Message, depth: int) -> Graph:
    if depth > MOST_DEPTH:
        raise InputError("graphs within graphs beyond any honest depth")
    inputs, outputs, inside = ([_info(each) for each in message.inner(at)] for at in (11, 12, 13))
    nodes, constants = _nodes(message, 1, depth)
    return Graph(
        nodes, [*map(_tensor, message.inner(5)), *map(_sparse, message.inner(15)), *constants],
        [name for name, _ in inputs], [name for name, _ in outputs],
        {name: shape for name, shape in (*inputs, *outputs, *inside) if shape is not None},
    )


def _function(message: Message) -> tuple[tuple[str, str], Graph]:
    """A function of the file's own, by domain and name."""
    name = message.text(1)
    graph = Graph(*_nodes(message, 7, 0), message.texts(4), message.texts(5), name=name)
    return (message.text(10), name), graph


def _nodes(message: Message, number: int, depth: int) -> tuple[list[Node], list[Value]]:
    """The operations in a field, and what the constants among them hold."""
    nodes, constants = [], []
    for each in message.inner(number):
        node = _node(each, depth)
        held = _constant(node)
        if held is None:
            nodes.append(node)
        else:
            constants.append(replace(held, name=node.outputs[0]))
    return nodes, constants


def _node(message: Message, depth: int) -> Node:
    node = Node(
        printable(message.text(4)), message.text(7), printable(message.text(3)),
        message.texts(1), message.texts(2),
    )
    for each in message.inner(5):
        name = each.text(1)
        for graph in each.inner(6):
            node.graphs[name] = _graph(graph, depth + 1)
        node.attributes[name] = _attribute(each)
    return node


def _constant(node: Node) -> Value | None:
    """The tensor of a Constant node."""
    if node.op != "Constant" or not node.outputs:
        return None
    for name, held in node.attributes.items():
        if isinstance(held, Value) or not name.startswith("value"):
            return held if isinstance(held, Value) else None
        if isinstance(held, list | int | float):
            values = held if isinstance(held, list) else [held]
            shape = (len(values),) if isinstance(held, list) else ()
            kind, bits = ("float", 32) if isinstance(held, float) else ("int64", 64)
            return Value("", kind, shape, bits, values[:MOST_VALUES])
    return None


def _attribute(message: Message) -> Any:
    """The value of an attribute; None for one that no count needs."""
    if message.all(21, bytes):
        return Named(message.text(21))
    for data in reversed(message.all(2, bytes)):
        return struct.unpack("<f", data)[0] if len(data) == 4 else None
    if message.all(3, int):
        return signed(message.whole(3))
    if message.all(4, bytes):
        return message.text(4)
    for tensor in message.inner(5):
        return _tensor(tensor)
    for sparse in message.inner(22):
        return _sparse(sparse)
    if message.all(7, bytes):
        return Value("", "float", (message.length(7) // 4,), 32)
    return message.wholes(8) or None


def _tensor(message: Message) -> Value:
    """A tensor by its sizes and type; its data is measured alone."""
    name, kind = message.text(8), message.whole(2)
    if kind not in TYPES:
        raise InputError(f"is of the unknown type {kind}").at(printable(name)[:200] or "tensor")
    dtype, bits = TYPES[kind]
    outside = {each.text(1): each.text(2) for each in message.inner(13)}
    value = Value(name, dtype, tuple(message.wholes(1)), int(bits), outside=outside)
    with At(printable(name)[:200] or "tensor"):
        if wrong := _wrong(value, message):
            raise InputError(wrong)
        if dtype in _KEPT and prod(value.shape) <= MOST_VALUES:
            code, place = _KEPT[dtype]
            data = b"".join(message.all(9, bytes) or message.all(place, bytes))
            if len(data) % struct.calcsize(code):
                raise InputError("its last number is cut off")
            value.values = [each for (each,) in struct.iter_unpack(code, data)]
            value.values += message.wholes(7)
    return value


def _fetch(values: Sequence[Value], folder: str) -> None:
    """Take numbers that are few from the file beside the model's in which they lie."""
    for value in values:
        place, offset = value.outside.get("location", ""), value.outside.get("offset", "0")
        path, (code, _) = os.path.join(folder, place), _KEPT.get(value.dtype, ("", 0))
        beside = place == os.path.basename(place) and os.path.isfile(path)
        told = offset.isdecimal() and len(offset) < 19  # what a file can be moved to
        if beside and told and code and prod(value.shape) <= MOST_VALUES:
            with open(path, "rb") as file:
                file.seek(int(offset))
                data = file.read(value.bytes)
            if len(data) == value.bytes:
                value.values = [each for (each,) in struct.iter_unpack(code, data)]


_KEPT = {"float": ("<f", 4), "int64": ("<q", 9)}
"""Types whose numbers are kept where they are few, and the field that holds them in bytes."""


def _wrong(value: Value, message: Message) -> str:
    """What is wrong with a tensor that holds other numbers than its sizes say."""
    numbers, outside = prod(value.shape), value.outside
    held = message.length(9) if message.all(9, bytes, Passed) else None
    count = message.length(4) // 4 + message.length(10) // 8 + len(message.all(6, bytes)) + sum(
        message.length(at, varints) + len(message.all(at, int)) for at in (5, 7, 11)
    )
    if len(value.shape) > MOST_AXES or any(size < 0 for size in value.shape):
        return "its sizes are damaged"
    if outside:
        length = outside.get("length", "")
        if length.isdigit() and len(length) < 20 and int(length) != value.bytes:
            return f"takes {value.bytes:,} bytes, and {int(length):,} are said to lie outside"
    elif held is not None and value.bits and held != value.bytes:
        return f"holds {held:,} bytes, where its sizes take another number"
    elif held is None and value.bits >= 8 and count not in (numbers, 2 * numbers):
        return f"holds {count:,} numbers, where its sizes take another number"
    elif held is None and value.bits < 8 and numbers > 8 * count:
        return "holds fewer numbers than its sizes say"
    return ""


def _sparse(message: Message) -> Value:
    """A sparse tensor: it stands for all of its sizes, and holds its values."""
    value = next(map(_tensor, message.inner(1)), Value(""))
    shape = message.wholes(3)
    if len(shape) > MOST_AXES or any(not 0 <= size < 1 << 40 for size in shape):
        raise InputError("its sizes are damaged").at(printable(value.name)[:200] or "tensor")
    value.shape = tuple(shape) or value.shape
    return value


def _info(message: Message) -> tuple[str, Shape | None]:
    for kind in message.inner(2):
        for tensor in kind.inner(1):
            for shape in tensor.inner(2):
                return message.text(1), tuple(map(_size, shape.inner(1)))[:MOST_AXES]
    return message.text(1), None


def _size(message: Message) -> int | str | None:
    """The size of an axis, its name, or nothing."""
    return signed(message.whole(1)) if message.all(1, int) else message.text(2) or None


# What becomes of a tensor, by the operation and the place where it comes in.

WEIGHT, WHOLE, AXIS, STATE, SCALE = "wiabs"
Key = tuple[int, str]
Names = ChainMap[str, Key]
"""The values that names mean within a graph, and in those around it."""


class Uses:
    """Where each value of a model goes, through all of its graphs."""

    def __init__(self, model: OnnxModel) -> None:
        self.flows: defaultdict[Key, list[tuple[Key, bool, Node | None]]] = defaultdict(list)
        """Where a value is handed on to, whether scaled on the way, and the call that takes it."""
        self.slots: defaultdict[Key, list[tuple[str, Node]]] = defaultdict(list)
        self.values: list[tuple[Key, Value, str]] = []
        """Every tensor of the file with its full name."""
        self.scales: set[Key] = set()
        """Scales of inputs that are quantised on the way; what they are multiplied with is one."""
        self.owners: dict[int, Node] = {}
        """The node of the main graph within which a node lies: of a function, its first call."""
        self.functions = model.functions
        self.left = {id(graph): graph for graph in model.functions.values()}
        """Functions that nothing called yet."""
        self.called: list[tuple[Graph, Node | None]] = []
        """Functions to go through, each with its first call."""
        self._graph(model.graph, ChainMap(), "", None)
        while self.called or self.left:
            graph, owner = self.called.pop(0) if self.called else (self.left.popitem()[1], None)
            self._graph(graph, ChainMap(), f"{graph.name}/", owner)

    def _graph(self, graph: Graph, around: Names, prefix: str, owner: Node | None) -> Names:
        names = around.new_child()
        given = [name for node in graph.nodes for name in node.outputs]
        for name in (*graph.inputs, *(value.name for value in graph.values), *given):
            names[name] = id(graph), name
        self.values += [(names[each.name], each, prefix + each.name) for each in graph.values]
        for node in graph.nodes:
            if owner is not None:
                self.owners[id(node)] = owner
            self._node(node, names, prefix, owner or node)
        return names

    def _node(self, node: Node, names: Names, prefix: str, owner: Node) -> None:
        outputs = [names[name] for name in node.outputs]
        inputs = {
            place: names.get(name, (0, name)) for place, name in enumerate(node.inputs) if name
        }
        if node.op == "DynamicQuantizeLinear" and len(outputs) > 1:
            self.scales.add(outputs[1])
        scaled = not self.scales.isdisjoint(inputs.values())
        passed = TABLE["passing"].get(node.op)
        for place, key in inputs.items():
            kind = TABLE["slots"].get(node.op, "")[place : place + 1]
            if kind not in ("", "-"):
                kind = SCALE if scaled and kind == AXIS else kind
                self.slots[key].append((kind, node))
            if passed == "all" or (passed == "first" and not place):
                scales = node.op == "DequantizeLinear"
                self.flows[key] += [(each, scales, None) for each in outputs]
        called = self.functions.get((node.domain, node.op))
        if called is not None:
            if self.left.pop(id(called), None) is not None:
                self.called.append((called, owner))
            self._add_subgraph(called, ChainMap(), inputs, outputs, owner)
        for name, graph in node.graphs.items():
            inner = self._graph(graph, names, f"{prefix}{node.name or node.op}/{name}/", owner)
            if node.op == "If":
                self._add_subgraph(graph, inner, {}, outputs, owner)

    def _add_subgraph(
        self, graph: Graph, names: Names, inputs: Mapping[int, Key], outputs: list[Key], owner: Node
    ) -> None:
        """What a node takes goes into the graph that it stands for, whose outputs it gives."""
        for place, key in inputs.items():
            if place < len(graph.inputs):
                self.flows[key].append(((id(graph), graph.inputs[place]), False, owner))
        for name, output in zip(graph.outputs, outputs, strict=False):
            self.flows[names.get(name, (id(graph), name))].append((output, False, None))

    def role(self, key: Key, value: Value) -> tuple[str, tuple[Node, Node] | None]:
        """What a tensor is; of a weight the first node that takes it, and the main graph's."""
        real = value.dtype.startswith(("float", "double", "bfloat", "complex"))
        found: dict[str, tuple[Node, Node]] = {}
        waiting: list[tuple[Key, bool, Node | None]] = [(key, real, None)]
        seen = {(key, real)}
        for each, counts, call in waiting:
            for kind, node in self.slots[each]:
                if kind in (WHOLE, STATE, SCALE) or (counts and (kind == WEIGHT or value.shape)):
                    found.setdefault(kind, (node, call or self.owners.get(id(node), node)))
            for to, dequantised, taker in self.flows[each]:
                step = (to, counts or dequantised)
                if step not in seen:
                    seen.add(step)
                    waiting.append((*step, call or taker))
        for kind in (WEIGHT, WHOLE, AXIS):
            if kind in found:
                return Role.PARAMETER, found[kind]
        if STATE in found:
            return Role.BUFFER, None
        # A scale of one number is a constant like another; zero points are never one.
        scales = SCALE in found and (value.shape or not real)
        return Role.QUANTISATION if scales else Role.CONSTANT, None


Sizes = tuple[int, ...]
RECURRENT = ("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM")
NESTED = ("If", "Loop", "Scan")
MACS = {op: read_expression(text) for op, text in TABLE["macs"].items()}
"""The multiply-accumulates of each operation that has any."""
SHAPES = dict.fromkeys(TABLE["layer"], Expression("taken")) | {
    op: Expression(text) for op, text in TABLE["shape"].items()
}
"""The shapes of what each operation gives."""
VALUES = {op: Expression(text) for op, text in TABLE["value"].items()}
"""Numbers that come of numbers along one axis."""


# Shapes by the rules of the operations, and the whole numbers that views are asked for by.


class OpenError(InputError):
    """A shape that nothing gives."""


class Terms(Fields):
    """What onnx.txt is written in: what is known around a node, its windows, its attributes.

    `shapes` and `numbers` are of values by name, `held` the names of what no input changes.
    """

    def __init__(
        self, node: Node, shapes: Mapping[str, Sizes], numbers: Mapping[str, list[Any]],
        held: Container[str] = (),
    ) -> None:
        super().__init__(_TERMS, node.attributes)
        self.node, self.shapes, self.numbers, self.held = node, shapes, numbers, held
        self.own: Sizes = ()
        """The shape of its input as the notation has it."""
        self.output = ""
        """Which of its outputs is meant, if not the first."""

    def complaint(self, text: str) -> str:
        """That no layer has such values."""
        return unsaid(self.node).message

    def shape(self, place: int) -> Sizes:
        """The shape of an input; InputError where it is not known."""
        name = self.node.inputs[place] if place < len(self.node.inputs) else ""
        if name not in self.shapes:
            raise OpenError(f"{_plain_name(self.node)}: a shape is not known")
        return self.shapes[name]

    def all(self, first: int = 0, step: int = 1) -> list[Sizes]:
        """The shapes of all inputs, or of every so many of them."""
        return [self.shapes[name] for name in self.node.inputs[first::step] if name]

    def given(self, at: int) -> bool:
        """Whether there is an input."""
        return any(self.node.inputs[at : at + 1])

    def listed(self, at: int, name: str = "") -> list[Any]:
        """The numbers of an attribute, or of an input in its place; LookupError where unknown."""
        own = self.node.attributes.get(name)
        return own if isinstance(own, list) else self.numbers[self.node.inputs[at]]

    def number(self, at: int) -> int | float | None:
        """The one number that an input holds; None where it is none, or not known."""
        values = self.numbers.get(self.node.inputs[at], []) if self.given(at) else []
        return values[0] if len(values) == 1 else None

    def axes(self, at: int) -> list[int]:
        """The axes that are named, counted from the front; all where none is."""
        rank = len(self.shape(0))
        named = self.node.attributes.get("axes") or (self.listed(at) if self.given(at) else [])
        return [int(axis) % rank for axis in named] or list(range(rank))

    def axis(self) -> int:
        """The one axis of an operation, counted from the front."""
        return self.node.whole("axis") % len(self.shape(0))


def unsaid(node: Node) -> InputError:
    """The complaint about a node without a layer."""
    return InputError(f"{_plain_name(node)}: the layer notation has no {node.op} of this kind")


def _plain_name(node: Node) -> str:
    return plain_name(node.name or node.outputs[0])


def plain_op(node: Node) -> str:
    """The operation that a quantised one stands for."""
    return "Gemm" if node.op == "QGemm" else node.op.removeprefix("QLinear")


def _windows(terms: Terms) -> list[Axis]:
    """The windows along each axis of space, with their padding."""
    kernel, turned = terms.get("kernel"), terms.node.op == "ConvTranspose"
    auto = terms.node.attributes.get("auto_pad")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        sides: list[Any] = ["same" if auto == "SAME_UPPER" else "same-lower"] * len(kernel)
    else:
        pads = terms.node.wholes("pads", 2 * len(kernel), 0)
        sides = list(zip(pads[: len(kernel)], pads[len(kernel) :], strict=True))
    steps, gaps, extras = map(terms.get, ("strides", "dilations", "output_padding"))
    ceil, found = terms.node.whole("ceil_mode") == 1, []
    for side, size, taps, step, gap, extra in zip(
        sides, terms.shape(0)[2:], kernel, steps, gaps, extras, strict=True
    ):
        pad = pad_pair(side, size, taps, step, gap, turned)
        found.append(Axis(size, taps, step, pad, gap, turned, extra, ceil))
    return found


def _ranges(terms: Terms) -> list[range]:
    """The places along each axis that a Slice leaves."""
    ranges = list(map(range, terms.shape(0)))
    starts, ends = terms.listed(1, "starts"), terms.listed(2, "ends")
    steps = terms.listed(4) if terms.given(4) else [1] * len(starts)
    axes = terms.axes(3)
    for axis, first, last, step in zip(axes, starts, ends, steps, strict=False):
        ranges[axis] = ranges[axis][first:last:step]
    return ranges


def _filled(terms: Terms) -> list[Any]:
    """The numbers of a ConstantOfShape, as many as may be kept and one."""
    held, sizes = terms.node.attributes.get("value"), list[int](terms.listed(0))
    return (held.values if isinstance(held, Value) else [0]) * min(prod(sizes), MOST_VALUES + 1)


def _picked(terms: Terms) -> list[Any]:
    """The numbers that a Slice leaves, or all in the order of a Transpose."""
    shape, data, sliced = terms.shape(0), terms.listed(0), terms.node.op == "Slice"
    if not data or len(data) != prod(shape):
        raise ValueError
    ranges = _ranges(terms) if sliced else list(map(range, shape))
    order = range(len(shape)) if sliced else _order(terms)
    steps = [prod(shape[axis + 1 :]) for axis in order]
    return [
        data[sum(map(mul, places, steps))] for places in product(*(ranges[axis] for axis in order))
    ]


def written_out(
    node: Node, functions: Mapping[tuple[str, str], Graph], values: list[Value], left: Iterator[int]
) -> list[Node]:
    """The nodes that a call of a function of the file's own stands for, their names its own.

    What they hold is put among the values; LimitError where more nodes come than are `left`.
    """
    called = functions.get((node.domain, node.op))
    if called is None or not node.outputs:
        return [node]
    others = {key: each for key, each in functions.items() if each is not called}
    names = {"": "", **dict(zip(called.inputs, node.inputs, strict=False))}
    names |= zip(called.outputs, node.outputs, strict=False)
    prefix, found = f"{_first_output(node)}/", []
    values += (replace(each, name=prefix + each.name) for each in called.values)
    for each in called.nodes:
        if next(left, None) is None:
            raise LimitError("its functions call each other beyond any honest number")
        own = {
            key: node.attributes.get(value) if isinstance(value, Named) else value
            for key, value in each.attributes.items()
        }
        inputs, outputs = (
            [names.get(name, prefix + name) for name in each_of]
            for each_of in (each.inputs, each.outputs)
        )
        made = replace(each, inputs=inputs, outputs=outputs, attributes=own)
        found += written_out(made, others, values, left)
    return found


def follow_shapes(graph: Graph, shapes: dict[str, Sizes]) -> dict[str, list[Any]]:
    """Put the shapes that follow from others among them; the few numbers that are known."""
    values = {
        each.name: each.values for each in graph.values if len(each.values) == prod(each.shape)
    }
    for node in graph.nodes:
        terms = Terms(node, shapes, values)
        try:
            if node.op in SHAPES:
                made: list[Any] = [*SHAPES[node.op](terms)]
                several = made and isinstance(made[0], list | tuple)
                for name, each in zip(node.outputs, made if several else [made], strict=False):
                    shape = tuple(each)
                    if len(shape) <= MOST_AXES and all(0 <= size < MOST_SIZE for size in shape):
                        shapes.setdefault(name, shape)
            if node.op in VALUES:
                numbers = VALUES[node.op](terms)
                if len(numbers) == prod(shapes[node.outputs[0]]) <= MOST_VALUES and all(
                    -MOST_SIZE < each < MOST_SIZE for each in numbers
                ):
                    values[node.outputs[0]] = list(numbers)
        except (LookupError, TypeError, ValueError, ArithmeticError, InputError):
            continue  # what it needs is not known, or the node has not such axes
    return values


Said = tuple[str, dict[str, Any]]
"""A layer of the notation: its type, and arguments by name."""
JOINS = {"Add": "sum", "Mul": "scale", "Concat": "concat"}


class Translator:
    """One graph; shapes are with the batch, as in the file."""

    def __init__(self, model: OnnxModel, shapes: Mapping[str, Sizes]) -> None:
        self.graph = model.graph
        self.shapes = dict(shapes)
        whole, left = Graph([], [*model.graph.values]), iter(range(MOST_NODES))
        self.inside: dict[int, list[Node]] = {}
        """What stands within the nodes that call functions of the file's own."""
        for node in model.graph.nodes:
            made = written_out(node, model.functions, whole.values, left)
            whole.nodes += made
            if made != [node]:
                self.inside[id(node)] = made
        self.shapes = {value.name: value.shape for value in whole.values} | self.shapes
        self.numbers = follow_shapes(whole, self.shapes)
        self.held = {value.name for value in model.graph.values}
        """What the file holds and what comes of that alone."""
        for node in model.graph.nodes:
            inputs = [name for name in node.inputs if name]
            fixed = inputs and node.op == "Shape" and inputs[0] in self.shapes
            if fixed or (inputs and self.held.issuperset(inputs)):
                self.held.update(node.outputs)
        self.steps: list[Step] = []
        self.own: dict[str, Sizes] = {}
        """Shapes as the notation has them: without the batch, and axes that only ONNX has."""
        self.fields: dict[str, Field | None] = {}
        """What each value sees of the input; None where that cannot be followed."""
        self.batch = 1
        self.bare: dict[str, int] = {}
        """MatMuls that a bias may follow, by what they give: the place of their step."""

    def translated(self, name: str) -> Model:
        """The whole graph; InputError for a node that the notation has no layer for."""
        inputs = [each for each in self.graph.inputs if each not in self.held]
        if len(inputs) != 1 or len(self.graph.outputs) != 1:
            raise InputError(
                f"{len(inputs)} inputs and {len(self.graph.outputs)} outputs; "
                "the notation has one of each"
            )
        if inputs[0] not in self.shapes:
            raise InputError("the size of its input is open: give --input")
        own = self._enter(inputs[0])
        needed = set(self.graph.outputs)
        for node in reversed(self.graph.nodes):
            if needed.intersection(node.outputs):
                needed.update(node.inputs)
        for node in self.graph.nodes:
            for output in node.outputs:
                if output in needed and output not in self.held:
                    self.add(node, output)
        return Model(arranged(self.steps, inputs[0], self.graph.outputs[0]), own, name)

    def add(self, node: Node, output: str) -> None:
        """Put down one output of a node; InputError where no layer has such shapes."""
        try:
            self._add(node, output)
        except (LookupError, ValueError, ArithmeticError):
            raise unsaid(node) from None

    def _add(self, node: Node, output: str) -> None:
        """One output of a node, as layers or as the place where branches meet."""
        inputs = [each for each in node.inputs if each and each not in self.held]
        own = self.own.get(inputs[0]) if inputs else None
        if own is None:
            raise unsaid(node)
        op = plain_op(node)
        if op in JOINS and len(inputs) > 1 and (op != node.op or len(inputs) == len(node.inputs)):
            self._join(node, output, inputs, own)
        elif len(inputs) != 1:
            raise unsaid(node)
        elif op == "Add" and inputs[0] in self.bare:
            self._add_bias(output, inputs[0], own)
        else:
            self._add_layers(node, output, inputs[0], own)

    def _join(self, node: Node, output: str, inputs: Sequence[str], own: Sizes) -> None:
        """The place where values meet."""
        op, axis = plain_op(node), node.whole("axis")
        axis = max(axis + len(own) if axis < 0 else axis - 1, 0)
        self.steps.append(Step(output, tuple(inputs), (), JOINS[op], axis))
        if op == "Concat" and axis < len(own):
            along = sum(self.own.get(each, own)[axis] for each in inputs)
            own = (*own[:axis], along, *own[axis + 1 :])
        elif op != "Concat":
            own = self._broadcast(inputs)
        self._put_shape(output, own, self._field_of(inputs, axis if op == "Concat" else None))

    def _add_bias(self, output: str, taken: str, own: Sizes) -> None:
        """The bias of the MatMul before it."""
        at = self.bare[taken]
        given = self.steps[at].layers[-1]
        biased = Layer("linear", getattr(given, "arguments", ()), {}, given.name)
        self.steps[at] = self.steps[at]._replace(layers=(biased,))
        self.steps.append(Step(output, (taken,)))
        self._put_shape(output, own, self.fields[taken])

    def _add_layers(self, node: Node, output: str, taken: str, own: Sizes) -> None:
        """The layers that a node of one input is, one behind the other."""
        layers: list[Layer] = []
        seen = self.fields[taken]
        for type, options in self.layers(node, own, output):
            layer = layer_of(type, options, "" if layers else plain_name(output))
            layers.append(layer)
            count = handler(type)
            counted = count(own, **bind(type, layer.arguments, dict(layer.options), count))
            seen = follow(seen, own, counted)
            own = counted.output
        if layers and layers[-1].type == "linear" and layers[-1].options.get("bias") is False:
            self.bare[output] = len(self.steps)
        elif not layers and taken in self.bare:
            self.bare[output] = self.bare[taken]
        self.steps.append(Step(output, (taken,), tuple(layers)))
        self._put_shape(output, own, seen)

    def _put_shape(self, output: str, own: Sizes, seen: Field | None) -> None:
        """Put down the shape of a value, and what it sees of the input."""
        self.own[output], self.fields[output] = own, seen
        self.shapes.setdefault(output, (self.batch, *own))

    def _broadcast(self, inputs: Sequence[str]) -> Sizes:
        """The shape of values that meet element by element."""
        live = [self.own[name] for name in inputs if name in self.own]
        rank = max(map(len, live))
        fixed = [
            self.shapes[name][-rank:] for name in inputs
            if name not in self.own and name in self.shapes and rank
        ]
        return broadcast([*live, *fixed])

    def _field_of(self, inputs: Sequence[str], along: int | None) -> Field | None:
        """What an element sees where values meet."""
        known = [self.fields.get(each) for each in inputs]
        if len({None if field is None else len(field) for field in known}) > 1:
            return None
        return join(known, along)

    def inferred(self) -> dict[str, Sizes]:
        """The shapes that follow from those of the inputs through the layers of the notation."""
        for name in self.graph.inputs:
            if self.shapes.get(name) and name not in self.held:
                self._enter(name)
        for node in self.graph.nodes:
            for output in node.outputs:
                if output and output not in self.held:
                    try:
                        self.add(node, output)
                    except DlcalcError:  # shapes in the file may contradict others
                        live = [name for name in node.inputs if name in self.own]
                        rule = TABLE["shape"].get(node.op)
                        if rule == "wide" and live:
                            own = self._broadcast(node.inputs)
                            self._put_shape(output, own, self._field_of(live, None))
                        elif rule == "taken" and live and output == node.outputs[0]:
                            self._put_shape(output, self.own[live[0]], None)
        return self.shapes

    def _enter(self, name: str) -> Sizes:
        """Put down the shape of an input as the notation has it."""
        given = self.shapes[name]
        # A sequence may have its batch on its second axis, as recurrent nodes have it.
        turned = len(given) == 3 and given[1] == 1 < given[0]
        self.batch = given[1 if turned else 0] if given else 1
        own = (given[0], given[2]) if turned else given[1:]
        self.own[name], self.fields[name] = own, start(own) if own else None
        return own

    def layers(self, node: Node, own: Sizes = (), output: str = "") -> list[Said]:
        """What the notation calls an output of a node of one input, whose own shape is given."""
        terms = self.terms(node)
        terms.own, terms.output = own, output
        for said in LAYERS.get(plain_op(node), ()):
            found = [
                (type, {
                    name: one(given) if isinstance(given := each(terms), list) else given
                    for name, each in options.items()
                })
                for type, options in said
            ]
            if all(options.pop("when", True) for _, options in found):
                return [each for each in found if each[0] != "nothing"]
        raise unsaid(node)

    def macs(self, node: Node) -> int | None:
        """Multiply-accumulates of a node; None where a shape that it needs is not known."""
        if id(node) in self.inside:
            parts = [self.macs(each) for each in self.inside[id(node)]]
            return None if None in parts else sum(each or 0 for each in parts)
        if node.op in NESTED:
            return None
        try:
            return int(MACS[node.op](self.terms(node))) if node.op in MACS else 0
        except (OpenError, LookupError, ValueError):  # axes that such a node has not, too
            return None

    def terms(self, node: Node) -> Terms:
        """What is known around a node."""
        return Terms(node, self.shapes, self.numbers, self.held)


def _order(terms: Terms) -> list[int]:
    """The order that a Transpose brings axes into: the reverse, where it names none."""
    reverse = list(range(len(terms.shape(0))))[::-1]
    order = terms.node.wholes("perm", len(reverse), -1)
    return order if sorted(order) == reverse[::-1] else reverse


def _kernel(terms: Terms) -> list[int]:
    if "Conv" in terms.node.op:
        return list(terms.get("other")[2:])
    return terms.node.wholes("kernel_shape", len(terms.shape(0)) - 2)


def _one(name: str, usual: int = 0) -> Callable[[Terms], int]:
    return lambda terms: terms.node.whole(name, usual)


def _per_axis(name: str, usual: int = 1) -> Callable[[Terms], list[int]]:
    """An attribute of one number an axis of the window."""
    return lambda terms: terms.node.wholes(name, len(terms.get("kernel")), usual)


def _pad(terms: Terms) -> Any:
    """Padding of each axis: one number where both sides and all axes are alike."""
    pairs = [axis.pad for axis in _windows(terms)]
    if min(map(min, pairs), default=0) < 0:  # columns that are added
        raise unsaid(terms.node)
    return one([a for a, _ in pairs]) if all(a == b for a, b in pairs) else tuple(pairs)


def _letters(terms: Terms) -> tuple[list[str], str, dict[str | int, int]]:
    """The operands and the output of an Einsum, and the sizes of letters and of what dots are."""
    into, _, out = str(terms.node.attributes.get("equation")).replace(" ", "").partition("->")
    sizes: dict[str | int, int] = {}
    for at, letters in enumerate(into.split(",")):
        head, dots, tail = letters.partition("...")
        shape = terms.shape(at)
        between = len(shape) - len(head) - len(tail) if dots else 0
        for name, length in zip([*head, *range(-between, 0), *tail], shape, strict=True):
            sizes[name] = max(length, sizes.get(name, 1))
    return into.split(","), out, sizes


def _einsum(terms: Terms) -> int:
    """Products of two operands: the sizes of all letters."""
    operands, _, sizes = _letters(terms)
    if len(operands) > 2:
        raise ValueError  # in which order they meet is not said
    return prod(sizes.values()) if len(operands) == 2 else 0


def _einsum_shape(terms: Terms) -> Sizes:
    """The output of an Einsum that says it, without dots."""
    _, out, sizes = _letters(terms)
    return tuple(sizes[letter] for letter in out)


_TERMS: dict[str, Callable[[Terms], Any]] = {
    "taken": lambda terms: [*terms.shape(0)], "third": lambda terms: [*terms.shape(2)],
    "given": lambda terms: [*terms.shapes.get(terms.node.outputs[0], ())],
    "shaped": lambda terms: terms.shapes.get(terms.node.outputs[0]),
    "own": lambda terms: [*(terms.own or terms.shape(0)[1:])],
    "first": lambda terms: terms.output in ("", terms.node.outputs[0]),
    "other": lambda terms: [*terms.shape(3 if terms.get("quantised") else 1)],
    "shapes": lambda terms: [
        [*shape] for shape in terms.all(*((2, 3) if terms.node.op == "QLinearConcat" else ()))
    ],
    "inputs": lambda terms: len(terms.node.inputs),
    "outputs": lambda terms: len(terms.node.outputs), "op": lambda terms: terms.node.op,
    "quantised": lambda terms: plain_op(terms.node) != terms.node.op,
    "kernel": _kernel, "pad": _pad, "einsum": _einsum, "letters": _einsum_shape,
    "strides": _per_axis("strides"), "dilations": _per_axis("dilations"),
    "output_padding": _per_axis("output_padding", 0), "group": _one("group", 1),
    **{name: _one(name) for name in (
        "transA", "transB", "blocksize", "q_num_heads", "kv_num_heads", "num_heads",
    )},
    "outs": lambda terms: prod(terms.shapes[_first_output(terms.node)]),
    "table": lambda terms: terms.node.inputs[0] in terms.held,
    "microsoft": lambda terms: terms.node.domain == "com.microsoft",
    "columns": lambda terms: [axis.output for axis in _windows(terms)],
    "ranges": _ranges, "order": _order, "along": Terms.axis,
    "counted": lambda terms: range(*(int(end) for [end] in map(terms.listed, range(3)))),
    # A single number stands beside all of the others.
    "rows": lambda terms: by_axis(*terms.get("lists")), "filled": _filled, "picked": _picked,
    "lists": lambda terms: [terms.numbers[name] for name in terms.node.inputs if name],
    # The sizes that a Shape gives: of all axes, or of some in a row.
    "axes_of": lambda terms: (
        terms.shape(0)[terms.node.whole("start") : terms.node.attributes.get("end")]
    ),
    **{f"number{at}": partial(Terms.number, at=at) for at in (1, 2)},
    **{f"data{at}": partial(Terms.listed, at=at) for at in range(4)},
    **{f"given{at}": partial(Terms.given, at=at) for at in range(9)},
    **{f"axes{at}": partial(Terms.axes, at=at) for at in range(10)},
    **{name: read_expression(text) for name, text in TABLE["term"].items()},
}
"""The names that are no attributes as they stand in the file."""


MISSING = "pip install 'dlcalc-toolkit[onnx]' infers them"


def read_onnx(file: BinaryIO, path: str, input: Sizes | None = None) -> Held:
    """The tensors and nodes of an ONNX file.

    `input` is the shape of its first input, without the batch, where the file leaves it open.
    Raises InputError for what is damaged or no graph.
    """
    model, whole = read_model(Stream(file))
    _fetch(model.graph.values, os.path.dirname(path))
    uses = Uses(model)
    tensors, weights = _tensors(uses)
    graph = model.graph
    known = _inputs(graph, input)
    if input is not None and known != _inputs(graph, None):
        # What stands there is of other sizes, but where it names them.
        graph = replace(graph, shapes={
            name: shape for name, shape in graph.shapes.items()
            if name in graph.inputs or any(isinstance(size, str) for size in shape)
        })
    shapes = _resolved(graph, known)
    notes: list[str] = []
    flow = Translator(model, shapes)
    shapes = flow.inferred()
    if _unknown(model, shapes):
        inferred = _inferred(whole, known)
        if inferred is None:
            notes.append(
                f"shapes of {_unknown(model, shapes)} nodes are not in the file; {MISSING}"
            )
        else:
            shapes = {**shapes, **_resolved(replace(graph, shapes=inferred), known), **known}
            flow = Translator(model, shapes)
            shapes = flow.inferred()
    rows = [
        Row(
            printable(_first_output(node) or node.name), node.op, shapes.get(_first_output(node)),
            sum(each.params for each in weights.get(id(node), ())),
            flow.macs(node),
            field=flow.fields.get(_first_output(node)),
            bytes=sum(each.bytes for each in weights.get(id(node), ())),
        )
        for node in graph.nodes
    ]
    first = next(iter(known.values()), None)
    return Held(path, "onnx", tensors, model.metadata, notes, rows, (model, shapes), first)


def model_of(held: Held, name: str) -> Model:
    """The model in the notation; InputError for a node that it has no layer for."""
    return Translator(*held.graph).translated(name)


def _first_output(node: Node) -> str:
    return next(filter(None, node.outputs), "")


def _tensors(uses: Uses) -> tuple[list[Tensor], dict[int, list[Tensor]]]:
    """All tensors with their roles, and those that are weights by the node that takes them."""
    tensors: list[Tensor] = []
    weights: dict[int, list[Tensor]] = {}
    for key, value, name in uses.values:
        role, taken = uses.role(key, value)
        tensor = Tensor(printable(name), value.dtype, value.shape, value.bytes, role)
        if taken is not None:
            tensor = _packed(tensor, taken[0])
            weights.setdefault(id(taken[1]), []).append(tensor)
        tensors.append(tensor)
    return tensors, weights


def _packed(tensor: Tensor, node: Node) -> Tensor:
    """The weight of a MatMulNBits, which its bytes are packed into (com.microsoft)."""
    sizes = [node.attributes.get(name) for name in ("N", "K")]
    if node.op != "MatMulNBits" or not all(type(n) is int and 0 < n < 1 << 40 for n in sizes):
        return tensor
    shape = tuple(int(n) for n in sizes if n is not None)
    return tensor.but(role=Role.QUANTISED, stands_for=prod(shape), logical=shape)


def _inputs(graph: Graph, input: Sizes | None) -> dict[str, Sizes]:
    """The shapes of the inputs: an open batch is 1, what else is open is as given."""
    held = {value.name for value in graph.values}
    known: dict[str, Sizes] = {}
    for name in graph.inputs:
        shape = graph.shapes.get(name)
        if name in held or shape is None:
            continue
        sizes = [size if isinstance(size, int) and size > 0 else None for size in shape]
        # The examples are on the first axis, but where a recurrent node takes its steps there.
        batch = int(len(shape) == 3 and any(
            node.op in RECURRENT and node.inputs[:1] == [name] and not node.whole("layout")
            for node in graph.nodes
        ))
        if input is not None and not known:
            if len(input) not in (len(sizes), len(sizes) - 1):
                raise InputError(
                    f"{printable(name)} has {len(sizes)} axes, the batch among them; "
                    f"--input gives {len(input)}"
                ).at("--input")
            own = [at for at in range(len(sizes)) if len(input) == len(sizes) or at != batch]
            for at, size in zip(own, input, strict=True):
                sizes[at] = size
        if sizes and sizes[batch] is None:
            sizes[batch] = 1
        if all(size is not None for size in sizes):
            known[name] = tuple(size for size in sizes if size is not None)
    return known


def _resolved(graph: Graph, known: Mapping[str, Sizes]) -> dict[str, Sizes]:
    """The shapes that are known in whole, names of axes as the inputs have them."""
    named: dict[str, int] = {}
    for name, sizes in known.items():
        for size, axis in zip(sizes, graph.shapes.get(name, ()), strict=False):
            if isinstance(axis, str):
                named.setdefault(axis, size)
    found = {value.name: value.shape for value in graph.values}
    for name, shape in graph.shapes.items():
        whole = [named.get(size) if isinstance(size, str) else size for size in shape]
        if all(size is not None and size >= 0 for size in whole):
            found.setdefault(name, tuple(size for size in whole if size is not None))
    return {**found, **known}


def _unknown(model: OnnxModel, shapes: Mapping[str, Sizes]) -> int:
    """How many nodes have outputs of no known shape."""
    return sum(
        any(name and name not in shapes for name in node.outputs[:1])
        for node in model.graph.nodes
    )


def _inferred(whole: Message, known: Mapping[str, Sizes]) -> dict[str, Shape] | None:
    """The shapes that the onnx package infers; None where it is not installed."""
    try:
        import onnx
    except ImportError:
        return None
    try:
        model = onnx.load_model_from_string(whole.encoded())
        for given in model.graph.input:
            if given.name in known:
                dims = given.type.tensor_type.shape.dim
                for dim, size in zip(dims, known[given.name], strict=True):
                    dim.dim_value = size
        del model.graph.value_info[:]  # made for other sizes, where these are given
        graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception as error:  # whatever a parser of somebody else raises
        raise InputError(f"the onnx package cannot infer its shapes: {words_of(error)}") from None
    return {
        each.name: tuple(
            dim.dim_value if dim.HasField("dim_value") else dim.dim_param or None
            for dim in each.type.tensor_type.shape.dim
        )
        for each in [*graph.value_info, *graph.output, *graph.input]
        if each.type.tensor_type.HasField("shape")
    }
