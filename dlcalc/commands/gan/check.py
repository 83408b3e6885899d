"""The gradients of both players' losses on a first batch, held against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcalc.commands.gan.network import Network, Run
from dlcalc.commands.gan.training import Training, judge, teach
from dlcalc.numbers.differences import GradientCheck, check_gradients

Array = np.ndarray[Any, np.dtype[Any]]

EXAMPLES, ENTRIES = 4, 12
"""Examples of the batch, and entries of each array of parameters that are moved."""


def check_training(training: Training) -> list[GradientCheck]:
    """Every array of parameters of both networks as they stand, a few entries of each.

    The discriminator's by J_D, the generator's by J_G through the discriminator, in
    float64, on the first examples and noise of the training's seed.
    """
    random = np.random.default_rng(training.settings.seed)
    generator, discriminator = (_doubled(each) for each in training.networks)
    places = np.arange(min(EXAMPLES, training.data.count))
    real = np.empty((len(places), training.data.features))
    training.data.take(places, training.least, real)
    noise = random.standard_normal((len(places), training.latent))
    sampling, loss = Run(generator), training.loss
    fake = sampling.forward(noise)
    both = np.concatenate([real, fake])
    taught, judged = (np.zeros_like(each.values) for each in (generator, discriminator))
    judge(loss, Run(discriminator, parts=2), both, judged)
    teach(loss, sampling, Run(discriminator), fake, taught)

    def discriminating(values: Array) -> Any:
        run = Run(discriminator, parts=2, values=values)
        q_real, q_fake = np.split(run.forward(both), 2)
        return loss.real.value(q_real).mean() + loss.fake.value(q_fake).mean()

    def generating(values: Array) -> Any:
        run = Run(generator, values=values)
        q = Run(discriminator).forward(run.forward(noise))
        return loss.generator.value(q).mean()

    return [
        *_check(generator, generating, taught, random),
        *_check(discriminator, discriminating, judged, random),
    ]


def _doubled(network: Network) -> Network:
    double = Network(network.name, network.layers, network.schemes, np.float64)
    double.values[...], double.statistics[...] = network.values, network.statistics
    return double


def _check(
    network: Network, loss: Callable[[Array], Any], gradient: Array, random: np.random.Generator
) -> list[GradientCheck]:
    """Differences of `loss` in a few entries of each array of the network's parameters."""
    picked: dict[str, Array] = {}
    for layer, places in zip(
        network.layers, network.views(np.arange(network.values.size)), strict=True
    ):
        for name, each in places.items():
            entries = np.sort(random.permutation(each.size)[:ENTRIES])
            picked[f"{network.name}.{layer.name}.{name}"] = each.flat[entries]

    def moved(p: Any) -> Any:
        values = network.values.astype(np.result_type(*p.values()))
        for name, places in picked.items():
            values[places] = p[name]
        return loss(values)

    return check_gradients(
        moved,
        {name: network.values[places] for name, places in picked.items()},
        {name: gradient[places] for name, places in picked.items()},
    )
