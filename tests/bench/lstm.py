"""Forward and backward pass of an LSTM, relative to torch.nn.LSTM and its autograd."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.lstm.answer import lstm
from tests.bench.measure import heading, in_turn, left_out, row

Arrays = Callable[[], list[Any]]


class Row(NamedTuple):
    """Steps, batch, inputs and units, and the ratios to reach in float32 and float64."""

    T: int
    B: int
    D: int
    H: int
    reach: tuple[float, float]


ROWS = [Row(1, 1, 2, 2, (1, 1)), Row(100, 32, 64, 128, (1.3, 1)), Row(200, 64, 256, 256, (1, 1))]


def run() -> None:
    """Print the table of LSTMs, in milliseconds."""
    if not find_spec("torch"):
        left_out("torch")
        return
    heading("LSTM, forward and backward", "dlcalc ms", "torch ms", "ratio", "reach")
    for case in ROWS:
        for name, reach in zip(("float32", "float64"), case.reach, strict=True):
            dtype = np.dtype(name)
            ours, theirs = _sides(case, dtype)
            for mine, its in zip(ours(), theirs(), strict=True):
                tolerance = 2000 * np.finfo(dtype).eps * np.abs(its).max()
                np.testing.assert_allclose(mine, its, rtol=0, atol=tolerance)
            size = f"T {case.T}, batch {case.B}, {case.D}→{case.H}"
            row(f"{size}, {name}", *in_turn(ours, theirs), reach)


def _sides(case: Row, dtype: np.dtype[Any]) -> tuple[Arrays, Arrays]:
    """Both give the hidden states and the gradients of x and of the weights."""
    torch = import_module("torch")
    model = torch.nn.LSTM(case.D, case.H).to(getattr(torch, dtype.name))
    random = np.random.default_rng(0)
    x: Any = random.standard_normal((case.T, case.B, case.D)).astype(dtype)
    dh: Any = random.standard_normal((case.T, case.B, case.H)).astype(dtype)
    weights = {name: each.detach().numpy() for name, each in model.named_parameters()}
    data, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dh)

    def ours() -> list[Any]:
        result = lstm(x=x, dh=dh, **weights)
        return [result.h, result.dx, result.dW[:, : case.H], result.dW[:, case.H :], result.db]

    def theirs() -> list[Any]:
        model.zero_grad()
        data.grad = None
        h, _ = model(data)
        h.backward(upstream)
        gradients = (data, model.weight_hh_l0, model.weight_ih_l0, model.bias_ih_l0)
        return [h.detach().numpy(), *(each.grad.numpy() for each in gradients)]

    return ours, theirs
