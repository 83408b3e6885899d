#!/usr/bin/env bash
# MNN 3.6.1: auto_pad SAME_LOWER of an ONNX convolution, transposed convolution or pool is padded as
# SAME_UPPER; an average pool's count_include_pad does not count padding that is behind alone, or
# that SAME adds; and a PRelu's slopes along the last axis are taken along the channels. Nothing is
# said. The first figures of each pair are those of onnxruntime 1.32.0 (and ONNX's operator pages):
# of 1, 2, 3, 4 a kernel of (1, 10, 100) and stride 2 with SAME_LOWER makes 210 and 432.
# Output seen: Conv 210 432 / 321 43 transposed 10 102 20 200 / 1 10 102 20 MaxPool 2 4 / 3 4 behind 6 4 / 6 6 SAME_UPPER 6 4 / 6 6 PRelu -1 -2 -3 -1 -2 -3 / -1 -1 -1 -2 -2 -2
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
row, kernel = [[[[1, 2, 3, 4]]]], np.array([1, 10, 100], f).reshape(1, 1, 1, 3)
pool = {"kernel_shape": [1, 3], "strides": [1, 2], "count_include_pad": 1}
print("Conv", both("Conv", row, kernel, auto_pad="SAME_LOWER", strides=[1, 2]), "transposed", both("ConvTranspose", [[[[1, 2]]]], kernel, auto_pad="SAME_LOWER", strides=[1, 2]), end=" ", file=output)
print("MaxPool", both("MaxPool", row, kernel_shape=[1, 3], strides=[1, 2], auto_pad="SAME_LOWER"), "behind", both("AveragePool", [[[[6, 6, 6, 6]]]], pads=[0, 0, 0, 1], **pool), end=" ", file=output)
print("SAME_UPPER", both("AveragePool", [[[[6, 6, 6, 6]]]], auto_pad="SAME_UPPER", **pool), "PRelu", both("PRelu", [[[-1, -1, -1], [-1, -1, -1]]], np.array([1, 2, 3], f)), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Conv 210 432 / 321 43 transposed 10 102 20 200 / 1 10 102 20 MaxPool 2 4 / 3 4 behind 6 4 / 6 6 SAME_UPPER 6 4 / 6 6 PRelu -1 -2 -3 -1 -2 -3 / -1 -1 -1 -2 -2 -2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
