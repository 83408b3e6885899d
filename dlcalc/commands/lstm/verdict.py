"""What a run shows of a forget gate: whether the cell keeps, grows or forgets, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from dlcalc.commands.lstm.retention import Memory, MemoryStep

UNBOUNDED = ("relu", "softplus", "identity")
STEADY = 1e-12
"""How far above 1 a gate may lie by rounding alone."""


def verdict(memory: Memory) -> list[str]:
    """A few sentences, each with the numbers that carry it; the last is the conclusion."""
    lost = next((step.step for step in memory.steps if not _is_finite(step)), None)
    if lost is not None:
        return [
            f"NaN or Infinity was let in, and is in the cell or its gradient from step {lost} on: "
            "nothing more can be said of it."
        ]
    return [*_seed(memory), *_growth(memory), *_closed(memory), *_beside(memory), _end(memory)]


def _is_finite(step: MemoryStep) -> bool:
    return all(map(isfinite, (step.f, step.f_product, step.c, step.h, step.dc0)))


def _seed(memory: Memory) -> Iterator[str]:
    if memory.seed == "ones":
        yield "No loss gradient is given: ones are sent into c, to see what of them reaches c0."


def _grows(memory: Memory) -> bool:
    return max(step.f for step in memory.steps) > 1 + STEADY


def _growth(memory: Memory) -> Iterator[str]:
    steps, last = memory.steps, memory.steps[-1]
    top = max(steps, key=lambda step: step.f)
    peak = max(steps, key=lambda step: step.f_product)
    course = (
        f"over {_count(steps)} the norm of c goes from {steps[0].c:.4g} to {last.c:.4g}, and the "
        f"gradient that reaches c0 from {steps[0].dc0:.4g} to {last.dc0:.4g}."
    )
    if _grows(memory):
        yield (
            f"f = {memory.activation} is {top.f:.4g} at step {top.step}, and nothing bounds it: a "
            f"gate above 1 lets c grow by the product of the f's, which reaches "
            f"{peak.f_product:.4g} at step {peak.step}; {course}"
        )
    else:
        yield (
            f"f is at most {top.f:.4g} (step {top.step}), so c is never multiplied up: the product "
            f"of the f's ends at {last.f_product:.4g}; {course}"
        )


def _count(steps: Sequence[MemoryStep]) -> str:
    return f"{len(steps)} steps" if len(steps) > 1 else "1 step"


def _closed(memory: Memory) -> Iterator[str]:
    if not memory.closed:
        return
    batched = len({sequence for sequence, _, _ in memory.closed}) > 1
    named = [
        f"unit {unit + 1}{f' of sequence {sequence + 1}' if batched else ''} at step {step}"
        for sequence, unit, step in memory.closed[:4]
    ]
    more = len(memory.closed) - len(named)
    where = ", ".join(named) + (f" and {more} more" if more else "")
    first = min(step for _, _, step in memory.closed)
    at_once, last = memory.steps[first - 1], memory.steps[-1]
    later = f", one at step {last.step} sends {last.dc0:.4g}" if last.step > first else ""
    yield (
        f"f is 0 in {where}: nothing of c before that passes, and no gradient goes back through "
        f"the cell, for good; where {memory.activation} is flat, none reaches the gate's weights "
        f"either. A loss at step {first} sends {at_once.dc0:.4g} back to c0{later}."
    )


def _beside(memory: Memory) -> Iterator[str]:
    if memory.with_sigmoid is None:
        return
    steps = memory.with_sigmoid
    last = steps[-1]
    yield (
        f"The same run with a sigmoid: f is at most {max(step.f for step in steps):.4g}, the "
        f"product of the f's {last.f_product:.4g}, the norm of c ends at {last.c:.4g}, and the "
        f"gradient that reaches c0 at {last.dc0:.4g}: it fades, and is never cut off."
    )


def _gradient(memory: Memory) -> str:
    """What becomes of the gradient as c grows."""
    first, last = memory.steps[0], memory.steps[-1]
    if last.dc0 > first.dc0:
        return ", and the gradient with it"
    return ", until tanh c is flat and passes no gradient on" if last.c > first.c else ""


def _end(memory: Memory) -> str:
    name = memory.activation
    if name == "sigmoid":
        return (
            "The cell works: a sigmoid lies between 0 and 1, so c keeps its size and the gradient "
            "fades with the product of the f's without being cut off."
        )
    faults = []
    if _grows(memory):
        faults.append("where f is above 1, c is multiplied up without bound" + _gradient(memory))
    if memory.closed:
        faults.append("where f is 0, the past is gone and no gradient can bring it back")
    if faults:
        return f"With {name} the cell is no memory to rely on: {'; '.join(faults)}."
    if name in UNBOUNDED:
        return (
            "In this run the cell works, as f stays between 0 and 1; but nothing except the "
            f"weights keeps it there: {name} has no bound above."
        )
    return f"In this run the cell works: f stays between 0 and 1, and {name} never passes 1."
