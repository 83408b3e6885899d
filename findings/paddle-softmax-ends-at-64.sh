#!/usr/bin/env bash
# paddle 3.3.1 on the CPU: softmax, log_softmax and cross_entropy take nothing to be more than 64
# below the largest, in float64, too. A logit of -1000 beside one of 0 has the log-probability -64 and
# the loss 64 (PyTorch 2.13.0: -1000 and 1000), while its gradient stays -1 as if the loss still
# moved. A logit of minus infinity, a masked place, has the probability 1.6e-28 and not 0, and the
# log-probability -64: two masked tokens are not impossible but 128 down.
# Output seen: PyTorch -1000.0 1000.0 gradient -1.0 masked 0.0e+00 -inf paddle -64.0 64.0 gradient -1.0 masked 1.6e-28 -64.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 paddlepaddle==3.3.1 setuptools==80.9.0 numpy==2.4.6 protobuf==7.36.2 safetensors==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, paddle, torch

far, masked = np.array([[0.0, -1000.0]]), np.array([[0.0, -np.inf]])

def figures(name, module, tensor, track):
    logits = track(tensor(far))
    loss = module.cross_entropy(logits, tensor([1]))
    loss.backward()
    last = [module.log_softmax(tensor(far), -1), module.softmax(tensor(masked), -1), module.log_softmax(tensor(masked), -1)]
    low, probability, log = (float(each[0, 1]) for each in last)
    return f"{name} {low} {float(loss)} gradient {float(logits.grad[0, 1])} masked {probability:.1e} {log}"

def tracked(x):
    x.stop_gradient = False
    return x

print(figures("PyTorch", torch.nn.functional, torch.tensor, lambda x: x.requires_grad_()), figures("paddle", paddle.nn.functional, paddle.to_tensor, tracked))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="PyTorch -1000.0 1000.0 gradient -1.0 masked 0.0e+00 -inf paddle -64.0 64.0 gradient -1.0 masked 1.6e-28 -64.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
