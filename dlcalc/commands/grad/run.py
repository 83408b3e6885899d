"""What `dlcalc grad` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dlcalc.commands.grad.answer import grad_answer
from dlcalc.commands.grad.grad import (
    is_assignment,
    names_of,
    read_assignment,
    read_problem,
    read_system,
)
from dlcalc.derive.gradients import Derivatives, differentiate
from dlcalc.errors import InputError
from dlcalc.shell.checks import refuse_failed, require_checkable
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output


def run_grad(
    out: Output, file: str | None, values: Sequence[str], of: Sequence[str], wrt: Sequence[str],
    check: bool,
) -> None:
    """Read the equations and values, derive, and put out what came of it."""
    file, values = _operands(out, file, values)
    problem = _given(file, out.allow_nonfinite)
    system = read_system(problem["equations"], problem.get("file", ""))
    given = dict(problem.get("values") or {})
    given |= _assigned(values, out.allow_nonfinite)
    sources = names_of(wrt or problem.get("wrt"))
    result = differentiate(system, given, names_of(of or problem.get("of")), sources)
    checks = _checks(result) if check else None
    out.emit(_answer(out, result, checks, asked=sources is not None))
    refuse_failed(checks)


def _operands(
    out: Output, file: str | None, values: Sequence[str]
) -> tuple[str | None, Sequence[str]]:
    """The equations and the values; where equations are piped in, each operand is a value.

    Standard input is looked at only where no operand holds equations: it may be another's.
    """
    if file is None:
        return "-" if out.piped else None, values
    return ("-", (file, *values)) if is_assignment(file) and out.piped else (file, values)


def _given(file: str | None, allow_nonfinite: bool) -> dict[str, Any]:
    if file is None:
        return dict(worked_example("grad"))
    return read_problem(file, allow_nonfinite)


def _assigned(values: Sequence[str], allow_nonfinite: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in values:
        name, value = read_assignment(each, allow_nonfinite)
        if name in found:
            raise InputError(f"{name} is given twice")
        found[name] = value
    return found


def _checks(result: Derivatives) -> Any:
    from dlcalc.derive.check import check_derivatives

    elements = sum(
        getattr(each, "size", 1) for found in result.gradients.values() for each in found.values()
    )
    require_checkable(elements)
    return check_derivatives(result)


def _answer(out: Output, result: Derivatives, checks: Any, asked: bool) -> Any:
    # A bare expected value is the derivative where one was asked for, else the derived value.
    main = f"values.{(result.of or result.system.names)[0]}"
    if asked and len(result.of) == len(result.wrt) == 1:
        main = f"gradients.{result.of[0]}.{result.wrt[0]}"
    return grad_answer(
        result, checks, main, working=partial(_working, result), element=partial(_element, result),
        order=() if out.expect is None else _order(result),
    )


def _order(result: Derivatives) -> tuple[str, ...]:
    # Only what is asked to explain itself loads the explanations.
    from dlcalc.derive.working import derivation

    return derivation(result)


def _working(result: Derivatives) -> Any:
    from dlcalc.derive.working import grad_steps

    return grad_steps(result)


def _element(result: Derivatives, field: str, index: tuple[int, ...]) -> Any:
    from dlcalc.derive.working import grad_element

    return grad_element(result, field, index)
