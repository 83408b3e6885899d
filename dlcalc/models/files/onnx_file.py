"""ONNX files: their tensors by role, and their nodes with shapes, multiply-accumulates, fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import BinaryIO

from dlcalc.errors import InputError, words_of
from dlcalc.models.files.onnx_graph import (
    RECURRENT,
    Graph,
    Node,
    OnnxModel,
    Shape,
    Sizes,
    Uses,
    constant,
    macs,
    read_model,
)
from dlcalc.models.files.onnx_layers import Translator
from dlcalc.models.files.stream import Stream, printable
from dlcalc.models.files.tensors import PARAMETER, QUANTISED, Held, Row, Tensor

MISSING = "pip install 'dlcalc-toolkit[onnx]' infers them"


def read_onnx(file: BinaryIO, path: str, input: Sizes | None = None) -> Held:
    """The tensors and nodes of an ONNX file.

    `input` is the shape of its first input, without the batch, where the file leaves it open.
    Raises InputError for what is damaged or no graph.
    """
    model, data = read_model(Stream(file))
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
        inferred = _inferred(data, known)
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
            macs(node, shapes, model.functions),
            field=flow.fields.get(_first_output(node)),
            bytes=sum(each.bytes for each in weights.get(id(node), ())),
        )
        for node in graph.nodes if constant(node) is None
    ]
    first = next(iter(known.values()), None)
    return Held(
        path, "onnx", tensors, model.metadata, notes, rows, (model, shapes), first,
    )


def _first_output(node: Node) -> str:
    return next(filter(None, node.outputs), "")


def _tensors(uses: Uses) -> tuple[list[Tensor], dict[int, list[Tensor]]]:
    """All tensors with their roles, and those that are weights by the node that takes them."""
    tensors: list[Tensor] = []
    weights: dict[int, list[Tensor]] = {}
    for key, value, name in uses.values:
        role, node = uses.role(key, value)
        tensor = Tensor(printable(name), value.dtype, value.shape, value.bytes, role)
        if role == PARAMETER and node is not None:
            tensor = _packed(tensor, node)
            weights.setdefault(id(uses.owners.get(id(node), node)), []).append(tensor)
        tensors.append(tensor)
    return tensors, weights


def _packed(tensor: Tensor, node: Node) -> Tensor:
    """The weight of a MatMulNBits, which its bytes are packed into (com.microsoft)."""
    sizes = [node.attributes.get(name) for name in ("N", "K")]
    if node.op != "MatMulNBits" or not all(type(n) is int and 0 < n < 1 << 40 for n in sizes):
        return tensor
    shape = tuple(int(n) for n in sizes if n is not None)
    return tensor.but(role=QUANTISED, stands_for=prod(shape), logical=shape)


def _inputs(graph: Graph, input: Sizes | None) -> dict[str, Sizes]:
    """The shapes of the inputs: an open batch is 1, what else is open is as given."""
    held = {value.name for value in graph.values}
    known: dict[str, Sizes] = {}
    for name in graph.inputs:
        shape = graph.shapes.get(name)
        if name in held or shape is None:
            continue
        sizes = [size if isinstance(size, int) and size > 0 else None for size in shape]
        batch = _batch_axis(graph, name, shape)
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


def _batch_axis(graph: Graph, name: str, shape: Shape) -> int:
    """The axis of the examples: the first, but where a recurrent node takes its steps there."""
    steps_first = len(shape) == 3 and any(
        node.op in RECURRENT and node.inputs[:1] == [name] and not node.whole("layout")
        for node in graph.nodes
    )
    return 1 if steps_first else 0


def _resolved(graph: Graph, known: Mapping[str, Sizes]) -> dict[str, Sizes]:
    """The shapes that are known in whole, names of axes as the inputs have them."""
    named: dict[str, int] = {}
    for name, sizes in known.items():
        for size, axis in zip(sizes, graph.shapes.get(name, ()), strict=False):
            if isinstance(axis, str):
                named.setdefault(axis, size)
    found = {value.name: value.shape for value in graph.values}
    for node in graph.nodes:
        held = constant(node)
        if held is not None and node.outputs:
            found[node.outputs[0]] = held.shape
    for name, shape in graph.shapes.items():
        whole = [named.get(size) if isinstance(size, str) else size for size in shape]
        if all(size is not None and size >= 0 for size in whole):
            found.setdefault(name, tuple(size for size in whole if size is not None))
    return {**found, **known}


def _unknown(model: OnnxModel, shapes: Mapping[str, Sizes]) -> int:
    """How many nodes have outputs of no known shape."""
    return sum(
        any(name and name not in shapes for name in node.outputs[:1])
        for node in model.graph.nodes if constant(node) is None
    )


def _inferred(data: bytes, known: Mapping[str, Sizes]) -> dict[str, Shape] | None:
    """The shapes that the onnx package infers; None where it is not installed."""
    try:
        import onnx
    except ImportError:
        return None
    try:
        model = onnx.load_model_from_string(data)
        for given in model.graph.input:
            if given.name in known:
                dims = given.type.tensor_type.shape.dim
                for dim, size in zip(dims, known[given.name], strict=True):
                    dim.dim_value = size
        del model.graph.value_info[:]  # made for other sizes, where these are given
        graph = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception as error:  # whatever a parser of somebody else raises
        raise InputError(
            f"the onnx package cannot infer its shapes: {words_of(error)}"
        ) from None
    return {
        each.name: tuple(
            dim.dim_value if dim.HasField("dim_value") else dim.dim_param or None
            for dim in each.type.tensor_type.shape.dim
        )
        for each in [*graph.value_info, *graph.output, *graph.input]
        if each.type.tensor_type.HasField("shape")
    }
