"""Numbers as text: exact for programs, rounded for people."""

from __future__ import annotations

from dlcalc.typed import Any

DEFAULT_PRECISION = 6


def plain_value(value: Any) -> Any:
    """Arrays and NumPy scalars as lists and Python numbers; everything else as it is.

    >>> plain_value({"shape": (2, 3)})
    {'shape': [2, 3]}
    """
    if type(value) in (int, str, float):
        return value
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        if set(map(type, value)) <= {int, float}:
            return list(value)
        return [plain_value(each) for each in value]
    return value


def format_number(value: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """One number: whole ones exact, others to `precision` significant digits (None: all).

    >>> format_number(2**70), format_number(2 / 3), format_number(2 / 3, None)
    ('1180591620717411303424', '0.666667', '0.6666666666666666')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if value - value != 0:
            return "Infinity" if value > 0 else "-Infinity"
        if precision is None:
            return repr(value)
        text = format(value, f".{precision}g")
        return "0" if text == "-0" else text
    return "" if value is None else str(value)


def grouped(value: Any) -> str:
    """A whole number with its thousands divided by commas, for people.

    >>> grouped(61706)
    '61,706'
    """
    return f"{value:,}" if isinstance(value, int) else format_number(value)
