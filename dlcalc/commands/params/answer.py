"""A counted model as an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.commands.params.columns import (
    COLUMNS,
    USUAL,
    Facts,
    bytes_record,
    cells,
    fold,
    folded_cell,
    layer_record,
    total_of,
    turns_alike,
)
from dlcalc.models.tree import Layer
from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.commands.params.columns import Held
    from dlcalc.models.rows import Count, Row

MACS = (
    "macs: one product of an input with a weight, or of two inputs in attention, for one "
    "example;",
    "biases, normalisation, activations and pooling are none; padded zeros count; "
    "1 mac = 2 FLOPs",
)
TIMES = "times: layers that count the same, each what its line says"


def params_answer(
    count: Count, held: Held, training: str, columns: Sequence[str] = USUAL,
    remarks: Callable[[], Iterable[str]] = lambda: (), **explained: Any,
) -> Answer:
    """All layers and their totals; `training` says what the training memory is for.

    `remarks` are lines for people under the table.
    """
    facts = Facts(held)
    table = Table(
        columns, cells(count.rows, columns, facts),
        drawn=lambda: _drawn(count, training, columns, facts, remarks()),
    )
    return Answer(
        {}, [table], main=("total", "params"), whole=True, made=lambda: count_record(count, facts),
        **explained,
    )


def count_record(count: Count, facts: Facts) -> dict[str, Any]:
    """A model for programs; no totals where a layer of it does not fit."""
    record: dict[str, Any] = {
        "model": count.model, "input": count.input,
        "layers": [layer_record(row, facts) for row in count.rows],
        "total": total_record(count, facts),
    }
    if count.misfit is not None:
        record["misfit"] = {
            "layer": count.misfit_name, "input": count.misfit_input, "reason": str(count.misfit),
        }
    return record


def total_record(count: Count, facts: Facts) -> dict[str, int | None]:
    """The totals of a model; none where a layer of it does not fit."""
    totals: dict[str, int] = {
        "params": count.params, "active_params": count.active_params,
        "weights": count.weights, "biases": count.biases, "trainable": count.trainable,
        "macs": count.macs, "activations": count.activations,
        **bytes_record(facts.held(count)),
    }
    return {key: total if count.misfit is None else None for key, total in totals.items()}


def _drawn(
    count: Count, training: str, columns: Sequence[str], facts: Facts, remarks: Iterable[str],
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    folded = fold(count.rows, turns_alike)
    body = cells([first for first, _, _ in folded], columns, facts)
    for row, (first, last, times) in zip(body, folded, strict=True):
        if last is not first:
            ends = zip(columns, row, cells([last], columns, facts)[0], strict=True)
            row[:] = [folded_cell(*each, times) for each in ends]
    headers = list(columns)
    total: list[Any] = [total_of(count, name, facts) for name in columns]
    if total and total[0] is None:
        total[0] = "total"
    footnotes = _footnotes(count, training, facts)
    add_times([times for _, _, times in folded], headers, [*body, total], footnotes)
    return Table(headers, [*body, total], footnotes=[*footnotes, *remarks])


def add_times(
    times: Sequence[int], headers: list[str], rows: Sequence[list[Any]], footnotes: list[str]
) -> None:
    """Put the turns that each row stands for behind it, where one stands for several."""
    if max(times, default=1) == 1:
        return
    headers.append("times")
    for row, number in zip(rows, [*times, 1], strict=True):  # 1 for the totals
        row.append(number if number > 1 else None)
    footnotes.append(TIMES)


def _footnotes(count: Count, training: str, facts: Facts) -> list[str]:
    lines = [""]
    if count.trainable != count.params:
        lines.append(
            f"{count.trainable:,} parameters trainable, {count.params - count.trainable:,} not"
        )
    tied = [row for row in count.rows if row.tied]
    lines += [
        f"{row.name} has the {'parameters' if 'share' in row.node.options else 'weights'} of "
        f"{row.tied}, counted once" + (", and a bias of its own" if row.biases else "")
        for row in tied[:3] if isinstance(row.node, Layer)
    ]
    memory = facts.held(count)
    lines.append(
        f"weights {size_text(memory.weights)}, activations {size_text(memory.activations)}, "
        f"training {size_text(memory.training)} ({training})"
    )
    return [*lines, *MACS]


def size_text(size: int) -> str:
    """Bytes for people.

    >>> size_text(246824), size_text(800)
    ('241.0 KiB', '800 B')
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(0, size.bit_length() - 1) // 10, len(units) - 1)
    if not power:
        return f"{size} B"
    tenths = size * 10 >> 10 * power
    return f"{tenths // 10:,}.{tenths % 10} {units[power]}"


def layer_answer(row: Row, held: Held, training: str, **explained: Any) -> Answer:
    """One layer, its facts one a line; `training` says what the training memory is for."""
    facts = Facts(held)
    columns = [name for name in COLUMNS if name != "tied" or row.tied]
    found = cells([row], columns, facts)
    table = Table(columns, found, drawn=lambda: Table(
        ["", "value"],
        [[_heading(key), value] for key, value in zip(columns, found[0], strict=True)],
        footnotes=["", f"memory for {training}", *MACS],
    ))
    return Answer(
        layer_record(row, facts), [table], main="params", whole=True, **explained
    )


def _heading(column: str) -> str:
    return f"{'receptive ' if column == 'field' else ''}{column}".replace("_", " ")
