#!/usr/bin/env bash
# gpytorch 1.15.2: SpectralMixtureKernel.initialize_from_data_empspect, which asks for evenly spaced
# inputs, counts frequencies per sample and never looks at their spacing: for a sine of 10 periods
# in 201 places from 0 to 1 the mean is 0.05, not 10. The scales, which the kernel takes for
# deviations of the spectrum, are given its variances. With places 1 apart the mean is right.
# Output seen: 1 mean 0.050 of 10.000 200 mean 0.050 of 0.050 scale 0.0043 deviation 0.0637
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 gpytorch==1.15.2 numpy==2.4.6 scikit-learn==1.9.1 linear-operator==0.6.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, gpytorch, numpy as np, torch

values = torch.sin(2 * math.pi * 10 * torch.linspace(0, 1, 201))
rows = []
for end in (1.0, 200.0):
    np.random.seed(0)
    kernel = gpytorch.kernels.SpectralMixtureKernel(num_mixtures=1)
    kernel.initialize_from_data_empspect(torch.linspace(0, end, 201), values)
    rows += [f"{end:.0f} mean {kernel.mixture_means.item():.3f} of {10 / end:.3f}"]
np.random.seed(0)
kernel.initialize_from_data_empspect(torch.arange(400.0), torch.sin(0.9 * torch.arange(400.0)) + torch.sin(1.7 * torch.arange(400.0)))
print(*rows, f"scale {kernel.mixture_scales.item():.4f} deviation {(1.7 - 0.9) / 2 / (2 * math.pi):.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 mean 0.050 of 10.000 200 mean 0.050 of 0.050 scale 0.0043 deviation 0.0637"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
