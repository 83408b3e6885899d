"""What the commands of recurrent cells do with their options."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.arrays import read_array
from dlcalc.layers.cells.cell import Cell
from dlcalc.layers.cells.further_inputs import INPUTS
from dlcalc.layers.cells.read import by_steps
from dlcalc.layers.cells.result import CellResult, check_cell
from dlcalc.output.answer import Answer
from dlcalc.shell.plots import terminal_page
from dlcalc.shell.runner import Run

WIDEST = 80
"""Columns of prose at most."""
R = TypeVar("R")


class RecurrentRun(Run[R], Generic[R]):
    """Read the problem of a cell, and run it, on to further steps if asked."""

    cell: ClassVar[Cell]
    """What kind of cell it is."""
    running = False
    """Whether it runs on to further steps."""

    def read(self) -> dict[str, Any]:
        """The problem, with what the command line says in place of its fields."""
        self.running = bool({"steps", "inputs"} & self.options.keys())
        self.options["inputs"] = self._inputs(self.options.get("inputs"))
        self.file: str | None = self.options.get("file")
        fields = self._named(self.options.pop("framework", None))
        activations, given = self.options.pop("activations", ()), fields.get("activations") or {}
        if activations and isinstance(given, dict):
            fields["activations"] = {**given, **dict(activations)}
        if "activation" in self.options:
            fields.pop("nonlinearity", None)
        return fields

    def _named(self, framework: str | None) -> dict[str, Any]:
        """The fields; weights under a framework's names under PyTorch's."""
        if framework is None:
            return super().read()
        from dlcalc.conventions.cells import as_torch, names_of

        plain = self.fields
        self.fields = (*plain, *names_of(framework, self.command))  # type: ignore[misc]
        fields = as_torch(framework, self.command, super().read())
        self.fields = plain  # type: ignore[misc]
        return fields

    def _inputs(self, inputs: str | None) -> Any:
        if inputs is None or inputs in INPUTS:
            return inputs or "repeat"
        if inputs.isalpha() and not os.path.exists(inputs):
            raise InputError(
                f"{inputs!r} is no file and no array{did_you_mean(inputs, INPUTS)}"
            ).at("--inputs")
        try:
            return read_array(inputs, self.out.allow_nonfinite)
        except DlcalcError as error:
            raise error.at("--inputs") from None

    def calculate(self, **given: Any) -> R:
        """The steps; what is wrong with them has the name of the file they came from."""
        try:
            return super().calculate(**given)
        except DlcalcError as error:
            named = self.file is not None and os.path.exists(self.file)
            raise (error.at(self.file) if self.file and named else error) from None


class CellRun(RecurrentRun[CellResult]):
    """A cell that is worked out by its equations."""

    def checked(self, result: CellResult) -> Sequence[Any]:
        """Each gradient against its differences."""
        return check_cell(result)

    def picture(self, result: CellResult) -> str:
        """The norm of h and the gradient that reaches h0, step by step."""
        from dlcalc.layers.cells.retention import retention
        from dlcalc.pictures.svg import Sheet, line_chart

        kept = retention(result)
        sheet = Sheet(title=f"What reaches h0 through a run of {self.command}", x_label="step")
        return line_chart(kept.series, kept.steps, sheet, log_y=kept.is_wide)

    def answer(self, result: CellResult, checks: Sequence[Any] | None) -> Answer:
        """Steps and gradients; what becomes of the gradient where the cell runs on."""
        from dlcalc.layers.cells.working import CellWorking
        from dlcalc.output.cells import cell_answer

        words: list[str] = []
        rows: list[dict[str, Any]] = []
        chart = ""
        if self.running or self.plot is not None:
            words, chart, rows = self._kept(result)
        if not result.has_loss and not self.running:
            self.notes.append("neither dh nor a target is given, so every gradient is 0")
        count, working = result.problem.steps, CellWorking(result)
        alone = ("h",) if result.problem.torch else ()
        return cell_answer(
            result, checks, rows, words, chart, not self.running,
            working=partial(working.steps, None),
            at=lambda name, index: None if name else working.steps(index),
            element=lambda place, index: working.element(str(place), index),
            adapt=lambda expected: by_steps(expected, count, self.cell.step_fields, alone),
            order=working.order(),
            advice=lambda place, wanted: working.advice(self.out.tolerance, str(place), wanted),
        )

    def _kept(self, result: CellResult) -> tuple[list[str], str, list[dict[str, Any]]]:
        from textwrap import wrap

        from dlcalc.layers.cells.retention import retention, verdict
        from dlcalc.pictures.terminal import line_chart

        kept, page = retention(result), terminal_page(20)
        page = replace(page, ascii=page.ascii or self.out.format.ascii, x_label="step")
        width = min(page.width, WIDEST)
        words = [line for sentence in verdict(kept) for line in wrap(sentence, width)]
        return words, line_chart(kept.series, kept.steps, page, log_y=kept.is_wide), kept.rows
