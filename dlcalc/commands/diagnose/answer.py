"""A diagnosis as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table

if TYPE_CHECKING:
    from dlcalc.commands.diagnose.diagnosis import Diagnosis

NUMBERS = ("train_error", "test_error", "target", "excess", "bias", "gap")
REMEDY = ("remedy", "helps", "why")


def diagnosis_answer(result: Diagnosis, **explained: Any) -> Answer:
    """The diagnosis with its numbers, and every remedy with its reason."""
    remedies = [{name: getattr(each, name) for name in REMEDY} for each in result.remedies]
    names = (*NUMBERS, "diagnosis")
    record: dict[str, Any] = {name: getattr(result, name) for name in names}
    footnotes = [f"{result.diagnosis}: {result.why}", *result.findings]
    blocks: list[Block] = [
        Table(names, [list(record.values())], title="diagnosis", footnotes=footnotes),
        Table(REMEDY, [list(each.values()) for each in remedies], title="remedies"),
    ]
    record |= {"why": result.why, "findings": result.findings, "remedies": remedies}
    return Answer(record, blocks, main="diagnosis", **explained)
