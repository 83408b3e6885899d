#!/usr/bin/env bash
# scoringrules 0.10.0: logs_exponential2 and crps_exponentialM take the location off the
# observations in place: the caller's array is another afterwards. A second call, a comparison of
# two forecasts or a plot of the same data goes on with the shifted numbers: of the two scores of
# one forecast the second is of other observations, here infinite where one falls below the
# location. Observations in whole numbers and a fractional location raise an error instead; the
# other scores leave what they are given.
# Output seen: logs_exponential2 0.943 1.193 2.193 left 0.5 1.0 3.0 again inf 0.693 1.693 crps_exponentialM 0.514 0.394 1.013 left 0.5 1.0 3.0 again 1.310 0.810 0.534
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import scoringrules

for score, words in ((scoringrules.logs_exponential2, dict(location=1.0, scale=2.0)), (scoringrules.crps_exponentialM, dict(mass=0.1, location=1.0, scale=2.0))):
    seen = np.array([1.5, 2.0, 4.0])
    first = score(seen, **words)
    left = seen.copy()
    second = score(seen, **words)
    print(score.__name__, *(f"{each:.3f}" for each in first), "left", *(f"{each:.1f}" for each in left), "again", *(f"{each:.3f}" for each in second), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="logs_exponential2 0.943 1.193 2.193 left 0.5 1.0 3.0 again inf 0.693 1.693 crps_exponentialM 0.514 0.394 1.013 left 0.5 1.0 3.0 again 1.310 0.810 0.534"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
