#!/usr/bin/env bash
# torcheval 0.0.7: HitRate, ReciprocalRank and MulticlassAccuracy with k > 1 count the classes that
# score more than the right one, so that a model whose scores are all equal, or are no numbers at
# all, is right every time: 1, 1 and 1 of 10 classes. With k=1 MulticlassAccuracy takes the first of
# the largest and says 0; torchmetrics 1.9.0 says 0 for the top 2, too.
# Output seen: equal 1 1 1 0 0 no numbers 1 1 1 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torcheval==0.0.7 torchmetrics==1.9.0 lightning-utilities==0.15.3 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torcheval.metrics, torchmetrics.classification

target = torch.tensor([1, 2, 3, 4])

def seen(scores):
    metrics = torcheval.metrics.HitRate(k=1), torcheval.metrics.ReciprocalRank(), *(torcheval.metrics.MulticlassAccuracy(k=k) for k in (2, 1))
    metrics += (torchmetrics.classification.MulticlassAccuracy(10, top_k=2, average="micro"),)
    for metric in metrics:
        metric.update(scores, target)
    return [f"{metric.compute().float().mean().item():.0f}" for metric in metrics]

print("equal", *seen(torch.zeros(4, 10)), "no numbers", *seen(torch.full((4, 10), torch.nan)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="equal 1 1 1 0 0 no numbers 1 1 1 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
