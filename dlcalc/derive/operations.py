"""The table of operations: the value of each, and the derivative in each of its arguments.

A derivative is the gradient g that enters an operation y = φ(a, b, …), carried over to
one of its arguments. The rules are written once, with operators and with the functions of
a world f: Python's numbers (`scalars`), NumPy's arrays (`arrays`), and the formulas of
the working, which are symbols with their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import pi, prod
from typing import Any, NamedTuple

Value = Any
"""A number, an array, or a formula."""
Slope = Callable[..., Value]
"""f, x, y → dy/dx of an elementwise function."""
Pull = Callable[..., Value]
"""f, g, y, the arguments and the options → g carried over to one of the arguments."""


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
    most: int = 0
    """Arguments at most, where there may be more than `least` and those of `defaults`."""

    @property
    def most_arguments(self) -> int:
        """Arguments at most."""
        return max(self.most, self.least + len(self.defaults))


SELU = 1.0507009873554805, 1.6732632423543772
"""Scale and alpha of Klambauer et al. 2017, "Self-normalizing neural networks"."""
ROOT_2_PI = (2 / pi) ** 0.5
CUBIC = 0.044715
"""The cubic term of gelu's tanh form (Hendrycks and Gimpel 2016, section 2)."""


def _gelu_argument(x: Value) -> Value:
    return ROOT_2_PI * (x + CUBIC * x**3)


SLOPES: dict[str, Slope] = {
    "exp": lambda f, x, y: y,
    "expm1": lambda f, x, y: y + 1,
    "ln": lambda f, x, y: 1 / x,
    "log1p": lambda f, x, y: 1 / (1 + x),
    "sqrt": lambda f, x, y: 1 / (2 * y),
    "sigmoid": lambda f, x, y: y * (1 - y),
    "log_sigmoid": lambda f, x, y: 1 - f.sigmoid(x),
    "tanh": lambda f, x, y: 1 - y**2,
    "softplus": lambda f, x, y: f.sigmoid(x),
    "softsign": lambda f, x, y: 1 / (1 + f.abs(x)) ** 2,
    "relu": lambda f, x, y: f.step(x),
    "relu6": lambda f, x, y: f.between(x, 0, 6),
    "silu": lambda f, x, y: y + f.sigmoid(x) * (1 - y),
    "mish": lambda f, x, y: (
        f.tanh(f.softplus(x)) + x * (1 - f.tanh(f.softplus(x)) ** 2) * f.sigmoid(x)
    ),
    "gelu": lambda f, x, y: (
        (1 + f.erf(x / 2**0.5)) / 2 + x * f.exp(-(x**2) / 2) / (2 * pi) ** 0.5
    ),
    "gelu_tanh": lambda f, x, y: (
        (1 + f.tanh(_gelu_argument(x))) / 2
        + x * (1 - f.tanh(_gelu_argument(x)) ** 2) * (ROOT_2_PI * (1 + 3 * CUBIC * x**2)) / 2
    ),
    "selu": lambda f, x, y: f.where(f.gt(x, 0), SELU[0], y + SELU[0] * SELU[1]),
    "hard_sigmoid": lambda f, x, y: f.between(x, -3, 3) / 6,
    "hard_swish": lambda f, x, y: f.where(
        f.ge(x, 3), 1, f.between(x, -3, 3) * (x / 3 + 0.5)
    ),
    "hard_tanh": lambda f, x, y: f.between(x, -1, 1),
    "abs": lambda f, x, y: f.sign(x),
    "sin": lambda f, x, y: f.cos(x),
    "cos": lambda f, x, y: -f.sin(x),
    "erf": lambda f, x, y: 2 / pi**0.5 * f.exp(-(x**2)),
}
"""Functions of one argument, element by element."""

PULLS: dict[str, tuple[Pull, ...]] = {
    "identity": (lambda f, g, y, a: g,),
    "neg": (lambda f, g, y, a: -g,),
    "sub": (lambda f, g, y, a, b: g, lambda f, g, y, a, b: -g),
    "div": (lambda f, g, y, a, b: g / b, lambda f, g, y, a, b: -(g * a) / b**2),
    "pow": (
        lambda f, g, y, a, n: g * f.power_slope(a, n),
        lambda f, g, y, a, n: g * f.exponent_slope(y, a),
    ),
    "leaky_relu": (
        lambda f, g, y, x, slope: g * f.where(f.gt(x, 0), 1, slope),
        lambda f, g, y, x, slope: g * f.min(x, 0),
    ),
    "elu": (
        lambda f, g, y, x, alpha: g * f.where(f.gt(x, 0), 1, y + alpha),
        lambda f, g, y, x, alpha: g * f.where(f.gt(x, 0), 0, f.expm1(f.below_0(x))),
    ),
    "celu": (
        lambda f, g, y, x, alpha: g * f.where(f.gt(x, 0), 1, y / alpha + 1),
        lambda f, g, y, x, alpha: g * f.where(
            f.gt(x, 0), 0, y / alpha - (y / alpha + 1) * x / alpha
        ),
    ),
    "clip": (
        lambda f, g, y, x, low, high: g * f.within(x, low, high),
        lambda f, g, y, x, low, high: g * f.where(f.lt(x, low), f.ge(high, low), 0),
        lambda f, g, y, x, low, high: g * f.where(f.gt(f.max(x, low), high), 1, 0),
    ),
    "where": (
        lambda f, g, y, c, a, b: 0 * g,
        lambda f, g, y, c, a, b: f.where(c, g, 0),
        lambda f, g, y, c, a, b: f.where(c, 0, g),
    ),
    "matmul": (
        lambda f, g, y, a, b: (
            f.expand(g, axis=-1) * b if f.is_batch(a, b)
            else f.sum(f.expand(g, axis=-2) * b, axis=-1) if f.is_batch(b, a)
            else f.times_transposed(g, b)),
        lambda f, g, y, a, b: (
            f.expand(g, axis=-1) * a if f.is_batch(a, b)
            else f.expand(g, axis=-2) * f.expand(a, axis=-1) if f.is_batch(b, a)
            else f.transposed_times(a, g)),
    ),
    "times_transposed": (
        lambda f, g, y, a, b: f.matmul(g, b),
        lambda f, g, y, a, b: f.transposed_times(g, a),
    ),
    "transpose": (lambda f, g, y, a, axes=None: f.transpose(g, axes=f.inverse(axes)),),
    **dict.fromkeys(("reshape", "expand", "squeeze"),
                    (lambda f, g, y, a, **o: f.reshape_like(g, a),)),
    "align": (lambda f, g, y, a, axes, rank: f.align_back(g, a, axes=axes, rank=rank),),
    "sum": (lambda f, g, y, a, **o: f.spread(g, a, **o),),
    "prod": (lambda f, g, y, a, **o: f.prod_back(g, y, a, **o),),
    "cumsum": (lambda f, g, y, a, **o: f.cumsum_back(g, a, **o),),
    "trace": (lambda f, g, y, a, **o: f.trace_back(g, a, **o),),
    "mean": (lambda f, g, y, a, **o: f.spread(g / f.size(a, **o), a, **o),),
    "var": (
        lambda f, g, y, a, **o: f.spread(g, a, **o) * (2 * f.centred(a, **o)) / f.size(a, **o),
    ),
    "std": (
        lambda f, g, y, a, **o: f.spread(g, a, **o)
        * f.direction(f.centred(a, **o), f.spread(y, a, **o)) / f.size(a, **o),
    ),
    "norm": (
        lambda f, g, y, a, **o: f.spread(g, a, **o) * f.direction(a, f.spread(y, a, **o)),
    ),
    "softmax": (lambda f, g, y, a, axis=-1: y * (g - f.kept_sum(g * y, axis=axis)),),
    "log_softmax": (lambda f, g, y, a, axis=-1: g - f.exp(y) * f.kept_sum(g, axis=axis),),
    "logsumexp": (
        lambda f, g, y, a, axis=-1, **o: f.spread(g, a, axis=axis, **o) * f.softmax(a, axis=axis),
    ),
    **dict.fromkeys(("largest", "smallest"), (
        lambda f, g, y, a, **o: f.spread(g, a, **o) * f.part(f.spread(y, a, **o), a, **o),
    )),
    "conv": (
        lambda f, g, y, x, w, b=None, **o: f.conv_input(g, w, x, **o),
        lambda f, g, y, x, w, b=None, **o: f.conv_kernel(g, x, w, **o),
        lambda f, g, y, x, w, b, **o: f.conv_bias(g, w, b),
    ),
    "conv_transpose": (
        lambda f, g, y, x, w, b=None, output_padding=0, **o: f.conv(g, w, **o),
        lambda f, g, y, x, w, b=None, output_padding=0, **o: f.conv_kernel(x, g, w, **o),
        lambda f, g, y, x, w, b, **o: f.conv_bias(g, w, b),
    ),
    "pick": (lambda f, g, y, x, chosen: f.pick_back(g, x, chosen), lambda f, g, y, x, chosen: 0),
    "slope": (lambda f, g, y, x, function: g * f.curve(x, function=function),),
    "maxpool": (lambda f, g, y, x, **o: f.maxpool_back(g, x, **o),),
    "avgpool": (lambda f, g, y, x, **o: f.avgpool_back(g, x, **o),),
    "broadcast": (lambda f, g, y, x, shape: g,),
}
"""Operations of a fixed number of arguments."""

VALUES: dict[str, Callable[..., Value]] = {
    "identity": lambda f, a: a,
    "stop": lambda f, a: a,
    "neg": lambda f, a: -a,
    "sub": lambda f, a, b: a - b,
    "div": lambda f, a, b: a / b,
    "add": lambda f, first, *others: sum(others, first),
    "mul": lambda f, first, *others: prod(others, start=first),
    "hadamard": lambda f, first, *others: prod(others, start=first),
    "silu": lambda f, x: x * f.sigmoid(x),
    "mish": lambda f, x: x * f.tanh(f.softplus(x)),
    "gelu": lambda f, x: x * (1 + f.erf(x / 2**0.5)) / 2,
    "gelu_tanh": lambda f, x: x * (1 + f.tanh(_gelu_argument(x))) / 2,
    "selu": lambda f, x: f.where(
        f.gt(x, 0), SELU[0] * x, SELU[0] * SELU[1] * f.expm1(f.below_0(x))
    ),
    "leaky_relu": lambda f, x, slope: f.where(f.gt(x, 0), x, slope * x),
    "elu": lambda f, x, alpha: f.where(f.gt(x, 0), x, alpha * f.expm1(f.below_0(x))),
    "celu": lambda f, x, alpha: f.where(f.gt(x, 0), x, alpha * f.expm1(f.below_0(x) / alpha)),
    "hard_sigmoid": lambda f, x: f.relu6(x + 3) / 6,
    "hard_swish": lambda f, x: x * f.relu6(x + 3) / 6,
    "hard_tanh": lambda f, x: f.where(f.ge(x, 1), 1, f.where(f.le(x, -1), -1, x)),
    "clip": lambda f, x, low, high: f.where(
        f.gt(f.max(x, low), high), high, f.where(f.lt(x, low), low, x)
    ),
    "softsign": lambda f, x: x / (1 + f.abs(x)),
    "slope": lambda f, x, function: slope_of(f, x, function),
    "back": lambda f, g, *given, of, at, options: _carried_back(
        f, g, given, OPERATIONS[of], at, options
    ),
    "log_sigmoid": lambda f, x: -f.softplus(-x),
}
"""Values that are written with operators and other functions; the rest are of the world."""

FOLLOWING: dict[str, Callable[..., Value]] = {
    "step": lambda f, x: f.gt(x, 0),
    "relu6": lambda f, x: f.where(f.ge(x, 6), 6, f.where(f.le(x, 0), 0, x)),
    "below_0": lambda f, x: f.where(f.gt(x, 0), 0, x),
    "abs": lambda f, x: f.where(f.lt(x, 0), -x, x),
    "sign": lambda f, x: f.gt(x, 0) - f.lt(x, 0),
    "between": lambda f, x, low, high: f.gt(x, low) * f.lt(x, high),
    "within": lambda f, x, low, high: f.ge(x, low) * f.le(x, high),
    "mean": lambda f, x, axis=None, keepdims=False: (
        f.sum(x, axis=axis, keepdims=keepdims) / f.size(x, axis=axis)
    ),
    "centred": lambda f, x, axis=None, **_: x - f.mean(x, axis=axis, keepdims=True),
    "var": lambda f, x, axis=None, **o: f.mean(f.centred(x, axis=axis) ** 2, axis=axis, **o),
    "std": lambda f, x, **o: f.sqrt(f.var(x, **o)),
    "norm": lambda f, x, **o: f.sqrt(f.sum(x * x, **o)),
    "log_softmax": lambda f, x, axis=-1: x - f.logsumexp(x, axis=axis, keepdims=True),
}
"""Functions of a world that follow from others; slopes of relu and abs are 0 at their kinks."""


class World:
    """Functions by their names: those given, and those that follow from them.

    >>> World(gt=lambda a, b: int(a > b)).step(3)
    1
    """

    def __init__(self, **functions: Callable[..., Value]) -> None:
        self.__dict__.update(functions)

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if name not in FOLLOWING:
            raise AttributeError(name)
        return partial(FOLLOWING[name], self)

    def but(self, **functions: Callable[..., Value]) -> World:
        """The same world with some other functions."""
        return type(self)(**{**self.__dict__, **functions})


FLAT = (
    "stop", "sign", "floor", "ceil", "step", "between", "within", "gt", "lt", "ge", "le", "eq",
    "ne", "one_hot", "places", "from_0",
)
"""Operations that carry no gradient: theirs is 0, or none is wanted."""


def carries(operation: str, place: int) -> bool:
    """Whether a gradient goes back to an argument: not to one by which an operation chooses.

    >>> carries("where", 0), carries("where", 1), carries("stop", 0)
    (False, True, False)
    """
    if place and operation in ("element", "pick"):
        return False
    return operation not in FLAT and (place > 0 or operation != "where")



def _carried_back(
    f: Any, g: Value, given: tuple[Value, ...], operation: Operation, at: int, options: Any
) -> Value:
    """A gradient g of an operation on what is given, as one of the argument at a place."""
    y = operation.value(f, *given, **options)
    return f.like(operation.pull(f, f.gradient_of(g, y), y, given, at, **options), given[at])


def slope_of(f: Any, x: Value, function: str) -> Value:
    """The slope of a function of one argument: relu'(x)."""
    return SLOPES[function](f, x, OPERATIONS[function].value(f, x))


def _others(f: Any, g: Value, y: Value, factors: tuple[Value, ...], place: int) -> Value:
    if len(factors) == 2:
        return g * factors[1 - place]
    for each in factors[:place] + factors[place + 1 :]:
        g = g * each
    return g


def _shared(f: Any, g: Value, y: Value, arguments: tuple[Value, ...], place: int) -> Value:
    return g * f.share(y, *arguments[place:], *arguments[:place])


def _of(slope: Slope) -> Callable[..., Value]:
    return lambda f, g, y, arguments, place: g * slope(f, arguments[0], y)


def _at(pulls: tuple[Pull, ...]) -> Callable[..., Value]:
    return lambda f, g, y, arguments, place, **options: (
        pulls[place](f, g, y, *arguments, **options)
    )


def _called(name: str) -> Callable[..., Value]:
    if name in SLOPES:
        return lambda f, x: getattr(f, name)(x)
    return lambda f, *arguments, **options: getattr(f, name)(*arguments, **options)


_BACK: dict[str, Callable[..., Value]] = {
    **{name: _of(slope) for name, slope in SLOPES.items()},
    **{name: _at(pulls) for name, pulls in PULLS.items()},
    **dict.fromkeys(FLAT, _others),
    "add": lambda f, g, y, terms, place: g,
    "mul": _others,
    "hadamard": _others,
    "max": _shared,
    "min": _shared,
    "element": lambda f, g, y, arguments, place, index: f.put_back(
        g, arguments[0], *arguments[1:], index=index
    ),
    "stack": lambda f, g, y, parts, place, axis=0: f.slice_of(g, place, axis=axis),
    "concat": lambda f, g, y, parts, place, axis=0: f.part_of(g, parts, place, axis=axis),
    "back": lambda f, g, y, arguments, place, **o: f.back_again(g, *arguments, place=place, **o),
}
OPERATIONS: dict[str, Operation] = {
    name: Operation(VALUES.get(name) or _called(name), pull) for name, pull in _BACK.items()
}
"""Every operation."""

SHARED = "the gradient is shared among the equal {}"
KINKS: dict[str, str] = {
    "relu": "0 is taken, the slope on its left",
    "relu6": "0 is taken",
    "leaky_relu": "the slope below 0 is taken",
    "hard_sigmoid": "0 is taken",
    "hard_swish": "0 is taken at -3, 1 at 3",
    "hard_tanh": "0 is taken",
    "clip": "1 is taken",
    "elu": "the slope on its left is taken",
    "selu": "the slope on its left is taken",
    "abs": "0 is taken",
    "norm": "0 is taken",
    "std": "0 is taken",
    "max": SHARED.format("arguments"),
    "min": SHARED.format("arguments"),
    "largest": SHARED.format("elements"),
    "smallest": SHARED.format("elements"),
    "maxpool": "the first of the equal elements takes the gradient",
}
"""Operations without a derivative somewhere, and what is taken for it there."""
CORNERS: dict[str, tuple[float, ...]] = {
    "relu": (0,), "abs": (0,), "relu6": (0, 6), "leaky_relu": (0,), "hard_sigmoid": (-3, 3),
    "hard_swish": (-3, 3), "hard_tanh": (-1, 1), "selu": (0,),
}  # fmt: skip
"""Where they bend, of those that bend at fixed places."""

_AXIS = ("axis", "keepdims")
_WINDOW = ("stride", "pad", "dilation", "groups", "dims")
_POOL = ("kernel", "stride", "pad", "dilation", "ceil")
FUNCTIONS: dict[str, Function] = {
    **{name: Function(name) for name in SLOPES},
    **{name: Function(operation) for name, operation in {
        "log": "ln", "σ": "sigmoid", "swish": "silu", "hardsigmoid": "hard_sigmoid",
        "hardswish": "hard_swish", "hardtanh": "hard_tanh", "logsigmoid": "log_sigmoid",
        "gelu_tanh": "gelu_tanh", "detach": "stop",
    }.items()},
    "gelu": Function("gelu", 1, (), ("form",)),
    "leaky_relu": Function("leaky_relu", 1, (("slope", 0.01),)),
    "prelu": Function("leaky_relu", 2),
    "elu": Function("elu", 1, (("alpha", 1),)), "celu": Function("celu", 1, (("alpha", 1),)),
    **dict.fromkeys(("clip", "clamp"), Function("clip", 1, (("low", None), ("high", None)))),
    **{name: Function(name) for name in ("sign", "floor", "ceil", "identity")},
    "between": Function("between", 3), "within": Function("within", 3),
    "where": Function("where", 3), "stop": Function("stop"),
    **{name: Function(name[:3], 1, (), _AXIS, 999) for name in ("max", "min", "maximum",
                                                                "minimum")},
    **{name: Function(name, options=_AXIS) for name in ("sum", "mean", "var", "std", "norm",
                                                        "prod")},
    **{name: Function(name, options=("axis",)) for name in ("cumsum", "trace", "softmax",
                                                            "log_softmax")},
    "logsumexp": Function("logsumexp", options=_AXIS),
    **dict.fromkeys(("transpose", "permute"), Function("transpose", options=("axes",))),
    **{name: Function(name, options=("shape",)) for name in ("reshape", "broadcast")},
    **{name: Function(name, options=("axis",)) for name in ("expand", "squeeze")},
    **dict.fromkeys(("concat", "cat"), Function("concat", 1, (), ("axis",), 999)),
    "stack": Function("stack", 1, (), ("axis",), 999),
    "gather": Function("gather", 2, (), ("axis",)),
    "pick": Function("pick", 2),
    "one_hot": Function("one_hot", 1, (), ("classes",)),
    "conv": Function("conv", 2, (), _WINDOW, 3),
    "conv_transpose": Function("conv_transpose", 2, (), (*_WINDOW, "output_padding"), 3),
    "maxpool": Function("maxpool", 1, (), _POOL),
    "avgpool": Function("avgpool", 1, (), ("kernel", "stride", "pad", "ceil", "exclude_pad")),
}  # fmt: skip
"""Functions as they are called in equations, and the operations that they are."""
POSITIONAL: dict[str, str] = {
    "reshape": "shape", "broadcast": "shape", "transpose": "axes", "maxpool": "kernel",
    "avgpool": "kernel", "one_hot": "classes", "expand": "axis", "squeeze": "axis", "gelu": "form",
    "cumsum": "axis",
}
"""Options that may be given without their name, behind the arguments."""
SIMPLE = frozenset(
    name for name, each in FUNCTIONS.items()
    if each == Function(each.operation, options=each.options) and each.operation not in POSITIONAL
)
"""Functions that are their operation where one argument stands in their brackets, and no more."""
