"""A recurrent cell as a recipe: the equations of a step, the names of its fields, their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcalc.input.sources import text_beside

TORCH_FIELDS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")


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


def listed(gates: str) -> str:
    """Gates in a sentence.

    >>> listed("rzn")
    'r, z and n'
    """
    return f"{', '.join(gates[:-1])} and {gates[-1]}"


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
