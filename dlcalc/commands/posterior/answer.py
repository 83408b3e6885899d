"""What a variational autoencoder with a Gaussian q can learn of a mixture posterior.

A mixture p of Gaussians, its divergences from a Gaussian q by quadrature, and their minima; the
Gaussians near the mixture as an answer, with its working and a picture.

Expectations under a normal distribution are by the trapezoidal rule, which for an analytic
integrand on the whole line converges exponentially in 1/h (Trefethen and Weideman 2014,
"The exponentially convergent trapezoidal rule", section 5). Against Gauss–Hermite it has an
even spacing where the weight is: the log of a mixture bends sharply between its components,
and that asks for near nodes, not for far ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.formulas.expressions import Step, call, mul, symbol, total, transpose
from dlcalc.input.expressions import sentences
from dlcalc.input.fields import takes_record
from dlcalc.numbers.axes import at_least, by_x, listed, plural
from dlcalc.numbers.compare import slip_of
from dlcalc.numbers.differences import EPSILON, GradientCheck, Parameters, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, entropy, finite_floats, gaussian, kl, precision
from dlcalc.numbers.places import Place
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.pictures.terminal import Page

WEIGHT_TOLERANCE = 1e-6
MOST_COMPONENTS = 20
MOST_NARROW = 1e12
"""How much narrower than the whole a component may be: beyond, rounding moves it aside."""
REACH = 9.0
"""How many standard deviations out the nodes go: beyond, the weight is below 3·10⁻¹⁸."""
COARSE_STEP = 0.5
"""A spacing at which a normal density times a polynomial is exact to rounding."""
ACCURACY = 1e-7
"""What a halving may change. It squares the error, near enough: the value is good to 10⁻¹³."""
FINEST_STEP = {1: 2.0**-12, 2: 2.0**-5}


@dataclass(frozen=True, eq=False)
class Mixture:
    """p(x) = Σₖ πₖ N(x; μₖ, Σₖ)."""

    weights: Array
    """πₖ, of shape (K,): above 0, with the sum 1."""
    components: tuple[Gaussian, ...]
    """The K Gaussians, all of one dimension."""

    @property
    def dimension(self) -> int:
        """D, the number of dimensions."""
        return self.components[0].dimension

    def whole(self) -> Gaussian:
        """The Gaussian with the mean and the covariance of the mixture."""
        means = np.stack([each.mean for each in self.components])
        spreads = np.stack([each.covariance for each in self.components])
        mean = self.weights @ means
        offsets = means - mean
        with np.errstate(over="ignore"):
            between = np.einsum("k,ki,kj->ij", self.weights, offsets, offsets)
        within = np.tensordot(self.weights, spreads, axes=1)
        return gaussian(mean, within + between, "the mixture")

    def part(self, places: Sequence[int]) -> Mixture:
        """The mixture of some of the components, counted from 0, their weights made to sum to 1."""
        weights = self.weights[list(places)]
        return Mixture(weights / weights.sum(), tuple(self.components[k] for k in places))

    def seen_from(self, origin: Gaussian) -> Mixture:
        """The mixture in the coordinates y = L⁻¹(x − m), in which `origin` is N(0, 1)."""
        inverse = np.linalg.inv(origin.factor)
        components = []
        for each in self.components:
            factor = np.tril(inverse @ each.factor)
            mean = inverse @ (each.mean - origin.mean)
            components.append(Gaussian(mean, factor @ factor.T, factor))
        return Mixture(self.weights, tuple(components))


@dataclass(frozen=True, eq=False)
class LogDensity:
    """ln p at N points, with what its derivative is made of."""

    value: Array
    """ln p(x), of shape (N,)."""
    score: Array
    """∇ ln p(x) = Σₖ p(k|x) Σₖ⁻¹ (μₖ − x), of shape (D, N)."""
    shares: Array
    """p(k|x), of shape (K, N)."""
    pulls: Array
    """Σₖ⁻¹ (μₖ − x), of shape (K, D, N)."""

    def curvature(self, p: Mixture) -> Array:
        """∇∇ᵀ ln p(x), of shape (D, D, N)."""
        found: Array = np.einsum("kn,kin,kjn->ijn", self.shares, self.pulls, self.pulls)
        precisions = np.stack([precision(each) for each in p.components])
        found -= np.tensordot(precisions, self.shares, axes=(0, 0))
        found -= self.score[:, None] * self.score
        return found


def mixture(weights: Any, means: Any, covariances: Any) -> Mixture:
    """The mixture of K Gaussians, each covariance as `gaussian` takes it.

    Raises InputError for weights that are not above 0 or do not add up to 1, ShapeError
    where the numbers of weights, means and covariances differ, and LimitError for more
    than 20 components, or one that is 10¹² times narrower than the whole; what `gaussian`
    raises is told with the component's number.

    >>> mixture([0.5, 0.5], [-2, 2], [1, 1]).whole().covariance.tolist()
    [[5.0]]
    """
    shares = finite_floats(weights, "weights")
    if shares.ndim != 1 or shares.size == 0:
        raise ShapeError(f"weights: shape {by_x(shares.shape)}; expected one row of numbers")
    if shares.size > MOST_COMPONENTS:
        raise LimitError(f"weights: {shares.size} components; at most {MOST_COMPONENTS} are taken")
    for name, values in (("means", means), ("covariances", covariances)):
        listed = hasattr(values, "__len__") and getattr(values, "ndim", 1) > 0
        count = len(values) if listed and not isinstance(values, str) else None
        if count != shares.size:
            found = "no list" if count is None else f"{count} of them"
            raise ShapeError(f"{name}: {found}, but there are {shares.size} weights")
    if (shares <= 0).any():
        k = int(np.argmax(shares <= 0))
        raise InputError(f"weights: {shares[k]:g} at {k}; every one must be above 0")
    total = float(shares.sum())
    if abs(total - 1) > WEIGHT_TOLERANCE:
        raise InputError(f"weights: they add up to {total:.9g}, and must add up to 1")
    result = Mixture(shares / total, _components(means, covariances))
    widest = float(np.diag(result.whole().covariance).max()) ** 0.5
    for k, each in enumerate(result.components, 1):
        narrower = widest / float(np.diag(each.factor).min())
        if narrower > MOST_NARROW:
            raise LimitError(
                f"component {k} is {narrower:.3g} times narrower than the whole mixture; "
                f"at most {MOST_NARROW:g} times can be told from a point"
            )
    return result


def _components(means: Sequence[Any], covariances: Sequence[Any]) -> tuple[Gaussian, ...]:
    components: list[Gaussian] = []
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True), 1):
        components.append(gaussian(mean, covariance, f"component {k}"))
        size, first = components[-1].dimension, components[0].dimension
        if size != first:
            raise ShapeError(f"mean of component {k}: {size} numbers, not {first}")
    return tuple(components)


def log_density(p: Mixture, points: Array) -> LogDensity:
    """ln p(x) of N points, the columns of a D×N array, without underflow however far out.

    Points may be complex, as the complex-step check has them: the largest term is chosen
    by its real part, and nothing is conjugated.

    >>> unit = mixture([1], [0], [1])
    >>> float(log_density(unit, np.array([[50.0]])).value[0]).__round__(6)
    -1250.918939
    """
    terms, pulls = [], []
    for weight, each in zip(p.weights, p.components, strict=True):
        inverse = np.linalg.inv(each.factor)
        whitened = inverse @ (points - each.mean[:, None])
        log_peak = 0.5 * each.dimension - each.entropy
        terms.append(math.log(weight) + log_peak - 0.5 * (whitened**2).sum(axis=0))
        pulls.append(-inverse.T @ whitened)
    stack = np.stack(terms)
    highest = np.take_along_axis(stack, stack.real.argmax(axis=0)[None], axis=0)[0]
    powers = np.exp(stack - highest)
    total = powers.sum(axis=0)
    shares = powers / total
    every = np.stack(pulls)
    score = (shares[:, None] * every).sum(axis=0)
    return LogDensity(highest + np.log(total), score, shares, every)


class Rule(NamedTuple):
    """E f(ξ) ≈ Σₙ weightsₙ f(nodesₙ) for a standard normal ξ."""

    nodes: Array
    """ξₙ in columns, of shape (D, N)."""
    weights: Array
    """Their weights, of shape (N,), which add up to 1."""


def normal_rule(dimension: int, step: float = COARSE_STEP) -> Rule:
    """The nodes at all multiples of `step` within REACH of 0, in 1 or 2 dimensions.

    >>> rule = normal_rule(2)
    >>> x, y = rule.nodes
    >>> [round(float(rule.weights @ each), 12) for each in (x * x, x**4, np.cos(x + y))]
    [1.0, 3.0, 0.367879441171]
    """
    count = int(REACH / step)
    line = np.arange(-count, count + 1) * step
    axes = np.meshgrid(*[line] * dimension, indexing="ij")
    nodes = np.stack([each.ravel() for each in axes])
    square = (nodes**2).sum(axis=0)
    near = square <= REACH**2
    weights = np.exp(-square[near] / 2)
    return Rule(nodes[:, near], weights / weights.sum())


class Estimate(NamedTuple):
    """An integral by quadrature."""

    value: float
    """With the finest spacing used."""
    error: float
    """What the last halving of the spacing changed it by."""


def reverse_kl(
    p: Mixture, mean: Array, factor: Array, rule: Rule
) -> tuple[Any, dict[str, Array], LogDensity]:
    """KL(q‖p) = −H(q) − E ln p(m + Lξ) for q = N(m, LLᵀ), real or complex, and its gradients.

    They go through the points z = m + Lξ to m and L: ∂/∂m = −E s(z) and
    ∂/∂L = −E s(z) ξᵀ − diag(1/Lᵢᵢ), where s = ∇ ln p: the reparameterisation of Kingma and
    Welling 2014, section 2.4, with nodes for noise. With them goes the density at these points.

    >>> unit = mixture([1], [0], [1])
    >>> float(reverse_kl(unit, np.ones(1), np.eye(1), normal_rule(1))[0]).__round__(12)
    0.5
    """
    density = log_density(p, mean[:, None] + np.tril(factor) @ rule.nodes)
    value = -entropy(factor) - rule.weights @ density.value
    pull = rule.weights * density.score
    by_factor = np.tril(-pull @ rule.nodes.T) - np.diag(1 / np.diag(factor))
    return value, {"mean": -pull.sum(axis=1), "factor": by_factor}, density


def check_reverse_kl(p: Mixture, q: Gaussian) -> list[GradientCheck]:
    """The gradients of KL(q‖p) at q held against central and complex-step differences.

    They are those that descent follows, in the coordinates in which q is N(0, 1).
    """
    rule, p = normal_rule(p.dimension), p.seen_from(q)
    here = {"mean": np.zeros(p.dimension), "factor": np.eye(p.dimension)}

    def loss(parameters: Parameters) -> Any:
        return reverse_kl(p, parameters["mean"], parameters["factor"], rule)[0]

    _, gradients, density = reverse_kl(p, here["mean"], here["factor"], rule)
    pull = np.abs(density.score * rule.weights)
    roundings = {
        "mean": EPSILON * float(pull.sum()),
        "factor": EPSILON * float((pull @ np.abs(rule.nodes.T)).sum()),
    }
    return check_gradients(loss, here, gradients, roundings)


def forward_kl(p: Mixture, q: Gaussian) -> Estimate:
    """KL(p‖q) = Σₖ πₖ E[ln p(z) − ln q(z)] with z from component k.

    E ln q is exact: it asks for the moments of p alone. Only E ln p is by quadrature.
    """
    whole = p.whole()
    cross_entropy = whole.entropy + kl(whole, q).kl

    def negative_entropy(rule: Rule) -> float:
        expected = [
            log_density(p, each.mean[:, None] + each.factor @ rule.nodes).value @ rule.weights
            for each in p.components
        ]
        return float(p.weights @ np.array(expected))

    # The spacing is halved until that changes the integral by no more than ACCURACY.
    step, value, error = COARSE_STEP, negative_entropy(normal_rule(p.dimension)), math.inf
    while error > ACCURACY * max(1.0, abs(value)) and step > FINEST_STEP[p.dimension]:
        step /= 2
        before, value = value, negative_entropy(normal_rule(p.dimension, step))
        error = abs(value - before)
    return Estimate(max(0.0, cross_entropy + value), error)


Here = tuple[float, Array, Array]

SUFFICIENT_DECREASE = 1e-4
LONGEST_STEP = 0.7
"""In units of q's own width."""
HALVES = [0.5**n for n in range(20)]
ONE_MINIMUM = 1e-6
"""Two minima whose divergence from each other is below this are one."""
ESCAPE = 0.3
"""How far beside a saddle point descent starts anew, in units of q's own width."""
MOST_DESCENTS = 12
AT_REST = 1e-9
"""The largest slope, in q's own coordinates, at a minimum."""
SADDLE = -1e-6
"""A least curvature below this, in q's own coordinates, is no minimum."""
FLAT = 1e-3
"""Curvatures below this, of either sign, are taken for it, so that no step is endless."""

MOST_POINTS, EACH_START, FEWEST = 12_000_000, 100_000, 1000
"""Points at which the density is evaluated before the search is given up, and how many
more for each start; a call costs as much as a thousand of them."""

Minimum = tuple[Gaussian, Estimate]


def local_minima(p: Mixture, family: str, starts: Sequence[Gaussian]) -> list[Minimum]:
    """The minima that descent from the starts comes to, each once, with its divergence.

    `family` is `diagonal` or `full`. The search is on a coarse rule; the minima found are
    followed through finer ones, each until its divergence no longer changes. Raises
    LimitError where a mixture too sharp for that keeps it busy for too long.

    >>> p = mixture([0.5, 0.5], [-3, 3], [1, 1])
    >>> for q, divergence in local_minima(p, "full", p.components):
    ...     print(q.mean.round(4), q.covariance.round(4), round(divergence.value, 4))
    [-2.9843] [[1.0473]] 0.6888
    [2.9843] [[1.0473]] 0.6888
    """
    search = _Search(p, family, MOST_POINTS + EACH_START * len(starts))
    step = COARSE_STEP
    rule = normal_rule(p.dimension, step)
    found = _each_once(q for start in starts for q in search.descend(start, rule))
    minima: list[Minimum] = []
    while found:
        step, wider = step / 2, rule
        rule = normal_rule(p.dimension, step)
        near = _each_once(each for q in found for each in search.descend(q, rule))
        found = []
        for q in near:
            before, value = (
                float(reverse_kl(p, q.mean, q.factor, each)[0]) for each in (wider, rule)
            )
            error = abs(value - before)
            if error > ACCURACY * max(1.0, abs(value)) and step > FINEST_STEP[p.dimension]:
                found.append(q)
            elif not _is_among(q, (each for each, _ in minima)):
                minima.append((q, Estimate(value, error)))
    return minima


@dataclass
class _Search:
    """Descent within one family, in the coordinates of whatever Gaussian it has come to.

    The variables are a shift, the logs of the factor's diagonal, and in the full family
    what lies below that; at 0 they stand for the Gaussian that the coordinates are of.
    """

    p: Mixture
    family: str
    points: int

    def descend(self, start: Gaussian, rule: Rule) -> Iterator[Gaussian]:
        """The minimum downhill of `start`, or those on both sides of a saddle point.

        By Newton's steps, uphill curvatures turned downhill. By symmetry they may come to rest on
        a saddle: the least curvature tells, and descent starts anew beside it.
        """
        pending, descents = [start.diagonal() if self.family == "diagonal" else start], 0
        while pending:
            q: Gaussian = pending.pop()
            here: Here | None = self.at(q, rule)
            while here is not None:
                value, slope, curvature = here
                curvatures, directions = np.linalg.eigh(curvature)
                sizes = np.maximum(np.abs(curvatures), FLAT)
                step = -directions / sizes @ directions.T @ slope
                step *= min(1.0, LONGEST_STEP / max(EPSILON, float(np.linalg.norm(step))))
                most = value + 4 * EPSILON * max(1.0, abs(value))
                here = None
                for part in HALVES if np.abs(slope).max() > AT_REST else ():
                    moved = _seen_from(q, part * step)
                    found = self.at(moved, rule)
                    if found[0] < most + SUFFICIENT_DECREASE * part * float(step @ slope):
                        q, here = moved, found
                        break
            descents += 1
            if curvatures[0] > SADDLE or descents > MOST_DESCENTS:
                yield q
            else:
                pending += [_seen_from(q, side * ESCAPE * directions[:, 0]) for side in (1, -1)]

    def at(self, q: Gaussian, rule: Rule) -> Here:
        """KL(q‖p), its slope and its second derivatives by the variables, in q's coordinates."""
        self.points -= max(rule.weights.size, FEWEST)
        if self.points < 0:
            raise LimitError(
                "the mixture is too sharp for the quadrature: its components differ "
                "too much in width"
            )
        p, size = self.p.seen_from(q), self.p.dimension
        value, gradients, density = reverse_kl(p, np.zeros(size), np.eye(size), rule)
        lines, columns = np.tril_indices(size if self.family == "full" else 0, -1)
        log = np.arange(size)
        by_factor = gradients["factor"]
        slope = np.concatenate([gradients["mean"], np.diag(by_factor), by_factor[lines, columns]])
        # Each variable moves one coordinate of a node: by 1, or by a coordinate of the node.
        rows = np.concatenate([log, log, lines])
        by = np.concatenate([np.ones_like(rule.nodes), rule.nodes, rule.nodes[columns]])
        curvature = -np.einsum(
            "n,an,bn,abn->ab", rule.weights, by, by, density.curvature(p)[rows][:, rows]
        )
        curvature[size + log, size + log] += np.diag(by_factor) + 1
        return float(value), slope, curvature


def _seen_from(origin: Gaussian, variables: Array) -> Gaussian:
    """The Gaussian that has these variables in the coordinates in which `origin` is N(0, 1)."""
    shift, logs, below = np.split(variables, [origin.dimension, 2 * origin.dimension])
    factor = np.diag(np.exp(logs))
    if below.size:
        factor[np.tril_indices(origin.dimension, -1)] = below
    factor, mean = origin.factor @ factor, origin.mean + origin.factor @ shift
    return Gaussian(mean, factor @ factor.T, factor)


def _each_once(gaussians: Iterable[Gaussian]) -> list[Gaussian]:
    found: list[Gaussian] = []
    for q in gaussians:
        if not _is_among(q, found):
            found.append(q)
    return found


def _is_among(q: Gaussian, others: Iterable[Gaussian]) -> bool:
    return any(kl(q, each).kl < ONE_MINIMUM for each in others)


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
