#!/usr/bin/env bash
# calflops 0.3.2: a model that raises while it is counted leaves torch.nn.functional wrapped, and
# every later figure of the process counts each product once more for each such error: a linear
# layer of 96 products has 96, then 192, then 288.
# Output seen: 96 192 288
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 calflops==0.3.2 accelerate==1.15.0 transformers==5.24.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib
import io

import torch
from calflops import calculate_flops

layer = torch.nn.Linear(12, 8)


def macs(width):
    with contextlib.redirect_stdout(io.StringIO()):
        return calculate_flops(
            layer, args=[torch.ones(1, width)], print_results=False, output_as_string=False
        )[1]


found = [macs(12)]
for _ in range(2):
    with contextlib.suppress(RuntimeError):
        macs(13)  # shapes that cannot be multiplied
    found.append(macs(12))
print(*map(int, found))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "96 192 288" ] || { echo "changed: it was 96 192 288"; exit 1; }
