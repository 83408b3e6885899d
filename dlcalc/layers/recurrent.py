"""The values of recurrent layers over a sequence TxD; recurrent.txt has what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


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
