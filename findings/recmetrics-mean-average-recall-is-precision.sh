#!/usr/bin/env bash
# recmetrics 0.1.5: mark, "the mean average recall at k", adds up hits divided by the place, which are
# precisions, and divides by the number of liked items: it is the mean average precision at k to the
# last digit. All that is liked, found in places 3 and 4 of four, is a recall of 1 there and 0.5 and
# 1 at the two hits, a mean of 0.75; mark has 0.42. (Packages for plots and tables are left out.)
# Output seen: first: mark 1.00 average precision 1.00 average recall 1.00 recall 1.00 third: mark 0.33 average precision 0.33 average recall 1.00 recall 1.00 two of two: mark 0.42 average precision 0.42 average recall 0.75 recall 1.00 two of four: mark 0.50 average precision 0.50 average recall 0.38 recall 0.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps recmetrics==0.1.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib
import sys
import sysconfig
import types
from unittest.mock import MagicMock

# Only the module of the measures is loaded, without packages for plots and tables.
package = types.ModuleType("recmetrics")
package.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], "recmetrics"))]
sys.modules["recmetrics"] = package
for name in "matplotlib matplotlib.pyplot pandas scipy scipy.sparse sklearn sklearn.metrics sklearn.metrics.pairwise".split():
    sys.modules[name] = MagicMock()
from recmetrics.metrics import mark, recommender_recall

found = []
for name, actual, shown in (
    ("first", ["a"], ["a", "x", "y"]),
    ("third", ["a"], ["x", "y", "a"]),
    ("two of two", ["a", "b"], ["x", "y", "a", "b"]),
    ("two of four", ["a", "b", "c", "d"], ["a", "b", "x", "y"]),
):
    hits = [item in actual for item in shown]
    recalls = [sum(hits[: place + 1]) / len(actual) for place, hit in enumerate(hits) if hit]
    precisions = [sum(hits[: place + 1]) / (place + 1) for place, hit in enumerate(hits) if hit]
    found.append(f"{name}: mark {mark([actual], [shown]):.2f} average precision {sum(precisions) / len(actual):.2f} average recall {sum(recalls) / len(recalls):.2f} recall {recommender_recall([shown], [actual]):.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="first: mark 1.00 average precision 1.00 average recall 1.00 recall 1.00 third: mark 0.33 average precision 0.33 average recall 1.00 recall 1.00 two of two: mark 0.42 average precision 0.42 average recall 0.75 recall 1.00 two of four: mark 0.50 average precision 0.50 average recall 0.38 recall 0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
