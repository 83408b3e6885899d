#!/usr/bin/env bash
# MONAI 1.6.1: the triangular kernel of LocalNormalizedCrossCorrelationLoss is narrower than
# kernel_size. Of size 3, the default, it is 0 1 0: windows of one voxel have no variance, and the
# loss is 0 with no slope for any two images, equal ones too, whose loss is -1 with the other
# kernels. Of size 7 it is that of 5 with zeros at its ends, and 11 that of 9. Its sizes of 5 and 9
# are triangles, as the page says.
# Output seen: rectangular equal 1.00 slope True gaussian equal 1.00 slope True triangular equal 0.00 slope False 3 non-zero 1 5 non-zero 5 7 non-zero 5 9 non-zero 9 11 non-zero 9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import LocalNormalizedCrossCorrelationLoss as Loss

torch.manual_seed(0)
target = torch.rand(1, 1, 16, 16)
for kernel_type in ("rectangular", "gaussian", "triangular"):
    image = target.clone().requires_grad_()
    equal = Loss(spatial_dims=2, kernel_type=kernel_type)(image, target)
    other = torch.rand(1, 1, 16, 16).requires_grad_()
    loss = Loss(spatial_dims=2, kernel_type=kernel_type)(other, target)
    slope = torch.autograd.grad(loss, other)[0].abs().sum().item()
    print(kernel_type, f"equal {abs(equal.item()):.2f} slope", slope > 0, end=" ")
for size in (3, 5, 7, 9, 11):
    print(size, "non-zero", int((Loss(spatial_dims=2, kernel_size=size, kernel_type="triangular").kernel > 0).sum()), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="rectangular equal 1.00 slope True gaussian equal 1.00 slope True triangular equal 0.00 slope False 3 non-zero 1 5 non-zero 5 7 non-zero 5 9 non-zero 9 11 non-zero 9"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
