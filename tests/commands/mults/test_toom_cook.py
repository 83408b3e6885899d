"""Toom–Cook and Winograd matrices: the identity that they are, and the matrices of the books."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dlcalc.commands.mults.phases import Phase
from dlcalc.commands.mults.toom_cook import Bilinear, Matrix, phase_algorithm, toom_cook, winograd


def tensor(algorithm: Bilinear) -> dict[tuple[int, int, int], Fraction]:
    """The products x[a]·w[b] in each output y[c], by (a, b, c), with their factors."""
    sizes = [len(m[0]) for m in (algorithm.data, algorithm.weight)]
    triples = [
        (a, b, c)
        for a in range(sizes[0])
        for b in range(sizes[1])
        for c in range(len(algorithm.output))
    ]
    factors = {
        (a, b, c): sum(
            (algorithm.output[c][j] * algorithm.weight[j][b] * algorithm.data[j][a]
             for j in range(algorithm.products)),
            Fraction(0),
        )
        for a, b, c in triples
    }
    return {triple: factor for triple, factor in factors.items() if factor}


def written(matrix: Matrix) -> list[str]:
    return [" ".join(map(str, row)) for row in matrix]


SIZES = [(1, 1), (1, 3), (2, 2), (2, 3), (4, 3), (3, 4), (6, 5)]


@pytest.mark.parametrize(("n", "r"), SIZES)
def test_toom_cook_multiplies_polynomials(n: int, r: int) -> None:
    assert tensor(toom_cook(n, r)) == {(a, b, a + b): 1 for a in range(n) for b in range(r)}
    assert toom_cook(n, r).products == n + r - 1


@pytest.mark.parametrize(("m", "r"), SIZES)
def test_winograd_filters(m: int, r: int) -> None:
    assert tensor(winograd(m, r)) == {(c + b, b, c): 1 for c in range(m) for b in range(r)}


@pytest.mark.parametrize(("n", "r"), [(4, 3), (3, 5), (4, 4), (6, 2)])
def test_a_cropped_phase_whichever_side_is_largest(n: int, r: int) -> None:
    for low in range(n + r - 1):
        for outputs in range(1, n + r - low):
            phase = Phase(n, r, outputs, low, n + r - 1 - low - outputs, 1, 0, 0, 0)
            met = {(a, b): a + b - low for a in range(n) for b in range(r)}
            kept = {(*pair, c): 1 for pair, c in met.items() if 0 <= c < outputs}
            if {a for a, _, _ in kept} == set(range(n)) and {b for _, b, _ in kept} == set(
                range(r)
            ):
                assert tensor(phase_algorithm(phase)) == kept
                assert phase_algorithm(phase).products == phase.winograd


def test_f_2_3_is_the_one_of_the_paper() -> None:
    tile = winograd(2, 3)
    assert written(tile.output) == ["1 1 1 0", "0 1 -1 1"]
    assert written(tile.weight) == ["1 0 0", "1/2 1/2 1/2", "1/2 -1/2 1/2", "0 0 1"]
    # Lavin and Gray 2016 write the last row, and with it the last output column, negated.
    assert written(tile.data) == ["1 0 -1 0", "0 1 1 0", "0 -1 1 0", "0 -1 0 1"]
