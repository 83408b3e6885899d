#!/usr/bin/env bash
# torchattacks 3.5.1: CW begins at atanh(2x - 1) of the pixels, which is infinite at 0 and 1, where
# tanh has no slope; Carlini and Wagner's own program shrinks the pixels a little before for this.
# Pixels that are black or white stay as they are however large c is, and an image of them alone, a
# digit of MNIST nearly, cannot be attacked, while 0.001 and 0.999 can.
# Output seen: 0 1 moved 0.0 class 0 0.001 0.999 moved 1.4 class 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchattacks==3.5.1
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchattacks.attacks.cw import CW

torch.set_num_threads(1)

class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.tensor([[3.0, -1.0, 2.0, 0.0], [0.0, 1.0, -2.0, 1.0]]))
    def forward(self, images):
        return images.flatten(1) @ self.weights.T

model, label, rows = Model(), torch.tensor([0]), []
for dark, light in ((0.0, 1.0), (0.001, 0.999)):
    image = torch.tensor([light, dark, light, dark]).view(1, 1, 2, 2)
    moved = CW(model, c=100, steps=200, lr=0.05)(image, label)
    rows += [f"{dark:g} {light:g} moved {(moved - image).norm().item():.1f} class {model(moved).argmax(1).item()}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 1 moved 0.0 class 0 0.001 0.999 moved 1.4 class 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
