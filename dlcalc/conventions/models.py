"""A model's parameters as a framework counts, names and shapes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from dlcalc.conventions.counters import GATES, facts_of, is_shared
from dlcalc.conventions.tables import (
    USUAL,
    Number,
    answer,
    ask,
    checked,
    is_matrix,
    refusal,
    table,
    value,
)
from dlcalc.layers.counted import Shape
from dlcalc.models.count import Count, Row, tally
from dlcalc.models.tree import Layer, Model
from dlcalc.typed import Any, NamedTuple

TORCH_NAMED = ("pytorch", "paddle")
"""Frameworks that put the layers and directions of a recurrent layer into its names."""
NONE: Mapping[str, Any] = {USUAL: {}}


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
    checked(framework)
    rows, notes, held, tensors, gates = [], [], 0, {}, {}
    for row, facts in facts_of(model, count):
        made = _row(row, facts, framework)
        rows.append(made._replace(
            input=_shape_in(row.input, row.type, framework),
            output=_shape_in(row.output, row.type, framework),
        ))
        held += number(framework, "held", row, facts)
        usual = _row(row, facts, "pytorch")
        if made.params != usual.params:
            notes.append(
                f"{framework} counts {made.params:,} in {row.name}, pytorch {usual.params:,}: "
                f"{_ask(framework, 'why', row.type)}"
            )
        named = dict(_tensors(row, facts, framework))
        if named:
            tensors[row.name] = named
        if row.type in GATES:
            gates[row.name] = _gates(row.type, framework)
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


def number(framework: str, fact: str, row: Row, facts: Mapping[str, Number]) -> int:
    """A number of the table's for a layer: beside `total`, beside `trained`, or `held`."""
    text = _ask(framework, fact, row.type)
    return int(value(text, facts)) if text and not is_shared(row) else 0


@cache
def _ask(framework: str, fact: str, type: str) -> str:
    lines = table("frameworks")["parameters"][fact]
    for types, line in lines.items():
        if type in types.split():
            return str(answer(line, framework))
    return ""


def _row(row: Row, facts: Mapping[str, Number], framework: str) -> Row:
    if _ask(framework, "missing", row.type) == "yes":
        raise refusal(framework, f"{row.name}: it has no {row.type}")
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


def _gates(type: str, framework: str) -> dict[str, str]:
    found: dict[str, str] = {"gates": ask(framework, "cells", f"gates of {type}")}
    if type == "gru":
        found["reset"] = ask(framework, "cells", "reset of gru")
    return found


def _tensors(
    row: Row, facts: Mapping[str, Number], framework: str
) -> Iterator[tuple[str, Shape]]:
    if not isinstance(row.node, Layer) or row.tied:
        return
    if row.type in GATES:
        yield from _of_cell(row, facts, framework)
        return
    sizes = _sizes(row, facts)
    # A norm may be scaled by default in this framework alone.
    scaled = facts["affine"] or number(framework, "trained", row, facts)
    layout = answer(table("frameworks")["layouts"].get(row.type, NONE), framework)
    if row.type == "attention":
        layout = _of_attention(layout, facts)
    for place, (name, text) in enumerate(layout.items()):
        given = scaled and (place == 0 or facts["bias"])
        if given or place > 1 or row.type == "attention":
            yield name, _shape(text, sizes)


def _of_cell(
    row: Row, facts: Mapping[str, Number], framework: str
) -> Iterator[tuple[str, Shape]]:
    """Those of a recurrent layer, layer by layer and both ways."""
    sizes = _sizes(row, facts)
    layout = answer(table("frameworks")["cells"][row.type], framework)
    for layer in range(int(facts["layers"])):
        width = sizes["D"] if layer == 0 else sizes["H"] * int(facts["D"])
        for direction in range(int(facts["D"])):
            for name, text in layout.items():
                if facts["bias"] or is_matrix(text.split()):
                    yield (
                        _named(name, layer, direction, facts, framework),
                        _shape(text, sizes | {"D": width}),
                    )


def _of_attention(layout: Mapping[str, str], facts: Mapping[str, Number]) -> Mapping[str, str]:
    """The layout without the biases that are not there; none of heads that frameworks lack."""
    e = facts["e"]
    if facts["W"] != 4 * e * e or facts["b"] not in (0, 4 * e):
        return {}
    return {name: text for name, text in layout.items() if facts["b"] or "bias" not in name}


def _sizes(row: Row, facts: Mapping[str, Number]) -> dict[str, Any]:
    """What the letters of the layouts stand for."""
    groups = int(facts.get("g", 1))
    sizes: dict[str, Any] = {"H": int(facts.get("h", 0)), "D": row.input[-1], "1": 1}
    sizes["GH"] = sizes["H"] * int(facts.get("G", 1))
    sizes["2GH"] = 2 * sizes["GH"]
    sizes["2"] = 2
    taps: Any = facts.get("taps", ())
    channels = row.input[0] if facts["axes"] and "K" in facts else row.input[-1]
    out = row.output[0] if "K" in facts else row.output[-1]
    sizes |= {
        "O": out, "I": channels // groups, "T": channels, "O/g": out // groups,
        "K": taps, "1K": (1,) * len(taps), "M": out // channels, "V": int(facts["W"]) // out,
        "C": int(facts.get("width", row.input[0])), "P": int(facts["P"]),
        "1A": (1,) * (len(row.input) - 1),
    }
    if row.type == "attention":
        e, heads = int(facts["e"]), int(facts["H"])
        sizes |= {"E": e, "3E": 3 * e, "N": heads, "S": e // heads}
    return sizes


def _shape(text: str, sizes: Mapping[str, Any]) -> Shape:
    made: tuple[int, ...] = ()
    for word in text.split():
        made += sizes[word] if isinstance(sizes[word], tuple) else (sizes[word],)
    return made


def _named(
    name: str, layer: int, direction: int, facts: Mapping[str, Number], framework: str
) -> str:
    if framework in TORCH_NAMED:
        return name.replace("l0", f"l{layer}") + "_reverse" * direction
    stacked = f"{layer}." if facts["layers"] != 1 else ""
    both = ("forward.", "backward.")[direction] if facts["D"] != 1 else ""
    return stacked + both + name

