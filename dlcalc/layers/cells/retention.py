"""What a cell keeps over a run: which gradient of a later loss reaches h₀, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcalc.layers.cells.problem import CellResult

FADED, GROWN = 1e-3, 1e3
"""Below and above these, of its first value, a gradient is said to vanish or to explode."""
STEADY = 0.02
"""How far from 1 the factor of a step may be in a gradient that is kept."""

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Kept:
    """A run of a cell, step by step, and what it shows."""

    columns: Columns
    """Numbers of each step by field."""
    headers: Mapping[str, str]
    """What each is called in a table, and in a chart where it is drawn."""
    words: list[str]
    """A few sentences, each with the numbers that carry it."""
    title: str
    """Of the picture."""
    beside: Columns = field(default_factory=dict)
    """The same fields of another run, with a sigmoid, where they are shown."""

    @property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The runs as records, a row a step."""
        runs = {"run": self.columns, "run_with_sigmoid": self.beside}
        return {
            name: [{"step": t, **dict(zip(columns, row, strict=True))}
                   for t, row in enumerate(zip(*columns.values(), strict=True), 1)]
            for name, columns in runs.items() if columns
        }

    @property
    def table(self) -> dict[str, Sequence[float]]:
        """The columns of a table, and of a chart: those beside the run by their norms alone."""
        shown = {self.headers[name]: each for name, each in self.columns.items()}
        return shown | {f"{self.headers[name]} with sigmoid": self.beside[name]
                        for name in ("c", "dc0") if self.beside}

    @property
    def series(self) -> dict[str, Any]:
        """What is drawn."""
        return {name: list(each) for name, each in self.table.items()
                if not name.startswith("product")}

    @property
    def steps(self) -> list[int]:
        """1 … T."""
        return [*range(1, len(self.columns["h"]) + 1)]

    @property
    def is_wide(self) -> bool:
        """Whether the values ask for a logarithmic axis."""
        positive = [value for each in self.series.values() for value in each if value > 0]
        return bool(positive) and max(positive) > 100 * min(positive)


def retention(result: CellResult) -> Kept:
    """How h and the gradient that reaches h₀ develop over the steps of a run.

    The loss at each step is the one that the problem gives for its last; where that is
    zero, ones enter h_t.
    """
    from dlcalc.layers.cells.run import norms, step_gradients

    dh = result.problem.dh[-1]
    seeds = {"h": dh if dh.any() else np.ones_like(dh)}
    columns = {"h": norms(result.run.values["h"][1:]).tolist(),
               "dh0": step_gradients(result.problem, seeds, "h").tolist()}
    words = [] if dh.any() else [
        "No loss gradient is given: ones are sent into h, to see what of them reaches h0."
    ]
    title = f"What reaches h0 through a run of {result.problem.cell.name}"
    return Kept(columns, {"h": "|h|", "dh0": "|dh0|"}, words + _verdict(**columns), title)


def count_of(steps: Sequence[float]) -> str:
    """So many steps, in words."""
    return f"{len(steps)} steps" if len(steps) > 1 else "1 step"


def _verdict(h: list[float], dh0: list[float]) -> list[str]:
    first, last = dh0[0], dh0[-1]
    said = [
        f"Over {count_of(h)} the norm of h goes from {h[0]:.4g} to {h[-1]:.4g}, and the "
        f"gradient that reaches h0 from {first:.4g} to {last:.4g}."
    ]
    if len(h) == 1:
        return said
    rate = (last / first) ** (1 / (len(h) - 1)) if first and last else 0.0
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
