#!/usr/bin/env bash
# torchdyn 1.0.6: GalLinear and GalConv2d expand their weights in the depth s by a basis such as
# Fourier(deg), the cosines and sines of n s, or Polynomial(deg), the powers s^n. The orders n are drawn
# as linspace(0, deg, deg), which takes deg numbers for deg + 1: 0 1.25 2.5 3.75 5 for a degree of 5. So
# the Fourier basis has not the period of 2 pi, and the powers of a negative depth are no numbers from
# the second order on: one layer with the coefficients 1 has nan at -0.5.
# Output seen: Fourier at 0.50 8.224 whole orders 10.600 at 6.78 2.025 whole orders 10.600 at -0.50 -4.122 whole orders -2.310 Polynomial at 0.50 2.957 whole orders 3.500 at -0.50 nan whole orders 1.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchdyn==1.0.6 torchcde==0.2.5 torchdiffeq==0.2.5 torchsde==0.2.6 trampoline==0.1.2 scipy==1.17.1 attrs==26.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, torch
from torchdyn.nn import Fourier, GalLinear, Polynomial

found = []
for basis in (Fourier(5), Polynomial(3)):
    layer = GalLinear(1, 1, expfunc=basis)
    torch.nn.init.ones_(layer.coeffs)
    plain = torch.arange(basis.deg)
    for depth in (0.5, 0.5 + 2 * math.pi, -0.5):
        if basis.n_eig == 1 and depth > 1:
            continue
        whole = 2 * sum(part.sum().item() for part in basis(plain, torch.tensor(depth)))
        found += [f"at {depth:.2f}", f"{layer(torch.tensor([[1.0, depth]])).item():.3f}", f"whole orders {whole:.3f}"]
print("Fourier", *found[:9], "Polynomial", *found[9:])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Fourier at 0.50 8.224 whole orders 10.600 at 6.78 2.025 whole orders 10.600 at -0.50 -4.122 whole orders -2.310 Polynomial at 0.50 2.957 whole orders 3.500 at -0.50 nan whole orders 1.500"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
