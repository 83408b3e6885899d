"""The gradients of both players' losses on a first batch, held against differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcalc.commands.gan.layers import Arrays
from dlcalc.commands.gan.losses import GanLoss
from dlcalc.commands.gan.network import Network, Run
from dlcalc.commands.gan.training import Training
from dlcalc.numbers.differences import GradientCheck, check_gradients

Array = np.ndarray[Any, np.dtype[Any]]
Loss = Callable[[Sequence[Arrays]], Any]

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
    fake = Run(generator, updates=False).forward(noise)
    both, loss = np.concatenate([real, fake]), training.loss

    def discriminating(parameters: Sequence[Arrays]) -> Any:
        run = Run(discriminator, parts=2, updates=False, parameters=parameters)
        return discriminator_loss(loss, run.forward(both))

    def generating(parameters: Sequence[Arrays]) -> Any:
        run = Run(generator, updates=False, parameters=parameters)
        q = Run(discriminator, updates=False).forward(run.forward(noise))
        return loss.generator.value(q).mean()

    checks = []
    for network, value, gradients in (
        (generator, generating, _taught(loss, generator, discriminator, noise)),
        (discriminator, discriminating, _judged(loss, discriminator, both)),
    ):
        checks += _check(network, value, gradients, random)
    return checks


def discriminator_loss(loss: GanLoss, q: Array) -> Any:
    """J_D of logits of data and, below them, of as many samples."""
    half = len(q) // 2
    return loss.real.value(q[:half]).mean() + loss.fake.value(q[half:]).mean()


def _judged(loss: GanLoss, discriminator: Network, both: Array) -> Sequence[Arrays]:
    run, gradients = Run(discriminator, parts=2, updates=False), discriminator.gradients()[1]
    q, half = run.forward(both), len(both) // 2
    slopes = np.concatenate([loss.real.slope(q[:half]), loss.fake.slope(q[half:])])
    run.backward(slopes / half, gradients)
    return gradients


def _taught(
    loss: GanLoss, generator: Network, discriminator: Network, noise: Array
) -> Sequence[Arrays]:
    run, through = Run(generator, updates=False), Run(discriminator, updates=False)
    gradients = generator.gradients()[1]
    q = through.forward(run.forward(noise))
    run.backward(through.backward(loss.generator.slope(q) / len(noise), None), gradients)
    return gradients


def _doubled(network: Network) -> Network:
    double = Network(network.name, network.layers, network.schemes, np.float64)
    double.values[...], double.statistics[...] = network.values, network.statistics
    return double


def _check(
    network: Network, loss: Loss, gradients: Sequence[Arrays], random: np.random.Generator
) -> list[GradientCheck]:
    """Differences of `loss` in a few entries of each array of the network's parameters."""
    checks = []
    for index, layer in enumerate(network.layers):
        for name in layer.shapes:
            array = network.parameters[index][name]
            picked = np.sort(random.permutation(array.size)[:ENTRIES])
            place = f"{network.name}.{layer.name}.{name}"

            def moved(p: Any, at: Any = (index, name, place, picked)) -> Any:
                index, name, place, picked = at
                whole = network.parameters[index][name].astype(p[place].dtype)
                whole.flat[picked] = p[place]
                parameters = list(network.parameters)
                parameters[index] = {**parameters[index], name: whole}
                return loss(parameters)

            formula = np.asarray(gradients[index][name]).flat[picked]
            checks += check_gradients(moved, {place: array.flat[picked]}, {place: formula})
    return checks
