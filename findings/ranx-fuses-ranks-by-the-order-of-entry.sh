#!/usr/bin/env bash
# ranx 0.3.21: fuse takes the order in which documents stand in a Run for their ranks. A Run made of
# a dictionary is sorted, and evaluate sorts one that is not, but fuse does not: a run filled with
# add_score is fused by the order of entry, whatever the scores. Here, entered from the worst to the
# best, the best of three documents comes out last by rrf, isr, bordafuse and rbc. The sum of scores
# is right. (numba's compiler, which changes nothing of it, is switched off to save time, and
# packages for files and plots are left out.)
# Output seen: rrf given a 0.033 b 0.032 c 0.032 added a 0.032 b 0.032 c 0.033 isr given a 4.000 b 1.000 c 0.444 added a 0.444 b 1.000 c 4.000 bordafuse given a 6.000 b 4.000 c 2.000 added a 2.000 b 4.000 c 6.000 rbc given a 0.400 b 0.320 c 0.256 added a 0.256 b 0.320 c 0.400 sum given a 1.800 b 1.000 c 0.200 added a 1.800 b 1.000 c 0.200
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
from ranx import Run, fuse

scores = {"a": 0.9, "b": 0.5, "c": 0.1}
given = Run({"q": scores})
added = Run()
for document in ("c", "b", "a"):
    added.add_score("q", document, scores[document])
found = []
for method, params in (("rrf", {}), ("isr", {}), ("bordafuse", {}), ("rbc", {"phi": 0.8}), ("sum", {})):
    for name, run in (("given", given), ("added", added)):
        fused = fuse([run, run], norm=None, method=method, params=params).to_dict()["q"]
        found += [method if name == "given" else "", name, *(f"{document} {score:.3f}" for document, score in sorted(fused.items()))]
print(*(word for word in found if word))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rrf given a 0.033 b 0.032 c 0.032 added a 0.032 b 0.032 c 0.033 isr given a 4.000 b 1.000 c 0.444 added a 0.444 b 1.000 c 4.000 bordafuse given a 6.000 b 4.000 c 2.000 added a 2.000 b 4.000 c 6.000 rbc given a 0.400 b 0.320 c 0.256 added a 0.256 b 0.320 c 0.400 sum given a 1.800 b 1.000 c 0.200 added a 1.800 b 1.000 c 0.200"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
