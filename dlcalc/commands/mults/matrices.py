"""The matrices of the algorithms behind the Winograd counts of a stage."""

from __future__ import annotations

from dataclasses import dataclass

from dlcalc.commands.mults.phases import Phase
from dlcalc.commands.mults.stages import TILE, Stage
from dlcalc.commands.mults.toom_cook import Bilinear, phase_algorithm, winograd
from dlcalc.errors import LimitError

MOST_POINTS = 80
"""Products of one algorithm, whose exact fractions grow with them."""


@dataclass(frozen=True)
class Named:
    """One algorithm and what it is for."""

    method: str
    """The method that counts it: `winograd` or `winograd_tile4`."""
    name: str
    """The phase, or F(outputs, taps)."""
    algorithm: Bilinear
    """Its matrices."""


def matrices(stage: Stage, tile: int = TILE) -> tuple[Named, ...]:
    """The matrices of every shape of phase of a stage, whole and in tiles, each once.

    Raises LimitError above MOST_POINTS products of one algorithm.

    >>> from dlcalc.commands.mults.stages import mults
    >>> stage = mults(4, 5, 2, pad=2, output_padding=1).stages[0]
    >>> for each in matrices(stage):
    ...     print(f"{each.algorithm.products}: {each.name}")
    6: 4 inputs, 3 taps, 4 outputs, 1 cropped before
    5: 4 inputs, 2 taps, 4 outputs, 1 cropped before
    6: F(4, 3)
    5: F(4, 2)
    """
    check_points(stage, tile)
    phases = [phase for line in stage.phases for phase in line]
    whole: dict[str, Phase] = {}
    tiles: dict[str, int] = {}
    for p in phases:
        name = f"{p.inputs} inputs, {p.taps} taps, {p.outputs} outputs, {p.low} cropped before"
        whole.setdefault(name, p)
        tiles.setdefault(f"F({tile}, {p.taps})", p.taps)
    return (
        *(Named("winograd", name, phase_algorithm(p)) for name, p in whole.items()),
        *(Named(f"winograd_tile{tile}", name, winograd(tile, r)) for name, r in tiles.items()),
    )


def check_points(stage: Stage, tile: int) -> None:
    """Refuse algorithms above MOST_POINTS products: LimitError with their number."""
    most = max(
        (max(p.winograd, tile + p.taps - 1) for line in stage.phases for p in line), default=0
    )
    if most > MOST_POINTS:
        raise LimitError(
            f"a Toom–Cook algorithm of {most} products has too large fractions: "
            f"at most {MOST_POINTS}"
        )
