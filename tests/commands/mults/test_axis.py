"""One axis: its parameters, its outputs, and its counts against a count by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from dlcalc.commands.mults.axis import (
    Upsampling,
    dense,
    meetings,
    polyphase,
    upsampling_axes,
    zero_skip,
)
from dlcalc.errors import DlcalcError
from tests.commands.mults.strategies import axes

EXERCISE = Upsampling(input=4, kernel=5, stride=2, dilation=1, crop=2, output=8)


@settings(max_examples=150)
@given(axes())
def test_counts_are_what_the_definition_meets(axis: Upsampling) -> None:
    met = [
        i * axis.stride + k * axis.dilation - axis.crop
        for i in range(axis.input)
        for k in range(axis.kernel)
    ]
    assert zero_skip(axis) == sum(0 <= o < axis.output for o in met)
    assert zero_skip(axis) == sum(len(meetings(axis, o)) for o in range(axis.output))
    assert polyphase(axis) == sum(
        (o + axis.crop - k * axis.dilation) % axis.stride == 0
        for o in range(axis.output)
        for k in range(axis.kernel)
    )
    assert zero_skip(axis) <= polyphase(axis) <= dense(axis) == axis.output * axis.kernel


@settings(max_examples=100)
@given(axes())
def test_grid_pads_and_crop_say_the_same(axis: Upsampling) -> None:
    before, after = axis.grid_pad
    assert before + axis.grid + after - axis.dilation * (axis.kernel - 1) == axis.output
    if min(before, after) >= 0:
        again = upsampling_axes(
            axis.input, axis.kernel, axis.stride, dilation=axis.dilation, grid_pad=[(before, after)]
        )
        assert again == (axis,)


@pytest.mark.parametrize(
    "parameters",
    [
        {"pad": 2, "output_padding": 1},
        {"pad": 2, "output": 8},
        {"pad": [(2, 1)]},
        {"grid_pad": [(2, 3)]},
        {"grid_pad": ((2, 3),)},
        {"pad": [(2, 1)], "dims": 1},
    ],
)
def test_the_exercise_from_either_parameters(parameters: dict[str, Any]) -> None:
    assert upsampling_axes(4, 5, 2, **parameters) == (EXERCISE,)


def test_single_values_spread_over_the_axes() -> None:
    assert upsampling_axes(4, 5, 2, grid_pad=[(2, 3)], dims=3) == (EXERCISE,) * 3
    assert upsampling_axes((4, 4), 5, 2, grid_pad=[(2, 3)]) == (EXERCISE,) * 2
    assert upsampling_axes(4, 5, 2, pad=2, output=(8, 8)) == (EXERCISE,) * 2
    assert upsampling_axes(4, 5, 2, grid_pad=((2, 3), (2, 3))) == (EXERCISE,) * 2


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"input": 0}, "input 0 is below 1"),
        ({"stride": 0}, "stride 0 is below 1"),
        ({"stride": 0, "grid_pad": [(2, 3)]}, "stride 0 is below 1"),
        ({"pad": 20}, "output size -29: padding 40 takes off all of the 11 columns"),
        ({"output_padding": 2}, "output padding 2 must be below the stride 2 or the dilation 1"),
        ({"pad": 2, "output": 9}, "output 9 is out of reach: output padding makes 7 to 8"),
        ({"pad": 2, "output": 6}, "output 6 is out of reach: output padding makes 7 to 8"),
        ({"pad": 2, "output": 8, "output_padding": 1},
         "output settles the output padding: give one of them"),
        ({"pad": 2, "grid_pad": [(2, 3)]},
         "grid pad settles the output: give it without pad, output padding and output"),
        ({"grid_pad": [(0, -3)]}, "pad -3 is below 0"),
        ({"kernel": 9, "grid_pad": [(0, 1)]}, "a kernel of 9 does not fit a padded input of 8"),
    ],
)
def test_parameters_that_cannot_be(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(DlcalcError) as refused:
        upsampling_axes(**{"input": 4, "kernel": 5, "stride": 2, **parameters})
    assert str(refused.value) == message


def test_counts_of_a_trillion_columns_are_exact() -> None:
    axis = upsampling_axes(10**12, 5, 2, pad=2, output_padding=1)[0]
    assert (dense(axis), polyphase(axis), zero_skip(axis)) == (
        10**13, 5 * 10**12, 5 * 10**12 - 3
    )
