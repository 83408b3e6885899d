#!/usr/bin/env bash
# torchmetrics 1.9.0: multilabel_ranking_loss sorts equal scores by their columns, later ones above
# earlier ones: a model that scores all labels alike has the loss 1 where the right label is the
# first of four and 0, the best there is, where it is the last. The two other ranking metrics of the
# same module count ties against the model; scikit-learn does so here, too, and says 1.
# Output seen: 0 1.00 1.00 cover 4 1 0.67 1.00 cover 4 2 0.33 1.00 cover 4 3 0.00 1.00 cover 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6 scikit-learn==1.9.1 lightning-utilities==0.15.3 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from sklearn.metrics import label_ranking_loss
from torchmetrics.functional.classification import multilabel_coverage_error, multilabel_ranking_loss

scores = torch.full((1, 4), 0.5)
rows = []
for column in range(4):
    target = torch.zeros(1, 4, dtype=torch.long)
    target[0, column] = 1
    given = multilabel_ranking_loss(scores, target, num_labels=4).item()
    cover = multilabel_coverage_error(scores, target, num_labels=4).item()
    rows += [column, f"{given:.2f} {label_ranking_loss(target.numpy(), scores.numpy()):.2f} cover {cover:.0f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 1.00 1.00 cover 4 1 0.67 1.00 cover 4 2 0.33 1.00 cover 4 3 0.00 1.00 cover 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
