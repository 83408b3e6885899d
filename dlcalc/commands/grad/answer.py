"""Values and derivatives of equations as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.checks import check_records, check_table

if TYPE_CHECKING:
    from dlcalc.derive.gradients import Derivatives
    from dlcalc.numbers.differences import GradientCheck


def grad_answer(
    result: Derivatives, checks: Sequence[GradientCheck] | None, main: str, **explained: Any
) -> Answer:
    """All values, then the derivatives: numbers in tables, arrays by themselves."""
    record: dict[str, Any] = {
        "values": result.values,
        "gradients": result.gradients,
        "equations": [each.text for each in result.system.written],
    }
    blocks = [*_values(result), *_gradients(result)]
    if result.kinks:
        record["kinks"] = list(result.kinks)
        blocks.append(Text(result.kinks))
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    numbers = [*result.values.values(), *(
        each for found in result.gradients.values() for each in found.values())]
    return Answer(record, blocks, main=main, whole=all(map(_is_whole, numbers)), **explained)


def _values(result: Derivatives) -> list[Block]:
    rows = [(name, value) for name, value in result.values.items() if not _is_array(value)]
    blocks: list[Block] = [Table(("name", "value"), rows, title="Values")] if rows else []
    arrays = ((name, value) for name, value in result.values.items() if _is_array(value))
    return blocks + [Values(value, name) for name, value in arrays]


def _gradients(result: Derivatives) -> list[Block]:
    """A row a name, a column a derived quantity; arrays after that."""
    names = [name for name in result.wrt if not _is_array(result.values[name])]
    blocks: list[Block] = []
    if names and result.of:
        headers = ("with respect to", *(f"d{of}" for of in result.of))
        rows = [(name, *(result.gradients[of][name] for of in result.of)) for name in names]
        blocks.append(Table(headers, rows, title="Derivatives"))
    return blocks + [
        Values(value, f"d{of}/d{name}")
        for of, found in result.gradients.items()
        for name, value in found.items()
        if _is_array(value)
    ]


def _is_array(value: Any) -> bool:
    return hasattr(value, "tolist")


def _is_whole(value: Any) -> bool:
    return value.dtype.kind in "iO" if _is_array(value) else isinstance(value, int)
