from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.exact import (
    all_finite,
    as_layers_of,
    as_numbers,
    given_back,
    in_type,
    largest,
    narrowed,
    result_dtype,
    working_dtype,
)
from dlcalc.numbers.parse import kind_of, parse_number, parse_rate, shorten


@pytest.mark.parametrize(
    ("values", "dtype", "listed"),
    [
        ([2**63, -1], object, [2**63, -1]),
        ([2**63 - 1, -(2**63)], "int64", [2**63 - 1, -(2**63)]),
        ([2**64, 0], object, [2**64, 0]),
        ([True, False], "int64", [1, 0]),
        (np.array([200], np.uint8), "int64", [200]),
        (np.array([2**63], np.uint64), object, [2**63]),
        (np.array([5], np.uint64), "int64", [5]),
        (np.array([1.5], ">f4"), "float32", [1.5]),
        (np.array([0.5], np.float16), "float16", [0.5]),
        ([np.float16(0.5)], "float16", [0.5]),
        ([1, 0.5], "float64", [1.0, 0.5]),
        ([2**64, 0.5], "float64", [2.0**64, 0.5]),
        ([1e300, 2.0], "float64", [1e300, 2.0]),
        (np.array([1, 2], object), "int64", [1, 2]),
    ],
)
def test_numbers_keep_their_kind_and_value(values: Any, dtype: Any, listed: list[Any]) -> None:
    array = as_numbers(values, "input")
    assert array.dtype == dtype
    assert array.tolist() == listed


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1j], "input holds complex numbers, not real numbers"),
        (["1"], "input holds text, not real numbers"),
        ([b"1"], "input holds bytes, not real numbers"),
        ([None], "input holds null, not real numbers"),
        ([Decimal(1)], "input holds Decimal, not real numbers"),
        (np.zeros(1, [("a", int)]), "input holds structures, not real numbers"),
        (np.ma.array([1, 2], mask=[False, True]), "input has masked elements: fill them"),
        ([10**400, 0.5], "input holds a whole number too large to stand beside floats"),
    ],
)
def test_what_is_no_number_is_named(values: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        as_numbers(values, "input")


def test_masks_of_nothing_are_no_matter() -> None:
    assert as_numbers(np.ma.array([1, 2]), "input").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[1, 2], [3]], "input is ragged: part 0 has 2 entries, part 1 has 1 entries"),
        ([[1, 2], 3], "input is ragged: part 0 has 2 entries, part 1 has a single number"),
        ([[[1], [2, 3]], [[1], [2]]], "input is ragged: part 0 has 1 entries, part 1 has 2"),
    ],
)
def test_ragged_lists_say_where(values: Any, said: str) -> None:
    with pytest.raises(ShapeError, match=said):
        as_numbers(values, "input")


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("int8", "int8", "int64"), ("int64", "float32", "float64"),
        ("float32", "float32", "float32"), ("float16", "float16", "float16"),
        ("float16", "float32", "float32"),
        ("object", "float32", "float64"), ("object", "int64", "object"),
        ("float32", "float64", "float64"), ("int64", "int64", "int64"),
    ],
)
def test_mixed_kinds_promote_as_numpy_does(one: str, other: str, result: str) -> None:
    assert result_dtype(*(np.zeros(1, kind) for kind in (one, other))) == result


@pytest.mark.parametrize(("kind", "bound", "works"), [
    ("int64", 2**53 - 1, "float64"), ("int64", 2**53, "int64"), ("int64", 2**63 - 1, "int64"),
    ("int64", 2**63, "object"), ("object", 5, "float64"), ("float16", 2**70, "float32"),
    ("float32", 2**70, "float32"), ("float64", 0, "float64"),
])
def test_sums_are_computed_where_none_of_them_is_rounded(kind: str, bound: int, works: str) -> None:
    assert working_dtype(np.dtype(kind), bound) == works


def test_whole_numbers_are_given_back_in_64_bits_where_they_fit() -> None:
    assert given_back(np.array([3.0]), np.dtype(np.int64)).dtype == np.int64
    assert given_back(np.array([3.0]), np.dtype(np.float16)).dtype == np.float16
    assert given_back(np.array([3], object), np.dtype(object)).dtype == np.int64
    assert given_back(np.array([2**63], object), np.dtype(object)).dtype == object
    for end, kind in ((2**63 - 1, "int64"), (2**63, "object")):
        assert [narrowed(np.array([sign * end, 1], object)).dtype for sign in (1, -1)] == [kind] * 2
    assert [largest(np.array(each, object)) for each in ([], [0], [-7, 5], [3, 8])] == [0, 0, 7, 8]
    assert in_type(np.array([2, 3], object), np.dtype(float)).tolist() == [2.0, 3.0]
    with pytest.raises(InputError, match="a whole number too large to stand beside floats"):
        in_type(np.array([10**400], object), np.dtype(float))


def test_what_is_finite_is_so_also_where_its_squares_are_not() -> None:
    assert all_finite(np.array([1e200, -1e300]), np.zeros((2, 2)))
    for wrong in (np.inf, -np.inf, np.nan):
        assert not all_finite(np.ones(3), np.array([[1e200, wrong]]))


@pytest.mark.parametrize("values", ["ab", b"ab", {"a": [1]}, 5, np.array(5.0), None])
def test_what_is_no_list_of_layers_is_refused(values: Any) -> None:
    with pytest.raises(InputError, match="biases is no list of one array a layer"):
        as_layers_of(values, "biases")


@pytest.mark.parametrize(("word", "found"), [
    ("13", 13), ("1e3", 1000.0), ("-0.5", -0.5), ("−2", -2), ("−1.5e-3", -0.0015), (" 7 ", 7),
    ("9" * 4299, 10**4299 - 1),
    ("1_000", "'1_000' is not a number: write it in plain digits, 1000"),
    ("\u0663", "'\u0663' is not a number: write it in plain digits"), ("x", "'x' is not a number$"),
    ("1\\n2", "is not a number; rows are divided by ;"), ("nan", "nan is not a finite number"),
    ("-inf", "-inf is not a finite number; `allow_nonfinite` lets it in"),
    ("1e999", "1e999 is beyond the largest float64, 1.8e308"),
    ("1" * 4301, "a number of 4,301 characters; at most 4,300 digits are read"),
])
def test_a_word_is_one_number_or_the_reason_why_it_is_none(word: str, found: Any) -> None:
    if not isinstance(found, str):
        assert (parse_number(word), type(parse_number(word))) == (found, type(found))
        return
    with pytest.raises(InputError, match=found):
        parse_number(word)


def test_nan_and_infinities_are_let_in_where_they_may_be() -> None:
    assert [str(parse_number(each, True)) for each in ("nan", "-inf", "1e999")] == [
        "nan", "-inf", "inf"]


@pytest.mark.parametrize(("word", "found"), [
    ("0", 0.0), ("0.02", 0.02), ("2%", 0.02), ("100%", 1.0), ("0%", 0.0), ("250", 250.0),
    ("-0.001", "-0.001 is below 0"), ("-1%", "-1% is below 0"), ("100.5%", "100.5% is above 100%"),
    ("x", "'x' is no rate: write 0.02 or 2%"), ("2%%", "is no rate"), ("9" * 400, "is no rate"),
])
def test_a_rate_is_a_fraction_or_a_percentage(word: str, found: Any) -> None:
    if not isinstance(found, str):
        assert parse_rate(word) == found
        return
    with pytest.raises(InputError, match=found):
        parse_rate(word)


def test_values_are_told_in_words_and_long_words_cut() -> None:
    kinds: list[object] = [None, {}, [], True, "a", 2, 2.5, 1j]
    assert [kind_of(each) for each in kinds] == [
        "null", "an object", "a list", "true or false", "text", "a number", "a number", "complex"]
    assert shorten("a" * 20 + "b" * 20) == "a" * 20 + "b" * 20
    assert shorten("a" * 20 + "b" * 21) == "a" * 20 + "…" + "b" * 8
    assert shorten("abcdefghijkl", 10) == "abcde…efghijkl"
