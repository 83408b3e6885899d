"""The phases of an upsampling axis: independent, cropped products of short polynomials.

With g = gcd(S, D), inputs i ≡ α (mod D/g) and taps k ≡ β (mod S/g) make the outputs of
one class and of no other: i = a·D/g + α and k = b·S/g + β give
o = (a + b)·lcm(S, D) + S·α + D·β − P. Each class is the product of a polynomial of n
inputs and one of r taps, of whose n + r − 1 coefficients the crop leaves m.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from dlcalc.commands.mults.axis import Upsampling


class Rank(NamedTuple):
    """The fewest products of data and weight, as far as they are known."""

    lower: int
    """Fewer cannot do."""
    upper: int
    """So many do; equal to `lower` where the rank is known exactly."""

    def __str__(self) -> str:
        if self.lower == self.upper:
            return f"rank {self.lower}"
        return f"{self.lower} ≤ rank ≤ {self.upper}"


class Phase(NamedTuple):
    """y[c] = Σ x[a]·w[b] over a + b = c + low: a polynomial product, cropped and trimmed."""

    inputs: int
    """Input columns that reach an output, n."""
    taps: int
    """Taps that reach an output, r."""
    outputs: int
    """Outputs, m = n + r − 1 − low − high."""
    low: int
    """Coefficients of the product cropped before the first output."""
    high: int
    """Coefficients of the product cropped after the last output."""
    copies: int
    """Phases of this very shape side by side; above 1 only where the kernel is dilated."""
    first_input: int
    """Column of the input at which the first copy starts; each further copy, one on."""
    first_tap: int
    """Tap at which every copy starts."""
    first_output: int
    """Output at which the first copy starts; each further copy, a stride on."""

    @property
    def products(self) -> int:
        """Products of one input and one tap: the multiplications of zero-skipping."""
        n, r, first, end = self.inputs, self.taps, self.low, self.low + self.outputs
        return _pairs_below(end, n, r) - _pairs_below(first, n, r)

    @property
    def winograd(self) -> int:
        """Multiplications of one Toom–Cook tile: the two smallest of n, r, m, less 1."""
        smallest, middle, _ = sorted((self.inputs, self.taps, self.outputs))
        return smallest + middle - 1

    @property
    def rank(self) -> Rank:
        """The fewest products, over the rationals and the reals.

        At least n + r − 1 − min(low, high), at most those of one Toom–Cook tile. The
        tridiagonal phase (three taps, N inputs and outputs, one coefficient cropped at either
        end, or the same with the three in other places) needs N + 2 from N = 4 on, and 4
        where N = 3.

        >>> print(Phase(4, 3, 4, 1, 1, 1, 0, 0, 0).rank)
        rank 6
        >>> print(Phase(5, 4, 5, 2, 1, 1, 0, 0, 0).rank)
        7 ≤ rank ≤ 8
        """
        lower = self.inputs + self.taps - 1 - min(self.low, self.high)
        three, n, also_n = sorted((self.inputs, self.taps, self.outputs))
        if three == 3 and n == also_n and lower == n + 1:
            return Rank(4, 4) if n == 3 else Rank(n + 2, n + 2)
        return Rank(lower, self.winograd)

    def tiled(self, tile: int) -> int:
        """Multiplications in Winograd tiles F(t, r) of t outputs: ⌈m/t⌉·(t + r − 1)."""
        return -(-self.outputs // tile) * (tile + self.taps - 1)


def _pairs_below(total: int, n: int, r: int) -> int:
    """Pairs 0 ≤ a < n, 0 ≤ b < r with a + b < total, by inclusion and exclusion."""

    def triangle(side: int) -> int:
        return side * (side + 1) // 2 if side > 0 else 0

    return triangle(total) - triangle(total - n) - triangle(total - r) + triangle(total - n - r)


def steps(axis: Upsampling) -> tuple[int, int, int]:
    """Columns from one input, tap and output of a phase to the next: D/g, S/g, lcm(S, D)."""
    g = gcd(axis.stride, axis.dilation)
    return axis.dilation // g, axis.stride // g, axis.stride * axis.dilation // g


def phases(axis: Upsampling) -> tuple[Phase, ...]:
    """The phases that reach an output, at most four shapes for each residue of the taps.

    >>> for phase in phases(Upsampling(4, 5, 2, 1, 2, 8)):
    ...     print(phase.inputs, phase.taps, phase.outputs, phase.products, phase.winograd)
    4 3 4 10 6
    4 2 4 7 5
    """
    input_step, tap_step, _ = steps(axis)
    found = []
    for beta in range(min(tap_step, axis.kernel)):
        cuts = _shape_changes(axis, beta)
        classes = min(input_step, axis.input)
        starts = sorted({0, *(cut for cut in cuts if 0 < cut < classes)})
        for alpha, end in zip(starts, [*starts[1:], classes], strict=True):
            phase = _phase(axis, alpha, beta, copies=end - alpha)
            if phase:
                found.append(phase)
    return tuple(found)


def _coefficients(axis: Upsampling, alpha: int, beta: int) -> tuple[int, int]:
    """First and last a + b of a class that lie in the output, whatever its inputs are."""
    step = steps(axis)[2]
    start = axis.crop - axis.stride * alpha - axis.dilation * beta
    return -(-start // step), (start + axis.output - 1) // step


def _shape_changes(axis: Upsampling, beta: int) -> tuple[int, int, int]:
    """The α from which a class has an input less, a first or a last output sooner.

    S·α stays below lcm(S, D), so that each of these changes at most once.
    """
    input_step, _, step = steps(axis)
    first, last = _coefficients(axis, 0, beta)
    start = axis.crop - axis.dilation * beta
    sooner = -(-(start - (first - 1) * step) // axis.stride)
    shorter = (start + axis.output - 1 - last * step) // axis.stride + 1
    return axis.input % input_step, sooner, shorter


def _phase(axis: Upsampling, alpha: int, beta: int, copies: int) -> Phase | None:
    """The class of inputs α and taps β, trimmed to what takes part in an output."""
    input_step, tap_step, step = steps(axis)
    inputs = -(-(axis.input - alpha) // input_step)
    taps = -(-(axis.kernel - beta) // tap_step)
    first, last = _coefficients(axis, alpha, beta)
    first, last = max(first, 0), min(last, inputs + taps - 2)
    if last < first:
        return None
    a, last_a = max(0, first - taps + 1), min(inputs - 1, last)
    b, last_b = max(0, first - inputs + 1), min(taps - 1, last)
    return Phase(
        inputs=last_a - a + 1,
        taps=last_b - b + 1,
        outputs=last - first + 1,
        low=first - a - b,
        high=last_a + last_b - last,
        copies=copies,
        first_input=a * input_step + alpha,
        first_tap=b * tap_step + beta,
        first_output=first * step + axis.stride * alpha + axis.dilation * beta - axis.crop,
    )
