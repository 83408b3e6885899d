"""The local minima of KL(q‖p) over the Gaussians q of a family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlcalc.commands.posterior.mixture import (
    ACCURACY,
    COARSE_STEP,
    FINEST_STEP,
    Estimate,
    Mixture,
    Rule,
    normal_rule,
    reverse_kl,
)
from dlcalc.errors import LimitError
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, kl

Objective = Callable[[Array], tuple[float, Array]]

SUFFICIENT_DECREASE = 1e-4
LONGEST_STEP = 1.0
GRADIENT_TOLERANCE = 1e-10
MOST_ITERATIONS = 200
MOST_HALVINGS = 20
SAME = 1e-6
"""Two minima whose divergence from each other is below this are one."""
ESCAPE = 0.3
"""How far beside a saddle point descent starts anew, in units of q's own width."""
MOST_DESCENTS = 12
MOST_NEWTON_STEPS = 6
AT_REST, SHARP = 1e-6, 1e-9
"""The largest slope, in q's own coordinates, at a minimum: found, and followed."""
SADDLE = -1e-6
"""A least curvature below this, in q's own coordinates, is no minimum."""

MOST_POINTS, EACH_START, FEWEST = 12_000_000, 100_000, 1000
"""Points at which the density is evaluated before the search is given up, and how many
more for each start; a call costs as much as a thousand of them."""

Minimum = tuple[Gaussian, Estimate]


def local_minima(p: Mixture, family: str, starts: Sequence[Gaussian]) -> list[Minimum]:
    """The minima that descent from the starts comes to, each once, with its divergence.

    `family` is `diagonal` or `full`. The search is on a coarse rule; the minima found are
    followed through finer ones, each until its divergence no longer changes. Raises
    LimitError where a mixture too sharp for that keeps it busy for too long.

    >>> from dlcalc.commands.posterior.mixture import mixture
    >>> p = mixture([0.5, 0.5], [-3, 3], [1, 1])
    >>> for q, divergence in local_minima(p, "full", p.components):
    ...     print(q.mean.round(4), q.covariance.round(4), round(divergence.value, 4))
    [-2.9843] [[1.0473]] 0.6888
    [2.9843] [[1.0473]] 0.6888
    """
    search = _Search(p, family, MOST_POINTS + EACH_START * len(starts))
    step = COARSE_STEP
    rule = normal_rule(p.dimension, step)
    found = _distinct(q for start in starts for q in search.descend(start, rule))
    minima: list[Minimum] = []
    while found:
        step, wider = step / 2, rule
        rule = normal_rule(p.dimension, step)
        near = _distinct(each for q in found for each in search.follow(q, wider, rule))
        found = []
        for q in near:
            before, value = (
                float(reverse_kl(p, q.mean, q.factor, each)[0]) for each in (wider, rule)
            )
            error = abs(value - before)
            if error > ACCURACY * max(1.0, abs(value)) and step > FINEST_STEP[p.dimension]:
                found.append(q)
            elif not _known(q, (each for each, _ in minima)):
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

        By symmetry descent may come to rest on a saddle: the least curvature tells, and it
        starts anew beside it.
        """
        pending, descents = [start.diagonal() if self.family == "diagonal" else start], 0
        while pending:
            origin = pending.pop()
            q = _moved(origin, minimise(self.objective(origin, rule), self.zeros()))
            here = self.objective(q, rule)
            slope = here(self.zeros())[1]
            curvatures, directions = np.linalg.eigh(hessian(here, self.zeros()))
            at_rest = curvatures[0] > SADDLE and np.abs(slope).max() < AT_REST
            descents += 1
            if at_rest or descents > MOST_DESCENTS:
                yield q
            elif curvatures[0] > SADDLE:
                pending.append(q)
            else:
                pending += [_moved(q, side * ESCAPE * directions[:, 0]) for side in (1, -1)]

    def follow(self, q: Gaussian, wider: Rule, rule: Rule) -> Iterator[Gaussian]:
        """From the minimum by one rule to that by a finer one, with Newton's steps.

        The Hessian is the wider rule's. Where the steps do not come to rest that rule was
        too wide, and descent starts anew.
        """
        curvature = hessian(self.objective(q, wider), self.zeros())
        moved = q
        if np.linalg.eigvalsh(curvature)[0] > 0:
            for _ in range(MOST_NEWTON_STEPS):
                slope = self.objective(moved, rule)(self.zeros())[1]
                if np.abs(slope).max() < SHARP:
                    yield moved
                    return
                step = np.linalg.solve(curvature, -slope)
                if np.linalg.norm(step) > LONGEST_STEP:
                    break
                moved = _moved(moved, step)
        yield from self.descend(q, rule)

    def zeros(self) -> Array:
        """The variables of the Gaussian that the coordinates are of."""
        size = self.p.dimension
        return np.zeros(2 * size if self.family == "diagonal" else size + size * (size + 1) // 2)

    def objective(self, origin: Gaussian, rule: Rule) -> Objective:
        """KL(q‖p) and its gradient by the variables, in the coordinates of `origin`."""
        p, size = self.p.seen_from(origin), self.p.dimension
        below = np.tril_indices(size if self.family == "full" else 0, -1)

        def objective(variables: Array) -> tuple[float, Array]:
            self.points -= max(rule.weights.size, FEWEST)
            if self.points < 0:
                raise LimitError(
                    "the mixture is too sharp for the quadrature: its components differ "
                    "too much in width"
                )
            factor = _factor(variables, size)
            value, gradients = reverse_kl(p, variables[:size], factor, rule)
            by_factor = gradients["factor"]
            by_log = np.diag(factor) * np.diag(by_factor)
            return float(value), np.concatenate([gradients["mean"], by_log, by_factor[below]])

        return objective


def _factor(variables: Array, size: int) -> Array:
    """The triangular matrix with the logs of its diagonal first, then what lies below it."""
    factor = np.diag(np.exp(variables[size : 2 * size]))
    below = variables[2 * size :]
    if below.size:
        factor[np.tril_indices(size, -1)] = below
    return factor


def _moved(origin: Gaussian, variables: Array) -> Gaussian:
    """The Gaussian that has these variables in the coordinates in which `origin` is N(0, 1)."""
    factor = origin.factor @ _factor(variables, origin.dimension)
    mean = origin.mean + origin.factor @ variables[: origin.dimension]
    return Gaussian(mean, factor @ factor.T, factor)


def _distinct(gaussians: Iterable[Gaussian]) -> list[Gaussian]:
    found: list[Gaussian] = []
    for q in gaussians:
        if not _known(q, found):
            found.append(q)
    return found


def _known(q: Gaussian, others: Iterable[Gaussian]) -> bool:
    return any(kl(q, each).kl < SAME for each in others)


def minimise(objective: Objective, start: Array) -> Array:
    """The point that quasi-Newton descent from `start` comes to rest at.

    Broyden, Fletcher, Goldfarb and Shanno's update of the inverse Hessian, with a
    backtracking line search (Nocedal and Wright 2006, "Numerical optimization",
    algorithm 6.1 and section 3.1). The variables should be scaled so that a step of
    length 1 is a long one: none is longer. It rests where the gradient is 0, or where
    rounding lets no step lower the value, or after 200 steps.

    >>> minimise(lambda x: (float((x - 3) @ (x - 3)), 2 * (x - 3)), np.zeros(2)).round(9).tolist()
    [3.0, 3.0]
    """
    point = start
    value, gradient = objective(point)
    inverse = np.eye(point.size)
    for _ in range(MOST_ITERATIONS):
        if np.abs(gradient).max() <= GRADIENT_TOLERANCE * max(1.0, abs(value)):
            break
        direction = -inverse @ gradient
        if direction @ gradient >= 0:
            inverse = np.eye(point.size)
            direction = -gradient
        direction *= min(1.0, LONGEST_STEP / float(np.linalg.norm(direction)))
        found = _backtrack(objective, point, value, gradient, direction)
        if found is None:
            break
        step, value, after = found
        inverse = _updated(inverse, step, after - gradient)
        point, gradient = point + step, after
    return point


def hessian(objective: Objective, point: Array, step: float = 1e-4) -> Array:
    """The matrix of second derivatives, by central differences of the gradient.

    >>> hessian(lambda x: (0.0, np.array([2 * x[0], 4 * x[1]])), np.ones(2)).round(6).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    rows = [
        (objective(point + move)[1] - objective(point - move)[1]) / (2 * step)
        for move in step * np.eye(point.size)
    ]
    matrix = np.stack(rows)
    result: Array = (matrix + matrix.T) / 2
    return result


def _backtrack(
    objective: Objective, point: Array, value: float, gradient: Array, direction: Array
) -> tuple[Array, float, Array] | None:
    """The first of the halved steps that lowers the value enough, or none."""
    slope = float(direction @ gradient)
    rounding = 4 * np.finfo(float).eps * max(1.0, abs(value))
    length = 1.0
    for _ in range(MOST_HALVINGS):
        step = length * direction
        lower, after = objective(point + step)
        if lower < value + SUFFICIENT_DECREASE * length * slope + rounding:
            return step, lower, after
        length /= 2
    return None


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """The inverse Hessian that maps `change` of the gradient to `step`; kept if not convex."""
    curvature = float(step @ change)
    if curvature <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(step.size) - np.outer(step, change) / curvature
    result: Array = left @ inverse @ left.T + np.outer(step, step) / curvature
    return result
