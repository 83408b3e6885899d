#!/usr/bin/env bash
# recmetrics 0.1.5: catalog_coverage looks at k of the recommendation lists, chosen at random, but
# draws them with replacement, so that the same list may count several times: for k as many as there
# are lists, 20 that share no item and make up the whole catalogue, the coverage is 64 and not 100,
# another one in each call, and at k=10 40 and not 50. k=40 of 20 lists is taken without a word.
# (Packages for plots and tables are left out.)
# Output seen: of all lists 100 k=1 mean 5 without repeats 5 k=5 mean 23 without repeats 25 k=10 mean 40 without repeats 50 k=20 mean 64 without repeats 100 k=40 mean 87 without repeats 100
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
import random

from recmetrics.metrics import catalog_coverage, prediction_coverage

lists = [[f"{user}-{place}" for place in range(5)] for user in range(20)]
catalog = [item for each in lists for item in each]
random.seed(0)
found = [f"of all lists {prediction_coverage(lists, catalog):.0f}"]
for k in (1, 5, 10, 20, 40):
    draws = [catalog_coverage(lists, catalog, k) for _ in range(4000)]
    found.append(f"k={k} mean {sum(draws) / len(draws):.0f} without repeats {min(k, 20) * 5}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="of all lists 100 k=1 mean 5 without repeats 5 k=5 mean 23 without repeats 25 k=10 mean 40 without repeats 50 k=20 mean 64 without repeats 100 k=40 mean 87 without repeats 100"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
