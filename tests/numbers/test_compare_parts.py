"""Differences among arrays side by side, named in the order of the derivation."""

from typing import Any

import numpy as np
import pytest

from dlcalc.errors import InputError
from dlcalc.numbers.compare import Difference, ShapeDifference
from tests.numbers.test_compare import compare

RECORD = {
    "loss": 0.5,
    "gradients": {"weights": [np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])]},
}
BACKWARDS = ("loss", "gradients.weights[1]", "gradients.weights[0]")
AGREE = [[[1, 2]], [[3], [4]]]


def difference(weights: Any, order: tuple[str, ...] = BACKWARDS, loss: float = 0.5) -> Any:
    expected = {"loss": loss, "gradients": {"weights": weights}}
    return compare(expected, RECORD, "loss", 1e-6, order)


def test_parts_of_several_shapes_that_agree() -> None:
    assert difference(AGREE) is None


@pytest.mark.parametrize(
    ("order", "field", "index"),
    [(BACKWARDS, "gradients.weights[1]", (1, 0)), ((), "gradients.weights[0]", (0, 1))],
)
def test_the_first_difference_is_the_first_derived(
    order: tuple[str, ...], field: str, index: tuple[int, ...]
) -> None:
    found = difference([[[1, 9]], [[3], [9]]], order)
    assert isinstance(found, Difference)
    assert (str(found.field), found.index, found.total) == (field, index, 2)


def test_arrays_side_by_side_have_no_names() -> None:
    with pytest.raises(InputError, match="the result has no field 'first'"):
        difference({"first": [[1, 2]]})


def test_fields_without_a_place_in_the_order_come_last() -> None:
    assert str(difference([[[1, 9]], [[3], [4]]], ("loss",)).field) == "gradients.weights[0]"
    assert str(difference([[[1, 9]], [[3], [4]]], ("loss",), loss=9).field) == "loss"


@pytest.mark.parametrize(
    ("weights", "field"),
    [([[[1, 2]]], "gradients.weights"), ([[[1, 2]], [[3, 4]]], "gradients.weights[1]")],
)
def test_a_part_of_another_shape_is_named(weights: Any, field: str) -> None:
    found = difference(weights)
    assert isinstance(found, ShapeDifference)
    assert str(found.field) == field
