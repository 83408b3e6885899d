#!/usr/bin/env bash
# foolbox 3.3.4: LinfAdditiveUniformNoiseAttack scales its noise by its greatest value and not by
# its greatest absolute value: where the most negative value is the larger one the noise is larger
# than epsilon, and where all are negative it is turned round and of any size. The noises (0.2,
# -0.8), (0.8, -0.2) and (-0.1, -0.9) with epsilon 0.1.
# Output seen: 0.100 -0.400 0.100 -0.025 0.100 0.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check --no-deps foolbox==3.3.4 eagerpy==0.30.0
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 requests==2.34.2 GitPython==3.2.1 typing-extensions==4.16.0 setuptools==84.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import eagerpy, torch, foolbox
from foolbox.attacks import LinfAdditiveUniformNoiseAttack

class Attack(LinfAdditiveUniformNoiseAttack):
    def sample_noise(self, images):
        return eagerpy.astensor(torch.tensor([[0.2, -0.8], [0.8, -0.2], [-0.1, -0.9]]))

images = torch.full((3, 2), 0.5)
model = foolbox.PyTorchModel(torch.nn.Linear(2, 2).eval(), bounds=(0, 1))
noisy = Attack().run(model, images, torch.tensor([0, 0, 0]), epsilon=0.1)
print(*(f"{value:.3f}" for value in (noisy - images).flatten().tolist()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.100 -0.400 0.100 -0.025 0.100 0.500"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
