#!/usr/bin/env bash
# ncnn 1.0.20261020 with pnnx 20261020 and PyTorch 2.13.0, three layers that are converted to
# others, with nothing said: a LayerNorm over channels, rows and columns norms each channel by
# itself; an RNN with nonlinearity relu is run with tanh; and an average pool with ceil_mode divides
# a window cut off by the end by the whole kernel (PyTorch: by what of it lies within the padding).
# The first figures of each pair are PyTorch's.
# Output seen: norm -1.3 -0.4 0.4 1.3 / -1.0 1.0 -1.0 1.0 relu 1.0 1.0 3.0 / 0.8 0.6 1.0 pool 4.0 6.0 6.0 3.0 / 4.0 6.0 6.0 2.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps ncnn==1.0.20261020 pnnx==20261020
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, subprocess
from importlib.util import find_spec
import ncnn, numpy as np, torch
from torch import nn

class Model(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        y = self.layer(x)
        return y[0] if isinstance(y, tuple) else y

def both(layer, x):
    model = Model(layer).eval()
    torch.jit.trace(model, x).save("model.pt")
    pnnx = os.path.join(find_spec("pnnx").submodule_search_locations[0], "pnnx")
    shape = ",".join(map(str, x.shape))
    told = subprocess.run([pnnx, "model.pt", f"inputshape=[{shape}]", "fp16=0"], check=True, capture_output=True, text=True)
    assert "ignore" not in told.stdout + told.stderr
    net = ncnn.Net()
    net.load_param("model.ncnn.param")
    net.load_model("model.ncnn.bin")
    run = net.create_extractor()
    run.input("in0", ncnn.Mat(x[0].numpy()).clone())
    return " / ".join(" ".join(f"{each:.1f}" for each in np.ravel(values).tolist()) for values in (model(x).detach(), np.array(run.extract("out0")[1])))

recurrent = nn.RNN(1, 1, batch_first=True, nonlinearity="relu", bias=False)
for each in recurrent.parameters():
    nn.init.ones_(each)
print("norm", both(nn.LayerNorm((2, 1, 2)), torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 2, 1, 2)), end=" ")
print("relu", both(recurrent, torch.tensor([[[1.0], [0.0], [2.0]]])), end=" ")
print("pool", both(nn.AvgPool2d((1, 3), (1, 2), padding=(0, 1), ceil_mode=True), torch.full((1, 1, 1, 6), 6.0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="norm -1.3 -0.4 0.4 1.3 / -1.0 1.0 -1.0 1.0 relu 1.0 1.0 3.0 / 0.8 0.6 1.0 pool 4.0 6.0 6.0 3.0 / 4.0 6.0 6.0 2.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
