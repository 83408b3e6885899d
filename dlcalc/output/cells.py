"""What recurrent cells' answers have in common: the steps, the check, the run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from dlcalc.output.answer import Answer, Block, Table, Text, Values
from dlcalc.output.checks import check_records, check_table

if TYPE_CHECKING:
    from dlcalc.numbers.differences import GradientCheck


def gradient_name(parameter: str) -> str:
    """The name of a parameter's gradient: dW, and d_weight_ih_l0 for PyTorch's names."""
    return f"d_{parameter}" if len(parameter) > 3 else f"d{parameter}"


def cell_answer(
    result: Any, checks: Sequence[GradientCheck] | None, kept: Any, words: Sequence[str],
    chart: str, steps_shown: bool, **explained: Any,
) -> Answer:
    """Every step, then the gradients, or their check, then what a run shows of the cell."""
    problem, gradients, values = result.problem, result.gradients, dict(result.values)
    record: dict[str, Any] = {
        "steps": [{name: array[t] for name, array in values.items()}
                  for t in range(problem.steps)]
    }
    if result.loss is not None:
        record["loss"] = result.loss
    record |= result.more | {gradient_name(name): array for name, array in gradients.items()}
    blocks: list[Block] = [_steps_table(problem, values)] if steps_shown else []
    if result.loss is not None:
        blocks.append(Table(("loss",), [(result.loss,)]))
    if checks is not None:
        record["check"] = element_records(checks)
        blocks += [check_elements(checks), check_table(checks)]
    elif steps_shown:
        names = map(gradient_name, gradients)
        blocks += [Values(record[name], name) for name in names]
    if kept is not None:
        record |= kept.records | {"verdict": " ".join(kept.words)}
        rows = list(zip(kept.steps, *kept.table.values(), strict=True))
        title = "The cell, step by step"
        blocks += [Table(["step", *kept.table], rows, title=title, called="run"),
                   Text(list(words)), Text(chart.split("\n"))]
    return Answer(record, blocks, main=gradient_name(next(iter(gradients))), **explained)


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
    return Table(["step", *(["sequence"] if batched else []), "quantity", *units], rows)


def element_records(checks: Sequence[GradientCheck]) -> list[dict[str, Any]]:
    """Each check with all of its numbers."""
    return [
        {
            **record, "formula": check.formula, "central": check.central,
            "complex_step": check.complex_step,
        }
        for check, record in zip(checks, check_records(checks), strict=True)
    ]


def check_elements(checks: Sequence[GradientCheck]) -> Table:
    """Every number's gradient three ways, side by side."""
    rows = [
        [check.name, ",".join(map(str, index)), *(float(array[index]) for array in three)]
        for check in checks
        for three in [(check.formula, check.central, check.complex_step)]
        for index in product(*map(range, check.formula.shape))
    ]
    return Table(
        ("gradient", "element", "formula", "central", "complex step"), rows, title="Gradients"
    )
