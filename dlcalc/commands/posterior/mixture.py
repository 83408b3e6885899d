"""A mixture of Gaussians, its divergences from a Gaussian q by quadrature, and their minima.

Expectations under a normal distribution are by the trapezoidal rule, which for an analytic
integrand on the whole line converges exponentially in 1/h (Trefethen and Weideman 2014,
"The exponentially convergent trapezoidal rule", section 5). Against Gauss–Hermite it has an
even spacing where the weight is: the log of a mixture bends sharply between its components,
and that asks for near nodes, not for far ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.differences import EPSILON, GradientCheck, Parameters, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, entropy, finite_floats, gaussian, kl, precision

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

        By symmetry a descent may come to rest on a saddle: the least curvature tells, and another
        starts beside it.
        """
        pending, descents = [start.diagonal() if self.family == "diagonal" else start], 0
        while pending:
            q, curvature, direction = self.at_rest(pending.pop(), rule)
            descents += 1
            if curvature > SADDLE or descents > MOST_DESCENTS:
                yield q
            else:
                pending += [_seen_from(q, side * ESCAPE * direction) for side in (1, -1)]

    def at_rest(self, q: Gaussian, rule: Rule) -> tuple[Gaussian, float, Array]:
        """Where Newton's steps from q end, with the least curvature there and its direction.

        Uphill curvatures are turned downhill; each step is halved until it is one down.
        """
        value, slope, curvature = self.at(q, rule)
        while True:
            curvatures, directions = np.linalg.eigh(curvature)
            sizes = np.maximum(np.abs(curvatures), FLAT)
            step = -directions / sizes @ directions.T @ slope
            step *= min(1.0, LONGEST_STEP / max(EPSILON, float(np.linalg.norm(step))))
            most = value + 4 * EPSILON * max(1.0, abs(value))
            for part in HALVES if np.abs(slope).max() > AT_REST else ():
                moved = _seen_from(q, part * step)
                found = self.at(moved, rule)
                if found[0] < most + SUFFICIENT_DECREASE * part * float(step @ slope):
                    q, (value, slope, curvature) = moved, found
                    break
            else:
                return q, float(curvatures[0]), directions[:, 0]

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
