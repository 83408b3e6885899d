"""Toom–Cook and Winograd matrices: the identity that they are, and the matrices of the books."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.mults import algorithms
from dlcalc.commands.mults.algorithms import (
    Bilinear,
    Matrix,
    Tally,
    check_cost,
    phase_algorithm,
    run,
    toom_cook,
    verify,
    winograd,
)
from dlcalc.commands.mults.answer import mults
from dlcalc.commands.mults.counting import Phase, count_stage, make_lines
from dlcalc.errors import LimitError
from dlcalc.numbers.convolution.conv import conv
from dlcalc.numbers.sizes import Axis
from tests.commands.mults.strategies import either, turned


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


def assert_all_hold(lines: Sequence[Axis], tile: int = 4) -> None:
    checks = verify(count_stage(lines, tile=tile))
    assert len(checks) == 5
    for check in checks:
        assert check.outputs_agree, check
        assert check.executed == check.counted, check


@settings(max_examples=60, deadline=None)
@given(either(), st.integers(1, 5))
def test_products_made_are_products_counted_on_one_axis(axis: Axis, tile: int) -> None:
    assert_all_hold([axis], tile)


@settings(max_examples=15, deadline=None)
@given(st.lists(either(longest=3), min_size=2, max_size=2))
def test_products_made_are_products_counted_on_two_axes(lines: list[Axis]) -> None:
    first, second = lines
    assert_all_hold([first, second if first.transposed == second.transposed else turned(second)])


@pytest.mark.parametrize(
    "parameters",
    [
        {"input": (4, 4), "kernel": 5, "stride": 2, "pad": 2, "output_padding": 1},
        {"input": (2, 3, 2), "kernel": (2, 3, 1), "stride": (3, 2, 1), "output_padding": (2, 1, 0)},
        {"input": 5, "kernel": 4, "stride": 2, "pad": 3, "output_padding": 1, "dilation": 2},
        {"input": 5, "kernel": 3, "stride": 4, "dilation": 6, "output_padding": 5},
        {"input": 5, "kernel": 2, "stride": 5, "output_padding": 4},
        {"input": 2, "kernel": 3, "stride": 2, "grid_pad": [(5, 4)]},
        {"input": 2, "kernel": 9, "stride": 1, "pad": 4},
        {"input": 9, "kernel": 2, "stride": 1, "pad": 4},
    ],
    ids=["exercise", "three axes", "shared divisor", "shared divisor, untouched outputs",
         "kernel below stride", "grid pads past the kernel", "taps most", "inputs most"],
)
def test_configurations_that_are_apt_to_go_wrong(parameters: dict[str, Any]) -> None:
    assert_all_hold(make_lines(**parameters))


def test_an_algorithm_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = algorithms.products

    def drops_one(line: Axis, method: str, tile: int) -> Any:
        return whole(line, method, tile)[1:]

    def makes_one_more(line: Axis, method: str, tile: int) -> Any:
        found = whole(line, method, tile)
        return [*found, found[0]._replace(data={})]

    for wrong, agrees in ((drops_one, False), (makes_one_more, True)):
        monkeypatch.setattr(algorithms, "products", wrong)
        for check in verify(count_stage(make_lines(4, 5, 2))):
            assert (check.outputs_agree, check.holds) == (agrees, False)
            assert abs(check.executed - check.counted) == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"input": 10**12, "kernel": 5},
         "5,000,000,000,020 products of one channel pair are too many to run"),
        ({"input": 10**6, "kernel": 2, "pad": 5 * 10**5}, "1,000,000 inputs"),
        ({"input": 90, "kernel": 5}, "a Toom–Cook algorithm of 94 products has too large"),
    ],
)
def test_what_is_too_large_is_refused_with_its_size(
    parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(LimitError) as refused:
        check_cost([count_stage(make_lines(**parameters))])
    assert message in str(refused.value)


def test_the_cost_of_all_stages_is_bounded_before_any_runs() -> None:
    stage = count_stage(make_lines(30, 5, 2, pad=2, output_padding=1, dims=2))
    check_cost([stage])
    with pytest.raises(LimitError, match="180,000 products"):
        check_cost([stage] * 2)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "extra", "dilation"),
    [((4, 4), (5, 5), 2, 0, 0, 1), ((4, 4), (5, 5), 2, 2, 1, 1), ((5, 3), (2, 4), 3, 1, 2, 2)],
)
def test_conv_computes_the_products_that_are_cropped_too(
    size: tuple[int, int], kernel: tuple[int, int], stride: int, pad: int, extra: int,
    dilation: int,
) -> None:
    x = np.arange(1, 1 + size[0] * size[1]).reshape(size)
    w = np.arange(3, 3 + kernel[0] * kernel[1]).reshape(kernel)
    done = conv(
        x, w, stride, pad, dilation, transposed=True, output_padding=extra
    )
    uncropped = mults(size, kernel, stride, 0, 0, dilation).total["zero_skip"]
    counted = mults(size, kernel, stride, pad, extra, dilation).total["zero_skip"]
    assert done.multiplications == uncropped >= counted
    assert (uncropped == counted) == (pad == 0)

    times = Tally()
    y = run(
        "zero_skip", {index: int(value) for index, value in np.ndenumerate(x)},
        {index: int(value) for index, value in np.ndenumerate(w)},
        make_lines(size, kernel, stride, pad, extra, dilation), 4, times,
    )
    assert [y.get(at, 0) for at in np.ndindex(done.shape)] == done.output.ravel().tolist()
    assert times.made == counted


def test_every_method_convolves_as_conv_does() -> None:
    x, w = np.arange(35).reshape(7, 5) - 9, np.arange(6).reshape(3, 2) - 2
    done = conv(x, w, (2, 1), (2, 1), (1, 2))
    axes = make_lines((7, 5), (3, 2), (2, 1), (2, 1), dilation=(1, 2), conv=True)
    data, weight = (dict(np.ndenumerate(each.astype(object))) for each in (x, w))
    for method in mults((7, 5), (3, 2), (2, 1), (2, 1), 0, (1, 2), conv=True).total:
        y = run(method, data, weight, axes, 4, Tally())
        assert [y.get(at, 0) for at in np.ndindex(done.shape)] == done.output.ravel().tolist()
