"""The losses of both players, from the discriminator's logits q, in numbers and in formulas.

non_saturating: J_D = −E ln D(x) − E ln(1 − D(G(z))), J_G = −E ln D(G(z)), D = sigmoid(q);
minimax: J_G = E ln(1 − D(G(z))) (Goodfellow et al. 2014, "Generative adversarial nets",
equation 1 and section 3). least_squares: J_D = ½E (D(x) − 1)² + ½E D(G(z))²,
J_G = ½E (D(G(z)) − 1)², D = q (Mao et al. 2017, "Least squares generative adversarial
networks", equation 2 with a = 0, b = c = 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.errors import InputError, did_you_mean
from dlcalc.formulas.expressions import Expr, Step, add, call, symbol
from dlcalc.layers.losses import Objective, objective
from dlcalc.names import GAN_LOSSES
from dlcalc.numbers.places import Place

if TYPE_CHECKING:
    from dlcalc.commands.gan.evaluation import Coverage
    from dlcalc.commands.gan.gan import GanResult
    from dlcalc.commands.gan.training import Epoch, Training

Array = np.ndarray[Any, np.dtype[Any]]

D_REAL, D_FAKE = call("D", symbol("x")), call("D", call("G", symbol("z")))
REAL, FAKE = symbol("J", "real"), symbol("J", "fake")


@dataclass(frozen=True)
class Term:
    """One part of a loss: a label that the discriminator should give, or should not."""

    pair: Objective
    """D from q, and the loss against a label."""
    label: int
    """1 for real, 0 for generated."""
    sign: int = 1
    """−1 where the player wants this loss large."""

    def value(self, q: Array) -> Array:
        """The loss of each example, (batch,), for q (batch, 1)."""
        return self.sign * self.pair.value(q, self.label)  # type: ignore[arg-type]

    def slope(self, q: Array) -> Array:
        """∂/∂q of each example's loss, (batch, 1)."""
        return self.sign * self.pair.slope(self.pair.y(q), self.label)  # type: ignore[arg-type]

    def formula(self, d: Expr) -> Expr:
        """The loss in symbols, d being D of an example."""
        if self.pair.loss == "squared_error":
            return 0.5 * call("E", (d - 1 if self.label else d) ** 2)
        logarithm = call("E", call("ln", d if self.label else 1 - d))
        return -logarithm if self.sign > 0 else logarithm

    def slope_formula(self, d: Expr) -> Expr:
        """∂/∂q in symbols, which is linear in d."""
        slope = d - 1 if self.label else d
        return slope if self.sign > 0 else -slope


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

    def slopes(self, q: Array) -> Array:
        """∂J_D/∂q of logits of data and, below them, of as many samples."""
        half = len(q) // 2
        return np.concatenate([self.real.slope(q[:half]), self.fake.slope(q[half:])]) / half

    @property
    def balance(self) -> tuple[float, float]:
        """J_D and J_G where D is ½ everywhere: samples that nobody can tell from data."""
        q = np.full((1, 1), 0.0 if self.real.pair.output == "sigmoid" else 0.5)
        real, fake, generator = (
            each.value(q).item() for each in (self.real, self.fake, self.generator)
        )
        return real + fake, generator


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


def gan_steps(training: Training, result: GanResult) -> Iterator[Step]:
    """The losses of the last epoch, part by part, and the gradients at the logits."""
    epoch, loss = result.epochs[-1], training.loss
    number = f"mean over epoch {epoch.epoch}"
    yield Step(REAL, epoch.real_loss, loss.real.formula(D_REAL), note=f"{number}, on data x")
    yield Step(FAKE, epoch.fake_loss, loss.fake.formula(D_FAKE), note=f"{number}, on samples G(z)")
    yield _discriminator(epoch)
    generator = loss.generator.formula(D_FAKE)
    yield Step(symbol("J", "G"), epoch.generator_loss, generator, note=number)
    yield from _slopes(epoch, loss)
    both, generating = loss.balance
    note = f"where D is ½ everywhere, J_D = {both:.6g} and J_G = {generating:.6g}"
    yield Step("balance", note=note)
    if result.ring is not None:
        yield _share(result.ring)


def _discriminator(epoch: Epoch) -> Step:
    formula = add(REAL, FAKE)
    numbers = formula.put({REAL: epoch.real_loss, FAKE: epoch.fake_loss})
    return Step(symbol("J", "D"), epoch.discriminator_loss, formula, (numbers,))


def _slopes(epoch: Epoch, loss: GanLoss) -> Iterator[Step]:
    """The gradients at the logits; of a mean D, they are the means over the examples."""
    note = "D = q" if loss.real.pair.output == "identity" else "D = sigmoid(q)"
    for term, name, d, mean in (
        (loss.real, symbol("∂J_D/∂q", "real"), D_REAL, epoch.d_real),
        (loss.fake, symbol("∂J_D/∂q", "fake"), D_FAKE, epoch.d_fake),
        (loss.generator, symbol("∂J_G/∂q", "fake"), D_FAKE, epoch.d_fake),
    ):
        slope = term.slope_formula(d)
        numbers = (slope.put({d: mean}),) if slope != d else ()
        value = term.sign * (mean - term.label)
        yield Step(name, value, slope, numbers, f"{note}, mean of an example")


def _share(ring: Coverage) -> Step:
    near, samples = symbol("near"), symbol("samples")
    formula = near / samples
    numbers = formula.put({near: sum(ring.counts), samples: ring.samples})
    note = "samples within three deviations of a mode"
    return Step(symbol("share"), ring.share, formula, (numbers,), note)


def gan_element(result: GanResult, field: Place) -> Step | None:
    """The working of one loss, or of the share of samples near a mode."""
    if field[-1] == "share":
        return None if result.ring is None else _share(result.ring)
    if field[0] == "epochs" and field[-1] == "discriminator_loss":
        return _discriminator(result.epochs[int(field[1])])
    return None


def findings(training: Training, result: GanResult) -> Iterator[str]:
    """What the numbers say, in a sentence or two."""
    if result.ring is not None:
        ring = result.ring
        yield (
            f"{ring.covered} of {ring.modes} modes are covered, and {ring.share:.1%} of "
            f"{ring.samples:,} samples lie within three deviations of one."
        )
    if result.classes is not None:
        found = result.classes
        missing = [str(name) for name, count in enumerate(found.counts) if not count]
        yield (
            f"{found.present} of {len(found.counts)} classes are among {sum(found.counts):,} "
            f"samples" + (f"; {', '.join(missing)} never came." if missing else ".")
        )
    last = result.epochs[-1]
    both, generating = training.loss.balance
    yield (
        f"Losses at the end: discriminator {last.discriminator_loss:.4g}, generator "
        f"{last.generator_loss:.4g}; where D is ½ everywhere they are {both:.4g} and "
        f"{generating:.4g}."
    )
