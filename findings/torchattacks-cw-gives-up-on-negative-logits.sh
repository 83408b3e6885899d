#!/usr/bin/env bash
# torchattacks 3.5.1: CW looks for the best other class by max((1 - onehot) * logits), whose place
# of the class itself holds a 0: where all logits are negative, as those of a log_softmax always
# are, the best other class is that 0, the loss of Carlini and Wagner (2017) is 0 as well, and
# nothing moves. The same linear model attacked by its logits and by their log_softmax, which is the
# same model: distance moved and class found.
# Output seen: logits 0.52 2 log_softmax 0.00 0
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
weights = torch.tensor([[3.0, -1.0, 2.0, 0.0], [-2.0, 1.0, -1.0, 0.5], [0.0, 1.0, -2.0, 1.0]])
image = torch.tensor([0.6, 0.3, 0.4, 0.2]).view(1, 1, 2, 2)
label = torch.tensor([0])

class Model(torch.nn.Module):
    def __init__(self, last):
        super().__init__()
        self.last, self.weights = last, torch.nn.Parameter(weights)
    def forward(self, images):
        return self.last(images.flatten(1) @ self.weights.T)

rows = []
for name, last in (("logits", lambda logits: logits), ("log_softmax", lambda logits: logits.log_softmax(1))):
    model = Model(last)
    moved = CW(model, c=5, steps=200, lr=0.05)(image, label)
    rows += [name, f"{(moved - image).norm().item():.2f}", model(moved).argmax(1).item()]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="logits 0.52 2 log_softmax 0.00 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
