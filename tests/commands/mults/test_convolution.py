"""The counts beside the transposed convolution that `conv` carries out."""

from __future__ import annotations

import numpy as np
import pytest

from dlcalc.commands.mults.axis import upsampling_axes
from dlcalc.commands.mults.direct import skipping_zeros
from dlcalc.commands.mults.stages import mults
from dlcalc.commands.mults.tally import Tally
from dlcalc.numbers.convolution.conv import conv


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "extra", "dilation"),
    [((4, 4), (5, 5), 2, 0, 0, 1), ((4, 4), (5, 5), 2, 2, 1, 1), ((5, 3), (2, 4), 3, 1, 2, 2)],
)
def test_conv_computes_the_products_that_are_cropped_too(
    size: tuple[int, int], kernel: tuple[int, int], stride: int, pad: int, extra: int,
    dilation: int,
) -> None:
    x = np.arange(1, 1 + size[0] * size[1]).reshape(size)
    w = np.arange(3, 3 + kernel[0] * kernel[1]).reshape(kernel)
    done = conv(
        x, w, stride, pad, dilation, transposed=True, output_padding=extra
    )
    uncropped = mults(size, kernel, stride, 0, 0, dilation).total["zero_skip"]
    counted = mults(size, kernel, stride, pad, extra, dilation).total["zero_skip"]
    assert done.multiplications == uncropped >= counted
    assert (uncropped == counted) == (pad == 0)

    tally = Tally()
    axes = upsampling_axes(size, kernel, stride, pad, extra, dilation)
    y = skipping_zeros(
        {index: tally.number(int(value)) for index, value in np.ndenumerate(x)},
        {index: tally.number(int(value)) for index, value in np.ndenumerate(w)},
        axes, tally,
    )
    assert {index: number.value for index, number in y.items()} == dict(np.ndenumerate(done.output))
    assert tally.products == counted
