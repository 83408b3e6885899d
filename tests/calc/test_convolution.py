from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from dlcalc.calc.conv_definition import by_definition
from dlcalc.calc.convolution import conv
from tests.calc.conv_cases import Case, cases, integers

REFERENCE = json.loads((Path(__file__).parents[1] / "data/reference_conv.json").read_text())["conv"]


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


@settings(max_examples=20, deadline=None)
@given(cases())
def test_is_linear(case: Case) -> None:
    other = Case(integers(case.x.shape, 5), case.w, case.options)
    both = Case(2 * case.x - 3 * other.x, case.w, case.options)
    expected = 2 * case.run().output - 3 * other.run().output
    assert both.run().output.tolist() == expected.tolist()
