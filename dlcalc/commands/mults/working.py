"""The working of multiplications: axis by axis what meets, then the products and sums.

Indices are those of a textbook and start at 1: xᵢ, wₖ and yₒ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from dlcalc.commands.mults import counting
from dlcalc.commands.mults.counting import Multiplications, Phase, Stage
from dlcalc.formulas.expressions import Expr, Step, add, call, ceil, floor, mul, symbol, total
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.places import Place
from dlcalc.numbers.sizes import Axis
from dlcalc.typed import Any

L, F, S, D, P, OUTPUT, TAP = (symbol(name) for name in "LFSDPOk")
FULL = 24
"""Entries that are written out; of more, some at the head and at the tail."""
SHORT = 10
"""The same amid a sentence."""
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def mults_steps(result: Multiplications) -> Iterator[Step]:
    """The steps to the counts of every stage, and their sum."""
    for stage in result.stages:
        yield from stage_steps(stage)
    yield from (total_step(result, each) for each in result.total if len(result.stages) > 1)


def field_step(result: Multiplications, field: Place) -> Step | None:
    """The step that gives one count of the record: `total.dense`, `stages[0].methods.…`."""
    named = (str(part) for part in field if part in result.total)
    method = result.headline if field == ("multiplications",) else next(named, None)
    if method is None:
        return None
    if field[0] != "stages" and len(result.stages) > 1:
        return total_step(result, method)
    stage = result.stages[int(field[1]) if field[0] == "stages" else 0]
    step, line = count_step(stage, method), axis_steps(
        stage.axes[0], stage.phases[0], stage.tile, "")
    # Along one axis, of one channel pair, it is the sum that the axis's own working has.
    said = (each for each in line if str(each.name).split(" by ")[0] == method)
    same = None if step.formula is not None else next(said, None)
    return step if same is None else step._replace(numbers=same.numbers)


def advice(result: Multiplications, expected: Any) -> str:
    """Which other method, or which part of the work, an expected count belongs to."""
    plain, slips = [], []
    for method in sorted(result.total, key=result.headline.__ne__):
        whole = result.total[method]
        slips.append((f"{method} for all of it in FLOPs (×2)", 2 * whole))
        for stage in result.stages:
            count = stage.methods[method]
            plain += [(f"{method} for {what}", number) for what, number in (
                ("all of it", whole), (stage.name, count.total),
                ("one channel pair", count.per_pair), ("one line", count.per_axis[0]))]
            if len(count.per_axis) > 1:
                added, pairs = sum(count.per_axis), count.total // (count.per_pair or 1)
                slips += [(f"{method} added over the axes of {stage.name}", added * pairs),
                          (f"{method} added over the axes of one channel pair", added)]
            slips += [(f"{method} for {stage.name} without its {words} channels", count.total // n)
                      for words, n in zip(("input", "output"), stage.channels, strict=True)]
    return slip_of(expected, (*plain, *slips))


def total_step(result: Multiplications, method: str) -> Step:
    """The step that adds up one method over the stages."""
    terms = [stage.methods[method].total for stage in result.stages]
    return Step(f"{method}, all stages", result.total[method], None, _summed(terms))


def stage_steps(stage: Stage) -> Iterator[Step]:
    """The steps to one stage's counts: its axes one by one, then their products."""
    sizes = by_x([axis.input for axis in stage.axes]), by_x(stage.output)
    kernel = by_x([axis.kernel for axis in stage.axes])
    yield Step(
        stage.name, note=f"input {sizes[0]}, output {sizes[1]}, kernel {kernel}, "
        f"{stage.channels[0]} → {stage.channels[1]} channels",
    )
    for place, axis in enumerate(stage.axes):
        if stage.axes.index(axis) == place:
            alike = stage.axes.count(axis) == len(stage.axes)
            name = ("each axis" if place + 1 < len(stage.axes) else "its axis") if alike else (
                f"axis {place}"
            )
            yield from axis_steps(axis, stage.phases[place], stage.tile, name)
    for method in stage.methods:
        yield count_step(stage, method)


def count_step(stage: Stage, method: str) -> Step:
    """The product over the axes and the channel pairs that gives a method's count."""
    count, note, factors = stage.methods[method], "", stage.methods[method].per_axis
    if method == "winograd":
        nested = "nested; " if len(stage.axes) > 1 else ""
        note = f"{nested}the fewest products of a channel pair, all phases at once: {stage.rank}"
    if method == "fft":
        sizes = [counting.points(axis) for axis in stage.axes]
        factors = (count.per_pair,)
        note = (
            f"{by_x(sizes)} points: a product for each frequency that is its own mirror image, "
            "three for each other pair"
        )
    if stage.pairs == 1:
        formula = mul(*factors) if len(factors) > 1 else None
        return Step(f"{method}, a channel pair", count.total, formula, (), note)
    on_the_way = (_over_channels(stage, count.per_pair),) if len(factors) > 1 else ()
    return Step(method, count.total, _over_channels(stage, *factors), on_the_way, note)


def _over_channels(stage: Stage, *counts: int) -> Expr:
    product = mul(*counts, *stage.channels)
    if stage.pairs * stage.groups != stage.channels[0] * stage.channels[1]:
        return mul(*counts, stage.pairs)
    return product if stage.groups == 1 else product / stage.groups


def axis_steps(line: Axis, found: tuple[Phase, ...], tile: int, name: str) -> Iterator[Step]:
    """One axis: the input with its zeros, each output's taps, the sums, the phases."""
    yield Step(
        name, note=f"L {line.input}, F {line.kernel}, S {line.stride}, D {line.dilation}, "
        f"P {line.pad[0]}, O {line.output}",
    )
    yield Step("zero-inserted input" if line.transposed else "padded input", note=_sequence(line))
    dense = "dense" if line.transposed else "direct"
    yield Step(dense, line.output * line.kernel, OUTPUT * F, (mul(line.output, line.kernel),))
    yield from _some(range(line.output), partial(_output_step, line), "outputs")
    yield from _sum_steps(line)
    yield from _phase_steps(line, found, tile)


def _sequence(line: Axis) -> str:
    """0, 0, x₁, 0, x₂, …: the columns that the kernel moves over."""
    before, columns, after = counting.grid(line)
    apart = line.stride if line.transposed else 1

    def entry(position: int) -> str:
        column, off_grid = divmod(position, apart)
        return "0" if off_grid or not 0 <= column < line.input else _indexed("x", column)

    return _entries(range(-before, columns + after), entry)


def _indexed(name: str, index: int) -> str:
    return f"{name}{str(index + 1).translate(_SUBSCRIPTS)}"


def _ends(items: Sequence[Any], full: int = FULL) -> tuple[list[Any], int, list[Any]]:
    """All items, or those at the head, how many amid them are left out, and those at the tail."""
    count = len(items) if not isinstance(items, range) else max(
        0, -(-(items.stop - items.start) // items.step)  # len() stops at a machine word
    )
    head, tail = (count, 0) if count <= full else (full // 2, full // 4)
    last = [items[count - place] for place in range(tail, 0, -1)]
    return [items[place] for place in range(head)], count - head - tail, last


def _entries(
    items: Sequence[Any], entry: Callable[[Any], str], full: int = FULL, between: str = ", "
) -> str:
    """Entries with commas, those amid a long range left out and counted."""
    first, left_out, last = _ends(items, full)
    amid = [f"… ({left_out} left out) …"] * bool(left_out)
    return between.join([*map(entry, first), *amid, *map(entry, last)])


def _some(items: Sequence[Any], step: Callable[[Any], Step], what: str) -> list[Step]:
    first, left_out, last = _ends(items)
    amid = [Step("…", note=f"{left_out} {what} left out")] * bool(left_out)
    return [*map(step, first), *amid, *map(step, last)]


def _summed(terms: list[int]) -> tuple[Expr, ...]:
    """The sum of several numbers written out, of many in part; nothing for a single one."""
    first, left_out, last = _ends(terms, SHORT)
    amid = [symbol(f"… {left_out} terms …")] * bool(left_out)
    return (add(*first, *amid, *last),) if len(terms) > 1 else ()


def _output_step(line: Axis, output: int) -> Step:
    met = counting.meetings(line, output)
    # By the columns, which in a transposed convolution the taps meet backwards.
    terms = met[::-1] if line.transposed else met
    words = _entries(terms, lambda at: _indexed("x", at[1]) + _indexed("w", at[0]), SHORT, " + ")
    products = "1 product" if len(met) == 1 else f"{len(met)} products"
    return Step(_indexed("y", output), note=f"{words or '0'}, {products}")


def _sum_steps(line: Axis) -> Iterator[Step]:
    by_tap = [counting.columns_met(line, tap) for tap in range(line.kernel)]
    products = sum(by_tap)
    if line.output <= FULL:
        by_output = [len(counting.meetings(line, output)) for output in range(line.output)]
        yield Step("zero_skip by outputs", products, None, (add(*by_output),))
    lands, step = (OUTPUT, L) if line.transposed else (L, OUTPUT)
    first, last = ceil((P - TAP * D) / S), floor((P + lands - 1 - TAP * D) / S)
    columns = call("max", 0, call("min", step - 1, last) - call("max", 0, first) + 1)
    taps = "k=0", F - 1
    yield Step("zero_skip by taps", products, total(columns, *taps), _summed(by_tap))
    if not line.transposed:
        return
    on_grid = counting.outputs_on_grid(line)
    yield Step(
        "polyphase", sum(on_grid), total(last - first + 1, *taps), _summed(on_grid),
        "with the zeros at the edges",
    )


def _phase_steps(line: Axis, found: tuple[Phase, ...], tile: int) -> Iterator[Step]:
    stepping, taps, lands = counting.steps(line)
    inputs, outputs = (stepping, lands) if line.transposed else (lands, stepping)
    side = "outputs" if line.transposed else "inputs"
    yield Step(
        "phases", note=f"taps and {side} of one phase meet no "
        f"others: every {_nth(taps)} tap over every {_nth(inputs)} input makes every "
        f"{_nth(outputs)} output; by Toom–Cook the two smallest of inputs, taps and outputs, "
        "less 1",
    )
    numbered = list(enumerate(found, 1))
    yield from _some(numbered, lambda each: _phase_step(line, *each), "phases")
    products = [phase.winograd * phase.copies for phase in found]
    yield Step("winograd", sum(products), None, _summed(products))
    tiled = [phase.counts(tile)[2] * phase.copies for phase in found]
    m, r, t = symbol("m"), symbol("r"), symbol("t")
    yield Step(
        f"winograd_tile{tile}", sum(tiled), call("sum", ceil(m / t) * (t + r - 1)),
        _summed(tiled), f"tiles of t {tile} outputs, m outputs and r taps a phase",
    )


def _nth(step: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(step, f"{step}th")


def _phase_step(line: Axis, number: int, phase: Phase) -> Step:
    inputs, taps, outputs = (
        _entries(columns, partial(_indexed, name), SHORT)
        for name, columns in zip("xwy", counting.columns_of(line, phase), strict=True)
    )
    smallest, middle, _ = sorted((phase.inputs, phase.taps, phase.outputs))
    rank, formula = str(phase.rank), add(smallest, middle) - 1
    if phase.copies > 1:
        formula = mul(phase.copies, formula)
        rank += f" each; {phase.copies} phases alike, this is the first"
    return Step(
        f"phase {number}", phase.winograd * phase.copies, formula, (),
        f"taps {taps} over {inputs} make {outputs}; {rank}",
    )
