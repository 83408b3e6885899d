#!/usr/bin/env bash
# scoringrules 0.10.0: the Poisson probability is computed as a power over a factorial: of 144
# events and more the power is infinite in double precision, and logs_poisson gives minus infinity,
# the best of all scores, to any mean near them, until from 171 it gives no number. crps_poisson is
# infinite from there on. logs_gamma does the same. A mean of scores over a series then favours just
# what was not computed.
# Output seen: 100 log 3.22 gamma 3.22 for 3.22 crps 2.33 143 log 3.40 gamma 3.40 for 3.40 crps 2.79 144 log -inf gamma -inf for 3.40 crps inf 171 log nan gamma -inf for 3.49 crps nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import scoringrules
from scipy.stats import poisson

rows = []
for count in (100.0, 143.0, 144.0, 171.0):
    right = poisson(count).logpmf(count)
    rows += [f"{count:.0f} log {scoringrules.logs_poisson(count, count):.2f} gamma {scoringrules.logs_gamma(count, count, 1.0):.2f} for {-right:.2f} crps {scoringrules.crps_poisson(count, count):.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="100 log 3.22 gamma 3.22 for 3.22 crps 2.33 143 log 3.40 gamma 3.40 for 3.40 crps 2.79 144 log -inf gamma -inf for 3.40 crps inf 171 log nan gamma -inf for 3.49 crps nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
