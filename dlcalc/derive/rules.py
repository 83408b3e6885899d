"""A network as it runs: every operation is recorded, then gone back through for gradients.

A rule states an operation's value, how a gradient goes back through it, and what one element
of either is made of; the graph knows only the order. So whatever can be computed here can
also be differentiated and written out, element by element: the graph puts the numbers into the
formulas. What is written with operators and functions comes from the one table of operations;
the rules here move, sum and multiply along axes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate, product
from math import prod
from typing import Any

import numpy as np

from dlcalc.derive.activations import ACTIVATIONS, Activation
from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import KINKS, OPERATIONS, SLOPES, World, formula
from dlcalc.formulas.expressions import Expr, Step, add, call, element, mul, power, symbol, total
from dlcalc.numbers import threads
from dlcalc.numbers.axes import plain
from dlcalc.numbers.convolution import plan, pooling
from dlcalc.numbers.convolution.conv import Convolution
from dlcalc.numbers.convolution.plan import Geometry
from dlcalc.numbers.convolution.terms import factors, item, terms
from dlcalc.numbers.sizes import Axis, column

Array = Any
"""A NumPy array, real or complex."""
Index = tuple[int, ...]
LEAST_JOB = 2_000_000
"""Products of a gradient, about, from which it is worth another core's attention."""
MOST_TERMS = 50
"""Products of one sum that are written out."""


class Rule:
    """An operation: its value, its pull-back, and the making of one element of each."""

    def value(self, node: Node, *arguments: Array) -> Array:
        """The result, from the arguments' arrays; options stand in the node."""
        raise NotImplementedError

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        """The gradient of the result, carried over to the argument at a place."""
        raise NotImplementedError

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        """The formula of one element of the result; None where it is only moved there."""
        return None

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterable[Any]:
        """The terms that this operation gives to one element of an argument's gradient."""
        raise NotImplementedError


@dataclass(eq=False, repr=False, slots=True)
class Node:
    """A value in the graph, and where it comes from."""

    rule: Rule | None
    arguments: tuple[Node, ...]
    name: str
    options: dict[str, Any]
    wants: bool
    """Whether its gradient is asked for."""
    value: Array = None
    saved: Any = None
    """What the value's computation keeps for the way back."""
    bare: bool = False
    """Whether axes of size one are left out where an element is named."""

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
        self.products = 0
        """Of one pass forward, for more cores than one."""
        self._owned: set[Node] = set()
        self._leaves: list[tuple[Node, list[Array]]] = []
        self._uses: dict[Node, list[tuple[Node, int]]] | None = None
        self.numbers: dict[Expr, Any] = {}
        """The numbers of what formulas name, and those of their sums written out."""

    def given(self, value: Array, name: str, wants: bool = False, **options: Any) -> Node:
        """A value that nothing computes: an input, a parameter, a constant."""
        node = Node(None, (), name, options, wants, value)
        self.nodes.append(node)
        return node

    def apply(self, rule: Rule, *arguments: Node, name: str = "", **options: Any) -> Node:
        """The result of a rule on other nodes."""
        wants = True in [each.wants for each in arguments]
        node = Node(rule, arguments, name, options, wants)
        node.value = rule.value(node, *[each.value for each in arguments])
        self.nodes.append(node)
        return node

    def backward(
        self, starts: Mapping[Node, Array],
        otherwise: Callable[[Node, Array, int], Any] | None = None,
    ) -> None:
        """The gradient of every node that wants one, over all paths, from those that enter.

        `otherwise` may pull a gradient back by a rule of its own: that of a slip.
        """
        self.gradients, self._owned, self._leaves = {**starts}, set(), []
        with threads.Aside(self.products) as aside:
            for each in reversed(self.nodes):
                if each.rule is not None and each in self.gradients:
                    self._pull(each, each.rule, otherwise, aside)
        for argument, pulled in self._leaves:
            self._add(argument, pulled[0])

    def _pull(
        self, node: Node, rule: Rule, otherwise: Callable[[Node, Array, int], Any] | None,
        aside: threads.Aside,
    ) -> None:
        """Carry the gradient of a node over to its arguments, those that nothing computed first."""
        gradient, window = self.gradients[node], node.options.get("window")
        arguments: Iterable[tuple[int, Node]] = enumerate(node.arguments)
        if aside.helpers:
            arguments = sorted(arguments, key=lambda each: each[1].rule is not None)
        for place, argument in arguments:
            if not argument.wants:
                continue
            if window is not None:
                self._own(argument)[window] += gradient
                continue
            pulled = None if otherwise is None else otherwise(node, gradient, place)
            if pulled is not None:
                self._add(argument, pulled)
            elif (
                argument.rule is None and aside.helpers and gradient.ndim > 1
                and gradient.size // gradient.shape[1] * argument.value.size >= LEAST_JOB
            ):
                # No other gradient waits for it: another core may take it when it is free.
                found: list[Array] = []
                self._leaves.append((argument, found))
                aside.later(partial(_into, found, rule.pull, node, gradient, place))
            else:
                self._add(argument, rule.pull(node, gradient, place))

    def _add(self, node: Node, part: Array) -> None:
        known = self.gradients.get(node)
        self.gradients[node] = part if known is None else known + part

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
        return np.zeros(node.value.shape, node.value.dtype) if found is None else found

    # Elements by name and number.

    def is_single(self, node: Node) -> bool:
        """Whether its first axis is a batch of one example, which is left out."""
        batched = node.rule is not None or bool(node.options.get("batched"))
        return self.single and batched and node.shape[:1] == (1,)

    def shown(self, node: Node, index: Sequence[Any]) -> tuple[Any, ...]:
        """An index as it is written: without the batch of one, or axes that were summed up."""
        if node.bare:
            return tuple(i for i, n in zip(index, node.shape, strict=True) if n > 1)
        return tuple(index[1:] if self.is_single(node) else index)

    def leaf(self, node: Node, index: Sequence[Any]) -> Any:
        """An element of a value by its name; a constant without one as it is."""
        if not node.name and node.value.size == 1:
            return node.value.item()
        shown = self.shown(node, index)
        name = element(node.name, shown) if shown else symbol(node.name)
        return self._named(name, node.value, index)

    def slope(self, node: Node, index: Sequence[Any]) -> Expr:
        """An element of a gradient by its name."""
        name = Expr("partial", (symbol("L"), self.leaf(node, index)))
        return self._named(name, self.gradient(node), index)

    def _named(self, name: Expr, values: Array, index: Sequence[Any]) -> Expr:
        if not any(isinstance(each, str) for each in index):
            self.numbers[name] = plain(values[tuple(index)])
        return name

    def total(
        self, make: Callable[..., Any], letters: Sequence[Any], places: Iterable[Index],
        shown: str | None = None,
    ) -> Expr:
        """The sum over letters of what is made of them, and in numbers of what is at places."""
        return self.so(total(make(*letters), ",".join(letters) if shown is None else shown),
                       add(*(self.put(make(*at)) for at in places)))

    def so(self, formula: Expr, numbers: Any) -> Expr:
        """A formula whose numbers are these."""
        self.numbers[formula] = numbers
        return formula

    def put(self, formula: Any) -> Any:
        """A formula with its numbers put in."""
        if not isinstance(formula, Expr):
            return formula
        return self.numbers[formula] if formula in self.numbers else formula.put(self.numbers)

    def spread(self, node: Node, index: Index) -> list[Any]:
        """The elements of a node's arguments that are spread to an index, by their names."""
        return [self.leaf(each, _narrowed(each.shape, index)) for each in node.arguments]

    def step(self, node: Node, index: Index, note: str = "") -> Step:
        """One element of a value, by what it is made of."""
        moved, name = node, self.leaf(node, index)
        while isinstance(moved.rule, Moving):
            moved, index = moved.rule.source(moved, index)
        formula = None if moved.rule is None else moved.rule.made(self, moved, index)
        numbers = self.put(formula)
        put = (numbers,) if isinstance(numbers, Expr) else ()
        return Step(name, plain(moved.value[index]), formula, put, note)

    def slope_step(self, node: Node, index: Index) -> Step:
        """One element of a gradient, over all paths, by what it is made of."""
        name, value = self.slope(node, index), plain(self.gradient(node)[index])
        parts = [
            (part, self.put(part)) for user, place in self.uses(node)
            for part in user.rule.pulled(self, user, place, index)  # type: ignore[union-attr]
        ]
        if not parts:
            return Step(name, value, None, (), "nothing of it reaches the loss")
        formula, numbers = (_sum([part[k] for part in parts]) for k in (0, 1))
        return Step(name, value, formula, (numbers,) if isinstance(numbers, Expr) else ())

    def uses(self, node: Node) -> list[tuple[Node, int]]:
        """The operations that take a node and have a gradient, and the place it has in them."""
        if self._uses is None:
            self._uses = {}
            for each in self.nodes:
                for place, argument in enumerate(each.arguments):
                    if each in self.gradients:
                        self._uses.setdefault(argument, []).append((each, place))
        return self._uses.get(node, [])


def _sum(terms: list[Any]) -> Any:
    flat = [each for term in terms
            for each in (term.args if getattr(term, "kind", "") == "add" else (term,))]
    if len(flat) > MOST_TERMS:
        flat = [*flat[:MOST_TERMS], symbol(f"… {len(flat) - MOST_TERMS:,} more terms")]
    return flat[0] if len(flat) == 1 else add(*flat)


class _Formulas(World):
    """The world of formulas: a function of it is written down."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: call(name, *arguments)


FORMULAS = _Formulas(pow=power, power_slope=lambda x, k: k * power(x, k - 1))


class Tabled(Rule):
    """An operation of the table: its value and its pull-back are those of equations."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.operation = OPERATIONS[name]

    def __reduce__(self) -> tuple[Any, ...]:
        """Results are pickled with the names of what they were computed with."""
        return type(self), (self.name,)

    def options(self, node: Node) -> dict[str, Any]:
        """Those of the operation, from the node's."""
        return {"axis": node.options["axis"]} if "axis" in node.options else {}

    def value(self, node: Node, *arguments: Array) -> Array:
        return np.asarray(self.operation.value(Arrays, *arguments, **self.options(node)))

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        given = tuple(each.value for each in node.arguments)
        options = self.options(node)
        pulled = self.operation.pull(Arrays, gradient, node.value, given, place, **options)
        return np.asarray(Arrays.fit(pulled, given[place]))


class Elementwise(Tabled):
    """An operation of the table, element by element; what has fewer elements is spread."""

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        return self.operation.value(FORMULAS, *graph.spread(node, index))

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        for at in _spread(node.arguments[place].shape, node.shape, index):
            g, y, given = graph.slope(node, at), graph.leaf(node, at), graph.spread(node, at)
            yield self.operation.pull(FORMULAS, g, y, given, place)


def _narrowed(shape: tuple[int, ...], index: Index) -> Index:
    """The index of the element that was spread to an index of the result."""
    last = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else i for size, i in zip(shape, last, strict=True))


def _spread(shape: tuple[int, ...], result: tuple[int, ...], index: Index) -> Iterator[Index]:
    """The indices of a result that an element was spread to."""
    ahead = len(result) - len(shape)
    ranges = [range(size) for size in result[:ahead]]
    for size, whole, i in zip(shape, result[ahead:], index, strict=True):
        ranges.append(range(whole) if size == 1 else range(i, i + 1))
    return product(*ranges)


class Activate(Rule):
    """An activation function; its slope by its formula, where the table has one."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation

    def value(self, node: Node, *arguments: Array) -> Array:
        return self.activation.value(arguments[0])

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        slope = self.activation.slope(node.arguments[0].value, node.value)
        return np.multiply(gradient, slope, out=slope if slope.dtype == gradient.dtype else None)

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        return call(self.activation.name, *graph.spread(node, index), *self.activation.chosen)

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        name, given = self.activation.name, node.arguments[0]
        x, y, g = graph.leaf(given, index), graph.leaf(node, index), graph.slope(node, index)
        if name in SLOPES and name not in KINKS:
            yield mul(g, formula(name, "slope")(FORMULAS, x, y))
            return
        at = np.atleast_1d(given.value[index])
        number = self.activation.slope(at, np.atleast_1d(node.value[index])).item()
        yield mul(g, graph.so(call(f"{name}′", x, *self.activation.chosen), number))


class Einsum(Rule):
    """A sum of products by the letters of the axes: `ni,oi->no` is x Wᵀ."""

    def value(self, node: Node, *arguments: Array) -> Array:
        (a, b), to = _letters(node.options["spec"])
        found = _einsum(a, b, to, *arguments[:2])
        for bias in arguments[2:]:
            found += bias
        return found

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        letters, to = _letters(node.options["spec"])
        if place == 2:
            return np.add.reduce(gradient, axis=tuple(range(gradient.ndim - 1)))
        other = node.arguments[1 - place].value
        return _einsum(to, letters[1 - place], letters[place], gradient, other)

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        letters, to = _letters(node.options["spec"])
        fixed = dict(zip(to, index, strict=True))
        formula = _sum_of_products(graph, graph.leaf, node.arguments[:2], letters, fixed)
        biases = (graph.leaf(bias, index[-1:]) for bias in node.arguments[2:])
        return sum(biases, formula)

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        letters, to = _letters(node.options["spec"])
        if place == 2:
            yield from (graph.slope(node, (*at, *index)) for at in np.ndindex(*node.shape[:-1]))
            return
        fixed = dict(zip(letters[place], index, strict=True))
        yield _sum_of_products(graph, graph.slope, (node, node.arguments[1 - place]),
                               (to, letters[1 - place]), fixed)


@cache
def _letters(spec: str) -> tuple[tuple[str, str], str]:
    given, to = spec.split("->")
    a, b = given.split(",")
    return (a, b), to


Order = tuple[int, ...] | None
"""Axes in their order, None as they lie."""


@cache
def _as_product(a: str, b: str, to: str) -> tuple[Order, Order, Order, int, int, int]:
    """How a sum of products by letters is one matrix product: the axes of x, y and the result, and
    how many of them both share, each of whose places is a product, x has alone, and y has alone."""
    both = [each for each in a if each in b and each in to]
    left = [each for each in a if each not in b]
    right = [each for each in b if each not in a]
    summed = [each for each in a if each in b and each not in to]

    def order(letters: str | list[str], wanted: list[str]) -> Order:
        found = tuple(letters.index(each) for each in wanted)
        return None if found == tuple(sorted(found)) else found

    axes = (order(a, both + left + summed), order(b, both + summed + right),
            order(both + left + right, list(to)))
    return *axes, len(both), len(left), len(right)


def _einsum(a: str, b: str, to: str, x: Array, y: Array) -> Array:
    """The sum of products as one matrix product."""
    of_x, of_y, of_result, shared, rows, columns = _as_product(a, b, to)
    x = x if of_x is None else x.transpose(of_x)
    y = y if of_y is None else y.transpose(of_y)
    if x.ndim == y.ndim == shared + 2:
        found = x @ y if shared else threads.product(x, y)
    else:
        both, left = x.shape[:shared], x.shape[shared : shared + rows]
        summed, right = y.shape[shared : y.ndim - columns], y.shape[y.ndim - columns :]
        x = x.reshape(*both, prod(left), prod(summed))
        y = y.reshape(*both, prod(summed), prod(right))
        found = (x @ y if both else threads.product(x, y)).reshape(both + left + right)
    return found if of_result is None else found.transpose(of_result)


def _sum_of_products(
    graph: Graph, named: Callable[..., Expr], factors: Sequence[Node], words: Sequence[str],
    fixed: dict[str, int],
) -> Any:
    """The sum over all letters that are not fixed of a factor, so named, times another's leaf."""
    sizes = {
        letter: size for node, word in zip(factors, words, strict=True)
        for letter, size in zip(word, node.shape, strict=True) if letter not in fixed
    }
    # A letter that counts one place stands for it.
    fixed = {**fixed, **{letter: 0 for letter, size in sizes.items() if size == 1}}
    summed = [letter for letter in sizes if letter not in fixed]

    def indices(places: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        at = {**fixed, **dict(zip(summed, places, strict=True))}
        return (tuple([at[each] for each in word]) for word in words)

    one, other = indices(summed)
    formula = mul(named(factors[0], one), graph.leaf(factors[1], other))
    if not summed:
        return formula
    left = factors[0].value if named == graph.leaf else graph.gradient(factors[0])
    right, products = factors[1].value, []
    for places in product(*(range(sizes[letter]) for letter in summed)):
        one, other = indices(places)
        products.append(mul(left[one].item(), right[other].item()))
    return graph.so(total(formula, ",".join(summed)), add(*products))


class Reduce(Tabled):
    """The sum or the mean over axes, which are kept with size one."""

    def options(self, node: Node) -> dict[str, Any]:
        node.bare = True
        return {"axis": node.options["axes"], "keepdims": True}

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x = node.arguments[0]
        free = {axis: letter for axis, letter in zip(node.options["axes"], "ijkhl", strict=False)
                if x.shape[axis] > 1}
        named = [free.get(axis, i) for axis, i in enumerate(index)]
        places = list(_spread(node.shape, x.shape, index))
        summed = graph.total(lambda *at: graph.leaf(x, at), named, places, ",".join(free.values()))
        return summed / len(places) if self.name == "mean" else summed

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        g = graph.slope(node, _narrowed(node.shape, index))
        count = node.arguments[0].value.size // node.value.size
        yield g / count if self.name == "mean" else g


class Moving(Rule):
    """Elements of one array or of several in other places: no arithmetic."""

    def _places(self, node: Node) -> tuple[Array, list[int]]:
        """For each element of the result the one that it is, counted through all arguments, and
        the first of each argument."""
        starts = [0, *accumulate(each.value.size for each in node.arguments)]
        numbers = (np.arange(start, start + each.value.size).reshape(each.shape)
                   for start, each in zip(starts, node.arguments, strict=False))
        return self.value(node, *numbers), starts

    def source(self, node: Node, index: Index) -> tuple[Node, Index]:
        """Where an element came from."""
        places, starts = self._places(node)
        which = bisect_right(starts, places[index]) - 1
        x = node.arguments[which]
        return x, tuple(map(int, np.unravel_index(places[index] - starts[which], x.shape)))

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        places, starts = self._places(node)
        shape = node.arguments[place].shape
        wanted = starts[place] + int(np.ravel_multi_index(index, shape))
        for at in zip(*np.nonzero(places == wanted), strict=True):
            yield graph.slope(node, tuple(map(int, at)))


class Move(Moving):
    """Elements in another order or shape, or some of them."""

    def value(self, node: Node, *arguments: Array) -> Array:
        x = arguments[0]
        if "shape" in node.options:
            return x.reshape(node.options["shape"])
        if "axes" in node.options:
            return x.transpose(node.options["axes"])
        if "window" in node.options:
            return np.asarray(x[node.options["window"]])
        return x

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        if "axes" in node.options:
            return gradient.transpose(np.argsort(node.options["axes"]))
        x = node.arguments[0].value
        moved = gradient.reshape(x.shape)
        if x.flags.c_contiguous:
            return moved
        # Arrays that lie in memory alike are quicker to compute with.
        laid: Array = np.empty_like(x, gradient.dtype)
        laid[...] = moved
        return laid


class Concat(Tabled, Moving):
    """Arrays laid end to end along an axis."""


class Lookup(Moving):
    """Rows of a table by their numbers."""

    def value(self, node: Node, *arguments: Array) -> Array:
        return np.asarray(arguments[0][node.options["tokens"]])

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        found = np.zeros(node.arguments[0].shape, gradient.dtype)
        np.add.at(found, node.options["tokens"], gradient)
        return found


class Softmax(Tabled):
    """eˣ/Σ eˣ along an axis, or its logarithm."""

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x, axis, e = node.arguments[0], node.options["axis"], symbol("e")
        below = along(graph, lambda at: e ** graph.leaf(x, at), index, axis, node.shape)
        leaf = graph.leaf(x, index)
        return leaf - call("ln", below) if self.name == "log_softmax" else (e**leaf) / below

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        g, y, is_log = graph.slope(node, index), graph.leaf(node, index), self.name != "softmax"

        def term(at: Index) -> Expr:
            return graph.slope(node, at) if is_log else graph.slope(node, at) * graph.leaf(node, at)

        summed = along(graph, term, index, node.options["axis"], node.shape)
        yield g - (symbol("e") ** y) * summed if is_log else y * (g - summed)


def along(
    graph: Graph, make: Callable[[Index], Any], index: Index, axis: int, shape: Index,
    letter: str = "k",
) -> Expr:
    """The sum over an axis of what is made of each place along it, by its letter."""
    def at(k: Any) -> Any:
        return make((*index[:axis], k, *index[axis + 1 :]))

    return graph.total(at, (letter,), ((k,) for k in range(shape[axis])))


def _into(found: list[Array], pull: Callable[..., Array], *arguments: Any) -> None:
    found.append(pull(*arguments))


def _columns(places: Sequence[Any], taps: Sequence[Any], axes: Sequence[Axis]) -> list[str]:
    """The column that a window and a tap meet on each axis, as it is written."""
    return [column(place, tap, axis, axis.pad[0])
            for place, tap, axis in zip(places, taps, axes, strict=True)]


class Convolve(Rule):
    """A convolution or transposed convolution, with its bias where it has one."""

    def value(self, node: Node, *arguments: Array) -> Array:
        x, w = arguments[:2]
        geometry = node.options["geometry"] = Geometry(node.options["axes"])
        found = plan.convolve(x, w, geometry, node.options["groups"], False)
        for bias in arguments[2:]:
            found += bias.reshape(-1, *[1] * len(geometry.axes))
        return found

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        x, w = (each.value for each in node.arguments[:2])
        geometry, groups = node.options["geometry"], node.options["groups"]
        if place == 0:
            return plan.input_gradient(gradient, w, geometry, groups, False)
        if place == 1:
            return plan.weight_gradient(x, gradient, geometry, groups)
        return gradient.sum(axis=(0, *range(2, gradient.ndim)))

    @staticmethod
    def _record(node: Node) -> Convolution:
        geometry: Geometry = node.options["geometry"]
        return Convolution(
            node.value, None, None, node.arguments[0].shape, node.arguments[1].shape,
            geometry.axes, node.options["groups"], "zeros", False, 0,
        )

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x, w = node.arguments[:2]
        met = [
            mul(item(x.value, of), item(w.value, tap))
            for _, of, tap in terms(self._record(node), "output", index).met if of
        ]
        axes: Sequence[Axis] = node.options["geometry"].axes
        taps, width = tuple("klm"[: len(axes)]), w.shape[1]
        first = index[1] * node.options["groups"] // node.shape[1] * width  # of its group
        channel: Any = f"{first}+c" if first else "c"
        if width == 1 < x.shape[1]:
            channel = first
        filters = (index[1], "c" if width > 1 else 0)
        at = _columns(index[2:], taps, axes)
        if axes[0].transposed:
            formula = total(mul(symbol(x.name), symbol(w.name)), "where they land here")
        else:
            formula = total(
                mul(graph.leaf(w, (*filters, *taps)), graph.leaf(x, (index[0], channel, *at))),
                ",".join(taps if channel == first else ("c", *taps)),
            )
        biases = [graph.leaf(bias, (index[1],)) for bias in node.arguments[2:]]
        return graph.so(sum(biases, formula), add(*met, *map(graph.put, biases)))

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        x, w = node.arguments[:2]
        upstream, record = graph.gradient(node), self._record(node)
        if place == 2:
            letters = "ijk"[: upstream.ndim - 2]
            formula = total(graph.slope(node, ("n", index[0], *letters)),
                            ",".join(letters if graph.single else ("n", *letters)))
            yield graph.so(formula, add(*upstream[:, index[0]].ravel().tolist()))
            return
        if place == 0:
            g = Expr("partial", (symbol("L"), symbol(node.name)))
            formula = total(mul(g, symbol(w.name)), "outputs that see it")
        else:
            formula = self._weight_formula(graph, node, index)
        field = ("dx", "dw")[place]
        pairs = factors(x.value, w.value, upstream, terms(record, field, index), field)
        yield graph.so(formula, add(*(mul(*each) for each in pairs)))

    @staticmethod
    def _weight_formula(graph: Graph, node: Node, index: Index) -> Any:
        """∑ over the outputs (i, j): each slope times the input that the tap meets there."""
        x, axes = node.arguments[0], node.options["axes"]
        letters = tuple("ijh"[: len(axes)])
        places = _columns(letters, index[2:], axes)
        transposed = axes[0].transposed
        # The channel of the group that the second index means, and the other's own.
        width = (x if transposed else node).shape[1] // node.options["groups"]
        second = index[1] + index[0] // width * node.arguments[1].shape[1]
        at, to = ("n", index[0], *letters), ("n", second, *places)
        body = mul(
            graph.slope(node, to if transposed else at), graph.leaf(x, at if transposed else to)
        )
        return total(body, ",".join(letters if graph.single else ("n", *letters)))


class Pool(Rule):
    """One number of each window."""

    def met(self, node: Node, index: Index) -> list[list[int]]:
        """The columns that a window meets, axis by axis."""
        axes = node.options["axes"]
        return [axis.columns(i) for axis, i in zip(axes, index[2:], strict=True)]

    def meeting(self, node: Node, index: Index) -> Iterator[Index]:
        """The windows that an element of the input is in."""
        for at in np.ndindex(*node.shape[2:]):
            to = (*index[:2], *at)
            if all(i in met for i, met in zip(index[2:], self.met(node, to), strict=True)):
                yield to


class MaxPool(Pool):
    """The largest of each window; the first of a tie."""

    def value(self, node: Node, *arguments: Array) -> Array:
        return pooling.maxima(arguments[0], node.options["axes"])

    @staticmethod
    def require_input(node: Node) -> None:
        """ShapeError where a window meets the padding alone, whose largest is −∞."""
        pooling.require_input(node.options["axes"])

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        x, shared = node.arguments[0].value, bool(node.options.get("shared"))
        return pooling.spread_to(gradient, x, node.value, node.options["axes"], shared)

    def won(self, node: Node, index: Index) -> Index:
        """The element that won a window."""
        return self._winners(node, index)[0]

    def _winners(self, node: Node, index: Index) -> list[Index]:
        """The elements that are the largest of a window, row by row."""
        x, y = node.arguments[0].value, node.value[index]
        met = product(*self.met(node, index))
        return [at for place in met if x[at := (*index[:2], *place)] == y]

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x = node.arguments[0]
        cells = x.value[index[:2]][np.ix_(*self.met(node, index))].ravel().tolist()
        return graph.so(graph.leaf(x, self.won(node, index)), call("max", *cells))

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        for to in self.meeting(node, index):
            winners, g = self._winners(node, to), graph.slope(node, to)
            if len(winners) > 1 and node.options.get("shared") and index in winners:
                yield g / len(winners)
            elif winners[0] == index:
                yield g


class AvgPool(Pool):
    """The mean of each window, over the cells that count."""

    def value(self, node: Node, *arguments: Array) -> Array:
        x, axes = arguments[0], node.options["axes"]
        node.saved = pooling.divisors(axes, node.options["exclude_pad"])
        found = pooling.averages(x.reshape(-1, *x.shape[2:]), axes, node.saved)
        return found.reshape(*x.shape[:2], *found.shape[1:])

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        given = gradient.reshape(-1, *gradient.shape[2:])
        found = pooling.spread_evenly(given, node.options["axes"], node.saved)
        return found.reshape(node.arguments[0].shape)

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x, letters = node.arguments[0], "klm"[: len(index) - 2]
        cells = x.value[index[:2]][np.ix_(*self.met(node, index))].ravel().tolist()
        met = _columns(index[2:], letters, node.options["axes"])
        named = total(graph.leaf(x, (*index[:2], *met)), ",".join(letters))
        return graph.so(named, add(*cells)) / int(node.saved[index[2:]])

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        for to in self.meeting(node, index):
            yield graph.slope(node, to) / int(node.saved[to[2:]])


class Prelu(Elementwise):
    """x above 0, else w·x, w being one number or one a channel."""

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        x, w = (each.value for each in node.arguments)
        pulled, bend = super().pull(node, gradient, place), node.options.get("bend")
        return pulled if place or bend is None else (
            np.where(x.real == 0, gradient * bend(w), pulled))

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        x, w = graph.spread(node, index)
        return x if node.arguments[0].value[index] > 0 else mul(w, x)

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        bend = node.options.get("bend")
        for to in _spread(node.arguments[place].shape, node.shape, index):
            (x, w), value = graph.spread(node, to), node.arguments[0].value[to]
            if place == 0 and value == 0 and bend is not None:
                factor = bend(w)
            elif place == 0:
                factor = 1 if value > 0 else w
            else:
                factor = 0 if value > 0 else x
            yield mul(graph.slope(node, to), factor)


RULES: dict[str, Rule] = {
    **{name: Elementwise(name) for name in ("add", "sub", "mul", "div", "pow", "sqrt", "exp")},
    **{name: Reduce(name) for name in ("sum", "mean")},
    **{name: Softmax(name) for name in ("softmax", "log_softmax")},
    **{name: Activate(ACTIVATIONS[name]) for name in ("sigmoid", "tanh")},
    "einsum": Einsum(), "move": Move(), "concat": Concat("concat"), "lookup": Lookup(),
    "convolve": Convolve(), "maxpool": MaxPool(), "avgpool": AvgPool(),
    "prelu": Prelu("leaky_relu"),
}
"""The rules by the names that layers call them by."""
