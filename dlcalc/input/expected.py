"""An expected answer: a number, an array, or an object with any of the result's fields."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Any

from dlcalc.errors import At, InputError
from dlcalc.input.arrays import one_array
from dlcalc.input.json_text import NONFINITE, nonfinite, parse_json
from dlcalc.input.sources import decode, is_file, read_source
from dlcalc.numbers.compare import Written

_SIZES = re.compile(r"\s*\d{1,4300}(?:x\d{1,4300})+\s*")
"""Sizes as `dlcalc size` prints and takes them: 28x28."""
_DECIMAL = r"([-+]?\d{1,100}(?:\.\d{1,100})?)"
_SHORT = re.compile(rf"\s*{_DECIMAL}\s?([kKMGBT%])\s*")
_POWERS = {"k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12, "%": -2}
"""Counts as people shorten them, 61.7k, and percentages."""
_BYTES = re.compile(r"\s*([-+]?\d[\d,]{0,100}(?:\.\d{1,100})?)\s?([kKMGTPE])(i?)B\s*")
"""Sizes as tables show them, 1,021.1 KiB."""
_FRACTION = re.compile(rf"\s*{_DECIMAL}\s?/\s?(?=[-+0.]*[1-9]){_DECIMAL}\s*")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3}){1,1000}")
"""Counts as tables show them, 61,706; unquoted these are two numbers."""
_OBJECTS = re.compile(rb"\s*(\[\s*)?\{")
"""What begins an object, or a list of them: the main field where it holds objects."""
_WORDS = re.compile(rb"\s*[|*]*\s*[A-Za-z]")
"""What begins a table with its header, or with the names of its rows."""


def read_expected(value: str, allow_nonfinite: bool = False) -> Any:
    """What stands behind an `--expect` value: a file, `-`, or a literal.

    >>> read_expected("28"), read_expected('{"remainder": 0}')
    ([28], {'remainder': 0})
    """
    if not is_file(value) and (short := _shortened(value)) is not None:
        return short
    source = read_source(value)
    text = b"" if source.place.endswith((".npy", ".npz")) else source.data.removeprefix(BOM_UTF8)
    if (short := _shortened(text.decode("latin-1"))) is not None:
        return short
    if source.data.startswith(b"PK"):
        from dlcalc.input.npy import parse_all_npz

        with At(source.place, once=True):
            held = parse_all_npz(source.data, allow_nonfinite, numbers=True)
        if len(held) > 1:
            return held
    if not _OBJECTS.match(text):
        try:
            return one_array(source, allow_nonfinite, _decimal)
        except InputError as error:
            if source.place and _WORDS.match(text):
                error.message += "; a table is no answer: give its numbers, or its JSON (-f json)"
            raise
    with At(source.place, once=True):
        record = _numbers(parse_json(decode(source), allow_nonfinite, Written), allow_nonfinite)
    if isinstance(record, list):
        return record
    # The working of an answer that was written with --explain is no part of the answer.
    return {name: each for name, each in record.items() if name != "working"}


def _shortened(text: str) -> Any:
    """Sizes, a fraction, or a count to the digits it is written with; None for other text.

    >>> _shortened("28x28"), _shortened("61.7k").rounds(61706), _shortened("1/8"), _shortened("x")
    ([28, 28], True, 0.125, None)
    >>> _shortened("1,021.1 KiB").rounds(1045675), _shortened("241.0 KB").rounds(246824)
    (True, False)
    """
    text = text.replace("−", "-")
    if _SIZES.fullmatch(text):
        return [int(size) for size in text.split("x")]
    known = any(each.fullmatch(text) for each in (_SHORT, _BYTES, _FRACTION))
    return _decimal(text) if known else None


def _decimal(word: str) -> float:
    """A number as it is written: a decimal, shortened (61.7k, 2%, 241.0 KiB), or a fraction."""
    if found := _SHORT.fullmatch(word):
        number = Written(f"{found[1]}e{_POWERS[found[2]]}")
        number.typed = word
        return number
    if found := _BYTES.fullmatch(word):
        power = " KMGTPE".index(found[2].upper())
        number = Written(found[1].replace(",", ""), (1024 if found[3] else 1000) ** power)
        number.typed = word
        return number
    if parts := _FRACTION.fullmatch(word):
        return float(parts[1]) / float(parts[2])
    return Written(word)


def _numbers(value: Any, allow_nonfinite: bool) -> Any:
    """NaN and infinities as numbers again, which strict JSON writes as text."""
    if isinstance(value, dict):
        return {key: _numbers(each, allow_nonfinite) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers(each, allow_nonfinite) for each in value]
    if isinstance(value, str) and value in NONFINITE:
        return nonfinite(value, allow_nonfinite)
    if isinstance(value, str) and _GROUPED.fullmatch(value):
        return int(value.replace(",", ""))
    short = _shortened(value) if isinstance(value, str) else None
    return value if short is None else short
