"""A model run on numbers: every row of its count with its value, parameters by PyTorch's names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import NamedTuple

from dlcalc.derive.rules import Array, Graph, Node
from dlcalc.errors import DlcalcError, InputError, did_you_mean
from dlcalc.layers.counted import Shape
from dlcalc.layers.table import GENERAL, complete, context, handler
from dlcalc.layers.values import Pass, Store, values_of
from dlcalc.models.count import Count, Row, layout_behind, params
from dlcalc.models.tree import Block, Kind, Layer, Model, at_node, is_scope, name_nodes
from dlcalc.models.tree import Node as Written
from dlcalc.numbers.axes import by_x


class Ran(NamedTuple):
    """One forward pass."""

    graph: Graph
    x: Node
    """The input, with a batch axis."""
    rows: list[tuple[Row, Node]]
    """Each row of the count with its output."""
    store: Store
    """Parameters and running statistics."""
    output: Node
    """What comes out of the last layer that is no aside."""


Plan = Callable[[Node, Ran], Node]
"""What computes a layer in every run."""


class Runner:
    """A model, counted once, that runs on any values of its parameters."""

    def __init__(self, model: Model, count: Count) -> None:
        self.body = model.body
        self.count = count
        self.params, self.macs = count.params, count.macs
        """Parameters, and products for one example."""
        self.activations = sum(prod(row.output) for row in count.rows)
        """Numbers of all layers' outputs for one example."""
        self.names = name_nodes(model.body)
        self.rows = {row.name: row for row in count.rows}
        self.takes_tokens = bool(count.rows) and count.rows[0].type == "embedding"
        """Whether it takes whole numbers, which have no gradient."""
        self._plans: dict[str, Plan] = {}

    def run(self, x: Array, store: Store, single: bool) -> Ran:
        """Forward: x has a batch axis, of one where it is `single`."""
        graph = Graph(single)
        graph.batch = len(x)
        graph.products = self.macs * len(x)
        start = graph.given(x, "x", wants=store.of_input and not self.takes_tokens)
        start.options["batched"] = True
        ran = Ran(graph, start, [], store, start)
        end = self._body(self.body, "", start, ran)
        if store.missing:
            listed = [f"{name} {by_x(shape)}" for name, shape in store.missing.items()]
            if len(listed) > 8:
                listed[8:] = [f"and {len(listed) - 8} more"]
            unknown = next(_unknown(store), None)
            if unknown is not None:
                listed[-1] += f", and has {unknown}, which the model has not"
            raise InputError(
                f"parameters lacks {', '.join(listed)}; `init` draws what is not given"
            )
        return ran._replace(output=end)

    def _body(self, body: Sequence[Written], prefix: str, x: Node, ran: Ran) -> Node:
        for node in body:
            name = prefix + self.names[id(node)]
            if isinstance(node, Layer):
                x = self._layer(node, name, x, ran)
                ran.rows.append((self.rows[name], x))
            elif node.kind == Kind.REPEAT:
                for index in range(node.first, node.first + node.count):
                    x = self._body(node.body, f"{name}.{index}.", x, ran)
            elif node.kind == Kind.ASIDE and node.input is None:
                self._body(node.body, f"{name}." if is_scope(node) else prefix, x, ran)
            elif node.kind == Kind.ASIDE:
                raise at_node(InputError("an input of its own is counted, not computed"), node)
            elif node.kind != Kind.BUILT:
                x = self._join(node, name, prefix, x, ran)
        return x

    def _layer(self, layer: Layer, name: str, x: Node, ran: Ran) -> Node:
        if name in ran.store.without:
            return x
        try:
            plan = self._plans.get(name) or self._planned(layer, name, ran.store.layout)
            made = plan(x, ran)
        except DlcalcError as error:
            raise at_node(error, layer) from None
        made.wants = True
        made.name = name
        return made

    def _planned(self, layer: Layer, name: str, layout: str) -> Plan:
        row, compute = self.rows[name], values_of(layer.type)
        arguments = complete(layer.type, layer.arguments, dict(layer.options))
        general = {key: arguments.pop(key) for key in GENERAL if key in arguments}
        told = {"cached": 0, "layout": layout}
        arguments |= {key: told[key] for key in context(handler(layer.type))}
        shared = bool(row.tied) and "tie" not in general
        tied, owner = ("", row.tied) if shared else (row.tied, "")
        frozen, behind = bool(general.get("frozen", False)), layout_behind(layer.type, layout)

        def plan(x: Node, ran: Ran) -> Node:
            ran.store.layout = behind
            run = Pass(ran.graph, ran.store, name, row.input, tied, owner, frozen, layer.type)
            return compute(run, x, **arguments)

        self._plans[name] = plan
        return plan

    def _join(self, block: Block, name: str, prefix: str, x: Node, ran: Ran) -> Node:
        inner = f"{name}." if is_scope(block) else prefix
        ends = []
        for branch in block.body:
            assert isinstance(branch, Block)
            own = f"{inner}{branch.name}." if branch.name else inner
            ends.append(self._body(branch.body, own, x, ran))
        run = Pass(ran.graph, ran.store, name, self.rows[name].input)
        if block.kind == Kind.CONCAT:
            made = run.do("concat", *ends, axis=block.axis + 1)
        else:
            made = run.do("mul" if block.kind == Kind.SCALE else "add", *ends)
        made.wants = True
        ran.rows.append((self.rows[name], made))
        return made


def runner_of(model: Model, shape: Shape | None) -> Runner:
    """What runs a model on inputs of a shape; the model keeps it for the next time."""
    count = params(model, shape)
    runner: Runner | None = model.runner
    if runner is None or runner.count is not count:
        runner = model.runner = Runner(model, count)
    return runner


def check_names(store: Store) -> None:
    """InputError for a name among the parameters that the model has not, with the nearest."""
    for name in _unknown(store):
        known = [*store.parameters, *store.buffers]
        raise InputError(f"parameters: the model has no {name}{did_you_mean(name, known)}")


def _unknown(store: Store) -> Iterator[str]:
    """The names among the parameters given that no layer asked for."""
    for name in store.given:
        known = name in store.parameters or name in store.buffers
        if not known and not name.endswith("num_batches_tracked"):
            yield name
