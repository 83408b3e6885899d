#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: the dnn module runs an ONNX GRU with direction "reverse"
# forwards. A reverse LSTM is run backwards, but its last state Y_h, that of the first step, is
# taken at the last step. A GRU's clip and an LSTM's input_forget are left out. Nothing is said; the
# first figures of each are those of onnxruntime 1.32.0.
# Output seen: GRU 0.39 0.32 0.17 0.17 0.33 0.43 LSTM 0.55 0.63 0.51 0.55 0.63 0.51 Y_h 0.55 0.51 clip 0.17 0.28 0.35 0.17 0.33 0.43 input_forget 0.17 0.43 0.59 0.17 0.49 0.75
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 opencv-python-headless==5.0.0.93 ml-dtypes==0.6.0 \
  protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import cv2, numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper

def both(kind, gates, end, **options):
    x = np.array([1, 2, 3], np.float32).reshape(3, 1, 1)
    sizes = {"x": [3, 1, 1], "y": [3, 1, 1, 1], "last": [1, 1, 1]}
    node = helper.make_node(kind, ["x", "w", "r"], ["y", "last"], hidden_size=1, **options)
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, sizes[each]) for each in ("x", end)]
    weights = [numpy_helper.from_array(np.full((1, gates, 1), each, np.float32), name) for name, each in (("w", 0.5), ("r", 0.3))]
    graph = helper.make_graph([node], "steps", ends[:1], ends[1:], weights)
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8).SerializeToString()
    net = cv2.dnn.readNetFromONNX(np.frombuffer(written, np.uint8))
    net.setInput(x, "x")
    right = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    return " ".join(f"{each:.2f}" for each in np.concatenate([right.ravel(), net.forward().ravel()]))

print("GRU", both("GRU", 3, "y", direction="reverse"), "LSTM", both("LSTM", 4, "y", direction="reverse"), end=" ")
print("Y_h", both("LSTM", 4, "last", direction="reverse"), end=" ")
print("clip", both("GRU", 3, "y", clip=0.5), "input_forget", both("LSTM", 4, "y", input_forget=1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="GRU 0.39 0.32 0.17 0.17 0.33 0.43 LSTM 0.55 0.63 0.51 0.55 0.63 0.51 Y_h 0.55 0.51 clip 0.17 0.28 0.35 0.17 0.33 0.43 input_forget 0.17 0.43 0.59 0.17 0.49 0.75"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
