"""A recurrent cell as a recipe: the equations of a step, the names of its fields, their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    memory: bool = False
    """Whether it has a state c beside h."""
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


LSTM = Cell(
    "lstm", "ifog", "ifgo", {"i": "sigmoid", "f": "sigmoid", "o": "sigmoid", "g": "tanh"},
    equations={"after": """\
s_{t} = concat(h_{p}, x_{t})
z_{t} = W@s_{t} + b
zi_{t} = z_{t}[{rows_i}]
zf_{t} = z_{t}[{rows_f}]
zo_{t} = z_{t}[{rows_o}]
zg_{t} = z_{t}[{rows_g}]
i_{t} = {i}(zi_{t})
f_{t} = {f}(zf_{t})
o_{t} = {o}(zo_{t})
g_{t} = {g}(zg_{t})
c_{t} = f_{t}⊙c_{p} + i_{t}⊙g_{t}
h_{t} = o_{t}⊙tanh(c_{t})
"""},
    quantities=("z", "i", "f", "o", "g", "c", "h"),
    slopes=("h", "o", "c", "i", "f", "g", "zi", "zf", "zo", "zg", "z"),
    circulated={
        ("g", "sigmoid as the activation of g"): "",
        ("dzi", "i_(t-1) in place of i_t"): "i_t in place of i_(t+1) in δẑ",
        ("dzg", "(1 − g²) left out"): "", ("dc", "f_t in place of f_(t+1)"): "",
        ("di", "δh in place of δc"): "", ("df", "δh in place of δc"): "",
        ("dg", "δh in place of δc"): "", ("do", "δc in place of δh"): "",
    },
    memory=True, options=("next",), letter="z", sign="z\u0302",
)  # fmt: skip

_GATES = """\
ar_{t} = W_ir@x_{t} + W_hr@h_{p} + b_r
az_{t} = W_iz@x_{t} + W_hz@h_{p} + b_z
r_{t} = {r}(ar_{t})
z_{t} = {z}(az_{t})
"""
_CANDIDATE = """\
n_{t} = {n}(an_{t})
h_{t} = (1 - z_{t})⊙n_{t} + z_{t}⊙h_{p}
"""
_GATE_BIASES = {"r": ("b_r", "b_r"), "z": ("b_z", "b_z")}

GRU = Cell(
    "gru", "rzn", "rzn", {"r": "sigmoid", "z": "sigmoid", "n": "tanh"},
    equations={
        "after": _GATES + """\
u_{t} = W_hn@h_{p} + b_hn
an_{t} = W_in@x_{t} + b_in + r_{t}⊙u_{t}
""" + _CANDIDATE,
        "before": _GATES + """\
u_{t} = r_{t}⊙h_{p}
an_{t} = W_in@x_{t} + W_hn@u_{t} + b_n
""" + _CANDIDATE,
    },
    biases={
        "after": {**_GATE_BIASES, "n": ("b_in", "b_hn")},
        "before": {**_GATE_BIASES, "n": ("b_n", "b_n")},
    },
    quantities=("ar", "az", "r", "z", "u", "an", "n", "h"),
    slopes=("h", "z", "n", "an", "u", "r", "ar", "az"),
    options=("reset",),
)  # fmt: skip

RNN = Cell(
    "rnn", "h", "h", {"h": "tanh"},
    equations={"after": """\
a_{t} = W_ih@x_{t} + W_hh@h_{p} + b
h_{t} = {h}(a_{t})
"""},
    biases={"after": {"h": ("b", "b")}},
    quantities=("a", "h"),
    slopes=("h", "a"),
    options=("activation", "nonlinearity"),
)  # fmt: skip

CELLS = {each.name: each for each in (LSTM, GRU, RNN)}
"""Every kind of cell by its name."""
