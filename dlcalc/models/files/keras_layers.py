"""The weights of Keras's layers, from their configuration and the shape of their input.

Source: keras 3.15.1, `build` of each class; tf-keras 2.21.0 (Keras 2) names the same weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dlcalc.errors import InputError, did_you_mean
from dlcalc.models.files.stream import printable

Config = Mapping[str, Any]
Sizes = tuple[int | None, ...]


class Weight(NamedTuple):
    """One weight of a layer."""

    name: str
    shape: tuple[int, ...]
    kind: str = "weight"
    """`weight`; `state`, which the layer itself changes; `scale` of a quantised kernel."""
    logical: tuple[int, ...] | None = None
    """The shape of the weight that it stands for, where two of them lie in a byte."""


WITHOUT = re.compile(r"""
    InputLayer|Activation|ReLU|LeakyReLU|ELU|Softmax|ThresholdedReLU|Identity|Masking|Lambda
    |(Alpha|Gaussian)?Dropout|SpatialDropout[123]D|GaussianNoise|ActivityRegularization
    |Flatten|Reshape|Permute|RepeatVector|(Global)?(Max|Average)Pooling[123]D
    |Adaptive(Max|Average)Pooling[123]D|UpSampling[123]D|ZeroPadding[123]D|Cropping[123]D
    |Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot|UnitNormalization
    |Rescaling|Resizing|CenterCrop|Random\w+|Auto\w+|Augmenter|Mix\w+|Cut\w+|Equalization|Solarization
    |CategoryEncoding|Discretization|Hashing|HashedCrossing|StringLookup|IntegerLookup
    |TextVectorization|Stack|TFOpLambda|SlicingOpLambda|MelSpectrogram|STFTSpectrogram
    |(NotEqual|GetItem|Cast|Matmul|Operation)
""", re.VERBOSE)
"""Classes of layers without weights."""
_OPERATION = re.compile(r"keras\.(src\.)?ops\b")


def _last(shape: Sizes, what: str, at: int = -1) -> int:
    size = shape[at] if isinstance(shape, tuple) and -len(shape) <= at < len(shape) else None
    if type(size) is not int:  # an axis that is open, or several inputs
        raise InputError(f"{what}: the size of its input is not known; the model was never built")
    return size


def _channels(config: Config, shape: Sizes) -> int:
    first = config.get("data_format") == "channels_first"
    return _last(shape, "its channels", 1 if first else -1)


def _numbers(value: Any, count: int) -> tuple[int, ...]:
    found = tuple(value) if isinstance(value, list | tuple) else (value,) * count
    return tuple(whole(each, "kernel_size") for each in found)


def whole(value: Any, name: str) -> int:
    """A whole number of a configuration; InputError by its name."""
    if type(value) is int and 0 <= value < 1 << 62:
        return value
    raise InputError(f"{name} is {str(value)[:40]!r}, no whole number")


def _of(config: Config, name: str, default: int | None = None) -> int:
    return whole(config.get(name, default), name)


def _axes_of(kind: str) -> int:
    found = re.search(r"([123])D", kind)
    return int(found[1]) if found else 1


def _with_bias(config: Config, *shape: int) -> Iterator[Weight]:
    if config.get("use_bias", True):
        yield Weight("bias", shape)


def _dense(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    units = _of(config, "units")
    yield Weight("kernel", (_last(shape, "units"), units))
    yield from _with_bias(config, units)


def _conv(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    filters, groups = _of(config, "filters"), _of(config, "groups", 1) or 1
    kernel = _numbers(config.get("kernel_size"), _axes_of(kind))
    yield Weight("kernel", (*kernel, _channels(config, shape) // groups, filters))
    yield from _with_bias(config, filters)


def _transposed(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    filters, kernel = _of(config, "filters"), _numbers(config.get("kernel_size"), _axes_of(kind))
    yield Weight("kernel", (*kernel, filters, _channels(config, shape)))
    yield from _with_bias(config, filters)


def _depthwise(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    channels, times = _channels(config, shape), _of(config, "depth_multiplier", 1)
    kernel = _numbers(config.get("kernel_size"), _axes_of(kind))
    yield Weight("kernel", (*kernel, channels, times))
    yield from _with_bias(config, channels * times)


def _separable(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    channels, times = _channels(config, shape), _of(config, "depth_multiplier", 1)
    kernel, filters = _numbers(config.get("kernel_size"), _axes_of(kind)), _of(config, "filters")
    yield Weight("depthwise_kernel", (*kernel, channels, times))
    yield Weight("pointwise_kernel", (*(1 for _ in kernel), channels * times, filters))
    yield from _with_bias(config, filters)


def _embedding(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    rows, width = _of(config, "input_dim"), _of(config, "output_dim")
    yield Weight("embeddings", (rows, width))
    if kind == "ReversibleEmbedding" and config.get("tie_weights") is False:
        yield Weight("reverse_embeddings", (width, rows))


def _along(config: Config, shape: Sizes) -> tuple[int, ...]:
    axis = config.get("axis", -1)
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if not all(type(each) is int for each in axes):
        raise InputError(f"axis is {str(axis)[:40]!r}, no whole number")
    return tuple(_last(shape, "its axis", each) for each in axes)


def _batch_norm(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    along = _along(config, shape)
    if config.get("scale", True):
        yield Weight("gamma", along)
    if config.get("center", True):
        yield Weight("beta", along)
    yield Weight("moving_mean", along, "state")
    yield Weight("moving_variance", along, "state")


def _norm(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    along = _along(config, shape)
    if config.get("scale", True) or config.get("rms_scaling"):
        yield Weight("scale" if kind == "RMSNormalization" else "gamma", along)
    if kind != "RMSNormalization" and config.get("center", True) and not config.get("rms_scaling"):
        yield Weight("beta", along)


def _normalization(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    if config.get("mean") is None:
        along = _along(config, shape) if config.get("axis", -1) is not None else ()
        yield Weight("mean", along, "state")
        yield Weight("variance", along, "state")
        yield Weight("count", (), "state")


def _prelu(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    shared = config.get("shared_axes")
    shared = shared if isinstance(shared, list) else []
    yield Weight("alpha", tuple(
        1 if at in shared else _last(shape, "alpha", at) for at in range(1, len(shape))
    ))


_GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


def _recurrent(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    name = kind.removesuffix("Cell")
    gates, units = _GATES[name], _of(config, "units")
    cell = f"{name.lower().replace('simplernn', 'simple_rnn')}_cell/" if name == kind else ""
    yield Weight(f"{cell}kernel", (_last(shape, "units"), gates * units))
    yield Weight(f"{cell}recurrent_kernel", (units, gates * units))
    if config.get("use_bias", True):
        two = name == "GRU" and config.get("reset_after", True)
        yield Weight(f"{cell}bias", (2, gates * units) if two else (gates * units,))


def _conv_lstm(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    filters, kernel = _of(config, "filters"), _numbers(config.get("kernel_size"), _axes_of(kind))
    at = 2 if config.get("data_format") == "channels_first" else -1
    yield Weight("kernel", (*kernel, _last(shape, "filters", at), 4 * filters))
    yield Weight("recurrent_kernel", (*kernel, filters, 4 * filters))
    yield from _with_bias(config, 4 * filters)


def _heads(config: Config, shape: Mapping[str, Sizes], kind: str) -> Iterator[Weight]:
    grouped = kind != "MultiHeadAttention"
    heads = _of(config, "num_query_heads" if grouped else "num_heads")
    shared = _of(config, "num_key_value_heads") if grouped else heads
    width = _of(config, "head_dim" if grouped else "key_dim")
    value = width if grouped else whole(config.get("value_dim") or width, "value_dim")
    shape = shape if isinstance(shape, Mapping) else {}
    query = shape.get("query_shape") or ()
    values = shape.get("value_shape") or query
    keys = shape.get("key_shape") or values
    out = config.get("output_shape") or query[-1:]
    out = tuple(whole(each, "output_shape") for each in (
        out if isinstance(out, list | tuple) else [out]
    ))
    for name, given, count, size in (
        ("query", query, heads, width), ("key", keys, shared, width),
        ("value", values, shared, value),
    ):
        yield Weight(f"{name}/kernel", (_last(given, name), count, size))
        for each in _with_bias(config, count, size):
            yield each._replace(name=f"{name}/bias")
    yield Weight("attention_output/kernel", (heads, value, *out))
    for each in _with_bias(config, *out):
        yield each._replace(name="attention_output/bias")


def _einsum(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    equation = str(config.get("equation", "")).replace(" ", "")
    found = re.fullmatch(r"(?:\.\.\.)?(\w+),(\w+)->(?:\.\.\.)?(\w+)", equation)
    if found is None:
        raise InputError(f"equation {equation[:40]!r} is not understood")
    taken, kernel, given = found[1], found[2], found[3]
    out = config.get("output_shape")
    sizes: dict[str, int | None] = dict(zip(reversed(taken), reversed(shape), strict=False))
    outs = list(out) if isinstance(out, list | tuple) else [out]
    for letter, size in zip(reversed(given), reversed(outs), strict=False):
        if size is not None:
            sizes[letter] = whole(size, "output_shape")
    yield Weight("kernel", tuple(_last((sizes.get(each),), each) for each in kernel))
    bias = str(config.get("bias_axes") or "")
    if bias:
        first = min((at for at, each in enumerate(given) if each in bias), default=len(given))
        yield Weight("bias", tuple(
            _last((sizes.get(each),), each) if each in bias else 1 for each in given[first:]
        ))


def _layer_scale(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    yield Weight("gamma", (_of(config, "projection_dim"),))


def _attention(config: Config, shape: Any, kind: str) -> Iterator[Weight]:
    if kind == "AdditiveAttention" and config.get("use_scale", True):
        given = shape if isinstance(shape, tuple) else ()
        query = given[0] if given and isinstance(given[0], list | tuple) else given
        yield Weight("scale", (_last(tuple(query), "scale"),))
    elif kind == "Attention":
        if config.get("use_scale"):
            yield Weight("scale", ())
        if config.get("score_mode") == "concat":
            yield Weight("concat_score_weight", ())


WEIGHTS: dict[str, Callable[[Config, Any, str], Iterator[Weight]]] = {
    "Dense": _dense, "Embedding": _embedding, "ReversibleEmbedding": _embedding,
    **dict.fromkeys(
        ("BatchNormalization", "SyncBatchNormalization", "BatchNormalizationV1"), _batch_norm
    ),
    **dict.fromkeys(("LayerNormalization", "GroupNormalization", "RMSNormalization"), _norm),
    "Normalization": _normalization, "PReLU": _prelu, "EinsumDense": _einsum,
    **{f"Conv{n}D": _conv for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": _transposed for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": _depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": _separable for n in (1, 2)},
    **{f"ConvLSTM{n}D": _conv_lstm for n in (1, 2, 3)},
    **{f"{name}{end}": _recurrent for name in _GATES for end in ("", "Cell")},
    "MultiHeadAttention": _heads, "GroupedQueryAttention": _heads, "GroupQueryAttention": _heads,
    "LayerScale": _layer_scale, "Attention": _attention, "AdditiveAttention": _attention,
}
"""What gives the weights of each class."""
_QUANTISED = {"Dense": ("kernel",), "EinsumDense": ("kernel",), "Embedding": ("embeddings",)}


def weights(layer: Config, config: Config, shape: Any) -> list[Weight]:
    """The weights of one layer; InputError for a class that is not known, or was never built."""
    kind = str(layer.get("class_name"))
    if kind in WEIGHTS:
        found = list(WEIGHTS[kind](config, shape, kind))
        return list(_quantised(kind, found, config))
    if WITHOUT.fullmatch(kind) or _OPERATION.match(str(layer.get("module"))):
        return []
    raise InputError(f"a layer of the unknown class {kind[:60]!r}{did_you_mean(kind, WEIGHTS)}")


def _quantised(kind: str, found: Sequence[Weight], config: Config) -> Iterator[Weight]:
    """The weights as the policy of the layer stores them, and what it adds to them."""
    mode = dtype_name(config.get("dtype")).partition("_from_")[0].partition("/")[0]
    for each in found:
        name, shape = each.name, each.shape
        if mode not in _MODES or name not in _QUANTISED.get(kind, ()) or not shape:
            yield each
        elif mode == "int8":  # a scale an output of Dense, one a row of an Embedding
            yield each
            yield Weight(f"{name}_scale", shape[:1] if kind == "Embedding" else shape[1:], "scale")
        elif mode == "float8":
            yield each
            if kind != "Embedding":
                for what in ("inputs", "kernel", "outputs_grad"):
                    yield Weight(f"{what}_scale", (), "scale")
                    yield Weight(f"{what}_amax_history", (1024,), "scale")
        else:
            yield Weight(name, (*shape[:-1], -(-shape[-1] // 2)), "weight", shape)
            along = shape[-1] if kind == "Embedding" else shape[0]
            groups = -(-along // _block(config, along))
            scale = (shape[0], groups) if kind == "Embedding" else (groups, *shape[1:])
            yield Weight(f"{name}_scale", scale, "scale")
            yield Weight(f"{name}_zero", scale, "scale")
            yield Weight("g_idx", (along,), "scale")


_MODES = ("int8", "int4", "float8")


def _block(config: Config, along: int) -> int:
    """Weights that share a scale of 4 bits: 128, where the layer does not say otherwise."""
    given = config.get("quantization_config")
    inner = given.get("config") if isinstance(given, dict) else None
    size = inner.get("block_size", 128) if isinstance(inner, dict) else 128
    return size if type(size) is int and size > 0 else max(along, 1)


def dtype_name(value: Any) -> str:
    """The name of a type or of a policy, however it is written down."""
    if isinstance(value, dict):
        inner = value.get("config")
        own = value.get("class_name", "")
        if not isinstance(inner, dict):
            return str(own)
        mode, source = inner.get("mode"), inner.get("source_name")
        return f"{mode}_from_{source}" if mode else str(inner.get("name") or own)
    return str(value or "float32")


def layers_of(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The layers of a model."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        raise InputError(f"{str(model.get('class_name'))[:60]} holds no list of layers")
    for each in layers:
        if not isinstance(each, dict) or not isinstance(each.get("config"), dict) or (
            "class_name" not in each
        ):
            raise InputError("a layer without class_name and config")
        yield each


def name_of(layer: Mapping[str, Any]) -> str:
    """The name of a layer."""
    return printable(str(layer["config"].get("name") or layer.get("name") or ""))[:200]


def sizes_of(value: Any) -> tuple[Any, ...]:
    """A shape with the batch, None where an axis is open; several of them as such."""
    if not isinstance(value, list | tuple):
        return ()
    if value and isinstance(value[0], list):  # several inputs
        return tuple(sizes_of(each) for each in value)
    return tuple(each if type(each) is int and 0 <= each < 1 << 62 else None for each in value)
