#!/usr/bin/env bash
# diffusers 0.42.1: beta_schedule laplace of a DDPMScheduler makes the product of its alphas the
# square root of snr / (1 + snr), where every scheduler takes that product for the square of the
# signal's scale, snr / (1 + snr) itself. Half way through, where the Laplace schedule has a log
# signal-to-noise ratio of 0, it has 0.88; at the end, where it is -6.9, it is -3.4 and the image
# has 3 percent of the variance left instead of 0.1. The densest noise levels are not where they are
# wanted. The cosine schedule of the same function is the square.
# Output seen: 100 1.60 for 0.80 250 1.18 for 0.35 500 0.88 for -0.00 750 0.59 for -0.35 1000 -3.42 for -6.91 left 0.032 cosine 0.4938 is 0.4938
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check diffusers==0.42.1 huggingface-hub==2.4.0 numpy==2.4.6 safetensors==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math
from diffusers import DDPMScheduler

product = DDPMScheduler(beta_schedule="laplace").alphas_cumprod.double()
for step in (100, 250, 500, 750, 1000):
    time, signal = step / 1000, product[step - 1].item()
    wanted = -0.5 * math.copysign(1, 0.5 - time) * math.log(1 - 2 * abs(0.5 - time) + 1e-6)
    print(step, f"{math.log(signal / (1 - signal)):.2f} for {wanted:.2f}", end=" ")
print(f"left {product[-1].item():.3f}", end=" ")
cosine = DDPMScheduler(beta_schedule="squaredcos_cap_v2").alphas_cumprod[499].item()
print(f"cosine {cosine:.4f} is {(math.cos(0.508 / 1.008 * math.pi / 2) / math.cos(0.008 / 1.008 * math.pi / 2)) ** 2:.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="100 1.60 for 0.80 250 1.18 for 0.35 500 0.88 for -0.00 750 0.59 for -0.35 1000 -3.42 for -6.91 left 0.032 cosine 0.4938 is 0.4938"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
