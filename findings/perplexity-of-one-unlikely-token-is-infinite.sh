#!/usr/bin/env bash
# torchmetrics 1.9.0 and torcheval 0.0.7: Perplexity takes the softmax and then its logarithm, so
# that a token whose logit is some 104 below the largest has the probability 0 in single precision,
# and a single one of a thousand makes the perplexity of the whole set infinite; from the logarithm
# of the softmax, as PyTorch's cross_entropy has it, it is 5.64 here. In each pair of figures below:
# the gap, PyTorch, torchmetrics, torcheval.
# Output seen: 80 5.415 5.415 5.415 120 5.636 inf inf
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torcheval==0.0.7 torchmetrics==1.9.0 lightning-utilities==0.15.3 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torcheval.metrics, torchmetrics.text

logits, target = torch.zeros(1, 1000, 5), torch.zeros(1, 1000, dtype=torch.long)
found = []
for unlikely in (80.0, 120.0):
    logits[0, 0, 0] = -unlikely  # one of a thousand tokens
    found += [f"{unlikely:.0f}", f"{torch.nn.functional.cross_entropy(logits[0], target[0]).exp().item():.3f}"]
    for metric in (torchmetrics.text.Perplexity(), torcheval.metrics.Perplexity()):
        metric.update(logits, target)
        found.append(f"{metric.compute().item():.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="80 5.415 5.415 5.415 120 5.636 inf inf"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
