"""What `dlcalc diagnose` does with its options."""

from __future__ import annotations

from functools import partial
from os.path import exists
from typing import Any

from dlcalc.commands.diagnose.answer import diagnosis_answer
from dlcalc.commands.diagnose.curve import LearningCurve, learning_curve
from dlcalc.commands.diagnose.diagnosis import Diagnosis, diagnose
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output

NAMES = ("bias", "variance", "both", "neither")


def run_diagnose(
    out: Output,
    train_error: float | None,
    test_error: float | None,
    target: float | None,
    curve: str | None,
) -> None:
    """Diagnose two errors or a learning curve, and put it out."""
    read: LearningCurve | None = None
    if curve is not None:
        read = _curve(curve)
    elif train_error is None and test_error is None:
        if out.piped:
            read = _curve("-")
        else:
            example = worked_example("diagnose")
            train_error, test_error = example["train_error"], example["test_error"]
    result = diagnose(train_error, test_error, target=target, curve=read)
    if out.expect in NAMES and not exists(out.expect):
        out = out._replace(expect=f'{{"diagnosis": "{out.expect}"}}')
    out.emit(
        diagnosis_answer(
            result,
            working=partial(_explain, "diagnosis_steps", result),
            element=partial(_explain, "element_step", result),
        )
    )


def _curve(value: str) -> LearningCurve:
    from dlcalc.commands.diagnose.read import read_learning_curve

    return learning_curve(*read_learning_curve(value))


def _explain(function: str, *arguments: Diagnosis | str | tuple[int, ...]) -> Any:
    # Only what is asked to explain itself loads the explanations.
    import dlcalc.commands.diagnose.working as explain

    return getattr(explain, function)(*arguments)
