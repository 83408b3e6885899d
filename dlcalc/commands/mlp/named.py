"""Answers under the names that the screen shows, brought into the form of the record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from dlcalc.formulas.numerals import plain_value

Places = Mapping[str, tuple[str, tuple[int, ...]]]
"""By name the field of the record, and where in it the element is."""


def by_screen_names(
    expected: Any, record: Mapping[str, Any], places: Callable[[], Places]
) -> Any:
    """An answer whose keys may be names of single quantities: w5, h_1, dJ/dw5, ∂J/∂w_5.

    All that an answer does not say of a field is taken from the record, and so agrees.

    >>> by_screen_names({"w2": 7}, {"w": [3, 4]}, lambda: {"w_2": ("w", (1,))})
    {'w': [3, 7]}
    """
    if not isinstance(expected, Mapping) or all(name in record for name in expected):
        return expected
    known = {plainly(name): place for name, place in places().items()}
    found: dict[str, Any] = {name: each for name, each in expected.items() if name in record}
    for name, value in expected.items():
        if name in record:
            continue
        if plainly(name) not in known:
            found[name] = value
            continue
        field, index = known[plainly(name)]
        _put(found, record, [*_parts(field), *index], value)
    return found


def plainly(name: str) -> str:
    """A name without its typography.

    >>> plainly("∂J/∂w_5"), plainly("w5+")
    ('dJ/dw5', 'w5⁺')
    """
    return name.replace("∂", "d").replace("_", "").replace("+", "⁺").replace(" ", "")


def _parts(field: str) -> list[str | int]:
    return [name or int(place) for name, place in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field)]


def _put(found: dict[str, Any], record: Mapping[str, Any], path: list[Any], value: Any) -> None:
    """Set one element; lists around it are those of the record, objects hold it alone."""
    target: Any = found
    source: Any = record
    for place, next_place in pairwise(path):
        source = source[place]
        if isinstance(place, str) and place not in target:
            whole = plain_value(source)
            target[place] = {} if isinstance(next_place, str) else whole
        target = target[place]
    target[path[-1]] = value
