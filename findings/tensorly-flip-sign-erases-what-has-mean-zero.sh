#!/usr/bin/env bash
# tensorly 0.10.0: cp_flip_sign multiplies each column of a factor and that of the first one by the
# sign of its mean, to make them positive without a change of the tensor, but the sign of 0 is 0: a
# column with the mean zero, such as 1 -1 or any centred contrast, and its partner become zeros, and
# the component is gone. Of a tensor of two components with the norms 2 and 2.83 the first is left
# out: the norm falls from 3.46 to 2.83, with no warning. It also writes into the factors that it is
# given. With another func, such as the median or the maximum, it depends on that.
# Output seen: centred norm before 4.00 after 2.83 same False nearly norm before 4.01 after 4.01 same True negative norm before 4.36 after 4.36 same True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.cp_tensor import CPTensor, cp_flip_sign, cp_to_tensor

first, second, third = np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 2.0], [-1.0, 0.0]]), np.array([[1.0, 1.0], [0.0, 1.0]])
for name, second in (("centred", second), ("nearly", second + [[0.01, 0.0], [0.0, 0.0]]), ("negative", -second - [[0.5, 0.0], [0.5, 0.0]])):
    before = CPTensor((np.ones(2), [first.copy(), second.copy(), third.copy()]))
    whole = cp_to_tensor(before)
    after = cp_flip_sign(before)
    print(name, f"norm before {np.linalg.norm(whole):.2f} after {np.linalg.norm(cp_to_tensor(after)):.2f} same {np.allclose(cp_to_tensor(after), whole)}", end=" " if name != "negative" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="centred norm before 4.00 after 2.83 same False nearly norm before 4.01 after 4.01 same True negative norm before 4.36 after 4.36 same True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
