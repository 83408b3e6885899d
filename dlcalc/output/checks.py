"""Gradients held against differences, as a table and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Table

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck


def check_records(checks: Sequence[GradientCheck]) -> list[dict[str, Any]]:
    """Each gradient with its distance from either difference, for the field `check`."""
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
    rows = [
        [each.name, each.central_error, each.complex_error, "yes" if each.passed else "no"]
        for each in checks
    ]
    return Table(
        ("gradient", "from central", "from complex step", "agrees"),
        rows,
        title="Largest differences, relative to the largest entry",
        called="check",
    )
