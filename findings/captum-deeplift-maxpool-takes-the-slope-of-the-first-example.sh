#!/usr/bin/env bash
# captum 0.9.0: where an input of a max pooling is as in its reference, DeepLift cannot divide and
# takes the plain gradient instead, but that of the first example of the batch (grad_input[0], a
# tensor that once was a tuple) for all of them. The attributions of an example depend on which one
# is first: (1, 1) has 2.5 and 2.5 alone, 3.5 and 1.5 behind (3, 1), 2.5 and 2.5 behind (1, 2); (-1,
# -1) has -3 and 5 alone and -2 and 4 behind (1, 3). The sums are right, so that no delta tells of
# it. The batch in the other order gives other numbers.
# Output seen: alone 2.5 2.5 behind 3 1: 3.5 1.5 behind 1 2: 2.5 2.5 alone -3.0 5.0 behind 1 3: -2.0 4.0 behind 3 1: -3.0 5.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1 packaging==26.4 matplotlib==3.11.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps captum==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from captum.attr import DeepLift


class Pooled(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.pool, self.last = torch.nn.Linear(2, 4, bias=False), torch.nn.MaxPool1d(2), torch.nn.Linear(2, 1, bias=False)
        self.first.weight.data = torch.tensor([[1.0, -1.0], [0.5, 0.5], [1.0, 1.0], [1.0, -2.0]])
        self.last.weight.data = torch.tensor([[1.0, 2.0]])

    def forward(self, x):
        return self.last(self.pool(self.first(x).unsqueeze(1)).squeeze(1))


lift = DeepLift(Pooled())
for second, firsts in (((1.0, 1.0), ((3.0, 1.0), (1.0, 2.0))), ((-1.0, -1.0), ((1.0, 3.0), (3.0, 1.0)))):
    print("alone", *(f"{part:.1f}" for part in lift.attribute(torch.tensor([second]))[0]), end=" ")
    for first in firsts:
        parts = lift.attribute(torch.tensor([first, second]))[1]
        print("behind", "{:.0f} {:.0f}:".format(*first), *(f"{part:.1f}" for part in parts), end="\n" if first == (3.0, 1.0) and second[0] < 0 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alone 2.5 2.5 behind 3 1: 3.5 1.5 behind 1 2: 2.5 2.5 alone -3.0 5.0 behind 1 3: -2.0 4.0 behind 3 1: -3.0 5.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
