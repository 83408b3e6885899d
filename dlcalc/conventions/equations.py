"""The operations of equations as a framework has them: slopes at kinks, defaults, constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from dlcalc.conventions.tables import ask, checked, others, table, value
from dlcalc.derive.operations import (
    CORNERS,
    FUNCTIONS,
    KINKS,
    OPERATIONS,
    Operation,
    operation_of,
)

Pull = Callable[..., Any]
_TABLES: tuple[dict[str, Any], ...] = OPERATIONS, FUNCTIONS, KINKS, CORNERS
"""What a framework may have otherwise."""


@contextmanager
def as_framework(framework: str) -> Iterator[None]:
    """Within it, equations are computed and derived as `framework` does.

    >>> with as_framework("mlx"):
    ...     KINKS["max"]
    'mlx gives it all to the second'
    """
    before = [dict(each) for each in _TABLES]
    try:
        _patch(checked(framework))
        yield
    finally:
        for known, values in zip(_TABLES, before, strict=True):
            known.clear()
            known.update(values)


def facts_at(operation: str) -> list[str]:
    """The facts of the table about the kinks of an operation.

    >>> facts_at("relu6"), facts_at("clip")
    (['relu6 at 0', 'relu6 at 6'], ['clip at a bound'])
    """
    facts = table("frameworks")
    if operation in facts["kinks"]:
        return [facts["kinks"][operation]]
    return [fact for fact in facts["slopes"] if fact.startswith(f"{operation} at ")]


def others_at(operation: str) -> str:
    """Who takes another slope where an operation bends; "" where nobody does.

    >>> others_at("clip"), others_at("relu")
    ('flax, equinox, flax-nnx 1/2; mlx 0', '')
    """
    return "; ".join(filter(None, (others("slopes", fact) for fact in facts_at(operation))))


def kinks_of(computed: Iterable[tuple[str, Any]]) -> list[str]:
    """Notes on kinks that functions were computed at: what is taken, and who takes another.

    >>> from numpy import zeros
    >>> kinks_of([("abs", zeros(1)), ("tanh", zeros(1)), ("relu", 1 + zeros(1))])
    ['abs at 0, where it has no derivative: 0 is taken; flax, equinox, flax-nnx 1']
    """
    found: dict[str, None] = {}
    for function, x in computed:
        for fact in facts_at(function) if function in CORNERS else ():
            if (x == float(fact.rpartition(" ")[2])).any():
                found[fact] = None
    return [
        f"{fact}, where it has no derivative: {ask('pytorch', 'slopes', fact)} is taken"
        + (f"; {told}" if (told := others("slopes", fact)) else "") for fact in found
    ]


def _patch(framework: str) -> None:
    said = {"slope": "slope of leaky_relu", "scale": "scale of selu", "alpha": "alpha of selu"}
    names = {name: float(ask(framework, "activations", fact)) for name, fact in said.items()}
    leaky = FUNCTIONS["leaky_relu"]
    FUNCTIONS["leaky_relu"] = leaky._replace(defaults=(("slope", names["slope"]),))
    start = float(ask(framework, "activations", "start of prelu"))
    for known in _TABLES:
        known["prelu"] = known["leaky_relu"]
    FUNCTIONS["prelu"] = leaky._replace(operation="prelu", defaults=(("slope", start),))
    if ask(framework, "activations", "gelu") == "tanh":
        OPERATIONS["gelu"] = OPERATIONS["gelu_tanh"]
    OPERATIONS["selu"] = operation_of("selu", SCALE=names["scale"], ALPHA=names["alpha"])
    rise = float(value(ask(framework, "activations", "slope of hard_sigmoid"), {}))
    if rise != 1 / 6:
        OPERATIONS["hard_sigmoid"] = operation_of("hard_sigmoid_by_rise", RISE=rise)
    _slopes(framework, names)
    _of_two(framework)
    share = float(value(ask(framework, "slopes", "clip at a bound"), {}))
    if share != 1:
        _clip_by_max_and_min()
    KINKS["clip"] = f"{share:g} is taken"
    if ask(framework, "slopes", "norm at 0") == "nan":
        _bend("norm", lambda f, g, y, found, *arguments: found * (y / y))
    if ask(framework, "pooling", "max of a tie, its gradient") == "shared":
        OPERATIONS["maxpool"] = Operation(
            OPERATIONS["maxpool"].value,
            lambda f, g, y, given, place, **o: f.maxpool_back(g, given[0], shared=True, **o),
        )
        KINKS["maxpool"] = f"{framework} shares the gradient among the equal elements"


def _slopes(framework: str, names: dict[str, float]) -> None:
    kinks: dict[str, list[tuple[float, str]]] = {}
    for fact in table("frameworks")["slopes"]:
        function, _, place = fact.partition(" at ")
        if function in OPERATIONS and place.lstrip("-").isdigit() and function != "norm":
            kinks.setdefault(function, []).append(
                (float(place), str(ask(framework, "slopes", fact)))
            )
    for function, places in kinks.items():
        if function in KINKS:
            taken = ", ".join(f"{text} at {at:g}" for at, text in places)
            KINKS[function] = f"{framework} takes {taken}"
        _at_kinks(function, [(at, text) for at, text in places if text[:3] not in ("inf", "nan")],
                  names)


def _at_kinks(function: str, places: list[tuple[float, str]], names: Any) -> None:
    """The framework's slopes where the function bends; elsewhere as it is."""
    from fractions import Fraction

    def change(f: Any, g: Any, y: Any, found: Any, x: Any, *more: Any) -> Any:
        own: Any = {**names, "slope": more[0], "alpha": more[0]} if more else names
        for at, text in places:
            there: Any = value(text, own)
            there = float(there) if isinstance(there, Fraction) else there
            found = f.where(f.gt(x, at), found, f.where(f.lt(x, at), found, g * there))
        return found

    _bend(function, change)


def _bend(function: str, change: Callable[..., Any]) -> None:
    """Let `change` make another gradient, by the first argument, of what an operation gives."""
    operation = OPERATIONS[function]

    def pull(f: Any, g: Any, y: Any, arguments: Any, place: int, **options: Any) -> Any:
        found = operation.pull(f, g, y, arguments, place, **options)
        return found if place else change(f, g, y, found, *arguments)

    OPERATIONS[function] = Operation(operation.value, pull)


def _of_two(framework: str) -> None:
    """Whose the gradient is where two arguments of max or min are equal."""
    first = float(value(ask(framework, "slopes", "first of two equal"), {}))
    if first == 0.5:
        return
    for name in ("max", "min"):
        operation = OPERATIONS[name]

        def pull(
            f: Any, g: Any, y: Any, arguments: Any, place: int, plain: Pull = operation.pull
        ) -> Any:
            if len(arguments) != 2:
                return plain(f, g, y, arguments, place)
            shared = plain(f, 1, y, arguments, place)
            # The share is 1, ½ or 0: a half becomes all or nothing.
            own = first if place == 0 else 1 - first
            return g * (shared * (2 * shared - 1) + 4 * shared * (1 - shared) * own)

        OPERATIONS[name] = Operation(operation.value, pull)
        KINKS[name] = f"{framework} gives it all to the {'first' if first else 'second'}"


def _clip_by_max_and_min() -> None:
    """Whose the gradient of clip is, as the least of high and the largest of x and low."""
    of_min, of_max = OPERATIONS["min"].pull, OPERATIONS["max"].pull

    def pull(f: Any, g: Any, y: Any, given: tuple[Any, ...], place: int) -> Any:
        x, low, high = given
        larger = f.max(x, low)
        g = of_min(f, g, y, (larger, high), int(place == 2))
        return g if place == 2 else of_max(f, g, larger, (x, low), place)

    OPERATIONS["clip"] = Operation(OPERATIONS["clip"].value, pull)
