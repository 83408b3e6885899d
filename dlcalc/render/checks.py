"""Checks of gradients, as a table for people and as fields for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.render.answer import Table

if TYPE_CHECKING:
    from dlcalc.calc.differences import GradientCheck


def check_records(checks: Sequence[GradientCheck]) -> list[dict[str, Any]]:
    """One object a gradient: its name, how far it is off, and whether that is rounding."""
    return [
        {
            "gradient": each.name,
            "central_error": each.central_error,
            "complex_error": each.complex_error,
            "passed": bool(each.passed),
        }
        for each in checks
    ]


def check_table(checks: Sequence[GradientCheck]) -> Table:
    """The same as a table."""
    records = check_records(checks)
    return Table(list(records[0]), [list(each.values()) for each in records], title="check")
