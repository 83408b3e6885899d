#!/usr/bin/env bash
# deepctr-torch 0.3.0: fit puts the model in training mode once, before the first epoch, and the
# validation at the end of each epoch (validation_split, validation_data) puts it in evaluation
# mode: from the second epoch on it trains without dropout and with the running statistics of its
# batch norms, which learn no more. Without validation it trains as asked, so that watching a model
# changes what it becomes.
# Output seen: without validation: steps with dropout 8 of 8 batches in the norm 8 with validation: steps with dropout 1 of 4 batches in the norm 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scikit-learn==1.9.1 tqdm==4.70.1 packaging==26.4 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepctr-torch==0.3.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, sys, types
import numpy as np

# It asks an index for its newest version when it is imported; this stands for the answer.
sys.modules["requests"] = types.SimpleNamespace(get=lambda url: types.SimpleNamespace(status_code=0), codes=types.SimpleNamespace(ok=200))
from deepctr_torch.inputs import SparseFeat
from deepctr_torch.models import DeepFM

ids, labels = np.arange(32) % 4, (np.arange(32) % 2).astype("float32")
columns = [SparseFeat("item", 4, embedding_dim=4), SparseFeat("user", 4, embedding_dim=4)]
for name, words in (("without", {}), ("with", {"validation_split": 0.5})):
    model = DeepFM(columns, columns, dnn_hidden_units=(8,), dnn_dropout=0.5, dnn_use_bn=True)
    model.compile("sgd", "binary_crossentropy")
    seen = []
    step = model.get_regularization_loss
    model.get_regularization_loss = lambda: seen.append(model.dnn.dropout.training) or step()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        model.fit({"item": ids, "user": ids}, labels, batch_size=16, epochs=4, verbose=0, **words)
    print(name, "validation: steps with dropout", sum(seen), "of", len(seen), "batches in the norm", int(model.dnn.bn[0].num_batches_tracked), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="without validation: steps with dropout 8 of 8 batches in the norm 8 with validation: steps with dropout 1 of 4 batches in the norm 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
