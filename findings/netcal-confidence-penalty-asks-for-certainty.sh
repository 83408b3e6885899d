#!/usr/bin/env bash
# netcal 1.4.0: ConfidencePenalty adds the entropy of the predictions to the loss instead of taking
# it away: certainty costs nothing, evenness most, and its slope pushes logits apart, the opposite
# of the penalty of Pereyra and others that it names and of confidence_penalty of the same module,
# whose value is negative. DCAPenalty keeps its weight and never multiplies by it: 100 times the
# weight is the same penalty.
# Output seen: logit 0 module 0.693 function -0.693 step -0.000 logit 2 module 0.365 function -0.365 step 0.210 logit 6 module 0.017 function -0.017 step 0.015 dca 0.306 0.306 0.306
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 netcal==1.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from netcal.regularization import ConfidencePenalty, DCAPenalty, confidence_penalty

for first in (0.0, 2.0, 6.0):
    logits = torch.tensor([[first, 0.0]], requires_grad=True)
    loss = ConfidencePenalty(weight=1.0, reduction="batchmean")(logits)
    loss.backward()
    array = confidence_penalty(torch.softmax(logits, 1).detach().numpy(), 1.0)
    print(f"logit {first:.0f} module {loss.item():.3f} function {array:.3f} step {-logits.grad[0, 0].item():.3f}", end=" ")
logits, target = torch.tensor([[2.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])
print("dca", *(f"{DCAPenalty(weight)(logits, target).item():.3f}" for weight in (0.0, 1.0, 100.0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="logit 0 module 0.693 function -0.693 step -0.000 logit 2 module 0.365 function -0.365 step 0.210 logit 6 module 0.017 function -0.017 step 0.015 dca 0.306 0.306 0.306"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
