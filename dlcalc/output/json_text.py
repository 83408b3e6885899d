"""Strict JSON: one line, nothing rounded, NaN and infinities as their names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from dlcalc.formulas.numerals import format_number, plain_value
from dlcalc.output.answer import Made
from dlcalc.typed import Any

CHUNK = 1024
"""Things of a long list that are written at a time."""
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=plain_value).encode


def json_text(value: Any) -> str:
    """A record as one line of JSON.

    >>> json_text({"output": [1.5, float("nan")]})
    '{"output": [1.5, "NaN"]}'
    """
    try:
        return _encode(value)
    except ValueError:
        named = _nonfinite_as_text(plain_value(value))
        return json.dumps(named, ensure_ascii=False, allow_nan=False)


def json_pieces(record: dict[str, Any]) -> Iterator[str]:
    """The same piece by piece: what is made as it is written is never whole.

    >>> "".join(json_pieces({"output": [1.5], "layers": Made((1, 2), str)}))
    '{"output": [1.5], "layers": ["1", "2"]}'
    """
    mark = "{"
    for key, value in record.items():
        yield f"{mark}{json_text(key)}: "
        mark = ", "
        if isinstance(value, Made) and value:
            pieces = value.texts(lambda each: ", " + json_text(each))
            yield "[" + next(pieces)[2:]
            while chunk := "".join(islice(pieces, CHUNK)):
                yield chunk
            yield "]"
        else:
            yield json_text(value)
    yield "}" if record else "{}"


def _nonfinite_as_text(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:
        return format_number(value)
    if isinstance(value, dict):
        return {key: _nonfinite_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_nonfinite_as_text(each) for each in value]
    return value
