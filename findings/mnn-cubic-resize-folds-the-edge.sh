#!/usr/bin/env bash
# MNN 3.6.1: Resize of an ONNX model with cubic and half pixels is wrong in what lies before the
# first pixel's centre: 1, 2, 3, 4 doubled begins with 1.67 (the value of two places on) in place of
# 0.89, and cubic_coeff_a is left out. nearest_mode ceil is taken as round_prefer_floor.
# GridSample's mode bicubic (cubic) is bilinear, and its padding_mode reflection is border. Nothing
# is said; the first figures of each pair are those of onnxruntime 1.32.0.
# Output seen: cubic 0.89 1.19 1.67 2.3 2.7 3.33 3.81 4.11 / 1.67 1.19 1.67 2.3 2.7 3.33 3.81 4.11 a = -1/2 1 1.44 2 2.5 3 3.56 4 4.06 / 1 1.41 2 2.5 3 3.59 4 4.09 ceil 1 2 3 3 4 4 / 1 1 2 3 3 4 bicubic 0 1.5 2.5 3.17 0 / 0 1.5 2.5 3.1 0 reflection 2.1 1.5 2.5 3.1 2.9 / 1 1.5 2.5 3.1 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 MNN==3.6.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys
output = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the converter tells its progress on standard output
import numpy as np, onnx, onnxruntime, MNN, _tools
from MNN import expr, nn
from onnx import helper, numpy_helper

def both(name, x, *constants, opset=17, **attributes):
    """What onnxruntime and MNN make of one operator on x, as two rows of figures."""
    x, constants = np.array(x, dtype=np.float32), {f"c{i}": np.array(each) for i, each in enumerate(constants) if each is not None}
    inputs = ["x"] + [f"c{i}" if f"c{i}" in constants else "" for i in range(attributes.pop("places", len(constants)))]
    node = helper.make_node(name, inputs, ["y"], **attributes)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, None)], [numpy_helper.from_array(each, key) for key, each in constants.items()])
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", "model.onnx", "--MNNModel", "model.mnn", "--bizCode", "b"])
    found = nn.load_module_from_file("model.mnn", ["x"], ["y"]).forward([expr.const(x.copy(), list(x.shape), expr.NCHW, expr.float)])[0]
    right = onnxruntime.InferenceSession("model.onnx").run(None, {"x": x})[0]
    return " ".join(f"{round(each, 2):g}" for each in right.ravel().tolist()) + " / " + " ".join(f"{round(each, 2):g}" for each in expr.convert(found, expr.NCHW).read().ravel().tolist())

f = np.float32
row, scales = [[[[1, 2, 3, 4]]]], np.array([1, 1, 1, 2], f)
cubic = {"mode": "cubic", "coordinate_transformation_mode": "half_pixel"}
print("cubic", both("Resize", row, None, scales, places=2, **cubic), "a = -1/2", both("Resize", row, None, scales, places=2, cubic_coeff_a=-0.5, mode="cubic", coordinate_transformation_mode="asymmetric"), end=" ", file=output)
print("ceil", both("Resize", row, None, np.array([1, 1, 1, 1.5], f), places=2, mode="nearest", nearest_mode="ceil"), end=" ", file=output)
places = np.array([-1.8, -0.5, 0, 0.3, 1.8], f)
grid = np.stack([places, np.zeros(5, f)], -1).reshape(1, 1, 5, 2)
print("bicubic", both("GridSample", row, grid, opset=16, mode="bicubic"), "reflection", both("GridSample", row, grid, opset=16, padding_mode="reflection"), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="cubic 0.89 1.19 1.67 2.3 2.7 3.33 3.81 4.11 / 1.67 1.19 1.67 2.3 2.7 3.33 3.81 4.11 a = -1/2 1 1.44 2 2.5 3 3.56 4 4.06 / 1 1.41 2 2.5 3 3.59 4 4.09 ceil 1 2 3 3 4 4 / 1 1 2 3 3 4 bicubic 0 1.5 2.5 3.17 0 / 0 1.5 2.5 3.1 0 reflection 2.1 1.5 2.5 3.1 2.9 / 1 1.5 2.5 3.1 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
