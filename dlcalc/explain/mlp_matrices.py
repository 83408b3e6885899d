"""A network worked out in matrices, a row an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.explain.notation import Step, call, hadamard, symbol, total, transpose

if TYPE_CHECKING:
    from dlcalc.calc.mlp import MlpStep

MOST_SHOWN = 256
"""Entries of a matrix that is still written out."""


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
        yield _step(symbol("Q", n), layer.q, formula)
        if n < len(result.layers):
            yield _step(symbol("H", n), layer.h, call(network.activation, symbol("Q", n)))
        else:
            yield _step(symbol("Y"), layer.h, call(network.objective.output, symbol("Q", n)))
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
            yield _step(dq, gradients.q[-1], _logit_formula(result))
        else:
            above = symbol("∂J/∂Q", n + 1) @ symbol("W", n + 1)
            formula = hadamard(above, call(f"{network.activation}'", symbol("Q", n)))
            yield _step(dq, gradients.q[n - 1], formula)
        formula = transpose(dq) @ symbol("H", n - 1)
        yield _step(symbol("∂J/∂W", n), gradients.weights[n - 1], formula)
        if gradients.biases:
            yield _step(symbol("∂J/∂b", n), gradients.biases[n - 1], total(dq, "rows"))
    yield _step(symbol("∂J/∂X"), gradients.x, symbol("∂J/∂Q", 1) @ symbol("W", 1))


def _logit_formula(result: MlpStep) -> Any:
    network = result.network
    difference = symbol("Y") - symbol("T")
    if network.objective.loss == "squared_error" and network.objective.output != "identity":
        slope = call(f"{network.objective.output}'", symbol("Q", len(network.weights)))
        difference = hadamard(difference, slope)
    return difference if network.single else difference / len(network.x)


def _step(name: Any, value: Any, formula: Any) -> Step:
    array = np.asarray(value)
    if array.size <= MOST_SHOWN:
        return Step(name, array.tolist(), formula)
    shape = "x".join(map(str, array.shape))
    note = f"{shape}, largest entry {np.abs(array).max():.6g}"
    return Step(name, None, formula, note=note)
