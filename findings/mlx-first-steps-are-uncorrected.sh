#!/usr/bin/env bash
# mlx 0.32.4: Adam corrects its moments only if told (its first step is 0.1 / sqrt(0.001) = 3.16
# times the rate), Adamax never does and cannot be told (0.1 of the rate; the paper, Kingma and
# Ba, 2015, divides by 1 - beta1), and SGD's dampening halves the first gradient as well, which
# PyTorch takes whole.
# Output seen: Adam 0.316 told 0.100 Adamax 0.010 SGD 0.040 of 0.080
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import mlx.core as mx, mlx.optimizers as optimizers
mx.set_default_device(mx.cpu)

def first(name, **options):
    weights = getattr(optimizers, name)(learning_rate=0.1, **options).apply_gradients({"w": mx.array([0.8])}, {"w": mx.array([1.0])})
    return f"{1 - weights['w'].item():.3f}"

print("Adam", first("Adam"), "told", first("Adam", bias_correction=True), "Adamax", first("Adamax"), "SGD", first("SGD", momentum=0.9, dampening=0.5), "of", first("SGD", momentum=0.9))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Adam 0.316 told 0.100 Adamax 0.010 SGD 0.040 of 0.080"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
