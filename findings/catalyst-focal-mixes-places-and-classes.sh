#!/usr/bin/env bash
# catalyst 22.4: FocalLossMultiClass takes logits (batch, classes, ...) and reads their memory as
# rows of classes, so that of an image it compares places of one class with the classes of one
# place: an image of which every pixel is certain and right has the loss 11.9, as rows it has 0. Its
# page says that targets of -1 are ignored: they are counted as of no class unless ignore=-1 is
# given.
# Output seen: image 11.875 its rows 0.000 label -1 3.750 told 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 catalyst==22.4 six==1.17.0 setuptools==80.9.0 accelerate==1.15.0 huggingface-hub==2.4.0 \
  hydra-slayer==0.5.0 numpy==2.4.6 protobuf==7.36.2 safetensors==0.8.0 tensorboardx==2.6.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from catalyst.contrib.losses import FocalLossMultiClass

torch.manual_seed(0)
target = torch.randint(0, 3, (2, 4, 4))
sure = (torch.nn.functional.one_hot(target, 3) * 40.0 - 20.0).permute(0, 3, 1, 2).contiguous()  # (2, 3, 4, 4)
rows = sure.permute(0, 2, 3, 1).reshape(-1, 3)
loss = FocalLossMultiClass()
print("image", f"{loss(sure, target).item():.3f}", "its rows", f"{loss(rows, target.flatten()).item():.3f}", end=" ")
left_out = target.flatten().clone()
left_out[:8] = -1
print("label -1", f"{loss(rows, left_out).item():.3f}", "told", f"{FocalLossMultiClass(ignore=-1)(rows, left_out).item():.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="image 11.875 its rows 0.000 label -1 3.750 told 0.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
