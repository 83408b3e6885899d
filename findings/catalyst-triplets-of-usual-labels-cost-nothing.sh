#!/usr/bin/env bash
# catalyst 22.4: TripletLossV2 is 0, and has no slope, for every batch whose labels are 0 or more: a
# mask that is on by default keeps those triplets alone whose anchor and positive are labelled below
# -1. What the same triplets cost with the margin 0.3 and cosine distances is worked out beside it.
# Output seen: V2 0.0 slope 0.0 by hand 0.6151 206 TripletLoss 8.9432
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 catalyst==22.4 six==1.17.0 setuptools==80.9.0 accelerate==1.15.0 huggingface-hub==2.4.0 \
  hydra-slayer==0.5.0 numpy==2.4.6 protobuf==7.36.2 safetensors==0.8.0 tensorboardx==2.6.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from catalyst.contrib.losses import TripletLoss, TripletLossV2

torch.manual_seed(0)
embeddings, labels = torch.randn(12, 5, requires_grad=True), torch.arange(12) % 3
loss = TripletLossV2()(embeddings, labels)
loss.backward()
print("V2", loss.item(), "slope", embeddings.grad.abs().max().item(), end=" ")
distance = 1 - torch.nn.functional.cosine_similarity(embeddings[:, None], embeddings[None], dim=-1)
same = labels[:, None] == labels[None]
apart = distance[:, :, None] - distance[:, None, :] + 0.3
kept = (same & ~torch.eye(12, dtype=bool))[:, :, None] & ~same[:, None, :] & (apart > 0)
print("by hand", f"{apart[kept].mean().item():.4f}", int(kept.sum()), "TripletLoss", f"{TripletLoss()(embeddings, labels).item():.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="V2 0.0 slope 0.0 by hand 0.6151 206 TripletLoss 8.9432"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
