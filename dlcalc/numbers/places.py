"""Places in a record: typed from where a name is read to where the element is explained.

A place is a tuple of names and whole numbers, `("gradients", "weights", 1)`; an index into
the array that stands there goes beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from dlcalc.errors import InputError, did_you_mean
from dlcalc.typed import Any

Index = tuple[int, ...]
MOST_KNOWN = 20_000
"""Names among which the nearest are looked for: a tenth of a second."""


class Place(tuple[str | int, ...]):
    """Names and the numbers of parts that lead to a field; as text, its path in JSON.

    >>> str(Place(("gradients", "weights", 1)))
    'gradients.weights[1]'
    """

    __slots__ = ()

    def __str__(self) -> str:
        return "".join(
            f"[{each}]" if isinstance(each, int) else f".{each}" for each in self
        ).removeprefix(".")

    def __truediv__(self, step: str | int) -> Place:
        return Place((*self, step))


def find_place(name: str, record: Mapping[str, Any], main: Place) -> tuple[Place, Index]:
    """The place in a record that a name means, and the index within it if the name has one.

    A name is a path in JSON, or what the screen shows: a key beside the main field or at any
    depth (the first in breadth), an object of a list by its `name`, or a derivative, dL/dw.
    InputError with the nearest names where there is none.

    >>> record = {"loss": 1, "gradients": {"L": {"w": 24}}, "layers": [{"name": "C1", "params": 6}]}
    >>> str(find_place("dL/dw", record, Place(("loss",)))[0])
    'gradients.L.w'
    >>> str(find_place("C1.params", record, Place(("loss",)))[0])
    'layers[0].params'
    """
    around = (Place(main[:end]) for end in range(len(main) - 1, 0, -1))
    holders = [(Place(), record), *((place, value_at(record, place)) for place in around),
               *_holders(record)]
    said = (name, *_derivative(name)) if name else ()
    for words in said:
        for place, holder in holders:
            found = _walk(words, holder, place)
            if found is not None:
                return found
    for words in said:
        for place, holder in holders:
            found = _walk(words, holder[0], place / 0) if _is_list(holder) and holder else None
            if found is not None:
                raise InputError(f"each of {place} has {name!r}: say which, as {found[0]}")
    known = dict.fromkeys(
        str(key) for _, holder in holders
        for key in (holder if isinstance(holder, Mapping) else by_name(holder)))
    near = did_you_mean(name, islice(known, MOST_KNOWN)) or did_you_mean(name, record)
    raise InputError(f"the result has no field {name!r}{near}")


def names_within(value: Any, above: str = "") -> Iterator[str]:
    """The names of all that stands in a record, as `find_place` takes them.

    >>> list(names_within({"loss": 1, "steps": [{"i": 2}], "layers": [{"name": "C1", "p": 6}]}))
    ['loss', 'steps[0].i', 'C1.name', 'C1.p']
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from names_within(each, f"{above}.{key}" if above else str(key))
    elif _is_list(value) and value and isinstance(value[0], Mapping):
        for place, each in enumerate(value):
            yield from names_within(each, _name(each) or f"{above}[{place}]")
    else:
        yield above


def value_at(value: Any, place: Place) -> Any:
    """What stands at a place; of an expected value that is no object, that itself.

    >>> value_at({"steps": [{"di": 1}, {"di": 2}]}, Place(("steps", 1, "di")))
    2
    """
    for step in place:
        if not isinstance(value, Mapping) and not _is_list(value):
            break
        value = value[step]
    return value


def position(record: Mapping[str, Any], place: Place) -> tuple[int, ...]:
    """Where in the order of the record a place stands."""
    found, value = [], record
    for step in place:
        found.append(step if isinstance(step, int) else list(value).index(step))
        value = value[step]  # type: ignore[index]
    return tuple(found)


def _walk(rest: str, value: Any, place: Place) -> tuple[Place, Index] | None:
    """The place that a path leads to from a value; None where it leads nowhere."""
    if not rest:
        return place, ()
    rest = rest.removeprefix(".")
    if _is_list(value) and value and isinstance(value[0], Mapping):
        named = by_name(value)
        found = _step(rest, named, place, lambda key: (value[named[key]], named[key]))
        if found is not None:
            return found
    if isinstance(value, Mapping):
        return _step(rest, value, place, lambda key: (value[key], key))
    number, bracket, tail = rest.removeprefix("[").partition("]")
    if not (rest.startswith("[") and bracket and number.isdecimal()):
        return None
    if _is_list(value) and value and (
        isinstance(value[0], Mapping) or hasattr(value[0], "tolist")
    ):
        here = int(number)
        return _walk(tail, value[here], place / here) if here < len(value) else None
    index = [each.strip("[] ") for each in rest.replace("][", ",").split(",")]
    return (place, tuple(map(int, index))) if all(map(str.isdecimal, index)) else None


def _step(rest: str, keys: Any, place: Place, at: Any) -> tuple[Place, Index] | None:
    """On through the longest key that the path begins with; names have points of their own."""
    for key in sorted(map(str, keys), key=len, reverse=True):
        if rest == key or (rest.startswith(key) and rest[len(key)] in ".["):
            value, step = at(key)
            found = _walk(rest[len(key) :], value, place / step)
            if found is not None:
                return found
    return None


def _holders(record: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """All objects within a record in breadth, and lists of objects that have names, or of one."""
    level: list[tuple[Place, Any]] = [(Place(), record)]
    while level:
        inner = []
        for place, value in level:
            if isinstance(value, Mapping):
                inner += [(place / key, each) for key, each in value.items()]
            elif len(value) == 1:
                inner.append((place / 0, value[0]))
        level = [
            (place, value) for place, value in inner
            if isinstance(value, Mapping)
            or (_is_list(value) and value and isinstance(value[0], Mapping))
        ]
        yield from level


def by_name(records: Sequence[Any]) -> dict[str, int]:
    """Where in a list each object stands that has a name.

    >>> by_name([{"name": "C1"}, {"params": 6}, {"name": "S2"}])
    {'C1': 0, 'S2': 2}
    """
    return {name: n for n, each in enumerate(records) if (name := _name(each))}


NAMES = ("name", "remedy", "way", "counter", "gradient", "init", "model")
"""The fields that name an object of a list, such as a layer or a remedy."""


def _name(record: Any) -> str:
    """What names an object of a list; "" where nothing does."""
    if not isinstance(record, Mapping):
        return ""
    return next((str(record[key]) for key in NAMES if isinstance(record.get(key), str)), "")


def _is_list(value: Any) -> bool:
    """Whether it is a list; those of layers are made one at a time."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def _derivative(name: str) -> Iterator[str]:
    """Where a derivative stands: dL/dw under gradients.L.w, or under gradients.w of one loss."""
    above, slash, below = name.partition("/")
    if slash and above[:1] in ("d", "∂") and below[:1] == above[:1]:
        yield f"gradients.{above[1:]}.{below[1:]}"
        yield f"gradients.{below[1:]}"
    elif name[:1] in ("d", "∂"):
        yield f"gradients.{name[1:]}"


def unravel(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of the element at `place` in row-major order.

    >>> unravel(5, (2, 3))
    (1, 2)
    """
    index: list[int] = []
    for size in reversed(shape):
        place, at = divmod(place, size)
        index.insert(0, at)
    return tuple(index)
