"""A check of gradients that fails, as an exit status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.errors import AnswerDiffersError


def refuse_failed(checks: Sequence[Any]) -> None:
    """Raise AnswerDiffersError that names the first gradient that is off, if one is."""
    for each in checks:
        if not each.passed:
            raise AnswerDiffersError(
                f"gradient of {each.name}: off by {each.central_error:.2g} from central "
                f"differences, by {each.complex_error:.2g} from complex-step ones"
            )
