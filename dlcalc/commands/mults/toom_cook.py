"""Toom–Cook and Winograd algorithms as exact matrices, for any size.

A polynomial product of N coefficients is evaluated at N points (0, 1, −1, 2, −2, …, ∞),
multiplied there, and interpolated; its transpose is the short filter F(m, r). After Toom
1963 and Winograd 1980; names as in Lavin and Gray 2016, equation 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dlcalc.commands.mults.phases import Phase
from dlcalc.numbers.axes import at_least

Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Bilinear:
    """y = output · ((weight · w) ⊙ (data · x)): as many products as `data` has rows."""

    output: Matrix
    """Aᵀ, from the products to the outputs."""
    weight: Matrix
    """G, from the taps; made beforehand, so it takes the denominators."""
    data: Matrix
    """Bᵀ, from the inputs; whole numbers."""

    @property
    def products(self) -> int:
        """Products of data and weight."""
        return len(self.data)


def points(count: int) -> list[int]:
    """The finite points 0, 1, −1, 2, −2, … of an algorithm of `count` products; ∞ is the last.

    >>> points(6)
    [0, 1, -1, 2, -2]
    """
    return [(i + 1) // 2 * (1 if i % 2 else -1) for i in range(count - 1)]


def evaluation(count: int, size: int) -> Matrix:
    """A polynomial of `size` coefficients at `count` points, its leading one at ∞: count × size.

    >>> [[int(v) for v in row] for row in evaluation(4, 3)]
    [[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1]]
    """
    finite = [tuple(Fraction(point) ** j for j in range(size)) for point in points(count)]
    at_infinity = tuple(Fraction(j == size - 1) for j in range(size))
    return (*finite, at_infinity)


def interpolation(count: int) -> tuple[Matrix, tuple[Fraction, ...]]:
    """The polynomials through the points: coefficients as rows (count × count), denominators.

    Row j over its denominator is Lagrange's ∏ (x − aᵢ)/(aⱼ − aᵢ) over the finite points
    i ≠ j; the last row, for ∞, is ∏ (x − aᵢ) over all of them.

    >>> rows, denominators = interpolation(3)
    >>> [[int(v) for v in row] for row in rows], [int(v) for v in denominators]
    ([[1, -1, 0], [0, 1, 0], [0, -1, 1]], [1, 1, 1])
    """
    finite = points(count)
    rows, denominators = [], []
    for a in finite:
        others = [b for b in finite if b != a]
        denominator = Fraction(1)
        for b in others:
            denominator *= a - b
        sign = 1 if denominator > 0 else -1
        rows.append(tuple(sign * c for c in [*_with_roots(others), Fraction(0)]))
        denominators.append(abs(denominator))
    return (*rows, tuple(_with_roots(finite))), (*denominators, Fraction(1))


def _with_roots(roots: list[int]) -> list[Fraction]:
    """Coefficients of ∏ (x − root), the constant one first."""
    coefficients = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        scaled = [*(root * c for c in coefficients), Fraction(0)]
        coefficients = [s - c for s, c in zip(shifted, scaled, strict=True)]
    return coefficients


def toom_cook(n: int, r: int) -> Bilinear:
    """The product of polynomials of n and r coefficients, in n + r − 1 products.

    >>> toom_cook(4, 3).products
    6
    """
    at_least(1, "coefficients", (n, r))
    rows, denominators = interpolation(n + r - 1)
    weight = divided(evaluation(n + r - 1, r), denominators)
    return Bilinear(transposed(rows), weight, evaluation(n + r - 1, n))


def winograd(m: int, r: int) -> Bilinear:
    """F(m, r): y[a] = Σ x[a + b]·w[b], m outputs of an r-tap filter in m + r − 1 products.

    The transpose of `toom_cook`: outputs and the inputs' coefficients change places.

    >>> [[str(v) for v in row] for row in winograd(2, 3).weight]
    [['1', '0', '0'], ['1/2', '1/2', '1/2'], ['1/2', '-1/2', '1/2'], ['0', '0', '1']]
    """
    product = toom_cook(m, r)
    return Bilinear(transposed(product.data), product.weight, transposed(product.output))


def phase_algorithm(phase: Phase) -> Bilinear:
    """y[c] = Σ x[a]·w[b] over a + b = c + low in as few products as one tile allows.

    The largest of inputs, taps and outputs decides: a polynomial product whose cropped
    coefficients are dropped, a filter that the taps move over the inputs, or one that
    the inputs move over the taps.

    >>> phase_algorithm(Phase(4, 3, 4, 1, 1, 1, 0, 0, 0)).products
    6
    """
    n, r, m, low = phase.inputs, phase.taps, phase.outputs, phase.low
    if m >= max(n, r):
        product = toom_cook(n, r)
        return Bilinear(product.output[low : low + m], product.weight, product.data)
    moved, over = (r, n) if n >= r else (n, r)
    count = m + moved - 1
    rows, denominators = interpolation(count)
    filter_side = tuple(row[::-1] for row in evaluation(count, moved))
    start = moved - 1 - low
    grid_side = tuple(row[start : start + over] for row in rows)
    weight, data = (filter_side, grid_side) if n >= r else (grid_side, filter_side)
    return Bilinear(transposed(evaluation(count, m)), divided(weight, denominators), data)


def divided(matrix: Matrix, denominators: tuple[Fraction, ...]) -> Matrix:
    """Each row over its denominator."""
    return tuple(
        tuple(value / denominator for value in row)
        for row, denominator in zip(matrix, denominators, strict=True)
    )


def transposed(matrix: Matrix) -> Matrix:
    """Rows as columns."""
    return tuple(zip(*matrix, strict=True))
