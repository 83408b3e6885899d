"""What is done to the values of a model in Python: layers, operations, attention written out.

Each is a step of a graph; what is known of a value's axes and channels goes with it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dlcalc.errors import InputError
from dlcalc.input.expressions import Fields, facts
from dlcalc.layers.table import bind, complete, handler
from dlcalc.models import foreign
from dlcalc.models import python_language as python
from dlcalc.models.foreign import JOINED
from dlcalc.models.python_language import Follower, Unknown
from dlcalc.models.python_modules import (
    ARRAY,
    IS,
    WINDOWS,
    Heads,
    Module,
    Size,
    Sizes,
    Tensor,
    axes_of,
    is_parameter,
    part_of_module,
)
from dlcalc.models.translation import Step
from dlcalc.models.tree import Kind, Layer, Node

WRITTEN_OUT = "attention that is written out in this way is not followed here"
FUNCTIONS = {
    name.lower(): name
    for pattern, spec in foreign.LAYERS.items()
    if "(" not in pattern and not IS["holding"](spec.split()[0])
    for name in foreign.names_of(pattern)
}
"""Classes without parameters by their names in small letters, as functions are called."""
WORDS = foreign.TABLE["word"]
"""Functions by other names."""
BEHIND = {type: facts(text) for type, text in foreign.TABLE["behind"].items()}
"""What is known of the value that a layer of a type gives."""


class Graph(Follower):
    """Follows what is done to what layers give."""

    def __init__(self, printed: bool) -> None:
        super().__init__()
        self.printed = printed
        """Whether containers are shown in order and no code says how they run."""
        self.steps: list[Step] = []
        self.count = 0
        """Values of the graph."""
        self.sizes: tuple[int, ...] | None = None
        """The shape of the input, where Keras's code gives one."""
        self.takes: dict[int, int] = {}
        """The channels that the code gives a layer, by the layer's identity."""
        self.within: set[Layer] = set()
        """Linear layers that are a part of attention, and run nowhere else."""

    def tensor_of(self, value: Any) -> Tensor:
        """The one value that something gives."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list | tuple):
            found = [each for each in value if isinstance(each, Tensor | tuple)]
            if not found:
                raise InputError("gives nothing that came through a layer")
            return self.tensor_of(found[0])
        if isinstance(value, Tensor):
            return value
        raise InputError("takes something that came through no layer, or that is not followed here")

    def step(
        self, taken: Sequence[Tensor], layers: Sequence[Node] = (), join: str = "", axis: int = 0
    ) -> Tensor:
        """A place of the graph more; what it gives is as what it takes."""
        if any(isinstance(each, Heads) for each in taken):
            raise InputError("a part of what a layer gives cannot be said")
        self.count += 1
        name = f"value {self.count} of line {self.line}"
        self.steps.append(Step(name, tuple(each.name for each in taken), tuple(layers), join, axis))
        return Tensor(name, taken[0].rank, taken[0].width, taken[0].last)

    def placed(self, module: Module, taken: Tensor) -> Tensor:
        """The step of a layer, with what its name, its ties and its input make of it."""
        again, inputs = module.ran, module.inputs
        module.calls += 1
        made: list[Layer] = []
        before = taken
        _require_channels(module, taken.rank)
        for layer in module.layers(taken.rank):
            made.append(_fitted(layer, module, before))
            if layer.type in WINDOWS:  # which has taken the zeros in
                before = replace(taken, zeros=())
        if again:
            self._give_names(again)
            made = [_shared(layer, owner) for layer, owner in zip(made, again, strict=True)]
        for layer in made:
            bind(layer.type, layer.arguments, dict(layer.options), handler(layer.type))
        if module.kind == "PReLU" and (self.sizes or "shared_axes" in module.named):
            made[0] = Layer("prelu", (_slopes(module, taken),), made[0].options, made[0].name)
        if inputs:
            self.takes[id(made[0])] = inputs
            if not taken.width:
                taken.width = inputs
                taken.last = taken.rank == 2 and module.kind in ("Linear", "LayerNorm")
        if module.tied is not None and not module.tied.ran:
            module.tied.tied = module
        module.ran = again or made
        given = self.step((taken,), made)
        for layer in made:
            _behind(given, layer, module.kind)
        given.source = (module, taken) if module.kind == "Linear" else None
        return given

    def _give_names(self, layers: Sequence[Layer]) -> None:
        """Name layers of Keras, which need no name, for those that share their parameters."""
        for at, each in enumerate(layers if self.sizes else ()):
            if IS["holding"](each.type):
                each.name = each.name or f"shared_{self.count}_{at}"

    def applied(self, kind: str, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        """A layer without parameters takes a value."""
        return self.placed(Module(kind, given, named), taken)

    def plain(self, taken: Tensor, *layers: tuple[Any, ...]) -> Tensor:
        """Layers of the notation, by type and arguments."""
        made = [Layer(type, arguments) for type, *arguments in layers]
        given = self.step((taken,), made)
        for each in made:
            _behind(given, each, "Global" if each.type == "flatten" and made[1:] else "")
        return given

    def is_known(self, value: Any) -> bool:
        """Whether a value can be computed with here; what a layer gives cannot."""
        return super().is_known(value) and not isinstance(value, Tensor)

    def operated(self, op: ast.AST, left: Any, right: Any) -> Any:
        """What an operator makes of two values, some of which a layer may have given."""
        both = left, right
        if isinstance(op, ast.Is | ast.IsNot):
            return super().operated(op, left, right)
        if isinstance(right, Module) and isinstance(left, int) and self.printed:
            right.times = left
            return right
        if any(isinstance(each, Tensor) or is_parameter(each) for each in both):
            name = type(op).__name__.lower()
            return self.operation(WORDS.get(name, name), list(both), {})
        unknown = any(isinstance(each, Unknown) for each in python.flat(both))
        if isinstance(op, ast.cmpop) and unknown:
            return _compared_shapes(op, *both)
        sizes = [each for each in both if isinstance(each, Size)]
        if any(each.gap for each in sizes) or (len(sizes) == 2 and isinstance(op, ast.Sub)):
            return Size(gap=True)
        return super().operated(op, left, right)

    def unpacked(self, value: Any, count: int) -> Sequence[Any]:
        """The elements that are given to so many names; of a shape, that is its axes."""
        if not isinstance(value, Unknown):
            return super().unpacked(value, count)
        if isinstance(value, Sizes) and not value.tensor.rank:
            value.tensor.rank = count - 1
            value.tensor.last = count == 3 and value.tensor.width > 0
        return [self.part_of(value, at) for at in range(count)]

    def items(self, value: Any) -> list[Any]:
        """The elements of a value: modules of a container, pieces of what a layer gives."""
        if isinstance(value, Heads) and value.pieces > 1:
            return [self.part_of(value, at) for at in range(value.pieces)]
        if isinstance(value, Module) and value.container:
            parts = value.parts
            found: list[Any] = list(parts if value.container == "ModuleDict" else parts.values())
            self.charge(range(len(found)))
            return found
        if isinstance(value, Sizes):
            return [Unknown()]  # whatever is made of all sizes is not known
        return super().items(value)

    def part_of(self, value: Any, index: Any) -> Any:
        """An element of a value: a module, the size of an axis, a step of a sequence."""
        if isinstance(value, Module):
            return part_of_module(value, index)
        if isinstance(value, Sizes):
            return self._sizes(value.tensor, index)
        if isinstance(value, Heads) and value.pieces > 1 and isinstance(index, int):
            return Heads(value.given, 1, value.heads, value.each)
        if not isinstance(value, Tensor):
            return super().part_of(value, index)
        if value.states or isinstance(value, Heads):
            return value
        places = [
            each[0] if isinstance(each, list) and len(each) == 1 else each
            for each in (index if isinstance(index, tuple) else [index])
        ]
        others = [each for at, each in enumerate(places) if at != 1]
        if len(places) > 1 and type(places[1]) is int and value.rank in (0, 2) and all(
            each == slice(None) for each in others
        ):
            return self.plain(value, ("select", places[1]))
        if all(each == slice(None) or each is Ellipsis for each in places):
            return value
        raise InputError("a part of what a layer gives cannot be said, but one step of a sequence")

    def _sizes(self, tensor: Tensor, index: Any) -> Any:
        if isinstance(index, slice):
            if not tensor.rank:
                return Sizes(Tensor(tensor.name))  # from which axis on, is not known
            return tuple(self._sizes(tensor, at) for at in range(tensor.rank + 1))[index]
        last = tensor.last or tensor.rank == 1 or self.sizes is not None
        known = tensor.width and index in ((-1, tensor.rank) if last else (1,))
        return tensor.width if known else Size()

    def operation(self, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """What a function or method gives for values of the graph."""
        word = WORDS.get(name, name).strip("_")
        if word in JOINED and not all(isinstance(each, Heads) for each in given[:2]):
            return self._combine(word, given, named)
        first = given[0]
        if isinstance(first, Heads) and not word.startswith("_"):
            return self._of_heads(name, word, first, given[1:])
        if isinstance(first, Tensor) and first.states and IS["same_states"](word):
            return first
        own = getattr(self, f"_do_{word}", None)
        if own is not None and isinstance(first, Tensor):
            try:
                return own(first, *given[1:], **named)
            except TypeError:
                raise InputError(f"{name} with these arguments is not followed here") from None
        if IS["kept"](word) or (
            is_parameter(first) and not any(isinstance(each, Tensor) for each in given)
        ):
            return first
        kind = FUNCTIONS.get(word.replace("_", ""))
        if kind and isinstance(first, Tensor):
            if re.match("(Avg|Max)Pool", kind) and any(
                isinstance(each, Unknown) for each in python.flat(given[1:2])
            ):
                return self.applied(f"Adaptive{kind}", first, 1)  # a window as large as the image
            keep = {key: each for key, each in named.items() if not isinstance(each, Unknown)}
            return self.applied(kind, first, *given[1:], **keep)
        raise InputError(f"{name}(…) of what a layer gives is not followed here")

    def _combine(self, word: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Where several values meet, or one meets a number or a parameter."""
        values = list(given[0]) if isinstance(given[0], list | tuple) else given[:2]
        join = JOINED[word]
        if join == Kind.CONCAT and all(isinstance(e, Tensor) and e.states > 1 for e in values):
            return values[0]  # both directions, which it has already
        parameters = [each for each in values if is_parameter(each)]
        found = [each for each in values if isinstance(each, Tensor)]
        if not found:
            return parameters[0]
        if parameters and join == Kind.CONCAT:
            [parameter] = parameters
            count = [*(1, *parameter.given[0])][-2]
            parameter.ran = [Layer("prepend", (count,), {}, parameter.name)]
            return self.step(found[:1], parameter.ran)
        for parameter in parameters:
            if not parameter.ran and parameter.kind != ARRAY:
                parameter.ran += parameter.layers()
                found[0] = self.step(found[:1], parameter.ran)
        if len(found) < 2:
            return found[0]
        return self._concatenated(found, given[1:], named) if join == Kind.CONCAT else self.step(
            found, (), join
        )

    def _concatenated(
        self, values: Sequence[Tensor], given: Sequence[Any], named: Mapping[str, Any]
    ) -> Tensor:
        """Several values end to end, along an axis that is counted without the batch."""
        rank = max(each.rank for each in values)
        keras = "keras" in named or self.sizes is not None
        axes = [each for each in (*given, named.get("dim"), named.get("axis")) if type(each) is int]
        axis = (axes or [-1 if keras else 0])[0]
        if axis < 0 and not rank:
            raise InputError(f"which axis {axis} is, is not known: count it from the front")
        axis = axis + rank if axis < 0 else axis - 1
        if axis < 0:
            raise InputError("values laid end to end along the batch cannot be said")
        if rank > 2 and (keras or "axis" in named):
            axis = (axis + 1) % rank
        made = self.step(values, (), Kind.CONCAT, axis)
        widths = [each.width for each in values]
        if all(widths) and (made.rank != 2 or axis == int(made.last)):
            made.width = sum(widths)
        return made

    def _do_size(self, taken: Tensor, dim: Any = None) -> Any:
        return Sizes(taken) if dim is None else self._sizes(taken, dim)

    def _do_dim(self, taken: Tensor) -> Any:
        return taken.rank + 1 if taken.rank else Unknown()

    def _do_flatten(
        self, taken: Tensor, start_dim: Any = 0, end_dim: Any = -1, **named: Any
    ) -> Tensor:
        if start_dim == 2 and taken.rank in (0, 3) and end_dim in (-1, 3):
            return self._turned(self.plain(taken, ("sequence",)))
        if start_dim in (0, 1) and end_dim in (-1, taken.rank):
            return taken if taken.rank == 1 else self.plain(taken, ("flatten",))
        if start_dim == taken.rank or (start_dim, end_dim) == (0, 1):
            return taken
        raise InputError(f"flatten from axis {start_dim} to {end_dim} cannot be said")

    def _do_view(self, taken: Tensor, *sizes: Any, **named: Any) -> Tensor:
        first = sizes[0] if sizes else named.get("shape")
        if isinstance(first, Unknown) and len(sizes) == 1:
            return taken  # the shape of another value
        whole = list(first) if isinstance(first, list | tuple) else list(sizes)
        by_heads = self._by_heads(taken, whole)
        if by_heads is not None:
            return by_heads
        rest = [each if type(each) is int else -1 for each in whole[1:]]
        width = taken.width
        if not rest or (taken.rank == 2 and rest == [width]):
            return taken
        if rest == [-1]:
            return taken if taken.rank == 1 else self.plain(taken, ("flatten",))
        if rest == [width, -1] and taken.rank == 3:
            return self._do_flatten(taken, 2)
        if min(rest) > 0:
            return self.plain(taken, ("reshape", rest[0] if len(rest) == 1 else tuple(rest)))
        if rest == [width, *([-1] * (len(rest) - 1))] and taken.rank == len(rest):
            return taken
        raise InputError("its sizes are not in numbers that are known here")

    def _do_unflatten(
        self, taken: Tensor, dim: Any, sizes: Any = (), unflattened_size: Any = ()
    ) -> Tensor:
        if dim not in (1, -1) or taken.rank > 1:
            raise InputError("unflatten of another axis than the first cannot be said")
        return self._do_view(taken, -1, *sizes, *unflattened_size)

    def _do_permute(self, taken: Tensor, *axes: Any, **named: Any) -> Tensor:
        order = list(axes[0] if axes and isinstance(axes[0], list | tuple) else axes)
        if all(type(each) is int and each > 0 for each in order):  # Keras's, behind the batch
            order = [0, *order]
        order = [each % len(order) if type(each) is int else each for each in order]
        if order in ([0, 2, 3, 1], [0, 3, 1, 2]):
            made = self.step((taken,))
            made.rank, made.last = 3, order[-1] == 1
            return made
        if order == [0, 2, 1]:
            return self._turned(taken)
        if order in ([0, 1, 2], [1, 0, 2]):  # the batch, before or behind the steps
            return taken
        raise InputError(f"permute to {order} cannot be said")

    def _do_transpose(self, taken: Tensor, dim0: Any = 1, dim1: Any = 2, **named: Any) -> Tensor:
        axes = {dim0, dim1}
        if axes in ({1, 2}, {-1, -2}, {1, -1}, {2, -2}):
            return self._turned(taken)
        if axes == {0, 1}:
            return taken
        raise InputError(f"transpose of axes {sorted(axes)} cannot be said")

    def _turned(self, taken: Tensor) -> Tensor:
        if taken.turned is not None:
            return taken.turned
        if taken.rank > 2:
            raise InputError("a transpose of an image cannot be said")
        made = self.plain(taken, ("transpose",))
        made.rank, made.last, made.turned = 2, not taken.last, taken
        return made

    def _do_mean(self, taken: Tensor, dim: Any = None, keepdim: Any = False, **named: Any) -> Any:
        dim = named.get("axis", dim)
        axes = set(dim if isinstance(dim, list | tuple) else [dim])
        keras = self.sizes is not None or "axis" in named
        image = axes in (({1, 2}, {-2, -3}) if keras else ({2, 3}, {-1, -2}))
        layers: list[tuple[str, ...]] = [("globalpool",)]
        if axes in ({1}, {-2}) and taken.rank == 2 and taken.last:
            layers = [("transpose",), ("globalpool",)]
        elif not (image and taken.rank in (0, 3)) and not (
            axes in ({2}, {-1}) and taken.rank == 2 and not taken.last
        ):
            raise InputError(f"a mean over axis {dim} of what is taken here cannot be said")
        if not named.get("keepdims", keepdim):
            layers.append(("flatten",))
        return self.plain(taken, *layers)

    def _do_max(self, taken: Tensor, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], Tensor):
            return self._combine("maximum", [taken, given[0]], {})
        return self._do_mean(taken, *given, **named), Unknown()

    def _do_layer_norm(
        self, taken: Tensor, shape: Any, weight: Any = None, bias: Any = None, eps: Any = None
    ) -> Tensor:
        whole = {"elementwise_affine": weight is not None, "bias": bias is not None}
        module = Module("LayerNorm", [shape], whole)
        module.name = weight.name.rpartition(".")[0] if weight is not None else ""
        made = self.placed(module, taken)
        for each in (weight, bias):
            if each is not None:
                each.ran = module.ran
        return made

    def _do_squeeze(self, taken: Tensor, *given: Any, **named: Any) -> Tensor:
        if taken.rank > 2 or (taken.rank == 2 and not taken.last):
            # One place is left of each channel; what has more is refused where it is counted.
            return self.plain(taken, ("reshape", (taken.width,)) if taken.width else ("flatten",))
        return taken

    def _do_pad(self, taken: Tensor, pad: Any = 0, *others: Any, **named: Any) -> Tensor:
        """Zeros, in PyTorch's order: behind each other from the last axis to the first."""
        pad = named.get("padding", pad)
        sides = [pad, pad] if isinstance(pad, int) else list(pad)
        return self._padded(taken, [sides[at : at + 2] for at in range(0, len(sides), 2)][::-1])

    def _do_padding(self, taken: Tensor, padding: Any = 1, **named: Any) -> Tensor:
        """Zeros, as Keras has them: one number, one an axis, or a pair an axis."""
        pairs = [padding] if isinstance(padding, int) or taken.rank < 3 else padding
        return self._padded(taken, [(p, p) if isinstance(p, int) else p for p in pairs])

    def _padded(self, taken: Tensor, pairs: Sequence[Sequence[Any]]) -> Tensor:
        sizes = [each for pair in pairs for each in pair]
        if any(isinstance(each, Size) and each.gap for each in sizes):
            return taken  # where the sizes differ, the values do not meet, which is an error
        if not all(type(each) is int for each in sizes):
            raise InputError("zeros whose number is not known here")
        made = self.step((taken,))
        made.zeros = tuple(map(tuple, pairs))
        return made

    def _do_interpolate(self, taken: Tensor, size: Any = None, scale_factor: Any = None,
                        mode: str = "nearest", **named: Any) -> Tensor:
        if scale_factor is None:
            raise InputError("a size that follows another value cannot be said: give scale_factor")
        return self.applied("Upsample", taken, None, scale_factor, mode)

    def _do_matmul(self, taken: Any, other: Any) -> Tensor:
        if not (is_parameter(other) and len(other.given[0]) == 2):
            raise InputError("a product of two values cannot be said")
        layer = Layer("linear", (other.given[0][1],), {"bias": False}, other.name)
        other.ran = [layer]
        made = self.step((taken,), other.ran)
        _behind(made, layer, "")
        return made

    # Attention that is written out: queries, keys and values by heads, and a projection behind

    def _do_chunk(self, taken: Tensor, count: Any, *axis: Any, **named: Any) -> list[Heads]:
        """As many equal parts of what a linear layer gives."""
        if taken.source is None or not count or taken.width % count:
            raise InputError("a part of what a layer gives cannot be said")
        parts = [Heads(taken) for _ in range(count)]
        for each in parts:
            each.width = taken.width // count
        return parts

    def _do_split(self, taken: Tensor, size: Any, *axis: Any, **named: Any) -> list[Heads]:
        return self._do_chunk(taken, taken.width // size if type(size) is int and size else 0)

    def _by_heads(self, taken: Tensor, sizes: list[Any]) -> Heads | None:
        """What a linear layer gives by heads, as (…, pieces, heads, width) or without pieces."""
        shape = [each if type(each) is int else -1 for each in sizes[2:]]  # -1 is what is left
        known = math.prod(each for each in shape if each > 0)
        if taken.source is None or not taken.width or not taken.last or len(shape) not in (2, 3):
            return None
        if 0 in shape or shape.count(-1) > 1 or taken.width % known:
            return None
        whole = [taken.width // known if each == -1 else each for each in shape]
        if math.prod(whole) != taken.width:
            return None
        return Heads(taken, whole[0] if whole[2:] else 1, *whole[-2:])

    def _of_heads(self, name: str, word: str, first: Heads, given: list[Any]) -> Any:
        """What comes of queries, keys and values."""
        others = [each for each in given if isinstance(each, Heads)]
        if word == "scaled_dot_product_attention" or (word == "matmul" and others):
            made = Heads(first.given)
            made.met = (*(first.met or (first,)), *others)
            return made
        if word == "size":
            return Unknown()
        if word == "unbind":
            return self.items(first) if first.pieces > 1 else [first]
        if word == "view" and not first.heads and not first.met:
            sizes = list(given[0]) if given and isinstance(given[0], list | tuple) else given
            # As if a linear layer of its own gave the part.
            own = Tensor(first.name, first.rank, first.width, first.last, source=first.given.source)
            made = self._by_heads(own, sizes) or first
            made.given = first.given
            return made
        if IS["same_heads"](word) or IS["kept"](word) or word in JOINED:
            return first
        raise InputError(f"{name}(…) of queries, keys and values is not followed here")

    def _attended(self, module: Module, mixed: Heads) -> Tensor:
        """The projection behind attention: the whole of it is one layer."""
        sources = [each.given.source for each in mixed.met if each.given.source is not None]
        projections = [each for each, _ in sources]
        query, key, value = mixed.met
        if not query.heads:
            raise InputError("attention whose heads are not known here")
        # All of a projection goes into this attention, and into no other but the same again.
        before = [each.ran[0] for each in projections if each.ran[0].type == "attention"]
        given = {id(each.given): each.given.width for each in mixed.met}
        if (
            before != 3 * module.ran or [each.calls for each in projections] != [1, 1, 1]
            or sum(given.values()) != sum(each.heads * each.each for each in mixed.met)
        ):
            raise InputError(WRITTEN_OUT)
        x = sources[0][1]
        if any(each is not x for _, each in sources):
            raise InputError("attention of several values cannot be said in the notation")
        arguments = [each.arguments for each in (*projections, module)]
        inputs, units = arguments[0]["inputs"], arguments[3]["units"]
        biases = "".join(
            letter for letter, each in zip("qkvo", arguments, strict=True) if each.get("bias", True)
        )
        options: dict[str, Any] = {} if biases == "qkvo" else {"bias": biases or False}
        options |= {
            name: own for name, own, usual in (
                ("kv_heads", key.heads, query.heads), ("output", units, inputs),
                ("head_width", query.each, inputs // query.heads),
                ("value_width", value.each, query.each),
            ) if own != usual
        }
        name = projections[0].name.rpartition(".")[0] or "attention"
        layer = Layer("attention", (query.heads,), options, name)
        bind("attention", layer.arguments, dict(options), handler("attention"))
        self.takes[id(layer)] = inputs
        owners = module.ran or [layer]
        for each in (*projections, module):
            self.within.update({*each.ran} - {*owners})
            each.ran, each.calls = owners, 0
        made = self.step((x,), [layer if owners == [layer] else _shared(layer, owners[0])])
        made.rank, made.last, made.width = 2, True, units
        return made


def _compared_shapes(op: ast.cmpop, left: Any, right: Any) -> Any:
    """Whether shapes are the same: taken as so, since values of other sizes do not meet."""
    found = [*python.flat([left]), *python.flat([right])]
    widths = [each.tensor.width for each in found if isinstance(each, Sizes)]
    sizes = all(isinstance(each, Size) and not each.gap for each in found)
    whole = len(widths) == 2 or (sizes and isinstance(left, tuple) and isinstance(right, tuple))
    if not whole or not isinstance(op, ast.Eq | ast.NotEq):
        return Unknown()
    return (len({width for width in widths if width}) < 2) == isinstance(op, ast.Eq)


def _fitted(layer: Layer, module: Module, taken: Tensor) -> Layer:
    """A layer with what its input, its ties and its training make of it."""
    word, arguments, options = layer.type, layer.arguments, dict(layer.options)
    if taken.zeros and word in WINDOWS and not options.get("pad"):
        sizes = {size for pair in taken.zeros for size in pair}
        options["pad"] = sizes.pop() if len(sizes) == 1 else taken.zeros
    elif taken.zeros and word != "transpose":
        raise InputError("zeros around what is no window's input cannot be said")
    if taken.rank > 2 and word == "linear" and (taken.last or module.kind == "Dense"):
        word, arguments = "conv", (*arguments, 1)
    if word == "groupnorm" and arguments == (-1,):  # a group a channel
        arguments = (taken.width,)
    if IS["holding"](word) and not module.ran:
        if module.tied is not None and module.tied.ran:
            options["tie"] = module.tied.ran[0].name
        options |= module.told
    return Layer(word, arguments, options, "" if module.ran else layer.name)


def _require_channels(module: Module, rank: int) -> None:
    """Refuse a norm of Keras along other axes than the last, or all of a layer norm's."""
    axis = module.arguments.get("axis", -1)
    axes = {each % (rank + 1) for each in python.flat([axis])} if rank else {0}
    if module.kind.endswith("Normalization") and axis != -1 and axes != {rank} and (
        isinstance(axis, int) or axes != set(range(1, rank + 1))
    ):
        raise InputError(f"axis {axis} of {module.kind} cannot be said in the notation")


def _slopes(module: Module, taken: Tensor) -> int:
    """The slopes of Keras's PReLU: one for each place of its input, but along the shared axes."""
    shared = set(python.flat([module.named.get("shared_axes") or ()]))
    if not taken.rank or not shared.issuperset(range(1, taken.rank)):
        raise InputError("slopes for each place of an image cannot be said: give shared_axes")
    return 1 if taken.rank in shared else taken.width


def _shared(layer: Layer, owner: Layer) -> Layer:
    """A layer that is called again, with the parameters of where it was called first."""
    if not IS["holding"](layer.type):
        return layer
    if not owner.name:
        raise InputError("a layer without a name is called twice")
    return Layer(layer.type, layer.arguments, {**layer.options, "share": owner.name})


def _behind(value: Tensor, layer: Layer, kind: str) -> None:
    """Put down the axes and channels that a layer makes of a value."""
    if axes := axes_of(kind):
        value.rank, value.last = axes + 1, axes == 1 and kind[-1] == "D"
    known = complete(layer.type, layer.arguments, dict(layer.options)) | {
        "kind": kind, "given": value.width, "sizes": [*python.flat(layer.arguments[:1])],
    }
    for name, each in BEHIND.get(layer.type, {}).items():
        setattr(value, name, each(Fields(known)))
