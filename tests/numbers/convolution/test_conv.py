from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.convolution import plan as conv_plan
from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.numbers.convolution.terms import factors, padded_input, terms
from dlcalc.numbers.exact import Array
from tests.numbers.convolution.cases import Case, by_definition, cases, floats, integers, iota

REFERENCE = json.loads((Path(__file__).parents[2] / "data/reference_conv.json").read_text())["conv"]


@pytest.mark.parametrize("case", REFERENCE)
def test_agrees_with_pytorch(case: dict[str, Any]) -> None:
    result = conv(
        case["input"], case["kernel"], case["stride"], case["pad"], case["dilation"],
        case["groups"], case["dims"], transposed=case["transposed"],
        output_padding=case.get("output_padding", 0),
    )
    assert result.shape == tuple(case["shape"])
    np.testing.assert_allclose(result.output.ravel(), case["output"], rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_is_its_definition(case: Case) -> None:
    result = case.run()
    assert result.output.tolist() == by_definition(case.x, case.w, result).tolist()


@settings(max_examples=20, deadline=None)
@given(cases())
def test_is_its_definition_beyond_int64(case: Case) -> None:
    x, w = case.x.astype(object) * 10**12, case.w.astype(object) * 10**12
    result = conv(x, w, **case.options)
    assert result.output.tolist() == by_definition(x, w, result).tolist()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_gradients_are_adjoint(case: Case) -> None:
    output = case.run().output
    upstream = integers(output.shape, 7)
    result = case.run(upstream=upstream)
    assert result.dx is not None
    assert result.dw is not None
    inner = int((output * upstream).sum())
    assert int((case.x * result.dx).sum()) == inner
    assert int((case.w * result.dw).sum()) == inner


def test_gradient_of_a_transposed_one_whose_padding_crops_as_much_as_it_adds() -> None:
    result = conv([7], [-1, 5], transposed=True, dilation=2, pad=[(1, 0)], output_padding=1,
                  upstream=[1, 2, 3])
    assert result.output.tolist() == [0, 35, 0]
    assert result.dx is not None
    assert result.dx.tolist() == [5 * 2]


@settings(max_examples=20, deadline=None)
@given(cases())
def test_is_linear(case: Case) -> None:
    other = Case(integers(case.x.shape, 5), case.w, case.options)
    both = Case(2 * case.x - 3 * other.x, case.w, case.options)
    expected = 2 * case.run().output - 3 * other.run().output
    assert both.run().output.tolist() == expected.tolist()


def test_float_gradients_agree_with_differences() -> None:
    x, w, upstream = floats((2, 7, 6)), floats((3, 2, 3, 2), 1), floats((3, 4, 5), 2)

    def loss(x: Array, w: Array) -> float:
        y = conv(x, w, stride=2, pad=[(1, 2), (3, 2)], pad_mode="reflect").output
        return float((y * upstream).sum())

    result = conv(x, w, stride=2, pad=[(1, 2), (3, 2)], pad_mode="reflect", upstream=upstream)
    assert result.dx is not None
    assert result.dw is not None
    for place in np.ndindex(*x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-6
        slope = (loss(x + step, w) - loss(x - step, w)) / 2e-6
        assert slope == pytest.approx(result.dx[place], rel=1e-6, abs=1e-7)
    for place in np.ndindex(*w.shape):
        step = np.zeros_like(w)
        step[place] = 1e-6
        slope = (loss(x, w + step) - loss(x, w - step)) / 2e-6
        assert slope == pytest.approx(result.dw[place], rel=1e-6, abs=1e-7)


E1 = (iota(4, 4), [[4, 2], [5, 1]])


def written(x: object, w: object, result: Convolution, index: tuple[int, ...]) -> list[Any]:
    """The products of an output element with their places: x, w, the input's, the weight's."""
    pairs = factors(np.asarray(x), np.asarray(w), None, terms(result, "output", index), "output")
    places = terms(result, "output", index).met
    return [(*pair, of, tap) for pair, (_, of, tap) in zip(pairs, places, strict=True)]


def test_terms_of_an_element_are_its_sum_written_out() -> None:
    result = conv(*E1, stride=2, pad=1)
    assert np.asarray(result).tolist() == [[1, 13, 20], [19, 99, 92], [26, 86, 64]]
    assert written(*E1, result, (0, 1)) == [
        (0, 4, None, (0, 0)), (0, 2, None, (0, 1)),
        (2, 5, (0, 1), (1, 0)), (3, 1, (0, 2), (1, 1)),
    ]
    assert padded_input(result)[:2].tolist() == [[0] * 6, [0, 1, 2, 3, 4, 0]]


def test_terms_of_a_flipped_kernel_name_the_weight_as_it_came() -> None:
    result = conv([1, 2, 3], [4, 5], flip=True)
    assert written([1, 2, 3], [4, 5], result, (0,)) == [(1, 5, (0,), (1,)), (2, 4, (1,), (0,))]


def test_terms_of_a_transposed_element_are_what_lands_there() -> None:
    x, w = [1, 2], [3, 4, 5]
    result = conv(x, w, stride=2, transposed=True)
    assert result.output.tolist() == [3, 4, 11, 8, 10]
    assert written(x, w, result, (2,)) == [(2, 3, (1,), (0,)), (1, 5, (0,), (2,))]


def test_an_index_outside_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"no element \(3, 0\) in an output of shape 3x3"):
        terms(conv(*E1, stride=2, pad=1), "output", (3, 0))


@pytest.mark.parametrize(
    ("x", "w", "dims", "shape"),
    [
        ((9,), (3,), None, (7,)),
        ((5, 5), (2, 2), None, (4, 4)),
        ((5, 5, 5), (2, 2, 2), None, (4, 4, 4)),
        ((2, 3, 8), (4, 3, 2), 1, (2, 4, 7)),
        ((3, 8), (4, 3, 2), None, (4, 7)),
        ((3, 8, 8), (4, 3, 2, 2), None, (4, 7, 7)),
        ((2, 3, 8, 8), (4, 3, 2, 2), None, (2, 4, 7, 7)),
        ((3, 4, 5, 6), (2, 3, 2, 2, 2), None, (2, 3, 4, 5)),
    ],
)
def test_ranks_say_what_is_batch_and_channel(
    x: tuple[int, ...], w: tuple[int, ...], dims: int | None, shape: tuple[int, ...]
) -> None:
    result = conv(integers(x, 1), integers(w, 2), dims=dims)
    assert result.shape == shape
    assert result.output.tolist() == by_definition(
        integers(x, 1), integers(w, 2), result
    ).tolist()


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        (("int8", "int8"), "int64"), (("bool", "uint8"), "int64"),
        (("float16", "float16"), "float16"), (("float32", "float32"), "float32"),
        (("float64", "float32"), "float64"), (("longdouble", "float64"), "longdouble"),
    ],
)
def test_types_are_kept(dtypes: tuple[str, str], expected: str) -> None:
    x, w = np.full((3, 3), 100).astype(dtypes[0]), np.full((2, 2), 3).astype(dtypes[1])
    output = conv(x, w).output
    assert output.dtype == expected
    assert (output == (12 if dtypes[0] == "bool" else 1200)).all()


@pytest.mark.parametrize("scale", [1, 2**25, 2**31, 2**40])
def test_whole_numbers_are_exact_in_every_type_they_are_computed_in(scale: int) -> None:
    x, w = [scale, scale + 1, -scale], [scale - 1, scale]
    expected = [x[0] * w[0] + x[1] * w[1], x[1] * w[0] + x[2] * w[1]]
    assert conv(x, w).output.tolist() == expected
    dx = conv(x, w, upstream=[1, 1]).dx
    assert dx is not None
    assert dx.tolist() == [w[0], w[0] + w[1], w[1]]


def test_multiplications_count_the_definition_and_no_inserted_zero() -> None:
    assert conv(*E1, stride=2, pad=1).multiplications == 3 * 3 * 4
    upsampled = conv(integers((2, 4, 4), 1), integers((2, 3, 5, 5), 2), stride=2, transposed=True)
    assert upsampled.multiplications == 4 * 4 * 5 * 5 * 2 * 3


@pytest.mark.parametrize(
    ("x", "w", "options", "error", "said"),
    [
        ((5, 5, 5), (2, 2), {}, ShapeError, "input of rank 3 .shape 5x5x5. and a kernel of rank 2"),
        ((5,), (2, 2), {}, ShapeError, "kernel of rank 2"),
        ((5, 5), (2, 2), {"dims": 1}, ShapeError, "do not fit 1 dims"),
        ((3, 5, 5), (4, 2, 2, 2), {}, ShapeError, "has 3 channels, a kernel of shape 4x2"),
        ((4, 5, 5), (3, 2, 2, 2), {"groups": 2}, ShapeError, "3 output channels do not divide"),
        ((3, 5, 5), (2, 2, 2, 2), {"transposed": True}, ShapeError, "takes 2"),
        ((5, 0), (2, 2), {}, ShapeError, "the input is empty: shape 5x0"),
        ((5, 5), (6, 2), {}, ShapeError, "a kernel of 6 does not fit a padded input of 5"),
        ((5, 5), (2, 2), {"groups": 0}, InputError, "groups 0 is below 1"),
        ((5, 5), (2, 2), {"dims": 4}, InputError, "dims 4 is none of 1, 2, 3"),
        ((5, 5), (2, 2), {"stride": 0}, InputError, "stride 0 is below 1"),
        ((5, 5), (2, 2), {"pad_mode": "reflekt"}, InputError, "did you mean reflect"),
        ((5, 5), (2, 2), {"pad": 5, "pad_mode": "reflect"}, ShapeError, "at most 4"),
        ((5, 5), (2, 2), {"pad": 6, "pad_mode": "circular"}, ShapeError, "at most 5"),
        ((5, 5), (2, 2), {"transposed": True, "pad_mode": "circular"}, InputError, "takes zeros"),
        ((5, 5), (2, 2), {"upstream": [[1]]}, ShapeError, "has shape 1x1, the output 4x4"),
        ((5, 5), (2, 2), {"pad": 10**12}, LimitError, "an output of 4,000,0"),
        ((5, 5), (2, 2), {"pad": 10**6, "stride": 10**6}, LimitError, "a padded input of 4,000,0"),
        ((5, 5), (2, 2), {"transposed": True, "stride": 10**9}, LimitError, "an output of"),
    ],
)
def test_what_does_not_fit_is_refused(
    x: tuple[int, ...], w: tuple[int, ...], options: dict[str, Any], error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        conv(np.zeros(x, int), np.zeros(w, int), **options)


@pytest.mark.parametrize("name", ["stride", "pad", "dilation", "groups", "dims"])
def test_what_is_refused_is_refused_after_shapes_that_were_met_before(name: str) -> None:
    x, w = np.arange(16.0).reshape(4, 4), np.ones((2, 2))
    options: dict[str, Any] = {name: 2 if name == "dims" else 1}
    assert conv(x, w, **options).dims == 2
    others: list[Any] = [True, 1.0, (1.0, 1), {}]
    for value in others:
        with pytest.raises(InputError):
            conv(x, w, **{name: value})


def test_nearest_paddings_that_fit_are_taken() -> None:
    assert conv(E1[0], E1[1], pad=3, pad_mode="reflect").shape == (9, 9)
    assert conv(E1[0], E1[1], pad=4, pad_mode="circular").shape == (11, 11)
    assert conv(E1[0], E1[1], pad=5, pad_mode="replicate").shape == (13, 13)


def test_too_many_products_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conv_plan, "MAX_PRODUCTS", 15)
    monkeypatch.setattr(conv_plan, "MAX_EXACT_PRODUCTS", 7)
    assert conv([1, 2, 3, 4, 5], [1, 1, 1]).shape == (3,)
    with pytest.raises(LimitError, match="16 products are past the limit of 15"):
        conv([1, 2, 3, 4, 5], [1, 1, 1, 1], pad=1)
    with pytest.raises(LimitError, match="9 products are past the limit of 7"):
        conv([2**62, 2, 3, 4, 5], [1, 1, 1])


@pytest.mark.parametrize("padding", ["same", "valid", "full"])
@pytest.mark.parametrize("transposed", [False, True])
def test_named_paddings_are_those_of_size(padding: str, transposed: bool) -> None:
    x, w = integers((5, 7), 1), integers((2, 3), 2)
    result = conv(x, w, stride=2, pad=padding, transposed=transposed)
    assert result.shape == tuple(axis.output for axis in result.axes)
    assert result.output.tolist() == by_definition(x, w, result).tolist()


@pytest.mark.parametrize("pad", [0, 1, (0, 3)])
@pytest.mark.parametrize(
    ("x", "w", "options"),
    [([1, 2], [3, 4], {"stride": 10**30}), ([1, 2], [3], {"stride": 3, "dilation": 10**30}),
     ([1], [3, 4, 5, 6, 7], {"stride": 10**30, "transposed": True}),
     ([1, 2, 3, 4], [5], {"dilation": 10**30, "transposed": True})],
)  # fmt: skip
def test_steps_that_nothing_takes_may_be_of_any_size(
    x: list[int], w: list[int], options: dict[str, Any], pad: Any
) -> None:
    result = conv(x, w, pad=[pad] if isinstance(pad, tuple) else pad, **options)
    assert result.output.tolist() == by_definition(x, w, result).tolist()
    both = conv(x, w, pad=result.pad, **options, upstream=np.ones(result.shape, int))
    assert both.dx is not None
    assert both.dw is not None
    assert (both.dx * x).sum() == (both.dw * w).sum() == result.output.sum()


def test_what_is_cropped_is_counted_too() -> None:
    with pytest.raises(LimitError, match="an output before it is cropped of 1,0"):
        conv([1, 2], [3], stride=10**30, pad=5 * 10**29, transposed=True)
