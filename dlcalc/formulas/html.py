"""Expressions as HTML: names slanted, indices below, powers above."""

from __future__ import annotations

from html import escape
from typing import Any

from dlcalc.formulas.numerals import DEFAULT_PRECISION
from dlcalc.formulas.text import TextWriter


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

    def _total(self, body: Any, index: str) -> str:
        return f"∑{f'<sub>{escape(index)}</sub>' if index else ''} {self.within(body, 3)}"
