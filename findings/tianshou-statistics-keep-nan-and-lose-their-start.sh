#!/usr/bin/env bash
# tianshou 2.0.1: MovAvg, which says that it excludes infinity and NaN, asks whether a number is in
# a list with NaN in it, and no NaN is equal to another: only numpy's own nan object is kept out,
# one that is computed stays in, and the average is NaN until it has left the window. RunningMeanStd
# takes std for the variance: with a mean of 100 and std 10, 110 becomes 3.16, not 1; and as its
# count is 0 the first update puts both out of mind, where a start for later data was asked for.
# Output seen: float inf gives 1.0 float nan gives 1.0 float nan gives nan float64 nan gives nan 110 becomes 3.16 after 0 and 2 the mean is 1.0 and the variance 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tianshou==2.0.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys, types

# The package imports its environments at the top; empty modules stand for that.
root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "tianshou")))
for name in ("tianshou", "tianshou.utils"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import numpy as np
from tianshou.utils.statistics import MovAvg, RunningMeanStd

for number in (np.inf, np.nan, float("nan"), np.float64(0) * np.inf):
    average = MovAvg()
    average.add(1.0)
    print(type(number).__name__, number, "gives", average.add(number), end=" ")
running = RunningMeanStd(mean=100.0, std=10.0)
print(f"110 becomes {running.norm(110.0):.2f}", end=" ")
running.update(np.array([0.0, 2.0]))
print("after 0 and 2 the mean is", running.mean, "and the variance", running.var)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="float inf gives 1.0 float nan gives 1.0 float nan gives nan float64 nan gives nan 110 becomes 3.16 after 0 and 2 the mean is 1.0 and the variance 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
