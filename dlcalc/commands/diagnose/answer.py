"""Bias or variance, from training and test error, and which remedies fit; the working.

The test error is target + (training − target) + (test − training): what is asked for, the
bias part and the variance part (Ng 2018, "Machine learning yearning", chapters 20 to 23).
A learning curve gives both by its last values, and its course adds to what they say.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from os.path import exists
from typing import Any, NamedTuple

from dlcalc.errors import At, InputError
from dlcalc.formulas.expressions import Step, symbol
from dlcalc.input.expressions import read_expression
from dlcalc.input.records import fields_of
from dlcalc.input.sources import decode, read_source, read_table, text_beside
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.parse import Number, parse_number, parse_rate, shorten
from dlcalc.numbers.places import Place
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.runner import Run

NOTABLE = 0.05
"""A change of an error is notable from this part of its earlier value on."""
HEADER = "examples,train_error,test_error (or epoch in place of examples)"


class CurvePoint(NamedTuple):
    """One measurement of a learning curve."""

    at: float
    """The number of examples, or of epochs, trained with."""
    train_error: float
    test_error: float


class LearningCurve(NamedTuple):
    """Training and test error against the size of the training set, or against epochs."""

    axis: str
    """`examples` or `epochs`: what the points are counted in."""
    points: tuple[CurvePoint, ...]
    """Two or more, in rising order."""
    losses: bool = False
    """Whether the errors are losses, which no target fits but one that is given."""


def learning_curve(
    axis: str, rows: Sequence[Sequence[float]], losses: bool = False
) -> LearningCurve:
    """The curve through rows of (examples or epochs, training error, test error).

    Raises InputError for fewer than two rows, numbers that are negative or not finite,
    and a first column that does not rise.

    >>> learning_curve("epochs", [(1, 0.5, 0.6), (2, 0.3, 0.5)]).points[-1].test_error
    0.5
    """
    points = tuple(CurvePoint(*row) for row in rows)
    if len(points) < 2:
        raise InputError(f"learning curve: {len(points)} of the two or more rows it needs")
    for number, row in enumerate(rows, 1):
        for value in row:
            if not math.isfinite(value) or value < 0:
                raise InputError(f"learning curve: row {number}: {value:g} is not 0 or more")
        if number > 1 and points[number - 1].at <= points[number - 2].at:
            raise InputError(
                f"learning curve: row {number}: {axis} {row[0]:g} after "
                f"{points[number - 2].at:g}; they must rise"
            )
    return LearningCurve(axis, points, losses)


def read_learning_curve(value: str) -> LearningCurve:
    """A learning curve from CSV: a header that names the columns, and a row a measurement.

    Columns are divided by commas or tabs, and other columns are left alone; errors may be
    percentages. Raises InputError, with the line, for a header that lacks one and for cells
    that are no numbers.

    >>> read_learning_curve("epoch,train_error,test_error\\n1,0.5,0.6\\n2,0.3,0.5\\n").points[1]
    CurvePoint(at=2, train_error=0.3, test_error=0.5)
    """
    source, places, rows = read_source(value, kind="CSV"), list[int](), list[list[Number]]()
    with At(source.place, once=True):
        text = re.split("\r\n|\r|\n", decode(source))
        contents = ((n, re.sub('("[^"]*")|#.*', r"\1", line)) for n, line in enumerate(text, 1))
        lines = [(n, content) for n, content in contents if content.strip()] or [(1, "")]
        separator = "\t" if "\t" in lines[0][1] else ","
        for number, line in lines:
            with At(f"line {number}"):
                cells = [cell.strip() for cell in fields_of(line, separator)]
                if not places:
                    axis, wanted, losses = _columns(cells)
                    places = [cells.index(name) for name in wanted]
                    continue
                if len(cells) <= max(places):
                    raise InputError(f"{len(cells)} cells, where the header has more")
                rows.append([
                    parse_rate(cell) if cell.endswith("%") else parse_number(cell)
                    for cell in (cells[place] for place in places)
                ])
    return learning_curve(axis, rows, losses)


def _columns(names: list[str]) -> tuple[str, list[str], bool]:
    """The axis, the names of it and of both errors, and whether those are losses."""
    known, found = read_table(__file__, "columns.txt")["column"], dict[str, str]()
    for name in names:
        column = known.get(re.sub("[ -]", "_", name.lower()))
        if column in found:
            raise InputError(f"two columns of the kind {column}")
        if column is not None:
            found[column] = name
    # Keras logs the training loss as loss alone.
    for name in names if "train" not in found else ():
        if name.lower() == "loss":
            found["train"] = name
    axes = [axis for axis in ("examples", "epochs") if axis in found]
    if len(axes) != 1 or not {"train", "test"} <= found.keys():
        raise InputError(f"header {shorten(','.join(names))!r}: expected {HEADER}")
    wanted = [found[axes[0]], found["train"], found["test"]]
    return axes[0], wanted, any("loss" in name.lower() for name in wanted)


def findings(curve: LearningCurve) -> dict[tuple[str, str], tuple[str, str]]:
    """What the curve shows of remedies against a part of the error: whether they help, and why.

    The test error speaks about what is meant against variance, the training error about
    what is meant against bias.

    >>> curve = learning_curve("epochs", [(1, 0.5, 0.6), (2, 0.2, 0.3), (3, 0.1, 0.4)])
    >>> for (remedy, part), (helps, _) in findings(curve).items():
    ...     print(f"{remedy} ({part}): {helps}")
    early stopping (variance): yes
    more epochs (variance): no
    more epochs (bias): yes
    """
    first, last = curve.points[0], curve.points[-1]
    # A quarter of the curve, and one point at the least, before the end.
    before = curve.points[-1 - max(1, len(curve.points) // 4)]
    best = min(curve.points, key=lambda each: each.test_error)
    facts = {
        "at": last.at, "test": last.test_error, "training": last.train_error,
        "earlier": before.at, "test_then": before.test_error, "training_then": before.train_error,
        "best_at": best.at, "best": best.test_error,
        "first_gap": first.test_error - first.train_error,
        "gap": last.test_error - last.train_error,
        "past": _falls(last.test_error, best.test_error),
        "falls": _falls(before.test_error, last.test_error),
        "trains": _falls(before.train_error, last.train_error),
    }
    found = {}
    for line in text_beside(__file__, "findings.txt").splitlines()[1:]:
        axis, remedy, part, helps, condition, words = line.split(" | ")
        if axis == curve.axis and read_expression(condition)(facts):
            found[remedy, part] = helps, words.format_map(facts)
    return found


def _falls(before: float, after: float) -> bool:
    return after < before * (1 - NOTABLE)


DEFAULT_TARGET = 0.05
"""The error taken to be acceptable where none is given: one in twenty."""
COUNTS = 0.25
"""A part counts when it is at least this much of what the test error is above the target."""

YES, MAYBE, NO, WORSE = "yes", "maybe", "no", "worse"


def remedies() -> list[dict[str, str]]:
    """Every remedy that is known, by its `name`, and what it does to each part of the error.

    The `variance` and the `bias` are lowered (`yes`, or `maybe`), left alone (`no`) or raised
    (`worse`), with the reason in `variance_why` and `bias_why`.

    >>> remedies()[0]["name"]
    'more examples'
    """
    found: list[dict[str, str]] = json.loads(text_beside(__file__, "remedies.json"))
    return found


class Remedy(NamedTuple):
    """One remedy, judged."""

    remedy: str
    """What is changed."""
    helps: str
    """`yes`, `no` or `maybe`."""
    why: str
    """The reason, in one line."""


class _Diagnosis(NamedTuple):
    diagnosis: str
    """`bias`, `variance`, `both` or `neither`."""
    why: str
    """The numbers that say so."""
    train_error: float
    """The training error."""
    test_error: float
    """The test error."""
    target: float
    """The error that would be acceptable."""
    gap: float
    """test_error − train_error: the variance part."""
    bias: float
    """train_error − target: the bias part; below 0 where training does better than asked."""
    excess: float
    """test_error − target: the sum of the two parts."""
    findings: tuple[str, ...]
    """What a learning curve adds."""
    remedies: tuple[Remedy, ...]
    """Every remedy known, judged."""


class Diagnosis(Result, _Diagnosis):
    """What training and test error say of a model."""

    __slots__ = ()


def diagnose(
    train_error: float | str | None = None, test_error: float | str | None = None, *,
    target: float | str | None = None, curve: LearningCurve | str | None = None,
) -> Diagnosis:
    """Bias, variance, both or neither, and what would help.

    Errors are fractions (0.02 or "2%"), or any loss that is 0 at its best, all in one unit; the
    target is 0.05 unless given, which above 1, where an error is no rate, it has to be. Of
    excess = test − target, the bias part is train − target and the variance part
    test − train; each counts from a quarter of the excess on. Where the test error meets
    the target there is no excess, and neither is diagnosed. A learning curve, CSV in a file or
    a text, gives both errors by its last point, and decides the remedies that its course
    speaks about.

    Raises InputError for an error that is missing, below 0 or not finite, and for one
    above 1 or a curve of losses without a target.

    >>> found = diagnose(0.02, 0.2)
    >>> found.diagnosis, round(found.gap, 6)
    ('variance', 0.18)
    >>> [each.helps for each in found.remedies[:3]]
    ['yes', 'yes', 'no']
    """
    course = read_learning_curve(curve) if isinstance(curve, str) else curve
    if course is not None:
        if not isinstance(course, LearningCurve):
            raise InputError(f"learning curve: expected columns {HEADER}")
        if train_error is not None or test_error is not None:
            raise InputError("errors: give them, or a learning curve, not both")
        _, train_error, test_error = course.points[-1]
    train = _error("training error", train_error)
    test = _error("test error", test_error)
    if target is None:
        if course is not None and course.losses:
            raise InputError(
                "the curve holds losses, which are no rates: give the loss that would do"
            ).at("target")
        for name, value in (("training error", train), ("test error", test)):
            if value > 1:
                raise InputError(
                    f"{name}: {value:g} is above 1, so it is no rate: write {value:g}% if it is "
                    "a percentage, and of a loss give the target too"
                )
        target = DEFAULT_TARGET
    target = _error("target", target)
    name, why = _diagnosis_and_numbers(train, test, target)
    seen = findings(course) if course is not None else {}
    told = ("variance",) if name == "variance" else ("variance", "bias")
    return Diagnosis(
        name, why, train_error=train, test_error=test, target=target,
        gap=test - train, bias=train - target, excess=test - target,
        findings=tuple(dict.fromkeys(
            text for (_, part), (_, text) in seen.items() if part in told)),
        remedies=tuple(_judged(facts, name, seen) for facts in remedies()),
    )


def _error(name: str, value: float | str | None) -> float:
    if value is None:
        raise InputError(f"{name}: none given; a training and a test error are needed")
    try:
        number = parse_rate(value) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError):
        said = f"{name}: {str(value)[:40]} is no rate: write 0.02 or '2%'"
        raise InputError(f"{said}; a learning curve is given as curve") from None
    if not math.isfinite(number) or number < 0:
        raise InputError(f"{name}: {number:g}; it must be a number, 0 or more")
    return number


def _diagnosis_and_numbers(train: float, test: float, target: float) -> tuple[str, str]:
    """The diagnosis, and the numbers that say so."""
    excess = test - target
    if excess <= 0:
        return "neither", f"the test error {test:.6g} is within the target {target:.6g}"
    shares = {"bias": (train - target) / excess, "variance": (test - train) / excess}
    counted = [part for part, share in shares.items() if share >= COUNTS]
    name = "both" if len(counted) == 2 else counted[0]
    bias = f"bias {train:.6g} − {target:.6g} = {_signed(train - target)}"
    variance = f"variance {test:.6g} − {train:.6g} = {_signed(test - train)}"
    return name, f"above the target by {excess:.6g}: {bias}, {variance}"


def _signed(value: float) -> str:
    text = f"{abs(value):.6g}"
    return f"−{text}" if value < 0 else text


def _judged(
    facts: dict[str, str], diagnosis: str, seen: Mapping[tuple[str, str], tuple[str, str]]
) -> Remedy:
    name = facts["name"]
    if diagnosis == "neither":
        return Remedy(name, NO, "the test error meets the target; nothing asks for it")
    parts = ("variance", "bias") if diagnosis == "both" else (diagnosis,)
    verdicts, reasons = [], []
    for part in parts:
        helps, why = seen.get((name, part), (facts[part], facts[f"{part}_why"]))
        # What a curve gives no reason for does harm as ever.
        verdicts.append(WORSE if facts[part] == WORSE and helps == NO else helps)
        reasons.append(why)
    # What lowers one part and leaves the other helps; what raises the other may.
    helps = next((each for each in (YES, MAYBE) if each in verdicts), NO)
    if WORSE in verdicts:
        helps = MAYBE if YES in verdicts else NO
    if len(parts) == 1:
        return Remedy(name, helps, reasons[0])
    return Remedy(name, helps, f"variance: {reasons[0]}; bias: {reasons[1]}")


DIAGNOSES = ("bias", "variance", "both", "neither")
NUMBERS = ("train_error", "test_error", "target", "excess", "bias", "gap", "diagnosis")
TRAIN, TEST, TARGET, EXCESS = map(symbol, ("train", "test", "target", "excess"))
PARTS = {
    "excess": (TEST - TARGET, "what the test error is too large by"),
    "bias": (TRAIN - TARGET, "the part that training leaves"),
    "gap": (TEST - TRAIN, "the variance: the part that training does not see"),
}


class DiagnoseRun(Run[Diagnosis]):
    """Diagnose two errors or a learning curve."""

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

    def answer(self, result: Diagnosis) -> Answer:
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
            advice=partial(_advice, result), adapt=_of_remedies,
        )


def _of_remedies(expected: Any) -> Any:
    """An answer whose words on remedies, yes, no or maybe, are those of whether they help."""
    if not isinstance(expected, Mapping):
        return expected
    return {name: {"helps": each} if each in (YES, MAYBE, NO, WORSE) else (
        _of_remedies(each) if name == "remedies" else each) for name, each in expected.items()}


def diagnosis_steps(result: Diagnosis) -> Iterator[Step]:
    """The parts of the test error, and which of them count."""
    for part in PARTS:
        yield _part_step(result, part)
    for part in ("bias", "gap") if result.excess > 0 else ():
        value, share = getattr(result, part), getattr(result, part) / result.excess
        verdict = "it counts" if share >= COUNTS else "it does not count"
        formula = symbol(part) / EXCESS
        numbers = formula.put({symbol(part): value, EXCESS: result.excess})
        note = f"{verdict}, from {COUNTS:g} on"
        yield Step(symbol("share", part), share, formula, (numbers,), note)
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


def _advice(result: Diagnosis, field: Place, expected: Any) -> str:
    """The part of the test error, or of another sign, that was given in place of one."""
    if field[0] not in PARTS:
        return ""
    others = [(f"{name} in place of {field[0]}", getattr(result, name)) for name in PARTS]
    return slip_of(expected, [*others, ("a wrong sign", -getattr(result, str(field[0])))])


def _part_step(result: Diagnosis, part: str) -> Step:
    formula, note = PARTS[part]
    numbers = {TRAIN: result.train_error, TEST: result.test_error, TARGET: result.target}
    return Step(symbol(part), getattr(result, part), formula, (formula.put(numbers),), note)
