"""Names of an autoencoder's quantities, and the value of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlcalc.formulas.expressions import Expr, symbol

if TYPE_CHECKING:
    from dlcalc.commands.vae.vae import VaeStep
    from dlcalc.layers.passes import DensePass


@dataclass(frozen=True)
class Block:
    """One matrix with the units that it feeds; units and weights are counted from 1."""

    field: str
    """The name of its gradient: mu_weights, decoder[0] …"""
    weight: Any
    """The matrix, (out, in)."""
    below: tuple[Expr, ...]
    """What it is applied to."""
    units: int
    """Units in the blocks before it."""
    weights: int
    """Weights in the blocks before it."""
    values: DensePass
    """Its pass, of one row."""

    def q(self, unit: int) -> Expr:
        """A unit's argument."""
        return symbol("q", self.units + unit + 1)

    def s(self, unit: int) -> Expr:
        """A unit's sigmoid."""
        return symbol("s", self.units + unit + 1)

    def w(self, unit: int, below: int) -> Expr:
        """The weight from an entry of `below` to a unit."""
        return symbol("w", self.weights + unit * len(self.below) + below + 1)

    def entries(self) -> Iterator[tuple[int, int]]:
        """Unit and entry below, of every weight."""
        return ((i, j) for i in range(len(self.weight)) for j in range(len(self.below)))

    @property
    def outputs(self) -> tuple[Expr, ...]:
        """The units' sigmoids."""
        return tuple(self.s(i) for i in range(len(self.weight)))


@dataclass(frozen=True)
class Blocks:
    """Every matrix of an autoencoder, in the order in which units and weights count."""

    encoder: tuple[Block, ...]
    """Those of the layers before the heads."""
    mu: Block
    """That of μ."""
    sigma: Block
    """That of σ."""
    decoder: tuple[Block, ...]
    """Those from z to the output."""

    @property
    def every(self) -> tuple[Block, ...]:
        """All of them."""
        return (*self.encoder, self.mu, self.sigma, *self.decoder)


def blocks_of(result: VaeStep) -> Blocks:
    """The blocks of an autoencoder with one example and one sample."""
    vae, encoding = result.vae, result.encoding
    units = weights = 0

    def block(field: str, weight: Any, below: tuple[Expr, ...], values: DensePass) -> Block:
        nonlocal units, weights
        made = Block(field, weight, below, units, weights, values)
        units, weights = units + len(weight), weights + weight.size
        return made

    below = tuple(symbol("x", j + 1) for j in range(vae.x.shape[1]))
    encoder: list[Block] = []
    for n, (weight, values) in enumerate(zip(vae.encoder, encoding.hidden, strict=True)):
        encoder.append(block(f"encoder[{n}]", weight, below, values))
        below = encoder[-1].outputs
    mu = block("mu_weights", vae.mu, below, encoding.mu)
    sigma = block("sigma_weights", vae.sigma, below, encoding.log_sigma)
    below = tuple(symbol("z", k + 1) for k in range(len(vae.mu)))
    decoder: list[Block] = []
    for n, (weight, values) in enumerate(zip(vae.decoder, result.decoding, strict=True)):
        decoder.append(block(f"decoder[{n}]", weight, below, values))
        below = decoder[-1].outputs
    return Blocks(tuple(encoder), mu, sigma, tuple(decoder))


def values_of(result: VaeStep, blocks: Blocks) -> dict[Expr, float]:
    """The value of every symbol."""
    vae = result.vae
    vectors = {
        "x": vae.x[0],
        "ε": vae.noise[0, 0],
        "μ": result.mu,
        "σ": result.sigma,
        "z": result.z,
        "y": result.y,
    }
    values = {
        symbol(name, place): value
        for name, vector in vectors.items()
        for place, value in enumerate(vector.tolist(), start=1)
    }
    for block in blocks.every:
        for i in range(len(block.weight)):
            values[block.q(i)] = float(block.values.q[0, i])
            values[block.s(i)] = float(block.values.h[0, i])
        for i, j in block.entries():
            values[block.w(i, j)] = float(block.weight[i, j])
    return values
