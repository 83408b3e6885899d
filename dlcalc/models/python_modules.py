"""Modules and values of models in Python: layers, containers, and what is known of a tensor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcalc.errors import InputError
from dlcalc.models import foreign
from dlcalc.models import python_language as python
from dlcalc.models.foreign import bound, spec_of
from dlcalc.models.python_language import Class, Unknown
from dlcalc.models.tree import Layer
from dlcalc.numbers.sizes import span

CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "Model")
PARAMETER, ARRAY, POSITIONS = "Parameter", "array", "positions"
"""Modules that are bare numbers: trained, not trained, or a table that positions look up."""
WINDOWS = ("conv", "conv_transpose", "dwconv", "maxpool", "avgpool")
IS = {
    name: re.compile(words.replace(" ", "|")).fullmatch
    for name, words in foreign.TABLE["pattern"].items()
}
"""Whether a name is of one kind: `kept` a function whose value is as the first argument, …"""


@dataclass(eq=False)
class Tensor:
    """A value of the graph: what the model takes, or what a layer gives."""

    name: str
    rank: int = 0
    """Axes without the batch; 0 where not known."""
    width: int = 0
    """Channels or features; 0 where not known."""
    last: bool = False
    """Whether channels or features lie last though there are other axes."""
    turned: Tensor | None = None
    """What this is the transpose of."""
    zeros: tuple[tuple[int, ...], ...] = ()
    """Zeros around it, for the window behind it to take in."""
    source: tuple[Module, Tensor] | None = None
    """The linear layer that gives it, and what that takes."""
    states: int = 0
    """Directions whose last states it holds end to end, of a recurrent layer's."""


class Heads(Tensor):
    """What a linear layer gives, divided into queries, keys and values, or what comes of them."""

    def __init__(self, given: Tensor, pieces: int = 1, heads: int = 0, each: int = 0) -> None:
        super().__init__(given.name, given.rank, given.width, given.last)
        self.given = given
        self.pieces = pieces
        """Parts that it still has to be divided into."""
        self.heads = heads
        self.each = each
        """Features of a head."""
        self.met: tuple[Heads, ...] = ()
        """Queries and keys whose scores these are, and values that were summed by them."""


@dataclass(eq=False)
class Sizes(Unknown):
    """The shape of a tensor, or a part of it."""

    tensor: Tensor


@dataclass(eq=False)
class Size(Unknown):
    """The size of one axis, or the gap between two such sizes."""

    gap: bool = False


class Module(python.Object):
    """A layer, a container of layers, a parameter, or an object of a class of the text."""

    def __init__(
        self, kind: str, given: Sequence[Any] = (), named: Mapping[str, Any] | None = None,
        cls: Class | None = None, parts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(cls)
        self.kind = kind
        self.given = given
        self.named = dict(named or {})
        self.parts = dict(parts or {})
        self.name = str(self.named.get("name") or "")
        self.times = 0
        """How often print(model) says that it repeats."""
        self.tied: Module | None = None
        """The layer whose weights it has."""
        self.frozen = False
        self.ran: list[Layer] = []
        """What it is in the notation, where it has run."""
        self.calls = 0
        """How often it has run, since it was a part of attention."""
        self.entry: tuple[Tensor | None, tuple[int, ...] | None] = None, None
        """What a Sequential of Keras says that it takes, and its sizes."""

    @property
    def container(self) -> str:
        """The kind of container that it is; nothing where it is none."""
        kind = self.cls.framework if self.cls else self.kind
        return kind if kind in CONTAINERS else ""

    @property
    def is_layer(self) -> bool:
        """Whether it holds no other modules."""
        return self.cls is None and not self.container

    @property
    def arguments(self) -> dict[str, Any]:
        """What its call says, by the notation's names."""
        return bound(self.kind, self.given, self.named) if spec_of(self.kind) else {}

    @property
    def inputs(self) -> int:
        """The channels or features that its code gives a layer."""
        found = self.arguments.get("inputs", self.arguments.get("normalized"))
        return found if type(found) is int else 0

    @property
    def told(self) -> dict[str, Any]:
        """What stands beside the arguments of a layer that holds parameters."""
        return {"frozen": True} if self.frozen else {}

    @property
    def first(self) -> Module:
        """The innermost of the containers that a value comes into first."""
        parts = [each for each in self.parts.values() if isinstance(each, Module)]
        return self if self.entry[0] or not parts or not self.container else parts[0].first

    def layers(self, rank: int = 0) -> list[Layer]:
        """What it is in the notation, of a value of so many axes."""
        if self.kind == POSITIONS:
            return [Layer("position", (self.given[0][0],), {}, self.name)]
        if self.kind == PARAMETER:
            shape = tuple(self.given[0])
            size = shape[0] if len(shape) == 1 else shape or 1
            return [Layer("weight", (size,), self.told, self.name)]
        if not spec_of(self.kind):
            return []
        if self.named.get("data_format") == "channels_first":
            raise InputError(f"{self.kind} with its channels first is not followed in Keras code")
        made = foreign.layers_of(self.kind, self.given, self.named, self.name, rank)
        said = [each for layer in made for each in (*layer.arguments, *layer.options.values())]
        for each in python.flat([*python.flat(said)]):
            if not isinstance(each, int | float | str | tuple | None):
                raise InputError(f"an argument of {self.kind} is no number that is known here")
        return made

    def leaves(
        self, path: str = "", seen: set[int] | None = None, listed: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """The layers within it by their paths, each once; those in plain lists if `listed`."""
        seen = set() if seen is None else seen
        if id(self) in seen:
            return
        seen.add(id(self))
        if self.is_layer:
            yield path, self
        for name, part in self.parts.items():
            pairs: Any = [("", part)]
            if listed and isinstance(part, list | tuple | dict):  # which Keras finds, too
                pairs = part.items() if isinstance(part, dict) else enumerate(part)
            for key, each in pairs:
                if isinstance(each, Module):
                    inner = ".".join(filter(None, (path, name, str(key))))
                    yield from each.leaves("" if each.times else inner, seen, listed)  # its own


def is_parameter(value: Any) -> bool:
    """Whether it is bare numbers."""
    return isinstance(value, Module) and value.kind in (PARAMETER, ARRAY, POSITIONS)


def part_of_module(module: Module, index: Any) -> Any:
    """A module of a container, or several of them as one."""
    if is_parameter(module):
        return module
    if module.container == "ModuleDict":
        return module.parts[index]
    whole = list(module.parts.values())
    if not isinstance(index, slice):
        return whole[index]
    return Module(module.kind, parts={str(at): each for at, each in enumerate(whole[index])})


def copied(value: Any) -> Any:
    """A module with layers of its own."""
    if isinstance(value, list | tuple):
        return type(value)(map(copied, value))
    if not isinstance(value, Module):
        return value
    parts = {name: copied(each) for name, each in value.parts.items()}
    made = Module(value.kind, value.given, value.named, value.cls, parts)
    made.frozen = value.frozen
    return made


def axes_of(kind: str) -> int:
    """How many axes the name of a layer says that its images have; 0 where it says none."""
    found = re.search(r"[123](?=[dD])", kind)
    return int(found[0]) if found else 0


def least_input(layer: Layer, kind: str, inputs: int) -> tuple[int, ...]:
    """The smallest input that a layer of a class takes, of so many channels or features."""
    if layer.type in WINDOWS:
        kernel, apart = layer.arguments[-1], layer.options.get("dilation", 1)
        kernel = kernel if isinstance(kernel, tuple) else (kernel,) * axes_of(kind)
        apart = apart if isinstance(apart, tuple) else (apart,) * len(kernel)
        return inputs, *map(span, kernel, apart)
    if layer.type in ("embedding", "weight"):
        return (1,)
    if layer.type in ("attention", "lstm", "gru", "rnn"):
        return (1, inputs)
    return (inputs, 1, 1) if layer.type in ("groupnorm", "instancenorm") else (inputs,)
