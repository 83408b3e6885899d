"""Equations as in a textbook, to their trees; a parser of its own, nothing is evaluated here.

    # one neuron: NAME = EXPRESSION, one a line or divided by ;
    z = w*x + b
    y = sigmoid(z)
    L = -(t*ln(y) + (1-t)*ln(1-y))

    expression := ["-"|"+"] product {("+"|"-") product}
    product    := matrices {("*"|"·"|"×"|"⊙"|"/") matrices}
    matrices   := power {"@" power}                 the matrix product
    power      := {"-"|"+"} primary ["^" power]     also ** and x²; W^T, W' and Wᵀ transpose
    primary    := number | name | function "(" expression {"," expression} ")"
                | "(" expression ")" | "[" expression {","|";" expression} "]"
                | primary "[" place {"," place} "]"
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from dlcalc.derive.operations import FUNCTIONS
from dlcalc.derive.tokens import Token, misplaced, still_open, tokens_of
from dlcalc.derive.tree import MOST_DEPTH, Apply, Equation, Name, Node, Number
from dlcalc.errors import InputError, LimitError, did_you_mean
from dlcalc.numbers.parse import parse_number

MOST_NESTING = 60
"""Brackets within brackets."""
MOST_FACTORS = 32
"""Factors of one product; longer ones are products of products."""


def parse_equations(text: str) -> list[Equation]:
    """The equations of a text, as they stand.

    Raises InputError with line and column, what was found, and what would be right, and
    LimitError where brackets are nested more than 60 deep.

    >>> [equation] = parse_equations("y = σ(w·x)")
    >>> equation.name, equation.expression.operation
    ('y', 'sigmoid')
    """
    parser = _Parser(text)
    found = []
    while parser.token.kind != "end" or parser.at < len(parser.tokens) - 1:
        if parser.token.kind == "end":
            parser.next()
        else:
            found.append(parser.equation())
    if not found:
        raise InputError("no equation in it; write NAME = EXPRESSION, such as y = w*x + b")
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.at = 0
        self.open: list[Token] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def took(self, *signs: str) -> str:
        """The sign that stands here, if it is one of these; it is passed."""
        if self.token.kind == "sign" and self.token.text in signs:
            return self.next().text
        return ""

    def equation(self) -> Equation:
        name = self.next()
        if name.kind != "name" or self.token.text != "=":
            found = self.token if name.kind == "name" else name
            raise found.wrong(f"found {found.found}; an equation is NAME = EXPRESSION")
        self.next()
        expression = self.expression()
        if self.token.kind != "end":
            self.refuse()
        end = self.tokens[self.at - 1].end
        return Equation(name.text, expression, name.line, self.text[name.start : end])

    def made(self, operation: str, arguments: Iterable[Node], start: Token) -> Apply:
        """An operation on arguments that were read from `start` up to here."""
        every = tuple(arguments)
        depth = 1 + max(each.depth for each in every)
        if depth > MOST_DEPTH:
            raise self._deep(f"more than {MOST_DEPTH} operations within each other")
        text = self.text[start.start : self.tokens[self.at - 1].end]
        return Apply(operation, every, text, depth)

    def _deep(self, words: str) -> InputError:
        error = LimitError(f"{words}; give parts of it names of their own")
        error.at(f"line {self.token.line}, column {self.token.column}")
        return error

    def expression(self) -> Node:
        """Terms with their signs."""
        start = self.token
        terms = [self._signed(self.took("-", "+"), start)]
        while sign := self.took("+", "-"):
            terms.append(self._signed(sign, self.tokens[self.at - 1]))
        return terms[0] if len(terms) == 1 else self.made("add", terms, start)

    def _signed(self, sign: str, start: Token) -> Node:
        term = self.product()
        return self.made("neg", [term], start) if sign == "-" else term

    def product(self) -> Node:
        start = self.token
        factors = [self.matrices()]
        kind = "mul"
        while self.token.kind == "sign" and self.token.text in ("*", "⊙", "/"):
            sign = self.next().text
            operation = {"*": "mul", "⊙": "hadamard", "/": "div"}[sign]
            if operation == "div" or operation != kind or len(factors) == MOST_FACTORS:
                factors = [self._joined(kind, factors, start)]
            if operation == "div":
                factors = [self._divided(factors[0], start)]
            else:
                kind = operation
                factors.append(self.matrices())
        return self._joined(kind, factors, start)

    def _divided(self, above: Node, start: Token) -> Node:
        return self.made("div", [above, self.matrices()], start)

    def _joined(self, kind: str, factors: list[Node], start: Token) -> Node:
        return factors[0] if len(factors) == 1 else self.made(kind, factors, start)

    def matrices(self) -> Node:
        start = self.token
        left = self.power()
        while self.took("@"):
            right = self.power()
            if isinstance(right, Apply) and right.operation == "transpose":
                left = self.made("times_transposed", [left, right.arguments[0]], start)
            else:
                left = self.made("matmul", [left, right], start)
        return left

    def power(self) -> Node:
        start = self.token
        negative = False
        while sign := self.took("-", "+"):
            negative ^= sign == "-"
        base = self.primary()
        if self.took("^"):
            self._enter(self.tokens[self.at - 1])
            base = self.made("pow", [base, self.power()], start)
            self.open.pop()
        return self.made("neg", [base], start) if negative else base

    def _enter(self, token: Token) -> None:
        self.open.append(token)
        if len(self.open) > MOST_NESTING:
            raise self._deep(f"brackets nested more than {MOST_NESTING} deep")

    def primary(self) -> Node:
        """A number, a name, a call or brackets, and what stands behind it: ² ' [0]."""
        start = self.token
        node = self._operand()
        while True:
            if self.took("'"):
                node = self.made("transpose", [node], start)
            elif self._transposes():
                self.at += 2
                node = self.made("transpose", [node], start)
            elif self.token.kind == "raised":
                number = Number(self._whole(self.token), self.next().text)
                node = self.made("pow", [node, number], start)
            elif self.token.text == "[" and self.token.kind == "sign":
                index = self._index()
                node = self.made("element", [node], start)._replace(at=index)
            else:
                return node

    def _transposes(self) -> bool:
        """Whether ^T stands here, which is no power."""
        after = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        return (self.token.text, after.kind, after.text) == ("^", "name", "T")

    def _operand(self) -> Node:
        before = self.tokens[self.at - 1]
        token = self.next()
        if token.kind == "number":
            try:
                return Number(parse_number(token.text), token.text)
            except InputError as error:
                raise token.wrong(error.message) from None
        if token.kind == "name":
            if self.token.text == "(" and self.token.kind == "sign":
                return self._call(token)
            return Name(token.text, self.text[token.start : token.end])
        if token.kind == "sign" and token.text == "(":
            self._enter(token)
            inner = self.expression()
            self._close(")")
            return inner
        if token.kind == "sign" and token.text == "[":
            return self._list(token)
        raise token.wrong(
            f"found {token.found} after {before.text!r}; a number, a name or ( belongs here"
            + ("" if token.text or not self.open else still_open(self.open))
        )

    def _close(self, bracket: str) -> None:
        if not self.took(bracket):
            self.refuse()
        self.open.pop()

    def _call(self, name: Token) -> Node:
        if name.text not in FUNCTIONS:
            near = did_you_mean(name.text, FUNCTIONS)
            raise name.wrong(
                f"{name.text} is no function{near}"
                if "did you mean" in near
                else f"{name.text} is no function; a product is written {name.text}*(…), the "
                f"functions are {', '.join(FUNCTIONS)}"
            )
        self._enter(self.next())
        arguments = [self.expression()]
        while self.took(","):
            arguments.append(self.expression())
        self._close(")")
        operation = FUNCTIONS[name.text]
        if operation in ("max", "min"):
            if len(arguments) == 1:
                operation = {"max": "largest", "min": "smallest"}[operation]
        elif len(arguments) > 1:
            raise name.wrong(f"{name.text} takes one argument, here are {len(arguments)}")
        return self.made(operation, arguments, name)

    def _list(self, bracket: Token) -> Node:
        """[a, b] is a vector, [a, b; c, d] a matrix, and so is [[a, b], [c, d]]."""
        self._enter(bracket)
        rows, first = [[self.expression()]], self.token
        while sign := self.took(",", ";"):
            rows += [[]] if sign == ";" else []
            rows[-1].append(self.expression())
        self._close("]")
        if any(len(row) != len(rows[0]) for row in rows):
            raise bracket.wrong(f"rows of {' and '.join(str(len(row)) for row in rows[:8])}")
        if len(rows) == 1:
            return self.made("stack", rows[0], bracket)
        return self.made("stack", [self.made("stack", row, first) for row in rows], bracket)

    def _index(self) -> tuple[int, ...]:
        self._enter(self.next())
        index = [self._place()]
        while self.took(","):
            index.append(self._place())
        self._close("]")
        return tuple(index)

    def _place(self) -> int:
        negative = self.took("-")
        return -self._whole(self.next()) if negative else self._whole(self.next())

    def _whole(self, token: Token) -> int:
        try:
            if token.kind not in ("number", "raised") or len(token.text) > 18:
                raise ValueError
            return int(token.text)
        except ValueError:
            what = "a place" if token.kind != "raised" else "a power"
            raise token.wrong(f"found {token.found}; {what} is a whole number") from None

    def refuse(self) -> NoReturn:
        """Say what stands here and cannot, and what could."""
        before = self.tokens[self.at - 1]
        left = self.text[before.start : before.end]
        raise misplaced(self.token, before, left, self.open)
