"""The layer types, and the arguments that each takes.

A type is a function of a family's module whose first parameter is `shape`: its name is the
type's, its parameters are the type's arguments, and what it returns is counted; its working
comes from the same function (`traced`). Families are imported one after the other until a
type is found, those that most models need first.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from dlcalc.errors import InputError, did_you_mean
from dlcalc.layers.counted import Counted
from dlcalc.numbers.axes import plural

Handler = Callable[..., Counted]

FAMILIES = (
    "convolutional", "pooling", "dense", "pointwise", "shaping", "normalisation", "attention",
    "recurrent",
)
_loaded: dict[str, dict[str, Handler]] = {}

GENERAL = ("tie", "frozen")
"""Options of every layer: `tie=NAME` shares that layer's weights, `frozen=yes` trains none."""


def find(type: str) -> Handler | None:
    """The function that counts layers of this type, or None where it is no type."""
    for family in FAMILIES:
        found = _types_of(family).get(type)
        if found is not None:
            return found
    return None


def types() -> list[str]:
    """All types, family by family.

    >>> "conv" in types()
    True
    """
    return [type for family in FAMILIES for type in _types_of(family)]


def _types_of(family: str) -> dict[str, Handler]:
    if family not in _loaded:
        module = import_module(f"dlcalc.layers.{family}")
        _loaded[family] = {
            name: each for name, each in vars(module).items()
            if not name.startswith("_") and getattr(each, "__module__", "") == module.__name__
            and getattr(getattr(each, "__code__", None), "co_varnames", ())[:1] == ("shape",)
        }
    return _loaded[family]


def handler(type: str) -> Handler:
    """The function that counts layers of this type; InputError for an unknown one.

    >>> handler("conv").__name__
    'conv'
    """
    found = find(type)
    if found is None:
        raise InputError(f"unknown layer type {type!r}{did_you_mean(type, types())}")
    return found


def parameters(function: Handler) -> tuple[tuple[str, ...], int]:
    """Names of the arguments behind the shape, and how many of them must be given.

    >>> parameters(handler("linear"))
    (('units', 'bias'), 1)
    """
    # Read off the code object: inspect.signature does the same, a hundred times slower.
    code = function.__code__
    names = code.co_varnames[1 : code.co_argcount]
    return names, len(names) - len(function.__defaults__ or ())


def complete(
    type: str, arguments: tuple[Any, ...], options: dict[str, Any]
) -> dict[str, Any]:
    """All arguments of a layer by name, those that are not given as they are by default.

    >>> complete("linear", (10,), {})
    {'bias': True, 'units': 10}
    """
    function = handler(type)
    names, needed = parameters(function)
    usual = dict(zip(names[needed:], function.__defaults__ or (), strict=True))
    return usual | bind(type, arguments, options, function)


def usage(type: str) -> str:
    """How a layer of this type is written, and what its options are where not given.

    >>> usage("linear")
    'linear UNITS [bias=yes]'
    """
    function = handler(type)
    names, needed = parameters(function)
    options = [
        f"[{name}={_written(usual)}]"
        for name, usual in zip(names[needed:], function.__defaults__ or (), strict=True)
    ]
    return " ".join([type, *(name.upper() for name in names[:needed]), *options])


def _written(usual: Any) -> str:
    if isinstance(usual, bool):
        return "yes" if usual else "no"
    return "" if usual is None else str(usual)


def bind(
    type: str, arguments: tuple[Any, ...], options: dict[str, Any], function: Handler,
) -> dict[str, Any]:
    """All arguments by name, or InputError for one too many, unknown, doubled or missing."""
    names, needed = parameters(function)
    if len(arguments) > len(names):
        raise InputError(
            f"{len(arguments)} {plural(len(arguments), 'argument')}; it is written {usage(type)}"
        )
    for value in arguments:
        if isinstance(value, str) and value in (*names, *GENERAL):
            raise InputError(f"{value} is an option: write {value}=VALUE")
    bound = dict(zip(names, arguments, strict=False))
    for key, value in options.items():
        if key in bound:
            raise InputError(f"{key} is given twice")
        if key not in names and key not in GENERAL:
            raise InputError(f"unknown option {key!r}{did_you_mean(key, [*names, *GENERAL])}")
        bound[key] = value
    for name in names[:needed]:
        if name not in bound:
            raise InputError(f"{name} is missing; it is written {usage(type)}")
    return bound
