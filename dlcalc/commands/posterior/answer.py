"""The Gaussians near a mixture as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.checks import check_records, check_table

if TYPE_CHECKING:
    from dlcalc.commands.posterior.posterior import Posterior
    from dlcalc.numbers.differences import GradientCheck

FIT_FIELDS = (
    "objective", "family", "mean", "covariance", "divergence", "error", "covers", "best",
)  # fmt: skip
COLUMNS = [name for name in FIT_FIELDS if name != "error"]
SHAPE_FIELDS = ("shape", "learnable", "why")
SHAPES = "shapes of q, diagonal as a standard VAE has it"


def posterior_answer(
    result: Posterior, checks: Sequence[GradientCheck], picture: Sequence[str], **explained: Any
) -> Answer:
    """Every fit, what they say of each shape of q, and a picture where there is room for one."""
    fits = [{name: getattr(fit, name) for name in FIT_FIELDS} for fit in result.fits]
    shapes = [{name: getattr(each, name) for name in SHAPE_FIELDS} for each in result.shapes]
    record: dict[str, Any] = {"fits": fits, "shapes": shapes}
    rows = [_cells(fit) for fit in fits]
    blocks: list[Block] = [
        Table(COLUMNS, rows, title="fits", drawn=lambda: _numbered(rows)),
        Table(SHAPE_FIELDS, [list(each.values()) for each in shapes], title=SHAPES),
    ]
    if checks:
        record["check"] = check_records(checks)
        blocks.append(check_table(checks))
    if picture:
        blocks.append(Text(picture))
    return Answer(record, blocks, main="fits", **explained)


def _cells(fit: dict[str, Any]) -> list[Any]:
    """A fit on one line: its covariance row by row, its components by their numbers."""
    flat = {"covariance": fit["covariance"].ravel(), "covers": " ".join(map(str, fit["covers"]))}
    return [{**fit, **flat}[name] for name in COLUMNS]


def _numbered(rows: Sequence[list[Any]]) -> Table:
    """The fits under the names that the picture calls them by, the best with a star."""
    numbered = [
        [f"q{number}{' *' if best else ''}", *row] for number, (*row, best) in enumerate(rows, 1)
    ]
    note = "* none of this objective and family is lower"
    return Table(["q", *COLUMNS[:-1]], numbered, title="fits", footnotes=(note,))
