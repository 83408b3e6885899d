"""What a cell keeps over a run: which gradient of a later loss reaches h₀, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.layers.cells.result import CellResult, step_gradients

Array = np.ndarray[Any, np.dtype[Any]]

FADED, GROWN = 1e-3, 1e3
"""Below and above these, of its first value, a gradient is said to vanish or to explode."""
STEADY = 0.02
"""How far from 1 the factor of a step may be in a gradient that is kept."""


@dataclass(frozen=True)
class Retention:
    """A run of a cell, step by step."""

    h: list[float]
    """‖h_t‖."""
    dh0: list[float]
    """‖δh₀‖ of a loss at step t alone."""
    seed: str
    """The loss that is sent back: `given`, that of the last step, or `ones`."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A row a step."""
        pairs = zip(self.h, self.dh0, strict=True)
        return [{"step": t, "h": h, "dh0": dh0} for t, (h, dh0) in enumerate(pairs, 1)]

    @property
    def steps(self) -> list[int]:
        """1 … T."""
        return [*range(1, len(self.h) + 1)]

    @property
    def series(self) -> dict[str, list[float]]:
        """What is drawn."""
        return {"|h|": self.h, "|dh0|": self.dh0}

    @property
    def is_wide(self) -> bool:
        """Whether the values ask for a logarithmic axis."""
        positive = [value for value in (*self.h, *self.dh0) if value > 0]
        return bool(positive) and max(positive) > 100 * min(positive)


def retention(result: CellResult) -> Retention:
    """How h and the gradient that reaches h₀ develop over the steps of a run.

    The loss at each step is the one that the problem gives for its last; where that is
    zero, ones enter h_t.
    """
    dh = result.problem.dh[-1]
    given = bool(dh.any())
    gradients = step_gradients(result, dh if given else np.ones_like(dh))
    norms = np.sqrt((result.run.values["h"][1:] ** 2).sum(axis=(1, 2)))
    return Retention(norms.tolist(), gradients.tolist(), "given" if given else "ones")


def verdict(kept: Retention) -> list[str]:
    """A few sentences, each with the numbers that carry it."""
    said = []
    if kept.seed == "ones":
        said.append(
            "No loss gradient is given: ones are sent into h, to see what of them reaches h0."
        )
    steps = f"{len(kept.h)} steps" if len(kept.h) > 1 else "1 step"
    first, last = kept.dh0[0], kept.dh0[-1]
    said.append(
        f"Over {steps} the norm of h goes from {kept.h[0]:.4g} to {kept.h[-1]:.4g}, and the "
        f"gradient that reaches h0 from {first:.4g} to {last:.4g}."
    )
    if len(kept.h) == 1:
        return said
    rate = (last / first) ** (1 / (len(kept.h) - 1)) if first and last else 0.0
    words = f"each step multiplies it by {rate:.4g} on average"
    if not last:
        said.append("No gradient of the last step reaches h0 at all.")
    elif rate > 1 + STEADY:
        said.append(f"It {'explodes' if last > GROWN * first else 'grows'}: {words}.")
    elif rate < 1 - STEADY:
        said.append(f"It {'vanishes' if last < FADED * first else 'fades'}: {words}.")
    else:
        said.append(f"It is kept: {words}.")
    return said
