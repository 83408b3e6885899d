#!/usr/bin/env bash
# spektral 1.3.1: gcn_filter, which GCNConv.preprocess and the transform GCNFilter call, takes one
# adjacency matrix, a batch or a list of them. It writes the filters of a batch into an array of the
# batch's own type: those of whole numbers, the usual ones, are cut to 0, the graph has no edges left. Into
# the matrices of a list it writes its self-loops, in the caller's own arrays, so that the second call has
# two of them. One matrix by itself is right in both ways. (TensorFlow, which the function does not
# use, is left out.)
# Output seen: one graph sum 2.97 batch sums 0.00 0.00 of floats 2.97 list first call edge 0.41 loops in the graph 3 list second call edge 0.29 loops in the graph 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps spektral==1.3.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types
from importlib.util import find_spec

for name in ("spektral", "spektral.utils", "spektral.transforms"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
sys.modules["tensorflow"] = types.ModuleType("tensorflow")
import numpy as np
from spektral.utils.convolution import gcn_filter

path = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
alone, batch, floats = gcn_filter(path), gcn_filter(np.stack([path, path])), gcn_filter(np.stack([path, path]).astype(float))
found = ["one graph", f"sum {alone.sum():.2f}", "batch", f"sums {batch[0].sum():.2f} {batch[1].sum():.2f}", "of floats", f"{floats[0].sum():.2f}"]
graphs = [path.astype(float), path.astype(float)]
for call in ("first", "second"):
    filters = gcn_filter(graphs)
    found += [f"list {call} call", f"edge {filters[0][0, 1]:.2f} loops in the graph {graphs[0].trace():.0f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="one graph sum 2.97 batch sums 0.00 0.00 of floats 2.97 list first call edge 0.41 loops in the graph 3 list second call edge 0.29 loops in the graph 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
