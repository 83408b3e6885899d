"""A difference from an expected answer, in one line."""

from __future__ import annotations

from typing import Any

from dlcalc.formulas.numerals import format_number
from dlcalc.formulas.text import formula_text
from dlcalc.output.answer import Answer


def describe(difference: Any, answer: Answer, precision: int) -> str:
    """What differs first, by how much, with the working of that very element."""
    if not hasattr(difference, "index"):
        text = f"{difference.field}: {_shapes(difference)}"
    else:
        text = _element(difference, answer, precision)
    advice = answer.advice(difference.field, difference.wanted)
    return text + (f"; {advice}" if advice else "")


def _shapes(difference: Any) -> str:
    expected, actual = difference.expected, difference.actual
    wanted, found = ("x".join(map(str, shape)) for shape in (expected, actual))
    if not actual:
        text = f"expected the shape {wanted}, is a single number"
        return text + (", written without commas" if len(expected) == 1 else "")
    if not expected:
        return f"expected a single number, has the shape {found}"
    return f"expected the shape {wanted}, is {found}"


def _element(difference: Any, answer: Answer, precision: int) -> str:
    digits: int | None = precision
    expected, actual = difference.expected, difference.actual
    if format_number(expected, digits) == format_number(actual, digits):
        digits = None
    place = f"({','.join(map(str, difference.index))})"
    where = f"element {place}" if difference.index else str(difference.field)
    if difference.index and difference.field != answer.main_place:
        where = f"{difference.field} {where}"
    shown = format_number(expected, digits) or "null", format_number(actual, digits)
    if isinstance(expected, str) and not isinstance(actual, str):
        shown = f'the text "{expected}"', shown[1]
    text = f"{where}: expected {shown[0]}, is {shown[1]}"
    step = answer.element(difference.field, difference.index)
    if step is not None:
        terms = [each for each in (step.formula, *step.numbers) if each is not None]
        text += "".join(f" = {formula_text(each, precision)}" for each in terms)
        if step.note:
            text += f" ({step.note})"
    if difference.total > 1:
        text += f"; {difference.count:,} of {difference.total:,} elements differ"
    return text
