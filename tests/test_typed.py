"""Named tuples that commands make without `typing` behave as those of `typing` do."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from dlcalc.typed import FEW, NamedTuple


class Ours(NamedTuple):
    """One of this project's."""

    first: int
    second: str = "b"

    @property
    def both(self) -> str:
        """What both fields say."""
        return f"{self.first}{self.second}"


class Theirs(typing.NamedTuple):
    """The same by the standard library."""

    first: int
    second: str = "b"


class Inner(Ours):
    """A class above one."""

    __slots__ = ()


MADE = [
    lambda kind: kind(1),
    lambda kind: kind(second="c", first=2),
    lambda kind: kind._make((3, "d")),
    lambda kind: kind(1)._replace(second="e"),
    lambda kind: copy.deepcopy(kind(4, "f")),
    lambda kind: pickle.loads(pickle.dumps(kind(5))),
]



@pytest.mark.parametrize("before", [0, FEW])
@pytest.mark.parametrize("made", MADE)
def test_fields_names_and_text_are_those_of_the_standard_library(made: Any, before: int) -> None:
    for number in range(before):
        assert Ours(number).first == number
    ours, theirs = made(Ours), made(Theirs)
    assert type(ours) is Ours
    assert ours == theirs
    assert ours._asdict() == theirs._asdict()
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours.both == f"{theirs.first}{theirs.second}"
    assert type(made(Inner)) is Inner


@pytest.mark.parametrize("wrong", [
    lambda kind: kind(), lambda kind: kind(1, first=1), lambda kind: kind(1, "b", 3),
    lambda kind: kind(1, third=3), lambda kind: kind(1)._replace(third=3),
])
def test_what_the_standard_library_refuses_is_refused(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        wrong(Theirs)
    with pytest.raises((theirs.type, ValueError)):  # from Python 3.13 on, TypeError in all
        wrong(Ours)
