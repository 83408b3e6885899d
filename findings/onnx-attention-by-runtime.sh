#!/usr/bin/env bash
# ONNX's Attention (opset 23), two facts in which runtimes differ. Its raw scores
# (qk_matmul_output_mode 0) come softcapped from onnx 1.23.2's reference evaluator: 1.52 and 1.93
# for products of 2 and 4. With is_causal behind 4 past keys, the first of 2 queries with 3 new keys
# sees 5 keys in onnxruntime 1.32.0 and the reference, and 6 in openvino 2026.4.1, which counts from
# the last key; a lone query with 2 new keys sees all 6 in both runtimes, 5 in the reference.
# Output seen: onnxruntime 2.00 4.00 6 5 6 reference 1.52 1.93 5 5 6 openvino 2.00 4.00 6 6 7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, openvino
from onnx import helper
from onnx.reference import ReferenceEvaluator

def row(array):
    return [f"{each:.2f}" for each in np.ravel(array).tolist()]

def run(arrays, inputs, outputs, **options):
    node = helper.make_node("Attention", inputs, outputs, **options)
    ends = [helper.make_tensor_value_info(name, 1, each.shape) for name, each in arrays.items()], [helper.make_tensor_value_info(name, 1, None) for name in outputs]
    made = helper.make_model(helper.make_graph([node], "g", *ends), opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    compiled = openvino.Core().compile_model(openvino.Core().read_model(made.SerializeToString(), b""), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    got = compiled(list(arrays.values()))
    return session.run(None, arrays), ReferenceEvaluator(made).run(None, arrays), [got[each] for each in compiled.outputs]

keys = np.array([[[[1, 1, 1, 1], [2, 2, 2, 2]]]], "float32")
capped = {"q": np.ones((1, 1, 1, 4), "float32"), "k": keys, "v": keys, "mask": np.zeros((1, 2), "float32")}
scores = [row(each[3]) for each in run(capped, list(capped), ["y", "pk", "pv", "scores"], softcap=2.0)]
# queries of zeros weigh all keys alike, and values that are unit vectors show the weights
def seen(queries, new):
    values, zeros = np.eye(4 + new, dtype="float32")[None, None], np.zeros((1, 1, 4 + new, 4 + new), "float32")
    past = {"q": zeros[:, :, :queries], "k": zeros[:, :, 4:], "v": values[:, :, 4:], "past_k": zeros[:, :, :4], "past_v": values[:, :, :4]}
    found = run(past, ["q", "k", "v", "", "past_k", "past_v"], ["y", "pk", "pv"], is_causal=1)
    return [np.count_nonzero(each[0], axis=-1).ravel().tolist() for each in found]

one, two = seen(1, 2), seen(2, 3)
for name, score, lone, both in zip(("onnxruntime", "reference", "openvino"), scores, one, two):
    print(name, *score, *lone, *both, end=" " if name != "openvino" else "")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="onnxruntime 2.00 4.00 6 5 6 reference 1.52 1.93 5 5 6 openvino 2.00 4.00 6 6 7"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
