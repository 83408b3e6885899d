"""Gates, states and every gradient of a GRU, over one step or many.

\b
r, z = σ(W_i x + W_h h + b)    n = tanh(W_in x + b_in + r⊙(W_hn h + b_hn))
h' = (1 − z)⊙n + z⊙h           reset before: n = tanh(W_in x + W_hn (r⊙h) + b_n)

FILE is JSON: PyTorch's weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, or W (3H × (H+D),
rows in the order of gates, "rzn", columns [h, x]) and b (3H, or 2 × 3H for one with x and one
with h); x (D, steps × D or steps × batch × D), h0, dh (the loss gradient that enters each h
directly), or target (of the last h, or of each) with loss: squared_error (½Σ(h−y)²), mse,
cross_entropy (of softmax h), binary_cross_entropy (of σ(h)); reset, "after" or "before";
activations ({"n": "relu"}).

--expect takes any of the fields of the result, and names the first that is wrong, in the
order of the derivation, with its slip. --at T works out one step, counted from 0.

\b
Examples:
  dlcalc gru
  dlcalc gru --explain
  dlcalc gru '{"W": [[1, 2], [0, 1], [1, 0]], "x": [[1], [-1]], "target": [0.5]}' --check
  dlcalc gru '{"W": [[0, 1], [0, 1], [1, 1]], "x": [2]}' --reset before --steps 9
"""

from dlcalc.shell.types import gate_activation

GATES = gate_activation("rzn")
