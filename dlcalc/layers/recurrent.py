"""Recurrent layers over a sequence TxD.

Parameters are counted as PyTorch holds them: weights of the input and of the state for
each gate, and two bias vectors a gate (`bias=single`: one, as in textbooks and Keras).
Every weight is multiplied once a step: the length of the sequence counts. Products of a
gate with a state, element by element, do not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dlcalc.layers.counted import Counted, Shape, choice, flag, steps_and_width, whole

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def lstm(
    shape: Shape, hidden: int, layers: int = 1, bias: bool | str = True,
    bidirectional: bool = False, output: str = "sequence",
) -> Counted:
    """A long short-term memory: four gates.

    >>> lstm((10, 64), 128).weights + lstm((10, 64), 128).biases
    99328
    """
    return _recurrent(shape, 4, hidden, layers, bias, bidirectional, output)


def gru(
    shape: Shape, hidden: int, layers: int = 1, bias: bool | str = True,
    bidirectional: bool = False, output: str = "sequence",
) -> Counted:
    """A gated recurrent unit: three gates.

    >>> gru((10, 64), 128, output="last").output
    (128,)
    """
    return _recurrent(shape, 3, hidden, layers, bias, bidirectional, output)


def rnn(
    shape: Shape, hidden: int, layers: int = 1, bias: bool | str = True,
    bidirectional: bool = False, output: str = "sequence",
) -> Counted:
    """A plain recurrent layer: h = tanh(W x + U h + b).

    >>> rnn((10, 64), 128).macs
    245760
    """
    return _recurrent(shape, 1, hidden, layers, bias, bidirectional, output)


def _recurrent(
    shape: Shape, gates: int, hidden: int, layers: int, bias: bool | str,
    bidirectional: bool, output: str,
) -> Counted:
    steps, width = steps_and_width(shape, "a recurrent layer")
    hidden, layers = whole("hidden", hidden), whole("layers", layers)
    directions = 2 if flag("bidirectional", bidirectional) else 1
    features = hidden * directions
    columns = (width + hidden) + (layers - 1) * (features + hidden)
    weights = directions * gates * hidden * columns
    biases = directions * gates * hidden * layers * bias_vectors(bias)
    last = choice("output", output, ("sequence", "last")) == "last"
    return Counted(
        (features,) if last else (steps, features), weights, biases, weights * steps,
        mixes=(0, 1), lies=(None, 0) if last else None,
    )


def bias_vectors(bias: bool | str) -> int:
    """Bias vectors a gate: 2 as PyTorch has them, 1 if `single`, or none."""
    return 1 if bias == "single" else 2 * flag("bias", bias)


def lstm_values(run: Pass, x: Node, **options: Any) -> Node:
    """c = f ⊙ c + i ⊙ g, h = o ⊙ tanh c; rows i f g o."""
    return _unrolled(run, x, 4, _lstm_step, **options)


def gru_values(run: Pass, x: Node, **options: Any) -> Node:
    """h = (1 − z) ⊙ n + z ⊙ h, n = tanh(W x + b_i + r ⊙ (U h + b_h)); rows r z n."""
    return _unrolled(run, x, 3, _gru_step, **options)


def rnn_values(run: Pass, x: Node, **options: Any) -> Node:
    """h = tanh(W x + U h + b)."""
    return _unrolled(run, x, 1, _rnn_step, **options)


Step = Callable[[Any, Any, Any, Any, str], tuple[Any, Any]]
"""The products of input and of state, the state and the cell → the next ones; a name's end."""


def _unrolled(
    run: Pass, x: Node, gates: int, step: Step, hidden: int, layers: int, bias: bool | str,
    bidirectional: bool, output: str, **options: Any,
) -> Node:
    run.refuse(options)
    length = run.shape[0]
    for layer in range(layers):
        ends = ["", "_reverse"] if bidirectional else [""]
        sides = []
        for end in ends:
            tail = f"_l{layer}{end}"
            held, seen = gates * hidden, x.shape[-1]
            w = [run.parameter(f"weight_ih{tail}", (held, seen))]
            u = [run.parameter(f"weight_hh{tail}", (held, hidden))]
            w += [run.parameter(f"bias_ih{tail}", (held,))] if bias else []
            u += [run.parameter(f"bias_hh{tail}", (held,))] if bias and bias != "single" else []
            products = run.do("einsum", x, *w, spec="nti,oi->nto", part=f"Wx{tail}")
            h = c = run.zeros(x.shape[0], hidden, f"h0{tail}")
            states: dict[int, Node] = {}
            for t in reversed(range(length)) if end else range(length):
                mark = f"{tail}_t{t}"
                of_x = run.do("move", products, window=(slice(None), t), part=f"Wx{mark}")
                of_h = run.do("einsum", h, *u, spec="ni,oi->no", part=f"Uh{mark}")
                h, c = step(run, of_x, of_h, (h, c), mark)
                states[t] = run.do("move", h, shape=(-1, 1, hidden), part=f"h_row{mark}")
            rows = [states[t] for t in range(length)]
            sides.append(run.do("concat", *rows, axis=1, part=f"h{tail}"))
        x = sides[0] if len(sides) == 1 else run.do("concat", *sides, axis=2, part=f"h_l{layer}")
    if output == "sequence":
        return run.do("move", x)
    return run.do("move", x, window=(slice(None), length - 1))


def _gates(run: Pass, products: Node, names: str, mark: str) -> list[Node]:
    width = products.shape[-1] // len(names)
    return [
        run.do("move", products, window=(..., slice(k * width, (k + 1) * width)),
               part=f"{name}{mark}")
        for k, name in enumerate(names)
    ]


def _lstm_step(
    run: Pass, of_x: Node, of_h: Node, state: tuple[Node, Node], mark: str
) -> tuple[Node, Node]:
    whole = run.do("add", of_x, of_h, part=f"z{mark}")
    arguments = _gates(run, whole, "ifgo", f"_argument{mark}")
    i, f, g, o = (
        run.do("tanh" if name == "g" else "sigmoid", each, part=f"{name}{mark}")
        for name, each in zip("ifgo", arguments, strict=True)
    )
    kept = run.do("mul", f, state[1], part=f"kept{mark}")
    c = run.do("add", kept, run.do("mul", i, g, part=f"written{mark}"), part=f"c{mark}")
    return run.do("mul", o, run.do("tanh", c, part=f"tanh_c{mark}"), part=f"h{mark}"), c


def _gru_step(
    run: Pass, of_x: Node, of_h: Node, state: tuple[Node, Node], mark: str
) -> tuple[Node, Node]:
    (rx, zx, nx), (rh, zh, nh) = (
        _gates(run, each, "rzn", f"_{name}{mark}") for each, name in ((of_x, "x"), (of_h, "h"))
    )
    r, z = (
        run.do("sigmoid", run.do("add", a, b, part=f"{name}_argument{mark}"), part=f"{name}{mark}")
        for name, a, b in (("r", rx, rh), ("z", zx, zh))
    )
    argument = run.do("add", nx, run.do("mul", r, nh, part=f"reset{mark}"), part=f"n_arg{mark}")
    n = run.do("tanh", argument, part=f"n{mark}")
    rest = run.do("sub", run.constant(1.0), z, part=f"rest{mark}")
    new = run.do("mul", rest, n, part=f"new{mark}")
    old = run.do("mul", z, state[0], part=f"old{mark}")
    return run.do("add", new, old, part=f"h{mark}"), state[1]


def _rnn_step(
    run: Pass, of_x: Node, of_h: Node, state: tuple[Node, Node], mark: str
) -> tuple[Node, Node]:
    whole = run.do("add", of_x, of_h, part=f"z{mark}")
    return run.do("tanh", whole, part=f"h{mark}"), state[1]
