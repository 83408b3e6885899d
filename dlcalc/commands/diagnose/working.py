"""The working of a diagnosis: the excess, its two parts, and the share of each."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.commands.diagnose.diagnosis import COUNTS, Diagnosis
from dlcalc.formulas.expressions import Expr, Step, symbol
from dlcalc.numbers.places import Place

TRAIN, TEST, TARGET = symbol("train"), symbol("test"), symbol("target")
EXCESS, BIAS, GAP = symbol("excess"), symbol("bias"), symbol("gap")


def diagnosis_steps(result: Diagnosis) -> Iterator[Step]:
    """The parts of the test error, and which of them count."""
    for field in ("excess", "bias", "gap"):
        yield _part_step(result, field)
    if result.excess > 0:
        yield _share(result, BIAS, result.bias)
        yield _share(result, GAP, result.gap)
    yield Step(result.diagnosis, note=result.why)
    for finding in result.findings:
        yield Step("the curve", note=finding)


def element_step(result: Diagnosis, field: Place, index: tuple[int, ...]) -> Step | None:
    """The step that gives a part, the diagnosis in words, or the reason for a remedy."""
    name = str(field[0])
    if name in ("excess", "bias", "gap"):
        return _part_step(result, name)
    if name == "diagnosis":
        return Step(name, note=result.why)
    if name == "remedies" and len(field) > 1:
        remedy = result.remedies[int(field[1])]
        return Step(remedy.remedy, note=f"{remedy.remedy}: {remedy.why}")
    return None


def _part_step(result: Diagnosis, field: str) -> Step:
    formulas: dict[str, tuple[Expr, Expr, float, str]] = {
        "excess": (EXCESS, TEST - TARGET, result.excess, "what the test error is too large by"),
        "bias": (BIAS, TRAIN - TARGET, result.bias, "the part that training leaves"),
        "gap": (GAP, TEST - TRAIN, result.gap, "the variance: the part that training does not see"),
    }
    name, formula, value, note = formulas[field]
    numbers = {TRAIN: result.train_error, TEST: result.test_error, TARGET: result.target}
    return Step(name, value, formula, (formula.put(numbers),), note)


def _share(result: Diagnosis, part: Expr, value: float) -> Step:
    formula = part / EXCESS
    share = value / result.excess
    verdict = "it counts" if share >= COUNTS else "it does not count"
    note = f"{verdict}, from {COUNTS:g} on"
    numbers = formula.put({part: value, EXCESS: result.excess})
    return Step(symbol("share", str(part.args[0])), share, formula, (numbers,), note)
