"""Forward pass and gradient step of a fully connected network.

\b
q = W h + b,  h = φ(q),  y = softmax(q), sigmoid(q) or q
J = −ln y_target,  −Σ t ln y + (1−t) ln(1−y),  or ½ Σ (y−t)²
∂J/∂W = ∂J/∂q hᵀ,  ∂J/∂h = Wᵀ ∂J/∂q,  ΔW = −η ∂J/∂W

FILE is JSON: x (one example, or a batch, whose loss is the mean), target (class index
from 0, or vector), weights (outputs x inputs, a matrix a layer) or sizes, and, if
need be, biases, activation (relu, leaky_relu, sigmoid, tanh, gelu, softplus,
identity), output (softmax, sigmoid, identity), loss (cross_entropy,
binary_cross_entropy, squared_error), learning_rate (0.1) or optimizer ({"type": "adam",
"lr": 0.1}), and freeze (w5, b1 …, weights or biases: what no step changes). Weights are
named w1, w2 … layer by layer and row by row; --expect takes these names, too: {"w5": 0.36}
is the new weight, {"dJ/dw5": 0.08} its gradient.

\b
Examples:
  dlcalc mlp
  dlcalc mlp --explain
  dlcalc mlp '{"x": [1, 2], "target": 0, "sizes": [2, 3, 2]}' --steps 50
  dlcalc mlp '{"x": [1], "target": [0], "weights": [[[2]]], "output": "identity"}' -f json
"""
