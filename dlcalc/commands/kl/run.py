"""What `dlcalc kl` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlcalc.commands.kl.answer import kl_answer
from dlcalc.commands.kl.read import read_gaussian
from dlcalc.errors import DlcalcError, InputError
from dlcalc.numbers.gaussians.kl import check_kl, kl
from dlcalc.shell.checks import refuse_failed
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output


def run_kl(out: Output, q: str | None, p: str | None, gradients: bool, check: bool) -> None:
    """Read both Gaussians, put out their divergence, and check its gradients if asked."""
    result = kl(*_gaussians(q, p, out.allow_nonfinite))
    out = out.expecting()
    gradients |= check or (isinstance(out.expected, dict) and "gradients" in out.expected)
    slopes = result.gradients if gradients else {}
    checks = check_kl(result.q, result.p) if check else []
    out.emit(
        kl_answer(
            result,
            slopes,
            checks,
            working=partial(_explain, "kl_steps", result, slopes),
            element=partial(_explain, "element_step", result),
            advice=partial(_explain, "advice", result),
        )
    )
    refuse_failed(checks)


def _gaussians(q: str | None, p: str | None, allow_nonfinite: bool) -> tuple[Any, Any]:
    if q is None and p is None:
        example = worked_example("kl")
        return example["q"], example["p"]
    found = []
    for name, value in (("q", q), ("p", p)):
        if value is None:
            raise InputError(f"no {name}: a divergence is between two; give it with --{name}")
        try:
            found.append(read_gaussian(value, allow_nonfinite))
        except DlcalcError as error:
            raise error.at(f"--{name}") from None
    return found[0], found[1]


def _explain(function: str, *arguments: Any) -> Any:
    # Only what is asked to explain itself loads the explanations.
    import dlcalc.commands.kl.working as explain

    return getattr(explain, function)(*arguments)
