"""The slip that gives an expected answer, found by computing the step with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlcalc.commands.step.step import NetworkStep
from dlcalc.derive.graph import Array, Node
from dlcalc.derive.rules import Activate, Convolve, Einsum
from dlcalc.errors import DlcalcError
from dlcalc.models.running import Ran
from dlcalc.numbers.compare import slip_of

MOST_NODES = 100
"""Nodes of a graph at each of which a wrong pull is looked for."""
Pull = Callable[[Node, Array, int], Any]


def advice(result: NetworkStep, field: str, wanted: Any) -> str:
    """The slip that gives what was wanted of a field; "" where none does."""
    return slip_of(wanted, _slips(result, field))


def _slips(result: NetworkStep, field: str) -> Iterator[tuple[str, Any]]:
    own = _value(result, result.ran, field)
    if field.startswith("updated."):
        yield from _update_slips(result, field.removeprefix("updated."))
        return
    if own is not None:
        yield "the other sign", -own
        count = result.ran.graph.nodes[-1].options.get("count", 1)
        size = result.ran.output.value.size
        if count > 1:
            yield "the sum in place of the mean", own * count
        elif size > 1:
            yield "the mean in place of the sum", own / size
        yield "the factor 2 left out", own / 2
        yield "the factor ½ left out", own * 2
        if np.ndim(own) == 2:
            yield "the transposed matrix", own.T
    nodes = result.ran.graph.nodes[:MOST_NODES]
    for words, pull in _PULLS:
        yield words, _differently(result, field, pull)
        for each in nodes if len(nodes) > 1 else ():
            yield words, _differently(result, field, _at(each, pull))
    values = {name: node.value for name, node in result.ran.store.parameters.items()}
    biases = {n: np.zeros_like(v) for n, v in values.items() if n.endswith("bias")}
    for words, changed in (
        *((f"the bias {name} left out", {name: zeros}) for name, zeros in biases.items()),
        ("the biases left out", biases),
        ("a kernel turned round",
         {n: np.flip(v, tuple(range(2, v.ndim))) for n, v in values.items() if v.ndim > 2}),
        ("W transposed",
         {n: v.T for n, v in values.items() if v.ndim == 2 and v.shape[0] == v.shape[1]}),
    ):
        if changed:
            yield words, _forward_with(result, field, {**values, **changed})


def _value(result: NetworkStep, ran: Ran, field: str) -> Any:
    graph, shown = ran.graph, result.problem.shown
    for i, (_, node) in enumerate(ran.rows):
        if field == f"layers[{i}].output":
            return shown(node.value)
        if field == f"layers[{i}].gradient":
            return shown(graph.gradient(node))
    if field == "output":
        return shown(ran.output.value)
    if field == "loss":
        return graph.nodes[-1].value
    name = field.removeprefix("gradients.")
    if name == "x":
        return shown(graph.gradient(ran.x))
    known = ran.store.parameters
    return graph.gradient(known[name]) if name in known else None


def _update_slips(result: NetworkStep, name: str) -> Iterator[tuple[str, Any]]:
    if name not in result.gradients or result.last is not None:
        return
    before, after = result.ran.store.parameters[name].value, result.updated[name]
    yield "the other sign of the update", 2 * before - after
    yield "the learning rate left out", before - result.gradients[name]
    yield "the update left out", before
    yield "the step alone, without the weight", after - before


def _at(where: Node, pull: Pull) -> Pull:
    """A pull that is wrong at one node alone."""
    return lambda node, gradient, place: pull(node, gradient, place) if node is where else None


def _without_slope(node: Node, gradient: Array, place: int) -> Any:
    return gradient if isinstance(node.rule, Activate) else None


def _kernel_as_it_lies(node: Node, gradient: Array, place: int) -> Any:
    if not isinstance(node.rule, Convolve) or place:
        return None
    w = node.arguments[1]
    kept, w.value = w.value, np.flip(w.value, tuple(range(2, w.value.ndim)))
    try:
        return node.rule.pull(node, gradient, place)
    finally:
        w.value = kept


def _other_transpose(node: Node, gradient: Array, place: int) -> Any:
    w = node.arguments[1].value if isinstance(node.rule, Einsum) and place == 0 else None
    if w is None or w.ndim != 2 or w.shape[0] != w.shape[1]:
        return None
    return gradient @ w.T


_PULLS: tuple[tuple[str, Pull], ...] = (
    ("the slope of the activation left out", _without_slope),
    ("the kernel not turned round", _kernel_as_it_lies),
    ("W in place of its transpose", _other_transpose),
)


def _differently(result: NetworkStep, field: str, pull: Pull) -> Any:
    graph = result.ran.graph
    kept = graph.gradients
    try:
        graph.backward(graph.nodes[-1], np.ones(()), pull)
        return _value(result, result.ran, field)
    finally:
        graph.gradients = kept


def _forward_with(result: NetworkStep, field: str, parameters: dict[str, Any]) -> Any:
    try:
        ran = result.problem.forward({**parameters, **result.ran.store.buffers}, result.problem.x)
        end = result.problem.loss(ran)
        ran.graph.backward(end, np.ones(()))
    except DlcalcError:
        return None
    return _value(result, ran, field)
