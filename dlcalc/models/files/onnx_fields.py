"""What each value of an ONNX graph sees of its input, followed node by node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlcalc.errors import DlcalcError
from dlcalc.layers.table import bind, handler
from dlcalc.models.files.onnx_graph import Node, OnnxModel, Sizes, constant
from dlcalc.models.files.onnx_layers import JOINS, Translator
from dlcalc.models.receptive_fields import Field, follow, join, start

ELEMENTWISE = (
    "Add", "Sub", "Mul", "Div", "Pow", "Erf", "Exp", "Log", "Sqrt", "Neg", "Abs", "Clip", "Cast",
    "Identity", "Dropout", "Sign", "Reciprocal", "Floor", "Ceil", "Round", "QuantizeLinear",
    "DequantizeLinear", "Min", "Max", "Where",
)
"""Operations each of whose outputs sees what the inputs in its place see."""


def fields(model: OnnxModel, shapes: Mapping[str, Sizes]) -> dict[str, Field | None]:
    """The receptive field of every value by its name; None where it cannot be followed."""
    translator = Translator(model, shapes)
    found: dict[str, Field | None] = {}
    for name in model.graph.inputs:
        if name not in translator.held and len(shapes.get(name, ())) > 1:
            found[name] = start(shapes[name][1:])
    for node in model.graph.nodes:
        if constant(node) is None and node.outputs:
            inputs = [name for name in node.inputs if name and name not in translator.held]
            found[node.outputs[0]] = _behind(node, inputs, found, translator)
    return found


def _behind(
    node: Node, inputs: Sequence[str], found: Mapping[str, Field | None], translator: Translator
) -> Field | None:
    known = [found.get(name) for name in inputs]
    if not known or any(field is None for field in known):
        return None
    given = translator.shapes.get(node.outputs[0])
    if node.op in ELEMENTWISE or (node.op in JOINS and len(inputs) > 1):
        along = None
        if node.op == "Concat" and given is not None:
            axis = node.whole("axis")
            along = (axis + len(given) if axis < 0 else axis) - 1
        return join(known, along) if len(known) > 1 else known[0]
    shape = translator.shapes.get(inputs[0])
    if len(inputs) > 1 or shape is None:
        return None
    return _through(node, known[0], shape[1:], translator)


def _through(
    node: Node, field: Field | None, shape: Sizes, translator: Translator
) -> Field | None:
    """The field behind the layers that the notation has for a node."""
    try:
        for type, arguments, options in translator.layers(node):
            count = handler(type)
            counted = count(shape, **bind(type, arguments, options, count))
            field, shape = follow(field, shape, counted), counted.output
    except (DlcalcError, IndexError):  # shapes that the file gives may contradict each other
        return None
    return field
