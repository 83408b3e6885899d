"""Gates, states and every gradient of an LSTM, over one step or many.

\b
i, f, o = σ, g = tanh of the rows of W(h; x) + b    c' = f⊙c + i⊙g    h' = o⊙tanh c'

FILE is JSON: W (4H × (H+D), rows in the order of gates, "ifog", columns [h, x]), b, x (D or
steps × D), h0, c0, dh (the loss gradient that enters each h directly) or target with loss
(squared_error, mse, cross_entropy, binary_cross_entropy of h), dc (the one that enters the
last c), activations ({"f": "relu"}); or PyTorch's weight_ih_l0, weight_hh_l0,
bias_ih_l0, bias_hh_l0. next gives the step after by i f o g, di df do dg (and dc).
Activations: sigmoid, tanh, relu, hard_sigmoid, identity, softplus.

--expect takes any of the fields of the result, and names the first gate and step that is
wrong, in the order of the derivation, with the slip that gives that number. --at T works
out one step, counted from 0 as in the result's steps.

\b
Examples:
  dlcalc lstm
  dlcalc lstm --explain
  dlcalc lstm '{"W": [[1, 2], [0, 1], [1, 0], [2, 1]], "x": [[1], [-1]], "dh": [1]}' --check
  dlcalc lstm '{"W": [[0, 1], [0, 1], [0, 1], [0, 1]], "x": [2]}' --activation f=relu --steps 9
"""

from dlcalc.shell.types import gate_activation

GATES = gate_activation("ifog")
