"""The nodes of an ONNX graph as layers of the notation, as far as it has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models.files.onnx_graph import Node, OnnxModel, Sizes, constant
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

Options = dict[str, Any]
PLAIN = {
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Selu": "selu", "Gelu": "gelu",
    "HardSwish": "hard_swish", "HardSigmoid": "hard_sigmoid", "Softplus": "softplus",
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "BatchNormalization": "batchnorm",
    "LayerNormalization": "layernorm", "GlobalAveragePool": "globalpool",
    "GlobalMaxPool": "globalpool", "Flatten": "flatten", "Mish": "mish", "Elu": "elu",
}
"""Operations that one layer says without arguments."""
NOTHING = ("Identity", "Dropout", "Cast")
JOINS = {"Add": "sum", "Mul": "scale", "Concat": "concat"}


class Translator:
    """One graph; shapes are with the batch, as in the file."""

    def __init__(self, model: OnnxModel, shapes: Mapping[str, Sizes]) -> None:
        self.model, self.shapes = model, shapes
        self.held = {value.name for value in model.graph.values}
        self.held |= {
            name for node in model.graph.nodes if constant(node) is not None
            for name in node.outputs
        }
        self.steps: list[Step] = []
        self.bare: dict[str, int] = {}
        """MatMuls that a bias may follow, by what they give: the place of their step."""

    def translated(self, name: str) -> Model:
        """The whole graph; InputError for a node that the notation has no layer for."""
        graph = self.model.graph
        inputs = [each for each in graph.inputs if each not in self.held]
        if len(inputs) != 1 or len(graph.outputs) != 1:
            raise InputError(
                f"{len(inputs)} inputs and {len(graph.outputs)} outputs; "
                "the notation has one of each"
            )
        if inputs[0] not in self.shapes:
            raise InputError("the size of its input is open: give --input")
        for node in graph.nodes:
            if constant(node) is None and node.outputs:
                self.add(node)
        body = arranged(self.steps, inputs[0], graph.outputs[0])
        return Model(body, self.shapes[inputs[0]][1:], name)

    def add(self, node: Node) -> None:
        """One node, as layers or as the place where branches meet."""
        inputs = [each for each in node.inputs if each and each not in self.held]
        output, label = node.outputs[0], node.name or node.outputs[0]
        if node.op in JOINS and len(inputs) == len(node.inputs) > 1:
            axis = node.whole("axis")
            rank = len(self.shapes.get(output, ()))
            axis = axis + rank if axis < 0 else axis
            self.steps.append(Step(output, tuple(inputs), (), JOINS[node.op], max(axis - 1, 0)))
            return
        if node.op == "Add" and len(inputs) == 1 and inputs[0] in self.bare:
            at = self.bare[inputs[0]]
            given = self.steps[at].layers[-1]
            biased = Layer("linear", given.arguments, {}, given.name)
            self.steps[at] = self.steps[at]._replace(layers=(biased,))
            self.steps.append(Step(output, (inputs[0],)))
            return
        if len(inputs) != 1 and node.op not in ("Gather",):
            raise self.unsaid(node)
        made = self.layers(node)
        named = tuple(
            Layer(type, arguments, options, plain_name(label) if not at else "")
            for at, (type, arguments, options) in enumerate(made)
        )
        if node.op == "MatMul":
            self.bare[output] = len(self.steps)
        self.steps.append(Step(output, tuple(inputs[:1]), named))

    def layers(self, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
        """What the notation calls a node of one input."""
        if node.op in PLAIN:
            return [(PLAIN[node.op], (), {})]
        if node.op in NOTHING:
            return []
        if node.op in _MADE:
            return _MADE[node.op](self, node)
        raise self.unsaid(node)

    def unsaid(self, node: Node) -> InputError:
        """The complaint about a node without a layer."""
        return InputError(
            f"{plain_name(node.name or node.outputs[0])}: "
            f"the layer notation has no {node.op} of this kind"
        )

    def shape(self, node: Node, place: int) -> Sizes:
        """The shape of an input; InputError where it is not known."""
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name not in self.shapes:
            raise InputError(f"{plain_name(node.name or node.outputs[0])}: a shape is not known")
        return self.shapes[name]

    def pads(self, node: Node, axes: int, kernel: list[int], strides: list[int]) -> Any:
        """Padding of each axis: one number where both sides and all axes are alike."""
        auto = node.attributes.get("auto_pad", "NOTSET")
        pads = node.wholes("pads", 2 * axes, 0)
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            sizes, outs = self.shape(node, 0)[2:], self.shapes.get(node.outputs[0], ())[2:]
            if not len(sizes) == len(outs) == axes:
                raise self.unsaid(node)
            total = [
                max((out - 1) * step + taps - size, 0)
                for size, out, step, taps in zip(sizes, outs, strides, kernel, strict=True)
            ]
            less, more = [each // 2 for each in total], [each - each // 2 for each in total]
            pads = [*less, *more] if auto == "SAME_UPPER" else [*more, *less]
        pairs = list(zip(pads[:axes], pads[axes:], strict=True))
        if all(a == b for a, b in pairs):
            return _alike([a for a, _ in pairs])
        return tuple(pairs)


def _alike(values: Any) -> Any:
    values = tuple(values)
    return values[0] if len(set(values)) == 1 else values


def _windows(translator: Translator, node: Node, kernel: list[int]) -> Options:
    axes = len(kernel)
    strides, dilations = node.wholes("strides", axes), node.wholes("dilations", axes)
    taps = [(size - 1) * step + 1 for size, step in zip(kernel, dilations, strict=True)]
    options = {
        "stride": _alike(strides), "pad": translator.pads(node, axes, taps, strides),
        "dilation": _alike(dilations),
    }
    return {key: value for key, value in options.items() if value != (key != "pad")}


def _conv(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    weight = translator.shape(node, 1)
    groups = node.whole("group", 1)
    options = _windows(translator, node, list(weight[2:]))
    transposed = node.op == "ConvTranspose"
    further = node.wholes("output_padding", len(weight) - 2, 0) if transposed else []
    if any(further):
        options["output_padding"] = _alike(further)
    if groups > 1:
        options["groups"] = groups
    if len([name for name in node.inputs if name]) < 3:
        options["bias"] = False
    filters = weight[1] * groups if transposed else weight[0]
    return [("conv_transpose" if transposed else "conv", (filters, _alike(weight[2:])), options)]


def _linear(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    weight = translator.shape(node, 1)
    units = weight[0] if node.op == "Gemm" and node.whole("transB") else weight[-1]
    biased = node.op == "Gemm" and len([name for name in node.inputs if name]) > 2
    return [("linear", (units,), {} if biased else {"bias": False})]


def _pool(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    axes = len(translator.shape(node, 0)) - 2
    kernel = node.wholes("kernel_shape", axes)
    options = _windows(translator, node, kernel)
    stride = _alike(node.wholes("strides", axes))
    options.pop("stride", None)
    if stride != _alike(kernel):
        options["stride"] = stride
    if node.whole("ceil_mode"):
        options["ceil"] = True
    if node.op == "AveragePool" and "pad" in options and not node.whole(
        "count_include_pad"
    ):
        options["exclude_pad"] = True
    return [("maxpool" if node.op == "MaxPool" else "avgpool", (_alike(kernel),), options)]


def _mean(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    taken, given = translator.shape(node, 0), translator.shapes.get(node.outputs[0], ())
    if len(taken) < 3 or given not in (taken[:2], (*taken[:2], *(1 for _ in taken[2:]))):
        raise translator.unsaid(node)
    return [("globalpool", (), {}), *([("flatten", (), {})] if len(given) == 2 else [])]


def _reshape(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    given = translator.shapes.get(node.outputs[0], ())
    taken = translator.shape(node, 0)
    if taken == given or (len(given) == 2 and given[0] == taken[0]):
        return [] if taken == given else [("flatten", (), {})]
    raise translator.unsaid(node)


def _embedding(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    if node.inputs[0] not in translator.held or node.whole("axis"):
        raise translator.unsaid(node)
    return [("embedding", translator.shape(node, 0), {})]


def _slope(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    slope = node.attributes.get("alpha", 0.01)
    if not isinstance(slope, float):
        raise translator.unsaid(node)
    return [("leaky_relu", (), {"slope": round(slope, 6)})]


def _slopes(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    slopes = 1
    for size in translator.shape(node, 1):
        slopes *= size
    return [("prelu", (), {"slopes": slopes} if slopes > 1 else {})]


def _lrn(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    return [("lrn", (), {"size": node.whole("size", 5)})]


def _scaled(translator: Translator, node: Node) -> list[tuple[str, tuple[Any, ...], Options]]:
    taken, given = translator.shape(node, 0), translator.shapes.get(node.outputs[0], ())
    if len(taken) != len(given) or taken[:2] != given[:2] or any(
        not a or b % a for a, b in zip(taken, given, strict=True)
    ):
        raise translator.unsaid(node)
    scale = _alike(b // a for a, b in zip(taken[2:], given[2:], strict=True))
    mode = node.attributes.get("mode") or "nearest"
    return [("upsample", (scale,), {} if mode == "nearest" else {"mode": "linear"})]


_MADE: dict[str, Callable[[Translator, Node], list[tuple[str, tuple[Any, ...], Options]]]] = {
    "Conv": _conv, "ConvTranspose": _conv, "Gemm": _linear, "MatMul": _linear,
    "MaxPool": _pool, "AveragePool": _pool, "ReduceMean": _mean, "Reshape": _reshape,
    "Squeeze": _reshape, "Gather": _embedding, "LeakyRelu": _slope, "PRelu": _slopes,
    "LRN": _lrn, "Resize": _scaled, "Upsample": _scaled,
    "InstanceNormalization": lambda translator, node: [("instancenorm", (), {"affine": True})],
}
