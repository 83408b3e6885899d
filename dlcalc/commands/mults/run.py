"""What `dlcalc mults` does with its options."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from dlcalc.commands.mults.stages import (
    CONVENTION,
    HEADLINE,
    TILE,
    Multiplications,
    Stage,
    mults,
)
from dlcalc.errors import AnswerDiffersError, InputError
from dlcalc.shell.example import worked_example
from dlcalc.shell.output import COMPLETE, Output


def run_mults(
    out: Output, model: Sequence[str], given: dict[str, Any], matrices: bool, verify: bool
) -> None:
    """Count, put the counts out, and fail where an algorithm that was run disagrees."""
    tile = given.pop("tile", TILE)
    result = _counted(model, given, tile, piped=out.piped)
    # The renderers and the working are read only by the formats that want them.
    from dlcalc.commands.mults.answer import mults_answer

    shown = [_matrices(stage, tile) for stage in result.stages] if matrices else None
    checks = _verified(result, tile) if verify else None
    out.emit(
        mults_answer(
            result, HEADLINE, CONVENTION, out.format not in COMPLETE, shown, checks,
            working=partial(_explain, "mults_steps", result),
            element=lambda field, index: _explain("field_step", result, field),
            advice=lambda field, expected: _explain("advice", result, expected),
        )
    )
    for run in checks or ():
        for check in run:
            if not check.holds:
                raise AnswerDiffersError(
                    f"{check.method}: {check.counted} counted, {check.executed} executed, "
                    f"outputs {'agree' if check.outputs_agree else 'differ'}"
                )


def _counted(
    model: Sequence[str], given: dict[str, Any], tile: int, piped: bool
) -> Multiplications:
    """The counts asked for; a model may stand on standard input."""
    sized = {"input", "kernel"} & given.keys()
    if not model and not sized and not piped:
        return mults(**_example_with(given), tile=tile)
    if not given:
        return _of_model(model or ("-",), tile)
    if model:
        raise InputError(f"{model[0]} has sizes of its own: give it, or --input and --kernel")
    for name in ("input", "kernel"):
        if name not in given:
            raise InputError(f"no {name} size: a stage by its sizes wants --input and --kernel")
    return mults(**given, tile=tile)


def _example_with(given: dict[str, Any]) -> dict[str, Any]:
    """The worked example, changed as asked; what settles its output is not said twice."""
    settled = {"output": ("output_padding",), "grid_pad": ("output_padding", "pad")}
    dropped = [name for each in given for name in settled.get(each, ())]
    example = worked_example("mults")
    return {name: value for name, value in example.items() if name not in dropped} | given


def _of_model(words: Sequence[str], tile: int) -> Multiplications:
    from dlcalc.commands.mults.models import count_model
    from dlcalc.models.count import params
    from dlcalc.models.reading import model

    found = model(*words)
    if found.input is None:
        raise InputError("the size of the input is not known: begin with a line as input 8x4x4")
    return count_model(params(found), tile)


def _matrices(stage: Stage, tile: int) -> Any:
    from dlcalc.commands.mults.matrices import matrices

    return matrices(stage, tile)


def _verified(result: Multiplications, tile: int) -> Any:
    from dlcalc.commands.mults.verify import check_cost, verify

    check_cost([stage.axes for stage in result.stages], tile)
    return [verify(stage.axes, tile) for stage in result.stages]


def _explain(function: str, *arguments: Any) -> Any:
    # Only what is asked to explain itself loads the explanations.
    import dlcalc.commands.mults.working as explain

    return getattr(explain, function)(*arguments)
