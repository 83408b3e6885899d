"""ONNX read without its package: nodes, the tensors they hold, and the shapes that stand there.

Source: onnx/onnx, onnx.proto, IR version 10 (package onnx 1.23.2). Raw data is passed over, and
external data is never opened.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files.protobuf import Field, Wire, signed
from dlcalc.models.files.stream import printable

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
    values: list[int] = field(default_factory=list)
    """Its whole numbers, where they are few: a shape, axes."""

    @property
    def bytes(self) -> int:
        """Bytes of its numbers."""
        return -(-prod(self.shape) * self.bits // 8)


@dataclass
class Node:
    """One operation."""

    op: str = ""
    domain: str = ""
    name: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
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

    name: str = ""
    nodes: list[Node] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)


@dataclass
class OnnxModel:
    """A whole file."""

    graph: Graph
    functions: dict[tuple[str, str], Graph]
    metadata: dict[str, Any]


class Parser:
    """One file, message by message."""

    def __init__(self, data: memoryview) -> None:
        self.wire = Wire(data)
        self.size = len(data)

    def model(self) -> OnnxModel:
        """The whole; InputError where no graph is in it."""
        graph, functions = None, {}
        metadata: dict[str, Any] = {}
        for each in self.wire.fields(0, self.size):
            if each.number == 7 and each.wire == 2:
                graph = self.graph(each, 0)
            elif each.number == 25 and each.wire == 2:
                key, function = self.function(each)
                functions[key] = function
            elif each.number == 1 and each.wire == 0:
                metadata["ir_version"] = each.value
            elif each.number == 2 and each.wire == 2:
                metadata["producer"] = printable(self.wire.text(each))
            elif each.number == 8 and each.wire == 2:
                self._opset(each, metadata.setdefault("opset", {}))
        if graph is None:
            raise InputError("no ONNX file: it holds no graph")
        return OnnxModel(graph, functions, metadata)

    def _opset(self, message: Field, opsets: dict[str, int]) -> None:
        domain, version = "", 0
        for part in self.wire.fields(message.start, message.stop):
            if part.number == 1 and part.wire == 2:
                domain = printable(self.wire.text(part))
            elif part.number == 2:
                version = part.value
        opsets[domain or "ai.onnx"] = version

    def graph(self, message: Field, depth: int) -> Graph:
        """A graph, or that of a branch or loop."""
        if depth > MOST_DEPTH:
            raise InputError("graphs within graphs beyond any honest depth")
        graph = Graph()
        for each in self._messages(message):
            if each.number == 1:
                graph.nodes.append(self.node(each, depth))
            elif each.number == 2:
                graph.name = printable(self.wire.text(each))
            elif each.number == 5:
                graph.values.append(self.tensor(each))
            elif each.number == 15:
                graph.values.append(self.sparse(each))
            elif each.number in (11, 12, 13):
                name, shape = self.info(each)
                if shape is not None:
                    graph.shapes[name] = shape
                if each.number != 13:
                    (graph.inputs if each.number == 11 else graph.outputs).append(name)
        return graph

    def function(self, message: Field) -> tuple[tuple[str, str], Graph]:
        """A function of the file's own, by domain and name."""
        graph, domain = Graph(), ""
        for each in self._messages(message):
            if each.number == 1:
                graph.name = self.wire.text(each)
            elif each.number == 10:
                domain = self.wire.text(each)
            elif each.number in (4, 5):
                (graph.inputs if each.number == 4 else graph.outputs).append(self.wire.text(each))
            elif each.number == 7:
                graph.nodes.append(self.node(each, 0))
        return (domain, graph.name), graph

    def node(self, message: Field, depth: int) -> Node:
        """A node with its attributes."""
        node = Node()
        for each in self._messages(message):
            text = "" if each.number == 5 else self.wire.text(each)
            if each.number in (1, 2):
                (node.inputs if each.number == 1 else node.outputs).append(text)
            elif each.number == 3:
                node.name = printable(text)
            elif each.number == 4:
                node.op = printable(text)
            elif each.number == 7:
                node.domain = text
            elif each.number == 5:
                self.attribute(each, node, depth)
        return node

    def attribute(self, message: Field, node: Node, depth: int) -> None:
        """One attribute, put into its node."""
        name, value, numbers = "", None, 0
        whole: list[int] = []
        for each in self.wire.fields(message.start, message.stop):
            if each.number == 1 and each.wire == 2:
                name = self.wire.text(each)
            elif (each.number, each.wire) in _SCALARS:
                value = _SCALARS[each.number, each.wire](self, each)
            elif each.number == 6 and each.wire == 2:
                node.graphs[name] = self.graph(each, depth + 1)
            elif each.number == 7:
                numbers += (each.stop - each.start) // 4
            elif each.number == 8:
                whole += self.wire.varints(each)
        if numbers:
            value = Value(name, "float", (numbers,), 32)
        node.attributes[name] = whole if value is None and whole else value

    def real(self, field: Field) -> float:
        """A float of four bytes."""
        number: float = struct.unpack("<f", self.wire.data[field.start : field.stop])[0]
        return number

    def tensor(self, message: Field) -> Value:
        """A tensor by its sizes and type; its data is measured and passed over."""
        value, kind, count = Value(""), 0, 0
        shape: list[int] = []
        external: dict[str, str] = {}
        data: Field | None = None
        for each in self.wire.fields(message.start, message.stop):
            if each.number == 1:
                shape += self.wire.varints(each)
            elif each.number == 2 and each.wire == 0:
                kind = each.value
            elif each.number == 8 and each.wire == 2:
                value.name = self.wire.text(each)
            elif each.number == 9 and each.wire == 2:
                data = each
            elif each.number == 13 and each.wire == 2:
                parts = {part.number: self.wire.text(part) for part in self._messages(each)}
                external[parts.get(1, "")] = parts.get(2, "")
            else:
                count += self._typed(each, value)
        if kind not in TYPES:
            raise InputError(f"is of the unknown type {kind}").at(printable(value.name) or "tensor")
        value.dtype, value.bits = TYPES[kind]
        value.shape = tuple(shape)
        held = None if data is None else data.stop - data.start
        self._check(value, held, count, external)
        if kind == 7 and data is not None and value.bytes <= 8 * MOST_VALUES:
            value.values = [
                each for (each,) in struct.iter_unpack("<q", self.wire.data[data.start : data.stop])
            ]
        return value

    def _typed(self, each: Field, value: Value) -> int:
        """How many numbers a field of typed data holds; the first whole ones are kept."""
        if each.number in (4, 10):
            return (each.stop - each.start) // (4 if each.number == 4 else 8)
        if each.number in (5, 7, 11):
            count = self._varint_count(each)
            if each.number == 7 and count + len(value.values) <= MOST_VALUES:
                value.values += self.wire.varints(each)
            return count
        return int(each.number == 6)

    def _check(self, value: Value, held: int | None, count: int, external: dict[str, str]) -> None:
        """Refuse a tensor that holds other numbers than its sizes say."""
        numbers = prod(value.shape)
        wrong = ""
        if len(value.shape) > MOST_AXES or any(size < 0 for size in value.shape):
            wrong = "its sizes are damaged"
        elif external:
            length = external.get("length", "")
            if length.isdigit() and len(length) < 20 and int(length) != value.bytes:
                wrong = f"takes {value.bytes:,} bytes, and {int(length):,} are said to lie outside"
        elif held is not None and value.bits and held != value.bytes:
            wrong = f"holds {held:,} bytes, where its sizes take another number"
        elif held is None and value.bits >= 8 and count not in (numbers, 2 * numbers):
            wrong = f"holds {count:,} numbers, where its sizes take another number"
        elif held is None and value.bits < 8 and numbers > 8 * count:
            wrong = "holds fewer numbers than its sizes say"
        if wrong:
            raise InputError(wrong).at(printable(value.name) or "tensor")

    def _varint_count(self, each: Field) -> int:
        if each.wire == 0:
            return 1
        data = bytes(self.wire.data[each.start : each.stop])
        return len(data.translate(None, bytes(range(128, 256))))

    def sparse(self, message: Field) -> Value:
        """A sparse tensor: it stands for all of its sizes, and holds its values."""
        value, shape = Value(""), []
        for each in self.wire.fields(message.start, message.stop):
            if each.number == 1 and each.wire == 2:
                value = self.tensor(each)
            elif each.number == 3:
                shape += self.wire.varints(each)
        if len(shape) > MOST_AXES or any(not 0 <= size < 1 << 40 for size in shape):
            raise InputError("its sizes are damaged").at(printable(value.name) or "tensor")
        value.shape = tuple(shape) or value.shape
        return value

    def info(self, message: Field) -> tuple[str, Shape | None]:
        """Name and shape of a value."""
        name, shape = "", None
        for each in self._messages(message):
            if each.number == 1:
                name = self.wire.text(each)
            elif each.number == 2:
                for kind in self._messages(each):
                    if kind.number == 1:
                        shape = self._shape(kind)
        return name, shape

    def _shape(self, message: Field) -> Shape | None:
        for each in self._messages(message):
            if each.number == 2:
                dims = []
                for dim in self._messages(each):
                    size: int | str | None = None
                    for part in self.wire.fields(dim.start, dim.stop):
                        if part.number == 1 and part.wire == 0:
                            size = signed(part.value)
                        elif part.number == 2 and part.wire == 2:
                            size = self.wire.text(part)
                    dims.append(size)
                return tuple(dims[:MOST_AXES])
        return None

    def _messages(self, message: Field) -> Iterator[Field]:
        """The fields of a message that hold messages or text."""
        for each in self.wire.fields(message.start, message.stop):
            if each.wire == 2:
                yield each


_SCALARS: dict[tuple[int, int], Callable[[Parser, Field], Any]] = {
    (2, 5): Parser.real, (3, 0): lambda parser, field: signed(field.value),
    (4, 2): lambda parser, field: parser.wire.text(field), (5, 2): Parser.tensor,
    (22, 2): Parser.sparse,
}
"""Attributes of one value, by the number and the wire type of the field that holds it."""


# What becomes of a tensor, by the operation and the place where it comes in.

FLOAT_SLOTS: dict[str, tuple[int, ...]] = {
    "Conv": (1, 2), "ConvTranspose": (1, 2), "FusedConv": (1, 2), "Gemm": (1, 2),
    "FusedGemm": (1, 2), "MatMul": (0, 1), "FusedMatMul": (0, 1), "LSTM": (1, 2, 3, 7),
    "GRU": (1, 2, 3), "RNN": (1, 2, 3), "BatchNormalization": (1, 2),
    "LayerNormalization": (1, 2), "GroupNormalization": (1, 2), "InstanceNormalization": (1, 2),
    "SkipLayerNormalization": (2, 3, 4), "SimplifiedLayerNormalization": (1,),
    "RMSNormalization": (1,), "PRelu": (1,), "Gather": (0,), "DeformConv": (1, 3),
}
"""Inputs of an operation that are weights."""
WHOLE_SLOTS: dict[str, tuple[int, ...]] = {
    "MatMulInteger": (1,), "ConvInteger": (1,), "QLinearConv": (3, 8), "QLinearMatMul": (3,),
    "QGemm": (3, 6), "MatMulNBits": (1,), "DynamicQuantizeMatMul": (1,),
}
"""Inputs that are weights in whole numbers."""
AXIS_SLOTS: dict[str, tuple[int, ...]] = {"Add": (0, 1), "Mul": (0, 1)}
"""Inputs that are weights where they have an axis: a single number is a constant."""
BUFFER_SLOTS: dict[str, tuple[int, ...]] = {"BatchNormalization": (3, 4)}
SCALE_SLOTS: dict[str, tuple[int, ...]] = {
    "QuantizeLinear": (1, 2), "DequantizeLinear": (1, 2), "MatMulInteger": (2, 3),
    "ConvInteger": (2, 3), "QLinearConv": (1, 2, 4, 5, 6, 7), "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "QGemm": (1, 2, 4, 5, 7, 8), "MatMulNBits": (2, 3), "DynamicQuantizeMatMul": (2, 3),
}
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
        passed = PASSING.get(node.op, ())
        for place, key in inputs.items():
            for kind, table in _KINDS:
                if place in table.get(node.op, ()):
                    self.slots.setdefault(key, []).append((kind, node))
            if node.op in PASSING and outputs and (passed is None or place in passed):
                self._flow(key, outputs[0], node.op == "DequantizeLinear")
        if (node.domain, node.op) in self._functions:
            self._called(self._functions[node.domain, node.op], inputs, outputs)
        for name, graph in node.graphs.items():
            self._graph(graph, scopes, f"{prefix}{node.name or node.op}/{name}/", owner)
            if node.op == "If":
                for given, output in zip(graph.outputs, outputs, strict=False):
                    self._flow(self.key(given, (*scopes, id(graph))), output, False)

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
                if kind == "whole" or kind == "buffer" or kind == "scale" or (
                    counts and (kind == "float" or (kind == "axis" and value.shape))
                ):
                    found.setdefault(kind, node)
            for to, dequantised in self.flows.get(each, ()):
                step = (to, counts or dequantised)
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        for kind in ("float", "whole", "axis"):
            if kind in found:
                return "parameter", found[kind]
        if "buffer" in found:
            return "buffer", found["buffer"]
        # A scale of one number is a constant like another; zero points are never one.
        if "scale" in found and (value.shape or not real):
            return "quantisation", found["scale"]
        return "constant", None


_KINDS = (
    ("float", FLOAT_SLOTS), ("whole", WHOLE_SLOTS), ("axis", AXIS_SLOTS),
    ("buffer", BUFFER_SLOTS), ("scale", SCALE_SLOTS),
)


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
    if isinstance(node.attributes.get("value_float"), float):
        return Value("", "float", (), 32)
    return None


# Multiply-accumulates of one node, from the shapes around it.

Sizes = tuple[int, ...]


def _conv(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    return prod(out) * prod(inputs[1][1:])


def _conv_transpose(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    return prod(inputs[0]) * prod(inputs[1][1:])


def _gemm(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    return prod(out) * inputs[0][0 if node.whole("transA") else 1]


def _matmul(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    return prod(out) * inputs[0][-1]


def _recurrent(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    return inputs[0][0] * inputs[0][1] * (prod(inputs[1]) + prod(inputs[2]))


def _quantised(out: Sizes, inputs: list[Sizes], node: Node) -> int:
    if node.op == "QLinearConv":
        return prod(out) * prod(inputs[3][1:])
    return prod(out) * inputs[0][-1]


MACS: dict[str, tuple[Callable[[Sizes, list[Sizes], Node], int], tuple[int, ...]]] = {
    **dict.fromkeys(("Conv", "FusedConv", "ConvInteger"), (_conv, (1,))),
    "ConvTranspose": (_conv_transpose, (0, 1)),
    **dict.fromkeys(("Gemm", "FusedGemm"), (_gemm, (0,))),
    **dict.fromkeys(("MatMul", "FusedMatMul", "MatMulInteger", "MatMulNBits"), (_matmul, (0,))),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), (_recurrent, (0, 1, 2))),
    **dict.fromkeys(("QLinearConv",), (_quantised, (3,))),
    **dict.fromkeys(("QLinearMatMul", "QGemm"), (_quantised, (0,))),
}
"""What counts an operation, and the inputs whose shapes it needs."""
NESTED = ("If", "Loop", "Scan")


def macs(
    node: Node, shapes: dict[str, Sizes], functions: dict[tuple[str, str], Graph]
) -> int | None:
    """Multiply-accumulates of a node; None where a shape that it needs is not known."""
    if node.op in NESTED or (node.domain, node.op) in functions:
        return None
    if node.op not in MACS:
        return 0
    count, needed = MACS[node.op]
    inputs = [shapes.get(name, ()) for name in node.inputs]
    outputs = [name for name in node.outputs if name]
    if any(at >= len(inputs) or node.inputs[at] not in shapes for at in needed):
        return None
    recurrent = count is _recurrent or count is _conv_transpose
    if not recurrent and (not outputs or outputs[0] not in shapes):
        return None
    try:
        return count(shapes.get(outputs[0], ()) if outputs else (), inputs, node)
    except IndexError:
        return None
