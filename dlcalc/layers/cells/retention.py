"""What a cell keeps over a run: which gradient of a later loss reaches h₀, and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dlcalc.errors import InputError
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
    said = [
        f"Over {len(h)} {plural(len(h), 'step')} the norm of h goes from {h[0]:.4g} to "
        f"{h[-1]:.4g}, and the gradient that reaches h0 from {first:.4g} to {last:.4g}."
    ]
    if len(h) == 1 or np.isnan(last):
        return said
    rate = (last / first) ** (1 / (len(h) - 1)) if first else np.inf
    words = f": each step multiplies it by {rate:.4g} on average" if first else ""
    if not last:
        said.append("No gradient of the last step reaches h0 at all.")
    elif rate > 1 + STEADY:
        said.append(f"It {'explodes' if last > GROWN * first > 0 else 'grows'}{words}.")
    elif rate < 1 - STEADY:
        said.append(f"It {'vanishes' if last < FADED * first else 'fades'}{words}.")
    else:
        said.append(f"It is kept{words}.")
    return said


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
        yield (
            "NaN or Infinity was let in, and is in the cell or its gradient from step "
            f"{int(finite.argmin()) + 1} on: nothing more can be said of it."
        )
        return
    if not (result.problem.dh[-1].any() or result.problem.dc.any()):
        yield "No loss gradient is given: ones are sent into c, to see what of them reaches c0."
    products, c, dc0 = (run[each] for each in ("f_product", "c", "dc0"))
    f = result.run.values["f"].reshape(len(c), -1)
    least, most, size = f.min(), f.max(), abs(f).max(axis=1)
    top = int(size.argmax())
    ends = ("below -1", least < -1 - ROUNDING), ("above 1", most > 1 + ROUNDING)
    beyond = " or ".join(words for words, is_so in ends if is_so)
    course = (
        f"over {len(c)} {plural(len(c), 'step')} the norm of c goes from {c[0]:.4g} to "
        f"{c[-1]:.4g}, and the gradient that reaches c0 from {dc0[0]:.4g} to {dc0[-1]:.4g}."
    )
    if beyond:
        peak = int(np.argmax(products))
        yield (
            f"f = {name} is {most if most == size[top] else least:.4g} at step {top + 1}, and "
            f"nothing bounds it: a gate {beyond} lets c grow by the product of the f's, which "
            f"reaches {products[peak]:.4g} at step {peak + 1}; {course}"
        )
    else:
        yield (
            f"f is {f'between {least:.4g} and' if least < min(0, most) else 'at most'} {most:.4g} "
            f"(step {run['f'].index(most) + 1}), so c is never multiplied up: the product of the "
            f"f's ends at {products[-1]:.4g}; {course}"
        )
    shut = closed(result)
    if shut:
        yield _closed(shut, name, result.problem.batch > 1, dc0)
    if beside:
        yield (
            f"The same run with a sigmoid: f is at most {max(beside['f']):.4g}, the product of the "
            f"f's {beside['f_product'][-1]:.4g}, the norm of c ends at {beside['c'][-1]:.4g}, and "
            f"the gradient that reaches c0 at {beside['dc0'][-1]:.4g}: it fades, and is never cut "
            "off."
        )
    yield _end(name, beyond, bool(shut), least < 0, c, dc0)


def closed(result: CellResult) -> list[tuple[int, int, int]]:
    """Units whose f was 0: sequence, unit (both from 0), and the first such step."""
    shut = result.run.values["f"] == 0
    return [
        (int(sequence), int(unit), int(shut[:, unit, sequence].argmax()) + 1)
        for unit, sequence in np.argwhere(shut.any(axis=0))
    ]


def _closed(shut: list[tuple[int, int, int]], name: str, batched: bool, dc0: Any) -> str:
    named = [
        f"unit {unit + 1}{f' of sequence {sequence + 1}' if batched else ''} at step {step}"
        for sequence, unit, step in shut[:4]
    ]
    more = len(shut) - len(named)
    where = ", ".join(named) + (f" and {more} more" if more else "")
    first, last = min(step for _, _, step in shut), len(dc0)
    later = f", one at step {last} sends {dc0[-1]:.4g}" if last > first else ""
    return (
        f"f is 0 in {where}: nothing of c before that passes, and no gradient goes back through "
        f"the cell, for good; where {name} is flat, none reaches the gate's weights either. A loss "
        f"at step {first} sends {dc0[first - 1]:.4g} back to c0{later}."
    )


def _end(name: str, beyond: str, shut: bool, turns: bool, c: Any, dc0: Any) -> str:
    if name == "sigmoid":
        return (
            "The cell works: a sigmoid lies between 0 and 1, so c keeps its size and the gradient "
            "fades with the product of the f's without being cut off."
        )
    faults = []
    if beyond:
        until = ", until tanh c is flat and passes no gradient on" if c[-1] > c[0] else ""
        faults.append(f"where f is {beyond}, c is multiplied up without bound" + (
            ", and the gradient with it" if dc0[-1] > dc0[0] else until))
    if shut:
        faults.append("where f is 0, the past is gone and no gradient can bring it back")
    if turns:
        faults.append("where f is below 0, the sign of c is turned")
    if faults:
        return f"With {name} the cell is no memory to rely on: {'; '.join(faults)}."
    if name in UNBOUNDED:
        return (
            "In this run the cell works, as f stays between 0 and 1; but nothing except the "
            f"weights keeps it there: {name} has no bound above."
        )
    return f"In this run the cell works: f stays between 0 and 1, and {name} never passes 1."
