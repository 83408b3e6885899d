#!/usr/bin/env bash
# tract 0.23.9: an ONNX RNN, GRU or LSTM with direction "reverse" is run forwards, from the first
# step to the last, and nothing is said. Other activations than the usual ones, clip and an LSTM's
# input_forget are left out as well. The figures are the outputs of three steps, in onnxruntime
# 1.32.0 and then in tract.
# Output seen: RNN 0.64 0.85 0.91 0.46 0.81 0.94 GRU 0.39 0.32 0.17 0.17 0.33 0.43 LSTM 0.55 0.63 0.51 0.17 0.49 0.75 Relu 0.50 1.15 1.85 0.46 0.81 0.94 clip 0.17 0.28 0.35 0.17 0.33 0.43 input_forget 0.17 0.43 0.59 0.17 0.49 0.75
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 tract==0.23.9 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, tract
from onnx import TensorProto, helper, numpy_helper

def both(kind, gates, **options):
    x = np.array([1, 2, 3], np.float32).reshape(3, 1, 1)
    node = helper.make_node(kind, ["x", "w", "r"], ["y"], hidden_size=1, **options)
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, size) for each, size in (("x", [3, 1, 1]), ("y", [3, 1, 1, 1]))]
    weights = [numpy_helper.from_array(np.full((1, gates, 1), each, np.float32), name) for name, each in (("w", 0.5), ("r", 0.3))]
    graph = helper.make_graph([node], "steps", ends[:1], ends[1:], weights)
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8).SerializeToString()
    with open("steps.onnx", "wb") as file:
        file.write(written)
    right = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    seen = tract.onnx().load("steps.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    return " ".join(f"{each:.2f}" for each in np.concatenate([right.ravel(), seen.ravel()]))

for kind, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
    print(kind, both(kind, gates, direction="reverse"), end=" ")
print("Relu", both("RNN", 1, activations=["Relu"]), "clip", both("GRU", 3, clip=0.5), "input_forget", both("LSTM", 4, input_forget=1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="RNN 0.64 0.85 0.91 0.46 0.81 0.94 GRU 0.39 0.32 0.17 0.17 0.33 0.43 LSTM 0.55 0.63 0.51 0.17 0.49 0.75 Relu 0.50 1.15 1.85 0.46 0.81 0.94 clip 0.17 0.28 0.35 0.17 0.33 0.43 input_forget 0.17 0.43 0.59 0.17 0.49 0.75"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
