#!/usr/bin/env bash
# onnx2keras 0.0.25 on keras 3.15.1: of ONNX's Gemm it leaves alpha and beta out, of Selu alpha and
# gamma; nothing is said. LRN's size becomes TensorFlow's depth_radius, which is half of it, so that a
# size of 3 sums over seven channels, and alpha, which ONNX divides by the size, stays as it is. A Pad
# with mode edge mirrors the edge, so that the second pixel out is another one. The first figures of
# each pair are those of onnxruntime 1.32.0.
# Output seen: Gemm of ones 3 3 / 3 3 Gemm 5.5 14.5 / 8 26 Selu -3.793 3 / -1.111 1.051 LRN 0.612 0.84 0.919 1.309 / 0.18 0.359 0.539 0.718 Pad edge 1 1 1 2 3 3 3 / 2 1 1 2 3 3 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow==2.21.0 onnx2keras==0.0.25 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 h5py==3.14.0 keras==3.15.1 ml-dtypes==0.6.0
seen=$(CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx2keras import onnx_to_keras

def both(name, shape, values, *constants, **attributes):
    """One operator by onnxruntime and by the converted model, as two rows of figures."""
    x, keys = np.array(values, np.float32).reshape(shape), [f"c{i}" for i in range(len(constants))]
    node = helper.make_node(name, ["x", *keys], ["y"], **attributes)
    ends = helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [numpy_helper.from_array(np.array(each), key) for each, key in zip(constants, keys)])
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    found = onnx_to_keras(model, ["x"], verbose=False)(x)
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3)) for row in (right, found))

weights, bias = np.array([[1, 4], [1, 3]], np.float32), np.array([1, 1], np.float32)
rows = ["Gemm of ones", both("Gemm", (1, 2), [1, 1], np.ones((2, 2), np.float32), bias), "Gemm", both("Gemm", (1, 2), [4, 3], weights, bias, alpha=0.5, beta=2.0)]
rows += ["Selu", both("Selu", (1, 2), [-1, 1], alpha=2.0, gamma=3.0)]
rows += ["LRN", both("LRN", (1, 4, 1, 1), [1, 2, 3, 4], size=3, alpha=1.0, beta=0.5, bias=1.0)]
rows += ["Pad edge", both("Pad", (1, 1, 1, 3), [1, 2, 3], np.array([0, 0, 0, 2, 0, 0, 0, 2]), mode="edge")]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Gemm of ones 3 3 / 3 3 Gemm 5.5 14.5 / 8 26 Selu -3.793 3 / -1.111 1.051 LRN 0.612 0.84 0.919 1.309 / 0.18 0.359 0.539 0.718 Pad edge 1 1 1 2 3 3 3 / 2 1 1 2 3 3 2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
