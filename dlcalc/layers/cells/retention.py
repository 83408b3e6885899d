"""What a cell keeps over a run: which gradient of a later loss reaches h₀, and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from dlcalc.errors import InputError
from dlcalc.input.expressions import sentences
from dlcalc.layers.cells.problem import CellProblem, CellResult
from dlcalc.numbers.axes import plural

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


def _verdict(h: list[float], dh0: list[float]) -> list[str]:
    first, last = dh0[0], dh0[-1]
    moves = len(h) > 1 and not np.isnan(last)
    rate = (last / first) ** (1 / (len(h) - 1)) if first and moves else np.inf
    return list(_said("verdict", {
        "T": len(h), "steps": plural(len(h), "step"), "h_first": h[0], "h_last": h[-1],
        "first": first, "last": last, "moves": moves,
        "by": f": each step multiplies it by {rate:.4g} on average" if first else "",
        "grows": rate > 1 + STEADY, "explodes": last > GROWN * first > 0,
        "fades": rate < 1 - STEADY, "vanishes": last < FADED * first,
    }))


_said = partial(sentences, __file__, "retention.txt")
"""The sentences of a part of the table that hold."""

MEMORY = {"f": "largest f", "f_product": "product of f", "c": "|c|", "h": "|h|", "dc0": "|dc0|"}
UNBOUNDED = ("relu", "softplus", "identity")
ROUNDING = 1e-12
"""How far above 1 a gate may lie by rounding alone."""


def memory(result: CellResult, solve: Callable[[CellProblem], CellResult]) -> Kept:
    """How an LSTM's c, h and the gradient that reaches c₀ develop over the steps of a run.

    Of each step the largest entry of f, the largest product f₁ ⊙ … ⊙ f_t of any unit, ‖c‖,
    ‖h‖, and ‖δc₀‖ of a loss at that step alone: the one that the problem gives for its last,
    the last row of dh into h_t, and dc into c_t; where both are zero, ones into c_t. Beside
    it the same with a sigmoid as the forget gate, where it is another. Raises InputError
    where the gradient overflows.

    >>> from dlcalc.commands.lstm.answer import lstm, solve
    >>> cell = lstm([[0, 1]] * 4, x=[[2]] * 3, c0=[1], dc=[1], activations={"f": "relu"})
    >>> memory(cell, solve).columns["dc0"]
    [2.0, 4.0, 8.0]
    """
    problem = result.problem
    name = problem.activations["f"]
    run, beside = _memory_columns(result), {}
    if name != "sigmoid":
        usual = {**problem.activations, "f": "sigmoid"}
        beside = _memory_columns(solve(replace(problem, activations=usual, after=None)))
    words = list(_memory_words(result, name, run, beside))
    return Kept(run, MEMORY, words, f"A cell whose forget gate is {name}", beside)


def _memory_columns(result: CellResult) -> dict[str, list[float]]:
    from dlcalc.layers.cells.run import norms, step_gradients

    values, problem = result.run.values, result.problem
    f, seeds = values["f"], {"h": problem.dh[-1], "c": problem.dc}
    if not any(each.any() for each in seeds.values()):
        seeds["c"] = np.ones_like(problem.dc)
    with np.errstate(over="ignore", invalid="ignore"):
        columns = (
            f.max(axis=(1, 2)), np.abs(np.cumprod(f, axis=0)).max(axis=(1, 2)),
            norms(values["c"][1:]), norms(values["h"][1:]), step_gradients(problem, seeds, "c"),
        )
    if not np.isfinite(columns).all() and problem.is_finite:
        first = int(np.argmin(np.isfinite(columns).all(axis=0))) + 1
        raise InputError(
            f"the gradient that reaches c0 passes the largest {problem.dtype} from step {first} "
            f"of {problem.steps}; fewer steps stay within it"
        )
    return {name: each.tolist() for name, each in zip(MEMORY, columns, strict=True)}


def _memory_words(result: CellResult, name: str, run: Columns, beside: Columns) -> Iterator[str]:
    """A few sentences, each with the numbers that carry it; the last is the conclusion."""
    finite = np.isfinite(list(run.values())).all(axis=0)
    if not finite.all():
        yield from _said("broken", {"bad": int(finite.argmin()) + 1})
        return
    products, c, dc0 = (run[each] for each in ("f_product", "c", "dc0"))
    f = result.run.values["f"].reshape(len(c), -1)
    least, most, size = f.min(), f.max(), abs(f).max(axis=1)
    top, peak, shut = int(size.argmax()), int(np.argmax(products)), closed(result)
    ends = ("below -1", least < -1 - ROUNDING), ("above 1", most > 1 + ROUNDING)
    facts: dict[str, Any] = {
        "T": len(c), "steps": plural(len(c), "step"), "c_first": c[0], "c_last": c[-1],
        "first": dc0[0], "last": dc0[-1], "name": name, "least": least, "most": most,
        "silent": not (result.problem.dh[-1].any() or result.problem.dc.any()),
        "beyond": " or ".join(words for words, is_so in ends if is_so),
        "extreme": most if most == size[top] else least, "top": top + 1, "peak": peak + 1,
        "highest": products[peak], "at": run["f"].index(most) + 1, "product": products[-1],
        "shut": _places(shut, result.problem.batch > 1), "beside": bool(beside),
        "unbounded": name in UNBOUNDED,
    }
    if shut:
        first = min(step for _, _, step in shut)
        facts |= {"shut_at": first, "shut_last": len(dc0), "shut_sent": dc0[first - 1]}
        facts["later"] = "".join(_said("later", facts))
    if beside:
        facts |= {"usual_f": max(beside["f"]), "usual_product": beside["f_product"][-1],
                  "usual_c": beside["c"][-1], "usual_dc0": beside["dc0"][-1]}
    facts["course"], facts["faults"] = "".join(_said("course", facts)), ""
    if name != "sigmoid":
        facts["faults"] = "; ".join(_said("fault", facts))
    yield from _said("memory", facts)


def closed(result: CellResult) -> list[tuple[int, int, int]]:
    """Units whose f was 0: sequence, unit (both from 0), and the first such step."""
    shut = result.run.values["f"] == 0
    return [
        (int(sequence), int(unit), int(shut[:, unit, sequence].argmax()) + 1)
        for unit, sequence in np.argwhere(shut.any(axis=0))
    ]


def _places(shut: list[tuple[int, int, int]], batched: bool) -> str:
    """Some of the units whose f was 0."""
    named = [
        f"unit {unit + 1}{f' of sequence {sequence + 1}' if batched else ''} at step {step}"
        for sequence, unit, step in shut[:4]
    ]
    more = len(shut) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
