"""The steps of a calculation as text, Markdown, LaTeX, or rows for programs; a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dlcalc.formulas.expressions import Vector
from dlcalc.formulas.numerals import format_number, plain_value
from dlcalc.formulas.text import escape_latex, formula_latex, formula_text
from dlcalc.numbers.parse import shorten
from dlcalc.output.answer import Answer
from dlcalc.output.tables import aligned_rows, shape_of, slices
from dlcalc.typed import Any, NamedTuple

HEAD = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[landscape,margin=15mm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\begin{document}
\sloppy\setlength{\arraycolsep}{2pt}
"""


MOST_SHOWN = 400
"""Signs of a wrong answer that are shown."""


def chain_of(step: Any) -> list[Any]:
    """Everything that stands between equals signs: formula, numbers, and the value."""
    terms = [term for term in (step.formula, *step.numbers) if term is not None]
    value = step.value if hasattr(step.value, "kind") else plain_value(step.value)
    return terms if value is None else [*terms, value]


def step_text(step: Any, precision: int | None) -> str:
    """One step as text: name = formula = numbers = value, arrays on lines of their own."""
    chain = chain_of(step)
    lines: list[str] = []
    if chain and len(shape_of(chain[-1])) > 1:
        rows = chain.pop()
        for label, grid in slices(rows):
            lines += [f"  {label}"] if label else []
            lines += [f"  {row}" for row in aligned_rows(grid, precision)]
    name = formula_text(step.name, precision)
    head = " = ".join([name, *(formula_text(term, precision) for term in chain)])
    if lines:
        head += " ="
    if step.note:
        head = f"{head}: {step.note}" if not chain and not lines else f"{head}   ({step.note})"
    return "\n".join([head, *lines])


def working_text(steps: Iterable[Any], precision: int | None) -> Iterator[str]:
    """All steps as text, a line or more each."""
    for step in steps:
        yield step_text(step, precision) + "\n"


class Signs(NamedTuple):
    """How a formula is displayed, a heading and a note written, and words escaped; and what
    stands around the whole."""

    display: str
    heading: str
    line: str
    escape: Callable[[str], str]
    head: str = ""
    tail: str = ""


SIGNS = {
    "markdown": Signs("$$\n{}\n$$\n\n", "**{}**", "{}\n\n", str),
    "latex": Signs("\\[\n{}\n\\]\n", r"\textbf{{{}}}", "\\noindent {}\n\n", escape_latex, HEAD,
                   "\\end{document}\n"),
}


def working_typeset(steps: Iterable[Any], precision: int | None, signs: Signs) -> Iterator[str]:
    """All steps in Markdown, or in LaTeX to stand between its head and tail."""
    display, heading, line, escape = signs[:4]
    for step in steps:
        note = escape(step.note)
        if chain_of(step):
            yield display.format(_aligned(step, precision))
        else:
            words = heading.format(escape(formula_text(step.name, precision)))
            note = f"{words}: {note}" if note else words
        if note:
            yield line.format(note)


def working_rows(steps: Iterable[Any]) -> list[dict[str, Any]]:
    """All steps for programs: name, formula, numbers, value, note, nothing rounded."""
    return [
        {
            "name": formula_text(step.name, None),
            "formula": None if step.formula is None else formula_text(step.formula, None),
            "numbers": " = ".join(formula_text(each, None) for each in step.numbers) or None,
            "value": plain_value(step.value),
            "note": step.note or None,
        }
        for step in steps
    ]


def _aligned(step: Any, precision: int | None) -> str:
    terms = []
    for term in chain_of(step):
        if step.upright and len(shape_of(term)) == 1:
            term = Vector(term)
        if len(shape_of(term)) > 2:
            terms.append(
                r",\; ".join(
                    formula_latex(grid, precision) + rf"_{{\text{{{escape_latex(label)}}}}}"
                    for label, grid in slices(term)
                )
            )
        else:
            terms.append(formula_latex(term, precision))
    body = " \\\\\n&= ".join(_broken(each) for each in terms)
    return (
        f"\\begin{{aligned}}\n{formula_latex(step.name, precision)} &= {body}\n\\end{{aligned}}"
    )


def _broken(latex: str, most: int = 150) -> str:
    """A term on several lines where it is long, each beginning with the sign of a summand."""
    pieces, depth, start = [], 0, 0
    for place, sign in enumerate(latex):
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(sign, 0)
        summand = sign in "+-" and not depth and latex[place - 1 : place + 2] == f" {sign} "
        if summand and place - start > most:
            pieces.append(latex[start:place])
            start = place
    return " \\\\\n&\\quad {} ".join([*pieces, latex[start:]])


def describe(difference: Any, answer: Answer, precision: int) -> str:
    """What differs first, by how much, with the working of that very element."""
    if not hasattr(difference, "index"):
        text = f"{difference.field}: {_shapes(difference)}"
    else:
        text = _difference_sentence(difference, answer, precision)
    from dlcalc.numbers.compare import DEFAULT_TOLERANCE, agree, unit_slip

    try:
        near = isinstance(difference.actual, float) and agree(
            difference.expected, difference.actual, DEFAULT_TOLERANCE)
        # A number that is right but for its last digits is no slip's.
        advice = "" if near else answer.advice(difference.field, difference.wanted)
    except OverflowError:
        advice = ""  # no slip is worked out in numbers beyond the largest float
    if not advice and "bytes" in str(difference.field[-1]):
        advice = unit_slip(difference.actual, difference.expected)
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


def _difference_sentence(difference: Any, answer: Answer, precision: int) -> str:
    digits: int | None = precision
    expected, actual = difference.expected, difference.actual
    if format_number(expected, digits) == format_number(actual, digits):
        digits = None
    place = f"({','.join(map(str, difference.index))})"
    where = f"element {place}" if difference.index else str(difference.field)
    if difference.index and difference.field != answer.main_place:
        where = f"{difference.field} {where}"
    shown = [shorten(format_number(each, digits), MOST_SHOWN) or "null"
             for each in (expected, actual)]
    if getattr(expected, "unit", 1) > 1:
        shown[0] = expected.typed
    if isinstance(expected, str) and not isinstance(actual, str):
        shown[0] = f'the text "{shown[0]}"'
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
