#!/usr/bin/env bash
# scoringrules 0.10.0: with backend="numba" a score is written into an array of the type of the
# observations: counts in whole numbers have their scores cut to whole numbers, without a word. So
# it is with crps_ensemble by the estimators "pwm" and "int", with variogram_score and with
# dssuv_ensemble; a mean over a series is far too low. "qd", the default, keeps its fractions. The
# second figure of each is with the same observations as floats, the third with numpy.
# Output seen: qd 0.611 0.611 0.611 pwm 0.000 0.200 0.200 int 0.000 0.611 0.611 variogram 0.000 0.263 0.263 dssuv 1.000 1.443 1.443
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 numpy==2.4.6 numba==0.68.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import scoringrules

rows = []
counts = np.array([[0, 3], [2, 1], [5, 4]])
drawn = counts[:, None, :] + np.array([[0.4, -0.9], [-0.7, 2.8], [1.1, 0.6]])
alone, others = counts[:, 1], drawn[..., 1]
scores = {
    "qd": lambda whole, backend: scoringrules.crps_ensemble(alone * whole, others, backend=backend),
    "pwm": lambda whole, backend: scoringrules.crps_ensemble(alone * whole, others, estimator="pwm", backend=backend),
    "int": lambda whole, backend: scoringrules.crps_ensemble(alone * whole, others, estimator="int", backend=backend),
    "variogram": lambda whole, backend: scoringrules.variogram_score(counts * whole, drawn, backend=backend),
    "dssuv": lambda whole, backend: scoringrules.dssuv_ensemble(alone * whole, others, backend=backend),
}
for name, score in scores.items():
    rows += [name, *(f"{np.mean(score(*each)):.3f}" for each in ((1, "numba"), (1.0, "numba"), (1, "numpy")))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="qd 0.611 0.611 0.611 pwm 0.000 0.200 0.200 int 0.000 0.611 0.611 variogram 0.000 0.263 0.263 dssuv 1.000 1.443 1.443"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
