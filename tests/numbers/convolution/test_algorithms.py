"""Every algorithm of a convolution against the definition, whole and cut into many tiles."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcalc.errors import LimitError
from dlcalc.numbers import threads as pool
from dlcalc.numbers.convolution import fast
from dlcalc.numbers.convolution import plan as conv_plan
from dlcalc.numbers.convolution.conv import arranged, conv
from dlcalc.numbers.convolution.fast import by_bands, by_spectra, by_winograd
from dlcalc.numbers.convolution.plan import Geometry, blocks, by_columns, padded, unpadded
from dlcalc.numbers.exact import Array
from tests.numbers.convolution.cases import Case, by_definition, cases, floats, integers

Algorithm = Callable[[Array, Array, Geometry], Array]
MODES = ("zeros", "reflect", "replicate", "circular")

DENSE = [
    ((1, 2, 9), (2, 2, 3), {"pad": 1}),
    ((2, 2, 7, 6), (3, 2, 3, 3), {"pad": [(0, 2), (1, 0)]}),
    ((1, 1, 8, 9), (2, 1, 3, 3), {"pad": 2}),
]
MANY = ((2, 3, 5, 3), (19, 3, 3, 3), {"pad": 1})
CHANNELWISE = [
    ((1, 2, 40), (2, 1, 5), {"pad": 3}),
    ((2, 3, 5, 37), (3, 1, 3, 4), {"pad": [(1, 0), (0, 2)]}),
    ((1, 2, 4, 5, 18), (2, 1, 2, 3, 2), {"pad": 1}),
]
STRIDED = [
    ((1, 2, 75), (2, 1, 3), {"stride": 2, "dilation": 3}),
    ((1, 2, 9, 41), (2, 1, 2, 3), {"stride": [3, 2], "dilation": [2, 1], "pad": 1}),
    ((1, 1, 6, 7, 20), (1, 1, 2, 2, 2), {"stride": [2, 1, 3]}),
]


def run(algorithm: Algorithm, shapes: tuple[Any, Any, Any], mode: str) -> tuple[Array, Array]:
    """What the algorithm gives for whole numbers, and what the definition does."""
    x, w, options = integers(shapes[0], 1), integers(shapes[1], 2), dict(shapes[2])
    groups = x.shape[1] // w.shape[1]
    result = conv(x, w, groups=groups, dims=x.ndim - 2, pad_mode=mode, **options)
    geometry = Geometry(result.axes, mode)
    expected = by_definition(x, w, result).astype(float)
    return algorithm(x.astype(float), w.astype(float), geometry), expected


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", DENSE)
@pytest.mark.parametrize("m", [2, 4])
def test_winograd_is_the_definition(shapes: tuple[Any, Any, Any], mode: str, m: int) -> None:
    found, expected = run(partial(by_winograd, m=m), shapes, mode)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("most", [1, 2000, 2**24])
def test_winograd_holds_kernels_or_tiles_while_the_others_go_by(
    most: int, tiny_tiles: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast, "KERNEL_BYTES", 1)
    monkeypatch.setattr(fast, "HELD_BYTES", most)
    found, expected = run(partial(by_winograd, m=2), MANY, "zeros")
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", CHANNELWISE)
def test_spectra_are_the_definition(shapes: tuple[Any, Any, Any], mode: str) -> None:
    found, expected = run(by_spectra, shapes, mode)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", CHANNELWISE + STRIDED)
def test_bands_are_the_definition_exactly(shapes: tuple[Any, Any, Any], mode: str) -> None:
    found, expected = run(by_bands, shapes, mode)
    assert found.tolist() == expected.tolist()


@pytest.fixture
def tiny_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several tiles, on several threads, even of the smallest convolution."""
    monkeypatch.setattr(conv_plan, "ONE_TILE", 0)
    monkeypatch.setattr(conv_plan, "TILE_BYTES", 1)
    monkeypatch.setattr(conv_plan, "MOST_TILE_BYTES", 200)
    monkeypatch.setattr(conv_plan, "SCATTER_BYTES", 200)
    monkeypatch.setattr(conv_plan, "LEAST_ROWS", 4)
    monkeypatch.setattr(conv_plan, "OUTPUTS_A_CHANNEL", 0)
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: 3)
    monkeypatch.setattr(conv_plan, "LEAST_FAST", 0)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cases())
def test_tiles_make_no_difference(tiny_tiles: None, case: Case) -> None:
    result = case.run()
    assert result.output.tolist() == by_definition(case.x, case.w, result).tolist()
    upstream = integers(result.shape, 3)
    tiled = case.run(upstream=upstream)
    assert tiled.dw is not None
    assert int((case.w * tiled.dw).sum()) == int((result.output * upstream).sum())


@pytest.mark.parametrize(
    ("x", "w", "dtype"),
    [
        ((1, 64, 30, 30), (64, 64, 3, 3), "float32"),
        ((1, 64, 30, 30), (64, 64, 3, 3), "float64"),
        ((1, 256, 14, 14), (128, 256, 3, 3), "float64"),
        ((300, 300), (17, 17), "float32"),
        ((300, 300), (17, 17), "float64"),
        ((400, 400), (5, 5), "float32"),
    ],
)
def test_rounding_is_near_that_of_direct_summation(
    monkeypatch: pytest.MonkeyPatch, x: tuple[int, ...], w: tuple[int, ...], dtype: str
) -> None:
    monkeypatch.setattr(conv_plan, "LEAST_WINOGRAD", 0)
    data, kernel = floats(x, 1, dtype), floats(w, 2, dtype)
    result = conv(data, kernel)

    def summed(kind: str) -> Array:
        ones = (1,) * (4 - len(w))
        inputs = data.reshape(ones + x).astype(kind)
        weights = kernel.reshape(ones + w).astype(kind)
        return by_columns(inputs, weights, Geometry(result.axes)).reshape(result.shape)

    direct = np.abs(summed(dtype) - summed("longdouble")).max()
    assert np.abs(result.output - summed("longdouble")).max() <= 10 * direct


@pytest.mark.parametrize(
    ("x", "w"),
    [((1, 32, 30, 30), (32, 32, 3, 3)), ((200, 200), (17, 17)), ((400, 400), (5, 5))],
)
@pytest.mark.parametrize("value", [np.inf, np.nan, 1e306])
def test_one_wild_value_spoils_only_its_own_windows(
    x: tuple[int, ...], w: tuple[int, ...], value: float
) -> None:
    data, kernel = floats(x, 1), np.ones(w)
    data[..., 0, 0] = value
    output = conv(data, kernel).output
    assert np.isfinite(output).all() == np.isfinite(value)
    assert np.isfinite(output[..., 1:, :]).all()
    assert np.isfinite(output[..., 1:]).all()


@pytest.mark.parametrize(("x", "w"), [([np.inf, 1.0], [0.0]), ([0.0], [np.inf]), ([0.0], [np.nan])])
def test_zero_times_what_is_not_finite_is_no_number(x: list[float], w: list[float]) -> None:
    assert np.isnan(conv(x, w).output[0])
    assert np.isnan(conv([x], [[w], [[1.0]]], dims=1).output[0, 0])


@pytest.mark.parametrize("mode", MODES)
def test_unpadding_is_the_adjoint_of_padding(mode: str) -> None:
    result = conv(np.ones((5, 4)), np.ones((2, 2)), pad=[(2, 1), (3, 2)], pad_mode=mode)
    geometry = Geometry(result.axes, mode)
    x, y = integers((1, 1, 5, 4), 1), integers((1, 1, 8, 9), 2)
    around = padded(x, geometry, (slice(0, 8), slice(0, 9)))
    assert (around * y).sum() == (x * unpadded(y, geometry)).sum()


ONE = ((1, 1, 1024, 1024), (1, 1, 31, 31))
DEEP = ((1, 64, 92, 92), (64, 64, 3, 3))
OF_TWO, OF_FOUR = partial(by_winograd, m=2), partial(by_winograd, m=4)


@pytest.mark.parametrize(("shapes", "options", "dtype", "exact", "chosen"), [
    (DEEP, {"pad": 1}, "float32", False, OF_FOUR),
    (DEEP, {"pad": 1}, "float64", True, None),
    (DEEP, {"pad": 1}, "int64", False, None),
    (DEEP, {"pad": 1, "stride": 2}, "float32", False, None),
    (DEEP, {"pad": 1, "dilation": 2}, "float32", False, None),
    (((8, 31, 80, 80), (64, 31, 3, 3)), {}, "float32", False, None),
    (((1, 512, 15, 15), (512, 512, 3, 3)), {}, "float32", False, None),
    (((1, 512, 18, 18), (512, 512, 3, 3)), {}, "float64", False, OF_TWO),
    (((1, 512, 15, 15), (512, 512, 3, 3)), {}, "float64", False, None),
    (((1, 300, 2000), (300, 300, 3)), {}, "float32", False, OF_FOUR),
    (((1, 64, 90, 90), (64, 64, 3, 3)), {}, "float64", False, None),
    (((1, 64, 112, 112), (64, 1, 3, 3)), {"stride": 2}, "float32", False, by_bands),
    (ONE, {}, "float64", False, by_spectra), (ONE, {}, "float64", True, by_bands),
    (ONE, {"dilation": 2}, "float64", False, by_bands),
    ((ONE[0], (1, 1, 12, 12)), {}, "float64", False, by_bands),
    (((1, 1, 100, 100), (1, 1, 7, 7)), {}, "float64", False, None),
])
def test_the_algorithm_is_chosen_by_shape(
    shapes: Any, options: dict[str, Any], dtype: str, exact: bool, chosen: Algorithm | None
) -> None:
    x, w = (np.broadcast_to(np.zeros((), dtype), shape) for shape in shapes)
    groups = x.shape[1] // w.shape[1]
    _, _, geometry, _ = arranged(x.shape, w.shape, groups=groups, dims=x.ndim - 2, **options)
    found = conv_plan._fast_algorithm(x, w, geometry, groups, exact)
    assert repr(found) == repr(chosen)  # partial functions are never equal


@pytest.mark.parametrize(("x", "w"), [DEEP, ONE])
def test_an_outlier_rounds_no_neighbour_away(x: Any, w: Any) -> None:
    data = np.ones(x)
    data[0, 0, 0, 0] = 1e15
    assert (conv(data, np.ones(w), dims=2).output[..., 1:] == np.prod(w[1:])).all()


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 40))
def test_blocks_are_small_and_hold_every_element_once(shape: list[int], most: int) -> None:
    held = np.zeros(shape, int)
    cut = list(blocks(tuple(shape), most))
    for block in cut:
        assert 1 <= held[block].size <= most
        held[block] += 1
    assert (held == 1).all()
    assert len(cut) == 1 or held[cut[0]].size * 2 > most / max(shape)


SHAPES: list[tuple[Any, Any, dict[str, Any]]] = [
    ((3, 2, 9), (2, 2, 3), {}), ((1, 3, 12), (2, 3, 4), {"dilation": 2, "pad": 3}),
    ((2, 1, 11), (3, 1, 2), {"stride": 2, "pad": [(0, 1)]}),
    ((2, 3, 7, 6), (2, 3, 3, 2), {"pad": [(2, 0), (1, 1)]}),
    ((3, 2, 9, 5), (2, 2, 2, 3), {"dilation": [3, 1]}),
    ((2, 2, 8, 9), (3, 2, 3, 2), {"stride": [1, 2], "dilation": [2, 1], "pad": 1}),
    ((2, 2, 9, 6), (1, 2, 2, 2), {"stride": [2, 1], "dilation": [1, 3]}),
    ((2, 4, 6, 5), (4, 2, 3, 1), {"pad": 1}),
    ((2, 2, 5, 4, 6), (2, 2, 2, 3, 2), {"pad": [(1, 0), (0, 1), (1, 1)]}),
]


def gradient_by_definition(x: Array, upstream: Array, w: Array, options: dict[str, Any]) -> Array:
    """The gradient of a weight: one weight at a time put at 1, as the output is linear in it."""
    found = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        one = np.zeros(w.shape)
        one[place] = 1
        found[place] = (conv(x, one, dims=x.ndim - 2, **options).output * upstream).sum()
    return found


@pytest.mark.parametrize("shapes", [
    ((1, 2, 5, 4), (3, 2, 1, 1), {}), ((3, 2, 5, 4), (3, 2, 1, 1), {}),
    ((2, 2, 3), (3, 2, 1), {"pad": 1, "stride": 2}),  # as many outputs as inputs, but others
])
@pytest.mark.parametrize("few", [0, 6])
def test_a_kernel_of_one_tap_is_the_definition(
    monkeypatch: pytest.MonkeyPatch, shapes: Any, few: int
) -> None:
    monkeypatch.setattr(conv_plan, "ONE_TILE", 0)
    monkeypatch.setattr(conv_plan, "FEW_WEIGHTS", few)
    found, expected = run(by_columns, shapes, "zeros")
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize(("tile", "cores"), [(1, 1), (500, 3), (1, 2), (2**20, 2)])
def test_every_weight_has_its_own_gradient(
    monkeypatch: pytest.MonkeyPatch, shapes: Any, mode: str, tile: int, cores: int, rows: int
) -> None:
    """In one tile and in many, on one core and on several, in slabs and whole."""
    x, w = integers(shapes[0], 1).astype(float), integers(shapes[1], 2).astype(float)
    options = {"groups": x.shape[1] // w.shape[1], "pad_mode": mode, **shapes[2]}
    upstream = integers(conv(x, w, dims=x.ndim - 2, **options).shape, 3).astype(float)
    expected = gradient_by_definition(x, upstream, w, options)
    monkeypatch.setattr(conv_plan, "TILE_BYTES", tile)
    monkeypatch.setattr(conv_plan, "MOST_TILE_BYTES", tile)
    monkeypatch.setattr(conv_plan, "LEAST_ROWS", rows)
    monkeypatch.setattr(conv_plan, "OUTPUTS_A_CHANNEL", 0)
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: cores)
    result = conv(x, w, dims=x.ndim - 2, upstream=upstream, **options)
    assert result.dw is not None
    assert result.dw.tolist() == expected.tolist()
    assert result.dw.flags.c_contiguous


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize(("bytes_", "cores"), [(1, 1), (300, 1), (2000, 3), (2**22, 2)])
def test_every_output_is_its_definition_however_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, bytes_: int, cores: int, rows: int, transposed: bool
) -> None:
    monkeypatch.setattr(conv_plan, "LEAST_ROWS", rows)
    monkeypatch.setattr(conv_plan, "OUTPUTS_A_CHANNEL", 0)
    for name in ("TILE_BYTES", "MOST_TILE_BYTES", "SCATTER_BYTES"):
        monkeypatch.setattr(conv_plan, name, bytes_)
    monkeypatch.setattr(conv_plan, "ONE_TILE", 0)
    for least in ("LEAST_PRODUCTS", "LEAST_BESIDE_BLAS"):
        monkeypatch.setattr(pool, least, 0)
    monkeypatch.setattr(pool, "cores", lambda: cores)
    for shape, kernel, options in SHAPES:
        x, w = integers(shape, 1), integers(kernel, 2)
        if transposed:
            w = w.reshape(-1, 1, *kernel[2:])[:shape[1]]
            if len(w) < shape[1]:
                continue
        groups = 1 if transposed else shape[1] // kernel[1]
        result = conv(x.astype(float), w.astype(float), dims=len(shape) - 2, groups=groups,
                      transposed=transposed, **options)
        assert result.output.tolist() == by_definition(x, w, result).tolist()


@pytest.mark.parametrize(("x", "w", "stride", "slabs"), [
    ((1, 16, 60, 8), (16, 16, 3, 3), 1, 3), ((1, 16, 60, 8), (16, 16, 3, 3), 2, 3),
    ((1, 16, 60, 8), (16, 16, 3, 3), 3, 1),  # no tap shares a row with another
    ((1, 13, 60, 8), (16, 13, 3, 3), 1, 1), ((1, 16, 12, 8), (64, 16, 3, 3), 1, 1),
    ((1, 256, 9, 3000), (8, 256, 3, 3), 1, 1),
])
def test_each_tap_has_a_product_of_its_own_where_that_saves_time(
    x: tuple[int, ...], w: tuple[int, ...], stride: int, slabs: int
) -> None:
    _, _, geometry, _ = arranged(x, w, stride=stride)
    assert conv_plan._slabs(geometry, np.broadcast_to(np.float32(0), x), w[0]) == slabs


def test_tiles_hold_as_many_columns_as_their_room() -> None:
    """Of 3 channels and 4 taps, 96 bytes a column; more for a weight of more, up to a limit."""
    geometry = Geometry(conv(np.ones((9, 9)), np.ones((2, 2))).axes)
    x = np.zeros((1, 3, 9, 9))

    def largest(weight_bytes: int, dtype: str = "float64") -> int:
        outputs = (1, 10**6, 1)
        tiles = conv_plan._tiles(outputs, x.astype(dtype), geometry, 1, weight_bytes, products=0)
        return int(next(iter(tiles))[1].stop)

    assert largest(0) == conv_plan.TILE_BYTES // 96
    assert largest(0, "float32") == conv_plan.TILE_BYTES // 48
    assert largest(3 * 2**20) == 3 * 2**20 // 96
    assert largest(2**30) == conv_plan.MOST_TILE_BYTES // 96


def test_what_is_too_much_is_refused_and_what_is_just_enough_is_not() -> None:
    conv_plan.check_size(conv_plan.MAX_ELEMENTS, "an output")
    with pytest.raises(LimitError, match="an output of 536,870,913 elements is past the li"):
        conv_plan.check_size(conv_plan.MAX_ELEMENTS + 1, "an output")
    limits = {"float64": conv_plan.MAX_PRODUCTS, "int64": conv_plan.MAX_EXACT_PRODUCTS}
    for kind, most in limits.items():
        conv_plan.check_work(most, np.dtype(kind))
        said = f"{most + 1:,} products are past the limit of {most:,}"
        with pytest.raises(LimitError, match=said):
            conv_plan.check_work(most + 1, np.dtype(kind))


@pytest.mark.parametrize(("mode", "columns"), [
    ("zeros", [None, None, 0, 1, 2, 3, None, None]), ("reflect", [2, 1, 0, 1, 2, 3, 2, 1]),
    ("replicate", [0, 0, 0, 1, 2, 3, 3, 3]), ("circular", [2, 3, 0, 1, 2, 3, 0, 1]),
])
def test_each_padded_column_has_its_source(mode: str, columns: list[int | None]) -> None:
    axis = conv(np.ones(4), np.ones(1), pad=2).axes[0]
    assert [conv_plan.source(axis, at, mode) for at in range(8)] == columns
    geometry = Geometry((axis,), mode)
    x = np.array([[[10, 20, 30, 40]]])
    around = [0 if at is None else 10 * at + 10 for at in columns]
    for start in range(8):
        for stop in range(start + 1, 9):
            found = padded(x, geometry, (slice(start, stop),))
            assert found.tolist() == [[around[start:stop]]]
    if mode == "zeros":
        assert np.shares_memory(padded(x, geometry, (slice(2, 6),)), x)


def test_a_result_is_an_array_of_the_type_that_is_asked_for() -> None:
    result = conv([1.0, 2.0], [2.0])
    assert np.asarray(result) is result.output
    assert np.asarray(conv([1, 2], [2])).dtype == np.int64
    assert np.asarray(result, "float32").dtype == np.float32
    assert not np.shares_memory(np.array(result), result.output)
    assert np.array(result, "float32").tolist() == [2, 4]
    assert (result.dims, result.shape) == (1, (2,))


@pytest.mark.parametrize("mode", MODES[1:])
def test_tiles_may_read_beyond_the_padding(mode: str) -> None:
    geometry = Geometry(conv(np.ones(1), np.ones(1)).axes, mode)
    assert padded(np.array([[[7]]]), geometry, (slice(0, 4),)).tolist() == [[[7] * 4]]
