"""The working of proposals: the formula of every layer that they put in the place of one."""

from __future__ import annotations

from collections.abc import Iterator

from dlcalc.commands.reduce.calculation import Reduction
from dlcalc.formulas.expressions import Step, add
from dlcalc.models.working import params_step


def reduce_steps(result: Reduction) -> Iterator[Step]:
    """For today's layer and each proposal, the parameters layer by layer, and their sum."""
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
