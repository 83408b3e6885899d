#!/usr/bin/env bash
# deepinv 0.5.0: JacobianSpectralNorm ends its power iteration when the value changes by less than "tol".
# It looks at the tolerance only with verbose=True, so that printing changes the number: 2.99 with it, 3.00
# without it, which goes on to the last of 300 steps. "eval_mode" is to be set to True, by the docstring, to
# go backwards through the norm: with it the slope is half of the norm's, with the default it is whole.
# (The modules are loaded without the package's own __init__, which needs torchvision.)
# Output seen: quiet 3.00 eval_mode False slope 1.00 verbose 2.99 quiet 3.00 eval_mode True slope 0.50 verbose 2.99 norm 3.00 slope 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepinv==0.5.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

for name in ("deepinv", "deepinv.loss", "deepinv.utils"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
import contextlib, io
from deepinv.loss.regularisers import JacobianSpectralNorm

found = []
for mode in (False, True):
    for verbose in (False, True):
        x, matrix = torch.ones(1, 4, requires_grad=True), torch.diag(torch.tensor([1.0, 2.0, 3.0, 2.9])).requires_grad_()
        torch.manual_seed(0)
        with contextlib.redirect_stdout(io.StringIO()) as told:
            norm = JacobianSpectralNorm(max_iter=300, tol=0.1, eval_mode=mode, verbose=verbose)(x @ matrix, x)
        slope, = torch.autograd.grad(norm, matrix)
        found += ["verbose" if verbose else "quiet", f"{norm.item():.2f}"] + ([] if verbose else [f"eval_mode {mode} slope {slope[2, 2].item():.2f}"])
print(*found, f"norm {torch.linalg.matrix_norm(matrix, 2).item():.2f} slope 1.00")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="quiet 3.00 eval_mode False slope 1.00 verbose 2.99 quiet 3.00 eval_mode True slope 0.50 verbose 2.99 norm 3.00 slope 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
