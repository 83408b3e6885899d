"""What `dlcalc lstm` does with its options."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dlcalc.commands.lstm.answer import lstm_answer
from dlcalc.commands.lstm.check import check_lstm
from dlcalc.commands.lstm.further_inputs import INPUTS
from dlcalc.commands.lstm.grading import derivation_order, recognise, value_at
from dlcalc.commands.lstm.lstm import LstmResult, lstm
from dlcalc.commands.lstm.read import by_steps, read_lstm
from dlcalc.commands.lstm.retention import Memory, memory
from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.arrays import read_array
from dlcalc.numbers.compare import DEFAULT_TOLERANCE
from dlcalc.shell import note
from dlcalc.shell.checks import refuse_failed
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import Output
from dlcalc.shell.plots import check_plot, terminal_page, write_plot

WIDEST = 80
"""Columns of prose at most."""


def run_lstm(
    out: Output, file: str | None, activations: Sequence[tuple[str, str]], steps: int | None,
    inputs: str | None, check: bool, plot: str | None,
) -> None:
    """Read the problem, run it forward and back, and put the result out."""
    check_plot(plot)
    further = _inputs(inputs, out.allow_nonfinite)
    running = steps is not None or inputs is not None
    fields = _fields(out, file, running)
    given = fields.get("activations") or {}
    if activations and isinstance(given, dict):
        fields["activations"] = {**given, **dict(activations)}
    try:
        result = lstm(**fields, steps=steps, inputs=further)
    except DlcalcError as error:
        raise _located(error, file) from None
    checks = check_lstm(result) if check else None
    shows_memory = running or plot is not None or result.problem.activations["f"] != "sigmoid"
    kept = memory(result) if shows_memory else None
    if plot is not None and kept is not None:
        from dlcalc.commands.lstm.chart import memory_picture

        write_plot(plot, memory_picture(kept))
    out.emit(_answer(out, result, checks, kept, steps_shown=not running))
    if not result.has_loss and not running:
        note("neither dh nor dc is given, so every gradient is 0")
    refuse_failed(checks or ())


def _fields(out: Output, file: str | None, running: bool) -> dict[str, Any]:
    if file is None and not out.piped:
        example = dict(worked_example("lstm"))
        if running:
            del example["next"]  # that step is computed now
        return example
    return read_lstm(file or "-", out.allow_nonfinite)


def _located(error: DlcalcError, file: str | None) -> DlcalcError:
    """The error with the name of the file before it, where the problem came from one."""
    return error.at(file) if file is not None and os.path.exists(file) else error


def _inputs(inputs: str | None, allow_nonfinite: bool) -> Any:
    if inputs is None or inputs in INPUTS:
        return inputs or "repeat"
    if inputs.isalpha() and not os.path.exists(inputs):
        raise InputError(
            f"{inputs!r} is no file and no array{did_you_mean(inputs, INPUTS)}"
        ).at("--inputs")
    try:
        return read_array(inputs, allow_nonfinite)
    except DlcalcError as error:
        raise error.at("--inputs") from None


def _answer(
    out: Output, result: LstmResult, checks: Any, kept: Memory | None, steps_shown: bool
) -> Any:
    words, chart, width = [], "", WIDEST
    if kept is not None:
        from dlcalc.commands.lstm.chart import memory_chart
        from dlcalc.commands.lstm.verdict import verdict

        page = terminal_page(20)
        if out.format == "latex":
            page = replace(page, ascii=True)
        words, chart, width = verdict(kept), memory_chart(kept, page), min(page.width, WIDEST)
    count = result.problem.steps
    return lstm_answer(
        result, result.gradients, checks, kept, words, chart, width, steps_shown,
        working=partial(_working, result, out.at), element=partial(_element, result),
        adapt=lambda expected: by_steps(expected, count, ("h",) if result.problem.torch else ()),
        order=derivation_order(count) if out.expect is not None else (),
        advice=partial(_advice, out, result),
    )


def _advice(out: Output, result: LstmResult, field: str, expected: Any) -> str:
    """The slip that gives the expected numbers of a field."""
    tolerance = DEFAULT_TOLERANCE if out.tolerance is None else out.tolerance
    slip = recognise(result, field, value_at(expected, field), tolerance)
    return f"{slip} gives that" if slip else ""


def _working(result: LstmResult, at: tuple[int, ...] | None) -> Any:
    # Only what is asked to explain itself loads the explanations.
    from dlcalc.commands.lstm.working import lstm_steps

    return lstm_steps(result, at)


def _element(result: LstmResult, field: str, index: tuple[int, ...]) -> Any:
    from dlcalc.commands.lstm.elements import element_step

    return element_step(result, field, index)
