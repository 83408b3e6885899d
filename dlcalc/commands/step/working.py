"""The working of a training step: forward layer by layer, gradients backwards, the update."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from copy import copy
from functools import partial
from itertools import islice
from math import prod
from typing import Any, cast

import numpy as np

from dlcalc.commands.step.answer import NetworkStep, train, trained
from dlcalc.derive.rules import Activate, Array, Convolve, Einsum, Graph, Index, MaxPool, Node
from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.formulas.expressions import Expr, Step, symbol
from dlcalc.layers import optimisers
from dlcalc.layers.criteria import ClassLoss
from dlcalc.layers.optimisers import LETTERS, SINGLE, mistaken, updated
from dlcalc.models.running import Ran
from dlcalc.numbers.axes import by_x, plural
from dlcalc.numbers.compare import Said, element_at, only_index, slip_of
from dlcalc.numbers.places import Place, unravel

MOST_VALUES = 400
"""Elements of an array that are shown as grids; of more, the first map."""
MOST_BESIDE = 10
"""Rows and columns of a map of more elements than that."""
MOST_ELEMENTS = 4
"""Elements of each array that are written out."""
_LAYER = re.compile(r"layers\[(\d+)\]\.(output|gradient)")


def _with_batch_axis(graph: Graph, node: Node, index: Index) -> Index:
    return (0, *index) if graph.is_single(node) else index


def steps_at(result: NetworkStep, field: str, index: Index) -> list[Step] | None:
    """All the steps of one element of a layer, a part of one, a parameter, x or the output."""
    graph, parameters = result.ran.graph, result.ran.store.parameters
    nodes = {node.name: node for node in graph.nodes if node.name}
    nodes |= {row.name: node for row, node in result.ran.rows}
    nodes |= parameters
    name = field.removeprefix("gradients.").removeprefix("updated.").rstrip("⁺")
    if name in ("", "output"):
        name = result.layers[-1].name
    if name not in nodes:
        if name != "loss" and not name.startswith("layers"):
            raise InputError(f"there is no such array{did_you_mean(name, nodes)}")
        return None
    node = nodes[name]
    value = node.value[0] if graph.is_single(node) else node.value
    index = index or only_index(value)
    element_at(value, index, Place((name,)))
    whole = _with_batch_axis(graph, node, index)
    steps = [] if node.rule is None else [value_step(graph, node, whole)]
    if node in graph.gradients:
        steps.append(graph.slope_step(node, whole))
    if result.state is not None and name in trained(result.ran):
        steps += update_steps(result, name, index)
    return steps


def step_steps(result: NetworkStep) -> Iterator[Step]:
    """Everything in the order in which it is done by hand."""
    yield Step("Forward")
    yield from _forward(result)
    yield Step("Gradients, from the loss back")
    yield from _backward(result)
    if result.state is not None:
        yield Step("Update")
        for name in trained(result.ran):
            shape = result.gradients[name].shape
            for place in range(min(2, prod(shape))):
                yield from update_steps(result, name, unravel(place, shape))
            yield from _more(shape, 2, name)


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
        if getattr(node.rule, "source", None) is None:
            yield from _elements(graph, node, partial(value_step, graph))
    end = graph.nodes[-1]
    if result.loss is not None and end.rule is not None:
        yield graph.step(end, ())


def _array(words: str, value: Any, graph: Graph, node: Node) -> Step:
    """An array as grids; of a large one the first map, and how many more there are."""
    shown = value[0] if graph.is_single(node) else value
    note = by_x(shown.shape)
    while shown.size > MOST_VALUES and shown.ndim > 2:
        note += f"; the first of {len(shown)} is shown" if len(shown) > 1 else ""
        shown = shown[0]
    if shown.size > MOST_VALUES:
        whole, shown = shown, shown[(slice(MOST_BESIDE),) * shown.ndim]
        note += f"; of it the first {by_x(shown.shape)}, and {whole.size - shown.size:,} more"
    return Step(words, shown.tolist(), None, (), note)


def _elements(graph: Graph, node: Node, step: Callable[[Node, Index], Step]) -> Iterator[Step]:
    shape = node.shape[1:] if graph.is_single(node) else node.shape
    for place in range(min(MOST_ELEMENTS, prod(shape))):
        yield step(node, _with_batch_axis(graph, node, unravel(place, shape)))
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
        yield from _slopes(graph, node)
        for argument in node.arguments:
            last = graph.uses(argument)[0][0] is node  # that is reached from behind
            if last and argument in parameters and argument.wants and argument not in told:
                told.add(argument)
                yield from _slopes(graph, argument)
    for node in (*parameters, result.ran.x):
        if node.wants and node not in told:
            yield from _slopes(graph, node)


def _slopes(graph: Graph, node: Node) -> Iterator[Step]:
    yield _array(f"∂L/∂{node.name}", graph.gradient(node), graph, node)
    yield from _elements(graph, node, graph.slope_step)


def update_steps(result: NetworkStep, name: str, index: Index) -> list[Step]:
    """The first update of one element of a parameter, by the optimiser's formulas."""
    problem = result.problem
    assert problem.optimiser is not None
    before = problem.begun(result.ran)
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


def _place_of(ran: Ran, field: str) -> tuple[Node, bool] | None:
    """The node that a field is of, and whether it is its gradient; None for other fields."""
    if found := _LAYER.fullmatch(field):
        return ran.rows[int(found[1])][1], found[2] == "gradient"
    if field in ("output", "loss"):
        return (ran.output if field == "output" else ran.graph.nodes[-1]), False
    kind, _, name = field.partition(".")
    if kind != "gradients":
        return None
    return (ran.x if name == "x" else ran.store.parameters[name]), True


def element(result: NetworkStep, field: str, index: Index) -> Step | None:
    """The working of one element of a field, for a difference to show."""
    graph, place = result.ran.graph, _place_of(result.ran, field)
    if place is not None:
        node, is_slope = place
        whole = _with_batch_axis(graph, node, index)
        return graph.slope_step(node, whole) if is_slope else value_step(graph, node, whole)
    key, name = _of_update(field)
    if name not in trained(result.ran) or result.last is not None:
        return None
    made = symbol(LETTERS.get(key, key)) if key else Expr("new", (Expr("element", (name, index)),))
    return next((each for each in update_steps(result, name, index) if each.name == made), None)


def _of_update(field: str) -> tuple[str, str]:
    """The optimiser's state, "" for the new weight, and the parameter that a field is of."""
    kind, _, name = field.partition(".")
    key, _, of = name.partition(".") if kind == "state" else ("", "", name)
    return key, of if kind in ("updated", "state") else ""


def derivation(result: NetworkStep) -> list[str]:
    """The fields in the order in which they are derived."""
    order = [f"layers[{i}].output" for i in range(len(result.layers))]
    order += ["output", "loss"]
    owners: dict[str, list[str]] = {}
    for name in trained(result.ran):
        owners.setdefault(name.rpartition(".")[0], []).append(f"gradients.{name}")
    for i, layer in reversed([*enumerate(result.layers)]):
        order += [f"layers[{i}].gradient", *owners.get(layer.name, [])]
    return [*order, "gradients.x", *(f"updated.{name}" for name in result.updated)]


MOST_WORK = 5_000_000
"""Elements that are computed anew in search of one slip."""
STEP_WORK = 5_000
"""Elements computed in the time that one step takes of the smallest network."""
FEWEST_TRIED = 12
"""Slips that are tried of a network of any size."""
Pull = Callable[[Node, Array, int], Any]


@np.errstate(all="ignore")
def advice(result: NetworkStep, field: str, wanted: Any) -> str:
    """The slip that gives what was wanted of a field; "" where none does."""
    size = sum(node.value.size for node in result.ran.graph.nodes)
    return slip_of(wanted, islice(_slips(result, field), FEWEST_TRIED + MOST_WORK // size))


def _slips(result: NetworkStep, field: str) -> Iterator[tuple[str, Any]]:
    own = _value(result.ran, field)
    if field.startswith(("updated.", "state.")):
        yield from _update_slips(result, *_of_update(field))
        return
    if own is not None:
        yield "the other sign", -own
        yield from _other_means(result, field, own)
        if field == "loss" or (result.loss is not None and _is_gradient(field)):
            yield "the factor 2 left out", own / 2
            yield "the factor ½ left out", own * 2
        if np.ndim(own) == 2:
            yield Said.TRANSPOSED, own.T
    if _is_gradient(field):
        yield from _slips_back(result, field)
    values = {name: node.value for name, node in result.ran.store.parameters.items()}
    yield from _slips_in_loss(result, field, values)
    activated = [row.name for row, node in result.ran.rows if isinstance(node.rule, Activate)]
    for name in activated:
        yield f"{name} left out", _forward_with(result, field, values, (name,))
    yield "the activations left out", _forward_with(result, field, values, activated)
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


def _other_means(result: NetworkStep, field: str, own: Any) -> Iterator[tuple[str, Any]]:
    """What a loss or a gradient is when the loss is divided by something else."""
    if field != "loss" and not _is_gradient(field):
        return
    count = result.ran.graph.nodes[-1].options.get("count", 1)
    size, examples = result.ran.output.value.size, len(result.ran.output.value)
    if count > 1:
        yield Said.SUM_FOR_MEAN, own * count
        if count < size:
            yield Said.MEAN_OVER_ALL.format(size), own * count / size
        elif 1 < examples < count:
            yield f"the mean over the {examples} examples", own * count / examples
    elif size > 1:
        yield Said.MEAN_FOR_SUM, own / size


def _slips_back(result: NetworkStep, field: str) -> Iterator[tuple[str, Any]]:
    for words, rules, pull in _PULLS:
        nodes = [each for each in result.ran.graph.nodes if isinstance(each.rule, rules)]
        for of in ([nodes] if nodes else []) + [[each] for each in nodes if len(nodes) > 1]:
            yield words, _differently(result, field, lambda node, *given, of=of, pull=pull: (
                pull(node, *given) if node in of else None))


def _value(ran: Ran, field: str) -> Any:
    place = _place_of(ran, field)
    if place is None:
        return None
    node, is_slope = place
    array = ran.graph.gradient(node) if is_slope else node.value
    return array[0] if ran.graph.is_single(node) else array


def _update_slips(result: NetworkStep, key: str, name: str) -> Iterator[tuple[str, Any]]:
    problem, steps = result.problem, result.problem.asked["steps"] or 1
    size = sum(node.value.size for node in result.ran.graph.nodes)
    if name not in result.gradients or problem.optimiser is None or (
            steps > 1 and steps * (size + STEP_WORK) > MOST_WORK):
        return
    made, chosen = partial(_moved, result, key, name), (problem.optimiser, problem.options)
    gradient = result.gradients[name]
    before = made(0, chosen, gradient)
    if not key:
        yield "the other sign of the update", 2 * before - result.updated[name]
        yield "the step alone, without the weight", result.updated[name] - before
    yield "the update left out", before
    for words, *other in mistaken(*chosen):
        yield words, partial(made, steps, other, gradient if steps == 1 else None)
    if steps > 1:
        yield "the gradient of the first step in each", made(steps, chosen, gradient)
        for taken in (1, steps - 1, steps + 1):
            yield f"{taken} {plural(taken, 'step')} in place of {steps}", made(taken, chosen)
        return
    for words, slope in _slips(result, f"gradients.{name}"):
        if np.shape(slope) == gradient.shape:
            yield words, made(1, chosen, slope)


def _moved(
    result: NetworkStep, key: str, name: str, steps: int, chosen: Any, gradient: Any = None
) -> Any:
    """A parameter, or a state of it, after steps of another optimiser, or of one gradient."""
    problem, (found, options) = copy(result.problem), chosen
    problem.optimiser, problem.options = found, options
    if gradient is None:
        anew = train(problem, steps)
        weights, state = anew.updated, anew.state or {}
    else:
        weights = {name: result.ran.store.parameters[name].value}
        state = problem.begun(result.ran)
    for _ in range(0 if gradient is None else steps):
        weights = updated(found, options, state, weights, {name: gradient})
    return state.get(key, {}).get(name) if key else weights[name]


def _is_gradient(field: str) -> bool:
    return field.endswith(".gradient") or field.startswith("gradients.")


def _pulled_with(node: Node, gradient: Array, place: int, argument: Node, value: Array) -> Any:
    """What a pull gives with another value of one of the arguments."""
    kept, argument.value = argument.value, value
    try:
        return node.rule.pull(node, gradient, place) if node.rule is not None else None
    finally:
        argument.value = kept


def _kernel_as_it_lies(node: Node, gradient: Array, place: int) -> Any:
    w = node.arguments[1]
    turned = np.flip(w.value, tuple(range(2, w.value.ndim)))
    return None if place else _pulled_with(node, gradient, place, w, turned)


def _before_activation(node: Node, gradient: Array, place: int) -> Any:
    x = node.arguments[0]
    if place != 1 or not isinstance(x.rule, Activate):
        return None
    return _pulled_with(node, gradient, place, x, x.arguments[0].value)


def _slope_twice(node: Node, gradient: Array, place: int) -> Any:
    rule: Any = node.rule
    return rule.pull(node, rule.pull(node, gradient, place), place)


def _softmax_again(node: Node, gradient: Array, place: int, whole: bool = False) -> Any:
    y, rule = node.saved, cast(ClassLoss, node.rule)
    if not rule.logits:
        return None
    found = rule.pull(node, gradient, place)
    summed = (found * y).sum(axis=node.options["axis"], keepdims=True) if whole else found * y
    return y * (found - summed)


def _slips_in_loss(
    result: NetworkStep, field: str, values: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Slips in a loss of classes; its slope stays y − t along their axis."""
    if not isinstance(result.ran.graph.nodes[-1].rule, ClassLoss):
        return

    def anew(loss: Node, over: int | None = None) -> None:
        axis, target, rule = loss.options["axis"], loss.arguments[1], cast(ClassLoss, loss.rule)
        if over is None:
            target.value = np.roll(target.value, -1, axis)
        loss.options["axis"] = axis if over is None else over
        loss.value = rule.value(loss, *(each.value for each in loss.arguments))
        loss.options["axis"] = axis

    yield Said.FROM_ONE, _forward_with(result, field, values, change=anew)
    if len(result.ran.output.value) > 1:
        yield Said.OVER_EXAMPLES, _forward_with(
            result, field, values, change=partial(anew, over=0))


def _other_transpose(node: Node, gradient: Array, place: int) -> Any:
    w = node.arguments[1].value
    if place or w.ndim != 2 or not w.shape[0] == w.shape[1] == gradient.shape[-1]:
        return None
    return gradient @ w.T


_AGAIN = Said.SLOPE_AGAIN.format("softmax", "y − t")
_PULLS: tuple[tuple[str, Any, Pull], ...] = (
    ("the slope of the activation left out", Activate, lambda node, gradient, place: gradient),
    ("the slope of the activation twice", Activate, _slope_twice),
    (f"the {_AGAIN}", ClassLoss, _softmax_again),
    (f"the whole {_AGAIN}", ClassLoss, partial(_softmax_again, whole=True)),
    ("what comes before the activation in place of what follows it", Einsum | Convolve,
     _before_activation),
    ("the kernel not turned round", Convolve, _kernel_as_it_lies),
    ("W in place of its transpose", Einsum, _other_transpose),
)
"""Slips on the way back, and the rules of the operations in which they are made."""


def _differently(result: NetworkStep, field: str, pull: Pull) -> Any:
    graph = result.ran.graph
    kept = graph.gradients
    try:
        graph.backward({graph.nodes[-1]: np.ones(())}, pull)
        return _value(result.ran, field)
    finally:
        graph.gradients = kept


@np.errstate(all="ignore")
def _forward_with(
    result: NetworkStep, field: str, parameters: dict[str, Any], without: Collection[str] = (),
    change: Callable[[Node], None] | None = None,
) -> Any:
    try:
        given = {**parameters, **result.ran.store.buffers}
        ran = result.problem.forward(given, result.problem.x, without=without)
        end = result.problem.loss(ran)
        if change is not None:
            change(end)
        if _is_gradient(field):
            ran.graph.backward({end: np.ones(())})
    except DlcalcError:
        return None
    return _value(ran, field)
