"""Equations as in a textbook, cut into words, to their trees; nothing is evaluated here.

    # one neuron: NAME = EXPRESSION, one a line or divided by ;
    z = w*x + b
    y = sigmoid(z)
    L = -(t*ln(y) + (1-t)*ln(1-y))

    statement  := NAME "=" expression | NAME "[" index "]" "=" expression
                | NAME "(" NAME {"," NAME} ")" "=" expression
                | "for" NAME "in" sum ".." sum ":" statements, indented or on the line
    expression := sum [("<"|">"|"<="|">="|"=="|"!=") sum]
    sum        := ["-"|"+"] product {("+"|"-") product}
    product    := matrices {("*"|"·"|"×"|"⊙"|"/") matrices} | "∑_" letters product
    matrices   := power {"@" power}                 the matrix product
    power      := {"-"|"+"} primary ["^" power]     also ** and x²; W^T, W' and Wᵀ transpose
    primary    := number | name | function "(" expression {"," expression} {"," option} ")"
                | "(" expression {";" expression} ")"     (a; b) is a column of its parts
                | "[" expression {","|";" expression} "]"
                | primary "[" place {"," place} "]"     place := sum | [sum] ":" [sum] [":" sum]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from dlcalc.derive.operations import FUNCTIONS, POSITIONAL, SLOPES, Function, table
from dlcalc.derive.tree import (
    MOST_DEPTH,
    NO_OPTIONS,
    Apply,
    Definition,
    Equation,
    Indexed,
    Loop,
    Name,
    Node,
    Number,
    Statement,
    line_of,
    text_of,
)
from dlcalc.errors import InputError, LimitError, did_you_mean
from dlcalc.numbers.axes import plural
from dlcalc.numbers.parse import parse_number, shorten
from dlcalc.typed import Any, NamedTuple, NoReturn

_NEW: Any = tuple.__new__
"""Makes a token or a node without a look at its parts."""
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
_COMMON_WORD = (r"[ ]?(?:[A-Za-z][A-Za-z0-9_]*+(?![^\x00-\x7f])|=(?!=)|[-+/^@()\[\],;]|\*(?!\*))")
"""A plain name or sign, and a blank before it: most words are that, and are found sooner so."""
_CUT = re.compile(f"{_COMMON_WORD}|" + re.sub(r"\?P<\w+>", "?:", _WORDS), re.VERBOSE | re.DOTALL)
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
    match = re.match(_WORDS, word, re.VERBOSE | re.DOTALL)  # compiled for what is rare
    kind = str(match and match.lastgroup)
    if match and match.end() < len(word):  # dL/dβ
        kind = "name"
    if kind == "sign":
        plain = _SIGNS.get(word, word)
        return "bracket" if plain in "()[];" else kind, plain
    if kind == "raised":
        return kind, word.translate(RAISED)
    if kind == "name" and word[0] not in "¼¾⅓⅔":
        return kind, plain_name(word)
    if kind in ("number", "sum"):
        return kind, word.replace("½", "0.5").replace("−", "-")
    if kind in ("space", "newline"):
        return kind, ""
    sign = "||" if text.startswith("||", start) else text[start]
    told = hint("sign", "‖" if sign == "||" else sign, "")
    told = f"; {told}" if told else ", which means nothing in an equation"
    raise wrong(f"found {repr(sign) if sign.isprintable() else ascii(sign)}{told}", text, start)


def plain_name(name: str) -> str:
    """A name as it is known: its subscripts as plain digits, its accents in one sign each.

    >>> plain_name("w₁₂"), len(plain_name("y\\u0302"))
    ('w12', 1)
    """
    if name.isascii():
        return name
    from unicodedata import normalize

    return normalize("NFC", name.translate(_LOWERED))


MOST_NESTING = 60
"""Brackets within brackets."""
MOST_FACTORS = 32
"""Factors of one product; longer ones are products of products."""
_AFTER_NAMES = frozenset(("+", "-", "*", "/", "@", ")", ",", ";", ""))
"""Words before which a name stands alone, as it most often does."""
_DEFINES = re.compile(r"\)\s*=(?!=)")
"""What stands in every definition of a function."""
_TERMS = ("+", "-")
_FACTORS = {"*": "mul", "⊙": "hadamard", "/": "div"}
COMPARISONS = {">": "gt", "<": "lt", ">=": "ge", "<=": "le", "==": "eq", "!=": "ne"}
_TRUTH = {"yes": True, "no": False, "True": True, "False": False, "true": True, "false": False}
WORDS: dict[str, dict[str, Any]] = {
    "keepdims": _TRUTH, "ceil": _TRUTH, "exclude_pad": _TRUTH,
    "pad": {"same": "same", "valid": "valid", "full": "full"},
    "form": {"tanh": "tanh", "erf": "erf", "none": "erf"}, "shape": {}, "axes": {},
}
"""Words that are values of an option; of the others None is."""
_OF_SEVERAL = frozenset(("concat", "stack", "gather", "max", "min"))
_SHAPED = ("leaky_relu", "elu", "celu", "clip")
"""Functions of one argument, element by element, with numbers that give their shape."""
_INCOMPLETE = ("reshape", "broadcast", "expand", "squeeze", "one_hot")
"""Operations that want their option."""
OPTION_NAMES = {"dim": "axis", "keepdim": "keepdims", "padding": "pad", "kernel_size": "kernel",
                "ceil_mode": "ceil", "num_classes": "classes", "approximate": "form",
                "negative_slope": "slope", "min": "low", "max": "high", "dims": "axes"}
"""PyTorch's names of options, and ours."""


def parse_equations(text: str, given: Mapping[str, Any] = NO_OPTIONS) -> list[Equation]:
    """The equations of a text, loops and definitions written out, as they stand.

    `given` are values: whole numbers among them may be the ends of loops. Raises InputError
    with line and column, what was found, and what would be right, and LimitError where
    brackets are nested more than 60 deep.

    >>> [equation] = parse_equations("y = σ(w·x)")
    >>> equation.name, equation.expression.operation
    ('y', 'sigmoid')
    """
    return read_equations(text, given)[0]


def read_equations(
    text: str, given: Mapping[str, Any] = NO_OPTIONS
) -> tuple[list[Equation], set[str] | None]:
    """The same, and the names whose whole numbers were used up in writing out what is no
    plain equation; None where all are."""
    parser = _Parser(text, [name for name in given if "/" in name or "[" in name])
    found: list[Statement] = []
    while parser.token.kind != "end" or parser.at < parser.last:
        if parser.token.kind == "end":
            parser.next()
        else:
            found.append(parser.statement())
    if not found:
        raise InputError("no equation in it; write NAME = EXPRESSION, such as y = w*x + b")
    if parser.plain:
        return found, None  # type: ignore[return-value]
    from dlcalc.derive.unfold import Unfolding

    whole = Unfolding(found, given)
    return whole.equations(), whole.counts


class _Parser:
    def __init__(self, text: str, quotients: Sequence[str] = ()) -> None:
        self.text = text
        self.tokens = tokens_of(text, quotients)
        self.last = len(self.tokens) - 1
        self.at = 0
        self.token = self.tokens[0]
        self.open: list[Token] = []
        self.summing = 0
        self.names: dict[str, None] = {}
        self.plain = True
        """Whether there are equations alone: no loop, definition or index by letters."""
        self.defined = _defined(self.tokens) if _DEFINES.search(text) else {}

    def next(self) -> Token:
        token = self.token
        if self.at < self.last:
            self.at += 1
        self.token = self.tokens[self.at]
        return token

    def took(self, *signs: str) -> str:
        """The sign that stands here, if it is one of these; it is passed."""
        token = self.token
        if token.text in signs and token.kind == "sign":
            return self.next().text
        return ""

    def wrong(self, message: str, token: Token) -> InputError:
        return wrong(message, self.text, token.start, token.end)

    def statement(self) -> Statement:
        name = self.next()
        if name.text == "for" and self.token.kind == "name":
            return self._loop(name)
        if name.kind == "name" and self.token.text in ("[", "("):
            return self._elaborate(name)
        if name.kind != "name" or self.token.text != "=":
            self._no_equation(self.token if name.kind == "name" else name)
        return self._equation(name)

    def _equation(self, name: Token) -> Equation:
        self.next()
        self.names = {}
        expression = self.expression()
        if self.token.kind != "end":
            self.refuse()
        end = self.tokens[self.at - 1].end
        return Equation(name.text, expression, self.text, name.start, end, tuple(self.names))

    def _no_equation(self, token: Token) -> NoReturn:
        told = hint("equation", token.text, "an equation is NAME = EXPRESSION")
        raise self.wrong(f"found {token.found}; {told}", token)

    def _elaborate(self, name: Token) -> Statement:
        """NAME[INDEX] = …, or NAME(PARAMETERS) = …"""
        self.plain = False
        if self.token.text == "(":
            if name.text not in self.defined:
                raise self.wrong("found '('; an equation is NAME = EXPRESSION", self.token)
            parameters = self.defined[name.text]
            while self.token.text != ")":
                self.next()
            self.next()
            return Definition(name.text, parameters, self._equation(name))
        index, chosen = self._index()
        if any(isinstance(each, slice) for each in index):
            raise self.wrong("a slice cannot be defined; write one index, y[0] or y[i]", name)
        if self.token.text != "=":
            self._no_equation(self.token)
        given = iter(chosen)
        nodes = tuple(
            next(given) if each == "*" else Number(each, self.text, name.end, name.end)
            for each in index
        )
        return Indexed(name.text, nodes, self._equation(name))

    def _loop(self, word: Token) -> Loop:
        self.plain = False
        variable = self.next()
        self._must("in", "; a loop is for t in 1..3: h[t] = …")
        first = self.sum()
        self._must("..", "; a range is 1..3, or 1..T")
        last = self.sum()
        self._must(":", "; a colon stands before a loop's equations")
        if self.token.kind != "end":
            body = [self.statement()]
            while self.token.text == ";" and self._continues(variable.text):
                self.next()
                body.append(self.statement())
            return Loop(variable.text, first, last, tuple(body))
        body, margin = [], self._column(word)
        while self.token.kind == "end" and self.at < self.last:
            after = next((each for each in self.tokens[self.at :] if each.kind != "end"), None)
            if after is None or self._column(after) <= margin:
                break
            while self.token.kind == "end":
                self.next()
            body.append(self.statement())
        if not body:
            raise self.wrong("no equation in the loop; indent those that belong to it", word)
        return Loop(variable.text, first, last, tuple(body))

    def _must(self, sign: str, hint: str) -> None:
        """Pass a word, or say what stands in its place."""
        if self.token.text != sign:
            raise self.wrong(f"found {self.token.found}{hint}", self.token)
        self.next()

    def _continues(self, variable: str) -> bool:
        """Whether the equation behind ; has a left side that is indexed by the variable."""
        ahead = [each.text for each in self.tokens[self.at + 1 : self.at + 40]]
        if ahead[1:2] != ["["] or ahead[0] == "for" or "]" not in ahead:
            return False
        return variable in ahead[2 : ahead.index("]")]

    def _column(self, token: Token) -> int:
        start = token.start
        return start - 1 - max(self.text.rfind("\n", 0, start), self.text.rfind("\r", 0, start))

    def made(
        self, operation: str, arguments: Iterable[Node], start: int,
        options: Mapping[str, Any] = NO_OPTIONS,
    ) -> Apply:
        """An operation on arguments that were read from `start` up to here."""
        every = tuple(arguments)
        depth = 1
        for each in every:
            if each.depth >= depth:
                depth = each.depth + 1
        if depth > MOST_DEPTH:
            raise self._deep(f"more than {MOST_DEPTH} operations within each other")
        end = self.tokens[self.at - 1].end
        node: Apply = _NEW(Apply, (operation, every, self.text, start, end, depth, options))
        return node

    def _deep(self, words: str) -> InputError:
        message = f"{words}; give parts of it names of their own"
        return marked(LimitError(message), self.text, self.token.start, column=True)

    def expression(self) -> Node:
        """A sum, or two that are compared."""
        start = self.token.start
        left = self.sum()
        sign = self.token.text
        if sign in COMPARISONS and self.token.kind == "sign":
            self.next()
            left = self.made(COMPARISONS[sign], (left, self.sum()), start)
            if self.token.text in COMPARISONS:
                raise self.wrong("a < b < c is written (a < b)*(b < c)", self.token)
        return left

    def sum(self) -> Node:
        start = self.token.start
        terms: list[Node] = []
        while not terms or self.token.text in _TERMS:
            sign = self.token
            if sign.text in _TERMS:
                self.next()
            term = self.product()
            terms.append(term if sign.text != "-" else self.made("neg", (term,), sign.start))
        return terms[0] if len(terms) == 1 else self.made("add", terms, start)

    def product(self) -> Node:
        start, kind = self.token.start, ""
        factors = [self.matrices()]
        # Within ∑ products may be left unsaid, as W[i,j] x[j].
        while (sign := self.token.text) in _FACTORS or (self.summing and (
                self.token.kind in ("name", "number", "sum") or sign == "(")):
            operation = _FACTORS.get(sign, "mul")
            if sign in _FACTORS:
                self.next()
            if len(factors) > 1 and (operation != kind or len(factors) == MOST_FACTORS):
                factors = [self.made(kind, factors, start)]
            kind = operation
            factors.append(self.matrices())
            if kind == "div":
                factors = [self.made(kind, factors, start)]
        return factors[0] if len(factors) == 1 else self.made(kind, factors, start)

    def matrices(self) -> Node:
        start = self.token.start
        left = self.power()
        while self.token.text == "@":
            self.next()
            right = self.power()
            if isinstance(right, Apply) and right.operation == "transpose" and not right.options:
                left = self.made("times_transposed", (left, right.arguments[0]), start)
            else:
                left = self.made("matmul", (left, right), start)
        return left

    def power(self) -> Node:
        """A factor, its sign and its power."""
        token, negative = self.token, False
        if token.kind == "name":
            after = self.tokens[self.at + 1]
            if after.text in _AFTER_NAMES and after.kind != "raised":
                self.at, self.token = self.at + 1, after
                return self._name_node(token)
        while self.token.text in _TERMS:
            negative ^= self.next().text == "-"
        base = self.primary()
        if self.token.text == "^":
            self._enter(self.next())
            base = self.made("pow", (base, self.power()), token.start)
            self.open.pop()
        return self.made("neg", (base,), token.start) if negative else base

    def _name_node(self, token: Token) -> Name:
        self.names[token.text] = None
        name: Name = _NEW(Name, (token.text, self.text, token.start, token.end, 0))
        return name

    def _enter(self, token: Token) -> None:
        self.open.append(token)
        if len(self.open) > MOST_NESTING:
            raise self._deep(f"brackets nested more than {MOST_NESTING} deep")

    def primary(self) -> Node:
        """A number, a name, a call or brackets, and what stands behind it: ² ' [0]."""
        start = self.token.start
        node = self._operand()
        while True:
            text = self.token.text
            if text in _AFTER_NAMES and self.token.kind != "raised":
                return node
            if text == "'":
                self.next()
                node = self.made("transpose", [node], start)
            elif text == "^" and self.tokens[self.at + 1][:2] == ("name", "T"):  # no power
                self.next()
                self.next()
                node = self.made("transpose", [node], start)
            elif self.token.kind == "raised":
                token = self.next()
                power = token.text
                if not power.lstrip("-").isdecimal() or len(power) > 18:
                    message = f"found {token.found}; a power is a whole number"
                    raise self.wrong(message, token)
                number = Number(int(power), self.text, token.start, token.end)
                node = self.made("pow", [node, number], start)
            elif text == "[":
                index, chosen = self._index()
                node = self.made("element", [node, *chosen], start, {"index": index})
            else:
                return node

    def _operand(self) -> Node:
        token = self.token
        kind = token.kind
        if kind == "name":
            self.next()
            if self.token.text == "(":
                return self._call(token)
            if self.token.text == "'" and self.tokens[self.at + 1].text == "(":
                return self._slope(token)
            return self._name_node(token)
        if kind == "number":
            return self._number(self.next())
        if token.text == "(":
            self._enter(self.next())
            parts = self._parted(";")
            self._close(")")
            return parts[0] if len(parts) == 1 else self.made("concat", parts, token.start)
        if token.text == "[":
            return self._list(self.next())
        if kind == "sum":
            return self._sum_over(self.next())
        before = self.tokens[self.at - 1]
        raise self.wrong(
            f"found {token.found} after {self.text[before.start : before.end]!r}; "
            "a number, a name or ( belongs here"
            + ("" if token.text or not self.open else self._still_open()),
            token,
        )

    def _number(self, token: Token) -> Number:
        if len(token.text) == 1:
            return Number(int(token.text), self.text, token.start, token.end)
        try:
            value = parse_number(token.text)
        except InputError as error:
            raise self.wrong(error.message, token) from None
        return Number(value, self.text, token.start, token.end)

    def _close(self, bracket: str) -> None:
        if self.token.text != bracket:
            self.refuse()
        self.next()
        self.open.pop()

    def _sum_over(self, sign: Token) -> Node:
        """∑_j, ∑_{i,j}, and ∑_{t=1..T} or ∑_{t=1}^T of a product; sum_j(…) is ∑_j."""
        self.plain = False
        self.summing += 1
        if sign.kind == "name":
            term = self.expression()
            self._close(")")
        else:
            term = self.product()
        self.summing -= 1
        below, _, above = sign.text.lstrip("∑Σ").removeprefix("sum").lstrip("_").partition("^")
        letters = below.strip("{}") + (f"..{above.strip('{}')}" if above else "")
        return self.made("sum_over", [term], sign.start, {"letters": letters})

    def _slope(self, name: Token) -> Node:
        """σ'(x), the slope of a function, and elu'(x, 2), in its first argument."""
        operation = FUNCTIONS[name.text].operation if name.text in FUNCTIONS else ""
        if operation not in ("relu", "abs", *SLOPES, *_SHAPED):
            raise self.wrong(
                f"{name.text}'(…) is no slope of a function that is known; a transposed "
                f"matrix is multiplied by @: {name.text}' @ (…)", name
            )
        self.next()
        call = self._call(name)
        assert isinstance(call, Apply)
        of, given = call.operation, call.arguments
        if of not in _SHAPED:
            return self.made("slope", given, name.start, {"function": of})
        one = Number(1, self.text, name.start, name.end)
        options = {"of": of, "at": 0, "options": call.options}
        return self.made("back", [one, *given], name.start, options)

    def _call(self, name: Token) -> Node:
        word = name.text
        self._enter(self.next())
        if word in self.defined:
            return self._own(name)
        if word == "back":
            return self._back(name)
        if word not in FUNCTIONS:
            if word.startswith("sum_") and len(word) > 4:
                return self._sum_over(name)
            self._no_function(name)
        function = FUNCTIONS[word]
        arguments: list[Node] = []
        options: dict[str, Any] = {}
        self._argument(name, function, arguments, options)
        while self.token.text == ",":
            self.next()
            self._argument(name, function, arguments, options)
        self._close(")")
        return self._applied(name, function, arguments, options)

    def _argument(
        self, name: Token, function: Function, arguments: list[Node], options: dict[str, Any]
    ) -> None:
        """One more argument, or an option by its name."""
        token, option = self.token, POSITIONAL.get(function.operation, "")
        if token.kind == "name" and self.tokens[self.at + 1].text == "=":
            self._by_name(name, function, arguments, options)
        elif options and list(options) != [option]:
            raise self.wrong(f"found {token.found}; arguments stand before options", token)
        elif not option or len(arguments) < function.most:
            arguments.append(self.expression())
        else:
            setting = self._setting(option)
            if option in options:
                setting = (*_several(options[option]), setting)
            options[option] = setting

    def _by_name(
        self, name: Token, function: Function, arguments: list[Node], options: dict[str, Any]
    ) -> None:
        """An option, or an argument that has a name, behind it and =."""
        token = self.next()
        own = token.text in function.options
        option = token.text if own else OPTION_NAMES.get(token.text, token.text)
        parameters = [each for each, _ in function.defaults]
        self.next()
        if option in parameters:
            place = function.least + parameters.index(option)
            if len(arguments) != place:
                raise self.wrong(f"{option} is argument {place + 1} of {name.text}", token)
            arguments.append(self.expression())
            return
        known = [*parameters, *function.options]
        if option not in known:
            has = "has no" if known else "takes no"
            near = did_you_mean(token.text, known)
            raise self.wrong(f"{name.text} {has} option {token.text}{near}", token)
        if option in options:
            raise self.wrong(f"{option} is given twice", token)
        options[option] = self._setting(option)

    def _setting(self, option: str) -> Any:
        """The value of an option: a word, a whole number, or several in brackets."""
        quoted = bool(self.took("'"))
        token, words = self.token, WORDS.get(option, {"None": None})
        if token.kind == "name" and token.text in words:
            self.next()
            if quoted and not self.took("'"):
                self.refuse()
            return words[token.text]
        if token.text in ("(", "["):
            self._enter(self.next())
            values = [] if self.token.text in ")]" else [self._setting(option)]
            while self.took(","):
                if self.token.text not in (")", "]"):
                    values.append(self._setting(option))
            self._close(")" if token.text == "(" else "]")
            return tuple(values)
        return self._whole_or_node(self.sum())

    def _applied(
        self, name: Token, function: Function, arguments: list[Node], options: dict[str, Any]
    ) -> Node:
        """The operation that a call means."""
        most, least = function.most, function.least
        if function.defaults:
            least += sum(each is None for _, each in function.defaults)
        if not least <= len(arguments) <= most:
            more = "; write axis=… for an axis" if "axis" in function.options else ""
            raise self._miscounted(name, len(arguments), most, least, more)
        for _, value in function.defaults[len(arguments) - function.least :]:
            assert value is not None
            arguments.append(Number(value, self.text, name.end, name.end))
        operation = function.operation
        if operation in POSITIONAL or operation in _OF_SEVERAL:
            return self._meant(name, operation, arguments, options)
        return self.made(operation, arguments, name.start, options or NO_OPTIONS)

    def _meant(
        self, name: Token, operation: str, arguments: list[Node], options: dict[str, Any]
    ) -> Node:
        """The operation that a name with these arguments stands for."""
        whole: Any = arguments[0]
        if operation in ("concat", "stack") and len(arguments) == 1 and (
                getattr(whole, "operation", "") == "stack" and not whole.options):
            arguments = list(whole.arguments)  # of [a, b]
        if operation == "gather":
            axis = options.get("axis", 0)
            if not isinstance(axis, int) or axis < 0:
                raise self.wrong("gather wants an axis from 0, as axis=1", name)
            operation, options = "element", {"index": (*(slice(None),) * axis, "*")}
        if operation in ("max", "min"):
            if len(arguments) == 1:
                operation = {"max": "largest", "min": "smallest"}[operation]
            elif options:
                raise self.wrong(f"{name.text} of several has no axis; stack them first", name)
        if "form" in options:
            operation = self._gelu(name, options.pop("form"))
        option = POSITIONAL.get(operation, "")
        if operation in _INCOMPLETE and option not in options:
            raise self.wrong(
                f"{name.text} wants the sizes: {name.text}(x, 3, 1)" if option == "shape"
                else f"write {name.text}(x, {option}=…)", name
            )
        if option in ("shape", "axes") and option in options:  # several, also where one
            options[option] = _several(options[option])
        return self.made(operation, arguments, name.start, options or NO_OPTIONS)

    def _gelu(self, name: Token, form: Any) -> str:
        """The operation of a form of gelu that is asked for."""
        if form not in ("tanh", "erf"):
            raise self.wrong("the forms of gelu are gelu(x, tanh) and gelu(x, erf)", name)
        return f"gelu_{form}"

    def _parted(self, sign: str = ",", read: Callable[[], Any] | None = None) -> list[Any]:
        """Expressions, or what is read otherwise, with a sign between them."""
        read = read or self.expression
        found = [read()]
        while self.took(sign):
            found.append(read())
        return found

    def _back(self, name: Token) -> Node:
        """back(g, f(x, w), w): what a gradient g of a call is for one of its arguments."""
        given = self._parted()
        self._close(")")
        gradient, call = given[0], given[min(1, len(given) - 1)]
        if len(given) not in (2, 3) or not isinstance(call, Apply):
            raise self.wrong("write back(g, f(x)): the gradient g carried back through f to x",
                             name)  # fmt: skip
        texts = [*map(text_of, call.arguments)]
        wanted = given[-1] if len(given) == 3 else call.arguments[0]
        at = _constant(wanted)  # its place, where several arguments are alike
        if at is None or not 0 <= at < len(texts):
            text = text_of(wanted)
            if text not in texts:
                raise self.wrong(f"{text} is no argument of {text_of(call)}", name)
            at = texts.index(text)
        options = {"of": call.operation, "at": at, "options": call.options}
        return self.made("back", [gradient, *call.arguments], name.start, options)

    def _own(self, name: Token) -> Node:
        """A call of a function that the text itself defines."""
        arguments = self._parted()
        self._close(")")
        wanted = len(self.defined[name.text])
        if len(arguments) != wanted:
            raise self._miscounted(name, len(arguments), wanted, wanted)
        return self.made("call", arguments, name.start, {"function": name.text})

    def _miscounted(
        self, name: Token, here: int, most: int, least: int, more: str = ""
    ) -> InputError:
        words = ["no", "one", "two", "three", "four"]
        number = words[most] if most < len(words) else str(most)
        if least != most:
            ends = " or more" if most > len(words) else f" to {number}"
            number = words[least] + ends
        noun, verb = plural(1 if number == "one" else 2, "argument"), plural(here, "is")
        return self.wrong(f"{name.text} takes {number} {noun}, here {verb} {here}{more}", name)

    def _no_function(self, name: Token) -> NoReturn:
        near, word = did_you_mean(name.text, [*FUNCTIONS, *self.defined]), name.text
        if "did you mean" not in near:
            near = (f"; a product is written {word}*(…), a function of your own {word}(x) = …, "
                    f"the functions are {', '.join(FUNCTIONS)}")
        raise self.wrong(f"{word} is no function{near}", name)

    def _list(self, bracket: Token) -> Node:
        """[a, b] is a vector, [a, b; c, d] a matrix, and so is [[a, b], [c, d]]."""
        self._enter(bracket)
        rows = self._parted(";", self._row)
        self._close("]")
        sizes = [len(row.arguments) for row in rows]
        if len(set(sizes)) > 1:
            raise self.wrong(f"rows of {' and '.join(map(str, sizes[:8]))}", bracket)
        return self.made("stack", rows if len(rows) > 1 else rows[0].arguments, bracket.start)

    def _row(self) -> Apply:
        start = self.token.start
        return self.made("stack", self._parted(), start)

    def _index(self) -> tuple[tuple[Any, ...], list[Node]]:
        """What stands in an index: whole numbers, slices, and * for what is yet to be computed."""
        self._enter(self.next())
        chosen: list[Node] = []
        index = self._parted(read=lambda: self._place(chosen))
        self._close("]")
        if sum(each is Ellipsis for each in index) > 1:
            raise self.wrong("one ... at most stands in an index", self.tokens[self.at - 1])
        return tuple(index), chosen

    def _place(self, chosen: list[Node]) -> Any:
        if self.took("..."):
            return Ellipsis
        if self.token.text in ("None", "newaxis"):
            self.next()
            return None
        first = None if self.token.text == ":" else self.sum()
        if self.token.text == ":":
            ends = [first]
            while len(ends) < 3 and self.took(":"):
                ends.append(None if self.token.text in (":", ",", "]") else self.sum())
            return slice(*(each and self._whole_or_node(each) for each in ends))
        assert first is not None
        place = self._whole_or_node(first)
        if isinstance(place, Number):
            message = f"found {text_of(first)!r}; a place is a whole number"
            raise wrong(message, self.text, first.start, first.end)
        if isinstance(place, int):
            return place
        chosen.append(place)
        return "*"

    def _whole_or_node(self, node: Node) -> int | Node:
        """The whole number that is written here; else the node, whose value is found later."""
        value = _constant(node)
        if value is None:
            self.plain = False
            return node
        return value

    def refuse(self) -> NoReturn:
        """Say what stands here and cannot, and what could."""
        token, before = self.token, self.tokens[self.at - 1]
        left = self.text[before.start : before.end]
        behind = self.open and line_of(self.text, token.start) > line_of(
            self.text, self.open[-1].start)
        if not behind and (token.kind in ("name", "number") or token.text in ("(", "[")):
            if left in FUNCTIONS:
                words = f"a function has brackets: {left}({token.text})"
            else:
                words = f"products are written out: {left}*{token.text}"
                if token.kind == before.kind == "name":
                    words += f", or {left} @ {token.text} for matrices"
            raise self.wrong(f"found {token.found} after {left!r}; {words}", token)
        if self.open:
            raise self.wrong(f"found {token.found}{self._still_open()}", token)
        belongs = hint("behind", token.text, "an operator or the end belongs here")
        raise self.wrong(f"found {token.found} after {left!r}; {belongs}", token)

    def _still_open(self) -> str:
        """The tail of an error within brackets."""
        last = self.open[-1]
        column, line = self._column(last) + 1, line_of(self.text, last.start)
        return f"; the {last.text} of line {line}, column {column} is still open"


def _constant(node: Node | None) -> int | None:
    """The whole number that is written here, with its sign."""
    if isinstance(node, Number):
        return node.value if isinstance(node.value, int) and node.value < 2**60 else None
    if isinstance(node, Apply) and node.operation == "neg":
        value = _constant(node.arguments[0])
        return None if value is None else -value
    return None


def _several(value: Any) -> tuple[Any, ...]:
    """The values of an option that may have several; a node is one."""
    return value if isinstance(value, tuple) and not isinstance(value, Node) else (value,)


def _defined(tokens: list[Token]) -> dict[str, tuple[str, ...]]:
    """The functions that a text defines, NAME(NAMES) =, and their parameters."""
    found: dict[str, tuple[str, ...]] = {}
    begins = True
    for at, token in enumerate(tokens):
        if begins and token.kind == "name" and tokens[at + 1].text == "(":
            names, place = [], at + 2
            while tokens[place].kind == "name" and tokens[place + 1].text == ",":
                names.append(tokens[place].text)
                place += 2
            if tokens[place].kind == "name" and [each.text for each in tokens[place + 1 : place + 3]
                                                 ] == [")", "="]:  # fmt: skip
                found[token.text] = (*names, tokens[place].text)
        begins = token.kind == "end" or token.text == ":"
    return found
