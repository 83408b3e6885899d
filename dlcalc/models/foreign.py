"""Layers as PyTorch and Keras write them, put into the layer notation.

`nn.Conv2d(3, 64, kernel_size=3, padding=1)`, `Conv2D(64, 3, activation="relu")`, a whole
`nn.Sequential(…)` or `keras.Sequential([…])`, and what `print(model)` shows of a module.
Nothing is run: the text is parsed, and calls of known layers are read off it. A module whose
forward pass stands in code shows its parts in the order in which they were made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from dlcalc.errors import InputError, did_you_mean
from dlcalc.models.tree import written

LAYERS = {
    # PyTorch: torch.nn 2.13
    "Conv[123]d": "conv - filters kernel stride pad dilation groups bias -",
    "ConvTranspose[123]d": "conv_transpose - filters kernel stride pad output_padding groups bias "
    "dilation -",
    "MaxPool[123]d": "maxpool kernel stride pad dilation - ceil",
    "AvgPool[123]d": "avgpool kernel stride pad ceil -",
    "Adaptive(?:Avg|Max)Pool[123]d": "adaptivepool size",
    "Linear": "linear - units bias", "Embedding": "embedding vocabulary width",
    "BatchNorm[123]d": "batchnorm - - - affine", "InstanceNorm[123]d": "instancenorm - - - affine",
    "GroupNorm": "groupnorm groups - - affine", "LayerNorm": "layernorm - - affine bias",
    "RMSNorm": "rmsnorm", "LocalResponseNorm": "lrn size",
    "LSTM": "lstm - hidden layers bias - - bidirectional",
    "GRU": "gru - hidden layers bias - - bidirectional",
    "RNN": "rnn - hidden layers - bias - - bidirectional",
    "MultiheadAttention": "attention - heads - bias", "Dropout[123]?d?": "dropout rate",
    "AlphaDropout": "dropout rate", "Flatten": "flatten", "Identity": "identity",
    "Upsample": "upsample - scale mode", "PReLU": "prelu slopes",
    "LeakyReLU": "leaky_relu slope", "ELU": "elu alpha", "SELU": "selu", "GELU": "gelu",
    "ReLU": "relu", "ReLU6": "relu6", "SiLU": "silu", "Mish": "mish", "Sigmoid": "sigmoid",
    "Hardsigmoid": "hard_sigmoid", "Hardswish": "hard_swish", "Tanh": "tanh",
    "Softplus": "softplus", "Softmax[123]?d?": "softmax", "LogSoftmax": "log_softmax",
    # Keras: keras.layers 3.15
    "Conv[123]D": "conv filters kernel stride pad - dilation groups - bias",
    "Conv[123]DTranspose": "conv_transpose filters kernel stride pad output_padding - dilation - "
    "bias",
    "DepthwiseConv[12]D": "dwconv kernel stride pad multiplier - dilation - bias",
    "MaxPool(?:ing)?[123]D": "maxpool kernel stride pad",
    "Average?Pool(?:ing)?[123]D": "avgpool kernel stride pad",
    "Global(?:Average|Max|Avg)Pool(?:ing)?[123]D": "globalpool", "Dense": "linear units - bias",
    "BatchNormalization": "batchnorm", "LayerNormalization": "layernorm",
    "GroupNormalization": "groupnorm groups", "Reshape": "reshape to",
    "UpSampling[123]D": "upsample scale - mode", "SimpleRNN": "rnn -",
    "Activation": "activation type",
    "MultiHeadAttention": "attention heads head_width value_width - bias",
    "Group(?:ed)?QueryAttention": "attention head_width heads kv_heads - bias",
}
"""Classes by name, with the type and the names of their arguments in order; `-` is dropped."""
NAMES = {
    "out_channels": "filters", "kernel_size": "kernel", "pool_size": "kernel", "padding": "pad",
    "strides": "stride", "dilation_rate": "dilation", "ceil_mode": "ceil", "use_bias": "bias",
    "out_features": "units", "hidden_size": "hidden", "num_layers": "layers", "num_heads": "heads",
    "num_embeddings": "vocabulary", "embedding_dim": "width", "input_dim": "vocabulary",
    "output_dim": "width", "output_size": "size", "scale_factor": "scale", "num_groups": "groups",
    "elementwise_affine": "affine", "p": "rate", "negative_slope": "slope",
    "num_parameters": "slopes", "target_shape": "to", "depth_multiplier": "multiplier",
    "key_dim": "head_width", "value_dim": "value_width", "head_dim": "head_width",
    "num_query_heads": "heads", "num_key_value_heads": "kv_heads",
    "return_sequences": "sequence", "normalized_shape": "-",
}
"""What their arguments are called, where the notation calls them otherwise."""
NEUTRAL = {
    "stride": 1, "pad": 0, "dilation": 1, "groups": 1, "bias": True, "output_padding": 0,
    "ceil": False, "affine": True, "layers": 1, "bidirectional": False, "multiplier": 1,
    "mode": "nearest", "slopes": 1, "output": "sequence",
}
RECURRENT = ("LSTM", "GRU", "SimpleRNN")
KERAS_RECURRENT = ("bias", "reset_after", "sequence", "bidirectional")
"""What Keras's recurrent layers are asked for that changes a count."""
ACTIVATIONS = {"linear": "", "leakyrelu": "leaky_relu", "swish": "silu", "hard_silu": "hard_swish"}
_CHILD = re.compile(r"^(\s*)\(([\w-]+)\): ?(?:(\d+) x )?", re.MULTILINE)


def translated(text: str) -> list[str]:
    """The layers of a framework's text in the notation; InputError for what it does not know.

    >>> translated("nn.Sequential(nn.Conv2d(3, 64, kernel_size=3, padding=1), nn.ReLU())")
    ['conv 64 3 pad=1', 'relu']
    """
    source = text.strip()
    if _CHILD.search(source):  # what print(model) shows
        source = _CHILD.sub(_keyword, source)
        source = re.sub(r"\)[ \t]*\n(?=\s*_)", "),\n", source)
    try:
        parsed = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(
            "is written as a framework writes layers, and is no expression of Python; "
            "in the notation a layer is: conv 64 3 pad=1"
        ) from None
    lines = [line for each in parsed.body for line in _statement(each)]
    if not lines:
        raise InputError("holds no layers that are known here")
    return lines


def _keyword(found: re.Match[str]) -> str:
    times = f"{found[3]} * " if found[3] else ""
    return f"{found[1]}_{found[2].replace('-', '_')}={times}"


def _statement(node: ast.stmt) -> Iterator[str]:
    value = getattr(node, "value", None)
    if isinstance(node, ast.Expr | ast.Assign) and value is not None:
        yield from _layers(value)


def _layers(node: ast.expr, name: str = "") -> Iterator[str]:
    """The lines of a call, or of all calls in a list."""
    if isinstance(node, ast.List | ast.Tuple):
        yield from _listed(node)
    elif isinstance(node, ast.BinOp):  # 12 x Block(…), as print(model) has it
        yield f"repeat {ast.unparse(node.left)}:"
        yield from (f"  {line}" for line in _layers(node.right))
    elif not isinstance(node, ast.Call):
        raise InputError(f"{ast.unparse(node)[:60]} is no layer")
    elif isinstance(node.func, ast.Call):  # Keras: layer(input)
        yield from _layers(node.func, name)
    else:
        yield from _called(node, name)


def _listed(node: ast.List | ast.Tuple) -> Iterator[str]:
    """Layers in a list, or a pair of a name and a layer."""
    first = node.elts[0] if len(node.elts) == 2 else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        yield from _layers(node.elts[1], first.value)
        return
    for each in node.elts:
        yield from _layers(each)


def _called(node: ast.Call, name: str) -> Iterator[str]:
    """One layer, the input of a model, or a container with what it holds."""
    kind = ast.unparse(node.func).rpartition(".")[2]
    spec = _spec(kind)
    inner = node.args[0] if node.args else None
    if spec:
        yield from _layer(spec, kind, node, name)
    elif kind == "Bidirectional" and isinstance(inner, ast.Call):
        inner.keywords.append(ast.keyword("bidirectional", ast.Constant(True)))
        yield from _called(inner, name)
    elif kind in ("Input", "InputLayer"):
        yield f"input {_input(node)}"
    elif kind == "OrderedDict" or _holds_layers(node):
        for each in node.args:
            yield from _layers(each)
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Call | ast.List | ast.BinOp):
                yield from _layers(keyword.value, str(keyword.arg).lstrip("_"))
    else:
        known = [re.sub(r"\[.*?\]|\(.*?\)|\?", "", each) for each in LAYERS]
        raise InputError(f"layer {kind}(…) is not known here{did_you_mean(kind, known)}")


def _spec(kind: str) -> str:
    return next((spec for name, spec in LAYERS.items() if re.fullmatch(name, kind)), "")


def _holds_layers(node: ast.Call) -> bool:
    parts = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(isinstance(each, ast.Call | ast.List | ast.BinOp) for each in parts)


def _layer(spec: str, kind: str, node: ast.Call, name: str) -> Iterator[str]:
    """A layer of the notation, with the input before it and the activation behind it."""
    type, *places = spec.split()
    named = {NAMES.get(str(each.arg), str(each.arg)): each.value for each in node.keywords}
    if "input_shape" in named:
        yield f"input {_input(node)}"
    if type == "upsample" and "size" in named:  # of Keras
        named["scale"] = named.pop("size")
    given = {
        place: _value(value) for place, value in zip(places, node.args, strict=False)
        if place != "-"
    }
    given |= {key: _value(value) for key, value in named.items() if key in places}
    if kind in RECURRENT and "hidden" not in given:  # Keras: the units alone, one bias vector
        asked = {key: _value(value) for key, value in named.items() if key in KERAS_RECURRENT}
        two = kind == "GRU" and asked.get("reset_after", True)
        given = {
            "hidden": _value(named.get("units") or node.args[0]),
            "bias": asked.get("bias", True) and (two or "single"),
            "bidirectional": asked.get("bidirectional", False),
            "output": "sequence" if asked.get("sequence") else "last",
        }
        named.pop("activation", None)  # its own, within the cell
    if type == "activation":
        type, given = str(given.get("type", "relu")), {}
    if type == "reshape" and isinstance(given.get("to"), tuple):
        given["to"] = (given["to"][-1], *given["to"][:-1])
    words = [type] if not name or name.replace("_", "").isdigit() else [f"{name}:", type]
    yield " ".join([*words, *_arguments(type, given)])
    if type == "globalpool" and "keepdims" not in named:  # Keras leaves the axes out
        yield "flatten"
    activation = str(_value(named["activation"])) if "activation" in named else ""
    if ACTIVATIONS.get(activation, activation):
        yield ACTIVATIONS.get(activation, activation)


def _arguments(type: str, given: dict[str, Any]) -> Iterator[str]:
    """The arguments of a layer as the notation writes them, those left out that it need not."""
    for key in _required(type):
        if key in given:
            yield _text(given.pop(key))
    for key, value in given.items():
        usual = None if key == "stride" and "pool" in type else NEUTRAL.get(key)
        if not (value is None or usual == value or (key, value) == ("pad", "valid")):
            yield f"{key}={_text(value)}"


def _required(type: str) -> Sequence[str]:
    from dlcalc.layers.table import handler, parameters

    names, needed = parameters(handler(type))
    return names[:needed]


def _value(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise InputError(f"{ast.unparse(node)[:60]} is no number: put it in its place") from None
    if isinstance(value, list | tuple):
        value = tuple(value)
        return value[0] if len(set(value)) == 1 and len(value) > 0 else value
    return value


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return written(value)


def _input(node: ast.Call) -> str:
    """The input of a Keras model, whose channels come last."""
    shapes = [k.value for k in node.keywords if k.arg in ("shape", "input_shape")] or node.args
    value = ast.literal_eval(shapes[0]) if shapes else None
    sizes = [value] if isinstance(value, int) else list(value or ())
    if not sizes or not all(isinstance(size, int) for size in sizes):
        raise InputError("the shape of its input is not in numbers: give `input`")
    if len(sizes) > 2:
        sizes = [sizes[-1], *sizes[:-1]]
    return "x".join(map(str, sizes))
