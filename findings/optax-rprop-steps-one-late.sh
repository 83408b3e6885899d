#!/usr/bin/env bash
# optax 0.2.8: rprop gives out the step of the call before, so that the first call moves nothing,
# every later one uses the gradient of the call before, and a gradient whose sign has turned takes
# the step before it away. PyTorch 2.13.0's Rprop, which has the same constants, moves at once;
# the paper (Riedmiller and Braun, 1993) does so, too.
# Output seen: same optax 0.000 -0.100 -0.220 torch -0.100 -0.220 -0.364 turning optax 0.000 0.000 0.000 torch -0.100 -0.100 -0.050
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 torch==2.13.0 numpy==2.4.6 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax.numpy as np, optax, torch

def with_optax(gradients):
    rule, place, places = optax.rprop(0.1), np.zeros(1), []
    state = rule.init(place)
    for gradient in gradients:
        step, state = rule.update(np.array([gradient]), state, place)
        place = optax.apply_updates(place, step)
        places.append(f"{float(place[0]) + 0.0:.3f}")
    return places

def with_torch(gradients):
    place, places = torch.nn.Parameter(torch.zeros(1)), []
    rule = torch.optim.Rprop([place], lr=0.1)
    for gradient in gradients:
        place.grad = torch.tensor([gradient])
        rule.step()
        places.append(f"{place.item():.3f}")
    return places

same, turning = (1.0, 1.0, 1.0), (1.0, -1.0, -1.0)
print("same", "optax", *with_optax(same), "torch", *with_torch(same), end=" ")
print("turning", "optax", *with_optax(turning), "torch", *with_torch(turning))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="same optax 0.000 -0.100 -0.220 torch -0.100 -0.220 -0.364 turning optax 0.000 0.000 0.000 torch -0.100 -0.100 -0.050"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
