"""`dlcalc pool` and `dlcalc.pool` against PyTorch, differences, and what users type."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlcalc
from dlcalc.errors import DlcalcError
from dlcalc.numbers.convolution.pooling import maxima
from dlcalc.numbers.sizes import Axis
from tests.shell.running import invoke

CASES = json.loads((Path(__file__).parents[2] / "data" / "reference_pools.json").read_text())
FIELDS = ("kernel", "stride", "pad", "dilation", "kind", "ceil", "exclude_pad", "dims", "upstream")


def options(case: dict[str, Any]) -> dict[str, Any]:
    values = {name: case[name] for name in FIELDS if name in case}
    return {
        name: tuple(each) if isinstance(each, list) and name != "upstream" else each
        for name, each in values.items()
    }


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_what_pytorch_computes(case: dict[str, Any]) -> None:
    found = dlcalc.pool(case["x"], **options(case))
    line = ["pool", "-x", json.dumps(case["x"]), "-f", "json"]
    for name, value in options(case).items():
        if isinstance(value, bool):
            line += [f"--{name.replace('_', '-')}"] * value
        else:
            text = "x".join(map(str, value)) if isinstance(value, tuple) else json.dumps(value)
            line += [f"--{name}", text.strip('"')]
    run = invoke(*line)
    assert run.status == 0, run.err
    printed = json.loads(run.out)
    for name in ("output", "dx", "indices"):
        if name in case:
            for value in (getattr(found, name), printed[name]):
                np.testing.assert_allclose(np.array(value, float), case[name], atol=1e-13)
    if case["kind"] == "max":
        assert (found.ties > 0) == (printed["ties"] > 0) == case["ties"]


@pytest.mark.parametrize(("kind", "dims"), [("max", 1), ("max", 3), ("avg", 2), ("avg", 3)])
def test_gradient_is_that_of_differences(kind: str, dims: int) -> None:
    rng = np.random.default_rng(7)
    x = rng.permutation(2 * 5**dims).reshape(2, *[5] * dims) / 3
    known: dict[str, Any] = {"kernel": 3, "stride": 2, "pad": 1, "kind": kind, "ceil": True}
    known["dims"] = dims
    g = rng.normal(size=dlcalc.pool(x, **known).shape)
    dx = dlcalc.pool(x, **known, upstream=g).dx
    assert dx is not None
    for place in rng.integers(0, x.size, 12):
        moved = x.copy()
        moved.flat[place] += 1e-3
        slope = ((dlcalc.pool(moved, **known).output - dlcalc.pool(x, **known).output) * g).sum()
        assert slope / 1e-3 == pytest.approx(dx.flat[place], abs=1e-9)


def test_means_are_floats_that_do_not_overflow() -> None:
    """Of whole numbers of any size, of float32 as float32, and where the sum is beyond a float."""
    large = dlcalc.pool([1.5e308, 1.0e308, 1.5e308], 2, 1, kind="avg", upstream=[4, 2])
    assert large.output.tolist() == [1.25e308, 1.25e308]
    assert large.dx is not None
    assert large.dx.tolist() == [2.0, 3.0, 1.0]
    assert dlcalc.pool([1, 2], 2, 2**63, kind="avg", ceil=True).output.tolist() == [1.5]
    whole = dlcalc.pool([10**30, 10**30 + 2**60, 2**62, 2**62], 2, kind="avg", upstream=[10**30, 1])
    assert whole.output.tolist() == [1e30 + 2**59, 2.0**62]
    assert whole.dx is not None
    assert whole.dx.tolist() == [5e29, 5e29, 0.5, 0.5]
    narrow = dlcalc.pool(np.ones(4, np.float32), 2, kind="avg", upstream=np.ones(2, np.float32))
    assert narrow.dx is not None
    assert [each.dtype.name for each in (narrow.output, narrow.dx)] == ["float32"] * 2


def test_divisors_count_what_lies_within() -> None:
    """A window of 3 at stride 2 with padding 2 and 1, rounded up: cells of padding, or of input."""
    given: dict[str, Any] = {"stride": 2, "pad": ((2, 1),), "kind": "avg", "ceil": True}
    x = [1, 1, 1, 1, 1]
    assert dlcalc.pool(x, 3, **given).counts.tolist() == [3, 3, 3, 2]  # type: ignore[union-attr]
    inside = dlcalc.pool(x, 3, **given, exclude_pad=True)
    assert inside.counts.tolist() == [1, 3, 3, 1]  # type: ignore[union-attr]


def test_whole_numbers_of_any_size_stay_whole() -> None:
    found = dlcalc.pool([10**30, 10**30 - 1, 3], 2, stride=1, upstream=[10**20, 1])
    assert found.output.tolist() == [10**30, 10**30 - 1]
    assert found.dx is not None
    assert found.dx.tolist() == [10**20, 1, 0]


WINDOW = """\
window (0,1) =   (rows 0 to 1, columns 2 to 3)
  5  3
  1  5
y(0,1) = max(5, 3, 1, 5) = 5   (x(0,2) wins, the first of 2 equal ones, and takes dy(0,1))
"""


def test_working_shows_windows_and_where_gradients_go() -> None:
    given = ("pool", "-x", "1 2 5 3; 4 0 1 5", "-F", "2", "--upstream", "10 20")
    run = invoke(*given, "--explain")
    assert WINDOW in run.out
    assert "dx(0,2) = dy(0,1) = 20\n" in run.out
    assert "tie" in run.err
    at = invoke(*given, "--at", "dx:1,3").out
    assert "dx(1,3) = 0   (it wins no window)" in at
    assert "dx(0,2)" not in at


@pytest.mark.parametrize(
    ("options", "expect", "said"),
    [
        ("-F 2 --upstream '10 20'", '{"dx": [[0, 0, 10, 0], [10, 0, 0, 10]]}', "sharing"),
        ("-F 2 --upstream '10 20'", '{"dx": [[0, 0, 20, 0], [10, 0, 0, 20]]}',
         "the whole gradient for each element of a tie"),
        ("-F 2 --upstream '10 20'", '{"dx": [[0, 0, 0, 0], [10, 0, 0, 20]]}',
         "the last element of a tie taken"),
        ("-F 2 --kind avg", "7 14", "the sum in place of the mean"),
        ("-F 2", "1.75 3.5", "the mean in place"),
        ("-F 2 --framework flax", "4 5", "PyTorch's way in place"),
        ("-F 2 --framework flax", "1.75 2 3.5", "the mean in place"),
        ("-F 2", "4 5 5", "stride 1"),
        ("-F 2", "7 14", "the sum in place of the largest element"),
        ("-F 2", "0 1", "the smallest element"),
        ("-F 2", '{"indices": [[5, 3]]}', "places counted from 1"),
        ("-F 2 --kind avg --pad 1", "1 3.5 3; 4 0.5 5", "left out of the divisor"),
    ],
)
def test_slips_are_named(options: str, expect: str, said: str) -> None:
    import shlex

    run = invoke("pool", "-x", "1 2 5 3; 4 0 1 5", *shlex.split(options), "--expect", expect)
    assert run.status == 1
    assert said in run.err


@pytest.mark.parametrize(("words", "field", "expected"), [
    (["-F", "3"], "output", [[7]]), (["-S", "2x1"], "output", [[4, 3, 5], [2, 7, 7]]),
    (["--dims", "1"], "output", [[3, 2], [4, 5], [1, 7], [2, 6]]),
    (["--upstream", "0 0; 0 5"], "dx", [[0] * 4, [0] * 4, [0, 0, 5, 0], [0] * 4]),
    (["-F", "4", "--upstream", "9"], "dx", [[0] * 4, [0] * 4, [0, 0, 9, 0], [0] * 4]),
])  # fmt: skip
def test_the_example_takes_another_window_or_another_gradient(
    words: list[str], field: str, expected: list[list[int]]
) -> None:
    assert json.loads(invoke("pool", *words, "-f", "json").out)[field] == expected


def test_a_padding_of_zeros_is_told_from_none() -> None:
    run = invoke("pool", "-x", "-1 -2; -3 -4", "-F", "2", "--stride", "1", "--pad", "1",
                 "--expect", "0 0 0; 0 -1 0; 0 0 0")  # fmt: skip
    assert run.complaint.endswith("; a padding of zeros gives that")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kernel": 3}, "a kernel of 3 does not fit a padded input of 2"),
        ({"kernel": 2, "kind": "min"}, "unknown kind"),
        ({"kernel": 2, "exclude_pad": True}, "for the mean"),
        ({"kernel": 1, "pad": 1}, "lies in the padding alone"),
        ({"kernel": 2, "upstream": [1, 2]}, "upstream gradient has shape 2, the output 1x1"),
        ({"kernel": 2, "kind": "avg", "dilation": 2, "pad": 1}, "without dilation"),
    ],
)
def test_what_cannot_be_pooled_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DlcalcError, match=said):
        dlcalc.pool([[1, 2], [3, 4]], **given)


def test_records_are_answered_one_by_one() -> None:
    rows = "of,input,kernel\na,1 2 5 3;4 0 1 5,2\nb,1 2,3\n"
    done = invoke("pool", stdin=rows)
    assert done.out == "of,input,kernel,output\na,1 2 5 3;4 0 1 5,2,4 5\n"
    assert done.status == 2
    assert done.complaint.startswith("standard input: line 3: a kernel of 3 does not fit")
    done = invoke("pool", "-F", "2", stdin='{"input": [[1, 2], [3, 4]], "upstream": [[5]]}')
    assert json.loads(done.out)["dx"] == [[0, 0], [0, 5]]
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("producer", ["conv -x '1 5 2 4' -w 1 --stride 2", "pool -x '1 2' -F 1"])
def test_the_result_of_another_command_is_an_array_and_no_record(producer: str) -> None:
    result = invoke(*shlex.split(producer), "-f", "json").out
    done = invoke("pool", "-F", "2", "-f", "json", stdin=result)
    assert (json.loads(done.out)["output"], done.err) == ([2], "")


def test_a_mean_of_padding_alone_is_explained() -> None:
    done = invoke("pool", "-x", "4 2", "-F", "1", "--kind", "avg", "--pad", "1", "--explain")
    assert "window (0): in the padding alone" in done.out.splitlines()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pool -F 2 -P 1 --kind avg -x '1 2 3'", "onnx, paddle: output(0) is 1, here 0.5"),
        ("pool -F 2 --upstream 4 -x '3 3; 1 0'", "mlx, tinygrad: dx(0,0) is 2, here 4"),
        ("conv -x '1 2' -w '1 10 100' --pad same --transposed -s 2",
         "flax, equinox, flax-nnx: output(0) is 100, here 1"),
        (f"conv -x '{10**400} 2' -w '1 10 100' --pad same --transposed -s 2",
         f"flax, equinox, flax-nnx: output(0) is {10**402}, here {10**400}"),
        ("conv -x 'inf 1' -w '0 1' --transposed -s 2 --allow-nonfinite",
         "flax, equinox, flax-nnx: output(0) is Infinity, here NaN"),
        ("step 'input 2; gelu' '{\"x\": [1, 2], \"upstream\": [1, 1]}'",
         "gelu: flax, equinox, tinygrad, flax-nnx tanh, here erf; --framework computes as they do"),
    ],
)  # fmt: skip
def test_a_note_says_where_another_framework_takes_another_value(line: str, said: str) -> None:
    done = invoke(*shlex.split(line))
    assert done.status == 0
    assert f"dlcalc: {said}" in done.err.splitlines()


def test_a_divisor_takes_the_place_of_the_cells_and_is_a_whole_number() -> None:
    given = [[1, 2, 3], [3, 4, 5]]
    found = dlcalc.pool(given, 2, stride=1, kind="avg", divisor=8, upstream=[[8, 16]])
    assert found.output.tolist() == [[1.25, 1.75]]
    assert found.dx is not None
    assert found.dx.tolist() == [[1, 3, 2], [1, 3, 2]]
    with pytest.raises(DlcalcError, match="divisor 0 is below 1"):
        dlcalc.pool(given, 2, kind="avg", divisor=0)


def test_where_a_winner_lies_is_explained() -> None:
    given = ("pool", "-x", "1 2 5 3; 4 0 1 6", "-F", "2")
    assert "index(0,1) = 1·4 + 3 = 7   (x(1,3) wins)\n" in invoke(*given, "--at", "indices:0,1").out
    done = invoke(*given, "--expect", '{"indices": [[4, 6]]}')
    assert done.complaint.startswith(
        "indices element (0,1): expected 6, is 7 = 1·4 + 3 (x(1,3) wins)"
    )


@pytest.mark.parametrize(("shape", "pooled"), [
    ((4,), (2,)), ((4, 4), (2, 2)), ((3, 4, 4), (3, 2, 2)), ((2, 3, 4, 4), (2, 3, 2, 2)),
    ((1, 2, 4, 4, 4), (1, 2, 2, 2, 2)), ((2, 1, 2, 1, 4, 4), (2, 1, 2, 1, 2, 2)),
])
def test_a_lone_kernel_is_one_of_as_many_axes_as_the_rank_is_used_with(
    shape: tuple[int, ...], pooled: tuple[int, ...]
) -> None:
    assert dlcalc.pool(np.zeros(shape), 2).output.shape == pooled


@pytest.mark.parametrize("size", [2**61 - 1, 2**61, 2**62, 2**63 - 1])
def test_means_of_whole_numbers_whose_sum_passes_64_bits_are_theirs(size: int) -> None:
    for sign in (1, -1):
        found = dlcalc.pool([[sign * size] * 2] * 2, 2, kind="avg").output
        assert found.tolist() == [[sign * float(size)]]


def test_more_than_three_axes_are_not_pooled() -> None:
    with pytest.raises(DlcalcError, match="the input has shape 2; 2 axes are pooled"):
        dlcalc.pool([1, 2], 2, dims=2)
    with pytest.raises(DlcalcError, match="dims 4 is none of 1, 2, 3"):
        dlcalc.pool(np.zeros((2,) * 5), 2, dims=4)


@pytest.mark.parametrize("kind", ["whole", "float64", "float32 and nan", "object"])
@pytest.mark.parametrize("options", [
    {"kernel": 30, "stride": 2, "pad": ((9, 3),), "dims": 1},
    {"kernel": (7, 5), "pad": ((3, 0), (0, 2)), "stride": (1, 3), "dilation": (2, 1)},
    {"kernel": (3, 2, 4), "stride": 1, "dims": 3},
])  # fmt: skip
def test_a_window_of_many_elements_is_that_of_one_after_the_other(
    options: dict[str, Any], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values, places, ties and gradients, whichever way they are come by; sums but for rounding."""
    rng = np.random.default_rng(3)
    x: Any = rng.integers(-4, 2, (2, 4, 20, 33)[-4 if options.get("dims") == 3 else -3 :])
    x = x.astype(float) if kind == "float64" else x
    x = x.astype(object) * 10**30 if kind == "object" else x
    if "nan" in kind:
        x = np.where(rng.random(x.shape) < 0.05, np.nan, x).astype(np.float32)
    for given in (options, {**options, "dilation": 1, "kind": "avg"}):
        pooled = dlcalc.pool(x, **given).output
        upstream = np.reshape(range(pooled.size), pooled.shape)
        found = []
        for few in (0, 10**9):
            monkeypatch.setattr("dlcalc.numbers.convolution.pooling.FEW_TAPS", few)
            found.append(dlcalc.pool(x, **given, upstream=upstream))
        one, other = found
        assert one.ties == other.ties
        for name in ("output", "indices", "dx"):
            ours, theirs = getattr(one, name), getattr(other, name)
            if ours is not None:
                assert ours.dtype == theirs.dtype
                exact = given.get("kind") != "avg"
                ours, theirs = ours.astype(float), theirs.astype(float)
                assert np.allclose(ours, theirs, 0 if exact else 1e-6, 0, equal_nan=True)


@pytest.mark.parametrize("few", [0, 9])
def test_the_gradient_of_several_nan_goes_to_the_last_as_its_index(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlcalc.numbers.convolution.pooling.FEW_TAPS", few)
    found = dlcalc.pool([np.nan, 1, np.nan, 3], 4, upstream=[1])
    assert found.indices is not None
    assert found.dx is not None
    assert (found.indices.tolist(), found.dx.tolist()) == ([2], [0, 0, 1, 0])


@pytest.mark.parametrize("few", [0, 9])
def test_maxima_of_numbers_below_zero(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlcalc.numbers.convolution.pooling.FEW_TAPS", few)
    row = np.array([[-3.0, -1, -2, -9]])
    assert maxima(row, [Axis(4, 3, pad=(1, 0))]).tolist() == [[-1, -1, -1]]
