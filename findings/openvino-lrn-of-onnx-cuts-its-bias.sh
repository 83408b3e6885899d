#!/usr/bin/env bash
# openvino 2026.4.1 (CPU): an ONNX LRN's bias is cut to a whole number: 1.5 counts as 1 and 0.5 as
# 0, so that of five channels the first is 0.77 where it is 0.60, and nothing is said. The
# operator's page has y = x / (bias + alpha/size * sum)^beta with a float for bias, and onnxruntime
# 1.32.0 (the first of each pair) follows it; a bias of 2 is right.
# Output seen: bias 1.5 0.61 0.96 1.08 1.09 1.51 / 0.77 1.12 1.19 1.17 1.64 bias 0.5 1.07 1.36 1.34 1.26 1.80 / 1.93 1.78 1.55 1.37 1.99 bias 2.0 0.52 0.84 0.98 1.02 1.41 / 0.52 0.84 0.98 1.02 1.41 1.5 by the formula 0.61 0.96 1.08 1.09 1.51
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime, openvino
from onnx import helper

x = np.arange(1, 6, dtype=np.float32).reshape(1, 5, 1, 1)
for bias in (1.5, 0.5, 2.0):
    node = helper.make_node("LRN", ["x"], ["y"], size=3, alpha=0.25, beta=0.75, bias=bias)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, x.shape)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    right, found = onnxruntime.InferenceSession("model.onnx").run(None, {"x": x})[0], openvino.compile_model("model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]
    print("bias", bias, " / ".join(" ".join(f"{each:.2f}" for each in np.ravel(values)) for values in (right, found)), end=" ")
window = sum(np.pad(x.ravel(), 1)[i:i + 5] ** 2 for i in range(3))
print("1.5 by the formula", *(f"{each:.2f}" for each in x.ravel() / (1.5 + 0.25 / 3 * window) ** 0.75))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="bias 1.5 0.61 0.96 1.08 1.09 1.51 / 0.77 1.12 1.19 1.17 1.64 bias 0.5 1.07 1.36 1.34 1.26 1.80 / 1.93 1.78 1.55 1.37 1.99 bias 2.0 0.52 0.84 0.98 1.02 1.41 / 0.52 0.84 0.98 1.02 1.41 1.5 by the formula 0.61 0.96 1.08 1.09 1.51"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
