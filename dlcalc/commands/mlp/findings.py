"""What a network's gradients, steps and initial weights say of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlcalc.layers.network import Descent, Network, as_network, descend
from dlcalc.layers.passes import CONSTANT, initial_weights

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep

MOST_NAMED = 8
STEPS = 100
STARTS = (("zeros", False), ("zeros", True), ("constant", False), ("xavier", False), ("he", False))
"""Scheme, and whether there are biases, which begin at 0."""


@dataclass(frozen=True)
class Start:
    """What becomes of the network from one kind of initial weights."""

    init: str
    """The scheme of the weights."""
    steps: int
    """Steps of gradient descent that were taken."""
    biases: bool
    """Whether the network has biases, all 0 at first."""
    first_loss: float
    """J before the first step."""
    last_loss: float
    """J after the last step."""
    moved: tuple[str, ...]
    """The weights and biases that differ from their first values."""
    twins: tuple[tuple[tuple[int, ...], ...], ...]
    """For each hidden layer, the groups of units that still compute the same."""


def starts(
    network: Network, steps: int = STEPS, *, seed: int = 0, constant: float = CONSTANT
) -> tuple[Start, ...]:
    """Gradient descent from each of STARTS, over that many steps.

    >>> from dlcalc.layers.network import as_network
    >>> zeros, with_biases, *_ = starts(as_network([0.5, 0.5], 0, [[[1, 2], [3, 4]]] * 2))
    >>> zeros.moved, with_biases.moved
    ((), ('b3', 'b4'))
    """
    sizes = [network.x.shape[1], *(len(weight) for weight in network.weights)]
    found = []
    for init, biases in STARTS:
        weights = initial_weights(sizes, init, seed=seed, constant=constant)
        zeros = [[0.0] * size for size in sizes[1:]] if biases else None
        run = descend(_with(network, weights, zeros), steps)
        ends = run.losses[0], run.losses[-1]
        found.append(Start(init, steps, biases, *ends, run.moved, run.twins))
    return tuple(found)


def _with(network: Network, weights: Sequence[object], biases: Sequence[object] | None) -> Network:
    return as_network(
        network.x, network.target, weights, biases, activation=network.activation,
        output=network.objective.output, loss=network.objective.loss,
        learning_rate=network.learning_rate,
    )


def findings(result: MlpStep) -> Iterator[str]:
    """What moves and what does not, by the gradients and by the steps taken."""
    named = result.named
    alive = [name for name, value in named.items() if value]
    if not alive:
        yield "Every gradient is 0: no step of gradient descent changes anything."
    elif len(alive) < len(named):
        have = "has" if len(alive) == 1 else "have"
        yield f"Only {listed(alive)} of {len(named):,} parameters {have} a gradient other than 0."
    if result.descent:
        yield from descent_findings(result.descent, len(named))


def descent_findings(run: Descent, count: int) -> Iterator[str]:
    """What a run of steps changed, and which hidden units stayed alike."""
    steps = len(run.losses) - 1
    if steps == 0:
        return
    after = f"After {steps:,} step{'s' if steps > 1 else ''}"
    if not run.moved:
        yield f"{after}, no weight has changed, and the loss is still {run.losses[-1]:.6g}."
        return
    moved = "every parameter has" if len(run.moved) == count else f"only {listed(run.moved)} have"
    first, last = run.losses[0], run.losses[-1]
    yield f"{after}, {moved} changed; the loss went from {first:.6g} to {last:.6g}."
    yield from twin_findings(run.twins)


def twin_findings(twins: Sequence[Sequence[Sequence[int]]]) -> Iterator[str]:
    """Hidden units that compute the same, and will for ever."""
    for layer, groups in enumerate(twins, start=1):
        for group in groups:
            units = listed([str(unit + 1) for unit in group])
            yield (
                f"Hidden units {units} of layer {layer} are equal, weights in and out: "
                "their gradients are too, so they stay equal for ever."
            )


def start_finding(start: Start) -> str:
    """What becomes of a network from one kind of initial weights."""
    if not start.moved:
        if start.init == "zeros":
            return "every gradient is 0: nothing ever changes"
        return "every hidden unit is 0 for these examples; another seed may draw better"
    if start.init == "zeros":
        return f"only {listed(start.moved)} move{'s' if len(start.moved) == 1 else ''}"
    if any(start.twins):
        return "it moves, but hidden units stay equal for ever"
    return "it learns" if start.last_loss < start.first_loss else "the loss does not fall"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first few of many.

    >>> listed(["b3", "b4"])
    'b3 and b4'
    """
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
