"""Equations cut into words: names, numbers and signs, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.parse import shorten

MOST_CHARACTERS = 2**20
"""Characters of all equations."""

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉µ", "0123456789μ")
_TOKEN = re.compile(
    r"""(?P<space>[ \t\u00a0]+|\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|½)
    |(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)
    |(?P<name>[^\W\d_⁰¹²³⁴-⁹ᵀ](?:[^\W⁰¹²³⁴-⁹ᵀ]|[\u0300-\u036f])*)
    |(?P<sign>\*\*|[-+*/^@()\[\],;=']|[−·⋅∗×⊙÷ᵀ])""",
    re.VERBOSE,
)
_SIGNS = {"−": "-", "·": "*", "⋅": "*", "∗": "*", "×": "*", "÷": "/", "**": "^", "ᵀ": "'"}
_HINTS = {
    "∑": "write sum(…)", "Σ": "write sum(…)", "√": "write sqrt(…)", "|": "write abs(…)",
    "‖": "write norm(…)", "{": "brackets are ( and )", "}": "brackets are ( and )",
    "∂": "derivatives are what `of` and `wrt` ask for", "_": "a name begins with a letter",
    "<": "an equation is NAME = EXPRESSION", ">": "an equation is NAME = EXPRESSION",
    ":": "an equation is NAME = EXPRESSION", "…": "write all terms out",
}  # fmt: skip


class Token(NamedTuple):
    """A word of the text."""

    kind: str
    """`name`, `number`, `raised`, `sign`, or `end` (of an equation, or of the text)."""
    text: str
    """The word; a sign in its plain form, a name with plain digits."""
    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends."""
    line: int
    """The line, from 1."""
    column: int
    """The column, from 1."""

    def wrong(self, message: str) -> InputError:
        """An error at this place."""
        error = InputError(message)
        error.at(f"line {self.line}, column {self.column}")
        return error

    @property
    def found(self) -> str:
        """What stands here, in words."""
        return repr(shorten(self.text)) if self.text else "the end"


def tokens_of(text: str) -> list[Token]:
    """The words of a text; line ends within brackets are none.

    >>> [each.text for each in tokens_of("z = w₁·x² # a comment")]
    ['z', '=', 'w1', '*', 'x', '2', '']
    """
    if len(text) > MOST_CHARACTERS:
        raise LimitError(f"{len(text):,} characters of equations; at most {MOST_CHARACTERS:,}")
    found: list[Token] = []
    open_brackets: list[str] = []
    at, line, line_start = 0, 1, 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        column = at - line_start + 1
        if match is None or match[0][0] in _NO_NAMES:
            sign = Token("sign", text[at], at, at + 1, line, column)
            raise sign.wrong(f"found {_visible(text[at])}{_hint(text[at])}")
        kind, word = str(match.lastgroup), match[0]
        token = Token(kind, word, at, match.end(), line, column)
        at = match.end()
        if kind == "newline":
            if not open_brackets:
                found.append(token._replace(kind="end", text=""))
            line, line_start = line + 1, at
        elif kind != "space":
            found.append(_plain(token, open_brackets))
    found.append(Token("end", "", at, at, line, at - line_start + 1))
    return found


_NO_NAMES = "¼¾⅓⅔"


def _visible(sign: str) -> str:
    return repr(sign) if sign.isprintable() else ascii(sign)


def _hint(sign: str) -> str:
    return f"; {_HINTS[sign]}" if sign in _HINTS else ", which means nothing in an equation"


def _plain(token: Token, open_brackets: list[str]) -> Token:
    """A token in its plain form; brackets are kept count of."""
    text = token.text
    if token.kind == "name":
        return token._replace(text=plain_name(text))
    if token.kind == "raised":
        return token._replace(text=text.translate(RAISED))
    if token.kind == "number":
        return token._replace(text="0.5" if text == "½" else text)
    text = _SIGNS.get(text, text)
    if text in "([":
        open_brackets.append(text)
    elif text in ")]" and open_brackets:
        open_brackets.pop()
    elif text == ";" and "[" not in open_brackets[-1:]:
        return token._replace(kind="end")
    return token._replace(text=text)


def plain_name(name: str) -> str:
    """A name as it is known: its subscripts as plain digits, its accents in one sign each.

    >>> plain_name("w₁₂"), len(plain_name("y\\u0302"))
    ('w12', 1)
    """
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFC", name.translate(_LOWERED))


def misplaced(token: Token, before: Token, left: str, opened: Sequence[Token]) -> InputError:
    """What stands where it cannot, behind `left`, and what could; `opened` are the brackets."""
    if opened and token.line > opened[-1].line:
        return token.wrong(f"found {token.found}{still_open(opened)}")
    if token.kind in ("name", "number") or token.text in ("(", "["):
        matrices = f", or {left} @ {token.text} for matrices"
        return token.wrong(
            f"found {token.found} after {left!r}; products are written out: "
            f"{left}*{token.text}" + matrices * (before.kind == token.kind == "name")
        )
    if opened:
        return token.wrong(f"found {token.found}{still_open(opened)}")
    hints = {
        ")": "no bracket is open", "]": "no bracket is open",
        ",": "a point divides decimals, 1.5, and commas stand in brackets",
        "=": "each equation stands on its own line, or after ;",
    }  # fmt: skip
    hint = hints.get(token.text, "an operator or the end belongs here")
    return token.wrong(f"found {token.found} after {left!r}; {hint}")


def still_open(opened: Sequence[Token]) -> str:
    """The tail of an error within brackets."""
    last = opened[-1]
    return f"; the {last.text} of line {last.line}, column {last.column} is still open"
