"""Recurrent layers over a sequence TxD.

Parameters are counted as PyTorch holds them: weights of the input and of the state for
each gate, and two bias vectors a gate (`bias=single`: one, as in textbooks and Keras).
Every weight is multiplied once a step: the length of the sequence counts. Products of a
gate with a state, element by element, do not.
"""

from __future__ import annotations

from dlcalc.layers.counted import Counted, Shape, choice, flag, steps_and_width, whole


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
