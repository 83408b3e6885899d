"""A gradient step of a fully connected network as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from dlcalc.commands.mlp.mlp import MlpStep, check_mlp, findings, mlp, start_finding
from dlcalc.conventions.equations import kinks_of
from dlcalc.errors import InputError
from dlcalc.output.answer import Answer, Block, Table, Text
from dlcalc.output.training import add_checks, loss_chart, loss_picture, loss_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import terminal_page
from dlcalc.shell.runner import Run, explained, require_checkable

if TYPE_CHECKING:
    from dlcalc.commands.mlp import working
    from dlcalc.commands.mlp.mlp import Start
    from dlcalc.layers.network import Descent
    from dlcalc.numbers.differences import GradientCheck
else:
    working = lazily("dlcalc.commands.mlp.working")

OF_DESCENT = ("losses", "output", "weights", "biases", "moved")
OF_START = ("init", "biases", "first_loss", "last_loss", "moved")
MOST_ROWS = 500
"""Parameters that get a row each; of more, every layer gets one."""


class MlpRun(Run[MlpStep]):
    """Read the network and take its steps."""

    command = "mlp"
    fields = (
        "x", "target", "weights", "biases", "sizes", "activation", "output", "loss",
        "learning_rate", "freeze", "optimizer",
    )  # fmt: skip
    required = ("x", "target")
    layered = ("weights", "biases", "freeze")
    function = staticmethod(mlp)

    def checked(self, result: MlpStep) -> Sequence[GradientCheck]:
        """Each gradient against its differences."""
        require_checkable(len(result.named) + result.network.x.size)
        return check_mlp(result)

    def picture(self, result: MlpStep) -> str:
        """The loss by step."""
        if result.descent is None or len(result.descent.losses) < 2:
            raise InputError("--plot draws the loss by step: ask for steps with --steps N")
        return loss_picture(result.descent.losses)

    def answer(self, result: MlpStep, checks: Sequence[GradientCheck] | None) -> Answer:
        """Values, gradients and updates, then what else was asked for, and the findings."""
        form, lines = self.out.format, cache(lambda: working.MlpWorking(result))
        hidden = [layer.q for layer in result.layers[:-1]]
        self.notes += kinks_of((result.network.activation, each) for each in hidden)
        said, complete = list(findings(result)), form.complete
        record = {**result.record, "findings": said}
        blocks: list[Block] = [
            _loss(result), _units(result, complete), _parameters(result, complete)
        ]
        if result.descent:
            losses = result.descent.losses
            record["descent"] = _fields(result.descent, OF_DESCENT)
            blocks.append(loss_table(losses, complete))
            if len(losses) > 1 and form.terminal:
                blocks.append(loss_chart(losses, terminal_page(16)))
        if result.starts:
            starts = [(each, start_finding(each)) for each in result.starts]
            record["starts"] = [
                {**_fields(each, OF_START), "finding": finding} for each, finding in starts
            ]
            blocks.append(_starts(starts))
        add_checks(record, blocks, checks)
        if said:
            blocks.append(Text(said))
        return Answer(record, blocks, main_table="parameters", **explained(lines, self.out))


def _fields(of: Descent | Start, names: Sequence[str]) -> dict[str, Any]:
    return {**{name: getattr(of, name) for name in names}, "equal_units": of.twins}


def _loss(result: MlpStep) -> Table:
    examples = len(result.network.x)
    name = "loss" if examples == 1 else f"loss, mean of {examples} examples"
    return Table((name, "after the step"), [(result.loss, result.loss_after)])


def _units(result: MlpStep, complete: bool) -> Table:
    """Every unit for every example; of too many for people, the outputs alone."""
    last = len(result.layers)
    rows: list[tuple[Any, ...]] = [
        (example, layer, unit, q, h, dq)
        for layer, (values, dqs) in enumerate(
            zip(result.layers, result.gradients.q, strict=True), start=1
        )
        for example, row in enumerate(zip(*map(_rows, (values.q, values.h, dqs)), strict=True), 1)
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


def _rows(values: Any) -> Any:
    return values if values.ndim > 1 else values[None]


def _parameters(result: MlpStep, complete: bool) -> Table:
    network, named = result.network, result.named
    if len(named) > MOST_ROWS and not complete:
        return _layers(result)
    values = [each for array in (*network.weights, *(network.biases or ()))
              for each in array.ravel()]
    moves = result.updates.named.values(), result.updated.named.values()
    rows = list(zip(named, values, named.values(), *moves, strict=True))
    return Table(("parameter", "value", "gradient", "update", "new"), rows, title="Parameters")


def _layers(result: MlpStep) -> Table:
    gradients = result.gradients
    rows = [(f"{letter}{n}", list(array.shape), float(abs(array).max()))
            for letter, arrays in (("W", gradients.weights), ("b", gradients.biases or ()))
            for n, array in enumerate(arrays, start=1)]
    note = "json and csv have every gradient"
    return Table(
        ("parameters", "shape", "largest gradient"), rows, title="Parameters", footnotes=(note,)
    )


def _starts(starts: Sequence[tuple[Start, str]]) -> Table:
    rows = [
        (start.init, "0" if start.biases else "none", start.first_loss, start.last_loss, finding)
        for start, finding in starts
    ]
    steps = starts[0][0].steps
    return Table(
        ("weights", "biases", "loss before", "loss after", "what comes of it"),
        rows,
        title=f"The same network from other initial weights, after {steps} steps", called="starts",
    )
