"""Convolutions of every algorithm hold little more than their output."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from dlcalc.numbers.convolution.conv import conv

MOST_EXTRA = 64 * 2**20
UP = {"transposed": True, "stride": 2}


@pytest.mark.parametrize(
    ("x", "w", "options"),
    [
        ((8, 64, 112, 112), (64, 64, 1, 1), {}),
        ((4, 64, 112, 112), (64, 64, 3, 3), {"pad": 1}),
        ((1, 512, 56, 56), (512, 512, 3, 3), {"pad": 1}),
        ((4, 3, 224, 224), (64, 3, 7, 7), {"stride": 2, "pad": 3}),
        ((1, 1, 3000, 3000), (1, 1, 5, 5), {}),
        ((1, 1, 3000, 3000), (1, 1, 31, 31), {"pad": 15}),
        ((4, 64, 112, 112), (64, 1, 3, 3), {"pad": 1, "groups": 64}),
        ((8, 256, 16, 16), (256, 128, 5, 5), {**UP, "pad": 2, "output_padding": 1}),
    ],
)
def test_extra_memory_is_bounded(
    x: tuple[int, ...], w: tuple[int, ...], options: dict[str, Any]
) -> None:
    data, weight = np.ones(x), np.ones(w)
    conv(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)))
    tracemalloc.start()
    try:
        output = conv(data, weight, **options).output
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= output.nbytes + MOST_EXTRA
