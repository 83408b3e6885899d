"""A small network worked out unit by unit, every gradient along every path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlcalc.commands.mlp.losses import logit_step, loss_step, output_step
from dlcalc.derive.chains import Chains, gradient_step
from dlcalc.derive.scalars import Scalars
from dlcalc.derive.units import Units, gradient
from dlcalc.derive.working_terms import Symbols, Term, as_term
from dlcalc.formulas.expressions import Expr, Step, add, call, mul, symbol
from dlcalc.layers.optimisers import moved, optimiser, states
from dlcalc.numbers.activations import activation

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep

Places = tuple[tuple[str, tuple[int, ...]], ...]
"""The elements of the record that a step gives."""


def unit_steps(result: MlpStep) -> Iterator[tuple[Places, Step]]:
    """Each step with the elements of the record that it works out."""
    working = _Working(result)
    yield (), Step("Forward pass")
    yield from working.forward()
    yield (), Step("Backward pass")
    yield from working.backward()
    yield (), Step("Updates", note="every weight and bias at once")
    yield from working.updates()


class RuleSymbols(Symbols):
    """The functions of an optimiser's rule, on formulas with their values."""

    def above(self, a: Any, b: Any) -> bool:
        """Which branch is taken."""
        return bool(as_term(a).value > as_term(b).value)


class _Working:
    def __init__(self, result: MlpStep) -> None:
        network = result.network
        self.result = result
        self.network = network
        self.units = Units([network.x.shape[1], *(len(weight) for weight in network.weights)])
        self.values = self._values()
        self.chains = Chains()

    def _values(self) -> dict[Expr, float]:
        """The value of every symbol."""
        units, network = self.units, self.network
        values = {units.h(-1, j): float(x) for j, x in enumerate(network.x[0])}
        for n, weight in enumerate(network.weights):
            for (i, j), value in _entries(weight):
                values[units.weight(n, i, j)] = value
            for i, q in enumerate(self.result.layers[n].q.tolist()):
                values[units.q(n, i)] = q
                values[units.h(n, i)] = float(self.result.layers[n].h[i])
                if network.biases:
                    values[units.bias(n, i)] = float(network.biases[n][i])
        return values

    def forward(self) -> Iterator[tuple[Places, Step]]:
        for n, weight in enumerate(self.network.weights):
            for i in range(len(weight)):
                yield ((f"layers[{n}].q", (i,)),), self._argument(n, i)
            for i in range(len(weight)):
                places: Places = ((f"layers[{n}].h", (i,)),)
                if n == self.units.last:
                    step = output_step(self.network.objective, self.units, i, self.values)
                    yield (*places, ("output", (i,))), step
                else:
                    yield places, self._hidden(n, i)
        yield (("loss", ()),), loss_step(self.result, self.units, self.values)

    def _argument(self, n: int, i: int) -> Step:
        units = self.units
        below = range(units.sizes[n])
        terms = [mul(units.weight(n, i, j), units.h(n - 1, j)) for j in below]
        if self.network.biases:
            terms.append(units.bias(n, i))
        formula = add(*terms)
        return Step(units.q(n, i), self.values[units.q(n, i)], formula, (formula.put(self.values),))

    def _hidden(self, n: int, i: int) -> Step:
        formula = call(self.network.activation, self.units.q(n, i))
        value = self.values[self.units.h(n, i)]
        return Step(self.units.h(n, i), value, formula, (formula.put(self.values),))

    def backward(self) -> Iterator[tuple[Places, Step]]:
        for n in reversed(range(len(self.network.weights))):
            yield from self._arguments_gradients(n)
            yield from self._parameters_gradients(n)
        for j, value in enumerate(self.result.gradients.x.tolist()):
            paths = [
                (self._known(0, i), self._factor(self.units.weight(0, i, j)))
                for i in range(self.units.sizes[1])
            ]
            name = gradient("J", self.units.h(-1, j))
            yield (("gradients.x", (j,)),), gradient_step(name, value, paths)

    def _arguments_gradients(self, n: int) -> Iterator[tuple[Places, Step]]:
        """∂J/∂q of a layer: from the loss itself in the last, over the layer above elsewhere."""
        units = self.units
        for i, value in enumerate(self.result.gradients.q[n].tolist()):
            q = units.q(n, i)
            name = gradient("J", q)
            if n == units.last:
                self.chains.end(q, (name, value))
                step = logit_step(self.network, units, i, self.values, value)
            else:
                for k in range(units.sizes[n + 2]):
                    self.chains.join(
                        q, units.q(n + 1, k), self._factor(units.weight(n + 1, k, i)),
                        *self._slope(n, i),
                    )
                step = gradient_step(name, value, self.chains.paths(q))
                self.chains.known(q, (name, value))
            yield ((f"gradients.q[{n}]", (i,)),), step

    def _parameters_gradients(self, n: int) -> Iterator[tuple[Places, Step]]:
        units, gradients = self.units, self.result.gradients
        for (i, j), value in _entries(gradients.weights[n]):
            weight = units.weight(n, i, j)
            below = self._factor(units.h(n - 1, j))
            paths = [(*path, below) for path in self.chains.paths(units.q(n, i))]
            yield (
                (f"gradients.weights[{n}]", (i, j)),
                (f"named.w{weight.args[1]}", ()),
            ), gradient_step(gradient("J", weight), value, paths)
        for i, value in enumerate(gradients.biases[n].tolist() if gradients.biases else ()):
            bias = units.bias(n, i)
            yield (
                (f"gradients.biases[{n}]", (i,)),
                (f"named.b{bias.args[1]}", ()),
            ), gradient_step(gradient("J", bias), value, [(self._known(n, i),)])

    def updates(self) -> Iterator[tuple[Places, Step]]:
        """Δ = −η times each gradient."""
        units, gradients, updates = self.units, self.result.gradients, self.result.updates
        for n, weight in enumerate(gradients.weights):
            for (i, j), value in _entries(weight):
                change = float(updates.weights[n][i, j])
                step = self._update(units.weight(n, i, j), value, change)
                yield ((f"updates.weights[{n}]", (i, j)),), step
            if gradients.biases and updates.biases:
                pairs = zip(gradients.biases[n].tolist(), updates.biases[n].tolist(), strict=True)
                for i, (value, change) in enumerate(pairs):
                    step = self._update(units.bias(n, i), value, change)
                    yield ((f"updates.biases[{n}]", (i,)),), step
        yield (), Step("Parameters after the step")
        for n, weight in enumerate(updates.weights):
            for (i, j), change in _entries(weight):
                new = float(self.result.updated.weights[n][i, j])
                slope = float(gradients.weights[n][i, j])
                yield from self._by_rule(units.weight(n, i, j), slope)
                step = self._new(units.weight(n, i, j), change, new)
                name = f"updated.named.w{step.name.args[0].args[1]}"
                yield ((f"updated.weights[{n}]", (i, j)), (name, ())), step
            for i, change in enumerate(updates.biases[n].tolist() if updates.biases else ()):
                new = float((self.result.updated.biases or ())[n][i])
                yield from self._by_rule(units.bias(n, i), float((gradients.biases or ())[n][i]))
                step = self._new(units.bias(n, i), change, new)
                name = f"updated.named.b{step.name.args[0].args[1]}"
                yield ((f"updated.biases[{n}]", (i,)), (name, ())), step
        yield (("loss_after", ()),), Step("J after the step", self.result.loss_after)

    def _by_rule(self, quantity: Expr, slope: float) -> Iterator[tuple[Places, Step]]:
        """An optimiser's rule, line by line."""
        if self.network.optimizer is None or "".join(quantity.args) in self.network.frozen:
            return
        rule, options = optimiser(self.network.optimizer)
        known: dict[Expr, Any] = {}
        lines: list[Step] = []

        def put(label: str, value: Any) -> Term:
            term = as_term(value)
            name = symbol(label, "".join(quantity.args))
            name = Expr("new", (quantity,)) if label == "w" else name
            formula = term.formula
            if isinstance(formula, Expr):
                numbers = () if formula in known else (formula.put(known),)
                lines.append(Step(name, term.value, formula, numbers))
            else:
                lines.append(Step(name, term.value))
            known[name] = term.value
            return Term(name, term.value)

        w, g = Term(quantity, self.values[quantity]), Term(gradient("J", quantity), slope)
        known |= {w.formula: w.value, g.formula: g.value}
        state = {name: Term(begin, begin) for name, begin in states(rule, options).items()
                 if name != "momentum_buffer"}
        moved(rule, put, RuleSymbols(Scalars, known), w, g, state, {**options, "t": 1})
        yield from (((), line) for line in lines)

    def _new(self, quantity: Expr, change: float, new: float) -> Step:
        """w⁺ = w + Δw."""
        moved = symbol(f"Δ{quantity.args[0]}", quantity.args[1])
        formula = quantity + moved
        numbers = formula.put({quantity: self.values[quantity], moved: change})
        return Step(Expr("new", (quantity,)), new, formula, (numbers,))

    def _update(self, quantity: Expr, value: float, change: float) -> Step:
        if self.network.optimizer is not None:
            note = f"moved by {self.network.optimizer['type']}"
            return Step(symbol(f"Δ{quantity.args[0]}", quantity.args[1]), change, note=note)
        if "".join(quantity.args) in self.network.frozen:
            return Step(symbol(f"Δ{quantity.args[0]}", quantity.args[1]), 0.0, note="frozen")
        rate, slope = symbol("η"), gradient("J", quantity)
        formula = -rate * slope
        numbers = formula.put({rate: self.network.learning_rate, slope: value})
        return Step(symbol(f"Δ{quantity.args[0]}", quantity.args[1]), change, formula, (numbers,))

    def _known(self, n: int, i: int) -> tuple[Expr, float]:
        """∂J/∂q of a unit, worked out before."""
        return gradient("J", self.units.q(n, i)), float(self.result.gradients.q[n][i])

    def _factor(self, term: Expr) -> tuple[Expr, float]:
        return term, self.values[term]

    def _slope(self, n: int, i: int) -> tuple[tuple[Expr, float], ...]:
        """φ′(q) of a hidden unit: h(1 − h) of a sigmoid, 1 − h² of tanh."""
        h, value = self._factor(self.units.h(n, i))
        if self.network.activation == "sigmoid":
            return (h, value), (1 - h, 1 - value)
        if self.network.activation == "tanh":
            return ((1 - h**2, 1 - value**2),)
        layer = self.result.layers[n]
        slope = activation(self.network.activation).slope(layer.q[i : i + 1], layer.h[i : i + 1])
        return ((call(f"{self.network.activation}'", self.units.q(n, i)), float(slope[0])),)


def _entries(matrix: Any) -> Iterator[tuple[tuple[int, int], float]]:
    for i, row in enumerate(matrix.tolist()):
        for j, value in enumerate(row):
            yield (i, j), value
