"""Multiplications as people read them: a table a stage, a method a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Table

if TYPE_CHECKING:
    from dlcalc.commands.mults.phases import Phase, Rank
    from dlcalc.commands.mults.stages import Multiplications, Stage

MOST_PHASES = 40
"""Rows of phases that people see; the formats for programs have them all."""


def stage_tables(result: Multiplications, headline: str, convention: str) -> Iterator[Table]:
    """The counts of each stage, then the sum over all; the convention under the last."""
    stages = result.stages
    tables = [_stage_table(stage) for stage in stages]
    if len(stages) > 1:
        rows = [[method, count] for method, count in result.total.items()]
        tables.append(Table(["method", "total"], rows, f"All {len(stages)} stages"))
    notes = [
        f"{headline}, the headline, skips every product with a zero.", convention,
        "line: along one axis; pair: one input with one output channel; stage: all pairs.",
    ]
    yield from tables[:-1]
    yield tables[-1]._replace(footnotes=[*tables[-1].footnotes, *notes])


def _stage_table(stage: Stage) -> Table:
    """A method a row: a line along each axis, or along any where they are alike, a pair, all."""
    alike, axes = len(set(stage.axes)) == 1, len(stage.axes)
    headers = ["method", *(["line"] if alike else [f"axis {i}" for i in range(axes)])]
    headers += ["pair"] * (axes > 1) + ["stage"] * (stage.pairs > 1)
    rows = []
    for method, count in stage.methods.items():
        lines = count.per_axis[:1] if alike else count.per_axis
        row = [method, *lines, *[count.per_pair] * (axes > 1), *[count.total] * (stage.pairs > 1)]
        rows.append(row)
    return Table(headers, rows, _title(stage), [rank_note(stage)])


def _title(stage: Stage) -> str:
    sizes = f"{_by_x(axis.input for axis in stage.axes)}→{_by_x(stage.output)}"
    name = sizes if stage.name == sizes else f"{stage.name}: {sizes}"
    kernel = _by_x(axis.kernel for axis in stage.axes)
    groups = f" in {stage.groups} groups" if stage.groups > 1 else ""
    return f"{name}, kernel {kernel}, {stage.channels[0]}→{stage.channels[1]} channels{groups}"


def _by_x(sizes: Iterable[int]) -> str:
    return "x".join(map(str, sizes))


def rank_note(stage: Stage) -> str:
    """What is proved of the fewest products: nested Winograd is no minimum in 2-D."""
    nested = stage.methods["winograd"].per_pair
    note = f"the fewest products of a channel pair: {stage.rank}"
    if len(stage.axes) > 1 and stage.rank.lower < nested:
        note += f"; {nested} is nested Winograd, an upper bound"
    return note


def phases_table(result: Multiplications) -> Table:
    """The phases of every stage, those of one shape in one row."""
    rows: list[list[Any]] = []
    drawn: list[list[Any]] = []
    for stage in result.stages:
        name = f"{stage.name} " if len(result.stages) > 1 else ""
        for line in dict.fromkeys(stage.phases):
            axes = [axis for axis, other in enumerate(stage.phases) if other == line]
            where = "" if len(axes) == len(stage.phases) else f"axis {_listed(axes)} "
            for (*shape, bounds), alike in _alike(line).items():
                cells = [*shape, _bounds(bounds)]
                rows.append([stage.name, _listed(axes), alike, *cells])
                drawn.append([f"{name}{where}×{alike}", *cells])
    shapes = ["inputs", "taps", "outputs", "products", "winograd", "rank"]
    title = "Phases: independent short filters"
    return Table(
        ["stage", "axis", "phases", *shapes], rows, title,
        drawn=lambda: Table(["phases", *shapes], drawn[:MOST_PHASES], title, _notes(len(drawn))),
    )


def _listed(axes: Sequence[int]) -> str:
    return ",".join(map(str, axes))


def _notes(rows: int) -> list[str]:
    left_out = rows - MOST_PHASES
    notes = [f"{left_out} more rows left out; csv and json have every phase"] * (left_out > 0)
    return [*notes, "rank: the fewest products; one number where it is proved exactly."]


def _alike(line: Sequence[Phase]) -> dict[tuple[Any, ...], int]:
    """How many phases there are of each shape."""
    shapes: dict[tuple[Any, ...], int] = {}
    for p in line:
        shape = (p.inputs, p.taps, p.outputs, p.products, p.winograd, p.rank)
        shapes[shape] = shapes.get(shape, 0) + p.copies
    return shapes


def _bounds(rank: Rank) -> str:
    return str(rank.lower) if rank.lower == rank.upper else f"{rank.lower}..{rank.upper}"
