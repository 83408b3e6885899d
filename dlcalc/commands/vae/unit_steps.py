"""A small autoencoder worked out unit by unit: each gradient along every path through z."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dlcalc.commands.vae.forward import NO_Z, Places, forward_steps, term_steps
from dlcalc.commands.vae.names import Block, blocks_of, values_of
from dlcalc.derive.chains import Chains, Factor, gradient, gradient_step, partials, path_value
from dlcalc.formulas.expressions import Expr, Step, symbol

if TYPE_CHECKING:
    from dlcalc.commands.vae.vae import VaeStep


def unit_steps(result: VaeStep) -> Iterator[tuple[Places, Step]]:
    """Each step with the elements of the record that it works out."""
    blocks = blocks_of(result)
    values = values_of(result, blocks)
    yield (), Step("Forward pass")
    yield from forward_steps(result, blocks, values)
    yield (), Step("Terms of the loss")
    yield from term_steps(result, values)
    for term in ("L1", "L2"):
        yield (), Step(f"Gradients of {term}")
        yield from _Backward(result, term).steps()


class _Backward:
    """The gradients of one term."""

    def __init__(self, result: VaeStep, term: str) -> None:
        self.result, self.term = result, term
        self.gradients = result.gradients[term]
        self.blocks = blocks_of(result)
        self.values = values_of(result, self.blocks)
        self.chains = Chains()

    def steps(self) -> Iterator[tuple[Places, Step]]:
        if self.term == "L1":
            yield from self._decoder()
            yield from self._z()
        else:
            yield (), Step("∂L2/∂z", note=NO_Z)
        yield from self._mu_sigma()
        self._join_heads()
        for block in (self.blocks.mu, self.blocks.sigma):
            yield from self._weights(block)
        yield from self._sigmoid_layers(self.blocks.encoder, (self.blocks.mu, self.blocks.sigma))

    def _decoder(self) -> Iterator[tuple[Places, Step]]:
        *hidden, last = self.blocks.decoder
        for i in range(len(last.weight)):
            x, y = symbol("x", i + 1), symbol("y", i + 1)
            value = self.values[x] - self.values[y]
            self.chains.end(last.q(i), (x - y, value))
            numbers = (x - y).put(self.values)
            yield (), Step(gradient("L1", last.q(i)), value, x - y, (numbers,))
        yield from self._weights(last)
        yield from self._sigmoid_layers(hidden, (last,))

    def _sigmoid_layers(
        self, layers: Sequence[Block], above: tuple[Block, ...]
    ) -> Iterator[tuple[Places, Step]]:
        """Back through layers, from what the last of them feeds."""
        for block in reversed(layers):
            yield from self._hidden(block, above)
            yield from self._weights(block)
            above = (block,)

    def _hidden(self, block: Block, above: tuple[Block, ...]) -> Iterator[tuple[Places, Step]]:
        """∂L/∂q of a sigmoid layer, over all that it feeds."""
        for i in range(len(block.weight)):
            for each in above:
                for k in range(len(each.weight)):
                    self.chains.join(block.q(i), each.q(k), self._factor(each.w(k, i)),
                                     *self._slope(block, i))
            paths = self.chains.paths(block.q(i))
            value, name = path_value(paths), gradient(self.term, block.q(i))
            yield (), gradient_step(name, value, paths)
            self.chains.known(block.q(i), (name, value))

    def _z(self) -> Iterator[tuple[Places, Step]]:
        first = self.blocks.decoder[0]
        for k, value in enumerate(self.gradients.z.tolist()):
            z, name = symbol("z", k + 1), gradient("L1", symbol("z", k + 1))
            for i in range(len(first.weight)):
                self.chains.join(z, first.q(i), self._factor(first.w(i, k)))
            yield self._places("z", k), gradient_step(name, value, self.chains.paths(z))
            self.chains.end(z, (name, value))

    def _mu_sigma(self) -> Iterator[tuple[Places, Step]]:
        for k, value in enumerate(self.gradients.mu.tolist()):
            yield self._places("mu", k), self._latent(symbol("μ", k + 1), value, k)
        for k, value in enumerate(self.gradients.sigma.tolist()):
            yield self._places("sigma", k), self._latent(symbol("σ", k + 1), value, k)

    def _latent(self, quantity: Expr, value: float, k: int) -> Step:
        """∂L/∂μ or ∂L/∂σ: over z for L1, at once for L2."""
        name, is_mu = gradient(self.term, quantity), quantity.args[0] == "μ"
        if self.term == "L1":
            factors = () if is_mu else (self._factor(symbol("ε", k + 1)),)
            self.chains.join(quantity, symbol("z", k + 1), *factors)
            return gradient_step(name, value, self.chains.paths(quantity), "∂z/∂μ = 1" * is_mu)
        self.chains.end(quantity, (name, value))
        formula = quantity if is_mu else quantity - 1 / quantity
        return Step(name, value, formula, () if is_mu else (formula.put(self.values),))

    def _join_heads(self) -> None:
        """From the heads' arguments to μ and σ."""
        for k in range(len(self.result.mu)):
            for block, letter in ((self.blocks.mu, "μ"), (self.blocks.sigma, "σ")):
                target = symbol(letter, k + 1)
                onward = (self._factor(target),) if letter == "σ" else ()
                if self.result.vae.head == "identity":
                    self.chains.join(block.q(k), target, *onward)
                else:
                    self.chains.join(block.s(k), target, *onward)
                    self.chains.join(block.q(k), block.s(k), *self._slope(block, k))

    def _weights(self, block: Block) -> Iterator[tuple[Places, Step]]:
        found = dict(zip(self.result.vae.weights, self.gradients.weights, strict=True))[block.field]
        for i, j in block.entries():
            weight, below = block.w(i, j), block.below[j]
            trails = self.chains.trails(block.q(i))
            paths = [(*path, self._factor(below)) for _, path in trails]
            chain = None
            if len(trails) == 1 and len(trails[0][0]) > 1:
                chain = partials(self.term, (*trails[0][0], weight))
            name = gradient(self.term, weight)
            yield (
                (f"gradients.{self.term}.{block.field}", (i, j)),
                (f"named.d{self.term}/dw{weight.args[1]}", ()),
            ), gradient_step(name, float(found[i, j]), paths, chain=chain)

    def _places(self, field: str, k: int) -> Places:
        return (
            (f"gradients.{self.term}.{field}", (k,)), (f"named.d{self.term}/d{field}{k + 1}", ())
        )

    def _factor(self, term: Expr) -> Factor:
        return term, self.values[term]

    def _slope(self, block: Block, unit: int) -> tuple[Factor, Factor]:
        """∂s/∂q = s·(1 − s)."""
        s = block.s(unit)
        return (s, self.values[s]), (1 - s, 1 - self.values[s])
