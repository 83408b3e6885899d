"""ONNX read without its package: nodes, the tensors they hold, and the shapes that stand there.

Source: onnx/onnx, onnx.proto, IR version 10 (package onnx 1.23.2). The data of weights is passed
over, and external data is never opened.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files.protobuf import (
    BYTES,
    PASSED,
    VARINTS,
    Message,
    read_forward,
    signed,
)
from dlcalc.models.files.stream import Stream, printable
from dlcalc.models.files.tensors import BUFFER, CONSTANT, PARAMETER, QUANTISATION

MOST_AXES, MOST_DEPTH, MOST_VALUES = 64, 32, 64
TYPES = {
    1: ("float", 32), 2: ("uint8", 8), 3: ("int8", 8), 4: ("uint16", 16), 5: ("int16", 16),
    6: ("int32", 32), 7: ("int64", 64), 8: ("string", 0), 9: ("bool", 8), 10: ("float16", 16),
    11: ("double", 64), 12: ("uint32", 32), 13: ("uint64", 64), 14: ("complex64", 64),
    15: ("complex128", 128), 16: ("bfloat16", 16), 17: ("float8e4m3fn", 8),
    18: ("float8e4m3fnuz", 8), 19: ("float8e5m2", 8), 20: ("float8e5m2fnuz", 8),
    21: ("uint4", 4), 22: ("int4", 4), 23: ("float4e2m1", 4), 24: ("float8e8m0", 8),
    25: ("uint2", 2), 26: ("int2", 2),
}
"""TensorProto.DataType: its name and the bits of one number."""
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
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 22: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {4: BYTES, 5: VARINTS, 7: VARINTS, 9: BYTES, 10: BYTES, 11: VARINTS},
}
"""Where messages and data stand in each other, by the numbers of their fields."""


def read_model(stream: Stream) -> tuple[OnnxModel, bytes]:
    """A whole file, and its bytes without the data of its weights; InputError for no graph."""
    whole = read_forward(stream, SCHEMA, "model")
    graphs = list(whole.inner(7))
    if not graphs:
        raise InputError("no ONNX file: it holds no graph")
    metadata: dict[str, Any] = {}
    if 1 in whole.numbers:
        metadata["ir_version"] = whole.whole(1)
    if 2 in whole.places:
        metadata["producer"] = printable(whole.text(2))
    for opset in whole.inner(8):
        opsets = metadata.setdefault("opset", {})
        opsets[printable(opset.text(1)) or "ai.onnx"] = opset.whole(2)
    functions = dict(map(_function, whole.inner(25)))
    return OnnxModel(_graph(graphs[-1], 0), functions, metadata), whole.wire.data


def _graph(message: Message, depth: int) -> Graph:
    """A graph, or that of a branch or loop."""
    if depth > MOST_DEPTH:
        raise InputError("graphs within graphs beyond any honest depth")
    inputs, outputs, inside = ([_info(each) for each in message.inner(at)] for at in (11, 12, 13))
    return Graph(
        [_node(each, depth) for each in message.inner(1)],
        [*map(_tensor, message.inner(5)), *map(_sparse, message.inner(15))],
        [name for name, _ in inputs], [name for name, _ in outputs],
        {name: shape for name, shape in (*inputs, *outputs, *inside) if shape is not None},
    )


def _function(message: Message) -> tuple[tuple[str, str], Graph]:
    """A function of the file's own, by domain and name."""
    name = message.text(1)
    nodes = [_node(each, 0) for each in message.inner(7)]
    graph = Graph(nodes, inputs=message.texts(4), outputs=message.texts(5), name=name)
    return (message.text(10), name), graph


def _node(message: Message, depth: int) -> Node:
    """A node with its attributes."""
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


def _attribute(message: Message) -> Any:
    """The value of an attribute; None for one that no count needs."""
    if 2 in message.places:
        [*_, data] = message.data(2)
        return struct.unpack("<f", data)[0] if len(data) == 4 else None
    if 3 in message.numbers:
        return signed(message.whole(3))
    if 4 in message.places:
        return message.text(4)
    for tensor in message.inner(5):
        return _tensor(tensor)
    for sparse in message.inner(22):
        return _sparse(sparse)
    if 7 in message.places:
        return Value("", "float", (message.length(7) // 4,), 32)
    return message.wholes(8) or None


def _tensor(message: Message) -> Value:
    """A tensor by its sizes and type; its data is measured alone."""
    name, kind = message.text(8), message.whole(2)
    if kind not in TYPES:
        raise InputError(f"is of the unknown type {kind}").at(printable(name)[:200] or "tensor")
    value = Value(name, TYPES[kind][0], tuple(message.wholes(1)), TYPES[kind][1])
    raw = 9 in message.places or PASSED + 9 in message.numbers
    outside = {each.text(1): each.text(2) for each in message.inner(13)}
    wrong = _wrong(value, message.length(9) if raw else None, _typed(message), outside)
    if wrong:
        raise InputError(wrong).at(printable(name)[:200] or "tensor")
    if kind in _KEPT and value.bytes <= 8 * MOST_VALUES:
        code, place = _KEPT[kind]
        data = b"".join(message.data(9) or message.data(place))
        value.values = [each for (each,) in struct.iter_unpack(code, data)]
        value.values += message.wholes(7)
    return value


_KEPT = {1: ("<f", 4), 7: ("<q", 9)}
"""Types whose numbers are kept where they are few, and the field that holds them in bytes."""


def _typed(message: Message) -> int:
    """How many numbers stand in the fields of single types."""
    return (
        message.length(4) // 4 + message.length(10) // 8 + len(message.places.get(6, ()))
        + sum(message.varints(at) for at in (5, 7, 11))
    )


def _wrong(value: Value, held: int | None, count: int, outside: Mapping[str, str]) -> str:
    """What is wrong with a tensor that holds other numbers than its sizes say."""
    numbers = prod(value.shape)
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
    """Name and shape of a value."""
    for kind in message.inner(2):
        for tensor in kind.inner(1):
            for shape in tensor.inner(2):
                return message.text(1), tuple(map(_size, shape.inner(1)))[:MOST_AXES]
    return message.text(1), None


def _size(message: Message) -> int | str | None:
    """The size of an axis, its name, or nothing."""
    return signed(message.whole(1)) if 1 in message.numbers else message.text(2) or None


# What becomes of a tensor, by the operation and the place where it comes in.

WEIGHT, WHOLE, AXIS, STATE, SCALE = "wiabs"
SLOTS = {
    **dict.fromkeys((
        "Conv", "ConvTranspose", "FusedConv", "Gemm", "FusedGemm", "LayerNormalization",
        "GroupNormalization", "InstanceNormalization",
    ), "-ww"),
    **dict.fromkeys(("MatMul", "FusedMatMul"), "ww"), **dict.fromkeys(("Add", "Mul"), "aa"),
    **dict.fromkeys(("GRU", "RNN"), "-www"), "LSTM": "-www---w", "BatchNormalization": "-wwbb",
    **dict.fromkeys(("SimplifiedLayerNormalization", "RMSNormalization", "PRelu"), "-w"),
    "SkipLayerNormalization": "--www", "SkipSimplifiedLayerNormalization": "--w-",
    "Gather": "w", "DeformConv": "-w-w", "Attention": "-ww", "EmbedLayerNormalization": "--wwwww",
    **dict.fromkeys(("BiasGelu", "FastGelu", "GroupNorm"), "-ww"), "RotaryEmbedding": "--bb",
    "MultiHeadAttention": "---w",
    **dict.fromkeys(
        ("MatMulInteger", "ConvInteger", "DynamicQuantizeMatMul", "MatMulNBits"), "-iss"
    ),
    **dict.fromkeys(("QuantizeLinear", "DequantizeLinear"), "-ss"), "QLinearConv": "-ssissssi",
    "QLinearMatMul": "-ssissss", "QGemm": "-ssississ", "DynamicQuantizeLSTM": "-iiw---wssss",
    **dict.fromkeys(("QLinearAdd", "QLinearMul"), "ississss"), "QLinearConcat": "ss" + "-ss" * 20,
    **dict.fromkeys((
        "QLinearGlobalAveragePool", "QLinearAveragePool", "QLinearSigmoid", "QLinearLeakyRelu",
        "QLinearSoftmax",
    ), "-ssss"),
}
"""Inputs in order: `w` a weight, `i` one in whole numbers, `a` one where it has an axis (a single
number is a constant), `b` a buffer, `s` a scale or zero point."""
PASSING: dict[str, tuple[int, ...] | None] = {
    **dict.fromkeys((
        "Transpose", "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Expand", "Tile",
        "DequantizeLinear", "Slice",
    ), (0,)), "Concat": None,
}
"""Operations that hand a weight on, and the inputs that they hand on; None for all."""
Key = tuple[int, str]


class Uses:
    """Where each value of a model goes, through all of its graphs."""

    def __init__(self, model: OnnxModel) -> None:
        self.model = model
        self.flows: dict[Key, list[tuple[Key, bool]]] = {}
        self.slots: dict[Key, list[tuple[str, Node]]] = {}
        self.values: list[tuple[Key, Value, str]] = []
        """Every tensor of the file with its full name."""
        self.scopes: dict[int, set[str]] = {}
        self.scales: set[Key] = set()
        """Scales of inputs that are quantised on the way; what they are multiplied with is one."""
        self.owners: dict[int, Node] = {}
        """The node of the main graph within which a node lies."""
        self._functions = {
            key: (id(graph), graph) for key, graph in model.functions.items()
        }
        self._graph(model.graph, (), "", None)
        for _, graph in self._functions.values():
            self._graph(graph, (), f"{graph.name}/", None)

    def _graph(
        self, graph: Graph, outer: tuple[int, ...], prefix: str, owner: Node | None
    ) -> None:
        scope = id(graph)
        names = {*graph.inputs, *(value.name for value in graph.values)}
        for node in graph.nodes:
            names.update(node.outputs)
        self.scopes[scope] = names
        inner = (*outer, scope)
        for value in graph.values:
            self.values.append(((scope, value.name), value, prefix + value.name))
        for node in graph.nodes:
            if owner is not None:
                self.owners[id(node)] = owner
            self._node(node, inner, prefix, owner or node)

    def key(self, name: str, scopes: tuple[int, ...]) -> Key:
        """The value that a name means within some graphs, the innermost first."""
        for scope in reversed(scopes):
            if name in self.scopes[scope]:
                return scope, name
        return scopes[0], name

    def _node(self, node: Node, scopes: tuple[int, ...], prefix: str, owner: Node) -> None:
        scope = scopes[-1]
        outputs = [(scope, name) for name in node.outputs]
        held = constant(node)
        if held is not None and outputs:
            self.values.append((outputs[0], held, prefix + node.outputs[0]))
        inputs = {
            place: self.key(name, scopes) for place, name in enumerate(node.inputs) if name
        }
        if node.op == "DynamicQuantizeLinear" and len(outputs) > 1:
            self.scales.add(outputs[1])
        scaled = not self.scales.isdisjoint(inputs.values())
        passed = PASSING.get(node.op, ())
        for place, key in inputs.items():
            self._slot(key, node, place, scaled)
            if node.op in PASSING and outputs and (passed is None or place in passed):
                self._flow(key, outputs[0], node.op == "DequantizeLinear")
        if (node.domain, node.op) in self._functions:
            self._called(self._functions[node.domain, node.op], inputs, outputs)
        for name, graph in node.graphs.items():
            self._graph(graph, scopes, f"{prefix}{node.name or node.op}/{name}/", owner)
            if node.op == "If":
                for given, output in zip(graph.outputs, outputs, strict=False):
                    self._flow(self.key(given, (*scopes, id(graph))), output, False)

    def _slot(self, key: Key, node: Node, place: int, scaled: bool) -> None:
        """Put down what a node takes a value for."""
        kind = SLOTS.get(node.op, "")[place : place + 1]
        if kind not in ("", "-"):
            kind = SCALE if scaled and kind == AXIS else kind
            self.slots.setdefault(key, []).append((kind, node))

    def _called(
        self, function: tuple[int, Graph], inputs: dict[int, Key], outputs: list[Key]
    ) -> None:
        """What goes into a function of the file's own, and what comes out of it."""
        scope, graph = function
        for place, key in inputs.items():
            if place < len(graph.inputs):
                self._flow(key, (scope, graph.inputs[place]), False)
        for name, output in zip(graph.outputs, outputs, strict=False):
            self._flow((scope, name), output, False)

    def _flow(self, key: Key, to: Key, dequantised: bool) -> None:
        self.flows.setdefault(key, []).append((to, dequantised))

    def role(self, key: Key, value: Value) -> tuple[str, Node | None]:
        """What a tensor is, and the first node whose weight it is."""
        real = value.dtype.startswith(("float", "double", "bfloat", "complex"))
        found: dict[str, Node] = {}
        waiting, seen = [(key, real)], {(key, real)}
        for each, counts in waiting:
            for kind, node in self.slots.get(each, ()):
                if kind in (WHOLE, STATE, SCALE) or (counts and (kind == WEIGHT or value.shape)):
                    found.setdefault(kind, node)
            for to, dequantised in self.flows.get(each, ()):
                step = (to, counts or dequantised)
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        for kind in (WEIGHT, WHOLE, AXIS):
            if kind in found:
                return PARAMETER, found[kind]
        if STATE in found:
            return BUFFER, found[STATE]
        # A scale of one number is a constant like another; zero points are never one.
        if SCALE in found and (value.shape or not real):
            return QUANTISATION, found[SCALE]
        return CONSTANT, None


def constant(node: Node) -> Value | None:
    """The tensor of a Constant node."""
    if node.op != "Constant":
        return None
    for name in ("value", "sparse_value", "value_floats"):
        held = node.attributes.get(name)
        if isinstance(held, Value):
            return held
    whole = node.attributes.get("value_ints", node.attributes.get("value_int"))
    if isinstance(whole, list | int):
        values = whole if isinstance(whole, list) else [whole]
        shape = (len(values),) if isinstance(whole, list) else ()
        return Value("", "int64", shape, 64, values[:MOST_VALUES])
    real = node.attributes.get("value_float")
    if isinstance(real, float):
        return Value("", "float", (), 32, [real])
    return None


# Multiply-accumulates of one node, from the shapes around it.

Sizes = tuple[int, ...]
Products = Callable[[Sizes, list[Sizes], Node], int]


def _by_width(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    """Each output is a sum over the last axis of the first input."""
    return prod(out) * inputs[0][0 if node.whole("transA") else -1]


def _attention(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    """Scores and weighted values; of com.microsoft's Attention the three projections, too."""
    if node.op == "Attention" and node.domain == "com.microsoft":
        batch, steps, width = inputs[0]
        each = inputs[1][1] // 3
        return batch * steps * width * inputs[1][1] + 2 * batch * steps * steps * each
    query, key, value = inputs[:3]
    if len(query) == 4:  # heads apart
        return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])
    heads = node.whole("q_num_heads") or node.whole("num_heads") or 1
    shared = node.whole("kv_num_heads") or heads
    return prod(query[:2]) * key[1] * (query[2] + value[2] // shared * heads)


RECURRENT = ("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM")
_BY_WIDTH = (
    "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "MatMulInteger", "MatMulNBits", "QLinearMatMul",
    "QGemm",
)
MACS: dict[str, tuple[tuple[int, ...], Products]] = {
    **dict.fromkeys(_BY_WIDTH, ((0,), _by_width)),
    **dict.fromkeys(
        ("Conv", "FusedConv", "ConvInteger"),
        ((1,), lambda out, inputs, _: prod(out) * prod(inputs[1][1:])),
    ),
    **dict.fromkeys(("Attention", "MultiHeadAttention", "GroupQueryAttention"), (
        (0, 1), _attention,
    )),
    "QLinearConv": ((3,), lambda out, inputs, _: prod(out) * prod(inputs[3][1:])),
    "ConvTranspose": ((0, 1), lambda _, inputs, node: prod(inputs[0]) * prod(inputs[1][1:])),
    **dict.fromkeys(RECURRENT, ((0, 1, 2), lambda _, inputs, node: (
        prod(inputs[0][:2]) * (prod(inputs[1]) + prod(inputs[2]))
    ))),
}
"""The inputs of an operation whose shapes are needed, and what counts it from all shapes."""
BY_INPUTS = ("ConvTranspose", *RECURRENT)
"""Operations that are counted without the shape of their output."""
NESTED = ("If", "Loop", "Scan")


def macs(
    node: Node, shapes: dict[str, Sizes], functions: dict[tuple[str, str], Graph]
) -> int | None:
    """Multiply-accumulates of a node; None where a shape that it needs is not known."""
    if node.op in NESTED or (node.domain, node.op) in functions:
        return None
    if node.op not in MACS:
        return 0
    needed, count = MACS[node.op]
    wanted = [node.inputs[at] if at < len(node.inputs) else "" for at in needed]
    if node.op not in BY_INPUTS:
        wanted.append(next(filter(None, node.outputs), ""))
    if any(name not in shapes for name in wanted):
        return None
    inputs = [shapes.get(name, ()) for name in node.inputs]
    try:
        return count(shapes[wanted[-1]], inputs, node)
    except (IndexError, ValueError):  # axes that such a node has not
        return None
