"""Where training breaks down: the first layer that gave, or got, what is no finite number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlcalc.commands.gan.network import Run
from dlcalc.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]


def diverged(player: str, loss: float, forward: Sequence[Run], back: Sequence[Run]) -> InputError:
    """The error that names the first layer, on these ways forward and then back.

    `loss` is that of the `player` whose step it was.
    """
    state = f"the {player}'s loss is {_word(loss)}" if not np.isfinite(loss) else (
        f"the {player}'s gradient is not finite"
    )
    place = next(_broken(forward, back), "none of the layers")
    return InputError(f"{state}, first in {place}; a smaller learning rate may help")


def _word(loss: float) -> str:
    return "NaN" if loss != loss else "infinite"


def _broken(forward: Sequence[Run], back: Sequence[Run]) -> Iterator[str]:
    """The places that are not finite, in the order in which they were computed."""
    for run in forward:
        for layer, room in zip(run.network.layers, run.rooms, strict=True):
            if not np.isfinite(room["y"]).all():
                yield f"the output of {layer.name} of the {run.network.name}"
    for run in back:
        for layer, room in reversed(list(zip(run.network.layers, run.rooms, strict=True))):
            if "dy" in room and not np.isfinite(room["dy"]).all():
                yield f"the gradient at {layer.name} of the {run.network.name}"
    for run in back:
        yield f"the gradients of the weights of the {run.network.name}"
