"""Ways to give a layer fewer parameters, each applied to the model and counted whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import gcd, prod

from dlcalc.errors import InputError
from dlcalc.input.expressions import read_expression, sentences
from dlcalc.input.sources import text_beside
from dlcalc.layers.counted import Shape, whole
from dlcalc.layers.table import bind, handler, parameters
from dlcalc.models.changes import edit, with_argument
from dlcalc.models.count import Count, Row, params, tally
from dlcalc.models.notation import input_shape
from dlcalc.models.reading import AnyModel, Size, as_model
from dlcalc.models.receptive_fields import seen
from dlcalc.models.tree import Layer, Model, Node
from dlcalc.numbers.axes import by_x, per_axis
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.places import Index, Place
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run, given_model, shape_of
from dlcalc.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dlcalc.formulas.expressions import Step

expressions, working = lazily("dlcalc.formulas.expressions"), lazily("dlcalc.models.working")
slips = lazily("dlcalc.conventions.slips")
MOST_SHARED = 1024
"""Divisors that are tried: of channels into groups, of heads that share keys and values."""

Build = Callable[[int], Sequence[Layer]]
Bound = dict[str, Any]

class Proposal(NamedTuple):
    """A layer, or what would stand in its place, and the model with it."""

    way: str
    """What is done, `as it is` for today's."""
    layers: tuple[Layer, ...]
    """What stands in the place of the layer."""
    params: int
    """Parameters of those layers, over all turns of a repeat."""
    macs: int
    """Their multiply-accumulates for one example."""
    output: Shape
    """The shape that they give."""
    field: tuple[int, ...] | None
    """Columns of the input that one of their outputs sees, an axis each."""
    model: Count
    """The whole model, counted; its `misfit` names a layer behind that no longer fits."""

    @property
    def notation(self) -> str:
        """The layers as they are written."""
        return "; ".join(layer.text for layer in self.layers)


class _Reduction(NamedTuple):
    layer: str
    """Name of the layer."""
    today: Proposal
    """As it stands."""
    proposals: tuple[Proposal, ...]
    """What can be done: the most saved first, or with a budget the mildest first."""
    budget: int | None = None
    """Parameters that the layer may have."""


class Reduction(Result, _Reduction):
    """A layer as it stands, and the ways to fewer parameters."""

    __slots__ = ()


def reduce(
    model: AnyModel, layer: str, input: Size | None = None, budget: int | None = None
) -> Reduction:
    """Proposals for a layer with fewer parameters, each applied to the model and counted.

    `model` and `input` are as for `params`; `layer` is a name in it, and `budget` the
    parameters that the layer may have.
    Without a budget each way is shown at its usual strength, what saves most first. With
    one, each way goes just as far as meets it, and the mildest comes first: the one that
    keeps most parameters, among those behind which every layer still fits. Raises
    InputError for an unknown layer, one without parameters or a budget nothing meets, and
    what `params` does.

    >>> best = reduce("lenet", "C1", budget=100).proposals[0]
    >>> best.notation, best.params
    ('conv 3 5 bias=no; conv 6 1', 99)
    """
    model, input = as_model(model), None if input is None else input_shape(input)
    today = _propose(model, layer, input, "as it is", None)
    row = next(row for row in today.model.rows if row.node is today.layers[0])
    if not today.params:
        raise InputError(f"{layer}: {row.type} has no parameters to save")
    applicable = ways(today.layers[0], row.input)
    budget = None if budget is None else whole("budget", budget, 0)
    tried = [
        _propose(model, layer, input, way.name, way.layers(setting)) for way in applicable
        if (setting := way.usual if budget is None else _mildest(way, row, budget)) is not None
    ]
    tried.sort(key=lambda p: (p.params, p.model.params, p.macs) if budget is None
               else (p.model.misfit is not None, -p.params, -p.macs))
    proposals = tuple(
        p for p in tried if p.params < today.params or p.macs < today.macs
        or (p.model.misfit is None and p.model.params < today.model.params)
    )
    if budget is not None and not proposals and today.params > budget:
        raise InputError(f"{layer} cannot be brought to {budget:,} parameters by any of the ways")
    return Reduction(layer, today, proposals, budget)


def _propose(
    model: Model, layer: str, input: Shape | None, way: str, instead: Sequence[Layer] | None
) -> Proposal:
    """The model with other layers in the place of one (with itself, where None)."""
    placed: list[Layer] = []

    def replace(node: Node) -> Sequence[Node]:
        if not isinstance(node, Layer):
            raise InputError(f"{layer} is a {node.kind}; name one of its layers")
        new = instead or [node]
        parts = [f".{at}" for at in range(1, len(new) + 1)] if len(new) > 1 else [""]
        placed[:] = [
            Layer(each.type, each.arguments, each.options, node.name + part, node.place)
            for each, part in zip(new, parts, strict=True)
        ]
        return placed

    changed = edit(model, layer, replace)
    count = params(changed, input, tolerant=instead is not None)
    own = {id(each) for each in placed}
    rows = [(row, times) for row, times in tally(count.rows) if id(row.node) in own]
    if not rows:
        raise InputError(f"{layer} is not reached: {count.misfit}")
    last, _ = rows[-1]
    return Proposal(
        way, tuple(placed), sum(row.params * times for row, times in rows),
        sum(row.macs * times for row, times in rows), last.output, seen(last.field), count,
    )


def _mildest(way: Way, row: Row, budget: int) -> int | None:
    """The mildest setting of a way that meets the budget: they save ever more, so by halving."""
    low, high = 0, way.strengths
    while low < high:
        middle = (low + high) // 2
        if params(Model(way.layers(way.settings[middle])), row.input).params <= budget:
            high = middle
        else:
            low = middle + 1
    return way.settings[low] if low < way.strengths else None


class Way(NamedTuple):
    """One way to fewer parameters."""

    name: str
    settings: Sequence[int]
    """From mild to strong; each holds fewer parameters than the one before it."""
    usual: int
    """The setting that is shown where nothing else is asked for."""
    layers: Build
    """The layers that a setting puts in the place of the one."""

    @property
    def strengths(self) -> int:
        """The number of settings, which may be more than len() can say."""
        settings = self.settings
        if isinstance(settings, range):
            return max(0, -((settings.start - settings.stop) // settings.step))
        return len(settings)


def ways(layer: Layer, shape: Shape) -> list[Way]:
    """The ways that apply to a layer with an input of this shape.

    >>> [way.name for way in ways(Layer("linear", (84,)), (120,))]
    ['fewer units', 'low rank', 'no bias']
    """
    known, found = _known(layer, shape), []
    for line in text_beside(__file__, "ways.txt").splitlines():
        name, *row = line.split(" | ")
        if row and {layer.type, "any"} & {*row[0].split()} and read_expression(row[1])(known):
            settings, usual = _settings(row[2], known)
            found.append(Way(name, settings, usual, partial(_instead, layer, row[3], known)))
    return [way for way in found if way.settings]


def _known(layer: Layer, shape: Shape) -> Bound:
    """What the table of ways asks of a layer: its arguments, and what follows of them."""
    count = handler(layer.type)
    bound = bind(layer.type, layer.arguments, dict(layer.options), count)
    known = {
        **bound, "inputs": shape[-1], "channels": shape[0], "own": bound,
        "has_bias": "bias" in parameters(count)[0] and bound.get("bias", True),
    }
    if layer.type == "attention":
        heads = bound["heads"]
        now = bound.get("kv_heads") or heads
        fewer = [heads // shared for shared in _divisors(heads) if heads // shared < now]
        usual = next((k for k in fewer if k * 4 <= heads), fewer[-1]) if fewer else 1
        known |= {"sharings": fewer, "sharing": usual}
    if layer.type in ("conv", "dwconv", "conv_transpose"):
        groups = known["groups"] = bound.get("groups", 1)
        axes = per_axis(bound["kernel"], len(shape) - 1, "kernel")
        strides = per_axis(bound.get("stride", 1), len(axes), "stride")
        common = gcd(shape[0], bound.get("filters", 1)) // groups
        groupings = [groups * by for by in _divisors(common)]
        known |= {
            "axes": axes, "taps": prod(axes), "flat": len(axes) == 2 and min(axes) > 1,
            "cuts": range(1, max(axes)), "cut": 2 if max(axes) > 2 else 1,
            "doubled": _short([2 * stride for stride in strides]),
            "groupings": groupings, "grouping": groupings[0] if groupings else groups,
            "whole": groups == 1 and not bound.get("connections"),
        }
    return known


def _divisors(number: int) -> list[int]:
    """Divisors from 2 on, as far as they are tried."""
    return [by for by in range(2, min(number, MOST_SHARED) + 1) if number % by == 0]


def _settings(text: str, known: Bound) -> tuple[Sequence[int], int]:
    """The settings of a way, and the one that is shown where nothing else is asked for."""
    kind, *words = text.split()
    first, second = [*(read_expression(word)(known) for word in words), 0, 0][:2]
    if kind == "half":  # less of it, in steps
        return range(first - second, 0, -second), max(second, first // 2 // second * second)
    if kind == "quarter":  # so thin
        return range(first - 1, 0, -1), max(1, first // 4)
    return (first, second) if kind == "of" else ((0,), 0)


def _instead(layer: Layer, text: str, known: Bound, n: int) -> list[Layer]:
    """The layers that a setting puts in the place of the one."""
    if text in BUILT:
        return BUILT[text](layer, known, n)
    known = {**known, "n": n}
    kind, *words = text.split()
    if kind == "set":
        return [with_argument(layer, words[0], read_expression(words[1])(known))]
    return [_layer(each.split(), layer.type, known) for each in text.split("; ")]


def _layer(words: Sequence[str], type: str, known: Bound) -> Layer:
    """A layer as the table of ways writes it; `+moves` and `+bias` are as the one has them."""
    kind, *rest = words
    arguments, options = [], dict[str, Any]()
    for word in rest:
        key, equals, value = word.partition("=")
        if equals:
            options[key] = read_expression(value)(known)
        elif key in KEPT:
            own = known["own"]
            options |= {each: own[each] for each in KEPT[word] if each in own}
        else:
            arguments.append(read_expression(key)(known))
    return Layer(type if kind == "layer" else kind, tuple(arguments), options)


def _smaller_kernel(layer: Layer, known: Bound, less: int) -> list[Layer]:
    """Taps taken off every axis, and as much padding as keeps the output its size."""
    kernel, pad = known["axes"], known.get("pad", 0)
    smaller = [max(1, taps - less) for taps in kernel]
    changed = with_argument(layer, "kernel", _short(smaller))
    if isinstance(pad, str) or not pad:
        return [changed]
    pads = per_axis(pad, len(kernel), "pad")
    dilation = per_axis(known.get("dilation", 1), len(kernel), "dilation")
    off = (d * (taps - now) for d, taps, now in zip(dilation, kernel, smaller, strict=True))
    kept = [
        (max(0, pad[0] - less // 2), max(0, pad[1] - (less - less // 2)))
        if isinstance(pad, tuple) else max(0, pad - less // 2)
        for pad, less in zip(pads, off, strict=True)
    ]
    return [with_argument(changed, "pad", _short(kept))]


def _by_axes(layer: Layer, known: Bound, _: int) -> list[Layer]:
    """A k×1 convolution, and a 1×k one on its outputs."""
    layers = []
    for axis in range(2):
        options: Bound = {} if axis else {"bias": False}
        for key, neutral in (("stride", 1), ("pad", 0), ("dilation", 1)):
            value = known.get(key, neutral)
            if isinstance(value, str):
                options[key] = value
            elif value != neutral:
                alone = [neutral, neutral]
                alone[axis] = per_axis(value, 2, key)[axis]
                options[key] = _short(alone)
        if axis and "bias" in known:
            options["bias"] = known["bias"]
        alone = [1, 1]
        alone[axis] = known["axes"][axis]
        layers.append(Layer("conv", (known["filters"], tuple(alone)), options))
    return layers


BUILT = {"smaller kernel": _smaller_kernel, "a layer an axis": _by_axes}
KEPT = {"+moves": ("stride", "pad", "dilation", "output_padding"), "+bias": ("bias",)}


def _short(values: list[Any]) -> Any:
    """One value where all axes have the same, else one an axis."""
    if len(set(values)) > 1:
        return tuple(values)
    # A pair before:after alone would be taken for two axes.
    return tuple(values[:1]) if isinstance(values[0], tuple) else values[0]


HEADERS = (
    "way", "layers", "params", "saved", "macs", "output", "field", "model_params", "model_macs",
    "misfit",
)


class ReduceRun(Run[Reduction]):
    """Read the model, and try every way to reduce one of its layers."""

    def read(self) -> dict[str, Any]:
        """The model, the layer, and the shape of the input."""
        words, layer = self.options.pop("model"), self.options.pop("layer", None)
        if not words and layer is None and not self.out.piped:
            example = self.example()
            words, layer = (example["model"],), example["layer"]
        model = given_model(self, words)
        if layer is None:
            raise InputError("say which layer: --layer NAME, as dlcalc params names it")
        return {"model": model, "layer": layer, "input": shape_of(self.options.pop("input", None))}

    def answer(self, result: Reduction) -> Answer:
        """Today's layer, and the proposals against it."""
        today = result.today
        record: dict[str, Any] = {"layer": result.layer, "today": _record(today, today)}
        if result.budget is not None:
            record["budget"] = result.budget
        record["proposals"] = [_record(each, today) for each in result.proposals]
        rows = [_cells(each, today) for each in (today, *result.proposals)]
        return Answer(
            record, [Table(HEADERS, rows, drawn=lambda: _table(result))],
            main=("today", "params"), whole=True, working=partial(reduce_steps, result),
            element=partial(_step_of, result), advice=partial(_advice, result),
        )


def _record(each: Proposal, today: Proposal) -> dict[str, Any]:
    record = dict(zip(HEADERS, _cells(each, today), strict=True))
    record["receptive_field"] = record.pop("field")
    record["model"] = {"params": record.pop("model_params"), "macs": record.pop("model_macs")}
    misfit = record.pop("misfit")
    if misfit is not None:
        record["misfit"] = {
            "layer": misfit, "input": each.model.misfit_input, "reason": str(each.model.misfit),
        }
    return record


def _cells(each: Proposal, today: Proposal) -> tuple[Any, ...]:
    whole = each.model.misfit is None
    return (
        each.way, each.notation, each.params, today.params - each.params, each.macs, each.output,
        each.field, each.model.params if whole else None, each.model.macs if whole else None,
        each.model.misfit_name or None,
    )


def _table(result: Reduction) -> Table:
    rows = [
        [each.way, each.params, _percent(each.params, result.today.params), each.macs,
         each.output, each.field, each.model.params if each.model.misfit is None
         else f"{each.model.misfit_name} misfits", each.notation]
        for each in (result.today, *result.proposals)
    ]
    return Table(
        ["way", "params", "", "macs", "output", "field", "model", "layers"], rows,
        footnotes=["", *_footnotes(result)],
    )


def _footnotes(result: Reduction) -> Iterator[str]:
    said, best = partial(sentences, __file__, "footnotes.txt"), [*result.proposals, result.today][0]
    facts = {
        "layer": result.layer, "today": result.today.params, "budget": result.budget,
        "way": best.way, "notation": best.notation, "none": not result.proposals,
    }
    yield from said("before", facts)
    for each in result.proposals:
        if each.model.misfit is not None:
            at = by_x(each.model.misfit_input)
            yield from said("misfit", {"way": each.way, "name": each.model.misfit_name, "at": at})
    yield from said("after", facts)


def _percent(part: int, whole: int) -> str:
    tenths = (whole - part) * 1000 // whole
    if part >= whole:
        return "" if part == whole else f"+{-tenths / 10:g} %"
    return f"−{tenths / 10:g} %" if tenths else "<0.1 %"


def reduce_steps(result: Reduction) -> Iterator[Step]:
    """For today's layer and each proposal, the parameters layer by layer, and their sum."""
    for each in (result.today, *result.proposals):
        yield expressions.Step(each.way, note=each.notation)
        yield from _proposal_steps(result.layer, each)


def _proposal_steps(name: str, each: Proposal) -> Iterator[Step]:
    rows = _rows(each)
    for row in rows[: len(each.layers)]:
        yield working.params_step(row)
    if len(rows) > 1:
        turns = len(rows) // len(each.layers)
        note = f"in all {turns} turns" if turns > 1 else ""
        shown = (expressions.add(*(row.params for row in rows)),) if turns == 1 else ()
        yield expressions.Step(name, each.params, None, shown, note)


def _rows(each: Proposal) -> list[Row]:
    own = {id(layer) for layer in each.layers}
    return [row for row in each.model.rows if id(row.node) in own]


def _advice(result: Reduction, place: Place, wanted: Any) -> str:
    """The slip that gives what was expected of today's layer or of a proposal."""
    known = (result.today, *result.proposals)
    each, what = _asked(result, place)
    if each is None:
        return ""
    if what == "saved":
        return slip_of(wanted, [("what is left, in place of what is saved,", each.params)])
    others = known if what in ("params", "macs") else ()
    return slips.rows_advice(each.model, _rows(each), what, wanted) or slip_of(
        wanted, ((f"the way '{other.way}'", getattr(other, what)) for other in others)
    )


def _asked(result: Reduction, place: Place) -> tuple[Proposal | None, str]:
    """Today's layer or the proposal that a place is of, and its field."""
    match place:
        case ("today", str(what)):
            return result.today, what
        case ("proposals", int(number), str(what)):
            return result.proposals[number], what
    return None, ""


def _step_of(result: Reduction, place: Place, _: Index) -> Step | None:
    """The parameters of today's layer or of a proposal, with their working."""
    each, what = _asked(result, place)
    return None if each is None or what != "params" else [*_proposal_steps(result.layer, each)][-1]
