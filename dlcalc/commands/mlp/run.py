"""What `dlcalc mlp` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlcalc.commands.mlp.answer import mlp_answer
from dlcalc.commands.mlp.mlp import MlpStep, check_mlp, mlp
from dlcalc.errors import InputError
from dlcalc.input.fields import read_record
from dlcalc.shell.checks import refuse_failed, require_checkable
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import COMPLETE, Output
from dlcalc.shell.plots import check_plot, terminal_page, write_plot

FIELDS = (
    "x", "target", "weights", "biases", "sizes", "activation", "output", "loss", "learning_rate",
)  # fmt: skip


def run_mlp(
    out: Output, starts: bool, check: bool, file: str | None = None, plot: str | None = None,
    **options: Any,
) -> None:
    """Read the network, take its steps, and put out what came of it."""
    check_plot(plot)
    given = _given(out, file)
    result = mlp(**{**given, **options, "starts": starts or given.get("starts", False)})
    if check:
        require_checkable(len(result.named) + result.network.x.size)
    checks = check_mlp(result) if check else None
    picture = None if plot is None else _picture(result)
    out.emit(_answer(result, checks, out.format))
    if plot is not None and picture is not None:
        write_plot(plot, picture)
    refuse_failed(checks)


def _given(out: Output, file: str | None) -> dict[str, Any]:
    if file is None and not out.piped:
        return dict(worked_example("mlp"))
    return read_record(
        file or "-", FIELDS, ("x", "target"), out.allow_nonfinite, layered=("weights", "biases")
    )


def _answer(result: MlpStep, checks: Any, form: str) -> Any:
    import dlcalc.commands.mlp.working as explain
    from dlcalc.commands.mlp.findings import findings, start_finding

    return mlp_answer(
        result,
        checks,
        [(each, start_finding(each)) for each in result.starts or ()],
        list(findings(result)),
        form in COMPLETE,
        terminal_page(16) if form == "table" else None,
        order=explain.derivation(result),
        working=partial(explain.mlp_steps, result),
        element=partial(explain.mlp_element, result),
    )


def _picture(result: MlpStep) -> str:
    from dlcalc.output.losses import loss_picture

    if result.descent is None or len(result.descent.losses) < 2:
        raise InputError("--plot draws the loss by step: ask for steps with --steps N")
    return loss_picture(result.descent.losses)
