"""What a layer's values are computed with: the rules, its parameters, what it keeps.

Beside the function that counts a type stands one that computes it, `TYPE_values(run, x, …)`,
with all arguments of the type by name. Values have the batch in front of the layer's axes.
Only the graph behind it knows NumPy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcalc.derive.activations import ACTIVATIONS, parametrised
from dlcalc.derive.rules import RULES, Activate, Array, Graph, Node
from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.table import CONTEXT, handler, usual
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import as_doubles, as_numbers, fitting

__all__ = ["Node", "Pass", "Store", "values_of"]


@dataclass(eq=False, repr=False)
class Store:
    """Parameters, running statistics and masks by their names, as they are asked for."""

    given: Mapping[str, Any]
    masks: Mapping[str, Any]
    training: bool
    """Whether batch statistics and masks are taken."""
    kind: type = float
    draw: Callable[[str, tuple[int, ...]], Array] | None = None
    """What draws a parameter that is not given; None: it is missing."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What a framework does otherwise than PyTorch."""
    layout: str = ""
    """How two axes are meant, TxD or CxL, as far as the run has come."""
    parameters: dict[str, Node] = field(default_factory=dict)
    frozen: set[str] = field(default_factory=set)
    buffers: dict[str, Array] = field(default_factory=dict)
    """Running statistics as they were."""
    tracked: dict[str, Array] = field(default_factory=dict)
    """Running statistics as they become."""
    missing: dict[str, tuple[int, ...]] = field(default_factory=dict)
    without: Collection[str] = ()
    """Layers that are passed over."""
    trains: bool = True
    """Whether gradients of the parameters are wanted, and"""
    of_input: bool = True
    """that of the input."""

    def array(self, name: str, shape: tuple[int, ...], otherwise: float | None = None) -> Array:
        """What was given under a name, of that shape; else drawn, or noted as missing."""
        if name in self.given:
            array: Array = self.given[name]
            if not isinstance(array, np.ndarray):
                array = as_doubles(array, name)
            return fitting(array.astype(self.kind, copy=False), shape, name)
        if otherwise is not None:
            return np.full(shape, otherwise, dtype=self.kind)
        if self.draw is not None:
            return self.draw(name, shape).astype(self.kind)
        self.missing[name] = shape
        return np.ones(shape, dtype=self.kind)


@dataclass(eq=False, repr=False)
class Pass:
    """One layer at its work."""

    graph: Graph
    store: Store
    name: str
    shape: tuple[int, ...]
    """The shape of its input, without the batch."""
    tied: str = ""
    shared: str = ""
    frozen: bool = False
    type: str = ""
    parts: dict[str, Node] = field(default_factory=dict)

    def do(self, rule: str | Any, *arguments: Node, part: str = "", **options: Any) -> Node:
        """The result of a rule; the layer's own output where it is no part of it."""
        name = f"{self.name}.{part}" if part else self.name
        applied = RULES[rule] if isinstance(rule, str) else rule
        node = self.graph.apply(applied, *arguments, name=name, **options)
        if part:
            self.parts[part] = node
        return node

    def parameter(self, part: str, shape: tuple[int, ...], start: float | None = None) -> Node:
        """A parameter of the layer, or the one of another layer that it shares.

        One that begins as a number wherever parameters are drawn is drawn as that.
        """
        owner = self.shared or self.name
        if self.tied and "weight" in part:
            owner = self.tied
        full = f"{owner}.{part}"
        known = self.store.parameters.get(full)
        if known is None:
            drawn = None if self.store.draw is None else start
            wants = self.store.trains and not self.frozen
            known = self.graph.given(self.store.array(full, shape, drawn), full, wants)
            self.store.parameters[full] = known
            if self.frozen:
                self.store.frozen.add(full)
        elif known.shape != shape:
            raise ShapeError(f"{full} is {by_x(known.shape)}; {self.name} needs {by_x(shape)}")
        return known

    def buffer(self, part: str, shape: tuple[int, ...], otherwise: float | None) -> Node:
        """Numbers that the layer keeps and nothing trains."""
        full = f"{self.name}.{part}"
        array = self.store.array(full, shape, otherwise)
        self.store.buffers[full] = array
        return self.graph.given(array, full)

    def track(self, buffer: str, part: str, momentum: float, factor: float = 1.0) -> None:
        """Move a running statistic towards that of the batch: new = (1 − m)·old + m·batch."""
        full = f"{self.name}.{buffer}"
        batch = self.parts[part].value.reshape(-1) * factor
        self.store.tracked[full] = (1 - momentum) * self.store.buffers[full] + momentum * batch

    def fact(self, name: str, usual: Any) -> Any:
        """What a framework has for this, or the usual."""
        return self.store.facts.get(name, usual)

    def constant(self, value: float) -> Node:
        """A number that stands in a formula."""
        small = np.dtype(self.store.kind).itemsize < np.dtype(float).itemsize
        return self.graph.given(np.array(value, self.store.kind if small else None), "")

    def zeros(self, batch: int, width: int, part: str) -> Node:
        """A state to begin with."""
        zeros: Array = np.zeros((batch, width), self.store.kind)
        return self.graph.given(zeros, f"{self.name}.{part}", batched=True)

    def batched(self, node: Node) -> Node:
        """The same for every example of the batch."""
        batch = self.graph.batch
        ones = self.graph.given(np.ones((batch, 1), self.store.kind), f"{self.name}.ones")
        spread = self.do("move", node, shape=(1, *node.shape), part="table")
        return self.do("einsum", ones, spread, spec="nb,btd->ntd", part="copies")

    def by_channel(self, node: Node, axis: int = 0) -> Node:
        """Numbers of the channels, to stand beside the layer's values."""
        after = len(self.shape) - 1 - axis
        return self._reshaped(node, (-1, *[1] * after)) if after else node

    def _reshaped(self, node: Node, shape: tuple[int, ...]) -> Node:
        moved = self.graph.apply(RULES["move"], node, name=node.name, shape=shape)
        moved.bare = True
        return moved

    def scaled(
        self, x: Node, held: tuple[int, ...], axis: int, affine: bool = True, bias: bool = True
    ) -> Node:
        """x·weight + bias, whose axes are those of x from `axis` on."""
        if not affine:
            return self.do("move", x)
        after = x.value.ndim - axis - len(held)
        shape = (*held, *[1] * after)

        def fitted(part: str) -> Node:
            node = self.parameter(part, held)
            return self._reshaped(node, shape) if after else node

        weight = fitted("weight")
        if not bias:
            return self.do("mul", x, weight)
        return self.do("add", self.do("mul", x, weight, part="scaled"), fitted("bias"))

    def along(self, x: Node, axis: int, length: int, rows: Sequence[Mapping[int, float]]) -> Node:
        """Along one axis, each element as a weighted sum of those of x."""
        matrix: Array = np.zeros((len(rows), length), self.store.kind)
        for i, row in enumerate(rows):
            for column, share in row.items():
                matrix[i, column] += share
        letters = "nchwd"[: x.value.ndim]
        to = letters[:axis] + "o" + letters[axis + 1 :]
        spec = f"{letters},o{letters[axis]}->{to}"
        last = axis == x.value.ndim - 1
        constant = self.graph.given(matrix, f"{self.name}.shares{axis - 1}")
        return self.do("einsum", x, constant, spec=spec, part="" if last else f"axis{axis - 1}")

    def mask(self, rate: float) -> Node:
        """Which elements a dropout keeps, as it was given."""
        shape = self.shape if self.graph.single else (self.graph.batch, *self.shape)
        if self.name not in self.store.masks:
            raise InputError(
                f"masks: {self.name} drops elements while training: give its mask of "
                f"{by_x(shape)} under its name, or the mode eval"
            )
        mask = self._given_mask(shape).reshape(-1, *self.shape)
        return self.graph.given(mask, f"{self.name}.mask", batched=True)

    def masked(self, scores: Node) -> Node:
        """Scores without those that an attention mask leaves out."""
        if self.name not in self.store.masks:
            return scores
        steps = self.shape[0]
        mask = self._given_mask((steps, steps))
        bar: Array = np.where(mask.real > 0, 0.0, -np.inf).astype(self.store.kind)
        return self.do("add", scores, self.graph.given(bar, f"{self.name}.bar"), part="masked")

    def _given_mask(self, shape: tuple[int, ...]) -> Array:
        name = f"masks: that of {self.name}"
        return fitting(as_numbers(self.store.masks[self.name], name), shape, name).astype(
            self.store.kind)

    def look_up(self, x: Node, table: Node) -> Node:
        """The rows of a table that the numbers of x name."""
        tokens, last = x.value.real, len(table.value) - 1
        if (tokens != np.round(tokens)).any() or tokens.min() < 0 or tokens.max() > last:
            raise InputError(
                f"{self.name} takes whole numbers from 0 to {last}, "
                "the rows of its table"
            )
        return self.do("lookup", table, tokens=tokens.astype(int))

    def refuse(self, options: Mapping[str, Any]) -> None:
        """InputError for an option that changes what is computed in a way not known here."""
        known = usual(handler(self.type))
        for name, value in options.items():
            if value != known.get(name) and name not in CONTEXT:
                raise InputError(
                    f"{self.type} {name}={value} is counted, its values are not computed"
                )


MOVERS = ("identity", "flatten", "reshape", "transpose", "crop", "select")
"""Types that do no arithmetic: their count says where elements go."""


def values_of(type: str) -> Callable[..., Node]:
    """The function that computes a layer of this type; InputError where there is none.

    >>> values_of("linear").__name__
    'linear_values'
    """
    module = sys.modules.get(handler(type).__module__)
    found: Callable[..., Node] | None = getattr(module, f"{type}_values", None)
    if found is not None:
        return found
    if type in ACTIVATIONS and type not in MOVERS:
        return lambda run, x, **options: run.do(
            Activate(run.store.facts.get("activation", parametrised)(type, **options)), x
        )
    if type in MOVERS:
        return lambda run, x, **options: run.do(
            "move", x, **handler(type)(run.shape, **options).moves)
    raise InputError(f"{type} is counted, its values are not computed")
