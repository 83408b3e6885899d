"""Slips of a student who works by hand: found wherever their consequences are looked at."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from dlcalc.commands.lstm.answer import lstm
from tests.commands.lstm.cases import problem, recognised
from tests.commands.lstm.student import SLIPS, field_of, work

FIELDS = problem(5, H=2, D=2, T=3)
RUN = lstm(**FIELDS)
RIGHT = work(FIELDS, ())
ONCE = ("dW", "db", "dx", "dh0", "dc0")
LOOKED_AT = ("dW", "dc0", "steps[1].g", "steps[0].dh", "steps[1].di", "steps[2].dz")


def wrong_fields(student: Any) -> list[str]:
    """The fields whose numbers are not the right ones."""
    return [
        field for field in LOOKED_AT
        if not np.allclose(field_of(student, field), field_of(RIGHT, field), rtol=1e-6, atol=1e-9)
    ]


def test_a_student_without_slips_has_the_right_numbers() -> None:
    assert wrong_fields(RIGHT) == []
    for name in ONCE:
        np.testing.assert_allclose(RIGHT[name], getattr(RUN, name), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("at", [None, 1])
@pytest.mark.parametrize("slip", SLIPS)
def test_each_slip_is_found_in_all_that_follows_from_it(slip: str, at: int | None) -> None:
    student = work(FIELDS, (slip,), at)
    fields = wrong_fields(student)
    assert fields
    for field in fields:
        words = recognised(RUN, field, field_of(student, field))
        near = field.startswith("steps") or at is None
        if field.endswith((".di", ".dz")) and slip.startswith("δ"):
            assert words.startswith("δh in place of δc"), (field, words)
        else:
            assert words.startswith(SLIPS[slip]), (field, words)
        assert near or words.endswith(f", at step {at + 1} alone,"), (field, words)  # type: ignore[operator]


@pytest.mark.parametrize("slips", [
    ("δi", "δf", "δg"), ("δi", "δf", "f_t"), ("f_t", "i_t"), ("sigmoid at g", "slope of g", "i_t"),
])
def test_slips_made_together_are_found_in_what_follows_from_all(slips: tuple[str, ...]) -> None:
    student = work(FIELDS, slips)
    for field in ("dW", "db", "steps[0].dh"):
        words = recognised(RUN, field, field_of(student, field))
        for slip in slips:
            expected = "δh in place of δc in δ" if slip.startswith("δ") else SLIPS[slip]
            assert expected in words


def test_slips_made_together_at_one_step_are_found() -> None:
    student = work(FIELDS, ("δi", "δf", "δg"), 2)
    words = recognised(RUN, "dW", student["dW"])
    assert words == "δh in place of δc in δi, δf and δg, at step 3 alone,"


def test_the_first_wrong_field_names_its_own_slip() -> None:
    for slips in combinations(SLIPS, 2):
        student = work(FIELDS, slips, 1)
        for field in (f"steps[1].{name}" for name in ("g", "dc", "di", "df", "dg")):
            if not np.allclose(field_of(student, field), field_of(RIGHT, field)):
                words = recognised(RUN, field, field_of(student, field))
                assert any(SLIPS[slip].startswith(words) for slip in slips), (slips, field, words)
                break


def test_few_digits_do_not_tell_a_far_fetched_slip_from_chance() -> None:
    cell = problem(5, H=1, D=1, T=3)
    student, run = work(cell, ("δi", "δf", "δg")), lstm(**cell)
    exact = student["dh0"]
    assert recognised(run, "dh0", exact) == "δh in place of δc in δi, δf and δg"
    assert recognised(run, "dh0", [float(f"{exact[0]:.3g}")]) == ""
