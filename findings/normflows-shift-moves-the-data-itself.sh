#!/usr/bin/env bash
# normflows 1.7.3: transforms.Shift moves the tensor that it is given and not a copy: each log_prob
# of a flow with it shifts the data in place by another -0.5, so that the same batch has another
# likelihood each time and a data set in memory wanders off as it is trained on. transforms.Logit
# maps to logit(alpha + (1 - 2 alpha) x) where its page and the class of the same name in
# utils.preprocessing have logit(alpha + (1 - alpha) x): 1 becomes 2.944 and not infinity, and
# inverting one by the other does not give the data back.
# Output seen: log prob of the same data -1.998 -1.848 -2.198 data -0.6 logit of 1 2.944 inf
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 normflows==1.7.3 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import normflows, torch
from normflows.transforms import Logit, Shift
from normflows.utils.preprocessing import Logit as DataLogit

data = torch.full((1, 2), 0.9)
model = normflows.NormalizingFlow(normflows.distributions.DiagGaussian(2, trainable=False), [Shift()])
print("log prob of the same data", *(f"{model.log_prob(data).item():.3f}" for _ in range(3)), "data", f"{data[0, 0].item():.1f}", end=" ")
one = torch.ones(1, 1)
print("logit of 1", *(f"{each.item():.3f}" for each in (Logit(0.05).inverse(one)[0], DataLogit(0.05)(one))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="log prob of the same data -1.998 -1.848 -2.198 data -0.6 logit of 1 2.944 inf"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
