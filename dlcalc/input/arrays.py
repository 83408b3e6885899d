"""Arrays from whatever a user gives: a file, standard input, or numbers typed in."""

from __future__ import annotations

import re
from typing import Any

from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.input.sources import Source, decode, located, read_source


def read_arrays(value: str, allow_nonfinite: bool = False, name: str = "") -> list[Any]:
    """The arrays behind `value`: a file name, `-`, or a literal such as '4 2; 5 1'.

    Text may hold several, divided by blank lines; .npy, .npz and JSON hold one. Numbers
    come as nested lists, from NumPy's files as arrays. Raises FileError and InputError,
    in which a literal goes by `name`.

    >>> read_arrays("4 2; 5 1")
    [[[4, 2], [5, 1]]]
    """
    return arrays_of(read_source(value, name), allow_nonfinite)


def read_array(value: str, allow_nonfinite: bool = False, name: str = "") -> Any:
    """The one array behind `value`; InputError where there are more."""
    return one_array(read_source(value, name), allow_nonfinite)


def arrays_of(source: Source, allow_nonfinite: bool = False) -> list[Any]:
    """The arrays of a source that is read already."""
    try:
        return _parse(source, allow_nonfinite)
    except DlcalcError as error:
        raise located(error, source) from None


def one_array(source: Source, allow_nonfinite: bool = False) -> Any:
    """The one array of a source; InputError where there are more."""
    arrays = arrays_of(source, allow_nonfinite)
    if len(arrays) > 1:
        error = InputError(f"{len(arrays)} arrays, divided by blank lines; one is wanted")
        raise located(error, source)
    return arrays[0]


def _parse(source: Source, allow_nonfinite: bool) -> list[Any]:
    if not source.data.strip():
        raise InputError("is empty; an array of numbers is wanted")
    if source.data.startswith(b"\x93NUMPY") or source.place.endswith(".npy"):
        from dlcalc.input.npy import parse_npy

        return [parse_npy(source.data, allow_nonfinite)]
    if source.data.startswith(b"PK") or source.place.endswith(".npz"):
        from dlcalc.input.npy import parse_npz

        return [parse_npz(source.data, allow_nonfinite=allow_nonfinite)]
    text = decode(source)
    if text.lstrip()[:1] in ("[", "{"):
        return _json_arrays(text, allow_nonfinite)
    from dlcalc.input.text import parse_text

    return parse_text(text, allow_nonfinite)


def _json_arrays(text: str, allow_nonfinite: bool) -> list[Any]:
    try:
        return [_json_array(text, allow_nonfinite)]
    except InputError as error:
        if "extra data" not in error.message:
            raise
    parts = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [_json_array(part, allow_nonfinite) for part in parts]


def _json_array(text: str, allow_nonfinite: bool) -> Any:
    from dlcalc.input.json_text import check_array, parse_json

    value = parse_json(text, allow_nonfinite)
    if isinstance(value, dict):
        if "output" not in value:
            near = did_you_mean("output", value)
            raise InputError(f"the object has no field 'output' to take the array from{near}")
        value = value["output"]
    found = check_array(value, allow_nonfinite)
    return found if isinstance(found, list) else [found]  # a row of one, as in text
