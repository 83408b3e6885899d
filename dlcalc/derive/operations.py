"""The table of operations: the value of each, and the derivative in each of its arguments.

A derivative is the gradient g that enters an operation y = φ(a, b, …), carried over to
one of its arguments. The rules are written once, in operations.txt, with operators and with the
functions of a world f: Python's numbers, below, NumPy's arrays (`arrays`), and the formulas of
the working, which are symbols with their numbers.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache, partial

from dlcalc.errors import ShapeError
from dlcalc.numbers.parse import parse_number
from dlcalc.typed import Any, NamedTuple

Value = Any
"""A number, an array, or a formula."""


class Operation(NamedTuple):
    """What an operation gives, and how a gradient goes back through it."""

    value: Callable[..., Value]
    """f, the arguments and the options → y."""
    pull: Callable[..., Value]
    """f, g, y, the arguments, the place of one of them, the options → g carried over to it."""


class Function(NamedTuple):
    """How an operation is called in equations."""

    operation: str
    """The operation that it is."""
    least: int = 1
    """The arguments that must be given."""
    defaults: tuple[tuple[str, float | None], ...] = ()
    """Numbers that may stand behind them, by name, and what they are if not given; None must be
    given."""
    options: tuple[str, ...] = ()
    """Options that may stand last, as axis=0."""
    most: int = 1
    """Arguments at most, those of `defaults` among them."""


def table(name: str) -> list[str]:
    """The lines of a table beside this module."""
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if line and line[0] != "#"]


def _entries() -> dict[str, dict[str, list[str]]]:
    """Of each operation its parameters, under "", and its lines, by their first words."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in table("operations.txt"):
        word, _, rest = line.strip().partition(" ")
        if line[0] != " ":
            entry = found[word] = {"": [rest]}
        elif word == "as":
            entry.update(found[rest])
        else:
            entry.setdefault(word, []).append(rest)
    return found


_ENTRIES = _entries()


def lines_of(word: str) -> dict[str, list[str]]:
    """The lines of that word, of the operations that have some."""
    return {name: entry[word] for name, entry in _ENTRIES.items() if word in entry}


SLOPES = tuple(lines_of("slope"))
"""Functions of one argument, element by element."""
FLAT = tuple(lines_of("flat"))
"""Operations that carry no gradient: theirs is 0, or none is wanted."""
KINKS = {name: words for name, [words] in lines_of("kink").items()}
"""Operations without a derivative somewhere, and what is taken for it there."""
CORNERS = {name: tuple(map(int, places.split())) for name, [places] in lines_of("bends").items()}
"""Where they bend, of those that bend at fixed places."""


class World:
    """Functions by their names: those given, and those that follow from them.

    >>> World(gt=lambda a, b: int(a > b)).step(3)
    1
    """

    def __init__(self, **functions: Callable[..., Value]) -> None:
        self.__dict__.update(functions)

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if "follows" not in _ENTRIES.get(name, ()):
            raise AttributeError(name)
        return partial(formula(name, "follows"), self)

    def but(self, **functions: Callable[..., Value]) -> World:
        """The same world with some other functions."""
        return type(self)(**{**self.__dict__, **functions})


def carries(operation: str, place: int) -> bool:
    """Whether a gradient goes back to an argument: not to one by which an operation chooses.

    >>> carries("where", 0), carries("where", 1), carries("stop", 0)
    (False, True, False)
    """
    if place and operation in ("element", "pick"):
        return False
    return operation not in FLAT and (place > 0 or operation != "where")


def _carried_back(
    f: Any, g: Value, given: tuple[Value, ...], of: str, at: int, options: Any
) -> Value:
    """A gradient g of an operation on what is given, as one of the argument at a place."""
    operation = OPERATIONS[of]
    y = operation.value(f, *given, **options)
    return f.like(operation.pull(f, f.gradient_of(g, y), y, given, at, **options), given[at])


def slope_of(f: Any, x: Value, function: str) -> Value:
    """The slope of a function of one argument: relu'(x)."""
    return OPERATIONS[function].pull(f, 1, OPERATIONS[function].value(f, x), (x,), 0)


_KNOWN: dict[str, Any] = {
    "len": len, "any": any, "sum_of": sum, "product_of": math.prod, "slope_of": slope_of,
    "carried_back": _carried_back, "pi": math.pi, "ROOT_2_PI": (2 / math.pi) ** 0.5,
    "CUBIC": 0.044715, "SCALE": 1.0507009873554805, "ALPHA": 1.6732632423543772,
}
"""What formulas of the table may name beside the functions of a world."""
_CALL = re.compile(rf"(?<![\w.])(?!(?:{'|'.join(_KNOWN)})\()([a-z]\w*)(?=\()")


@cache
def formula(name: str, word: str, place: int = 0, **constants: float) -> Callable[..., Value]:
    """A formula of the table, of an operation's lines of that word the one at a place; with other
    constants, where a framework has others."""
    entry = _ENTRIES[name]
    [given] = entry[""]
    parameters = {
        "slope": "x, y", "back": f"g, y, {given}", "bent": f"y, {given}",
        "each": f"g, y, given, place{re.sub('.*[*](others|given|chosen|parts)', '', given)}",
    }.get(word, given)
    code, known = _CALL.sub(r"f.\1", entry[word][place]), {**_KNOWN, **constants}
    return eval(f"lambda f, {parameters}: {code}", known)  # type: ignore[no-any-return]  # noqa: S307


def misfits_of(name: str, known: dict[str, Any]) -> list[Callable[..., str]]:
    """What tells why an operation cannot take its arguments, by what is `known`."""
    entry = _ENTRIES.get(name, {})
    return [eval(f"lambda {entry[''][0]}: {line}", known)  # noqa: S307
            for line in entry.get("misfit", ())]


class _Operations(dict[str, Operation]):
    """Operations by name, each made of its formulas when it is first asked for."""

    def __contains__(self, name: object) -> bool:
        known = not {"slope", "back", "each", "flat"}.isdisjoint(_ENTRIES.get(str(name), ()))
        return known or super().__contains__(name)  # as a framework has it, under another name

    def __missing__(self, name: str) -> Operation:
        self[name] = operation_of(name)
        return self[name]


def operation_of(name: str, **constants: float) -> Operation:
    """An operation of the table, with other constants where a framework has others."""
    entry, made = _ENTRIES[name], partial(formula, name, **constants)
    value = made("value") if "value" in entry else (
        lambda f, *given, **options: getattr(f, name)(*given, **options))
    return Operation(value, _pull_of(entry, made))


def _pull_of(
    entry: dict[str, list[str]], made: Callable[..., Callable[..., Value]]
) -> Callable[..., Value]:
    if "slope" in entry:
        slope = made("slope")
        return lambda f, g, y, given, place: g * slope(f, given[0], y)
    if "back" in entry:
        pulls = [made("back", place) for place in range(len(entry["back"]))]
        return lambda f, g, y, given, place, **options: pulls[place](f, g, y, *given, **options)
    if "each" in entry:
        return made("each")
    return lambda f, g, y, given, place, **options: 0 * g


OPERATIONS = _Operations()
"""Every operation."""


FUNCTIONS: dict[str, Function] = {name: Function(name) for name in SLOPES}
"""Functions as they are called in equations, and the operations that they are."""
POSITIONAL: dict[str, str] = {}
"""Options that may be given without their name, behind the arguments."""


def _read_functions() -> None:
    for line in table("functions.txt"):
        head, equals, rest = line.partition(" = ")
        name, *words = head.split()
        operation, *words = rest.split() if equals else (name, *words)
        counts = words.pop(0) if words and words[0][0].isdigit() else "1"
        least, _, most = counts.partition("..")
        defaults, options = [], []
        for word in words:
            each, sign, number = word.partition("=")
            if sign:
                defaults.append((each, parse_number(number) if number else None))
            else:
                options.append(each.strip("()"))
                if each[0] == "(":
                    POSITIONAL[operation] = options[-1]
        FUNCTIONS[name] = Function(
            operation, int(least), tuple(defaults), tuple(options),
            int(most or least) + len(defaults))


_read_functions()
MOST_SWIFT = 900
"""Binary digits of a whole number that nothing has to be asked about."""


def _sigmoid(x: Value) -> float:
    """1/(1 + e⁻ˣ), without overflow at either end."""
    decay = math.exp(-abs(x))
    return (1 if x >= 0 else decay) / (1 + decay)


def power(a: Value, n: Value) -> Value:
    """aⁿ; ValueError where it is no real number."""
    y = a**n
    if isinstance(y, complex):
        raise ValueError("a negative number to a fractional power")
    return y


def _share(y: Value, *arguments: Value, **_: Any) -> Value:
    """The part of a gradient that goes to the first of the arguments that made y."""
    if arguments[0] != y:
        return 0
    equal = sum(each == y for each in arguments)
    return 1 if equal == 1 else 1 / equal


def _curve(x: Value, function: str) -> float:
    from dlcalc.derive.arrays import Arrays

    return float(Arrays.curve(x, function))


def _no_product(*arguments: Value) -> Value:
    raise ShapeError("@ multiplies matrices and vectors; numbers are multiplied by *")


def _swift(y: Value) -> Value:
    """A result as it is, or None where it takes more care: long, or not finite."""
    return y if (type(y) is float and y - y == 0) or (
        type(y) is int and y.bit_length() < MOST_SWIFT
    ) else None


Scalars = World(
    exp=math.exp, ln=math.log, sqrt=math.sqrt, tanh=math.tanh, sin=math.sin, cos=math.cos,
    expm1=math.expm1, log1p=math.log1p, erf=math.erf, abs=abs, max=max, min=min,
    floor=math.floor, ceil=math.ceil,
    sigmoid=_sigmoid, softplus=lambda x: float(max(x, 0)) + math.log1p(math.exp(-abs(x))),
    relu=lambda x: x if x > 0 else type(x)(0),
    gt=lambda a, b: int(a > b), lt=lambda a, b: int(a < b), ge=lambda a, b: int(a >= b),
    le=lambda a, b: int(a <= b), eq=lambda a, b: int(a == b), ne=lambda a, b: int(a != b),
    where=lambda condition, a, b: a if condition else b,
    curve=_curve, pow=power,
    power_slope=lambda a, n: n * a ** (n - 1) if n else 0,
    exponent_slope=lambda y, a: y * math.log(a) if a else 0,
    share=_share, part=_share,
    # A sum over one number is itself, its share among one is 1, its deviation 0.
    **dict.fromkeys(
        ("sum", "mean", "prod", "cumsum", "largest", "smallest", "logsumexp", "transpose",
         "kept_sum", "inverse", "presented"), lambda x, **_: x,
    ),
    **dict.fromkeys(("var", "std", "log_softmax", "centred"), lambda x, **_: 0),
    softmax=lambda x, **_: 1, size=lambda x, **_: 1,
    norm=lambda x: float(abs(x)), direction=lambda x, norm: int(x > 0) - int(x < 0),
    **dict.fromkeys(("spread", "fit", "like", "cumsum_back"), lambda g, like, **_: g),
    gradient_of=lambda g, y: g, prod_back=lambda g, y, x, **_: g,
    **dict.fromkeys(("matmul", "times_transposed", "transposed_times"), _no_product),
    require_fit=lambda operation, arguments, options: None, fits=lambda operation, operands: True,
    alert=nullcontext, swift=_swift, settled=lambda y: y, is_finite=lambda y: y - y == 0,
    zeros=lambda like: 0, shape=lambda x: (), flat=lambda x: (x,),
    bits=lambda x: x.bit_length() if isinstance(x, int) else 0,
)  # fmt: skip
"""The world of single numbers: nothing needs NumPy."""
