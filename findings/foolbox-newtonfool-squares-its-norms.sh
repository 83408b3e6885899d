#!/usr/bin/env bash
# foolbox 3.3.4: NewtonFoolAttack computes squared norms for the norms of the paper (Jang and
# others, 2017) and squares that of the gradient once more: its step is delta / |g|**4 times g,
# where the paper has delta / |g|**2, and its delta grows with |x|**2 |g|**2 in place of |x| |g|.
# Where the gradient is small the step is far too large: the length of one step beside the paper's,
# for gradients of three sizes.
# Output seen: 0.097 foolbox 1.033 paper 0.032 0.078 foolbox 1.276 paper 0.032 0.015 foolbox 6.727 paper 0.032
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps foolbox==3.3.4 eagerpy==0.30.0
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 requests==2.34.2 GitPython==3.2.1 typing-extensions==4.16.0 setuptools==84.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, foolbox
from foolbox.attacks import NewtonFoolAttack

torch.set_num_threads(1)
rows = []
for scale in (0.5, 1.0, 2.0):
    model = torch.nn.Linear(2, 2, bias=False).eval()
    model.weight.data = scale * torch.tensor([[1.0, 0.5], [0.0, 1.0]])
    image, label = torch.tensor([[3.0, 1.0]]), torch.tensor([0])
    moved = NewtonFoolAttack(steps=1, stepsize=0.01).run(foolbox.PyTorchModel(model, bounds=(-100, 100)), image,
                                                        foolbox.criteria.Misclassification(label))
    x = image.clone().requires_grad_()
    score = model(x).softmax(1)[0, 0]
    slope, = torch.autograd.grad(score, x)
    delta = min(0.01 * image.norm() * slope.norm(), score.detach() - 0.5)
    rows += [f"{slope.norm().item():.3f} foolbox {(moved - image).norm().item():.3f} paper {(delta / slope.norm()).item():.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.097 foolbox 1.033 paper 0.032 0.078 foolbox 1.276 paper 0.032 0.015 foolbox 6.727 paper 0.032"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
