"""An LSTM's values and gradients as an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.lstm.check import check_lstm
from dlcalc.commands.lstm.gates import LSTM
from dlcalc.commands.lstm.grading import derivation_order, recognise
from dlcalc.commands.lstm.lstm import LstmResult, lstm
from dlcalc.commands.lstm.retention import Memory, memory
from dlcalc.layers.cells.read import by_steps
from dlcalc.numbers.compare import DEFAULT_TOLERANCE
from dlcalc.numbers.places import Place
from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.cells import (
    check_elements,
    element_records,
    gradient_name,
    step_records,
    steps_table,
)
from dlcalc.output.checks import check_table
from dlcalc.shell.cells import WIDEST, RecurrentRun
from dlcalc.shell.lazy import lazily
from dlcalc.shell.plots import terminal_page

if TYPE_CHECKING:
    from dlcalc.commands.lstm import chart, elements, verdict, working
    from dlcalc.numbers.differences import GradientCheck
else:
    chart, elements, verdict, working = (
        lazily(f"dlcalc.commands.lstm.{name}")
        for name in ("chart", "elements", "verdict", "working")
    )

STEP_FIELDS = ("i", "f", "o", "g", "c", "h", "dh", "dc", "do", "di", "df", "dg", "dz")
RUN_HEADERS = ("step", "f", "f_product", "c", "h", "dc0")


class LstmRun(RecurrentRun[LstmResult]):
    """Read the problem, run it forward and back, and on to further steps if asked."""

    command = "lstm"
    cell = LSTM
    fields = LSTM.fields
    function = staticmethod(lstm)

    def example(self) -> dict[str, Any]:
        """The worked example, without the step after where that is computed now."""
        fields = dict(super().example())
        if self.running:
            del fields["next"]
        return fields

    def checked(self, result: LstmResult) -> Sequence[GradientCheck]:
        """Each gradient against its differences."""
        return check_lstm(result)

    def picture(self, result: LstmResult) -> str:
        """What each cell keeps, step by step."""
        return chart.memory_picture(memory(result))

    def answer(self, result: LstmResult, checks: Sequence[GradientCheck] | None) -> Answer:
        """Steps and gradients; what the cells keep where they run on or can grow."""
        kept, words, drawn, width = None, [], "", WIDEST
        problem = result.problem
        if self.running or self.plot is not None or problem.activations["f"] != "sigmoid":
            kept, page = memory(result), terminal_page(20)
            page = replace(page, ascii=page.ascii or self.out.format.ascii)
            words, drawn = verdict.verdict(kept), chart.memory_chart(kept, page)
            width = min(page.width, WIDEST)
        if not result.has_loss and not self.running:
            self.notes.append("neither dh nor dc is given, so every gradient is 0")
        alone = ("h",) if problem.torch else ()
        return lstm_answer(
            result, result.gradients, checks, kept, words, drawn, width, not self.running,
            working=partial(working.lstm_steps, result, None),
            at=lambda name, index: None if name else working.lstm_steps(result, index),
            element=lambda place, index: elements.element_step(result, str(place), index),
            adapt=lambda expected: by_steps(expected, problem.steps, STEP_FIELDS, alone),
            order=derivation_order(problem.steps) if self.out.expect is not None else (),
            advice=partial(self._advice, result),
        )

    def _advice(self, result: LstmResult, field: Place, expected: Any) -> str:
        """The slip that gives the expected numbers of a field."""
        tolerance = DEFAULT_TOLERANCE if self.out.tolerance is None else self.out.tolerance
        slip = recognise(result, str(field), expected, tolerance)
        return f"{slip} gives that" if slip else ""


def lstm_answer(
    result: LstmResult, gradients: Mapping[str, Any], checks: Sequence[GradientCheck] | None,
    memory: Memory | None, verdict: Sequence[str], chart: str, width: int, steps_shown: bool,
    **explained: Any,
) -> Answer:
    """Every step, then the gradients, or their check, then what a run shows of the cell.

    `gradients` are those of the parameters by name; `chart` is that of `memory`, and
    `width` the room for prose.
    """
    record = _record(result, gradients)
    blocks: list[Block] = [_steps_table(result)] if steps_shown else []
    if result.loss is not None:
        blocks.append(Table(("loss",), [(result.loss,)]))
    if checks is not None:
        record["check"] = element_records(checks)
        blocks += [check_elements(checks), check_table(checks)]
    elif steps_shown:
        blocks += [Values(record[gradient_name(name)], gradient_name(name)) for name in gradients]
    if memory is not None:
        record["run"] = _rows(memory.steps)
        if memory.with_sigmoid is not None:
            record["run_with_sigmoid"] = _rows(memory.with_sigmoid)
        record["verdict"] = " ".join(verdict)
        blocks += [_run_table(memory), Text(_wrapped(verdict, width)), Text(chart.split("\n"))]
    return Answer(record, blocks, main=gradient_name(next(iter(gradients))), **explained)


def _record(result: LstmResult, gradients: Mapping[str, Any]) -> dict[str, Any]:
    values = {**_values(result), "dz": result.dz}
    record: dict[str, Any] = {"steps": step_records(values, result.problem.steps)}
    if result.loss is not None:
        record["loss"] = result.loss
    if result.later is not None:
        sent = {name: getattr(result.later, name) for name in ("dz", "dh", "dx", "dc")}
        batched = result.problem.batched
        record["next"] = {name: array if batched else array[0] for name, array in sent.items()}
    if result.problem.torch:
        record |= {"h": result.h, "c_last": result.c[-1], "d_bias": result.db}
    return record | {gradient_name(name): array for name, array in gradients.items()}


def _values(result: LstmResult) -> dict[str, Any]:
    """The quantities of all steps but δẑ, a step a row."""
    gradients = result.dgates
    return {
        **result.gates, "c": result.c, "h": result.h, "dh": result.dh, "dc": result.dc,
        **{"d" + gate: gradients[gate] for gate in ("o", "i", "f", "g")},
    }


def _steps_table(result: LstmResult) -> Table:
    """A row a quantity, step by step; a column a unit."""
    values = _values(result)
    H = result.problem.hidden
    for n, gate in enumerate(result.problem.gates):
        values[f"dz_{gate}"] = result.dz[..., n * H : (n + 1) * H]
    return steps_table(result.problem, values)


def _rows(steps: Sequence[Any]) -> list[dict[str, Any]]:
    return [{name: getattr(step, name) for name in RUN_HEADERS} for step in steps]


def _run_table(memory: Memory) -> Table:
    """A row a step: largest f, its product so far, and the norms."""
    headers = ["step", "largest f", "product of f", "|c|", "|h|", "|dc0|"]
    rows = [[getattr(step, name) for name in RUN_HEADERS] for step in memory.steps]
    if memory.with_sigmoid is not None:
        headers += ["|c| with sigmoid", "|dc0| with sigmoid"]
        for row, step in zip(rows, memory.with_sigmoid, strict=True):
            row += [step.c, step.dc0]
    return Table(headers, rows, title="The cell, step by step", called="run")


def _wrapped(sentences: Sequence[str], width: int) -> list[str]:
    from textwrap import wrap

    return [line for sentence in sentences for line in wrap(sentence, width)]
