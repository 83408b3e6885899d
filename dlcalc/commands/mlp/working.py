"""The working of a gradient step of a fully connected network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dlcalc.formulas.expressions import Step

if TYPE_CHECKING:
    from dlcalc.commands.mlp.mlp import MlpStep

MOST_WEIGHTS = 64
"""Weights of a network that is still worked out unit by unit."""


def mlp_steps(result: MlpStep) -> Iterator[Step]:
    """Every quantity by its formula: unit by unit, or in matrices for a batch or many weights."""
    if is_small(result):
        from dlcalc.commands.mlp.unit_steps import unit_steps

        yield from (step for _, step in unit_steps(result))
    else:
        from dlcalc.commands.mlp.matrices import matrix_steps

        yield from (step for _, step in matrix_steps(result))


def is_small(result: MlpStep) -> bool:
    """Whether there is one example, and few enough weights to name each."""
    network = result.network
    return network.single and sum(each.size for each in network.weights) <= MOST_WEIGHTS


def mlp_element(result: MlpStep, field: str, index: tuple[int, ...]) -> Step | None:
    """The working of one element of the record."""
    if not is_small(result):
        from dlcalc.commands.mlp.elements import element_step

        return element_step(result, field, index)
    from dlcalc.commands.mlp.unit_steps import unit_steps

    return next((step for place, step in unit_steps(result) if (field, index) in place), None)


def mlp_slip(result: MlpStep, tolerance: float | None, field: str, expected: Any) -> str:
    """The slip that gives the expected numbers of a field; "" for none."""
    from dlcalc.derive.slips import slip_in_arrays, slip_in_steps

    if not is_small(result):
        if result.network.single:
            return ""
        from dlcalc.commands.mlp.matrices import matrix_inputs, matrix_steps

        steps, inputs = matrix_steps(result), matrix_inputs(result)
        return slip_in_arrays(steps, inputs, field, expected, tolerance)
    from dlcalc.commands.mlp.unit_steps import unit_steps

    return slip_in_steps(unit_steps(result), field, expected, tolerance)


def screen_names(result: MlpStep) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The element of the record that each name of the working means; w5 is the new one."""
    if not is_small(result):
        return {}
    from dlcalc.commands.mlp.unit_steps import unit_steps
    from dlcalc.formulas.text import formula_text

    steps = [(formula_text(step.name), places) for places, step in unit_steps(result) if places]
    found = {name: places[0] for name, places in steps}
    return found | {name.rstrip("⁺"): place for name, place in found.items() if "⁺" in name}


def derivation(result: MlpStep) -> tuple[str, ...]:
    """The fields of the record, and their parts, in the order in which they are derived.

    >>> from dlcalc.commands.mlp.mlp import mlp
    >>> derivation(mlp([1], [0], [[[2]], [[3]]], output="identity"))[6:10]
    ('gradients.q[1]', 'gradients.weights[1]', 'named.w2', 'gradients.q[0]')
    """
    layers = range(len(result.layers))
    forward = [f"layers[{n}].{name}" for n in layers for name in ("q", "h")]
    arrays = {"w": result.gradients.weights, "b": result.gradients.biases or ()}
    kinds = {"w": "weights", "b": "biases"}
    backward = []
    for n in reversed(layers):
        backward.append(f"gradients.q[{n}]")
        for letter, each in arrays.items():
            if each:
                before = sum(array.size for array in each[:n])
                names = range(before + 1, before + each[n].size + 1)
                backward += [f"gradients.{kinds[letter]}[{n}]"]
                backward += [f"named.{letter}{number}" for number in names]
    updates = [f"updates.{kind}[{n}]" for n in layers for kind in kinds.values()]
    after = [each.replace("updates", "updated") for each in updates]
    new = [f"updated.named.{name}" for name in result.named]
    return (
        *forward, "output", "loss", *backward, "gradients.x", *updates, *after, *new, "loss_after"
    )
