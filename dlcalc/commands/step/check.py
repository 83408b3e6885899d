"""Every gradient of a step held against differences of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcalc.commands.step.step import NetworkStep
from dlcalc.numbers.differences import GradientCheck, check_gradients


def check_step(result: NetworkStep) -> list[GradientCheck]:
    """Each gradient against central and complex-step differences, all entries moved in turn."""
    problem, ran = result.problem, result.ran
    parameters = {name: node.value for name, node in ran.store.parameters.items()}

    def loss(moved: Any) -> Any:
        kind = complex if any(np.iscomplexobj(each) for each in moved.values()) else float
        x = np.reshape(moved["x"], problem.x.shape) if "x" in moved else problem.x
        given = {**parameters, **ran.store.buffers, **moved}
        return problem.loss(problem.forward(given, x, kind)).value

    values = {**parameters, "x": problem.shown(problem.x)}
    at = {name: values[name] for name in result.gradients}
    return check_gradients(loss, at, result.gradients)
