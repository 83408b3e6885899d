#!/usr/bin/env bash
# diffusers 0.42.1: the first step of an IPNDMScheduler does not depend on what the model says. It
# starts where alpha is exactly 0 and sigma 1; the noise is then the sample itself, and the clean
# image is made as (x - sigma noise) / max(alpha, 1e-8), which is 0 / 1e-8, where it is alpha x -
# sigma v, the model's output with its sign turned. The image is taken for 0, whatever v is, and the
# four-step formula carries that on: of five model calls one is lost, and a model that knows the
# image, a point at 0.5, ends at 0.20 (0.5 from 50 steps on).
# Output seen: first step of v = -100: 0.9755 of v = 0: 0.9755 of v = 100: 0.9755 5 steps end at 0.20 50 steps end at 0.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check diffusers==0.42.1 huggingface-hub==2.4.0 numpy==2.4.6 safetensors==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from diffusers import IPNDMScheduler

scheduler = IPNDMScheduler()
noise = torch.ones(1, 1)
print("first step", end=" ")
for output in (-100.0, 0.0, 100.0):
    scheduler.set_timesteps(10)
    previous = scheduler.step(torch.full_like(noise, output), scheduler.timesteps[0], noise).prev_sample
    print(f"of v = {output:g}: {previous.item():.4f}", end=" ")
for steps in (5, 50):
    scheduler.set_timesteps(steps)
    sample = noise
    for place, time in enumerate(scheduler.timesteps):
        alpha, sigma = scheduler.alphas[place], scheduler.betas[place]
        v = alpha * (sample - alpha * 0.5) / sigma - sigma * 0.5
        sample = scheduler.step(v, time, sample).prev_sample
    print(f"{steps} steps end at {sample.item():.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="first step of v = -100: 0.9755 of v = 0: 0.9755 of v = 100: 0.9755 5 steps end at 0.20 50 steps end at 0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
