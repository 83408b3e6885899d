#!/usr/bin/env bash
# ranx 0.3.21: rank-biased precision sums, by ranx's page, r_i p^(i-1) where r_i is 0 or 1, "whether
# the i-th ranked document is non-relevant or relevant". It takes the grade itself: with grades 3 2 1
# the same perfect list has an RBP of 2.13 in place of 0.875, above the 1 that is its most (with all
# of a long list relevant), and its mean over queries is ruled by the queries with high grades. map
# takes them as 0 and 1. (numba's compiler, which changes nothing of it, is switched off to save
# time, and packages for files and plots are left out.)
# Output seen: grades 1 1 1 rbp.50 0.875 rbp.80 0.488 map 1.000 ndcg 1.000 by its formula 0.875 by its formula 0.488 grades 3 2 1 rbp.50 2.125 rbp.80 1.048 map 1.000 ndcg 1.000 by its formula 0.875 by its formula 0.488
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 numba==0.68.1 llvmlite==0.50.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps ranx==0.3.21
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os
import sys
from unittest.mock import MagicMock

os.environ["NUMBA_DISABLE_JIT"] = "1"
import numba

for name in "pandas scipy scipy.stats seaborn matplotlib matplotlib.pyplot ir_datasets requests lz4 lz4.frame cbor2 yaml orjson rich rich.console rich.progress rich.table tabulate tqdm".split():
    sys.modules[name] = MagicMock()
from ranx import Qrels, Run, evaluate

run = Run({"q": {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.6}})
found = []
for name, grades in (("grades 1 1 1", (1, 1, 1)), ("grades 3 2 1", (3, 2, 1))):
    judged = Qrels({"q": dict(zip("abc", grades))})
    found += [name, *(f"{measure} {evaluate(judged, run, measure):.3f}" for measure in ("rbp.50", "rbp.80", "map", "ndcg"))]
    hits = [float(grade >= 1) for grade in grades] + [0.0]
    found += [f"by its formula {(1 - p) * sum(hit * p**i for i, hit in enumerate(hits)):.3f}" for p in (0.5, 0.8)]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="grades 1 1 1 rbp.50 0.875 rbp.80 0.488 map 1.000 ndcg 1.000 by its formula 0.875 by its formula 0.488 grades 3 2 1 rbp.50 2.125 rbp.80 1.048 map 1.000 ndcg 1.000 by its formula 0.875 by its formula 0.488"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
