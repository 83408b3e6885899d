#!/usr/bin/env bash
# captum 0.9.0: IntegratedGradients with method="riemann_trapezoid" puts its n points from 0 to 1, a
# distance of 1/(n - 1) from one another, but weighs them by 1/n, the two at the ends by half of it:
# the weights have the sum (n - 1)/n. Every attribution is that much too small, also of a linear
# model, for which any rule is exact: 0.5 of it with two steps, 0.9 with ten, 0.98 with the 50 of
# the default. The attributions do not add up to the change of the output (completeness), and the
# convergence delta tells of it; the left, right and middle sums and Gauss-Legendre have 1.00.
# Output seen: left 1.00 1.00 1.00 right 1.00 1.00 1.00 middle 1.00 1.00 1.00 gausslegendre 1.00 1.00 1.00 trapezoid 0.50 0.90 0.98 delta -0.16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1 packaging==26.4 matplotlib==3.11.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps captum==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from captum.attr import IntegratedGradients

gradients = IntegratedGradients(lambda x: x @ torch.tensor([1.0, 2.0, 5.0]))
for method in ("riemann_left", "riemann_right", "riemann_middle", "gausslegendre", "riemann_trapezoid"):
    print(method.split("_")[-1], end=" ")
    for steps in (2, 10, 50):
        parts, delta = gradients.attribute(torch.ones(1, 3), method=method, n_steps=steps, return_convergence_delta=True)
        print(f"{parts.sum().item() / 8:.2f}", end=" ")
print(f"delta {delta.item():.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="left 1.00 1.00 1.00 right 1.00 1.00 1.00 middle 1.00 1.00 1.00 gausslegendre 1.00 1.00 1.00 trapezoid 0.50 0.90 0.98 delta -0.16"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
