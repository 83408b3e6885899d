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


def _recurrent(gates: int) -> Callable[..., Counted]:
    """What counts a layer of so many gates."""

    def cell(
        shape: Shape, hidden: int, layers: int = 1, bias: bool | str = True,
        bidirectional: bool = False, output: str = "sequence",
    ) -> Counted:
        steps, width = steps_and_width(shape, "a recurrent layer")
        hidden, layers = whole("hidden", hidden), whole("layers", layers)
        directions = 2 if flag("bidirectional", bidirectional) else 1
        features = hidden * directions
        columns = (width + hidden) + (layers - 1) * (features + hidden)
        weights = directions * gates * hidden * columns
        vectors = 1 if bias == "single" else 2 * flag("bias", bias)
        biases = directions * gates * hidden * layers * vectors
        last = choice("output", output, ("sequence", "last")) == "last"
        return Counted(
            (features,) if last else (steps, features), weights, biases, weights * steps,
            mixes=(0, 1), lies=(None, 0) if last else None,
        )

    return cell


lstm, gru, rnn = _recurrent(4), _recurrent(3), _recurrent(1)
"""A long short-term memory, a gated recurrent unit, and a plain layer, h = tanh(W x + U h + b)."""


def rnn_values(
    run: Pass, x: Node, hidden: int, layers: int, bias: bool | str, bidirectional: bool,
    output: str, **options: Any,
) -> Node:
    """Step by step, by the equations of the cell of that name."""
    from dlcalc.layers.cells.run import CellSteps

    run.refuse(options)
    length, cell = run.shape[0], CellSteps(run, hidden)
    for layer in range(layers):
        ends = ["", "_reverse"] if bidirectional else [""]
        sides = []
        for end in ends:
            tail = f"_l{layer}{end}"
            held, seen = cell.rows, x.shape[-1]
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
                h, c = cell.step(of_x, of_h, h, c, mark)
                states[t] = run.do("move", h, shape=(-1, 1, hidden), part=f"h_row{mark}")
            rows = [states[t] for t in range(length)]
            sides.append(run.do("concat", *rows, axis=1, part=f"h{tail}"))
        both = f"h_l{layer}_both"
        x = sides[0] if len(sides) == 1 else run.do("concat", *sides, axis=2, part=both)
    if output == "sequence":
        return run.do("move", x)
    return run.do("move", x, window=(slice(None), length - 1))


lstm_values = gru_values = rnn_values
