"""Equations read, arranged and derived, relative to PyTorch eager with backward."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

import dlcalc
from tests.bench.measure import heading, in_turn, left_out, row

CHAIN = 300


def run() -> None:
    """Print the table of systems, in milliseconds."""
    if not find_spec("torch"):
        left_out("torch")
        return
    heading("equations and their gradients", "dlcalc ms", "torch ms", "ratio", "reach")
    torch = import_module("torch")
    torch.set_num_threads(1)
    names = [f"h{n}" for n in range(CHAIN + 1)]
    chain = "\n".join(f"{b} = tanh(w*{a} + b)" for a, b in pairwise(names))
    random = np.random.default_rng(0)
    shapes = {"X": (32, 64), "W": (64, 64), "b": (64,), "V": (64, 64), "c": (64,), "t": (32, 64)}
    arrays: dict[str, Any] = {n: random.normal(size=s) / 8 for n, s in shapes.items()}
    layers = "h = relu(X @ W + b); y = h @ V + c; L = mean((y - t)^2)"
    numbers = {"h0": 0.3, "w": 0.5, "b": 0.1}
    _row(torch, "two scalar equations", "z = w*x - t; L = z^2", {"w": 3.0, "x": 2.0, "t": 5.0},
         lambda w, x, t: (w * x - t) ** 2, 1.0, None)
    _row(torch, f"{CHAIN} scalar equations", chain, numbers, _chained, 1.5, 0.5)
    _row(torch, "two layers of 32x64", layers, arrays, _layers, 1.5, 1.0)


def _chained(h0: Any, w: Any, b: Any) -> Any:
    for _ in range(CHAIN):
        h0 = (w * h0 + b).tanh()
    return h0


def _layers(X: Any, W: Any, b: Any, V: Any, c: Any, t: Any) -> Any:
    return (((X @ W + b).relu() @ V + c - t) ** 2).mean()


def _row(
    torch: Any, name: str, text: str, values: dict[str, Any], function: Any, reach: float,
    again: float | None,
) -> None:
    def theirs() -> list[Any]:
        leaves = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True)
                  for n, v in values.items()}  # fmt: skip
        function(**leaves).backward()
        return [each.grad.numpy() for each in leaves.values()]

    def ours() -> Any:
        return dlcalc.grad(text, values)

    first = ours()
    [of] = first.of
    for n, gradient in zip(values, theirs(), strict=True):
        np.testing.assert_allclose(np.asarray(first.gradients[of][n]), gradient, rtol=1e-9)
    row(name, *in_turn(ours, theirs), reach)
    if again is not None:
        row(f"{name}, called again", *in_turn(lambda: first(values), theirs), again)
