#!/usr/bin/env bash
# executorch 1.5.1: the layer and group norms of its CPU runtime take the variance as the mean square
# less the square of the mean, in float32. What is normed has the deviation 1; of numbers with a
# deviation of 1 about a mean of 1000 it is 1.08, about 3000 it is 0.43, and about 10000 nothing is a
# number any more, with XNNPACK as without. PyTorch 2.13.0, the first figure after each mean, has 1.00
# throughout.
# Output seen: 0 1.00 1.00 1.00 group 1.00 1000 1.00 1.08 1.08 group 1.07 3000 1.00 0.43 0.43 group 0.43 10000 1.00 nan nan group nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 executorch==1.5.1 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, torch
logging.disable(logging.CRITICAL)
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime

torch.manual_seed(0)
layer, group = torch.nn.LayerNorm(64).eval(), torch.nn.GroupNorm(1, 4).eval()
x = torch.randn(1, 64)

def spread(layer, x, partitioner):
    exported = torch.export.export(layer, (x,))
    program = to_edge_transform_and_lower(exported, partitioner=partitioner).to_executorch()
    y = Runtime.get().load_program(program.buffer).load_method("forward").execute([x])[0]
    return f"{y.std(correction=0).item():.2f}"

for mean in (0, 1000, 3000, 10000):
    moved = x + mean
    print(mean, f"{layer(moved).std(correction=0).item():.2f}", spread(layer, moved, []), spread(layer, moved, [XnnpackPartitioner()]), "group", spread(group, moved.reshape(1, 4, 16), []), end=" " if mean != 10000 else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 1.00 1.00 1.00 group 1.00 1000 1.00 1.08 1.08 group 1.07 3000 1.00 0.43 0.43 group 0.43 10000 1.00 nan nan group nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
