"""The working of sizes: every line of numbers gives the value at its end, and what each line is."""

from __future__ import annotations

import math
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.formulas.text import formula_text
from dlcalc.layers.size_steps import axis_steps, size_slips, size_steps
from dlcalc.numbers.sizes import Axis
from tests.formulas.evaluation import evaluate
from tests.golden import check
from tests.shell.running import invoke

AXES = st.builds(
    Axis,
    input=st.integers(1, 40),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 5),
    pad=st.tuples(st.integers(0, 6), st.integers(-2, 6)),
    dilation=st.integers(1, 4),
    transposed=st.booleans(),
    output_padding=st.just(0),
    ceil=st.booleans(),
)


@given(axis=AXES, extra=st.integers(0, 4))
def test_each_line_gives_its_value(axis: Axis, extra: int) -> None:
    axis = axis._replace(ceil=False, output_padding=extra) if axis.transposed else axis
    for step in size_steps((axis,)) if axis.output >= 1 else ():
        for numbers in step.numbers:
            # Less one, where a window would start past the input, is taken off in the last.
            assert math.isclose(evaluate(numbers), step.value) or (
                axis.ceil and numbers is not step.numbers[-1]
            )


@pytest.mark.parametrize(
    "line",
    [
        "-L 32 -F 5",
        "-L 32 -F 5 -S 2 -P 2",
        "-L 32x7 -F 5x3 -S 2x1 -P 2x0",
        "-L 32 -F 5 -D 2",
        "-L 32 -F 3 -P 1:0",
        "-L 5 -F 3 -S 3 --ceil",
        "-L 6 -F 2 -S 3 -P 1 --ceil",
        "-L 4 -F 1 -S 3 -P 1 --ceil",
        "-L 4 -F 3 -S 2 --ceil",
        "-L 4 -F 3 --transposed",
        "-L 4 -F 3 -S 2 -P 1 --transposed",
        "-L 4 -F 3 -S 2 -P 1:0 --transposed",
        "-L 4 -F 3 -D 2 --transposed",
        "-L 4 -F 3 -S 2 -P 1 --transposed --output-padding 1",
        "-L 32 -F 5 -O 16 -S 2 --solve pad",
        "-L 32 -F 5 -O 1 --solve stride",
        "-L 32 -F 5 -O 14 --solve stride",
        "-F 5 -O 14 -S 2",
        "-F 5x3 -O 14 -S 2",
        "-L 32 -O 30",
        "-L 32 -F 3 -O 28 --solve dilation",
        "-L 4 -F 3 -S 3 --transposed -O 14 --solve output_padding",
        "-L 4 -S 3 --transposed -O 14",
        "-L 9 -F 1 -O 9 --solve dilation",
        "-L 9 -F 2 -O 9 --solve pad -S 2",
        "-L 9 -F 2 -O 4 -S 2 --solve pad",
    ],
)
def test_workings(line: str, regenerate: bool) -> None:
    done = invoke("size", *shlex.split(line), "--explain")
    check("sizes.json", line, [*done.out.splitlines(), *done.err.splitlines()], regenerate)


def test_sizes_of_axes_that_are_alike_are_worked_out_once() -> None:
    one, other = Axis(9, 3), Axis(9, 5)
    for axes, names in (((one,), ["O"]), ((one, one), ["O"]), ((one, other), ["O_0", "O_1"])):
        assert [formula_text(step.name) for step in axis_steps(axes)] == names


def slips_of(*axes: Axis) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for words, output in size_slips(axes):
        assert words not in found
        found[words] = output
    return found


def test_each_slip_of_a_convolution_is_its_own_formula() -> None:
    """32 columns, a kernel of 5 with dilation 2 (9 columns), stride 4, padded by 3 and 2."""
    assert Axis(32, 5, 4, (3, 2), 2).output == (32 + 5 - 9) // 4 + 1 == 8
    assert slips_of(Axis(32, 5, 4, (3, 2), 2)) == {
        "padding left out": (32 - 9) // 4 + 1,
        "padding counted on one side": (32 + 3 - 9) // 4 + 1,
        "padding counted twice": (32 + 10 - 9) // 4 + 1,
        "dilation left out": (37 - 5) // 4 + 1,
        "a span of D·F in place of D·(F − 1) + 1": (37 - 10) // 4 + 1,
        "stride left out": 37 - 9 + 1,
        "the + 1 left out": 7,
        "1 too many": 9,
        "the size of a transposed convolution": 31 * 4 - 5 + 9,
        "kernel left out": (37 - 1) // 4 + 1,
    }
    one_side = slips_of(Axis(33, 5, 4, (4, 4)))
    assert one_side["padding counted on one side"] == (33 + 4 - 5) // 4 + 1
    assert slips_of(Axis(33, 6, 4))["rounding up (--ceil)"] == math.ceil(27 / 4) + 1
    assert slips_of(Axis(33, 6, 4, ceil=True))["rounding down"] == 27 // 4 + 1


def test_each_slip_of_a_transposed_convolution_is_its_own_formula() -> None:
    axis = Axis(9, 3, 2, (1, 1), transposed=True, output_padding=1)
    assert axis.output == 8 * 2 - 2 + 3 + 1 == 18
    assert slips_of(axis) == {
        "padding left out": 20,
        "padding counted on one side": 19,
        "padding counted twice": 16,
        "stride left out": 8 - 2 + 3 + 1,
        "output padding left out": 17,
        "the + 1 left out": 17,
        "1 too many": 19,
        "the size of an ordinary convolution": (9 + 2 - 3) // 2 + 1,
        "kernel left out": 16,
    }


def test_of_two_axes_a_slip_is_on_both_or_on_one_or_they_are_exchanged() -> None:
    found = slips_of(Axis(32, 5, 2, (1, 1)), Axis(12, 3, 1, (0, 0)))
    assert found["padding left out"] == [14, 10]
    assert found["padding left out on axis 0"] == [14, 10]
    assert found["kernel left out"] == [17, 12]
    assert found["kernel left out on axis 0"] == [17, 10]
    assert found["kernel left out on axis 1"] == [15, 12]
    assert found["the axes exchanged"] == [10, 15]
    assert found["stride of the axes exchanged"] == [30, 5]
    assert found["kernel of the axes exchanged"] == [16, 8]
    assert found["pad of the axes exchanged"] == [14, 12]
