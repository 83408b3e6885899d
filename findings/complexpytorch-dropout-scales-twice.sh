#!/usr/bin/env bash
# complexPyTorch 0.4: ComplexDropout divides by 1 - p what PyTorch's dropout has divided already:
# with p = 0.5 what is kept is times 4 and not 2, so that the mean doubles in training. A
# ComplexLinear has two real biases, that of its real part and that of its imaginary part, each
# added in both: (1, 0) adds 1 + 1j and (1, 1) adds 2j, so that no bias carried over from another
# complex layer fits as it is.
# Output seen: dropout 0.0 4.0 PyTorch 0.0 2.0 biases (1+1j) 2j
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 complexPyTorch==0.4 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from complexPyTorch.complexLayers import ComplexDropout, ComplexLinear

ones = torch.ones(64, 64, dtype=torch.complex64)
print("dropout", *sorted(set(ComplexDropout(0.5).train()(ones).real.flatten().tolist())), end=" ")
print("PyTorch", *sorted(set(torch.nn.Dropout(0.5).train()(torch.ones(64, 64)).flatten().tolist())), end=" ")
layer = ComplexLinear(1, 1)
added = []
for biases in ((1.0, 0.0), (1.0, 1.0)):
    with torch.no_grad():
        layer.fc_r.bias.fill_(biases[0])
        layer.fc_i.bias.fill_(biases[1])
    added.append(layer(torch.zeros(1, 1, dtype=torch.complex64)).item())
print("biases", *added)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="dropout 0.0 4.0 PyTorch 0.0 2.0 biases (1+1j) 2j"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
