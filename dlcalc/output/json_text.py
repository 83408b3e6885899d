"""Strict JSON: one line, nothing rounded, NaN and infinities as their names."""

from __future__ import annotations

import json
from typing import Any

from dlcalc.formulas.numerals import format_number, plain_value


def json_text(value: Any) -> str:
    """A record as one line of JSON.

    >>> json_text({"output": [1.5, float("nan")]})
    '{"output": [1.5, "NaN"]}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain_value)
    except ValueError:
        named = _named(plain_value(value))
        return json.dumps(named, ensure_ascii=False, allow_nan=False)


def _named(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:
        return format_number(value)
    if isinstance(value, dict):
        return {key: _named(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each) for each in value]
    return value
