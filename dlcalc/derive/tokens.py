"""Equations cut into words: names, numbers and signs, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Any, NamedTuple

from dlcalc.derive.operations import table
from dlcalc.derive.tree import line_of
from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.parse import shorten

MOST_CHARACTERS = 2**20
"""Characters of all equations."""
MOST_SHOWN = 76
"""Characters of a line that an error shows its place in."""

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉µ", "0123456789μ")
_WORDS = r"""(?P<space>[ \t\u00a0]+|\#[^\r\n]*)
    |(?P<sum>[∑Σ]_(?:\{[^{}\r\n]*\}|[^\W\d_](?:,[^\W\d_])*(?!\w))(?:\^(?:\{[^{}\r\n]*\}|\w+))?)
    |(?P<name>[^\W\d_⁰¹²³⁴-⁹ᵀ½](?:[^\W⁰¹²³⁴-⁹ᵀ]|[\u0300-\u036f])*)
    |(?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?|½)
    |(?P<sign>\*\*|[=!<>]=|\.\.\.?|[-+*/^@()\[\],;=':<>]|[−·⋅∗×⊙÷ᵀ≤≥≠…⌊⌋⌈⌉])
    |(?P<newline>\r\n|\r|\n)
    |(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)
    |(?P<wrong>.)"""
_TOKEN = re.compile(_WORDS, re.VERBOSE | re.DOTALL)
_COMMON_WORD = (
    r"[ ]?(?:[A-Za-z][A-Za-z0-9_]*+(?![^\x00-\x7f])|=(?!=)|[-+/^@()\[\],;]|\*(?!\*))"
)
"""A plain name or sign, and a blank before it: most words are that, and are found sooner so."""
_CUT = re.compile(
    f"{_COMMON_WORD}|" + re.sub(r"\?P<\w+>", "?:", _WORDS), re.VERBOSE | re.DOTALL
)
_SIGNS = {
    "−": "-", "·": "*", "⋅": "*", "∗": "*", "×": "*", "÷": "/", "**": "^", "ᵀ": "'",
    "≤": "<=", "≥": ">=", "≠": "!=", "…": "..", "⌊": "(", "⌋": ")", "⌈": "(", "⌉": ")",
}  # fmt: skip
_ROUNDED = {"⌊": "floor", "⌈": "ceil"}

def hint(kind: str, sign: str, otherwise: str) -> str:
    """What to write in place of a sign, by the table of hints."""
    known = (line.split(" ", 2) for line in table("hints.txt"))
    return next((words for of, each, words in known if (of, each) == (kind, sign)), otherwise)



class Token(NamedTuple):
    """A word of the text."""

    kind: str
    """`name`, `number`, `raised`, `sum`, `sign`, or `end` (of an equation, or of the text)."""
    text: str
    """The word; a sign in its plain form, a name with plain digits."""
    start: int
    """Where it begins in the text."""
    end: int
    """Where it ends."""

    @property
    def found(self) -> str:
        """What stands here, in words."""
        return repr(shorten(self.text)) if self.text else "the end"


def wrong(message: str, source: str, start: int, end: int = 0) -> InputError:
    """An error at a place of the text, with the line and a mark under the place."""
    return marked(InputError(message), source, start, end, column=True)


def marked(
    error: InputError, source: str, start: int, end: int = 0, column: bool = False
) -> InputError:
    """The error with the line of the text that it speaks of, and a mark under the place."""
    lines = re.split(r"\r\n|\r|\n", source[:start])
    left = lines[-1]
    if column:
        error.at(f"line {len(lines)}, column {len(left) + 1}")
    if not hasattr(error, "__notes__"):
        rest = re.split(r"[\r\n]", source[start:], maxsplit=1)[0]
        width = max(1, min(end - start, len(rest)))
        cut = max(0, len(left) + min(width, MOST_SHOWN // 2) - MOST_SHOWN * 2 // 3)
        line = ("…" + left[cut + 1 :] if cut else left) + rest
        if len(line) > MOST_SHOWN:
            line = line[: MOST_SHOWN - 1] + "…"
        shown = "".join(each if each.isprintable() else " " for each in line)
        mark = "^" * min(width, max(1, MOST_SHOWN - len(left) + cut))
        error.add_note(f"  {shown}\n  {' ' * (len(left) - cut)}{mark}")
    return error


def tokens_of(text: str, quotients: Sequence[str] = ()) -> list[Token]:
    """The words of a text; line ends within brackets are none. `quotients` are names of
    derivatives, dL/dw, which are no divisions.

    >>> [each.text for each in tokens_of("z = w₁·x² # a comment")]
    ['z', '=', 'w1', '*', 'x', '2', '']
    """
    if len(text) > MOST_CHARACTERS:
        raise LimitError(f"{len(text):,} characters of equations; at most {MOST_CHARACTERS:,}")
    found: list[Token] = []
    brackets: list[str] = []
    known = _COMMON.copy()
    end = 0
    for word in _words(text, quotients):
        start, end = end, end + len(word)
        read = known.get(word)
        if read is None:
            read = known[word] = _read(word, text, start)
        kind, plain, blanks = read
        if kind in _ARRANGING:
            if kind == "space" or (kind == "newline" and brackets):
                continue
            if kind == "newline" or (plain == ";" and not brackets):
                kind = "end"
            else:
                kind = "sign"
                if plain in "([":
                    brackets.append(plain)
                elif plain != ";":
                    del brackets[-1:]
                sign = word[blanks:]
                if sign in _ROUNDED:
                    found.append(_NEW(Token, ("name", _ROUNDED[sign], start, start)))
        found.append(_NEW(Token, (kind, plain, start + blanks, end)))
    found.append(Token("end", "", len(text), len(text)))
    return found


_NEW: Any = tuple.__new__
"""Makes a token without a look at its parts."""


_ARRANGING = frozenset(("space", "newline", "bracket"))
"""Kinds of words that are no tokens as they stand."""
_COMMON: dict[str, tuple[str, str, int]] = {
    **{" " * blanks + sign: (kind, sign, blanks) for blanks in (0, 1) for kind, signs in (
        ("bracket", "()[];"), ("sign", "+-*/^@,='"), ("number", "0123456789"),
        ("name", [letter for letter in map(chr, range(128)) if letter.isalpha()]),
    ) for sign in signs},
    "\n": ("newline", "", 0),
}
"""What common words are: their kind, their plain form, and the blanks before them."""


def _words(text: str, quotients: Sequence[str]) -> list[str]:
    """All of a text cut into words, with names among them that are no single words."""
    if not quotients:
        return _CUT.findall(text)
    names = "|".join(map(re.escape, sorted(quotients, key=len, reverse=True)))
    quotient = rf"(?:{names})(?![^\W⁰¹²³⁴-⁹ᵀ])"
    return re.findall(f"[ ]?{quotient}|{_CUT.pattern}", text, _CUT.flags)


def _read(word: str, text: str, start: int) -> tuple[str, str, int]:
    """The kind of a word, its plain form, and the blanks before it."""
    bare = word.lstrip(" ")
    blanks = len(word) - len(bare)
    if bare.isascii() and bare[:1].isalnum():
        return "name" if bare[0].isalpha() else "number", bare, blanks
    return (*_kind(bare, text, start + blanks), blanks) if bare else ("space", "", 0)


def _kind(word: str, text: str, start: int) -> tuple[str, str]:
    """The kind of a word, also `space`, `newline` and `bracket`, and its plain form."""
    match = _TOKEN.match(word)
    kind = str(match and match.lastgroup)
    if match and match.end() < len(word):  # dL/dβ
        kind = "name"
    if kind == "sign":
        plain = _SIGNS.get(word, word)
        return "bracket" if plain in "()[];" else kind, plain
    if kind == "raised":
        return kind, word.translate(RAISED)
    if kind == "name" and word[0] not in _NO_NAMES:
        return kind, plain_name(word)
    if kind in ("number", "sum"):
        return kind, word.replace("½", "0.5").replace("−", "-")
    if kind in ("space", "newline"):
        return kind, ""
    sign = "||" if text.startswith("||", start) else text[start]
    told = hint("sign", "‖" if sign == "||" else sign, "")
    told = f"; {told}" if told else ", which means nothing in an equation"
    raise wrong(f"found {repr(sign) if sign.isprintable() else ascii(sign)}{told}", text, start)


_NO_NAMES = "¼¾⅓⅔"


def plain_name(name: str) -> str:
    """A name as it is known: its subscripts as plain digits, its accents in one sign each.

    >>> plain_name("w₁₂"), len(plain_name("y\\u0302"))
    ('w12', 1)
    """
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFC", name.translate(_LOWERED))


def misplaced(
    token: Token, before: Token, source: str, opened: Sequence[Token], functions: Container[str]
) -> InputError:
    """What stands where it cannot, behind `before`, and what could; `opened` are the brackets."""
    left = source[before.start : before.end]

    def said(words: str) -> InputError:
        return wrong(f"found {token.found}{words}", source, token.start, token.end)

    if opened and line_of(source, token.start) > line_of(source, opened[-1].start):
        return said(still_open(source, opened))
    if token.kind in ("name", "number") or token.text in ("(", "["):
        if left in functions:
            return said(f" after {left!r}; a function has brackets: {left}({token.text})")
        matrices = f", or {left} @ {token.text} for matrices"
        return said(
            f" after {left!r}; products are written out: "
            f"{left}*{token.text}" + matrices * (before.kind == token.kind == "name")
        )
    if opened:
        return said(still_open(source, opened))
    belongs = hint("behind", token.text, "an operator or the end belongs here")
    return said(f" after {left!r}; {belongs}")


def still_open(source: str, opened: Sequence[Token]) -> str:
    """The tail of an error within brackets."""
    last = opened[-1]
    before = re.split(r"\r\n|\r|\n", source[: last.start])
    return f"; the {last.text} of line {len(before)}, column {len(before[-1]) + 1} is still open"
