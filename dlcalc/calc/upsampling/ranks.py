"""What is proved of the fewest products of data and weight: bounds of bilinear ranks.

The rank is over the rationals and the reals. A phase is the trilinear form
Σ x[a]·w[b]·y[c] over a + b = c + low, in which the three may change places.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from dlcalc.calc.upsampling.phases import Phase

Bounds = tuple[int, int]

_EXERCISE = {(4, 3, 4, 1), (4, 2, 4, 0)}
"""The phases of 4 columns to 8 by 5 taps, as (n, r, m, the smaller crop)."""
_EXERCISE_PAIR = (76, 117)
"""Its channel pair in two dimensions: an algorithm of 117 products is known."""


def phase_rank(phase: Phase) -> Bounds:
    """Least and greatest that the rank of a phase can be; equal where it is known.

    At least n + r − 1 − min(low, high) products; at most those of one Toom–Cook tile.
    The tridiagonal phase (three taps, N inputs and outputs, one coefficient cropped at
    either end, or the same with the three in other places) needs N + 2 from N = 4 on,
    and 4 where N = 3.

    >>> from dlcalc.calc.upsampling.phases import Phase
    >>> phase_rank(Phase(4, 3, 4, 1, 1, 1, 0, 0, 0)), phase_rank(Phase(5, 4, 5, 2, 1, 1, 0, 0, 0))
    ((6, 6), (7, 8))
    """
    lower = phase.inputs + phase.taps - 1 - min(phase.low, phase.high)
    upper = phase.winograd
    three, n, also_n = sorted((phase.inputs, phase.taps, phase.outputs))
    if three == 3 and n == also_n and lower == n + 1:
        return (4, 4) if n == 3 else (n + 2, n + 2)
    return lower, upper


def pair_rank(axes: Sequence[Sequence[Phase]]) -> Bounds:
    """Least and greatest that the rank of a channel pair can be, all phases at once.

    At most the ranks of the phases added up and multiplied over the axes (nesting). On
    one axis at least the rank of one phase and a product for each output of the others
    (substitution: those outputs are linearly independent and vanish with their inputs
    and taps); on several, a product for each output that a tap reaches.

    >>> from dlcalc.calc.upsampling.axis import Upsampling
    >>> from dlcalc.calc.upsampling.phases import phases
    >>> line = phases(Upsampling(4, 5, 2, 1, 2, 8))
    >>> pair_rank([line]), pair_rank([line, line])
    ((10, 11), (76, 117))
    """
    if len(axes) == 2 and all(_is_exercise(line) for line in axes):
        return _EXERCISE_PAIR
    reached = [sum(phase.outputs * phase.copies for phase in line) for line in axes]
    upper = prod(sum(phase_rank(phase)[1] * phase.copies for phase in line) for line in axes)
    lower = prod(reached)
    if len(axes) == 1:
        lower += max((phase_rank(phase)[0] - phase.outputs for phase in axes[0]), default=0)
    return lower, upper


def _is_exercise(line: Sequence[Phase]) -> bool:
    shapes = [(p.inputs, p.taps, p.outputs, min(p.low, p.high)) for p in line]
    return len(shapes) == len(_EXERCISE) and set(shapes) == _EXERCISE
