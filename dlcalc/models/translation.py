"""Graphs of files put into the layer notation, and models written in it, ready to edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dlcalc.errors import InputError
from dlcalc.layers.table import handler, usual
from dlcalc.models.tree import MOST_NESTING, SHARED, Block, Kind, Layer, Model, Node


class Step(NamedTuple):
    """One place of a graph: layers behind its one input, or where several branches meet."""

    name: str
    """The value that it gives."""
    inputs: tuple[str, ...]
    """The values that it takes."""
    layers: tuple[Node, ...] = ()
    """The layers, where it takes one value."""
    join: str = ""
    """`sum`, `scale` or `concat`, where it takes several."""
    axis: int = 0
    """The axis of a concat."""


def arranged(steps: Sequence[Step], start: str, end: str) -> list[Node]:
    """The steps from one value to another as nested blocks, in the order of the notation.

    Branches begin at the last value that all of them come from. Raises InputError where they
    share more than that, which blocks cannot say.

    >>> fork = [Step("a", ("x",), (Layer("relu"),)), Step("s", ("a", "x"), join="sum")]
    >>> [node.kind for node in arranged(fork, "x", "s") if isinstance(node, Block)]
    ['sum']
    """
    known = {step.name: step for step in _shortened(steps)}
    parents, depths = {start: start}, {start: 0}
    for step in known.values():
        inputs = [name for name in step.inputs if name in depths]
        if not inputs or len(inputs) < len(step.inputs):
            continue
        above = inputs[0]
        for other in inputs[1:]:
            above = _meeting(above, other, parents, depths)
        parents[step.name], depths[step.name] = above, depths[above] + 1
    if end not in depths:
        raise InputError(f"{plain_name(end)} does not come from the one input {plain_name(start)}")
    placed: set[str] = set()

    def between(first: str, last: str, depth: int) -> list[Node]:
        if depth > MOST_NESTING:
            raise InputError("branches within branches too deep to be said in the notation")
        found: list[Node] = []
        while last != first:
            step = known[last]
            if last in placed:
                raise InputError(
                    f"{plain_name(last)} belongs to two branches, which the notation cannot say"
                )
            placed.add(last)
            if not step.join:
                found[:0] = step.layers
                last = step.inputs[0]
                continue
            above = parents[last]
            branches = [Block(Kind.BRANCH, between(above, name, depth + 1)) for name in step.inputs]
            found.insert(0, Block(step.join, branches, axis=step.axis))
            last = above
        return found

    return between(start, end, 0)


def _shortened(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps; what is laid behind all that was laid end to end before is laid behind that."""
    laid: dict[tuple[tuple[str, ...], int], str] = {}
    for step in steps:
        if step.join == Kind.CONCAT:
            inputs, axis = step.inputs, step.axis
            ends = [at for at in range(2, len(inputs)) if (inputs[:at], axis) in laid]
            laid[inputs, axis] = step.name
            if ends:
                whole = laid[inputs[: ends[-1]], axis]
                step = step._replace(inputs=(whole, *inputs[ends[-1] :]))
        yield step


def _meeting(a: str, b: str, parents: Mapping[str, str], depths: Mapping[str, int]) -> str:
    """The last value that both come through."""
    while a != b:
        if depths[a] < depths[b]:
            a, b = b, a
        a = parents[a]
    return a


def notation(model: Model) -> str:
    """A model as it would be written down.

    >>> print(notation(Model([Layer("conv", (6, 5), name="C1")], (1, 28, 28), "net")))
    name net
    input 1x28x28
    C1: conv 6 5
    """
    head = [f"name {model.name}"] if model.name else []
    if model.input is not None:
        head.append("input " + "x".join(map(str, model.input)))
    return "\n".join([*head, *_lines(model.body, "")])


def _lines(body: Sequence[Node], indent: str) -> Iterator[str]:
    for node in body:
        named = f"{node.name}: " if node.name else ""
        if isinstance(node, Layer):
            known = usual(handler(node.type)).items()
            options = dict(each for each in node.options.items() if each not in known)
            yield f"{indent}{named}{Layer(node.type, node.arguments, options).text}"
            continue
        head = node.kind
        if node.kind == Kind.REPEAT:
            head += f" {node.count}" + (f" from={node.first}" if node.first else "")
            head += f" {SHARED}" if node.shared else ""
        elif node.kind == Kind.CONCAT and node.axis:
            head += f" axis={node.axis}"
        elif node.input is not None:
            head += " " + "x".join(map(str, node.input))
        yield f"{indent}{named}{head}:"
        yield from _lines(node.body, f"{indent}  ")


def plain_name(name: str) -> str:
    """A name that the notation can have, as like as may be.

    >>> plain_name("/conv1/Conv_output_0"), plain_name("node 5"), plain_name("scale")
    ('/conv1/Conv_output_0', 'node_5', 'scale_')
    """
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-/.") else "_" for c in name)
    kept = kept.strip("_-.") or "layer"
    kept += "_" if kept in Kind.ALL else ""
    return f"n{kept}" if kept[0].isdigit() else kept
