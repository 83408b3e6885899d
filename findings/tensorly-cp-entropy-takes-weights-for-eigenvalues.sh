#!/usr/bin/env bash
# tensorly 0.10.0: cp_vonneumann_entropy takes the weights of a CP tensor for the eigenvalues of the
# density matrix it stands for, which they are only if its components are orthogonal and symmetric.
# The pure state 00 + 11 has the entropy 0 and gets 2, a mixture of 00 and 0+ has 0.60 and gets 1, and
# a pure 00 written in two halves 1. vonneumann_entropy of the full tensor is right, in bits, though
# its page has the natural logarithm.
# Output seen: mixed 00 11: 1.00 full 1.00 bits 1.00 by ln 0.69 pure 00+11: 2.00 full 0.00 bits 0.00 by ln 0.00 mixed 00 0+: 1.00 full 0.60 bits 0.60 by ln 0.42 00 in two halves: 1.00 full 0.00 bits 0.00 by ln 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.cp_tensor import CPTensor, cp_to_tensor
from tensorly.metrics.entropy import cp_vonneumann_entropy, vonneumann_entropy

zero, one, plus = np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([1.0, 1.0]) / np.sqrt(2)


def states(*terms):
    # each term: weight and four vectors (two rows, two columns of two qubits)
    return CPTensor((np.array([weight for weight, *_ in terms]), [np.stack([term[1 + side] for term in terms], axis=1) for side in range(4)]))


found = []
for name, terms in (
    ("mixed 00 11", [(0.5, zero, zero, zero, zero), (0.5, one, one, one, one)]),
    ("pure 00+11", [(0.5, *row, *column) for row in ((zero, zero), (one, one)) for column in ((zero, zero), (one, one))]),
    ("mixed 00 0+", [(0.5, zero, zero, zero, zero), (0.5, zero, plus, zero, plus)]),
    ("00 in two halves", [(0.5, zero, zero, zero, zero), (0.5, zero, zero, zero, zero)]),
):
    state = states(*terms)
    values = np.linalg.eigvalsh(cp_to_tensor(state).reshape(4, 4))
    values = values[values > 1e-12]
    found.append(f"{name}: {abs(cp_vonneumann_entropy(state)):.2f} full {abs(vonneumann_entropy(cp_to_tensor(state))):.2f} bits {abs((values * np.log2(values)).sum()):.2f} by ln {abs((values * np.log(values)).sum()):.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mixed 00 11: 1.00 full 1.00 bits 1.00 by ln 0.69 pure 00+11: 2.00 full 0.00 bits 0.00 by ln 0.00 mixed 00 0+: 1.00 full 0.60 bits 0.60 by ln 0.42 00 in two halves: 1.00 full 0.00 bits 0.00 by ln 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
