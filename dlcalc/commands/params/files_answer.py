"""What a file of weights holds, as an answer: tensor by tensor or module by module, and in sum."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.params.count_answer import field_record, size_text
from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.expressions import sentences
from dlcalc.models.files.tensors import Role
from dlcalc.models.use import Use
from dlcalc.numbers.axes import by_x
from dlcalc.output.answer import Answer, Table

if TYPE_CHECKING:
    from dlcalc.models.files.tensors import Held, Row, Tensor

HEADERS = ("name", "type", "output", "params", "bytes", "kind")
LAYERS = ("name", "type", "output", "params")
MODULES = ("name", "tensors", "params", "bytes", "bits")
KERAS = ("keras", "hdf5")
"""Formats whose framework counts buffers among its parameters."""
MOST_NOTES = 3
CACHE = Use(dtype="float16")
"""The type of the numbers in the cache of llama.cpp, where nothing else is asked for."""
WEIGHTS = (Role.PARAMETER, Role.QUANTISED, Role.QUANTISATION)
"""Roles whose bytes are those of the weights."""


def held_answer(
    held: Held, depth: int | None = None, sort: str | None = None, summary: bool = False,
) -> Answer:
    """Each tensor with its shape and numbers, or each layer where the file has them; sums."""
    headers, rows, record = _rows(held, sort)
    if summary:
        total = totals(held)
        table = Table(["model", *total], [[held.name, *total.values()]], drawn=lambda: Table(
            ["", "value"],
            [[key.replace("_", " "), each] for key, each in total.items() if each is not None],
            footnotes=["", *footnotes(held)],
        ))
        kept = {key: each for key, each in record.items() if key not in ("layers", "tensors")}
        return Answer({**kept, "total": total}, [table], main=("total", "params"), whole=True)
    if depth is not None:
        headers, rows = MODULES, _modules(held, depth)
    if sort is not None:
        _sort(headers, rows, sort)
    record["total"] = totals(held)
    sums: dict[str, Any] = {
        **record["total"], "name": "total",
        "bytes": sum(each.bytes for each in held.tensors if each.role not in Role.APART),
    }
    if held.format in KERAS and held.rows is not None:
        sums["params"] = sums["keras_total"]
    last = ["" if sums.get(name) is None else sums[name] for name in headers]
    table = Table(headers, rows, drawn=lambda: Table(
        headers, [*rows, last], footnotes=["", *footnotes(held)],
    ))
    if depth is not None:
        record["modules"] = [dict(zip(headers, row, strict=True)) for row in rows]
    return Answer(record, [table], main=("total", "params"), whole=True)


def _rows(held: Held, sort: str | None) -> tuple[Sequence[str], list[list[Any]], dict[str, Any]]:
    tensors = [each for each in held.tensors if each.role not in Role.APART]
    shown = [
        [each.name, each.dtype, each.shape, each.params, each.bytes, each.role]
        for each in tensors
    ]
    record: dict[str, Any] = {"model": held.name, "input": held.input, "format": held.format}
    if held.rows is None:
        record["layers"] = [tensor_record(each) for each in tensors]
        if held.metadata:
            record["metadata"] = dict(held.metadata)
        return HEADERS, shown, record
    record["layers"] = [layer_record(row) for row in held.rows]
    record["tensors"] = [tensor_record(each) for each in tensors]
    # Of some columns those alone that any layer has.
    headers = [*LAYERS]
    headers += [n for n in ("trainable", "buffers") if any(getattr(row, n) for row in held.rows)]
    headers += ["macs"] * any(row.macs is not None for row in held.rows)
    headers += ["field"] * any(row.field for row in held.rows) + ["bytes"] * (sort == "bytes")
    rows = [[_cell(row, name) for name in headers] for row in held.rows]
    return headers, rows, record


def _cell(row: Row, column: str) -> Any:
    record = layer_record(row)
    if column == "field":
        seen = record["receptive_field"]
        return seen and seen["size"]
    if column == "output" and row.output and None in row.output:
        return by_x(["?" if size is None else size for size in row.output])
    return record[column]


def tensor_record(tensor: Tensor) -> dict[str, Any]:
    """One tensor for programs."""
    record: dict[str, Any] = {
        "name": tensor.name, "type": tensor.dtype, "output": tensor.shape,
        "params": tensor.params, "bytes": tensor.bytes, "kind": tensor.role,
        "macs": None, "receptive_field": None,
    }
    if tensor.logical is not None:
        record["logical_shape"] = tensor.logical
    if tensor.tied:
        record["tied"] = tensor.tied
    return record


def layer_record(row: Row) -> dict[str, Any]:
    """One layer for programs."""
    return {
        "name": row.name, "type": row.type, "output": row.output, "params": row.params,
        "trainable": row.params if row.trainable is None else row.trainable,
        "buffers": row.buffers, "macs": row.macs, "bytes": row.bytes,
        "receptive_field": field_record(row.field),
    }


def totals(held: Held) -> dict[str, Any]:
    """The sums over a file; buffers, quantisation and what lies beside the model apart."""
    known = held.rows is not None and all(row.macs is not None for row in held.rows)
    macs = sum(row.macs or 0 for row in held.rows or ()) if known else None
    # With the scales that packed ones need; in a graph, one of one number is a constant.
    weights = sum(
        each.bytes for each in held.tensors if each.role in WEIGHTS
        and (each.shape or each.role != Role.QUANTISATION or held.rows is None)
    )
    total: dict[str, Any] = {
        "params": held.params, "trainable": held.trainable, "buffers": held.buffers,
        "quantisation": held.sum_of("numbers", Role.QUANTISATION),
        "macs": macs, "weights_bytes": weights,
        "buffer_bytes": held.sum_of("bytes", Role.BUFFER),
        "activations_bytes": None, "training_bytes": None,  # which no file tells
    }
    roles = {each.role for each in held.tensors}
    total |= {name: held.sum_of("numbers", role) for name, role in (
        ("optimizer", Role.OPTIMIZER), ("copies", Role.COPY)) if role in roles}
    if held.count is not None:
        cached = CACHE.added(held.count)
        total |= {
            "macs": held.count.macs, "active_params": held.count.active_params,
            "cache_bytes": cached.cache_bytes, "cache_bytes_reserved": cached.cache_bytes_reserved,
        }
    if held.format in KERAS:
        total["keras_total"] = sum(
            each.numbers for each in held.tensors if each.role in (*WEIGHTS, Role.BUFFER)
        )
    return total


def _modules(held: Held, depth: int) -> list[list[Any]]:
    """Tensors folded into the modules that hold them, to so many levels of their names."""
    found: dict[str, list[Any]] = {}
    for each in held.tensors:
        if each.role in Role.APART:
            continue
        parts = re.split(r"[./]", each.name)
        name = ".".join(parts[:-1][:depth]) or (each.name if depth else "")
        row = found.setdefault(name, [name, 0, 0, 0])
        row[1:] = row[1] + 1, row[2] + each.params, row[3] + each.bytes
    return [[*row, round(8 * row[3] / row[2], 2) if row[2] else None] for row in found.values()]


def _sort(headers: Sequence[str], rows: list[list[Any]], column: str) -> None:
    """Largest first, or by name."""
    if column not in headers:
        raise InputError(f"no column {column!r}{did_you_mean(column, headers)}").at("--sort")
    at = headers.index(column)
    if any(isinstance(row[at], int) for row in rows):
        rows.sort(key=lambda row: -(row[at] or 0))
    else:
        rows.sort(key=lambda row: str(row[at]))


def footnotes(held: Held) -> list[str]:
    """What the sums leave apart, in lines for people."""
    total = totals(held)
    bits = 80 * total["weights_bytes"] // (total["params"] or 1)
    types = dict.fromkeys(each.dtype for each in held.tensors if each.role not in Role.APART)
    kind = held.metadata.get("general.architecture")
    known: dict[str, Any] = {
        **total, "fixed": total["params"] - total["trainable"], "format": held.format,
        "weights": size_text(total["weights_bytes"]), "bits": f"{bits // 10}.{bits % 10}",
        "counted": held.count is not None, "tokens": held.count and held.count.positions,
        "layered": held.rows is not None, "cached": total.get("cache_bytes") is not None,
        "cache": size_text(total.get("cache_bytes") or 0), "keras": held.format in KERAS,
        "types": ", ".join(types), "several": 1 < len(types) <= 8, "kind": kind,
        "fields": ", ".join(
            f"{key.removeprefix(f'{kind}.')} {value}" for key, value in held.metadata.items()
            if key.startswith(f"{kind}.") and isinstance(value, int | float)
        ),
    }
    for role in {each.role for each in held.tensors}:
        known[f"in_{role}"] = held.sum_of("numbers", role)
    said = partial(sentences, __file__, "files.txt", known=known)
    return [*said("above"), *notes(held), *said("below")]


def notes(held: Held) -> list[str]:
    """What a reader of the counts should know, the first few of many."""
    more = [f"and {len(held.notes) - MOST_NOTES:,} more"] if len(held.notes) > MOST_NOTES else []
    return [*held.notes[:MOST_NOTES], *more]


def comparison_answer(first: Held, second: Held) -> Answer:
    """What differs between two files: tensors that one lacks, shapes, types."""
    before, after = (
        {each.name: each for each in held.tensors if each.role not in Role.APART}
        for held in (first, second)
    )
    rows: list[list[Any]] = []
    for name in dict.fromkeys([*before, *after]):
        rows += _differences(name, before.get(name), after.get(name))
    headers = ("name", "difference", "before", "after")
    record = {
        "model": second.name, "before": {"model": first.name, "total": totals(first)},
        "total": totals(second),
        "differences": [dict(zip(headers, row, strict=True)) for row in rows],
    }
    summary = f"{totals(first)['params']:,} → {totals(second)['params']:,} parameters"
    table = Table(headers, rows, drawn=lambda: Table(
        headers, rows, title=f"{first.name} → {second.name}",
        footnotes=["", summary if rows else f"{summary}; no tensor differs in shape or type"],
    ))
    return Answer(record, [table], main=("total", "params"), whole=True)


def _differences(name: str, before: Tensor | None, after: Tensor | None) -> list[list[Any]]:
    if before is None or after is None:
        ends = [None if each is None else each.shape for each in (before, after)]
        return [[name, "added" if before is None else "missing", *ends]]
    shapes = [each.logical or each.shape for each in (before, after)]
    pairs = ["shape", *shapes], ["dtype", before.dtype, after.dtype]
    return [[name, *each] for each in pairs if each[1] != each[2]]
