"""What the commands of recurrent cells do with their options."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any, ClassVar

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.arrays import read_array
from dlcalc.layers.cells.cell import Cell
from dlcalc.layers.cells.problem import INPUTS, by_steps
from dlcalc.layers.cells.result import CellResult
from dlcalc.output.answer import Answer
from dlcalc.shell.lazy import lazily
from dlcalc.shell.plots import terminal_page
from dlcalc.shell.runner import Run

run, working = (lazily(f"dlcalc.layers.cells.{name}") for name in ("run", "working"))
WIDEST = 80
"""Columns of prose at most."""


class CellRun(Run[CellResult]):
    """Read the problem of a cell, and run it, on to further steps if asked."""

    cell: ClassVar[Cell]
    """What kind of cell it is."""
    lossless = "neither dh nor a target is given, so every gradient is 0"
    """What is said where nothing enters."""
    running = False
    """Whether it runs on to further steps."""

    def read(self) -> dict[str, Any]:
        """The problem, with what the command line says in place of its fields."""
        self.running = bool({"steps", "inputs"} & self.options.keys())
        self.options["inputs"] = self._inputs(self.options.get("inputs"))
        self.file: str | None = self.options.get("file")
        fields = self._fields(self.options.get("framework"))
        activations, given = self.options.pop("activations", ()), fields.get("activations") or {}
        if activations and isinstance(given, dict):
            fields["activations"] = {**given, **dict(activations)}
        if "activation" in self.options:
            fields.pop("nonlinearity", None)
        return fields

    def _fields(self, framework: str | None) -> dict[str, Any]:
        """The fields, those under a framework's names too."""
        plain = self.fields
        if framework is not None:
            from dlcalc.conventions.cells import layout_of

            self.fields = (*plain, *layout_of(framework, self.command))  # type: ignore[misc]
        return super().read()

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

    def calculate(self, **given: Any) -> CellResult:
        """The steps; what is wrong with them has the name of the file they came from."""
        try:
            return super().calculate(**given)
        except DlcalcError as error:
            named = self.file is not None and os.path.exists(self.file)
            raise (error.at(self.file) if self.file and named else error) from None

    def solve(self, problem: Any) -> CellResult:
        """The result of a problem that is read."""
        result: CellResult = run.cell_result(problem)
        return result

    def checked(self, result: CellResult) -> Sequence[Any]:
        """Each gradient against its differences."""
        checks: list[Any] = run.check_cell(result, self.solve)
        return checks

    def kept(self, result: CellResult) -> Any:
        """What the cell keeps over the run."""
        from dlcalc.layers.cells.retention import retention

        return retention(result)

    def shows_run(self, result: CellResult) -> bool:
        """Whether what the cell keeps is shown."""
        return self.running or self.plot is not None

    def picture(self, result: CellResult) -> str:
        """What the cell keeps, step by step."""
        from dlcalc.pictures.svg import Sheet, line_chart

        kept = self.kept(result)
        sheet = Sheet(title=kept.title, x_label="step")
        return line_chart(kept.series, kept.steps, sheet, log_y=kept.is_wide)

    def answer(self, result: CellResult, checks: Sequence[Any] | None) -> Answer:
        """Steps and gradients; what the cell keeps where it runs on."""
        from dlcalc.output.cells import cell_answer

        kept, words, chart = None, list[str](), ""
        if self.shows_run(result):
            kept = self.kept(result)
            words, chart = self._drawn(kept)
        if not result.has_loss and not self.running:
            self.notes.append(self.lossless)
        count, lines = result.problem.steps, cache(partial(working.CellWorking, result))
        alone = ("h",) if result.problem.torch else ()
        return cell_answer(
            result, checks, kept, words, chart, not self.running,
            working=lambda: lines().steps(None),
            at=lambda name, index: None if name else lines().steps(index),
            element=lambda place, index: lines().element(str(place), index),
            adapt=lambda expected: by_steps(expected, count, self.cell.step_fields, alone),
            order=lines().order() if self.out.expect is not None else (),
            advice=lambda place, wanted: lines().advice(self.out.tolerance, str(place), wanted),
        )

    def _drawn(self, kept: Any) -> tuple[list[str], str]:
        from textwrap import wrap

        from dlcalc.pictures.terminal import line_chart

        page = terminal_page(20)
        page = replace(page, ascii=page.ascii or self.out.format.ascii, x_label="step")
        width = min(page.width, WIDEST)
        words = [line for sentence in kept.words for line in wrap(sentence, width)]
        return words, line_chart(kept.series, kept.steps, page, log_y=kept.is_wide)
