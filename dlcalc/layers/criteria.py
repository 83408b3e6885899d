"""The losses of a network's output, as rules of the graph: PyTorch's, by their names there.

Those that go element by element are written once, in the table of operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.operations import formula, lines_of
from dlcalc.derive.rules import FORMULAS, Array, Graph, Index, Node, Rule, along
from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.formulas.expressions import Expr, call, symbol
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import as_doubles, as_numbers, as_word


def _held_ln(x: Array) -> Array:
    found = np.log(x)
    return np.where(found.real < -100, -100, found)


_HELD = Arrays.but(ln=_held_ln, above_zero=lambda x: np.where(x.real < 1e-12, 1e-12, x))
"""The world of arrays: ln x at least −100, as PyTorch has it, what divides at least 10⁻¹²."""


WRITTEN = FORMULAS.but(above_zero=lambda x: x)
"""The world of formulas, without what only holds numbers in their range."""


POINTWISE = tuple(lines_of("loss"))
"""Losses of each element."""
LOSSES = ("cross_entropy", "nll", *POINTWISE)


class ElementLoss(Rule):
    """The sum or mean of a loss of each element."""

    def __init__(self, name: str) -> None:
        self.loss, self.slope = formula(name, "loss"), formula(name, "steep")

    def value(self, node: Node, *arguments: Array) -> Array:
        return np.asarray(self.loss(_HELD, *arguments)).sum() / node.options["count"]

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        y, t = (each.value for each in node.arguments)
        return np.asarray(self.slope(_HELD, y, t)) * (gradient / node.options["count"])

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        y, t = node.arguments

        def term(*at: Any) -> Any:
            return self.loss(WRITTEN, graph.leaf(y, at), graph.leaf(t, at))

        letters = tuple("n" + "ijkl"[: y.value.ndim - 1])
        shown = ",".join(graph.shown(y, letters)) or "ijkl"[: len(graph.shown(y, y.shape))]
        summed = graph.total(term, letters, np.ndindex(*y.shape), shown)
        return _divided_by_count(summed, node.options["count"])

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        slope = self.slope(WRITTEN, *graph.spread(node, index))
        yield _divided_by_count(slope, node.options["count"])


def _divided_by_count(formula: Any, count: int) -> Any:
    return formula if count == 1 else formula / count


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

    def made(self, graph: Graph, node: Node, index: Index) -> Any:
        z, t = node.arguments
        letters = list("n" + "ijlm"[: z.value.ndim - 1])
        letters[node.options["axis"]] = "k"

        def term(*at: Any) -> Any:
            share, value = graph.leaf(t, at), graph.leaf(z, at)
            if not self.logits:
                return -(share * value)
            surprise = call("ln", self._below(graph, z, at, node, "j'")) - value
            return surprise if graph.put(share) == 1 else share * surprise

        shown = ",".join(dict.fromkeys(graph.shown(z, letters)))
        places = (at for at in np.ndindex(*z.shape) if t.value[at] != 0)
        return _divided_by_count(graph.total(term, letters, places, shown), node.options["count"])

    @staticmethod
    def _below(graph: Graph, z: Node, index: Index, node: Node, letter: str = "k") -> Expr:
        return along(graph, lambda at: symbol("e") ** graph.leaf(z, at), index,
                     node.options["axis"], z.shape, letter)

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        (z, t), axis = node.arguments, node.options["axis"]
        wanted = graph.leaf(t, index)
        if not self.logits:
            yield _divided_by_count(-wanted, node.options["count"])
            return
        softmax = symbol("e") ** graph.leaf(z, index) / self._below(graph, z, index, node)
        whole = np.add.reduce(t.value, axis, keepdims=True)[(*index[:axis], 0, *index[axis + 1 :])]
        if whole != 1:
            shares = along(graph, lambda at: graph.leaf(t, at), index, axis, z.shape)
            softmax = softmax * graph.so(shares, whole.item())
        yield _divided_by_count(softmax - wanted, node.options["count"])


class Weighted(Rule):
    """Σ y ⊙ g, whose gradient is the upstream one."""

    def value(self, node: Node, *arguments: Array) -> Array:
        return (arguments[0] * arguments[1]).sum()

    def pull(self, node: Node, gradient: Array, place: int) -> Array:
        return node.arguments[1].value * gradient

    def pulled(self, graph: Graph, node: Node, place: int, index: Index) -> Iterator[Any]:
        yield graph.leaf(node.arguments[1], index)


def loss_of(
    graph: Graph, output: Node, name: str, reduction: str, target: Any, single: bool
) -> Node:
    """The loss of an output, as a node; InputError or ShapeError for a target that does not fit."""
    if as_word(name, "loss") not in LOSSES:
        raise InputError(f"loss: unknown {name!r}{did_you_mean(name, LOSSES)}")
    if as_word(reduction, "reduction") not in ("mean", "sum"):
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
    wanted = graph.given(t.astype(kind, copy=False), "target", batched=True)
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
    given = graph.given(array.astype(output.value.dtype), "upstream", batched=True)
    return graph.apply(Weighted(), output, given, name="L")
