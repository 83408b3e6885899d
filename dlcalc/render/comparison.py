"""Two counted models side by side as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.render.answer import Answer, Table
from dlcalc.render.layers import FieldRecords
from dlcalc.render.params import MACS, count_record, size_text, total_record

if TYPE_CHECKING:
    from dlcalc.calc.models.comparison import Comparison, Pair
    from dlcalc.calc.models.memory import Memory
    from dlcalc.calc.models.rows import Count, Row

HEADERS = (
    "name", "output_before", "output", "params_before", "params", "params_difference",
    "macs_before", "macs", "macs_difference",
)


def comparison_answer(
    result: Comparison, memories: tuple[Memory, Memory], names: tuple[str, str], **explained: Any
) -> Answer:
    """The second model as it would stand alone, with the first and the difference beside it."""
    fields = FieldRecords()
    after = count_record(result.after, memories[1], fields)
    before = count_record(result.before, memories[0], fields)
    totals = before["total"], after["total"]
    record = {
        **after, "before": before,
        "difference": {key: totals[1][key] - totals[0][key] for key in totals[0]},
    }
    rows = [_row(pair) for pair in result.pairs]
    table = Table(HEADERS, rows, drawn=lambda: _drawn(result, memories, names))
    return Answer(record, [table], main="total.params", whole=True, **explained)


def _row(pair: Pair) -> list[Any]:
    cells: list[Any] = [pair.name, *(side and side.output for side in (pair.before, pair.after))]
    for key in ("params", "macs"):
        before, after = (_value(side, key) for side in (pair.before, pair.after))
        difference = None if before is None or after is None else after - before
        cells += [before, after, difference]
    return cells


def _value(row: Row | None, key: str) -> int | None:
    return None if row is None else getattr(row, key)


def _drawn(
    result: Comparison, memories: tuple[Memory, Memory], names: tuple[str, str]
) -> Table:
    rows = [
        [
            pair.name, _arrow(*(side and "x".join(map(str, side.output))
                                for side in (pair.before, pair.after))),
            *_change(_value(pair.before, "params"), _value(pair.after, "params")),
            *_change(_value(pair.before, "macs"), _value(pair.after, "macs")),
        ]
        for pair in result.pairs
    ]
    before, after = result.before, result.after
    sums = [_change(_total(before, key), _total(after, key)) for key in ("params", "macs")]
    rows.append(["total", "", *sums[0], *sums[1]])
    headers = ["name", "output", "params", "change", "macs", "change"]
    return Table(
        headers, rows, title=f"{names[0]} → {names[1]}",
        footnotes=["", *_misfits(result), *_memory_lines(result, memories), *MACS],
    )


def _total(count: Count, key: str) -> int | None:
    """The total of a model, unless a layer of it does not fit."""
    return None if count.misfit is not None else getattr(count, key)


def _arrow(before: Any, after: Any) -> str:
    if before == after:
        return str(before)
    return f"{'–' if before is None else before} → {'–' if after is None else after}"


def _change(before: int | None, after: int | None) -> list[str]:
    shown = [None if each is None else f"{each:,}" for each in (before, after)]
    if before is None or after is None or before == after:
        return [_arrow(*shown), ""]
    return [_arrow(*shown), f"{after - before:+,}".replace("-", "−")]


def _misfits(result: Comparison) -> list[str]:
    found = []
    for count in (result.before, result.after):
        if count.misfit is not None:
            size = "x".join(map(str, count.misfit_input))
            why = count.misfit.message.removeprefix(f"input is {size}; ")
            found.append(f"{count.misfit_name} no longer fits: it breaks at {size}, where {why}")
    return found


def _memory_lines(result: Comparison, memories: tuple[Memory, Memory]) -> list[str]:
    before = total_record(result.before, memories[0])
    after = total_record(result.after, memories[1])
    return [
        ", ".join(
            f"{key.removesuffix('_bytes')} {_arrow(size_text(before[key]), size_text(after[key]))}"
            for key in ("weights_bytes", "activations_bytes", "training_bytes")
        )
    ]
