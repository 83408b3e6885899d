"""Expressions as text and as HTML, and what all typographies share: structure, parentheses."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from dlcalc.formulas.numerals import DEFAULT_PRECISION, format_number

# How tightly each kind binds; a part that binds less tightly gets parentheses.
BINDING = {
    "add": 1, "sub": 1, "total": 1, "neg": 2, "mul": 3, "hadamard": 3, "div": 3, "matmul": 4,
    "pow": 5, "transpose": 6, "relation": 0,
}
ATOM = 9


def binding(term: Any) -> int:
    """How tightly a term binds: sums least, symbols and positive numbers most."""
    kind = getattr(term, "kind", None)
    if kind is None:
        return BINDING["neg"] if isinstance(term, int | float) and term < 0 else ATOM
    return BINDING.get(kind, ATOM)


def place_text(each: Any) -> str:
    """A place in an index: 0, or a slice, 1:3.

    >>> place_text(slice(0, 2)), place_text(slice(None))
    ('0:2', ':')
    """
    if not hasattr(each, "step"):
        return "..." if each is Ellipsis else str(each)
    ends = ("" if end is None else str(end) for end in (each.start, each.stop))
    return ":".join(ends) + ("" if each.step is None else f":{each.step}")


class FormulaWriter:
    """Sets an expression by a method for each kind of node; a typography fills in the signs."""

    minus = "−"
    signs: ClassVar[dict[str, str]] = {">=": "≥", "<=": "≤", "!=": "≠"}
    parenthesised = "({})"
    enclosed: ClassVar[dict[str, str]] = {"floor": "⌊{}⌋", "ceil": "⌈{}⌉", "new": "{}⁺"}
    """How nodes of one part are set that bind as tightly as they can."""

    def __init__(self, precision: int | None) -> None:
        self.precision = precision

    def write(self, term: Any) -> str:
        """An expression, words, a number, or an array."""
        kind = getattr(term, "kind", None)
        if kind in self.enclosed:
            return self.enclosed[kind].format(self.write(term.args[0]))
        if kind is not None:
            written: str = getattr(self, f"_{kind}")(*term.args)
            return written
        if hasattr(term, "tolist"):
            term = term.tolist()
        if isinstance(term, str):
            return self.words(term)
        return self.array(term) if isinstance(term, Sequence) else self.number(term)

    def words(self, text: str) -> str:
        """Words between formulas."""
        raise NotImplementedError

    def array(self, values: Any) -> str:
        """Nested lists of numbers."""
        raise NotImplementedError

    def number(self, value: Any) -> str:
        """One number."""
        raise NotImplementedError

    def within(self, term: Any, least: int) -> str:
        """A part of a node that binds by `least`: in parentheses where it binds less."""
        text = self.write(term)
        return text if binding(term) >= least else self.parenthesised.format(text)

    def _add(self, *terms: Any) -> str:
        parts = [self.within(each, 1) for each in terms] or ["0"]
        signed = (
            self.parenthesised.format(part) if part.startswith(self.minus) else part
            for part in parts[1:]
        )
        return " + ".join([parts[0], *signed])

    def _sub(self, left: Any, right: Any) -> str:
        return f"{self.within(left, 1)} {self.minus} {self.within(right, 3)}"

    def _neg(self, term: Any) -> str:
        text = self.within(term, 3)
        doubled = text.startswith(self.minus)
        return self.minus + (self.parenthesised.format(text) if doubled else text)

    def _relation(self, sign: str, left: Any, right: Any) -> str:
        return f"{self.within(left, 1)} {self.signs.get(sign, sign)} {self.within(right, 1)}"

    def _index(self, whole: Any, index: Any, *chosen: Any) -> str:
        """An element or a slice: x[0, 1:3], or x[i] with what is computed in its place."""
        given = iter(chosen)
        places = [self.write(next(given)) if each == "*" else place_text(each) for each in index]
        text = self.within(whole, ATOM)
        if getattr(whole, "kind", "") == "derivative":  # dL/dh[1] is that of h[1]
            text = self.parenthesised.format(text)
        return self.indexed(text, ", ".join(places))

    def indexed(self, whole: str, places: str) -> str:
        """What is indexed, and its index."""
        raise NotImplementedError

    def _equals(self, left: Any, right: Any) -> str:
        return f"{self.write(left)} = {self.write(right)}"

    def _partial(self, of: Any, by: Any) -> str:
        return self.slope("∂", of, by)

    def _derivative(self, of: Any, by: Any) -> str:
        return self.slope("d", of, by)

    def slope(self, sign: str, of: Any, by: Any) -> str:
        """A derivative: ∂L/∂w, ∂(dL/dw)/∂x."""
        return f"{sign}{self.derived(of)}/{sign}{self.derived(by)}"

    def derived(self, of: Any) -> str:
        """What is derived, in parentheses where it is a derivative itself."""
        text = self.write(of)
        return self.parenthesised.format(text) if "/" in text else text


_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def formula_text(term: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """An expression, number or small matrix on one line: ⌊(4 + 2·1 − 2)/2⌋ + 1."""
    return TextWriter(precision).write(term)


class TextWriter(FormulaWriter):
    """Sets an expression in one line of text."""

    def words(self, text: str) -> str:
        """The words themselves."""
        return text

    def array(self, values: Any) -> str:
        """In square brackets."""
        return f"[{', '.join(self.write(each) for each in values)}]"

    def number(self, value: Any) -> str:
        """With a true minus."""
        return format_number(value, self.precision).replace("-", "−")

    def _symbol(self, name: str, sub: str) -> str:
        if " " in sub:
            return f"{name}({sub})"
        return f"{name}_{f'({sub})' if '-' in sub else sub}" if sub else name

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        return f"{name}({','.join(map(str, index))})"

    def indexed(self, whole: str, places: str) -> str:
        """What is indexed, and its index."""
        return f"{whole}[{places}]"

    def _mul(self, *factors: Any) -> str:
        # A quotient may only lead a product: a/b·c would read as a/(b·c).
        parts = [self.within(factors[0], 2)]
        parts += [self.within(each, 4) for each in factors[1:]]
        if getattr(factors[0], "kind", "") == "div":
            parts[0] = f"({parts[0]})"
        return "·".join(parts)

    def _hadamard(self, *factors: Any) -> str:
        return " ⊙ ".join(self.within(each, 4) for each in factors)

    def _matmul(self, *factors: Any) -> str:
        return " @ ".join(self.within(each, 5) for each in factors)

    def _div(self, above: Any, below: Any) -> str:
        return f"{self.within(above, 4)}/{self.within(below, 5)}"

    def _pow(self, base: Any, exponent: Any) -> str:
        power = self.write(exponent).replace("−", "-")
        small = all(sign in "0123456789-" for sign in power)
        raised = power.translate(_SUPERSCRIPTS) if small else f"^({power})"
        return self.within(base, 6) + raised

    def _transpose(self, term: Any) -> str:
        return f"{self.within(term, 6)}ᵀ"

    def _column(self, *values: Any) -> str:
        return f"({'; '.join(self.number(each) for each in values)})"

    def _vector(self, *values: Any) -> str:
        return self.array(values)

    def _stack(self, *parts: Any) -> str:
        return f"({'; '.join(self.write(each) for each in parts)})"

    def _list(self, *parts: Any) -> str:
        return self.array(parts)

    def _call(self, function: str, *arguments: Any) -> str:
        return f"{function}({', '.join(self.write(each) for each in arguments)})"

    def _total(self, body: Any, index: str, *last: Any) -> str:
        below = "_" + index if index else ""
        for term in last:
            below = f"_{{{index}}}^{{{self.write(term)}}}"
        return f"∑{below} {self.within(body, 3)}"


def formula_html(term: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """An expression, number or small matrix on one line.

    >>> from dlcalc.formulas.expressions import symbol
    >>> formula_html(symbol("c", "t") ** 2)
    '<i>c</i><sub>t</sub><sup>2</sup>'
    """
    return _Writer(precision).write(term)


class _Writer(TextWriter):
    def words(self, text: str) -> str:
        return escape(text)

    def _symbol(self, name: str, sub: str) -> str:
        return f"<i>{escape(name)}</i>" + (f"<sub>{escape(sub)}</sub>" if sub else "")

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        return self._symbol(name, ",".join(map(str, index)))

    def _pow(self, base: Any, exponent: Any) -> str:
        return f"{self.within(base, 6)}<sup>{self.write(exponent)}</sup>"

    def _transpose(self, term: Any) -> str:
        return f"{self.within(term, 6)}<sup>T</sup>"

    def _call(self, function: str, *arguments: Any) -> str:
        return super()._call(escape(function), *arguments)

    def _total(self, body: Any, index: str, *last: Any) -> str:
        below = f"<sub>{escape(index)}</sub>" if index else ""
        above = "".join(f"<sup>{self.write(term)}</sup>" for term in last)
        return f"∑{below}{above} {self.within(body, 3)}"
