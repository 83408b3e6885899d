"""What `dlcalc size` does with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

from dlcalc.commands.size.size import Size, size
from dlcalc.errors import InputError
from dlcalc.shell import note
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output


def run_size(out: Output, solve: str | None, given: dict[str, Any]) -> None:
    """Compute or solve, and put out what came of it."""
    if solve is None and "output" not in given and not {"input", "kernel"} <= given.keys():
        if out.piped:
            from dlcalc.commands.size.run_records import run_records

            run_records(out, given)
            return
        if not {"input", "kernel"} & given.keys():
            given = {**worked_example("size"), **given}
    solve = solve or _unknown(given)
    if solve is not None and solve in given:
        raise InputError(f"{solve.replace('_', ' ')} is what is asked for; leave it away")
    result = size(**given) if solve is None else size(**given, solve=solve)
    # The renderers and the working are read only by the formats that want them.
    from dlcalc.commands.size.answer import size_answer, solutions_answer

    if isinstance(result, Size):
        out.emit(size_answer(result, partial(_explain, "size_steps", result.axes)))
        return
    if result.count != len(result.solutions):
        there_are = "endlessly many" if result.count is None else f"{result.count:,}"
        note(f"{there_are} solutions; programs get the first {len(result.solutions):,} one by one")
    out.emit(
        solutions_answer(
            result, working=partial(_explain, "solution_steps", result),
            advice=partial(_explain, "solution_advice", result),
        )
    )


def _unknown(given: dict[str, Any]) -> str | None:
    """The one size that an output was given in place of."""
    if "output" not in given:
        return None
    missing = [name for name in ("input", "kernel") if name not in given]
    if len(missing) != 1:
        raise InputError(
            "-O is the output to solve for: name the unknown with --solve "
            "(--expect checks an answer)"
        )
    return missing[0]


def _explain(function: str, *arguments: Any) -> Any:
    import dlcalc.derive.size_steps as explain

    return getattr(explain, function)(*arguments)
