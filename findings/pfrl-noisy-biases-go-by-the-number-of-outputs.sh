#!/usr/bin/env bash
# pfrl 0.4.0: FactorizedNoisyLinear is the layer of Noisy Networks for Exploration, where the scale of the
# noise starts as sigma_0 / sqrt(number of inputs) for weights and biases alike. The biases' is divided
# by the root of the number of outputs: for 512 inputs and one output, the head of a state's value, it
# starts at 0.40 for 0.018, and the noise of the output at a state of zeros is 23 times as wide. A layer of
# 18 outputs has 0.094. (The modules are loaded without the package's own __init__, which needs gym.)
# Output seen: 512 to 1 weights 0.018 biases 0.400 paper 0.018 512 to 18 weights 0.018 biases 0.094 paper 0.018 512 to 512 weights 0.018 biases 0.018 paper 0.018 4 to 512 weights 0.200 biases 0.018 paper 0.200 width of the output at zeros 0.4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pfrl==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

for name in ("pfrl", "pfrl.nn", "pfrl.initializers"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
from pfrl.nn.noisy_linear import FactorizedNoisyLinear

found = []
for inputs, outputs in ((512, 1), (512, 18), (512, 512), (4, 512)):
    layer = FactorizedNoisyLinear(torch.nn.Linear(inputs, outputs), sigma_scale=0.4)
    found += [f"{inputs} to {outputs}", f"weights {layer.sigma.weight.mean().item():.3f} biases {layer.sigma.bias.mean().item():.3f} paper {0.4 / inputs ** 0.5:.3f}"]
torch.manual_seed(0)
layer = FactorizedNoisyLinear(torch.nn.Linear(512, 1), sigma_scale=0.4)
drawn = torch.stack([layer(torch.zeros(1, 512)) for _ in range(4000)]).std().item()
print(*found, f"width of the output at zeros {drawn:.1f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="512 to 1 weights 0.018 biases 0.400 paper 0.018 512 to 18 weights 0.018 biases 0.094 paper 0.018 512 to 512 weights 0.018 biases 0.018 paper 0.018 4 to 512 weights 0.200 biases 0.018 paper 0.200 width of the output at zeros 0.4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
