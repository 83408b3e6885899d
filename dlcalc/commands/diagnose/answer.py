"""A diagnosis as an answer, and its working: the excess, its two parts, the share of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from os.path import exists
from typing import Any

from dlcalc.commands.diagnose.diagnosis import (
    COUNTS,
    Diagnosis,
    Remedy,
    diagnose,
    read_learning_curve,
)
from dlcalc.formulas.expressions import Step, symbol
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.runner import Run

DIAGNOSES = ("bias", "variance", "both", "neither")
NUMBERS = ("train_error", "test_error", "target", "excess", "bias", "gap", "diagnosis")
TRAIN, TEST, TARGET = symbol("train"), symbol("test"), symbol("target")
PARTS = {
    "excess": (TEST - TARGET, "what the test error is too large by"),
    "bias": (TRAIN - TARGET, "the part that training leaves"),
    "gap": (TEST - TRAIN, "the variance: the part that training does not see"),
}


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
        """The diagnosis with its numbers, and every remedy with its reason."""
        remedies = [each._asdict() for each in result.remedies]
        record: dict[str, Any] = {name: getattr(result, name) for name in NUMBERS}
        footnotes = [f"{result.diagnosis}: {result.why}", *result.findings]
        blocks = [
            Table(NUMBERS, [list(record.values())], title="diagnosis", footnotes=footnotes),
            Table(Remedy._fields, result.remedies, title="remedies"),
        ]
        record |= {"why": result.why, "findings": result.findings, "remedies": remedies}
        return Answer(
            record, blocks, main="diagnosis", main_table="remedies",
            working=partial(diagnosis_steps, result), element=partial(element_step, result),
        )


def diagnosis_steps(result: Diagnosis) -> Iterator[Step]:
    """The parts of the test error, and which of them count."""
    for part in PARTS:
        yield _part_step(result, part)
    if result.excess > 0:
        yield _share(result, "bias")
        yield _share(result, "gap")
    yield Step(result.diagnosis, note=result.why)
    for finding in result.findings:
        yield Step("the curve", note=finding)


def element_step(result: Diagnosis, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that gives a part, the diagnosis in words, or the reason for a remedy."""
    name = str(field[0])
    if name in PARTS:
        return _part_step(result, name)
    if name == "diagnosis":
        return Step(name, note=result.why)
    if name == "remedies" and len(field) > 1:
        remedy = result.remedies[int(field[1])]
        return Step(remedy.remedy, note=f"{remedy.remedy}: {remedy.why}")
    return None


def _part_step(result: Diagnosis, part: str) -> Step:
    formula, note = PARTS[part]
    numbers = {TRAIN: result.train_error, TEST: result.test_error, TARGET: result.target}
    return Step(symbol(part), getattr(result, part), formula, (formula.put(numbers),), note)


def _share(result: Diagnosis, part: str) -> Step:
    value, excess = symbol(part), symbol("excess")
    formula = value / excess
    share = getattr(result, part) / result.excess
    verdict = "it counts" if share >= COUNTS else "it does not count"
    numbers = formula.put({value: getattr(result, part), excess: result.excess})
    note = f"{verdict}, from {COUNTS:g} on"
    return Step(symbol("share", part), share, formula, (numbers,), note)
