"""Expressions as text, with the signs that mathematics uses."""

from __future__ import annotations

from typing import Any

from dlcalc.formulas.numerals import DEFAULT_PRECISION, format_number
from dlcalc.formulas.writer import FormulaWriter

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

    def _stack(self, *parts: Any) -> str:
        return f"({'; '.join(self.write(each) for each in parts)})"

    def _list(self, *parts: Any) -> str:
        return self.array(parts)

    def _floor(self, term: Any) -> str:
        return f"⌊{self.write(term)}⌋"

    def _ceil(self, term: Any) -> str:
        return f"⌈{self.write(term)}⌉"

    def _call(self, function: str, *arguments: Any) -> str:
        return f"{function}({', '.join(self.write(each) for each in arguments)})"

    def _total(self, body: Any, index: str) -> str:
        return f"∑{'_' + index if index else ''} {self.within(body, 3)}"
