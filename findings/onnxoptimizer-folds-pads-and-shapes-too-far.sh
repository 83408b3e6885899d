#!/usr/bin/env bash
# onnxoptimizer 0.4.2, optimize(model) as it stands, three folds that change a model: a Pad with
# zeros before a MaxPool becomes the pool's own padding, which never wins, so that the maxima of
# -5, -3, -1, -2 with a zero on each side are -3, -1, -1, -1 and not 0 at both ends; an average's
# own padding, which it leaves out of its count, is counted from then on; and of two Reshapes the
# second's 0, the size that it finds, is read off the first's input: 2x6 becomes 4x3, then 0x-1
# again 2x6. Nothing is said. The first figures of each are those of the model before, in
# onnxruntime 1.32.0.
# Output seen: max 0.0 -1.0 -1.0 0.0 / -3.0 -1.0 -1.0 -1.0 average -2.5 -2.7 -3.0 -2.0 -1.0 -1.0 / -1.7 -2.7 -3.0 -2.0 -1.0 -0.7 reshape 4x3 / 2x6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 onnxoptimizer==0.4.2 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxoptimizer, onnxruntime
from onnx import TensorProto, helper, numpy_helper

def both(x, *nodes, **constants):
    x = np.array(x, np.float32)
    made = [helper.make_node(kind, inputs.split(), [output], **options) for kind, inputs, output, options in nodes]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * x.ndim)]
    graph = helper.make_graph(made, "folded", ends[:1], ends[1:], [numpy_helper.from_array(np.array(each), name) for name, each in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    found = []
    for each in (model, onnxoptimizer.optimize(model)):
        session = onnxruntime.InferenceSession(each.SerializeToString(), providers=["CPUExecutionProvider"])
        found.append(session.run(None, {"x": x})[0])
    return found

def shown(found):
    return " / ".join(" ".join(f"{each:.1f}" for each in y.ravel()) for y in found)

pad = ("Pad", "x pads zero", "padded", {})
sizes = {"pads": [0, 0, 1, 0, 0, 1], "zero": np.float32(0)}
row = [[[-5, -3, -1, -2]]]
print("max", shown(both(row, pad, ("MaxPool", "padded", "y", {"kernel_shape": [3]}), **sizes)), end=" ")
print("average", shown(both(row, pad, ("AveragePool", "padded", "y", {"kernel_shape": [3], "pads": [1, 1]}), **sizes)), end=" ")
shapes = both(np.ones((2, 6)), ("Reshape", "x first", "a", {}), ("Reshape", "a second", "y", {}), first=[4, 3], second=[0, -1])
print("reshape", " / ".join("x".join(map(str, each.shape)) for each in shapes))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="max 0.0 -1.0 -1.0 0.0 / -3.0 -1.0 -1.0 -1.0 average -2.5 -2.7 -3.0 -2.0 -1.0 -1.0 / -1.7 -2.7 -3.0 -2.0 -1.0 -0.7 reshape 4x3 / 2x6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
