"""Both divergences between a Gaussian q and a mixture p, by quadrature, with gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlcalc.commands.posterior.mixture import Mixture, log_density
from dlcalc.commands.posterior.quadrature import COARSE_STEP, Rule, normal_rule
from dlcalc.numbers.differences import EPSILON, GradientCheck, Parameters, check_gradients
from dlcalc.numbers.gaussians.gaussian import Array, Gaussian, entropy

ACCURACY = 1e-7
"""What a halving may change. It squares the error, near enough: the value is good to 10⁻¹³."""
FINEST_STEP = {1: 2.0**-12, 2: 2.0**-5}


@dataclass(frozen=True)
class Estimate:
    """An integral by quadrature."""

    value: float
    """With the finest spacing used."""
    error: float
    """What the last halving of the spacing changed it by."""


def reverse_kl(p: Mixture, mean: Array, factor: Array, rule: Rule) -> Any:
    """KL(q‖p) = −H(q) − E ln p(m + Lξ) for q = N(m, LLᵀ), real or complex.

    >>> from dlcalc.commands.posterior.mixture import mixture
    >>> unit = mixture([1], [0], [1])
    >>> float(reverse_kl(unit, np.ones(1), np.eye(1), normal_rule(1))).__round__(12)
    0.5
    """
    density = log_density(p, mean[:, None] + np.tril(factor) @ rule.nodes)
    return -entropy(factor) - rule.weights @ density.value


def reverse_kl_gradients(
    p: Mixture, mean: Array, factor: Array, rule: Rule
) -> tuple[float, dict[str, Array]]:
    """KL(q‖p) and its gradients, through the points z = m + Lξ to m and L.

    ∂/∂m = −E s(z) and ∂/∂L = −E s(z) ξᵀ − diag(1/Lᵢᵢ), where s = ∇ ln p: the
    reparameterisation of Kingma and Welling 2014, section 2.4, with nodes for noise.
    """
    density = log_density(p, mean[:, None] + factor @ rule.nodes)
    value = float(-entropy(factor) - rule.weights @ density.value)
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
        return reverse_kl(p, parameters["mean"], parameters["factor"], rule)

    _, gradients = reverse_kl_gradients(p, here["mean"], here["factor"], rule)
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

    estimate = converged(negative_entropy, p.dimension)
    return Estimate(max(0.0, cross_entropy + estimate.value), estimate.error)


def converged(integral: Callable[[Rule], float], dimension: int) -> Estimate:
    """The integral with the spacing halved until that changes it by no more than ACCURACY."""
    step = COARSE_STEP
    value = integral(normal_rule(dimension, step))
    while True:
        step /= 2
        before, value = value, integral(normal_rule(dimension, step))
        error = abs(value - before)
        if error <= ACCURACY * max(1.0, abs(value)) or step <= FINEST_STEP[dimension]:
            return Estimate(value, error)
