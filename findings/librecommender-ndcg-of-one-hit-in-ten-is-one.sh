#!/usr/bin/env bash
# LibRecommender 1.5.2: ndcg_at_k divides by the gain of the hits that it found, moved to the front,
# and not by that of the best list there is: one hit in the first place of ten has 1.0, whether the
# user liked one item or fifty, and two hits in the first and third place have less, 0.92, so that a
# list is made better by taking a right item out. average_precision_at_k divides by the hits, too.
# By the definition, as in scikit-learn's ndcg_score, the best list of that length is the measure.
# Output seen: one hit of 20 liked: NDCG 1.00 scikit-learn 0.22 AP 1.00 two hits of 20 liked: NDCG 0.92 scikit-learn 0.33 AP 0.83 ten hits of 20 liked: NDCG 1.00 scikit-learn 1.00 AP 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps LibRecommender==1.5.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, pathlib, sysconfig
import numpy as np
from sklearn.metrics import ndcg_score

# The one file, without the package's door, which opens everything else.
path = pathlib.Path(sysconfig.get_paths()["purelib"], "libreco", "evaluation", "metrics.py")
spec = importlib.util.spec_from_file_location("metrics", path)
metrics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(metrics)
liked, shown = np.arange(20), np.array([0, 100, 101, 102, 103, 104, 105, 106, 107, 108])
for name, places in (("one hit", [0]), ("two hits", [0, 2]), ("ten hits", range(10))):
    shown = np.arange(100, 110)
    shown[list(places)] = np.arange(len(places))
    every = np.r_[shown, liked[len(places):]]  # and what was liked and not shown, behind
    relevance = np.isin(every, liked).astype(float)
    right = ndcg_score([relevance], [-np.arange(len(every))], k=10)
    print(f"{name} of 20 liked: NDCG {metrics.ndcg_at_k(liked, shown, 10):.2f} scikit-learn {right:.2f} AP {metrics.average_precision_at_k(liked, shown, 10):.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="one hit of 20 liked: NDCG 1.00 scikit-learn 0.22 AP 1.00 two hits of 20 liked: NDCG 0.92 scikit-learn 0.33 AP 0.83 ten hits of 20 liked: NDCG 1.00 scikit-learn 1.00 AP 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
