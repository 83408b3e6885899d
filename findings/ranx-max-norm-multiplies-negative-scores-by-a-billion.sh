#!/usr/bin/env bash
# ranx 0.3.21: max_norm divides the scores of a query by their maximum, but by at least 1e-9, so that
# where all scores are below zero, as log-likelihoods and negative distances are, they are multiplied
# by a billion: -1 and -1.5 become -1e9 and -1.5e9, where positive scores end at 1. In a fused run
# nothing else counts then: the sum with cosines has the order of the likelihoods alone, though with
# norm="min-max" the first becomes the third. No warning. (numba's compiler, which changes nothing of
# it, is switched off to save time, and packages for files and plots are left out.)
# Output seen: positive a 1 b 0.5 below zero a -1e+09 b -1.5e+09 by max: a c b d by min-max: c b a d likelihoods alone: a c b d
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
from ranx.normalization import max_norm

found = []
for name, scores in (("positive", {"a": 0.2, "b": 0.1}), ("below zero", {"a": -1.0, "b": -1.5})):
    found += [name, *(f"{document} {score:.4g}" for document, score in max_norm(Run({"q": scores})).to_dict()["q"].items())]
likelihoods = Run({"q": {"a": -1.0, "b": -1.4, "c": -1.2, "d": -1.5}})
cosines = Run({"q": {"a": 0.1, "b": 0.9, "c": 0.8, "d": 0.5}})
for norm in ("max", "min-max"):
    fused = fuse([likelihoods, cosines], norm=norm, method="sum").to_dict()["q"]
    found += [f"by {norm}:", *fused]
found += ["likelihoods alone:", *likelihoods.to_dict()["q"]]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="positive a 1 b 0.5 below zero a -1e+09 b -1.5e+09 by max: a c b d by min-max: c b a d likelihoods alone: a c b d"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
