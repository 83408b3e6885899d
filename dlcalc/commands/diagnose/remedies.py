"""Remedies for bias and for variance, as data: what each does, and why."""

from __future__ import annotations

from typing import NamedTuple

YES, MAYBE, NO, WORSE = "yes", "maybe", "no", "worse"


class Effect(NamedTuple):
    """What a remedy does to one of the two parts of the error."""

    verdict: str
    """`yes` or `maybe` it lowers it; `no`, it does not touch it; or `worse`, it raises it."""
    why: str
    """The reason, in one line."""


class RemedyFacts(NamedTuple):
    """A change to a model or its training, and its effects."""

    name: str
    """What is changed."""
    variance: Effect
    """Its effect on what the test error is above the training error."""
    bias: Effect
    """Its effect on what the training error is above the target."""


REMEDIES = (
    RemedyFacts(
        "more examples",
        Effect(YES, "the more examples, the less of them the model can learn by heart"),
        Effect(NO, "a model that cannot fit the examples it has fits more of them no better"),
    ),
    RemedyFacts(
        "fewer features",
        Effect(YES, "fewer weights leave less room to fit the noise of the training set"),
        Effect(WORSE, "with less to go by the model fits the training set worse"),
    ),
    RemedyFacts(
        "more features",
        Effect(WORSE, "more weights give more room to fit the noise of the training set"),
        Effect(YES, "new features can carry what the model lacks to fit the training set"),
    ),
    RemedyFacts(
        "another optimiser (RMSprop, Adam)",
        Effect(NO, "it can lower the training error alone, not the gap"),
        Effect(MAYBE, "yes if training has not come to rest; not if the model is too small"),
    ),
    RemedyFacts(
        "Newton's method",
        Effect(NO, "it comes to the same minimum of the training error faster; the gap stays"),
        Effect(MAYBE, "yes if training has not come to rest; not if the model is too small"),
    ),
    RemedyFacts(
        "smaller λ (less regularisation)",
        Effect(WORSE, "a weaker penalty lets the model fit more noise; λ should be larger"),
        Effect(YES, "a weaker penalty lets the model fit the training set more closely"),
    ),
    RemedyFacts(
        "larger λ (more regularisation)",
        Effect(YES, "a stronger penalty on the weights holds the fit to noise down"),
        Effect(WORSE, "a stronger penalty raises the training error, which is too high already"),
    ),
    RemedyFacts(
        "an SVM (support vector machine)",
        Effect(MAYBE, "a large-margin classifier can generalise better; nothing promises it"),
        Effect(MAYBE, "with a richer kernel it can fit more closely; nothing promises it"),
    ),
    RemedyFacts(
        "dropout",
        Effect(YES, "units that may be missing cannot rely on each other to fit noise"),
        Effect(WORSE, "training with units left out raises the training error"),
    ),
    RemedyFacts(
        "early stopping",
        Effect(YES, "training ends before the noise of the training set is fitted"),
        Effect(WORSE, "training ends with a higher training error still"),
    ),
    RemedyFacts(
        "data augmentation",
        Effect(YES, "changed copies stand in for more examples, where the changes keep the label"),
        Effect(NO, "it makes the training set harder to fit, not easier"),
    ),
    RemedyFacts(
        "a larger model",
        Effect(WORSE, "more weights give more room to fit the noise of the training set"),
        Effect(YES, "more units or layers can fit what the present model cannot"),
    ),
    RemedyFacts(
        "a smaller model",
        Effect(YES, "fewer weights leave less room to fit the noise of the training set"),
        Effect(WORSE, "with fewer units the model fits the training set worse"),
    ),
    RemedyFacts(
        "more epochs",
        Effect(WORSE, "longer training fits the noise of the training set more closely"),
        Effect(MAYBE, "yes if the training error is still falling; not once it has levelled off"),
    ),
)
