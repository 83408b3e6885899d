#!/usr/bin/env bash
# ranx 0.3.21: bpref divides by the lesser one of the numbers of relevant and of judged non-relevant
# documents of a query, and 0 / 0 is no number: a query whose judgements name relevant documents
# only, as those of many collections do, has nan, and with it the mean over all queries. The formula
# on its page, with the number of relevant documents below, and trec_eval have 1 there, as ranx has
# as soon as one judged miss is named that no run ever shows. (numba's compiler, which changes
# nothing of it, is switched off to save time, and packages for files and plots are left out.)
# Output seen: relevant only nan 1.00 mean nan a miss never shown 1.00 1.00 mean 1.00 a miss shown 0.67 1.00 mean 0.83
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

run = Run({"one": {"a": 0.9, "b": 0.8, "x": 0.7, "c": 0.6}, "two": {"a": 0.9, "x": 0.8}})
found = []
for name, first in (("relevant only", {"a": 1, "b": 1, "c": 1}), ("a miss never shown", {"a": 1, "b": 1, "c": 1, "z": 0}), ("a miss shown", {"a": 1, "b": 1, "c": 1, "x": 0})):
    judged = Qrels({"one": first, "two": {"a": 1, "z": 0}})
    found += [name, *(f"{score:.2f}" for score in evaluate(judged, run, "bpref", return_mean=False)), f"mean {evaluate(judged, run, 'bpref'):.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="relevant only nan 1.00 mean nan a miss never shown 1.00 1.00 mean 1.00 a miss shown 0.67 1.00 mean 0.83"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
