"""The losses of a network's output, as rules of the graph: PyTorch's, by their names there.

Those that go element by element are written once, on arrays and on symbols alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.rules import FORMULAS, Array, Graph, Index, Node, Part, Rule
from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.formulas.expressions import Expr, add, call, mul, power, symbol, total
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import as_doubles, as_numbers, as_word

REDUCTIONS = ("mean", "sum")


def _held_ln(x: Array) -> Array:
    with np.errstate(divide="ignore"):
        found = np.log(x)
    return np.where(found.real < -100, -100, found)


_HELD = Arrays.but(ln=_held_ln, above_zero=lambda x: np.where(x.real < 1e-12, 1e-12, x))
"""The world of arrays: ln x at least −100, as PyTorch has it, what divides at least 10⁻¹²."""


WRITTEN = FORMULAS.but(above_zero=lambda x: x)
"""The world of formulas, without what only holds numbers in their range."""


class Pointwise(NamedTuple):
    """A loss of each element y and its target t, and its slope in y."""

    value: Callable[[Any, Any, Any], Any]
    slope: Callable[[Any, Any, Any], Any]


def _huber(f: Any, y: Any, t: Any) -> Any:
    near = f.min(f.abs(y - t), 1)
    return near * (f.abs(y - t) - 0.5 * near)


POINTWISE = {
    "mse": Pointwise(lambda f, y, t: (y - t) ** 2, lambda f, y, t: 2 * (y - t)),
    "l1": Pointwise(lambda f, y, t: f.abs(y - t), lambda f, y, t: f.sign(y - t)),
    "huber": Pointwise(_huber, lambda f, y, t: f.sign(y - t) * f.min(f.abs(y - t), 1)),
    "binary_cross_entropy": Pointwise(
        lambda f, y, t: -(t * f.ln(y) + (1 - t) * f.ln(1 - y)),
        lambda f, y, t: (y - t) / f.above_zero(y * (1 - y)),
    ),
    "bce_with_logits": Pointwise(
        lambda f, y, t: f.softplus(y) - t * y, lambda f, y, t: f.sigmoid(y) - t,
    ),
}
LOSSES = ("cross_entropy", "nll", *POINTWISE)


class ElementLoss(Rule):
    """The sum or mean of a loss of each element."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.loss = POINTWISE[name]

    def value(self, node: Node, *arguments: Array) -> Array:
        return np.asarray(self.loss.value(_HELD, *arguments)).sum() / node.options["count"]

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        y, t = (each.value for each in node.arguments)
        return np.asarray(self.loss.slope(_HELD, y, t)) * (gradient / node.options["count"])

    def made(self, graph: Graph, node: Node, index: Index) -> Part:
        y, t = node.arguments
        every = [graph.written(node, at, partial(self.loss.value, WRITTEN))
                 for at in np.ndindex(*y.shape)]
        free = "ijkl"[: len(graph.shown(y, y.shape))]
        letters = tuple("n" + "ijkl"[: y.value.ndim - 1])
        named = self.loss.value(WRITTEN, graph.leaf(y, letters), graph.leaf(t, letters))
        shown = ",".join(graph.shown(y, letters)) or free
        return _counted(total(named, shown), add(*(each.numbers for each in every)),
                        node.options["count"])

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Part]:
        part = graph.written(node, index, partial(self.loss.slope, WRITTEN))
        yield _counted(part.formula, part.numbers, node.options["count"])


def _counted(formula: Any, numbers: Any, count: int) -> Part:
    return Part(formula, numbers) if count == 1 else Part(formula / count, numbers / count)


class ClassLoss(Rule):
    """−Σ t ln softmax(z) along the axis of the classes; nll: of logarithms that are given."""

    def __init__(self, logits: bool) -> None:
        self.logits = logits

    def value(self, node: Node, *arguments: Array) -> Array:
        z, t = arguments
        axis = node.options["axis"]
        if not self.logits:
            return -(t * z).sum() / node.options["count"]
        shifted = z - np.maximum.reduce(z.real, axis, keepdims=True)
        powers = np.exp(shifted)
        summed = np.add.reduce(powers, axis, keepdims=True)
        node.saved = np.divide(powers, summed, out=powers)
        return t.ravel() @ (np.log(summed) - shifted).ravel() / node.options["count"]

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        t = node.arguments[1].value
        scale = gradient / node.options["count"]
        if not self.logits:
            return -t * scale
        whole = np.add.reduce(t, node.options["axis"], keepdims=True)
        return (node.saved * whole - t) * scale

    def made(self, graph: Graph, node: Node, index: Index) -> Part:
        z, t = node.arguments
        axis, letters = node.options["axis"], list("n" + "ijlm"[: z.value.ndim - 1])
        letters[axis] = "k"
        places = [at for at in np.ndindex(*z.shape) if t.value[at] != 0]
        wanted, given = graph.leaf(t, letters), graph.leaf(z, letters)
        summed = ",".join(dict.fromkeys(graph.shown(z, letters)))
        products: list[Any] = []
        for at in places:
            share, value = graph.number(t, at), graph.number(z, at)
            products.append(self._surprise(graph, z, at, axis, share, value))
        numbers = add(*products)
        if not self.logits:
            body = -(wanted * given)
        else:
            other = graph.leaf(z, [*letters[:axis], "j'", *letters[axis + 1 :]])
            body = wanted * (call("ln", total(power(symbol("e"), other), "j'")) - given)
        return _counted(total(body, summed), numbers, node.options["count"])

    def _surprise(
        self, graph: Graph, z: Node, at: Index, axis: int, share: float, value: float
    ) -> Any:
        if not self.logits:
            return -mul(share, value)
        along = [(*at[:axis], k, *at[axis + 1 :]) for k in range(z.shape[axis])]
        below = call("ln", add(*(power(symbol("e"), graph.number(z, k)) for k in along)))
        surprise = Expr("sub", (below, value))
        return surprise if share == 1 else mul(share, surprise)

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Part]:
        z, t = node.arguments
        count, axis = node.options["count"], node.options["axis"]
        wanted, share = graph.leaf(t, index), graph.number(t, index)
        if not self.logits:
            yield _counted(-wanted, -add(share), count)
            return
        free = (*index[:axis], "k", *index[axis + 1 :])
        e = symbol("e")
        along = [(*index[:axis], k, *index[axis + 1 :]) for k in range(z.shape[axis])]
        below = add(*(power(e, graph.number(z, at)) for at in along))
        ratio = power(e, graph.number(z, index)) / below
        softmax = power(e, graph.leaf(z, index)) / total(power(e, graph.leaf(z, free)), "k")
        whole = sum(graph.number(t, at) for at in along)
        if whole != 1:
            softmax, ratio = mul(softmax, total(graph.leaf(t, free), "k")), mul(ratio, whole)
        yield _counted(Expr("sub", (softmax, wanted)), Expr("sub", (ratio, share)), count)


class Weighted(Rule):
    """Σ y ⊙ g, whose gradient is the upstream one."""

    def value(self, node: Node, *arguments: Array) -> Array:
        return (arguments[0] * arguments[1]).sum()

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        return node.arguments[1].value * gradient

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Part]:
        g = node.arguments[1]
        yield Part(graph.leaf(g, index), graph.number(g, index))


def loss_of(
    graph: Graph, output: Node, name: str, reduction: str, target: Any, single: bool
) -> Node:
    """The loss of an output, as a node; InputError or ShapeError for a target that does not fit."""
    if as_word(name, "loss") not in LOSSES:
        raise InputError(f"loss: unknown {name!r}{did_you_mean(name, LOSSES)}")
    if as_word(reduction, "reduction") not in REDUCTIONS:
        raise InputError(f"reduction: {reduction!r} is neither mean nor sum")
    mean = reduction == "mean"
    kind = output.value.dtype
    rule: Rule
    if name in POINTWISE:
        t = _shaped(target, output, single)
        if name.startswith("b") and (t.min() < 0 or t.max() > 1):
            raise InputError(f"target: {name} takes numbers from 0 to 1")
        rule, count, options = ElementLoss(name), output.value.size, {}
    else:
        axis = 1 if output.value.ndim > 3 else output.value.ndim - 1
        t = _classes(target, output, axis, single, name == "nll")
        rule, count, options = ClassLoss(name == "cross_entropy"), t.size // t.shape[axis], {
            "axis": axis}
    wanted = graph.given(t.astype(kind, copy=False), "target")
    wanted.options["batched"] = True
    return graph.apply(rule, output, wanted, name="L", count=count if mean else 1, **options)


def _shaped(target: Any, output: Node, single: bool, name: str = "target") -> Array:
    array = as_doubles(target, name)
    wanted = output.shape[1:] if single else output.shape
    if array.shape != wanted:
        raise ShapeError(
            f"{name} is {by_x(array.shape) or 'a single number'}; the output is {by_x(wanted)}"
        )
    return array.reshape(output.shape)


def _classes(target: Any, output: Node, axis: int, single: bool, numbers_alone: bool) -> Array:
    """Class numbers as rows of one, or class probabilities as they are."""
    array = as_numbers(target, "target")
    wanted = output.shape[1:] if single else output.shape
    if array.shape == wanted and not numbers_alone:
        return as_doubles(array, "target").reshape(output.shape)
    places = (*output.shape[:axis], *output.shape[axis + 1 :])
    shown = places[1:] if single else places
    if array.shape != shown:
        either = "" if numbers_alone else f", or probabilities of {by_x(wanted)}"
        raise ShapeError(
            f"target is {by_x(array.shape) or 'a single number'}; expected class numbers of "
            f"{by_x(shown) or 'no axes, one number'}{either}"
        )
    classes = output.shape[axis]
    if (array.dtype.kind == "f" and (array != np.round(array)).any()) or (
        array.min() < 0 or array.max() >= classes
    ):
        raise InputError(f"target: classes are whole numbers from 0 to {classes - 1}")
    rows = np.zeros((*places, classes))
    rows.reshape(-1, classes)[np.arange(array.size), array.ravel().astype(int)] = 1
    return rows if axis == rows.ndim - 1 else np.moveaxis(rows, -1, axis)


def upstream_of(graph: Graph, output: Node, upstream: Any, single: bool) -> Node:
    """Σ output ⊙ upstream, as a node."""
    array = _shaped(upstream, output, single, "upstream")
    given = graph.given(array.astype(output.value.dtype), "upstream")
    given.options["batched"] = True
    return graph.apply(Weighted(), output, given, name="L")
