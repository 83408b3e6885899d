#!/usr/bin/env bash
# PyTorch 2.13.0, onnx 1.23.2's reference evaluator and openvino 2026.4.1: with ceil_mode the last
# window of an Lp pool may be cut off by the end, and its norm is not that of the cells that it has:
# they are averaged and multiplied by the whole kernel, so that a lone 5 under a window of 2 has the
# norm 7.07, the root of 2 * 5^2. onnxruntime 1.32.0 gives the norm, 5, so that one file has two
# outputs. The first and the last window of 3, 4, 5.
# Output seen: onnxruntime 5.000 5.000 openvino 5.000 7.071 reference 5.000 7.071 pytorch 5.000 7.071
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 \
  protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
import onnxruntime
import openvino
import torch

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

def run(arrays, made):
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(made.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    theirs = compiled([arrays[each.any_name] for each in compiled.inputs])[0]
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, arrays)[0].ravel().tolist(), theirs.ravel().tolist()


data = {"x": np.array([[[3, 4, 5]]], "float32")}
made = model("LpPool", data, kernel_shape=[2], strides=[2], ceil_mode=1)
seen = dict(zip(("onnxruntime", "openvino"), run(data, made)))
seen["reference"] = ReferenceEvaluator(made).run(None, data)[0].ravel().tolist()
seen["pytorch"] = torch.nn.functional.lp_pool1d(torch.tensor(data["x"]), 2, 2, stride=2, ceil_mode=True).ravel().tolist()
print(*(f"{name} {each[0]:.3f} {each[-1]:.3f}" for name, each in seen.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="onnxruntime 5.000 5.000 openvino 5.000 7.071 reference 5.000 7.071 pytorch 5.000 7.071"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
