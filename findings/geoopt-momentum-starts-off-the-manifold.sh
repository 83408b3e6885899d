#!/usr/bin/env bash
# geoopt 0.5.1: RiemannianSGD with momentum starts its buffer from the gradient as it is in the
# space around, before it is made a Riemannian one, and then counts the first gradient a second
# time. Flat, the first step is 1.9 times that of PyTorch's SGD, whose rule its page names; on the
# Poincaré ball, where the gradient shrinks with (1 - x^2)^2/4, a step from 0.99 that is 0.001 long
# without momentum is 2.349 long with it, and the buffer carries it on.
# Output seen: flat -0.190 -0.461 -0.805 PyTorch -0.100 -0.290 -0.561 ball 0.0 0.001 ball 0.9 2.349
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps geoopt==0.5.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import geoopt, torch

def walk(optimizer):
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = optimizer([weight], lr=0.1, momentum=0.9)
    for _ in range(3):
        weight.grad = torch.ones_like(weight)
        optimizer.step()
        yield f"{weight.item():.3f}"

print("flat", *walk(geoopt.optim.RiemannianSGD), "PyTorch", *walk(torch.optim.SGD), end=" ")
ball = geoopt.PoincareBall()
start = torch.tensor([0.99, 0.0], dtype=torch.float64)
for momentum in (0.0, 0.9):
    point = geoopt.ManifoldParameter(start.clone(), manifold=ball)
    point.grad = torch.tensor([1.0, 0.0], dtype=torch.float64)
    geoopt.optim.RiemannianSGD([point], lr=0.1, momentum=momentum).step()
    print("ball", momentum, f"{ball.dist(start, point.detach()).item():.3f}", end="\n" if momentum else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="flat -0.190 -0.461 -0.805 PyTorch -0.100 -0.290 -0.561 ball 0.0 0.001 ball 0.9 2.349"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
