#!/usr/bin/env bash
# FuxiCTR 2.3.10: LogisticRegression, the linear part of its FM, DeepFM, Wide & Deep and others,
# gives a feature that names share_embedding (a history of the items) weights of its own, and does
# not initialize them: those of all other features start with a deviation of 0.0001, these with the
# 1 that PyTorch gives an embedding. The first logits are noise, of deviation 7 where a history has
# 50 items, and probabilities start at 0 or 1. An embedding that is shared is started once, as it
# should be.
# Output seen: alone item 0.0001 history 0.0001 logits 0.0007 share_embedding item 0.0001 history 1 logits 7 shared table 0.0001 True
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
from fuxictr.pytorch.layers import FeatureEmbedding, LogisticRegression

torch.manual_seed(0)
item = {"type": "categorical", "vocab_size": 10001, "padding_idx": 0, "source": ""}
for words in ({}, {"share_embedding": "item"}):
    history = {"type": "sequence", "vocab_size": 10001, "padding_idx": 0, "source": "", **words}
    features = types.SimpleNamespace(features={"item": item, "history": history}, data_dir="")
    linear = LogisticRegression(features)
    rows = {"item": torch.randint(1, 10001, (1000,)), "history": torch.randint(1, 10001, (1000, 50))}
    weights = linear.embedding_layer.embedding_layer.embedding_layers
    print(*words or ["alone"], *(f"{name} {weights[name].weight.std().item():.1g}" for name in weights), f"logits {linear(rows).std().item():.1g}", end=" ")
tables = FeatureEmbedding(features, 4).embedding_layer.embedding_layers
print(f"shared table {tables['history'].weight.std().item():.1g}", tables["history"] is tables["item"])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alone item 0.0001 history 0.0001 logits 0.0007 share_embedding item 0.0001 history 1 logits 7 shared table 0.0001 True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
