"""Functions of activations that NumPy has not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.numbers.activations import erf


@given(x=st.floats(-10, 10))
def test_erf_is_the_error_function(x: float) -> None:
    assert float(erf(np.array([x]))[0]) == pytest.approx(math.erf(x), rel=1e-13, abs=1e-300)
