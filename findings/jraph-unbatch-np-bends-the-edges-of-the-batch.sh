#!/usr/bin/env bash
# jraph 0.0.6.dev0: unbatch_np takes the offset of each graph off slices of the batch's own senders
# and receivers, which numpy hands out as views: the graphs that come out are right, the batch that
# went in now has every edge within the first graph's nodes. A loop that unbatches predictions and
# goes on with the batch sums messages over wrong edges, and a second unbatch_np gives nodes below
# zero, which numpy and jax read from the end. unbatch, its other half for jax, leaves the batch as
# it is.
# Output seen: numpy 0 1 2 3 4 after 0 1 0 1 2 messages per node 2 2 1 0 0 second graph 0 1 2 again -2 -1 0 jax 0 1 2 3 4 after 0 1 2 3 4 messages per node 1 1 1 1 1 second graph 0 1 2 again 0 1 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 jaxlib==0.10.2 scipy==1.17.1 ml_dtypes==0.6.0 opt_einsum==3.4.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps jraph==0.0.6.dev0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jraph
import numpy as np

def ring(nodes):
    every = np.arange(nodes)
    return jraph.GraphsTuple(nodes=np.ones((nodes, 1)), edges=None, senders=every, receivers=(every + 1) % nodes, n_node=np.array([nodes]), n_edge=np.array([nodes]), globals=None)

for name, batch, unbatch in (("numpy", jraph.batch_np, jraph.unbatch_np), ("jax", jraph.batch, jraph.unbatch)):
    rings = batch([ring(2), ring(3)])
    print(name, *map(int, rings.senders), end=" ")
    first = unbatch(rings)
    print("after", *map(int, rings.senders), end=" ")
    reached = np.bincount(np.asarray(rings.receivers), minlength=5)
    print("messages per node", *reached, "second graph", *map(int, first[1].senders), "again", *map(int, unbatch(rings)[1].senders), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="numpy 0 1 2 3 4 after 0 1 0 1 2 messages per node 2 2 1 0 0 second graph 0 1 2 again -2 -1 0 jax 0 1 2 3 4 after 0 1 2 3 4 messages per node 1 1 1 1 1 second graph 0 1 2 again 0 1 2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
