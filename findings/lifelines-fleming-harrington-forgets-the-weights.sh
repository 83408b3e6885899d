#!/usr/bin/env bash
# lifelines 0.30.3: the logrank tests take weights, the number of subjects that a row stands for. With
# weightings="fleming-harrington" the survival curve by which the times are weighted is that of the rows,
# each counted once: the test of weighted rows is not that of the rows written out, 1.27 for 0.96 and 1.73
# for 2.64. Plain, Wilcoxon, Tarone-Ware and Peto tests are the same both ways. Without censoring p=1 and
# q=0 is the Wilcoxon test, as it is of rows written out.
# Output seen: wilcoxon weighted 0.96 written out 0.96 peto weighted 1.24 written out 1.24 fleming-harrington 1 0 weighted 1.27 written out 0.96 fleming-harrington 0 1 weighted 1.73 written out 2.64
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 pandas==2.3.3 autograd==1.9.1 autograd-gamma==0.5.0 formulaic==1.2.2 matplotlib==3.11.2 lifelines==0.30.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from lifelines.statistics import multivariate_logrank_test

times, groups, weights = np.arange(1.0, 9.0), np.array([0, 1, 0, 1, 0, 1, 1, 1]), np.array([1, 2, 1, 3, 2, 1, 1, 2])
found = []
for weighting, powers in (("wilcoxon", {}), ("peto", {}), ("fleming-harrington", {"p": 1, "q": 0}), ("fleming-harrington", {"p": 0, "q": 1})):
    rows = multivariate_logrank_test(times, groups, np.ones(8), weights=weights, weightings=weighting, **powers)
    whole = multivariate_logrank_test(np.repeat(times, weights), np.repeat(groups, weights), np.ones(weights.sum()), weightings=weighting, **powers)
    found += [weighting, *powers.values(), f"weighted {rows.test_statistic:.2f} written out {whole.test_statistic:.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="wilcoxon weighted 0.96 written out 0.96 peto weighted 1.24 written out 1.24 fleming-harrington 1 0 weighted 1.27 written out 0.96 fleming-harrington 0 1 weighted 1.73 written out 2.64"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
