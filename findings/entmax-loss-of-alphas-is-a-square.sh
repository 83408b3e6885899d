#!/usr/bin/env bash
# entmax 1.3: entmax_bisect_loss takes a tensor of alphas, "to use for each row of X": n rows with n
# alphas have n x n losses, each row with the entropy of every other, and the mean of
# EntmaxBisectLoss is n times too large. alpha gets no slope from the losses, with a single alpha as
# well: an alpha that is to be learnt, as entmax_bisect lets one, stays where it starts, and nothing
# is said, though the loss has a slope there, by differences the last figure.
# Output seen: (2,) mean 0.632 (2,) mean 0.632 (2, 2) mean 1.265 entmax slope 0.248 loss slope None for -0.385
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 entmax==1.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from entmax import EntmaxBisectLoss, entmax_bisect, entmax_bisect_loss

scores, target = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], dtype=torch.float64), torch.tensor([1, 1])
rows = []
for alpha in (1.5, torch.tensor(1.5), torch.full((2, 1), 1.5)):
    rows += [f"{tuple(entmax_bisect_loss(scores, target, alpha).shape)} mean {EntmaxBisectLoss(alpha)(scores, target).item():.3f}"]
alpha = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
scores.requires_grad_()
entmax_bisect(scores, alpha)[0, 0].backward()
rows += [f"entmax slope {alpha.grad.item():.3f}"]
alpha.grad = None
EntmaxBisectLoss(alpha)(scores, target).backward()
near = [EntmaxBisectLoss(1.5 + step)(scores.detach(), target).item() for step in (-1e-4, 1e-4)]
rows += [f"loss slope {alpha.grad} for {(near[1] - near[0]) / 2e-4:.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="(2,) mean 0.632 (2,) mean 0.632 (2, 2) mean 1.265 entmax slope 0.248 loss slope None for -0.385"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
