"""What is refused of results: infinities, and with `--check` gradients that are off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import AnswerDiffersError, InputError, LimitError

MOST_CHECKED = 20_000


def require_finite(result: Any, fields: Sequence[str]) -> None:
    """InputError that names the first element of a result's fields that is not finite."""
    import numpy as np

    for name in fields:
        array = getattr(result, name)
        if array is not None and array.dtype.kind == "f" and not np.isfinite(array).all():
            place = np.unravel_index(int(np.argmin(np.isfinite(array))), array.shape)
            raise InputError(
                f"element ({','.join(map(str, place))}) of {name} passes the largest "
                f"{array.dtype}; --allow-nonfinite lets it out"
            )


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
