"""The nodes of an ONNX graph as layers of the notation, as far as it has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from dlcalc.errors import DlcalcError, InputError
from dlcalc.layers.table import bind, handler
from dlcalc.models.files.onnx_graph import RECURRENT, Node, OnnxModel, Sizes, Value, constant
from dlcalc.models.receptive_fields import Field, follow, join, start
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

Options = dict[str, Any]
Said = tuple[str, tuple[Any, ...], Options]
"""A layer of the notation: its type, arguments and options."""
PLAIN = {
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Selu": "selu", "Gelu": "gelu",
    "HardSwish": "hard_swish", "HardSigmoid": "hard_sigmoid", "Softplus": "softplus",
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "BatchNormalization": "batchnorm",
    "LayerNormalization": "layernorm", "GlobalAveragePool": "globalpool",
    "GlobalMaxPool": "globalpool", "Mish": "mish", "Elu": "elu",
}
"""Operations that one layer says without arguments."""
ELEMENTWISE = (
    "Add", "Sub", "Mul", "Div", "Pow", "Erf", "Exp", "Log", "Sqrt", "Neg", "Abs", "Clip", "Sign",
    "Reciprocal", "Floor", "Ceil", "Round", "Min", "Max", "Where", "BiasGelu", "FastGelu",
    "QuickGelu",
)
"""Operations each of whose outputs sees what the inputs in its place see."""
AS_TAKEN = (
    "SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "RotaryEmbedding", "GroupNorm",
    "GroupQueryAttention", "MultiHeadAttention", "Attention",
)
"""Operations of onnxruntime whose first output is as large as their first input."""
NOTHING = ("Identity", "Dropout", "Cast", "QuantizeLinear", "DequantizeLinear")
VIEWS = ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose")
JOINS = {"Add": "sum", "Mul": "scale", "Concat": "concat"}


class Translator:
    """One graph; shapes are with the batch, as in the file."""

    def __init__(self, model: OnnxModel, shapes: Mapping[str, Sizes]) -> None:
        self.graph = model.graph
        self.shapes = dict(shapes)
        self.held = {value.name: value for value in model.graph.values}
        """What the file holds and what comes of that alone; no value where it is computed."""
        for node in model.graph.nodes:
            inputs = [name for name in node.inputs if name]
            fixed = node.op == "Shape" and inputs[0] in self.shapes if inputs else False
            value = constant(node)
            if value is not None or fixed or (inputs and all(each in self.held for each in inputs)):
                self._hold(node, value)
        self.steps: list[Step] = []
        self.own: dict[str, Sizes] = {}
        """Shapes as the notation has them: without the batch, and axes that only ONNX has."""
        self.fields: dict[str, Field | None] = {}
        """What each value sees of the input; None where that cannot be followed."""
        self.batch = 1
        self.bare: dict[str, int] = {}
        """MatMuls that a bias may follow, by what they give: the place of their step."""

    def _hold(self, node: Node, value: Value | None) -> None:
        """Put down what a node gives that takes nothing of the input."""
        for name in node.outputs:
            self.held[name] = value or Value(name)
        given = self.shapes.get(node.inputs[0]) if node.inputs else None
        if given is not None and node.op in ("Transpose", *NOTHING):
            order = _order(node, given) if node.op == "Transpose" else range(len(given))
            self.shapes.setdefault(node.outputs[0], tuple(given[at] for at in order))

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
        """One output of a node, as layers or as the place where branches meet."""
        inputs = [each for each in node.inputs if each and each not in self.held]
        own = self.own.get(inputs[0]) if inputs else None
        if own is None:
            raise self.unsaid(node)
        op = plain_op(node)
        if op in JOINS and len(inputs) > 1 and (op != node.op or len(inputs) == len(node.inputs)):
            axis = node.whole("axis")
            axis = max(axis + len(own) if axis < 0 else axis - 1, 0)
            self.steps.append(Step(output, tuple(inputs), (), JOINS[op], axis))
            if op == "Concat" and axis < len(own):
                along = sum(self.own.get(each, own)[axis] for each in inputs)
                own = (*own[:axis], along, *own[axis + 1 :])
            elif op != "Concat":
                own = self._broadcast(inputs)
            self._put(output, own, self._joined(inputs, axis if op == "Concat" else None))
            return
        if op == "Add" and len(inputs) == 1 and inputs[0] in self.bare:
            at = self.bare[inputs[0]]
            given = self.steps[at].layers[-1]
            biased = Layer("linear", getattr(given, "arguments", ()), {}, given.name)
            self.steps[at] = self.steps[at]._replace(layers=(biased,))
            self.steps.append(Step(output, (inputs[0],)))
            self._put(output, own, self.fields[inputs[0]])
            return
        if len(inputs) != 1:
            raise self.unsaid(node)
        layers: list[Layer] = []
        seen = self.fields[inputs[0]]
        for type, arguments, options in self.layers(node, own, output):
            label = "" if layers else plain_name(output)
            layers.append(Layer(type, arguments, options, label))
            count = handler(type)
            counted = count(own, **bind(type, arguments, options, count))
            seen = follow(seen, own, counted)
            own = counted.output
        if layers and layers[-1].type == "linear" and layers[-1].options.get("bias") is False:
            self.bare[output] = len(self.steps)
        elif not layers and inputs[0] in self.bare:
            self.bare[output] = self.bare[inputs[0]]
        self.steps.append(Step(output, tuple(inputs), tuple(layers)))
        self._put(output, own, seen)

    def _put(self, output: str, own: Sizes, seen: Field | None) -> None:
        """Put down the shape of a value, and what it sees of the input."""
        self.own[output], self.fields[output] = own, seen
        self.shapes.setdefault(output, (self.batch, *own))

    def _broadcast(self, inputs: Sequence[str]) -> Sizes:
        """The shape of values that meet element by element."""
        live = [self.own[name] for name in inputs if name in self.own]
        rank = max(map(len, live), default=0)
        fixed = [
            self.shapes[name][-rank:] for name in inputs
            if name not in self.own and name in self.shapes and rank
        ]
        wide = [(*[1] * (rank - len(each)), *each) for each in (*live, *fixed)]
        return tuple(max(sizes) for sizes in zip(*wide, strict=True))

    def _joined(self, inputs: Sequence[str], along: int | None) -> Field | None:
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
                    except (DlcalcError, IndexError):  # shapes in the file may contradict others
                        live = [name for name in node.inputs if name in self.own]
                        if node.op in ELEMENTWISE and live:
                            own = self._broadcast(node.inputs)
                            self._put(output, own, self._joined(live, None))
                        elif node.op in AS_TAKEN and live and output == node.outputs[0]:
                            self._put(output, self.own[live[0]], None)
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
        op = plain_op(node)
        if op in PLAIN:
            return [(PLAIN[op], (), {})]
        if op in NOTHING:
            return []
        if op in VIEWS:
            return self.view(node, own)
        if op in RECURRENT:
            return [self.recurrent(node, output or node.outputs[0])]
        if op in _MADE:
            return _MADE[op](self, node)
        raise self.unsaid(node)

    def view(self, node: Node, own: Sizes) -> list[Said]:
        """The same numbers in another shape; nothing where only axes of one element move."""
        taken = self.shape(node, 0)
        own = own or taken[1:]
        if node.op == "Transpose":
            order = _order(node, taken)
            self.shapes.setdefault(node.outputs[0], tuple(taken[at] for at in order))
            long = [at for at in order if taken[at] > 1]
            if long == sorted(long):
                return []
            if order == [0, 2, 1]:
                return [("transpose", (), {})]
            raise self.unsaid(node)
        given = self.shapes.setdefault(node.outputs[0], self._reshaped(node, taken))
        if _long(given) in (_long(own), _long(taken)) and not len(given) == 2 < len(own):
            return []
        if given[:1] != taken[:1] or prod(given[1:]) != prod(own):
            raise self.unsaid(node)
        return [("flatten", (), {}) if len(given) == 2 else ("reshape", (given[1:],), {})]

    def _reshaped(self, node: Node, taken: Sizes) -> Sizes:
        """The shape that a view gives, by what it is asked for; InputError where that is open."""
        asked = node.attributes.get("axes")
        if not isinstance(asked, list):
            name = node.inputs[1] if len(node.inputs) > 1 else ""
            asked = self.held[name].values if name in self.held else []
        if node.op == "Flatten":
            return prod(taken[: node.whole("axis", 1)]), prod(taken[node.whole("axis", 1) :])
        if node.op == "Squeeze":
            places = {at % len(taken) for at in asked if isinstance(at, int)}
            return tuple(
                size for at, size in enumerate(taken)
                if (at not in places if asked else size != 1)
            )
        sizes = [
            taken[at] if size == 0 and at < len(taken) else size for at, size in enumerate(asked)
        ]
        known = prod(size for size in sizes if size != -1)
        if node.op != "Reshape" or not sizes or not known:
            raise self.unsaid(node)
        return tuple(int(prod(taken) // known if size == -1 else size) for size in sizes)

    def recurrent(self, node: Node, output: str) -> Said:
        """A recurrent layer, whose first output is the whole sequence and whose second its end."""
        options: Options = {}
        if len(node.inputs) < 4 or not node.inputs[3]:
            options["bias"] = False
        if node.attributes.get("direction") == "bidirectional":
            options["bidirectional"] = True
        if output != node.outputs[0]:
            options["output"] = "last"
        steps, batch = self.shape(node, 0)[:2]
        [ways, *sizes] = self.shape(node, 2)
        hidden = min(sizes)  # the recurrent weight is of gates by width, or the other way about
        # The first output has all steps, the others the last one.
        for at, name in enumerate(node.outputs):
            self.shapes.setdefault(name, (*([steps] if not at else []), ways, batch, hidden))
        return node.op.removeprefix("DynamicQuantize").lower(), (hidden,), options

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

    def number(self, node: Node, place: int) -> int | float | None:
        """The one number that an input holds; None where it is none, or not known."""
        name = node.inputs[place] if place < len(node.inputs) else ""
        values = self.held[name].values if name in self.held else []
        return values[0] if len(values) == 1 else None

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


def plain_op(node: Node) -> str:
    """The operation that a quantised one stands for."""
    return "Gemm" if node.op == "QGemm" else node.op.removeprefix("QLinear")


def _operands(translator: Translator, node: Node) -> tuple[Sizes, bool]:
    """The shape of a weight, and whether a bias comes with it."""
    quantised = plain_op(node) != node.op
    place, last = (3, 6 if node.op == "QGemm" else 8) if quantised else (1, 2)
    return translator.shape(node, place), any(node.inputs[last : last + 1])


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


def _conv(translator: Translator, node: Node) -> list[Said]:
    weight, biased = _operands(translator, node)
    groups = node.whole("group", 1)
    options = _windows(translator, node, list(weight[2:]))
    transposed = node.op == "ConvTranspose"
    further = node.wholes("output_padding", len(weight) - 2, 0) if transposed else []
    if any(further):
        options["output_padding"] = _alike(further)
    if groups > 1:
        options["groups"] = groups
    if not biased:
        options["bias"] = False
    filters = weight[1] * groups if transposed else weight[0]
    return [("conv_transpose" if transposed else "conv", (filters, _alike(weight[2:])), options)]


def _linear(translator: Translator, node: Node) -> list[Said]:
    weight, biased = _operands(translator, node)
    units = weight[0] if node.whole("transB") else weight[-1]
    biased = biased and plain_op(node) == "Gemm"
    return [("linear", (units,), {} if biased else {"bias": False})]


def _pool(translator: Translator, node: Node) -> list[Said]:
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


def _mean(translator: Translator, node: Node) -> list[Said]:
    taken, given = translator.shape(node, 0), translator.shapes.get(node.outputs[0], ())
    if len(taken) < 3 or given not in (taken[:2], (*taken[:2], *(1 for _ in taken[2:]))):
        raise translator.unsaid(node)
    return [("globalpool", (), {}), *([("flatten", (), {})] if len(given) == 2 else [])]


def _order(node: Node, shape: Sizes) -> list[int]:
    """The order that a Transpose brings axes into: the reverse, where it names none."""
    order = node.wholes("perm", len(shape), -1)
    reverse = list(range(len(shape)))[::-1]
    return order if sorted(order) == reverse[::-1] else reverse


def _long(shape: Sizes) -> list[int]:
    """A shape without its axes of one element."""
    return [size for size in shape if size != 1]


def _clip(translator: Translator, node: Node) -> list[Said]:
    ends = [
        node.attributes.get(name, translator.number(node, at))
        for name, at in (("min", 1), ("max", 2))
    ]
    if ends != [0, 6]:
        raise translator.unsaid(node)
    return [("relu6", (), {})]


def _select(translator: Translator, node: Node) -> list[Said]:
    """A table of vectors, or one step of a sequence."""
    if node.inputs[0] in translator.held:
        return _embedding(translator, node)
    step, taken = translator.number(node, 1), translator.shape(node, 0)
    if len(taken) != 3 or node.whole("axis") not in (1, -2) or not isinstance(step, int):
        raise translator.unsaid(node)
    return [("select", (step,), {})]


def _embedding(translator: Translator, node: Node) -> list[Said]:
    if node.inputs[0] not in translator.held or node.whole("axis"):
        raise translator.unsaid(node)
    return [("embedding", translator.shape(node, 0), {})]


def _slope(translator: Translator, node: Node) -> list[Said]:
    slope = node.attributes.get("alpha", 0.01)
    if not isinstance(slope, float):
        raise translator.unsaid(node)
    return [("leaky_relu", (), {"slope": round(slope, 6)})]


def _slopes(translator: Translator, node: Node) -> list[Said]:
    slopes = prod(translator.shape(node, 1))
    return [("prelu", (), {"slopes": slopes} if slopes > 1 else {})]


def _lrn(translator: Translator, node: Node) -> list[Said]:
    return [("lrn", (), {"size": node.whole("size", 5)})]


def _scaled(translator: Translator, node: Node) -> list[Said]:
    taken, given = translator.shape(node, 0), translator.shapes.get(node.outputs[0], ())
    if len(taken) != len(given) or taken[:2] != given[:2] or any(
        not a or b % a for a, b in zip(taken, given, strict=True)
    ):
        raise translator.unsaid(node)
    scale = _alike(b // a for a, b in zip(taken[2:], given[2:], strict=True))
    mode = node.attributes.get("mode") or "nearest"
    return [("upsample", (scale,), {} if mode == "nearest" else {"mode": "linear"})]


_MADE: dict[str, Callable[[Translator, Node], list[Said]]] = {
    "Conv": _conv, "ConvTranspose": _conv, "Gemm": _linear, "MatMul": _linear,
    "FusedMatMul": _linear,
    "MaxPool": _pool, "AveragePool": _pool, "ReduceMean": _mean, "Gather": _select, "Clip": _clip,
    "LeakyRelu": _slope, "PRelu": _slopes,
    "MatMulNBits": lambda translator, node: [("linear", (node.whole("N"),), {"bias": False})],
    "LRN": _lrn, "Resize": _scaled, "Upsample": _scaled,
    "GroupNormalization": lambda translator, node: [("groupnorm", (node.whole("num_groups"),), {})],
    "InstanceNormalization": lambda translator, node: [("instancenorm", (), {"affine": True})],
}
