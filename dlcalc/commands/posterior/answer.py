"""The Gaussians near a mixture as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.posterior.mixture import check_descent
from dlcalc.commands.posterior.posterior import Posterior, posterior
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.checks import check_records, check_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.commands.posterior import picture, working
    from dlcalc.numbers.differences import GradientCheck
else:
    picture, working = (
        lazily(f"dlcalc.commands.posterior.{name}") for name in ("picture", "working")
    )

FIT_FIELDS = (
    "objective", "family", "mean", "covariance", "divergence", "error", "covers", "best",
)  # fmt: skip
COLUMNS = [name for name in FIT_FIELDS if name != "error"]
SHAPE_FIELDS = ("shape", "learnable", "why")
SHAPES = "shapes of q, diagonal as a standard VAE has it"


class PosteriorRun(Run[Posterior]):
    """Read a mixture, and find the Gaussians nearest to it."""

    command = "posterior"
    fields = required = ("weights", "means", "covariances")
    function = staticmethod(posterior)

    def checked(self, result: Posterior) -> Sequence[GradientCheck]:
        """The gradients that the descent follows, against differences."""
        return check_descent(result.p)

    def picture(self, result: Posterior) -> str:
        """The mixture and each Gaussian."""
        return picture.as_svg(picture.picture(result, 161))

    def answer(self, result: Posterior, checks: Sequence[GradientCheck] | None) -> Answer:
        """Every fit, with a picture for people."""
        drawn: Sequence[str] = ()
        if self.out.format.terminal:
            from dlcalc.shell.output import terminal_page

            page = terminal_page(30)
            drawn = picture.as_text(picture.picture(result, 81, "diagonal"), page).splitlines()
        return posterior_answer(
            result, checks or (), drawn,
            working=partial(working.posterior_steps, result),
            element=partial(working.element_step, result),
        )


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
