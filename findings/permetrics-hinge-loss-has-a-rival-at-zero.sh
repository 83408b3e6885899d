#!/usr/bin/env bash
# permetrics 2.1.0: ClassificationMetric.hinge_loss takes the true class out of the scores by
# multiplying it with 0 before it looks for the largest rival: where all rivals are below zero the 0
# is taken for one, so that classes told apart by far, by a margin of 3.5, still cost 0.5; adding
# the same number to all scores, which changes no margin, changes the loss.
# RegressionMetric.correlation with sample=True divides a covariance by n - 1 by deviations by n: of
# three points on a line it is 1.5. micro averages do not heed labels. The figures after "for" are
# scikit-learn's and numpy's.
# Output seen: hinge -3 3.50 for 0.00 hinge 0 0.50 for 0.00 hinge 3 0.00 for 0.00 correlation 1.00 for 1.00 correlation 1.50 for 1.00 micro recall 0.57 for 0.75
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check permetrics==2.1.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import sklearn.metrics
from permetrics import ClassificationMetric, RegressionMetric

truth = np.array([0, 1, 2])
scores = np.full((3, 3), -3.0) + 3.5 * np.eye(3)
metric = ClassificationMetric()
rows = []
for shift in (-3.0, 0.0, 3.0):
    rows += [f"hinge {shift:g} {metric.hinge_loss(truth, scores + shift):.2f} for {sklearn.metrics.hinge_loss(truth, scores + shift):.2f}"]
x = np.array([1.0, 2.0, 4.0])
for sample in (False, True):
    rows += [f"correlation {float(RegressionMetric().correlation(x, 2 * x, sample=sample)):.2f} for {np.corrcoef(x, 2 * x)[0, 1]:.2f}"]
truth, found = np.array([0, 1, 2, 2, 1, 0, 0]), np.array([1, 1, 2, 0, 1, 1, 0])
options = dict(labels=[1, 2], average="micro")
rows += [f"micro recall {metric.recall_score(truth, found, **options):.2f} for {sklearn.metrics.recall_score(truth, found, **options):.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="hinge -3 3.50 for 0.00 hinge 0 0.50 for 0.00 hinge 3 0.00 for 0.00 correlation 1.00 for 1.00 correlation 1.50 for 1.00 micro recall 0.57 for 0.75"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
