#!/usr/bin/env bash
# zennit 0.5.1: Occlusion slides its window by rolling it, so that one that reaches over the edge
# comes in on the other side: with window 4 and stride 2 the pixels at the left share the last
# window with those at the right and are given its score. A model that looks at the last of eight
# pixels alone has its first two credited like the fifth and sixth, where Captum 0.9.0 credits the
# last four and no other. occlude_independent(mask), of its page occluding the pixels where the mask
# is non-zero, keeps these and occludes all others.
# Output seen: zennit 1.0 1.0 0.0 0.0 1.0 1.0 2.0 2.0 captum 0.0 0.0 0.0 0.0 0.5 0.5 1.0 1.0 mask 1 0 0 0 1.0 0.0 0.0 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 captum==0.9.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps zennit==0.5.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
path = importlib.util.find_spec("zennit").submodule_search_locations
package = sys.modules["zennit"] = types.ModuleType("zennit")  # without what it imports at the door, which wants torchvision
package.__path__ = path
import torch
from captum.attr import Occlusion as CaptumOcclusion
from zennit.attribution import Occlusion, occlude_independent

model = lambda x: x[:, 7:]
pixels = torch.ones(1, 8)
_, zennit = Occlusion(model, window=(4,), stride=(2,))(pixels)
captum = CaptumOcclusion(model).attribute(pixels, sliding_window_shapes=(4,), strides=(2,))
for name, given in (("zennit", zennit), ("captum", captum), ("mask 1 0 0 0", occlude_independent(pixels[:, :4], torch.tensor([[True, False, False, False]])))):
    print(name, *(f"{each:.1f}" for each in given[0].tolist()), end="\n" if name[0] == "m" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="zennit 1.0 1.0 0.0 0.0 1.0 1.0 2.0 2.0 captum 0.0 0.0 0.0 0.0 0.5 0.5 1.0 1.0 mask 1 0 0 0 1.0 0.0 0.0 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
