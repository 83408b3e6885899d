"""Functions of activations that NumPy has not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.numbers.activations import erf, sigmoid, softplus


@given(x=st.floats(-10, 10))
def test_erf_is_the_error_function(x: float) -> None:
    assert float(erf(np.array([x]))[0]) == pytest.approx(math.erf(x), rel=1e-13, abs=1e-300)


@given(x=st.floats(-700, 700))
def test_softplus_and_its_slope_are_those_of_logarithms(x: float) -> None:
    at, small = np.array([x]), math.exp(-abs(x))
    assert softplus(at)[0] == pytest.approx(max(x, 0) + math.log1p(small), rel=1e-14)
    assert sigmoid(at)[0] == pytest.approx((1 if x >= 0 else small) / (1 + small), rel=1e-14)
