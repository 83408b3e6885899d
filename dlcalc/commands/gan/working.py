"""The losses of a GAN in formulas and numbers, their gradients, and what they say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dlcalc.formulas.expressions import Expr, Step, add, call, symbol
from dlcalc.numbers.places import Place

if TYPE_CHECKING:
    from dlcalc.commands.gan.result import GanResult
    from dlcalc.commands.gan.training import Epoch, Training

D_REAL, D_FAKE = call("D", symbol("x")), call("D", call("G", symbol("z")))
J_D, J_G = symbol("J", "D"), symbol("J", "G")
REAL, FAKE = symbol("J", "real"), symbol("J", "fake")


def _mean(term: Expr) -> Expr:
    return call("E", term)


FORMULAS = {
    "non_saturating": (
        -_mean(call("ln", D_REAL)), -_mean(call("ln", 1 - D_FAKE)), -_mean(call("ln", D_FAKE))
    ),
    "minimax": (
        -_mean(call("ln", D_REAL)), -_mean(call("ln", 1 - D_FAKE)), _mean(call("ln", 1 - D_FAKE))
    ),
    "least_squares": (
        0.5 * _mean((D_REAL - 1) ** 2), 0.5 * _mean(D_FAKE**2), 0.5 * _mean((D_FAKE - 1) ** 2)
    ),
}  # fmt: skip
"""Of each loss, the discriminator's part on data, its part on samples, and the generator's."""
SLOPES: dict[str, tuple[Expr, Expr, Expr]] = {
    "non_saturating": (D_REAL - 1, D_FAKE, D_FAKE - 1),
    "minimax": (D_REAL - 1, D_FAKE, -D_FAKE),
    "least_squares": (D_REAL - 1, D_FAKE, D_FAKE - 1),
}
"""Their gradients at the logit q of one example, each linear in D."""
BALANCE = {
    "non_saturating": (2 * math.log(2), math.log(2)),
    "minimax": (2 * math.log(2), -math.log(2)),
    "least_squares": (0.25, 0.125),
}
"""J_D and J_G where D is ½ everywhere: samples that no discriminator can tell from data."""


def gan_steps(training: Training, result: GanResult) -> Iterator[Step]:
    """The losses of the last epoch, part by part, and the gradients at the logits."""
    epoch, loss = result.epochs[-1], training.settings.loss
    real, fake, generator = FORMULAS[loss]
    number = f"mean over epoch {epoch.epoch}"
    yield Step(REAL, epoch.real_loss, real, note=f"{number}, on data x")
    yield Step(FAKE, epoch.fake_loss, fake, note=f"{number}, on samples G(z)")
    yield _discriminator(epoch)
    yield Step(J_G, epoch.generator_loss, generator, note=number)
    yield from _slopes(epoch, loss)
    balance = BALANCE[loss]
    note = f"where D is ½ everywhere, J_D = {balance[0]:.6g} and J_G = {balance[1]:.6g}"
    yield Step("balance", note=note)
    yield from _coverage(result)


def _slopes(epoch: Epoch, loss: str) -> Iterator[Step]:
    """The gradients at the logits; of a mean D, they are the means over the examples."""
    note = "D = q" if loss == "least_squares" else "D = sigmoid(q)"
    real, fake = epoch.d_real, epoch.d_fake
    values = (real - 1, fake, -fake if loss == "minimax" else fake - 1)
    names = (("D", "real"), ("D", "fake"), ("G", "fake"))
    for (player, on), slope, value in zip(names, SLOPES[loss], values, strict=True):
        numbers = slope.put({D_REAL: real, D_FAKE: fake})
        bare = (numbers,) if slope.kind != "call" else ()
        yield Step(symbol(f"∂J_{player}/∂q", on), value, slope, bare, f"{note}, mean of an example")


def _discriminator(epoch: Epoch) -> Step:
    formula = add(REAL, FAKE)
    numbers = formula.put({REAL: epoch.real_loss, FAKE: epoch.fake_loss})
    return Step(J_D, epoch.discriminator_loss, formula, (numbers,))


def _coverage(result: GanResult) -> Iterator[Step]:
    ring = result.ring
    if ring is not None:
        near = symbol("near")
        formula = near / symbol("samples")
        numbers = formula.put({near: sum(ring.counts), symbol("samples"): ring.samples})
        yield Step(symbol("share"), ring.share, formula, (numbers,),
                   "samples within three deviations of a mode")


def gan_element(
    training: Training, result: GanResult, field: Place, index: tuple[int, ...]
) -> Step | None:
    """The working of one loss, or of the share of samples near a mode."""
    if field[-1] == "share":
        return next(_coverage(result), None)
    if field[0] != "epochs" or field[-1] != "discriminator_loss":
        return None
    return _discriminator(result.epochs[int(field[1])])


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
    balance = BALANCE[training.settings.loss]
    yield (
        f"Losses at the end: discriminator {last.discriminator_loss:.4g}, generator "
        f"{last.generator_loss:.4g}; where D is ½ everywhere they are {balance[0]:.4g} and "
        f"{balance[1]:.4g}."
    )
