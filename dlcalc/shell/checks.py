"""What `--check` makes of gradients that differ from their differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import AnswerDiffersError, LimitError

MOST_CHECKED = 20_000


def refuse_failed(checks: Sequence[Any] | None) -> None:
    """Raise AnswerDiffersError that names the first gradient that is off, if one is."""
    for each in checks or ():
        if not each.passed:
            raise AnswerDiffersError(
                f"gradient of {each.name}: off by {each.central_error:.2g} from central "
                f"differences, by {each.complex_error:.2g} from complex-step ones; "
                "at a kink, such as relu at 0, there is no derivative"
            )


def require_checkable(count: int) -> None:
    """LimitError where so many numbers are too many to be moved one by one."""
    if count > MOST_CHECKED:
        raise LimitError(
            f"--check moves one number at a time: {count:,} are more than {MOST_CHECKED:,}"
        )
