"""Values of a system of equations, and the gradients of some of them, over all paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from dlcalc.derive.operations import CORNERS, KINKS, Scalars, formula
from dlcalc.derive.tape import System, Tape, backward, forward, recorded, require_inputs
from dlcalc.derive.tree import Apply, short, text_of
from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.results import Result
from dlcalc.typed import Any, NamedTuple


class _Derivatives(NamedTuple):
    system: System
    """The equations."""
    values: dict[str, Any]
    """Inputs, then computed names in order: int, float, or arrays."""
    gradients: dict[str, dict[str, Any]]
    """Of each quantity of `of`, with respect to each name of `wrt`, in that one's shape."""
    kinks: tuple[Kink, ...]
    """Where a gradient went through a kink, and what was taken for the slope there."""
    tape: Tape
    """The operations."""
    world: Any
    """The functions that they were computed with: those of numbers, or of arrays."""
    places: tuple[Any, ...]
    """The value in every place of the tape."""
    passes: dict[str, dict[int, Any]]
    """The gradient in every place that leads from `wrt` to a quantity of `of`."""
    watched: bool = True
    """Whether what is not finite was refused."""


class Derivatives(Result, _Derivatives):
    """The values of all names, and the derivatives asked for."""

    command = "grad"

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Computed anew where it is unpickled: its operations bear no names to be found by."""
        given = {name: self.values[name] for name in self.system.inputs}
        return self._again, (self.system, given, self.of, self.wrt, not self.watched)

    @property
    def _again(self) -> Callable[..., Derivatives]:
        return self.system.derive or differentiate

    def along(self, direction: Mapping[str, Any]) -> dict[str, Any]:
        """The derivative of each quantity along a direction, given by its part for each name.

        >>> from dlcalc.commands.grad.answer import grad
        >>> grad("L = w^2*x", {"w": 3, "x": 2}).along({"w": 1, "x": -1})
        {'L': 3}
        """
        f = self.world
        parts = {name: f.flat(each) for name, each in self.directed(direction).items()}
        return {
            of: sum(g * v for name, part in parts.items()
                    for g, v in zip(f.flat(gradients[name]), part, strict=True))
            for of, gradients in self.gradients.items()
        }

    def directed(self, direction: Mapping[str, Any]) -> dict[str, Any]:
        """The parts of a direction as values; errors for those that fit none of `wrt`."""
        found = {name: _as_value(name, each) for name, each in direction.items()}
        for name in _checked_names(found, self.wrt, "`along`"):
            shapes = [tuple(getattr(each, "shape", ())) for each in (found[name],
                                                                     self.values[name])]
            if shapes[0] != shapes[1]:
                raise ShapeError(
                    f"has the shape {by_x(shapes[0]) or 'of a number'}; {name} has "
                    f"{by_x(shapes[1]) or 'that of a number'}"
                ).at(name).at("`along`")
        return found

    def __call__(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> Derivatives:
        """The same equations, read and arranged already, with other values.

        Inputs that are not named keep theirs; what is derived stays the same.

        >>> from dlcalc.commands.grad.answer import grad
        >>> first = grad("L = (w*x - t)^2", {"w": 3, "x": 2, "t": 5})
        >>> first(w=1).gradients["L"]["w"]
        -12
        """
        system, changed = self.system, {**(values or {}), **named}
        for name in changed:
            if name in system.counts:
                raise InputError(f"{name} says how often a loop runs: read the equations again")
            if name not in system.inputs:
                require_inputs(system, {**dict.fromkeys(system.inputs), name: None})
        given = {name: self.values[name] for name in system.inputs}
        changed = {name: _as_value(name, own(value)) for name, value in changed.items()}
        if self.world is Scalars and not all(isinstance(e, int | float) for e in changed.values()):
            return self._again(system, {**given, **changed}, self.of, self.wrt, not self.watched)
        shape, alike = self.world.shape, True
        if self.world is not Scalars:
            alike = all(shape(each) == shape(given[name]) for name, each in changed.items())
            given = {name: _as_value(name, value) for name, value in given.items()
                     if name not in changed}
        given |= changed
        return _derived(self.tape, self.world, given, self.of, self.wrt, self.watched, alike)


def differentiate(
    system: System, values: Mapping[str, Any], of: Sequence[str] | None = None,
    wrt: Sequence[str] | None = None, allow_nonfinite: bool = False,
) -> Derivatives:
    """All values, and the gradient of each of `of` with respect to each of `wrt`.

    `of` is by default every computed number that no other equation uses, `wrt` every
    input. The gradients are those of reverse accumulation (Linnainmaa 1976, "Taylor
    expansion of the accumulated rounding error"), total over all paths. Whole numbers stay
    exact as long as they are only added, multiplied and raised to whole powers. Raises
    InputError and ShapeError, with the line; what is not finite is refused unless it may be.

    >>> from dlcalc.derive.tape import arranged
    >>> from dlcalc.derive.parser import parse_equations
    >>> system = arranged(parse_equations("L = (w*x - t)^2"))
    >>> differentiate(system, {"w": 3, "x": 2, "t": 5}).gradients
    {'L': {'w': 4, 'x': 6, 't': -2}}
    """
    if values.keys() != set(system.inputs):
        require_inputs(system, values)
    tape = recorded(system, system.computed, system.inputs)
    given = {name: _as_value(name, value) for name, value in values.items()}
    defaults = [each for each in system.defaults if each.name not in values]
    if defaults:
        before = recorded(system, defaults, ())
        f = _world(values, before, tape)
        places = forward(before, f, {})
        given |= {name: places[place] for name, place in before.names.items()}
    else:
        f = _world(values, tape)
    given = {name: given[name] for name in system.inputs}
    sources = _checked_names(wrt, system.names, "`wrt`") if wrt is not None else system.inputs
    try:
        return _derived(tape, f, given, of, sources, True)
    except ShapeError:
        raise
    except InputError as error:
        if not allow_nonfinite:
            raise
        import numpy as np

        from dlcalc.derive.arrays import Arrays

        try:
            floats = {name: Arrays.exact_to_float(value) for name, value in given.items()}
            numbers = {at: np.float64(each) for at, each in tape.numbers.items()}
        except OverflowError:
            raise error from None
    return _derived(tape._replace(numbers=numbers), Arrays, floats, of, sources, False)


def _derived(
    tape: Tape, f: Any, given: Mapping[str, Any], of: Sequence[str] | None,
    sources: Sequence[str], watched: bool, alike: bool = False,
) -> Derivatives:
    """The values, and the gradients; of shapes that are those of a run before, if `alike`."""
    system, places = tape.system, forward(tape, f, given, watched, alike=alike)
    named = {name: places[place] for name, place in tape.names.items()}
    wanted = tape.reached(sources)
    one: Any = 1 if watched else 1.0
    passes = {each: backward(tape, f, places, {tape.names[each]: one}, wanted, watched)
              for each in _chosen(system, f, named, of)}
    kinks = tuple(kinks_of(tape, f, places, wanted, passes.values()))
    gradients = {}
    for each, found in passes.items():
        gradients[each] = {
            name: f.presented(found[at]) if (at := tape.names[name]) in found
            else f.presented(f.zeros(named[name]))
            for name in sources
        }
    values = {name: f.presented(value) for name, value in named.items()}
    return Derivatives(system, values, gradients, kinks, tape, f, tuple(places), passes, watched)


def _world(values: Mapping[str, Any], *tapes: Tape) -> Any:
    """Numbers alone where nothing is an array, so that NumPy need not be loaded."""
    if all(isinstance(each, int | float) for each in values.values()):
        for node in [each.node for tape in tapes for each in tape.instructions]:
            if (node.options and node.operation != "slope") or node.operation in MAKING:
                break
        else:
            return Scalars
    from dlcalc.derive.arrays import Arrays

    return Arrays


MAKING = frozenset(("stack", "conv", "conv_transpose", "concat", "pick", "trace"))
"""Operations of arrays, and those that make some."""


def own(value: Any) -> Any:
    """A value that no later change of the caller's array reaches."""
    return value.copy() if hasattr(value, "dtype") and hasattr(value, "copy") else value


def _as_value(name: str, value: Any) -> Any:
    """A number as int or float; anything else as an array, its whole numbers as Python's ints."""
    if type(value) in (int, float):
        return value
    if getattr(getattr(value, "dtype", None), "char", "") == "d" and value.size and value.ndim:
        return value
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


def _chosen(
    system: System, f: Any, values: Mapping[str, Any], of: Sequence[str] | None
) -> tuple[str, ...]:
    if of is not None:
        chosen = _checked_names(of, system.names, "`of`")
    else:
        free = system.unused
        chosen = tuple([each for each in free if f.shape(values[each]) == ()]) or free[-1:]
    for each in chosen:
        shape = f.shape(values[each])
        if shape:
            first = ",".join("0" * len(shape))
            raise ShapeError(
                f"has the shape {'x'.join(map(str, shape))}; gradients are those of one number: "
                f"add an equation such as total = sum({each}), or first = {each}[{first}]"
            ).at(each)
    return chosen


def _checked_names(names: Iterable[str], known: Sequence[str], option: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(names))
    for name in chosen:
        if name not in known:
            raise InputError(f"no equation has {name} in it{did_you_mean(name, known)}").at(option)
    return chosen


class Kink(str):
    """A note on a kink that a gradient went through."""

    operation: str
    """The operation that bends there."""


def kinks_of(
    tape: Tape, f: Any, places: Sequence[Any], wanted: set[int],
    passes: Iterable[Mapping[int, Any]],
) -> Iterable[Kink]:
    """The kinks among the operations that passes went back through."""
    for each in [each for each in tape.instructions if each.node.operation in KINKS]:
        operation = each.node.operation
        active = {place for found in passes for place in found} & wanted
        if each.place in active and not active.isdisjoint(each.arguments) and _at_kink(
                each.node, f, places[each.place], each.given(places)):
            kink = Kink(
                f"line {each.equation.line}: {short(text_of(each.node))} is at its kink, where it "
                f"has no derivative; {KINKS[operation]}"
            )
            kink.operation = operation
            yield kink


def _at_kink(node: Apply, f: Any, y: Any, arguments: tuple[Any, ...]) -> bool:
    operation = node.operation
    if operation in CORNERS:
        first, corners = arguments[0], CORNERS[operation]
        if hasattr(first, "shape"):
            return bool(sum((first == each).any() for each in corners))
        return first in corners
    return bool(formula(operation, "bent")(f, y, *arguments, **node.options))
