"""A variational autoencoder with a Gaussian latent and Bernoulli outputs, without biases.

Kingma and Welling 2014, "Auto-encoding variational Bayes": z = μ + σ⊙ε with noise ε
(section 2.4), and the divergence from the standard normal prior in closed form
(appendix B).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.layers.losses import binary_cross_entropy
from dlcalc.layers.network import require_few
from dlcalc.layers.passes import (
    Dense,
    DenseGradients,
    DensePass,
    argument_gradient,
    backward,
    forward,
    layer_gradients,
    require_chain,
    require_matrix,
)
from dlcalc.numbers.activations import ACTIVATIONS
from dlcalc.numbers.exact import Array, as_doubles, as_layers_of, as_word

HEADS = ("sigmoid", "identity")
MOST_NOISE = 1 << 20
"""Numbers of noise, each of which leads to a z and a gradient of its own."""
MOST_VALUES = 1 << 24
"""Values of one layer, over samples and examples: 128 MiB of them."""


@dataclass(frozen=True)
class Autoencoder:
    """Weights, inputs and noise that fit each other."""

    x: Array
    """The inputs, from 0 to 1, (batch, in)."""
    noise: Array
    """ε, drawn from N(0, 1), (samples, batch, latent)."""
    encoder: tuple[Array, ...]
    """Matrices of the hidden layers before the heads, sigmoid; none is a valid number."""
    mu: Array
    """W_μ, (latent, hidden)."""
    sigma: Array
    """W_σ, (latent, hidden)."""
    decoder: tuple[Array, ...]
    """Matrices from z to the output, sigmoid each."""
    head: str
    """The heads' activation: μ = head(W_μ s), σ = exp(head(W_σ s))."""
    single: bool
    """Whether x was one example."""
    sampled: bool
    """Whether the noise had an axis of samples."""

    @property
    def weights(self) -> dict[str, Array]:
        """Every matrix by name, in the order in which w₁, w₂ … are counted."""
        return {
            **{f"encoder[{n}]": weight for n, weight in enumerate(self.encoder)},
            "mu_weights": self.mu,
            "sigma_weights": self.sigma,
            **{f"decoder[{n}]": weight for n, weight in enumerate(self.decoder)},
        }


@dataclass(frozen=True)
class Encoding:
    """What the encoder makes of a batch."""

    hidden: list[DensePass]
    """The hidden layers' passes."""
    mu: DensePass
    """The μ head: its h is μ, (batch, latent)."""
    log_sigma: DensePass
    """The σ head: its h is ln σ, (batch, latent)."""


def as_autoencoder(
    x: Any, noise: Any, mu: Any, sigma: Any, decoder: Sequence[Any],
    encoder: Sequence[Any] = (), *, head: str = "sigmoid",
) -> Autoencoder:
    """An autoencoder of those parts, or InputError or ShapeError naming what does not fit.

    x is one example (in,) or a batch (batch, in), from 0 to 1. The noise has the shape of
    the latent, (latent,) or (batch, latent), or an axis of samples before it.

    >>> as_autoencoder([0.5, 1], [[1], [2], [3]], [[1, 2]], [[3, 4]], [[[5], [6]]]).noise.shape
    (3, 1, 1)
    """
    inputs = as_doubles(x, "x")
    if inputs.ndim not in (1, 2) or inputs.size == 0:
        raise ShapeError("expected one example (a list) or a batch (a list of lists)").at("x")
    if ((inputs < 0) | (inputs > 1)).any():
        raise InputError("Bernoulli outputs are compared with values from 0 to 1").at("x")
    if as_word(head, "head") not in HEADS:
        raise InputError(f"unknown head {head!r}{did_you_mean(head, HEADS)}")
    single, inputs = inputs.ndim == 1, np.atleast_2d(inputs)
    hidden = as_layers_of(encoder, "encoder")
    require_chain(hidden, inputs.shape[1], "encoder")
    w_mu, w_sigma = _as_heads(mu, sigma, len(hidden[-1]) if hidden else inputs.shape[1])
    outward = _as_decoder(decoder, len(w_mu), inputs.shape[1])
    epsilon, sampled = _as_noise(noise, len(inputs), len(w_mu), single)
    require_few(sum(each.size for each in (*hidden, w_mu, w_sigma, *outward)))
    widest = epsilon[..., 0].size * max(len(each) for each in outward)
    if widest > MOST_VALUES:
        message = f"{widest:,} values of one layer are more than {MOST_VALUES:,}"
        raise LimitError(message).at("noise")
    return Autoencoder(inputs, epsilon, hidden, w_mu, w_sigma, outward, head, single, sampled)


def drawn_noise(x: Any, mu: Any, samples: int | None, seed: int) -> Array:
    """ε from N(0, 1) in the shape that x and W_μ ask for, after an axis of `samples` if any.

    LimitError beyond 2²⁰ numbers.

    >>> drawn_noise([[0, 1], [1, 1]], [[1, 2]], 3, seed=0).shape
    (3, 2, 1)
    """
    batch = as_doubles(x, "x").shape[:-1]
    shape = (*batch, *as_doubles(mu, "mu").shape[:1])
    if samples is not None:
        shape = (samples, *shape)
    if prod(shape) > MOST_NOISE:
        raise LimitError(f"{prod(shape):,} numbers are more than {MOST_NOISE:,}").at("noise")
    return np.random.default_rng(seed).normal(size=shape)


def _as_heads(mu: Any, sigma: Any, inputs: int) -> tuple[Array, Array]:
    w_mu, w_sigma = as_doubles(mu, "mu"), as_doubles(sigma, "sigma")
    for name, weight in (("mu", w_mu), ("sigma", w_sigma)):
        require_matrix(weight, inputs, name)
    if len(w_mu) != len(w_sigma):
        message = f"{len(w_sigma)} rows, but mu has {len(w_mu)}: one a latent dimension in both"
        raise ShapeError(message).at("sigma")
    return w_mu, w_sigma


def _as_decoder(decoder: Sequence[Any], latent: int, outputs: int) -> tuple[Array, ...]:
    matrices = as_layers_of(decoder, "decoder")
    if not matrices:
        raise InputError("expected at least one matrix").at("decoder")
    require_chain(matrices, latent, "decoder")
    if len(matrices[-1]) != outputs:
        message = f"{len(matrices[-1])} outputs; expected {outputs}, as x has"
        raise ShapeError(message).at(f"decoder[{len(matrices) - 1}]")
    return matrices


def _as_noise(noise: Any, batch: int, latent: int, single: bool) -> tuple[Array, bool]:
    given = as_doubles(noise, "noise")
    one = (latent,) if single else (batch, latent)
    sampled = given.ndim == len(one) + 1 and len(given) > 0
    if given.shape[sampled:] != one:
        shape, expected = ("x".join(map(str, each)) or "a number" for each in (given.shape, one))
        raise ShapeError(f"shape {shape}; expected {expected}, or samples x {expected}").at("noise")
    return given.reshape(-1, batch, latent), sampled


def encode(vae: Autoencoder) -> Encoding:
    """μ and ln σ of the batch.

    >>> vae = as_autoencoder([0.5, 1], [1], [[2, 0]], [[0, 3]], [[[5], [6]]], head="identity")
    >>> found = encode(vae)
    >>> found.mu.h.tolist(), found.log_sigma.h.tolist()
    ([[1.0]], [[3.0]])
    """
    hidden = forward(sigmoid_layers(vae.encoder), vae.x)
    s = hidden[-1].h if hidden else vae.x
    head = ACTIVATIONS[vae.head]
    [mu], [log_sigma] = (forward([Dense(each, None, head)], s) for each in (vae.mu, vae.sigma))
    return Encoding(hidden, mu, log_sigma)


def sigmoid_layers(weights: Sequence[Array]) -> list[Dense]:
    """The hidden layers before the heads, or those from z to the output."""
    return [Dense(each, None, ACTIVATIONS["sigmoid"]) for each in weights]


def log_likelihood(logits: Array, x: Array) -> Array:
    """ln p(x|z) = Σ x ln y + (1−x) ln(1−y) with y = sigmoid(logits), along the last axis.

    >>> log_likelihood(np.zeros((1, 2)), np.array([1.0, 0.0])).round(6).tolist()
    [-1.386294]
    """
    return -binary_cross_entropy(logits, x)


def divergence_from_prior(mu: Array, log_sigma: Array) -> Array:
    """KL(N(μ, σ²)‖N(0, 1)) = ½ Σ μ² + σ² − ln σ² − 1, along the last axis.

    >>> divergence_from_prior(np.array([[3.0, 4.0]]), np.zeros((1, 2))).tolist()
    [12.5]
    """
    total: Array = (mu * mu + np.expm1(2 * log_sigma) - 2 * log_sigma).sum(axis=-1) / 2
    return total


@dataclass(frozen=True)
class VaeGradients:
    """The total gradients of one term of the loss."""

    z: Array
    """With respect to z, (samples, batch, latent) without the axes that were not given."""
    mu: Array
    """With respect to μ, (batch, latent), likewise."""
    sigma: Array
    """With respect to σ, (batch, latent), likewise."""
    encoder: tuple[Array, ...]
    """With respect to the matrices before the heads."""
    mu_weights: Array
    """With respect to W_μ."""
    sigma_weights: Array
    """With respect to W_σ."""
    decoder: tuple[Array, ...]
    """With respect to the matrices from z to the output."""

    @property
    def weights(self) -> tuple[Array, ...]:
        """Those of the matrices, in the order in which w₁, w₂ … are counted."""
        return (*self.encoder, self.mu_weights, self.sigma_weights, *self.decoder)


def likelihood_gradients(
    vae: Autoencoder, encoding: Encoding, decoding: list[DensePass]
) -> VaeGradients:
    """Of L1: ∂L1/∂logits = x − y, back through the decoder to z, and from z to μ and σ."""
    samples, batch, latent = vae.noise.shape
    targets = np.broadcast_to(vae.x, (samples, *vae.x.shape)).reshape(samples * batch, -1)
    d_logits = (targets - decoding[-1].h) / (samples * batch)
    back = backward(sigmoid_layers(vae.decoder), decoding, d_logits)
    dz = back[0].x.reshape(samples, batch, latent)
    latents = dz.sum(axis=0), (dz * vae.noise).sum(axis=0)
    return _encoder_gradients(vae, encoding, dz, *latents, [each.weight for each in back])


def divergence_gradients(vae: Autoencoder, encoding: Encoding) -> VaeGradients:
    """Of L2: ∂L2/∂μ = μ and ∂L2/∂σ = σ − 1/σ; the decoder has no part in it."""
    batch, zeros = len(vae.x), [np.zeros_like(weight) for weight in vae.decoder]
    latents = encoding.mu.h / batch, 2 * np.sinh(encoding.log_sigma.h) / batch
    return _encoder_gradients(vae, encoding, np.zeros_like(vae.noise), *latents, zeros)


def _encoder_gradients(
    vae: Autoencoder, encoding: Encoding, dz: Array, dmu: Array, dsigma: Array,
    decoder: Sequence[Array],
) -> VaeGradients:
    """From the gradients at μ and σ, with ∂σ/∂ln σ = σ, to those of the encoder's weights."""
    head = ACTIVATIONS[vae.head]
    by_mu, by_sigma = (
        layer_gradients(Dense(weight), each.x, argument_gradient(head, dh, each.q, each.h))
        for weight, each, dh in (
            (vae.mu, encoding.mu, dmu),
            (vae.sigma, encoding.log_sigma, dsigma * np.exp(encoding.log_sigma.h)),
        )
    )
    hidden: list[DenseGradients] = []
    if encoding.hidden:
        ds = by_mu.x + by_sigma.x
        last = encoding.hidden[-1]
        dq = argument_gradient(ACTIVATIONS["sigmoid"], ds, last.q, last.h)
        hidden = backward(sigmoid_layers(vae.encoder), encoding.hidden, dq)
    return VaeGradients(
        by_sample(vae, dz), by_example(vae, dmu), by_example(vae, dsigma),
        tuple(each.weight + 0.0 for each in hidden), by_mu.weight + 0.0, by_sigma.weight + 0.0,
        tuple(each + 0.0 for each in decoder),
    )


def by_example(vae: Autoencoder, values: Array) -> Array:
    """(batch, …) without the batch axis where x had none; -0.0 becomes 0.0."""
    return (values[0] if vae.single else values) + 0.0


def by_sample(vae: Autoencoder, values: Array) -> Array:
    """(samples, batch, …) without those of the axes that were not given."""
    values = values[:, 0] if vae.single else values
    return (values if vae.sampled else values[0]) + 0.0
