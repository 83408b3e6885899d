"""Sizes against counting windows one by one, and solving as the inverse of computing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.commands.size.answer import size
from dlcalc.errors import InputError, ShapeError
from dlcalc.names import UNKNOWNS
from dlcalc.numbers.sizes import Axis, Uneven, make_axes
from dlcalc.numbers.solve import solve_size, with_value

AXES = st.builds(
    Axis,
    input=st.integers(1, 40),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 5),
    pad=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    dilation=st.integers(1, 4),
    transposed=st.just(False), output_padding=st.just(0), ceil=st.just(False),
)


@given(axis=AXES)
def test_output_counts_the_windows_that_fit(axis: Axis) -> None:
    starts = range(0, axis.padded - axis.span + 1, axis.stride)
    assert axis.output == len(starts)
    if starts:
        assert axis.remainder == axis.padded - (starts[-1] + axis.span)
    inside = range(axis.pad[0], axis.pad[0] + axis.input)
    for at, start in enumerate(starts):
        taps = range(start, start + axis.span, axis.dilation)
        assert axis.columns(at) == [tap - axis.pad[0] for tap in taps if tap in inside]


@given(axis=AXES)
def test_transposed_undoes_the_size_up_to_what_was_left_over(axis: Axis) -> None:
    if axis.output >= 1:
        back = Axis(axis.output, axis.kernel, axis.stride, axis.pad, axis.dilation, True)
        assert back.output == axis.input - axis.remainder


@given(
    axis=AXES,
    transposed=st.booleans(),
    unknown=st.sampled_from(UNKNOWNS),
    extra=st.integers(0, 3),
    named=st.sampled_from(["", "same", "valid", "full"]),
    ceil=st.booleans(),
)
def test_solve_finds_all_that_trying_finds(
    axis: Axis, transposed: bool, unknown: str, extra: int, named: str, ceil: bool
) -> None:
    pad = named if named and unknown != "pad" else axis.pad
    ceil = ceil and not transposed
    extra = min(extra, max(axis.stride, axis.dilation) - 1) if transposed else 0
    if unknown == "output_padding" and not transposed:
        return
    made = axis._replace(transposed=transposed, output_padding=extra, ceil=ceil)
    value = axis.pad[0] if unknown == "pad" else getattr(made, unknown)
    wanted = max(1, with_value(made, unknown, value, pad).output)
    least = 0 if unknown in ("pad", "output_padding") else 1
    tried = []
    for value in range(least, 60):
        put = with_value(made, unknown, value, pad)
        within = put.output_padding == 0 or put.output_padding < max(put.stride, put.dilation)
        if within and put.output == wanted:
            tried.append(value)
    values = {
        "input": axis.input, "kernel": axis.kernel, "stride": axis.stride, "pad": [pad],
        "dilation": axis.dilation, "output_padding": extra,
    }  # fmt: skip
    del values[unknown]
    asked: dict[str, Any] = {"input": None, "kernel": None, **values, "ceil": ceil}
    asked["transposed"] = transposed
    try:
        found = solve_size(unknown, wanted, **asked)
    except ShapeError:
        assert not tried
        return
    [(first, last)] = found.ranges
    assert tried == [v for v in range(least, 60) if first <= v and (last is None or v <= last)]
    assert found.count is None or found.count == (last or 0) - first + 1


@pytest.mark.parametrize("length", [32, 1_000_000_007, 10**30])
def test_large_sizes_are_solved_by_arithmetic(length: int) -> None:
    wanted = size(length, 5, stride=3, pad=2).output
    found = solve_size("input", wanted, input=None, kernel=5, stride=3, pad=2)
    assert [each.value for each in found.solutions] == [
        v for v in range(length - 2, length + 3) if size(v, 5, stride=3, pad=2).output == wanted
    ]


@given(length=st.integers(1, 50), kernel=st.integers(1, 9), stride=st.integers(1, 5),
       dilation=st.integers(1, 3))  # fmt: skip
def test_same_keeps_the_size_divided_by_the_stride(
    length: int, kernel: int, stride: int, dilation: int
) -> None:
    given = length, kernel, stride
    for name, odd in (("same", 1), ("same-lower", -1)):
        found = size(*given, name, dilation)
        (before, after), span = found.axes[0].pad, dilation * (kernel - 1) + 1
        assert found.output == -(-length // stride)
        assert before + after == max(0, (found.output - 1) * stride + span - length)
        assert (after - before) * odd in (0, 1)
        back = size(*given, name, dilation, transposed=True)
        (before, after) = back.axes[0].pad
        assert (back.output, before + after) == (length * stride, span - stride)
        assert after < 0 or (after - before) * odd in (0, 1)


def test_an_uneven_axis_has_the_taps_of_its_longest_window() -> None:
    axis = Uneven(6, ((0, 2), (1, 5), (4, 6)))
    assert (axis.kernel, axis.output, axis.columns(1)) == (4, 3, [1, 2, 3, 4])
    assert [axis.meeting(tap)[1] for tap in (0, 1, 3)] == [[0, 1, 4], [1, 2, 5], [1, 4, 5]]
    assert [0, 1, 2][axis.meeting(0)[0]] == [0, 1, 2]


@given(axis=AXES, transposed=st.booleans(), data=st.data())
def test_a_tap_meets_what_lies_within(axis: Axis, transposed: bool, data: Any) -> None:
    """Of all windows, and of a part of them, whose places are counted from its start."""
    axis = axis._replace(transposed=transposed)
    if axis.output < 1:
        return
    steps, within = (axis.input, axis.output)[:: 1 if transposed else -1]
    ends = st.integers(0, steps)
    start, stop = sorted((data.draw(ends), data.draw(ends)))
    for tap in range(axis.kernel):
        met = {at: at * axis.stride + tap * axis.dilation - axis.pad[0] for at in range(steps)}
        for part in (None, slice(start, stop)):
            window, column = axis.meeting(tap, part)
            some = range(steps) if part is None else range(start, stop)
            assert list(zip(some[window], range(within)[column], strict=True)) == [
                (at, met[at]) for at in some if 0 <= met[at] < within
            ]


@pytest.mark.parametrize("pad", ["same", "same-lower"])
def test_same_adds_nothing_where_all_windows_fit(pad: str) -> None:
    assert [axis.pad for axis in make_axes((6, 5), (2, 1), (2, 3), pad)] == [(0, 0), (0, 0)]


@pytest.mark.parametrize(("options", "said"), [
    ({"output_padding": (1, 0)}, "output padding is for a transposed convolution"),
    ({"output_padding": 1}, "output padding is for a transposed convolution"),
    ({"output_padding": (0, 2), "transposed": True}, "2 must be below the stride 2 or the dila"),
    ({"output_padding": (0, 3), "transposed": True, "dilation": (1, 3)}, "3 must be below"),
    ({"transposed": True, "ceil": True}, "rounding up"),
])
def test_output_padding_and_rounding_up_where_they_cannot_be(
    options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        make_axes((8, 8), 3, 2, 1, **{"dilation": 1, **options})
    assert make_axes((8, 8), 3, (2, 3), 1, transposed=True, output_padding=(1, 2))


@pytest.mark.parametrize(("name", "least"), [
    ("input", 1), ("kernel", 1), ("stride", 1), ("dilation", 1), ("pad", 0), ("output_padding", 0),
])
@pytest.mark.parametrize("axes", [1, 2])
def test_whole_numbers_below_the_least_are_refused_by_name(
    name: str, least: int, axes: int
) -> None:
    given: Any = {"input": 5, "kernel": 3, "stride": 2, "dilation": 1, "pad": 0}
    made: Any = {key: value if axes == 1 else (value, value) for key, value in given.items()}
    wrong: Any = least - 1 if axes == 1 else (least, least - 1)
    with pytest.raises(InputError, match=f"{name.replace('_', ' ')} {least - 1} is below {least}"):
        make_axes(**{**made, name: wrong}, transposed=True)


def test_an_output_without_an_unknown_is_not_passed_over() -> None:
    with pytest.raises(InputError, match="name the unknown with solve"):
        size(32, 5, output=16)  # type: ignore[call-overload]


@pytest.mark.parametrize(("unknown", "output", "given", "said"), [
    ("output_padding", 19, {"input": 8, "kernel": 3, "stride": 2, "transposed": True},
     "no whole output padding gives an output of 19: the most, output padding 1, gives 18"),
    ("output_padding", 19, {"input": 8, "kernel": 3, "dilation": 3, "transposed": True},
     "the most, output padding 2, gives 16, the nearest output"),
    ("output_padding", 16, {"input": 8, "kernel": 3, "stride": 2, "transposed": True},
     "the least, output padding 0, gives 17, the nearest output"),
    ("stride", 8, {"input": 4, "kernel": 2, "output_padding": 2, "transposed": True},
     "the least, stride 3, gives 13, the nearest output"),
    ("stride", 8, {"input": 4, "kernel": 2, "output_padding": 2, "dilation": 2,
                   "transposed": True}, "the least, stride 3, gives 14"),
    ("stride", 7, {"input": 4, "kernel": 2, "output_padding": 2, "dilation": 3,
                   "transposed": True}, "the least, stride 1, gives 9"),
    ("dilation", 8, {"input": 4, "kernel": 2, "output_padding": 2, "transposed": True},
     "the least, dilation 3, gives 9, the nearest output"),
    ("dilation", 7, {"input": 4, "kernel": 2, "output_padding": 2, "stride": 2,
                     "transposed": True}, "the least, dilation 3, gives 12"),
    ("dilation", 7, {"input": 4, "kernel": 2, "output_padding": 2, "stride": 3,
                     "transposed": True}, "the least, dilation 1, gives 13"),
    ("kernel", 40, {"input": 32}, "the least, kernel 1, gives 32, the nearest output"),
    ("dilation", 9, {"input": 7, "kernel": 1},
     "no whole dilation gives an output of 9: with every dilation it is 7, the nearest output"),
    ("dilation", 9, {"input": 3, "kernel": 9}, "a kernel of 9 does not fit a padded input of 3"),
    ("pad", 31, {"input": 32, "kernel": 3},
     "^no whole pad gives an output of 31: pad 0 gives 30, pad 1 gives 32, the nearest outputs"),
    ("pad", (32, 31), {"input": 32, "kernel": 3}, "^axis 1: no whole pad gives an output of 31"),
    ("stride", 1, {"input": 9, "kernel": 3, "transposed": True, "pad": 7},
     "an output of 1: stride 2 gives 5, the nearest output"),
    ("input", 1, {"kernel": 5, "pad": 3}, "the least, input 1, gives 3, the nearest output"),
    ("pad", 2, {"input": 9, "kernel": 3, "transposed": True}, "pad 4 gives 3, pad 5 gives 1"),
])
def test_where_nothing_gives_the_output_the_nearest_outputs_are_named(
    unknown: str, output: Any, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ShapeError, match=said):
        solve_size(unknown, output, **{"input": None, "kernel": None, **given})


@pytest.mark.parametrize(("unknown", "output", "given", "ranges", "count"), [
    ("stride", 1, {"input": 32, "kernel": 5}, ((28, None),), None),
    ("stride", (1, 1), {"input": (5, 7), "kernel": 3}, ((3, None), (5, None)), None),
    ("input", (1, 1), {"kernel": 2, "stride": (40, 30)}, ((2, 41), (2, 31)), 1200),
    ("input", 1, {"kernel": 2, "stride": 1000}, ((2, 1001),), 1000),
    ("stride", 13, {"input": 4, "kernel": 2, "output_padding": 2, "transposed": True},
     ((3, 3),), 1),
    ("dilation", 12, {"input": 4, "kernel": 2, "output_padding": (2, 2), "stride": 2,
                      "transposed": True}, ((3, 3), (3, 3)), 1),
    ("kernel", 2, {"input": 7, "stride": 4, "dilation": 9}, ((1, 1),), 1),
    ("kernel", 9, {"input": 4, "pad": "full"}, ((6, 6),), 1),
    ("stride", 1, {"input": 1, "kernel": 1, "transposed": True}, ((1, None),), None),
])
def test_ranges_hold_every_solution_and_the_first_thousand_are_listed(
    unknown: str, output: Any, given: dict[str, Any], ranges: Any, count: int | None
) -> None:
    found = solve_size(unknown, output, **{"input": None, "kernel": None, **given})
    assert (found.ranges, found.count) == (ranges, count)
    assert len(found.solutions) == min(1000, count or 1000)
    first = tuple(low for low, _ in ranges)
    assert np.atleast_1d(found.solutions[0].value).tolist() == list(first)
    for axis, (low, _) in enumerate(ranges):
        assert found.put(axis, low) == found.solutions[0].axes[axis]


def test_what_is_given_to_solve_with_is_checked_by_name() -> None:
    for unknown, output, sizes, said in (
        ("pads", 5, {"input": 3, "kernel": 3}, "cannot solve for 'pads'; did you mean pad"),
        ("pad", None, {"input": 3, "kernel": 3}, "solving for the pad wants the output size"),
        ("kernel", 5, {"input": None, "kernel": None}, "^the input size is missing"),
        ("pad", 5, {"input": 3, "kernel": None}, "^the kernel size is missing"),
        ("output_padding", 5, {"input": 3, "kernel": 3}, "is for a transposed convolution"),
    ):
        with pytest.raises(InputError, match=said):
            solve_size(unknown, output, **sizes)
