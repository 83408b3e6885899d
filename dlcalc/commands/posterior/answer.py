"""The Gaussians near a mixture as an answer, with its working and a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.commands.posterior.mixture import Mixture, check_descent, log_density
from dlcalc.commands.posterior.posterior import REVERSE, Fit, Posterior, posterior
from dlcalc.formulas.expressions import Expr, Step, call, mul, symbol, total, transpose
from dlcalc.numbers.gaussians import Gaussian, gaussian, kl
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck
    from dlcalc.pictures.contours import Layer
    from dlcalc.pictures.terminal import Page

MARGIN = 3.0
"""How many standard deviations around each component and each q are shown."""
SAME = 1e-4
"""Gaussians whose divergence is below this look the same."""
ONE_OUT, TWO_OUT = math.exp(-1 / 2), math.exp(-2)
"""The height of a Gaussian, against its peak, one and two standard deviations out."""


@dataclass(frozen=True)
class Picture:
    """Densities in one or two dimensions, as lists."""

    x: list[float]
    """The places along the first dimension."""
    y: list[float]
    """The places along the second; none in one dimension."""
    densities: dict[str, list[Any]]
    """That of the mixture, `p`, and that of each Gaussian, by the objectives and families that
    lead to it; in two dimensions rows along y."""


def picture(result: Posterior, count: int, family: str | None = None) -> Picture:
    """The densities at `count` places along each dimension, each Gaussian once.

    Of one family, or of both.

    >>> drawn = picture(posterior([0.5, 0.5], [-1, 1], [1, 1]), 81)
    >>> list(drawn.densities)
    ['p', 'q1 min KL(q||p)', 'q2 min KL(p||q)']
    """
    numbered = enumerate(result.fits, 1)
    named = _distinct(each for each in numbered if family in (None, each[1].family))
    shown = [*result.p.components, *named.values()]
    axes = [
        np.linspace(
            min(each.mean[i] - MARGIN * each.covariance[i, i] ** 0.5 for each in shown),
            max(each.mean[i] + MARGIN * each.covariance[i, i] ** 0.5 for each in shown),
            count,
        )
        for i in range(result.p.dimension)
    ]
    points = np.stack([each.ravel() for each in np.meshgrid(*axes)])
    shape = [axis.size for axis in reversed(axes)]

    def density(p: Mixture) -> list[Any]:
        values: list[Any] = np.exp(log_density(p, points).value).reshape(shape).tolist()
        return values

    drawn = {"p": result.p}
    drawn |= {name: Mixture(np.ones(1), (q,)) for name, q in named.items()}
    return Picture(
        axes[0].tolist(),
        axes[1].tolist() if len(axes) > 1 else [],
        {name: density(each) for name, each in drawn.items()},
    )


def _distinct(fits: Iterable[tuple[int, Fit]]) -> dict[str, Gaussian]:
    """Each Gaussian once, under the number of its fit, and its family where only one has it."""
    found: list[tuple[Gaussian, str, list[str]]] = []
    shown = set()
    for number, fit in fits:
        shown.add(fit.family)
        q = gaussian(fit.mean, fit.covariance)
        name = f"min {fit.objective}"
        for other, taken, families in found:
            if taken.endswith(name) and kl(q, other).kl < SAME:
                families.append(fit.family)
                break
        else:
            found.append((q, f"q{number} {name}", [fit.family]))
    return {
        name + ("" if len(families) == len(shown) else f", {families[0]}"): q
        for q, name, families in found
    }


def as_svg(picture: Picture) -> str:
    """Contours in two dimensions, densities as lines in one."""
    from dlcalc.pictures.svg import Sheet, contours, line_chart

    if picture.y:
        sheet = Sheet(640, 640, "p and each q", "z1", "z2")
        return contours(_layers(picture, 6, (ONE_OUT, TWO_OUT)), picture.x, picture.y, sheet)
    sheet = Sheet(title="p and each q", x_label="z", y_label="density")
    return line_chart(picture.densities, picture.x, sheet, colours=_colours(picture))


def as_text(picture: Picture, page: Page) -> str:
    """The same in characters, with fewer lines."""
    from dlcalc.pictures.terminal import contours, line_chart

    if picture.y:
        return contours(_layers(picture, 3, (ONE_OUT,)), picture.x, picture.y, page)
    return line_chart(picture.densities, picture.x, page, colours=_colours(picture))


def _colours(picture: Picture) -> list[str]:
    return ["blue"] + ["red"] * (len(picture.densities) - 1)


def _layers(picture: Picture, count: int, widths: Sequence[float]) -> list[Layer]:
    from dlcalc.pictures.contours import Layer, levels

    layers: list[Layer] = []
    for (name, values), colour in zip(picture.densities.items(), _colours(picture), strict=True):
        peak = max(map(max, values))
        heights = [peak * width for width in widths] if layers else levels(values, count)
        layers.append(Layer(name, values, heights, colour))
    return layers


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
        return as_svg(picture(result, 161))

    def answer(self, result: Posterior, checks: Sequence[GradientCheck] | None) -> Answer:
        """Every fit, what they say of each shape of q, and a picture for people."""
        fits = [{name: getattr(fit, name) for name in FIT_FIELDS} for fit in result.fits]
        shapes = [{name: getattr(each, name) for name in SHAPE_FIELDS} for each in result.shapes]
        record: dict[str, Any] = {"fits": fits, "shapes": shapes}
        rows = [_cells(fit) for fit in fits]
        blocks: list[Block] = [
            Table(COLUMNS, rows, title="fits", drawn=lambda: _numbered(rows)),
            Table(SHAPE_FIELDS, [list(each.values()) for each in shapes], title=SHAPES),
        ]
        add_checks(record, blocks, checks)
        if self.out.format.terminal:
            from dlcalc.shell.output import terminal_page

            page = terminal_page(30)
            drawn = as_text(picture(result, 81, "diagonal"), page)
            blocks.append(Text(drawn.splitlines()))
        return Answer(
            record, blocks, main="fits", working=partial(posterior_steps, result),
            element=partial(element_step, result),
        )


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
