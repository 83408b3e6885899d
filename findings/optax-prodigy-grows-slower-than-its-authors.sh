#!/usr/bin/env bash
# optax 0.2.8: contrib.prodigy and contrib.dadapt_adamw correct the moments' start from 0, and with
# it every step and the estimate of the rate; the packages of the methods' authors (prodigyopt
# 1.1.2, dadaptation 3.2), with the same name and constants, do so only if told
# (use_bias_correction=True), and optax cannot be told not to. The estimate grows from step to step
# by what has been moved: after 20 steps it is 0.00089 in optax and 0.43 there for Prodigy, 0.024
# and 3.4 for D-Adaptation, on a bowl whose right distance is 1 to 2. Below: optax, the authors, the
# authors told.
# Output seen: prodigy 8.9e-04 4.3e-01 8.9e-04 D-Adaptation 2.4e-02 3.4e+00 2.4e-02
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 jax==0.10.2 optax==0.2.8 prodigyopt==1.1.2 dadaptation==3.2 numpy==2.4.6 jaxlib==0.10.2 \
  ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io
import dadaptation, jax.numpy as jnp, optax, prodigyopt, torch

def by_optax(optimizer, steps=20):
    weight = jnp.array([1.0, -2.0])
    state = optimizer.init(weight)
    for _ in range(steps):
        updates, state = optimizer.update(weight * jnp.array([2.0, 0.5]), state, weight)
        weight = optax.apply_updates(weight, updates)
    return f"{float(state.estim_lr):.1e}"

def by_authors(kind, steps=20, **more):
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    with contextlib.redirect_stdout(io.StringIO()):
        optimizer = kind([weight], lr=1.0, decouple=True, **more)
    for _ in range(steps):
        weight.grad = weight.detach() * torch.tensor([2.0, 0.5])
        optimizer.step()
    return f"{float(optimizer.param_groups[0]['d']):.1e}"

for name, ours, theirs in (("prodigy", optax.contrib.prodigy, prodigyopt.Prodigy), ("D-Adaptation", optax.contrib.dadapt_adamw, dadaptation.DAdaptAdam)):
    print(name, by_optax(ours()), by_authors(theirs), by_authors(theirs, use_bias_correction=True), end=" " if name == "prodigy" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="prodigy 8.9e-04 4.3e-01 8.9e-04 D-Adaptation 2.4e-02 3.4e+00 2.4e-02"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
