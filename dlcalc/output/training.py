"""What answers of training share: gradients held against differences, and losses by step."""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc.output.answer import Block, Table
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck
    from dlcalc.pictures.plane import Canvas


def check_records(checks: Sequence[GradientCheck]) -> list[dict[str, Any]]:
    """Each gradient with its distance from either difference, for the field `check`."""
    return [{"gradient": each.name, "central_error": each.central_error,
             "complex_error": each.complex_error, "passed": bool(each.passed)} for each in checks]


def add_checks(
    record: dict[str, Any], blocks: list[Block], checks: Sequence[GradientCheck] | None
) -> None:
    """Put checks, if they were made, behind the rest of an answer."""
    if checks is not None:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))


def check_table(checks: Sequence[GradientCheck]) -> Table:
    """The same as a table."""
    rows = [
        [each.name, each.central_error, each.complex_error, "yes" if each.passed else "no"]
        for each in checks
    ]
    return Table(("gradient", "from central", "from complex step", "agrees"), rows,
                 title="Largest differences, relative to the largest entry", called="check")


MOST_ROWS = 20
WIDE = 1000.0
"""From this ratio of the largest loss to the smallest, the axis is logarithmic."""


def loss_chart(losses: Sequence[float], canvas: Canvas) -> str:
    """The loss by step, as SVG or in characters."""
    wide = min(losses) > 0 and max(losses) > WIDE * min(losses)
    return canvas.line_chart({"loss": losses}, range(len(losses)), log_y=wide)


def loss_table(losses: Sequence[float], complete: bool) -> Table:
    """The loss by step; of many steps, unless `complete`, a few and the last.

    >>> [row[0] for row in loss_table([1.0] * 120, False).rows[-3:]]
    [108, 114, 119]
    """
    steps, note = thinned(range(len(losses)), "step", complete)
    return Table(("step", "loss"), [(step, losses[step]) for step in steps],
                 title="Gradient descent", footnotes=(note,) if note else ())


def thinned(places: Sequence[int], what: str, complete: bool) -> tuple[list[int], str]:
    """Of many steps or epochs, unless `complete`, a few and the last; and a line that says so.

    >>> thinned([1, 2, 3], "epoch", False)
    ([1, 2, 3], '')
    """
    stride = 1 if complete else -(-(len(places) - 1) // MOST_ROWS) or 1
    note = f"one {what} in {stride}; json and csv have them all" if stride > 1 else ""
    return sorted({*places[::stride], places[-1]}), note
