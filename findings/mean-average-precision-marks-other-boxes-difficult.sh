#!/usr/bin/env bash
# mean-average-precision 2024.1.5.0: the flags difficult and crowd of ground truth are repeated element
# by element where the row is meant, so that with two predictions or more they lie on other boxes. Of
# a plain box and a difficult one, the plain one found at 0.9 and something wrong at 0.8, PASCAL VOC's
# script, which leaves what is difficult out, has an average precision of 1. Here it is 0.5, as what is
# difficult is counted among what is to be found, and 0 if the difficult box stands first: the plain
# one is taken for difficult then, and its prediction left out. Same boxes, all plain: 0.5.
# Output seen: plain alone 1.00 plain first 0.50 difficult first 0.00 without the wrong one 0.50 all plain 0.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mean-average-precision==2024.1.5.0 numpy==2.4.6 pandas==3.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mean_average_precision import MetricBuilder

def precision(truth, predicted):
    """truth: (left, difficult) of boxes ten wide, class 0; predicted: (left, confidence)."""
    metric = MetricBuilder.build_evaluation_metric("map_2d", num_classes=1)
    metric.add(np.array([[left, 0, left + 10, 10, 0, score] for left, score in predicted], float), np.array([[left, 0, left + 10, 10, 0, flag, 0] for left, flag in truth], float))
    return f"{metric.value(iou_thresholds=0.5)['mAP']:.2f}"

plain, hard, found, wrong = (0, 0), (100, 1), (0, 0.9), (50, 0.8)
print("plain alone", precision([plain], [found, wrong]), "plain first", precision([plain, hard], [found, wrong]), end=" ")
print("difficult first", precision([hard, plain], [found, wrong]), "without the wrong one", precision([hard, plain], [found]), end=" ")
print("all plain", precision([plain, (100, 0)], [found, wrong]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain alone 1.00 plain first 0.50 difficult first 0.00 without the wrong one 0.50 all plain 0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
