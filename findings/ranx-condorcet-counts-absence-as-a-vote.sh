#!/usr/bin/env bash
# ranx 0.3.21: condorcet compares two documents run by run and counts every run in which the first is
# not before the second as a vote for the second, also those that found neither of them. Where x is
# before y in the one run that has both, x loses to y by 1 to 2 among three runs, and y to x by 0 to
# 3: what comes first is the order of a Python set of strings, which changes from process to process.
# By the paper (Montague and Aslam, 2002) x wins by 1 to 0. (numba's compiler, which changes nothing
# of it, is switched off to save time, and packages for files and plots are left out.)
# Output seen: z x y alone x y z z y x alone x y z
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 numba==0.68.1 llvmlite==0.50.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps ranx==0.3.21
cat > fused.py <<'PYTHON'
import os
import sys
from unittest.mock import MagicMock

os.environ["NUMBA_DISABLE_JIT"] = "1"
import numba

for name in "pandas scipy scipy.stats seaborn matplotlib matplotlib.pyplot ir_datasets requests lz4 lz4.frame cbor2 yaml orjson rich rich.console rich.progress rich.table tabulate tqdm".split():
    sys.modules[name] = MagicMock()
from ranx import Run, fuse

first, second, third = (Run({"q": scores}) for scores in ({"x": 0.9, "y": 0.8, "z": 0.1}, {"z": 0.9}, {"z": 0.9}))
print(*fuse([first, second, third], norm=None, method="condorcet").to_dict()["q"], "alone", *fuse([first, first], norm=None, method="condorcet").to_dict()["q"])
PYTHON
seen=$(for seed in 1 2; do PYTHONHASHSEED=$seed venv/bin/python -W ignore fused.py 2> errors; done | tr '\n' ' ') || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="z x y alone x y z z y x alone x y z"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
