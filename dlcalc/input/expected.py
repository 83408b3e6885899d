"""An expected answer: a number, an array, or an object with any of the result's fields."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Any

from dlcalc.errors import DlcalcError
from dlcalc.input.arrays import one_array
from dlcalc.input.json_text import NONFINITE, parse_json
from dlcalc.input.sources import decode, located, read_source
from dlcalc.numbers.parse import check_finite

_SIZES = re.compile(rb"\s*\d{1,4300}(?:x\d{1,4300})+\s*")
"""Sizes as `dlcalc size` prints and takes them: 28x28."""


def read_expected(value: str, allow_nonfinite: bool = False) -> Any:
    """What stands behind an `--expect` value: a file, `-`, or a literal.

    >>> read_expected("28"), read_expected('{"remainder": 0}')
    ([28], {'remainder': 0})
    """
    source = read_source(value)
    if sizes := _SIZES.fullmatch(source.data):
        return [int(size) for size in sizes[0].split(b"x")]
    if not source.data.removeprefix(BOM_UTF8).lstrip().startswith(b"{"):
        return one_array(source, allow_nonfinite)
    try:
        record = _named(parse_json(decode(source), allow_nonfinite), allow_nonfinite)
    except DlcalcError as error:
        raise located(error, source) from None
    # The working of an answer that was written with --explain is no part of the answer.
    return {name: each for name, each in record.items() if name != "working"}


def _named(value: Any, allow_nonfinite: bool) -> Any:
    """NaN and infinities as numbers again, which strict JSON writes as text."""
    if isinstance(value, dict):
        return {key: _named(each, allow_nonfinite) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each, allow_nonfinite) for each in value]
    if isinstance(value, str) and value in NONFINITE:
        if not allow_nonfinite:
            check_finite(NONFINITE[value], value)
        return NONFINITE[value]
    return value
