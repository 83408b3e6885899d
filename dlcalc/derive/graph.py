"""A network as it runs: every operation is recorded, then gone back through for gradients.

A rule states an operation's value, how a gradient goes back through it, and what one element
of either is made of; the graph knows only the order. So whatever can be computed here can
also be differentiated and written out, element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlcalc.formulas.expressions import Expr, Step, add, element, symbol

Array = Any
"""A NumPy array, real or complex."""
Index = tuple[int, ...]
MOST_TERMS = 50
"""Products of one sum that are written out."""


class Part(NamedTuple):
    """What an element is made of, in symbols and in numbers."""

    formula: Any
    numbers: Any


class Rule:
    """An operation: its value, its pull-back, and the making of one element of each."""

    def value(self, node: Node, *arguments: Array) -> Array:
        """The result, from the arguments' arrays; options stand in the node."""
        raise NotImplementedError

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        """The gradient of the result, carried over to the argument at a place."""
        raise NotImplementedError

    def made(self, graph: Graph, node: Node, index: Index) -> Part | None:
        """One element of the result; None where it is only moved there."""
        return None

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterable[Part]:
        """The terms that this operation gives to one element of an argument's gradient."""
        raise NotImplementedError


class Node:
    """A value in the graph, and where it comes from."""

    __slots__ = ("arguments", "bare", "name", "options", "rule", "saved", "value", "wants")

    def __init__(
        self, rule: Rule | None, arguments: tuple[Node, ...], name: str, options: dict[str, Any],
        wants: bool, value: Array = None,
    ) -> None:
        self.rule = rule
        self.arguments = arguments
        self.name = name
        self.options = options
        self.wants = wants
        """Whether its gradient is asked for."""
        self.bare = False
        """Whether axes of size one are left out where an element is named."""
        self.saved: Any = None
        """What the value's computation keeps for the way back."""
        self.value = value

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return tuple(self.value.shape)


class Graph:
    """The operations of one forward pass, in their order."""

    def __init__(self, single: bool = False) -> None:
        self.nodes: list[Node] = []
        self.single = single
        """Whether the first axis, the batch, is of one example and left out in names."""
        self.batch = 1
        """Examples in the batch."""
        self.gradients: dict[Node, Array] = {}
        self._owned: set[Node] = set()
        self._uses: dict[Node, list[tuple[Node, int]]] | None = None

    def given(self, value: Array, name: str, wants: bool = False) -> Node:
        """A value that nothing computes: an input, a parameter, a constant."""
        node = Node(None, (), name, {}, wants, value)
        self.nodes.append(node)
        return node

    def apply(self, rule: Rule, *arguments: Node, name: str = "", **options: Any) -> Node:
        """The result of a rule on other nodes."""
        wants = any(each.wants for each in arguments)
        node = Node(rule, arguments, name, options, wants)
        node.value = rule.value(node, *[each.value for each in arguments])
        self.nodes.append(node)
        return node

    def backward(
        self, node: Node, gradient: Array,
        otherwise: Callable[[Node, Array, int], Any] = lambda node, gradient, place: None,
    ) -> None:
        """The gradient of every node that wants one, over all paths, from that of the last.

        `otherwise` may pull a gradient back by a rule of its own: that of a slip.
        """
        self.gradients, self._owned = {node: gradient}, set()
        for each in reversed(self.nodes):
            if each.rule is None or each not in self.gradients:
                continue
            gradient = self.gradients[each]
            for place, argument in enumerate(each.arguments):
                if not argument.wants:
                    continue
                window = each.options.get("window")
                if window is not None:
                    self._own(argument)[window] += gradient
                    continue
                pulled = otherwise(each, gradient, place)
                if pulled is None:
                    pulled = each.rule.pull(each, gradient, place)
                known = self.gradients.get(argument)
                self.gradients[argument] = pulled if known is None else known + pulled

    def _own(self, node: Node) -> Array:
        """The gradient of a node, in an array of its own that parts can be added to."""
        if node not in self._owned:
            known = self.gradients.get(node)
            zeros = known is None
            self.gradients[node] = np.zeros_like(node.value) if zeros else np.array(known)
            self._owned.add(node)
        return self.gradients[node]

    def gradient(self, node: Node) -> Array:
        """The gradient of a node; zeros where nothing depends on it."""
        found = self.gradients.get(node)
        return np.zeros_like(node.value) if found is None else found

    # Elements by name and number.

    def shown(self, node: Node, index: Sequence[Any]) -> tuple[Any, ...]:
        """An index as it is written: without the batch of one, or axes that were summed up."""
        if node.bare:
            return tuple(i for i, n in zip(index, node.shape, strict=True) if n > 1)
        batched = node.rule is not None or node.options.get("batched")
        return tuple(index[1:] if self.single and batched else index)

    def leaf(self, node: Node, index: Sequence[Any]) -> Any:
        """An element of a value by its name; a constant without one as it is."""
        if not node.name and node.value.size == 1:
            return node.value.item()
        shown = self.shown(node, index)
        return element(node.name, shown) if shown else symbol(node.name)

    def slope(self, node: Node, index: Sequence[Any]) -> Expr:
        """An element of a gradient by its name."""
        return Expr("partial", (symbol("L"), self.leaf(node, index)))

    def number(self, node: Node, index: Index) -> Any:
        """An element of a value."""
        return _plain(node.value[index])

    def slope_number(self, node: Node, index: Index) -> Any:
        """An element of a gradient."""
        return _plain(self.gradient(node)[index])

    def step(self, node: Node, index: Index, note: str = "") -> Step:
        """One element of a value, by what it is made of."""
        moved, name = node, self.leaf(node, index)
        while moved.rule is not None and (source := _source(moved, index)) is not None:
            moved, index = source
        part = None if moved.rule is None else moved.rule.made(self, moved, index)
        if part is None:
            return Step(name, self.number(moved, index), None, (), note)
        numbers = (part.numbers,) if isinstance(part.numbers, Expr) else ()
        return Step(name, self.number(moved, index), part.formula, numbers, note)

    def slope_step(self, node: Node, index: Index, note: str = "") -> Step:
        """One element of a gradient, over all paths, by what it is made of."""
        name, value = self.slope(node, index), self.slope_number(node, index)
        parts = [
            part for user, place in self.uses(node)
            for part in user.rule.pulled(self, user, place, index)  # type: ignore[union-attr]
        ]
        if not parts:
            return Step(name, value, None, (), note or "nothing of it reaches the loss")
        formula, numbers = (_sum([part[k] for part in parts]) for k in (0, 1))
        return Step(name, value, formula, (numbers,) if isinstance(numbers, Expr) else (), note)

    def uses(self, node: Node) -> list[tuple[Node, int]]:
        """The operations that take a node and have a gradient, and the place it has in them."""
        if self._uses is None:
            self._uses = {}
            for each in self.nodes:
                for place, argument in enumerate(each.arguments):
                    if each in self.gradients:
                        self._uses.setdefault(argument, []).append((each, place))
        return self._uses.get(node, [])


def _source(node: Node, index: Index) -> tuple[Node, Index] | None:
    moved: Callable[[Node, Index], tuple[Node, Index]] | None
    moved = getattr(node.rule, "source", None)
    return None if moved is None else moved(node, index)


def _sum(terms: list[Any]) -> Any:
    flat = [each for term in terms
            for each in (term.args if getattr(term, "kind", "") == "add" else (term,))]
    if len(flat) > MOST_TERMS:
        flat = [*flat[:MOST_TERMS], symbol(f"… {len(flat) - MOST_TERMS:,} more terms")]
    return flat[0] if len(flat) == 1 else add(*flat)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
