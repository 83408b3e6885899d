"""ln p(x) = ELBO + KL(q‖p(z|x)) of an autoencoder with a small latent, by quadrature.

Gauss–Hermite quadrature (Abramowitz and Stegun 25.4.46): an expectation over N(0, 1) is a
weighted sum over the roots of a Hermite polynomial, exact for polynomials of degree below
twice their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcalc.commands.vae.autoencoder import (
    Autoencoder,
    divergence_from_prior,
    encode,
    log_likelihood,
    sigmoid_layers,
)
from dlcalc.errors import InputError
from dlcalc.layers.passes import forward
from dlcalc.numbers.exact import Array

Rule = tuple[Array, Array]

CHUNK = 1024
"""Nodes that are decoded at once."""
NODES = {1: (192, 256), 2: (96, 128)}
"""Nodes along an axis of the usual and of the finer rule, by the latent's dimensions."""


@dataclass(frozen=True)
class Evidence:
    """The terms of the lower bound for one example, in nats."""

    log_evidence: float
    """ln p(x) = ln ∫ p(z) p(x|z) dz, with nodes laid over the prior."""
    reconstruction: float
    """E_q ln p(x|z), with nodes laid over q."""
    kl_prior: float
    """KL(q‖p(z)), in closed form."""
    kl_posterior: float
    """KL(q‖p(z|x)), by a finer rule of its own, its ln p(x) included."""

    @property
    def elbo(self) -> float:
        """E_q ln p(x|z) − KL(q‖p(z))."""
        return self.reconstruction - self.kl_prior

    @property
    def gap(self) -> float:
        """ln p(x) − (ELBO + KL(q‖p(z|x))): 0 but for the error of the quadrature."""
        return self.log_evidence - (self.elbo + self.kl_posterior)


def evidence(vae: Autoencoder) -> tuple[Evidence, ...]:
    """The bound and what it leaves out, for each example; the noise plays no part.

    InputError for a latent of more than two dimensions.

    >>> from dlcalc.commands.vae.autoencoder import as_autoencoder
    >>> vae = as_autoencoder([0, 1], [0.5], [[1, 0]], [[1, 0]], [[[1], [1]]])
    >>> [found] = evidence(vae)
    >>> round(found.log_evidence, 6), round(found.elbo, 6), round(found.kl_posterior, 6)
    (-1.576869, -2.457066, 0.880197)
    """
    latent = len(vae.mu)
    if latent not in NODES:
        raise InputError(f"evidence is integrated over a latent of 1 or 2 dimensions, not {latent}")
    encoding = encode(vae)
    usual, finer = (normal_nodes(count, latent) for count in NODES[latent])
    return tuple(
        _of_example(vae, x, mu, log_sigma, usual, finer)
        for x, mu, log_sigma in zip(vae.x, encoding.mu.h, encoding.log_sigma.h, strict=True)
    )


def _of_example(
    vae: Autoencoder, x: Array, mu: Array, log_sigma: Array, usual: Rule, finer: Rule
) -> Evidence:
    sigma = np.exp(log_sigma)
    nodes, weights = usual
    finer_nodes, finer_weights = finer
    z = mu + sigma * finer_nodes
    # ln q(z) − ln p(z); the factors 1/√2π are in both.
    log_ratio = ((z * z - finer_nodes * finer_nodes) / 2 - log_sigma).sum(axis=-1)
    finer_evidence = _log_mean(finer_weights, _log_likelihood(vae, x, finer_nodes))
    return Evidence(
        _log_mean(weights, _log_likelihood(vae, x, nodes)),
        float(weights @ _log_likelihood(vae, x, mu + sigma * nodes)),
        float(divergence_from_prior(mu, log_sigma)),
        float(finer_weights @ (log_ratio - _log_likelihood(vae, x, z))) + finer_evidence,
    )


def _log_likelihood(vae: Autoencoder, x: Array, z: Array) -> Array:
    layers = sigmoid_layers(vae.decoder)
    parts = (z[start : start + CHUNK] for start in range(0, len(z), CHUNK))
    return np.concatenate([log_likelihood(forward(layers, part)[-1].q, x) for part in parts])


def _log_mean(weights: Array, logs: Array) -> float:
    largest = logs.max()
    return float(largest + np.log(weights @ np.exp(logs - largest)))


def normal_nodes(count: int, dimensions: int) -> Rule:
    """Nodes, (count**dimensions, dimensions), and weights of the mean over N(0, I).

    >>> nodes, weights = normal_nodes(4, 2)
    >>> float(weights @ (nodes[:, 0] ** 4 * nodes[:, 1] ** 2)).__round__(12)
    3.0
    """
    points, weights = np.polynomial.hermite_e.hermegauss(count)
    weights = weights / weights.sum()
    grid = np.stack(np.meshgrid(*[points] * dimensions, indexing="ij"), axis=-1)
    product = weights
    for _ in range(dimensions - 1):
        product = np.multiply.outer(product, weights)
    return grid.reshape(-1, dimensions), product.ravel()
