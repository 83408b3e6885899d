"""A model as it is written: layers in order, blocks that repeat or join them, and their names.

Plain slotted classes and not dataclasses: every command that counts loads this file,
and a dataclass costs a millisecond to define.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.typed import Any

Shape = tuple[int, ...]
Value = Any
"""An argument: a whole number, a float, a word, yes or no, or a tuple with one an axis."""

MOST_LAYERS = 200_000
"""Layers after all repeats; more are refused before anything is expanded."""
MOST_NESTING = 100
"""Blocks within blocks."""

SHARED = "shared"


class Kind:
    """What a block is, by the word that it begins with."""

    REPEAT, SUM, SCALE, CONCAT, BRANCH = "repeat", "sum", "scale", "concat", "branch"
    ASIDE = "aside"
    """Layers whose output goes nowhere here: a pooler, or a tower with an input of its own."""
    BUILT = "built"
    """Layers that are held and do not run: attention to another model that is not there."""
    JOINS = (SUM, SCALE, CONCAT)
    ALL = (REPEAT, *JOINS, BRANCH, ASIDE, BUILT)


class Layer:
    """One layer as written: its type, arguments in order, and options by name."""

    __slots__ = ("arguments", "name", "options", "place", "type")

    def __init__(
        self, type: str, arguments: Sequence[Value] = (),
        options: Mapping[str, Value] | None = None, name: str = "", place: str = "",
    ) -> None:
        self.type = type
        self.arguments = tuple(arguments)
        self.options: Mapping[str, Value] = options or {}
        self.name = name
        self.place = place

    @property
    def text(self) -> str:
        """The layer in its notation, without its name.

        >>> Layer("conv", (6, (5, 3)), {"pad": ((1, 2),), "bias": False}).text
        'conv 6 5x3 pad=1:2 bias=no'
        """
        words = [self.type, *(written(value) for value in self.arguments)]
        words += [f"{key}={written(value)}" for key, value in self.options.items()]
        return " ".join(words)


class Block:
    """Layers that repeat, branches that join (`sum`, `scale`, `concat`), one branch, or asides."""

    __slots__ = ("axis", "body", "count", "first", "input", "kind", "name", "place", "shared")

    def __init__(
        self, kind: str, body: Sequence[Node], count: int = 1, first: int = 0,
        axis: int = 0, name: str = "", place: str = "", input: Shape | None = None,
        shared: bool = False,
    ) -> None:
        self.kind = kind
        self.body = tuple(body)
        self.count = count
        self.first = first
        self.axis = axis
        self.name = name
        self.place = place
        self.input = input
        """The input of an aside that has one of its own."""
        self.shared = shared
        """Whether all turns of a repeat have the parameters of the first."""

    def replaced(self, **changes: Any) -> Block:
        """This block with another body, count, first index or name."""
        return Block(**{name: getattr(self, name) for name in self.__slots__} | changes)


Node = Layer | Block


class Again:
    """Layers without names that are written in the same words, many times in a row."""

    __slots__ = ("body", "count", "lines", "made")

    def __init__(self, body: Sequence[Layer], count: int, lines: int = 0) -> None:
        self.body = body
        """They as they are written for the first of these times."""
        self.count = count
        self.lines = lines
        """Lines from one time to the next, where their places tell the line."""
        self.made = {0: body}

    def turn(self, index: int) -> Sequence[Layer]:
        """They as they are written for one of the times, the same objects whenever asked."""
        if index not in self.made:
            self.made[index] = [
                Layer(each.type, each.arguments, each.options, "", self._place(each, index))
                for each in self.body
            ]
        return self.made[index]

    def _place(self, layer: Layer, index: int) -> str:
        file, colon, line = layer.place.rpartition(":")
        return f"{file}{colon}{int(line) + index * self.lines}" if self.lines else layer.place

    def steps(self) -> dict[str, int]:
        """How many layers of each type are there each time."""
        return Counter(layer.type for layer in self.body)


class Folded(Sequence[Node]):
    """The layers of a model, those that are written many times made where one looks at them."""

    def __init__(self, parts: Sequence[Node | Again]) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[Node]:
        for part in self.parts:
            if isinstance(part, Again):
                for index in range(part.count):
                    yield from part.turn(index)
            else:
                yield part

    def __len__(self) -> int:
        return sum(len(part.body) * part.count if isinstance(part, Again) else 1
                   for part in self.parts)

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]


def folded(parts: Sequence[Node | Again]) -> Sequence[Node]:
    """The layers of a model; all are made where a number of theirs is another's own name."""
    again = {layer.type for part in parts if isinstance(part, Again) for layer in part.body}
    body = Folded(parts)
    named = (part.name for part in _in_scope(parts) if not isinstance(part, Again))
    clash = again and any(name.rstrip("0123456789") in again for name in named)
    return tuple(body) if clash or not again else body


def parts_of(body: Sequence[Node]) -> Sequence[Node | Again]:
    """Layers, those that are written many times as one part."""
    return body.parts if isinstance(body, Folded) else body


class Model:
    """A whole model: its layers, the input it expects, and what is published of it."""

    __slots__ = (
        "body", "config", "counts", "held", "input", "name", "notes", "published", "runner",
        "source", "takes",
    )

    def __init__(
        self, body: Sequence[Node], input: Shape | None = None, name: str = "",
        source: str = "", published: Mapping[str, Value] | None = None,
    ) -> None:
        self.body = body if isinstance(body, Folded) else tuple(body)
        self.input = input
        self.name = name
        self.source = source
        self.published: Mapping[str, Value] = published or {}
        self.notes: tuple[str, ...] = ()
        """What its file says and nothing reads, a sentence each."""
        self.counts: list[tuple[Any, Any]] = []
        """What was asked of it, and its counts."""
        self.runner: Any = None
        """What ran it on numbers, and keeps how."""
        self.config = False
        """Whether a config.json described it, for which one library alone has the layers."""
        self.held = ""
        """What that config.json says of the type of the weights, if not float32."""
        self.takes: Mapping[int, int] = {}
        """The channels or features that code gives a layer, by the layer's identity."""

    def __getstate__(self) -> tuple[None, dict[str, Any]]:
        """All but what ran it, whose functions bear no names to be pickled by."""
        return None, {**{name: getattr(self, name) for name in self.__slots__}, "runner": None}

    def replaced(self, body: Sequence[Node]) -> Model:
        """This model with other layers."""
        return Model(body, self.input, self.name, self.source, self.published)


def written(value: Value) -> str:
    """A value as the notation writes it.

    >>> written(True), written((2, 1)), written(((1, 2), (0, 1))), written(0.5)
    ('yes', '2x1', '1:2x0:1', '0.5')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, tuple):
        return str(value)
    return "x".join(
        ":".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value
    )


def count_layers(body: Sequence[Node]) -> int:
    """Layers after all repeats, by multiplying and not by expanding.

    >>> count_layers([Block(Kind.REPEAT, [Layer("relu"), Layer("relu")], count=10**30)])
    2000000000000000000000000000000
    """
    return sum(
        1 if isinstance(node, Layer) else node.count * count_layers(node.body)
        for node in parts_of(body)
    )


def layers_in(body: Sequence[Node]) -> Iterator[Layer]:
    """The layers as written, in order, those of a repeat once."""
    for node in body:
        if isinstance(node, Layer):
            yield node
        else:
            yield from layers_in(node.body)


def check_limits(body: Sequence[Node]) -> None:
    """Refuse a model of too many layers, at once: LimitError with their number and the place."""
    layers = count_layers(body)
    if layers > MOST_LAYERS:
        number = f"{layers:,}" if layers < 10**15 else "more than 10^15"
        error = LimitError(
            f"{number} layers after all repeats; at most {MOST_LAYERS:,} are counted"
        )
        most = max(body, key=lambda node: count_layers([node]))
        raise at_node(error, most) if isinstance(most, Block) else error


def at_node(error: DlcalcError, node: Node) -> DlcalcError:
    """The error with the place and the text of the layer or block it befell."""
    text = node.text if isinstance(node, Layer) else node.kind
    error.at(f"{node.name}: {text}" if node.name else text)
    return error.at(node.place) if node.place else error


def name_nodes(body: Sequence[Node | Again]) -> dict[int, str]:
    """The name of every layer and block within its scope, by the node's identity.

    A scope is the model, or a block with a name of its own (a repeat always has one).
    Raises InputError where one scope has the same name twice.
    """
    names: dict[int, str] = {}
    _name_scope(body, names)
    return names


def _name_scope(body: Sequence[Node | Again], names: dict[int, str]) -> None:
    nodes = _in_scope(body)
    taken: set[str] = set()
    spans: dict[str, list[range]] = {}
    for node in nodes:
        if not isinstance(node, Again) and node.name and not _is_free(node, taken, spans):
            raise at_node(InputError(f"the name {node.name} is given twice"), node)
    numbers: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, Again):
            names |= {id(layer): _number(layer, taken, numbers) for layer in node.body}
            for type, step in node.steps().items():
                numbers[type] += step * (node.count - 1)
            continue
        names[id(node)] = node.name or _number(node, taken, numbers)
        if isinstance(node, Block) and is_scope(node) and not all(
                id(each) in names for each in node.body):  # a repeat's, which another has, too
            _name_scope(node.body, names)


def _in_scope(body: Sequence[Node | Again]) -> list[Node | Again]:
    """The nodes of a scope, in order; a block without a name opens none of its own."""
    found: list[Node | Again] = []
    for node in body:
        found.append(node)
        if isinstance(node, Block) and not is_scope(node):
            found += _in_scope(node.body)
    return found


def is_scope(block: Block) -> bool:
    """Whether names within the block begin with the block's own."""
    return block.kind == Kind.REPEAT or bool(block.name)


def _is_free(node: Node, taken: set[str], spans: dict[str, list[range]]) -> bool:
    """Take the node's name; repeats may share one where their indices differ."""
    if isinstance(node, Block) and node.kind == Kind.REPEAT:
        indices = range(node.first, node.first + node.count)
        others = spans.setdefault(node.name, [])
        free = (node.name not in taken or bool(others)) and all(
            indices.stop <= other.start or other.stop <= indices.start for other in others
        )
        others.append(indices)
    else:
        free = node.name not in taken
    taken.add(node.name)
    return free


def _number(node: Node, taken: set[str], numbers: dict[str, int]) -> str:
    kind = node.type if isinstance(node, Layer) else node.kind
    if kind in (Kind.BRANCH, Kind.ASIDE, Kind.BUILT):
        return ""
    while True:
        numbers[kind] = numbers.get(kind, 0) + 1
        name = f"{kind}{numbers[kind]}"
        if name not in taken:
            return name


def with_names(body: Sequence[Node], names: dict[int, str]) -> list[Node]:
    """The same layers with their numbered names made their own."""
    named: list[Node] = []
    for node in body:
        name = names[id(node)]
        if isinstance(node, Layer):
            named.append(Layer(node.type, node.arguments, node.options, name, node.place))
        else:
            own = name if node.kind == Kind.REPEAT else node.name
            named.append(node.replaced(body=with_names(node.body, names), name=own))
    return named
