#!/usr/bin/env bash
# paddle2onnx 2.1.0 with paddle 3.3.1: the exporter puts numbers of its own in the place of arguments
# and says nothing. A hardtanh from -0.3 to 0.7 ends at -1 and 1, a thresholded ReLU has 0 for its
# value, a GELU by tanh is the one by erf, a group norm has the epsilon 1e-5, padding is with zeros,
# and the norms of order infinity and 0 are worked out by the formula of finite orders: 1, and
# infinity. Each pair is paddle and the exported graph in onnxruntime 1.32.0 (1000 times GELU at -3).
# Output seen: hardtanh -0.3 0.7 / -1 1 thresholded 7 2 / 0 2 gelu -3.64 / -4.05 group -0.5 0.5 / -1 1 norm inf 4 / 1 0 2 / inf pad 3 1 2 5 / 0 1 2 5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 setuptools==80.9.0 paddle2onnx==2.1.0 onnx==1.17.0 onnxruntime==1.32.0 numpy==2.4.6 onnxoptimizer==0.3.13 \
  polygraphy==0.53.6 protobuf==7.36.2 safetensors==0.8.0
cat > pairs.py <<'PYTHON'  # a file, since the exporter reads the source of what it exports
import os
output = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the exporter tells its progress on standard output
import numpy as np, onnxruntime, paddle
from paddle import nn
from paddle.nn import functional as F

class Layer(nn.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)

def both(name, function, x):
    """What paddle and its exported graph in onnxruntime make of x."""
    layer, x = Layer(function).eval(), np.array(x, dtype="float32")
    paddle.onnx.export(layer, "model", input_spec=[paddle.static.InputSpec(x.shape, "float32")], opset_version=17)
    session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
    found = layer(paddle.to_tensor(x)).numpy(), session.run(None, {session.get_inputs()[0].name: x})[0]
    return name + " " + " / ".join(" ".join(f"{round(each, 2):g}" for each in y.ravel().tolist()) for y in found)

norm = nn.GroupNorm(1, 1, epsilon=3.0)
print(
    both("hardtanh", lambda x: F.hardtanh(x, -0.3, 0.7), [[-2, 2]]), both("thresholded", lambda x: F.thresholded_relu(x, 1.0, 7.0), [[0, 2]]),
    both("gelu", lambda x: 1000 * F.gelu(x, approximate=True), [[-3]]), both("group", norm, [[[[-1, 1]]]]),
    both("norm inf", lambda x: paddle.linalg.norm(x, p=float("inf"), axis=1), [[3, 4]]), both("0", lambda x: paddle.linalg.norm(x, p=0, axis=1), [[3, 4]]),
    both("pad", lambda x: F.pad(x, [1, 0, 0, 0], value=3.0), [[[[1, 2, 5]]]]), file=output)
PYTHON
seen=$(venv/bin/python -W ignore pairs.py 2> errors) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="hardtanh -0.3 0.7 / -1 1 thresholded 7 2 / 0 2 gelu -3.64 / -4.05 group -0.5 0.5 / -1 1 norm inf 4 / 1 0 2 / inf pad 3 1 2 5 / 0 1 2 5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
