#!/usr/bin/env bash
# foolbox 3.3.4: the projection of L0FMNAttack takes the value at place epsilon, counted from 0, of
# the sorted changes for its threshold and keeps all that reach it, which are epsilon + 1: a ball of
# one changed value lets two through. The attack never tries one value alone, though one is enough
# for this linear model, and changes two; its own distance says 2.
# Output seen: kept 1: 2 2: 3 found 2 one is enough True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps foolbox==3.3.4 eagerpy==0.30.0
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 requests==2.34.2 GitPython==3.2.1 typing-extensions==4.16.0 setuptools==84.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import eagerpy, torch, foolbox
from foolbox.attacks import L0FMNAttack

torch.set_num_threads(1)
start, changed = torch.zeros(1, 4), torch.tensor([[1.0, 2.0, 3.0, 4.0]])
rows = ["kept"]
for epsilon in (1.0, 2.0):
    kept = L0FMNAttack().project(eagerpy.astensor(changed), eagerpy.astensor(start), eagerpy.astensor(torch.tensor([epsilon])))
    rows += [f"{epsilon:g}: {int((kept.raw != 0).sum())}"]
model = torch.nn.Linear(4, 2, bias=False)
model.weight.data = torch.tensor([[1.0, -2.0, 0.5, 1.0], [0.0, 1.0, -1.0, 0.5]])
image, label = torch.tensor([[0.9, 0.2, 0.6, 0.5]]), torch.tensor([0])
found = L0FMNAttack().run(foolbox.PyTorchModel(model.eval(), bounds=(0, 1)), image, foolbox.criteria.Misclassification(label))
one = image.clone()
one[0, 1] = 1.0
print(*rows, "found", int((found != image).sum()), "one is enough", bool(model(one).argmax() != label))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="kept 1: 2 2: 3 found 2 one is enough True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
