"""A bias and its gradient; several filters over an image without channels; a batch."""

import numpy as np
import pytest

from dlcalc.errors import ShapeError
from dlcalc.numbers.convolution.conv import conv
from tests.shell.running import invoke


def test_filters_over_a_plain_image_are_those_with_one_channel() -> None:
    rng = np.random.default_rng(1)
    x, w, b = rng.normal(size=(6, 6)), rng.normal(size=(3, 3, 3)), rng.normal(size=3)
    g = rng.normal(size=(3, 4, 4))
    plain = conv(x, w, bias=b, upstream=g)
    whole = conv(x[None, None], w[:, None], bias=b, upstream=g[None])
    assert plain.output.shape == (3, 4, 4)
    for name in ("output", "dx", "dw", "db"):
        a, b = getattr(plain, name), getattr(whole, name)
        np.testing.assert_allclose(a, b.reshape(a.shape), atol=1e-12)


@pytest.mark.parametrize("batch", [(), (2,)])
def test_the_bias_is_added_and_its_gradient_is_the_sum(batch: tuple[int, ...]) -> None:
    rng = np.random.default_rng(2)
    x, w = rng.integers(-9, 9, (*batch, 2, 5, 4)), rng.integers(-9, 9, (3, 2, 2, 2))
    g = rng.integers(-9, 9, (*batch, 3, 4, 3))
    found = conv(x, w, bias=[10**20, 0, -1], upstream=g)
    bare = conv(x, w).output.astype(object)
    added = np.array([10**20, 0, -1], dtype=object).reshape(3, 1, 1)
    assert (found.output == bare + added).all()
    assert np.array(found.db).tolist() == g.reshape(-1, 3, 4, 3).sum(axis=(0, 2, 3)).tolist()


def test_every_field_has_elements_and_all_of_a_homework_is_written() -> None:
    given = ("conv", "-x", "1 2 3; 4 5 6; 7 8 9", "-w", "[[[1,0],[0,1]],[[0,1],[1,0]]]",
             "--bias", "1 2", "--upstream", "[[[1,1],[1,1]],[[1,0],[0,2]]]")
    shown = invoke(*given, "--explain").out
    for line in ("y(1,0,1) = 2·0 + 3·1 + 5·1 + 6·0 + 2 = 10",
                 "dw(1,1,1) = 1·5 + 0·6 + 0·8 + 2·9 = 23",
                 "db(1) = 1 + 0 + 0 + 2 = 3", "dx(2,2) = "):
        assert line in shown
    assert "db(0) = 1 + 1 + 1 + 1 = 4" in invoke(*given, "--at", "db:0").out
    assert "outside the dw" in invoke(*given, "--at", "dw:0,5,5").complaint


def test_a_whole_bias_leaves_decimals_as_they_are() -> None:
    assert conv([0.5, 1.5], [1.0], bias=[2]).output.tolist() == [2.5, 3.5]
    assert conv([1, 2], [1], bias=[0.25]).output.tolist() == [1.25, 2.25]


def test_whole_numbers_stay_exact_with_their_bias() -> None:
    found = conv([2**62, -(2**62)], [1], bias=[2**62], upstream=[2**62, 2**62])
    assert found.output.tolist() == [2**63, 0]
    assert found.db is not None
    assert found.db.tolist() == [2**63]


@pytest.mark.parametrize("bias", [[[1]], [1, 2]])
def test_a_bias_of_another_shape_is_refused(bias: object) -> None:
    with pytest.raises(ShapeError, match="expected 1, one number a filter"):
        conv([[1, 2]], [[1]], bias=bias)


@pytest.mark.parametrize(("kernel", "transposed", "shape"), [
    ((2, 1, 2, 2), False, (2, 2, 2)), ((1, 2, 2, 2), True, (2, 4, 4)),
])  # fmt: skip
def test_filters_of_one_channel_meet_an_image_without_channels(
    kernel: tuple[int, ...], transposed: bool, shape: tuple[int, ...]
) -> None:
    found = conv(np.ones((3, 3)), np.ones(kernel), transposed=transposed)
    assert found.output.shape == shape
