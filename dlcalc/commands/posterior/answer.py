"""What a variational autoencoder with a Gaussian q can learn of a mixture posterior.

The Gaussians near the mixture as an answer, with its working and a picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcalc.commands.posterior.mixture import (
    Estimate,
    Mixture,
    check_reverse_kl,
    forward_kl,
    local_minima,
    log_density,
    mixture,
    normal_rule,
)
from dlcalc.errors import InputError, ShapeError
from dlcalc.formulas.expressions import Step, call, mul, symbol, total, transpose
from dlcalc.input.expressions import sentences
from dlcalc.input.fields import takes_record
from dlcalc.numbers.axes import at_least, listed, plural
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.differences import GradientCheck
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, gaussian, kl
from dlcalc.numbers.places import Place
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.pictures.terminal import Page

REVERSE, FORWARD = "KL(q||p)", "KL(p||q)"
DIVERGENCE = attrgetter("divergence")
NOUGHT = 1e-12
"""What the quadrature cannot tell from 0."""
FAMILIES = ("diagonal", "full")
RANDOM_STARTS = 8
TIE = 1e-6
"""Divergences that differ by less are called equal."""
NOISE = 1e-7
EQUAL = 1e-15
"""A divergence below this is that of the same Gaussian, found by descent."""
MOST_STARTS = 1000


@dataclass(frozen=True, eq=False)
class Fit:
    """One Gaussian q that an objective leads to."""

    objective: str
    """`KL(q||p)`, which the evidence lower bound minimises, or `KL(p||q)`."""
    family: str
    """The covariances allowed: `diagonal`, as in a standard VAE, or `full`."""
    mean: Array
    """The mean of q, of shape (D,)."""
    covariance: Array
    """The covariance of q, of shape (D, D)."""
    divergence: float
    """The objective at q, in nats, by quadrature."""
    error: float
    """What the last halving of the quadrature's spacing changed that by."""
    shares: tuple[float, ...]
    """E p(k|z) under q: how much of q lies on each component."""
    covers: tuple[int, ...]
    """The components, counted from 1, that q lies over."""
    best: bool
    """Whether no other minimum of this objective and family is lower."""


class Shape(NamedTuple):
    """One shape that q might be thought to take."""

    shape: str
    """Where q would lie."""
    learnable: str
    """`yes` or `no`."""
    why: str
    """The reason, with the divergences that carry it."""


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Result):
    """The Gaussians that a VAE can learn for a mixture posterior."""

    fits: tuple[Fit, ...]
    """The local minima of KL(q‖p) and the minimum of KL(p‖q), in both families."""
    shapes: tuple[Shape, ...]
    """What they say of q on each component, over all of them, and with several peaks."""
    p: Mixture
    """The mixture itself."""


@takes_record
def posterior(
    weights: Any, means: Any, covariances: Any, *, seed: int = 0, starts: int = RANDOM_STARTS
) -> Posterior:
    """The local minima of KL(q‖p), and the minimum of KL(p‖q), for a mixture p of Gaussians.

    `weights` are K numbers that add up to 1, `means` K times D numbers, in D = 1 or 2
    dimensions, `covariances` K covariances or variances. KL(q‖p) is minimised from every
    component, from the mixture's own mean and covariance, and from `starts` random
    Gaussians; KL(p‖q) has one minimum, where the moments agree (Bishop 2006, "Pattern
    recognition and machine learning", section 10.1.2). Raises what `mixture` raises.

    >>> for fit in posterior([0.5, 0.5], [-1, 1], [1, 1]).fits:
    ...     print(fit.objective, fit.family, fit.covariance.round(4), round(fit.divergence, 6))
    KL(q||p) diagonal [[1.9425]] 0.010888
    KL(p||q) diagonal [[2.]] 0.009743
    KL(q||p) full [[1.9425]] 0.010888
    KL(p||q) full [[2.]] 0.009743
    """
    p = mixture(weights, means, covariances)
    if p.dimension > 2:
        raise ShapeError(f"means: {p.dimension} dimensions; the quadrature is for one or two")
    at_least(0, "seed", (seed,))
    at_least(0, "starts", (starts,))
    if starts > MOST_STARTS:
        raise InputError(f"starts: {starts}; it must be from 0 to {MOST_STARTS}")
    candidates = [*p.components, p.whole(), *_random_starts(p, seed, starts)]
    fits: list[Fit] = []
    for family in FAMILIES:
        if fits and p.dimension == 1:
            # In one dimension every covariance is diagonal.
            fits += [replace(fit, family=family) for fit in fits]
            break
        minima = local_minima(p, family, candidates)
        least = min(divergence.value for _, divergence in minima)
        fits += sorted(
            (_fit(p, q, REVERSE, family, divergence, best=divergence.value <= least + TIE)
             for q, divergence in minima),
            key=lambda fit: (len(fit.covers), fit.covers, fit.divergence),
        )
        q = p.whole().diagonal() if family == "diagonal" else p.whole()
        fits.append(_fit(p, q, FORWARD, family, forward_kl(p, q), best=True))
    diagonal, full = ([fit for fit in fits if fit.family == each] for each in FAMILIES)
    return Posterior(tuple(fits), shapes(diagonal, full, len(p.weights)), p)


def _random_starts(p: Mixture, seed: int, count: int) -> list[Gaussian]:
    """Means as the whole mixture has them, widths from a twelfth to 1.6 times its own."""
    random, whole = np.random.default_rng(seed), p.whole()
    found = []
    for _ in range(count):
        mean = whole.mean + whole.factor @ random.standard_normal(p.dimension)
        factor = whole.factor @ np.diag(np.exp(random.uniform(-2.5, 0.5, p.dimension)))
        found.append(Gaussian(mean, factor @ factor.T, factor))
    return found


def _fit(
    p: Mixture, q: Gaussian, objective: str, family: str, divergence: Estimate, best: bool
) -> Fit:
    rule = normal_rule(p.dimension)
    parts = log_density(p, q.mean[:, None] + q.factor @ rule.nodes).shares @ rule.weights
    # 0 for what is 0 but for the rounding of the descent.
    width = np.sqrt(np.diag(q.covariance))
    mean = np.where(np.abs(q.mean) < NOISE * width, 0.0, q.mean)
    small = np.abs(q.covariance) < NOISE * np.outer(width, width)
    covariance = np.where(small, 0.0, q.covariance)
    return Fit(
        objective, family, mean, covariance, divergence.value if divergence.value > NOUGHT else 0.0,
        divergence.error, tuple(parts.tolist()), _covered(p, q, parts), best,
    )


def _covered(p: Mixture, q: Gaussian, parts: Array) -> tuple[int, ...]:
    """Which components q lies over, counted from 1.

    Of the mixtures of the first, the first two, … components that q favours, it lies over
    those whose common mean and covariance it is nearest to.
    """
    favoured = np.argsort(-parts / p.weights, kind="stable").tolist()
    # Of components that are the same, all: their common mean and covariance are no further.
    nearest = min(
        range(len(favoured), 0, -1),
        key=lambda count: max(EQUAL, kl(q, p.part(favoured[:count]).whole()).kl),
    )
    return tuple(sorted(place + 1 for place in favoured[:nearest]))


def shapes(diagonal: Sequence[Fit], full: Sequence[Fit], count: int) -> tuple[Shape, ...]:
    """The verdict on q on each of `count` components, over several, over all, many-peaked.

    It is for the fits of a standard VAE, which are diagonal; where only the full ones
    hold a minimum, that is said beside. Each has one minimum of KL(p‖q).
    """
    if count == 1:
        return (Shape("q on the one component", "yes", "p is a Gaussian, as q is"),)
    everything = tuple(range(1, count + 1))
    single = [(k,) for k in everything]
    some = {fit.covers for fit in diagonal if fit.objective == REVERSE} - {*single, everything}
    [forward] = [fit for fit in diagonal if fit.objective == FORWARD]
    best = min((fit for fit in diagonal if fit.objective == REVERSE), key=DIVERGENCE)
    facts: dict[str, Any] = {
        "best": _in_words(best.covers), "least": best.divergence, "equal": best.divergence < NOUGHT,
        "forward": forward.divergence, "many": "two" if count == 2 else "many",
    }
    found: list[Shape] = []
    for covers in [*single, *sorted(some), everything, ()]:
        facts |= {
            "on": _in_words(covers) if covers else "", "whole": covers == everything,
            "minimum": _minimum(diagonal, covers), "beside": _minimum(full, covers),
        }
        said = sentences(__file__, "shapes.txt", "shape", facts)
        found += (Shape(*line.split(" | ")) for line in said)
    return tuple(found)


def _minimum(fits: Sequence[Fit], covers: tuple[int, ...]) -> str:
    """The lowest minimum of KL(q‖p) over these components, in words; nothing where none is."""
    every = sorted((fit for fit in fits if fit.objective == REVERSE), key=DIVERGENCE)
    for fit in every:
        if fit.covers == covers:
            facts = {"best": fit.best, "value": fit.divergence, "least": every[0].divergence}
            return "".join(sentences(__file__, "shapes.txt", "minimum", facts))
    return ""


def _in_words(covers: tuple[int, ...]) -> str:
    return f"{plural(len(covers), 'component')} {listed(covers)}"


MARGIN = 3.0
"""How many standard deviations around each component and each q are shown."""
BESIDE = np.linspace(-MARGIN, MARGIN, 25)
"""Places around a narrow one, in standard deviations."""
SAME = 1e-4
"""Gaussians whose divergence is below this look the same."""
ONE_OUT, TWO_OUT = math.exp(-1 / 2), math.exp(-2)
"""The height of a Gaussian, against its peak, one and two standard deviations out."""


def densities(
    result: Posterior, count: int, family: str | None = None
) -> tuple[list[list[float]], dict[str, list[Any]]]:
    """The places along each dimension, `count` of them and more where a Gaussian is narrower than
    they are apart, and the densities there: that of the mixture, `p`, and of each Gaussian once,
    by the objectives and families that lead to it.

    Of one family, or of both; in two dimensions rows along y.

    >>> _, found = densities(posterior([0.5, 0.5], [-1, 1], [1, 1]), 81)
    >>> list(found)
    ['p', 'q1 min KL(q||p)', 'q2 min KL(p||q)']
    """
    named = _distinct(result.fits, family)
    shown = [*result.p.components, *named.values()]
    axes = []
    for i in range(result.p.dimension):
        peaks = [(each.mean[i], each.covariance[i, i] ** 0.5) for each in shown]
        axis = np.linspace(min(mean - MARGIN * sigma for mean, sigma in peaks),
                           max(mean + MARGIN * sigma for mean, sigma in peaks), count)
        narrow = [mean + sigma * BESIDE for mean, sigma in peaks if sigma < axis[1] - axis[0]]
        axes.append(np.unique(np.concatenate([axis, *narrow])))
    points = np.stack([each.ravel() for each in np.meshgrid(*axes)])
    shape = [axis.size for axis in reversed(axes)]
    mixtures = {"p": result.p}
    mixtures |= {name: Mixture(np.ones(1), (q,)) for name, q in named.items()}
    return [axis.tolist() for axis in axes], {
        name: np.exp(log_density(each, points).value).reshape(shape).tolist()
        for name, each in mixtures.items()
    }


def _distinct(fits: Sequence[Fit], family: str | None) -> dict[str, Gaussian]:
    """Each Gaussian once, under the number of its fit, and its family where only one has it."""
    found: list[tuple[Gaussian, str, list[str]]] = []
    shown = FAMILIES if family is None else (family,)
    for number, fit in enumerate(fits, 1):
        if fit.family not in shown:
            continue
        q, name = gaussian(fit.mean, fit.covariance), f"min {fit.objective}"
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


def drawn(result: Posterior, page: Page | None = None) -> str:
    """Contours in two dimensions, densities as lines in one: SVG, or the diagonal ones in
    characters, with fewer lines."""
    from dlcalc.pictures.plane import Layer, levels
    from dlcalc.pictures.svg import Sheet

    axes, found = densities(result, 161) if page is None else densities(result, 81, "diagonal")
    colours, title = ["blue"] + ["red"] * (len(found) - 1), "p and each q"
    if len(axes) == 1:
        return (page or Sheet(title, "z", "density")).line_chart(found, axes[0], colours=colours)
    count, widths = (6, (ONE_OUT, TWO_OUT)) if page is None else (3, (ONE_OUT,))
    layers: list[Layer] = []
    for (name, values), colour in zip(found.items(), colours, strict=True):
        peak = max(map(max, values))
        heights = [peak * width for width in widths] if layers else levels(values, count)
        layers.append(Layer(name, values, heights, colour))
    return (page or Sheet(title, "z1", "z2", 640, 640)).contours(layers, *axes)


FIT_FIELDS = (
    "objective", "family", "mean", "covariance", "divergence", "error", "covers", "best",
)  # fmt: skip
COLUMNS = [name for name in FIT_FIELDS if name != "error"]
SHAPES = "shapes of q, diagonal as a standard VAE has it"


class PosteriorRun(Run[Posterior]):
    """Read a mixture, and find the Gaussians nearest to it."""

    fields = required = ("weights", "means", "covariances")

    def checked(self, result: Posterior) -> Sequence[GradientCheck]:
        """The gradients that the descent follows, against differences, where it starts from."""
        starts = {f"component {k}": each for k, each in enumerate(result.p.components, 1)}
        starts["the whole"] = result.p.whole()
        return [
            replace(each, name=f"{each.name} at {place}")
            for place, q in starts.items() for each in check_reverse_kl(result.p, q)
        ]

    def picture(self, result: Posterior) -> str:
        """The mixture and each Gaussian."""
        return drawn(result)

    def answer(self, result: Posterior) -> Answer:
        """Every fit, what they say of each shape of q, and a picture for people."""
        fits = [{name: getattr(fit, name) for name in FIT_FIELDS} for fit in result.fits]
        shapes = [each._asdict() for each in result.shapes]
        record: dict[str, Any] = {"fits": fits, "shapes": shapes}
        rows = []
        for fit in fits:  # on one line: the covariance row by row, components by their numbers
            covers = " ".join(map(str, fit["covers"]))
            flat = {**fit, "covariance": fit["covariance"].ravel(), "covers": covers}
            rows.append([flat[name] for name in COLUMNS])
        blocks: list[Block] = [
            # To people under the names that the picture calls them by, the best with a star.
            Table(COLUMNS, rows, title="fits", drawn=lambda: Table(
                ["q", *COLUMNS[:-1]],
                [[f"q{number}{' *' if best else ''}", *row]
                 for number, (*row, best) in enumerate(rows, 1)],
                title="fits", footnotes=("* none of this objective and family is lower",),
            )),
            Table(Shape._fields, result.shapes, title=SHAPES),
        ]
        add_checks(record, blocks, self.checks)
        if self.out.format.terminal:
            from dlcalc.shell.output import terminal_page

            blocks.append(Text(drawn(result, terminal_page(30)).splitlines()))
        return Answer(
            record, blocks, main="fits", working=partial(posterior_steps, result),
            element=partial(element_step, result), advice=partial(_advice, result.fits),
        )


def _advice(fits: Sequence[Fit], place: Place, wanted: Any) -> str:
    """Which slip gives what was expected of a fit."""
    match place:
        case ("fits", int(number), str(what)) if what in ("mean", "covariance", "divergence"):
            return slip_of(wanted, _slips(fits, fits[number], what))
    return ""


def _slips(fits: Sequence[Fit], fit: Fit, what: str) -> Iterator[tuple[str, Any]]:
    value = getattr(fit, what)
    if what == "divergence":
        yield "bits in place of nats", value / math.log(2)
        yield "the sign exchanged", -value
    if what == "covariance":
        # Only diagonal ones have a σ to mistake for σ².
        if fit.family == "diagonal":
            yield "σ in place of σ²", np.sqrt(value)
        yield "the precision in place of the covariance", np.linalg.inv(value)
    for each in fits:
        if each is not fit:
            words = f"{each.objective} with {each.family} covariance over {_in_words(each.covers)}"
            yield words, getattr(each, what)


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
        part, value, formula = EXPECTED, -q.entropy - fit.divergence, -H_Q - EXPECTED
        accuracy, note = f"under q, {accuracy}", ""
    else:
        part, value, formula = H_P, q.entropy - fit.divergence, H_Q - H_P
        note = "−E(ln q) under p is H(q), since q has the moments of p"
    yield Step(part, value, note=accuracy)
    name = call("KL", symbol("q‖p" if fit.objective == REVERSE else "p‖q"))
    yield Step(name, fit.divergence, formula, (formula.put({H_Q: q.entropy, part: value}),), note)
