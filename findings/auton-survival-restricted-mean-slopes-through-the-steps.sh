#!/usr/bin/env bash
# auton-survival 0.1.0: treatment_effect("restricted_mean") takes the area under the Kaplan-Meier
# curve by the trapezoid rule, as if survival fell in a straight line from one death to the next;
# the curve is a staircase, level up to each death. Of ten treated patients who all live to 10 the
# mean time up to 10 is put at 5, as much as that of ten controls who die at 6 and 8: the effect of
# the treatment is 0.00 and not 3.00. lifelines, which fits the curve for it, has the area of the
# steps. (scikit-survival, which its other measures need, is left out.)
# Output seen: to 9.9: difference 4.90 by lifelines 2.90 by hand 2.90 to 10.0: difference 0.00 by lifelines 3.00 by hand 3.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==2.3.3 scipy==1.17.1 scikit-learn==1.9.1 lifelines==0.30.3 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps auton-survival==0.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, pathlib, sys, sysconfig
from unittest.mock import MagicMock

for name in ("sksurv", "sksurv.metrics", "sksurv.util"):
    sys.modules[name] = MagicMock()
import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

# The one file, without the package's door, which opens everything else.
path = pathlib.Path(sysconfig.get_paths()["purelib"], "auton_survival", "metrics.py")
spec = importlib.util.spec_from_file_location("metrics", path)
metrics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(metrics)
treated, control = [10.0] * 10, [6.0] * 5 + [8.0] * 5
outcomes = pd.DataFrame(dict(time=treated + control, event=1))
group = pd.Series([True] * 10 + [False] * 10)
for horizon in (9.9, 10.0):
    seen = metrics.treatment_effect("restricted_mean", outcomes, group, horizons=horizon)[0]
    areas = [restricted_mean_survival_time(KaplanMeierFitter().fit(times), t=horizon) for times in (treated, control)]
    print(f"to {horizon}: difference {seen:.2f} by lifelines {areas[0] - areas[1]:.2f} by hand {np.minimum(treated, horizon).mean() - np.mean(control):.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="to 9.9: difference 4.90 by lifelines 2.90 by hand 2.90 to 10.0: difference 0.00 by lifelines 3.00 by hand 3.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
