#!/usr/bin/env bash
# onnxruntime 1.32.0: quantization.quantize_static divides a Gemm's bias by its beta instead of
# multiplying it. A row of ones times the identity plus beta = 1/4 of 8 and -16 is 3 and -3; the
# quantized model makes 33 and -63, in both formats, QDQ and QOperator, and with optimizations off 9
# and -15 from the same QDQ file, whose Gemm has a beta of 1. QOperator multiplies the bias by
# alpha, too, which ONNX's operator page gives to the product alone. alpha and beta of 1 are right.
# Nothing is said; a step of 8 bits is about 1 here.
# Output seen: plain 9 -15 / 9 -16 / 9 -16 / 9 -16 beta 3 -3 / 33 -63 / 33 -63 / 9 -15 alpha 8 -16 / 5 -7 / 8 -15 / 8 -15
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

logging.disable(logging.CRITICAL)

class Rows(CalibrationDataReader):
    def __init__(self):
        self.left = [{"x": np.full((1, 2), each, np.float32)} for each in (120, -120)]

    def get_next(self):
        return self.left.pop() if self.left else None

def row(file, level="ORT_ENABLE_ALL"):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": np.ones((1, 2), np.float32)})[0]
    return " ".join(f"{each:.0f}" for each in y[0])

def four(alpha, beta):
    node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], alpha=alpha, beta=beta)
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, 2]) for each in "xy"]
    weights = [numpy_helper.from_array(each, name) for name, each in (("w", np.eye(2, dtype=np.float32)), ("b", np.array([8, -16], np.float32)))]
    graph = helper.make_graph([node], "affine", ends[:1], ends[1:], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "float.onnx")
    found = [row("float.onnx")]
    for each in (QuantFormat.QOperator, QuantFormat.QDQ):
        quantize_static("float.onnx", "quantized.onnx", Rows(), quant_format=each)
        found.append(row("quantized.onnx"))
    return " / ".join([*found, row("quantized.onnx", "ORT_DISABLE_ALL")])

print("plain", four(1.0, 1.0), "beta", four(1.0, 0.25), "alpha", four(0.5, 1.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain 9 -15 / 9 -16 / 9 -16 / 9 -16 beta 3 -3 / 33 -63 / 33 -63 / 9 -15 alpha 8 -16 / 5 -7 / 8 -15 / 8 -15"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
