"""The losses of both players, from the discriminator's logits q.

non_saturating: J_D = −E ln D(x) − E ln(1 − D(G(z))), J_G = −E ln D(G(z)), D = sigmoid(q);
minimax: J_G = E ln(1 − D(G(z))) (Goodfellow et al. 2014, "Generative adversarial nets",
equation 1 and section 3). least_squares: J_D = ½E (D(x) − 1)² + ½E D(G(z))²,
J_G = ½E (D(G(z)) − 1)², D = q (Mao et al. 2017, "Least squares generative adversarial
networks", equation 2 with a = 0, b = c = 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.losses import Objective, objective
from dlcalc.names import GAN_LOSSES

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Term:
    """One part of a loss: a label that the discriminator should give, or should not."""

    pair: Objective
    """D from q, and the loss against a label."""
    label: float
    """1 for real, 0 for generated."""
    sign: int = 1
    """−1 where the player wants this loss large."""

    def value(self, q: Array) -> Array:
        """The loss of each example, (batch,), for q (batch, 1)."""
        return self.sign * self.pair.value(q, self.label)  # type: ignore[arg-type]

    def slope(self, q: Array) -> Array:
        """∂/∂q of each example's loss, (batch, 1)."""
        return self.sign * self.pair.slope(self.pair.y(q), self.label)  # type: ignore[arg-type]


@dataclass(frozen=True)
class GanLoss:
    """What each player minimises."""

    name: str
    """The name it is asked for by."""
    real: Term
    """The discriminator's loss on data."""
    fake: Term
    """The discriminator's loss on samples."""
    generator: Term
    """The generator's loss."""

    def output(self, q: Array) -> Array:
        """D, from its logit."""
        return self.real.pair.y(q)


_ENTROPY = objective("sigmoid", "binary_cross_entropy")
_SQUARES = objective("identity", "squared_error")
LOSSES = {
    name: GanLoss(name, *terms)
    for name, terms in zip(GAN_LOSSES, (
        (Term(_ENTROPY, 1), Term(_ENTROPY, 0), Term(_ENTROPY, 1)),
        (Term(_ENTROPY, 1), Term(_ENTROPY, 0), Term(_ENTROPY, 0, -1)),
        (Term(_SQUARES, 1), Term(_SQUARES, 0), Term(_SQUARES, 1)),
    ), strict=True)
}


def gan_loss(name: str) -> GanLoss:
    """The loss of that name; InputError with the nearest names where there is none.

    >>> gan_loss("minimax").generator.slope(np.zeros((1, 1))).tolist()
    [[-0.5]]
    """
    try:
        return LOSSES[name]
    except KeyError:
        raise InputError(f"unknown loss {name!r}{did_you_mean(name, LOSSES)}") from None
