#!/usr/bin/env bash
# apache-tvm 0.27.0.post1: an ONNX Resize with scales is run with the ratio of the two lengths. Five
# columns by 1.5 are 7 (floor of 7.5), and ONNX's operator page reads at x/1.5 (onnxruntime 1.32.0,
# the first of each pair): TVM reads at x * 5/7, so that every value is another. Nearest by 0.6 from
# 4 to 2 takes column 2 in place of 1. antialias is left out, and a ConvTranspose's output_shape: 7
# columns for the 6 that are stated. Nothing is said.
# Output seen: linear 0 0.67 1.33 2 2.67 3.33 4 / 0 0.71 1.43 2.14 2.86 3.57 4 nearest 0 1 / 0 2 antialias 0 2.25 0.75 / 0 3 0 transposed 10 102 20 203 30 300 / 1 10 102 20 203 30 300
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 apache-tvm==0.27.0.post1 apache-tvm-ffi==0.1.15.post2 ml_dtypes==0.6.0 \
  numpy==2.4.6 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime, tvm
from onnx import helper, numpy_helper
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

def both(name, x, constant, inputs, opset=13, **words):
    x = np.array(x, dtype=np.float32).reshape(1, 1, 1, -1)
    node = helper.make_node(name, inputs, ["y"], **words)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, None)], [numpy_helper.from_array(np.array(constant, dtype=np.float32), "c")])
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    built = tvm.compile(relax.transform.LegalizeOps()(from_onnx(model, keep_params_in_input=False)), target="llvm")
    found = relax.VirtualMachine(built, tvm.cpu())["main"](tvm.runtime.tensor(x)).numpy()
    return " / ".join(" ".join(f"{round(each, 2):g}" for each in values.ravel().tolist()) for values in (right, found))

resize = ["x", "", "c"]
print("linear", both("Resize", range(5), [1, 1, 1, 1.5], resize, mode="linear", coordinate_transformation_mode="asymmetric"), end=" ")
print("nearest", both("Resize", range(4), [1, 1, 1, 0.6], resize, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"), end=" ")
print("antialias", both("Resize", [0, 0, 0, 6, 0, 0], [1, 1, 1, 0.5], resize, opset=18, mode="linear", antialias=1), end=" ")
print("transposed", both("ConvTranspose", [1, 2, 3], [[[[1, 10, 100]]]], ["x", "c"], strides=[1, 2], output_shape=[1, 6]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="linear 0 0.67 1.33 2 2.67 3.33 4 / 0 0.71 1.43 2.14 2.86 3.57 4 nearest 0 1 / 0 2 antialias 0 2.25 0.75 / 0 3 0 transposed 10 102 20 203 30 300 / 1 10 102 20 203 30 300"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
