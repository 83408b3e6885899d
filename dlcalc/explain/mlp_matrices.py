"""A network worked out in matrices, a row an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlcalc.explain.matrices import array_step
from dlcalc.explain.notation import Step, call, hadamard, symbol, total, transpose

if TYPE_CHECKING:
    from dlcalc.calc.mlp import MlpStep

def matrix_steps(result: MlpStep) -> Iterator[Step]:
    """Forward and backward pass; W₁ is the first layer's matrix, H₀ the inputs."""
    yield Step("Forward pass", note="H_0 = X, a row an example")
    yield from _forward(result)
    yield Step("Backward pass")
    yield from _backward(result)


def _forward(result: MlpStep) -> Iterator[Step]:
    network = result.network
    for n, layer in enumerate(result.layers, start=1):
        formula = symbol("H", n - 1) @ transpose(symbol("W", n))
        if network.biases:
            formula = formula + symbol("b", n)
        yield array_step(symbol("Q", n), layer.q, formula)
        if n < len(result.layers):
            yield array_step(symbol("H", n), layer.h, call(network.activation, symbol("Q", n)))
        else:
            yield array_step(symbol("Y"), layer.h, call(network.objective.output, symbol("Q", n)))
    yield Step(
        symbol("J"), result.loss, call(network.objective.loss, symbol("Y"), symbol("T")),
        note="" if network.single else f"mean over {len(network.x)} examples",
    )


def _backward(result: MlpStep) -> Iterator[Step]:
    network, gradients = result.network, result.gradients
    depth = len(network.weights)
    for n in range(depth, 0, -1):
        dq = symbol("∂J/∂Q", n)
        if n == depth:
            yield array_step(dq, gradients.q[-1], _logit_formula(result))
        else:
            above = symbol("∂J/∂Q", n + 1) @ symbol("W", n + 1)
            formula = hadamard(above, call(f"{network.activation}'", symbol("Q", n)))
            yield array_step(dq, gradients.q[n - 1], formula)
        formula = transpose(dq) @ symbol("H", n - 1)
        yield array_step(symbol("∂J/∂W", n), gradients.weights[n - 1], formula)
        if gradients.biases:
            yield array_step(symbol("∂J/∂b", n), gradients.biases[n - 1], total(dq, "rows"))
    yield array_step(symbol("∂J/∂X"), gradients.x, symbol("∂J/∂Q", 1) @ symbol("W", 1))


def _logit_formula(result: MlpStep) -> Any:
    network = result.network
    difference = symbol("Y") - symbol("T")
    if network.objective.loss == "squared_error" and network.objective.output != "identity":
        slope = call(f"{network.objective.output}'", symbol("Q", len(network.weights)))
        difference = hadamard(difference, slope)
    return difference if network.single else difference / len(network.x)
