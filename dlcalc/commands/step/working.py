"""The working of a training step: forward layer by layer, gradients backwards, the update."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from typing import Any

from dlcalc.commands.step.step import NetworkStep, begun
from dlcalc.derive.graph import Graph, Index, Node
from dlcalc.derive.rules import MaxPool
from dlcalc.errors import InputError, did_you_mean
from dlcalc.formulas.expressions import Expr, Step, symbol
from dlcalc.layers import optimisers
from dlcalc.layers.optimisers import SINGLE
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.compare import unravel

MOST_VALUES = 400
"""Elements of an array that are shown as grids; of more, the first map."""
MOST_BESIDE = 10
"""Rows and columns of a map of more elements than that."""
MOST_ELEMENTS = 4
"""Elements of each array that are written out."""
Place = tuple[str, Index]
_LAYER = re.compile(r"layers\[(\d+)\]\.(\w+)")


def checked_place(result: NetworkStep, field: str, index: Index) -> Place | None:
    """A place by its name: a layer, a part of one, a parameter, x or the output; else None."""
    nodes = _nodes(result)
    name = field.removeprefix("gradients.").removeprefix("updated.") or result.layers[-1].name
    if name == "output":
        name = result.layers[-1].name
    if name not in nodes:
        if name != "loss" and not name.startswith("layers"):
            raise InputError(f"there is no such array{did_you_mean(name, nodes)}")
        return None
    node = nodes[name]
    shape = _shape(result.ran.graph, node)
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        last = ",".join(str(size - 1) for size in shape)
        raise InputError(
            f"index {','.join(map(str, index))} is outside {name} of {by_x(shape)}; "
            f"the last element is {last}"
        )
    return name, index


def _nodes(result: NetworkStep) -> dict[str, Node]:
    graph = result.ran.graph
    found = {node.name: node for node in graph.nodes if node.name}
    found |= {row.name: node for row, node in result.ran.rows}
    return found | result.ran.store.parameters


def _shape(graph: Graph, node: Node) -> Index:
    return node.shape[1:] if _is_single(graph, node) else node.shape


def _is_single(graph: Graph, node: Node) -> bool:
    batched = node.rule is not None or bool(node.options.get("batched"))
    return graph.single and batched and node.value.ndim > 0


def _whole(graph: Graph, node: Node, index: Index) -> Index:
    return (0, *index) if _is_single(graph, node) else index


def steps_at(result: NetworkStep, name: str, index: Index) -> Iterator[Step] | None:
    """All the steps of one element."""
    place = checked_place(result, name, index)
    return None if place is None else _place_steps(result, *place)


def step_steps(result: NetworkStep) -> Iterator[Step]:
    """Everything in the order in which it is done by hand."""
    yield Step("Forward")
    yield from _forward(result)
    yield Step("Gradients, from the loss back")
    yield from _backward(result)
    if result.state is not None:
        yield Step("Update")
        for name in _trained(result):
            shape = result.gradients[name].shape
            for place in range(min(2, prod(shape))):
                yield from update_steps(result, name, unravel(place, shape))
            yield from _more(shape, 2, name)


def _trained(result: NetworkStep) -> list[str]:
    return [name for name in result.gradients if name in result.ran.store.parameters]


def _forward(result: NetworkStep) -> Iterator[Step]:
    graph, rows = result.ran.graph, {node: row for row, node in result.ran.rows}
    yield _array("x", result.problem.x, graph, result.ran.x)
    for node in graph.nodes:
        if node.rule is None or node.name == "L":
            continue
        if node in rows:
            row = rows[node]
            text = row.node.text if hasattr(row.node, "text") else row.type
            yield _array(f"{node.name} = {text}", node.value, graph, node)
        elif getattr(node.rule, "source", None) is None:
            yield _array(node.name, node.value, graph, node)
        yield from _elements(graph, node)
    end = graph.nodes[-1]
    if result.loss is not None and end.rule is not None:
        yield graph.step(end, ())


def _array(words: str, value: Any, graph: Graph, node: Node) -> Step:
    """An array as grids; of a large one the first map, and how many more there are."""
    shown = value[0] if _is_single(graph, node) else value
    note = by_x(shown.shape)
    while shown.size > MOST_VALUES and shown.ndim > 2:
        note += f"; the first of {len(shown)} is shown" if len(shown) > 1 else ""
        shown = shown[0]
    if shown.size > MOST_VALUES:
        whole, shown = shown, shown[(slice(MOST_BESIDE),) * shown.ndim]
        note += f"; of it the first {by_x(shown.shape)}, and {whole.size - shown.size:,} more"
    return Step(words, shown.tolist(), None, (), note)


def _elements(graph: Graph, node: Node) -> Iterator[Step]:
    if getattr(node.rule, "source", None) is not None:
        return
    shape = _shape(graph, node)
    for place in range(min(MOST_ELEMENTS, prod(shape))):
        yield value_step(graph, node, _whole(graph, node, unravel(place, shape)))
    yield from _more(shape, MOST_ELEMENTS, node.name)


def _more(shape: Index, shown: int, name: str) -> Iterator[Step]:
    if prod(shape) > shown:
        last = ",".join(str(size - 1) for size in shape)
        yield Step(f"… and {prod(shape) - shown:,} more elements",
                   note=f"--at {name}:{last} shows the last one")


def value_step(graph: Graph, node: Node, index: Index) -> Step:
    """One element of a value; of a pool, with what won and where its gradient goes."""
    note = ""
    if isinstance(node.rule, MaxPool):
        source = node.arguments[0]
        won = ",".join(map(str, graph.shown(source, node.rule.won(node, index))))
        note = f"{source.name}({won}) wins and takes the gradient"
    return graph.step(node, index, note)


def _backward(result: NetworkStep) -> Iterator[Step]:
    graph = result.ran.graph
    parameters = {node: name for name, node in result.ran.store.parameters.items()}
    told: set[Node] = set()
    for node in reversed(graph.nodes):
        if node.rule is None or node not in graph.gradients or node.name == "L":
            continue
        yield _slope_array(graph, node)
        yield from _slopes(graph, node)
        for argument in node.arguments:
            if argument in parameters and argument.wants and argument not in told:
                users = graph.uses(argument)
                if users and users[0][0] is node:  # the last that is reached from behind
                    told.add(argument)
                    yield _slope_array(graph, argument)
                    yield from _slopes(graph, argument)
    for node in (*[each for each in parameters if each.wants and each not in told],
                 *([result.ran.x] if result.ran.x.wants else [])):
        yield _slope_array(graph, node)
        yield from _slopes(graph, node)


def _slope_array(graph: Graph, node: Node) -> Step:
    return _array(f"∂L/∂{node.name}", graph.gradient(node), graph, node)


def _slopes(graph: Graph, node: Node) -> Iterator[Step]:
    shape = _shape(graph, node)
    for place in range(min(MOST_ELEMENTS, prod(shape))):
        yield graph.slope_step(node, _whole(graph, node, unravel(place, shape)))
    yield from _more(shape, MOST_ELEMENTS, node.name)


def _place_steps(result: NetworkStep, name: str, index: Index) -> Iterator[Step]:
    graph, node = result.ran.graph, _nodes(result)[name]
    whole = _whole(graph, node, index)
    if node.rule is not None:
        yield value_step(graph, node, whole)
    if node in graph.gradients:
        yield graph.slope_step(node, whole)
    if result.state is not None and name in _trained(result):
        yield from update_steps(result, name, index)


def update_steps(result: NetworkStep, name: str, index: Index) -> list[Step]:
    """The first update of one element of a parameter, by the optimiser's formulas."""
    problem = result.problem
    assert problem.optimiser is not None
    before = begun(problem, result.ran)
    options = dict(problem.options)
    if problem.optimiser.counts:
        options["t"] = before["step"] + 1
    own: dict[str, Any] = {}
    for key, each in before.items():
        if key != "step":
            value = each if key in SINGLE else each.get(name)
            own[key] = value if key in SINGLE or value is None else value[index]
    w = Expr("element", (name, index))
    return optimisers.update_steps(
        problem.optimiser, options, own, (w, float(result.ran.store.parameters[name].value[index])),
        (Expr("partial", (symbol("L"), w)), float(result.gradients[name][index])),
    )


def element(result: NetworkStep, field: str, index: Index) -> Step | None:
    """The working of one element of a field, for a difference to show."""
    graph, rows = result.ran.graph, result.ran.rows
    if found := _LAYER.fullmatch(field):
        node = rows[int(found[1])][1]
        whole = _whole(graph, node, index)
        if found[2] == "output":
            return value_step(graph, node, whole)
        return graph.slope_step(node, whole)
    if field == "output":
        return value_step(graph, rows[-1][1], _whole(graph, rows[-1][1], index))
    if field == "loss":
        return graph.step(graph.nodes[-1], ())
    kind, _, name = field.partition(".")
    if kind == "gradients":
        node = result.ran.x if name == "x" else result.ran.store.parameters[name]
        return graph.slope_step(node, _whole(graph, node, index))
    if kind == "updated" and name in _trained(result) and result.last is None:
        return update_steps(result, name, index)[-1]
    return None


def derivation(result: NetworkStep) -> list[str]:
    """The fields in the order in which they are derived."""
    rows = range(len(result.layers))
    order = [f"layers[{i}].output" for i in rows]
    order += ["output", "loss"]
    owners: dict[str, list[str]] = {}
    for name in _trained(result):
        owners.setdefault(name.rpartition(".")[0], []).append(name)
    for i in reversed(rows):
        order.append(f"layers[{i}].gradient")
        order += [f"gradients.{name}" for name in owners.get(result.layers[i].name, [])]
    order += ["gradients.x", *(f"updated.{name}" for name in result.updated)]
    return order

