"""Bias or variance, from training and test error, and which remedies fit.

The test error is target + (training − target) + (test − training): what is asked for, the
bias part and the variance part (Ng 2018, "Machine learning yearning", chapters 20 to 23).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from dlcalc.commands.diagnose.curve import Finding, as_curve, findings
from dlcalc.errors import InputError
from dlcalc.numbers.parse import parse_rate
from dlcalc.numbers.results import Result

DEFAULT_TARGET = 0.05
"""The error taken to be acceptable where none is given: one in twenty."""
COUNTS = 0.25
"""A part counts when it is at least this much of what the test error is above the target."""

YES, MAYBE, NO, WORSE = "yes", "maybe", "no", "worse"


class RemedyFacts(NamedTuple):
    """A change to a model or its training, and what it does to each part of the error.

    The part is lowered (`yes`, or `maybe`), left alone (`no`) or raised (`worse`).
    """

    name: str
    """What is changed."""
    variance: str
    """Its effect on what the test error is above the training error."""
    variance_why: str
    """The reason, in one line."""
    bias: str
    """Its effect on what the training error is above the target."""
    bias_why: str
    """The reason, in one line."""


REMEDIES = (
    RemedyFacts("more examples",
                YES, "the more examples, the less of them the model can learn by heart",
                NO, "a model that cannot fit the examples it has fits more of them no better"),
    RemedyFacts("fewer features",
                YES, "fewer weights leave less room to fit the noise of the training set",
                WORSE, "with less to go by the model fits the training set worse"),
    RemedyFacts("more features",
                WORSE, "more weights give more room to fit the noise of the training set",
                YES, "new features can carry what the model lacks to fit the training set"),
    RemedyFacts("another optimiser (RMSprop, Adam)",
                NO, "it can lower the training error alone, not the gap",
                MAYBE, "yes if training has not come to rest; not if the model is too small"),
    RemedyFacts("Newton's method",
                NO, "it comes to the same minimum of the training error faster; the gap stays",
                MAYBE, "yes if training has not come to rest; not if the model is too small"),
    RemedyFacts("smaller λ (less regularisation)",
                WORSE, "a weaker penalty lets the model fit more noise; λ should be larger",
                YES, "a weaker penalty lets the model fit the training set more closely"),
    RemedyFacts("larger λ (more regularisation)",
                YES, "a stronger penalty on the weights holds the fit to noise down",
                WORSE, "a stronger penalty raises the training error, which is too high already"),
    RemedyFacts("an SVM (support vector machine)",
                MAYBE, "a large-margin classifier can generalise better; nothing promises it",
                MAYBE, "with a richer kernel it can fit more closely; nothing promises it"),
    RemedyFacts("dropout",
                YES, "units that may be missing cannot rely on each other to fit noise",
                WORSE, "training with units left out raises the training error"),
    RemedyFacts("early stopping",
                YES, "training ends before the noise of the training set is fitted",
                WORSE, "training ends with a higher training error still"),
    RemedyFacts("data augmentation",
                YES, "changed copies stand in for more examples, where the changes keep the label",
                NO, "it makes the training set harder to fit, not easier"),
    RemedyFacts("a larger model",
                WORSE, "more weights give more room to fit the noise of the training set",
                YES, "more units or layers can fit what the present model cannot"),
    RemedyFacts("a smaller model",
                YES, "fewer weights leave less room to fit the noise of the training set",
                WORSE, "with fewer units the model fits the training set worse"),
    RemedyFacts("more epochs",
                WORSE, "longer training fits the noise of the training set more closely",
                MAYBE, "yes if the training error is still falling; not once it has levelled off"),
)


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
    command = "diagnose"


def diagnose(
    train_error: float | str | None = None, test_error: float | str | None = None, *,
    target: float | str | None = None, curve: object = None,
) -> Diagnosis:
    """Bias, variance, both or neither, and what would help.

    Errors are fractions (0.02 or "2%"), or any loss that is 0 at its best, all in one unit; the
    target is 0.05 unless given, which above 1, where an error is no rate, it has to be. Of
    excess = test − target, the bias part is train − target and the variance part
    test − train; each counts from a quarter of the excess on. Where the test error meets
    the target there is no excess, and neither is diagnosed. A learning curve, as `as_curve`
    takes it, gives both errors by its last point, and decides the remedies that its course
    speaks about.

    Raises InputError for an error that is missing, below 0 or not finite, and for one
    above 1 or a curve of losses without a target.

    >>> found = diagnose(0.02, 0.2)
    >>> found.diagnosis, round(found.gap, 6)
    ('variance', 0.18)
    >>> [each.helps for each in found.remedies[:3]]
    ['yes', 'yes', 'no']
    """
    course = None if curve is None else as_curve(curve)
    if course is not None:
        if train_error is not None or test_error is not None:
            raise InputError("errors: give them, or a learning curve, not both")
        train_error, test_error = course.last.train_error, course.last.test_error
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
    name, why = _parts(train, test, target)
    seen = findings(course) if course is not None else ()
    told = ("variance",) if name == "variance" else ("variance", "bias")
    return Diagnosis(
        name, why, train_error=train, test_error=test, target=target,
        gap=test - train, bias=train - target, excess=test - target,
        findings=tuple(dict.fromkeys(each.text for each in seen if each.part in told)),
        remedies=tuple(_judged(facts, name, seen) for facts in REMEDIES),
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


def _parts(train: float, test: float, target: float) -> tuple[str, str]:
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


def _judged(facts: RemedyFacts, diagnosis: str, seen: tuple[Finding, ...]) -> Remedy:
    if diagnosis == "neither":
        return Remedy(facts.name, NO, "the test error meets the target; nothing asks for it")
    for finding in seen:
        if finding.remedy == facts.name and finding.part == diagnosis:
            return Remedy(facts.name, finding.helps, finding.text)
    if diagnosis == "both":
        return _against_both(facts)
    verdict, why = facts.bias, facts.bias_why
    if diagnosis == "variance":
        verdict, why = facts.variance, facts.variance_why
    return Remedy(facts.name, NO if verdict == WORSE else verdict, why)


def _against_both(facts: RemedyFacts) -> Remedy:
    """What lowers one part and leaves the other helps; what raises the other may."""
    verdicts = {facts.variance, facts.bias}
    if WORSE in verdicts:
        helps = MAYBE if YES in verdicts else NO
    else:
        helps = next(each for each in (YES, MAYBE, NO) if each in verdicts)
    return Remedy(facts.name, helps, f"variance: {facts.variance_why}; bias: {facts.bias_why}")
