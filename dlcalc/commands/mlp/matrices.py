"""A network worked out in matrices, a row an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dlcalc.formulas.expressions import Expr, Step, call, hadamard, symbol, total, transpose
from dlcalc.formulas.matrices import array_step

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep

Lines = Iterator[tuple[str, Step]]
"""Each step with the field of the record that it gives; "" where it gives none."""
Y, T, ETA = symbol("Y"), symbol("T"), symbol("η")


def matrix_steps(result: MlpStep) -> Lines:
    """Forward pass, backward pass and updates; W₁ is the first layer's matrix, H₀ the inputs."""
    yield "", Step("Forward pass", note="H_0 = X, a row an example")
    yield from _forward(result)
    yield "", Step("Backward pass")
    yield from _backward(result)
    yield "", Step("Updates", note="every weight and bias at once")
    yield from _updates(result)


def matrix_inputs(result: MlpStep) -> dict[Expr, Any]:
    """What the steps start from."""
    network = result.network
    return {
        symbol("H", 0): network.x, T: network.target, ETA: network.learning_rate,
        **{symbol("W", n): each for n, each in enumerate(network.weights, start=1)},
        **{symbol("b", n): each for n, each in enumerate(network.biases or (), start=1)},
    }


def _forward(result: MlpStep) -> Lines:
    network = result.network
    for n, layer in enumerate(result.layers, start=1):
        formula = symbol("H", n - 1) @ transpose(symbol("W", n))
        if network.biases:
            formula = formula + symbol("b", n)
        yield f"layers[{n - 1}].q", array_step(symbol("Q", n), layer.q, formula)
        last = n == len(result.layers)
        φ = network.objective.output if last else network.activation
        name = Y if last else symbol("H", n)
        yield f"layers[{n - 1}].h", array_step(name, layer.h, call(φ, symbol("Q", n)))
    count = len(network.x)
    note = "" if network.single else f"mean over {count} examples"
    yield "loss", Step(symbol("J"), result.loss, _loss(network.objective.loss, count), note=note)


def _loss(loss: str, count: int) -> Expr:
    if loss == "squared_error":
        return total((Y - T) ** 2) / (2 * count)
    logs = hadamard(T, call("ln", Y))
    if loss == "binary_cross_entropy":
        logs = logs + hadamard(1 - T, call("ln", 1 - Y))
    return -_over(total(logs), count)


def _over(formula: Expr, count: int) -> Expr:
    return formula if count == 1 else formula / count


def _backward(result: MlpStep) -> Lines:
    network, gradients = result.network, result.gradients
    depth = len(network.weights)
    for n in range(depth, 0, -1):
        dq = symbol("∂J/∂Q", n)
        formula = _logits(result) if n == depth else hadamard(
            symbol("∂J/∂Q", n + 1) @ symbol("W", n + 1),
            call(f"{network.activation}'", symbol("Q", n)),
        )
        yield f"gradients.q[{n - 1}]", array_step(dq, gradients.q[n - 1], formula)
        formula = transpose(dq) @ symbol("H", n - 1)
        value: Any = gradients.weights[n - 1]
        yield f"gradients.weights[{n - 1}]", array_step(symbol("∂J/∂W", n), value, formula)
        if gradients.biases:
            value, formula = gradients.biases[n - 1], total(dq, "rows")
            yield f"gradients.biases[{n - 1}]", array_step(symbol("∂J/∂b", n), value, formula)
    formula = symbol("∂J/∂Q", 1) @ symbol("W", 1)
    yield "gradients.x", array_step(symbol("∂J/∂X"), gradients.x, formula)


def _logits(result: MlpStep) -> Expr:
    """∂J/∂Q of the last layer, each row over the number of examples."""
    pair = result.network.objective
    difference = Y - T
    if pair.loss == "cross_entropy" and (result.network.target.sum(axis=1) != 1).any():
        difference = hadamard(Y, total(T, "columns")) - T
    if pair.loss == "squared_error" and pair.output == "sigmoid":
        difference = hadamard(difference, Y, 1 - Y)
    if pair.loss == "squared_error" and pair.output == "softmax":
        difference = hadamard(Y, difference - total(hadamard(difference, Y), "columns"))
    return _over(difference, len(result.network.x))


def _updates(result: MlpStep) -> Lines:
    for letter, kind in (("W", "weights"), ("b", "biases")):
        for n, array in enumerate(getattr(result.updates, kind) or (), start=1):
            formula = -ETA * symbol(f"∂J/∂{letter}", n)
            step = array_step(symbol(f"Δ{letter}", n), array, formula)
            if result.network.optimizer is not None:
                step = replace(step, formula=None, note=result.network.optimizer["type"])
            yield f"updates.{kind}[{n - 1}]", step
    for letter, kind in (("W", "weights"), ("b", "biases")):
        for n, array in enumerate(getattr(result.updated, kind) or (), start=1):
            now = symbol(letter, n)
            step = array_step(Expr("new", (now,)), array, now + symbol(f"Δ{letter}", n))
            yield f"updated.{kind}[{n - 1}]", step
    note = "the loss after the step"
    yield "loss_after", Step(Expr("new", (symbol("J"),)), result.loss_after, note=note)
