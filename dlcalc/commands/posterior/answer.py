"""The Gaussians near a mixture as an answer, with its working."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.posterior.mixture import check_descent
from dlcalc.commands.posterior.posterior import REVERSE, Fit, Posterior, posterior
from dlcalc.formulas.expressions import Expr, Step, call, mul, symbol, total, transpose
from dlcalc.numbers.gaussians import gaussian
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import check_records, check_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.commands.posterior import picture
    from dlcalc.numbers.differences import GradientCheck
else:
    picture = lazily("dlcalc.commands.posterior.picture")

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
            working=partial(posterior_steps, result), element=partial(element_step, result),
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


PI, MU_K, SIGMA_K = symbol("π", "k"), symbol("μ", "k"), symbol("Σ", "k")
M, S = symbol("m"), symbol("S")
MU_Q, SIGMA_Q = symbol("μ", "q"), symbol("Σ", "q")
H_Q, H_P = call("H", symbol("q")), call("H", symbol("p"))
EXPECTED = call("E", call("ln", symbol("p")))


def posterior_steps(result: Posterior) -> Iterator[Step]:
    """The moments of p, then each Gaussian with its divergence."""
    whole = result.p.whole()
    yield Step(M, whole.mean, total(mul(PI, MU_K), "k"), note="the mean of p")
    between = (MU_K - M) @ transpose(MU_K - M)
    spread = total(mul(PI, SIGMA_K + between), "k")
    yield Step(S, whole.covariance, spread, note="the covariance of p")
    for fit in result.fits:
        over = ", ".join(map(str, fit.covers))
        yield Step(f"{fit.objective}, {fit.family} covariance, q over {over}", note=_origin(fit))
        yield from _fit_steps(fit)


def element_step(result: Posterior, field: Place, index: tuple[int, ...]) -> Step | None:
    """The last step of the divergence of one fit; of its other fields where they come from."""
    if field[0] != "fits" or len(field) < 3:
        return None
    fit = result.fits[int(field[1])]
    if field[2] == "divergence":
        return list(_fit_steps(fit))[-1]
    return Step(str(field), note=f"{fit.objective}, {fit.family}: {_origin(fit)}")


def _origin(fit: Fit) -> str:
    if fit.objective == REVERSE:
        return "a local minimum, found by descent" + ("; none is lower" if fit.best else "")
    if fit.family == "full":
        return "the mean and covariance of p"
    return "the mean and variances of p"


def _fit_steps(fit: Fit) -> Iterator[Step]:
    q = gaussian(fit.mean, fit.covariance)
    yield Step(MU_Q, fit.mean)
    yield Step(SIGMA_Q, fit.covariance)
    entropy = call("ln", call("det", mul(2, symbol("π"), symbol("e"), SIGMA_Q))) / 2
    yield Step(H_Q, q.entropy, entropy)
    accuracy = f"by quadrature, to {fit.error:.1g}: what halving its spacing changed"
    if fit.objective == REVERSE:
        expected = -q.entropy - fit.divergence
        yield Step(EXPECTED, expected, note=f"under q, {accuracy}")
        numbers = {H_Q: q.entropy, EXPECTED: expected}
        yield _divergence("q‖p", fit.divergence, -H_Q - EXPECTED, numbers)
    else:
        of_p = q.entropy - fit.divergence
        yield Step(H_P, of_p, note=accuracy)
        note = "−E(ln q) under p is H(q), since q has the moments of p"
        yield _divergence("p‖q", fit.divergence, H_Q - H_P, {H_Q: q.entropy, H_P: of_p}, note)


def _divergence(
    which: str, value: float, formula: Expr, numbers: dict[Expr, Any], note: str = ""
) -> Step:
    return Step(call("KL", symbol(which)), value, formula, (formula.put(numbers),), note)
