"""Two counted models side by side as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.commands.params.count_answer import (
    BYTES,
    COLUMNS,
    MACS,
    SUMMED,
    Facts,
    count_record,
    fold,
    size_text,
    span,
    times_table,
    total_of,
    total_record,
    turns_alike,
)
from dlcalc.output.answer import Answer, Made, Table
from dlcalc.output.tables import cell_text

if TYPE_CHECKING:
    from dlcalc.models.changes import Comparison, Pair
    from dlcalc.models.use import Use

USUAL = ("name", "output", "params", "macs")
"""The columns that are shown where none are asked for."""
COUNTED = SUMMED + BYTES
"""Columns of which the difference is shown."""


def comparison_answer(
    result: Comparison, use: Use, names: tuple[str, str], columns: Sequence[str] = USUAL,
    **explained: Any,
) -> Answer:
    """The second model as it would stand alone, with the first and the difference beside it."""
    facts = Facts(use, result.after.positions)
    headers: list[str] = []
    for column in columns:
        both = [f"{column}_before", column] if column != "name" else ["name"]
        headers += [*both, f"{column}_difference"] if column in COUNTED else both
    rows = Made(result.pairs, lambda pair: [
        cell for column in columns for cell in _cells(pair, column, facts)
    ])
    table = Table(headers, rows, drawn=lambda: _drawn(result, facts, names, columns))
    return Answer(
        {}, [table], main=("total", "params"), whole=True, made=lambda: _record(result, facts),
        **explained,
    )


def _record(result: Comparison, facts: Facts) -> dict[str, Any]:
    after, before = count_record(result.after, facts), count_record(result.before, facts)
    return {
        **after, "before": before,
        "difference": {
            key: _difference(before["total"].get(key), each)
            for key, each in after["total"].items() if not isinstance(each, dict)
        },
    }


def _cells(pair: Pair, column: str, facts: Facts) -> list[Any]:
    if column == "name":
        return [pair.name]
    before, after = (
        None if row is None else COLUMNS[column](row, facts) for row in (pair.before, pair.after)
    )
    return [before, after, _difference(before, after)] if column in COUNTED else [before, after]


def _difference(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def _drawn(
    result: Comparison, facts: Facts, names: tuple[str, str], columns: Sequence[str]
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    folded = fold(
        result.spans(), lambda pair: (turns_alike(pair.before), turns_alike(pair.after))
    )
    rows = []
    for first, last, times in folded:
        row: list[Any] = []
        for column in columns:
            if column == "name":
                row.append(span(first.name, last.name, times))
            else:
                row += _drawn_cells(column, *_cells(first, column, facts)[:2])
        rows.append(row)
    total: list[Any] = []
    for column in columns:
        ends = (total_of(count, column, facts) for count in (result.before, result.after))
        total += [None] if column == "name" else _drawn_cells(column, *ends)
    total[0] = total[0] or "total"
    headers = [
        header for column in columns
        for header in ([column, "change"] if column in COUNTED else [column])
    ]
    notes = ["", *misfits(result), _memory_line(result, facts), *MACS]
    title = " → ".join(name or "layers" for name in names)
    return times_table(folded, headers, [*rows, total], notes, title=title)


def _drawn_cells(column: str, before: Any, after: Any) -> list[str]:
    """Before and after in one cell, and the change in another where it can be counted."""
    shown = _arrow(*("" if each is None else cell_text(each, None) for each in (before, after)))
    if column not in COUNTED:
        return [shown]
    change = _difference(before, after)
    return [shown, f"{change:+,}".replace("-", "−") if change else ""]


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before or '–'} → {after or '–'}"


def misfits(result: Comparison) -> Iterator[str]:
    """What no longer fits, with the size at which it breaks."""
    for count in (result.before, result.after):
        if count.misfit is not None:
            size = "x".join(map(str, count.misfit_input))
            why = count.misfit.message.removeprefix(f"input is {size}; ")
            yield f"{count.misfit_name} no longer fits: it breaks at {size}, where {why}"


def _memory_line(result: Comparison, facts: Facts) -> str:
    both = [total_record(count, facts) for count in (result.before, result.after)]
    sizes = {key: ["" if each[key] is None else size_text(each[key]) for each in both]
             for key in BYTES}
    return ", ".join(f"{key.removesuffix('_bytes')} {_arrow(*sizes[key])}" for key in BYTES)
