"""What `dlcalc reduce` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dlcalc.commands.reduce.answer import reduce_answer
from dlcalc.commands.reduce.calculation import reduce
from dlcalc.errors import InputError
from dlcalc.models.reading import model as read_model
from dlcalc.shell.example import worked_example
from dlcalc.shell.models import given_model, shape_of
from dlcalc.shell.output import Output


def run_reduce(
    out: Output, model: Sequence[str], layer: str | None, budget: int | None, input: Any
) -> None:
    """Read the model, try every way, and put out what each saves."""
    if not model and layer is None and not out.piped:
        example = worked_example("reduce")
        read, layer = read_model(example["model"]), example["layer"]
    else:
        read = given_model("reduce", model, out.piped)
    if layer is None:
        raise InputError("say which layer: --layer NAME, as dlcalc params names it")
    result = reduce(read, str(layer), shape_of(input), budget)
    out.emit(reduce_answer(result, working=partial(_explain, result)))


def _explain(result: Any) -> Any:
    from dlcalc.commands.reduce.working import reduce_steps

    return reduce_steps(result)
