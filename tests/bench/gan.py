"""Steps of a GAN with Adam, relative to PyTorch with its fused Adam, on images of MNIST's size."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.gan.answer import DEFAULTS, prepare
from dlcalc.commands.gan.training import Network, Training
from tests.bench.measure import heading, in_turn, left_out, row

USUAL = DEFAULTS["images"]["generator"].format(features=784)
IMAGES_OF = (60_000, 28, 28)
STEPS = 40
"""Batches of 128 that one call takes, of the 468 of an epoch."""


class Row(NamedTuple):
    """A generator, threads that PyTorch may start, and the ratio to reach."""

    name: str
    generator: str
    threads: int
    reach: float


PLAIN = "linear 256; leaky_relu 0.2; linear 784; tanh"
ROWS = [
    Row("64→256→784 and 784→256→1, torch on 1 thread", PLAIN, 1, 1.15),
    Row("the same, torch on 2 threads", PLAIN, 2, 1.15),
    Row("with batch norm, torch on 1 thread", USUAL, 1, 1.15),
]


def run() -> None:
    """Print the table of GANs, in milliseconds for so many steps."""
    if not find_spec("torch"):
        left_out("torch")
        return
    heading(f"GAN, {STEPS} batches of 128", "dlcalc ms", "torch ms", "ratio", "reach")
    images = np.random.default_rng(0).integers(0, 256, IMAGES_OF).astype(np.uint8)
    for case in ROWS:
        training = prepare(images, generator=case.generator, learning_rate=2e-4).training
        ours, theirs = _ours(training), _torch(training, case.threads)
        for mine, its in zip(ours(), theirs(), strict=True):
            np.testing.assert_allclose(mine, its, rtol=0, atol=1e-3)
        row(case.name, *in_turn(ours, theirs), case.reach)


def _ours(training: Training) -> Callable[[], list[float]]:
    def steps() -> list[float]:
        """Some steps, and the mean losses over them."""
        training.done, training.sums[...] = 0, 0
        for _ in range(STEPS):
            training.step()
        real, fake, generator, *_ = (training.sums / STEPS).tolist()
        return [real + fake, generator]

    training.order[...] = np.random.default_rng(1).permutation(len(training.order))
    return steps


def _torch(training: Training, threads: int) -> Callable[[], list[float]]:
    """The same steps of the same networks from the same weights, noise and order."""
    torch = import_module("torch")
    torch.set_num_threads(threads)
    bce = import_module("torch.nn.functional").binary_cross_entropy_with_logits
    G, D = (_module(torch, each) for each in training.networks)
    adam = [torch.optim.Adam(each.parameters(), 2e-4, (0.5, 0.999), fused=True) for each in (G, D)]
    images = torch.from_numpy(training.data.rows).float() / 127.5 - 1
    order = torch.from_numpy(np.random.default_rng(1).permutation(len(images)))
    random = np.random.default_rng()
    random.bit_generator.state = training.random.bit_generator.state
    ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)

    def steps() -> list[float]:
        sums = [0.0, 0.0]
        for step in range(STEPS):
            real = images[order[128 * step : 128 * step + 128]]
            fake = G(torch.from_numpy(random.standard_normal((128, 64), np.float32)))
            D.requires_grad_(True)
            D.zero_grad()
            d_loss = bce(D(real), ones) + bce(D(fake.detach()), zeros)
            d_loss.backward()
            adam[1].step()
            D.requires_grad_(False)
            G.zero_grad()
            g_loss = bce(D(fake), ones)
            g_loss.backward()
            adam[0].step()
            sums[0] += d_loss.item() / STEPS
            sums[1] += g_loss.item() / STEPS
        return sums

    return steps


def _module(torch: Any, network: Network) -> Any:
    """The network as PyTorch's layers, with the same parameters."""
    layers = []
    for each in network.rows:
        if each.type == "linear":
            made = torch.nn.Linear(*each.input, *each.output)
        elif each.type == "batchnorm":
            made = torch.nn.BatchNorm1d(*each.input)
        else:
            made = torch.nn.Tanh() if each.type == "tanh" else torch.nn.LeakyReLU(0.2)
        for part, parameter in made.named_parameters():
            parameter.data = torch.from_numpy(network.parameters[f"{each.name}.{part}"].copy())
        layers.append(made)
    return torch.nn.Sequential(*layers)
