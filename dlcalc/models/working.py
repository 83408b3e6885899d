"""The working of a model's counts: each layer's formula with its numbers, and the sums.

No formula is stated here. The function of a type is called once more with numbers that
remember where they came from, so a type that can be counted can be explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from dlcalc.formulas.counting import N
from dlcalc.formulas.expressions import Expr, Step, add, mul, symbol
from dlcalc.input.sources import read_table
from dlcalc.layers.counted import Counted, Shape
from dlcalc.layers.size_steps import output_step, size_steps
from dlcalc.layers.table import context, handler, usual
from dlcalc.models.count import Count, Row
from dlcalc.models.receptive_fields import seen
from dlcalc.numbers.axes import plural
from dlcalc.numbers.places import Place
from dlcalc.numbers.sizes import Axis
from dlcalc.typed import Any, NamedTuple

SUMS = ("params", "weights", "biases", "trainable", "macs", "activations")
"""Totals that are written out as sums of the layers'."""
MOST_STEPS = 40
"""Layers whose formulas are written out; the rest are counted."""


LETTERS = read_table(__file__, "working.txt")["letter"]
"""What the letters of a shape mean; and of an argument, its letter and what that means."""


class Traced(NamedTuple):
    """A layer, counted with numbers that carry their formulas."""

    counted: Counted
    values: dict[Expr, int]
    """Every symbol with its number."""
    words: dict[Expr, str]
    """Every symbol with what it is."""

    def step(self, name: Any, number: int) -> Step:
        """The step that gives one of its counts: formula, numbers, and what the letters are."""
        if not isinstance(number, N) or not number.symbols:
            return Step(name, int(number))
        formula = number.formula
        legend = dict.fromkeys(f"{each.args[0]} {self.words[each]}" for each in number.symbols)
        # A symbol alone has nothing to put its number into.
        shown = () if formula in self.values else (formula.put(self.values),)
        return Step(name, int(number), formula, shown, ", ".join(legend))


def traced(type: str, shape: Shape, arguments: Mapping[str, Any], cached: int = 0) -> Traced:
    """Count a layer of this type with letters for its shape and for what it was given.

    `cached` positions came before, where the layer looks back on them.

    An argument left as it is by default is a bare number, which a formula need not name.

    >>> found = traced("linear", (84,), {"units": 10, "bias": True})
    >>> found.counted.weights.formula.put(found.values)
    Expr('mul', (84, 10))
    """
    function = handler(type)
    found = Traced(Counted(()), {}, {})
    lettered = tuple(
        _letter(found, letter, index, size, LETTERS[letter])
        for (letter, index), size in zip(_shape_letters(function, len(shape)), shape, strict=True)
    )
    defaults = usual(function)
    given = {
        name: value if name in defaults and defaults[name] == value
        else _argument(found, function, name, value, len(shape) - 1)
        for name, value in arguments.items()
    }
    if cached and "cached" in context(function):
        given["cached"] = _letter(found, "S", "", cached, LETTERS["S"])
    counted = function(lettered, **given)
    for size in counted.output:
        for each in size.symbols if isinstance(size, N) else ():
            if each not in found.values:  # an output size, which is named and not worked out
                found.values[each], found.words[each] = int(size), LETTERS["O"]
    return found._replace(counted=counted)


def _shape_letters(function: Any, axes: int) -> list[tuple[str, object]]:
    """The letters of the axes: N, T×D or C×L of windows; C×L_1×L_2 of an image."""
    if axes == 1:
        return [("N", "")]
    spatial = function.__module__.endswith("windowed")
    if axes == 2:
        return [("C", ""), ("L", "")] if spatial else [("T", ""), ("D", "")]
    return [("C", ""), *(("L", place) for place in range(1, axes))]


def _argument(found: Traced, function: Any, name: str, value: Any, axes: int) -> Any:
    letter, _, words = LETTERS.get(name, f"{name} {name}").partition(" ")
    if symbol(letter) in found.values or symbol(letter, 1) in found.values:
        letter = name  # taken by another
    if function.__annotations__.get(name) == "PerAxisValue" and not isinstance(value, tuple):
        value = (value,) * max(1, axes)
    if isinstance(value, tuple):
        if not all(type(each) is int for each in value):
            return value
        return tuple(
            _letter(found, letter, place if len(value) > 1 else "", each, words)
            for place, each in enumerate(value, 1)
        )
    return _letter(found, letter, "", value, words) if type(value) is int else value


def _letter(found: Traced, letter: str, index: object, value: int, words: str) -> N:
    name = symbol(letter, index)
    found.values[name], found.words[name] = value, words
    return N(value, name)


def model_steps(count: Count) -> Iterator[Step]:
    """The parameters of each layer that has any, and their sum."""
    holding = [row for row in count.rows if row.params]
    for row in holding[:MOST_STEPS]:
        yield params_step(row)
    if len(holding) > MOST_STEPS:
        more = len(holding) - MOST_STEPS
        yield Step(f"{more:,} more {plural(more, 'layer')}", note="--layer NAME shows one")
    yield total_step(count)


def total_step(count: Count, what: str = "params") -> Step:
    """The parameters of a model, or another of its totals, as the sum of its layers'."""
    terms = [number for row in count.rows if (number := getattr(row, what))]
    shown = (add(*terms),) if 1 < len(terms) <= MOST_STEPS else ()
    return Step("total", sum(terms), None, shown)


def layer_steps(row: Row, cached: int = 0) -> Iterator[Step]:
    """One layer: its output size, parameters, multiply-accumulates and receptive field."""
    windows = windows_of(row)
    if windows:
        yield from size_steps(windows)
    yield params_step(row)
    yield macs_step(row, cached)
    field = seen(row.field)
    if field is not None:
        yield Step("receptive field", list(field), note="input columns that an output sees")


def params_step(row: Row) -> Step:
    """The formula of a layer's parameters, with its numbers."""
    if row.tied:
        return Step(row.name, row.params, note=f"weights tied to {row.tied}")
    found = _traced(row)
    if found is None:
        return Step(row.name, row.params)
    step = found.step(row.name, found.counted.weights + found.counted.biases)
    biases = _constant(step.formula) if row.biases else 0
    note = f"{step.note}, {biases} {plural(biases, 'bias')}"
    return step._replace(note=note) if biases else step


def _constant(formula: Any) -> int:
    """The number added in the sum that a formula multiplies: 1 in (N + 1)·U."""
    factors = formula.args if isinstance(formula, Expr) and formula.kind == "mul" else ()
    for each in factors:
        if isinstance(each, Expr) and each.kind == "add" and isinstance(each.args[-1], int):
            return int(each.args[-1])
    return 0


def macs_step(row: Row, cached: int = 0) -> Step:
    """The formula of a layer's multiply-accumulates, with its numbers."""
    found = _traced(row, cached)
    if found is None or found.counted.macs != row.macs:  # what is masked, or does not run
        return Step("macs", row.macs)
    return found.step("macs", found.counted.macs)


def windows_of(row: Row) -> tuple[Axis, ...]:
    """The windows that give the output its size, where there are any."""
    if row.arguments is None:
        return ()
    windows = handler(row.type)(row.input, **row.arguments).windows
    sizes = tuple(axis.output for axis in windows)
    return windows if sizes == row.output[1:] else ()


def _traced(row: Row, cached: int = 0) -> Traced | None:
    arguments = row.arguments
    return None if arguments is None else traced(row.type, row.input, arguments, cached)


def expected_step(
    count: Count, field: Place, index: tuple[int, ...], use: Any = None
) -> Step | None:
    """The working of the field in which an expected answer of a whole model differs."""
    match field:
        case ("total", ("weights_bytes" | "activations_bytes" | "training_bytes") as what):
            return _bytes_step(count, use, what)
        case ("total", "cache_bytes") if use is not None:
            return _cache_step(count.caches, count.positions, use)
        case ("layers", int(place), "cache_bytes") if use is not None:
            caches = [(cache, 1)] if (cache := count.rows[place].cache) else []
            return _cache_step(caches, count.positions, use)
        case ("total", str(what)) if what in SUMS and count.misfit is None:
            counting = [row for row in count.rows if getattr(row, what)]
            alone = layer_step(counting[0], field, index) if len(counting) == 1 else None
            return alone or total_step(count, what)
        case ("layers", int(place), "receptive_field", ("size" | "unclipped") as what) if index:
            return _field_step(list(count.rows[max(0, place - 1) : place + 1]), what, index[0])
        case ("layers", int(place), str(_)):
            return layer_step(count.rows[place], field, index, use)
    return None


def _bytes_step(counted: Count | Row, use: Any, what: str) -> Step | None:
    """Bytes by how many numbers there are, or by what training holds."""
    if use is None or getattr(counted, "misfit", None) is not None:
        return None
    held = use.held(counted)
    if what == "training_bytes":
        parts = held.weights, held.gradients, held.optimizer, held.activations
        return Step(what, held.training, None, (add(*parts),), (
            f"weights, gradients, state of the optimiser, activations; {use.training}"))
    bytes_, factors = (held.weights, (counted.params,)) if what == "weights_bytes" else (
        held.activations, (counted.activations, *((use.batch,) if use.batch > 1 else ())))
    each, rest = divmod(bytes_, prod(factors) or 1)
    return Step(what, bytes_) if rest else Step(
        what, bytes_, None, (mul(*factors, each),), f"{each} {plural(each, 'byte')} each")


def _cache_step(caches: list[tuple[Any, int]], positions: int, use: Any) -> Step:
    """Bytes of caches that keep so many numbers for each position; of others as they are."""
    terms: list[Any] = []
    for cache, times in caches:
        factors = min(positions, cache.most or positions), cache.each, use.cache_size
        size = cache.bytes(positions, use.cache_size)
        each = factors if prod(factors) == size else (size,)
        terms.append(mul(*each, *(n for n in (times, use.batch) if n > 1)))
    note = "positions, numbers for each, bytes of one, layers, examples"
    return Step("cache_bytes", 0, None, (add(*terms),), note)


def _field_step(rows: list[Row], what: str, axis: int) -> Step | None:
    """How far a layer of windows sees, by what the layer before it does."""
    row, windows = rows[-1], windows_of(rows[-1])
    before = rows[0].field if len(rows) > 1 else None
    if row.field is None or axis >= len(windows) or (before and rows[0].output != row.input):
        return None
    names = [symbol(letter) for letter in "RKDJ"]
    R, J = (before[axis].size, before[axis].jump) if before else (1, 1)
    numbers = R, windows[axis].kernel, windows[axis].dilation, J
    if row.field[axis].size != R + (numbers[1] - 1) * numbers[2] * J:
        return None
    formula = names[0] + (names[1] - 1) * names[2] * names[3]
    value = row.field[axis].clipped if what == "size" else row.field[axis].size
    note = "R field and J jump of the layer before, K kernel, D dilation"
    note += "" if value == row.field[axis].size else "; clipped to the input"
    return Step(what, value, formula, (formula.put(dict(zip(names, numbers, strict=True))),), note)


def layer_step(row: Row, field: Place, index: tuple[int, ...], use: Any = None) -> Step | None:
    """The working of the field in which an expected answer of one layer differs."""
    what = field[-1]
    if str(what).endswith("_bytes") and what != "cache_bytes":
        return _bytes_step(row, use, str(what))
    if what == "params":
        return params_step(row)
    if what == "macs":
        return macs_step(row, getattr(use, "cached", None) or 0)
    found = _traced(row)
    if what in ("weights", "biases") and found is not None:
        number = getattr(found.counted, str(what))
        return found.step(str(what), number) if number == getattr(row, str(what)) else None
    if what == "activations" and prod(row.output) == row.activations:
        return Step("activations", row.activations, None, (mul(*row.output),))
    axis = index[0] - 1 if what == "output" and index else -1
    windows = windows_of(row)
    return output_step(windows[axis]) if 0 <= axis < len(windows) else None


def comparison_steps(result: Any) -> Iterator[Step]:
    """The layers whose parameters differ, before and after."""
    for when, count in (("Before", result.before), ("After", result.after)):
        yield Step(when)
        differing = {pair.name for pair in result.pairs if pair.differs}
        rows = [row for row in count.rows if row.params and row.name in differing]
        for row in rows[:MOST_STEPS]:
            yield params_step(row)
        yield total_step(count)
