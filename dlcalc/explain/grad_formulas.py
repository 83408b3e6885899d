"""Equations and their derivatives as formulas: the rules of differentiation run on symbols."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from dlcalc.explain.notation import Expr, call, element, hadamard, matmul, mul, symbol, transpose

if TYPE_CHECKING:
    from dlcalc.calc.equations.tape import Instruction

Formula = Any
"""An expression, or a bare number."""


def named(name: str) -> Expr:
    """A name as a symbol: w_1 with 1 as its index.

    >>> named("w_1").args, named("loss").args
    (('w', '1'), ('loss', ''))
    """
    base, _, sub = name.partition("_")
    return symbol(base, sub) if base and sub and "_" not in sub else symbol(name)


def partial(of: str, by: str) -> Expr:
    """The name of a derivative: ∂L/∂w."""
    return Expr("partial", (named(of), named(by)))


def _sum(*terms: Formula) -> Formula:
    """A sum, in which negative terms are taken away."""
    whole: Formula = terms[0]
    for each in terms[1:]:
        negative = isinstance(each, Expr) and each.kind == "neg"
        kind, part = ("sub", each.args[0]) if negative else ("add", each)
        joins = kind == "add" and isinstance(whole, Expr) and whole.kind == "add"
        whole = Expr(kind, (*whole.args, part) if joins else (whole, part))
    return whole


WRITTEN: dict[str, Callable[..., Formula]] = {
    "identity": lambda a: a,
    "neg": lambda a: Expr("neg", (a,)),
    "add": _sum,
    "mul": mul,
    "hadamard": hadamard,
    "div": lambda a, b: Expr("div", (a, b)),
    "pow": lambda a, n: Expr("pow", (a, n)),
    "matmul": matmul,
    "times_transposed": lambda a, b: matmul(a, transpose(b)),
    "transposed_times": lambda a, b: matmul(transpose(a), b),
    "transpose": transpose,
    "stack": lambda *parts: Expr("list", parts),
    "element": lambda a, index: _element(a, index),
    "largest": lambda a: call("max", a),
    "smallest": lambda a: call("min", a),
}
"""How operations are written; all others as functions."""


def _element(whole: Formula, index: tuple[int, ...]) -> Expr:
    if isinstance(whole, Expr) and whole.kind == "symbol":
        return element("_".join(filter(None, whole.args)), index)
    return call("element", whole, *index)


def written(operation: str, *arguments: Formula) -> Formula:
    """An operation on formulas, as a formula."""
    if operation in WRITTEN:
        return WRITTEN[operation](*arguments)
    return call(operation, *arguments)


class Term:
    """A formula and its value: what the rules of differentiation compute with here.

    Products and quotients are gathered as they arise, so that −1·(1/y)·t reads −t/y.
    """

    def __init__(self, formula: Formula, value: Any, wide: bool | None = None) -> None:
        self.formula = formula
        self.value = value
        self.wide = bool(getattr(value, "ndim", 0)) if wide is None else wide
        """Whether the formula is that of an array; of a number spread over one, it is not."""

    def __neg__(self) -> Term:
        return Term(_product(-1, self.formula), -self.value, self.wide)

    def __add__(self, other: Any) -> Term:
        # Gradients come to a quantity from the last place it stands in back to the first.
        a, b = self, as_term(other)
        return Term(_sum(b.formula, a.formula), a.value + b.value)

    def __sub__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        if _is_number(a.formula) and _is_number(b.formula):
            return Term(a.formula - b.formula, a.value - b.value)
        return Term(Expr("sub", (a.formula, b.formula)), a.value - b.value)

    def __rsub__(self, other: Any) -> Term:
        return as_term(other) - self

    def __mul__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        value = a.value * b.value
        if a.wide and b.wide:
            return Term(_elementwise(a.formula, b.formula), value)
        return Term(_product(a.formula, b.formula), value, a.wide or b.wide)

    def __rmul__(self, other: Any) -> Term:
        return as_term(other) * self

    def __truediv__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        formula = _product(a.formula, Expr("div", (1, b.formula)))
        return Term(formula, a.value / b.value, a.wide or b.wide)

    def __rtruediv__(self, other: Any) -> Term:
        return as_term(other) / self

    def __pow__(self, other: Any) -> Term:
        a, n = self, as_term(other)
        if _is_number(n.formula) and n.formula in (0, 1):
            return a if n.formula else Term(1, a.value**0)
        return Term(Expr("pow", (a.formula, n.formula)), a.value**n.value)


def as_term(value: Any) -> Term:
    """A number as a term of itself."""
    return value if isinstance(value, Term) else Term(value, value)


def _is_number(formula: Formula) -> bool:
    return isinstance(formula, int | float)


def _elementwise(a: Formula, b: Formula) -> Formula:
    """a ⊙ b; a sign stands before it, a factor of 1 is left out."""
    for one, other in ((a, b), (b, a)):
        if _is_number(one) or (one.kind == "div" and _is_number(one.args[0])):
            return _product(other, one)
        if one.kind == "neg":
            left, right = (one.args[0], other) if one is a else (other, one.args[0])
            return Expr("neg", (_elementwise(left, right),))
    return hadamard(*(part for each in (a, b) for part in (
        each.args if each.kind == "hadamard" else (each,))))


def _product(*factors: Formula) -> Formula:
    """The product as one number, what stands above and what below; what is in both is left out."""
    number: Any = 1
    above: list[Formula] = []
    below: list[Formula] = []
    for each in factors:
        inner, over, under = _parts(each)
        number, above, below = number * inner, [*above, *over], [*below, *under]
    for each in list(above):
        _cancel(each, above, below)
    for each in [each for each in below if _is_number(each) and number % each == 0]:
        number = number // each
        below.remove(each)
    size = abs(number)
    parts = [*([] if size == 1 and above else [int(size) if size == 1 else size]), *above]
    whole = parts[0] if len(parts) == 1 else mul(*parts)
    if below:
        whole = Expr("div", (whole, below[0] if len(below) == 1 else mul(*below)))
    if number >= 0:
        return whole
    return -whole if _is_number(whole) else Expr("neg", (whole,))


def _parts(formula: Formula) -> tuple[Any, list[Formula], list[Formula]]:
    """The number, the factors above and those below of a product or quotient."""
    if _is_number(formula):
        return formula, [], []
    if formula.kind == "neg":
        number, above, below = _parts(formula.args[0])
        return -number, above, below
    if formula.kind == "mul":
        found = [_parts(each) for each in formula.args]
        return (
            prod(each[0] for each in found),
            [part for each in found for part in each[1]],
            [part for each in found for part in each[2]],
        )
    if formula.kind == "div":
        number, above, under = _parts(formula.args[0])
        divisor, below, over = _parts(formula.args[1])
        if divisor in (1, -1):
            return number * divisor, [*above, *over], [*under, *below]
        return number, [*above, *over], [*under, divisor, *below]
    return 1, [formula], []


def _cancel(factor: Formula, above: list[Formula], below: list[Formula]) -> None:
    """Take a factor out above and below, also from a power: a/a² is 1/a."""
    for place, each in enumerate(below):
        power = isinstance(each, Expr) and each.kind == "pow" and each.args == (factor, 2)
        if each == factor or power:
            above.remove(factor)
            below[place : place + 1] = [factor] if power else []
            return


def _size(formula: Formula) -> int:
    return 1 + sum(map(_size, formula.args)) if isinstance(formula, Expr) else 1


SLOPES = {"step": "relu'", "sign": "abs'"}
"""Slopes that are known by a name of their own."""
CUT = symbol("…")
"""What stands for a formula too long to be written out."""
MOST_SIZE = 500
"""Parts of a sum in a formula that is still written out."""
PLAIN = ("spread", "column")
"""What formulas of arrays leave unsaid."""


class Symbols:
    """The functions of the table of operations, on formulas with their values."""

    def __init__(self, numbers: Any, known: dict[Expr, Any]) -> None:
        self.numbers = numbers
        self.known = known
        """Values of symbols, and of the slopes that have a name in place of a formula."""

    def __getattr__(self, name: str) -> Callable[..., Term]:
        def function(*arguments: Any) -> Term:
            terms = [each if isinstance(each, tuple) else as_term(each) for each in arguments]
            values = [each.value if isinstance(each, Term) else each for each in terms]
            value = self.numbers.settled(getattr(self.numbers, name)(*values))
            formulas = [each.formula if isinstance(each, Term) else each for each in terms]
            if name in PLAIN:
                return Term(formulas[0], value, as_term(arguments[0]).wide)
            if name in SLOPES:
                return self._slope(call(SLOPES[name], *formulas), value)
            return Term(written(name, *formulas), value)

        return function

    def _slope(self, formula: Expr, value: Any) -> Term:
        self.known[formula] = value
        return Term(formula, value)

    def share(self, y: Term, *arguments: Term) -> Term:
        """1 where the first argument is the one that counts."""
        value = self.numbers.settled(self.numbers.share(y.value, *(a.value for a in arguments)))
        return self._slope(call("1", Expr("equals", (arguments[0].formula, y.formula))), value)

    def direction(self, x: Term, norm: Term) -> Term:
        """x/‖x‖, and 0 where that is 0/0."""
        value = self.numbers.settled(self.numbers.direction(x.value, norm.value))
        if norm.value == 0:
            return self._slope(call("norm'", x.formula), value)
        return Term((x / norm).formula, value)

    def row_sum(self, x: Term) -> Term:
        """Sums along the last axis; softmax in softmax doubles them, so long ones are cut."""
        inner = x.formula if _size(x.formula) <= MOST_SIZE else CUT
        return Term(call("sum", inner), self.numbers.row_sum(x.value))

    def size(self, x: Term) -> int:
        """The number of elements, which is the same in symbols."""
        return int(self.numbers.size(x.value))

    def put_back(self, g: Term, x: Term, index: tuple[int, ...]) -> Term:
        """g at one place, zeros elsewhere."""
        return Term(call("at", g.formula, *index), self.numbers.put_back(g.value, x.value, index))

    def fit(self, g: Any, like: Term) -> Term:
        """Summed over the axes that were broadcast, which the formula then says."""
        g = as_term(g)
        value = self.numbers.fit(g.value, like.value)
        summed = getattr(value, "shape", ()) != getattr(g.value, "shape", ())
        return Term(call("sum", g.formula), value) if summed else Term(g.formula, value, g.wide)

    def is_finite(self, term: Any) -> bool:
        """Whether its value is no NaN and no infinity."""
        return bool(self.numbers.is_finite(as_term(term).value))

    def settled(self, term: Term) -> Term:
        """The term with its value as it is kept."""
        return Term(term.formula, self.numbers.settled(term.value), term.wide)


def formula_of(each: Instruction, terms: Sequence[Term]) -> Formula:
    """An operation on terms, as it is written."""
    parts: list[Any] = [terms[place].formula for place in each.arguments]
    if each.node.operation == "element":
        parts.append(each.node.at)
    return written(each.node.operation, *parts)
