"""The working of a diagnosis: the excess, its two parts, and the share of each."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.commands.diagnose.diagnosis import COUNTS, Diagnosis
from dlcalc.formulas.expressions import Step, symbol
from dlcalc.numbers.places import Place

TRAIN, TEST, TARGET = symbol("train"), symbol("test"), symbol("target")
PARTS = {
    "excess": (TEST - TARGET, "what the test error is too large by"),
    "bias": (TRAIN - TARGET, "the part that training leaves"),
    "gap": (TEST - TRAIN, "the variance: the part that training does not see"),
}


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
