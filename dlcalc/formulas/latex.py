"""Expressions as LaTeX (amsmath)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from unicodedata import normalize

from dlcalc.formulas.expressions import Vector
from dlcalc.formulas.numerals import DEFAULT_PRECISION, format_number
from dlcalc.formulas.text import FormulaWriter

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "η": "eta",
    "θ": "theta", "λ": "lambda", "μ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "φ": "varphi", "ψ": "psi", "ω": "omega", "Δ": "Delta", "Σ": "Sigma",
    "Φ": "Phi", "Π": "Pi", "∂": "partial", "ℓ": "ell", "∞": "infty", "‖": "Vert",
}
_ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
_FUNCTIONS = {"exp", "log", "ln", "tanh", "max", "min", "det", "sin", "cos"}
_MARKUP = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"\^{}", "#": r"\#",
    "$": r"\$", "%": r"\%", "&": r"\&", "~": r"\~{}", "−": "$-$", "·": r"$\cdot$",
    "×": r"$\times$", "≤": r"$\le$", "≥": r"$\ge$", "→": r"$\to$", "…": r"\ldots{}",
    "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "⌈": r"$\lceil$", "⌉": r"$\rceil$", "∑": r"$\sum$",
    "≈": r"$\approx$", "√": r"$\surd$", "⊙": r"$\odot$", "ᵀ": r"$^{\mathsf{T}}$",
    "‖": r"$\|$", "½": r"$\tfrac12$", "≠": r"$\neq$", "|": "$|$",
}
_SCRIPTS = {
    **{sign: f"$^{{{plain}}}$" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)},
    **{sign: f"$_{{{plain}}}$" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True)},
}


def escape_latex(text: str) -> str:
    """Words as LaTeX text, every sign that means something else escaped."""
    return "".join(
        _MARKUP.get(sign) or _SCRIPTS.get(sign)
        or (f"$\\{_GREEK[sign]}$" if sign in _GREEK else sign)
        for sign in text
    )


def matrix_latex(rows: Any, precision: int | None) -> str:
    """A matrix (or a vector, as one row) in brackets."""
    grid = rows if rows and isinstance(rows[0], Sequence) else [rows]
    body = r" \\ ".join(
        " & ".join(latex_number(each, precision) for each in row) for row in grid
    )
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
    return _Writer(precision).write(term)


def _name(name: str) -> str:
    bare = name.rstrip("′″")
    if bare != name:
        return _name(bare) + name[len(bare) :].replace("″", "''").replace("′", "'")
    if not name.isascii():
        name = normalize("NFD", name).replace("−", "-")
    body = accent = ""
    for sign in name:
        if sign in _ACCENTS:
            accent = _ACCENTS[sign]
        else:
            body += f"\\{_GREEK[sign]} " if sign in _GREEK else sign
    letters = [sign for sign in name if sign not in _ACCENTS]
    if len(letters) > 1 and all(sign.isascii() for sign in letters):
        body = rf"\mathrm{{{body.replace('_', chr(92) + '_')}}}"
    if accent:
        *before, last = letters
        marked = f"\\{_GREEK[last]}" if last in _GREEK else last
        return _name("".join(before)) + rf"\{accent}{{{marked}}}" if before else (
            rf"\{accent}{{{marked}}}"
        )
    return body.strip()


class _Writer(FormulaWriter):
    minus = "-"
    signs: ClassVar[dict[str, str]] = {">=": r"\ge", "<=": r"\le", "==": "=", "!=": r"\neq"}
    parenthesised = r"\left({}\right)"
    enclosed: ClassVar[dict[str, str]] = {
        "floor": r"\left\lfloor {} \right\rfloor", "ceil": r"\left\lceil {} \right\rceil",
        "new": "{}^{{+}}",
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
        plain = len(sub) == 1 or not sub.isalpha()
        below = (_name(sub) if sub in _GREEK else sub) if plain else rf"\mathrm{{{sub}}}"
        return f"{_name(name)}_{{{below}}}" if sub else _name(name)

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        below = ",".join(map(str, index)).replace("−", "-")
        return f"{_name(name)}_{{{below}}}"

    def indexed(self, whole: str, places: str) -> str:
        """What is indexed, its index below it."""
        return rf"{whole}_{{{places}}}"

    def _mul(self, *factors: Any) -> str:
        return r" \cdot ".join(
            self.within(each, 3 if place else 2) for place, each in enumerate(factors)
        )

    def _hadamard(self, *factors: Any) -> str:
        return r" \odot ".join(self.within(each, 3) for each in factors)

    def _matmul(self, *factors: Any) -> str:
        written = []
        for each, right in zip(factors, (*factors[1:], None), strict=True):
            outer = getattr(right, "kind", "") == "transpose" and isinstance(right.args[0], Vector)
            row = isinstance(each, Vector) and right is not None and not outer
            written.append(self.within(each.args if row else each, 4))
        return r" \, ".join(written)

    def _div(self, above: Any, below: Any) -> str:
        return rf"\frac{{{self.write(above)}}}{{{self.write(below)}}}"

    def _pow(self, base: Any, exponent: Any) -> str:
        return f"{self.within(base, 6)}^{{{self.write(exponent)}}}"

    def _transpose(self, term: Any) -> str:
        return rf"{self.within(term, 6)}^{{\mathsf{{T}}}}"

    def _column(self, *values: Any) -> str:
        return matrix_latex([[each] for each in values], self.precision)

    _vector = _column

    def _stack(self, *parts: Any) -> str:
        rows = r" \\ ".join(self.write(each) for each in parts)
        return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"

    def _list(self, *parts: Any) -> str:
        row = " & ".join(self.write(each) for each in parts)
        return rf"\begin{{bmatrix}} {row} \end{{bmatrix}}"

    def slope(self, sign: str, of: Any, by: Any) -> str:
        """A derivative as a fraction."""
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
