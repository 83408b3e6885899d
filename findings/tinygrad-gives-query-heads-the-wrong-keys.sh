#!/usr/bin/env bash
# tinygrad 0.14.0: OnnxRunner repeats the key and value heads of ONNX's Attention (opset 23) as a
# whole where there are fewer of them than of queries: of 4 query heads and 2 key heads the
# queries see 0, 1, 0, 1 and not 0, 0, 1, 1, as onnxruntime 1.32.0, onnx 1.23.2's reference
# evaluator and every grouped-query model have it; nothing is said. Here the values are 1 and 10,
# and each query head shows what it attends to.
# Output seen: onnxruntime 1 1 10 10 reference 1 1 10 10 tinygrad 1 10 1 10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 tinygrad==0.14.0 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["DEV"] = "PYTHON"
import numpy as np, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from tinygrad.nn.onnx import OnnxRunner

sizes = {"q": (1, 4, 1, 2), "k": (1, 2, 1, 2), "v": (1, 2, 1, 1), "y": (1, 4, 1, 1)}
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()]
graph = helper.make_graph([helper.make_node("Attention", ["q", "k", "v"], ["y"])], "heads", ends[:3], ends[3:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
with open("heads.onnx", "wb") as file:
    file.write(model.SerializeToString())
fed = {name: np.ones(sizes[name], np.float32) for name in "qk"} | {"v": np.array([1, 10], np.float32).reshape(sizes["v"])}
found = {
    "onnxruntime": onnxruntime.InferenceSession("heads.onnx", providers=["CPUExecutionProvider"]).run(None, fed)[0],
    "reference": ReferenceEvaluator(model).run(None, fed)[0],
    "tinygrad": OnnxRunner("heads.onnx")(fed)["y"].numpy(),
}
print(*(f"{name} " + " ".join(f"{each:.0f}" for each in y.ravel()) for name, y in found.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="onnxruntime 1 1 10 10 reference 1 1 10 10 tinygrad 1 10 1 10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
