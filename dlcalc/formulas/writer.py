"""What all typographies of a formula share: its structure, and where parentheses belong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

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

    def __init__(self, precision: int | None) -> None:
        self.precision = precision

    def write(self, term: Any) -> str:
        """An expression, words, a number, or an array."""
        kind = getattr(term, "kind", None)
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
        return f"{self.minus}{self.within(term, 3)}"

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

    def _new(self, term: Any) -> str:
        """What a quantity becomes: w⁺."""
        return f"{self.write(term)}⁺"

    def _partial(self, of: Any, by: Any) -> str:
        return self.slope("∂", of, by)

    def _derivative(self, of: Any, by: Any) -> str:
        return self.slope("d", of, by)

    def slope(self, sign: str, of: Any, by: Any) -> str:
        """A derivative: ∂L/∂w."""
        return f"{sign}{self.write(of)}/{sign}{self.write(by)}"
