"""What `dlcalc posterior` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlcalc.commands.posterior.answer import posterior_answer
from dlcalc.commands.posterior.posterior import Posterior, posterior
from dlcalc.input.fields import read_record
from dlcalc.shell.checks import refuse_failed
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output
from dlcalc.shell.plots import check_plot, terminal_page, write_plot

FIELDS = ("weights", "means", "covariances")


def run_posterior(
    out: Output, file: str | None, starts: int, check: bool, plot: str | None, seed: int
) -> None:
    """Read a mixture, put out the Gaussians nearest to it, draw them and check the descent."""
    check_plot(plot)
    result = posterior(**_mixture(out, file), seed=seed, starts=starts)
    checks: list[Any] = []
    if check:
        from dlcalc.commands.posterior.variational import check_descent

        checks = check_descent(result.p)
    out.emit(
        posterior_answer(
            result,
            checks,
            _picture(result) if out.format == "table" else (),
            working=partial(_explain, "posterior_steps", result),
            element=partial(_explain, "element_step", result),
        )
    )
    if plot is not None:
        from dlcalc.commands.posterior.drawing import as_svg
        from dlcalc.commands.posterior.picture import picture

        write_plot(plot, as_svg(picture(result, 161)))
    refuse_failed(checks)


def _mixture(out: Output, file: str | None) -> dict[str, Any]:
    if file is None and not out.piped:
        return worked_example("posterior")
    return read_record("-" if file is None else file, FIELDS, FIELDS, out.allow_nonfinite)


def _picture(result: Posterior) -> list[str]:
    from dlcalc.commands.posterior.drawing import as_text
    from dlcalc.commands.posterior.picture import picture

    return as_text(picture(result, 81, "diagonal"), terminal_page(30)).splitlines()


def _explain(function: str, *arguments: Any) -> Any:
    # Only what is asked to explain itself loads the explanations.
    import dlcalc.commands.posterior.working as explain

    return getattr(explain, function)(*arguments)
