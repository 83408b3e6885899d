#!/usr/bin/env bash
# asteroid 0.7.0: SingleSrcNegSDR and MultiSrcNegSDR take EPS and keep 1e-8 whatever is given. It is
# added to the energy of the error, so that for quiet waves it is the error: an estimate that is off
# by a tenth has an SNR of 20 dB at every level, but 6.8 dB at a level of 1e-5 and -13 dB at 1e-6, as
# with the default, also with EPS=1e-20, which is meant for that. PairwiseNegSDR obeys.
# Output seen: level 1: right -20.0 SingleSrc -20.0 MultiSrc -20.0 Pairwise -20.0 level 1e-05: right -20.0 SingleSrc -6.8 MultiSrc -6.8 Pairwise -20.0 level 1e-06: right -20.0 SingleSrc 13.0 MultiSrc 13.0 Pairwise -20.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps asteroid==0.7.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib
import sys
import sysconfig
import types

# Only the module of the losses is loaded: the package at its door wants Lightning and more.
for name in ("asteroid", "asteroid.losses"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
import torch
from asteroid.losses.sdr import MultiSrcNegSDR, PairwiseNegSDR, SingleSrcNegSDR

wave = torch.sin(0.1 * torch.arange(1000, dtype=torch.float64))
noise = torch.cos(0.37 * torch.arange(1000, dtype=torch.float64))
found = []
for level in (1.0, 1e-5, 1e-6):
    target, estimate = level * wave, level * (wave + 0.1 * noise)
    right = -10 * torch.log10((target**2).sum() / ((estimate - target) ** 2).sum()).item()
    found.append(f"level {level:g}: right {right:.1f}")
    for kind in (SingleSrcNegSDR, MultiSrcNegSDR, PairwiseNegSDR):
        shape = (1, 1000) if kind is SingleSrcNegSDR else (1, 1, 1000)
        found.append(f"{kind.__name__[:-6]} {kind('snr', EPS=1e-20)(estimate.reshape(shape), target.reshape(shape)).item():.1f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="level 1: right -20.0 SingleSrc -20.0 MultiSrc -20.0 Pairwise -20.0 level 1e-05: right -20.0 SingleSrc -6.8 MultiSrc -6.8 Pairwise -20.0 level 1e-06: right -20.0 SingleSrc 13.0 MultiSrc 13.0 Pairwise -20.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
