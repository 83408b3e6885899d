"""A variational autoencoder's gradients held against differences, stage by stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.commands.vae.autoencoder import Autoencoder, decoder_layers, encode
from dlcalc.commands.vae.gradients import VaeGradients
from dlcalc.commands.vae.vae import VaeStep, terms
from dlcalc.layers.passes import forward
from dlcalc.numbers.differences import GradientCheck, check_gradients

Array = np.ndarray[Any, np.dtype[Any]]


def check_vae(step: VaeStep) -> list[GradientCheck]:
    """Every gradient of both terms against central and complex-step differences.

    That of σ is checked as σ ∂L/∂σ, the gradient of ln σ, which no small σ can spoil.

    >>> from dlcalc.commands.vae.vae import vae
    >>> step = vae([0, 1], [[1, 0]], [[1, 0]], [[[1], [1]]], noise=[0.5])
    >>> [each.name for each in check_vae(step) if each.passed][:5]
    ['dL1/dmu_weights', 'dL1/dsigma_weights', 'dL1/ddecoder[0]', 'dL1/dmu', 'dL1/dln_sigma']
    """
    weights = step.vae.weights
    samples, batch, latent = step.vae.noise.shape
    sigma = step.sigma.reshape(batch, latent)
    values = weights | {"mu": step.mu.reshape(batch, latent), "ln_sigma": np.log(sigma)}
    every = values | {"z": step.z.reshape(samples, batch, latent)}
    checks: list[GradientCheck] = []
    for term, found in step.gradients.items():
        loss = partial(_term, step.vae, term)
        of_weights = dict(zip(weights, found.weights, strict=True))
        for parameters, gradients in (
            (weights, of_weights),
            (values, _of_values(found, sigma)),
            (every, {"z": found.z.reshape(samples, batch, latent)}),
        ):
            each = check_gradients(loss, parameters, gradients)
            checks += [replace(one, name=f"d{term}/d{one.name}") for one in each]
    return checks


def _of_values(found: VaeGradients, sigma: Array) -> dict[str, Array]:
    return {
        "mu": found.mu.reshape(sigma.shape),
        "ln_sigma": sigma * found.sigma.reshape(sigma.shape),
    }


def _term(vae: Autoencoder, term: str, given: Mapping[str, Array]) -> Any:
    """L1 or L2 from the weights, or from μ and ln σ, or from z, whichever is given last."""
    if "mu" in given:
        mu, log_sigma = given["mu"], given["ln_sigma"]
    else:
        encoding = encode(vae, given)
        mu, log_sigma = encoding.mu.h, encoding.log_sigma.h
    z = given["z"] if "z" in given else mu + np.exp(log_sigma) * vae.noise
    logits = forward(decoder_layers(vae, given), z.reshape(-1, z.shape[-1]))[-1].q
    return dict(zip(("L1", "L2"), terms(vae, logits, mu, log_sigma), strict=True))[term]
