"""States and gradients of a simple recurrent network, over one step or many.

\b
a = W_ih x + W_hh h + b    h' = φ(a),  φ = tanh or relu

FILE is JSON: PyTorch's weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, or W (H × (H+D),
columns [h, x]) and b; x (D, steps × D or steps × batch × D), h0, dh (the loss gradient that
enters each h directly), or target (of the last h, or of each) with loss: squared_error
(½Σ(h−y)²), mse, cross_entropy (of softmax h), binary_cross_entropy (of σ(h)); activation, or
PyTorch's nonlinearity.

--expect takes any of the fields of the result, and names the first that is wrong, in the
order of the derivation, with its slip. --at T works out one step, counted from 0.

\b
Examples:
  dlcalc rnn
  dlcalc rnn --explain
  dlcalc rnn '{"W": [[0.5, 1]], "x": [[1], [-1]], "target": [[0.5], [0]]}' --check
  dlcalc rnn '{"W": [[1.5, 1]], "x": [0.1]}' --activation relu --steps 30
"""
