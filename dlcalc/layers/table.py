"""The layer types, and the arguments that each takes.

A type is a function of a family's module whose first parameter is `shape`: its name is the
type's, its parameters are the type's arguments, and what it returns is counted; its working
comes from the same function (`models.working`). Or a type is formulas in a table (`formulas`).
Families are read one after the other until a type is found, those that most models need first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from dlcalc.errors import InputError, did_you_mean
from dlcalc.input.sources import text_beside
from dlcalc.layers.counted import Counted
from dlcalc.numbers.axes import PADDING_NAMES, plural
from dlcalc.typed import Any

Handler = Callable[..., Counted]

FAMILIES = (
    "windowed", "dense", "pointwise", "normalisation", "attention", "variants", "state",
    "recurrent",
)
WRITTEN = {"attention": True, "variants": False, "state": False, "recurrent": True}
"""Families whose types are formulas in a table, and whether they have a module, too."""
_loaded: dict[str, dict[str, Handler]] = {}

GENERAL = ("tie", "share", "frozen")
"""Options of every layer: `tie=NAME` shares that layer's weights, `share=NAME` its biases, too;
`frozen=yes` trains none."""
CONTEXT = ("cached", "layout")
"""What a type may be told, as keywords: positions in the cache; how two axes are meant."""


def find(type: str) -> Handler | None:
    """The function that counts layers of this type, or None where it is no type."""
    return next(filter(None, (_types_of(family).get(type) for family in FAMILIES)), None)


def types() -> list[str]:
    """All types, family by family.

    >>> "conv" in types()
    True
    """
    return [type for family in FAMILIES for type in _types_of(family)]


def _types_of(family: str) -> dict[str, Handler]:
    if family in _loaded:
        return _loaded[family]
    found: dict[str, Handler] = {}
    if family in WRITTEN:
        from dlcalc.layers.formulas import read_family

        found |= read_family(family)
    if WRITTEN.get(family, True):
        module = import_module(f"dlcalc.layers.{family}")
        found |= {
            name: each for name, each in vars(module).items()
            if not name.startswith("_") and getattr(each, "__module__", "") == module.__name__
            and getattr(getattr(each, "__code__", None), "co_varnames", ())[:1] == ("shape",)
        }
    _loaded[family] = found
    return found


@cache
def _aliases() -> dict[str, str]:
    """The type that each other name means which people give to types."""
    rows = (line.split() for line in text_beside(__file__, "aliases.txt").splitlines()[1:])
    return {alias: type for type, *others in rows for alias in others}


def meant(type: str, others: Iterable[str] = ()) -> str:
    """The tail of an error about an unknown type: the one that is meant, or the nearest.

    >>> meant("dense")
    '; did you mean linear?'
    """
    plain = _base_name(type)
    for name in (plain, plain.replace("_", "")):
        if name in _aliases() or find(name) is not None:
            return f"; did you mean {_aliases().get(name, name)}?"
    return did_you_mean(type, [*types(), *others])


def is_alias(name: str) -> bool:
    """Whether people call a type so.

    >>> is_alias("BatchNorm2d"), is_alias("lenet")
    (True, False)
    """
    plain = _base_name(name)
    return bool({plain, plain.replace("_", "")} & _aliases().keys()) or find(plain) is not None


def _base_name(name: str) -> str:
    """A name in small letters, without the number of axes at its end."""
    plain = name.lower().replace("-", "_")
    return plain.removesuffix("d").rstrip("123").removesuffix("_") if plain[-2:-1].isdigit() \
        else plain


def handler(type: str) -> Handler:
    """The function that counts layers of this type; InputError for an unknown one.

    >>> handler("conv").__name__
    'conv'
    """
    found = find(type)
    if found is None:
        raise InputError(f"unknown layer type {type!r}{meant(type)}")
    return found


def parameters(function: Handler) -> tuple[tuple[str, ...], int]:
    """Names of the arguments behind the shape, and how many of them must be given.

    >>> parameters(handler("linear"))
    (('units', 'bias'), 1)
    """
    # Read off the code object: inspect.signature does the same, a hundred times slower.
    code = function.__code__
    names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    needed = code.co_argcount - 1 - len(function.__defaults__ or ())
    return tuple(name for name in names if name not in CONTEXT), needed


def usual(function: Handler) -> dict[str, Any]:
    """The arguments that need not be given, and what they are then.

    >>> usual(handler("linear"))
    {'bias': True}
    """
    names, needed = parameters(function)
    defaults = function.__kwdefaults__ or {}
    places = dict(zip(names[needed:], function.__defaults__ or (), strict=False))
    return {name: places[name] if name in places else defaults[name] for name in names[needed:]}


def context(function: Handler) -> tuple[str, ...]:
    """What a type asks to be told beside its shape and its arguments."""
    code = function.__code__
    asked = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return tuple(name for name in asked if name in CONTEXT)


def complete(type: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """All arguments of a layer by name, those that are not given as they are by default.

    >>> complete("linear", (10,), {})
    {'bias': True, 'units': 10}
    """
    function = handler(type)
    return usual(function) | bind(type, arguments, options, function)


def usage(type: str) -> str:
    """How a layer of this type is written, and what its options are where not given.

    >>> usage("linear")
    'linear UNITS [bias=yes]'
    """
    function = handler(type)
    names, needed = parameters(function)
    options = [f"[{name}={_value_text(value)}]" for name, value in usual(function).items()]
    return " ".join([type, *(name.upper() for name in names[:needed]), *options])


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _misplaced(names: tuple[str, ...], arguments: tuple[Any, ...], places: int) -> str:
    """What the first argument too many would be where inputs are written before outputs."""
    if places == len(names) or not 1 <= places < len(arguments):
        return ""
    if places == 1:
        return "; the size of the input follows from the layer above"
    value = _value_text(arguments[places])
    if value in PADDING_NAMES:
        return f"; the padding is an option: pad={value}"
    return (
        f"; the input channels follow from the layer above, and {names[places]} is an option: "
        f"{names[places]}={value}"
    )


def bind(
    type: str, arguments: tuple[Any, ...], options: dict[str, Any], function: Handler,
) -> dict[str, Any]:
    """All arguments by name, or InputError for one too many, unknown, doubled or missing."""
    names, needed = parameters(function)
    for value in arguments:
        if isinstance(value, str) and value in (*names, *GENERAL):
            raise InputError(f"{value} is an option: write {value}=VALUE")
    places = function.__code__.co_argcount - 1
    if len(arguments) > places:
        raise InputError(
            f"{len(arguments)} {plural(len(arguments), 'argument')}; it is written {usage(type)}"
            + _misplaced(names, arguments, places)
        )
    bound = dict(zip(names, arguments, strict=False))
    for key, value in options.items():
        if key in bound:
            raise InputError(f"{key} is given twice")
        if key not in names and key not in GENERAL:
            if key in ("activation", "act"):
                raise InputError(f"an activation is a layer of its own, behind this one: {value}")
            raise InputError(f"unknown option {key!r}{did_you_mean(key, [*names, *GENERAL])}")
        bound[key] = value
    for name in names[:needed]:
        if name not in bound:
            raise InputError(f"{name} is missing; it is written {usage(type)}")
    return bound
