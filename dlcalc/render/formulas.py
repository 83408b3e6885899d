"""Expressions as text, with the signs that mathematics uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcalc.render.numbers import DEFAULT_PRECISION, format_number

# How tightly each kind binds; a part that binds less tightly gets parentheses.
BINDING = {
    "add": 1, "sub": 1, "total": 1, "neg": 2, "mul": 3, "hadamard": 3, "div": 3, "matmul": 4,
    "pow": 5, "transpose": 6,
}
ATOM = 9
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def binding(term: Any) -> int:
    """How tightly a term binds: sums least, symbols and positive numbers most."""
    kind = getattr(term, "kind", None)
    if kind is None:
        return BINDING["neg"] if isinstance(term, int | float) and term < 0 else ATOM
    return BINDING.get(kind, ATOM)


def formula_text(term: Any, precision: int | None = DEFAULT_PRECISION) -> str:
    """An expression, number or small matrix on one line: ⌊(4 + 2·1 − 2)/2⌋ + 1."""
    return _Writer(precision).write(term)


def _number(value: Any, precision: int | None) -> str:
    return format_number(value, precision).replace("-", "−")


class _Writer:
    def __init__(self, precision: int | None) -> None:
        self.precision = precision

    def write(self, term: Any) -> str:
        kind = getattr(term, "kind", None)
        if kind is None:
            if isinstance(term, str):
                return term
            if isinstance(term, Sequence) or hasattr(term, "tolist"):
                return self._list(term.tolist() if hasattr(term, "tolist") else term)
            return _number(term, self.precision)
        written: str = getattr(self, f"_{kind}")(*term.args)
        return written

    def _within(self, term: Any, least: int) -> str:
        text = self.write(term)
        return text if binding(term) >= least else f"({text})"

    def _list(self, values: Any) -> str:
        if not isinstance(values, Sequence):
            return _number(values, self.precision)
        return f"[{', '.join(self._list(each) for each in values)}]"

    def _symbol(self, name: str, sub: str) -> str:
        return f"{name}_{sub}" if sub else name

    def _element(self, name: str, index: tuple[int, ...]) -> str:
        return f"{name}({','.join(map(str, index))})"

    def _add(self, *terms: Any) -> str:
        parts = [self._within(each, 1) for each in terms] or ["0"]
        signed = (f"({part})" if part.startswith("−") else part for part in parts[1:])
        return " + ".join([parts[0], *signed])

    def _sub(self, left: Any, right: Any) -> str:
        return f"{self._within(left, 1)} − {self._within(right, 3)}"

    def _neg(self, term: Any) -> str:
        return f"−{self._within(term, 3)}"

    def _mul(self, *factors: Any) -> str:
        # A quotient may only lead a product: a/b·c would read as a/(b·c).
        parts = [self._within(factors[0], 2)]
        parts += [self._within(each, 4) for each in factors[1:]]
        if getattr(factors[0], "kind", "") == "div":
            parts[0] = f"({parts[0]})"
        return "·".join(parts)

    def _hadamard(self, *factors: Any) -> str:
        return " ⊙ ".join(self._within(each, 4) for each in factors)

    def _matmul(self, *factors: Any) -> str:
        return " ".join(self._within(each, 5) for each in factors)

    def _div(self, above: Any, below: Any) -> str:
        return f"{self._within(above, 4)}/{self._within(below, 5)}"

    def _pow(self, base: Any, exponent: Any) -> str:
        power = self.write(exponent).replace("−", "-")
        small = all(sign in "0123456789-" for sign in power)
        raised = power.translate(_SUPERSCRIPTS) if small else f"^({power})"
        return self._within(base, 6) + raised

    def _transpose(self, term: Any) -> str:
        return f"{self._within(term, 6)}ᵀ"

    def _column(self, *values: Any) -> str:
        return f"({'; '.join(_number(each, self.precision) for each in values)})"

    def _stack(self, *parts: Any) -> str:
        return f"({'; '.join(self.write(each) for each in parts)})"

    def _floor(self, term: Any) -> str:
        return f"⌊{self.write(term)}⌋"

    def _ceil(self, term: Any) -> str:
        return f"⌈{self.write(term)}⌉"

    def _call(self, function: str, *arguments: Any) -> str:
        return f"{function}({', '.join(self.write(each) for each in arguments)})"

    def _total(self, body: Any, index: str) -> str:
        return f"∑{'_' + index if index else ''} {self._within(body, 3)}"
