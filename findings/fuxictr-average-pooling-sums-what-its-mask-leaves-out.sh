#!/usr/bin/env bash
# FuxiCTR 2.3.10: MaskedAveragePooling divides by the number of places that its mask keeps and sums
# all of them, so that the vectors at masked places, which the mask is given for, are in the average
# whole: of 2, 4 and a masked 100 it makes 53, not 3. Without a mask it takes a vector whose
# elements add up to nothing for padding: the average of (1, -1) and (3, 5) is (4, 4), not (2, 2).
# Output seen: masked 53.0 kept alone 3.0 without a mask 4.0 4.0 padded 1.0 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 polars==2.1.0 h5py==3.16.0 scikit-learn==1.9.1 pyyaml==6.0.4 tqdm==4.70.1 \
  scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps fuxictr==2.3.10
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types

# Its data preparation wants a cluster library that no layer needs; an empty module stands for it.
sys.modules["fuxictr.preprocess.build_dataset"] = types.ModuleType("build_dataset")
import torch
from fuxictr.pytorch.layers import MaskedAveragePooling

pool = MaskedAveragePooling()
row = torch.tensor([[[2.0], [4.0], [100.0]]])
print("masked", pool(row, torch.tensor([[True, True, False]])).item(), "kept alone", pool(row[:, :2], torch.tensor([[True, True]])).item(), end=" ")
print("without a mask", *pool(torch.tensor([[[1.0, -1.0], [3.0, 5.0]]])).flatten().tolist(), "padded", *pool(torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])).flatten().tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="masked 53.0 kept alone 3.0 without a mask 4.0 4.0 padded 1.0 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
