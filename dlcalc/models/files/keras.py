"""Keras's files: .keras and to_json(), counted as its summary does, and HDF5 by the package h5py.

A .keras file is a zip of metadata.json, config.json and model.weights.h5 (keras 3.15.1); the
weights need not be read, since every layer that has some says the shape it was built for. The
weights of each class follow its `build`; tf-keras 2.21.0 (Keras 2) names the same ones. Keras 3
writes down the shapes of the tensors that layers take, Keras 2 those that they were built for;
what nothing takes, and multiply-accumulates, come from the layers of the notation.

The arrays of a whole HDF5 model have names, and its configuration says which layers are frozen.
Weights alone (.weights.h5) have numbers for names: the class of the layer, whose name they bear,
tells what they are.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, BinaryIO, NamedTuple

from dlcalc.errors import At, DlcalcError, InputError, did_you_mean, words_of
from dlcalc.input.expressions import Expression, Fields, facts, read_expression
from dlcalc.input.json_text import parse_json
from dlcalc.input.sources import read_table
from dlcalc.input.zips import member_bytes, open_zip, seekable
from dlcalc.models import foreign
from dlcalc.models.count import params
from dlcalc.models.files.stream import printable
from dlcalc.models.files.tensors import Held, Role, Row, Tensor, decide
from dlcalc.models.translation import Step, arranged, plain_name
from dlcalc.models.tree import Layer, Model

Config = Mapping[str, Any]
Sizes = tuple[int | None, ...]


class Weight(NamedTuple):
    """One weight of a layer."""

    name: str
    shape: tuple[int, ...]
    role: str = Role.PARAMETER
    """What it is: a buffer, where the layer itself changes it."""
    logical: tuple[int, ...] | None = None
    """The shape of the weight that it stands for, where two of them lie in a byte."""
    trains: bool = True
    """Whether training changes it, as it does not what a low-rank adapter stands beside."""


_OPERATION = re.compile(r"keras\.(src\.)?ops\b")


def _last(shape: Sizes, what: str, at: int = -1) -> int:
    size = shape[at] if isinstance(shape, tuple) and -len(shape) <= at < len(shape) else None
    if type(size) is not int:  # an axis that is open, or several inputs
        raise InputError(f"{what}: the size of its input is not known; the model was never built")
    return size


def whole(value: Any, name: str) -> int:
    """A whole number of a configuration; InputError by its name."""
    if type(value) is int and 0 <= value < 1 << 62:
        return value
    raise InputError(f"{name} is {str(value)[:40]!r}, no whole number")


class _Terms(Fields):
    """What keras.txt writes shapes in: fields of a configuration, and sizes of the input."""

    def __init__(self, config: Config, shape: Sizes, kind: str) -> None:
        super().__init__()
        self.config, self.shape, self.kind = config, shape, kind

    def get(self, name: str) -> Any:
        """The value of a name; InputError for what is no whole number and should be."""
        if name in _SIZES:
            return _SIZES[name](self)
        if name in _FLAGS:
            return self.config.get(name, _FLAGS[name])
        return whole(self.config.get(name, _USUAL.get(name)), name)


def _channels(terms: _Terms) -> int:
    axis = 2 if terms.kind.startswith("ConvLSTM") else 1
    first = terms.config.get("data_format") == "channels_first"
    return _last(terms.shape, "its channels", axis if first else -1)


def _kernel(terms: _Terms) -> list[int]:
    given, axes = terms.config.get("kernel_size"), next(filter(str.isdigit, terms.kind))
    sizes = given if isinstance(given, list) else [given] * int(axes)
    return [whole(each, "kernel_size") for each in sizes]


def _axes_option(terms: _Terms) -> list[int]:
    axis = terms.config.get("axis", -1)
    axes = axis if isinstance(axis, list) else [] if axis is None else [axis]
    if not all(type(each) is int for each in axes):
        raise InputError(f"axis is {str(axis)[:40]!r}, no whole number")
    return [_last(terms.shape, "its axis", each) for each in axes]


def _bins(terms: _Terms) -> int:
    length = terms.config.get("fft_length") or 1 << (terms.get("frame_length") - 1).bit_length()
    return whole(length, "fft_length") // 2 + 1


def _unshared(terms: _Terms) -> list[int]:
    shared = terms.config.get("shared_axes")
    shared = shared if isinstance(shared, list) else []
    places = range(1, len(terms.shape))
    return [1 if at in shared else _last(terms.shape, "alpha", at) for at in places]


def _taken_as(terms: _Terms, *names: str) -> Sizes:
    """The shape of the first of an attention's inputs that is known, or of its first one."""
    shapes: Any = terms.shape
    if isinstance(shapes, dict):
        return next(filter(None, (shapes.get(f"{name}_shape") for name in names)), ())
    if terms.kind != "AdditiveAttention" or not isinstance(shapes, tuple):
        return ()
    return tuple(shapes[0]) if shapes and isinstance(shapes[0], list | tuple) else shapes


def _output(terms: _Terms) -> list[int]:
    given = terms.config.get("output_shape") or _taken_as(terms, "query")[-1:]
    sizes = given if isinstance(given, list | tuple) else [given]
    return [whole(each, "output_shape") for each in sizes]


_SIZES: dict[str, Callable[[_Terms], Any]] = {
    "last": lambda terms: _last(terms.shape, "units"), "channels": _channels, "kernel": _kernel,
    "along": _axes_option, "unshared": _unshared, "bins": _bins,
    "query": lambda terms: _last(_taken_as(terms, "query"), "query"),
    "key": lambda terms: _last(_taken_as(terms, "key", "value", "query"), "key"),
    "value": lambda terms: _last(_taken_as(terms, "value", "query"), "value"), "output": _output,
}
"""Names for sizes of the input, of the kernel, and of the output."""
def _tabled(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    """The weights whose shapes stand in keras.txt."""
    terms = _Terms(config, shape, kind)
    for name, expression in facts(_TABLE[kind]).items():
        sizes = expression(terms)
        if sizes is not None:
            own = Role.BUFFER if STATE.fullmatch(name) else Role.PARAMETER
            whole_sizes = tuple(whole(each, name) for each in sizes)
            yield Weight(f"{_KERAS['cell'].get(kind, '')}{name}", whole_sizes, own)


_KERAS = read_table(__file__, "keras.txt")
_FLAGS, _USUAL = (
    {name: read_expression(text)({}) for name, text in _KERAS[kind].items()}
    for kind in ("flag", "usual")
)
"""What fields are where a configuration does not say: no whole numbers, and whole ones."""
_TABLE = {
    kind: weights for kinds, weights in _KERAS["weights"].items() for kind in kinds.split(",")
}
WITHOUT, SAME, SPATIAL, ADAPTED, STATE = (
    re.compile("|".join(_KERAS[kind]))
    for kind in ("without", "same", "spatial", "adapted", "state")
)
"""Patterns of the classes without weights, of those whose output is as large as each of their
inputs, of those that the notation has channels first, of those that have `enable_lora`, and of
weights that a layer itself changes."""


def _letters(config: Config, shape: Sizes) -> tuple[str, str, str, dict[str, int | None]]:
    """The letters of an EinsumDense's input, kernel and output, and the sizes that are told.

    Axes that dots stand for have digits for letters.
    """
    equation = str(config.get("equation", "")).replace(" ", "")
    found = re.fullmatch(r"((?:\.\.\.)?\w+),(\w+)->((?:\.\.\.)?\w+)", equation)
    if found is None:
        raise InputError(f"equation {equation[:40]!r} is not understood")
    dots = "0123456789"[: max(len(shape) - len(found[1].strip(".")), 0)]
    taken, given = (each.replace("...", dots) for each in found.group(1, 3))
    out = config.get("output_shape")
    sizes: dict[str, int | None] = dict(zip(reversed(taken), reversed(shape), strict=False))
    outs = list(out) if isinstance(out, list | tuple) else [out]
    for letter, size in zip(reversed(given), reversed(outs), strict=False):
        if size is not None:
            sizes[letter] = whole(size, "output_shape")
    return taken, found[2], given, sizes


def _einsum(config: Config, shape: Sizes, kind: str) -> Iterator[Weight]:
    _, kernel, given, sizes = _letters(config, shape)
    yield Weight("kernel", tuple(_last((sizes.get(each),), each) for each in kernel))
    bias = str(config.get("bias_axes") or "")
    if bias:
        first = min((at for at, each in enumerate(given) if each in bias), default=len(given))
        yield Weight("bias", tuple(
            _last((sizes.get(each),), each) if each in bias else 1 for each in given[first:]
        ))


WEIGHTS: dict[str, Callable[[Config, Any, str], Iterator[Weight]]] = {
    **dict.fromkeys(_TABLE, _tabled), "EinsumDense": _einsum,
}
"""What gives the weights of each class."""
_SCALES = {way: facts(text) for way, text in _KERAS["scales"].items()}
"""What stands beside a quantised weight, by how it is quantised."""
_QUANTISED = {"Dense": ("kernel",), "EinsumDense": ("kernel",), "Embedding": ("embeddings",)}


def weights(layer: Written, shape: Any) -> list[Weight]:
    """The weights of one layer; InputError for a class that is not known, or was never built."""
    kind, config = layer.kind, layer.config
    if kind in WEIGHTS:
        found = list(WEIGHTS[kind](config, shape, kind))
        return list(_adapted(_quantised(kind, found, config), kind, config))
    if WITHOUT.fullmatch(kind) or _OPERATION.match(str(layer.record.get("module"))):
        return []
    raise InputError(f"a layer of the unknown class {kind[:60]!r}{did_you_mean(kind, WEIGHTS)}")


def _adapted(found: Iterable[Weight], kind: str, config: Config) -> Iterator[Weight]:
    """The weights, and where enable_lora was called the two factors beside the first of them."""
    rank = config.get("lora_rank")
    for at, each in enumerate(found):
        if rank is None or at or not ADAPTED.fullmatch(kind):
            yield each
            continue
        shape = each.logical or each.shape
        yield each._replace(trains=False)
        yield Weight(f"lora_{each.name}_a", (*shape[:-1], whole(rank, "lora_rank")))
        yield Weight(f"lora_{each.name}_b", (rank, shape[-1]))


def _quantised(kind: str, found: Sequence[Weight], config: Config) -> Iterator[Weight]:
    """The weights as the policy of the layer stores them, and what it adds to them."""
    mode, _, block = dtype_name(config.get("dtype")).partition("_from_")[0].partition("/")
    scales = "float8" if mode == "float8" else "blocks" if block.isdecimal() else "whole"
    for each in found:
        name, shape = each.name, each.shape
        quantised = mode in ("int8", "int4", "float8") and name in _QUANTISED.get(kind, ())
        if not quantised or not shape:
            yield each
            continue
        # Two numbers of 4 bits are a byte.
        half = (*shape[:-1], -(-shape[-1] // 2))
        yield Weight(name, half, logical=shape) if mode == "int4" else each
        size = max(int(block), 1) if scales == "blocks" else 0
        terms = Fields({"shape": [*shape], "rows": kind == "Embedding", "block": size})
        for beside, sizes in _SCALES[scales].items():
            if (own := sizes(terms)) is not None:
                yield Weight(beside.format(name), tuple(own), Role.QUANTISATION)


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


class Written:
    """A layer as a file describes it; InputError for what describes none."""

    def __init__(self, record: Any) -> None:
        self.record: Config = record if isinstance(record, dict) else {}
        self.config: Any = self.record.get("config")
        if not isinstance(self.config, dict) or "class_name" not in self.record:
            raise InputError("a layer without class_name and config")
        self.kind = str(self.record["class_name"])
        own = self.config.get("name") or self.record.get("name") or ""
        self.name = printable(str(own))[:200]
        self.first = self.config.get("data_format") == "channels_first"
        self.calls = self.record.get("inbound_nodes")
        build = self.record.get("build_config")
        self.build: Config = build if isinstance(build, dict) else {}
        self.input = self.config.get("batch_shape") or self.config.get("batch_input_shape")
        """The shape that an input has, with the batch."""
        self.is_model = "layers" in self.config and self.kind != "RNN"
        self.zeros: Any = None
        """Zeros that the layer before it adds to what it takes."""

    @property
    def sources(self) -> list[tuple[str, Any]]:
        """What its first call takes, without its masks."""
        first = self.calls[0] if isinstance(self.calls, list) and self.calls else self.calls
        if not isinstance(first, dict):
            return list(sources(self.calls))
        return list(sources(first.get("args"))) or list(sources(first.get("kwargs")))

    def taken(self, last: str) -> Iterator[tuple[str, Sizes]]:
        """The layers whose outputs it takes, and their shapes without the batch."""
        shapes = sizes_of(self.build.get("input_shape"))
        several = shapes if shapes and isinstance(shapes[0], tuple) else [shapes] if shapes else []
        named = list(sources(self.calls)) or ([(last, None)] if last else [])
        for at, (name, shape) in enumerate(named):
            if shape is not None:
                yield name, sizes_of(shape)[1:]
            elif at < len(several):
                yield name, several[at][1:]

    def built(self, shape: Any) -> Any:
        """The shape that it was built for, or several by name; else what is passed on to it."""
        several = self.build.get("shapes_dict")
        if isinstance(several, dict):
            return {key: sizes_of(each) for key, each in several.items()}
        named = self.build if self.build.get("query_shape") else self.config  # of Keras 2
        if named.get("query_shape"):
            return {
                key: sizes_of(each) for key, each in named.items()
                if key.endswith("_shape") and each
            }
        given = self.build.get("input_shape", self.input)
        return sizes_of(given) if given is not None else (shape if shape is not None else ())

    @property
    def inner(self) -> list[Written]:
        """The layers that a wrapper holds, in both directions; they train where it does alone."""
        frozen = {"trainable": False} if self.config.get("trainable") is False else {}
        cells = self.config.get("cells")
        found = [
            self.config.get("layer"), self.config.get("cell"),
            *(cells if isinstance(cells, list) else ()), self.config.get("backward_layer"),
        ]
        held = [
            Written({"class_name": None, **each, "config": each["config"] | frozen})
            for each in found
            if isinstance(each, dict) and isinstance(each.get("config"), dict)
        ]
        if self.kind == "Bidirectional" and len(held) == 1:
            # Keras's own copy of the first layer, which is not written down.
            name = str(held[0].config.get("name", "")).removeprefix("forward_")
            config = {**held[0].config, "name": f"backward_{name}"}
            held.append(Written({**held[0].record, "config": config}))
        return held


def layers_of(model: Config) -> list[Written]:
    """The layers of a model."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        raise InputError(f"{str(model.get('class_name'))[:60]} holds no list of layers")
    return list(map(Written, layers))


def sizes_of(value: Any) -> tuple[Any, ...]:
    """A shape with the batch, None where an axis is open; several of them as such."""
    if not isinstance(value, list | tuple):
        return ()
    if value and isinstance(value[0], list):  # several inputs
        return tuple(sizes_of(each) for each in value)
    return tuple(each if type(each) is int and 0 <= each < 1 << 62 else None for each in value)


_WINDOWS = re.compile(r"(Depthwise|Separable)?Conv[123]D|(Max|Average)Pooling[123]D")


def model_of(held: Held, name: str) -> Model:
    """The model in the notation; InputError for a layer that it has not."""
    config = held.graph
    found = {each.name: each for each in layers_of(config)}
    inputs = [each for each in found.values() if each.kind == "InputLayer"]
    if len(inputs) > 1:
        raise InputError("several inputs; the notation has one")
    ends = [each for each, _ in sources(config["config"].get("output_layers"))] if isinstance(
        config["config"], dict
    ) else []
    if len(ends) > 1:
        raise InputError("several outputs; the notation has one")
    start = last = inputs[0].name if inputs else "input"
    taken: dict[str, tuple[str, ...]] = {}
    for each in found.values():
        if each.kind != "InputLayer":
            taken[each.name] = tuple(dict.fromkeys(name for name, _ in each.sources)) or (last,)
            last = each.name
    if not taken:
        raise InputError("holds no layers")
    _pad(found, taken)
    end = ends[0] if ends else last
    needed, waiting = {end}, [end]  # what makes masks is left out
    for one in waiting:
        waiting += [source for source in taken.get(one, ()) if source not in needed]
        needed.update(waiting)
    first = any(each.first for each in found.values())
    steps = [_step(found[one], taken[one], first) for one in taken if one in needed]
    shape = (inputs or list(found.values()))[0].input
    if not isinstance(shape, list):
        raise InputError("no input shape is known: the model was never built")
    sizes = tuple(size for size in shape[1:] if type(size) is int)
    if len(sizes) < len(shape) - 1:
        raise InputError("the size of its input is open: give it in the notation")
    size = sizes if first or len(sizes) < 3 else (sizes[-1], *sizes[:-1])
    return Model(arranged(steps, start, end), size, name)


def _pad(found: dict[str, Written], taken: dict[str, tuple[str, ...]]) -> None:
    """Give the zeros that a layer adds to the windows behind it, where these alone take them."""
    for name in [each for each in taken if found[each].kind.startswith("ZeroPadding")]:
        users = [each for each, given in taken.items() if name in given]
        if len(users) != 1 or taken[users[0]] != (name,):
            continue
        user, padding = found[users[0]], found[name].config.get("padding")
        plain = user.config.get("padding", "valid") == "valid"
        if plain and isinstance(padding, list) and _WINDOWS.fullmatch(user.kind):
            pairs = tuple(tuple(each) for each in (
                padding if isinstance(padding[0], list) else [padding]
            ))
            alike = len({size for pair in pairs for size in pair}) == 1
            user.zeros = pairs[0][0] if alike else pairs
            taken[users[0]] = taken.pop(name)


def _step(layer: Written, taken: tuple[str, ...], first: bool) -> Step:
    """One layer with the layers whose outputs it takes."""
    label = layer.name
    if len(layer.calls or ()) > 1:
        raise InputError(f"{label} is called twice, which the notation cannot say")
    join = foreign.JOINED.get(layer.kind.lower())
    if join is not None:
        shape = next((shape for _, shape in layer.sources), None)
        axis = layer.config.get("axis", -1)
        own, axes = 0, len(shape) if isinstance(shape, list) and join == "concat" else 0
        if type(axis) is int and -axes < axis < axes:
            own = axis % axes - 1 if first or axes < 4 else axis % axes % (axes - 1)
        return Step(label, taken, (), join, own)
    if len(taken) > 1:
        raise InputError(f"{label} takes several inputs, which the notation cannot say")
    return Step(label, taken, tuple(layers(layer)))


def sources(nodes: Any) -> Iterator[tuple[str, Any]]:
    """The layers whose outputs a layer takes: of Keras 3, with shapes, or Keras 2's bare lists."""
    if isinstance(nodes, dict):
        history = nodes.get("keras_history")
        if isinstance(history, list) and history:
            yield str(history[0]), nodes.get("shape")
            return
        nodes = list(nodes.values())
    if isinstance(nodes, list):
        if len(nodes) >= 3 and isinstance(nodes[0], str) and isinstance(nodes[1], int):
            yield nodes[0], None
            return
        for each in nodes:
            yield from sources(each)


def layers(layer: Written) -> Iterator[Layer]:
    """One layer of Keras as layers of the notation; the first bears its name."""
    kind, config = layer.kind, layer.config
    inner = config.get("layer")
    timed = kind == "TimeDistributed" and isinstance(inner, dict)
    if timed or kind == "Sequential":
        within = [Written(inner)] if timed else layers_of(layer.record)
        for each in within:
            yield from layers(each) if each.kind != "InputLayer" else ()
        return
    name = plain_name(str(config.get("name", kind)))
    if dtype_name(config.get("dtype")).startswith("int"):
        raise InputError("quantised layers cannot be said in the notation")
    named = {
        key: value for key, value in config.items() if isinstance(value, int | float | str | list)
    }
    if kind == "Bidirectional" and isinstance(inner, dict):
        if config.get("merge_mode", "concat") != "concat":
            raise InputError("both ways laid together otherwise than end to end cannot be said")
        if not isinstance(inner.get("config"), dict):
            raise InputError(f"{name} holds a layer without class_name and config")
        kind, named = str(inner.get("class_name")), {**inner["config"], "bidirectional": True}
    told = {} if layer.zeros is None else {"pad": layer.zeros}
    told |= {"frozen": True} if config.get("trainable") is False else {}
    rank = len(sizes_of(layer.build.get("input_shape"))) - 1
    for made in foreign.layers_of(kind, (), named, name, rank):
        options = {**made.options, **told} if made.name else made.options
        yield Layer(made.type, made.arguments, options, made.name)


MOVED, STEPPED, _TERMS = (
    {kind: Expression(text) for kinds, text in _KERAS[word].items() for kind in kinds.split(",")}
    for word in ("moved", "stepped", "term")
)
"""The shapes that classes give which move what they take, or look it up, and those whose kernels
run at each place of a step; and what they name."""
PRODUCTS = ("Dot", "Lambda", "Attention", "AdditiveAttention")
"""Classes without weights, or with few, that multiply inputs with each other."""


class Flow:
    """The layers of one model, each with its output and its products."""

    def __init__(
        self, model: Config, tensors: list[Tensor], left: Iterator[int] | None = None,
        around: str = "", depth: int = 0,
    ) -> None:
        self.tensors = tensors
        """All weights; where so many layers as are `left` may be read, put down as they come."""
        self.left, self.around, self.depth = left, around, depth
        self.rows: list[Row] = []
        """The layers of the model itself."""
        self.outputs: dict[str, Sizes] = {}
        """Shapes without the batch; None for an axis that is open."""
        self.macs: dict[str, int | None] = {}
        self.input: tuple[int, ...] | None = None
        """The shape of the first input, where it is known in whole."""
        self.noted: dict[str, Sizes] = {}
        """The shapes that are written down where a layer takes them."""
        self.taken: dict[str, dict[str, Sizes]] = {}
        """What each layer takes, with the shape that is written down of it."""
        self.last = self.before = ""
        written = layers_of(model)
        for layer in written:
            pairs = list(layer.taken(self.last))
            self.last, called = layer.name, {source for source, _ in layer.sources}
            self.taken[self.last] = {
                source: shape for source, shape in pairs if source in called or not called
            }
            for source, shape in pairs:
                self.noted.setdefault(source, shape)
        for layer in written:
            self._add(layer)

    def _add(self, layer: Written) -> None:
        """Put down a layer, with its weights, its output and its products."""
        name, calls, start = layer.name, layer.calls, len(self.tensors)
        given = self._given(layer)
        self.before = name
        if self.left is not None and not layer.is_model:
            shapes = tuple((None, *each) for each in given)
            passed = shapes[0] if len(shapes) == 1 else shapes or None
            self.tensors += _tensors(layer, self.around, passed, self.depth, self.left)
        own, seen = self._own(name, start), self.noted.get(name)
        output, macs = self._outcome(layer, given, own)
        own = self._own(name, start) if layer.is_model else own
        if seen is not None and output is not None and (len(seen) != len(output) or any(
            None not in (a, b) and a != b for a, b in zip(seen, output, strict=True)
        )):
            macs = None  # what is written down is of something else
        output = seen if output is None or (seen and _known_sizes(seen)) else output
        if output is not None:
            self.outputs[name] = output
        times = len(calls) if isinstance(calls, list) and calls else 1
        self.macs[name] = None if macs is None else macs * times
        # The output has the batch, which is open, as Keras shows it.
        self.rows.append(Row(
            name, printable(layer.kind), None if output is None else (None, *output),
            sum(each.numbers for each in own), self.macs[name],
            trainable=sum(each.params for each in own if each.trains),
            buffers=sum(each.numbers for each in own if each.role == Role.BUFFER),
            bytes=sum(each.bytes for each in own),
        ))

    def _given(self, layer: Written) -> list[Sizes]:
        """The shapes of what a layer takes, as far as they are known."""
        given = [
            shape if _known_sizes(shape) else self.outputs.get(source, shape)
            for source, shape in self.taken[layer.name].items()
        ]
        if not given and self.before in self.outputs:
            return [self.outputs[self.before]]
        if not given and layer.input and layer.kind != "InputLayer":
            return [sizes_of(layer.input)[1:]]
        return given

    def _own(self, name: str, start: int) -> list[Tensor]:
        """The weights of a layer: those put down since its start, or of all those of its name."""
        if self.left is not None:
            return self.tensors[start:]
        return [
            each for each in self.tensors
            if each.name.startswith(f"{self.around}{name}/") and each.role not in Role.APART
        ]

    def _outcome(
        self, layer: Written, taken: Sequence[Sizes], own: Sequence[Tensor]
    ) -> tuple[Sizes | None, int | None]:
        """The output of a layer and its products, as far as they can be told."""
        kind = layer.kind
        if kind == "InputLayer":
            given = sizes_of(layer.input)
            self.input = _known_sizes(given[1:]) if self.input is None and given else self.input
            return given[1:] if given else None, 0
        if layer.is_model:
            start = f"{self.around}{layer.name}"
            with At(start, once=True):
                if self.depth > MOST_DEPTH or next(self.left or iter("all"), None) is None:
                    raise InputError("layers within layers beyond any honest depth")
                inner = Flow(layer.record, self.tensors, self.left, f"{start}/", self.depth + 1)
            macs = [each for each in inner.macs.values() if each is not None]
            total = sum(macs) if len(macs) == len(inner.macs) else None
            return inner.outputs.get(inner.last), total
        if taken and SAME.fullmatch(kind):
            return _together(taken), 0
        if taken and kind in (*MOVED, *STEPPED, "EinsumDense"):
            return self._by_own_rule(layer, taken[0], own)
        whole = _known_sizes(taken[0]) if len(taken) == 1 else None
        made = None if whole is None else self._by_notation(layer, whole, own)
        return made or (None, 0 if WITHOUT.fullmatch(kind) and kind not in PRODUCTS else None)

    def _by_own_rule(
        self, layer: Written, taken: Sizes, own: Sequence[Tensor]
    ) -> tuple[Sizes | None, int | None]:
        """A layer of a class whose rule stands in the table."""
        kind, config = layer.kind, layer.config
        kernels = [each.logical or each.shape for each in own if each.name.endswith("kernel")]
        wanted = [*sizes_of(config.get("target_shape"))]
        given = {**_TERMS, **config, "taken": [*taken], "wanted": wanted}
        try:
            if kind in MOVED:
                return tuple(MOVED[kind](Fields(given))), 0
            if kind == "EinsumDense":
                into, kernel, out, letters = _letters(config, (1, *taken))  # the batch is the first
                letters |= zip(into + kernel, (1, *taken, *kernels[0]), strict=True)
                known = _known_sizes(tuple(letters.values()))
                output = tuple(letters[each] for each in out)[1:]
                return output, None if known is None else prod(known)
            whole = STEPPED[kind](Fields(given | {"return_sequences": True}))
            places, products = _known_sizes(whole[:-1]), sum(map(prod, kernels))
            macs = prod(places) * products if places is not None and products else None
            return tuple(STEPPED[kind](Fields(given))), macs
        except (TypeError, KeyError, IndexError, ValueError, InputError):
            return None, 0 if kind in MOVED else None

    def _by_notation(
        self, layer: Written, given: tuple[int, ...], own: Sequence[Tensor]
    ) -> tuple[tuple[int, ...], int] | None:
        """Output and products as the notation counts the layer, where that has its weights."""
        moved = len(given) > 2 and not layer.first and SPATIAL.fullmatch(layer.kind) is not None
        try:
            count = params(Model(list(layers(layer)), (given[-1], *given[:-1]) if moved else given))
        except (DlcalcError, TypeError, ValueError):
            return None
        if count.misfit is not None or count.params != sum(each.params for each in own):
            return None
        out = count.output
        return (*out[1:], out[0]) if moved else out, count.macs


def _together(shapes: Sequence[Sizes]) -> Sizes:
    """The shape of values that meet element by element."""
    rank = max(map(len, shapes))
    wide: list[Sizes] = [(*[1] * (rank - len(each)), *each) for each in shapes]
    return tuple(
        None if None in sizes else max(size for size in sizes if size is not None)
        for sizes in zip(*wide, strict=True)
    )


def _known_sizes(shape: Sizes) -> tuple[int, ...] | None:
    """A shape without an axis that is open."""
    whole = tuple(size for size in shape if size is not None)
    return whole if len(whole) == len(shape) else None


MOST_CONFIG, MOST_DEPTH, MOST_LAYERS = 64 << 20, 40, 100_000
MOST_WEIGHTS = 1 << 30
_WIDTHS = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1}


def read_keras(file: BinaryIO, path: str, input: Any = None) -> Held:
    """A .keras file, from its config.json."""
    with open_zip(file, "a .keras file") as archive:
        if "config.json" not in archive.namelist():
            raise InputError("no .keras file: the zip lacks config.json")
        data = member_bytes(archive, "config.json", MOST_CONFIG)
        if b'"layers"' not in data and "model.weights.h5" in archive.namelist():
            # A class of one's own says nothing of its layers.
            weights = member_bytes(archive, "model.weights.h5", MOST_WEIGHTS)
            return read_hdf5(io.BytesIO(weights), path)
    return read_json(io.BytesIO(data), path, input)


def read_json(file: BinaryIO, path: str, input: Any = None) -> Held:
    """A model as to_json writes it: rows as Keras's summary, tensors one a weight.

    `input` is the shape of its first input as dlcalc has it, channels first, for axes that the
    file leaves open. InputError for what is no model, or was never built.
    """
    try:
        config = parse_json(file.read(MOST_CONFIG).decode(), allow_nonfinite=True)
    except UnicodeDecodeError:
        raise InputError("its config.json is not UTF-8 text") from None
    if not isinstance(config, dict) or not {"class_name", "config"} <= config.keys():
        raise InputError("its config.json is no model of Keras's: class_name and config are wanted")
    layers = layers_of(config)
    if not layers:
        raise InputError("holds no layers")
    if input is not None:
        _give_input(layers, input)
    tensors: list[Tensor] = []
    flow = Flow(config, tensors, iter(range(MOST_LAYERS)))
    metadata = {
        key: config[key] for key in ("keras_version", "backend") if isinstance(config.get(key), str)
    }
    return Held(path, "keras", tensors, metadata, (), flow.rows, config, flow.input)


def _give_input(layers: list[Written], input: tuple[int, ...]) -> None:
    """Put sizes into the open axes of the first input."""
    for each in filter(lambda each: each.input, layers):
        given = input if each.first or len(input) < 3 else (*input[1:], input[0])
        known = sizes_of(each.input)
        if len(known) != len(given) + 1 or any(
            size not in (None, own) for size, own in zip(known[1:], given, strict=True)
        ):
            shown = "x".join("?" if size is None else str(size) for size in known[1:])
            raise InputError(
                f"does not fit {shown}, the file's input, channels last; CxHxW is wanted here"
            ).at("--input")
        each.config["batch_shape"] = [known[0], *given]
        return


def _tensors(
    layer: Written, prefix: str, shape: Any, depth: int, left: Iterator[int]
) -> Iterator[Tensor]:
    """The weights of a layer and of those within it; so many as are `left` may be read."""
    if depth > MOST_DEPTH or next(left, None) is None:
        raise InputError("layers within layers beyond any honest depth")
    kind, name = layer.kind, prefix + layer.name
    with At(name, once=True):
        if layer.is_model:
            for each in layers_of(layer.record):
                yield from _tensors(each, f"{name}/", None, depth + 1, left)
            return
        given, inner = layer.built(shape), layer.inner
        if not inner:
            for weight in weights(layer, given):
                yield _tensor(weight, name, layer.config)
        for each in inner:
            steps = kind == "TimeDistributed" and isinstance(given, tuple)
            passed = given[:1] + given[2:] if steps else given
            yield from _tensors(each, f"{name}/", passed, depth + 1, left)
            if kind == "StackedRNNCells":
                given = (None, each.config.get("units"))
        if inner and kind == "SpectralNormalization":
            held = weights(inner[0], inner[0].built(given))
            if not held or not held[0].shape:
                raise InputError("the layer within has no kernel")
            vector = Weight("vector_u", (1, held[0].shape[-1]), Role.BUFFER)
            yield _tensor(vector, name, inner[0].config)


def _tensor(weight: Weight, name: str, config: Mapping[str, Any]) -> Tensor:
    policy = dtype_name(config.get("dtype"))
    # Policies: mixed_float16 keeps float32 variables; int8_from_float32 names both types.
    packed = policy.startswith(("int8", "int4"))
    zero = packed and weight.name.endswith("_zero")
    plain = policy.rpartition("from_")[2]
    dtype = plain if plain in _WIDTHS else "float32"
    held = weight.role == Role.PARAMETER
    stored = held and weight.name in ("kernel", "embeddings")
    if (packed and stored) or zero:
        dtype = "int8"
    trains = held and weight.trains and config.get("trainable", True) is not False
    tensor = Tensor(
        f"{name}/{weight.name}", dtype, weight.shape, prod(weight.shape) * _WIDTHS[dtype],
        weight.role, trains=trains and dtype != "int8",
    )
    if weight.logical is None:
        return tensor
    return tensor.but(role=Role.QUANTISED, stands_for=prod(weight.logical), logical=weight.logical)


_BESIDE = {"optimizer": Role.OPTIMIZER, "metrics": Role.OTHER}
"""What a file has beside the weights, by how the names begin."""
_NUMBERED = re.compile(r"(?P<layer>.*?(?P<kind>[a-z_0-9]+?)(_\d+)?)/vars/(?P<at>\d+)")
STATES = {kind: int(count) for kind, count in _KERAS["numbered"].items()}
"""How many of the last variables of a class are no parameters."""


def read_hdf5(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The model or the weights of an HDF5 file."""
    try:
        import h5py
    except ImportError:
        raise InputError(
            "HDF5 is read by the package h5py, which is not installed: "
            "pip install 'dlcalc-toolkit[all]', or save the model as .keras or by to_json()"
        ) from None
    items: list[tuple[str, Any]] = []
    try:
        with h5py.File(seekable(file), "r") as opened:
            config = opened.attrs.get("model_config")
            opened.visititems(lambda name, item: items.append((name, item)))
            found = [_of_hdf5(*each) for each in items if isinstance(each[1], h5py.Dataset)
                     and (each[1].dtype.str == BFLOAT16 or each[1].dtype.kind in "biufc")]
            groups = [each for each in items if isinstance(each[1], h5py.Group)]
            # Layers by their paths, with the names that Keras gave them.
            named = {re.sub(r"^layers/|/vars$", "", printable(name)):
                     re.sub(r"_\d+$", "", str(group.attrs.get("name", "")))
                     for name, group in groups if name.endswith("/vars")}
    except Exception as error:  # whatever a parser of somebody else raises
        raise InputError(f"not HDF5, or damaged: {words_of(error)}") from None
    layers = [name.removeprefix("layers/") for name, _ in groups
              if re.fullmatch(r"layers/[^/]+", name)]
    if not (found or layers or config):
        raise InputError("holds no arrays")
    text = config.decode("utf-8", "replace") if isinstance(config, bytes) else str(config or "{}")
    model = parse_json(text, allow_nonfinite=True)
    frozen = set(_frozen(model))
    tensors = [
        each.but(trains=False)
        if each.dtype == "int8" or frozen.intersection(each.name.split("/")) else each
        for each in decide(_numbered(found, named), {})
    ]
    if layers and config is None:
        model = {"config": {"layers": [
            {"class_name": _class_of(name), "config": {"name": name}} for name in layers
        ]}}
    own = model.get("config") if isinstance(model, dict) else None
    if not (isinstance(own, list) or (isinstance(own, dict) and "layers" in own)):
        return Held(path, "hdf5", tensors)  # of a class of one's own
    return Held(path, "hdf5", tensors, rows=Flow(model, tensors).rows)


BFLOAT16 = "|V2"
"""How bfloat16 is stored, which NumPy has not: as two bytes."""


def _of_hdf5(name: str, item: Any) -> Tensor:
    """An array of the file; what lies beside the weights has its role."""
    role = _BESIDE.get(re.split(r"[/_]", name)[0], "")
    own = re.sub(r"^(model_weights|layers)/|:0$", "", printable(name))
    dtype = "bfloat16" if item.dtype.str == BFLOAT16 else str(item.dtype)
    return Tensor(own, dtype, item.shape, item.size * item.dtype.itemsize, role)


def _class_of(name: str) -> str:
    """The class of a layer that bears its name in snake case, and a number."""
    stem = re.sub(r"_\d+$", "", name)
    known = {
        re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", each).lower(): each
        for each in WEIGHTS
    }
    plain = "".join(word.capitalize() for word in stem.split("_"))
    return known.get(stem, re.sub(r"(\d)d", r"\1D", plain))


def _frozen(model: Any) -> Iterator[str]:
    """The names of the layers that the configuration of a model says training leaves alone."""
    waiting = [model]
    for value in waiting:
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if value.get("trainable") is False:
                yield str(value.get("name"))
            waiting += value.values()


def _numbered(tensors: list[Tensor], names: Mapping[str, str]) -> list[Tensor]:
    """The tensors with the roles that the classes of their layers give, where these are known."""
    named = [_NUMBERED.fullmatch(each.name) for each in tensors]
    counts = Counter(match["layer"] for match in named if match)
    found = []
    for tensor, match in zip(tensors, named, strict=True):
        if match is not None and not tensor.role:
            kind = match["kind"]
            kind = kind if kind in STATES else names.get(match["layer"], kind)
            # That wrapper holds the kernel of the layer within it once more.
            role = {"spectral_normalization": Role.TIED}.get(kind, Role.PARAMETER)
            if int(match["at"]) >= counts[match["layer"]] - STATES.get(kind, 0):
                role = Role.BUFFER
            tensor = tensor.but(role=Role.OTHER if kind == "seed_generator" else role)
        found.append(tensor)
    return found
