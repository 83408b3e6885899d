"""One number from one word, exactly, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Callable

from dlcalc.errors import InputError

MOST_DIGITS = 4300
"""Digits of the longest whole number that is read; results may be longer."""

Number = int | float
Decimal = Callable[[str], float]


def parse_number(word: str, allow_nonfinite: bool = False, decimal: Decimal = float) -> Number:
    """A whole number as an int of any size, anything else as a float, made by `decimal`.

    The minus of workings and books is one. Raises InputError for words, digits that are not
    ASCII, `1_000`, NaN and infinities (unless allowed), and decimals beyond the range of a double.

    >>> parse_number("13"), parse_number("1e3"), parse_number("-0.5"), parse_number("−2")
    (13, 1000.0, -0.5, -2)
    """
    word = word if word.isascii() else word.replace("−", "-")
    if "_" in word or not word.isascii():
        raise InputError(f"{shorten(word)!r} is not a number: write it in plain digits, 1000")
    if len(word) > MOST_DIGITS:
        raise InputError(
            f"a number of {len(word):,} characters; at most {MOST_DIGITS:,} digits are read"
        )
    try:
        return int(word)
    except ValueError:
        pass
    try:
        value = decimal(word)
    except ValueError:
        hint = "; rows are divided by ;" if "\\n" in word else ""
        raise InputError(f"{shorten(word)!r} is not a number{hint}") from None
    if not allow_nonfinite:
        check_finite(value, word)
    return value


def parse_rate(word: str) -> float:
    """A rate or a loss, from 0; a percentage, up to 100, as a fraction.

    >>> parse_rate("0.02"), parse_rate("2%")
    (0.02, 0.02)
    """
    percent = word.endswith("%")
    try:
        value = float(parse_number(word.removesuffix("%")))
    except (InputError, OverflowError):
        raise InputError(f"{shorten(word)!r} is no rate: write 0.02 or 2%") from None
    if value < 0:
        raise InputError(f"{shorten(word)} is below 0")
    if percent and value > 100:
        raise InputError(f"{shorten(word)} is above 100%")
    return value / 100 if percent else value


def as_float(number: float, name: str) -> float:
    """A number as float64; InputError by its name where it is beyond the largest one."""
    try:
        return float(number)
    except OverflowError:
        raise InputError(f"{name} is beyond the largest float64, 1.8e308") from None


def check_finite(value: float, word: str) -> None:
    """Refuse NaN and infinities by the name under which they came."""
    if value - value == 0:
        return
    if value == value and any(digit in word for digit in "0123456789"):
        raise InputError(f"{shorten(word)} is beyond the largest float64, 1.8e308")
    raise InputError(f"{word} is not a finite number; `allow_nonfinite` lets it in")


def shorten(word: str, most: int = 40) -> str:
    """The word as an error shows it: cut in the middle where it is long."""
    return word if len(word) <= most else f"{word[: most // 2]}…{word[-8:]}"


def kind_of(value: object) -> str:
    """What a value is, in the words of JSON, for an error about it.

    >>> kind_of(None), kind_of({}), kind_of(2.5)
    ('null', 'an object', 'a number')
    """
    kinds = {dict: "an object", list: "a list", bool: "true or false", str: "text"}
    if value is None or type(value) in kinds:
        return kinds.get(type(value), "null")
    return "a number" if isinstance(value, int | float) else type(value).__name__
