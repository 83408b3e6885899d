#!/usr/bin/env bash
# MAPIE 1.6.0: top_label_ece takes the plain mean over the predicted classes of their calibration
# errors. In the paper that it names (Gupta and Ramdas, 2021) the error is an expectation over
# samples, so that a class counts as often as it is predicted: ten wrong guesses of a rare class
# beside a thousand good ones make 0.014, MAPIE has 0.205 whether there are ten others or a thousand.
# Output seen: 10 and 10: 0.205 by the paper 0.205 100 and 10: 0.205 by the paper 0.045 1000 and 10: 0.205 by the paper 0.014
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import top_label_ece

found = []
for count in (10, 100, 1000):
    # class 0: always right, at 0.99; class 1, of ten: half right, at 0.9
    scores = np.concatenate([np.tile([0.99, 0.01], (count, 1)), np.tile([0.1, 0.9], (10, 1))])
    true = np.concatenate([np.zeros(count, dtype=int), np.array([0, 1] * 5)])
    guess, top = scores.argmax(1), scores.max(1)
    gaps = [abs((true == guess)[guess == label].mean() - top[guess == label].mean()) for label in (0, 1)]
    weighted = sum(gap * (guess == label).mean() for label, gap in enumerate(gaps))
    found.append(f"{count} and 10: {top_label_ece(true, scores, num_bins=5):.3f} by the paper {weighted:.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="10 and 10: 0.205 by the paper 0.205 100 and 10: 0.205 by the paper 0.045 1000 and 10: 0.205 by the paper 0.014"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
