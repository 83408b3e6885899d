"""The steps of a recurrent layer as operations of a graph, by the equations of its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.derive.parser import parse_equations
from dlcalc.derive.tree import Apply, Name, Number
from dlcalc.layers.cells.cell import CELLS, gate_rows

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass

RULES = {"hadamard": "mul", "element": "move"}
"""Operations of equations that a layer calls otherwise."""
PARTS = {
    "W@s_t": "z", "f_t⊙c_p": "kept", "i_t⊙g_t": "written", "tanh(c_t)": "tanh_c",
    "r_t⊙u_t": "reset", "1 - z_t": "rest", "(1 - z_t)⊙n_t": "new", "z_t⊙h_p": "old",
}
"""What is computed within an equation, and what that is called."""


class Operation(NamedTuple):
    """One operation of a step."""

    part: str
    """What it gives."""
    rule: str
    """What is done."""
    arguments: tuple[str, ...]
    """The parts that it takes."""
    options: dict[str, Any]
    """What else it is told."""


class CellSteps:
    """The operations of a layer's cell, planned once.

    The products W x + b and U h + b are made for all gates together, before a step, and are
    its parts `x` and `h`.
    """

    def __init__(self, run: Pass, hidden: int) -> None:
        self.run = run
        cell = CELLS[run.type]
        self.gates = gate_rows(cell.torch_gates, hidden)
        self.rows = hidden * len(self.gates)
        """Rows of the weights."""
        self.plan: list[Operation] = []
        self.names = {"h_p": "h_p", "c_p": "c_p"}
        """The parts that the names of the equations stand for."""
        self.constants: dict[str, float] = {}
        rows = {f"rows_{gate}": f"{at.start}:{at.stop}" for gate, at in self.gates.items()}
        text = cell.equations["after"].format(t="t", p="p", **cell.usual, **rows)
        for equation in parse_equations(text):
            part = equation.name.removesuffix("_t")
            self.names[equation.name] = self._part_of(equation.expression, part)

    def step(self, of_x: Node, of_h: Node, h: Node, c: Node, mark: str) -> tuple[Node, Node]:
        """The next h and c; `mark` ends the name of each part."""
        known = {name: self.run.constant(value) for name, value in self.constants.items()}
        known |= {"x": of_x, "h": of_h, "h_p": h, "c_p": c}
        for part, rule, arguments, options in self.plan:
            given = [known[each] for each in arguments]
            known[part] = self.run.do(rule, *given, part=f"{part}{mark}", **options)
        return known[self.names["h_t"]], known.get("c", c)

    def _part_of(self, node: Number | Name | Apply, part: str) -> str:
        """Plan an expression, and say which part it is; none for the bias of a product."""
        if isinstance(node, Number):
            self.constants[node.text] = node.value
            return node.text
        if isinstance(node, Name):
            return self.names.get(node.name, "")
        operation, arguments = node.operation, node.arguments
        if operation == "concat":  # of h and x: the product of each is made by itself
            return ""
        if operation == "matmul":
            return self._product(arguments[0], part)
        last = arguments[-1]
        if isinstance(last, Apply) and last.operation == "neg":
            operation, arguments = "sub", (arguments[0], *last.arguments)
        parts = [self._part_of(each, PARTS.get(each.text, "")) for each in arguments]
        given = tuple(filter(None, parts))
        if operation == "add" and len(given) == 1:
            return given[0]
        options = {"window": (..., *node.options["index"])} if operation == "element" else {}
        self.plan.append(Operation(part, RULES.get(operation, operation), given, options))
        return part

    def _product(self, weight: Any, part: str) -> str:
        """The rows of a gate in the product of x (W_i…) or of h (W_h…), or the sum of both."""
        if weight.name == "W":
            self.plan.append(Operation(part, "add", ("x", "h"), {}))
            return part
        side, gate = "x" if weight.name[2] == "i" else "h", weight.name[3]
        if len(self.gates) == 1:
            return side
        part = f"{gate}_{side}"
        self.plan.append(Operation(part, "move", (side,), {"window": (..., self.gates[gate])}))
        return part
