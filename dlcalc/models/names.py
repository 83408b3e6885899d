"""Names for all layers: as given, else by type and number; `block.0.conv1` within a repeat."""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc.errors import InputError
from dlcalc.models.tree import ASIDE, BRANCH, BUILT, REPEAT, Block, Layer, Node, at_node


def name_nodes(body: Sequence[Node]) -> dict[int, str]:
    """The name of every layer and block within its scope, by the node's identity.

    A scope is the model, or a block with a name of its own (a repeat always has one).
    Raises InputError where one scope has the same name twice.
    """
    names: dict[int, str] = {}
    _name_scope(body, names)
    return names


def _name_scope(body: Sequence[Node], names: dict[int, str]) -> None:
    nodes = list(_in_scope(body))
    taken: set[str] = set()
    spans: dict[str, list[range]] = {}
    for node in nodes:
        if node.name and not _is_free(node, taken, spans):
            raise at_node(InputError(f"the name {node.name} is given twice"), node)
    numbers: dict[str, int] = {}
    for node in nodes:
        names[id(node)] = node.name or _number(node, taken, numbers)
        if isinstance(node, Block) and is_scope(node):
            _name_scope(node.body, names)


def _in_scope(body: Sequence[Node]) -> list[Node]:
    """The nodes of a scope, in order; a block without a name opens none of its own."""
    found: list[Node] = []
    for node in body:
        found.append(node)
        if isinstance(node, Block) and not is_scope(node):
            found += _in_scope(node.body)
    return found


def is_scope(block: Block) -> bool:
    """Whether names within the block begin with the block's own."""
    return block.kind == REPEAT or bool(block.name)


def _is_free(node: Node, taken: set[str], spans: dict[str, list[range]]) -> bool:
    """Take the node's name; repeats may share one where their indices differ."""
    if isinstance(node, Block) and node.kind == REPEAT:
        indices = range(node.first, node.first + node.count)
        others = spans.setdefault(node.name, [])
        free = (node.name not in taken or bool(others)) and all(
            indices.stop <= other.start or other.stop <= indices.start for other in others
        )
        others.append(indices)
    else:
        free = node.name not in taken
    taken.add(node.name)
    return free


def _number(node: Node, taken: set[str], numbers: dict[str, int]) -> str:
    kind = node.type if isinstance(node, Layer) else node.kind
    if kind in (BRANCH, ASIDE, BUILT):
        return ""
    while True:
        numbers[kind] = numbers.get(kind, 0) + 1
        name = f"{kind}{numbers[kind]}"
        if name not in taken:
            return name


def with_names(body: Sequence[Node], names: dict[int, str]) -> list[Node]:
    """The same layers with their numbered names made their own."""
    named: list[Node] = []
    for node in body:
        name = names[id(node)]
        if isinstance(node, Layer):
            named.append(Layer(node.type, node.arguments, node.options, name, node.place))
        else:
            own = name if node.kind == REPEAT else node.name
            named.append(node.replaced(body=with_names(node.body, names), name=own))
    return named
