"""A training step of any network: every value, gradient and update.

\b
L = loss(network(x), target),  ∂L/∂w over all paths,  w ← w − η ∂L/∂w  (or Adam, …)

MODEL is as for params. DATA is JSON: x; target with its loss (cross_entropy, nll,
binary_cross_entropy, bce_with_logits, mse, l1, huber) and reduction (mean, sum), or
upstream, the gradient of the output; parameters under PyTorch's names (conv1.weight);
optimizer ({"type": "adam", "lr": 0.01}: sgd, adagrad, rmsprop, adam, adamw, adamax,
nadam, radam, lion), steps, mode, masks of dropouts. A result is DATA again: pipe it on,
with --with for what it lacks. Every gradient is that over all paths.

\b
Examples:
  dlcalc step --explain
  dlcalc step --at conv1.weight:0,0,1,1
  dlcalc step 'input 2; linear 1' '{"x": [1, 2], "upstream": [1]}' --init uniform
  dlcalc step 'input 1; tanh' '{"x": [1], "target": [0], "loss": "mse"}' --check
"""
