"""What `--check` makes of gradients that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import AnswerDiffersError, LimitError

MOST_CHECKED = 20_000


def require_passed(checks: Sequence[Any] | None) -> None:
    """AnswerDiffersError with the first gradient that differs from its differences."""
    for check in checks or ():
        if not check.passed:
            raise AnswerDiffersError(
                f"the gradient of {check.name} differs by {check.central_error:.2g} from central "
                f"and by {check.complex_error:.2g} from complex-step differences; "
                "at a kink, such as relu at 0, there is no derivative"
            )


def require_checkable(count: int) -> None:
    """LimitError where so many numbers are too many to be moved one by one."""
    if count > MOST_CHECKED:
        raise LimitError(
            f"--check moves one number at a time: {count:,} are more than {MOST_CHECKED:,}"
        )
