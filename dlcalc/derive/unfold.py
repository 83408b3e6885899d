"""Loops, definitions and indices of a text written out as plain equations.

    for t in 1..T: h[t] = tanh(w*h[t-1])     h[1] = tanh(w*h[0]), h[2] = …
    f(x) = x²                                f(a + b) is (a + b)²
    y[i] = ∑_j W[i,j] x[j]                   sums over axes that the letters align
    y[i] = ∑_k w[k] x[i+k], t = ∑_i A[i,i]   elements found by what the letters count
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from dlcalc.derive.operations import OPERATIONS, SLOPES, Scalars, lines_of
from dlcalc.derive.parser import parse_equations, wrong
from dlcalc.derive.tree import (
    MOST_DEPTH,
    NO_OPTIONS,
    Apply,
    Definition,
    Equation,
    Indexed,
    Loop,
    Name,
    Node,
    Number,
    Statement,
    names_in,
    nodes_in,
    text_of,
)
from dlcalc.errors import DlcalcError, LimitError

MOST_EQUATIONS = 20_000
"""Equations that loops are written out to."""
MOST_NODES = 2**20
"""Operations of all of them."""
POINTWISE = (*lines_of("pointwise"), "sum_over")
"""Operations beside the functions of one argument that act element by element."""

Values = Mapping[str, Node]
"""What stands for names: whole numbers for loop variables, arguments for parameters."""
Written = tuple[Equation, Values, tuple[int, ...], tuple[str, ...]]
"""An equation, what its loop variables stand for, the key of its element, its letters."""


def key_text(key: Sequence[int]) -> str:
    """The index of an element of a family.

    >>> key_text((1, 2))
    '[1,2]'
    """
    return f"[{','.join(map(str, key))}]"


def error_at(message: str, node: Any) -> DlcalcError:
    """An error at a node or an equation."""
    return wrong(message, node.source, node.start, node.end)


class Unfolding:
    """All equations of a text, each loop as often as it runs."""

    def __init__(self, statements: Sequence[Statement], given: Mapping[str, Any]) -> None:
        self.statements = statements
        self.definitions = {e.name: e for e in statements if isinstance(e, Definition)}
        known = {
            each.name: each.expression.value for each in statements
            if isinstance(each, Equation) and isinstance(each.expression, Number)
        }
        self.numbers: dict[str, int] = {
            name: value for name, value in {**known, **given}.items() if type(value) is int
        }
        self.families: dict[str, dict[tuple[int, ...], str]] = {}
        self.counts: set[str] = set()
        """The names that say how often."""
        self.bare: dict[str, Node] = {}
        self.size = self.written = 0
        """Nodes that were visited, and that stand in what they write out."""
        self.sizes: dict[int, tuple[Node, int]] = {}
        """Arguments of definitions by their id, and how much each writes out."""

    def equations(self) -> list[Equation]:
        """All of them."""
        raw = list(self._equations(self.statements, {}))
        for equation, _, key, _ in raw:
            if key:
                family = self.families.setdefault(equation.name, {})
                if key in family:
                    raise error_at(f"{equation.name}{key_text(key)} is defined already", equation)
                family[key] = f"{equation.name}{key_text(key)}"
        found = []
        for equation, env, key, letters in raw:
            whole = self._lettered(self._node(equation.expression, env), letters, equation)
            name = f"{equation.name}{key_text(key)}" if key else equation.name
            if name in self.families:
                raise error_at(f"{name} is defined by its elements already", equation)
            names = tuple(dict.fromkeys(names_in(whole)))
            found.append(equation._replace(name=name, expression=whole, names=names))
        for name, node in self.bare.items():
            found.append(self._stacked(name, node))
        return found

    def _equations(self, statements: Sequence[Statement], env: Values) -> Iterator[Written]:
        for each in statements:
            self.size += 1
            if self.size > MOST_EQUATIONS:
                raise LimitError(f"loops of more than {MOST_EQUATIONS:,} equations in all")
            if isinstance(each, Loop):
                first, last = (self._limit(end, env) for end in (each.first, each.last))
                for value in range(first, last + 1):
                    number = Number(value, each.first.source, each.first.start, each.first.start)
                    yield from self._equations(each.body, {**env, each.variable: number})
            elif isinstance(each, Indexed):
                yield self._element(each, env)
            elif isinstance(each, Equation):
                if env:
                    variable = next(iter(env))
                    raise error_at(
                        f"each equation of a loop is of one step: {each.name}[{variable}] = …", each
                    )
                yield each, env, (), ()

    def _element(self, each: Indexed, env: Values) -> Written:
        places = [self._whole_value(self._node(node, env)) for node in each.places]
        if None not in places:
            return each.equation, env, tuple(places), ()  # type: ignore[arg-type]
        letters = [node.name for node in each.places if isinstance(node, Name)]
        if len(letters) < len(each.places) or len(set(letters)) < len(letters):
            raise error_at(
                f"an index on the left is a whole number, a loop's variable, or a letter that "
                f"stands on the right too: {each.name}[i]", each.equation
            )
        return each.equation, env, (), tuple(letters)

    def _limit(self, node: Node, env: Values) -> int:
        value = self._whole_value(self._node(node, env))
        if value is None:
            text = text_of(node)
            no_value = f"has no such value: give {text}=3" if isinstance(node, Name) else "is none"
            raise error_at(f"a loop runs over whole numbers, and {text} {no_value}", node)
        return value

    def _whole_value(self, node: Node) -> int | None:
        """The whole number that a node is, of numbers and of names whose value is one."""
        if isinstance(node, Number):
            return node.value if isinstance(node.value, int) else None
        if isinstance(node, Name):
            if node.name in self.numbers:
                self.counts.add(node.name)
            return self.numbers.get(node.name)
        if node.operation not in ("add", "neg", "mul", "div"):
            return None
        values: list[Any] = [self._whole_value(each) for each in node.arguments]
        if None in values:
            return None
        if node.operation == "div":
            whole, part = values
            return whole // part if part and whole % part == 0 else None
        return int(OPERATIONS[node.operation].value(Scalars, *values))

    def _node(self, node: Node, env: Values, depth: int = 0) -> Node:
        """A node with loop variables, parameters, calls and families put in."""
        self.size += 1
        self.written += 1
        if max(self.size, self.written) > MOST_NODES or depth > MOST_DEPTH:
            raise LimitError("definitions within each other write out too much")
        if isinstance(node, Number):
            return node
        if isinstance(node, Name):
            found = env.get(node.name)
            if found is not None:
                self.written += self.sizes.get(id(found), (found, 1))[1] - 1
                return found
            if node.name in self.families:
                self.bare.setdefault(node.name, node)
            return node
        if node.operation == "call":
            return self._called(node, env, depth)
        if node.operation == "sum_over":
            return self._summed(node, env, depth)
        if node.operation == "element":
            return self._indexed(node, env, depth)
        arguments = tuple(self._node(each, env, depth + 1) for each in node.arguments)
        options = {name: self._setting(value, env) for name, value in node.options.items()}
        return made(node, arguments, options or NO_OPTIONS)

    def _setting(self, value: Any, env: Values) -> Any:
        if isinstance(value, tuple) and not isinstance(value, Number | Name | Apply):
            return tuple(self._setting(each, env) for each in value)
        if not isinstance(value, Number | Name | Apply):
            return value
        found = self._whole_value(self._node(value, env))
        if found is None:
            raise error_at(f"{text_of(value)} is no whole number here", value)
        return found

    def _called(self, node: Apply, env: Values, depth: int) -> Node:
        definition = self.definitions.get(node.options["function"])
        if definition is None:
            raise error_at("a function is defined outside of loops", node)
        if depth > MOST_DEPTH // 2:
            raise error_at(f"{definition.name} is defined by way of itself", node)
        arguments = []
        for each in node.arguments:
            before = self.written
            arguments.append(self._node(each, env, depth + 1))
            self.sizes[id(arguments[-1])] = arguments[-1], self.written - before
        inner = dict(zip(definition.parameters, arguments, strict=True))
        return self._node(definition.equation.expression, inner, depth + 2)

    def _summed(self, node: Apply, env: Values, depth: int) -> Node:
        """∑ over letters as it is; ∑_{t=1..T} written out."""
        letters = str(node.options["letters"])
        if "=" not in letters:
            names = [each.strip() for each in letters.split(",")] if "," in letters else [
                *letters.replace(" ", "")
            ]
            inner = self._node(node.arguments[0], env, depth + 1)
            return made(node, (inner,), {"letters": tuple(names)})
        variable, _, limits = letters.partition("=")
        ends = limits.replace("…", "..").split("..")
        if len(ends) != 2:
            raise error_at("a range below ∑ is t=1..T", node)
        limit = [parse_equations(f"n = {each}")[0].expression for each in ends]
        first, last = (self._limit(each, env) for each in limit)
        terms = [
            self._node(
                node.arguments[0],
                {**env, variable.strip(): Number(value, node.source, node.start, node.start)},
                depth + 1,
            )
            for value in range(first, last + 1)
        ]
        if not terms:
            raise error_at(f"a sum from {first} to {last} has no terms", node)
        return terms[0] if len(terms) == 1 else made(
            node._replace(operation="add"), tuple(terms), {}
        )

    def _indexed(self, node: Apply, env: Values, depth: int) -> Node:
        base, *chosen = node.arguments
        given = iter([self._node(each, env, depth + 1) for each in chosen])
        index: list[Any] = []
        left: list[Node] = []
        for each in node.options["index"]:
            if isinstance(each, slice):
                each = slice(*(self._setting(e, env) for e in (each.start, each.stop, each.step)))
            elif each == "*":
                place = next(given)
                value = self._whole_value(place)
                if value is None:
                    left.append(place)
                else:
                    each = value
            index.append(each)
        if isinstance(base, Name) and base.name in self.families and base.name not in env:
            family = self.families[base.name]
            width = len(next(iter(family)))
            key = tuple(index[:width])
            if all(isinstance(each, int) for each in key) and min(key) >= 0:
                if len(key) < width:
                    raise error_at(f"{base.name} has {width} indices", node)
                name = Name(f"{base.name}{key_text(key)}", node.source, node.start, node.end)
                if not index[width:]:
                    return name
                return made(node, (name, *left), {"index": tuple(index[width:])})
        inner = self._node(base, env, depth + 1)
        return made(node, (inner, *left), {"index": tuple(index)})

    def _stacked(self, name: str, node: Node) -> Equation:
        """All elements of a family, side by side, for where it stands bare."""
        family = self.families[name]
        keys = sorted(family)
        first = keys[0]
        if len(first) > 1 or [key[0] for key in keys] != [
            *range(first[0], first[0] + len(keys))
        ]:
            raise error_at(f"{name} has elements {key_text(first)} and others; name one", node)
        parts = tuple(Name(family[key], node.source, node.start, node.end) for key in keys)
        expression = Apply("stack", parts, node.source, node.start, node.end, 1)
        names = tuple(each.name for each in parts)
        return Equation(name, expression, node.source, node.start, node.end, names)

    def _lettered(self, node: Node, free: tuple[str, ...], equation: Equation) -> Node:
        """An expression whose arrays are indexed by letters, as operations on aligned axes."""
        if free or getattr(node, "operation", "") == "sum_over":
            return _Letters(node, free, self._whole_value).whole(equation)
        if not isinstance(node, Apply):
            return node
        arguments = tuple(self._lettered(each, (), equation) for each in node.arguments)
        return made(node, arguments, node.options) if arguments != node.arguments else node


class _Letters:
    """The letters of one expression, each with an axis of its own."""

    def __init__(
        self, node: Node, free: tuple[str, ...], whole_number: Callable[[Node], int | None]
    ) -> None:
        self.node, self.free, self.whole_number = node, free, whole_number
        self.letters = tuple(dict.fromkeys((*free, *_bound(node))))
        self.elements = [each for each in _operations_in(node)
                         if each.operation == "element" and self._in(each)]
        self.gathered = {text_of(each.arguments[0]) for each in self.elements
                         if not self._is_plain(each)}
        """Arrays of which an element is found by more than a letter of its own for each axis."""
        self.running: list[str] = []

    def whole(self, equation: Equation) -> Node:
        """The expression with an axis for each letter on the left side."""
        free = self.free
        if not set(free).isdisjoint(_bound(self.node)):
            raise error_at(f"a letter of the left side is summed over: {', '.join(free)}", equation)
        for letter in free:
            if letter not in self._in(self.node):
                raise error_at(f"{letter} stands nowhere on the right side", equation)
        whole = self.aligned(self.node)
        extra = tuple(range(len(free), len(self.letters)))
        return made(_like(whole, "squeeze"), (whole,), {"axis": extra}) if extra else whole

    def _in(self, node: Node) -> set[str]:
        """The letters by which arrays are indexed within a node."""
        return {name for each in _operations_in(node) if each.operation == "element"
                for place in each.arguments[1:] for name in names_in(place)
                if name in self.letters}

    def _is_plain(self, node: Apply) -> bool:
        """Whether an element has one letter alone at each of its places, and no letter twice."""
        names = [each.name for each in node.arguments[1:] if isinstance(each, Name)]
        return len(set(names)) == len(node.arguments) - 1 and set(names) <= {*self.letters}

    def _align(self, node: Node, *letters: str) -> Apply:
        axes = tuple(map(self.letters.index, letters))
        return made(_like(node, "align"), (node,), {"axes": axes, "rank": len(self.letters)})

    def aligned(self, node: Node) -> Node:
        """A node with an axis for each letter, of size one where it does not depend on it."""
        if isinstance(node, Number):
            return node
        if isinstance(node, Name) or (node.operation != "sum_over" and not self._in(node)):
            return self._align(node)
        if node.operation == "sum_over":
            over = node.options["letters"]
            for letter in over:
                if letter not in self._in(node.arguments[0]):
                    raise error_at(
                        f"{letter} stands nowhere in the sum: an element is y[{letter}]", node
                    )
            axis = tuple(map(self.letters.index, over))
            inner = self.aligned(node.arguments[0])
            return made(_like(node, "sum"), (inner,), {"axis": axis, "keepdims": True})
        if node.operation == "element":
            return self._element(node)
        if node.operation not in SLOPES and node.operation not in POINTWISE:
            raise error_at(
                f"{node.operation} takes whole arrays: index what it gives, or name it first", node
            )
        return made(node, tuple(map(self.aligned, node.arguments)), node.options)

    def _element(self, node: Apply) -> Node:
        base, *chosen = node.arguments
        index = node.options["index"]
        if any(isinstance(each, slice) for each in index):
            raise error_at("among letters an index is a letter or a whole number", node)
        if text_of(base) in self.gathered and self._in(node):
            places = tuple(made(_like(each, "from_0"), (self._computed(each),), NO_OPTIONS)
                           for each in chosen)
            return made(node, (base, *places), node.options)
        kept = tuple(slice(None) if each == "*" else each for each in index)
        if len(chosen) < len(index):
            base = made(node, (base,), {"index": kept})
        return self._align(base, *(each.name for each in chosen if isinstance(each, Name)))

    def _computed(self, place: Node) -> Node:
        """The whole numbers that an index of letters is."""
        if isinstance(place, Name) and place.name in self.letters:
            return self._run(place.name, place)
        if isinstance(place, Apply) and place.operation in ("add", "neg", "mul"):
            return made(place, tuple(map(self._computed, place.arguments)), place.options)
        number = self.whole_number(place)
        if number is not None:
            return Number(number, place.source, place.start, place.end)
        if not self._in(place):
            raise error_at(f"{text_of(place)} is neither a letter that is summed over or "
                           "stands on the left, nor a whole number", place)  # fmt: skip
        return self.aligned(place)

    def _run(self, letter: str, node: Node) -> Node:
        """What a letter counts: as far as the arrays go that it alone is an index of, or as
        far as every index that it stands in fits."""
        self.running.append(letter)
        uses = [(each.arguments[0], axis, place) for each in self.elements
                for axis, place in self._open_axes(each) if letter in names_in(place)]
        own = [each for each in uses if text_of(each[0]) not in self.gathered]
        parts: list[Node] = []
        axes, steps = [], []
        for base, axis, place in own or uses:
            step = self._step(place, letter)
            others = {name for name in names_in(place) if name in self.letters} - {letter}
            if step and others.isdisjoint(self.running):
                zero = Number(0, place.source, place.start, place.start)
                parts += [base, self._computed(_with(place, letter, zero))]
                axes.append(axis)
                steps.append(step)
        self.running.remove(letter)
        if not parts:
            raise error_at(f"how far {letter} runs is not to be seen: no array has it alone as an "
                           "index", node)  # fmt: skip
        options = {"axes": tuple(axes), "steps": tuple(steps)}
        return self._align(made(_like(node, "places"), tuple(parts), options), letter)

    @staticmethod
    def _open_axes(node: Apply) -> Iterator[tuple[int, Node]]:
        """The axes of an element that are not indexed by plain numbers, and their places."""
        given = iter(node.arguments[1:])
        return ((axis, next(given)) for axis, each in enumerate(node.options["index"])
                if each == "*")

    def _step(self, place: Node, letter: str) -> int:
        """How far an index moves with a letter; 0 where it does not do so evenly."""
        if isinstance(place, Name):
            return int(place.name == letter)
        if not isinstance(place, Apply) or letter not in names_in(place):
            return 0
        steps = [self._step(each, letter) for each in place.arguments]
        if place.operation == "add":
            return sum(steps)
        if place.operation == "neg":
            return -steps[0]
        factors = [self.whole_number(each) for each in place.arguments
                   if letter not in names_in(each)]
        if place.operation != "mul" or None in factors or len(factors) < len(steps) - 1:
            return 0
        return sum(steps) * prod(factors)  # type: ignore[arg-type]


def made(node: Apply, arguments: tuple[Node, ...], options: Mapping[str, Any]) -> Apply:
    """An operation with other arguments and options."""
    depth = 1 + max((each.depth for each in arguments), default=0)
    if depth > MOST_DEPTH:
        raise LimitError(f"more than {MOST_DEPTH} operations within each other")
    return node._replace(arguments=arguments, depth=depth, options=options)


def _like(node: Node, operation: str) -> Apply:
    """An operation where a node stands."""
    return Apply(operation, (), node.source, node.start, node.end, 1)


def _with(node: Node, name: str, other: Node) -> Node:
    """A node with another one in place of a name."""
    if isinstance(node, Name):
        return other if node.name == name else node
    if isinstance(node, Number):
        return node
    return node._replace(arguments=tuple(_with(each, name, other) for each in node.arguments))


def _operations_in(node: Node) -> Iterator[Apply]:
    return (each for each in nodes_in(node) if isinstance(each, Apply))


def _bound(node: Node) -> Iterator[str]:
    """The letters that are summed over within a node."""
    for each in _operations_in(node):
        if each.operation == "sum_over":
            yield from each.options["letters"]
