"""One gradient step of a fully connected network: forward, loss, gradients, updates. In words,
what these, further steps and other initial weights say of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError
from dlcalc.input.expressions import sentences
from dlcalc.input.fields import takes_record
from dlcalc.layers.network import (
    CONSTANT,
    Descent,
    Moves,
    Network,
    as_network,
    as_sizes,
    back_propagate,
    by_kind,
    descend,
    initial_weights,
    named_entries,
    network_loss,
    require_few,
)
from dlcalc.numbers.axes import check_flags, listed
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array, all_finite, as_layers_of
from dlcalc.numbers.results import Result
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks, loss_chart, loss_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import terminal_page
from dlcalc.shell.runner import Run, explained, require_checkable

working = lazily("dlcalc.commands.mlp.working")

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


def other_starts(
    network: Network, steps: int = STEPS, *, seed: int = 0, constant: float = CONSTANT
) -> tuple[Start, ...]:
    """Gradient descent from each of STARTS, over that many steps.

    >>> zeros, with_biases, *_ = other_starts(as_network([0.5, 0.5], 0, [[[1, 2], [3, 4]]] * 2))
    >>> zeros.moved, with_biases.moved
    ((), ('b3', 'b4'))
    """
    sizes = [network.x.shape[1], *(len(weight) for weight in network.weights)]
    found = []
    for init, biases in STARTS:
        weights = initial_weights(sizes, init, seed=seed, constant=constant)
        zeros = [[0.0] * size for size in sizes[1:]] if biases else None
        run = descend(as_network(
            network.x, network.target, weights, zeros, activation=network.activation,
            output=network.objective.output, loss=network.objective.loss,
            learning_rate=network.learning_rate,
        ), steps)
        ends = run.losses[0], run.losses[-1]
        found.append(Start(init, steps, biases, *ends, run.moved, run.twins))
    return tuple(found)


def findings(result: MlpStep) -> Iterator[str]:
    """What moves and what does not, by the gradients and by the steps taken."""
    named, run = result.named, result.descent
    moving = [name for name, value in named.items() if value]
    yield from _sentences("gradients", moving, all=len(named))
    if run is None:
        return
    steps, ends = len(run.losses) - 1, {"first": run.losses[0], "last": run.losses[-1]}
    after = f"After {steps:,} step{'s' if steps > 1 else ''}"
    yield from _sentences("descent", run.moved, all=len(named), steps=steps, after=after, **ends)
    for layer, groups in enumerate(run.twins if run.moved else (), start=1):
        for group in groups:
            yield from _sentences("twins", [str(unit + 1) for unit in group], layer=layer)


def _sentences(part: str, names: Sequence[str], **facts: Any) -> Iterator[str]:
    """The sentences of a part that hold, of some names."""
    return sentences(__file__, "findings.txt", part, {
        **facts, "count": len(names), "names": listed(names, MOST_NAMED),
    })


@dataclass(frozen=True)
class LayerValues:
    """One layer's values, with a batch axis first where there is a batch."""

    q: Array
    """W h + b, h being that of the layer before, or x."""
    h: Array
    """φ(q); in the last layer the network's output."""


@dataclass(frozen=True)
class MlpUpdates:
    """What belongs to the parameters: what a step adds to them, or what comes of it."""

    weights: tuple[Array, ...]
    """ΔW = −η ∂J/∂W, layer by layer, or W⁺ = W + ΔW."""
    biases: tuple[Array, ...] | None
    """Δb = −η ∂J/∂b, layer by layer, or b⁺ = b + Δb; None for a network without."""

    @property
    def parameters(self) -> dict[str, Array]:
        """The same by name: weights[0] …, biases[0] …"""
        return {f"{kind}[{n}]": each for kind in ("weights", "biases")
                for n, each in enumerate(getattr(self, kind) or ())}

    @property
    def named(self) -> dict[str, float]:
        """Entry by entry: w1, w2 … layer by layer and row by row, then b1 …"""
        return named_entries(self.parameters)


@dataclass(frozen=True)
class MlpGradients(MlpUpdates):
    """Every gradient of J, with a batch axis first in q and x where there is a batch.

    Those of weights and biases are ∂J/∂W, (out, in), and ∂J/∂b, (out,), layer by layer.
    """

    x: Array
    """∂J/∂x."""
    q: tuple[Array, ...]
    """∂J/∂q, layer by layer."""


@dataclass(frozen=True, eq=False, repr=False)
class MlpStep(Result):
    """What one step of gradient descent computes, and the run of further ones."""

    network: Network
    """What was computed on."""
    layers: tuple[LayerValues, ...]
    """q and h, layer by layer."""
    output: Array
    """y, the last layer's h."""
    loss: float
    """J; the mean over the examples of a batch."""
    gradients: MlpGradients
    """∂J/∂q, ∂J/∂W, ∂J/∂b and ∂J/∂x."""
    updates: MlpUpdates
    """ΔW and Δb."""
    updated: MlpUpdates
    """W⁺ and b⁺, the parameters after the step."""
    loss_after: float
    """J with these."""
    descent: Descent | None = None
    """The steps that were asked for."""
    starts: tuple[Start, ...] | None = None
    """The same network from other initial weights, where that was asked for."""
    drawn: bool = False
    """Whether the weights were drawn, and stand nowhere else."""

    @property
    def named(self) -> dict[str, float]:
        """∂J/∂w₁, ∂J/∂w₂ …, counted layer by layer and row by row, then ∂J/∂b₁ …"""
        return self.gradients.named

    @property
    def record(self) -> dict[str, Any]:
        """The result by the names of the fields, as JSON has it."""
        drawn = {"parameters": by_kind(self.network.parameters)}
        return (drawn if self.drawn else {}) | {
            "layers": [vars(layer) for layer in self.layers],
            "output": self.output, "loss": self.loss, "gradients": vars(self.gradients),
            "updates": vars(self.updates),
            "updated": {**vars(self.updated), "named": self.updated.named},
            "loss_after": self.loss_after, "named": self.named,
        }


@takes_record
def mlp(
    x: Any, target: Any, weights: Sequence[Any] | None = None,
    biases: Sequence[Any] | bool | None = None, *, sizes: Sequence[int] | None = None,
    init: str | None = None, constant: float = CONSTANT, seed: int = 0,
    activation: str = "relu", output: str = "softmax", loss: str | None = None,
    learning_rate: float = 0.1, freeze: str | Sequence[str] = (),
    optimizer: Mapping[str, Any] | None = None, steps: int | None = None, starts: bool = False,
) -> MlpStep:
    """Forward pass, loss, gradients and updates of a fully connected network.

    x is one example (in,) or a batch (batch, in), whose loss is the mean; target a class
    index or a vector each. Weights are (out, in) and biases (out,), one a layer; biases
    may be True, for zeros. In place of weights, or of their values, `init` with `sizes`
    (input first) and `seed` draws them: zeros, constant, xavier (the default) or he. `freeze`
    names what stays as it is: w5, b1 …, `weights` or `biases`; `optimizer` says what moves the
    rest in place of −η ∂J/∂w, as {"type": "adam", "lr": 0.1}. With `steps`,
    that many steps of gradient descent over the whole batch; with `starts`, what becomes of
    zero, constant and random initial weights. Raises InputError or ShapeError naming what
    does not fit.

    >>> step = mlp([0.5, 0.5], 0, sizes=[2, 2, 2], init="zeros")
    >>> step.output.tolist(), step.updates.weights[0].tolist()
    ([0.5, 0.5], [[0.0, 0.0], [0.0, 0.0]])
    """
    check_flags(starts=starts)
    if weights is None and sizes is None:
        raise InputError("weights, or sizes to draw them for, are missing")
    drawn = weights is None or sizes is not None or init is not None
    if drawn or weights is None:
        widths = _sizes(weights) if sizes is None else as_sizes(sizes)
        require_few(sum(before * after for before, after in pairwise(widths)))
        weights = initial_weights(
            widths, "xavier" if init is None else init, seed=seed, constant=constant
        )
    if isinstance(biases, bool):
        biases = [np.zeros(size) for size in _sizes(weights)[1:]] if biases else None
    network = as_network(
        x, target, weights, biases, activation=activation, output=output, loss=loss,
        learning_rate=learning_rate, freeze=freeze, optimizer=optimizer,
    )
    return replace(
        mlp_step(network), descent=None if steps is None else descend(network, steps),
        starts=other_starts(network, seed=seed, constant=constant) if starts else None,
        drawn=drawn,
    )


def _sizes(weights: Any) -> list[int]:
    shapes = [weight.shape for weight in as_layers_of(weights, "weights")]
    if not shapes or any(len(shape) != 2 for shape in shapes):
        raise ShapeError("expected a matrix a layer").at("weights")
    return [shapes[0][1], *(shape[0] for shape in shapes)]


def mlp_step(network: Network) -> MlpStep:
    """Forward pass, loss, gradients by back-propagation, and updates of one step.

    InputError where any of them overflows.
    """
    run = back_propagate(network, network.parameters)
    gradients = {name: each + 0.0 for name, each in run.gradients.items()}
    with np.errstate(over="ignore"):
        found = Moves(network).changes(network.parameters, gradients)
    changes = {name: each + 0.0 for name, each in found.items()}
    rate = network.learning_rate
    if network.finite and not all_finite(*changes.values()):
        raise InputError(f"the updates overflow at {rate:g}").at("learning_rate")
    with np.errstate(over="ignore", invalid="ignore"):
        new = {name: each + changes[name] for name, each in network.parameters.items()}
        loss_after = float(network_loss(network, new))
    if network.finite and not isfinite(loss_after):
        raise InputError(f"the loss after the step overflows at {rate:g}").at("learning_rate")

    def shown(values: Array) -> Array:
        # Adding 0.0 turns -0.0 into 0.0.
        return (values[0] if network.single else values) + 0.0

    passes, hs = run.passes, [*(each.h.value for each in run.passes[:-1]), run.y]
    return MlpStep(
        network,
        tuple(LayerValues(shown(each.q.value), shown(h))
              for each, h in zip(passes, hs, strict=True)),
        shown(run.y), run.loss,
        MlpGradients(**by_kind(gradients), x=shown(run.slope(passes[0].x)),
                     q=tuple(shown(run.slope(each.q)) for each in passes)),
        MlpUpdates(**by_kind(changes)), MlpUpdates(**by_kind(new)), loss_after,
    )


def check_mlp(step: MlpStep) -> list[GradientCheck]:
    """Every gradient of a step against central and complex-step differences of J.

    >>> step = mlp([1, 2], 0, [[[1, 2], [3, 4]]])
    >>> [(each.name, each.passed) for each in check_mlp(step)]
    [('weights[0]', True), ('x', True)]
    """
    network, gradients = step.network, step.gradients
    return check_gradients(
        partial(network_loss, network), {**network.parameters, "x": network.x},
        {**gradients.parameters, "x": np.atleast_2d(gradients.x)},
    )


OF_DESCENT = ("losses", "output", "weights", "biases", "moved")
OF_START = ("init", "biases", "first_loss", "last_loss", "moved")
STARTED = ("weights", "biases", "loss before", "loss after", "what comes of it")
MOST_ROWS = 500
"""Parameters that get a row each; of more, every layer gets one."""


class MlpRun(Run[MlpStep]):
    """Read the network and take its steps."""

    fields = (
        "x", "target", "weights", "biases", "sizes", "activation", "output", "loss",
        "learning_rate", "freeze", "optimizer",
    )  # fmt: skip
    required = ("x", "target")
    layered = ("weights", "biases", "freeze")

    def calculate(self, **given: Any) -> MlpStep:
        """The step; a constant that no weight is drawn by is refused."""
        drawn = self.options.get("init") == "constant" or self.options.get("starts")
        if "constant" in self.options and not drawn:
            raise InputError("--constant is the weight of --init constant, or one of --starts")
        return super().calculate(**given)

    def checked(self, result: MlpStep) -> Sequence[GradientCheck]:
        """Each gradient against its differences."""
        require_checkable(len(result.named) + result.network.x.size)
        return check_mlp(result)

    def picture(self, result: MlpStep) -> str:
        """The loss by step."""
        from dlcalc.pictures.svg import Sheet

        if result.descent is None or len(result.descent.losses) < 2:
            raise InputError("--plot draws the loss by step: ask for steps with --steps N")
        return loss_chart(result.descent.losses, Sheet("Loss by step", "step", "loss"))

    def answer(self, result: MlpStep) -> Answer:
        """Values, gradients and updates, then what else was asked for, and the findings."""
        from dlcalc.conventions.equations import kinks_of

        form, lines = self.out.format, cache(lambda: working.MlpWorking(result))
        hidden = [layer.q for layer in result.layers[:-1]]
        self.notes += kinks_of((result.network.activation, each) for each in hidden)
        said, complete = list(findings(result)), form.complete
        record = {**result.record, "findings": said}
        examples = len(result.network.x)
        name = "loss" if examples == 1 else f"loss, mean of {examples} examples"
        blocks: list[Block] = [
            Table((name, "after the step"), [(result.loss, result.loss_after)]),
            _units(result, complete), _parameters(result, complete),
        ]
        if result.descent:
            losses = result.descent.losses
            record["descent"] = _fields(result.descent, OF_DESCENT)
            blocks.append(loss_table(losses, complete))
            if len(losses) > 1 and form.terminal:
                chart = loss_chart(losses, terminal_page(16, "step"))
                blocks.append(Text(chart.split("\n")))
        if result.starts:
            starts = [(each, finding) for each in result.starts for finding in _sentences(
                "start", each.moved, zeros=each.init == "zeros", twins=any(each.twins),
                falls=each.last_loss < each.first_loss)]
            record["starts"] = [
                {**_fields(each, OF_START), "finding": finding} for each, finding in starts
            ]
            rows = [(each.init, "0" if each.biases else "none", each.first_loss, each.last_loss,
                     finding) for each, finding in starts]
            title = f"The same network from other initial weights, after {STEPS} steps"
            blocks.append(Table(STARTED, rows, title=title, called="starts"))
        add_checks(record, blocks, self.checks)
        if said:
            blocks.append(Text(said))
        return Answer(record, blocks, main_table="parameters", **explained(lines, self.out))


def _fields(of: Descent | Start, names: Sequence[str]) -> dict[str, Any]:
    return {**{name: getattr(of, name) for name in names}, "equal_units": of.twins}


def _units(result: MlpStep, complete: bool) -> Table:
    """Every unit for every example; of too many for people, the outputs alone."""
    last = len(result.layers)
    rows: list[tuple[Any, ...]] = [
        (example, layer, unit, q, h, dq)
        for layer, (values, dqs) in enumerate(
            zip(result.layers, result.gradients.q, strict=True), start=1
        )
        for example, row in enumerate(
            zip(*map(np.atleast_2d, (values.q, values.h, dqs)), strict=True), 1
        )
        for unit, (q, h, dq) in enumerate(zip(*row, strict=True), start=1)
    ]
    note = ""
    if len(rows) > MOST_ROWS and not complete:
        rows = [row for row in rows if row[1] == last][:MOST_ROWS]
        note = f"outputs alone, {len(rows)} of them; json and csv have every unit"
    headers: tuple[str, ...] = ("example", "layer", "unit", "q", "h", "dJ/dq")
    if result.network.single:
        headers, rows = headers[1:], [row[1:] for row in rows]
    return Table(headers, rows, title="Units", footnotes=(note,) if note else ())


def _parameters(result: MlpStep, complete: bool) -> Table:
    named = result.named
    if len(named) > MOST_ROWS and not complete:
        shown = [(f"{letter}{n}", list(array.shape), float(abs(array).max()))
                 for letter, arrays in (("W", result.gradients.weights),
                                        ("b", result.gradients.biases or ()))
                 for n, array in enumerate(arrays, start=1)]
        return Table(
            ("parameters", "shape", "largest gradient"), shown, title="Parameters",
            footnotes=("json and csv have every gradient",),
        )
    columns = (named_entries(result.network.parameters), named, result.updates.named,
               result.updated.named)
    rows = list(zip(named, *(each.values() for each in columns), strict=True))
    return Table(("parameter", "value", "gradient", "update", "new"), rows, title="Parameters")
