"""Gradients of a variational autoencoder's two terms, back through z to every weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.vae.autoencoder import Autoencoder, Encoding, decoder_layers, encoder_layers
from dlcalc.layers.passes import (
    Dense,
    DenseGradients,
    DensePass,
    argument_gradient,
    backward,
    layer_gradients,
)
from dlcalc.numbers.activations import ACTIVATIONS

Array = np.ndarray[Any, np.dtype[Any]]


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
    arguments: dict[str, Array]
    """With respect to what each matrix makes of its inputs, by its name: a row an example,
    and in the decoder a row a sample of each example."""

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
    back = backward(decoder_layers(vae, vae.weights), decoding, d_logits)
    dz = np.asarray(back[0].x).reshape(samples, batch, latent)
    return _encoder_gradients(
        vae,
        encoding,
        dz,
        dz.sum(axis=0),
        (dz * vae.noise).sum(axis=0),
        tuple(each.weight for each in back),
        [each.q for each in back],
    )


def divergence_gradients(vae: Autoencoder, encoding: Encoding) -> VaeGradients:
    """Of L2: ∂L2/∂μ = μ and ∂L2/∂σ = σ − 1/σ; the decoder has no part in it."""
    log_sigma, batch = encoding.log_sigma.h, len(vae.x)
    return _encoder_gradients(
        vae,
        encoding,
        np.zeros_like(vae.noise),
        encoding.mu.h / batch,
        2 * np.sinh(log_sigma) / batch,
        tuple(np.zeros_like(weight) for weight in vae.decoder),
        [np.zeros((vae.noise[..., 0].size, len(weight))) for weight in vae.decoder],
    )


def _encoder_gradients(
    vae: Autoencoder,
    encoding: Encoding,
    dz: Array,
    dmu: Array,
    dsigma: Array,
    decoder: tuple[Array, ...],
    logits: Sequence[Array],
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
        ds = np.asarray(by_mu.x) + np.asarray(by_sigma.x)
        last = encoding.hidden[-1]
        dq = argument_gradient(ACTIVATIONS["sigmoid"], ds, last.q, last.h)
        hidden = backward(encoder_layers(vae, vae.weights), encoding.hidden, dq)
    arguments = [*(each.q for each in hidden), by_mu.q, by_sigma.q, *logits]
    return VaeGradients(
        by_sample(vae, dz),
        by_example(vae, dmu),
        by_example(vae, dsigma),
        tuple(each.weight + 0.0 for each in hidden),
        by_mu.weight + 0.0,
        by_sigma.weight + 0.0,
        tuple(each + 0.0 for each in decoder),
        dict(zip(vae.weights, (each + 0.0 for each in arguments), strict=True)),
    )


def by_example(vae: Autoencoder, values: Array) -> Array:
    """(batch, …) without the batch axis where x had none; -0.0 becomes 0.0."""
    return (values[0] if vae.single else values) + 0.0


def by_sample(vae: Autoencoder, values: Array) -> Array:
    """(samples, batch, …) without those of the axes that were not given."""
    values = values[:, 0] if vae.single else values
    return (values if vae.sampled else values[0]) + 0.0
