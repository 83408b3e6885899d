#!/usr/bin/env bash
# MAPIE 1.6.0: expected_calibration_error makes as many edges as num_bins says, not bins: "uniform"
# with 10 has nine intervals, with 2 a single one, and what is beyond the last edge is dropped: with
# num_bins=1, which is allowed, the error is nan. With "quantile" the first bin holds the least score
# alone, and with num_bins=1 that score is the only one that counts. top_label_ece bins by it too.
# Output seen: uniform 1: nan right 0.035 one fewer 0.035 uniform 2: 0.035 right 0.365 one fewer 0.035 uniform 5: 0.365 right 0.255 one fewer 0.365 quantile 1: 0.950 right 0.035 one fewer 0.035 quantile 2: 0.155 right 0.255 one fewer 0.035 quantile 5: 0.255 right 0.395 one fewer 0.255
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import expected_calibration_error

true = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1])
scores = np.array([0.05, 0.15, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.9, 0.95])


def by_hand(count, kind):
    edges = np.linspace(0, 1, count + 1) if kind == "uniform" else np.percentile(scores, np.linspace(0, 100, count + 1))
    place = np.clip(np.digitize(scores, edges[1:-1], right=True), 0, count - 1)
    return sum(abs((true - scores)[place == bin].sum()) for bin in range(count)) / len(scores)


found = []
for kind in ("uniform", "quantile"):
    for count in (1, 2, 5):
        found.append(f"{kind} {count}: {expected_calibration_error(true, scores, num_bins=count, split_strategy=kind):.3f} right {by_hand(count, kind):.3f} one fewer {by_hand(max(count - 1, 1), kind):.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="uniform 1: nan right 0.035 one fewer 0.035 uniform 2: 0.035 right 0.365 one fewer 0.035 uniform 5: 0.365 right 0.255 one fewer 0.365 quantile 1: 0.950 right 0.035 one fewer 0.035 quantile 2: 0.155 right 0.255 one fewer 0.035 quantile 5: 0.255 right 0.395 one fewer 0.255"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
