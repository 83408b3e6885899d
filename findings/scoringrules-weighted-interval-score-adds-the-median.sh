#!/usr/bin/env bash
# scoringrules 0.10.0: weighted_interval_score adds the half of the predicted median, where its page
# and the paper of Bracher and others have half of its distance from what was observed; only
# backend="numba" computes that. With numpy, which is the default where numba is not installed, and
# with torch a forecast without error scores the worse the larger its subject, a median below zero
# makes the score negative, a median that is wrong may score better than one that is right, and as a
# loss it draws the median to minus infinity: its slope is the same 1/3 wherever the median is.
# Output seen: 10 median 10 0.13 3.47 3.47 100 median 100 0.13 33.47 33.47 -100 median -100 0.13 -33.20 -33.20 100 median 60 13.47 20.13 20.13 slopes 0.333 0.333
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 numpy==2.4.6 numba==0.68.1 scipy==1.17.1 torch==2.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, torch
import scoringrules

alpha = np.array([0.2])
for seen, median in ((10.0, 10.0), (100.0, 100.0), (-100.0, -100.0), (100.0, 60.0)):
    given = (np.array([seen]), np.array([median]), np.array([[seen - 1]]), np.array([[seen + 1]]), alpha)
    scores = [float(np.squeeze(scoringrules.weighted_interval_score(*given, backend=backend))) for backend in ("numba", "numpy")]
    scores += [scoringrules.weighted_interval_score(*(torch.tensor(each) for each in given), backend="torch").item()]
    print(f"{seen:.0f} median {median:.0f}", *(f"{each:.2f}" for each in scores), end=" ")
median = torch.tensor([8.0, 12.0], requires_grad=True)
scoringrules.weighted_interval_score(torch.tensor([10.0, 10.0]), median, torch.tensor([[9.0], [9.0]]), torch.tensor([[11.0], [11.0]]), torch.tensor([0.2]), backend="torch").sum().backward()
print("slopes", *(f"{each:.3f}" for each in median.grad))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="10 median 10 0.13 3.47 3.47 100 median 100 0.13 33.47 33.47 -100 median -100 0.13 -33.20 -33.20 100 median 60 13.47 20.13 20.13 slopes 0.333 0.333"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
