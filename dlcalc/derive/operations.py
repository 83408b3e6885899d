"""The table of operations: the value of each, and the derivative in each of its arguments.

A derivative is the gradient g that enters an operation y = φ(a, b, …), carried over to
one of its arguments. The rules are written once, with operators and with the functions of
a world f: Python's numbers (`scalars`), NumPy's arrays (`arrays`), and the formulas of
the working, which are symbols with their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, NamedTuple

Value = Any
"""A number, an array, or a formula."""
Slope = Callable[..., Value]
"""f, x, y → dy/dx of an elementwise function."""
Pull = Callable[..., Value]
"""f, g, y, and the arguments → g carried over to one of them."""


class Operation(NamedTuple):
    """What an operation gives, and how a gradient goes back through it."""

    value: Callable[..., Value]
    """f and the arguments → y."""
    pull: Callable[[Any, Value, Value, tuple[Value, ...], int], Value]
    """f, g, y, the arguments, and the place of one of them → g carried over to it."""


SLOPES: dict[str, Slope] = {
    "exp": lambda f, x, y: y,
    "ln": lambda f, x, y: 1 / x,
    "sqrt": lambda f, x, y: 1 / (2 * y),
    "sigmoid": lambda f, x, y: y * (1 - y),
    "tanh": lambda f, x, y: 1 - y**2,
    "softplus": lambda f, x, y: f.sigmoid(x),
    "relu": lambda f, x, y: f.step(x),
    "abs": lambda f, x, y: f.sign(x),
    "sin": lambda f, x, y: f.cos(x),
    "cos": lambda f, x, y: -f.sin(x),
}
"""Functions of one argument, element by element."""

PULLS: dict[str, tuple[Pull, ...]] = {
    "identity": (lambda f, g, y, a: g,),
    "neg": (lambda f, g, y, a: -g,),
    "sub": (lambda f, g, y, a, b: g, lambda f, g, y, a, b: -g),
    "div": (lambda f, g, y, a, b: g / b, lambda f, g, y, a, b: -(g * a) / b**2),
    "pow": (
        lambda f, g, y, a, n: g * (n * a ** (n - 1)),
        lambda f, g, y, a, n: g * (y * f.ln(a)),
    ),
    "matmul": (
        lambda f, g, y, a, b: f.times_transposed(g, b),
        lambda f, g, y, a, b: f.transposed_times(a, g),
    ),
    "times_transposed": (
        lambda f, g, y, a, b: f.matmul(g, b),
        lambda f, g, y, a, b: f.transposed_times(g, a),
    ),
    "transpose": (lambda f, g, y, a: f.transpose(g),),
    "sum": (lambda f, g, y, a: f.spread(g, a),),
    "mean": (lambda f, g, y, a: f.spread(g, a) / f.size(a),),
    "norm": (lambda f, g, y, a: g * f.direction(a, y),),
    "softmax": (lambda f, g, y, a: y * (g - f.row_sum(g * y)),),
    "logsumexp": (lambda f, g, y, a: f.column(g) * f.softmax(a),),
    "largest": (lambda f, g, y, a: g * f.share(y, a),),
    "smallest": (lambda f, g, y, a: g * f.share(y, a),),
}
"""Operations of a fixed number of arguments."""

VALUES: dict[str, Callable[..., Value]] = {
    "identity": lambda f, a: a,
    "neg": lambda f, a: -a,
    "sub": lambda f, a, b: a - b,
    "div": lambda f, a, b: a / b,
    "add": lambda f, *terms: sum(terms[1:], terms[0]),
    "mul": lambda f, *factors: prod(factors[1:], start=factors[0]),
    "hadamard": lambda f, *factors: prod(factors[1:], start=factors[0]),
}
"""Values that are written with operators; all others are functions of the world."""


def _others(f: Any, g: Value, y: Value, factors: tuple[Value, ...], place: int) -> Value:
    for each in factors[:place] + factors[place + 1 :]:
        g = g * each
    return g


def _shared(f: Any, g: Value, y: Value, arguments: tuple[Value, ...], place: int) -> Value:
    return g * f.share(y, *arguments[place:], *arguments[:place])


def _of(slope: Slope) -> Callable[..., Value]:
    return lambda f, g, y, arguments, place: g * slope(f, arguments[0], y)


def _at(pulls: tuple[Pull, ...]) -> Callable[..., Value]:
    return lambda f, g, y, arguments, place: pulls[place](f, g, y, *arguments)


def _called(name: str) -> Callable[..., Value]:
    return lambda f, *arguments: getattr(f, name)(*arguments)


OPERATIONS: dict[str, Operation] = {
    name: Operation(VALUES.get(name) or _called(name), pull)
    for name, pull in {
        **{name: _of(slope) for name, slope in SLOPES.items()},
        **{name: _at(pulls) for name, pulls in PULLS.items()},
        "add": lambda f, g, y, terms, place: g,
        "mul": _others,
        "hadamard": _others,
        "max": _shared,
        "min": _shared,
        "element": lambda f, g, y, arguments, place: f.put_back(g, *arguments),
        "stack": lambda f, g, y, parts, place: f.element(g, (place,)),
    }.items()
}
"""Every operation. `element` has its index as a second argument."""

KINKS: dict[str, str] = {
    "relu": "0 is taken, the slope on its left",
    "abs": "0 is taken",
    "norm": "0 is taken",
    "max": "the gradient is shared among the equal arguments",
    "min": "the gradient is shared among the equal arguments",
    "largest": "the gradient is shared among the equal elements",
    "smallest": "the gradient is shared among the equal elements",
}
"""Operations without a derivative somewhere, and what is taken for it there."""

FUNCTIONS: dict[str, str] = {
    **{name: name for name in SLOPES},
    "log": "ln", "σ": "sigmoid", "max": "max", "min": "min", "sum": "sum", "mean": "mean",
    "norm": "norm", "softmax": "softmax", "logsumexp": "logsumexp", "transpose": "transpose",
}  # fmt: skip
"""Functions as they are called in equations, and the operations that they are."""
