#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's Resize with align_corners and scales that do not give a
# whole length takes that length unrounded: five columns by 1.5 are 7 (floor of 7.5), and the last
# of them is to be the last of the input, x_original = x_resized * (5 - 1)/(7 - 1) (ONNX's operator
# page; onnxruntime 1.32.0). The reference divides by 6.5 and ends at 3.69 in place of 4. With sizes
# in place of scales it is right.
# Output seen: scales onnxruntime 0.00 0.67 1.33 2.00 2.67 3.33 4.00 scales reference 0.00 0.62 1.23 1.85 2.46 3.08 3.69 sizes onnxruntime 0.00 0.67 1.33 2.00 2.67 3.33 4.00 sizes reference 0.00 0.67 1.33 2.00 2.67 3.33 4.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import helper
from onnx.reference import ReferenceEvaluator

x = np.arange(5, dtype=np.float32).reshape(1, 1, 1, 5)
figures = []
for name, form in (("scales", [1.0, 1.0, 1.0, 1.5]), ("sizes", [1, 1, 1, 7])):
    given = [onnx.numpy_helper.from_array(np.array(form, dtype=np.float32 if name == "scales" else np.int64), name)]
    node = helper.make_node("Resize", ["x", "", "scales"] if name == "scales" else ["x", "", "", "sizes"], ["y"], mode="linear", coordinate_transformation_mode="align_corners")
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, [1, 1, 1, 7])], given)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    for runtime, values in (("onnxruntime", right), ("reference", ReferenceEvaluator(model).run(None, {"x": x})[0])):
        figures += [name, runtime, *(f"{each:.2f}" for each in np.ravel(values))]
print(*figures)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="scales onnxruntime 0.00 0.67 1.33 2.00 2.67 3.33 4.00 scales reference 0.00 0.62 1.23 1.85 2.46 3.08 3.69 sizes onnxruntime 0.00 0.67 1.33 2.00 2.67 3.33 4.00 sizes reference 0.00 0.67 1.33 2.00 2.67 3.33 4.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
