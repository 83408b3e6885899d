#!/usr/bin/env bash
# executorch 1.5.1: the layer and group norms of its CPU runtime take the variance as the mean
# square less the square of the mean, in float32. What is normed should have the deviation 1; of
# numbers with a deviation of 1 about a mean of 3,000 it is off by more than a tenth, and about
# 30,000 by more than that or no number at all, with XNNPACK as without, and nothing is said.
# PyTorch 2.13.0, the first answer after each mean, has 1 throughout. Is the deviation within a
# tenth of 1?
# Output seen: 0 True True True group True 3000 True False False group False 30000 True False False group False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 executorch==1.5.1 numpy==2.4.6 coremltools==9.0 huggingface-hub==2.4.0 pandas==3.1.1 \
  protobuf==7.36.2 pytorch-tokenizers==1.5.0 scikit-learn==1.9.1 scipy==1.17.1 tokenizers==0.23.3 torchao==0.18.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, torch
logging.disable(logging.CRITICAL)
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime

torch.manual_seed(0)
layer, group = torch.nn.LayerNorm(64).eval(), torch.nn.GroupNorm(1, 4).eval()
x = torch.randn(1, 64)

def right(y):
    return bool((y.std(correction=0) - 1).abs() < 0.1)

def spread(layer, x, partitioner):
    exported = torch.export.export(layer, (x,))
    program = to_edge_transform_and_lower(exported, partitioner=partitioner).to_executorch()
    y = Runtime.get().load_program(program.buffer).load_method("forward").execute([x])[0]
    return right(y)

for mean in (0, 3000, 30000):
    moved = x + mean
    print(mean, right(layer(moved)), spread(layer, moved, []), spread(layer, moved, [XnnpackPartitioner()]), "group", spread(group, moved.reshape(1, 4, 16), []), end=" " if mean != 30000 else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 True True True group True 3000 True False False group False 30000 True False False group False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
