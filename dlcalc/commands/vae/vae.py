"""The reparameterisation step of a variational autoencoder: both terms and every gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from dlcalc.commands.vae.autoencoder import (
    Autoencoder,
    Encoding,
    VaeGradients,
    as_autoencoder,
    by_example,
    by_sample,
    divergence_from_prior,
    divergence_gradients,
    drawn_noise,
    encode,
    likelihood_gradients,
    log_likelihood,
    sigmoid_layers,
)
from dlcalc.commands.vae.evidence import Evidence
from dlcalc.commands.vae.evidence import evidence as integrated
from dlcalc.errors import InputError
from dlcalc.input.fields import takes_record
from dlcalc.layers.network import numbered
from dlcalc.layers.passes import DensePass, forward
from dlcalc.numbers.exact import Array, all_finite
from dlcalc.numbers.results import Result


@dataclass(frozen=True, repr=False)
class VaeStep(Result):
    """What one step computes, means over samples and batch."""

    command = "vae"

    vae: Autoencoder
    """What was computed on."""
    encoding: Encoding
    """The encoder's passes."""
    decoding: list[DensePass]
    """The decoder's passes, samples and batch on one axis."""
    mu: Array
    """μ = head(W_μ s)."""
    sigma: Array
    """σ = exp(head(W_σ s))."""
    z: Array
    """z = μ + σ⊙ε."""
    y: Array
    """The decoder's output, of the shape of z but for the last axis."""
    L1: float
    """Σ x ln y + (1−x) ln(1−y)."""
    L2: float
    """½ Σ μ² + σ² − ln σ² − 1 = KL(q(z|x)‖p(z))."""
    gradients: dict[str, VaeGradients]
    """Of "L1" and of "L2"."""
    evidence: tuple[Evidence, ...] | None = None
    """The lower bound and what it leaves out, one an example, where it was asked for."""

    @property
    def loss(self) -> float:
        """−(L1 + L2), the loss as the problem states it."""
        return -(self.L1 + self.L2)

    @property
    def negative_elbo(self) -> float:
        """−L1 + L2, the negative evidence lower bound, which training a VAE minimises."""
        return -self.L1 + self.L2

    @property
    def record(self) -> dict[str, Any]:
        """The result by the names of the fields, as JSON has it."""
        noise = self.vae.noise[:, 0] if self.vae.single else self.vae.noise
        values = ("mu", "sigma", "z", "y", "L1", "L2", "loss", "negative_elbo")
        gradients = ("z", "mu", "sigma", "encoder", "mu_weights", "sigma_weights", "decoder")
        return {
            **{name: getattr(self, name) for name in values},
            "gradients": {term: {name: getattr(found, name) for name in gradients}
                          for term, found in self.gradients.items()},
            "named": self.named,
            "noise": noise if self.vae.sampled else noise[0],
        }

    @property
    def named(self) -> dict[str, float]:
        """dL1/dz1 …, dL1/dmu1 …, dL1/dsigma1 …, dL1/dw1 …, and the same of L2.

        The weights count through encoder, W_μ, W_σ and decoder, row by row. z is left out
        where there are several samples, z, μ and σ where there is a batch.
        """
        found: dict[str, float] = {}
        for term, gradient in self.gradients.items():
            latent = {"z": gradient.z, "mu": gradient.mu, "sigma": gradient.sigma}
            for name, values in latent.items():
                if values.ndim == 1:
                    found |= numbered(f"d{term}/d{name}", [values])
            found |= numbered(f"d{term}/dw", gradient.weights)
        return found


@takes_record
def vae(
    x: Any, mu: Any, sigma: Any, decoder: Sequence[Any], encoder: Sequence[Any] = (),
    noise: Any = None, *, head: str = "sigmoid", samples: int | None = None, seed: int = 0,
    evidence: bool = False,
) -> VaeStep:
    """One step of a variational autoencoder: values, terms, and the gradients of each term.

    x is one example (in,) or a batch (batch, in), from 0 to 1; mu, sigma, encoder and
    decoder are matrices (out, in), without biases. The noise has the shape of the latent,
    or an axis of samples before it; where it is None, or `samples` are asked for, it is
    drawn with `seed`. `evidence` adds ln p(x), for a latent of one or two dimensions.
    Raises InputError or ShapeError naming what does not fit.

    >>> step = vae([0, 1], [[1, 0]], [[1, 0]], [[[1], [1]]], noise=[0.5])
    >>> step.mu.tolist(), round(step.named["dL1/dz1"], 6)
    ([0.5], -0.579813)
    """
    if noise is None or samples is not None:
        noise = drawn_noise(x, mu, samples, seed)
    checked = as_autoencoder(x, noise, mu, sigma, decoder, encoder, head=head)
    return replace(vae_step(checked), evidence=integrated(checked) if evidence else None)


def vae_step(vae: Autoencoder) -> VaeStep:
    """μ, σ, z, y, both terms of the loss, and the gradients of each through z to the weights.

    InputError where σ, or a gradient, overflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        encoding = encode(vae)
        mu, log_sigma = encoding.mu.h, encoding.log_sigma.h
        sigma = np.exp(log_sigma)
        z = mu + sigma * vae.noise
        decoding = forward(sigmoid_layers(vae.decoder), z.reshape(-1, z.shape[-1]))
        logits = decoding[-1].q.reshape(*vae.noise.shape[:2], -1)
        first = log_likelihood(logits, vae.x).mean()
        second = divergence_from_prior(mu, log_sigma).mean()
        gradients = {
            "L1": likelihood_gradients(vae, encoding, decoding),
            "L2": divergence_gradients(vae, encoding),
        }
    _check_finite(vae, sigma, first, second, *gradients.values())
    y = decoding[-1].h.reshape(*z.shape[:-1], -1)
    return VaeStep(
        vae, encoding, decoding, by_example(vae, mu), by_example(vae, sigma), by_sample(vae, z),
        by_sample(vae, y), float(first), float(second), gradients,
    )


def _check_finite(
    vae: Autoencoder, sigma: Array, first: Any, second: Any, *gradients: VaeGradients
) -> None:
    found = [(each.z, each.mu, each.sigma, *each.weights) for each in gradients]
    if all_finite(first, second, *chain(*found)) or not all_finite(
        vae.x, vae.noise, *vae.weights.values()
    ):
        return
    with np.errstate(over="ignore", divide="ignore"):
        fits = all_finite(sigma * sigma, 1 / sigma)
    if fits:
        raise InputError("the values overflow: noise or weights are too large")
    raise InputError("the values overflow: σ = exp(head(W_σ s)) is too large or too small")
