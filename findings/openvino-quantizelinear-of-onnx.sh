#!/usr/bin/env bash
# openvino 2026.4.1: ONNX's QuantizeLinear rounds x / scale to the nearest even and adds the zero
# point (operator page; onnxruntime 1.32.0); OpenVINO adds a constant zero point first, so that
# with an odd one 0.5, 1.5 and 2.5 go the other way. To 16 bits with a scale of 1 and a zero point
# of 0 it neither rounds nor saturates: 1.5 becomes 1, -1.5 as uint16 65535 and 1e9 as int16
# -13824.
# Output seen: int8 onnxruntime 3 5 5 openvino 4 4 6 int16 onnxruntime 2 32767 openvino 1 -13824 uint16 onnxruntime 0 openvino 65535
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, openvino
from onnx import helper, numpy_helper

def quantized(numbers, zero):
    array, zero = np.array(numbers, "float32"), np.array(*zero)
    kind = helper.np_dtype_to_tensor_dtype(zero.dtype)
    ends = [helper.make_tensor_value_info("x", 1, array.shape)], [helper.make_tensor_value_info("y", kind, None)]
    constants = [numpy_helper.from_array(np.array(1.0, "float32"), "scale"), numpy_helper.from_array(zero, "zero")]
    graph = helper.make_graph([helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["y"])], "g", *ends, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10).SerializeToString()
    session = onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])
    compiled = openvino.Core().compile_model(openvino.Core().read_model(made, b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return "onnxruntime", *session.run(None, {"x": array})[0].tolist(), "openvino", *compiled(array)[0].tolist()

print("int8", *quantized([0.5, 1.5, 2.5], (3, "int8")), "int16", *quantized([1.5, 1e9], (0, "int16")), "uint16", *quantized([-1.5], (0, "uint16")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="int8 onnxruntime 3 5 5 openvino 4 4 6 int16 onnxruntime 2 32767 openvino 1 -13824 uint16 onnxruntime 0 openvino 65535"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
