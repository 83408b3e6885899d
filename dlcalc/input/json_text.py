"""JSON, strictly: nothing doubled, nothing beyond a double, nothing lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from dlcalc.errors import DlcalcError, InputError, ShapeError
from dlcalc.numbers.axes import plural
from dlcalc.numbers.parse import Decimal, check_finite, kind_of, parse_number, shorten
from dlcalc.typed import Any

NONFINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


def parse_json(text: str, allow_nonfinite: bool = False, decimal: Decimal = float) -> Any:
    """The value of a JSON text, decimals made by `decimal`; InputError where it is none.

    Refused by name: doubled keys, NaN and Infinity (unless allowed), numbers beyond a
    double such as 1e999, lone surrogates, and nesting too deep to follow.

    >>> parse_json('{"x": [1, 2.5]}')
    {'x': [1, 2.5]}
    """

    seen: list[str] = []

    def constant(name: str) -> float:
        seen.append(name)
        return NONFINITE[name]

    def fraction(word: str) -> float:
        value = decimal(word)
        if not allow_nonfinite:
            check_finite(value, word)
        return value

    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=constant,
            parse_int=parse_number,
            parse_float=fraction,
        )
    except json.JSONDecodeError as error:
        raise InputError(
            f"not JSON: {error.msg[0].lower()}{error.msg[1:]} at column {error.colno}"
        ).at(f"line {error.lineno}") from None
    except RecursionError:
        raise InputError("JSON nested too deeply to be an array or a record") from None
    if seen and not allow_nonfinite:
        _refuse_nonfinite(value, seen[0])
    if "\\u" in text:
        for each in (each for _, each in _leaves(value) if isinstance(each, str)):
            try:
                each.encode()
            except UnicodeEncodeError:
                raise InputError(f"{shorten(each)!a} holds a lone surrogate") from None
    return value


def _refuse_nonfinite(value: Any, name: str) -> None:
    """InputError for the first NaN or infinity, with its fields and its place in their arrays."""
    path = next((
        path for path, each in _leaves(value) if isinstance(each, float) and each - each != 0
    ), ())
    places = [
        str(steps[0]) if named else f"element [{', '.join(map(str, steps))}]"
        for named, group in groupby(path, lambda step: isinstance(step, str))
        for steps in ([[each] for each in group] if named else [list(group)])
    ]
    try:
        check_finite(NONFINITE[name], name)
    except DlcalcError as error:
        for place in reversed(places):
            error = error.at(place)
        raise error from None


def _leaves(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Numbers and texts of a value, names of fields among them, and the way to each."""
    if not isinstance(value, dict | list):
        yield path, value
        return
    for step, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(step, str):
            yield path, step
        yield from _leaves(each, (*path, step))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise InputError(f"field {shorten(name)!r} stands twice in one object")
    return fields


def check_array(value: Any, allow_nonfinite: bool = False) -> Any:
    """A number or nested lists of numbers of one shape, checked; nonfinite names become floats.

    >>> check_array([[1, 2], [3, 4]])
    [[1, 2], [3, 4]]
    """
    shape: list[int] = []
    probe = value
    while isinstance(probe, list):
        shape.append(len(probe))
        if not probe:
            raise ShapeError("an empty list")
        probe = probe[0]
    return _checked(value, shape, (), lambda word: nonfinite(word, allow_nonfinite))


def nonfinite(word: str, allow_nonfinite: bool) -> float:
    """A NaN or an infinity by its name; InputError for other text, and where none is allowed."""
    if word not in NONFINITE:
        raise InputError(f"{shorten(word)!r} is text, not a number")
    if not allow_nonfinite:
        check_finite(NONFINITE[word], word)
    return NONFINITE[word]


def _checked(
    value: Any, shape: Sequence[int], index: tuple[int, ...], named: Callable[[str], float]
) -> Any:
    place = f"element [{', '.join(map(str, index))}]" if index else "the array"
    if not shape:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ShapeError(f"is {kind_of(value)}, where a number belongs").at(place)
        return named(value) if isinstance(value, str) else value
    if not isinstance(value, list):
        raise ShapeError(f"is {kind_of(value)}, where a list of {shape[0]} belongs").at(place)
    if len(value) != shape[0]:
        found = f"{len(value)} {plural(len(value), 'entry')}"
        raise ShapeError(f"has {found}, those before it {shape[0]}").at(place)
    if len(shape) == 1 and all(type(each) is int or type(each) is float for each in value):
        return value
    return [_checked(each, shape[1:], (*index, i), named) for i, each in enumerate(value)]
