"""A model as counters and frameworks count it, and what makes them differ."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cache, partial
from math import floor, prod
from operator import truediv

from dlcalc.conventions import tables
from dlcalc.conventions.tables import Number, ask, table, value
from dlcalc.errors import require_known
from dlcalc.input.expressions import Fields
from dlcalc.layers.counted import Counted, Shape
from dlcalc.layers.table import handler
from dlcalc.models.count import Count, Row, tally
from dlcalc.models.tree import Block, Kind, Layer, Model, Node
from dlcalc.names import COUNTERS
from dlcalc.numbers.results import Result
from dlcalc.typed import Any, NamedTuple

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
MULTIPLY = ("conv", "dwconv", "conv_transpose", "linear")
"""Layers into which torch's exporter folds a batch norm right behind them."""
TURN = ("transpose", "sequence")
"""Layers whose output torch leaves as a view with its axes turned."""
SWAP = (*GATES, "attention")
"""Layers within which a batch is the second axis: their output is a view, too, of several."""
MOVES = (*TURN, "flatten", "reshape", "crop", "select", "softmax", "log_softmax")
"""Layers that lay elements out anew, among those that look at one at a time."""
LARGEST_SHARED = 1024
"""Elements up to which torch's exporter keeps initialisers of equal values once."""


class Item(NamedTuple):
    """One cause of a difference."""

    what: str
    """What is counted otherwise: `biases`, `norms`, `×2`."""
    number: int
    """How much that adds; negative where it takes away."""

    @property
    def record(self) -> dict[str, Any]:
        """The item for programs."""
        return {"what": self.what, "count": self.number}


class Part(NamedTuple):
    """One layer as a counter counts it."""

    name: str
    """The layer's name."""
    figure: int
    """What the counter counts for it."""
    items: tuple[Item, ...]
    """What makes the difference to dlcalc's count of it."""


class _Figure(NamedTuple):
    counter: str
    """Its name."""
    version: str
    """The version whose rules these are."""
    unit: str
    """MACs, FLOPs or parameters."""
    figure: int | None
    """What it prints; None where it stops with an error."""
    params: int | None
    """The parameters that it prints; None where it prints none."""
    items: tuple[Item, ...]
    """What makes the difference to dlcalc's own count: their sum is the difference."""
    layers: tuple[Part, ...]
    """The figure layer by layer."""
    also: Mapping[str, int]
    """Its other figures: `flops`, `train`, `trainable`."""
    refused: str = ""
    """The type of the layer at which it stops, where it does."""
    own: Count | None = None
    """dlcalc's count of the model."""


class Figure(Result, _Figure):
    """What a counter prints for a model."""

    __slots__ = ()
    command = "params"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Figure) and self[:-1] == other[:-1]

    __hash__ = _Figure.__hash__

    @property
    def record(self) -> dict[str, Any]:
        """The figure for programs."""
        return {
            "counter": self.counter, "version": self.version, "unit": self.unit,
            "figure": self.figure, "params": self.params,
            "items": [item.record for item in self.items], **self.also,
            "layers": [
                part._asdict() | {"items": [item.record for item in part.items]}
                for part in self.layers
            ],
        }


def figure(
    model: Model, count: Count, counter: str, batch: int = 1, attention: str = "module"
) -> Figure:
    """What `counter` prints for a counted model and `batch` examples.

    `attention` is `module` where the model's attention is torch's nn.MultiheadAttention,
    `sdpa` where it calls scaled_dot_product_attention between two linear layers.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.reading import model
    >>> net = model("input 3x8x8; conv 4 3; relu")
    >>> found = figure(net, params(net), "torchinfo", batch=2)
    >>> found.figure, found.params, found.items
    (8064, 112, (Item(what='examples', number=3888), Item(what='biases', number=288)))

    Raises InputError for a counter that is not known, and the model's own misfit.
    """
    if count.misfit is not None:
        raise count.misfit
    rules = table("counters")[require_known(counter, COUNTERS, "counter")]
    rows = list(facts_of(model, count, batch, attention))
    refusals: Mapping[str, Any] = _by_type(rules, "refuses")
    refused = next((
        row.type for row, facts in rows
        if row.type in refusals and value(refusals[row.type], facts)
    ), "")
    if refused:
        return Figure(
            counter, rules["version"], rules["unit"], None, None, (), (), {}, refused, count)
    parameters = rules["unit"] == "parameters"
    items, layers = _items(rules, rows, parameters)
    base = count.params if parameters else count.macs
    total = base + sum(item.number for item in items)
    also = {}
    for name, more in rules.get("also", {}).items():
        every = more.get("every")  # the rules of the counter where it has none of its own
        merged = {
            "every": every or rules.get("every", {}),
            "layers": more.get("layers", {}) if every else _by_type(rules) | _by_type(more),
        }
        also[name] = count.macs + sum(item.number for item in _items(merged, rows, False)[0])
    also = {name: number for name, number in also.items() if name == "flops" or number != total}
    if parameters:
        frozen = sum(
            part.figure for part, (row, _) in zip(layers, rows, strict=True)
            if row.params and not row.trainable
        )
        statistics = sum(item.number for item in items if item.what == "running statistics")
        also = {"trainable": total - frozen - (0 if frozen else statistics)}
        also["non_trainable"] = total - also["trainable"]
    params = total if parameters else _parameters(rules, count, rows)
    return Figure(
        counter, rules["version"], rules["unit"], total, params, items, layers, also, "", count)


def figures(model: Model, count: Count, batch: int = 1, attention: str = "module") -> list[Figure]:
    """What every counter prints, in the order of the table."""
    return [figure(model, count, counter, batch, attention) for counter in COUNTERS]


def _by_type(rules: Mapping[str, Any], key: str = "layers") -> dict[str, Mapping[str, str]]:
    return {type: terms for types, terms in rules.get(key, {}).items() for type in types.split()}


def _items(
    rules: Mapping[str, Any], rows: Rows, parameters: bool
) -> tuple[tuple[Item, ...], tuple[Part, ...]]:
    """All items of a model, those of the same cause together, and its layers one by one."""
    lines, every = _by_type(rules), rules.get("every", {})
    totals: dict[str, Number] = {}
    parts = []
    for row, facts in rows:
        own: dict[str, Number] = {}
        for terms in (every, lines.get(_kind(row, facts), {})):
            for what, text in terms.items():
                count = value(text, facts)
                own[what] = own.get(what, 0) + count
                totals[what] = totals.get(what, 0) + count
        items = _cut_to_whole(own)
        base = row.params if parameters else row.macs
        parts.append(Part(row.name, base + sum(item.number for item in items), items))
    return _cut_to_whole(totals), tuple(parts)


def _cut_to_whole(counts: Mapping[str, Number]) -> tuple[Item, ...]:
    """Items cut to whole numbers, as counters cut them, those of nothing left out."""
    return tuple(Item(what, floor(count)) for what, count in counts.items() if floor(count))


def _kind(row: Row, facts: Facts) -> str:
    return "sdpa" if row.type == "attention" and facts["sdpa"] else row.type


def _parameters(rules: Mapping[str, Any], count: Count, rows: Rows) -> int | None:
    """The parameters that a counter prints, by what its table says of them."""
    whose = rules.get("parameters", "each once")
    said = {"none": None, "each once": count.params, "trainable": count.trainable}
    if whose in said:
        return said[whose]
    if whose == "of the exported graph":
        return _initialisers(_by_type(rules, "params"), rows)
    owners = {row.name: row for row, _ in rows}
    unseen = {*rules.get("without", ()), *rules.get("apart", ())}
    seen = sum(
        0 if _kind(row, facts) in unseen or _called_again(row, owners) else facts["P"]
        for row, facts in rows
    )
    # What belongs to no layer is the rest of the model's own parameters, if any is left.
    return max(seen, count.params) if "apart" in rules else seen


def is_shared(row: Row) -> bool:
    """Whether all parameters of a layer are another's."""
    return isinstance(row.node, Layer) and "share" in row.node.options


def _called_again(row: Row, owners: Mapping[str, Row]) -> bool:
    """Whether a tied layer is its owner, called a second time, and no module of its own."""
    owner = owners.get(row.tied)
    return is_shared(row) or (
        owner is not None and not row.biases and not owner.biases
        and (row.type, row.arguments) == (owner.type, owner.arguments)
    )


def _initialisers(lines: Mapping[str, Any], rows: Rows) -> int:
    """The numbers in an exported graph: weights, and constants of equal values once."""
    known: dict[tuple[Any, ...], int] = {}
    owners = {row.name: row for row, _ in rows}
    for row, facts in rows:
        for kind, text in lines.get(_kind(row, facts), {"own": "P"}).items():
            size = int(value(text, facts))
            key: tuple[Any, ...] = (kind, size)
            if kind in ("own", "biases"):
                # A matrix by which a sequence is multiplied is stored turned, beside a table.
                again = row.type != "linear" or len(row.input) == 1 or _called_again(row, owners)
                shared = row.tied if kind == "own" and again else ""
                key = (kind, shared or row.name)
            elif kind in ("constant", "state"):
                key = (row.type, kind, size, row.input)
            elif kind == "shared":
                key = (row.type, size, repr(row.arguments))
            elif size > LARGEST_SHARED:
                key = (kind, row.name)
            known[key] = size
    return sum(known.values())


def facts_of(
    model: Model, count: Count, batch: int = 1, attention: str = "module"
) -> Iterator[tuple[Row, Facts]]:
    """Each row with the names that the tables' expressions use."""
    behind = list(_behind(model.body))
    folded = {id(node) for node, last, _ in behind if node.type == "batchnorm" and last in MULTIPLY}
    turned = {id(node) for node, _, view in behind if view in TURN}
    swaps = SWAP if attention == "module" else GATES
    swapped = {id(node) for node, _, view in behind if batch > 1 and view in swaps}
    known: dict[tuple[Any, ...], Facts] = {}
    for row in count.rows:
        node = row.node
        written = (node.arguments, *node.options.items()) if isinstance(node, Layer) else node.body
        key = (
            row.type, row.input, row.output, row.params, row.macs, id(node) in folded,
            id(node) in turned, id(node) in swapped, written,
        )
        if key not in known:
            known[key] = Facts(
                row, N=batch, sdpa=int(attention == "sdpa"), folded=int(id(node) in folded),
                turned=int(id(node) in turned),
                swapped=int(id(node) in swapped and len(row.input) == 2 and row.input[0] > 1),
            )
        yield row, known[key]


def _behind(body: Sequence[Node], view: str = "") -> Generator[tuple[Layer, str, str], None, str]:
    """Each layer with the types of the one right before it, and before activations there.

    Sums and products of branches lie in memory as the first of them does.
    """
    last = straight = ""
    for node in body:
        if isinstance(node, Layer):
            yield node, last, view
            last = node.type
            if last == "transpose" and view in TURN:
                view = straight
            elif last in MOVES or (
                last != "position" and not handler(last).__module__.endswith(".pointwise")
            ):
                straight, view = view, last
        else:
            ends = []
            for way in node.body if node.kind in Kind.JOINS else (node,):
                if isinstance(way, Block):
                    ends.append((yield from _behind(way.body, view)))
            last = node.kind
            if last not in (Kind.ASIDE, Kind.BUILT):
                view = "" if last == Kind.CONCAT else ends[0]
    return view


@cache
def _count(type: str, shape: Shape, options: tuple[tuple[str, Any], ...]) -> Counted:
    return handler(type)(shape, **dict(options))


class Facts(Fields):
    """What the names in the expressions of the tables stand for, of one layer.

    The table of names says most of them, in terms of what stands here.
    """

    def __init__(self, row: Row, **given: int) -> None:
        node, options = row.node, row.arguments or {}
        held: Any = row
        if isinstance(node, Layer) and node.type == row.type:  # no adapter of it; even tied ones
            held = _count(row.type, row.input, tuple(options.items()))
            given["unsaid"] = int(not node.arguments and "affine" not in node.options)
        options = {
            name: [*each] if isinstance(each, tuple) else each for name, each in options.items()
        }
        self.windows = getattr(held, "windows", ())
        super().__init__({
            **given, "type": row.type, "input": [*row.input], "output": [*row.output],
            "M": row.macs, "W": held.weights, "b": held.biases, "P": held.weights + held.biases,
            "branches": len(getattr(node, "body", ())), "windowed": len(self.windows),
            "mixed": [row.input[at] for at in getattr(held, "mixes", ())] or None,
            "columns": row.input[1:], "places": row.output[1:], "option": options,
        }, _names(), options)

    __getitem__ = Fields.get


@cache
def _names() -> dict[str, Any]:
    """What gives the names of the table their values."""
    rules = table("counters")
    return {
        "shares": lambda facts: _shares(facts["N"], facts["input"], facts["output"]),
        **{name: partial(_along, text) for name, text in rules["axes"].items()},
        **{name: partial(value, text) for name, text in rules["names"].items()},
    }


def _along(text: str, facts: Facts) -> list[Any]:
    return [value(text, _Side(facts, at)) for at in range(len(facts.windows))]


Rows = Sequence[tuple[Row, Facts]]


class _Side:
    """The same along one axis of a window."""

    def __init__(self, facts: Facts, place: int) -> None:
        self.facts, self.place, self.axis = facts, place, facts.windows[place]

    def get(self, name: str) -> Any:
        if name in self.axis._fields or name in ("span", "padded", "output"):
            return getattr(self.axis, name)
        found = self.facts.get(name)
        return found if name.startswith("option.") else found[self.place]


def _shares(batch: int, shape: Sequence[int], output: Sequence[int]) -> int:
    """The elements of all windows of an adaptive pool as a counter that divides sizes has them."""
    if max(batch, *shape, *output) < 1 << 60:  # in floats, cut to whole numbers as there
        ratio: float = prod(map(truediv, shape[1:], output[1:]))
        return floor((ratio + 1) * (batch * prod(output)))
    return output[0] * (prod(shape[1:]) + prod(output[1:])) * batch


class Framed(NamedTuple):
    """A model as a framework has it."""

    framework: str
    """The framework."""
    version: str
    """The version whose facts these are."""
    model: Count
    """The model with the framework's parameters and, channels last, its shapes."""
    held: int
    """Numbers that it keeps beside its parameters."""
    held_name: str
    """What the framework calls them."""
    tensors: Mapping[str, Mapping[str, Shape]]
    """Names and shapes of the parameters of each layer whose names are known."""
    gates: Mapping[str, Mapping[str, str]]
    """Of recurrent layers: the order of the gates, and where the reset stands."""
    notes: tuple[str, ...]
    """Where the count differs from PyTorch's, and why."""

    @property
    def record(self) -> dict[str, Any]:
        """The totals for programs, by the framework's own names."""
        return {
            "name": self.framework, "version": self.version, "params": self.model.params,
            "trainable": self.model.trainable, self.held_name: self.held,
            "notes": list(self.notes),
        }


def framed(model: Model, count: Count, framework: str) -> Framed:
    """The counted model as `framework` has it; InputError where it has no such layer.

    >>> from dlcalc.models.count import params
    >>> from dlcalc.models.reading import model
    >>> net = model("input 3x3; lstm 4")
    >>> framed(net, params(net), "keras").notes
    ('keras counts 128 in lstm1, pytorch 144: one bias a gate',)
    """
    tables.checked(framework)
    rows, notes, held, tensors, gates = [], [], 0, {}, {}
    for row, facts in facts_of(model, count):
        made = _framework_row(row, facts, framework)
        rows.append(made._replace(
            input=_shape_in(row.input, row.type, framework),
            output=_shape_in(row.output, row.type, framework),
        ))
        held += number(framework, "held", row, facts)
        usual = _framework_row(row, facts, "pytorch")
        if made.params != usual.params:
            notes.append(
                f"{framework} counts {made.params:,} in {row.name}, pytorch {usual.params:,}: "
                f"{_ask(framework, 'why', row.type)}"
            )
        if named := dict(_tensors(row, facts, framework)):
            tensors[row.name] = named
        if row.type in GATES:
            gates[row.name] = {"gates": ask(framework, "cells", f"gates of {row.type}")}
        if row.type == "gru":
            gates[row.name]["reset"] = ask(framework, "cells", "reset of gru")
    if framework == "keras":
        held = sum(made.params for made in rows) - sum(made.trainable for made in rows)
    return Framed(
        framework, table("frameworks")["versions"][framework],
        count._replace(rows=tuple(rows), input=_shape_in(count.input, "", framework)),
        held, ask(framework, "parameters.names", "held"), tensors, gates, tuple(notes),
    )


def others(model: Model, count: Count, framework: str | None) -> Iterator[str]:
    """Where other frameworks count a model otherwise: `keras counts 128: one bias a gate`.

    Frameworks of one count share a line.
    """
    own = framework or "pytorch"
    alike: dict[tuple[Any, ...], list[Any]] = {}
    tallied = list(tally(count.rows))
    rows = facts_of(model, count._replace(rows=[row for row, _ in tallied]))
    for (row, facts), (_, times) in zip(rows, tallied, strict=True):
        key = id(facts), row.params, is_shared(row)
        alike.setdefault(key, [row, facts, 0])[2] += times
    totals: dict[int, dict[str, str]] = {}
    for name in table("frameworks")["versions"]:
        if any(_ask(name, "missing", row.type) == "yes" for row, _, _ in alike.values()):
            continue
        more, why = 0, {}
        for row, facts, times in alike.values():
            theirs, usual = (number(each, "total", row, facts) for each in (name, own))
            more += (theirs - usual) * times
            if theirs != usual:
                why[_ask(name, "why", row.type)] = name
        if more:
            totals.setdefault(more, {})[name] = ", ".join(why)
    held = count.params + sum(
        number(own, "total", row, facts) * times for row, facts, times in alike.values()
    )
    for more, found in totals.items():
        counts = "counts" if len(found) == 1 else "count"
        yield f"{', '.join(found)} {counts} {held + more:,}: {next(iter(found.values()))}"


def number(framework: str, fact: str, row: Row, facts: Facts) -> int:
    """A number of the table's for a layer: beside `total`, beside `trained`, or `held`."""
    text = _ask(framework, fact, row.type)
    if is_shared(row):
        return 0
    if fact != "held" and (row.arguments or {}).get("bias") == "single":
        if (framework, row.type) == ("keras", "gru"):  # which has it as an option
            return 0
        more = facts["b"]  # the table is of two vectors a gate
        return int((value(text, Fields({"b": 2 * more}, *facts.levels)) if text else 0) + more)
    return int(value(text, facts)) if text else 0


@cache
def _ask(framework: str, fact: str, type: str) -> str:
    line = _by_type(table("frameworks")["parameters"], fact).get(type)
    return "" if line is None else str(tables.answer(line, framework))


def _framework_row(row: Row, facts: Facts, framework: str) -> Row:
    if _ask(framework, "missing", row.type) == "yes":
        raise tables.refusal(framework, f"{row.name}: it has no {row.type}")
    more = number(framework, "total", row, facts)
    trains = row.trainable == row.params
    into = "weights" if row.type in ("batchnorm", "conv_transpose") else "biases"
    return row._replace(
        **{into: getattr(row, into) + more},
        trainable=row.trainable + number(framework, "trained", row, facts) * trains,
    )


def _shape_in(shape: Shape, type: str, framework: str) -> Shape:
    """A shape with its channels where the framework has them; a sequence is T x D in all."""
    image = len(shape) > 2 or (len(shape) == 2 and ("conv" in type or "pool" in type))
    if image and ask(framework, "convolution", "channels") == "last":
        return (*shape[1:], shape[0])
    return shape


def _tensors(row: Row, facts: Facts, framework: str) -> Iterator[tuple[str, Shape]]:
    if not isinstance(row.node, Layer) or row.type != row.node.type or row.tied:
        return
    if row.type in GATES:
        yield from _of_cell(row, facts, framework)
        return
    # A norm may be scaled by default in this framework alone.
    scaled = facts["affine"] or number(framework, "trained", row, facts)
    layouts = table("frameworks")["layouts"]
    layout = tables.answer(layouts.get(row.type, {tables.USUAL: {}}), framework)
    if row.type == "attention":
        # Without the biases that are not there; frameworks lack heads of other sizes.
        square = facts["W"] == 4 * facts["e"] ** 2 and facts["b"] in (0, 4 * facts["e"])
        layout = {
            name: text for name, text in layout.items()
            if square and (facts["b"] or "bias" not in name)
        }
    for place, (name, text) in enumerate(layout.items()):
        given = scaled and (place == 0 or facts["bias"])
        if given or place > 1 or row.type == "attention":
            yield name, _shape(text, facts)


def _of_cell(row: Row, facts: Facts, framework: str) -> Iterator[tuple[str, Shape]]:
    """Those of a recurrent layer, layer by layer and both ways."""
    layout = tables.answer(table("frameworks")["cells"][row.type], framework)
    for layer in range(facts["layers"]):
        width = row.input[-1] if layer == 0 else facts["h"] * facts["D"]
        for direction in range(facts["D"]):
            within = f"{layer}." if facts["layers"] != 1 else ""
            within += ("forward.", "backward.")[direction] if facts["D"] != 1 else ""
            for name, text in layout.items():
                if facts["bias"] or tables.is_matrix(text.split()):
                    own = f"{within}{name}"
                    if framework in ("pytorch", "paddle"):  # put both into the name
                        own = name.replace("l0", f"l{layer}") + "_reverse" * direction
                    yield own, _shape(text, facts, width)


def _shape(text: str, facts: Facts, width: int = 0) -> Shape:
    """A shape by its letters; D is the width of what a recurrent layer takes."""
    made: tuple[int, ...] = ()
    for word in text.split():
        size: Any = width if word == "D" else value(table("frameworks")["letters"][word], facts)
        made += tuple(size) if isinstance(size, list) else (size,)
    return made
