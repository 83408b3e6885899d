"""The products of an element, one by one, against the fast convolution and its gradients."""

import numpy as np
from hypothesis import given, settings

from dlcalc.numbers.convolution.conv import Convolution, conv
from dlcalc.numbers.convolution.terms import factors, terms
from dlcalc.numbers.exact import Array
from tests.numbers.convolution.cases import Case, cases, integers, iota


def assert_sums(x: Array, w: Array, upstream: Array, result: Convolution) -> None:
    for field in ("output", "dx", "dw"):
        array = getattr(result, field)
        for index in np.ndindex(*array.shape):
            found = terms(result, field, index)
            products = list(factors(x, w, upstream, found, field))
            assert len(products) == found.size
            assert sum(a * b for a, b in products) == array[index]


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
