"""The algorithms that are counted, as exact bilinear ones, and run to prove their counts.

Every method of a line is a list of products: what it takes of the data, what of the weight,
and where it is added. On several axes the lists are nested, so that their lengths multiply.
Toom–Cook and Winograd algorithms after Toom 1963 and Winograd 1980; names as in Lavin and
Gray 2016, equation 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Any, NamedTuple

from dlcalc.commands.mults.lines import Line, Phase, columns_of, meetings, phases, points
from dlcalc.commands.mults.stages import TILE, Stage, count_stage
from dlcalc.errors import LimitError
from dlcalc.numbers.axes import at_least

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


def products(line: Line, method: str, tile: int = TILE) -> list[Product]:
    """The products of a line by one of the methods that are nested.

    >>> len(products(Line(4, 5, 2, 1, 2, 8), "zero_skip"))
    17
    """
    if method.startswith("winograd"):
        return [
            each for phase in phases(line)
            for each in (_by_tiles(line, phase, tile) if "tile" in method else _whole(line, phase))
        ]
    found = []
    for o in range(line.output):
        if method == "zero_skip":
            found += [Product({i: 1}, {k: 1}, {o: 1}) for k, i in meetings(line, o)]
            continue
        for k in range(line.kernel):
            column = line.column(o, k)
            inside = column is not None and 0 <= column < line.input
            if column is not None or method != "polyphase":
                found.append(Product({column: 1} if inside else {}, {k: 1}, {o: 1}))  # type: ignore[dict-item]
    return found


def _whole(line: Line, phase: Phase) -> Iterator[Product]:
    """One Toom–Cook algorithm for each copy of a phase."""
    algorithm = phase_algorithm(phase)
    for copy in range(phase.copies):
        yield from _placed(algorithm, *columns_of(line, phase, copy))


def _by_tiles(line: Line, phase: Phase, tile: int) -> Iterator[Product]:
    """F(t, r) for each t outputs; the taps of a transposed convolution meet them backwards."""
    algorithm = winograd(tile, phase.taps)
    for copy in range(phase.copies):
        inputs, taps, outputs = columns_of(line, phase, copy)
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
    """Exact numbers whose products of data and weight are counted.

    A product with a plain number, which is a constant of a transform, is not, nor is a sum.

    >>> made = []
    >>> x, w = Tally(3, made), Tally(Fraction(1, 2), made)
    >>> (x * w + 2 * x).value, len(made)
    (Fraction(15, 2), 1)
    """

    __slots__ = ("made", "value")

    def __init__(self, value: Any, made: list[None]) -> None:
        self.value = value
        self.made = made

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.value + other.value, self.made)

    def __mul__(self, other: Tally) -> Tally:
        self.made.append(None)
        return Tally(self.value * other.value, self.made)

    def __rmul__(self, constant: Rational) -> Tally:
        return Tally(constant * self.value, self.made)


def nested(x: Values, w: Values, lines: Sequence[Sequence[Product]], made: list[None]) -> Values:
    """y of all combinations of the axes' products, each one product of data and weight."""
    zero = Tally(0, made)
    data = _transform([_columns(line, "data") for line in lines], x)
    weight = _transform([_columns(line, "weight") for line in lines], w)
    multiplied = {
        index: data.get(index, zero) * weight.get(index, zero)
        for index in product(*(range(len(line)) for line in lines))
    }
    return _transform([[each.output for each in line] for line in lines], multiplied)


def _columns(line: Sequence[Product], side: str) -> dict[int, dict[int, Rational]]:
    columns: dict[int, dict[int, Rational]] = {}
    for place, each in enumerate(line):
        for column, constant in getattr(each, side).items():
            columns.setdefault(column, {})[place] = constant
    return columns


def _transform(matrices: Sequence[Any], array: Values) -> Values:
    for axis, columns in enumerate(matrices):
        made: Values = {}
        for index, number in array.items():
            column = index[axis]
            taken = columns[column] if isinstance(columns, list) else columns.get(column, {})
            for i, constant in taken.items():
                place = (*index[:axis], i, *index[axis + 1 :])
                term = number if constant == 1 else constant * number
                made[place] = made[place] + term if place in made else term
        array = made
    return array


class Cyclotomic(tuple[Rational, ...]):
    """An exact sum of powers of ζ = e^(2πi/N), N = 2h a power of two: its coefficients of
    1, …, ζ^(h−1)."""

    __slots__ = ()

    def __add__(self, other: Any) -> Cyclotomic:
        return Cyclotomic([a + b for a, b in zip(self, other, strict=True)])

    def __rmul__(self, constant: Any) -> Cyclotomic:
        return Cyclotomic([constant * a for a in self])

    def __mul__(self, other: Any) -> Cyclotomic:
        found: list[Rational] = [0] * len(self)
        for place, a in enumerate(self):
            if a:
                for at, b in enumerate(other.times(place)):
                    found[at] += a * b
        return Cyclotomic(found)

    def times(self, power: int) -> Cyclotomic:
        """The product with a power of ζ: turned round, and negated past ζ^h = −1."""
        size = len(self)
        turns, shift = divmod(power, size)
        sign = -1 if turns % 2 else 1
        return Cyclotomic([
            *(-sign * a for a in self[size - shift :]), *(sign * a for a in self[: size - shift])
        ])


def by_fourier(x: Values, w: Values, axes: Sequence[Line], made: list[None]) -> Values:
    """y from the product of the spectra of x and w, with the roots of unity kept exact."""
    sizes = [points(axis) for axis in axes]
    half = max(1, max(sizes) // 2)

    def spectrum(values: Values, places: Any, sign: int) -> dict[Index, Cyclotomic]:
        zero = Cyclotomic([0] * half)
        grid = dict.fromkeys(product(*map(range, sizes)), zero)
        for index, value in values.items():
            place = tuple(map(places, axes, index))
            if place in grid:
                grid[place] = Cyclotomic([value, *[0] * (half - 1)])
        return _fourier(grid, sizes, half, sign)

    # Whole numbers, which are many times quicker than fractions: the weights by their common
    # denominator, real and imaginary parts doubled.
    scale = lcm(*(Fraction(each).denominator for each in w.values()))
    whole = {index: int(each * scale) for index, each in w.items()}
    data = spectrum(x, lambda axis, i: i + axis.crop, 1)
    # The spectrum of the kernel turned round, as cross-correlation wants it.
    weight = spectrum(whole, lambda axis, k: k * axis.dilation, -1)
    found: dict[Index, Cyclotomic] = {}
    for at in data:
        mirrored = tuple(-i % n for i, n in zip(at, sizes, strict=True))
        if at == mirrored:
            found[at] = 4 * (Tally(data[at], made) * Tally(weight[at], made)).value
        elif at not in found:
            (a, b), (c, d) = (
                (each[at] + each[mirrored],
                 (each[at] + -1 * each[mirrored]).times(-half // 2))
                for each in (data, weight)
            )
            one, two, three = (
                (Tally(left, made) * Tally(right, made)).value
                for left, right in ((a + b, c), (a, d + -1 * c), (b, c + d))
            )
            real, imaginary = one + -1 * three, (one + two).times(half // 2)
            found[at], found[mirrored] = real + imaginary, real + -1 * imaginary
    back = _fourier(found, sizes, half, -1)
    y: Values = {}
    for output in product(*(range(axis.output) for axis in axes)):
        place = tuple(o * axis.stride for o, axis in zip(output, axes, strict=True))
        real, *rest = back[place]
        y[output] = None if any(rest) else Fraction(real) / (4 * scale * prod(sizes))
    return y


def _fourier(
    grid: dict[Index, Cyclotomic], sizes: Sequence[int], half: int, sign: int
) -> dict[Index, Cyclotomic]:
    """Σ grid[p]·ζ^(−sign·p·f·2h/N) along every axis, by halves (Cooley and Tukey 1965)."""

    def transform(line: list[Cyclotomic]) -> list[Cyclotomic]:
        n = len(line)
        if n == 1:
            return line
        even, odd = transform(line[::2]), transform(line[1::2])
        turned = [each.times(-sign * f * 2 * half // n) for f, each in enumerate(odd)]
        return [a + b for a, b in zip(even, turned, strict=True)] + [
            a + -1 * b for a, b in zip(even, turned, strict=True)
        ]

    for axis, size in enumerate(sizes):
        for index in list(grid):
            if index[axis] == 0:
                places = [(*index[:axis], p, *index[axis + 1 :]) for p in range(size)]
                grid.update(zip(places, transform([grid[p] for p in places]), strict=True))
    return grid


class Check(NamedTuple):
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


def verify(axes: Sequence[Line], tile: int = TILE, seed: int = 0) -> tuple[Check, ...]:
    """Run every counted algorithm on one channel pair of random numbers.

    Raises LimitError, with the size, where `check_cost` refuses.

    >>> [(check.method, check.executed) for check in verify([Line(4, 5, 2, 1, 2, 8)])][2:4]
    [('zero_skip', 17), ('winograd', 11)]
    """
    stage = count_stage(axes, tile=tile)
    check_cost([stage])
    x, w = _random_pair(axes, seed)
    expected = definition(x, w, axes)
    checks = []
    for method, count in stage.methods.items():
        made: list[None] = []
        found = run(method, x, w, axes, tile, made)
        agree = all(found.get(index, 0) == value for index, value in expected.items())
        checks.append(Check(method, count.per_pair, len(made), agree))
    return tuple(checks)


def run(
    method: str, x: Values, w: Values, axes: Sequence[Line], tile: int, made: list[None]
) -> Values:
    """The outputs of a method on one channel pair; `made` grows by every product."""
    if method == "fft":
        return by_fourier(x, w, axes, made)
    data, weight = (
        {index: Tally(value, made) for index, value in each.items()} for each in (x, w)
    )
    y = nested(data, weight, [products(axis, method, tile) for axis in axes], made)
    return {index: number.value for index, number in y.items()}


def definition(x: Values, w: Values, axes: Sequence[Line]) -> Values:
    """y by its definition: y[i·S + k·D − P] = Σ x[i]·w[k], or x[o·S + k·D − P] where plain."""
    y: Values = dict.fromkeys(product(*(range(axis.output) for axis in axes)), 0)
    plain = axes[0].plain

    def landing(column: Index, tap: Index) -> Index:
        return tuple(
            i * axis.stride + k * axis.dilation - axis.crop
            for i, k, axis in zip(column, tap, axes, strict=True)
        )

    for start in y if plain else x:
        for tap, weight in w.items():
            end = landing(start, tap)
            if end in (x if plain else y):
                output, input = (start, end) if plain else (end, start)
                y[output] += x[input] * weight
    return y


def _random_pair(axes: Sequence[Line], seed: int) -> tuple[Values, Values]:
    """Whole inputs, as those of an image, and weights that are fractions."""
    from random import Random

    random = Random(seed)
    inputs = product(*(range(axis.input) for axis in axes))
    taps = product(*(range(axis.kernel) for axis in axes))
    x: Values = {index: random.randint(-99, 99) for index in inputs}
    w: Values = {index: Fraction(random.randint(-99, 99), random.randint(1, 9)) for index in taps}
    return x, w


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


class Named(NamedTuple):
    """One algorithm and what it is for."""

    method: str
    """The method that counts it: `winograd` or `winograd_tile4`."""
    name: str
    """The phase, or F(outputs, taps)."""
    algorithm: Bilinear
    """Its matrices."""


def matrices(stage: Stage) -> tuple[Named, ...]:
    """The matrices of every shape of phase of a stage, whole and in tiles, each once.

    Raises LimitError above MOST_POINTS products of one algorithm.

    >>> from dlcalc.commands.mults.stages import mults
    >>> for each in matrices(mults(4, 5, 2, pad=2, output_padding=1).stages[0]):
    ...     print(f"{each.algorithm.products}: {each.name}")
    6: 4 inputs, 3 taps, 4 outputs, 1 cropped before
    5: 4 inputs, 2 taps, 4 outputs, 1 cropped before
    6: F(4, 3)
    5: F(4, 2)
    """
    check_points(stage)
    whole: dict[str, Phase] = {}
    tiles: dict[str, int] = {}
    for p in (phase for line in stage.phases for phase in line):
        name = f"{p.inputs} inputs, {p.taps} taps, {p.outputs} outputs, {p.low} cropped before"
        whole.setdefault(name, p)
        tiles.setdefault(f"F({stage.tile}, {p.taps})", p.taps)
    tiled = f"winograd_tile{stage.tile}"
    return (
        *(Named("winograd", name, phase_algorithm(p)) for name, p in whole.items()),
        *(Named(tiled, name, winograd(stage.tile, r)) for name, r in tiles.items()),
    )


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
