"""How a GAN is trained: the numbers and names that a checkpoint must agree with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dlcalc.commands.gan.losses import gan_loss
from dlcalc.commands.gan.optimisers import OPTIMISERS
from dlcalc.errors import InputError, did_you_mean


@dataclass(frozen=True)
class Settings:
    """Everything about the training that is neither data nor network."""

    loss: str = "non_saturating"
    """non_saturating, minimax or least_squares."""
    optimizer: str = "adam"
    """adam or sgd."""
    learning_rate: float = 2e-4
    """η of both players."""
    momentum: float = 0.5
    """β₁ of Adam, or μ of gradient descent with momentum."""
    batch: int = 128
    """Examples of a batch, and samples beside them."""
    seed: int = 0
    """Seed of the weights, the order of the examples and the noise."""

    def __post_init__(self) -> None:
        gan_loss(self.loss)
        if self.optimizer not in OPTIMISERS:
            known = did_you_mean(self.optimizer, OPTIMISERS)
            raise InputError(f"unknown optimizer {self.optimizer!r}{known}")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"{self.learning_rate:g} is not above 0").at("learning_rate")
        if not 0 <= self.momentum < 1:
            raise InputError(f"{self.momentum:g} is not from 0 to below 1").at("momentum")
        if self.batch < 1:
            raise InputError(f"{self.batch} is below 1").at("batch")
        if self.seed < 0:
            raise InputError(f"{self.seed} is below 0").at("seed")
