#!/usr/bin/env bash
# bayesian-torch 0.5.0: a layer's KL is the mean over its weights and not their sum: 10,000 weights
# have the KL of one, and a weight in a large layer is held to its prior by so much less than one in
# a small one; the bias adds a mean of its own. prior_variance is the prior's standard deviation: a
# posterior of deviation 2 has the KL 0 from a prior of variance 4, and here 0.318. An LSTM draws
# its weights anew at each step (Fortunato and others, 2017, draw once a sequence), and its forward
# pass adds the KL once a step, 10 times what kl_loss() of the same layer says.
# Output seen: weights 1 0.807 0.807 weights 10000 0.807 8068.528 variance 4 0.318 0.000 LSTM 1.00 10.00 draws 10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 bayesian-torch==0.5.0 numpy==2.4.6 protobuf==7.36.2 scikit-learn==1.9.1 scipy==1.17.1 \
  torchvision==0.28.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from bayesian_torch.layers import LinearReparameterization, LSTMReparameterization

def linear(inputs, outputs, **more):
    layer = LinearReparameterization(inputs, outputs, bias=False, **more)
    with torch.no_grad():
        layer.mu_weight.fill_(0.0)
        layer.rho_weight.fill_(torch.tensor(2.0).expm1().log().item())  # standard deviation 2
    return layer

def exact(inputs, outputs, deviation):
    q, p = torch.distributions.Normal(0.0, 2.0), torch.distributions.Normal(0.0, deviation)
    return inputs * outputs * torch.distributions.kl_divergence(q, p).item()

for shape in ((1, 1), (100, 100)):
    print("weights", shape[0] * shape[1], f"{linear(*shape).kl_loss().item():.3f} {exact(*shape, 1.0):.3f}", end=" ")
print("variance 4", f"{linear(1, 1, prior_variance=4).kl_loss().item():.3f} {exact(1, 1, 2.0):.3f}", end=" ")
torch.manual_seed(0)
lstm = LSTMReparameterization(3, 5)
steps = [lstm(torch.zeros(2, length, 3))[2] / lstm.kl_loss() for length in (1, 10)]
print("LSTM", *(f"{each.item():.2f}" for each in steps), end=" ")
drawn = [lstm.ih.eps_weight.clone()]
lstm.ih.register_forward_hook(lambda layer, *_: drawn.append(layer.eps_weight.clone()))
lstm(torch.zeros(2, 10, 3))
print("draws", len({each.sum().item() for each in drawn[1:]}))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="weights 1 0.807 0.807 weights 10000 0.807 8068.528 variance 4 0.318 0.000 LSTM 1.00 10.00 draws 10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
