"""The forward pass of a small autoencoder and both terms of its loss, unit by unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dlcalc.commands.vae.names import Block, Blocks
from dlcalc.formulas.expressions import Expr, Step, add, call, mul, symbol

if TYPE_CHECKING:
    from dlcalc.commands.vae.vae import VaeStep

Places = tuple[tuple[str, tuple[int, ...]], ...]
"""The elements of the record that a step gives."""
Values = Mapping[Expr, float]

STATED_NOTE = "the loss as the problem states it"
L2_NOTE = "KL(q(z|x)‖p(z))"
NO_Z = "L2 has neither z nor the decoder's weights in it: their gradients are 0"
ELBO_NOTE = "the negative evidence lower bound: L2 is the divergence, so this is what to minimise"


def forward_steps(
    result: VaeStep, blocks: Blocks, values: Values
) -> Iterator[tuple[Places, Step]]:
    """Every unit, μ, σ, z and the outputs."""
    for block in blocks.encoder:
        yield from _units(block, values)
    head = result.vae.head
    yield from _units(blocks.mu, values, head)
    yield from _units(blocks.sigma, values, head)
    latent = range(len(result.mu))
    for k in latent:
        q = blocks.mu.q(k)
        below, formula = q, _argument(blocks.mu, k)
        if head == "sigmoid":
            below, formula = blocks.mu.s(k), call("sigmoid", q)
        step = Step(symbol("μ", k + 1), values[below], below, (formula, formula.put(values)))
        yield (("mu", (k,)),), step
    for k in latent:
        below = blocks.sigma.s(k) if head == "sigmoid" else blocks.sigma.q(k)
        yield (("sigma", (k,)),), _step(symbol("σ", k + 1), call("exp", below), values)
    for k in latent:
        formula = symbol("μ", k + 1) + symbol("σ", k + 1) * symbol("ε", k + 1)
        yield (("z", (k,)),), _step(symbol("z", k + 1), formula, values)
    *hidden, last = blocks.decoder
    for block in hidden:
        yield from _units(block, values)
    yield from _units(last, values, "identity")
    for i in range(len(last.weight)):
        formula = call("sigmoid", last.q(i))
        yield (("y", (i,)),), _step(symbol("y", i + 1), formula, values)


def _units(
    block: Block, values: Values, activation: str = "sigmoid"
) -> Iterator[tuple[Places, Step]]:
    for i in range(len(block.weight)):
        yield (), _step(block.q(i), _argument(block, i), values)
        if activation == "sigmoid":
            yield (), _step(block.s(i), call("sigmoid", block.q(i)), values)


def _argument(block: Block, unit: int) -> Expr:
    """q of a unit: its weights times what they are applied to."""
    products = [mul(block.w(unit, j), below) for j, below in enumerate(block.below)]
    return products[0] if len(products) == 1 else add(*products)


def term_steps(result: VaeStep, values: Values) -> Iterator[tuple[Places, Step]]:
    """L1, L2, the loss as it is stated, and the negative ELBO."""
    pairs = [(symbol("x", i + 1), symbol("y", i + 1)) for i in range(len(result.y))]
    logs = add(*(x * call("ln", y) + (1 - x) * call("ln", 1 - y) for x, y in pairs))
    L1, L2 = symbol("L1"), symbol("L2")
    note = "ln p(x|z), computed from q, where no digits are lost"
    yield (("L1", ()),), Step(L1, result.L1, logs, (logs.put(values),), note)
    latent = [(symbol("μ", k + 1), symbol("σ", k + 1)) for k in range(len(result.mu))]
    squares = (μ**2 + σ**2 - call("ln", σ**2) - 1 for μ, σ in latent)
    half = mul(0.5, add(*squares))
    yield (("L2", ()),), Step(L2, result.L2, half, (half.put(values),), L2_NOTE)
    ends = {L1: result.L1, L2: result.L2}
    stated, bound = -add(L1, L2), -L1 + L2
    yield (("loss", ()),), Step("loss", result.loss, stated, (stated.put(ends),), STATED_NOTE)
    yield (
        (("negative_elbo", ()),),
        Step("−ELBO", result.negative_elbo, bound, (bound.put(ends),), ELBO_NOTE),
    )


def _step(name: Expr, formula: Expr, values: Values) -> Step:
    return Step(name, values[name], formula, (formula.put(values),))
