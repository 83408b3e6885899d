"""Ways to fewer parameters as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlcalc.commands.reduce.reduce import Proposal, Reduction, reduce
from dlcalc.errors import InputError
from dlcalc.output.answer import Answer, Table
from dlcalc.shell.models import given_model, shape_of
from dlcalc.shell.runner import Run

if TYPE_CHECKING:
    from dlcalc.formulas.expressions import Step

HEADERS = (
    "way", "layers", "params", "saved", "macs", "output", "field", "model_params", "model_macs",
    "misfit",
)


class ReduceRun(Run[Reduction]):
    """Read the model, and try every way to reduce one of its layers."""

    command = "reduce"
    function = staticmethod(reduce)

    def read(self) -> dict[str, Any]:
        """The model, the layer, and the shape of the input."""
        words, layer = self.options.pop("model"), self.options.pop("layer", None)
        if not words and layer is None and not self.out.piped:
            example = self.example()
            words, layer = (example["model"],), example["layer"]
        model = given_model(self, words)
        if layer is None:
            raise InputError("say which layer: --layer NAME, as dlcalc params names it")
        return {"model": model, "layer": layer, "input": shape_of(self.options.pop("input", None))}

    def answer(self, result: Reduction, checks: Sequence[Any] | None) -> Answer:
        """Today's layer, and the proposals against it."""
        today = result.today
        record: dict[str, Any] = {"layer": result.layer, "today": _record(today, today)}
        if result.budget is not None:
            record["budget"] = result.budget
        record["proposals"] = [_record(each, today) for each in result.proposals]
        rows = [_cells(each, today) for each in (today, *result.proposals)]
        return Answer(
            record, [Table(HEADERS, rows, drawn=lambda: _drawn(result))],
            main=("today", "params"), whole=True, working=partial(reduce_steps, result),
        )


def _record(each: Proposal, today: Proposal) -> dict[str, Any]:
    record = dict(zip(HEADERS, _cells(each, today), strict=True))
    record["receptive_field"] = record.pop("field")
    record["model"] = {"params": record.pop("model_params"), "macs": record.pop("model_macs")}
    misfit = record.pop("misfit")
    if misfit is not None:
        record["misfit"] = {
            "layer": misfit, "input": each.model.misfit_input, "reason": str(each.model.misfit),
        }
    return record


def _cells(each: Proposal, today: Proposal) -> tuple[Any, ...]:
    whole = each.model.misfit is None
    return (
        each.way, each.notation, each.params, today.params - each.params, each.macs, each.output,
        each.field, each.model.params if whole else None, each.model.macs if whole else None,
        each.model.misfit_name or None,
    )


def _drawn(result: Reduction) -> Table:
    today = result.today
    rows = []
    for each in (today, *result.proposals):
        whole = each.model.misfit is None
        rows.append([
            each.way, each.params, _percent(each.params, today.params), each.macs, each.output,
            each.field, each.model.params if whole else f"{each.model.misfit_name} misfits",
            each.notation,
        ])
    return Table(
        ["way", "params", "", "macs", "output", "field", "model", "layers"], rows,
        footnotes=_footnotes(result),
    )


def _footnotes(result: Reduction) -> list[str]:
    lines = [""]
    if result.budget is not None:
        lines.append(_verdict(result, result.budget))
    for each in result.proposals:
        if each.model.misfit is not None:
            size = "x".join(map(str, each.model.misfit_input))
            lines.append(
                f"{each.way}: {each.model.misfit_name} no longer fits; at {size} it breaks"
            )
    if not result.proposals:
        lines.append("nothing that applies to it saves anything")
    return [*lines, "model: parameters of the whole model; macs: multiply-accumulates of the layer"]


def _verdict(result: Reduction, budget: int) -> str:
    if result.today.params <= budget:
        return f"{result.layer} is within {budget:,} parameters as it is"
    best = result.proposals[0]
    return f"the mildest way to {budget:,} parameters: {best.way}, {best.notation}"


def _percent(part: int, whole: int) -> str:
    tenths = (whole - part) * 1000 // whole
    if part >= whole:
        return "" if part == whole else f"+{-tenths / 10:g} %"
    return f"−{tenths / 10:g} %" if tenths else "<0.1 %"


def reduce_steps(result: Reduction) -> Iterator[Step]:
    """For today's layer and each proposal, the parameters layer by layer, and their sum."""
    from dlcalc.formulas.expressions import Step, add
    from dlcalc.models.working import params_step

    for each in (result.today, *result.proposals):
        yield Step(each.way, note=each.notation)
        own = {id(layer) for layer in each.layers}
        rows = [row for row in each.model.rows if id(row.node) in own]
        for row in rows[: len(each.layers)]:
            yield params_step(row)
        if len(rows) > 1:
            turns = len(rows) // len(each.layers)
            note = f"in all {turns} turns" if turns > 1 else ""
            terms = [row.params for row in rows]
            shown = (add(*terms),) if turns == 1 else ()
            yield Step(result.layer, each.params, None, shown, note)
