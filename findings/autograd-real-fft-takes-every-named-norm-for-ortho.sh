#!/usr/bin/env bash
# autograd 1.9.1 (HIPS): the gradients of rfft and irfft take every norm that is named for "ortho".
# With norm="backward", which is the default by its name and changes no number of the transform, the
# slopes of rfft of n numbers are 1/n of what they are (here 0.25) and those of irfft n times as
# large (6 for the 6 that come out); with norm="forward" they are 4 times and 1/6. Without the word,
# and with "ortho", they are right; fft and ifft are right in all four. Against central differences.
# Output seen: fft None 1.000 fft backward 1.000 fft ortho 1.000 fft forward 1.000 ifft None 1.000 ifft backward 1.000 ifft ortho 1.000 ifft forward 1.000 rfft None 1.000 rfft backward 0.250 rfft ortho 1.000 rfft forward 4.000 irfft None 1.000 irfft backward 6.000 irfft ortho 1.000 irfft forward 0.167
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps autograd==1.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import autograd.numpy as np
from autograd import grad

x = np.array([0.5, -1.0, 2.0, 0.25])
for name in ("fft", "ifft", "rfft", "irfft"):
    for norm in (None, "backward", "ortho", "forward"):
        transform = getattr(np.fft, name)
        weighted = lambda x: np.sum(np.real(transform(x, norm=norm)) ** 2)
        slopes = grad(weighted)(x)
        measured = np.array([(weighted(x + step) - weighted(x - step)) / 2e-4 for step in np.eye(4) * 1e-4])
        print(name, norm, f"{slopes[2] / measured[2]:.3f}", end="\n" if name == "irfft" and norm == "forward" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="fft None 1.000 fft backward 1.000 fft ortho 1.000 fft forward 1.000 ifft None 1.000 ifft backward 1.000 ifft ortho 1.000 ifft forward 1.000 rfft None 1.000 rfft backward 0.250 rfft ortho 1.000 rfft forward 4.000 irfft None 1.000 irfft backward 6.000 irfft ortho 1.000 irfft forward 0.167"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
