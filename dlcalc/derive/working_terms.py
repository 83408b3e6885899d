"""Formulas with their values: what the rules of differentiation compute with in the working."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlcalc.derive.working_formulas import CUT, Formula, sum_of, written
from dlcalc.formulas.expressions import Expr, call, transpose
from dlcalc.formulas.products import elementwise, is_number, product, size_of
from dlcalc.formulas.writer import place_text


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
        return Term(product(-1, self.formula), -self.value, self.wide)

    def __add__(self, other: Any) -> Term:
        # Gradients come to a quantity from the last place it stands in back to the first.
        a, b = self, as_term(other)
        return Term(sum_of(b.formula, a.formula), a.value + b.value)

    def __radd__(self, other: Any) -> Term:
        return self + as_term(other)

    def __sub__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        if is_number(a.formula) and is_number(b.formula):
            return Term(a.formula - b.formula, a.value - b.value)
        return Term(Expr("sub", (a.formula, b.formula)), a.value - b.value)

    def __rsub__(self, other: Any) -> Term:
        return as_term(other) - self

    def __mul__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        value = a.value * b.value
        if a.wide and b.wide:
            return Term(elementwise(a.formula, b.formula), value)
        return Term(product(a.formula, b.formula), value, a.wide or b.wide)

    def __rmul__(self, other: Any) -> Term:
        return as_term(other) * self

    def __truediv__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        formula = product(a.formula, Expr("div", (1, b.formula)))
        return Term(formula, a.value / b.value, a.wide or b.wide)

    def __rtruediv__(self, other: Any) -> Term:
        return as_term(other) / self

    def __pow__(self, other: Any) -> Term:
        a, n = self, as_term(other)
        if is_number(n.formula) and n.formula in (0, 1):
            return a if n.formula else Term(1, a.value**0)
        return Term(Expr("pow", (a.formula, n.formula)), a.value**n.value)


def as_term(value: Any) -> Term:
    """A number as a term of itself."""
    return value if isinstance(value, Term) else Term(value, value)


SLOPES = {"step": "relu'", "sign": "abs'"}
"""Slopes that are known by a name of their own."""
MOST_SIZE = 500
"""Parts of a sum in a formula that is still written out."""


class Symbols:
    """The functions of the table of operations, on formulas with their values."""

    def __init__(self, numbers: Any, known: dict[Expr, Any]) -> None:
        self.numbers = numbers
        self.known = known
        """Values of symbols, and of the slopes that have a name in place of a formula."""

    def __getattr__(self, name: str) -> Callable[..., Term]:
        def function(*arguments: Any, **options: Any) -> Term:
            terms = [each if isinstance(each, tuple) else as_term(each) for each in arguments]
            values = [each.value if isinstance(each, Term) else each for each in terms]
            value = self.numbers.settled(getattr(self.numbers, name)(*values, **options))
            formulas = [each.formula if isinstance(each, Term) else each for each in terms]
            if name in SLOPES:
                return self._slope(call(SLOPES[name], *formulas), value)
            return Term(written(name, *formulas, **options), value)

        return function

    def _slope(self, formula: Expr, value: Any) -> Term:
        self.known[formula] = value
        return Term(formula, value)

    def share(self, y: Term, *arguments: Term) -> Term:
        """1 where the first argument is the one that counts."""
        value = self.numbers.settled(self.numbers.share(y.value, *(a.value for a in arguments)))
        same = Expr("relation", ("==", arguments[0].formula, y.formula))
        single = not any(getattr(each.value, "ndim", 0) for each in arguments)
        equal = sum(each.value == y.value for each in arguments) if single else 1
        return Term(same / equal if equal > 1 else same, value)

    def part(self, y: Term, x: Term, **options: Any) -> Term:
        """1 where an element is the one that counts, shared among equal ones."""
        value = self.numbers.settled(self.numbers.part(y.value, x.value, **options))
        same = Expr("relation", ("==", x.formula, y.formula))
        return Term(same, value)

    def direction(self, x: Term, norm: Term) -> Term:
        """x/‖x‖, and 0 where that is 0/0."""
        value = self.numbers.settled(self.numbers.direction(x.value, norm.value))
        if any(each == 0 for each in self.numbers.flat(norm.value)):
            return self._slope(call("norm'", x.formula), value)
        return Term((x / norm).formula, value)

    def power_slope(self, a: Term, n: Any) -> Term:
        """n·aⁿ⁻¹, which is 0 for a power of 0."""
        n = as_term(n)
        value = self.numbers.settled(self.numbers.power_slope(a.value, n.value))
        if is_number(n.formula) and not n.formula:
            return Term(0, value)
        below = n.formula - 1
        power = a.formula if is_number(below) and below == 1 else Expr("pow", (a.formula, below))
        one = is_number(below) and below == 0
        return Term(n.formula if one else product(n.formula, power), value)

    def exponent_slope(self, y: Term, a: Term) -> Term:
        """y·ln a for y = aⁿ."""
        value = self.numbers.settled(self.numbers.exponent_slope(y.value, a.value))
        return Term(product(y.formula, call("ln", a.formula)), value)

    def kept_sum(self, x: Term, **options: Any) -> Term:
        """Sums along axes; softmax in softmax doubles them, so long ones are cut."""
        inner = x.formula if size_of(x.formula) <= MOST_SIZE else CUT
        axis = f"axis={options.get('axis', -1)}"
        return Term(call("sum", inner, axis, "keepdims=yes") if x.wide else call("sum", inner),
                    self.numbers.kept_sum(x.value, **options))  # fmt: skip

    def spread(self, g: Term, like: Term, **options: Any) -> Term:
        """g in each element along axes that were summed; it says which, where it must."""
        value = self.numbers.spread(g.value, like.value, **options)
        axis = options.get("axis")
        kept = options.get("keepdims") or axis in (None, 0) or not g.wide
        formula = g.formula if kept else call("expand", g.formula, f"axis={axis}")
        return Term(formula, value, g.wide)

    def size(self, x: Term, **options: Any) -> int:
        """The number of elements, which is the same in symbols."""
        return int(self.numbers.size(x.value, **options))

    def inverse(self, axes: Any) -> Any:
        """The axes that turn a transposed array back."""
        return self.numbers.inverse(axes)

    def put_back(self, g: Term, x: Term, *chosen: Term, index: tuple[Any, ...]) -> Term:
        """g at one place, zeros elsewhere."""
        value = self.numbers.put_back(g.value, x.value, *(e.value for e in chosen), index=index)
        return Term(call("at", g.formula, *map(place_text, index)), value)

    def transpose(self, x: Term, axes: Any = None) -> Term:
        """The last two axes exchanged, or all as asked."""
        value = self.numbers.transpose(x.value, axes=axes)
        formula = transpose(x.formula) if axes is None else call("transpose", x.formula, *axes)
        return Term(formula, value)

    def slice_of(self, g: Term, place: int, axis: int = 0) -> Term:
        """What one place of an axis holds."""
        index = (*(slice(None),) * axis, place)
        return Term(Expr("index", (g.formula, index)), self.numbers.slice_of(g.value, place, axis))

    def part_of(self, g: Term, parts: tuple[Term, ...], place: int, axis: int = 0) -> Term:
        """What of concatenated parts belongs to one of them."""
        sizes = [self.numbers.shape(each.value)[axis] for each in parts]
        start = sum(sizes[:place])
        whole = (slice(None),) * (axis % len(self.numbers.shape(g.value)))
        index = (*whole, slice(start, start + sizes[place]))
        value = self.numbers.part_of(g.value, [each.value for each in parts], place, axis)
        return Term(Expr("index", (g.formula, index)), value)

    def fit(self, g: Any, like: Term) -> Term:
        """Summed over the axes that were broadcast, which the formula then says."""
        g = as_term(g)
        value = self.numbers.fit(g.value, like.value)
        before, after = (getattr(each, "shape", ()) for each in (g.value, value))
        if before == after or len(before) < len(after):
            return Term(g.formula, value, g.wide)
        extra = len(before) - len(after)
        axes = (*range(extra), *(
            n + extra for n, size in enumerate(after) if size == 1 < before[n + extra]))
        if not after or not g.wide:
            return Term(call("sum", g.formula), value)
        axis = f"axis={axes[0] if len(axes) == 1 else axes}"
        kept = () if extra else ("keepdims=yes",)
        return Term(call("sum", g.formula, axis, *kept), value)

    def is_finite(self, term: Any) -> bool:
        """Whether its value is no NaN and no infinity."""
        return bool(self.numbers.is_finite(as_term(term).value))

    def settled(self, term: Term) -> Term:
        """The term with its value as it is kept."""
        return Term(term.formula, self.numbers.settled(term.value), term.wide)
