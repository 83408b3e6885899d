#!/usr/bin/env bash
# foolbox 3.3.4: the projection of L2FMNAttack onto its shrinking ball divides the norm of the image
# by itself and leaves epsilon out, so that it is no projection at all: the attack walks on as it
# began and keeps the best of the points that it passed, however many steps it has, where FMN
# (Pintor and others, 2021) and the L1 and Linf attacks beside it close in on the least distance. A
# linear model, whose least distance is known.
# Output seen: L1 least 0.48 found 0.48 0.48 L2 least 0.41 found 0.96 0.96 Linf least 0.24 found 0.24 0.24
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps foolbox==3.3.4 eagerpy==0.30.0
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 requests==2.34.2 GitPython==3.2.1 typing-extensions==4.16.0 setuptools==84.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, foolbox
from foolbox.attacks import L1FMNAttack, L2FMNAttack, LInfFMNAttack

torch.set_num_threads(1)
model = torch.nn.Linear(4, 2, bias=False)
model.weight.data = torch.tensor([[1.0, -2.0, 0.5, 1.0], [0.0, 1.0, -1.0, 0.5]])
image, label = torch.tensor([[0.9, 0.2, 0.6, 0.5]]), torch.tensor([0])
slope = model.weight[0] - model.weight[1]
rows = []
for attack, norm, dual in ((L1FMNAttack, 1, torch.inf), (L2FMNAttack, 2, 2), (LInfFMNAttack, torch.inf, 1)):
    rows += [f"L{norm} least {((image @ slope) / slope.norm(dual)).item():.2f} found"]
    for steps in (50, 1000):
        found = attack(steps=steps).run(foolbox.PyTorchModel(model.eval(), bounds=(0, 1)), image,
                                        foolbox.criteria.Misclassification(label))
        rows += [f"{(found - image).norm(norm).item():.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="L1 least 0.48 found 0.48 0.48 L2 least 0.41 found 0.96 0.96 Linf least 0.24 found 0.24 0.24"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
