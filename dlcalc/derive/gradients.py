"""Values of a system of equations, and the gradients of some of them, over all paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcalc.derive.faults import short
from dlcalc.derive.operations import KINKS
from dlcalc.derive.scalars import Scalars
from dlcalc.derive.system import System, require_inputs
from dlcalc.derive.tape import Tape, backward, forward, recorded
from dlcalc.derive.tree import Apply, Node
from dlcalc.errors import InputError, ShapeError, did_you_mean


@dataclass(frozen=True)
class Derivatives:
    """The values of all names, and the derivatives asked for."""

    system: System
    """The equations."""
    values: dict[str, Any]
    """Inputs, then computed names in order: int, float, or arrays."""
    gradients: dict[str, dict[str, Any]]
    """Of each quantity of `of`, with respect to each name of `wrt`, in that one's shape."""
    kinks: tuple[str, ...]
    """Where a gradient went through a kink, and what was taken for the slope there."""
    tape: Tape
    """The operations."""
    world: Any
    """The functions that they were computed with: those of numbers, or of arrays."""
    places: tuple[Any, ...]
    """The value in every place of the tape."""
    passes: dict[str, dict[int, Any]]
    """The gradient in every place that leads from `wrt` to a quantity of `of`."""

    @property
    def of(self) -> tuple[str, ...]:
        """What was derived."""
        return tuple(self.gradients)

    @property
    def wrt(self) -> tuple[str, ...]:
        """What it was derived with respect to."""
        return tuple(next(iter(self.gradients.values()), ()))

    @property
    def scalar(self) -> bool:
        """Whether every value is a single number."""
        return self.world is Scalars


def differentiate(
    system: System, values: Mapping[str, Any], of: Sequence[str] | None = None,
    wrt: Sequence[str] | None = None,
) -> Derivatives:
    """All values, and the gradient of each of `of` with respect to each of `wrt`.

    `of` is by default every computed number that no other equation uses, `wrt` every
    input. The gradients are those of reverse accumulation (Linnainmaa 1976, "Taylor
    expansion of the accumulated rounding error"), total over all paths. Whole numbers stay
    exact as long as they are only added, multiplied and raised to whole powers. Raises
    InputError and ShapeError, with the line.

    >>> from dlcalc.derive.system import arranged
    >>> from dlcalc.derive.parser import parse_equations
    >>> system = arranged(parse_equations("L = (w*x - t)^2"))
    >>> differentiate(system, {"w": 3, "x": 2, "t": 5}).gradients
    {'L': {'w': 4, 'x': 6, 't': -2}}
    """
    require_inputs(system, values)
    f = _world(system, values)
    tape = recorded(system, system.computed, system.inputs)
    given = _inputs(system, f, values)
    with quiet(f):
        places = forward(tape, f, given)
        named = {name: places[place] for name, place in tape.names.items()}
        derived = _derived(system, f, named, of)
        sources = _known(wrt, system.names, "`wrt`") if wrt is not None else system.inputs
        wanted = tape.reached(sources)
        passes = {
            each: backward(tape.instructions, f, places, {tape.names[each]: 1}, wanted, system)
            for each in derived
        }
        active = {place for found in passes.values() for place in found} & wanted
        kinks = tuple(_kinks(tape, f, places, active))
    gradients = {
        each: {
            name: f.presented(found.get(tape.names[name], f.zeros(named[name])))
            for name in sources
        }
        for each, found in passes.items()
    }
    presented = {name: f.presented(value) for name, value in named.items()}
    return Derivatives(system, presented, gradients, kinks, tape, f, tuple(places), passes)


def quiet(f: Any) -> Any:
    """A context in which NumPy says nothing: what is not finite is found and named after."""
    if f is Scalars:
        from contextlib import nullcontext

        return nullcontext()
    import numpy as np

    return np.errstate(all="ignore")


def _world(system: System, values: Mapping[str, Any]) -> Any:
    """Numbers alone where nothing is an array, so that NumPy need not be loaded."""
    wide = any(not isinstance(each, int | float) for each in values.values())
    if not wide and not any(_makes_arrays(each.expression) for each in system.written):
        return Scalars
    from dlcalc.derive.arrays import Arrays

    return Arrays


def _makes_arrays(node: Node) -> bool:
    return isinstance(node, Apply) and (
        node.operation in ("stack", "element") or any(map(_makes_arrays, node.arguments))
    )


def _inputs(system: System, f: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each input: as given, or as its equation says."""
    defaults = [each for each in system.defaults if each.name not in values]
    tape = recorded(system, defaults, ())
    with quiet(f):
        places = forward(tape, f, {})
    found = {name: places[place] for name, place in tape.names.items()}
    for name, value in values.items():
        found[name] = _as_value(name, value)
    return {name: found[name] for name in system.inputs}


def _as_value(name: str, value: Any) -> Any:
    """A number as int or float; anything else as an array, its whole numbers as Python's ints."""
    if isinstance(value, bool | int | float):
        return int(value) if isinstance(value, bool) else value
    from dlcalc.numbers.exact import as_numbers

    array = as_numbers(value, name)
    if array.dtype.kind != "f":
        array = array.astype(object)
    elif array.dtype != float:
        array = array.astype(float)
    if 0 in array.shape:
        raise ShapeError(f"{name} has the shape {array.shape}, and no elements")
    return array if array.ndim else array.item()


def _derived(
    system: System, f: Any, values: Mapping[str, Any], of: Sequence[str] | None
) -> tuple[str, ...]:
    """The names of the numbers to derive."""
    if of is not None:
        chosen = _known(of, system.names, "`of`")
    else:
        free = system.unused
        chosen = tuple(each for each in free if f.shape(values[each]) == ()) or free[-1:]
    for each in chosen:
        shape = f.shape(values[each])
        if shape:
            first = ",".join("0" * len(shape))
            raise ShapeError(
                f"has the shape {'x'.join(map(str, shape))}; gradients are those of one number: "
                f"add an equation such as total = sum({each}), or first = {each}[{first}]"
            ).at(each)
    return chosen


def _known(names: Iterable[str], known: Sequence[str], option: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            raise InputError(f"no equation has {name} in it{did_you_mean(name, known)}").at(option)
    return chosen


def _kinks(tape: Tape, f: Any, places: Sequence[Any], active: set[int]) -> Iterable[str]:
    for each in tape.instructions:
        operation = each.node.operation
        if operation not in KINKS or each.place not in active or active.isdisjoint(each.arguments):
            continue
        if _at_kink(operation, f, places[each.place], each.given(places)):
            yield (
                f"line {each.equation.line}: {short(each.node.text)} is at its kink, where it "
                f"has no derivative; {KINKS[operation]}"
            )


def _at_kink(operation: str, f: Any, y: Any, arguments: tuple[Any, ...]) -> bool:
    if operation in ("relu", "abs"):
        return any(a == 0 for a in f.flat(arguments[0]))
    if operation == "norm":
        return bool(y == 0)
    return any(0 < part < 1 for part in f.flat(f.share(y, *arguments)))
