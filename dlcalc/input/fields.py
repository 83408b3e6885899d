"""Records: JSON objects whose fields are known by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from dlcalc.errors import At, InputError, did_you_mean
from dlcalc.input.json_text import check_array, parse_json
from dlcalc.input.sources import Source, decode, read_table

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Recorded(Protocol[P, R_co]):
    """A function that takes its fields one by one, or the record that its command reads."""

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __call__(self, *record: Any, **options: Any) -> R_co: ...


def takes_record(function: Callable[P, R_co]) -> Recorded[P, R_co]:
    """A function of fields that takes them as one mapping, the last argument, as JSON has them.

    >>> takes_record(lambda x, dh=0: (x, dh))({"x": 1, "dh": 2})
    (1, 2)

    Options beside it come first; InputError for fields that are unknown, or missing with or
    without a mapping.
    """
    @wraps(function)
    def called(*given: Any, **options: Any) -> R_co:
        if not given or not isinstance(given[-1], Mapping):
            try:
                return function(*given, **options)
            except TypeError as error:
                if " missing " in str(error):
                    _check_arguments(function, len(given), options)
                raise
        *before, record = given
        fields = {**record, **options}
        _check_arguments(function, len(before), fields)
        return function(*before, **fields)

    return cast(Recorded[P, R_co], called)


def _check_arguments(
    function: Callable[..., Any], before: int, fields: Mapping[str, Any]
) -> None:
    from inspect import Parameter, signature

    wanted = list(signature(function).parameters.values())[before:]
    known = [each.name for each in wanted]
    if any(each.kind is Parameter.VAR_KEYWORD for each in wanted):
        known += fields
    required = [
        each.name for each in wanted
        if each.default is Parameter.empty and each.kind is Parameter.POSITIONAL_OR_KEYWORD
    ]
    check_fields(fields, known, required)


def record_of(
    source: Source, known: Collection[str], required: Collection[str] = (),
    allow_nonfinite: bool = False, layered: Collection[str] = (), beside: Collection[str] = (),
) -> dict[str, Any]:
    """The JSON object of a source; fields `beside` the known are as they are.

    Lists and numbers are checked to be arrays of finite numbers of one shape; text,
    objects and lists that hold lists of several shapes (weights layer by layer) are
    checked element by element, and so is every field that is `layered`, a list of one
    array a layer. Raises InputError for unknown and missing fields.

    >>> record_of(Source(b'{"x": [1, 2]}', ""), ["x", "w"])
    {'x': [1, 2]}
    """
    with At(source.place, once=True):
        value = parse_json(decode(source), allow_nonfinite)
        if not isinstance(value, dict):
            raise InputError(f"a JSON object with fields is wanted: {', '.join(known)}")
        check_fields([name for name in value if name not in beside], known, required)
        return {
            name: each if name in beside
            else checked_field(name, each, allow_nonfinite, name in layered)
            for name, each in value.items()
        }


def check_fields(
    record: Collection[str], known: Collection[str], required: Collection[str] = ()
) -> None:
    """Refuse fields that are not known, with the nearest name, and missing ones."""
    for name in record:
        if name not in known:
            others = read_table(__file__, "fields.txt")["meant"].get(name, "").split("|")
            meant = [each for each in others if each.partition(",")[0] in known]
            near = f"; did you mean {meant[0]}?" if meant else did_you_mean(name, known)
            raise InputError(f"unknown field {name!r}{near}")
    for name in required:
        if name not in record:
            raise InputError(f"field {name!r} is missing")


def checked_field(name: str, value: Any, allow_nonfinite: bool, layered: bool = False) -> Any:
    """A field's value, its numbers checked; the error names the field."""
    with At(name):
        if isinstance(value, dict):
            return {key: checked_field(key, each, allow_nonfinite) for key, each in value.items()}
        if isinstance(value, bool | str | None):
            return value
        if isinstance(value, list) and (layered or (value and _is_ragged(value))):
            return [
                checked_field(f"[{place}]", each, allow_nonfinite)
                for place, each in enumerate(value)
            ]
        return check_array(value, allow_nonfinite)


def _is_ragged(values: list[Any]) -> bool:
    """Whether a list holds arrays side by side (as weights do) and is no array itself."""
    if not all(isinstance(each, list) and each for each in values):
        return any(isinstance(each, dict | list) for each in values)
    return all(isinstance(each[0], list) for each in values)
