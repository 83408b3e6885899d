#!/usr/bin/env bash
# tensorly 0.10.0: R2_score is documented as the coefficient of determination, and divides by the sum
# of the squares of the true values, not of their distances from the mean: a guess of the mean for
# everything, which has 0 by definition, and even the values in reverse order have almost 1 where
# they lie far from 0. A shift of both arrays by one number, which changes no error, changes the
# score: for 1 2 3 4 and its reverse it is 0.33, with 100 added 0.9995, always -3 by definition. Only
# with the mean taken off first, which its page does not ask for, it is what it says.
# Output seen: shift 0: mean 0.8333 reverse 0.3333 shift 100: mean 0.9999 reverse 0.9995 by definition mean 0.0000 reverse -3.0000 shift 0, centred: mean 0.0000 reverse -3.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.metrics.regression import R2_score

true = np.array([1.0, 2.0, 3.0, 4.0])
guesses = {"mean": np.full(4, true.mean()), "reverse": true[::-1]}
found = []
for shift in (0, 100):
    found += [f"shift {shift}:", *(f"{name} {R2_score(true + shift, guess + shift):.4f}" for name, guess in guesses.items())]
found += ["by definition", *(f"{name} {1 - ((guess - true) ** 2).sum() / ((true - true.mean()) ** 2).sum():.4f}" for name, guess in guesses.items())]
found += ["shift 0, centred:", *(f"{name} {R2_score(true - true.mean(), guess - true.mean()):.4f}" for name, guess in guesses.items())]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="shift 0: mean 0.8333 reverse 0.3333 shift 100: mean 0.9999 reverse 0.9995 by definition mean 0.0000 reverse -3.0000 shift 0, centred: mean 0.0000 reverse -3.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
