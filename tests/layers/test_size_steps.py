"""The working of sizes: every line of numbers gives the value at its end."""

import math

from hypothesis import given
from hypothesis import strategies as st

from dlcalc.layers.size_steps import size_steps
from dlcalc.numbers.sizes import Axis
from tests.formulas.evaluation import evaluate

AXES = st.builds(
    Axis, input=st.integers(1, 40), kernel=st.integers(1, 7), stride=st.integers(1, 5),
    pad=st.tuples(st.integers(0, 6), st.integers(-2, 6)), dilation=st.integers(1, 4),
    transposed=st.booleans(), output_padding=st.just(0), ceil=st.booleans(),
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
