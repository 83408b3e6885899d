"""The numbers of a cell's problem, from fields by name to checked arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.layers.cells.cell import Cell, gate_activations, require_activation
from dlcalc.layers.cells.layout import read_weights
from dlcalc.layers.cells.numbers import as_floats, check_kept, with_shape
from dlcalc.layers.cells.target import Target, as_target
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]

RESETS = ("after", "before")
NEXT_VALUES = ("i", "f", "o", "g", "di", "df", "do", "dg")
NEXT_OPTIONAL = ("c", "dc")


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
        return int(self.W.shape[0]) // self.cell.blocks

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that all of the arrays fit in."""
        return np.result_type(self.W, self.b, self.x, self.h0, self.c0, self.dh, self.dc)

    @property
    def is_finite(self) -> bool:
        """Whether no NaN and no infinity was given."""
        arrays = (self.W, self.b, self.x, self.h0, self.c0, self.dh, self.dc)
        after = self.after.values() if self.after else ()
        return all(bool(np.isfinite(array).all()) for array in (*arrays, *after))


def make_problem(cell: Cell, fields: Mapping[str, Any]) -> CellProblem:
    """Fields by name, in the layout of the command or of PyTorch, as one problem.

    Raises InputError for an unknown or missing field, ShapeError for one whose shape
    does not fit, with the shape that would.
    """
    for name in fields:
        if name not in cell.fields:
            raise InputError(f"unknown field {name!r}{did_you_mean(name, cell.fields)}")
    given = {name: value for name, value in fields.items() if value is not None}
    weights = read_weights(cell, given)
    H, D = weights.hidden, weights.inputs
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
    return CellProblem(
        cell, weights.W, weights.b, weights.gates, x, h0, c0, _entering(given, T, lead, H), dc,
        _activations(cell, given), _after(given, lead, H), batched, flat, weights.torch,
        weights.b_h, _reset(given), target,
    )


def _activations(cell: Cell, given: Mapping[str, Any]) -> dict[str, str]:
    named = [name for name in ("activation", "nonlinearity") if name in given]
    if len(named) > 1:
        raise InputError("activation beside nonlinearity, PyTorch's name of it: give one")
    if named:
        require_activation(given[named[0]])
        return {cell.gates: given[named[0]]}
    activations = given.get("activations", {})
    if not isinstance(activations, Mapping):
        raise InputError(f'activations is not an object such as {{"{cell.gates[1]}": "relu"}}')
    return gate_activations(cell, activations)


def _reset(given: Mapping[str, Any]) -> str:
    reset = given.get("reset", RESETS[0])
    if reset not in RESETS:
        raise InputError(f"unknown reset {reset!r}{did_you_mean(str(reset), RESETS)}")
    return str(reset)


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
    if name not in given:
        array: Array = np.zeros(shape, np.float32)
    else:
        array = as_floats(given[name], name)
        if array.ndim == len(shape) + 1 and array.shape[0] == 1:
            array = array[0]  # PyTorch's axis of layers
        array = with_shape(array, name, shape)
    return array.reshape(-1, shape[-1])


def _entering(given: Mapping[str, Any], T: int, lead: tuple[int, ...], H: int) -> Array:
    """dh as T × B × H; one row enters every h."""
    each, every = (*lead, H), (T, *lead, H)
    if "dh" not in given:
        dh: Array = np.zeros(each, np.float32)
    else:
        dh = as_floats(given["dh"], "dh")
        dh = with_shape(dh, "dh", each if dh.ndim <= len(each) else every)
    return np.broadcast_to(dh, every).reshape(T, -1, H)


def _after(
    given: Mapping[str, Any], lead: tuple[int, ...], H: int
) -> Mapping[str, Array] | None:
    """The values of `next`, each B × H."""
    if "next" not in given:
        return None
    after = given["next"]
    if not isinstance(after, Mapping):
        raise InputError("next is not an object with the fields i f o g di df do dg")
    for name in after:
        if name not in NEXT_VALUES + NEXT_OPTIONAL:
            hint = did_you_mean(name, NEXT_VALUES + NEXT_OPTIONAL)
            raise InputError(f"next: unknown field {name!r}{hint}")
    missing = [name for name in NEXT_VALUES if name not in after]
    if missing:
        raise InputError(f"next: missing field {missing[0]!r}; it gives the step after the last")
    return {
        name: with_shape(as_floats(value, f"next: {name}"), f"next: {name}", (*lead, H)).reshape(
            -1, H
        )
        for name, value in after.items()
    }

