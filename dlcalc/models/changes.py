"""Changes to a model, a layer with other arguments or others in its place; two counts compared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.table import bind, handler, parameters, usual
from dlcalc.models import tree
from dlcalc.models.count import Count, Row, outline, spans, texts
from dlcalc.models.tree import Block, Kind, Layer, Model, Node, Value, is_scope
from dlcalc.numbers.results import Result
from dlcalc.typed import Any, NamedTuple

Replace = Callable[[Node], Sequence[Node]]
"""What stands in the place of a layer or repeat, which has got its name."""


def change(model: Model, layer: str, key: str, value: Value) -> Model:
    """The model with one argument of a layer changed; `repeat` changes a repeat's count.

    Within a repeat, `block.conv1` is that layer in every turn, and `block.0.conv1` in the
    first. Raises InputError for a name or a key that there is not.

    >>> model = Model([Layer("conv", (6, 5), name="C1")])
    >>> change(model, "C1", "kernel", 4).body[0].text
    'conv 6 4'
    """

    def replaced(node: Node) -> Sequence[Node]:
        if isinstance(node, Layer):
            return [with_argument(node, key, value)]
        if key != Kind.REPEAT:
            raise InputError(f"{layer} is a repeat; of it, {layer}.{Kind.REPEAT}=COUNT can be set")
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{layer}.{Kind.REPEAT} is a whole number of at least 1, not {value}")
        return [node.replaced(count=value)]

    return edit(model, layer, replaced)


def with_argument(layer: Layer, key: str, value: Value) -> Layer:
    """The layer with one argument changed or added, written as one would write it.

    >>> with_argument(Layer("conv", (6, 5)), "stride", 2).text
    'conv 6 5 stride=2'
    """
    count = handler(layer.type)
    bound = bind(layer.type, layer.arguments, dict(layer.options), count)
    bind(layer.type, (), {**bound, key: value}, count)  # refuses an unknown key
    bound[key] = value
    names, needed = parameters(count)
    arguments = [bound.pop(name) for name in names[:needed]]
    options = dict(each for each in bound.items() if each not in usual(count).items())
    return Layer(layer.type, arguments, options, layer.name, layer.place)


def edit(model: Model, wanted: str, replace: Replace) -> Model:
    """The model with something else in the place of the layer or repeat of that name.

    A single turn of a repeat is changed by dividing the repeat into those before, the one,
    and those behind.
    """
    # Layers keep their names, whatever comes into the place of one.
    fixed = tree.with_names(model.body, tree.name_nodes(model.body))
    names = tree.name_nodes(fixed)
    body = _edited(fixed, str(wanted), names, replace)
    if body is None:
        near = did_you_mean(wanted, layer_names(model)) or "; dlcalc params names them"
        raise InputError(f"no layer {wanted}{near}")
    return model.replaced(body)


def _edited(
    body: Sequence[Node], wanted: str, names: dict[int, str], replace: Replace
) -> list[Node] | None:
    """The nodes with the wanted one replaced, or None where it is not among them."""
    for at, node in enumerate(body):
        name = names[id(node)]
        new: Sequence[Node] | None = None
        if name == wanted and (isinstance(node, Layer) or node.kind == Kind.REPEAT):
            new = replace(node)
        elif isinstance(node, Block) and (not is_scope(node) or wanted.startswith(f"{name}.")):
            new = _edited_block(
                node, wanted.removeprefix(f"{name}." if is_scope(node) else ""), names, replace
            )
        if new is not None:
            return [*body[:at], *new, *body[at + 1 :]]
    return None


def _edited_block(
    block: Block, wanted: str, names: dict[int, str], replace: Replace
) -> Sequence[Node] | None:
    """A block with a layer in it replaced, or in one turn of a repeat."""
    index, dot, rest = wanted.partition(".")
    turn = dot and index.isascii() and index.isdigit()
    one = turn and block.kind == Kind.REPEAT and not block.shared
    turns = int(index) - block.first if one else 0
    if not 0 <= turns < block.count:
        return None
    changed = _edited(block.body, rest if one else wanted, names, replace)
    if changed is None:
        return None
    if not one:
        return [block.replaced(body=changed)]
    parts = [
        block.replaced(count=turns),
        block.replaced(body=changed, count=1, first=int(index)),
        block.replaced(count=block.count - turns - 1, first=int(index) + 1),
    ]
    return [part for part in parts if part.count]


def layer_names(model: Model) -> list[str]:
    """All names by which a layer or repeat of the model can be asked for, without an index.

    >>> layer_names(Model([Block(Kind.REPEAT, [Layer("relu")], count=3, name="b")]))
    ['b', 'b.relu1']
    """
    names = tree.name_nodes(model.body)

    def in_body(body: Sequence[Node], prefix: str) -> Iterator[str]:
        for node in body:
            name = prefix + names[id(node)]
            if isinstance(node, Layer) or node.kind == Kind.REPEAT:
                yield name
            if isinstance(node, Block):
                yield from in_body(node.body, f"{name}." if is_scope(node) else prefix)

    return list(in_body(model.body, ""))


class Pair(NamedTuple):
    """One layer in both counts."""

    name: str
    """Its name."""
    before: Row | None
    """The layer in the first, None where it has none of that name in that place."""
    after: Row | None
    """The layer in the second."""

    @property
    def differs(self) -> bool:
        """Whether shapes or counts differ."""
        a, b = self.before, self.after
        if a is None or b is None:
            return True
        return (a.output, a.params, a.macs, a.activations) != (
            b.output, b.params, b.macs, b.activations
        )


class _Comparison(NamedTuple):

    before: Count
    """The first."""
    after: Count
    """The second."""
    pairs: Sequence[Pair]
    """Layers in order, matched by name."""


class Comparison(Result, _Comparison):
    """Two counts, layer by layer."""

    __slots__ = ()
    command = "params"

    def spans(self) -> Iterator[tuple[Pair, Pair, int]]:
        """Pairs that count alike as one: the first, the last, and how many there are."""
        if not isinstance(self.pairs, Twins):
            yield from ((pair, pair, 1) for pair in self.pairs)
            return
        both = zip(spans(self.before.rows), spans(self.after.rows), strict=True)
        for (a, last_a, times), (b, last_b, _) in both:
            yield Pair(a.name, a, b), Pair(last_a.name, last_a, last_b), times


class Twins(Sequence[Pair]):
    """The layers of two counts with the same names in the same order, made when wanted."""

    def __init__(self, before: Count, after: Count) -> None:
        self.rows = before.layers, after.layers

    def __iter__(self) -> Iterator[Pair]:
        return (Pair(a.name, a, b) for a, b in zip(*self.rows, strict=True))

    def texts(self, text: Callable[[Pair], str]) -> Iterator[str]:
        """What `text` makes of every pair in order, that of alike turns in one piece."""
        sides = [rows.parts for rows in self.rows]
        return texts(sides, lambda a, b: text(Pair(a.name, a, b)))

    def __len__(self) -> int:
        return len(self.rows[0])

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]


def compare(before: Count, after: Count) -> Comparison:
    """Match the layers of two counts by name, as many as keep the order of both.

    Layers with a name of their own come first, and those named by type and number between.

    >>> from dlcalc.models.tree import Layer, Model
    >>> from dlcalc.models.count import params
    >>> small = params(Model([Layer("linear", (10,), name="A")], input=(20,)))
    >>> large = params(Model([Layer("linear", (30,), name="A")], input=(20,)))
    >>> compare(small, large).pairs[0].differs
    True
    """
    if outline(before.layers.parts) == outline(after.layers.parts):
        return Comparison(before, after, Twins(before, after))
    later = {row.name: at for at, row in enumerate(after.rows)}
    both = [(at, later[row.name]) for at, row in enumerate(before.rows) if row.name in later]
    named = _ascending([
        (a, b) for a, b in both if before.rows[a].node.name and after.rows[b].node.name
    ])
    firsts, seconds = [a for a, _ in named], [b for _, b in named]
    between = [(a, b) for a, b in both if bisect_left(firsts, a) == bisect_left(seconds, b)]
    pairs: list[Pair] = []
    i = j = 0
    for a, b in [*_ascending(between), (len(before.rows), len(after.rows))]:
        pairs += [Pair(row.name, row, None) for row in before.rows[i:a]]
        pairs += [Pair(row.name, None, row) for row in after.rows[j:b]]
        if a < len(before.rows):
            pairs.append(Pair(before.rows[a].name, before.rows[a], after.rows[b]))
        i, j = a + 1, b + 1
    return Comparison(before, after, tuple(pairs))


def _ascending(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of the places, the first of each ascending, whose second ascend as well.

    By the least end that a chain of each length can have (Fredman 1975).
    """
    ends: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for at, (_, later) in enumerate(places):
        length = bisect_left(ends, later)
        ends[length : length + 1] = [later]
        chain[length : length + 1] = [at]
        before.append(chain[length - 1] if length else -1)
    found = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(places[at])
        at = before[at]
    return found[::-1]
