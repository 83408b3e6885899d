"""Values per axis as callers give them: single or one an axis, of Python's or NumPy's kinds."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dlcalc import mlp, mults, params, pool, posterior, reduce, rnn, step, vae
from dlcalc.commands.size.answer import size
from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import count_axes, paddings_in, parse_whole, sizes_in
from dlcalc.numbers.convolution.conv import conv
from dlcalc.numbers.sizes import make_axes


@pytest.mark.parametrize(
    ("values", "output"),
    [
        ({"input": np.uint8(200), "kernel": 3, "pad": np.uint8(200)}, 598),
        ({"input": np.int8(100), "kernel": [np.int8(3)], "stride": np.int8(1), "pad": 100}, 298),
        ({"input": np.array(32), "kernel": np.array([5])}, 28),
        ({"input": np.array([32, 16]), "kernel": 5, "stride": np.array([1, 2])}, (28, 6)),
        ({"input": (32, 32), "kernel": 3, "pad": [[1, 2], [0, 1]]}, (33, 31)),
        ({"input": (32, 32), "kernel": 3, "pad": np.array([[1, 2], [0, 1]])}, (33, 31)),
        ({"input": 200, "kernel": np.int8(100), "dilation": np.int8(2)}, 2),
    ],
)  # fmt: skip
def test_whole_numbers_of_numpy_are_as_exact_as_pythons(
    values: dict[str, Any], output: int | tuple[int, ...]
) -> None:
    found = size(**values).output
    assert found == output
    assert all(type(each) is int for each in np.atleast_1d(np.array(found, dtype=object)))


def test_numpys_numbers_are_solved_for_and_convolved_with() -> None:
    sizes: dict[str, Any] = {"input": np.int8(127), "kernel": 5, "output": [np.int16(623)]}
    found = size(**sizes, solve="pad")
    assert [each.value for each in found.solutions] == [250]
    options: dict[str, Any] = {
        "stride": np.array([2, 1]), "groups": np.int64(2), "dims": np.int64(2)
    }
    result = conv(np.ones((2, 6, 6)), np.ones((2, 1, 2, 2)), **options)
    assert result.shape == (2, 3, 5)
    assert type(result.groups) is int


def test_counts_of_numpys_numbers_are_those_of_pythons() -> None:
    def counted(whole: Callable[[int], Any]) -> Any:
        text = params("gpt2", tokens=whole(1), cached=whole(100), batch=whole(100))
        image = params("lenet", input=tuple(map(whole, (1, 32, 32))), batch=whole(100))
        stage = mults(whole(100), whole(5), channels=(whole(100), whole(100)))
        return text.macs, text.memory, text.cache_bytes, image.macs, image.memory, stage.total

    assert counted(np.int8) == counted(int)


POINT: Any = np.array(2)
TEXT: Any = "9"
MLP = {"x": [1, 2], "target": 0, "weights": [[[1, 2], [3, 4]]]}
VAE = {"x": [0.3], "mu": [[1]], "sigma": [[0]], "decoder": [[[1]]]}
RNN = {"W": [[0.5, 1]], "x": [1], "dh": [1]}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: params("gpt2", batch=2.5), "batch 2.5 is not a whole number"),
        (lambda: params("gpt2", tokens="8"), "tokens '8' is not a whole number"),
        (lambda: params("gpt2", cached=-1), "cached -1 is below 0"),
        (lambda: params("gpt2", fit="80GiB"), "fit '80GiB' is not a whole number"),
        (lambda: params("gpt2", devices=0, shard="zero1"), "devices 0 is below 1"),
        (lambda: params("conv 6 5", POINT), "input is 2; a convolution wants"),
        (lambda: reduce("lenet", "C1", budget=TEXT), "budget '9' is not a whole number"),
        (lambda: mlp(MLP, steps=2.5), "steps 2.5 is not a whole number"),
        (lambda: mlp({**MLP, "weights": POINT}), "weights is no list of one array a layer"),
        (lambda: vae(VAE, samples=True), "samples True is not a whole number"),
        (lambda: rnn(RNN, steps=np.array(2.5)), r"steps array\(2.5\) is not a whole number"),
        (lambda: posterior([0.5, 0.5], POINT, [1, 1]), "means: no list"),
        (lambda: vae(VAE, seed=-1), "seed -1 is below 0"),
        (lambda: mlp({"x": [1], "target": 0, "sizes": [1, 2]}, seed=-1), "seed -1 is below 0"),
        (lambda: step("linear 1", [1], upstream=[1], init="he", seed=TEXT), "seed '9' is not a"),
        (lambda: mults(4, 3, dims=10**30), "dims 1,0.* is above 64"),
        (lambda: pool([1, 2], 2, dims=TEXT, framework="onnx"), "dims '9' is not a whole number"),
    ],
)
def test_what_counts_is_a_whole_number_and_what_lists_is_a_list(
    asked: Callable[[], object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        asked()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pad": [(1, 2, 3)]}, r"pad \(1, 2, 3\) is neither one number nor two, before and after"),
        ({"pad": [(1,)]}, r"pad \(1,\) is neither one number"),
        ({"pad": [[[1, 2]]]}, r"pad \[\[1, 2\]\] is neither one number"),
        ({"pad": [[1, [2]]]}, r"pad \[2\] is not a whole number"),
        ({"stride": np.array([[2]])}, r"stride \[2\] is not a whole number"),
        ({"stride": np.array([2.0])}, "stride 2.0 is not a whole number"),
    ],
)
def test_values_of_other_kinds_are_refused_by_name(values: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        size(32, 3, **values)


@pytest.mark.parametrize("name", ["input", "kernel", "pad", "stride", "dilation"])
@pytest.mark.parametrize("nothing", [(), [], np.array([], dtype=int)])
def test_no_value_at_all_is_refused(name: str, nothing: Any) -> None:
    values = {"input": 32, "kernel": 5, name: nothing}
    with pytest.raises(ShapeError, match=f"^{name} has no values$"):
        size(**values)


@pytest.mark.parametrize("name", [3, None, ["pad"]])
def test_names_that_are_no_text_are_unknown_names(name: Any) -> None:
    with pytest.raises(InputError, match="unknown padding mode"):
        conv([1, 2], [1], pad_mode=name)
    if name is not None:
        with pytest.raises(InputError, match="cannot solve for"):
            size(32, 5, output=28, solve=name)


@pytest.mark.parametrize("dims", [True, 2.0, 4, "2", np.array([1, 2])])
def test_dims_are_one_two_or_three(dims: Any) -> None:
    with pytest.raises(InputError, match=r"^dims "):
        conv(np.ones((3, 3)), np.ones((2, 2)), dims=dims)


def test_a_single_number_is_no_input() -> None:
    with pytest.raises(ShapeError, match=r"an input of rank 0 \(shape \(\)\)"):
        conv(5, [1])
    with pytest.raises(ShapeError, match=r"upstream gradient has shape \(\), the output 2"):
        conv([1, 2, 3], [1, 1], upstream=1)


@given(st.text("0123456789eE+-. x\u0663", max_size=6))
@example("9" * 4300)
@example("9" * 4301)
@example("1e9999")
@example("1e10000")
def test_whole_numbers_are_plain_digits_and_powers_of_ten(text: str) -> None:
    found = re.fullmatch(r"([+-]?[0-9]+)(?:e\+?([0-9]{1,4}))?", text)
    if found is None or len(text) > 4300:
        with pytest.raises(ValueError, match=r"^"):
            parse_whole(text)
    else:
        assert parse_whole(text) == int(found[1]) * 10 ** int(found[2] or 0)


SIDES = st.lists(st.integers(0, 12), min_size=1, max_size=3)


@given(SIDES, SIDES, st.sampled_from(["x", "×", "X", ",", ", ", " ", "*", " x "]))
def test_sizes_as_text_are_sizes(before: list[int], after: list[int], between: str) -> None:
    text = between.join(map(str, before))
    for each in (text, f"({text})", f"[{text}]", f" {text} "):
        assert sizes_in(each) == tuple(before)
    count = min(len(before), len(after))
    pairs = list(zip(before[:count], after[:count], strict=True))
    written = "x".join(f"{a}:{b}" for a, b in pairs)
    assert paddings_in(written) == tuple(pairs)
    assert count_axes(input=text, pad=written, stride=2) == len(before)
    assert count_axes(input=5, pad=written) == count
    assert make_axes(60, 3, pad=written, dilation=1)[-1].pad == pairs[-1]


@pytest.mark.parametrize(("values", "axes"), [
    ({"input": 5, "pad": "same"}, 1), ({"input": "5x3", "kernel": 2}, 2),
    ({"input": [5, 5], "pad": ((1, 2), 3)}, 2), ({"pad": "1x2x3", "stride": "2"}, 3),
])
def test_axes_are_the_most_that_a_value_has(values: dict[str, Any], axes: int) -> None:
    assert count_axes(**values) == axes
