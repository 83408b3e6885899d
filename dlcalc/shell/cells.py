"""What the commands of recurrent cells do with their options, and how they answer."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import product
from typing import Any, ClassVar

from dlcalc.errors import At, InputError, did_you_mean
from dlcalc.input.arrays import read_array
from dlcalc.layers.cells.problem import INPUTS, Cell, CellResult
from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.training import check_records, check_table
from dlcalc.shell.lazy import lazily
from dlcalc.shell.output import terminal_page
from dlcalc.shell.runner import Run, explained

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
        if "framework" in self.options:  # fields under its names, too
            from dlcalc.conventions.cells import layout_of

            names = layout_of(self.options["framework"], self.command)
            self.fields = (*self.fields, *names)
        fields = super().read()
        activations, given = self.options.pop("activations", ()), fields.get("activations") or {}
        if activations and isinstance(given, dict):
            fields["activations"] = {**given, **dict(activations)}
        if "activation" in self.options:
            fields.pop("nonlinearity", None)
        return fields

    def _inputs(self, inputs: str | None) -> Any:
        if inputs is None or inputs in INPUTS:
            return inputs or "repeat"
        if inputs.isalpha() and not os.path.exists(inputs):
            raise InputError(
                f"{inputs!r} is no file and no array{did_you_mean(inputs, INPUTS)}"
            ).at("--inputs")
        with At("--inputs"):
            return read_array(inputs, self.out.allow_nonfinite)

    def calculate(self, **given: Any) -> CellResult:
        """The steps; what is wrong with them has the name of the file they came from."""
        named = self.file is not None and os.path.exists(self.file)
        with At(self.file if named else ""):
            return super().calculate(**given)

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
        return run.retention(result)

    def shows_run(self, result: CellResult) -> bool:
        """Whether what the cell keeps is shown."""
        return self.running or self.plot is not None

    def picture(self, result: CellResult) -> str:
        """What the cell keeps, step by step."""
        from dlcalc.pictures.svg import Sheet

        kept = self.kept(result)
        return str(kept.drawn(Sheet(title=kept.title, x_label="step")))

    def answer(self, result: CellResult) -> Answer:
        """Steps and gradients; what the cell keeps where it runs on."""
        if not result.has_loss and not self.running:
            self.notes.append(self.lossless)
        problem, gradients, values = result.problem, result.gradients, dict(result.values)
        if problem.target is not None and problem.target.guessed:
            read = ("probabilities of the last h" if len(problem.target.values) == 1
                    else "classes of all steps")
            self.notes.append(f"target is read as the {read}; a row of probabilities for each "
                              "step is read in one way")
        record: dict[str, Any] = {
            "steps": [{name: array[t] for name, array in values.items()}
                      for t in range(problem.steps)]
        }
        if result.loss is not None:
            record["loss"] = result.loss
        record |= result.more | {gradient_name(name): each for name, each in gradients.items()}
        blocks: list[Block] = [] if self.running else [_steps_table(problem, values)]
        if result.loss is not None:
            blocks.append(Table(("loss",), [(result.loss,)], called="loss"))
        if self.checks is not None:
            record["check"] = [
                {**told, "formula": each.formula, "central": each.central,
                 "complex_step": each.complex_step}
                for each, told in zip(self.checks, check_records(self.checks), strict=True)
            ]
            # Every number's gradient three ways, side by side.
            threefold = [
                [each.name, ",".join(map(str, index)), *(float(array[index]) for array in (
                    each.formula, each.central, each.complex_step))]
                for each in self.checks for index in product(*map(range, each.formula.shape))
            ]
            headers = ("gradient", "element", "formula", "central", "complex step")
            blocks += [Table(headers, threefold, title="Gradients"), check_table(self.checks)]
        elif not self.running:
            blocks += [Values(record[name], name) for name in map(gradient_name, gradients)]
        if self.shows_run(result):
            kept = self.kept(result)
            record |= kept.records | {"verdict": " ".join(kept.words)}
            rows = list(zip(kept.steps, *kept.table.values(), strict=True))
            title = "The cell, step by step"
            blocks.append(Table(["step", *kept.table], rows, title=title, called="run"))
            blocks += self._verdict_blocks(kept)
        lines = cache(partial(working.CellWorking, result))
        alone = ("h",) if problem.torch else ()
        told = explained(lines, self.out) | {
            "adapt": lambda expected: by_steps(
                expected, problem.steps, self.cell.step_fields, alone)
        }
        return Answer(
            record, blocks, main=gradient_name(next(iter(gradients))),
            at=lambda name, index: None if name else lines().steps(index), **told,
        )

    def _verdict_blocks(self, kept: Any) -> list[Block]:
        from textwrap import wrap

        page = terminal_page(20, "step")
        page = replace(page, ascii=page.ascii or self.out.format.ascii)
        width = min(page.width, WIDEST)
        words = [line for sentence in kept.words for line in wrap(sentence, width)]
        return [Text(words), Text(kept.drawn(page).split("\n"))]


def by_steps(expected: Any, steps: int, names: Collection[str], alone: Collection[str] = ()) -> Any:
    """Expected numbers with the fields of steps, by their `names`, under `steps`.

    Of one step `{"di": [1, 2]}` is enough; of several, a row a step, or steps by number,
    from 1. Fields that the result has outside its steps too are left `alone`.

    Raises InputError for another number of rows.

    >>> by_steps({"di": [1, 2], "dW": 3}, 1, ["di"])
    {'dW': 3, 'steps': [{'di': [1, 2]}]}
    >>> by_steps({"c": [[1], [2]]}, 2, ["c"])
    {'steps': [{'c': [1]}, {'c': [2]}]}
    """
    if not isinstance(expected, Mapping):
        return expected
    rest = dict(expected)
    known = rest.pop("steps", [{} for _ in range(steps)])
    if isinstance(known, Mapping) and known and all(each.isdigit() for each in known):
        if outside := [each for each in known if not 1 <= int(each) <= steps]:
            raise InputError(f"there is no step {outside[0]}: they count from 1 to {steps}").at(
                "`expect`"
            )
        known = [known.get(str(t), {}) for t in range(1, steps + 1)]
    if not isinstance(known, list) or len(known) != steps:
        return expected
    records = [dict(each) if isinstance(each, Mapping) else each for each in known]
    for name in names:
        if name not in rest or name in alone or not all(isinstance(each, dict) for each in records):
            continue
        rows = [rest[name]] if steps == 1 else rest[name]
        if not isinstance(rows, list) or len(rows) != steps:
            raise InputError(
                f"{name} stands outside steps: of {steps} steps it has a row each, {steps} rows"
            ).at("`expect`")
        del rest[name]
        for record, row in zip(records, rows, strict=True):
            record.setdefault(name, row)
    return {**rest, "steps": records} if any(records) or "steps" in expected else rest


def gradient_name(parameter: str) -> str:
    """The name of a parameter's gradient: dW, and d_weight_ih_l0 for PyTorch's names."""
    return f"d_{parameter}" if len(parameter) > 3 else f"d{parameter}"


def _steps_table(problem: Any, values: dict[str, Any]) -> Table:
    """A row a quantity, step by step; a column a unit."""
    batched, H, gates = problem.batched, problem.hidden, problem.gates
    last, arguments = values.popitem()
    for n, gate in enumerate(gates):
        name = last if len(gates) == 1 else f"{last}_{gate}"
        values[name] = arguments[..., n * H : (n + 1) * H]
    rows = [
        [t + 1, *([sequence + 1] if batched else []), name, *row.tolist()]
        for t in range(problem.steps)
        for name, array in values.items()
        for sequence, row in enumerate(array[t] if batched else array[t : t + 1])
    ]
    units = [f"unit {unit + 1}" if H > 1 else "value" for unit in range(H)]
    headers = ["step", *(["sequence"] if batched else []), "quantity", *units]
    return Table(headers, rows, called="steps")
