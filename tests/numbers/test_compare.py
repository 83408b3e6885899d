"""Answers held against expected ones: what differs first, and what counts as equal."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.compare import (
    Comparison,
    Difference,
    ShapeDifference,
    Written,
    agree,
    element_at,
    only_index,
    slip_of,
)
from dlcalc.numbers.parse import parse_number
from dlcalc.numbers.places import Place, find_place, unravel
from dlcalc.output.answer import Made


def compare(
    expected: Any, record: Mapping[str, Any], main: str, tolerance: float,
    order: Sequence[Any] = (),
) -> Any:
    """The first difference of what was expected from a result, or None where they agree."""
    return Comparison(expected, record, Place(main.split(".")), tolerance, order).first



def P(*steps: str | int) -> Place:  # noqa: N802
    return Place(steps)


RECORD = {
    "steps": [{"i": [0.5, 0.25], "c": [1.0, 2.0]}, {"i": [0.1, 0.2], "c": [3.0, 4.0]}],
    "gradients": {"L1": {"z": np.array([1.0, 2.0])}},
    "output": [[1, 2, 3]],
    "loss": 0.5,
}


@pytest.mark.parametrize(
    "expected",
    [[[1, 2, 3]], [1, 2, 3], {"loss": 0.5}, {"steps": [{"c": [1, 2]}, {}]},
     {"gradients": {"L1": {"z": [1.0, 2.0000001]}}}],
)  # fmt: skip
def test_what_agrees(expected: object) -> None:
    assert compare(expected, RECORD, "output", 1e-6) is None


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ([1, 5, 4], Difference(P("output"), (0, 1), 5, 2, 2, 3)),
        ({"loss": 0.6, "steps": [{}, {"c": [3, 5]}]},
         Difference(P("steps", 1, "c"), (1,), 5, 4.0, 1, 2)),
        ({"gradients": {"L1": {"z": [0, 2]}}},
         Difference(P("gradients", "L1", "z"), (0,), 0, 1.0, 1, 2)),
        ({"loss": 1}, Difference(P("loss"), (), 1, 0.5, 1, 1)),
        ([1, 2], ShapeDifference(P("output"), (2,), (1, 3))),
        ({"steps": [{}]}, ShapeDifference(P("steps"), (1,), (2,))),
    ],
)  # fmt: skip
def test_the_first_difference_in_the_order_of_the_record(
    expected: object, difference: object
) -> None:
    assert compare(expected, RECORD, "output", 1e-6) == difference


@pytest.mark.parametrize(
    ("expected", "said"),
    [({"los": 1}, "no field 'los'; did you mean loss"),
     ({"steps": [{"d": 1}, {}]}, "no field 'd'")],
)  # fmt: skip
def test_unknown_fields_are_refused(expected: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare(expected, RECORD, "output", 1e-6)


@pytest.mark.parametrize(
    ("expected", "said"),
    [({"steps": 5}, "steps is a list of 1 objects"), ({"steps": [1]}, r"steps\[0\] is an object"),
     ({"next": [1]}, "next is an object with the fields dz; what is expected of it is not")],
)  # fmt: skip
def test_numbers_in_the_place_of_objects_are_refused(expected: object, said: str) -> None:
    record = {"steps": [{"c": 1.0}], "next": {"dz": 1.0}}
    with pytest.raises(InputError, match=said):
        compare(expected, record, "output", 1e-6)


@pytest.mark.parametrize(
    ("a", "b", "tolerance", "equal"),
    [
        (2**70, 2**70 + 1, 0, False), (1, 1.0, 0, True), (float("nan"), float("nan"), 0, True),
        (float("inf"), float("inf"), 1e-6, True), (float("inf"), 1.0, 1e-6, False),
        (10**400, 1.5, 1e-6, False), ("relu", "relu", 0, True), ("relu", 1, 1, False),
        (100.0, 100.00001, 1e-6, True), (100.0, 100.001, 1e-6, False), (0.5, 1.0, 0.5, True),
        (float("nan"), 1.0, 1, False), (None, 0, 1, False), (True, 2, 1, False),
    ],
)  # fmt: skip
def test_agreement(a: object, b: object, tolerance: float, equal: bool) -> None:
    assert agree(a, b, tolerance) is equal


def test_rounding_noise_beside_large_entries_is_no_difference() -> None:
    record = {"output": [1.0e3, 1e-13]}
    assert compare([1.0e3, 0], record, "output", 1e-6) is None
    assert compare([1.0e3, 1e-5], record, "output", 1e-6) is not None


@pytest.mark.parametrize(("expected", "agrees"), [
    ({"gradients": {"b": [0, 0]}}, True), ({"gradients": {"b": [2e-17, 0.0]}}, True),
    ({"gradients": {"b": [0, 1e-9]}}, False), ({"gradients": {"w": [0.5, 1e-9]}}, False),
    ({"alone": 0}, True), ({"alone": 3e-15}, False),
])  # fmt: skip
def test_a_field_of_noise_alone_is_0_beside_others_of_its_kind(
    expected: dict[str, Any], agrees: bool
) -> None:
    record = {"gradients": {"b": [-5e-17, 3e-17], "w": np.array([0.5, 0.25])}, "alone": 5e-17}
    assert (compare(expected, record, "alone", 1e-6) is None) is agrees
    assert compare(expected, record, "alone", 0) is not None


@given(shape=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_unravel_is_row_major(shape: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, int(np.prod(shape)) - 1))
    assert unravel(place, tuple(shape)) == np.unravel_index(place, shape)


def test_noise_of_float32_is_counted_by_its_own_precision() -> None:
    actual = np.array([1000.0, 0.001])
    expected = [1000.0, 0.003]
    assert compare(expected, {"y": actual.astype(np.float32)}, "y", 1e-6) is None
    assert compare(expected, {"y": actual}, "y", 1e-6) is not None
    assert compare(expected, {"y": actual.astype(np.float32)}, "y", 1e-9) is not None


def test_a_loose_tolerance_is_no_looser_for_float32() -> None:
    actual = np.array([1.0, 1.0], np.float32)
    assert compare([1.0, 1.0009], {"y": actual}, "y", 1e-3) is None
    assert compare([1.0, 1.002], {"y": actual}, "y", 1e-3) is not None


@pytest.mark.parametrize(
    ("name", "place", "index"),
    [
        ("w5", "named.w5", ()), ("dL/dw", "gradients.L.w", ()), ("∂L/∂w", "gradients.L.w", ()),
        ("gradients.L.w", "gradients.L.w", ()), ("C1.params", "layers[0].params", ()),
        ("conv1.weight", "parameters.conv1.weight", ()),
        ("layers[1].params", "layers[1].params", ()), ("total.params", "total.params", ()),
        ("conv1.weight[0][1]", "parameters.conv1.weight", (0, 1)), ("params", "total.params", ()),
        ("fc.1", "layers[1]", ()), ("layers[0]", "layers[0]", ()), ("macs", "total.macs", ()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kept", [list, lambda layers: Made(layers, dict)])
def test_names_as_the_screen_shows_them(
    name: str, place: str, index: tuple[int, ...], kept: Any
) -> None:
    record = {
        "layers": kept([{"name": "C1", "params": 6}, {"name": "fc.1", "params": 7}]),
        "total": {"params": 13, "macs": 2}, "gradients": {"L": {"w": 24}}, "named": {"w5": 1},
        "parameters": {"conv1.weight": [[1, 2], [3, 4]]},
    }
    found = find_place(name, record, P("total", "macs"))
    assert (str(found[0]), found[1]) == (place, index)


def test_the_only_object_of_a_list_needs_no_number() -> None:
    assert str(find_place("c", {"steps": [{"c": [1]}], "dW": 2}, P("dW"))[0]) == "steps[0].c"
    with pytest.raises(InputError, match=r"each of steps has 'c': say which, as steps\[0\]\.c"):
        find_place("c", {"steps": [{"c": [1]}, {"c": [2]}], "dW": 2}, P("dW"))


def test_near_names_are_looked_for_in_long_models() -> None:
    record = {"layers": [{"name": f"h.{n}.attn", "params": n} for n in range(2000)]}
    with pytest.raises(InputError, match=r"no field 'h\.0\.atn'; did you mean h\.0\.attn or"):
        find_place("h.0.atn", record, P("layers"))


def test_objects_of_a_list_go_by_their_names() -> None:
    record = {"layers": [{"name": "C1", "params": 6}, {"name": "C3", "params": 7}]}
    found = compare({"layers": {"C3": {"params": 8}}}, record, "layers", 0)
    assert str(found.field) == "layers[1].params"
    with pytest.raises(InputError, match="no field 'C2'; known: C1, C3"):
        compare({"layers": {"C2": {"params": 8}}}, record, "layers", 0)


@pytest.mark.parametrize(
    ("written", "value", "agrees", "digits"),
    [
        ("3.15", 3.15462, True, 3), ("3.1546", 3.15462, True, 5), ("3.16", 3.15462, False, None),
        ("3.2", 3.15462, False, None), ("0.0360", 0.03602, True, 3),
        ("0.036", 0.03602, False, None),
        ("-1.25e-3", -0.0012519, True, 3), ("3.15462", 3.15462, True, None),
        ("0.000", 0.0002, True, 3), ("6.17e4", 61706, True, 3), ("61705.0", 61706, False, None),
        ("1.00e999", 28, False, None), ("2.68", 2.675, True, 3),  # a half goes either way
    ],
)  # fmt: skip
def test_a_decimal_agrees_to_the_digits_it_is_written_with(
    written: str, value: float, agrees: bool, digits: int | None
) -> None:
    found = Comparison(Written(written), {"x": value}, P("x"))
    assert (found.first is None, found.digits) == (agrees, digits)


def test_of_an_array_that_is_rounded_as_a_whole_zeros_at_the_end_may_be_lost() -> None:
    values = {"x": [0.03602, 0.021457, 2.00002]}
    for written, agrees in (("0.036 0.0215 2.0", True), ("0.037 0.0215 2.0", False),
                            ("0.036 0.0215 2.0001", False), ("0.036 0.02 2.0", False),
                            ("0.036 0.0215 2", True)):
        numbers = [parse_number(each, decimal=Written) for each in written.split()]
        found = Comparison(numbers, values, P("x"))
        assert (found.first is None) == agrees, written


def test_digits_of_a_long_wrong_answer_are_counted_once_for_each_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digits, counted = Written.digits, list[Written]()

    def told(self: Written) -> Any:
        counted.append(self)
        return digits.__get__(self)

    monkeypatch.setattr(Written, "digits", property(told))
    wanted = [Written(f"{each}.25") for each in range(500)]
    first = Comparison(wanted, {"x": [-1.5] * 500}, P("x")).first
    assert isinstance(first, Difference)
    assert first.count == 500
    assert len(counted) < 10 * len(wanted)


@pytest.mark.parametrize(("expected", "actual", "agrees"), [
    ("0.05 0.123", [0.0504, 0.1231], True), ("0.05 0.123", [0.0506, 0.1231], False),
    ("2.0 0.0215", [2.002, 0.021457], True), ("2.0 0.0215", [2.006, 0.021457], False),
    ("3.15 true", [3.15462, 1.4], False), ("3.15 x", [3.15462, 3.0], False),
])
def test_zeros_are_lost_from_so_many_decimals_or_digits_and_from_numbers_alone(
    expected: str, actual: list[float], agrees: bool
) -> None:
    texts: dict[str, Any] = {"true": True, "x": "x"}
    wanted = [texts.get(each) or Written(each) for each in expected.split()]
    assert (Comparison(wanted, {"x": actual}, P("x")).first is None) == agrees


def test_whole_numbers_beside_decimals_are_equal_or_differ() -> None:
    record = {"output": [10**9, 0.5]}
    assert Comparison([10**9, 0.5], record, P("output")).first is None
    assert Comparison([10**9 + 1, 0.5], record, P("output")).first is not None
    # A decimal may be rounded, and a tolerance that is given holds for all.
    assert Comparison([1000000001.0, 0.5], record, P("output")).first is None
    assert Comparison([10**9 + 1, 0.5], record, P("output"), 1e-6).first is None


def test_only_floats_are_noisy() -> None:
    for actual in ([10**9, 0.5], [10**9, 0]):
        record = {"output": actual}
        assert compare(actual, record, "output", 1e-6) is None
        assert compare([10**9, actual[1] + 1e-4], record, "output", 1e-6) is not None
    assert compare([1e-13], {"output": [0]}, "output", 1e-6) is not None


def test_lists_that_hold_numbers_and_lists_are_refused_by_name() -> None:
    with pytest.raises(ShapeError, match="output: numbers and lists side by side"):
        compare([[1, 2, 3], 4], RECORD, "output", 0)


def test_a_tolerance_given_outranks_the_digits() -> None:
    assert Comparison(Written("3.15"), {"x": 3.15462}, P("x"), 1e-6).first is not None
    assert Comparison(3, {"x": 3.15462}, P("x")).first is not None


@pytest.mark.parametrize(
    ("expected", "other"),
    [([[1, 2]], False), ([1, 2, 3, 4], False), (5, True), ([[[1]], [[2]]], True)],
)
def test_another_rank_is_no_answer(expected: object, other: bool) -> None:
    found = compare(expected, {"output": [1, 2, 3]}, "output", 0)
    assert isinstance(found, ShapeDifference)
    assert found.other_rank is other
    one_row = compare([[1, 2]], {"output": [[1, 2], [3, 4]]}, "output", 0)
    assert isinstance(one_row, ShapeDifference)
    assert not one_row.other_rank


def test_slips_of_whole_numbers_are_exact_and_what_cannot_be_is_passed_over() -> None:
    def cannot_be() -> Any:
        raise ShapeError("no such thing")

    slips = [("none", None), ("nothing", cannot_be), ("whole", np.array([3, 4])),
             ("decimals", np.array([3.0, 4.0]))]  # fmt: skip
    assert slip_of([3, 4], slips) == "whole gives that"
    assert slip_of([3, 4.000001], slips) == "decimals gives that"
    assert slip_of([3, 5], slips) == ""
    assert slip_of(14_000_001, [("whole", 14_000_000)]) == ""
    assert slip_of(14_000_001, [("decimal", 14e6)]) == "decimal gives that"


@pytest.mark.parametrize(("value", "index", "found"), [
    ([[1, 2], [3, 4]], (1, 0), 3), (np.arange(3), (2,), 2), (7, (), 7),
    ([1, 2], (2,), "index 2 is outside the y of 2; the last element is 1"),
    ([[1], [2]], (1,), "index 1 is outside the y of 2x1; the last element is 1,0"),
    ([1, 2], (), "y is 2 numbers: say which, as y:0"), (7, (0,), "y is a single number"),
    ([[1, 2], [3]], (0, 0), "lists of 1 and 2 side by side"),
    ([], (0,), "index 0 is outside the y of 0$"), ("a", (0,), "y is text, which has no index"),
    ({"a": {"b": "c", "d": 1}}, (0,), "y has parts: say which, as y.a.d"),
    ([{"a": "b", "c": 1}], (), r"y has parts: say which, as y\[0\].c"),
    ([np.eye(2), np.eye(3)], (0, 0), r"y has parts: say which, as y\[0\]$"),
])
def test_one_element_by_its_index(value: Any, index: tuple[int, ...], found: Any) -> None:
    if not isinstance(found, str):
        assert element_at(value, index, P("y")) == found
        return
    with pytest.raises((InputError, ShapeError), match=found):
        element_at(value, index, P("y"))


def test_the_only_element_has_its_index() -> None:
    assert [only_index(each) for each in ([[5]], [[5, 6]], 5)] == [(0, 0), (), ()]
