"""Loops, definitions and indices of a text written out as plain equations.

    for t in 1..T: h[t] = tanh(w*h[t-1])     h[1] = tanh(w*h[0]), h[2] = …
    f(x) = x²                                f(a + b) is (a + b)²
    y[i] = ∑_j W[i,j] x[j]                   sums over axes that the letters align
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlcalc.derive.tokens import wrong
from dlcalc.derive.tree import (
    MOST_DEPTH,
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
)
from dlcalc.errors import DlcalcError, LimitError

MOST_EQUATIONS = 20_000
"""Equations that loops are written out to."""
MOST_NODES = 2**20
"""Operations of all of them."""
POINTWISE = (
    "neg", "add", "mul", "hadamard", "div", "pow", "max", "min", "where", "clip", "gt", "lt",
    "ge", "le", "eq", "ne", "stop", "leaky_relu", "elu", "celu", "sign", "floor", "ceil", "slope",
    "sum_over",
)  # fmt: skip
"""Operations beside the functions of one argument that act element by element."""

Values = Mapping[str, Node]
"""What stands for names: whole numbers for loop variables, arguments for parameters."""


def unfolded(
    statements: Sequence[Statement], given: Mapping[str, Any]
) -> tuple[list[Equation], set[str]]:
    """All equations, each loop as often as it runs, and the names that say how often."""
    found = _Unfolding(statements, given)
    return found.equations(), found.counts


def key_text(key: Sequence[int]) -> str:
    """The index of an element of a family.

    >>> key_text((1, 2))
    '[1,2]'
    """
    return f"[{','.join(map(str, key))}]"


def error_at(message: str, node: Any) -> DlcalcError:
    """An error at a node or an equation."""
    return wrong(message, node.source, node.start, node.end)


class _Unfolding:
    def __init__(self, statements: Sequence[Statement], given: Mapping[str, Any]) -> None:
        self.statements = statements
        self.definitions = {e.name: e for e in statements if isinstance(e, Definition)}
        self.numbers: dict[str, int] = {
            each.name: each.expression.value
            for each in statements
            if isinstance(each, Equation) and isinstance(each.expression, Number)
            and isinstance(each.expression.value, int)
        }
        self.numbers |= {
            name: value for name, value in given.items()
            if isinstance(value, int) and not isinstance(value, bool)
        }
        for name in given:
            if not isinstance(given[name], int):
                self.numbers.pop(name, None)
        self.families: dict[str, dict[tuple[int, ...], str]] = {}
        self.counts: set[str] = set()
        self.bare: dict[str, Node] = {}
        self.size = 0

    def equations(self) -> list[Equation]:
        raw = list(self._written(self.statements, {}))
        for equation, _, key in raw:
            if key:
                family = self.families.setdefault(equation.name, {})
                if key in family:
                    raise error_at(f"{equation.name}{key_text(key)} is defined already", equation)
                family[key] = f"{equation.name}{key_text(key)}"
        found = []
        for equation, env, key in raw:
            expression = equation.expression
            letters: tuple[str, ...] = ()
            if isinstance(env.get(""), tuple):
                letters = env[""]
            whole = self._node(expression, {k: v for k, v in env.items() if k})
            whole = self._lettered(whole, letters, equation)
            name = f"{equation.name}{key_text(key)}" if key else equation.name
            if not key and name in self.families:
                raise error_at(f"{name} is defined by its elements already", equation)
            names = tuple(dict.fromkeys(names_in(whole)))
            found.append(equation._replace(name=name, expression=whole, names=names))
        for name, node in self.bare.items():
            found.append(self._stacked(name, node))
        return found

    def _written(
        self, statements: Sequence[Statement], env: dict[str, Any]
    ) -> Iterator[tuple[Equation, dict[str, Any], tuple[int, ...]]]:
        """Every equation with what its loop variables stand for, and the key of its element."""
        for each in statements:
            self.size += 1
            if self.size > MOST_EQUATIONS:
                raise LimitError(f"loops of more than {MOST_EQUATIONS:,} equations in all")
            if isinstance(each, Loop):
                first, last = (self._limit(end, env) for end in (each.first, each.last))
                if last - first >= MOST_EQUATIONS:
                    raise LimitError(
                        f"a loop of {last - first + 1:,} steps; at most {MOST_EQUATIONS:,}"
                    )
                for value in range(first, last + 1):
                    number = Number(value, each.first.source, each.start, each.start)
                    yield from self._written(each.body, {**env, each.variable: number})
            elif isinstance(each, Indexed):
                yield self._element(each, env)
            elif isinstance(each, Equation):
                if env:
                    variable = next(iter(env))
                    raise error_at(
                        f"each equation of a loop is of one step: {each.name}[{variable}] = …", each
                    )
                yield each, env, ()

    def _element(
        self, each: Indexed, env: dict[str, Any]
    ) -> tuple[Equation, dict[str, Any], tuple[int, ...]]:
        places = [self._whole(self._node(node, env)) for node in each.places]
        if None not in places:
            return each.equation, env, tuple(places)  # type: ignore[arg-type]
        letters = [node.name for node in each.places if isinstance(node, Name)]
        if len(letters) < len(each.places) or len(set(letters)) < len(letters):
            raise error_at(
                f"an index on the left is a whole number, a loop's variable, or a letter that "
                f"stands on the right too: {each.name}[i]", each.equation
            )
        return each.equation, {**env, "": tuple(letters)}, ()

    def _limit(self, node: Node, env: Values) -> int:
        value = self._whole(self._node(node, env))
        if value is None:
            raise error_at(
                f"a loop runs over whole numbers, and {node.text} has no such value: give "
                f"{node.text}=3" if isinstance(node, Name) else
                f"a loop runs over whole numbers, and {node.text} is none", node
            )
        return value

    def _whole(self, node: Node) -> int | None:
        """The whole number that a node is, of numbers and of names whose value is one."""
        if isinstance(node, Number):
            return node.value if isinstance(node.value, int) else None
        if isinstance(node, Name):
            if node.name in self.numbers:
                self.counts.add(node.name)
            return self.numbers.get(node.name)
        if node.operation not in ("add", "neg", "mul", "div"):
            return None
        values = [self._whole(each) for each in node.arguments]
        if None in values:
            return None
        if node.operation == "add":
            return sum(values)  # type: ignore[arg-type]
        if node.operation == "neg":
            return -values[0]  # type: ignore[operator]
        found = values[0]
        for each in values[1:]:
            if node.operation == "div":
                return found // each if each and found % each == 0 else None  # type: ignore
            found = found * each  # type: ignore[operator]
        return found

    def _node(self, node: Node, env: Values, depth: int = 0) -> Node:
        """A node with loop variables, parameters, calls and families put in."""
        self.size += 1
        if self.size > MOST_NODES or depth > MOST_DEPTH:
            raise LimitError("definitions within each other write out too much")
        if isinstance(node, Number):
            return node
        if isinstance(node, Name):
            found = env.get(node.name)
            if found is not None:
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
        options = node.options
        if any(map(_has_nodes, options.values())):
            options = {name: self._setting(value, env) for name, value in options.items()}
        return self._made(node, arguments, options)

    def _made(self, node: Apply, arguments: tuple[Node, ...], options: Mapping[str, Any]) -> Apply:
        depth = 1 + max((each.depth for each in arguments), default=0)
        if depth > MOST_DEPTH:
            raise LimitError(f"more than {MOST_DEPTH} operations within each other")
        return node._replace(arguments=arguments, depth=depth, options=options)

    def _setting(self, value: Any, env: Values) -> Any:
        if isinstance(value, tuple) and not isinstance(value, Number | Name | Apply):
            return tuple(self._setting(each, env) for each in value)
        if not isinstance(value, Number | Name | Apply):
            return value
        found = self._whole(self._node(value, env))
        if found is None:
            raise error_at(f"{value.text} is no whole number here", value)
        return found

    def _called(self, node: Apply, env: Values, depth: int) -> Node:
        definition = self.definitions[node.options["function"]]
        if depth > MOST_DEPTH // 2:
            raise error_at(f"{definition.name} is defined by way of itself", node)
        arguments = [self._node(each, env, depth + 1) for each in node.arguments]
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
            return self._made(node, (inner,), {"letters": tuple(names)})
        from dlcalc.derive.parser import parse_equations

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
        return terms[0] if len(terms) == 1 else self._made(
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
                value = self._whole(place)
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
                name = Name(
                    f"{base.name}{key_text(key)}", node.source, node.start, node.end
                )
                if not index[width:]:
                    return name
                return self._made(node, (name, *left), {"index": tuple(index[width:])})
        inner = self._node(base, env, depth + 1)
        return self._made(node, (inner, *left), {"index": tuple(index)})

    def _stacked(self, name: str, node: Node) -> Equation:
        """All elements of a family, side by side, for where it stands bare."""
        family = self.families[name]
        keys = sorted(family)
        first = keys[0]
        if len(first) > 1 or [key[0] for key in keys] != [
            *range(first[0], first[0] + len(keys))
        ]:
            raise error_at(f"{name} has elements {key_text(first)} and others; name one", node)
        parts = tuple(
            Name(family[key], node.source, node.start, node.end) for key in keys
        )
        expression = Apply("stack", parts, node.source, node.start, node.end, 1)
        names = tuple(each.name for each in parts)
        return Equation(name, expression, node.source, node.start, node.end, names)

    def _lettered(self, node: Node, free: tuple[str, ...], equation: Equation) -> Node:
        """An expression whose arrays are indexed by letters, as operations on aligned axes."""
        if free:
            bound = [each for each in _bound(node) if each not in free]
            if len(bound) < len(set(_bound(node))):
                raise error_at(f"a letter of the left side is summed over: {', '.join(free)}",
                               equation)  # fmt: skip
            letters = (*free, *dict.fromkeys(bound))
            for letter in free:
                if letter not in set(_letters(node, letters)):
                    raise error_at(f"{letter} stands nowhere on the right side", equation)
            whole = self._aligned(node, letters)
            extra = tuple(range(len(free), len(letters)))
            if not extra:
                return whole
            return self._made(_like(whole, "squeeze"), (whole,), {"axis": extra})
        if not isinstance(node, Apply):
            return node
        if node.operation == "sum_over":
            letters = tuple(dict.fromkeys(_bound(node)))
            whole = self._aligned(node, letters)
            return self._made(
                _like(whole, "squeeze"), (whole,), {"axis": tuple(range(len(letters)))}
            )
        arguments = tuple(self._lettered(each, (), equation) for each in node.arguments)
        return self._made(node, arguments, node.options) if arguments != node.arguments else node

    def _aligned(self, node: Node, letters: tuple[str, ...]) -> Node:
        """A node with an axis for each letter, of size one where it does not depend on it."""
        rank = len(letters)
        if isinstance(node, Number):
            return node
        if isinstance(node, Name) or (
            node.operation != "sum_over" and not any(_letters(node, letters))
        ):
            return self._made(_like(node, "align"), (node,), {"axes": (), "rank": rank})
        if node.operation == "sum_over":
            over = node.options["letters"]
            for letter in over:
                if letter not in set(_letters(node.arguments[0], letters)):
                    raise error_at(f"{letter} stands nowhere in the sum", node)
            inner = self._aligned(node.arguments[0], letters)
            axis = tuple(letters.index(each) for each in over)
            return self._made(_like(node, "sum"), (inner,), {"axis": axis, "keepdims": True})
        if node.operation == "element":
            return self._letter_element(node, letters)
        from dlcalc.derive.operations import SLOPES

        if node.operation not in SLOPES and node.operation not in POINTWISE:
            raise error_at(
                f"{node.operation} takes whole arrays: index what it gives, or name it first", node
            )
        arguments = tuple(self._aligned(each, letters) for each in node.arguments)
        return self._made(node, arguments, node.options)

    def _letter_element(self, node: Apply, letters: tuple[str, ...]) -> Node:
        base, *chosen = node.arguments
        given, index, axes = iter(chosen), [], []
        for each in node.options["index"]:
            if isinstance(each, slice):
                raise error_at("among letters an index is a letter or a whole number", node)
            if each == "*":
                place = next(given)
                if not (isinstance(place, Name) and place.name in letters):
                    raise error_at(
                        f"{place.text} is neither a letter that is summed over or stands on the "
                        "left, nor a whole number", place
                    )
                axes.append(letters.index(place.name))
                each = slice(None)
            index.append(each)
        if len(set(axes)) < len(axes):
            raise error_at("one letter twice takes a diagonal, which is not to be had", node)
        if any(isinstance(each, int) for each in index):
            base = self._made(node, (base,), {"index": tuple(index)})
        return self._made(
            _like(node, "align"), (base,), {"axes": tuple(axes), "rank": len(letters)}
        )


def _like(node: Node, operation: str) -> Apply:
    """An operation where a node stands."""
    return Apply(operation, (), node.source, node.start, node.end, 1)


def _bound(node: Node) -> Iterator[str]:
    """The letters that are summed over within a node."""
    if isinstance(node, Apply):
        if node.operation == "sum_over":
            yield from node.options["letters"]
        for each in node.arguments:
            yield from _bound(each)


def _letters(node: Node, letters: Sequence[str]) -> Iterator[str]:
    """The letters by which arrays are indexed within a node."""
    if isinstance(node, Apply):
        if node.operation == "element":
            for each in node.arguments[1:]:
                if isinstance(each, Name) and each.name in letters:
                    yield each.name
        for each in node.arguments:
            yield from _letters(each, letters)


def _has_nodes(value: Any) -> bool:
    if isinstance(value, Number | Name | Apply):
        return True
    return isinstance(value, tuple) and any(map(_has_nodes, value))
