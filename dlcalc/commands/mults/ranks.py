"""What is proved of the fewest products of a whole channel pair, all phases at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from dlcalc.commands.mults.phases import Phase, Rank

_EXERCISE = {(4, 3, 4, 1), (4, 2, 4, 0)}
"""The phases of 4 columns to 8 by 5 taps, as (n, r, m, the smaller crop)."""
_EXERCISE_PAIR = Rank(76, 117)
"""Its channel pair in two dimensions: an algorithm of 117 products is known."""


def pair_rank(axes: Sequence[Sequence[Phase]]) -> Rank:
    """The fewest products of a channel pair, all phases at once, as far as they are known.

    At most the ranks of the phases added up and multiplied over the axes (nesting). On
    one axis at least the rank of one phase and a product for each output of the others
    (substitution: those outputs are linearly independent and vanish with their inputs
    and taps); on several, a product for each output that a tap reaches.

    >>> from dlcalc.commands.mults.axis import Upsampling
    >>> from dlcalc.commands.mults.phases import phases
    >>> line = phases(Upsampling(4, 5, 2, 1, 2, 8))
    >>> print(pair_rank([line]), pair_rank([line, line]), sep="; ")
    10 ≤ rank ≤ 11; 76 ≤ rank ≤ 117
    """
    if len(axes) == 2 and all(_is_exercise(line) for line in axes):
        return _EXERCISE_PAIR
    reached = [sum(phase.outputs * phase.copies for phase in line) for line in axes]
    upper = prod(sum(phase.rank.upper * phase.copies for phase in line) for line in axes)
    lower = prod(reached)
    if len(axes) == 1:
        lower += max((phase.rank.lower - phase.outputs for phase in axes[0]), default=0)
    return Rank(lower, upper)


def _is_exercise(line: Sequence[Phase]) -> bool:
    shapes = [(p.inputs, p.taps, p.outputs, min(p.low, p.high)) for p in line]
    return len(shapes) == len(_EXERCISE) and set(shapes) == _EXERCISE
