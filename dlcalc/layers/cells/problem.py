"""Recurrent cells as recipes: the equations of a step, the names of its fields, their order.

The problem of one: from fields by name to checked arrays, targets, and inputs of further steps. And
its result: values and gradients in the shapes and under the names in which they were asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dlcalc.derive.activations import activation
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean, require_known
from dlcalc.input.fields import check_fields
from dlcalc.input.sources import text_beside
from dlcalc.layers.counted import whole
from dlcalc.layers.losses import Objective, as_targets, objective
from dlcalc.names import GATE_ACTIVATIONS
from dlcalc.numbers.axes import by_x, listed
from dlcalc.numbers.exact import Array, all_finite, as_doubles
from dlcalc.numbers.results import Result

TORCH_FIELDS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
MOST_KEPT = 2**29
"""Numbers of a run that are kept at once."""


@dataclass(frozen=True)
class Cell:
    """What makes one kind of cell.

    In its equations {t} is a step, {p} the one before, {r} the activation of gate r, and
    {rows_r} its rows. Gate r has the weights W_ir on x and W_hr on h, and the biases that
    `biases` names; where that names none, all gates have one W on (h; x) and one b.
    """

    name: str
    """The command."""
    gates: str
    """Its gates, in the order of the rows of W where none is given."""
    torch_gates: str
    """PyTorch's order."""
    usual: Mapping[str, str]
    """The activation of each gate."""
    equations: Mapping[str, str] = field(default_factory=dict)
    """Those of one step, by what the reset gate acts on."""
    biases: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """Likewise: by gate, the parameters that PyTorch's bias_ih and bias_hh are part of."""
    quantities: tuple[str, ...] = ()
    """What the equations compute, in the order of the work by hand; ar is a of gate r."""
    slopes: tuple[str, ...] = ()
    """The same in the order in which their gradients are derived."""
    circulated: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Slips that go round: the quantity and what is wrong with it, and other words for both
    where there are better ones."""
    memory: tuple[str, ...] = ()
    """A state c beside h, where it has one."""
    options: tuple[str, ...] = ()
    """Fields of a problem that it has alone."""
    letter: str = "a"
    """What activations are applied to, in the equations."""
    sign: str = "a"
    """How that is written."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of a problem, in one matrix or under PyTorch's names."""
        states = ("h0", "c0", "dh", "dc") if self.memory else ("h0", "dh")
        gates = ("gates", "activations") if len(self.gates) > 1 else ()
        own = ("W", "b", "x", *states, "target", "loss", *gates, *self.options)
        return (*own, *TORCH_FIELDS)

    @property
    def states(self) -> str:
        """What goes from step to step."""
        return "hc" if self.memory else "h"

    @property
    def step_fields(self) -> tuple[str, ...]:
        """The fields of a step: values, gradients, and da, those before the activations."""
        shown = [each for each in self.quantities if each in {*self.gates, *self.states}]
        back = sorted((each for each in self.slopes if each in shown),
                      key=lambda each: each not in self.states)
        return (*shown, *(f"d{each}" for each in back), f"d{self.letter}")

    def argument(self, gate: str) -> str:
        """The quantity that the activation of a gate is applied to."""
        return f"{self.letter}{gate}" if len(self.gates) > 1 else self.letter


def gate_rows(gates: str, hidden: int) -> dict[str, slice]:
    """Where each gate's rows lie in W and b.

    >>> gate_rows("ifgo", 2)["g"]
    slice(4, 6, None)
    """
    return {gate: slice(n * hidden, (n + 1) * hidden) for n, gate in enumerate(gates)}


def _read(entry: str) -> Cell:
    """The cell that an entry of cells.txt describes."""
    found: dict[str, Any] = {"equations": {}, "biases": {}, "circulated": {}}
    acts_on = ""
    for line in entry.splitlines():
        word, _, rest = line.partition(" ")
        if not word:
            found["equations"][acts_on] += f"{rest.strip()}\n"
        elif word == "cell":
            found["name"], found["gates"] = rest.split()
        elif word == "equations":
            acts_on, *biases = rest.split()
            found["equations"][acts_on] = ""
            if biases:
                pairs = (each.split("=") for each in biases)
                found["biases"][acts_on] = {gate: tuple(of.split(",")) for gate, of in pairs}
        elif word == "circulated":
            quantity, words, *better = rest.split(": ")
            found["circulated"][quantity, words] = "".join(better)
        elif word == "letter":
            found["letter"], found["sign"] = rest.split()
        elif word == "usual":
            found["usual"] = dict(each.split("=") for each in rest.split())
        else:
            found[word] = rest if word == "torch_gates" else tuple(rest.split())
    return Cell(**found)


CELLS = {
    cell.name: cell for cell in map(_read, text_beside(__file__, "cells.txt").split("\n\n")[1:])
}
"""Every kind of cell by its name."""
LSTM, GRU, RNN = CELLS.values()


def as_floats(values: object, name: str) -> Array:
    """`values` as floats: float32 stays, float16 becomes float32, whole numbers float64.

    >>> as_floats([1, 2], "b").dtype
    dtype('float64')
    """
    small = getattr(values, "dtype", None) in (np.float16, np.float32)
    return as_doubles(values, name).astype(np.float32 if small else float, copy=False)


def shape_words(array: Array) -> str:
    """The shape of an array, as an error says it.

    >>> shape_words(np.zeros((2, 3))), shape_words(np.zeros(()))
    ('has shape 2x3', 'is a single number')
    """
    return f"has shape {by_x(array.shape)}" if array.ndim else "is a single number"


def with_shape(array: Array, name: str, shape: tuple[int, ...]) -> Array:
    """The array itself where its shape is that asked for; a number serves for one of one.

    >>> with_shape(np.array(0.5), "h0", (1,)).tolist()
    [0.5]
    """
    if array.ndim == 0:
        array = array.reshape((1,) * len(shape))
    if array.shape != shape:
        raise ShapeError(f"{name} {shape_words(array)}; expected {by_x(shape)}")
    return array


def check_kept(steps: int, numbers: int) -> None:
    """Refuse a run of more numbers than are kept at once, before any is computed."""
    if steps * numbers > MOST_KEPT:
        raise LimitError(
            f"{steps:,} steps of {numbers:,} numbers are {steps * numbers:,}; "
            f"at most {MOST_KEPT:,} are kept at once"
        )


LOSSES = {
    "squared_error": "identity", "mse": "identity", "cross_entropy": "softmax",
    "binary_cross_entropy": "sigmoid",
}
"""Each loss with what is made of h before it: ½ Σ (h − y)² of each sequence, the mean of all
(h − y)², −Σ y ln softmax(h), and −Σ y ln σ(h) + (1−y) ln(1−σ(h))."""


@dataclass(frozen=True, eq=False)
class Target:
    """Values that some of the hidden states should have."""

    values: Array
    """y of the steps that have one, the last ones, S × B × H."""
    loss: str
    """The name of the loss: the sum over the steps, the mean over the sequences."""
    guessed: bool = False
    """Whether it may be read as probabilities of the last h and as a class for each h."""

    @property
    def pair(self) -> Objective:
        """The loss of one row, and its slope."""
        return objective(LOSSES[self.loss], None if self.loss != "mse" else "squared_error")

    @property
    def divisor(self) -> float:
        """What the sum of the rows' losses is divided by: B, or for the mean half of all."""
        return self.values.size / 2 if self.loss == "mse" else self.values.shape[1]

    def value(self, h: Array) -> Any:
        """J of hidden states T × B × H, real or complex."""
        rows = h[-len(self.values) :]
        return self.pair.value(rows, self.values).sum() / self.divisor

    def slope(self, h: Array) -> Array:
        """∂J/∂h of every step, T × B × H."""
        dh = np.zeros(h.shape, np.result_type(h, self.values))
        last = slice(-len(self.values), None)
        dh[last] = self.pair.slope(self.pair.y(h[last]), self.values)
        dh /= self.divisor
        return dh


def as_target(values: Any, loss: object, T: int, lead: tuple[int, ...], H: int) -> Target:
    """A target of H values for the last h alone or T × H for each, with B before H in a batch.

    For cross_entropy also the place of a class, from 0, in place of each H values. Raises
    InputError and ShapeError for what fits no h.

    >>> as_target([1, 0], None, 3, (), 2).values.shape
    (1, 1, 2)
    >>> as_target([1, 0, 0], "cross_entropy", 3, (), 2).values[0].tolist()
    [[0.0, 1.0]]
    >>> as_target([1, 2, 0], "cross_entropy", 3, (), 3).values[0].tolist()
    [[0.0, 1.0, 0.0]]
    """
    name = require_known("squared_error" if loss is None else loss, [*LOSSES], "loss")
    y = as_floats(values, "target")
    shapes = [(*lead, H), (T, *lead, H)]
    if name != "cross_entropy" and y.ndim == 0 and shapes[0] == (1,):
        y = y.reshape(1)
    classes = name == "cross_entropy" and y.shape in (lead, (T, *lead))
    if y.shape not in shapes and not classes:
        expected = " or ".join(by_x(each) for each in shapes)
        raise ShapeError(f"target {shape_words(y)}; expected {expected}")
    whole = y.shape in shapes
    both = whole and classes
    if both:  # of as many steps as units: what adds up to 1 is probabilities
        whole = bool((abs(y.sum(axis=-1) - 1) <= 1e-6).all())
    rows = y.reshape(-1, H) if whole else y.ravel()
    target = Target(rows, name)
    y = as_targets(rows, len(rows), H, target.pair)
    if name == "cross_entropy" and (abs(y.sum(axis=-1) - 1) > 1e-6).any():
        raise InputError("probabilities of cross_entropy add up to 1").at("target")
    return replace(target, values=y.reshape(-1, *(lead or (1,)), H), guessed=both and H > 1)


def read_weights(cell: Cell, given: Mapping[str, Any]) -> tuple[Array, Array, Array | None, str]:
    """W, b, the second bias of two, and the order of the gates in their rows, from the fields `W`,
    `b` and `gates`, or from PyTorch's names."""
    torch = sorted(name for name in given if name.startswith(("weight_", "bias_")))
    own = [name for name in ("W", "b") if name in given]
    if torch and own:
        raise InputError(f"{own[0]} beside {torch[0]}: give the weights in one layout")
    if "W" not in given and not torch:
        tall = _tall(cell)
        raise InputError(f"missing field 'W', {tall} x (H+D), or weight_ih_l0 and weight_hh_l0")
    return _torch_weights(cell, given) if torch else _one_matrix(cell, given)


def _tall(cell: Cell) -> str:
    """How many rows W has."""
    return f"{len(cell.gates)}H" if len(cell.gates) > 1 else "H"


def _matrix(cell: Cell, name: str, given: Any) -> Array:
    """A matrix with as many rows for each gate."""
    G, W = len(cell.gates), as_floats(given, name)
    W = W[None] if W.ndim == G == 1 else W  # the one row of a unit
    if W.ndim != 2 or W.shape[0] % G or W.size == 0:
        which = f"{G}H rows, H a gate" if G > 1 else "H rows"
        raise ShapeError(f"{name} {shape_words(W)}; expected a matrix of {which}")
    return W


def _torch_weights(cell: Cell, given: Mapping[str, Any]) -> tuple[Array, Array, Array, str]:
    """PyTorch's: the columns of h and x are apart, with a bias for each."""
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if name not in given:
            raise InputError(f"missing field {name!r}")
    of_x = _matrix(cell, "weight_ih_l0", given["weight_ih_l0"])
    of_h = as_floats(given["weight_hh_l0"], "weight_hh_l0")
    gates = given.get("gates", cell.torch_gates)
    if gates != cell.torch_gates:
        raise InputError(
            f"gates {gates!r}: PyTorch's weights are in the order {cell.torch_gates!r}"
        )
    rows = len(of_x)
    with_shape(of_h, "weight_hh_l0", (rows, rows // len(cell.gates)))
    b, b_h = (_bias(given, f"bias_{side}h_l0", rows) for side in "ih")
    return np.concatenate([of_h, of_x], axis=1), b + b_h, b_h, gates


def _one_matrix(cell: Cell, given: Mapping[str, Any]) -> tuple[Array, Array, Array | None, str]:
    """One W on (h; x), in the order of `gates`, with one bias, or of a GRU two."""
    W = _matrix(cell, "W", given["W"])
    (rows, columns), gates = W.shape, given.get("gates", cell.gates)
    hidden = rows // len(cell.gates)
    if columns <= hidden:
        raise ShapeError(
            f"W has shape {by_x(W.shape)}; {rows} rows ({_tall(cell)}) ask for more than {hidden} "
            f"columns (H+D)"
        )
    if not isinstance(gates, str) or sorted(gates) != sorted(cell.gates):
        raise InputError(
            f"gates {gates!r} is not an order of {listed(cell.gates)} such as {cell.gates!r}"
        )
    if cell.name == "gru" and "b" in given and as_floats(given["b"], "b").ndim == 2:
        b = with_shape(as_floats(given["b"], "b"), "b", (2, rows))
        return W, b.sum(axis=0), b[1], gates
    return W, _bias(given, "b", rows), None, gates


def _given_or_zeros(given: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Array:
    """What is given under a name, whatever its shape; zeros where nothing is."""
    return as_floats(given[name], name) if name in given else np.zeros(shape, np.float32)


def _bias(given: Mapping[str, Any], name: str, rows: int) -> Array:
    return with_shape(_given_or_zeros(given, name, (rows,)), name, (rows,))


@dataclass(frozen=True, eq=False)
class Layout:
    """Weights as a framework keeps them."""

    shapes: Mapping[str, tuple[int, ...]]
    """The shape of each under its name there."""
    places: Mapping[str, Array]
    """Of each number of PyTorch's weights which of the framework's it is, from 1; 0 for none."""

    def own(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """Gradients at PyTorch's weights as those at the framework's."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes.values()], dtype=int)
        flat = np.zeros(1 + ends[-1], np.result_type(*arrays.values()))
        for name, places in self.places.items():
            np.add.at(flat, places, arrays[name])
        parts = np.split(flat[1:], ends[:-1])
        return {name: part.reshape(shape)
                for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}


RESETS = ("after", "before")
NEXT_VALUES = ("i", "f", "o", "g", "di", "df", "do", "dg")


@dataclass(frozen=True, eq=False)
class CellProblem:
    """A cell with its inputs, and the gradients that enter it: T steps, B sequences.

    D inputs and H hidden units; a single sequence is a batch of one.
    """

    cell: Cell
    """What kind of cell it is."""
    W: Array
    """GH × (H+D) for G gates, rows gate by gate, columns [h, x]."""
    b: Array
    """GH; of two biases the sum."""
    gates: str
    """The order of the gates in the rows of W."""
    x: Array
    """Inputs, T × B × D."""
    h0: Array
    """The hidden state before the first step, B × H."""
    c0: Array
    """The cell state before the first step, B × H."""
    dh: Array
    """The loss gradient that enters each h directly, T × B × H."""
    dc: Array
    """The loss gradient that enters the last c, B × H; 0 × H for a cell without c, as is c0."""
    activations: Mapping[str, str]
    """The activation of each gate."""
    after: Mapping[str, Array] | None = None
    """Values and gradients of step T+1 by name (`i`, `di`, …), B × H each."""
    batched: bool = False
    """Whether the caller's arrays have a batch axis."""
    flat: bool = False
    """Whether x came as the D numbers of one step."""
    torch: bool = False
    """Whether the weights came under PyTorch's names."""
    b_h: Array | None = None
    """The second of two biases, GH, which stands with h."""
    reset: str = "after"
    """Whether a reset gate acts after or before the product with h."""
    target: Target | None = None
    """What h should be, where a loss says how far it is from that."""
    layout: Layout | None = None
    """How the weights came, where that was under another framework's names."""

    @property
    def steps(self) -> int:
        """T."""
        return int(self.x.shape[0])

    @property
    def batch(self) -> int:
        """B."""
        return int(self.x.shape[1])

    @property
    def inputs(self) -> int:
        """D."""
        return int(self.x.shape[2])

    @property
    def hidden(self) -> int:
        """H."""
        return int(self.W.shape[0]) // len(self.cell.gates)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that all of the arrays fit in."""
        return np.result_type(self.W, self.b, self.x, self.h0, self.c0, self.dh, self.dc)

    @property
    def is_finite(self) -> bool:
        """Whether no NaN and no infinity was given."""
        after = self.after.values() if self.after else ()
        return all_finite(self.W, self.b, self.x, self.h0, self.c0, self.dh, self.dc, *after)


def parameters(problem: CellProblem) -> dict[str, Array]:
    """The weights by their names in the equations, those of each gate or all in one."""
    if not problem.cell.biases:
        return {"W": problem.W, "b": problem.b}
    found: dict[str, Array] = {}
    H, b_h = problem.hidden, problem.b_h
    for gate, rows in gate_rows(problem.gates, H).items():
        found[f"W_i{gate}"], found[f"W_h{gate}"] = problem.W[rows, H:], problem.W[rows, :H]
        of_x, of_h = problem.cell.biases[problem.reset][gate]
        found[of_x] = problem.b[rows]
        if of_h != of_x:
            second = np.zeros(H) if b_h is None else b_h[rows]
            found[of_x], found[of_h] = problem.b[rows] - second, second
    return found


def in_rows(problem: CellProblem, held: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """What is held of each parameter of the equations, in the rows of W, b and a second bias.

    Each of two biases has what is held of the parameter that it is part of.
    """
    if not problem.cell.biases:
        return held["W"], held["b"], held["b"]
    names = problem.cell.biases[problem.reset]
    W = np.block([[held[f"W_h{gate}"], held[f"W_i{gate}"]] for gate in problem.gates])
    b, b_h = (np.concatenate([held[names[gate][k]] for gate in problem.gates]) for k in (0, 1))
    return W, b, b_h


def as_given(
    problem: CellProblem, held: Mapping[str, Array], biases: Sequence[Array] = ()
) -> dict[str, Array]:
    """What is held of each parameter, as the weights came and under their names."""
    H = problem.hidden
    W, *both = in_rows(problem, held)
    b, b_h = biases or both
    if not problem.torch:
        return {"W": W, "b": b if problem.b_h is None else np.stack([b, b_h])}
    found = dict(zip(TORCH_FIELDS, (W[:, H:], W[:, :H], b, b_h), strict=True))
    return problem.layout.own(found) if problem.layout else found


def origins(problem: CellProblem) -> dict[str, Array]:
    """Of each entry of the weights as they came the number, from 1 on, that it has among those of
    all parameters of the equations; 0 where it has none."""
    numbers, first = {}, 1
    for name, each in parameters(problem).items():
        numbers[name] = np.arange(first, first + each.size).reshape(each.shape)
        first += each.size
    return as_given(problem, numbers)


def weight_of(held: Mapping[str, Array], number: int) -> tuple[str, tuple[int, ...]]:
    """The parameter that has the entry of that number, and where, as row and column."""
    for name, each in held.items():
        if 0 < number <= each.size:
            return name, (*map(int, np.unravel_index(number - 1, each.shape)), 0)[:2]
        number -= each.size
    return "", ()


def slope_at_value(name: str, y: Array) -> Array:
    """φ′ where φ has the value y.

    >>> slope_at_value("sigmoid", np.array([0.5])).tolist()
    [0.25]
    """
    return activation(name).slope(argument_at(name, y), y)


def argument_at(name: str, y: Array) -> Array:
    """An argument at which φ has the value y; of relu, y itself shows the side of the kink.

    InputError for a softplus below 0.
    """
    if name == "hard_sigmoid":
        return 6 * y - 3
    if name == "softplus":
        if (y < 0).any():
            raise InputError(f"no softplus is {y.min():g}: all are above 0")
        with np.errstate(divide="ignore"):
            return y + np.log(-np.expm1(-y))
    return y


def make_problem(
    cell: Cell, fields: Mapping[str, Any], layout: Layout | None = None
) -> CellProblem:
    """Fields by name, in the layout of the command or of PyTorch, as one problem.

    Raises InputError for an unknown or missing field, ShapeError for one whose shape
    does not fit, with the shape that would.
    """
    check_fields(fields, cell.fields)
    given = {name: value for name, value in fields.items() if value is not None}
    W, b, b_h, gates = read_weights(cell, given)
    H = len(W) // len(cell.gates)
    D = W.shape[1] - H
    x = _sequence(given, D)
    batched, flat = x.ndim == 3, x.ndim == 1
    x = x if batched else x.reshape(-1, 1, D)
    T, B = x.shape[:2]
    check_kept(T, B * (14 * H + D))
    lead = (B,) if batched else ()
    h0 = _state(given, "h0", (*lead, H))
    c0, dc = (_state(given, name, (*lead, H)) if cell.memory else np.zeros((0, H))
              for name in ("c0", "dc"))
    target = None
    if "target" in given:
        if "dh" in given:
            raise InputError("dh beside target: the loss of a target says what enters h")
        target = as_target(given["target"], given.get("loss"), T, lead, H)
    elif "loss" in given:
        raise InputError("loss without target: give the values that h should have")
    reset = given.get("reset", RESETS[0])
    require_known(reset, RESETS, "reset")
    return CellProblem(
        cell, W, b, gates, x, h0, c0, _entering(given, T, lead, H), dc, _activations(cell, given),
        _after(given, (*lead, H)), batched, flat, "W" not in given, b_h, reset, target,
        layout,
    )


def _activations(cell: Cell, given: Mapping[str, Any]) -> dict[str, str]:
    """The activation of each gate: the usual ones, but for those chosen."""
    if "activation" in given and "nonlinearity" in given:
        raise InputError("activation beside nonlinearity, PyTorch's name of it: give one")
    one = given.get("activation", given.get("nonlinearity"))
    chosen = given.get("activations", {}) if one is None else {cell.gates: one}
    if not isinstance(chosen, Mapping):
        raise InputError(f'activations is not an object such as {{"{cell.gates[1]}": "relu"}}')
    for gate, name in chosen.items():
        if gate not in cell.usual:
            raise InputError(f"unknown gate {gate!r}; the gates are {listed(cell.gates)}")
        if str(name) not in GATE_ACTIVATIONS:
            of = f" of gate {gate}" if one is None else ""
            known = did_you_mean(str(name), GATE_ACTIVATIONS)
            raise InputError(f"unknown activation {name!r}{of}{known}")
    return {**cell.usual, **chosen}


def _sequence(given: Mapping[str, Any], D: int) -> Array:
    """x of D numbers, T × D or T × B × D."""
    if "x" not in given:
        raise InputError(f"missing field 'x', the inputs: {D} numbers, or steps x {D}")
    x = np.atleast_1d(as_floats(given["x"], "x"))
    if x.ndim > 3 or x.shape[-1] != D:
        raise ShapeError(
            f"x has shape {by_x(x.shape)}; W asks for {D}, steps x {D} or steps x batch x {D}"
        )
    if x.size == 0:
        raise ShapeError(f"x has no numbers (shape {by_x(x.shape)})")
    return x


def _state(given: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Array:
    """h0, c0 or dc as B × H; zeros where it is not given."""
    array = _given_or_zeros(given, name, shape)
    if array.ndim == len(shape) + 1 and array.shape[0] == 1:
        array = array[0]  # PyTorch's axis of layers
    return with_shape(array, name, shape).reshape(-1, shape[-1])


def _entering(given: Mapping[str, Any], T: int, lead: tuple[int, ...], H: int) -> Array:
    """dh as T × B × H; one row enters every h."""
    each, every = (*lead, H), (T, *lead, H)
    dh = _given_or_zeros(given, "dh", each)
    dh = with_shape(dh, "dh", each if dh.ndim <= len(each) else every)
    return np.broadcast_to(dh, every).reshape(T, -1, H)


def _after(given: Mapping[str, Any], shape: tuple[int, ...]) -> Mapping[str, Array] | None:
    """The values of `next`, each B × H."""
    if "next" not in given:
        return None
    after = given["next"]
    if not isinstance(after, Mapping):
        raise InputError("next is not an object with the fields i f o g di df do dg")
    known = (*NEXT_VALUES, "c", "dc")
    if unknown := [name for name in after if name not in known]:
        raise InputError(f"next: unknown field {unknown[0]!r}{did_you_mean(unknown[0], known)}")
    if missing := [name for name in NEXT_VALUES if name not in after]:
        raise InputError(f"next: missing field {missing[0]!r}; it gives the step after the last")
    arrays = {name: as_floats(value, f"next: {name}") for name, value in after.items()}
    return {name: with_shape(each, f"next: {name}", shape).reshape(-1, shape[-1])
            for name, each in arrays.items()}


INPUTS = ("repeat", "zero")


def run_on(fields: Mapping[str, Any], steps: int | None, inputs: Any = "repeat") -> dict[str, Any]:
    """The fields of a problem with x of `steps` steps, and dh of as many.

    Further inputs repeat those given in turn (`repeat`), are held at zero (`zero`), or
    are the rows of the array `inputs`. A dh of one row still enters every h; of dh given
    step by step, none enters the further ones. Raises InputError where `next` already
    says what follows, ShapeError where the array does not continue x.

    >>> run_on({"x": [[1], [2]]}, 5)["x"].ravel().tolist()
    [1.0, 2.0, 1.0, 2.0, 1.0]
    >>> run_on({"x": [1]}, 3, "zero")["x"].ravel().tolist()
    [1.0, 0.0, 0.0]
    """
    if fields.get("x") is None:
        return dict(fields)
    x = np.atleast_1d(as_floats(fields["x"], "x"))
    x = x[None] if x.ndim == 1 else x
    given, further = len(x), x[:0]
    if isinstance(inputs, str):
        require_known(inputs, INPUTS, "inputs")
    else:
        further = as_floats(inputs, "inputs")
        further = further[None] if further.ndim == x.ndim - 1 else further
        if further.shape[1:] != x.shape[1:]:
            shapes = by_x(further.shape), by_x(x.shape[1:])
            raise ShapeError("inputs has shape {}; expected steps x {}".format(*shapes))
    steps = given + len(further) if steps is None else steps
    steps = whole("steps", steps)
    check_kept(steps, x[0].size)
    if fields.get("next") is not None and steps != given:
        raise InputError(f"next follows step {given}; it cannot follow step {steps} as well")
    if not isinstance(inputs, str) and given + len(further) < steps:
        raise ShapeError(
            f"inputs has {len(further)} rows; {steps - given} further steps need as many"
        )
    extended = {**fields, "x": np.resize(x, (steps, *x.shape[1:])) if inputs == "repeat" else
                _padded(np.concatenate([x, further]), steps)}
    dh = fields.get("dh")
    if dh is not None and (rows := as_floats(dh, "dh")).ndim == x.ndim and len(rows) == given:
        extended["dh"] = _padded(rows, steps)
    return extended


def _padded(rows: Array, steps: int) -> Array:
    """So many rows, those that are missing of zeros."""
    zeros = np.zeros((max(0, steps - len(rows)), *rows.shape[1:]), rows.dtype)
    return np.concatenate([rows[:steps], zeros])


@dataclass(frozen=True, eq=False)
class CellRun:
    """Values and gradients of a cell; those of steps T × n × B, the batch last."""

    values: dict[str, Array]
    """Each quantity of a step, over the steps; a state from the one before them on."""
    gradients: dict[str, Array]
    """The gradient at each, total over all paths; `x` among them."""
    weights: dict[str, Array]
    """The gradient of each parameter by its name in the equations."""
    start: dict[str, Array]
    """The gradient of each state before the first step, H × B."""
    later: Mapping[str, Array] = field(default_factory=dict)
    """What a step after the last, where it is known, sends back: dz, dh, dx and dc, B × … each."""


@dataclass(frozen=True, eq=False, repr=False)
class CellResult(Result):
    """Values and gradients of a cell; a batch axis is there where the input had one."""

    problem: CellProblem
    """What was asked, with what enters each h."""
    run: CellRun
    """The pass by the cell's equations, batch last."""
    loss: float | None
    """J, where a target was given: the sum over the steps, the mean over the sequences."""

    @property
    def _command(self) -> str:
        return self.problem.cell.name

    @property
    def has_loss(self) -> bool:
        """Whether any gradient other than 0 enters."""
        return bool(self.problem.dh.any())

    @property
    def h(self) -> Array:
        """h₁ … h_T, T × H or T × B × H."""
        return self.of("h")

    @property
    def gates(self) -> dict[str, Array]:
        """Each gate of every step, T × H or T × B × H."""
        return {gate: self.of(gate) for gate in self.problem.cell.gates}

    @property
    def values(self) -> dict[str, Array]:
        """The fields of the steps by name, a step a row: r, h, dh, dr … and da, GH wide."""
        return {name: self.of(name) for name in self.problem.cell.step_fields}

    @property
    def more(self) -> dict[str, Any]:
        """Fields of the record beside the steps and the gradients."""
        return {"h": self.h} if self.problem.torch else {}

    def of(self, field: str) -> Array:
        """A field of the steps, T × H or T × B × H; what is before the activations GH wide."""
        problem, gradients = self.problem, self.run.gradients
        if field == f"d{problem.cell.letter}" and field[1:] not in gradients:
            arrays = [gradients[problem.cell.argument(gate)] for gate in problem.gates]
            return self._steps(np.concatenate(arrays, axis=1))
        source = gradients[field[1:]] if field[0] == "d" else self.run.values[field]
        return self._steps(source[-problem.steps :])

    @property
    def da(self) -> Array:
        """The gradients before the activations, T × GH or T × B × GH, in the order of W's rows."""
        return self.of(f"d{self.problem.cell.letter}")

    @property
    def dh(self) -> Array:
        """δh₁ … δh_T."""
        return self.of("dh")

    @property
    def dW(self) -> Array:  # noqa: N802 - named as the matrix is
        """GH × (H+D)."""
        return in_rows(self.problem, self.run.weights)[0]

    @property
    def db(self) -> Array:
        """GH, like b; 2 × GH where b had two rows."""
        _, b, b_h = in_rows(self.problem, self.run.weights)
        return b if self.problem.torch or self.problem.b_h is None else np.stack([b, b_h])

    @property
    def dx(self) -> Array:
        """δx in the shape of x."""
        dx = self._steps(self.run.gradients["x"])
        return dx[0] if self.problem.flat else dx

    @property
    def dh0(self) -> Array:
        """δh₀, H or B × H."""
        return self._state("h")

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient of every parameter by the name that it came by."""
        states = {f"{state}0": self._state(state) for state in self.problem.cell.states}
        return {**as_given(self.problem, self.run.weights), "x": self.dx, **states}

    def _state(self, state: str) -> Array:
        start = self.run.start[state]
        return start.T if self.problem.batched else start[:, 0]

    def _steps(self, array: Array) -> Array:
        """T × n × B turned to the caller's T × B × n, or T × n."""
        return array.transpose(0, 2, 1) if self.problem.batched else array[:, :, 0]


def with_loss(problem: CellProblem, h: Array) -> tuple[CellProblem, float | None]:
    """The problem with what a target's loss sends into each h (T × H × B), and the loss."""
    if problem.target is None:
        return problem, None
    h = h.transpose(0, 2, 1)
    return replace(problem, dh=problem.target.slope(h)), float(problem.target.value(h))


def require_finite(problem: CellProblem, name: str, values: Array) -> None:
    """Refuse what overflows, by its step where it is T × n × B; NaN that was let in passes."""
    if np.isfinite(values).all() or not problem.is_finite:
        return
    if values.ndim < 3 or len(values) > problem.steps:
        raise InputError(f"{name} passes the largest {problem.dtype}")
    bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1)) + 1
    first = bad[-1] if name.startswith("d") else bad[0]
    remedy = "; fewer steps stay within it" if problem.steps > 1 else ""
    raise InputError(
        f"{name} passes the largest {problem.dtype} at step {first} of {problem.steps}{remedy}"
    )
