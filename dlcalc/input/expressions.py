"""Expressions of tables and architectures: names, arithmetic, choices, and lists.

    hidden_size // num_attention_heads      + - * / // %, comparisons, and, or, not, in
    head_dim | hidden_size // heads         the first that is given and not null
    intermediate_size if i < first else 0   one of two
    layer_types[i] == 'full_attention'      elements of lists, words in quotes, parts x[1:-1]
    [2 * n for n in sizes if n > 1]         lists made of others; two names for pairs
    round_up(x, 256)                        also min, max, len, lengths, sum, prod, range, places

A name is looked up in levels of `Fields`; what is nowhere is null.
"""

from __future__ import annotations

import _ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from math import floor, gcd, isqrt, prod

from dlcalc.errors import InputError, LimitError
from dlcalc.input.sources import text_beside
from dlcalc.typed import Any

MOST_PRIME, MOST_PRIMES = 10**8, 1000
_CONSTANTS = {"yes": True, "no": False, "null": None}


def _make_divisible(x: float, unit: int, least: int | None = None) -> int:
    """The nearest multiple of a unit that is not more than a tenth below x, as in MobileNet."""
    nearest = max(unit if least is None else least, int(x + unit / 2) // unit * unit)
    return nearest + unit if nearest < 0.9 * x else nearest


def _primes(start: int, count: int) -> list[int]:
    """So many primes, from a number on; LimitError where finding them takes long."""
    if start > MOST_PRIME or count > MOST_PRIMES:
        raise LimitError(f"{count:,} primes from {start:,} on are not looked for")
    found: list[int] = []
    number = max(start, 2)
    while len(found) < count:
        if all(number % each for each in range(2, isqrt(number) + 1)):
            found.append(number)
        number += 1
    return found


def broadcast(shapes: Iterable[Iterable[int]]) -> tuple[int, ...]:
    """The shape of arrays of these shapes that meet element by element.

    >>> broadcast([(4, 1, 3), (5, 1)])
    (4, 5, 3)
    """
    ends = zip_longest(*map(reversed, map(list, shapes)), fillvalue=1)
    return tuple(max(sizes) if min(sizes) else 0 for sizes in ends)[::-1]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "round_up": lambda x, unit: -(-x // unit) * unit, "ceil_div": lambda x, y: -(-x // y),
    "make_divisible": _make_divisible, "primes": _primes, "pow": pow, "gcd": gcd,
    "min": min, "max": max, "len": len, "sum": sum, "prod": prod, "int": int,
    "round": round, "floor": floor, "str": str, "ratio": operator.truediv,
    "range": lambda *ends: list(range(*ends)), "is_list": lambda x: isinstance(x, list),
    "is_whole": lambda x: isinstance(x, int) and not isinstance(x, bool),
    "starts": lambda x, start: str(x).startswith(start),
    "ends": lambda x, end: str(x).endswith(end),
    "lengths": lambda lists: [len(each) for each in lists],
    "places": lambda values, value: [at for at, each in enumerate(values) if each == value],
    "zip": lambda *lists: zip(*lists, strict=True), "enumerate": enumerate,
    "broadcast": lambda shapes: [*broadcast(shapes)],
}

Evaluate = Callable[[Any], Any]
"""What an expression comes to for names, which `get` gives their values."""


class Expression:
    """An expression, read when its value is first wanted, to be evaluated often."""

    __slots__ = ("evaluate", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.evaluate: Evaluate | None = None

    def __call__(self, fields: Fields) -> Any:
        """Its value; InputError where a field that it needs is missing or of another type."""
        if self.evaluate is None:
            self.evaluate = read_expression(self.text.strip())
        try:
            return self.evaluate(fields)
        except (TypeError, ArithmeticError, IndexError, ValueError):
            raise InputError(fields.complaint(self.text)) from None


class Fields:
    """Names and what they stand for, in levels; the first that knows a name gives it.

    What stands there may be found by a function of the names, as an expression is.
    """

    def __init__(self, *levels: Mapping[str, Any]) -> None:
        self.levels = levels
        self.scope: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        """The variables of the loops around with what is set for a part alone, and the values
        that come of them."""
        self.varies = False
        """Whether one of these has been read."""
        self.read: set[str] = set()
        self._known: dict[str, Any] = {}
        self._from: dict[str, int] = {}

    def get(self, name: str) -> Any:
        """The value of a name, null where nothing gives one."""
        variables, bound = self.scope
        if name in variables:
            self.varies = True
            return variables[name]
        if name in self._known:
            return self._known[name]
        if name in bound:
            self.varies = True
            return bound[name]
        if "." in name and (inner := self._nested(name)) is not None:
            return inner
        first = self._from.get(name, 0)
        for at in range(first, len(self.levels)):
            if name in self.levels[at]:
                value, varies = self.levels[at][name], False
                if callable(value):
                    # A definition may name what it replaces: the levels behind are meant.
                    self._from[name] = at + 1
                    around, self.varies = self.varies, False
                    value = value(self)
                    varies, self.varies = self.varies, self.varies or around
                    self._from[name] = first
                self.read.add(name)
                break
        else:
            value, varies = None, False
        if not first:
            (bound if varies else self._known)[name] = value
        return value

    def named(self) -> set[str]:
        """Names in the definitions that hold, whether they have been read or not."""
        holding: dict[str, Expression] = {}
        for level in reversed(self.levels):
            holding.update({
                name: value for name, value in level.items() if isinstance(value, Expression)
            })
        return {name for each in holding.values() for name in names(each.text)}

    def _nested(self, name: str) -> Any:
        outer, dot, inner = name.rpartition(".")
        value = self.get(outer) if dot else None
        return value.get(inner) if isinstance(value, dict) else None

    def complaint(self, text: str) -> str:
        """What is wrong with an expression that has no value."""
        found = names(text)
        missing = [each for each in found if self.get(each) is None]
        if missing:
            return f"field {missing[0]!r} is missing; {text} needs it"
        import json

        given = ", ".join(f"{each} {json.dumps(self.get(each))}" for each in dict.fromkeys(found))
        return f"no value comes of {given}: {text.strip()}"


def names(text: str) -> list[str]:
    """The names in an expression, in its order, but those of its own lists.

    >>> names("min(width, 3) if kind == 'a' else [2 * n for n in depths]")
    ['width', 'kind', 'depths']
    """
    own = {*FUNCTIONS, *_KEYWORDS, *", ".join(re.findall(r"\bfor (.+?) in ", text)).split(", ")}
    found = re.findall(r"[A-Za-z_][\w.]*", re.sub("'[^']*'", "", text))
    return [each for each in found if each not in own]


_KEYWORDS = {"and", "or", "not", "in", "if", "else", "for", *_CONSTANTS}


def read_expression(text: str) -> Evaluate:
    """What evaluates an expression, which the parser of Python reads: its grammar is the same.

    >>> read_expression("2*n + 1")({"n": 3})
    7
    """
    if text.isidentifier():  # as most are, which need no parser
        return _named(text)
    try:
        tree: Any = compile(text, "", "eval", _ast.PyCF_ONLY_AST)
        return _built(tree.body)
    except (SyntaxError, KeyError):
        raise InputError(f"{text!r} is no expression") from None


def _built(node: Any) -> Evaluate:
    return _BUILT[type(node).__name__](node)


def _constant(value: Any) -> Evaluate:
    return lambda fields: value


def _name(node: Any) -> Evaluate:
    parts = list[str]()
    while isinstance(node, _ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    return _named(".".join([node.id, *parts]))


def _named(name: str) -> Evaluate:
    if name in _CONSTANTS:
        return _constant(_CONSTANTS[name])
    return lambda fields: fields.get(name)


def _and_or(node: Any) -> Evaluate:
    first, *others = map(_built, node.values)
    for each in others:
        first = _BINARY[type(node.op).__name__](first, each)
    return first


def _compared(node: Any) -> Evaluate:
    [sign], [right] = node.ops, node.comparators
    return _BINARY[type(sign).__name__](_built(node.left), _built(right))


def _unary(node: Any) -> Evaluate:
    value = _built(node.operand)
    if isinstance(node.op, _ast.Not):
        return lambda fields: not value(fields)
    return lambda fields: -value(fields)


def _chosen(node: Any) -> Evaluate:
    test, value, other = map(_built, (node.test, node.body, node.orelse))
    return lambda fields: value(fields) if test(fields) else other(fields)


def _called(node: Any) -> Evaluate:
    function, given = FUNCTIONS[node.func.id], [*map(_built, node.args)]
    return lambda fields: function(*[each(fields) for each in given])


def _sliced(node: Any) -> Evaluate:
    ends = [each and _built(each) for each in (node.lower, node.upper)]
    return lambda fields: slice(*[each and each(fields) for each in ends])


def _list(node: Any) -> Evaluate:
    parts = [*map(_built, node.elts)]
    return lambda fields: [each(fields) for each in parts]


class _Turn:
    """The names of one turn of a comprehension before all others."""

    def __init__(self, around: Any, own: Mapping[str, Any]) -> None:
        self.around, self.own = around, own

    def get(self, name: str) -> Any:
        return self.own[name] if name in self.own else self.around.get(name)


def _comprehension(node: Any) -> Evaluate:
    [loop] = node.generators
    made, over, tests = _built(node.elt), _built(loop.iter), [*map(_built, loop.ifs)]
    pairs = isinstance(loop.target, _ast.Tuple)
    names = [each.id for each in (loop.target.elts if pairs else [loop.target])]

    def evaluate(fields: Any) -> list[Any]:
        turns = (
            _Turn(fields, dict(zip(names, each if pairs else [each], strict=True)))
            for each in over(fields)
        )
        return [made(turn) for turn in turns if all(test(turn) for test in tests)]

    return evaluate


_BUILT: dict[str, Callable[[Any], Evaluate]] = {
    "Constant": lambda node: _constant(node.value), "Name": _name, "Attribute": _name,
    "BoolOp": _and_or, "Compare": _compared, "UnaryOp": _unary, "IfExp": _chosen, "Call": _called,
    "List": _list, "Slice": _sliced, "ListComp": _comprehension,
    "BinOp": lambda node: _BINARY[type(node.op).__name__](_built(node.left), _built(node.right)),
    "Subscript": lambda node: _applied(_place)(_built(node.value), _built(node.slice)),
}
"""What evaluates each part of an expression."""


def _applied(function: Callable[[Any, Any], Any]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    return lambda left, right: lambda fields: function(left(fields), right(fields))


def _divided(a: Any, b: Any) -> Any:
    from fractions import Fraction

    ratio = Fraction(a) / Fraction(b)
    return ratio.numerator if ratio.denominator == 1 else ratio


_BINARY: dict[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "Or": lambda left, right: lambda fields: left(fields) or right(fields),
    "And": lambda left, right: lambda fields: left(fields) and right(fields),
    "Eq": _applied(operator.eq), "NotEq": _applied(operator.ne), "Lt": _applied(operator.lt),
    "LtE": _applied(operator.le), "Gt": _applied(operator.gt), "GtE": _applied(operator.ge),
    "In": _applied(lambda a, b: a in b), "NotIn": _applied(lambda a, b: a not in b),
    # The first that is given.
    "BitOr": lambda left, right: lambda fields: (
        right(fields) if (found := left(fields)) is None else found
    ),
    "Add": _applied(operator.add), "Sub": _applied(operator.sub),
    "Mult": _applied(operator.mul), "Div": _applied(_divided),
    "FloorDiv": _applied(operator.floordiv), "Mod": _applied(operator.mod),
}
"""The signs between two values."""


def _place(values: Any, at: Any) -> Any:
    if isinstance(values, dict):  # layers by number may be written "05"
        keys = [key for key in values if key == at or (key.isdigit() and int(key) == at)]
        return values[keys[0]] if keys else None
    return None if values is None else values[at]


def facts(text: str) -> dict[str, Expression]:
    """Facts as the tables write them, a semicolon between two.

    >>> {name: each.text for name, each in facts("a = 1; b = 'c d' if e else f").items()}
    {'a': '1', 'b': "'c d' if e else f"}
    """
    found = {}
    for part in filter(str.strip, text.split(";")):
        name, _, value = part.partition("=")
        found[name.strip()] = Expression(value.strip())
    return found


def mistakes(
    module: str, name: str, given: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The slips of a table in a file beside a module that may have been made with what was given:
    each in words, and with it the values that it puts in place of others.

    Each is a line of its own, `words | condition | name = value; name = value`.
    """
    for line in text_beside(module, name).splitlines():
        words, condition, instead = line.split(" | ")
        if read_expression(condition)(given):
            yield words, {
                key: read_expression(each.text)(given) for key, each in facts(instead).items()
            }


def sentences(module: str, name: str, part: str, known: Mapping[str, Any]) -> Iterator[str]:
    """The sentences of a part that hold, with their numbers, of a table in a file beside a module.

    Each is a line of its own, `part condition: words`; others begin with #.
    """
    for line in text_beside(module, name).splitlines():
        head, _, words = line.partition(": ")
        kind, _, condition = head.partition(" ")
        if kind == part and read_expression(condition)(known):
            yield words.format_map(known)
