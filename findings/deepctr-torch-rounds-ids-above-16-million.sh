#!/usr/bin/env bash
# deepctr-torch 0.3.0: fit and predict turn all inputs into one matrix of single precision and read
# the ids back from it, so that odd ids above 16,777,216 become their even neighbours: they share
# embeddings, those of the odd ones are never trained or read, and two items have one prediction.
# The table that is made has a row for each, and the model itself tells them apart.
# Output seen: rows 0.0 1.0 2.0 3.0 4.0 predicted 0.0 0.0 2.0 4.0 4.0 in double precision 0.0 1.0 2.0 3.0 4.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scikit-learn==1.9.1 tqdm==4.70.1 packaging==26.4 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepctr-torch==0.3.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types
import numpy as np
import torch

# It asks an index for its newest version when it is imported; this stands for the answer.
sys.modules["requests"] = types.SimpleNamespace(get=lambda url: types.SimpleNamespace(status_code=0), codes=types.SimpleNamespace(ok=200))
from deepctr_torch.inputs import SparseFeat
from deepctr_torch.models import WDL

first = 2**24
items = SparseFeat("item", first + 5, embedding_dim=1)
model = WDL([items], [items], dnn_hidden_units=(1,), task="regression")
table = model.linear_model.embedding_dict["item"].weight.data
table.zero_()
table[first:, 0] = torch.arange(5.0)
for layer in model.dnn.linears:
    layer.weight.data.zero_()
    layer.bias.data.zero_()
model.dnn_linear.weight.data.zero_()
ids = first + np.arange(5)
print("rows", *table[torch.from_numpy(ids), 0].tolist(), "predicted", *model.predict({"item": ids}).flatten().tolist(), end=" ")
doubles = torch.from_numpy(ids).double().unsqueeze(1)
print("in double precision", *model.double()(doubles).flatten().tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rows 0.0 1.0 2.0 3.0 4.0 predicted 0.0 0.0 2.0 4.0 4.0 in double precision 0.0 1.0 2.0 3.0 4.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
