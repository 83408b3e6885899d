"""A divergence of Gaussians as an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.output.checks import check_records, check_table

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck
    from dlcalc.numbers.gaussians.kl import KL


def kl_answer(
    result: KL, gradients: Mapping[str, Any], checks: Sequence[GradientCheck], **explained: Any
) -> Answer:
    """The three terms and their half sum; gradients and their check where they were asked for."""
    terms = ("trace", "mahalanobis", "log_determinant", "kl")
    record: dict[str, Any] = {name: getattr(result, name) for name in terms}
    blocks: list[Block] = [Table(terms, [list(record.values())])]
    if gradients:
        record["gradients"] = dict(gradients)
        blocks += [Values(value, name) for name, value in gradients.items()]
    if checks:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    return Answer(record, blocks, main="kl", **explained)
