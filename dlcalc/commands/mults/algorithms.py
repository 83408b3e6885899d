"""The algorithms that are counted, as exact bilinear ones, and run to prove their counts.

Every method of a line is a list of products: what it takes of the data, what of the weight,
and where it is added. On several axes the lists are nested, so that their lengths multiply.
Toom–Cook and Winograd algorithms after Toom 1963 and Winograd 1980; names as in Lavin and
Gray 2016, equation 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, NamedTuple

from dlcalc.commands.mults.counting import TILE, Phase, Stage, column, columns_of, phases, points
from dlcalc.errors import LimitError
from dlcalc.numbers.axes import at_least
from dlcalc.numbers.sizes import Axis

MOST_POINTS = 80
"""Products of one Toom–Cook algorithm, whose exact fractions grow with them."""
MOST_SIZE = 150_000
"""Products of the direct method, or inputs, of a channel pair that are still run."""
MOST_WORK = 5_000_000
"""Products with constants in the transforms of a channel pair, weighted by their digits."""

Rational = Fraction | int
Matrix = tuple[tuple[Fraction, ...], ...]
Index = tuple[int, ...]
Values = dict[Index, Any]
"""Numbers by their index, one entry of it an axis; what is absent is zero."""


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

    @property
    def turned(self) -> Bilinear:
        """The same with inputs and outputs exchanged: the transposed algorithm."""
        return Bilinear(transposed(self.data), self.weight, transposed(self.output))


def evaluation(count: int, size: int) -> Matrix:
    """A polynomial of `size` coefficients at the points 0, 1, −1, 2, −2, …, ∞: count × size.

    >>> [[int(v) for v in row] for row in evaluation(4, 3)]
    [[1, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 1]]
    """
    finite = [tuple(Fraction(point) ** j for j in range(size)) for point in _points(count)]
    return (*finite, tuple(Fraction(j == size - 1) for j in range(size)))


def _points(count: int) -> list[int]:
    return [(i + 1) // 2 * (1 if i % 2 else -1) for i in range(count - 1)]


def interpolation(count: int) -> tuple[Matrix, tuple[Fraction, ...]]:
    """The polynomials through the points: coefficients as rows (count × count), denominators.

    Row j over its denominator is Lagrange's ∏ (x − aᵢ)/(aⱼ − aᵢ) over the finite points
    i ≠ j; the last row, for ∞, is ∏ (x − aᵢ) over all of them.

    >>> rows, denominators = interpolation(3)
    >>> [[int(v) for v in row] for row in rows], [int(v) for v in denominators]
    ([[1, -1, 0], [0, 1, 0], [0, -1, 1]], [1, 1, 1])
    """
    finite = _points(count)
    rows, denominators = [], []
    for a in finite:
        others = [b for b in finite if b != a]
        denominator = prod(a - b for b in others)
        sign = 1 if denominator > 0 else -1
        rows.append(tuple(sign * c for c in [*_with_roots(others), Fraction(0)]))
        denominators.append(Fraction(abs(denominator)))
    return (*rows, tuple(_with_roots(finite))), (*denominators, Fraction(1))


def _with_roots(roots: list[int]) -> list[Fraction]:
    """Coefficients of ∏ (x − root), the constant one first."""
    coefficients = [Fraction(1)]
    for root in roots:
        scaled = [*(root * c for c in coefficients), Fraction(0)]
        coefficients = [s - c for s, c in zip([Fraction(0), *coefficients], scaled, strict=True)]
    return coefficients


def toom_cook(n: int, r: int) -> Bilinear:
    """The product of polynomials of n and r coefficients, in n + r − 1 products."""
    at_least(1, "coefficients", (n, r))
    rows, denominators = interpolation(n + r - 1)
    weight = _divided(evaluation(n + r - 1, r), denominators)
    return Bilinear(transposed(rows), weight, evaluation(n + r - 1, n))


def winograd(m: int, r: int) -> Bilinear:
    """F(m, r): y[a] = Σ x[a + b]·w[b], m outputs of an r-tap filter in m + r − 1 products.

    >>> [[str(v) for v in row] for row in winograd(2, 3).weight]
    [['1', '0', '0'], ['1/2', '1/2', '1/2'], ['1/2', '-1/2', '1/2'], ['0', '0', '1']]
    """
    return toom_cook(m, r).turned


def phase_algorithm(phase: Phase) -> Bilinear:
    """y[c] = Σ x[a]·w[b] over a + b = c + low in as few products as one tile allows.

    The largest of inputs, taps and outputs decides: a polynomial product whose cropped
    coefficients are dropped, a filter that the taps move over the inputs, or one that
    the inputs move over the taps.

    >>> phase_algorithm(Phase(4, 3, 4, 1, 1, 1, 0, 0, 0)).products
    6
    """
    (n, m), r, low = phase.sides, phase.taps, phase.low
    if m >= max(n, r):
        whole = toom_cook(n, r)
        found = Bilinear(whole.output[low : low + m], whole.weight, whole.data)
    else:
        moved, over = (r, n) if n >= r else (n, r)
        count, start = m + moved - 1, moved - 1 - low
        rows, denominators = interpolation(count)
        filter_side = tuple(row[::-1] for row in evaluation(count, moved))
        grid_side = tuple(row[start : start + over] for row in rows)
        weight, data = (filter_side, grid_side) if n >= r else (grid_side, filter_side)
        found = Bilinear(transposed(evaluation(count, m)), _divided(weight, denominators), data)
    return found.turned if phase.plain else found


def _divided(matrix: Matrix, denominators: tuple[Fraction, ...]) -> Matrix:
    return tuple(
        tuple(value / denominator for value in row)
        for row, denominator in zip(matrix, denominators, strict=True)
    )


def transposed(matrix: Matrix) -> Matrix:
    """Rows as columns."""
    return tuple(zip(*matrix, strict=True))


class Product(NamedTuple):
    """One product of a line: constants by input column, by tap and by output column."""

    data: dict[int, Rational]
    weight: dict[int, Rational]
    output: dict[int, Rational]


def products(line: Axis, method: str, tile: int = TILE) -> list[Product]:
    """The products of a line by one of the methods that are nested.

    >>> len(products(Axis(4, 5, 2, (2, 2), transposed=True, output_padding=1), "zero_skip"))
    17
    """
    if method.startswith("winograd"):
        return [
            each for phase in phases(line)
            for each in _of_phase(line, phase, tile if "tile" in method else None)
        ]
    found = []
    for o, k in product(range(line.output), range(line.kernel)):
        at = column(line, o, k)
        if at is not None and 0 <= at < line.input:
            found.append(Product({at: 1}, {k: 1}, {o: 1}))
        elif method != "zero_skip" and (at is not None or method != "polyphase"):
            found.append(Product({}, {k: 1}, {o: 1}))
    return found


def _of_phase(line: Axis, phase: Phase, tile: int | None) -> Iterator[Product]:
    """One Toom–Cook algorithm for each copy of a phase, or F(t, r) for each t outputs; the taps of
    a transposed convolution meet tiles backwards."""
    algorithm = phase_algorithm(phase) if tile is None else winograd(tile, phase.taps)
    for copy in range(phase.copies):
        inputs, taps, outputs = columns_of(line, phase, copy)
        if tile is None:
            yield from _placed(algorithm, inputs, taps, outputs)
            continue
        for c in range(0, phase.outputs, tile):
            first = c - phase.low if phase.plain else c + phase.low - phase.taps + 1
            read = [
                inputs[at] if 0 <= at < len(inputs) else None
                for at in range(first, first + algorithm.products)
            ]
            made = [*outputs[c : c + tile], *[None] * tile][:tile]
            yield from _placed(algorithm, read, taps if phase.plain else taps[::-1], made)


def _placed(
    algorithm: Bilinear, inputs: Sequence[int | None], taps: Sequence[int],
    outputs: Sequence[int | None],
) -> Iterator[Product]:
    """The products of an algorithm whose columns lie there; None lies nowhere."""

    def constants(places: Sequence[int | None], row: Sequence[Fraction]) -> dict[int, Rational]:
        # Whole constants become int, which multiply many times faster than fractions.
        return {
            place: int(c) if c.denominator == 1 else c
            for place, c in zip(places, row, strict=True) if c and place is not None
        }

    by_product = transposed(algorithm.output)
    for data, weight, output in zip(algorithm.data, algorithm.weight, by_product, strict=True):
        yield Product(constants(inputs, data), constants(taps, weight), constants(outputs, output))


class Tally:
    """What multiplies data and weight, and counts it: nothing else of an algorithm goes by it.

    >>> times = Tally()
    >>> times(3, Fraction(1, 2)) + 2 * 3, times.made
    (Fraction(15, 2), 1)
    """

    made = 0

    def __call__(self, data: Any, weight: Any) -> Any:
        """The product."""
        self.made += 1
        return data * weight


def nested(x: Values, w: Values, lines: Sequence[Sequence[Product]], times: Tally) -> Values:
    """y of all combinations of the axes' products, each one product of data and weight."""
    data = _transform([_columns(line, "data") for line in lines], x)
    weight = _transform([_columns(line, "weight") for line in lines], w)
    multiplied = {
        index: times(data.get(index, 0), weight.get(index, 0))
        for index in product(*(range(len(line)) for line in lines))
    }
    return _transform([[each.output for each in line] for line in lines], multiplied)


def _columns(line: Sequence[Product], side: str) -> dict[int, dict[int, Rational]]:
    columns: dict[int, dict[int, Rational]] = {}
    for place, each in enumerate(line):
        for at, constant in getattr(each, side).items():
            columns.setdefault(at, {})[place] = constant
    return columns


def _transform(matrices: Sequence[Any], array: Values) -> Values:
    for axis, columns in enumerate(matrices):
        made: Values = {}
        for index, number in array.items():
            at = index[axis]
            taken = columns[at] if isinstance(columns, list) else columns.get(at, {})
            for i, constant in taken.items():
                place = (*index[:axis], i, *index[axis + 1 :])
                term = number if constant == 1 else constant * number
                made[place] = made[place] + term if place in made else term
        array = made
    return array


PRIME = 2**64 - 2**32 + 1
"""Modulo it 2³² roots of unity are whole numbers, and no output is as large: what holds there
of the complex ones gives each output exactly (Pollard 1971, "The fast Fourier transform in a
finite field")."""
ROOT = 7
"""Its powers are all numbers below the prime but 0."""


def by_fourier(x: Values, w: Values, axes: Sequence[Axis], times: Tally) -> Values:
    """y from the product of the spectra of x and w, with the roots of unity kept exact."""
    sizes = [points(axis) for axis in axes]

    def spectrum(values: Values, place: Callable[[Axis, int], int]) -> Values:
        grid: Values = dict.fromkeys(product(*map(range, sizes)), 0)
        for index, value in values.items():
            at = tuple(map(place, axes, index))
            if at in grid:
                grid[at] = value
        return _fourier(grid, sizes, 1)

    scale = lcm(*(Fraction(each).denominator for each in w.values()))
    whole = {index: int(each * scale) for index, each in w.items()}
    data = spectrum(x, lambda axis, i: i + axis.pad[0])
    # The kernel turned round, as cross-correlation wants it.
    weight = spectrum(whole, lambda axis, k: -k * axis.dilation % points(axis))
    imaginary = pow(ROOT, PRIME // 4, PRIME)
    found: Values = {}
    for at in data:
        mirrored = tuple(-i % n for i, n in zip(at, sizes, strict=True))
        if at == mirrored:
            found[at] = 4 * times(data[at], weight[at])
        elif at not in found:
            # Real and imaginary parts, doubled; their product in three real ones.
            (a, b), (c, d) = (
                (each[at] + each[mirrored], (each[mirrored] - each[at]) * imaginary)
                for each in (data, weight)
            )
            one, two, three = times(a + b, c), times(a, d - c), times(b, c + d)
            real, rest = one - three, (one + two) * imaginary
            found[at], found[mirrored] = real + rest, real - rest
    back = _fourier(found, sizes, -1)
    shrink = pow(4 * prod(sizes), -1, PRIME)
    y: Values = {}
    for output in product(*(range(axis.output) for axis in axes)):
        at = tuple(o * axis.stride for o, axis in zip(output, axes, strict=True))
        value = back[at] * shrink % PRIME
        y[output] = Fraction(value if value < PRIME // 2 else value - PRIME, scale)
    return y


def _fourier(grid: Values, sizes: Sequence[int], sign: int) -> Values:
    """Σ grid[p]·ζ^(sign·p·f) along every axis, by halves (Cooley and Tukey 1965)."""

    def transform(line: list[int], root: int) -> list[int]:
        if len(line) == 1:
            return line
        even, odd = (transform(line[half::2], root * root % PRIME) for half in (0, 1))
        turned = [each * pow(root, f, PRIME) for f, each in enumerate(odd)]
        pairs = list(zip(even, turned, strict=True))
        return [(a + b) % PRIME for a, b in pairs] + [(a - b) % PRIME for a, b in pairs]

    for axis, size in enumerate(sizes):
        root = pow(ROOT, sign * (PRIME - 1) // size, PRIME)
        for index in list(grid):
            if index[axis] == 0:
                places = [(*index[:axis], p, *index[axis + 1 :]) for p in range(size)]
                grid.update(zip(places, transform([grid[p] for p in places], root), strict=True))
    return grid


class Check(NamedTuple):
    """One algorithm, run on one channel pair."""

    method: str
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


def verify(stage: Stage) -> tuple[Check, ...]:
    """Run every counted algorithm of a stage on one channel pair of random numbers.

    >>> from dlcalc.commands.mults.counting import count_stage
    >>> [check.executed for check in verify(count_stage([Axis(28, 3)]))]
    [78, 78, 28, 42, 47]
    """
    # Whole inputs, as those of an image, and weights that are fractions.
    from random import Random

    random, axes = Random(0), stage.axes
    inputs = product(*(range(axis.input) for axis in axes))
    taps = product(*(range(axis.kernel) for axis in axes))
    x: Values = {index: random.randint(-99, 99) for index in inputs}
    w: Values = {index: Fraction(random.randint(-99, 99), random.randint(1, 9)) for index in taps}
    expected = definition(x, w, axes)
    checks = []
    for method, count in stage.methods.items():
        times = Tally()
        found = run(method, x, w, axes, stage.tile, times)
        agree = all(found.get(index, 0) == value for index, value in expected.items())
        checks.append(Check(method, count.per_pair, times.made, agree))
    return tuple(checks)


def run(method: str, x: Values, w: Values, axes: Sequence[Axis], tile: int, times: Tally) -> Values:
    """The outputs of a method on one channel pair; `times` makes every product."""
    if method == "fft":
        return by_fourier(x, w, axes, times)
    return nested(x, w, [products(axis, method, tile) for axis in axes], times)


def definition(x: Values, w: Values, axes: Sequence[Axis]) -> Values:
    """y by its definition: of each output the sum of x[i]·w[k] over all that meet there."""
    y: Values = {}
    for output in product(*(range(axis.output) for axis in axes)):
        met: Iterator[tuple[Any, Any]] = (
            (tuple(map(column, axes, output, tap)), weight) for tap, weight in w.items()
        )
        y[output] = sum(x[input] * weight for input, weight in met if input in x)
    return y


def check_cost(stages: Sequence[Stage]) -> None:
    """Refuse to run some stages, one channel pair of each: LimitError with what is too much.

    That is more than MOST_SIZE direct products or inputs, algorithms that `check_points`
    refuses, or transforms of more than MOST_WORK products with constants.
    """
    direct = sum(next(iter(stage.methods.values())).per_pair for stage in stages)
    inputs = sum(prod(axis.input for axis in stage.axes) for stage in stages)
    constants = sum(map(_constants, stages))
    for what, size, most in (
        ("products", direct, MOST_SIZE), ("inputs", inputs, MOST_SIZE),
        ("products in transforms", constants, MOST_WORK),
    ):
        if size > most:
            raise LimitError(
                f"{size:,} {what} of one channel pair are too many to run: at most {most:,}"
            )
    for stage in stages:
        check_points(stage)


def _constants(stage: Stage) -> int:
    """Products with constants in the transforms, those of long fractions counted more."""
    found = [p for line in stage.phases for p in line]
    work = 0
    for method, longest in (
        ("winograd", max((p.winograd for p in found), default=1)),
        (f"winograd_tile{stage.tile}", max((stage.tile + p.taps - 1 for p in found), default=1)),
    ):
        count = stage.methods[method].per_pair
        work += count * len(stage.axes) * longest * (1 + longest * longest // 400)
    if "fft" in stage.methods:
        work += stage.methods["fft"].per_pair * max(map(points, stage.axes))
    return work


def matrices(stage: Stage) -> dict[tuple[str, str], Bilinear]:
    """The matrices of every shape of phase of a stage, whole and in tiles, each once.

    They are under the method that counts them, and the phase or F(outputs, taps). Raises
    LimitError above MOST_POINTS products of one algorithm.

    >>> from dlcalc.commands.mults.answer import mults
    >>> found = matrices(mults(4, 5, 2, pad=2, output_padding=1).stages[0])
    >>> for (_, name), each in found.items():
    ...     print(f"{each.products}: {name}")
    6: 4 inputs, 3 taps, 4 outputs, 1 cropped before
    5: 4 inputs, 2 taps, 4 outputs, 1 cropped before
    6: F(4, 3)
    5: F(4, 2)
    """
    check_points(stage)
    tile, every = stage.tile, [phase for line in stage.phases for phase in line]
    whole = {
        f"{p.inputs} inputs, {p.taps} taps, {p.outputs} outputs, {p.low} cropped before": p
        for p in every
    }
    tiles = dict.fromkeys(p.taps for p in every)
    return {
        **{("winograd", name): phase_algorithm(p) for name, p in whole.items()},
        **{(f"winograd_tile{tile}", f"F({tile}, {r})"): winograd(tile, r) for r in tiles},
    }


def check_points(stage: Stage) -> None:
    """Refuse algorithms above MOST_POINTS products: LimitError with their number."""
    most = max(
        (max(p.winograd, stage.tile + p.taps - 1) for line in stage.phases for p in line), default=0
    )
    if most > MOST_POINTS:
        raise LimitError(
            f"a Toom–Cook algorithm of {most} products has too large fractions: "
            f"at most {MOST_POINTS}"
        )
