"""Equations as formulas, and formulas with their values: what the rules of differentiation
compute with in the working."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from dlcalc.derive.operations import OPERATIONS, World, formula, lines_of
from dlcalc.formulas.expressions import Expr, call, hadamard, indexed, matmul, mul, symbol
from dlcalc.formulas.products import Apart, elementwise, is_number, product, size_of

if TYPE_CHECKING:
    from dlcalc.derive.tape import Instruction

Formula = Any
"""An expression, or a bare number."""
CUT = symbol("…")
"""What stands for a formula too long to be written out."""


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


def sum_of(*terms: Formula) -> Formula:
    """A sum, in which negative terms are taken away."""
    whole: Formula = terms[0]
    for each in terms[1:]:
        negative = isinstance(each, Expr) and each.kind == "neg"
        kind, part = ("sub", each.args[0]) if negative else ("add", each)
        joins = kind == "add" and isinstance(whole, Expr) and whole.kind == "add"
        parts = part.args if kind == "add" and getattr(part, "kind", "") == "add" else (part,)
        whole = Expr(kind, (*whole.args, *parts) if joins else (whole, *parts))
    return whole


def along(axis: Any) -> str:
    """An axis, or several, as they are written: axis=0, axis=(0, 1)."""
    return f"axis={axis[0] if isinstance(axis, tuple) and len(axis) == 1 else axis}"


def _settings(options: dict[str, Any]) -> Iterator[str]:
    """Options as they are written: axis=0."""
    for name, value in options.items():
        if name == "axis" and value is not None:
            yield along(value)
        elif value is not None:
            yield f"{name}={'yes' if value is True else 'no' if value is False else value}"


def turned(whole: Formula) -> Formula:
    """A matrix transposed; twice is as it was."""
    kind = getattr(whole, "kind", "")
    return whole.args[0] if kind == "transpose" else Expr("transpose", (whole,))


def aligned(whole: Formula, axes: Sequence[int], rank: int) -> Formula:
    """An array whose axes stand at these places of `rank` ones, the others of size one."""
    order = sorted(range(len(axes)), key=axes.__getitem__)
    if order != sorted(order):
        whole = call("transpose", whole, *order)
    missing = tuple(each for each in range(rank) if each not in axes)
    return call("expand", whole, along(missing)) if missing and axes else whole


def squeezed(whole: Formula, axis: Any) -> Formula:
    """Without axes of size one; sums that kept them need not."""
    kept = (along(axis), "keepdims=yes")
    if getattr(whole, "kind", "") == "call" and whole.args[0] == "sum" and whole.args[2:] == kept:
        return call("sum", whole.args[1], kept[0])
    return call("squeeze", whole, kept[0])


def _aligned_back(whole: Formula, axes: Sequence[int], rank: int) -> Formula:
    """An array with its axes where they were before they were aligned."""
    missing = tuple(each for each in range(rank) if each not in axes)
    whole = squeezed(whole, missing) if missing else whole
    order = sorted(range(len(axes)), key=axes.__getitem__)
    if order == sorted(order):
        return whole
    return call("transpose", whole, *(order.index(n) for n in range(len(axes))))


def written(operation: str, *arguments: Formula, **options: Any) -> Formula:
    """An operation on formulas, as a formula."""
    if operation in WRITTEN:
        return formula(operation, "written")(_PARTS, *arguments, **options)
    return call(operation, *arguments, *_settings(options))


WRITTEN, DRAWN = lines_of("written"), lines_of("drawn")
"""Operations that are not written as functions of their names; those of whole arrays."""
_PARTS: World = World(
    call=call, expr=lambda kind, *args: Expr(kind, args), mul=mul, hadamard=hadamard,
    matmul=matmul, indexed=indexed, signed_sum=sum_of, settings=_settings, aligned=aligned,
    squeezed=squeezed, written=written, product=product, turned=turned, aligned_back=_aligned_back,
    # softmax in softmax doubles sums, so long ones are cut
    short=lambda whole: whole if size_of(whole) <= MOST_SIZE else CUT,
    outer=lambda a, b: formula("times_transposed", "drawn")(_PARTS, a, b),
    all_but=lambda first: tuple(range(first, 0)),
    along=lambda axis, whole, place: _along(axis, whole, place),
)
"""What they are written with."""


def formula_of(each: Instruction, terms: Sequence[Term]) -> Formula:
    """An operation on terms, as it is written; what letters count as the numbers themselves."""
    parts: list[Any] = [terms[place].formula for place in each.arguments]
    counted = any(isinstance(part, tuple) for part in parts)
    if each.node.operation == "places" or (counted and each.node.operation in COUNTING):
        return _numbers(terms[each.place].value.astype(int).tolist())
    return written(each.node.operation, *parts, **each.node.options)


COUNTING = ("align", "add", "neg", "mul", "from_0")
"""Operations on what letters count, within an index."""


def _numbers(value: Any) -> Any:
    return tuple(map(_numbers, value)) if isinstance(value, list) else value


Shape = tuple[int, ...]


class Term:
    """A formula and its value: what the rules of differentiation compute with here.

    Products and quotients are gathered as they arise, so that −1·(1/y)·t reads −t/y.
    """

    def __init__(
        self, formula: Formula, value: Any, shape: Shape | None = None, name: Expr | None = None
    ) -> None:
        self.formula = formula
        self.value = value
        self.name = name
        """What its whole value is called, where the formula is but a number."""
        self.shape: Shape = getattr(value, "shape", ()) if shape is None else shape
        """That of the formula: a number that is spread over an array is still one."""

    def __neg__(self) -> Term:
        return Term(product(-1, self.formula), -self.value, self.shape)

    def __add__(self, other: Any) -> Term:
        # Gradients come to a quantity from the last place it stands in back to the first.
        a, b = self, as_term(other)
        return Term(sum_of(b.formula, a.formula), a.value + b.value, _joint(a, b))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        return Term(Expr("sub", (a.formula, b.formula)), a.value - b.value, _joint(a, b))

    def __rsub__(self, other: Any) -> Term:
        return as_term(other) - self

    def __mul__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        join = elementwise if a.shape and b.shape else product
        if differ_in_rank(a, b):
            join = hadamard
        return Term(join(a.formula, b.formula), a.value * b.value, _joint(a, b))

    def __rmul__(self, other: Any) -> Term:
        return as_term(other) * self

    def __truediv__(self, other: Any) -> Term:
        a, b = self, as_term(other)
        if differ_in_rank(a, b):
            formula: Formula = Apart("div", (a.formula, b.formula))
        else:
            formula = product(a.formula, Expr("div", (1, b.formula)))
        return Term(formula, a.value / b.value, _joint(a, b))

    def __rtruediv__(self, other: Any) -> Term:
        return as_term(other) / self

    def __pow__(self, other: Any) -> Term:
        a, n = self, as_term(other)
        return Term(Expr("pow", (a.formula, n.formula)), a.value**n.value, _joint(a, n))

    @property
    def full(self) -> Term:
        """The term with a formula of its value's own shape, where that matters."""
        shape = getattr(self.value, "shape", ())
        same = self.shape == shape
        if same:
            return self
        whole = call("broadcast", self.formula, *shape) if self.name is None else self.name
        return Term(whole, self.value)


def as_term(value: Any) -> Term:
    """A number as a term of itself."""
    return value if isinstance(value, Term) else Term(value, value)


def differ_in_rank(*terms: Term) -> bool:
    """Whether arrays among terms have different numbers of axes."""
    return len({len(each.shape) for each in terms if each.shape}) > 1


def _joint(*terms: Term) -> Shape:
    """The shape of formulas that are taken together element by element."""
    sizes = zip_longest(*(each.shape[::-1] for each in terms), fillvalue=1)
    return tuple(map(max, sizes))[::-1]


SLOPES = {"step": "relu'", "sign": "abs'"}
"""Slopes that are known by a name of their own."""
MOST_SIZE = 500
"""Parts of a sum in a formula that is still written out."""
CARRIED: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "conv_input": ("conv", 0, (1, 0)), "conv_kernel": ("conv", 1, (0, 1)),
    "put_back": ("element", 0, ()),
    **{f"{name}_back": (name, 0, ()) for name in ("pick", "cumsum", "trace", "maxpool", "avgpool")},
}
"""Functions that carry a gradient back: through which operation, to which of its arguments, and
these by their places behind the gradient."""
_WHOLE = ("matmul", "conv", "softmax", "sum", "mean")
"""Functions of whole arrays that are written by their names; all others act element by element."""


class Symbols:
    """The functions of the table of operations, on formulas with their values."""

    def __init__(self, numbers: Any, known: dict[Expr, Any]) -> None:
        self.numbers = numbers
        self.known = known
        """Values of symbols, and of the slopes that have a name in place of a formula."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ("size", "inverse", "is_batch"):  # the same in symbols
            return lambda *terms, **options: self._number(name, *terms, **options)
        if name == "centred":
            return lambda x, **options: formula(name, "follows")(self, x, **options)
        if name in CARRIED:
            operation, place, order = CARRIED[name]
            return lambda g, *given, **options: self._carried(
                g, operation, place, [given[each] for each in order] or given, **options
            )

        def function(*arguments: Any, **options: Any) -> Term:
            terms = [as_term(each) for each in arguments]
            value = self._number(name, *terms, **options)
            if name in DRAWN:
                terms = [each.full for each in terms]
                return Term(formula(name, "drawn")(_PARTS, *terms, **options), value)
            if name in _WHOLE:
                terms = [each.full for each in terms]
            settings = options if any(each.shape for each in terms) else {}
            whole = written(name, *(each.formula for each in terms), **settings)
            if name in SLOPES:
                whole = call(SLOPES[name], *whole.args[1:])
                self.known[whole] = value
            return Term(whole, value, None if name in _WHOLE else _joint(*terms))

        return function

    def _number(self, name: str, *terms: Any, **options: Any) -> Any:
        values = [each.value if isinstance(each, Term) else each for each in terms]
        return self.numbers.settled(getattr(self.numbers, name)(*values, **options))

    def _is_shared(self, value: Any) -> bool:
        return any(0 < part < 1 for part in self.numbers.flat(value))

    def share(self, y: Term, *arguments: Term) -> Term:
        """1 where the first argument is the one that counts."""
        value = self._number("share", y, *arguments)
        same = [Expr("relation", ("==", each.formula, y.formula)) for each in arguments]
        formula = same[0] / Expr("add", tuple(same)) if self._is_shared(value) else same[0]
        return Term(formula, value, _joint(y, arguments[0]))

    def part(self, y: Term, x: Term, **options: Any) -> Term:
        """1 where an element is the one that counts, shared among equal ones."""
        value = self._number("part", y, x, **options)
        same = Expr("relation", ("==", x.formula, y.formula))
        count = written("sum", same, axis=options.get("axis"), keepdims=True)
        return Term(same / count if self._is_shared(value) else same, value)

    def direction(self, x: Term, norm: Term) -> Term:
        """x/‖x‖, and 0 where that is 0/0."""
        value, below = self._number("direction", x, norm), norm
        if any(each == 0 for each in self.numbers.flat(norm.value)):
            zero = Expr("relation", ("==", norm.formula, 0))
            below = Term(call("where", zero, 1, norm.formula), norm.value + 1, norm.shape)
        return Term((x / below).formula, value, _joint(x, norm))

    def power_slope(self, a: Term, n: Any) -> Term:
        """n·aⁿ⁻¹, which is 0 for a power of 0."""
        n = as_term(n)
        value = self._number("power_slope", a, n)
        if is_number(n.formula) and n.formula in (0, 1):
            return Term(n.formula, value, ())
        below = n.formula - 1
        power = a.formula if is_number(below) and below == 1 else Expr("pow", (a.formula, below))
        join = hadamard if differ_in_rank(a, n) else product
        return Term(join(n.formula, power), value, _joint(a, n))

    def exponent_slope(self, y: Term, a: Term) -> Term:
        """y·ln a for y = aⁿ."""
        value = self._number("exponent_slope", y, a)
        join = hadamard if differ_in_rank(y, a) else product
        return Term(join(y.formula, call("ln", a.formula)), value, _joint(y, a))

    def back_again(self, h: Term, *given: Term, place: int, **options: Any) -> Term:
        """A gradient of back(…), which is written by another."""
        return self._carried(h, "back", place, given, **options)

    def curve(self, x: Term, function: str) -> Term:
        """The slope of a slope."""
        return self._carried(1, "slope", 0, (x,), function=function)

    def prod_back(self, g: Term, y: Term, x: Term, **options: Any) -> Term:
        """g·y/x, where no x is 0."""
        if 0 in self.numbers.flat(x.value):
            return self._carried(g, "prod", 0, (x,), **options)
        return self.spread(g, x, **options) * self.spread(y, x, **options) / x

    def spread(self, g: Term, like: Term, **options: Any) -> Term:
        """g in each element along axes that were summed; it says which, where it must."""
        value = self.numbers.spread(g.value, like.value, **options)
        axis, rank = options.get("axis"), len(getattr(like.value, "shape", ()))
        if not g.shape or options.get("keepdims") or axis is None:
            return Term(g.formula, value, g.shape)
        axes = sorted(each % rank for each in ((axis,) if isinstance(axis, int) else axis))
        if axes == [*range(len(axes))]:
            return Term(g.formula, value, g.shape)
        shape = tuple(1 if n in axes else size for n, size in enumerate(value.shape))
        return Term(call("expand", g.full.formula, along(axis)), value, shape)

    def expand(self, x: Term, axis: Any) -> Term:
        """x with a new axis; a number that is spread needs none."""
        value = self.numbers.expand(x.value, axis=axis)
        if not x.shape:
            return Term(x.formula, value, ())
        return Term(call("expand", x.full.formula, along(axis)), value)

    def fit(self, g: Any, like: Term) -> Term:
        """Summed over the axes that were broadcast, which the formula then says."""
        g = as_term(g)
        value = self.numbers.fit(g.value, like.value)
        before, after = (getattr(each, "shape", ()) for each in (g.value, value))
        if before == after or len(before) < len(after):
            return Term(g.formula, value, g.shape)
        formula, extra = g.full.formula, len(before) - len(after)
        grown = tuple(n for n, size in enumerate(after) if size == 1 < before[n + extra])
        if not after:
            return Term(call("sum", formula), value)
        for axes, kept in ((tuple(range(extra)), ()), (grown, ("keepdims=yes",))):
            if axes:
                formula = call("sum", formula, along(axes), *kept)
        return Term(formula, value)

    def part_of(self, g: Term, parts: tuple[Term, ...], place: int, axis: int = 0) -> Term:
        """What of concatenated parts belongs to one of them."""
        values = [each.value for each in parts]
        value = self.numbers.part_of(g.value, values, place, axis)
        shapes = [self.numbers.shape(each) for each in values]
        ends = [sum(shape[axis] if shape else 1 for shape in shapes[:n])
                for n in (place, place + 1)]
        at = slice(*ends) if shapes[place] else ends[0]
        return Term(indexed(g.full.formula, _along(axis, g, at)), value)

    def reshape_like(self, g: Term, x: Term) -> Term:
        """g in the shape of x."""
        value, shape = self._number("reshape_like", g, x), self.numbers.shape(x.value)
        if self.numbers.shape(g.value) == shape:
            return Term(g.formula, value, g.shape)
        formula = g.full.formula
        return Term(call("reshape", formula, *shape) if shape else call("sum", formula), value)

    def _carried(
        self, g: Any, operation: str, place: int, given: Sequence[Any], **options: Any
    ) -> Term:
        """A gradient carried back through an operation, which the formula names."""
        options.pop("shared", None)  # a framework's way with ties, which its operation knows
        g, known = as_term(g).full, {"of": operation, "at": place, "options": options}
        values = [each.value for each in given]
        value = OPERATIONS["back"].value(self.numbers, g.value, *values, **known)
        formulas = (as_term(each).full.formula for each in given)
        return Term(written("back", g.formula, *formulas, **known), value)

    def settled(self, term: Term) -> Term:
        """The term with its value as it is kept."""
        return Term(term.formula, self.numbers.settled(term.value), term.shape)


def _along(axis: int, whole: Term, place: Any) -> tuple[Any, ...]:
    """The index of a place along an axis."""
    return (*(slice(None),) * (axis % len(whole.value.shape)), place)
