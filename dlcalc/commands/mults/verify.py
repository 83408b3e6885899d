"""Every counted algorithm run on exact rationals, against the definition and its count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import product
from math import prod

from dlcalc.commands.mults.axis import Upsampling
from dlcalc.commands.mults.direct import by_phases, on_zero_inserted, skipping_zeros
from dlcalc.commands.mults.matrices import check_points
from dlcalc.commands.mults.nested import by_tiles, by_toom_cook
from dlcalc.commands.mults.phases import phases
from dlcalc.commands.mults.stages import TILE, count_stage
from dlcalc.commands.mults.tally import Array, Index, Rational, Tally
from dlcalc.errors import LimitError

MOST_SIZE = 150_000
"""Products of the dense method, inputs, or zero-inserted columns of a channel pair still run."""
MOST_WORK = 5_000_000
"""Products with constants in the transforms of a channel pair, weighted by their digits."""

Algorithm = Callable[[Array, Array, Sequence[Upsampling], Tally], Array]
Values = dict[Index, Rational]


@dataclass(frozen=True)
class Check:
    """One algorithm, run on one channel pair."""

    method: str
    """Name of the method counted."""
    counted: int
    """Its multiplications by formula."""
    executed: int
    """The products of data and weight that were made."""
    outputs_agree: bool
    """Whether every output equals the definition's, exactly."""

    @property
    def holds(self) -> bool:
        """Whether outputs and count are both as they should be."""
        return self.outputs_agree and self.counted == self.executed


def verify(axes: Sequence[Upsampling], tile: int = TILE, seed: int = 0) -> tuple[Check, ...]:
    """Run every counted algorithm on one channel pair of random numbers.

    Raises LimitError, with the size, where `check_cost` refuses.

    >>> line = Upsampling(4, 5, 2, 1, 2, 8)
    >>> [(check.method, check.executed) for check in verify([line])][2:4]
    [('zero_skip', 17), ('winograd', 11)]
    """
    check_cost([axes], tile)
    stage = count_stage(axes, tile=tile)
    x, w = _random_pair(axes, seed)
    expected = definition(x, w, axes)
    checks = []
    for method, algorithm in algorithms(tile).items():
        tally = Tally()
        made = algorithm(
            {index: tally.number(value) for index, value in x.items()},
            {index: tally.number(value) for index, value in w.items()},
            axes, tally,
        )
        agree = all(
            (made[index].value if index in made else 0) == value
            for index, value in expected.items()
        )
        counted = stage.methods[method].per_pair
        checks.append(Check(method, counted, tally.products, agree))
    return tuple(checks)


def algorithms(tile: int = TILE) -> dict[str, Algorithm]:
    """The algorithm that each counted method stands for."""
    return {
        "dense": on_zero_inserted,
        "polyphase": by_phases,
        "zero_skip": skipping_zeros,
        "winograd": by_toom_cook,
        f"winograd_tile{tile}": partial(by_tiles, tile),
    }


def definition(x: Values, w: Values, axes: Sequence[Upsampling]) -> Values:
    """y[i·S + k·D − P] = Σ x[i]·w[k], wherever that is an output."""
    y: Values = dict.fromkeys(product(*(range(axis.output) for axis in axes)), 0)
    for column, value in x.items():
        for tap, weight in w.items():
            place = tuple(
                i * axis.stride + k * axis.dilation - axis.crop
                for i, k, axis in zip(column, tap, axes, strict=True)
            )
            if place in y:
                y[place] += value * weight
    return y


def _random_pair(axes: Sequence[Upsampling], seed: int) -> tuple[Values, Values]:
    """Whole inputs, as those of an image, and weights that are fractions."""
    from random import Random

    random = Random(seed)
    inputs = product(*(range(axis.input) for axis in axes))
    taps = product(*(range(axis.kernel) for axis in axes))
    x: Values = {index: random.randint(-99, 99) for index in inputs}
    w: Values = {index: Fraction(random.randint(-99, 99), random.randint(1, 9)) for index in taps}
    return x, w


def check_cost(stages: Sequence[Sequence[Upsampling]], tile: int = TILE) -> None:
    """Refuse to run some stages, one channel pair of each: LimitError with what is too much.

    That is more than MOST_SIZE dense products, inputs or columns, algorithms that
    `check_points` refuses, or transforms of more than MOST_WORK products.
    """
    for what, size in _sizes(stages).items():
        _refuse_above(MOST_SIZE, size, what)
    for axes in stages:
        check_points(count_stage(axes, tile=tile), tile)
    transforms = sum(_transforms(axes, tile) for axes in stages)
    _refuse_above(MOST_WORK, transforms, "products in transforms")


def _refuse_above(most: int, size: int, what: str) -> None:
    if size > most:
        raise LimitError(
            f"{size:,} {what} of one channel pair are too many to run: at most {most:,}"
        )


def _sizes(stages: Sequence[Sequence[Upsampling]]) -> dict[str, int]:
    """What the runs of some stages come to."""

    def total(per_axis: Callable[[Upsampling], int]) -> int:
        return sum(prod(per_axis(axis) for axis in axes) for axes in stages)

    return {
        "products": total(lambda axis: axis.output * axis.kernel),
        "inputs": total(lambda axis: axis.input),
        "columns of the zero-inserted input": total(
            lambda axis: axis.grid + sum(axis.grid_pad)
        ),
    }


def _transforms(axes: Sequence[Upsampling], tile: int) -> int:
    """Products with constants in the nested algorithms, those of long fractions counted more."""
    work = 0
    for tiled in (False, True):
        rows, longest = [], 1
        for axis in axes:
            row = 0
            for phase in phases(axis):
                size = tile + phase.taps - 1 if tiled else phase.winograd
                runs = -(-phase.outputs // tile) if tiled else 1
                row += phase.copies * runs * size
                longest = max(longest, size)
            rows.append(row)
        work += prod(rows) * len(axes) * longest * (1 + longest * longest // 400)
    return work
