#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator, which is there to say what an operator means, takes an
# LSTM's sequence_lens, clip, input_forget and activations and leaves all four out without a word;
# ONNX's operator page gives each a meaning, and onnxruntime 1.32.0 follows it.
# Output seen: heeded by onnxruntime: sequence_lens clip input_forget activations - by the reference: none
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
import onnxruntime

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, ["x", "w", "r", "", "n"] if "n" in arrays else list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

base = {"x": np.ones((2, 1, 1), "float32"), "w": np.full((1, 4, 1), 2, "float32"), "r": np.full((1, 4, 1), 1, "float32")}
more = {
    "sequence_lens": ({"n": np.array([1], "int32")}, {}),
    "clip": ({}, {"clip": 0.5}),
    "input_forget": ({}, {"input_forget": 1}),
    "activations": ({}, {"activations": ["Sigmoid", "Relu", "Relu"]}),
}

def moved(run):
    plain = run(base, {})
    return [name for name, (arrays, options) in more.items() if not np.allclose(run(base | arrays, options), plain)]

def reference(arrays, options):
    return ReferenceEvaluator(model("LSTM", arrays, hidden_size=1, **options)).run(None, arrays)[0]

def runtime(arrays, options):
    made = model("LSTM", arrays, hidden_size=1, **options).SerializeToString()
    return onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"]).run(None, arrays)[0]

print("heeded by onnxruntime:", *moved(runtime), "- by the reference:", *moved(reference) or ["none"])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="heeded by onnxruntime: sequence_lens clip input_forget activations - by the reference: none"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
