"""What results show of themselves, and the plain data that they become."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from dlcalc.commands.size.answer import size
from dlcalc.numbers.convolution.conv import conv
from dlcalc.numbers.convolution.pooling import pool
from dlcalc.numbers.results import Result
from dlcalc.typed import Any


def test_a_short_description_has_six_fields_and_the_shapes_of_arrays() -> None:
    assert repr(conv([1, 2, 3.0], [1, 1], upstream=[1, 2])) == (
        "Convolution(output: 2, dx: 3, dw: 2, input_shape=(3,), kernel_shape=(2,), axes: 1, …)"
    )
    assert repr(conv(np.ones((2, 4, 4)), np.ones((1, 2, 3, 3)))).startswith(
        "Convolution(output: 1x2x2, input_shape=(2, 4, 4), kernel_shape=(1, 2, 3, 3), axes: 2, "
    )


@dataclass(frozen=True, repr=False)
class Six(Result):
    """A result of one value in each of six fields."""

    a: Any = 1
    b: Any = 2.5
    c: Any = True
    d: Any = ()
    e: Any = None
    f: Any = "x"
    g: Any = field(default_factory=dict)


@pytest.mark.parametrize(("values", "shown"), [
    ({}, "a=1, b=2.5, c=True, f='x'"),
    ({"d": [None, 1], "e": {1: 2}}, "a=1, b=2.5, c=True, d: 2, e: 1, f='x'"),
    ({"d": (1, 2), "e": (1, None), "g": [1]}, "a=1, b=2.5, c=True, d=(1, 2), e: 2, f='x', …"),
    ({"f": "x" * 40}, f"a=1, b=2.5, c=True, f='{'x' * 40}'"),
    ({"f": "x" * 41}, "a=1, b=2.5, c=True"),
])
def test_a_description_leaves_out_what_is_empty_or_long(
    values: dict[str, Any], shown: str
) -> None:
    assert repr(Six(**values)) == f"Six({shown})"


def test_a_result_is_the_table_and_the_working_that_its_command_prints() -> None:
    result = size(32, 5)
    assert str(result) == "28"
    formula, remainder = result.explain().split("\n")
    assert formula.startswith("O = ⌊(L + 2·P − F)/S⌋ + 1 = ⌊(32 + 2·0 − 5)/1⌋ + 1")
    assert remainder.startswith("remainder = ")
    assert result.to_dict() == {"output": 28, "remainder": 0}
    third = conv([1.0], [1 / 3])
    assert "0.333333<" in third._repr_html_()
    assert "0.333333 " in third._repr_latex_()
    assert str(third) == "0.333333"
    assert "0.333333\n" in third.explain() + "\n"


def test_a_record_holds_lists_and_numbers_of_python_alone() -> None:
    given: Any = (np.int64(8), np.int64(6))
    assert size(given, 3, solve="pad", output=given).to_dict() == {
        "solve": "pad", "solutions": [{"pad": [1, 1], "remainder": [0, 0]}],
    }
    record = conv(np.ones((2, 2)), np.ones((1, 2)), upstream=[[1.0], [2.0]]).to_dict()
    assert (record["output"], record["dw"]) == ([[2.0], [2.0]], [[3.0, 3.0]])
    assert type(record["output"]) is type(record["dw"][0]) is list


@pytest.mark.parametrize("make", [np.array, list])
def test_what_is_explained_is_what_was_given_whatever_becomes_of_it_later(make: Any) -> None:
    x, w, up = (make([float(each) for each in row]) for row in ([3, 1, 2], [1, 2], [1, 10]))
    results = conv(x, w, upstream=up), pool(x, 2, 1, upstream=up)
    before = [each.explain() for each in results]
    x[0] = w[0] = up[0] = 99.0
    assert [each.explain() for each in results] == before
