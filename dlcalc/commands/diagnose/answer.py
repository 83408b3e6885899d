"""A diagnosis as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from os.path import exists
from typing import TYPE_CHECKING, Any

from dlcalc.commands.diagnose.curve import read_learning_curve
from dlcalc.commands.diagnose.diagnosis import Diagnosis, diagnose
from dlcalc.output.answer import Answer, Block, Table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.commands.diagnose import working
else:
    working = lazily("dlcalc.commands.diagnose.working")

DIAGNOSES = ("bias", "variance", "both", "neither")
NUMBERS = ("train_error", "test_error", "target", "excess", "bias", "gap")
REMEDY = ("remedy", "helps", "why")


class DiagnoseRun(Run[Diagnosis]):
    """Diagnose two errors or a learning curve."""

    command = "diagnose"
    function = staticmethod(diagnose)

    def read(self) -> dict[str, Any]:
        """The curve, on stdin too; the example's errors where nothing is given."""
        if self.out.expect in DIAGNOSES and not exists(self.out.expect):
            self.out = self.out._replace(expected={"diagnosis": self.out.expect})
        curve = self.options.get("curve")
        if curve is None and not {"train_error", "test_error"} & self.options.keys():
            if not self.out.piped:
                return self.example()
            curve = "-"
        if curve is not None:
            self.options["curve"] = read_learning_curve(curve)
        return {}

    def answer(self, result: Diagnosis, checks: Sequence[Any] | None) -> Answer:
        """The diagnosis, and every remedy with its reason."""
        return diagnosis_answer(
            result, working=partial(working.diagnosis_steps, result),
            element=partial(working.element_step, result),
        )


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
    return Answer(record, blocks, main="diagnosis", main_table="remedies", **explained)
