from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.exact import as_numbers, result_dtype


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
    ],
)
def test_mixed_kinds_promote_as_numpy_does(one: str, other: str, result: str) -> None:
    assert result_dtype(*(np.zeros(1, kind) for kind in (one, other))) == result
