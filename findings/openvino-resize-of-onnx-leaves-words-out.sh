#!/usr/bin/env bash
# openvino 2026.4.1: an ONNX Resize's antialias (linear and cubic), exclude_outside and
# keep_aspect_ratio_policy are left out, and nothing is said. Halving 0 0 0 6 0 0 gives 0, 3, 0 in
# place of 0, 2.25, 0.75; and a picture of 2x4 that is not to grow larger than 4x6 without a change
# of its aspect, 3x6 in ONNX, becomes 4x6. The first of each pair is onnxruntime 1.32.0's.
# Output seen: antialias linear 0 2.25 0.75 / 0 3 0 antialias cubic -0.32 2.64 0.79 / 0 3.56 -0.56 exclude_outside 0.86 1.17 1.65 2.3 2.7 3.35 3.83 4.14 / 0.89 1.19 1.67 2.3 2.7 3.33 3.81 4.11 aspect (1, 1, 3, 6) / (1, 1, 4, 6)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime, openvino
from onnx import helper, numpy_helper

def both(x, scales=None, sizes=None, **words):
    x = np.array(x, dtype=np.float32)
    form = np.array(scales, dtype=np.float32) if scales else np.array(sizes)
    node = helper.make_node("Resize", ["x", "", "form"] if scales else ["x", "", "", "form"], ["y"], **words)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, [None] * x.ndim)], [numpy_helper.from_array(form, "form")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, "model.onnx")
    return onnxruntime.InferenceSession("model.onnx").run(None, {"x": x})[0], openvino.compile_model("model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]

def shown(pair):
    return " / ".join(" ".join(f"{round(each, 2) + 0.0:g}" for each in np.ravel(values).tolist()) for values in pair)

peak, row = [[[[0, 0, 0, 6, 0, 0]]]], [[[[1, 2, 3, 4]]]]
for mode in ("linear", "cubic"):
    print("antialias", mode, shown(both(peak, scales=[1, 1, 1, 0.5], mode=mode, antialias=1)), end=" ")
print("exclude_outside", shown(both(row, scales=[1, 1, 1, 2], mode="cubic", exclude_outside=1)), end=" ")
kept = both(np.zeros((1, 1, 2, 4)), sizes=[4, 6], axes=[2, 3], mode="linear", keep_aspect_ratio_policy="not_larger")
print("aspect", " / ".join(str(each.shape) for each in kept))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="antialias linear 0 2.25 0.75 / 0 3 0 antialias cubic -0.32 2.64 0.79 / 0 3.56 -0.56 exclude_outside 0.86 1.17 1.65 2.3 2.7 3.35 3.83 4.14 / 0.89 1.19 1.67 2.3 2.7 3.33 3.81 4.11 aspect (1, 1, 3, 6) / (1, 1, 4, 6)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
