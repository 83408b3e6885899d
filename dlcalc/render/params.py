"""A counted model as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.render.answer import Answer, Table
from dlcalc.render.layers import (
    SUMMED,
    USUAL,
    FieldRecords,
    cells,
    field_record,
    fold,
    layer_record,
)

if TYPE_CHECKING:
    from dlcalc.calc.models.memory import Memory
    from dlcalc.calc.models.rows import Count, Row

MACS = (
    "macs: one product of an input with a weight, or of two inputs in attention, for one "
    "example;",
    "biases, normalisation, activations and pooling are none; padded zeros count; "
    "1 mac = 2 FLOPs",
)


def params_answer(
    count: Count, memory: Memory, training: str, columns: Sequence[str] = USUAL, **explained: Any
) -> Answer:
    """All layers and their totals; `training` says what the training memory is for."""
    fields = FieldRecords()
    table = Table(
        columns, cells(count.rows, columns, fields),
        drawn=lambda: _drawn(count, memory, training, columns, fields),
    )
    return Answer(
        count_record(count, memory, fields), [table], main="total.params", whole=True, **explained
    )


def count_record(count: Count, memory: Memory, fields: FieldRecords) -> dict[str, Any]:
    """A model for programs."""
    record: dict[str, Any] = {
        "model": count.model, "input": count.input,
        "layers": [layer_record(row, fields.of(row)) for row in count.rows],
        "total": total_record(count, memory),
    }
    if count.misfit is not None:
        record["misfit"] = {
            "layer": count.misfit_name, "input": count.misfit_input, "reason": str(count.misfit),
        }
    return record


def total_record(count: Count, memory: Memory) -> dict[str, int]:
    """The totals of a model."""
    return {
        "params": count.params, "trainable": count.trainable, "macs": count.macs,
        "activations": count.activations, "weights_bytes": memory.weights,
        "activations_bytes": memory.activations, "training_bytes": memory.training,
    }


def _drawn(
    count: Count, memory: Memory, training: str, columns: Sequence[str], fields: FieldRecords
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    rows, times, names = fold(count.rows)
    body = cells(rows, columns, fields)
    headers = list(columns)
    if "name" in columns:
        for row, name in zip(body, names, strict=True):
            row[columns.index("name")] = name
    total = [getattr(count, name) if name in SUMMED else "" for name in columns]
    if max(times, default=1) > 1:
        headers.append("times")
        for row, number in zip(body, times, strict=True):
            row.append(number if number > 1 else None)
        total.append(None)
    if total and columns[0] not in SUMMED:
        total[0] = "total"
    return Table(headers, [*body, total], footnotes=_footnotes(count, memory, training))


def _footnotes(count: Count, memory: Memory, training: str) -> list[str]:
    lines = [""]
    if count.trainable != count.params:
        lines.append(
            f"{count.trainable:,} parameters trainable, {count.params - count.trainable:,} not"
        )
    tied = [row for row in count.rows if row.tied]
    lines += [f"{row.name} has the weights of {row.tied}, counted once" for row in tied[:3]]
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


def layer_answer(row: Row, **explained: Any) -> Answer:
    """One layer, its facts one a line."""
    record = layer_record(row, field_record(row.field))
    facts = [(key, value) for key, value in record.items() if key != "receptive_field"]
    field = record["receptive_field"]
    if field is not None:
        facts += [("receptive field", field["size"]), ("jump", field["jump"])]
    table = Table(list(record), [list(_flat(record))], drawn=lambda: Table(
        ["", "value"], [[key, value] for key, value in facts], footnotes=["", *MACS]
    ))
    return Answer(record, [table], main="params", whole=True, **explained)


def _flat(record: dict[str, Any]) -> list[Any]:
    return [value["size"] if isinstance(value, dict) else value for value in record.values()]
