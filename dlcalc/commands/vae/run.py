"""What `dlcalc vae` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlcalc.commands.vae.answer import vae_answer
from dlcalc.commands.vae.check import check_vae
from dlcalc.commands.vae.vae import vae
from dlcalc.input.fields import read_record
from dlcalc.shell.checks import refuse_failed, require_checkable
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import COMPLETE, Output

FIELDS = ("x", "noise", "encoder", "mu", "sigma", "decoder", "head")
REQUIRED = ("x", "mu", "sigma", "decoder")


def run_vae(out: Output, check: bool, file: str | None = None, **options: Any) -> None:
    """Read the autoencoder, take its step, and put out what came of it."""
    import dlcalc.commands.vae.working as explain

    result = vae(**_given(out, file), **options)
    if check:
        require_checkable(2 * len(result.named))
    checks = check_vae(result) if check else None
    out.emit(
        vae_answer(
            result,
            checks,
            [explain.evidence_words(each) for each in result.evidence or ()],
            out.format in COMPLETE,
            order=explain.derivation(result),
            working=partial(explain.vae_steps, result),
            element=partial(explain.vae_element, result),
            advice=partial(explain.advice, result),
        )
    )
    refuse_failed(checks)


def _given(out: Output, file: str | None) -> dict[str, Any]:
    if file is None and not out.piped:
        return dict(worked_example("vae"))
    layered = ("encoder", "decoder")
    return read_record(file or "-", FIELDS, REQUIRED, out.allow_nonfinite, layered=layered)
