"""The gradients' products, one by one, against the fast gradients."""

import numpy as np
from hypothesis import given, settings

from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.numbers.convolution.gradient_terms import input_gradient_terms, weight_gradient_terms
from dlcalc.numbers.exact import Array
from tests.numbers.convolution.cases import Case, cases, integers, iota


def assert_sums(x: Array, w: Array, upstream: Array, result: Convolution) -> None:
    for gradient, terms, other in (
        (result.dx, input_gradient_terms, w), (result.dw, weight_gradient_terms, x)
    ):
        assert gradient is not None
        for index in np.ndindex(*gradient.shape):
            found = terms(other, upstream, result, index)
            products = list(found.factors)
            assert len(products) == found.count
            assert sum(a * b for a, b in products) == gradient[index]


@settings(max_examples=60)
@given(cases())
def test_products_of_channels_and_batches(case: Case) -> None:
    upstream = integers(case.run().shape, 5)
    assert_sums(case.x, case.w, upstream, case.run(upstream=upstream))


def test_products_of_one_channel() -> None:
    x, w = iota(4, 5), iota(2, 3)
    for options in ({}, {"stride": 2, "pad": 1}, {"transposed": True, "stride": 2, "pad": 1},
                    {"pad": 1, "pad_mode": "reflect", "flip": True}):  # fmt: skip
        upstream = integers(conv(x, w, **options).shape, 3)
        assert_sums(x, w, upstream, conv(x, w, **options, upstream=upstream))
