"""A mixture p of Gaussians, and both divergences between it and a Gaussian, by quadrature.

Expectations under a normal distribution are by the trapezoidal rule, which for an analytic
integrand on the whole line converges exponentially in 1/h (Trefethen and Weideman 2014,
"The exponentially convergent trapezoidal rule", section 5). Against Gauss–Hermite it has an
even spacing where the weight is: the log of a mixture bends sharply between its components,
and that asks for near nodes, not for far ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.differences import EPSILON, GradientCheck, Parameters, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, entropy, finite_floats, gaussian

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
        count = len(values) if hasattr(values, "__len__") and not isinstance(values, str) else None
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
    _check_widths(result)
    return result


def _check_widths(p: Mixture) -> None:
    widest = float(np.diag(p.whole().covariance).max()) ** 0.5
    for k, each in enumerate(p.components, 1):
        narrower = widest / float(np.diag(each.factor).min())
        if narrower > MOST_NARROW:
            raise LimitError(
                f"component {k} is {narrower:.3g} times narrower than the whole mixture; "
                f"at most {MOST_NARROW:g} times can be told from a point"
            )


def _components(means: Sequence[Any], covariances: Sequence[Any]) -> tuple[Gaussian, ...]:
    components = tuple(
        gaussian(mean, covariance, f"component {k}")
        for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True), 1)
    )
    first = components[0].dimension
    for k, each in enumerate(components, 1):
        if each.dimension != first:
            raise ShapeError(f"mean of component {k}: {each.dimension} numbers, not {first}")
    return components


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
    score = (shares[:, None] * np.stack(pulls)).sum(axis=0)
    return LogDensity(highest + np.log(total), score, shares)


@dataclass(frozen=True, eq=False)
class Rule:
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


@dataclass(frozen=True)
class Estimate:
    """An integral by quadrature."""

    value: float
    """With the finest spacing used."""
    error: float
    """What the last halving of the spacing changed it by."""


def reverse_kl(
    p: Mixture, mean: Array, factor: Array, rule: Rule
) -> tuple[Any, dict[str, Array]]:
    """KL(q‖p) = −H(q) − E ln p(m + Lξ) for q = N(m, LLᵀ), real or complex, and its gradients.

    They go through the points z = m + Lξ to m and L: ∂/∂m = −E s(z) and
    ∂/∂L = −E s(z) ξᵀ − diag(1/Lᵢᵢ), where s = ∇ ln p: the reparameterisation of Kingma and
    Welling 2014, section 2.4, with nodes for noise.

    >>> unit = mixture([1], [0], [1])
    >>> float(reverse_kl(unit, np.ones(1), np.eye(1), normal_rule(1))[0]).__round__(12)
    0.5
    """
    density = log_density(p, mean[:, None] + np.tril(factor) @ rule.nodes)
    value = -entropy(factor) - rule.weights @ density.value
    pull = rule.weights * density.score
    by_factor = np.tril(-pull @ rule.nodes.T) - np.diag(1 / np.diag(factor))
    return value, {"mean": -pull.sum(axis=1), "factor": by_factor}


def check_reverse_kl(p: Mixture, q: Gaussian) -> list[GradientCheck]:
    """The gradients of KL(q‖p) at q held against central and complex-step differences.

    They are those that descent follows, in the coordinates in which q is N(0, 1).
    """
    rule, p = normal_rule(p.dimension), p.seen_from(q)
    here = {"mean": np.zeros(p.dimension), "factor": np.eye(p.dimension)}

    def loss(parameters: Parameters) -> Any:
        return reverse_kl(p, parameters["mean"], parameters["factor"], rule)[0]

    _, gradients = reverse_kl(p, here["mean"], here["factor"], rule)
    pull = np.abs(log_density(p, rule.nodes).score * rule.weights)
    roundings = {
        "mean": EPSILON * float(pull.sum()),
        "factor": EPSILON * float((pull @ np.abs(rule.nodes.T)).sum()),
    }
    return check_gradients(loss, here, gradients, roundings)


def check_descent(p: Mixture) -> list[GradientCheck]:
    """The check at each component and at the whole, where descent starts from."""
    starts = {f"component {k}": each for k, each in enumerate(p.components, 1)}
    starts["the whole"] = p.whole()
    return [
        replace(each, name=f"{each.name} at {place}")
        for place, q in starts.items()
        for each in check_reverse_kl(p, q)
    ]


def shares(p: Mixture, q: Gaussian, rule: Rule) -> Array:
    """E p(k|z) under q: how much of q lies on each component of p, of shape (K,)."""
    result: Array = log_density(p, q.mean[:, None] + q.factor @ rule.nodes).shares @ rule.weights
    return result


def forward_kl(p: Mixture, q: Gaussian) -> Estimate:
    """KL(p‖q) = Σₖ πₖ E[ln p(z) − ln q(z)] with z from component k.

    E ln q is exact: it asks for the moments of p alone. Only E ln p is by quadrature.
    """
    whole = p.whole()
    inverse = np.linalg.inv(q.factor)
    offset = inverse @ (whole.mean - q.mean)
    trace = float(np.trace(inverse @ whole.covariance @ inverse.T))
    cross_entropy = q.entropy + 0.5 * (trace - q.dimension + float(offset @ offset))

    def negative_entropy(rule: Rule) -> float:
        expected = [
            log_density(p, each.mean[:, None] + each.factor @ rule.nodes).value @ rule.weights
            for each in p.components
        ]
        return float(p.weights @ np.array(expected))

    estimate = _converged(negative_entropy, p.dimension)
    return Estimate(max(0.0, cross_entropy + estimate.value), estimate.error)


def _converged(integral: Callable[[Rule], float], dimension: int) -> Estimate:
    """The integral with the spacing halved until that changes it by no more than ACCURACY."""
    step = COARSE_STEP
    value = integral(normal_rule(dimension, step))
    while True:
        step /= 2
        before, value = value, integral(normal_rule(dimension, step))
        error = abs(value - before)
        if error <= ACCURACY * max(1.0, abs(value)) or step <= FINEST_STEP[dimension]:
            return Estimate(value, error)
