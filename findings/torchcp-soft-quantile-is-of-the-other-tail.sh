#!/usr/bin/env bash
# torchcp 1.2.1: the losses of conformal training (ConfTr, and ConfTS, which tunes a temperature)
# sort their scores smoothly by default (soft_qunatile=True) from the largest down and then count as
# if from the smallest up: with alpha=0.1 the threshold is the lower decile of the scores, 0.10
# below, and not the one that 9 of 10 labels pass, 0.89, which soft_qunatile=False takes. The sets
# of the loss then hold a tenth of the labels, and what is trained is a predictor for alpha=0.9;
# only at 0.5 do both agree. (The losses are imported without the rest of the package, which wants
# torchvision and more.)
# Output seen: alpha 0.1 threshold 0.10 of 0.89 off coverage 0.8 0.0 alpha 0.5 threshold 0.50 of 0.50 off coverage 0.0 0.0 alpha 0.9 threshold 0.90 of 0.11 off coverage 0.8 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchcp==1.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys, types

root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "torchcp")))
for name in ("torchcp", "torchcp.classification", "torchcp.classification.loss", "torchcp.classification.score"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torchcp.classification.loss.conftr import ConfTrLoss
from torchcp.classification.loss.confts import ConfTSLoss
from torchcp.classification.score.lac import LAC

class Predictor:
    """Split conformal prediction, as far as the losses use it."""
    score_function = LAC()

    def get_device(self):
        return "cpu"

    def calculate_threshold(self, logits, labels, alpha):
        scores = self.score_function(logits, labels).sort().values
        self.q_hat = scores[int((len(scores) + 1) * (1 - alpha))]

torch.manual_seed(0)
scores = torch.linspace(0.01, 0.99, 99)[torch.randperm(99)]
logits = 3 * torch.randn(400, 10)
labels = (logits + torch.randn(400, 10)).argmax(1)
found = []
for alpha in (0.1, 0.5, 0.9):
    threshold = ConfTSLoss(Predictor(), alpha)._soft_quantile(scores, alpha).item()
    missing = [ConfTrLoss(Predictor(), alpha, 0.5, soft, loss_type="coverage", loss_transform="abs")(logits, labels).item() for soft in (True, False)]
    found += ["alpha", alpha, "threshold", f"{threshold:.2f}", "of", f"{scores.quantile(1 - alpha).item():.2f}", "off coverage", *(f"{each:.1f}" for each in missing)]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alpha 0.1 threshold 0.10 of 0.89 off coverage 0.8 0.0 alpha 0.5 threshold 0.50 of 0.50 off coverage 0.0 0.0 alpha 0.9 threshold 0.90 of 0.11 off coverage 0.8 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
