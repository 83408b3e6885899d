#!/usr/bin/env bash
# utilsforecast 0.2.17: mape makes the percentage of a true value of 0 "not a number". pandas leaves
# such a row out of the mean, so that the worst errors count for nothing; of the same numbers in
# polars the whole series has no MAPE, and nothing is raised. cfe says that a positive sum means
# under-forecast; it sums the forecast minus the truth, so that positive is a forecast that is too
# high.
# Output seen: pandas mape 0.100 0.100 pandas smape 0.286 0.286 pandas cfe 4.000 93.000 polars mape nan nan polars smape 0.286 0.286 polars cfe 4.000 93.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check utilsforecast==0.2.17 pandas==3.1.1 polars==2.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pandas, polars
from utilsforecast.losses import cfe, mape, smape

given = {"unique_id": ["a"] * 4 + ["b"] * 4, "ds": [0, 1, 2, 3] * 2, "y": [0.0, 10.0, 10.0, 10.0] * 2, "near": [1.0, 11.0, 11.0, 11.0] * 2, "far": [90.0, 11.0, 11.0, 11.0] * 2}
rows = []
for library in (pandas, polars):
    frame = library.DataFrame(given)
    for loss in (mape, smape, cfe):
        rows += [library.__name__, loss.__name__] + [f"{loss(frame, [model])[model][0]:.3f}" for model in ("near", "far")]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="pandas mape 0.100 0.100 pandas smape 0.286 0.286 pandas cfe 4.000 93.000 polars mape nan nan polars smape 0.286 0.286 polars cfe 4.000 93.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
