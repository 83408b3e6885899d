"""A model counted layer by layer: shapes, parameters, multiply-accumulates, fields, their sums.

One multiply-accumulate (MAC) is one product of an input with a weight, or of two inputs
in attention, added up; biases, normalisation, activations and pooling count as none. All
counts are for one example. This is the convention of torchvision's published figures;
counted as floating-point operations (FLOPs) each is two.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from math import prod

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.layers.counted import Cache, Counted, Shape, flag
from dlcalc.layers.table import GENERAL, bind, complete, context, handler
from dlcalc.models import tree
from dlcalc.models.receptive_fields import (
    STAND_IN,
    Field,
    Growth,
    follow,
    grown,
    growth_of,
    join,
    stand_in,
    start,
)
from dlcalc.models.tree import Again, Block, Kind, Layer, Model, Node, at_node
from dlcalc.numbers.axes import by_x, plural
from dlcalc.numbers.results import Result
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.models.deployment import Fit, Share
    from dlcalc.models.use import Memory


FIRST_MARK, FIRST_NUMBER = 0xF0000, 0xF1000
"""The first of the characters, all of private use, for the index of a turn and for numbers."""


class Row(NamedTuple):
    """One layer, counted."""

    name: str
    """Its name, with those of the blocks around it: `layer1.0.conv1`."""
    type: str
    """Its type, or `sum`, `scale` or `concat` where branches meet."""
    input: Shape
    """Shape of its input, without the batch."""
    output: Shape
    """Shape of its output."""
    weights: int
    """Parameters that multiply, and tables of learned vectors; 0 where tied to another's."""
    biases: int
    """Parameters that are added."""
    trainable: int
    """Parameters that training changes: none where frozen."""
    macs: int
    """Multiply-accumulates for one example."""
    activations: int
    """Elements of output kept in memory for one example; 0 for a view of the input."""
    field: Field | None
    """What an output sees of the input, axis by axis; None where that cannot be followed."""
    node: Node
    """The layer as written."""
    tied: str = ""
    """The layer whose weights it shares."""
    idle: int = 0
    """Parameters that one position leaves unused: those of the experts not chosen."""
    cache: Cache | None = None
    """What it keeps of the positions it has seen."""
    skipped: int = 0
    """Products that a causal kernel leaves out, and one that knows its window."""
    buffers: int = 0
    """Numbers that it keeps and nothing trains: running statistics."""

    def __repr__(self) -> str:
        sizes = f"{by_x(self.input)} → {by_x(self.output)}"
        return f"Row({self.name}: {self.type} {sizes}, params={self.params}, macs={self.macs})"

    @property
    def params(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    @property
    def arguments(self) -> dict[str, Any] | None:
        """All arguments of the layer by name, those of its own type; None where it is no layer."""
        node = self.node
        if not isinstance(node, Layer) or node.type != self.type:  # a join, or an adapter
            return None
        found = complete(node.type, node.arguments, dict(node.options))
        return {name: value for name, value in found.items() if name not in GENERAL}

    def again(self, this: str, owner: str) -> Row:
        """The row with the parameters of another turn, where it has any of its own."""
        tied = self.name if self.params else self.tied
        if not tied.startswith(this):
            return self
        tied = owner + tied[len(this) :]
        return self._replace(weights=0, biases=0, trainable=0, idle=0, buffers=0, tied=tied)


class Turns(NamedTuple):
    """Further turns of a repeat, whose rows are like those of one turn but for their names."""

    parts: Sequence[Row | Turns]
    """That turn."""
    name: str
    """The repeat's name."""
    turn: int
    """The index of that turn."""
    later: range
    """The indices of the further ones."""
    first: int | None
    """The turn whose parameters all have, where they are shared."""
    growth: Growth | None = None
    """What each turn adds to the fields, where they grow."""
    steps: dict[str, int] | None = None
    """What each adds to the number of a name, by type, where no index tells turns apart."""

    def turned(self, rows: Iterable[Row], index: int | str) -> Iterator[Row]:
        """Rows as they are in one of the further turns, or in any, its index a mark."""
        this, other = f"{self.name}.{self.turn}.", f"{self.name}.{index}."
        cut, before, seen = len(this), None, None
        later = index - self.turn if isinstance(index, int) else 0
        for row in rows:
            tied = row.tied
            if tied and tied.startswith(this):
                tied = other + tied[cut:]
            if row.field is not before:
                before = seen = row.field
                if self.growth and before and later:
                    seen = grown(before, self.growth, later)
            name = self.numbered(row, later) if self.steps else other + row[0][cut:]
            turned = Row._make((name, *row[1:9], seen, row[10], tied, *row[12:]))
            yield turned if self.first is None else turned.again(
                other, f"{self.name}.{self.first}."
            )

    def numbered(self, row: Row, later: int) -> str:
        """The name of a layer so many turns later, where it is a number behind its type."""
        number = int(row.name[len(row.type) :])
        return f"{row.type}{number + later * (self.steps or {})[row.type]}"


class Rows(Sequence[Row]):
    """Rows, those of alike turns made when they are wanted."""

    def __init__(self, parts: Sequence[Row | Turns]) -> None:
        self.parts = parts
        self.whole: tuple[Row, ...] | None = None
        self.tallied: list[tuple[Row, int]] | None = None

    def __iter__(self) -> Iterator[Row]:
        if self.whole is not None:
            yield from self.whole
            return
        for part in self.parts:
            if isinstance(part, Row):
                yield part
            else:
                rows = Rows(part.parts)
                for index in part.later:
                    yield from part.turned(rows, index)

    def __len__(self) -> int:
        return sum(
            1 if isinstance(part, Row) else len(part.later) * len(Rows(part.parts))
            for part in self.parts
        )

    def __contains__(self, what: object) -> bool:
        return any(what in (row.name, row) for row in self)

    def __getitem__(self, at: Any) -> Any:
        self.whole = tuple(self) if self.whole is None else self.whole
        if isinstance(at, str):
            found = next((row for row in self.whole if row.name == at), None)
            if found is None:
                near = did_you_mean(at, [row.name for row in self.whole])
                raise InputError(f"no layer {at}{near}")
            return found
        return self.whole[at]

    def texts(self, text: Callable[[Row], str]) -> Iterator[str]:
        """What `text` makes of every row in order, that of alike turns in one piece."""
        return texts([self.parts], text)

    def total(self, what: str) -> int:
        """The sum of a number of all rows."""
        found: int = sum(getattr(row, what) * times for row, times in self.alike)
        return found

    @property
    def alike(self) -> list[tuple[Row, int]]:
        """Rows that differ in names, fields and places alone as one, and how many there are."""
        if self.tallied is None:
            found: dict[tuple[Any, ...], list[Any]] = {}
            for row, times in tally(self):
                found.setdefault((*row[1:9], *row[12:]), [row, 0])[1] += times
            self.tallied = [(row, times) for row, times in found.values()]
        return self.tallied


def texts(
    sides: Sequence[Sequence[Row | Turns]], text: Callable[..., str], depth: int = 0
) -> Iterator[str]:
    """What `text` makes of the rows of several counts of one outline, side by side.

    That of alike turns is made once, with a mark for the index of the turn.
    """
    for parts in zip(*sides, strict=True):
        if isinstance(parts[0], Row):
            yield text(*parts)
        else:
            yield from _turn_texts(parts, text, depth)


def _turn_texts(parts: Sequence[Turns], text: Callable[..., str], depth: int) -> Iterator[str]:
    """What `text` makes of alike turns: one text, with places for their index.

    Where fields grow, turns are made one by one until every layer sees all of the input. From
    there on the numbers that grow do so evenly and have places too, if what the first and the
    last turn become is what `text` makes of them.
    """
    import re

    def made(index: int) -> str:
        sides = [list(part.turned(Rows(part.parts), index)) for part in parts]
        return "".join(texts(sides, text, depth + 1))

    later, growing = parts[0].later, any(part.growth for part in parts)
    while growing and later and not all(_sees_all(part, later[0]) for part in parts):
        yield made(later[0])
        later = later[1:]
    if not later:
        return
    mark = chr(FIRST_MARK + depth)
    numbers = {mark: (later[0], 1)}

    def marked(*rows: Row) -> str:
        turned = [next(part.turned([row], mark)) for part, row in zip(parts, rows, strict=True)]
        if steps := parts[0].steps:
            place, type = chr(FIRST_NUMBER + len(numbers)), rows[0].type
            begins = parts[0].numbered(rows[0], later[0] - parts[0].turn)
            numbers[place] = int(begins[len(type) :]), steps[type]
            turned = [row._replace(name=type + place) for row in turned]
        return text(*(
            row._replace(field=stand_in(row.field, part.growth, later[0] - part.turn, numbers))
            if row.field and part.growth else row
            for part, row in zip(parts, turned, strict=True)
        ))

    turn = "".join(texts([part.parts for part in parts], marked, depth + 1))
    places = "".join(place for place in numbers if len(place) == 1)
    pieces = re.split(f"([{places}]|{STAND_IN})", turn)
    filled = [numbers[piece] for piece in pieces if piece in numbers]
    form = "".join("%d" if each in numbers else each.replace("%", "%%") for each in pieces)
    first, last = (form % tuple([begins + at * step for begins, step in filled])
                   for at in (0, len(later) - 1))
    if growing and (first, last) != (made(later[0]), made(later[-1])):
        yield from map(made, later)
    else:
        columns = [range(begins, begins + len(later) * step, step) if step else
                   itertools.repeat(begins, len(later)) for begins, step in filled]
        numbered = zip(*columns, strict=True) if columns else itertools.repeat((), len(later))
        yield from map(form.__mod__, numbered)


def _sees_all(part: Turns, index: int) -> bool:
    return all(
        axis.clipped == axis.within[1] - axis.within[0] + 1
        for row in part.turned(Rows(part.parts), index) for axis in row.field or ()
    )


def outline(parts: Sequence[Row | Turns]) -> tuple[Any, ...]:
    """The names of rows, and of turns with what is in them."""
    return tuple([
        part.name if isinstance(part, Row) else (part.name, part.later, outline(part.parts))
        for part in parts
    ])


def spans(rows: Iterable[Row | Turns], numbered: bool = False) -> Iterator[tuple[Row, Row, int]]:
    """Rows that count alike, as further turns of a repeat do: first, last, and how many there are.

    Those that are told apart by the numbers of their types are one if `numbered`.
    """
    for part in rows.parts if isinstance(rows, Rows) else rows:
        if isinstance(part, Row):
            yield part, part, 1
        elif part.steps and not numbered:
            yield from ((row, row, 1) for row in Rows([part]))
        else:
            for first, last, times in spans(part.parts, numbered):
                [first] = part.turned([first], part.later[0])
                [last] = part.turned([last], part.later[-1])
                yield first, last, times * len(part.later)


def tally(rows: Iterable[Row | Turns]) -> Iterator[tuple[Row, int]]:
    """Rows and how many count like each, as few as may be."""
    return ((row, times) for row, _, times in spans(rows, True))


class _Count(NamedTuple):

    model: str
    """Name of the model."""
    input: Shape
    """Shape of one input, without the batch."""
    rows: Sequence[Row]
    """Every layer, repeats expanded, in the order of the computation."""
    misfit: InputError | None = None
    """Why the layer behind the last row does not fit, where it does not."""
    misfit_name: str = ""
    """The name of that layer."""
    misfit_input: Shape = ()
    """The shape at which it breaks."""
    use: Any = None
    """What it was counted for, where that was said."""
    memory: Memory | None = None
    """Its bytes, where they were asked for with it."""
    cached: int = 0
    """Positions that were in the cache before."""
    cache_bytes: int | None = None
    """Bytes of the cache behind this pass, where they were asked for with it."""
    cache_bytes_reserved: int | None = None
    """The same as serving engines reserve them, in whole windows and pages."""
    share: Share | None = None
    """The bytes of one of several devices, where there are some."""
    fit: Fit | None = None
    """What fits into a memory, where one was named."""


def _total(name: str, about: str) -> Any:
    """The sum of a number of all rows, by the name that it has there."""
    return property(lambda count: count.total(name), doc=about)


class Count(Result, _Count):
    """A model, counted."""

    __slots__ = ()
    command = "params"

    @property
    def layers(self) -> Rows:
        """Every layer by its name or its place: `layers["C1"]`, `layers[0]`."""
        return self.rows if isinstance(self.rows, Rows) else Rows(self.rows)

    @property
    def output(self) -> Shape:
        """Shape of the last output."""
        return self.rows[-1].output if self.rows else self.input

    @property
    def params(self) -> int:
        """Parameters of all layers."""
        return self.weights + self.biases

    @property
    def active_params(self) -> int:
        """Parameters that one position uses: all but those of the experts not chosen."""
        return self.params - self.total("idle")

    weights: int = _total("weights", "Parameters of all layers that multiply, tied ones once.")
    biases: int = _total("biases", "Parameters of all layers that are added.")
    trainable: int = _total("trainable", "Parameters that training changes.")
    macs: int = _total("macs", "Multiply-accumulates of all layers, for one example.")
    skipped: int = _total("skipped", "Products that kernels leave out: causal ones, windowed ones.")
    activations: int = _total("activations", "Outputs kept for one example, the input apart.")

    @property
    def positions(self) -> int:
        """Positions in the cache behind this pass: those before, and those of the input."""
        return self.cached + (self.input[0] if len(self.input) < 3 else 0)

    @property
    def caches(self) -> list[tuple[Cache, int]]:
        """What the layers keep of the positions they have seen, and how many keep it."""
        return [(row.cache, times) for row, times in self.layers.alike if row.cache is not None]

    def total(self, what: str) -> int:
        """The sum of a number of all rows."""
        return self.layers.total(what)


def part(count: Count, name: str) -> Count:
    """The layer of that name, or all layers of that block, as a count of their own.

    `block.conv1` is that layer in every turn of a repeat. The part has no rows where a
    layer before it does not fit. InputError for a name that there is not.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.tree import Block, Layer, Model
    >>> twice = params(Model([Block("repeat", [Layer("relu")], 2, name="b")], input=(3,)))
    >>> [row.name for row in part(twice, "b.relu1").rows], len(part(twice, "b.1").rows)
    (['b.0.relu1', 'b.1.relu1'], 1)
    """
    name = str(name)
    inside = name + "."
    rows = tuple(
        row for row in count.rows
        if row.name == name or row.name.startswith(inside) or _without_turns(row.name) == name
    )
    if rows:
        return count._replace(input=rows[0].input, rows=rows, misfit=None)
    if count.misfit is not None:
        return count._replace(rows=())
    known = dict.fromkeys(_without_turns(row.name) for row in count.rows)
    near = did_you_mean(name, known) or "; dlcalc params names them"
    raise InputError(f"no layer {name}{near}")


def _without_turns(name: str) -> str:
    """A name as it stands for all turns of the repeats around it."""
    return ".".join(word for word in name.split(".") if not word.isdigit())


MOST_COUNTS = 4
"""Counts that a model remembers, for other inputs."""
LAYOUTS = {
    "windowed": "channels",
    **dict.fromkeys(("recurrent", "attention", "variants", "dense"), "features"),
}
"""What the families make of two axes: channels by length, or positions by features."""


Known = tuple[Counted, tuple[Any, ...], tuple[Any, ...], str]
"""A layer counted, what its row has before its field and behind, and the layout behind it."""
Seen = tuple[Shape, Field | None]
"""A shape, and what its elements see of the input."""


class Walker:
    """Goes through a model in order and collects its rows."""

    def __init__(self, names: dict[int, str], cached: int = 0, text: bool = False) -> None:
        self.names = names
        self.cached = cached
        self.text = text
        """Whether the input is text alone, and towers for images do not run."""
        self.runs = True
        self.rows: list[Row | Turns] = []
        self.places: dict[str, Row] = {}
        self.known: dict[tuple[object, ...], Known] = {}
        self.layout = ""
        self.own_inputs = 0
        """Blocks so far whose layers see an input of their own."""
        self.at_name = ""
        self.at_shape: Shape = ()

    def run(self, body: Sequence[Node | Again], prefix: str, taken: Seen) -> Seen:
        """Count the nodes one after the other; the shape and field behind them."""
        for node in body:
            if isinstance(node, Again):
                taken = self.again(node, taken)
                continue
            name = prefix + self.names[id(node)]
            if isinstance(node, Layer):
                row = self.layer(node, name, prefix, *taken)
                taken = row.output, row.field
            elif node.kind == Kind.REPEAT:
                turns = range(node.first, node.first + node.count)
                alike = Turns((), name, 0, turns, node.first if node.shared else None)
                taken = self.turns(alike, itertools.repeat(node.body), taken)
            elif node.kind in (Kind.ASIDE, Kind.BUILT):
                self.aside(node, f"{name}." if tree.is_scope(node) else prefix, taken)
            else:
                taken = self.join(node, name, prefix, taken)
        return taken

    def aside(self, block: Block, prefix: str, taken: Seen) -> None:
        """Count layers beside; those with an input of their own have run before what is cached."""
        around, own = (self.runs, self.cached), block.input
        idle = block.kind == Kind.BUILT or (own and (self.cached or (self.text and len(own) > 2)))
        self.runs = self.runs and not idle
        self.cached = 0 if own else self.cached
        self.own_inputs += own is not None
        self.run(block.body, prefix, taken if own is None else (own, start(own)))
        self.runs, self.cached = around

    def again(self, block: Again, taken: Seen) -> Seen:
        """Count layers as often as they are written, as turns of a repeat are counted."""
        steps = block.steps()

        def turn(index: int) -> Sequence[Layer]:
            for first, layer in zip(block.body, block.turn(index), strict=True):
                number = int(self.names[id(first)][len(layer.type) :]) + index * steps[layer.type]
                self.names[id(layer)] = f"{layer.type}{number}"
            return block.turn(index)

        alike = Turns((), "", 0, range(block.count), None, steps=steps)
        return self.turns(alike, map(turn, range(block.count)), taken)

    def turns(self, alike: Turns, bodies: Iterable[Sequence[Node]], taken: Seen) -> Seen:
        """Count every turn; those behind one that leaves all as it was are counted like it."""
        indices = alike.later
        for index, body in zip(indices, bodies, strict=False):
            prefix = "" if alike.steps else f"{alike.name}.{index}."
            start, (before, seen) = len(self.rows), taken
            layout, own_inputs = self.layout, self.own_inputs
            shape, field = taken = self.run(body, prefix, taken)
            if alike.first is not None and index > alike.first:
                owner = f"{alike.name}.{alike.first}."
                self.rows[start:] = [row.again(prefix, owner) for row in Rows(self.rows[start:])]
            later = range(index + 1, indices.stop)
            if not later or (shape, self.layout) != (before, layout):
                continue
            alike, growth = alike._replace(parts=self.rows[start:], turn=index, later=later), None
            if field is not seen and self.own_inputs == own_inputs:
                growth = growth_of(seen, (row.field for row, _ in tally(alike.parts)), field)
            if field is seen or growth is not None:
                self.rows.append(alike._replace(growth=growth))
                return shape, grown(field, growth, len(later)) if field and growth else field
        return taken

    def layer(self, layer: Layer, name: str, prefix: str, shape: Shape, field: Field | None) -> Row:
        """Count one layer and add its row; what alike layers have in common is worked out once."""
        self.at_name, self.at_shape = name, shape
        options = layer.options
        alike = (
            layer.type, layer.arguments, *options.items(), shape, self.layout, self.runs,
            self.cached,
        )
        try:
            found = self.known.get(alike)
            if found is None:
                found = self.known[alike] = self.counted(layer, shape)
            counted, head, tail, self.layout = found
            seen = follow(field, shape, counted)
            row = tuple.__new__(Row, (name, *head, seen, layer, "", *tail))
            if "tie" in options or "share" in options:
                tied = self.tied(layer, prefix, counted, "share" in options)
                biases = 0 if "share" in options else row.biases
                trainable = biases * (row.trainable > 0)
                row = row._replace(weights=0, biases=biases, trainable=trainable, tied=tied)
        except InputError as error:
            raise at_node(error, layer) from None
        self.add(row)
        return row

    def add(self, row: Row) -> None:
        """Add a row under its name, which a name with a dot in it may have taken."""
        taken = self.places if "." not in row.node.name else {each.name for each in Rows(self.rows)}
        if row.name in taken:
            raise at_node(InputError(f"the name {row.name} is given twice"), row.node)
        self.places[row.name] = row
        self.rows.append(row)

    def counted(self, layer: Layer, shape: Shape) -> Known:
        """What the layer makes of a shape."""
        count = handler(layer.type)
        bound = bind(layer.type, layer.arguments, dict(layer.options), count)
        for option in GENERAL:
            bound.pop(option, None)
        told = {name: getattr(self, name) for name in context(count)}
        found, runs = count(shape, **bound, **told), self.runs
        trains = not flag("frozen", layer.options.get("frozen", False))
        head = (
            layer.type, shape, found.output, found.weights, found.biases,
            (found.weights + found.biases) * trains, found.macs * runs,
            prod(found.output) if found.stored and runs else 0,
        )
        tail = found.idle, found.cache if runs else None, found.skipped * runs, found.buffers
        return found, head, tail, layout_behind(layer.type, self.layout)

    def tied(self, layer: Layer, prefix: str, counted: Counted, shared: bool) -> str:
        """The full name of the layer whose parameters this one shares, found and checked."""
        if shared and "tie" in layer.options:
            raise InputError("tie shares the weights alone, share all parameters: write one")
        wanted = str(layer.options["share" if shared else "tie"])
        scopes = prefix.split(".")
        names = [".".join([*scopes[:depth], wanted]) for depth in reversed(range(len(scopes)))]
        found = next(filter(None, map(self.places.get, names)), None)
        owner = found or next((row for row in Rows(self.rows) if row.name == wanted), None)
        if owner is None:
            # Further turns of a repeat are left out, whose names say nothing new.
            told = [part for part in self.rows if isinstance(part, Row) or part.steps]
            near = did_you_mean(wanted, [row.name for row in Rows(told)])
            raise InputError(f"no layer {wanted} above it{near}")
        held = owner.weights if not owner.tied else counted.weights
        if held != counted.weights:
            raise ShapeError(
                f"tied to {owner.name}, which has {held:,} weights; it needs {counted.weights:,}"
            )
        if not shared:
            return owner.tied or owner.name
        again = "share" in getattr(owner.node, "options", ())
        biases = (self.places[owner.tied] if again else owner).biases
        if biases != counted.biases:
            raise ShapeError(
                f"shared with {owner.name}, which has {biases:,} biases; it needs "
                f"{counted.biases:,}"
            )
        return owner.tied or owner.name

    def join(self, block: Block, name: str, prefix: str, taken: Seen) -> Seen:
        """Count the branches, each on the same input, and the row where they meet."""
        inner = f"{name}." if tree.is_scope(block) else prefix
        ends = []
        for branch in block.body:
            if not (isinstance(branch, Block) and branch.kind == Kind.BRANCH):
                raise at_node(InputError(f"{block.kind} holds branches; put branch: here"), branch)
            own = f"{inner}{branch.name}." if branch.name else inner
            ends.append(self.run(branch.body, own, taken))
        self.at_name, self.at_shape = name, taken[0]
        try:
            output = joined(block, [shape for shape, _ in ends])
        except InputError as error:
            raise at_node(error, block) from None
        seen = join([field for _, field in ends], block.axis if block.kind == Kind.CONCAT else None)
        self.add(Row(
            name, block.kind, taken[0], output, 0, 0, 0, 0, prod(output) * self.runs, seen, block
        ))
        return output, seen


def layout_behind(type: str, layout: str) -> str:
    """How two axes are meant behind a layer of this type, from how they were before it."""
    family = handler(type).__module__.rpartition(".")[2]
    if type == "transpose" and layout:
        return "channels" if layout == "features" else "features"
    if type == "sequence" or family in LAYOUTS:
        return LAYOUTS.get(family, "features")
    return layout


def check_written(body: Sequence[Node]) -> None:
    """Refuse layers whose arguments are wrong whatever their input, with their place."""
    for layer in tree.layers_in(body):
        try:
            bind(layer.type, layer.arguments, dict(layer.options), handler(layer.type))
        except InputError as error:
            raise at_node(error, layer) from None


def joined(block: Block, shapes: list[Shape]) -> Shape:
    """The shape where branches meet; ShapeError where they do not fit."""
    listed = " and ".join(by_x(shape) for shape in shapes)
    if len({len(shape) for shape in shapes}) > 1:
        raise ShapeError(f"branches give {listed}; they need the same axes")
    if block.kind == Kind.CONCAT:
        axis = block.axis
        if axis >= len(shapes[0]):
            raise ShapeError(f"branches give {listed}, which have no axis {axis}")
        if len({shape[:axis] + shape[axis + 1 :] for shape in shapes}) > 1:
            raise ShapeError(f"branches give {listed}; they may differ in axis {axis} alone")
        along = sum(shape[axis] for shape in shapes)
        return (*shapes[0][:axis], along, *shapes[0][axis + 1 :])
    output = tuple(max(sizes) for sizes in zip(*shapes, strict=True))
    if any(
        size != wanted and (size != 1 or block.kind != Kind.SCALE)
        for shape in shapes for size, wanted in zip(shape, output, strict=True)
    ):
        raise ShapeError(f"branches give {listed}; they need the same shape")
    return output


def params(
    model: Model, input: Shape | None = None, tolerant: bool = False, cached: int = 0,
    text: bool = False,
) -> Count:
    """Parameters, shapes, multiply-accumulates and receptive fields of a model.

    `input` (C×H×W, T×D or N, without the batch) takes the place of the model's own; `cached`
    positions came before it, and attention sees them too; where it is `text` alone, towers for
    images do not run. Raises InputError or ShapeError with the place of the layer that does
    not fit, ShapeError for an input of other axes than the model's own, and LimitError beyond
    200,000 layers; if `tolerant`, what does not fit ends the rows and is named in the result.

    >>> from dlcalc.models.tree import Layer
    >>> lenet = Model([Layer("conv", (6, 5), name="C1")], input=(1, 32, 32))
    >>> row = params(lenet).rows[0]
    >>> row.params, row.output, row.macs
    (156, (6, 28, 28), 117600)
    """
    asked = model.body, model.name, model.input, input, tolerant, cached, text
    count: Count
    for before, count in model.counts:
        if before == asked:
            return count
    count = _count_body(model, input, tolerant, cached, text)
    model.counts = [(asked, count), *model.counts[: MOST_COUNTS - 1]]
    return count


def _count_body(
    model: Model, input: Shape | None, tolerant: bool, cached: int, text: bool
) -> Count:
    tree.check_limits(model.body)
    if input is not None and model.input is not None and input != model.input:
        _check_rank(model, input)
        model = _with_fixed_tables(model)
    shape = input or model.input or _first_width(model)
    if shape is None:
        check_written(model.body)
        raise InputError("the size of the input is not known: give `input`, such as 3x224x224")
    parts = tree.parts_of(model.body)
    walker = Walker(tree.name_nodes(parts), cached, text)
    misfit = None
    try:
        walker.run(parts, "", (shape, start(shape)))
    except InputError as error:
        if not (tolerant and walker.at_name):
            raise
        misfit = error
    _check_taken(model, walker)
    at = (walker.at_name, walker.at_shape) if misfit else ("", ())
    return Count(model.name, shape, Rows(tuple(walker.rows)), misfit, *at, cached=cached)


def _first_width(model: Model) -> Shape | None:
    """The features that the code of a model gives its first layer, where that is linear."""
    first = next(tree.layers_in(model.body), None)
    width = model.takes.get(id(first)) if first is not None and first.type == "linear" else None
    return (width,) if width else None


def _check_taken(model: Model, walker: Walker) -> None:
    """Refuse an input that gives a layer other channels than its code says it takes."""
    for row in Rows(walker.rows) if model.takes else ():
        wanted, shape = model.takes.get(id(row.node)), row.input
        if wanted is None or not shape:
            continue
        family = handler(row.type).__module__.rpartition(".")[2]
        given = {"windowed": shape[:1], "normalisation": shape}.get(family, shape[-1:])
        if wanted not in given:
            raise ShapeError(
                f"input is {by_x(shape)}, and its code gives it {wanted:,} channels or features"
            ).at(row.name)


def _check_rank(model: Model, input: Shape) -> None:
    """Refuse an input of other axes than the model was written for."""
    own = model.input or ()
    if len(input) == len(own):
        return
    batch = len(input) == len(own) + 1
    raise ShapeError(
        f"input {by_x(input)} has {len(input)} {plural(len(input), 'axis')}; "
        f"{model.name or 'the model'} takes {len(own)}, as {by_x(own)}"
        + (f"; a batch is no part of it: `batch` {input[0]}" if batch else "")
    )


def _with_fixed_tables(model: Model) -> Model:
    """The model with tables of positions as long as its own input has them.

    Such a table is a parameter: another input meets it as it is, or is refused by it.
    """
    loose = {id(layer) for layer in tree.layers_in(model.body) if layer.text == "position"}
    if not loose:
        return model
    model = model.replaced(tuple(model.body))
    walker = Walker(tree.name_nodes(model.body))
    with suppress(InputError):  # what does not fit is named when the model is counted
        walker.run(model.body, "", (model.input or (), None))
    lengths = {id(row.node): row.input[0] for row in Rows(walker.rows) if id(row.node) in loose}

    def fixed(node: Node) -> Node:
        if isinstance(node, Block):
            return node.replaced(body=[fixed(each) for each in node.body])
        if id(node) not in lengths:
            return node
        return Layer(node.type, (lengths[id(node)],), node.options, node.name, node.place)

    return model.replaced([fixed(node) for node in model.body])


def doubts(model: Model, input: Shape | None) -> Iterator[str]:
    """What an input that was given may mean otherwise than it is read."""
    if input is None or len(input) < 2:
        return
    first = getattr(next(iter(model.body), None), "type", "")
    if len(input) == 2:
        if model.input is None and min(input) >= 16 and first in ("conv", "maxpool", "avgpool"):
            yield (
                f"{by_x(input)} is read as CxL, {input[0]} channels of a row; "
                f"an image of one channel is 1x{by_x(input)}"
            )
    elif len(input) == 4 and model.input is None and (
        (input[0] < 5 and input[1] < 5) or (input[1] in (1, 3) and min(input[2:]) >= 16)
    ):
        yield (
            f"{by_x(input)} is read as CxDxHxW, {input[0]} {plural(input[0], 'channel')} of a "
            f"volume; a batch is no part of it: `input` {by_x(input[1:])} `batch` {input[0]}"
        )
    elif input[-1] <= 4 and input[0] >= 16:
        turned = (input[-1], *input[:-1])
        yield (
            f"{by_x(input)} is read as channels first, {input[0]} of them; as Keras writes it, "
            f"channels last, it is {by_x(turned)} here"
        )
