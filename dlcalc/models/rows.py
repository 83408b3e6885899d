"""Counts of a model: a row a layer, and their sums.

One multiply-accumulate (MAC) is one product of an input with a weight, or of two inputs
in attention, added up; biases, normalisation, activations and pooling count as none. All
counts are for one example. This is the convention of torchvision's published figures;
counted as floating-point operations (FLOPs) each is two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.counted import Cache, Shape
from dlcalc.models.receptive_fields import Field
from dlcalc.models.tree import Node
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.results import Result
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.models.deployment import Fit, Share
    from dlcalc.models.use import Memory


FIRST_MARK = 0xF0000
"""The first of the characters, all of private use, that stand for the index of a turn."""


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

    def turned(self, rows: Iterable[Row], index: int | str) -> Iterator[Row]:
        """Rows as they are in one of the further turns, or in any, its index a mark."""
        this, other = f"{self.name}.{self.turn}.", f"{self.name}.{index}."
        cut = len(this)
        for row in rows:
            tied = row.tied
            if tied and tied.startswith(this):
                tied = other + tied[cut:]
            turned = Row._make((other + row[0][cut:], *row[1:11], tied, *row[12:]))
            yield turned if self.first is None else turned.again(
                other, f"{self.name}.{self.first}."
            )


class Rows(Sequence[Row]):
    """Rows, those of alike turns made when they are wanted."""

    def __init__(self, parts: Sequence[Row | Turns]) -> None:
        self.parts = parts
        self.alone = [part for part in parts if isinstance(part, Row)]
        self.turns = [part for part in parts if isinstance(part, Turns)]
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
        return len(self.alone) + sum(
            len(part.later) * len(Rows(part.parts)) for part in self.turns
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
        found: int = sum(map(attrgetter(what), self.alone))
        if self.tallied is None:
            self.tallied = [*tally(self.turns)]
        for row, times in self.tallied:
            found += getattr(row, what) * times
        return found


def texts(
    sides: Sequence[Sequence[Row | Turns]], text: Callable[..., str], depth: int = 0
) -> Iterator[str]:
    """What `text` makes of the rows of several counts of one outline, side by side.

    That of alike turns is made once, with a mark for the index of the turn.
    """
    for parts in zip(*sides, strict=True):
        if isinstance(parts[0], Row):
            yield text(*parts)
            continue
        mark = chr(FIRST_MARK + depth)
        turn = "".join(texts([part.parts for part in parts], _marked(parts, mark, text), depth + 1))
        for index in parts[0].later:
            yield turn.replace(mark, str(index))


def _marked(parts: Sequence[Turns], mark: str, text: Callable[..., str]) -> Callable[..., str]:
    return lambda *rows: text(*(
        next(part.turned([row], mark)) for part, row in zip(parts, rows, strict=True)
    ))


def outline(parts: Sequence[Row | Turns]) -> tuple[Any, ...]:
    """The names of rows, and of turns with what is in them."""
    return tuple([
        part.name if isinstance(part, Row) else (part.name, part.later, outline(part.parts))
        for part in parts
    ])


Span = tuple[Row, Row, int]
"""Rows that count alike: the first, the last, and how many there are."""


def spans(rows: Iterable[Row | Turns]) -> Iterator[Span]:
    """Rows that count alike as one, where they are further turns of a repeat."""
    for part in rows.parts if isinstance(rows, Rows) else rows:
        if isinstance(part, Row):
            yield part, part, 1
        else:
            for first, last, times in spans(part.parts):
                [first] = part.turned([first], part.later[0])
                [last] = part.turned([last], part.later[-1])
                yield first, last, times * len(part.later)


def tally(rows: Iterable[Row | Turns]) -> Iterator[tuple[Row, int]]:
    """Rows and how many count like each, as few as may be."""
    return ((row, times) for row, _, times in spans(rows))


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

    @property
    def weights(self) -> int:
        """Parameters of all layers that multiply, tied ones once."""
        return self.total("weights")

    @property
    def biases(self) -> int:
        """Parameters of all layers that are added."""
        return self.total("biases")

    @property
    def trainable(self) -> int:
        """Parameters that training changes."""
        return self.total("trainable")

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all layers, for one example."""
        return self.total("macs")

    @property
    def skipped(self) -> int:
        """Products that causal kernels leave out, and those that know their window."""
        return self.total("skipped")

    @property
    def positions(self) -> int:
        """Positions in the cache behind this pass: those before, and those of the input."""
        return self.cached + (self.input[0] if len(self.input) < 3 else 0)

    @property
    def caches(self) -> list[tuple[Cache, int]]:
        """What the layers keep of the positions they have seen, and how many keep it."""
        return [(row.cache, times) for row, times in tally(self.rows) if row.cache is not None]

    def total(self, what: str) -> int:
        """The sum of a number of all rows."""
        return (self.rows if isinstance(self.rows, Rows) else Rows(self.rows)).total(what)

    @property
    def activations(self) -> int:
        """Elements of all outputs kept for one example, the input apart."""
        return self.total("activations")


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
