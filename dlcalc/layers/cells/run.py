"""A cell run by its own equations, forward and back, its gradients held against differences.

By the same equations a layer of a network takes its steps, as operations of the graph. And what a
cell keeps over a run: which gradient of a later loss reaches h₀, and a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.derive.arrays import Arrays
from dlcalc.derive.parser import parse_equations
from dlcalc.derive.tape import System, Tape, arranged, backward, forward, recorded
from dlcalc.derive.tree import Apply, Name, Number, text_of
from dlcalc.errors import InputError, LimitError
from dlcalc.input.expressions import sentences
from dlcalc.layers.cells.problem import (
    CELLS,
    CellProblem,
    CellResult,
    CellRun,
    as_given,
    gate_rows,
    origins,
    parameters,
    require_finite,
    weight_of,
    with_loss,
)
from dlcalc.numbers.axes import plural
from dlcalc.numbers.differences import GradientCheck, check_moved
from dlcalc.numbers.exact import Array

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


MOST_STEPS = 30_000_000
"""Forward steps of all copies that a check of a small cell may take, a minute's worth or two."""
A_STEP = 300
"""Products that take as long as all else of a forward step."""
AT_ONCE = 2**22
"""Numbers of the passes that are carried side by side."""
RULES = {"hadamard": "mul", "element": "move"}
"""Operations of equations that a layer calls otherwise."""
PARTS = {
    "W@s_t": "z", "f_t⊙c_p": "kept", "i_t⊙g_t": "written", "tanh(c_t)": "tanh_c",
    "r_t⊙u_t": "reset", "1 - z_t": "rest", "(1 - z_t)⊙n_t": "new", "z_t⊙h_p": "old",
}
"""What is computed within an equation, and what that is called."""
FADED, GROWN = 1e-3, 1e3
"""Below and above these, of its first value, a gradient is said to vanish or to explode."""
STEADY = 0.02
"""How far from 1 the factor of a step may be in a gradient that is kept."""

Columns = Mapping[str, Sequence[float]]


def system_of(problem: CellProblem, steps: range, more: str = "") -> System:
    """The equations of some steps, counted from 1, and more of them."""
    step = problem.cell.equations[problem.reset]
    rows = {f"rows_{gate}": f"{each.start}:{each.stop}"
            for gate, each in gate_rows(problem.gates, problem.hidden).items()}
    text = "".join(step.format(t=t, p=t - 1, **problem.activations, **rows) for t in steps)
    return arranged(parse_equations(text + more))


def cell_result(problem: CellProblem) -> CellResult:
    """The pass forward and back. InputError where finite numbers overflow."""
    tape = recorded_step(problem)
    given = parameters(problem)
    places = _forward(problem, tape, given)
    names = problem.cell.quantities
    values = {name: np.stack([each[tape.names[f"{name}_1"]] for each in places]) for name in names}
    values["h"] = np.concatenate([problem.h0.T[None], values["h"]])
    for name in names:
        require_finite(problem, name, values[name][-problem.steps :])
    problem, loss = with_loss(problem, values["h"][1:])
    return CellResult(problem, _backward(problem, tape, places, values, given), loss)


def recorded_step(problem: CellProblem) -> Tape:
    """The operations of one step, from h_0 and x_1."""
    system = system_of(problem, range(1, 2))
    return recorded(system, system.computed, system.inputs)


def _forward(problem: CellProblem, tape: Tape, given: dict[str, Array]) -> list[list[Any]]:
    """Every place of the tape at every step."""
    columns = {name: each if each.ndim > 1 else each[:, None] for name, each in given.items()}
    now = {f"{state}_0": getattr(problem, f"{state}0").T for state in problem.cell.states}
    found = []
    for x in problem.x.transpose(0, 2, 1):
        found.append(forward(tape, Arrays, {**columns, **now, "x_1": x}, watched=False))
        now = {name: found[-1][tape.names[f"{name[0]}_1"]] for name in now}
    return found


def _backward(
    problem: CellProblem, tape: Tape, places: list[list[Any]], values: dict[str, Array],
    given: dict[str, Array],
) -> CellRun:
    wanted = tape.reached([*given, "x_1", "h_0"])
    names = {name: tape.names[f"{name}_1"] for name in (*problem.cell.slopes, "x")}
    back: Array = np.zeros_like(problem.h0.T, dtype=float)
    steps: list[dict[str, Array]] = []
    weights = {name: np.zeros(each.shape) for name, each in given.items()}
    with np.errstate(all="ignore"):
        for t in reversed(range(problem.steps)):
            dh = problem.dh[t].T + back
            found = backward(tape, Arrays, places[t], {names["h"]: dh}, wanted, watched=False)
            steps.insert(0, {name: found[place] for name, place in names.items()})
            back = found[tape.names["h_0"]]
            for name, each in weights.items():
                each += found[tape.names[name]].reshape(each.shape)
    gradients = {name: np.stack([each[name] for each in steps]) for name in names}
    for name, each in {**gradients, **weights, "h0": back}.items():
        require_finite(problem, f"d{name}", each)
    return CellRun(values, gradients, weights, {"h": back})


def check_cell(
    result: CellResult, solve: Callable[[CellProblem], CellResult]
) -> list[GradientCheck]:
    """The gradient of each parameter three ways, in float64 whatever the result is in.

    The loss is that of the target, or Σₜ ⟨dhₜ, hₜ⟩, and ⟨dc, c_T⟩, whose gradients are those
    given; what a step after the last sends back is part of both. Raises LimitError for a check
    of too many numbers.
    """
    if result.problem.dtype != np.float64:
        doubles: dict[str, Any] = {name: value.astype(float) for name, value
                                   in vars(result.problem).items() if isinstance(value, np.ndarray)}
        result = solve(replace(result.problem, **doubles))
    problem, gradients = result.problem, result.gradients
    numbers = sum(each.size for each in gradients.values())
    steps = 3 * numbers * problem.steps
    most = MOST_STEPS * A_STEP // (A_STEP + problem.batch * problem.W.size)
    if steps > most:
        raise LimitError(
            f"a check of {numbers:,} numbers over {problem.steps:,} steps takes {steps:,} "
            f"forward steps; at most {most:,} of this size are done"
        )
    tape, second = recorded_step(problem), problem.b_h
    second = np.zeros_like(problem.b) if second is None else second
    given = as_given(problem, parameters(problem), (problem.b - second, second))
    given |= {name: getattr(problem, name) for name in ("x", "h0", "c0")}
    given = {name: given[name].reshape(each.shape) for name, each in gradients.items()}
    with np.errstate(all="ignore"):
        value = float(_side_by_side(result, tape, "", np.zeros(0), np.zeros(1))[0])
        return check_moved(value, partial(_losses_moved, result, tape), given, gradients)


def _losses_moved(result: CellResult, tape: Tape, name: str, places: Array, by: Array) -> Array:
    """The losses where one entry alone is moved, many at once: each is a batch of its own."""
    problem = result.problem
    groups: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
    if name in ("x", "h0", "c0"):
        indices = np.unravel_index(places, getattr(problem, name).shape)
        groups[name] = list(enumerate(zip(*indices, strict=True)))
    else:
        held = parameters(problem)
        for n, number in enumerate(origins(problem)[name].ravel()[places].tolist()):
            weight, at = weight_of(held, number)
            groups.setdefault(weight, []).append((n, at))
    losses = np.empty(len(places), by.dtype)
    most = max(1, AT_ONCE // (problem.steps * problem.batch * (problem.hidden + problem.inputs)))
    for weight, members in groups.items():
        for start in range(0, len(members), most):
            these, at_once = zip(*members[start : start + most], strict=True)
            moves = by[list(these)]
            losses[list(these)] = _side_by_side(result, tape, weight, np.array(at_once), moves)
    return losses


def _side_by_side(result: CellResult, tape: Tape, name: str, places: Array, by: Array) -> Array:
    """The losses of as many copies of the batch, a number of one parameter moved in each."""
    problem, copies, B = result.problem, len(by), result.problem.batch
    states: dict[str, Array] = {
        each: np.concatenate([getattr(problem, each)] * copies, axis=-2).astype(by.dtype)
        for each in ("x", *(f"{state}0" for state in problem.cell.states))
    }
    given = {each: value if value.ndim > 1 else value[:, None].repeat(copies * B, axis=1)
             for each, value in parameters(problem).items()}
    product, moves, before = None, None, tape
    if name in states:
        *step, sequence, number = places.T
        states[name][(*step, sequence + B * np.arange(copies), number)] += by
    elif name:
        rows, columns = np.repeat(places, B, axis=0).T
        moves = rows, np.arange(copies * B)
        for n, each in enumerate(tape.instructions):
            if each.node.operation == "matmul" and each.arguments[0] == tape.names[name]:
                product, before = each, tape._replace(instructions=tape.instructions[: n + 1])
        if product is None:
            given[name] = given[name].astype(by.dtype)
            given[name][moves] += np.repeat(by, B)
    now = {f"{state}_0": states[f"{state}0"].T for state in problem.cell.states}
    h = []
    for x in states["x"].transpose(0, 2, 1):
        now = {**given, **now, "x_1": x}
        if product is None or moves is None:
            values = forward(tape, Arrays, now, watched=False)
        else:
            # A weight acts once a step: what it acts on is known without its move.
            values = forward(before, Arrays, now, watched=False)
            acted_on, moved = (values[place].astype(by.dtype)
                               for place in (product.arguments[1], product.place))
            moved[moves] += np.repeat(by, B) * acted_on[columns, moves[1]]
            values = forward(tape, Arrays, now, False, {product.place: moved})
        now = {f"{state}_0": values[tape.names[f"{state}_1"]] for state in problem.cell.states}
        h.append(now["h_0"])
    return _losses(result, np.stack(h), now.get("c_0"))


def _losses(result: CellResult, h: Array, c: Array | None) -> Array:
    """The loss of every copy of the batch, from h as T × H × copies of B and the last c."""
    problem, later = result.problem, result.run.later
    B = problem.batch
    each_h = h.reshape(*h.shape[:2], -1, B).transpose(2, 0, 3, 1)
    if problem.target is not None:
        losses = np.array([problem.target.value(each) for each in each_h])
    else:
        losses = (each_h * problem.dh).sum(axis=(1, 2, 3))
    if c is not None:
        dc = problem.dc
        if later and problem.after:
            dc = dc + later["dc"] * problem.after["f"]
            losses = losses + (each_h[:, -1] * later["dh"]).sum(axis=(1, 2))
        losses = losses + (c.reshape(len(c), -1, B).transpose(1, 2, 0) * dc).sum(axis=(1, 2))
    return losses


def step_gradients(problem: CellProblem, seeds: Mapping[str, Array], start: str) -> Array:
    """The norm of the gradient at a state before the first step, of a loss at step t alone whose
    gradients at the states there are `seeds` (B × H each), for every t.

    The derivatives of all states are carried along, so that a run of T steps costs T steps and
    not T²/2.
    """
    H, B, states = problem.hidden, problem.batch, problem.cell.states
    first = H * states.index(start)
    carried = np.repeat(np.eye(H * len(states))[None, :, first : first + H], B, axis=0)
    seed = np.concatenate([seeds[state] for state in states], axis=1)
    reached = np.empty((problem.steps, B, H))
    with np.errstate(all="ignore"):
        for t, each in enumerate(_jacobians(problem)):
            carried = each @ carried
            reached[t] = np.einsum("bs,bsk->bk", seed, carried)
    return norms(reached)


def norms(values: Array) -> Array:
    """The Euclidean norm of each step's values, without overflow on the way."""
    largest = np.abs(values).max(axis=(1, 2))
    scale = np.where(largest > 0, largest, 1)
    found: Array = scale * np.sqrt(((values / scale[:, None, None]) ** 2).sum(axis=(1, 2)))
    return found


def _jacobians(problem: CellProblem) -> Iterator[Array]:
    """The derivatives of all states of every step by those before it, B × all × all, all rows
    of one in one pass back."""
    H, B, states = problem.hidden, problem.batch, problem.cell.states
    tape, width = recorded_step(problem), H * len(states)
    copies: dict[str, Any] = {name: np.repeat(getattr(problem, name), width, axis=-2)
                              for name in ("x", *(f"{state}0" for state in states))}
    rows = np.tile(np.eye(width), B).reshape(len(states), H, -1)  # a column a sequence and unit
    seeds = {tape.names[f"{state}_1"]: each for state, each in zip(states, rows, strict=True)}
    before = [tape.names[f"{state}_0"] for state in states]
    wanted = tape.reached([f"{state}_0" for state in states])
    for places in _forward(replace(problem, **copies), tape, parameters(problem)):
        found = backward(tape, Arrays, places, seeds, wanted)
        by = np.concatenate([found[place] for place in before])
        yield by.T.reshape(B, width, width)


class CellSteps:
    """The steps of a layer's cell, by its equations.

    The products W x + b and U h + b are made for all gates together, before a step, and are
    known as `x` and `h`.
    """

    def __init__(self, run: Pass, hidden: int) -> None:
        self.run = run
        cell = CELLS[run.type]
        self.gates = gate_rows(cell.torch_gates, hidden)
        self.rows = hidden * len(self.gates)
        """Rows of the weights."""
        rows = {f"rows_{gate}": f"{at.start}:{at.stop}" for gate, at in self.gates.items()}
        text = cell.equations["after"].format(t="t", p="p", **cell.usual, **rows)
        self.equations = parse_equations(text)
        self.known: dict[str, Node] = {}
        """What the names of a step stand for."""
        self.mark = ""
        """The end of the names of a step's parts."""

    def step(self, of_x: Node, of_h: Node, h: Node, c: Node, mark: str) -> tuple[Node, Node]:
        """The next h and c; `mark` ends the name of each part."""
        self.mark, self.known = mark, {"x": of_x, "h": of_h, "h_p": h, "c_p": c}
        for each in self.equations:
            made = self._node_of(each.expression, each.name.removesuffix("_t"))
            if made is not None:
                self.known[each.name] = made
        return self.known["h_t"], self.known.get("c_t", c)

    def _node_of(self, node: Number | Name | Apply, part: str) -> Node | None:
        """What an expression gives; nothing for the bias of a product, and for (h; x)."""
        if isinstance(node, Name):
            return self.known.get(node.name)
        if isinstance(node, Number):
            return self.run.constant(node.value)
        operation, arguments = node.operation, node.arguments
        if operation == "concat":  # of h and x: the product of each is made by itself
            return None
        if operation == "matmul":
            return self._product(arguments[0], part)
        last = arguments[-1]
        if isinstance(last, Apply) and last.operation == "neg":
            operation, arguments = "sub", (arguments[0], *last.arguments)
        made = [self._node_of(each, PARTS.get(text_of(each), "")) for each in arguments]
        given = [each for each in made if each is not None]
        if operation == "add" and len(given) == 1:
            return given[0]
        options = {"window": (..., *node.options["index"])} if operation == "element" else {}
        return self._do(part, RULES.get(operation, operation), *given, **options)

    def _do(self, part: str, rule: str, *given: Node, **options: Any) -> Node:
        return self.run.do(rule, *given, part=f"{part}{self.mark}", **options)

    def _product(self, weight: Any, part: str) -> Node:
        """The rows of a gate in the product of x (W_i…) or of h (W_h…), or the sum of both."""
        if weight.name == "W":
            return self._do(part, "add", self.known["x"], self.known["h"])
        side, gate = "x" if weight.name[2] == "i" else "h", weight.name[3]
        if len(self.gates) == 1:
            return self.known[side]
        return self._do(f"{gate}_{side}", "move", self.known[side], window=(..., self.gates[gate]))


@dataclass(frozen=True)
class Kept:
    """A run of a cell, step by step, and what it shows."""

    columns: Columns
    """Numbers of each step by field."""
    headers: Mapping[str, str]
    """What each is called in a table, and in a chart where it is drawn."""
    words: list[str]
    """A few sentences, each with the numbers that carry it."""
    title: str
    """Of the picture."""
    beside: Columns = field(default_factory=dict)
    """The same fields of another run, with a sigmoid, where they are shown."""

    @property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """The runs as records, a row a step."""
        runs = {"run": self.columns, "run_with_sigmoid": self.beside}
        return {
            name: [{"step": t, **dict(zip(columns, row, strict=True))}
                   for t, row in enumerate(zip(*columns.values(), strict=True), 1)]
            for name, columns in runs.items() if columns
        }

    @property
    def table(self) -> dict[str, Sequence[float]]:
        """The columns of a table, and of a chart: those beside the run by their norms alone."""
        shown = {self.headers[name]: each for name, each in self.columns.items()}
        return shown | {f"{self.headers[name]} with sigmoid": self.beside[name]
                        for name in ("c", "dc0") if self.beside}

    @property
    def steps(self) -> list[int]:
        """1 … T."""
        return [*range(1, len(self.columns["h"]) + 1)]

    def drawn(self, canvas: Any) -> str:
        """Its chart, along a logarithmic axis where the values ask for one."""
        series = {name: list(each) for name, each in self.table.items()
                  if not name.startswith("product")}
        positive = [value for each in series.values() for value in each if value > 0]
        wide = bool(positive) and max(positive) > 100 * min(positive)
        return str(canvas.line_chart(series, self.steps, log_y=wide))


def retention(result: CellResult) -> Kept:
    """How h and the gradient that reaches h₀ develop over the steps of a run.

    The loss at each step is the one that the problem gives for its last; where that is
    zero, ones enter h_t.
    """
    dh = result.problem.dh[-1]
    seeds = {"h": dh if dh.any() else np.ones_like(dh)}
    columns = {"h": norms(result.run.values["h"][1:]).tolist(),
               "dh0": step_gradients(result.problem, seeds, "h").tolist()}
    words = [] if dh.any() else [
        "No loss gradient is given: ones are sent into h, to see what of them reaches h0."
    ]
    title = f"What reaches h0 through a run of {result.problem.cell.name}"
    return Kept(columns, {"h": "|h|", "dh0": "|dh0|"}, words + _verdict(**columns), title)


def _verdict(h: list[float], dh0: list[float]) -> list[str]:
    first, last = dh0[0], dh0[-1]
    moves = len(h) > 1 and not np.isnan(last)
    rate = (last / first) ** (1 / (len(h) - 1)) if first and moves else np.inf
    return list(_said("verdict", {
        "T": len(h), "steps": plural(len(h), "step"), "h_first": h[0], "h_last": h[-1],
        "first": first, "last": last, "moves": moves,
        "by": f": each step multiplies it by {rate:.4g} on average" if first else "",
        "grows": rate > 1 + STEADY, "explodes": last > GROWN * first > 0,
        "fades": rate < 1 - STEADY, "vanishes": last < FADED * first,
    }))


_said = partial(sentences, __file__, "retention.txt")
"""The sentences of a part of the table that hold."""

MEMORY = {"f": "largest f", "f_product": "product of f", "c": "|c|", "h": "|h|", "dc0": "|dc0|"}
UNBOUNDED = ("relu", "softplus", "identity")
ROUNDING = 1e-12
"""How far above 1 a gate may lie by rounding alone."""


def memory(result: CellResult, solve: Callable[[CellProblem], CellResult]) -> Kept:
    """How an LSTM's c, h and the gradient that reaches c₀ develop over the steps of a run.

    Of each step the largest entry of f, the largest product f₁ ⊙ … ⊙ f_t of any unit, ‖c‖,
    ‖h‖, and ‖δc₀‖ of a loss at that step alone: the one that the problem gives for its last,
    the last row of dh into h_t, and dc into c_t; where both are zero, ones into c_t. Beside
    it the same with a sigmoid as the forget gate, where it is another. Raises InputError
    where the gradient overflows.

    >>> from dlcalc.commands.lstm.answer import lstm, solve
    >>> cell = lstm([[0, 1]] * 4, x=[[2]] * 3, c0=[1], dc=[1], activations={"f": "relu"})
    >>> memory(cell, solve).columns["dc0"]
    [2.0, 4.0, 8.0]
    """
    problem = result.problem
    name = problem.activations["f"]
    run, beside = _memory_columns(result), {}
    if name != "sigmoid":
        usual = {**problem.activations, "f": "sigmoid"}
        beside = _memory_columns(solve(replace(problem, activations=usual, after=None)))
    words = list(_memory_words(result, name, run, beside))
    return Kept(run, MEMORY, words, f"A cell whose forget gate is {name}", beside)


def _memory_columns(result: CellResult) -> dict[str, list[float]]:
    values, problem = result.run.values, result.problem
    f, seeds = values["f"], {"h": problem.dh[-1], "c": problem.dc}
    if not any(each.any() for each in seeds.values()):
        seeds["c"] = np.ones_like(problem.dc)
    with np.errstate(over="ignore", invalid="ignore"):
        columns = (
            f.max(axis=(1, 2)), np.abs(np.cumprod(f, axis=0)).max(axis=(1, 2)),
            norms(values["c"][1:]), norms(values["h"][1:]), step_gradients(problem, seeds, "c"),
        )
    if not np.isfinite(columns).all() and problem.is_finite:
        first = int(np.argmin(np.isfinite(columns).all(axis=0))) + 1
        raise InputError(
            f"the gradient that reaches c0 passes the largest {problem.dtype} from step {first} "
            f"of {problem.steps}; fewer steps stay within it"
        )
    return {name: each.tolist() for name, each in zip(MEMORY, columns, strict=True)}


def _memory_words(result: CellResult, name: str, run: Columns, beside: Columns) -> Iterator[str]:
    finite = np.isfinite(list(run.values())).all(axis=0)
    if not finite.all():
        yield from _said("broken", {"bad": int(finite.argmin()) + 1})
        return
    products, c, dc0 = (run[each] for each in ("f_product", "c", "dc0"))
    f = result.run.values["f"].reshape(len(c), -1)
    least, most, size = f.min(), f.max(), abs(f).max(axis=1)
    top, peak, shut = int(size.argmax()), int(np.argmax(products)), closed(result)
    ends = ("below -1", least < -1 - ROUNDING), ("above 1", most > 1 + ROUNDING)
    facts: dict[str, Any] = {
        "T": len(c), "steps": plural(len(c), "step"), "c_first": c[0], "c_last": c[-1],
        "first": dc0[0], "last": dc0[-1], "name": name, "least": least, "most": most,
        "silent": not (result.problem.dh[-1].any() or result.problem.dc.any()),
        "beyond": " or ".join(words for words, is_so in ends if is_so),
        "extreme": most if most == size[top] else least, "top": top + 1, "peak": peak + 1,
        "highest": products[peak], "at": run["f"].index(most) + 1, "product": products[-1],
        "shut": _places(shut, result.problem.batch > 1), "beside": bool(beside),
        "unbounded": name in UNBOUNDED,
    }
    if shut:
        first = min(step for _, _, step in shut)
        facts |= {"shut_at": first, "shut_last": len(dc0), "shut_sent": dc0[first - 1]}
        facts["later"] = "".join(_said("later", facts))
    if beside:
        facts |= {"usual_f": max(beside["f"]), "usual_product": beside["f_product"][-1],
                  "usual_c": beside["c"][-1], "usual_dc0": beside["dc0"][-1]}
    facts["course"], facts["faults"] = "".join(_said("course", facts)), ""
    if name != "sigmoid":
        facts["faults"] = "; ".join(_said("fault", facts))
    yield from _said("memory", facts)


def closed(result: CellResult) -> list[tuple[int, int, int]]:
    """Units whose f was 0: sequence, unit (both from 0), and the first such step."""
    shut = result.run.values["f"] == 0
    return [
        (int(sequence), int(unit), int(shut[:, unit, sequence].argmax()) + 1)
        for unit, sequence in np.argwhere(shut.any(axis=0))
    ]


def _places(shut: list[tuple[int, int, int]], batched: bool) -> str:
    """Some of the units whose f was 0."""
    named = [
        f"unit {unit + 1}{f' of sequence {sequence + 1}' if batched else ''} at step {step}"
        for sequence, unit, step in shut[:4]
    ]
    more = len(shut) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
