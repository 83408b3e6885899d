#!/usr/bin/env bash
# onnxconverter-common 1.16.0: optimize_onnx_model moves every Pad before a convolution into the pads of
# the convolution, which are zeros, without a look at the mode and the value: a reflected or repeated
# edge and a padding with 5 become one of zeros, and the answers at the edges others. auto_pad of the
# convolution is put out besides (its check reads another attribute), so that SAME is no more and two
# columns are gone. Nothing is said. A kernel of 1, 10, 100 over 1 to 4, in onnxruntime 1.32.0, before
# and after; zeros are right.
# Output seen: zeros 210 321 432 43 / 210 321 432 43 reflect 212 321 432 343 / 210 321 432 43 edge 211 321 432 443 / 210 321 432 43 5 215 321 432 543 / 210 321 432 43 SAME 100 210 321 432 43 4 / 210 321 432 43
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxconverter-common==1.16.0 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2 packaging==26.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxconverter_common import optimize_onnx_model

def run(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": np.arange(1, 5, dtype=np.float32).reshape(1, 1, 4)})[0]
    return " ".join(f"{each:.0f}" for each in y.ravel())

def both(mode="constant", value=0, **options):
    nodes = [
        helper.make_node("Abs", ["x"], ["a"]),
        helper.make_node("Pad", ["a", "p", "v"], ["b"], mode=mode),
        helper.make_node("Conv", ["b", "w"], ["c"], **options),
        helper.make_node("Abs", ["c"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 4]), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    kept = {"p": np.array([0, 0, 1, 0, 0, 1]), "v": np.array(value, np.float32), "w": np.array([[[1, 10, 100]]], np.float32)}
    graph = helper.make_graph(nodes, "padded", ends[:1], ends[1:], [numpy_helper.from_array(each, name) for name, each in kept.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    before = run(model)
    with contextlib.redirect_stdout(io.StringIO()):
        model = optimize_onnx_model(model)
    return f"{before} / {run(model)}"

print("zeros", both(), "reflect", both("reflect"), "edge", both("edge"), "5", both(value=5), "SAME", both(auto_pad="SAME_UPPER"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="zeros 210 321 432 43 / 210 321 432 43 reflect 212 321 432 343 / 210 321 432 43 edge 211 321 432 443 / 210 321 432 43 5 215 321 432 543 / 210 321 432 43 SAME 100 210 321 432 43 4 / 210 321 432 43"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
