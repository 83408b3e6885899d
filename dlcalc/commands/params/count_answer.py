"""A counted model as an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
from dlcalc.models.rows import spans, tally
from dlcalc.models.tree import Layer
from dlcalc.output.answer import Answer, Made, Table
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.models.rows import Count, Row
    from dlcalc.models.use import Use

MACS = (
    "macs: one product of an input with a weight, or of two inputs in attention, for one "
    "example;",
    "biases, normalisation, activations and pooling are none; padded zeros count; "
    "1 mac = 2 FLOPs",
)
TIMES = "times: layers that count the same, each what its line says"


def params_answer(
    count: Count, use: Use, columns: Sequence[str] = USUAL, summary: bool = False,
    remarks: Callable[[], Iterable[str]] = lambda: (), **explained: Any,
) -> Answer:
    """All layers and their totals, or the totals alone; `remarks` are lines for people below."""
    facts = Facts(use, count.positions)
    if summary:
        record = count_record(count, facts)
        del record["layers"]
        return Answer(
            record, [_totals_table([(count.model, count)], use, _footnotes(count, facts))],
            main=("total", "params"), whole=True, **explained,
        )
    table = Table(
        columns, cells(count.rows, columns, facts),
        drawn=lambda: _drawn(count, columns, facts, remarks()),
    )
    return Answer(
        {}, [table], main=("total", "params"), whole=True, made=lambda: count_record(count, facts),
        **explained,
    )


def models_answer(counts: Sequence[tuple[str, Count]], use: Use) -> Answer:
    """One row a model: its totals."""
    records = [
        {
            "model": name, "title": count.model, "input": count.input,
            "total": total_record(count, Facts(use, count.positions)),
        }
        for name, count in counts
    ]
    notes = ["", f"training memory for {use.training}", *MACS]
    return Answer(
        {"models": records}, [_totals_table(counts, use, notes)], main="models", whole=True
    )


def _totals_table(
    counts: Sequence[tuple[str, Count]], use: Use, footnotes: Sequence[str]
) -> Table:
    """The totals of models, a row each; to people, bytes as such; of one model, upright."""
    records = [total_record(count, Facts(use, count.positions)) for _, count in counts]
    names = list(dict.fromkeys(
        key for record in records for key, value in record.items() if not isinstance(value, dict)
    ))
    rows = [
        [name, count.input, *(record.get(key) for key in names)]
        for (name, count), record in zip(counts, records, strict=True)
    ]
    headers = ["model", "input", *names]

    def drawn() -> Table:
        if len(rows) == 1:
            lines = [
                [key.replace("_", " "), _for_people(key, value)]
                for key, value in zip(headers, rows[0], strict=True)
            ]
            return Table(["", "value"], lines, footnotes=footnotes)
        shown = [key for key in headers if key in SHOWN]
        return Table(shown, [
            [_for_people(key, row[headers.index(key)]) for key in shown] for row in rows
        ], footnotes=footnotes)

    return Table(headers, rows, drawn=drawn)


SHOWN = (
    "model", "input", "params", "active_params", "macs", "weights_bytes", "training_bytes",
    "cache_bytes",
)
"""What people see of several models, of what programs get."""


def _for_people(key: str, value: Any) -> Any:
    return size_text(value) if "_bytes" in key and value is not None else value


def count_record(count: Count, facts: Facts) -> dict[str, Any]:
    """A model for programs; no totals where a layer of it does not fit."""
    record: dict[str, Any] = {
        "model": count.model, "input": count.input,
        "layers": Made(count.rows, lambda row: layer_record(row, facts)),
        "total": total_record(count, facts),
    }
    if count.misfit is not None:
        record["misfit"] = {
            "layer": count.misfit_name, "input": count.misfit_input, "reason": str(count.misfit),
        }
    return record


def total_record(count: Count, facts: Facts) -> dict[str, Any]:
    """The totals of a model; none where a layer of it does not fit."""
    use = facts.use
    whole = use.added(count) if count.misfit is None else count
    totals: dict[str, Any] = {
        "params": count.params, "active_params": count.active_params, "weights": count.weights,
        "biases": count.biases, "trainable": count.trainable, "buffers": count.total("buffers"),
        "macs": count.macs, "activations": count.activations,
        **bytes_record(facts.held(count)), "training_macs": 3 * count.macs,
    }
    if use.causal:
        totals["macs_unskipped"] = count.macs + count.skipped
    if len(count.input) < 3:
        totals["training_flops_6nd"] = 6 * count.active_params * count.input[0]
    if count.misfit is not None:
        return dict.fromkeys(totals)
    if whole.cache_bytes is not None:
        totals["cache_bytes"] = whole.cache_bytes
        totals["cache_bytes_reserved"] = whole.cache_bytes_reserved
    if whole.share is not None:
        totals["per_device"] = {
            **{f"{key}_bytes": value for key, value in whole.share._asdict().items()},
            "training_bytes": whole.share.training,
        }
    if whole.fit is not None:
        totals["fit"] = whole.fit._asdict()
    return totals


def _drawn(
    count: Count, columns: Sequence[str], facts: Facts, remarks: Iterable[str],
) -> Table:
    """Equal turns of a repeat as one row, and the totals in a last line."""
    folded = fold(spans(count.rows), turns_alike)
    body = cells([first for first, _, _ in folded], columns, facts).tolist()
    for row, (first, last, times) in zip(body, folded, strict=True):
        if last is not first:
            ends = zip(columns, row, cells([last], columns, facts)[0], strict=True)
            row[:] = [folded_cell(*each, times) for each in ends]
    headers = list(columns)
    total: list[Any] = [total_of(count, name, facts) for name in columns]
    if total and total[0] is None:
        total[0] = "total"
    footnotes = _footnotes(count, facts)
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


def _footnotes(count: Count, facts: Facts) -> list[str]:
    lines = [""]
    if count.trainable != count.params:
        lines.append(
            f"{count.trainable:,} parameters trainable, {count.params - count.trainable:,} not"
        )
    tied = [row for row, _ in tally(count.rows) if row.tied]
    lines += [
        f"{row.name} has the {'weights' if 'tie' in row.node.options else 'parameters'} of "
        f"{row.tied}, counted once" + (", and a bias of its own" if row.biases else "")
        for row in tied[:3] if isinstance(row.node, Layer)
    ]
    memory = facts.held(count)
    lines.append(
        f"weights {size_text(memory.weights)}, activations {size_text(memory.activations)}, "
        f"training {size_text(memory.training)} ({facts.use.training})"
    )
    if not count.misfit:
        lines += _uses(count, total_record(count, facts), facts.use)
    return [*lines, *MACS]


def _uses(count: Count, totals: Mapping[str, Any], use: Use) -> Iterator[str]:
    """What was asked of the model beside its layers, a line each."""
    if use.cached is not None or use.tokens is not None or use.causal or use.fit is not None:
        if "cache_bytes" in totals:
            yield (
                f"cache {size_text(totals['cache_bytes'])} behind {count.positions:,} positions, "
                f"batch {use.batch}; {size_text(totals['cache_bytes_reserved'])} reserved in whole "
                "windows and pages of 16"
            )
        if "training_flops_6nd" in totals:
            yield (
                f"training compute: {totals['training_macs']:,} macs, forward and twice that "
                f"backward; 6·N·D = {totals['training_flops_6nd']:,} FLOPs"
            )
    if use.causal:
        yield (
            f"macs as kernels run them that skip what is masked; {totals['macs_unskipped']:,} "
            "where it is made and masked"
        )
    if "per_device" in totals:
        yield f"each of {use.devices} devices ({use.shard}): " + ", ".join(
            f"{key.removesuffix('_bytes')} {size_text(value)}"
            for key, value in totals["per_device"].items() if value
        )
    if "fit" in totals:
        yield from _fitting(totals["fit"], count, use)


def _fitting(found: Mapping[str, Any], count: Count, use: Use) -> Iterator[str]:
    yield f"into {size_text(found['bytes'])} fit, each alone:"
    if found["training_batch"] is not None:
        yield f"  a batch of {found['training_batch']:,} in training ({use.training})"
    if found["batch"] is not None:
        yield f"  {found['batch']:,} sequences of {count.positions:,} positions, with the weights"
    if found["context"] is not None:
        yield f"  {found['context']:,} positions, batch {use.batch}, with the weights"
    yield f"  the weights of {found['layers']:,} of {len(count.rows):,} layers, from the first"


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


def layer_answer(row: Row, use: Use, positions: int, **explained: Any) -> Answer:
    """One layer, its facts one a line."""
    facts = Facts(use, positions)
    columns = [
        name for name in COLUMNS
        if (name != "tied" or row.tied) and (name != "cache_bytes" or row.cache is not None)
    ]
    found = cells([row], columns, facts)
    table = Table(columns, found, drawn=lambda: Table(
        ["", "value"],
        [[_heading(key), value] for key, value in zip(columns, found[0], strict=True)],
        footnotes=["", f"memory for {use.training}", *MACS],
    ))
    return Answer(
        layer_record(row, facts), [table], main="params", whole=True, **explained
    )


def _heading(column: str) -> str:
    return f"{'receptive ' if column == 'field' else ''}{column}".replace("_", " ")
