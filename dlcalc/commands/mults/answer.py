"""Multiplications of upsampling stages as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.mults.stages import (
    CONVENTION,
    HEADLINE,
    TILE,
    Multiplications,
    Stage,
    mults,
)
from dlcalc.commands.mults.tables import phases_table, stage_tables
from dlcalc.errors import AnswerDiffersError, InputError
from dlcalc.output.answer import Answer, Block, Table, Values
from dlcalc.shell.lazy import lazily
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.commands.mults import working
    from dlcalc.commands.mults.matrices import Named
    from dlcalc.commands.mults.verify import Check
else:
    working = lazily("dlcalc.commands.mults.working")


class MultsRun(Run[Multiplications]):
    """Count, and fail where an algorithm that was run disagrees."""

    command = "mults"
    function = staticmethod(mults)
    shows_matrices, tile = False, TILE

    def read(self) -> dict[str, Any]:
        """One stage by its sizes, or the words of a model, which may stand on stdin."""
        words: Sequence[str] = self.options.pop("model")
        self.shows_matrices = self.options.pop("matrices")
        self.tile = self.options.pop("tile", TILE)
        given = self.options
        if not words and not {"input", "kernel"} & given.keys() and not self.out.piped:
            return self._example()
        if not given:
            return {"words": words or ("-",)}
        if words:
            raise InputError(f"{words[0]} has sizes of its own: give it, or --input and --kernel")
        for name in ("input", "kernel"):
            if name not in given:
                raise InputError(f"no {name} size: a stage by its sizes wants --input and --kernel")
        return {}

    def _example(self) -> dict[str, Any]:
        """The worked example, in which what settles its output is not said twice."""
        settled = {"output": ("output_padding",), "grid_pad": ("output_padding", "pad")}
        dropped = [name for each in self.options for name in settled.get(each, ())]
        return {name: value for name, value in self.example().items() if name not in dropped}

    def calculate(self, words: Sequence[str] = (), **given: Any) -> Multiplications:
        """The counts of the stage, or of every stage of the model."""
        if not words:
            return super().calculate(**given, tile=self.tile)
        from dlcalc.commands.mults.models import count_model
        from dlcalc.models.count import params
        from dlcalc.models.reading import model

        found = model(*words)
        if found.input is None:
            raise InputError(
                "the size of the input is not known: begin with a line as input 8x4x4"
            )
        return count_model(params(found), self.tile)

    def checked(self, result: Multiplications) -> Sequence[Sequence[Check]]:
        """Every algorithm run, stage by stage."""
        from dlcalc.commands.mults.verify import check_cost, verify

        check_cost([stage.axes for stage in result.stages], self.tile)
        return [verify(stage.axes, self.tile) for stage in result.stages]

    def answer(
        self, result: Multiplications, checks: Sequence[Sequence[Check]] | None
    ) -> Answer:
        """The counts, with the matrices and the runs of the algorithms."""
        shown = None
        if self.shows_matrices:
            from dlcalc.commands.mults.matrices import matrices

            shown = [matrices(stage, self.tile) for stage in result.stages]
        return mults_answer(
            result, HEADLINE, CONVENTION, not self.out.format.complete, shown, checks,
            working=partial(working.mults_steps, result),
            element=lambda field, index: working.field_step(result, field),
            advice=lambda field, expected: working.advice(result, expected),
        )

    def refuse(self, checks: Sequence[Sequence[Check]]) -> None:
        """AnswerDiffersError where an algorithm takes another number of products."""
        for check in (each for run in checks for each in run):
            if not check.holds:
                raise AnswerDiffersError(
                    f"{check.method}: {check.counted} counted, {check.executed} executed, "
                    f"outputs {'agree' if check.outputs_agree else 'differ'}"
                )


def mults_answer(
    result: Multiplications, headline: str, convention: str, for_people: bool,
    matrices: Sequence[Sequence[Named]] | None = None,
    checks: Sequence[Sequence[Check]] | None = None,
    **how: Any,
) -> Answer:
    """The counts as tables and as a record; `how` is the answer's working and element.

    Programs get one table of all stages, people a narrow one of each.
    """
    record: dict[str, Any] = {
        "stages": [_stage_record(stage) for stage in result.stages],
        "total": dict(result.total),
        "multiplications": result.total[headline],
    }
    counts = stage_tables(result, headline, convention) if for_people else [_counts(result)]
    blocks: list[Block] = [*counts, phases_table(result)]
    if matrices is not None:
        for entry, named in zip(record["stages"], matrices, strict=True):
            entry["matrices"] = [_matrices_record(each) for each in named]
        blocks += _matrix_blocks(matrices)
    if checks is not None:
        for entry, run in zip(record["stages"], checks, strict=True):
            entry["verified"] = [_check_record(check) for check in run]
        blocks.append(_verified(result, checks))
    return Answer(record, blocks, main="multiplications", whole=True, **how)


def _stage_record(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "input": [axis.input for axis in stage.axes],
        "output": list(stage.output),
        "kernel": [axis.kernel for axis in stage.axes],
        "channels": list(stage.channels),
        "groups": stage.groups,
        "methods": {
            method: {
                "per_axis": list(count.per_axis), "per_pair": count.per_pair, "total": count.total
            }
            for method, count in stage.methods.items()
        },
        "rank": list(stage.rank),
        "phases": [
            {
                "axis": axis, "inputs": phase.inputs, "taps": phase.taps,
                "outputs": phase.outputs, "copies": phase.copies, "products": phase.products,
                "winograd": phase.winograd, "rank": list(phase.rank),
            }
            for axis, line in enumerate(stage.phases)
            for phase in line
        ],
    }


def _counts(result: Multiplications) -> Table:
    """A row for a line of a stage, for its channel pair and for all of it; a method a column."""
    rows: list[list[Any]] = []
    for stage in result.stages:
        channels = ":".join(map(str, stage.channels))
        rows += [[stage.name, list(stage.output), channels, *row] for row in _stage_rows(stage)]
    if len(result.stages) > 1:
        rows.append(["total", None, None, "all", *result.total.values()])
    return Table(["stage", "output", "channels", "for", *result.total], rows, "Multiplications")


def _stage_rows(stage: Stage) -> list[list[Any]]:
    """The counts of a line on each axis, or on all where they are alike, of a pair, of all."""
    counts = stage.methods.values()
    lines = {f"axis{i}": [count.per_axis[i] for count in counts] for i in range(len(stage.axes))}
    if len(set(stage.axes)) == 1:
        lines = {"line": lines["axis0"]}
    rows = [[name, *line] for name, line in lines.items()]
    if len(stage.axes) > 1:
        rows.append(["pair", *(count.per_pair for count in counts)])
    if stage.pairs > 1:
        rows.append(["stage", *(count.total for count in counts)])
    return rows


def _matrix_blocks(matrices: Sequence[Sequence[Named]]) -> list[Block]:
    once = {(each.method, each.name): each.algorithm for line in matrices for each in line}
    return [
        Values([[str(value) for value in row] for row in matrix], f"{method}, {name}: {letter}")
        for (method, name), a in once.items()
        for letter, matrix in (("Aᵀ", a.output), ("G", a.weight), ("Bᵀ", a.data))
    ]


def _matrices_record(named: Named) -> dict[str, Any]:
    algorithm = named.algorithm
    return {
        "method": named.method, "name": named.name, "products": algorithm.products,
        **{
            key: [[int(v) if v.denominator == 1 else str(v) for v in row] for row in matrix]
            for key, matrix in (
                ("output", algorithm.output), ("weight", algorithm.weight), ("data", algorithm.data)
            )
        },
    }


def _check_record(check: Check) -> dict[str, Any]:
    return {
        "method": check.method, "counted": check.counted, "executed": check.executed,
        "outputs_agree": check.outputs_agree,
    }


def _verified(result: Multiplications, checks: Sequence[Sequence[Check]]) -> Table:
    rows = [
        [stage.name, check.method, check.counted, check.executed,
         "equal" if check.outputs_agree else "differ"]
        for stage, run in zip(result.stages, checks, strict=True)
        for check in run
    ]
    return Table(
        ["stage", "method", "counted", "executed", "outputs"], rows,
        "Verified by running: one channel pair on exact rationals",
    )
