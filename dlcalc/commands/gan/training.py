"""The training of a GAN: one step, epochs of steps, and all that is needed to go on later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from dlcalc.commands.gan.data import Data
from dlcalc.commands.gan.divergence import diverged
from dlcalc.commands.gan.halves import Halves
from dlcalc.commands.gan.losses import gan_loss
from dlcalc.commands.gan.network import Network, Run
from dlcalc.commands.gan.optimisers import OPTIMISERS, Optimiser
from dlcalc.commands.gan.settings import Settings

Array = np.ndarray[Any, np.dtype[Any]]
FIELDS = ("real_loss", "fake_loss", "generator_loss", "d_real", "d_fake")


@dataclass(frozen=True)
class Epoch:
    """One pass over the data: means over its batches."""

    epoch: int
    """Its number, from 1."""
    generator_loss: float
    """J_G."""
    discriminator_loss: float
    """J_D, the sum of its part on data and its part on samples."""
    real_loss: float
    """The part of J_D on data."""
    fake_loss: float
    """The part of J_D on samples."""
    d_real: float
    """D(x)."""
    d_fake: float
    """D(G(z)), before the discriminator's step."""
    seconds: float | None
    """How long it took; None where it was read from a checkpoint."""


class Training:
    """A generator, a discriminator and the data, in the midst of training."""

    def __init__(
        self, data: Data, generator: Network, discriminator: Network, latent: int,
        least: float, settings: Settings,
    ) -> None:
        self.data, self.generator, self.discriminator = data, generator, discriminator
        self.latent, self.least, self.settings = latent, least, settings
        self.loss = gan_loss(settings.loss)
        self.random = np.random.default_rng(settings.seed)
        generator.draw(self.random)
        discriminator.draw(self.random)
        self.batch = min(settings.batch, data.count)
        self.batches = data.count // self.batch
        """Batches an epoch; what is left over waits for another epoch's order."""
        self.done = 0
        """Batches of this epoch that are done."""
        self.order = np.zeros(data.count, np.int32)
        """The order of the examples in this epoch."""
        self.sums = np.zeros(len(FIELDS))
        """Sums of the measures over the batches that are done."""
        self.history: list[Epoch] = []
        """The epochs that are done."""
        self.optimisers = tuple(self._optimiser(each) for each in self.networks)
        self._prepare()

    @property
    def networks(self) -> tuple[Network, Network]:
        """The generator and the discriminator."""
        return self.generator, self.discriminator

    def _optimiser(self, network: Network) -> Optimiser:
        kind = OPTIMISERS[self.settings.optimizer]
        return kind(network.values, self.settings.learning_rate, self.settings.momentum)

    def _prepare(self) -> None:
        """The arrays of a step, and the three ways through the networks."""
        dtype = self.generator.values.dtype
        self._both = np.empty((2 * self.batch, self.data.features), dtype)
        self._noise = np.empty((self.batch, self.latent), dtype)
        self._slopes = np.empty((2 * self.batch, 1), dtype)
        self._gradients = tuple(each.gradients() for each in self.networks)
        halves = Halves()
        self.generating = Run(self.generator, halves=halves)
        self.judging = Run(self.discriminator, parts=2, halves=halves)
        """Data and samples one under the other, as two batches."""
        self.teaching = Run(self.discriminator, halves=halves)
        """Samples alone, on the generator's behalf."""

    def epochs(
        self, count: int, between: Callable[[Training], bool] = lambda training: False
    ) -> Iterator[Epoch]:
        """Train on until `count` epochs are done, and give each as it ends.

        `between` is called after each batch; where it returns True, training stops there,
        and a later call goes on from that very batch. Raises InputError with epoch, batch
        and layer where a number stops being finite.
        """
        while len(self.history) < count:
            start = perf_counter()
            if self.done == 0:
                self.order[...] = self.random.permutation(self.data.count)
            stopped = False
            with np.errstate(all="ignore"):
                while self.done < self.batches and not stopped:
                    self.step()
                    stopped = between(self)
            if self.done < self.batches:
                return
            self.history.append(self._epoch(perf_counter() - start))
            self.done, self.sums[...] = 0, 0
            yield self.history[-1]
            if stopped:
                return

    def _epoch(self, seconds: float) -> Epoch:
        real, fake, generator, d_real, d_fake = (self.sums / self.batches).tolist()
        number = len(self.history) + 1
        return Epoch(number, generator, real + fake, real, fake, d_real, d_fake, seconds)

    def step(self) -> None:
        """One step of the discriminator, then one of the generator, on the next batch."""
        size, loss = self.batch, self.loss
        real, fake = self._both[:size], self._both[size:]
        self.data.take(self.order[self.done * size :][:size], self.least, real)
        self.random.standard_normal(out=self._noise, dtype=self._noise.dtype.type)
        fake[...] = self.generating.forward(self._noise)
        q = self.judging.forward(self._both)
        q_real, q_fake = q[:size], q[size:]
        self._slopes[:size], self._slopes[size:] = loss.real.slope(q_real), loss.fake.slope(q_fake)
        means = [
            float(each.mean()) for each in (
                loss.real.value(q_real), loss.fake.value(q_fake),
                loss.output(q_real), loss.output(q_fake),
            )
        ]
        self._slopes /= size
        self.judging.backward(self._slopes, self._gradients[1][1], input_gradient=False)
        self._move(1, means[0] + means[1], (self.generating, self.judging), (self.judging,))
        q = self.teaching.forward(fake)
        means.insert(2, float(loss.generator.value(q).mean()))
        taught = self.teaching.backward(loss.generator.slope(q) / size, None)
        self.generating.backward(taught, self._gradients[0][1], input_gradient=False)
        self._move(0, means[2], (self.teaching,), (self.teaching, self.generating))
        self.sums += means
        self.done += 1

    def _move(
        self, player: int, loss: float, forward: Sequence[Run], back: Sequence[Run]
    ) -> None:
        """Take a player's step, or raise InputError where its numbers are not finite."""
        network, gradient = self.networks[player], self._gradients[player][0]
        if not (np.isfinite(loss) and np.isfinite(gradient.sum())):
            place = f"epoch {len(self.history) + 1}, batch {self.done + 1}"
            raise diverged(network.name, loss, forward, back).at(place)
        self.optimisers[player].step(network.values, gradient)
