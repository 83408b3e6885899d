#!/usr/bin/env bash
# optimum-quanto 0.2.7: the two weights of 4 bits in a byte are not neighbours along the inputs, as
# in the formats of others: they are one of a row and one of the row half of all rows below it. An
# odd number of rows leaves half of the last row's bytes empty, so that the bytes do not say how
# many rows there are: 33 rows are 17 of bytes, and only the scales have 33. The first row of bytes
# holds rows 0 and 17.
# Output seen: (17, 97) (33, 1) 0 17
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 optimum-quanto==0.2.7 huggingface-hub==2.4.0 numpy==2.4.6 safetensors==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from optimum.quanto import freeze, qint4, quantize

model = torch.nn.Sequential(torch.nn.Linear(97, 33))
quantize(model, weights=qint4)
freeze(model)
held = model.state_dict()
packed, scale = held["0.weight._data._data"], held["0.weight._scale"]
levels = model[0].weight._data.unpack()
lower, upper = packed[0] & 15, packed[0] >> 4
rows = [row for row in range(33) for half in (lower, upper) if torch.equal(half, levels[row])]
print(tuple(packed.shape), tuple(scale.shape), *rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=$(tail -n 1 <<< "$seen")
echo "$seen"
[ "$seen" = "(17, 97) (33, 1) 0 17" ] || { echo "changed: it was (17, 97) (33, 1) 0 17"; exit 1; }
