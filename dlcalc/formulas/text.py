"""Expressions as text, HTML and LaTeX, and what all share: structure, parentheses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache

from dlcalc.formulas.expressions import Vector
from dlcalc.formulas.numerals import DEFAULT_PRECISION, format_number
from dlcalc.typed import Any, ClassVar

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


SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def formula_text(term: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """An expression, number or small matrix on one line: ⌊(4 + 2·1 − 2)/2⌋ + 1."""
    return TextWriter(precision).write(term)


class TextWriter:
    """Sets an expression in one line of text, by a method for each kind of node; other
    typographies differ in signs, frames and some of the methods.
    """

    minus = "−"
    signs: ClassVar[dict[str, str]] = {">=": "≥", "<=": "≤", "!=": "≠"}
    parenthesised = "({})"
    framed: ClassVar[dict[str, tuple[Any, ...]]] = {
        "floor": ("⌊{}⌋", 0), "ceil": ("⌈{}⌉", 0), "new": ("{}⁺", 0), "equals": ("{} = {}", 0, 0),
        "div": ("{}/{}", 4, 5), "transpose": ("{}ᵀ", 6), "sub": ("{} − {}", 1, 3),
    }
    """What stands around the parts of a node, and how tightly each part has to bind there."""
    joined: ClassVar[dict[str, tuple[str, int, str]]] = {
        "hadamard": (" ⊙ ", 4, "{}"), "matmul": (" @ ", 5, "{}"), "stack": ("; ", 0, "({})"),
        "list": (", ", 0, "[{}]"),
    }
    """What stands between the parts of a node, how tightly they bind there, and what around."""

    def __init__(self, precision: int | None) -> None:
        self.precision = precision

    def write(self, term: Any) -> str:
        """An expression, words, a number, or an array."""
        kind = getattr(term, "kind", None)
        if kind in self.framed:
            frame, *least = self.framed[kind]
            return str(frame.format(*map(self.within, term.args, least)))
        if kind in self.joined:
            sign, bound, frame = self.joined[kind]
            return frame.format(sign.join(self.within(each, bound) for each in term.args))
        if kind is not None:
            written: str = getattr(self, f"_{kind}")(*term.args)
            return written
        if hasattr(term, "tolist"):
            term = term.tolist()
        if isinstance(term, str):
            return self.words(term)
        return self.array(term) if isinstance(term, Sequence) else self.number(term)

    def words(self, text: str) -> str:
        """Words between formulas, as they are."""
        return text

    def array(self, values: Any) -> str:
        """Nested lists of numbers, in square brackets."""
        return f"[{', '.join(self.write(each) for each in values)}]"

    def number(self, value: Any) -> str:
        """One number, with a true minus."""
        return format_number(value, self.precision).replace("-", "−")

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
        return f"{whole}[{places}]"

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
        return self.parenthesised.format(text) if "/" in formula_text(of) else text

    def _symbol(self, name: str, sub: str) -> str:
        if " " in sub:
            return f"{name}({sub})"
        return f"{name}_{f'({sub})' if '-' in sub else sub}" if sub else name

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        return f"{name}({','.join(map(str, index))})"

    def _mul(self, *factors: Any) -> str:
        # A quotient may only lead a product: a/b·c would read as a/(b·c).
        parts = [self.within(factors[0], 2)]
        parts += [self.within(each, 4) for each in factors[1:]]
        if getattr(factors[0], "kind", "") == "div":
            parts[0] = f"({parts[0]})"
        return "·".join(parts)

    def _pow(self, base: Any, exponent: Any) -> str:
        power = self.write(exponent).replace("−", "-")
        small = all(sign in "0123456789-" for sign in power)
        raised = power.translate(SUPERSCRIPTS) if small else f"^({power})"
        return self.within(base, 6) + raised

    def _column(self, *values: Any) -> str:
        one = "[{}]" if len(values) == 1 else "({})"
        return one.format("; ".join(self.number(each) for each in values))

    def _vector(self, *values: Any) -> str:
        return self.array(values)

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
    return _HtmlWriter(precision).write(term)


class _HtmlWriter(TextWriter):
    signs: ClassVar[dict[str, str]] = {**TextWriter.signs, "<": "&lt;", ">": "&gt;"}
    framed: ClassVar[dict[str, tuple[Any, ...]]] = {
        **TextWriter.framed, "pow": ("{}<sup>{}</sup>", 6, 0),
        "transpose": ("{}<sup>T</sup>", 6),
    }

    def words(self, text: str) -> str:
        from html import escape  # whose table of entities takes a millisecond

        return escape(text)

    def _symbol(self, name: str, sub: str) -> str:
        below = f"<sub>{self.words(sub)}</sub>" if sub else ""
        return f"<i>{self.words(name)}</i>{below}"

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        return self._symbol(name, ",".join(map(str, index)))

    def _call(self, function: str, *arguments: Any) -> str:
        return super()._call(self.words(function), *arguments)

    def _total(self, body: Any, index: str, *last: Any) -> str:
        below = f"<sub>{self.words(index)}</sub>" if index else ""
        above = "".join(f"<sup>{self.write(term)}</sup>" for term in last)
        return f"∑{below}{above} {self.within(body, 3)}"


_FUNCTIONS = {"exp", "log", "ln", "tanh", "max", "min", "det", "sin", "cos"}


@cache
def latex_of(kind: str) -> dict[str, str]:
    """What LaTeX has for signs: in a `formula`, amid `words`, `verbatim`, as an `accent`."""
    with open(f"{os.path.dirname(__file__)}/latex.txt", encoding="utf-8") as file:
        rows = [line.split() for line in file.read().splitlines()]
    return {sign: latex for of, sign, latex in rows if of == kind}


def escape_latex(text: str) -> str:
    """Words as LaTeX text, every sign that means something else escaped."""
    signs = {sign: f"${latex}$" for sign, latex in latex_of("formula").items()} | latex_of("words")
    written = "".join(signs.get(sign, sign) for sign in text)
    return written.replace("--", "-{}-")  # an option, and no dash


def matrix_latex(rows: Any, precision: int | None) -> str:
    """A matrix (or a vector, as one row) in brackets; of more axes brackets in brackets."""
    def cell(value: Any) -> str:
        nested = isinstance(value, list | tuple)  # and no text, as a fraction is
        return matrix_latex(value, precision) if nested else latex_number(value, precision)

    grid = rows if rows and isinstance(rows[0], list | tuple) else [rows]
    body = r" \\ ".join(" & ".join(map(cell, row)) for row in grid)
    columns = max(map(len, grid))
    wide = rf"\setcounter{{MaxMatrixCols}}{{{columns}}}" if columns > 10 else ""
    return rf"{wide}\begin{{bmatrix}} {body} \end{{bmatrix}}"


def latex_number(value: Any, precision: int | None) -> str:
    """A number, its power of ten as one."""
    mantissa, e, exponent = format_number(value, precision).partition("e")
    if mantissa.lstrip("-") in ("NaN", "Infinity"):
        return r"\mathrm{NaN}" if mantissa == "NaN" else mantissa.replace("Infinity", r"\infty")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa


def formula_latex(term: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """An expression, number or matrix in LaTeX's math mode."""
    return _LatexWriter(precision).write(term)


def _name(name: str) -> str:
    bare = name.rstrip("′″")
    if bare != name:
        return _name(bare) + name[len(bare) :].replace("″", "''").replace("′", "'")
    if not name.isascii():
        from unicodedata import normalize

        name = normalize("NFD", name).replace("−", "-")
    greek, accents = latex_of("formula"), latex_of("accent")
    accent = next((accents[sign] for sign in reversed(name) if sign in accents), "")
    letters = [sign for sign in name if sign not in accents]
    body = "".join(f"{greek[sign]} " if sign in greek else sign for sign in letters)
    if len(letters) > 1 and all(sign.isascii() for sign in letters):
        body = rf"\mathrm{{{body.replace('_', chr(92) + '_')}}}"
    if accent:
        *before, last = letters
        return (_name("".join(before)) if before else "") + (
            rf"\{accent}{{{greek.get(last, last)}}}")
    return body.strip()


class _LatexWriter(TextWriter):
    minus = "-"
    signs: ClassVar[dict[str, str]] = {">=": r"\ge", "<=": r"\le", "==": "=", "!=": r"\neq"}
    parenthesised = r"\left({}\right)"
    framed: ClassVar[dict[str, tuple[Any, ...]]] = {
        **TextWriter.framed, "floor": (r"\left\lfloor {} \right\rfloor", 0),
        "ceil": (r"\left\lceil {} \right\rceil", 0), "new": ("{}^{{+}}", 0),
        "div": (r"\frac{{{}}}{{{}}}", 0, 0), "pow": ("{}^{{{}}}", 6, 0),
        "transpose": (r"{}^{{\mathsf{{T}}}}", 6), "sub": ("{} - {}", 1, 3),
    }
    joined: ClassVar[dict[str, tuple[str, int, str]]] = {
        "hadamard": (r" \odot ", 3, "{}"),
        "stack": (r" \\ ", 0, r"\begin{{bmatrix}} {} \end{{bmatrix}}"),
        "list": (" & ", 0, r"\begin{{bmatrix}} {} \end{{bmatrix}}"),
    }

    def words(self, text: str) -> str:
        return rf"\text{{{escape_latex(text)}}}"

    def array(self, values: Any) -> str:
        return matrix_latex(values, self.precision)

    def number(self, value: Any) -> str:
        return latex_number(value, self.precision)

    def _symbol(self, name: str, sub: str) -> str:
        if " " in sub:
            return rf"{_name(name)}_{{\text{{{escape_latex(sub)}}}}}"
        below = _name(sub) if sub in latex_of("formula") else sub
        if len(sub) > 1 and sub.isalpha():
            below = rf"\mathrm{{{sub}}}"
        return f"{_name(name)}_{{{below}}}" if sub else _name(name)

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        below = ",".join(map(str, index)).replace("−", "-")
        return f"{_name(name)}_{{{below}}}"

    def indexed(self, whole: str, places: str) -> str:
        return rf"{whole}_{{{places}}}"

    def _mul(self, *factors: Any) -> str:
        return r" \cdot ".join(
            self.within(each, 3 if place else 2) for place, each in enumerate(factors)
        )

    def _matmul(self, *factors: Any) -> str:
        written = []
        for each, right in zip(factors, (*factors[1:], None), strict=True):
            outer = getattr(right, "kind", "") == "transpose" and isinstance(right.args[0], Vector)
            row = isinstance(each, Vector) and right is not None and not outer
            written.append(self.within(each.args if row else each, 4))
        return r" \, ".join(written)

    def _column(self, *values: Any) -> str:
        return matrix_latex([[each] for each in values], self.precision)

    _vector = _column

    def slope(self, sign: str, of: Any, by: Any) -> str:
        small = r"\partial" if sign == "∂" else r"\mathrm{d}"
        return rf"\frac{{{small} {self.derived(of)}}}{{{small} {self.derived(by)}}}"

    def _call(self, function: str, *arguments: Any) -> str:
        known = f"\\{function}" if function in _FUNCTIONS else _name(function)
        return rf"{known}\left({', '.join(self.write(each) for each in arguments)}\right)"

    def _total(self, body: Any, index: str, *last: Any) -> str:
        words = rf"\text{{{escape_latex(index)}}}" if " " in index else index
        below = f"_{{{words}}}" if index else ""
        above = "".join(f"^{{{self.write(term)}}}" for term in last)
        return rf"\sum{below}{above} {self.within(body, 3)}"
