"""What an LSTM's cell keeps over a run: how c grows, which gradient reaches c₀, and a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from dlcalc.commands.lstm.answer import LstmResult, solve
from dlcalc.errors import InputError
from dlcalc.layers.cells.retention import Columns, Kept, count_of
from dlcalc.layers.cells.run import norms, step_gradients

HEADERS = {"f": "largest f", "f_product": "product of f", "c": "|c|", "h": "|h|", "dc0": "|dc0|"}
UNBOUNDED = ("relu", "softplus", "identity")
STEADY = 1e-12
"""How far above 1 a gate may lie by rounding alone."""


def memory(result: LstmResult) -> Kept:
    """How c, h and the gradient that reaches c₀ develop over the steps of a run.

    Of each step the largest entry of f, the largest product f₁ ⊙ … ⊙ f_t of any unit, ‖c‖,
    ‖h‖, and ‖δc₀‖ of a loss at that step alone: the one that the problem gives for its last,
    the last row of dh into h_t, and dc into c_t; where both are zero, ones into c_t. Beside
    it the same with a sigmoid as the forget gate, where it is another. Raises InputError
    where the gradient overflows.

    >>> from dlcalc.commands.lstm.answer import lstm
    >>> cell = lstm([[0, 1]] * 4, x=[[2]] * 3, c0=[1], dc=[1], activations={"f": "relu"})
    >>> memory(cell).columns["dc0"]
    [2.0, 4.0, 8.0]
    """
    problem = result.problem
    name = problem.activations["f"]
    run, beside = _columns(result), {}
    if name != "sigmoid":
        usual = {**problem.activations, "f": "sigmoid"}
        beside = _columns(solve(replace(problem, activations=usual, after=None)))
    words = list(_verdict(result, name, run, beside))
    return Kept(run, HEADERS, words, f"A cell whose forget gate is {name}", beside)


def _columns(result: LstmResult) -> dict[str, list[float]]:
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
    return {name: each.tolist() for name, each in zip(HEADERS, columns, strict=True)}


def _verdict(result: LstmResult, name: str, run: Columns, beside: Columns) -> Iterator[str]:
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
    f, products, c, dc0 = (run[each] for each in ("f", "f_product", "c", "dc0"))
    top, peak = int(np.argmax(f)), int(np.argmax(products))
    grows = f[top] > 1 + STEADY
    course = (
        f"over {count_of(f)} the norm of c goes from {c[0]:.4g} to {c[-1]:.4g}, and the "
        f"gradient that reaches c0 from {dc0[0]:.4g} to {dc0[-1]:.4g}."
    )
    if grows:
        yield (
            f"f = {name} is {f[top]:.4g} at step {top + 1}, and nothing bounds it: a gate above 1 "
            f"lets c grow by the product of the f's, which reaches {products[peak]:.4g} at step "
            f"{peak + 1}; {course}"
        )
    else:
        yield (
            f"f is at most {f[top]:.4g} (step {top + 1}), so c is never multiplied up: the product "
            f"of the f's ends at {products[-1]:.4g}; {course}"
        )
    shut = closed(result)
    if shut:
        yield _closed(shut, name, dc0)
    if beside:
        yield (
            f"The same run with a sigmoid: f is at most {max(beside['f']):.4g}, the product of the "
            f"f's {beside['f_product'][-1]:.4g}, the norm of c ends at {beside['c'][-1]:.4g}, and "
            f"the gradient that reaches c0 at {beside['dc0'][-1]:.4g}: it fades, and is never cut "
            "off."
        )
    yield _end(name, grows, bool(shut), c, dc0)


def closed(result: LstmResult) -> list[tuple[int, int, int]]:
    """Units whose f was 0: sequence, unit (both from 0), and the first such step."""
    shut = result.run.values["f"] == 0
    return [
        (int(sequence), int(unit), int(shut[:, unit, sequence].argmax()) + 1)
        for unit, sequence in np.argwhere(shut.any(axis=0))
    ]


def _closed(shut: list[tuple[int, int, int]], name: str, dc0: Any) -> str:
    batched = len({sequence for sequence, _, _ in shut}) > 1
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


def _end(name: str, grows: bool, shut: bool, c: Any, dc0: Any) -> str:
    if name == "sigmoid":
        return (
            "The cell works: a sigmoid lies between 0 and 1, so c keeps its size and the gradient "
            "fades with the product of the f's without being cut off."
        )
    faults = []
    if grows:
        until = ", until tanh c is flat and passes no gradient on" if c[-1] > c[0] else ""
        faults.append("where f is above 1, c is multiplied up without bound" + (
            ", and the gradient with it" if dc0[-1] > dc0[0] else until))
    if shut:
        faults.append("where f is 0, the past is gone and no gradient can bring it back")
    if faults:
        return f"With {name} the cell is no memory to rely on: {'; '.join(faults)}."
    if name in UNBOUNDED:
        return (
            "In this run the cell works, as f stays between 0 and 1; but nothing except the "
            f"weights keeps it there: {name} has no bound above."
        )
    return f"In this run the cell works: f stays between 0 and 1, and {name} never passes 1."
