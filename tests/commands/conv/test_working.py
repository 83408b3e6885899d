"""The working of convolutions: each element's sum of products is the element."""

from hypothesis import given, settings

from dlcalc.commands.conv.working import conv_steps
from tests.formulas.evaluation import evaluate
from tests.numbers.convolution.cases import Case, cases, integers


@settings(max_examples=60, deadline=None)
@given(cases())
def test_each_sum_gives_its_element(case: Case) -> None:
    upstream = integers(case.run().shape, 5)
    result = case.run(upstream=upstream)
    shown = 0
    for step in conv_steps(result):
        if step.numbers and "more products" not in str(step.numbers[-1]):
            assert evaluate(step.numbers[-1]) == step.value, step
        elif step.note == "no tap meets an input here":
            assert step.value == 0
        shown += step.value is not None
    assert shown >= result.dims
